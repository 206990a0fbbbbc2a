"""TGA by hand, its runs unpacked by Pillow's C.

After "Truevision TGA File Format Specification", version 2.0. Channels of 5 bits stay numbers of 0 to 31.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_HEADER = struct.Struct("<BBBHHBHHHHBB")
_PALETTE, _COLOURS, _GREY, _RUNS = 1, 2, 3, 8
"""Kinds of pictures; the last is added to one of the others."""
_BITS = {_PALETTE: {8, 16}, _COLOURS: {15, 16, 24, 32}, _GREY: {8, 16}}
"""Of a pixel; a palette's entries have those of a colour."""
_SWAPPED = {3: ("RGB", "BGR"), 4: ("RGBA", "BGRA")}
"""Pillow's names for the colours by the bytes of a pixel, as they become and as they are stored."""
_ATTRIBUTES, _FROM_RIGHT, _FROM_TOP = 0x0F, 0x10, 0x20
_LONGEST_RUN = 128
_LONGEST_LINE = (1 << 29) - 2
"""Bytes of the longest line that Pillow makes."""

# The footer (section C.7) and the extension area (C.6): width and height of a pixel, and what the alpha is.
_SIGNATURE, _FOOTER, _EXTENSION, _ASPECT, _ALPHA_KIND = b"TRUEVISION-XFILE.", 26, 495, 474, 494
_ALPHA = {1: Alpha.UNSPECIFIED, 2: Alpha.UNSPECIFIED, 4: Alpha.PREMULTIPLIED}


class TgaDecoder(Decoder):
    """Reads TGA of 8 to 32 bits: grey, RGB and palettes, from all four corners, runs also over the ends of rows."""

    name = "own TGA"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the samples come as they are
        """Returns the picture; what hardly any writer makes, such as single bits, is left to Pillow."""
        view = memoryview(data).cast("B")
        if view.nbytes < _HEADER.size:
            raise faults.cut_off(view.nbytes, _HEADER.size)
        with faults.translated():
            return _decoded(view, most_bytes)


def _decoded(view: memoryview, most_bytes: int) -> Frame:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    id_size, has_palette, kind, first, count, entry_bits, _, _, width, height, bits, flags = _HEADER.unpack_from(view)
    plain = kind & ~_RUNS
    has_wrong_palette = entry_bits not in _BITS[_COLOURS] if has_palette else plain == _PALETTE
    if bits not in _BITS.get(plain, ()) or has_wrong_palette:
        raise PassedOnError(f"A TGA of kind {kind} with {bits} bits a pixel.")
    size, entry_size, at = (bits + 7) // 8, (entry_bits + 7) // 8, _HEADER.size + id_size
    faults.check_size(width, height, most_bytes, size + (entry_size if plain == _PALETTE else 0))
    start, pixels = at + (count * entry_size if has_palette else 0), width * height
    needed = start + (-(-pixels // _LONGEST_RUN) * (1 + size) if kind & _RUNS else pixels * size)
    if needed > view.nbytes:
        raise faults.cut_off(view.nbytes, needed)
    stored = (_unpacked if kind & _RUNS else _plain)(view, start, width, height, size)
    stored = stored[:: 1 if flags & _FROM_TOP else -1, :: -1 if flags & _FROM_RIGHT else 1]
    alpha, pixel_aspect = _extension(view)
    indices = None
    has_alpha = flags & _ATTRIBUTES > 0 and alpha is not None
    if plain == _GREY:
        has_alpha = size > 1
        samples, depth = (stored if has_alpha else stored[..., 0]), 8
    elif plain == _PALETTE:
        indices = np.ascontiguousarray(stored[..., 0] if size == 1 else _words(stored))
        samples, depth = _by_palette(indices, view[at:start], first, entry_bits, has_alpha=has_alpha)
        has_alpha = samples.shape[2] == len(RGBA)
    else:
        samples, depth = _colours(stored, bits, has_alpha=has_alpha)
    channels = (GREY_ALPHA if has_alpha else GREY) if plain == _GREY else (RGBA if has_alpha else RGB)
    info = SampleInfo(bits=depth % 8, alpha=alpha if has_alpha else None, pixel_aspect=pixel_aspect)
    description = "palette" if plain == _PALETTE else described(samples.dtype, channels, depth)
    return Frame((np.ascontiguousarray(samples),), channels, description, info, indices)


def _plain(view: memoryview, start: int, width: int, height: int, size: int) -> NDArray[Any]:
    """Returns the bytes of all pixels, (height, width, bytes), colours of 24 and 32 bits red first."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    stored = np.frombuffer(view, np.uint8, width * height * size, start).reshape(height, width, size)
    return _red_first(stored) if size in _SWAPPED else stored


def _unpacked(view: memoryview, start: int, width: int, height: int, size: int) -> NDArray[Any]:
    """Returns the same of pixels in runs."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    if width * height * size > _LONGEST_LINE:
        raise PassedOnError("A TGA whose bytes do not fit into one line.")
    data, bits, modes = view[start:], 8 * size, _SWAPPED.get(size, ("L", "L") if size == 1 else ("LA", "LA"))
    try:
        try:
            image = Image.frombytes(modes[0], (width, height), data, "tga_rle", modes[1], 1, bits)
        except ValueError:
            # Pillow takes no run beyond the end of a line, and some writers do not end them there: all as one line.
            image = Image.frombytes("L", (width * height * size, 1), data, "tga_rle", "L", 1, bits)
            modes = "", ""
    except ValueError as error:
        raise DamagedImageError(faults.CUT_OFF) from error  # or runs go on beyond the picture
    stored = np.asarray(image).reshape(height, width, size)
    return stored if modes[0] or size not in _SWAPPED else _red_first(stored)


def _red_first(stored: NDArray[Any]) -> NDArray[Any]:
    """Returns a copy of pixels of three or four bytes, blue first, with red first."""
    import numpy as np  # noqa: PLC0415 - loaded already

    samples = np.empty_like(stored)  # by channels, that is four times as fast as by an order of them
    for n, place in enumerate((2, 1, 0, 3)[: stored.shape[2]]):
        samples[..., n] = stored[..., place]
    return samples


def _extension(view: memoryview) -> tuple[Alpha | None, float]:
    """Returns what the alpha is, if there is any, and the aspect of a pixel, by the extension area."""
    footer = bytes(view[-_FOOTER:])
    at = int.from_bytes(footer[:4], "little")
    if footer[8:-1] != _SIGNATURE or not 0 < at <= view.nbytes - _EXTENSION:
        return Alpha.STRAIGHT, 1.0
    width, height = struct.unpack_from("<HH", view, at + _ASPECT)
    kind = view[at + _ALPHA_KIND]
    return (_ALPHA.get(kind, Alpha.STRAIGHT) if kind else None), (width / height if width and height else 1.0)


def _colours(stored: NDArray[Any], bits: int, *, has_alpha: bool) -> tuple[NDArray[Any], int]:
    """Returns pixels of two bytes, or more with red first, as RGB or RGBA, and the bits of a channel."""
    import numpy as np  # noqa: PLC0415 - loaded already

    if bits > 16:  # noqa: PLR2004 - above, a channel is a byte
        return (stored if has_alpha else stored[..., :3]), 8
    samples = np.empty((*stored.shape[:2], 4 if has_alpha else 3), np.uint8)
    words = _words(stored)
    for n, shift in enumerate((10, 5, 0)):
        samples[..., n] = words >> shift & 31
    if has_alpha:
        samples[..., 3] = (words >> 15) * np.uint16(31)  # one bit, in the range of the colours
    return samples, 5


def _by_palette(
    indices: NDArray[Any], palette: memoryview, first: int, bits: int, *, has_alpha: bool
) -> tuple[NDArray[Any], int]:
    """Returns the colours of indices of one or two bytes; what is not in the palette is black."""
    import numpy as np  # noqa: PLC0415 - loaded already

    size = (bits + 7) // 8
    entries = _plain(palette, 0, len(palette) // size, 1, size)
    colours, depth = _colours(entries, bits, has_alpha=has_alpha and bits != 24)  # noqa: PLR2004 - without alpha
    if colours.shape[2] == len(RGBA) and (colours[..., 3] == (1 << depth) - 1).all():
        colours = colours[..., :3]
    table = np.zeros((max(1 << 8 * indices.itemsize, first + colours.shape[1]), colours.shape[2]), np.uint8)
    table[first : first + colours.shape[1]] = colours[0]
    samples: NDArray[Any] = table.take(indices, 0)
    return samples, depth


def _words(stored: NDArray[Any]) -> NDArray[Any]:
    """Returns pixels of two bytes as numbers."""
    import numpy as np  # noqa: PLC0415 - loaded already

    words: NDArray[Any] = stored[..., 0] | (stored[..., 1].astype(np.uint16) << 8)
    return words
