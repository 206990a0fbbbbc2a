"""Radiance HDR: three mantissas and an exponent in four bytes a pixel, flat or in runs of either kind.

Source: "The RADIANCE Picture File Format" of Radiance's reference, and the two run-length codes of Ward, "Real Pixels".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.errors import DamagedImageError
from viewer.core.frame import RGB, Frame, SampleInfo, TransferCurve
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_LONGEST_HEADER = 1 << 20
_RESOLUTION = late_pattern(rb"\r?\n\r?\n([-+])([XY]) +(\d{1,9}) +([-+])(?!\2)([XY]) +(\d{1,9})\r?\n")
_FIELD = late_pattern(rb"^\s*(FORMAT|PIXASPECT)\s*=\s*(\S+)", re.MULTILINE)
_RGBE, _XYZE = b"32-bit_rle_rgbe", b"32-bit_rle_xyze"
_SHORTEST_LINE, _LONGEST_LINE = 8, 0x7FFF
"""Pixels of lines that may have runs in each channel."""
_LONGEST_COPY = 128
_SKIPPED = 0x80
"""A byte that means nothing in PackBits."""
_COUNTS = bytes(code if code <= _LONGEST_COPY else code - _LONGEST_COPY for code in range(256))
"""How many bytes of a line a code stands for: it is followed by so many, or by one to repeat."""
_PACK_BITS = bytes([_SKIPPED, *range(_LONGEST_COPY), 0, *range(255, 129, -1)])
"""The same codes in PackBits."""


class HdrDecoder(Decoder):
    """Reads Radiance HDR as 32-bit floats, linear, mantissa x 2^(exponent - 136). Exposure is not undone.

    Runs are found here and copied by Pillow, whose PackBits are the same with other numbers for the codes; where it is
    installed, imagecodecs does both.
    """

    name = "own HDR"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - there are no 8 bits
        """Returns RGB, or XYZ if the file says so, in any of the eight orientations."""
        view = memoryview(data).cast("B")
        with faults.translated():
            head = bytes(view[:_LONGEST_HEADER])
            found = _RESOLUTION.search(head)
            if found is None:
                raise faults.damaged("its header does not end")
            fields = _FIELD.findall(head, 0, found.start() + 1)
            kind = dict(fields).get(b"FORMAT", _RGBE)
            if kind not in {_RGBE, _XYZE}:
                raise faults.unsupported("This HDR has pixels in a format of its own")
            slow_sign, slow_axis, slow, fast_sign, _, fast = found.groups()
            lines, length = int(slow), int(fast)
            faults.check_size(length, lines, most_bytes, 12)
            pixels = _pixels(view[found.end() :], lines, length)
        signs = {slow_axis: slow_sign, b"X" if slow_axis == b"Y" else b"Y": fast_sign}
        pixels = pixels if slow_axis == b"Y" else pixels.swapaxes(0, 1)
        pixels = pixels[:: 1 if signs[b"Y"] == b"-" else -1, :: 1 if signs[b"X"] == b"+" else -1]
        channels = RGB if kind == _RGBE else ("X", "Y", "Z")
        info = SampleInfo(transfer=TransferCurve.LINEAR, pixel_aspect=_aspect(fields))
        return Frame((_contiguous(pixels),), channels, f"32-bit float {''.join(channels)}", info)


def _aspect(fields: list[tuple[bytes, bytes]]) -> float:
    """Returns width by height of a pixel; the file has height by width, and more than one number are multiplied."""
    try:
        ratio = math.prod(float(value) for name, value in fields if name == b"PIXASPECT")
    except ValueError:
        return 1.0
    return 1 / ratio if 0 < ratio < math.inf else 1.0


def _contiguous(pixels: NDArray[Any]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    return np.ascontiguousarray(pixels)


def _pixels(body: memoryview, lines: int, length: int) -> NDArray[Any]:
    """Returns floats, (lines, length, 3)."""
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    lead = bytes((2, 2, length >> 8 & 255, length & 255))
    has_runs = _SHORTEST_LINE <= length <= _LONGEST_LINE and body[:4] == lead
    floats = np.empty((lines, length, 3), np.float32)
    if has_runs and _by_imagecodecs(body, floats):
        return floats
    if has_runs:
        mantissas = _unpacked(body, lines, length, lead)
    else:
        mantissas = np.moveaxis(_old_runs(body, lines * length).view(np.uint8).reshape(lines, length, 4), 2, 1)
    exponents = np.ldexp(np.float32(1), np.arange(256) - 136)
    exponents[0] = 0
    scales = exponents[mantissas[:, 3]]
    for channel in range(3):
        np.multiply(mantissas[:, channel], scales, out=floats[..., channel])
    return floats


def _by_imagecodecs(body: memoryview, floats: NDArray[Any]) -> bool:
    try:
        import imagecodecs  # noqa: PLC0415 - of an extra

        imagecodecs.rgbe_decode(body, header=False, rle=True, out=floats)
    except Exception:  # noqa: BLE001 - what is wrong is found out here
        return False
    return True


def _unpacked(body: memoryview, lines: int, length: int, lead: bytes) -> NDArray[Any]:
    """Returns mantissas and exponents, (lines, 4, length): each line has them one channel after another, in runs."""
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy
    from PIL import Image  # noqa: PLC0415 - as numpy

    packed, at = bytearray(body), 0
    pack_bits, counts = _PACK_BITS, _COUNTS
    with faults.translated(lambda _: DamagedImageError(faults.CUT_OFF)):  # by an IndexError
        for _ in range(lines):
            if packed[at : at + 4] != lead[: len(packed) - at]:
                raise faults.damaged("a line does not begin where the one before ends")
            packed[at : at + 4] = bytes([_SKIPPED]) * 4
            at += 4
            left = 4 * length
            while left > 0:
                code = packed[at]
                packed[at] = pack_bits[code]
                count = counts[code]
                left -= count
                at += 2 if code > _LONGEST_COPY else count + 1
    if at > len(packed):
        raise DamagedImageError(faults.CUT_OFF)
    rows = Image.frombytes("L", (length, 4 * lines), packed[:at], "packbits", "L")
    return np.asarray(rows).reshape(lines, 4, length)


def _old_runs(body: memoryview, count: int) -> NDArray[Any]:
    """Returns pixels of which some, (1, 1, 1, n), say that the one before comes n times more.

    Of several in a row the second counts 256 times as much, and so on.
    """
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    pixels = np.frombuffer(body, "<u4", min(count, len(body) // 4))
    is_run = pixels & 0xFFFFFF == 0x010101  # noqa: PLR2004 - three mantissas of 1
    if len(pixels) == count and not is_run.any():
        return pixels
    places = np.arange(len(pixels))
    sources = np.maximum.accumulate(np.where(is_run, 0, places))
    times = np.where(is_run, pixels.astype(np.int64) >> 24 << np.minimum(8 * (places - sources - 1), 24), 1)
    ends = np.minimum(times.cumsum(), count)
    if not len(ends) or ends[-1] < count or is_run[0]:
        raise DamagedImageError(faults.CUT_OFF)
    return pixels[sources].repeat(np.diff(ends, prepend=0))
