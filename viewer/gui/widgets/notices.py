"""What is said over the picture: the number of a step, the answer to a command, a notice, and why there is no picture.

Each takes its place in the part of the window that it lies over; none takes the keys from the picture by a click.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QPainter
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from viewer.core.play.timebase import TimeDisplay
from viewer.gui.theme import CARD_RADIUS, GRID, Colours, TextSize, Themed, digits
from viewer.gui.widgets.icons import icon, paint_icon
from viewer.gui.widgets.labels import STRETCH, ElidedLabel, PlainLabel, balanced, button, label, laid_out, sized
from viewer.gui.widgets.motion import SHADOW, Fade, paint_card
from viewer.model.view_state import ViewState, is_available

if TYPE_CHECKING:
    from PyQt5.QtGui import QPaintEvent

MARGIN = 14
"""Room between the edge of the picture's part of the window and what lies over it."""
TAG_FOR, TOAST_FOR = 1000, 1500
"""Milliseconds for which the number of a step, and an answer, are shown."""
ICON, LARGE_ICON, CLOSE = 20, 52, 24
"""The sides of the icons in a notice and in the card of a problem, and of the button that puts a notice away."""
LONGEST = 80
"""Characters of a line in the card of a problem."""
WIDEST = 90 * GRID
"""Of a notice: longer lines are hard to read."""
ABOVE_EDGE = 6 * GRID
"""Room below an answer."""
_GROUND, _WORDS = QColor(0, 0, 0, 200), QColor(240, 240, 240)
"""Of what lies right on the picture, in both themes."""
_TINTS = {"missing": "dim", "unreadable": "failed", "writing": "text", "unreachable": "accent"}
"""The kinds of problems, each also the name of its icon, and the colour of that icon."""


class _Pill(QLabel):
    """One line of text right on the picture that goes by itself; never takes the mouse."""

    def __init__(self, parent: QWidget, name: str, font: QFont, milliseconds: int) -> None:
        super().__init__(parent)
        self.setFont(font)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(name)
        self.words = ""
        self.icon = ""
        self.fade = Fade(self)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(milliseconds)
        self.timer.timeout.connect(self.fade.hide)
        self.hide()

    def say(self, words: str, icon_name: str = "") -> None:
        """Takes a text, and an icon before it or "", and the size that they need."""
        if (words, icon_name) != (self.words, self.icon):
            self.words, self.icon = words, icon_name
            self.setAccessibleDescription(words)
            self.update()
        parent, metrics = self.parentWidget(), self.fontMetrics()
        most = 10_000 if parent is None else parent.width() - 2 * MARGIN
        sides = 3 * GRID + (ICON + GRID if icon_name else 0) + 2
        self.resize(min(most, metrics.horizontalAdvance(words) + sides), metrics.height() + GRID + GRID // 2)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the text, shortened at its end where it is too long."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(QRectF(self.rect()), CARD_RADIUS, CARD_RADIUS)
        inside = self.rect().adjusted(GRID + GRID // 2, 0, -GRID - GRID // 2, 0)
        if self.icon:
            at = QRect(inside.left(), inside.top(), ICON, inside.height())
            paint_icon(painter, self.icon, at, QColor("#f2a93b"))
            inside.setLeft(inside.left() + ICON + GRID)
        painter.setPen(_WORDS)
        words = self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()


class FrameTag(_Pill):
    """The number of the frame stepped to, at the upper left, for a second; longer while that frame is loading."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Frame", digits(TextSize.PAGE), TAG_FOR)

    def show_step(self, state: ViewState) -> None:
        """Shows the frame of a snapshot, at once: number and picture come on screen together."""
        if state.number is None:
            return
        words, time = state.numbers.text(state.number), state.show_time
        if time is not TimeDisplay.FRAMES:
            words = f"{words}  {state.time_base.text(state.number, time)}"
        self.say(words, "" if state.is_true else "loading")
        self.timer.stop()
        if state.is_true:
            self.timer.start()
        self.fade.end(shown=True)
        self.raise_()

    def put_under(self, notice: QRect | None) -> None:
        """Takes its place, below a notice that would lie over it."""
        self.move(MARGIN, MARGIN)
        if notice is not None and notice.intersects(self.geometry()):
            self.move(MARGIN, notice.bottom() + 1 + GRID)


class Toast(_Pill):
    """The answer to what the user did, at the lower edge, for a moment; the next one takes its place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Answer", sized(parent.font(), TextSize.BASE), TOAST_FOR)

    def answer(self, words: str, bottom: int) -> None:
        """Shows an answer that ends above ``bottom``."""
        self.say(words)
        self.put_above(bottom)
        self.timer.start()
        self.fade.show()
        self.raise_()

    def put_above(self, bottom: int) -> None:
        """Takes its place in the middle, ending above ``bottom``."""
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, max(MARGIN, bottom - self.height()))


class _Card(Themed):
    """A card with a shadow over the picture, as wide as its words need and there is room for."""

    edge = "line"

    def put(self, card: QRect) -> None:
        """Takes a place in the parent, its shadow lies around that."""
        self.setGeometry(card.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))

    @property
    def card(self) -> QRect:
        """Where it is in its parent, without its shadow."""
        return self.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the card; what is on it are widgets."""
        painter = QPainter(self)
        card = QRectF(self.card.translated(-self.pos()))
        paint_card(painter, card, QColor(self._colours.panel), QColor(getattr(self._colours, self.edge)))
        self.paint_icon(painter, self.card.translated(-self.pos()))
        painter.end()

    def paint_icon(self, painter: QPainter, card: QRect) -> None:
        """Paints what belongs to the words on the card."""


class Notice(_Card):
    """One sentence at the top: what a share or a command has come to. It stays until it is put away or is over."""

    put_away = pyqtSignal()
    """The button was pressed."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(colours, parent)
        self._is_offline = False
        self._words = label()
        self._words.setWordWrap(True)
        self._close = QToolButton()
        self._close.setFixedSize(CLOSE, CLOSE)
        self._close.setIconSize(QSize(16, 16))
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.setAccessibleName("Put the notice away")
        self._close.setToolTip("Put away")
        self._close.clicked.connect(self.put_away)
        sides = SHADOW + GRID + GRID // 2
        row = (ICON + GRID, (self._words, 1), GRID, self._close)
        laid_out(QHBoxLayout(self), *row, margins=(sides, SHADOW + 6, SHADOW + 6, SHADOW + 6))
        self.setAccessibleName("Notice")
        self.set_colours(colours)
        self.hide()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        super().set_colours(colours)
        self._close.setIcon(icon("close", colours.text, colours.edge))

    def say(self, words: str, *, is_offline: bool) -> None:
        """Takes a sentence; that of a share that does not answer looks unlike all others."""
        self.edge, self._is_offline = "accent" if is_offline else "edge", is_offline
        self._words.setText(words)
        self.setAccessibleDescription(words)
        self.place()
        self.update()
        if self.isHidden():
            self.show()
            self.raise_()

    def place(self) -> None:
        """Takes its place: at the top, in the middle."""
        parent, layout = self.parentWidget(), self.layout()
        if parent is None or layout is None:
            return
        metrics = self._words.fontMetrics()
        sides = 4 * GRID + ICON + CLOSE
        width = min(parent.width() - 2 * MARGIN, WIDEST, metrics.horizontalAdvance(self._words.text()) + sides + 4)
        width = balanced(self._words, width - sides) + sides
        height = max(CLOSE, self._words.heightForWidth(width - sides)) + 12
        self.put(QRect((parent.width() - width) // 2, MARGIN, width, height))

    def paint_icon(self, painter: QPainter, card: QRect) -> None:
        """Paints the waves of a share that does not answer, or a plain i."""
        name, tint = ("unreachable", self._colours.accent) if self._is_offline else ("info", self._colours.dim)
        at = QRect(card.left() + GRID + GRID // 2, card.top(), ICON, card.height())
        paint_icon(painter, name, at, QColor(tint))


class ProblemCard(_Card):
    """Why the frame cannot be shown, in the middle: its kind, a sentence, its file, and what can be done."""

    triggered = pyqtSignal(str)
    """A button was pressed: the name of its command."""

    def __init__(self, colours: Colours, parent: QWidget, actions: dict[str, str]) -> None:
        """Makes the card.

        Args:
            colours: those of the theme.
            parent: what it lies over.
            actions: what the buttons say, by the commands that they carry out.
        """
        super().__init__(colours, parent)
        self._kind = ""
        self._sentence = label(size=TextSize.LARGE)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._path = ElidedLabel("dim", TextSize.SMALL, "Path")
        self._facts = PlainLabel("dim", TextSize.SMALL, "File")
        self._buttons = {name: self._button(name, text) for name, text in actions.items()}
        self._above = QWidget()
        self._above.setFixedHeight(LARGE_ICON + GRID)
        file = laid_out(QHBoxLayout(), STRETCH, self._path, self._facts, STRETCH)
        row = laid_out(QHBoxLayout(), STRETCH, *self._buttons.values(), STRETCH, spacing=GRID)
        sides = SHADOW + 2 * GRID
        self._column = laid_out(
            QVBoxLayout(self),
            *(self._above, self._sentence, GRID, file, 2 * GRID, row),
            margins=(sides, sides, sides, sides),
        )
        self.setAccessibleName("Problem")
        self.hide()

    def _button(self, name: str, text: str) -> QWidget:
        made = button(text, lambda: self.triggered.emit(name))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the arrows away from the frames
        return made

    def show_problem(self, state: ViewState, below: int) -> None:
        """Shows the problem of a snapshot, ``below`` what is said at the top."""
        self._kind = state.problem_kind
        self._sentence.setText(state.problem)
        self.setAccessibleDescription(state.problem)
        self._path.setText(state.path)
        self._path.setToolTip(state.path)
        self._facts.setText(f" · {state.facts}" if state.path and state.facts else state.facts)
        self._facts.setVisible(bool(state.facts))
        for name, each in self._buttons.items():
            each.setEnabled(is_available(name, state))
        self._above.setVisible(self._kind in _TINTS)
        self.place(below)
        self.update()
        if self.isHidden():
            self.show()

    def place(self, below: int) -> None:
        """Takes its place: the middle, or lower where something else is said at the top and there is little room."""
        parent = self.parentWidget()
        if parent is None:
            return
        sides = 2 * (SHADOW + 2 * GRID)
        metrics = QFontMetrics(self._sentence.font())
        words = min(metrics.horizontalAdvance(self._sentence.text()) + 4, LONGEST * metrics.averageCharWidth())
        path, facts = (each.fontMetrics().horizontalAdvance(each.text()) + 4 for each in (self._path, self._facts))
        room = parent.width() - 4 * MARGIN - sides
        inside = min(room, max(balanced(self._sentence, min(words, room)), path + facts))
        self._facts.setFixedWidth(min(facts, room))
        self._path.setFixedWidth(max(0, min(path, inside - facts * self._facts.isVisibleTo(self))))
        height = self._column.heightForWidth(inside + sides)
        left, top = (parent.width() - inside - sides) // 2, (parent.height() - height) // 2
        self.setGeometry(left, max(0, top, below + GRID - SHADOW if below else 0), inside + sides, height)

    def paint_icon(self, painter: QPainter, card: QRect) -> None:
        """Paints the icon of the kind above the sentence."""
        if (tint := _TINTS.get(self._kind)) is not None:
            at = QRect(card.left(), card.top() + 2 * GRID, card.width(), LARGE_ICON)
            paint_icon(painter, self._kind, at, QColor(getattr(self._colours, tint)))
