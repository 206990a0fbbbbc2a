"""The strip that shows the progress of reading in advance; visible only while that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from viewer.core.records import replace
from viewer.core.units import MB
from viewer.gui.theme import TextSize
from viewer.gui.widgets.chips import KeyButton
from viewer.gui.widgets.labels import STRETCH, label, laid_out, rule
from viewer.model.captions import fill_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt5.QtGui import QResizeEvent

    from viewer.model.key_map import KeyMap
    from viewer.model.view_state import FillView, ViewState

HEIGHT = 26
MARGIN, GAP = 14, 12
BAR = QSize(96, 8)
WARNING = "more than can be kept"
_LONGEST = 36_000.0 - 1
"""Seconds left, for which room is kept: 9:59:59."""


class FillStrip(QWidget):
    """A bar, what is being read with its figures, and a button that stops it.

    It shares the line of the status, so that the picture does not move when it comes and goes. Where it has little
    room it says less; all of it can be read in its tool tip.
    """

    stop_requested = pyqtSignal()
    """The button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._fill: FillView | None = None
        self._plays = False
        self._keys: KeyMap | None = None
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(BAR)
        self._bar.setAccessibleName("Progress")
        self._text, self._warning = label("", "dim", TextSize.SMALL), label(WARNING, "warning", TextSize.SMALL)
        self._stop = KeyButton()
        self._stop.setText("Stop")
        self._stop.setProperty("chip", True)
        self._stop.setFont(self._text.font())
        self._stop.setFixedHeight(20)
        self._stop.clicked.connect(self.stop_requested)
        parts = self._bar, self._text, self._warning, STRETCH, self._stop
        row = laid_out(QHBoxLayout(self), *parts, margins=(MARGIN, 1, MARGIN, 0), spacing=GAP)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        line = rule(self)
        line.setFixedSize(1, HEIGHT - 11)
        line.move(0, 6)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Reading in advance")
        self.hide()

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; is there only while something is read in advance."""
        plays = state.playback.waits_for_fill
        if self._keys is not state.keys:
            self._keys = state.keys
            self._stop.setToolTip(state.keys.tip("stop_filling"))
        if (state.fill, plays) == (self._fill, self._plays):
            return
        self._fill, self._plays = state.fill, plays
        if self._fill is not None:
            self._show(self._fill)
        self.setVisible(self._fill is not None)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size: it grows to its :meth:`maximumWidth` where there is room."""
        return QSize(180, HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size it can still be used at."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Says as much as there is room for."""
        super().resizeEvent(event)
        if self._fill is not None:
            self._say(self._fill)

    def _show(self, fill: FillView) -> None:
        self._bar.setRange(0, max(1, fill.total))
        self._bar.setValue(fill.done)
        self._stop.setEnabled(fill.done < fill.total)
        nearly = max(0, fill.total - 1)
        longest = replace(fill, done=nearly, bytes_per_second=888.8 * MB, seconds_left=_LONGEST)
        self.setMaximumWidth(self._width_of(next(_texts(longest, plays=self._plays)), bar=True, warns=not fill.fits))
        self._say(fill)

    def _say(self, fill: FillView) -> None:
        warns = not fill.fits and fill.done < fill.total
        texts = list(_texts(fill, plays=self._plays))
        whole = f"{texts[0]} · {WARNING}" if warns else texts[0]
        self.setToolTip(whole)
        self.setAccessibleDescription(whole)
        # The warning goes before the figures, and the bar only where nothing else is left.
        ways = [*((text, True, warns) for text in texts), (texts[-1], True, False), (texts[-1], False, False)]
        fitting = (way for way in ways if self._width_of(way[0], bar=way[1], warns=way[2]) <= self.width())
        text, bar, warning = next(fitting, ways[-1])
        self._text.setText(text)
        self._bar.setVisible(bar)
        self._warning.setVisible(warning)

    def _width_of(self, text: str, *, bar: bool, warns: bool) -> int:
        metrics = self._text.fontMetrics()
        width = 2 * MARGIN + metrics.horizontalAdvance(text) + 2 * GAP + self._stop.sizeHint().width()
        width += BAR.width() + GAP if bar else 0
        return width + (metrics.horizontalAdvance(WARNING) + GAP if warns else 0)


def _texts(fill: FillView, *, plays: bool) -> Iterator[str]:
    """Yields the texts, from the longest to the shortest; ``plays`` if playing follows."""
    what, part, speed, left, needs = fill_words(fill)
    if plays:
        what = f"{what}, then playing"
    for figures in ((part, speed, left, needs), (part, left, needs), (part, left)):
        yield f"{what}: {' · '.join(filter(None, figures))}"
    yield " · ".join(filter(None, (part, left)))
    yield part
