"""Display copies by Qt: a third of the time that the core takes."""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QImage, QPainter
from PyQt5.sip import voidptr

from viewer.core.display.block_pool import frame_blocks
from viewer.core.records import replace
from viewer.gui.bridge.gate import gate
from viewer.gui.bridge.image import FrameImage

if TYPE_CHECKING:
    from viewer.core.frame import Frame, Size

TILE = 1 << 16
"""New pixels made in one call are fewer: Qt holds the GIL meanwhile, for a quarter of a millisecond. With twice as many
the window waits for it twice as long, and nothing is won. More than 1 << 17 Qt shares out among threads of its own, and
holds the GIL until the system has let the last one run: with busy decoders 20 ms."""
COVERED = 1 << 18
"""Pixels that those of a tile cover, about, if they are more than the new ones."""
ROWS = 256
"""New rows of a tile: among so many there is a place where edges of old and of new rows meet, but for one of 256."""
OFF = 1 / 128
"""So far apart edges may be where tiles meet, in new pixels; at the end of a frame Qt itself is off by twice that."""


def scaled(frame: Frame, size: Size) -> Frame:
    """Returns a BGRX or BGRA frame resized to exactly ``size``; worker threads.

    Each new pixel is the mean of what it covers, weighted at the edges (Qt's smooth scaling). It is made in tiles,
    between which the GIL is let go of, and waits while the user waits for a step.

    Raises:
        ValueError: the frame is neither.
    """
    if size == frame.size:
        return frame
    whole, old = FrameImage(frame).image, frame.size
    bits, row_bytes, form = whole.constBits(), whole.bytesPerLine(), whole.format()
    if bits is None:
        raise MemoryError
    memory = frame_blocks.memory(size.height, size.width, 4)
    new = QImage(voidptr(memory.address), *size, 4 * size.width, form)
    painter = QPainter(new)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    pixels_of_tile = min(TILE - 1, COVERED * size.width * size.height // (old.width * old.height))
    for rows, old_rows in seams(old.height, size.height, ROWS):
        across = max(1, pixels_of_tile // len(rows))
        for columns, old_columns in seams(old.width, size.width, across):
            start = voidptr(int(bits) + old_rows.start * row_bytes + 4 * old_columns.start)
            gate.wait()
            tile = QImage(start, len(old_columns), len(old_rows), row_bytes, form).scaled(
                len(columns),
                len(rows),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            if tile.isNull():
                raise MemoryError
            painter.drawImage(columns.start, rows.start, tile)
    painter.end()
    return replace(frame, planes=(), indices=None, memory=memory)


@functools.lru_cache(maxsize=64)
def seams(old: int, new: int, most: int) -> tuple[tuple[range, range], ...]:
    """Divides ``new`` rows or columns, and the ``old`` ones that they cover, into parts of ``most`` new ones.

    They meet where edges of old and of new ones do, within :data:`OFF`, and are longer where those seldom meet: where a
    frame becomes smaller by a few pixels only.
    """

    def off(edge: int) -> float:
        return abs(edge * old - round(edge * old / new) * new) / old

    edges = [0]
    while new - edges[-1] > most:
        usual = range(edges[-1] + (most + 1) // 2, edges[-1] + most + 1)
        best = min(usual, key=off)
        edges.append(
            best if off(best) <= OFF else next((edge for edge in range(usual.stop, new) if off(edge) <= OFF), new)
        )
    edges = sorted({*edges, new})
    at = [round(edge * old / new) for edge in edges]
    return tuple((range(*part), range(*covered)) for part, covered in zip(pairwise(edges), pairwise(at), strict=True))
