"""The flat picture of a PSD of 1, 8 or 16 bits, by hand, its runs unpacked by Pillow's C.

Format: "Adobe Photoshop File Formats Specification", the header, colour mode data, image resources and image data.
"""

from __future__ import annotations

import contextlib
import struct
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults, tiff_colours
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described, kept, samples_at
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from typing_extensions import Buffer

_HEAD, _RESOURCE = struct.Struct(">4xH6xHIIHH"), struct.Struct(">4sHB")
_PLAIN, _PACK_BITS, _ICC = 0, 1, 1039
_LONGEST_RUN = 128
"""Bytes that two packed ones stand for at most."""
_BITMAP, _PALETTE, _CMYK = 0, 2, 4
READ = {1: {_BITMAP}, 8: {0, 1, _PALETTE, 3, _CMYK, 7, 8, 9}, 16: {1, 3, _CMYK, 7, 8, 9}}
"""The colour modes that are read, by the bits of a sample."""
_LAB = ("L", "a", "b")
_NAMES = {0: GREY, 1: GREY, _PALETTE: GREY, 3: RGB, _CMYK: ("C", "M", "Y", "K"), 7: (), 8: GREY, 9: _LAB}
"""The channels in the file: of grey, a palette, RGB, CMYK, such as are no colours, duotone (stored as grey) and Lab."""
_WITH_ALPHA = {GREY: GREY_ALPHA, RGB: RGBA}


class PsdDecoder(Decoder):
    """Reads all channels. Palettes and CMYK come as RGB; Lab comes as it is, and as RGB for the screen."""

    name = "own PSD"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the picture; a single channel behind grey or RGB is alpha."""
        view = memoryview(data).cast("B")
        if view.nbytes < _HEAD.size:
            raise faults.cut_off(view.nbytes, _HEAD.size)
        version, count, height, width, bits, mode = _HEAD.unpack_from(view)
        if version != 1 or mode not in READ.get(bits, ()):
            raise PassedOnError("A PSD of another kind.")
        stored = len(_NAMES[mode])
        if not count or count < stored:
            raise faults.damaged(f"it has {count} channels")
        faults.check_size(width, height, most_bytes, max(count, len(RGB)) * -(-bits // 8))
        with faults.translated():
            palette, start = _section(view, _HEAD.size)
            resources, start = _section(view, start)
            _, start = _section(view, start)  # the layers
            samples = _samples(view, start, (count, height, width), bits)
            colours, names = _colours(samples[:stored], mode, palette)
            about = "" if mode not in {_PALETTE, _CMYK} else f"{bits}-bit CMYK" if mode == _CMYK else "palette"
            if for_screen and names == _LAB:
                rgb = tiff_colours.rgb_of_lab(_together(colours), signed=False)
                return Frame((rgb,), RGB, described(samples.dtype, names))
            planes = [*colours, *samples[stored:]]
            names = _WITH_ALPHA.get(names, names) if len(planes) == len(names) + 1 else names
            names += tuple(str(each) for each in range(len(names) + 1, len(planes) + 1))
            info = SampleInfo(
                bits=bits if bits == 1 else 0,
                alpha=Alpha.STRAIGHT if "A" in names else None,
                is_inverted=bits == 1,
                icc=b"" if mode == _CMYK else _profile(resources),  # which is of the inks
            )
            owned = (_together(planes),) if names in {RGB, RGBA} else tuple(map(kept, planes))
            return Frame(owned, names, about or described(samples.dtype, names, info.bits), info)


def _section(view: memoryview, at: int) -> tuple[memoryview, int]:
    """Returns what has its length before it, and where that ends."""
    end = at + 4 + int.from_bytes(view[at : at + 4], "big")
    if at + 4 > view.nbytes or end > view.nbytes:
        raise faults.cut_off(view.nbytes, max(at + 4, end))
    return view[at + 4 : end], end


def _profile(resources: memoryview) -> bytes:
    """Returns the colour profile, if there is one; resources that make no sense say nothing about the picture."""
    at = 0
    with contextlib.suppress(DamagedImageError):
        while at + _RESOURCE.size < resources.nbytes:
            magic, kind, name = _RESOURCE.unpack_from(resources, at)
            content, end = _section(resources, at + 6 + (name + 2) // 2 * 2)
            if magic != b"8BIM":
                break
            if kind == _ICC:
                return bytes(content)
            at = end + end % 2
    return b""


def _samples(view: memoryview, at: int, shape: tuple[int, int, int], bits: int) -> NDArray[Any]:
    """Returns samples channel by channel."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    count, height, width = shape
    packing, at, row = int.from_bytes(view[at : at + 2], "big"), at + 2, (width * bits + 7) // 8
    if packing == _PLAIN:
        samples = samples_at(view, at, "u1", (count, height, row))
    elif packing == _PACK_BITS:
        samples = _unpacked(view, at, count * height, row).reshape(count, height, row)
    else:
        raise faults.unsupported("This PSD holds a picture that is packed as its layers are")
    if bits == 1:
        return np.unpackbits(samples, axis=2, count=width)
    return samples if bits == 8 else samples.view(">u2")  # noqa: PLR2004 - of a byte


def _unpacked(view: memoryview, at: int, rows: int, row: int) -> NDArray[Any]:
    """Returns rows of so many bytes, packed each by itself behind a table of their lengths."""
    pixels.prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    lengths, start = samples_at(view, at, ">u2", (rows,)), at + 2 * rows
    if lengths.min() < 2 * -(-row // _LONGEST_RUN):
        raise faults.damaged("a row is shorter than it can be")
    end = start + int(lengths.sum())
    if end > view.nbytes:
        raise faults.cut_off(view.nbytes, end)
    return pixels.pixels_of(Image.frombytes("L", (row, rows), view[start:end], "packbits", "L"))


def _colours(samples: NDArray[Any], mode: int, palette: memoryview) -> tuple[list[NDArray[Any]], tuple[str, ...]]:
    """Returns the channels of the colours, palettes and CMYK as red, green and blue, and their names."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if mode == _PALETTE:
        rgb = tiff_colours.by_palette(samples[0], 8, list(palette))
    elif mode == _CMYK:
        rgb = tiff_colours.rgb_of_cmyk(np.invert(np.moveaxis(samples, 0, -1)))  # 0 is all of an ink
    else:
        return list(samples), _NAMES[mode]
    return list(np.moveaxis(rgb, -1, 0)), RGB


def _together(planes: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Returns channels in one array, (height, width, channels), in native byte order."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    return np.stack(planes, -1, dtype=planes[0].dtype.newbyteorder("="))
