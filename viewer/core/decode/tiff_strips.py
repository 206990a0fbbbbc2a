"""The strips and tiles of a TIFF: where they are, and from what they unpack to to the planes of a picture.

Formats: TIFF 6.0, sections 2, 3 (strips) and 15 (tiles); GDAL's convention that a strip without an offset is not in the
file.
"""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.tiff_unpack import (
    CCITT,
    CODECS,
    DEFLATE,
    JPEG,
    LZMA,
    LZW,
    PACKBITS,
    PLAIN,
    WHOLE,
    ZSTD,
    is_alone,
    unpacker,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt
    from tifffile import TiffPage

    from viewer.core.decode.tiff_unpack import Grid

_BEST_RATIOS = {LZW: 2000, JPEG: 2000, PACKBITS: 130, LZMA: 20_000}
_BEST_RATIOS |= {**dict.fromkeys(DEFLATE, 2000), **dict.fromkeys(ZSTD, 70_000)}
"""No compression makes more than this many bytes of one; CCITT takes a bit a row at least."""
_AT_ONCE, _GROUP = 9 << 20, 1 << 22
"""Bytes of samples up to which a plane is unpacked at once, and of which of larger ones at a time: the memory that this
takes is used again by the next group. To get new memory, page by page, may take as long as to unpack."""
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Part(NamedTuple):
    """Where a strip or tile is; ``start`` is 0 if it is not in the file."""

    start: int
    size: int


def places(
    grid: Grid, offsets: Sequence[int], sizes: Sequence[int], marks: Iterable[int], end: int
) -> tuple[Grid, list[Part]]:
    """Returns where the parts of a page are, one plane after the other, and the grid, set right by their number.

    Some writers leave the sizes out, write zeros, or count pixels: of plain samples the size is known; packed ones
    reach as far as what follows, which unpacking bears. Some write wrongly how many rows a single strip has.

    Args:
        grid: of the page.
        offsets: of the parts, as in the file.
        sizes: of the parts, as in the file; empty if it does not say.
        marks: where something else is in the file.
        end: the length of the file.

    Raises:
        DamagedImageError: a part lies behind the end of the file, or there are too few bytes for the samples.
    """
    if not grid.tiled and len(offsets) == grid.planes:
        grid = grid._replace(part_height=grid.height)
    count = grid.parts * grid.planes
    if len(offsets) < count:
        raise faults.damaged("it has fewer strips than it says")
    offsets, sizes = offsets[:count], sizes[:count]
    if not any(sizes):
        sizes = ()
    following = sorted({*offsets, *marks, end})
    parts = []
    for index, (start, size) in enumerate(itertools.zip_longest(offsets, sizes, fillvalue=-1)):
        if not start or not size:
            parts.append(Part(0, 0))
            continue
        room = following[min(bisect.bisect_right(following, start), len(following) - 1)] - start
        if grid.compression == PLAIN:
            needed = grid.row * grid.rows(index % grid.parts)
            if size < needed and room < needed <= end - start:
                raise faults.damaged("it holds fewer pixels than it says")
            parts.append(Part(start, needed))
        else:
            parts.append(Part(start, size if size > 0 else max(1, room)))
    needed = max((part.start + part.size for part in parts), default=0)
    if needed > end:
        raise faults.cut_off(end, needed)
    there = [grid.rows(index % grid.parts) * grid.row for index, part in enumerate(parts) if part.start]
    ratio = 8 * grid.row if grid.compression in CCITT else _BEST_RATIOS.get(grid.compression)
    if ratio is not None and sum(part.size for part in parts) * ratio < sum(there):
        raise faults.damaged("it holds fewer pixels than it says")
    return grid, parts


def read(grid: Grid, page: TiffPage, data: memoryview, parts: Sequence[Part], missing: float) -> list[npt.NDArray[Any]]:
    """Returns the planes of a page, each (height, width) or (height, width, samples), in any byte order.

    What is not in the file is ``missing``. They may be views into ``data``.

    Raises:
        UnsupportedFormatError: that compression is not read, or not without imagecodecs.
        DamagedImageError: a part does not unpack.
    """
    unpack = unpacker(grid, page)
    planes = []
    for first in range(0, len(parts), grid.parts):
        plane = _plane(grid, data, parts[first : first + grid.parts], unpack, missing)
        planes.append(plane.reshape(grid.height, grid.width, -1) if grid.samples > 1 else plane)
    return planes


def _plane(
    grid: Grid, data: memoryview, parts: Sequence[Part], unpack: Callable[..., npt.NDArray[Any]], missing: float
) -> npt.NDArray[Any]:
    """Returns (height, samples of a row) of one plane."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    size = grid.row * grid.part_height
    most = 1 if is_alone(grid) else len(parts) if len(parts) * size <= _AT_ONCE else max(1, _GROUP // size)
    is_plain = grid.compression == PLAIN and grid.bits in WHOLE and not grid.backwards
    if is_plain and not grid.tiled and _follow_on(parts):
        return _plain(grid, data, parts).reshape(grid.height, -1)
    out = np.empty((grid.height, grid.width * grid.samples), f"{grid.kind}{grid.size}")
    if not all(part.start for part in parts):
        out[...] = missing
    at = 0
    while at < len(parts):
        group = list(itertools.takewhile(lambda part: part.start, parts[at : at + most]))
        if not group:
            at += 1
            continue
        if is_plain and _follow_on(group):
            rows = _plain(grid, data, group).reshape(-1, grid.part_width * grid.samples)
        else:
            packed = [data[part.start : part.start + part.size] for part in group]
            if grid.backwards and grid.compression not in {JPEG, *CODECS}:
                packed = [memoryview(bytes(each).translate(_REVERSED)) for each in packed]
            rows = unpack(packed, [grid.rows(at + index) for index in range(len(group))])
        if len(group) == len(parts) and not grid.tiled:
            return rows.reshape(grid.height, -1)
        _place(grid, rows, at, len(group), out)
        at += len(group)
    return out


def _follow_on(parts: Sequence[Part]) -> bool:
    return all(part.start for part in parts) and all(
        before.start + before.size == part.start for before, part in itertools.pairwise(parts)
    )


def _plain(grid: Grid, data: memoryview, parts: Sequence[Part]) -> npt.NDArray[Any]:
    """Returns the samples of plain parts that follow each other, as they lie in the file."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    count = sum(part.size for part in parts) // grid.size
    return np.frombuffer(data, f"{grid.order}{grid.kind}{grid.size}", count, parts[0].start)


def _place(grid: Grid, rows: npt.NDArray[Any], first: int, count: int, out: npt.NDArray[Any]) -> None:
    """Writes the samples of parts where they belong."""
    if not grid.tiled:
        top = first * grid.part_height
        out[top : top + len(rows)] = rows[: grid.height - top]
        return
    for index in range(count):
        down, across = divmod(first + index, grid.across)
        top, left = down * grid.part_height, across * grid.part_width * grid.samples
        tile = rows[index * grid.part_height : (index + 1) * grid.part_height]
        tile = tile[: len(out) - top, : out.shape[1] - left]
        out[top : top + len(tile), left : left + tile.shape[1]] = tile
