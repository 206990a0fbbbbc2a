"""What was measured, as pictures: the verdict with its icon, rates by reads at once, and what steps were made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.gui.theme import GRID, Colours, TextSize, colours_of
from viewer.gui.widgets.icons import paint_icon
from viewer.gui.widgets.labels import PaintedPicture, PlainLabel, sized
from viewer.model.preferences import Theme
from viewer.model.report import PARTS, REFRESH, Judgement, best_rate, format_rate, format_seconds, part_of, step_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.core.load.statistics import StepTime

CURVE = QSize(160, 40)
BARS, BAR, BETWEEN = 96, 16, 4
"""The height of the bars of the steps, how wide each is, and what is free between two."""
MOST_STEPS = 20
ICON = 24
_ICONS = {
    Judgement.QUIET: ("info", "dim"),
    Judgement.GOOD: ("check", "decoded"),
    Judgement.SLOW: ("warning", "accent"),
    Judgement.AWAY: ("unreachable", "failed"),
}
_COLOURS = dict(zip(PARTS, ("missing", "reading", "decoded", "encoded"), strict=True))


def _colours(widget: QWidget) -> Colours:
    """Returns the colours of the theme, which may change while the widget is shown."""
    return colours_of(Theme.SYSTEM, system_is_dark=widget.palette().color(QPalette.Window).lightness() < 128)  # noqa: PLR2004 - half


class VerdictLabel(PlainLabel):
    """What it all comes to, with an icon that says how good that is."""

    def __init__(self) -> None:
        super().__init__("verdict", TextSize.LARGE)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._tone = Judgement.QUIET

    def show_tone(self, tone: Judgement) -> None:
        """Shows the icon of a tone."""
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the icon beside the words."""
        super().paintEvent(event)
        name, colour = _ICONS[self._tone]
        painter = QPainter(self)
        at = QRect(2 * GRID, (self.height() - ICON) // 2, ICON, ICON)
        paint_icon(painter, name, at, QColor(getattr(_colours(self), colour)))
        painter.end()


class RatesCurve(PaintedPicture):
    """The rate over the number of reads at once, as a line on which the best is marked and named."""

    def __init__(self) -> None:
        super().__init__()
        self._rates: tuple[tuple[int, float], ...] = ()
        self.setAccessibleName("Rate by reads at once")
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)

    def show_rates(self, rates: tuple[tuple[int, float], ...]) -> None:
        """Shows the bytes a second by the number of reads at once; at least two."""
        if rates != self._rates:
            self._rates = rates
            said = (f"{count}: {format_rate(rate)}" for count, rate in rates)
            self.setAccessibleDescription(f"{self._best()}. {', '.join(said)}")
            self.setToolTip("\n".join(f"{count:>2} at once: {format_rate(rate)}" for count, rate in rates))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the size of the line and of what is said of the best."""
        said = self.fontMetrics().horizontalAdvance(self._best()) if self._rates else 0
        return QSize(CURVE.width() + 2 * GRID + said, CURVE.height())

    minimumSizeHint = sizeHint  # noqa: N815 - Qt's name

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Paints the line from nothing at the foot to the best at the top."""
        colours, rates = _colours(self), self._rates
        most, last = max(rate for _, rate in rates) or 1.0, max(count for count, _ in rates)
        plot = QRectF(4.5, 5.5, CURVE.width() - 9, CURVE.height() - 11)

        def at(count: int, rate: float) -> QPointF:
            across = math.log2(count) / math.log2(last)
            return QPointF(plot.left() + across * plot.width(), plot.bottom() - rate / most * plot.height())

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(QPen(QColor(colours.encoded), 1.75))
        points = [at(*each) for each in rates]
        painter.drawPolyline(*points)
        best = best_rate(rates)
        painter.setPen(Qt.PenStyle.NoPen)
        for each, point in zip(rates, points, strict=True):
            painter.setBrush(QColor(colours.accent if each == best else colours.encoded))
            radius = 4.0 if each == best else 2.0
            painter.drawEllipse(point, radius, radius)
        painter.setPen(QColor(colours.text))
        words = self.rect().adjusted(CURVE.width() + 2 * GRID, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._best())
        painter.end()

    def _best(self) -> str:
        count, rate = best_rate(self._rates)
        return f"best with {count}: {format_rate(rate)}"


class StepBars(PaintedPicture):
    """What the last steps were made of, a bar each, the newest at the right; the pointer over one says its times."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[StepTime, ...] = ()
        self.setFont(sized(self.font(), TextSize.SMALL))
        self.setAccessibleName("Times of the last steps")
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)

    def show_steps(self, steps: Sequence[StepTime]) -> None:
        """Shows steps, the oldest first; at most :data:`MOST_STEPS`."""
        shown = tuple(steps[-MOST_STEPS:])
        if shown != self._steps:
            self._steps = shown
            self.setAccessibleDescription(f"The newest: {step_words(shown[-1])}" if shown else "")
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the room for all bars, for what is the top and below for what the colours mean."""
        said = self.fontMetrics().horizontalAdvance(self._said_of(REFRESH)) + 2 * GRID
        return QSize(MOST_STEPS * (BAR + BETWEEN) + said, BARS + 4 * GRID + self.fontMetrics().height())

    minimumSizeHint = sizeHint  # noqa: N815 - Qt's name

    def event(self, event: QEvent | None) -> bool:
        """Says the times of the step under the pointer."""
        if isinstance(event, QHelpEvent):
            at = event.x() // (BAR + BETWEEN) - (MOST_STEPS - len(self._steps))
            if 0 <= at < len(self._steps) and event.y() <= BARS + GRID:
                QToolTip.showText(event.globalPos(), step_words(self._steps[at]), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        """Paints the bars to one scale, the line of one picture of the screen, and the legend."""
        colours = _colours(self)
        longest = max([2 * REFRESH, *(step.total for step in self._steps)])
        foot, right = GRID + BARS, MOST_STEPS * (BAR + BETWEEN) - BETWEEN
        painter = QPainter(self)
        for seconds, style in ((longest, Qt.PenStyle.SolidLine), (REFRESH, Qt.PenStyle.DashLine)):
            y = foot - round(BARS * seconds / longest)
            painter.setPen(QPen(QColor(colours.line if seconds == longest else colours.edge), 1, style))
            painter.drawLine(0, y, right, y)
            if seconds == longest or y - GRID > self.fontMetrics().height():
                painter.setPen(QColor(colours.dim))
                room = QRect(right + GRID, y - GRID, self.width() - right, 2 * GRID)
                painter.drawText(
                    room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._said_of(seconds)
                )
        for position, step in enumerate(self._steps, MOST_STEPS - len(self._steps)):
            under = 0.0
            for name in PARTS:
                over = under + part_of(step, name)
                low, high = (round(BARS * each / longest) for each in (under, over))
                bar = QRect(position * (BAR + BETWEEN), foot - high, BAR, high - low)
                painter.fillRect(bar, QColor(getattr(colours, _COLOURS[name])))
                under = over
        painter.fillRect(QRect(0, foot, right, 1), QColor(colours.edge))
        self._paint_legend(painter, colours, foot + 2 * GRID, right)
        painter.end()

    @staticmethod
    def _said_of(seconds: float) -> str:
        return f"{format_seconds(seconds)}{', one picture of the screen' if seconds == REFRESH else ''}"

    def _paint_legend(self, painter: QPainter, colours: Colours, top: int, right: int) -> None:
        x, height = 0, self.fontMetrics().height()
        for name in PARTS:
            painter.fillRect(QRect(x, top + (height - 10) // 2, 10, 10), QColor(getattr(colours, _COLOURS[name])))
            painter.setPen(QColor(colours.text))
            width = self.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRect(x + 2 * GRID, top, width + 1, height), Qt.AlignmentFlag.AlignVCenter, name)
            x += 2 * GRID + width + 2 * GRID
        painter.setPen(QColor(colours.dim))
        painter.drawText(QRect(0, top, right, height), Qt.AlignmentFlag.AlignRight, "newest →")
