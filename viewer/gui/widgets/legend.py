"""What the colours and patterns of the timeline mean, one click away from it."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QSize, Qt
from PyQt5.QtGui import QPixmap
from PyQt5.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from viewer.core.load.frame_state import FrameState
from viewer.core.spans import Span
from viewer.gui.theme import GRID, Colours, TextSize
from viewer.gui.widgets.labels import label, laid_out
from viewer.gui.widgets.timeline_geometry import BAND
from viewer.gui.widgets.timeline_layout import TimelineLayout
from viewer.gui.widgets.timeline_painting import RISE, TimelinePictures
from viewer.model.view_state import TimelineView

SWATCH = QSize(40, BAND)
MEANINGS: tuple[tuple[FrameState | None, str], ...] = (
    (FrameState.DECODED, "can be shown at once"),
    (FrameState.ENCODED, "in memory, as the bytes of its file"),
    (FrameState.ON_DISK, "on this disk"),
    (FrameState.READING, "is being read"),
    (FrameState.UNCONFIRMED, "here, but may be old: the share has not confirmed it yet"),
    (FrameState.FAILED, "cannot be shown; the picture area says why"),
    (None, "has no file"),
    (FrameState.ABSENT, "has not been read"),
)
"""The states in the order of the legend, None for numbers without a file, and what each means."""


class Legend(QDialog):
    """A card with each state as the timeline paints it; a click elsewhere, Esc and Enter close it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.Dialog)
        self.setAccessibleName("What the timeline shows")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._swatches = [QLabel() for _ in MEANINGS]
        for row, (swatch, (_, words)) in enumerate(zip(self._swatches, MEANINGS, strict=True)):
            self._grid.addWidget(swatch, row, 0)
            self._grid.addWidget(label(words, "", TextSize.BASE), row, 1)
        margins = 2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID
        heading = label("A frame on the timeline", "bright", TextSize.BASE)
        laid_out(QVBoxLayout(self), heading, self._grid, margins=margins, spacing=GRID)

    def open_above(self, corner: QPoint, colours: Colours) -> None:
        """Opens above a place on the screen, its lower left corner, and paints with these colours."""
        pictures = TimelinePictures(colours, self.devicePixelRatioF())
        for swatch, (state, _) in zip(self._swatches, MEANINGS, strict=True):
            swatch.setPixmap(_swatch(pictures, state))
        self.adjustSize()
        self.move(corner - QPoint(0, self.height()))
        self.show()
        self.raise_()
        self.activateWindow()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Closes when the user turns to another window."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.close()


def _swatch(pictures: TimelinePictures, state: FrameState | None) -> QPixmap:
    span = Span(1, 1)
    layout = TimelineLayout.of(span, pictures.scaled(SWATCH.width()))
    runs = ((span, state),) if state else ()
    made = pictures.band(layout, pictures.scaled(SWATCH.height() - RISE), TimelineView(runs), () if state else (span,))
    copy = QPixmap(made)
    copy.setDevicePixelRatio(pictures.ratio)
    return copy
