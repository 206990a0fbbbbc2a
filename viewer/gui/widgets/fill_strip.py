"""What is said of reading in advance, at the right of the status line, while it goes on and for a moment after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from viewer.core.records import replace
from viewer.gui.theme import Colours, TextSize, Themed
from viewer.gui.widgets.chips import KeyButton
from viewer.gui.widgets.icons import icon
from viewer.gui.widgets.labels import STRETCH, label, laid_out, widest
from viewer.model.captions import fill_words

if TYPE_CHECKING:
    from PyQt5.QtGui import QResizeEvent

    from viewer.model.key_map import KeyMap
    from viewer.model.view_state import FillView, ViewState

HEIGHT, BUTTON = 26, 22
MARGIN, GAP = 14, 8
SEEN_FOR = 3000
"""Milliseconds for which it is said that all is here."""
WARNING = "more than can be kept"
_LONGEST = 36_000.0 - 1
"""Seconds left, for which room is kept: 9:59:59."""


class FillStrip(Themed):
    """How far reading in advance has come, and a button that stops it; the timeline has a line for the same.

    It shares the line of the status, so that the picture does not move when it comes and goes. Where it has little
    room it says less; all of it can be read in its tool tip.
    """

    stop_requested = pyqtSignal()
    """The button was pressed."""
    progressed = pyqtSignal(object)
    """It has come further: the part that is here, from 0 to 1; None when there is no more to show."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._fill: FillView | None = None
        self._plays = False
        self._keys: KeyMap | None = None
        self._text = label("", "dim", TextSize.SMALL)
        self._warning = label(WARNING, "warning", TextSize.SMALL)
        self._stop = KeyButton()
        self._stop.setAccessibleName("Stop reading")
        self._stop.setIconSize(QSize(14, 14))
        self._stop.setFixedSize(BUTTON, BUTTON)
        self._stop.clicked.connect(self.stop_requested)
        parts = STRETCH, self._warning, self._text, self._stop
        row = laid_out(QHBoxLayout(self), *parts, margins=(0, 1, MARGIN - 4, 0), spacing=GAP)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(SEEN_FOR)
        self._end.timeout.connect(self._put_away)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Reading in advance")
        self.set_colours(colours)
        self.hide()

    def set_colours(self, colours: Colours) -> None:
        """Draws the icon with other colours."""
        super().set_colours(colours)
        self._stop.setIcon(icon("close", colours.text, colours.dim))

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; is there only while something is read in advance, and for a moment after it."""
        plays = state.playback.waits_for_fill
        if self._keys is not state.keys:
            self._keys = state.keys
            self._stop.setToolTip(state.keys.tip("stop_filling"))
        if (state.fill, plays) == (self._fill, self._plays):
            return
        before, self._fill, self._plays = self._fill, state.fill, plays
        if state.fill is None:
            self._put_away()
        elif not _has_ended(state.fill):
            self._end.stop()
            self._show(state.fill)
        elif before is None or not _has_ended(before):
            self._show(state.fill)
            self._end.start()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size: it grows to its :meth:`maximumWidth` where there is room."""
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size it can still be used at."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Says as much as there is room for."""
        super().resizeEvent(event)
        if self._fill is not None:
            self._say(self._fill)

    def _put_away(self) -> None:
        self._end.stop()
        self.hide()
        self.progressed.emit(None)

    def _show(self, fill: FillView) -> None:
        self._stop.setVisible(not _has_ended(fill))
        longest = replace(fill, done=max(0, fill.total - 1), seconds_left=_LONGEST)
        self.setMaximumWidth(self._width_of(_texts(longest)[0], warns=not fill.fits))
        self._say(fill)
        self.setVisible(True)
        self.progressed.emit(fill.done / max(1, fill.total))

    def _say(self, fill: FillView) -> None:
        what, *figures = fill_words(fill)
        warns = not fill.fits and not _has_ended(fill)
        what = f"{what}, then playing" if self._plays else what
        whole = f"{what}: {' · '.join(filter(None, (*figures, WARNING if warns else '')))}"
        self.setToolTip(whole)
        self.setAccessibleDescription(whole)
        texts = _texts(fill)
        ways = [(texts[0], warns), *((text, False) for text in texts)]  # the warning goes before the figures
        text, warning = next((way for way in ways if self._width_of(way[0], warns=way[1]) <= self.width()), ways[-1])
        self._text.setText(text)
        self._warning.setVisible(warning)

    def _width_of(self, text: str, *, warns: bool) -> int:
        width = GAP + widest(self._text, text) + GAP + BUTTON + MARGIN
        return width + (widest(self._warning, WARNING) + GAP if warns else 0)


def _has_ended(fill: FillView) -> bool:
    return fill.done >= fill.total


def _texts(fill: FillView) -> tuple[str, str]:
    """Returns the texts, the longer and the shorter one."""
    _, part, _, left, _ = fill_words(fill)
    return " · ".join(filter(None, (part, left))), part
