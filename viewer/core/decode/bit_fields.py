"""Pixels whose channels are fields of bits in one number, as BMP and DDS have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.plain import called
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from typing_extensions import Buffer

PIXEL_BITS = (8, 16, 24, 32)
_BYTE, _STRIP = 8, 1 << 16
"""Bits of a byte, and the pixels that are taken apart at a time: they stay in the processor's cache."""


def is_mask(mask: int, bits: int) -> bool:
    """Returns whether the bits of a field lie side by side in a pixel of ``bits`` bits, and are no more than 16."""
    field = mask >> _lowest(mask)
    return field & (field + 1) == 0 and mask < 1 << bits and field < 1 << 2 * _BYTE


def frame(
    data: Buffer,
    most_bytes: int,
    size: tuple[int, int],
    at: int,
    bits: int,
    masks: Sequence[int],
    *,
    aligned: int = 1,
) -> Frame:
    """Returns the pixels of ``bits`` bits from byte ``at`` on.

    The channels have numbers as the file has them if their fields are equally wide, else (5, 6 and 5 bits) all are
    stretched to 8 bits, or to 16 if one is wider than 8: one number is white in all of them.

    Args:
        data: the whole file.
        most_bytes: as for :meth:`viewer.core.decode.decoder.Decoder.decode`.
        size: width and height; of a height below 0 the rows go from the top down, else up: as in BMP.
        at: where the pixels begin.
        bits: of a pixel, one of :data:`PIXEL_BITS`.
        masks: of grey, or of red, green and blue, and of alpha, where there is one; 0 for none.
        aligned: rows take a multiple of so many bytes.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    *colours, alpha = masks
    fields = [*colours, alpha] if alpha else colours
    channels = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}[len(fields)]
    widths = [mask.bit_count() for mask in colours]
    are_alike = len(set(widths)) == 1
    depth = widths[0] if are_alike else _BYTE if max(widths) <= _BYTE else 2 * _BYTE
    width, height = size[0], abs(size[1])
    stride = -(-(width * bits // 8) // aligned) * aligned
    kind = np.dtype(np.uint8 if depth <= _BYTE else np.uint16)
    faults.check_size(width, height, most_bytes, len(fields) * kind.itemsize)
    needed = at + stride * (height - 1) + width * bits // 8
    if needed > memoryview(data).nbytes:
        raise faults.cut_off(memoryview(data).nbytes, needed)
    parts = np.ndarray((height, width, bits // 8), np.uint8, memoryview(data), at, (stride, bits // 8, 1))
    parts = parts if size[1] < 0 else parts[::-1]
    samples = np.empty((height, width, len(fields)), kind)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip, pixels = slice(top, top + rows), _numbers(parts[top : top + rows])
        for n, mask in enumerate(fields):
            samples[strip, :, n] = _scaled((pixels & np.uint32(mask)) >> np.uint32(_lowest(mask)), mask, depth)
    info = SampleInfo(bits=0 if depth in {8, 16} else depth, alpha=Alpha.STRAIGHT if alpha else None)
    stored = "+".join(map(str, widths[:1] if are_alike else widths))
    return Frame((samples if len(fields) > 1 else samples[..., 0],), channels, f"{stored}-bit{called(channels)}", info)


def _lowest(mask: int) -> int:
    """Returns the place of the lowest bit that is set; 0 if none is."""
    return max(0, (mask & -mask).bit_length() - 1)


def _numbers(parts: NDArray[Any]) -> NDArray[Any]:
    """Returns bytes, (rows, columns, bytes of a pixel), as a number each, the lowest byte first."""
    import numpy as np  # noqa: PLC0415 - loaded already

    numbers = parts[..., 0].astype(np.uint32)
    for n in range(1, parts.shape[2]):
        numbers |= parts[..., n].astype(np.uint32) << np.uint32(8 * n)
    return numbers


def _scaled(numbers: NDArray[Any], mask: int, depth: int) -> NDArray[Any]:
    """Returns the numbers of a field in the range of ``depth`` bits, rounded."""
    bits = mask.bit_count()
    if bits in {0, depth}:
        return numbers
    most, given = (1 << depth) - 1, (1 << bits) - 1
    return (numbers * most + given // 2) // given
