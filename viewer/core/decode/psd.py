"""The flat picture of a PSD of 16 bits, by hand, its runs unpacked by Pillow's C; PSD of 1 and 8 bits is Pillow's.

Format: "Adobe Photoshop File Formats Specification", the header, image resources and image data.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults, tiff_colours
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described, kept, samples_at
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_HEAD, _RESOURCE = struct.Struct(">4xH6xHIIHH"), struct.Struct(">4sHB")
_BITS, _PLAIN, _PACK_BITS, _ICC = 16, 0, 1, 1039
_INKS = ("C", "M", "Y", "K")
_NAMES = {1: GREY, 3: RGB, 4: _INKS, 7: (), 8: GREY}
"""The channels of the colour modes: grey, RGB, CMYK, such as are no colours, and duotone, which is stored as grey."""
_WITH_ALPHA = {GREY: GREY_ALPHA, RGB: RGBA}


class PsdDecoder(Decoder):
    """Reads grey, RGB and CMYK of 16 bits. CMYK comes as RGB."""

    name = "own PSD"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns one array a channel; a single one behind grey or RGB is alpha, as of 8 bits."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        view = memoryview(data).cast("B")
        if view.nbytes < _HEAD.size:
            raise faults.cut_off(view.nbytes, _HEAD.size)
        version, count, height, width, bits, mode = _HEAD.unpack_from(view)
        names = _NAMES.get(mode)
        if version != 1 or bits != _BITS or names is None:
            raise PassedOnError("A PSD of another kind.")
        if not count or count < len(names):
            raise faults.damaged(f"it has {count} channels")
        faults.check_size(width, height, most_bytes, 2 * count)
        with faults.translated():
            _, start = _section(view, _HEAD.size)
            resources, start = _section(view, start)
            _, start = _section(view, start)  # the layers
            samples = _samples(view, start, (count, height, width))
            if names == _INKS:
                inks = np.invert(np.moveaxis(samples[: len(_INKS)], 0, -1))  # 0 is all of an ink
                return Frame((tiff_colours.rgb_of_cmyk(inks),), RGB, "16-bit CMYK")
            names = _WITH_ALPHA.get(names, ()) if count == len(names) + 1 else names
            names += tuple(str(each) for each in range(len(names) + 1, count + 1))
            info = SampleInfo(alpha=Alpha.STRAIGHT if "A" in names else None, icc=_profile(resources))
            return Frame(tuple(kept(plane) for plane in samples), names, described(samples.dtype, names), info)


def _section(view: memoryview, at: int) -> tuple[memoryview, int]:
    """Returns what has its length before it, and where that ends."""
    end = at + 4 + int.from_bytes(view[at : at + 4], "big")
    if at + 4 > view.nbytes or end > view.nbytes:
        raise faults.cut_off(view.nbytes, max(at + 4, end))
    return view[at + 4 : end], end


def _profile(resources: memoryview) -> bytes:
    """Returns the colour profile, if there is one."""
    at = 0
    while at + _RESOURCE.size < resources.nbytes:
        magic, kind, name = _RESOURCE.unpack_from(resources, at)
        content, end = _section(resources, at + 6 + (name + 2) // 2 * 2)
        if magic != b"8BIM":
            break
        if kind == _ICC:
            return bytes(content)
        at = end + end % 2
    return b""


def _samples(view: memoryview, at: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Returns samples channel by channel."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same

    packing, at = int.from_bytes(view[at : at + 2], "big"), at + 2
    if packing == _PLAIN:
        return samples_at(view, at, ">u2", shape)
    if packing != _PACK_BITS:
        raise faults.unsupported("This PSD holds a picture that is packed as its layers are")
    rows, start = shape[0] * shape[1], at + 2 * shape[0] * shape[1]
    end = start + int(samples_at(view, at, ">u2", (rows,)).sum())
    if end > view.nbytes:
        raise faults.cut_off(view.nbytes, end)
    image = Image.frombytes("L", (2 * shape[2], rows), view[start:end], "packbits", "L")
    return np.asarray(image).view(">u2").reshape(shape)
