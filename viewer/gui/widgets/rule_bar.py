"""Where the list of sequences is, and the line above it: the order of the pictures, and a filter for their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QEvent, QObject, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import (
    QAction,
    QActionGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.core.records import replace
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule, Order
from viewer.gui.theme import TextSize
from viewer.gui.widgets.icons import icon
from viewer.gui.widgets.keys import ENTER, claims_key
from viewer.gui.widgets.labels import elided, label, laid_out, sized
from viewer.gui.widgets.mnemonics import give_mnemonics
from viewer.model.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QKeyEvent, QResizeEvent

    from viewer.gui.theme import Colours
    from viewer.model.view_state import FolderView

NARROW = 900
"""A window less wide than this has the list over the picture, and only while it is asked for."""
WIDTH = 280
"""The width of the panel that it stands in, and of its lists, until the user makes them wider or narrower."""
HEIGHT = 24
LONGEST = 50
"""Characters of a pattern that the menus show."""
TYPED = 200
"""Milliseconds without a key after which the names are filtered."""
BY_PATTERN = "order_by_pattern"
RULES: dict[str, dict[str, Any]] = {
    "order_sequences": {"order": Order.SEQUENCES, "pattern": ""},
    BY_PATTERN: {"order": Order.SEQUENCES},
    "order_by_name": {"order": Order.BY_NAME},
    "order_by_number": {"order": Order.BY_NUMBER},
    "order_by_date": {"order": Order.BY_DATE},
}
"""What each command changes in the rule of a folder, in the order of the menu."""
_COMMANDS = {command.name: command for command in COMMANDS}


def with_command(rule: FolderRule, name: str) -> FolderRule:
    """Returns the rule that a command makes of another."""
    return replace(rule, **RULES[name])


def show_rule(rule: FolderRule, action_of: Callable[[str], QAction]) -> None:
    """Checks the action of a rule among those of the commands; that of a pattern is only seen where there is one."""
    by_pattern = action_of(BY_PATTERN)
    by_pattern.setVisible(bool(rule.pattern))
    by_pattern.setText(f"By pattern: {elided(rule.pattern, LONGEST)}".replace("&", "&&"))
    is_checked = next(name for name in RULES if with_command(rule, name) == rule)
    for name in RULES:
        action_of(name).setChecked(name == is_checked)


class SidePlace(QWidget):
    """The left part of the splitter, and the card over the picture that takes its place in a narrow window.

    Attributes:
        is_narrow: whether the window is too narrow for a list beside the picture.
        is_asked_for: whether the user has opened the list over the picture.
        is_shown: whether the list is to be seen, in either place.
        is_over: whether its place is over the picture.
    """

    narrowed = pyqtSignal()
    """What there is room for, or asked for, has changed: the list may be to be shown or hidden."""

    def __init__(self, split: QSplitter) -> None:
        super().__init__()
        self.is_narrow = self.is_asked_for = self.is_shown = self.is_over = False
        self._panel: QWidget | None = None
        self._split = split
        self._over = QFrame(self)
        self._over.setObjectName("over")
        self._over.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._over.setAutoFillBackground(True)
        self._over.hide()
        for place in (self, self._over):
            laid_out(QVBoxLayout(place))
        split.installEventFilter(self)

    def hold(self, panel: QWidget) -> None:
        """Takes the list, when it has been made."""
        self._panel = panel

    def put(self, *, shown: bool, over: bool) -> None:
        """Shows the list or hides it, over the picture or beside it."""
        self.is_shown, self.is_over = shown, over
        place = self._over if over else self
        layout = place.layout()
        if self._panel is not None and layout is not None and self._panel.parentWidget() is not place:
            layout.addWidget(self._panel)
        self.setVisible(shown and not over)
        self._over.setVisible(shown and over)
        self._place()

    def close_over(self) -> None:
        """Closes the list over the picture: what was chosen is to be seen."""
        if self.is_over:
            self.is_asked_for = False
            self.put(shown=False, over=True)
            self.narrowed.emit()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Goes over the picture, or beside it, when the window has another width."""
        if watched is self._split and event is not None and event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            before, self.is_narrow = self.is_narrow, self._split.width() < NARROW
            if before != self.is_narrow:
                self.narrowed.emit()
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self._split.parentWidget()
        if self._over.isHidden() or parent is None:
            return
        if self._over.parentWidget() is not parent:
            self._over.setParent(parent)
            self._over.show()
        self._over.setGeometry(self._split.x(), self._split.y(), WIDTH, self._split.height())
        self._over.raise_()


class RuleBar(QWidget):
    """Chooses the order, and takes the filter."""

    chosen = pyqtSignal(object)
    """Another :class:`FolderRule` is wanted."""
    pattern_wanted = pyqtSignal()
    """The user wants to say which number of a name is the frame."""
    left = pyqtSignal()
    """The keys are to go back to the picture."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._rule = AS_NAMED
        self._order = QToolButton()
        self._order.setProperty("chip", True)
        self._order.setFont(sized(self.font(), TextSize.SMALL))
        self._order.setFixedHeight(HEIGHT)
        self._order.setIconSize(QSize(10, 10))
        self._order.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._order.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the icon stands behind the text
        self._order.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._order.setToolTip("In which order the pictures of the folder stand")
        self._order.clicked.connect(self.open_menu)
        self._menu = QMenu(self)
        group = QActionGroup(self)
        self._actions = {name: self._action(name, group) for name in RULES}
        self._menu.addActions(list(self._actions.values()))
        self._menu.addSeparator()
        self._menu.addAction(_COMMANDS["which_number"].text, self.pattern_wanted)
        give_mnemonics(self._menu)
        self._filter = FilterField()
        self._filter.wanted.connect(lambda text: self._choose(replace(self._rule, filter=text)))
        self._filter.left.connect(self.left)
        laid_out(QHBoxLayout(self), self._order, (self._filter, 1), spacing=6)
        self.set_colours(colours)
        self._say()

    def set_colours(self, colours: Colours) -> None:
        """Draws the icon with other colours."""
        self._order.setIcon(icon("chevron_down", colours.dim, colours.dim))

    def show_folder(self, folder: FolderView | None) -> None:
        """Shows the rule of a folder, and how many pictures it lets pass."""
        self._rule = AS_NAMED if folder is None else folder.rule
        self.setEnabled(folder is not None)
        self._say()
        count = "" if folder is None or not self._rule.filter else f"{folder.passing:,} of {folder.total:,}"
        self._filter.show_filter(self._rule.filter, count)

    def open_menu(self) -> None:
        """Opens the list of orders below the button."""
        self._menu.popup(self._order.mapToGlobal(self._order.rect().bottomLeft()))

    def edit_filter(self) -> None:
        """Gives the focus to the filter, all of it selected."""
        self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._filter.selectAll()

    def _action(self, name: str, group: QActionGroup) -> QAction:
        action = QAction(_COMMANDS[name].text, group)
        action.setCheckable(True)
        action.triggered.connect(lambda: self._choose(with_command(self._rule, name)))
        return action

    def _choose(self, rule: FolderRule) -> None:
        if rule != self._rule:
            self._rule = rule
            self.chosen.emit(rule)
        self._say()

    def _say(self) -> None:
        is_owners = self._rule.order is Order.SEQUENCES and self._rule.pattern
        text = "By pattern" if is_owners else self._rule.order.value.capitalize()
        self._order.setText(text)
        self._order.setAccessibleName(f"Order: {text}")
        show_rule(self._rule, self._actions.__getitem__)


class FilterField(QLineEdit):
    """Takes a text or a glob; Esc empties it, Enter and Esc give the keys back."""

    wanted = pyqtSignal(str)
    """Another filter is wanted: some time after the last key, or at Enter or Esc."""
    left = pyqtSignal()
    """Enter or Esc was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("field", True)
        self.setFont(sized(self.font(), TextSize.SMALL))
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(40)
        self.setMaxLength(1000)
        self.setPlaceholderText("Filter names")
        self.setAccessibleName("Filter names")
        self.setToolTip("A part of the names to show, or a glob such as left_* (Ctrl+F; Esc empties it)")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._count = label("", "dim", TextSize.SMALL)
        self._count.setParent(self)
        self._count.hide()
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPED)
        self._timer.timeout.connect(self._want)
        self.textEdited.connect(lambda _text: self._timer.start())

    def show_filter(self, text: str, count: str) -> None:
        """Shows the filter, unless another is being typed, and how many pictures it lets pass."""
        if not self.hasFocus() and not self._timer.isActive() and text != self.text():
            self.setText(text)
        if count != self._count.text():
            self._count.setText(count)
            self._count.setVisible(bool(count))
            self.setAccessibleDescription(count)
            self._place()

    def _place(self) -> None:
        size = self._count.sizeHint()
        self.setTextMargins(0, 0, size.width() + 4 if self._count.text() else 0, 0)
        self._count.resize(size)
        self._count.move(self.width() - size.width() - 7, (self.height() - size.height()) // 2)

    def _want(self) -> None:
        self._timer.stop()
        self.wanted.emit(self.text().strip())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keeps the count at the right end."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent | None) -> bool:
        """Keeps Enter and Esc from becoming shortcuts of the window."""
        return claims_key(event, lambda key: key.key() in {Qt.Key.Key_Escape, *ENTER}) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter and Esc; leaves the rest to be typed."""
        if event is None or event.key() not in {Qt.Key.Key_Escape, *ENTER}:
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        self._want()
        self.left.emit()
