"""Where the user gives other keys to the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, Qt, pyqtSignal
from PyQt5.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.core.errors import SettingsError
from viewer.gui.theme import GRID
from viewer.gui.widgets.keys import ENTER
from viewer.gui.widgets.labels import STRETCH, button, give_role, label, laid_out
from viewer.model.commands import COMMANDS
from viewer.model.key_map import DEFAULT_KEYS, MOST_KEYS, KeyMap, canonical, from_text, refusal

if TYPE_CHECKING:
    from PyQt5.QtGui import QFocusEvent, QResizeEvent

_TEXTS = {command.name: command.text.rstrip("…") for command in COMMANDS}
_ALONE = {
    *(Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr),
    *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_unknown, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R),
}
"""Keys that are held down for others."""
_HINT = "Choose a command, then press Enter to give it another key."
_PRESS = "Press the new key"


def pressed(event: QKeyEvent) -> str:
    """Returns the key that was pressed, as Qt writes it; "" for one that is held for others.

    Raises:
        SettingsError: it cannot be used.
    """
    key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in _ALONE or not key:
        return ""
    if Qt.Key.Key_Space < key < Qt.Key.Key_Escape and not chr(key).isalnum():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # which signs need it is a matter of the keyboard
    return canonical(QKeySequence(int(modifiers) | key).toString(QKeySequence.SequenceFormat.PortableText))


class KeyCapture(QLineEdit):
    """Takes one key press as it is, except Tab and Esc, which lead out of it."""

    captured = pyqtSignal(str)
    """A key was pressed, as Qt writes it."""
    refused = pyqtSignal(str)
    """A key was pressed that cannot be used: a sentence."""
    left = pyqtSignal()
    """The user wants no other key after all."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("field", True)
        self.setReadOnly(True)
        self.setPlaceholderText(_PRESS)
        self.setAccessibleName(_PRESS)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def event(self, event: QEvent | None) -> bool:
        """Keeps all keys from becoming shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Reports the key."""
        if event is None:
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        try:
            key = pressed(event)
        except SettingsError:
            self.refused.emit("This key cannot be used. Press another one.")
            return
        if key:
            self.captured.emit(key)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Waits for no key any more."""
        super().focusOutEvent(event)
        self.setPlaceholderText("")

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Waits for a key."""
        super().focusInEvent(event)
        self.setPlaceholderText(_PRESS)


class KeyEditor(QWidget):
    """The commands with their keys, and below them a field that takes a new key: a page of the preferences."""

    changed = pyqtSignal(object)
    """The user has changed the keys: the :class:`KeyMap` of now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = DEFAULT_KEYS
        self._adds, self._offered = False, ""
        self._field = QLineEdit()
        self._field.setProperty("field", True)
        self._field.setPlaceholderText("Find a command or a key")
        self._field.setAccessibleName("Find a command or a key")
        self._field.setFixedHeight(4 * GRID)
        self._field.textChanged.connect(self._find)
        self._field.returnPressed.connect(self._begin)
        self._table = _CommandTable()
        self._table.edit_wanted.connect(self._begin)
        self._table.remove_wanted.connect(self._remove)
        self._table.itemSelectionChanged.connect(self._leave)
        self._capture = KeyCapture()
        self._capture.setFixedSize(20 * GRID, 4 * GRID)
        self._capture.captured.connect(self._take)
        self._capture.refused.connect(lambda sentence: self._say(sentence, "warning"))
        self._capture.left.connect(self._leave)
        self._said = label(_HINT, "dim")
        self._said.setWordWrap(True)
        self._said.setMinimumHeight(4 * GRID)
        self._over = button("Take it over", self._take_over)
        self._buttons = [
            button("Change key…", self._begin, "Give the command another key in place of those it has"),
            button("Add key…", lambda: self._begin(adds=True), "Give the command one more key"),
            button("No key", self._remove, "Take its keys from the command"),
            button("Reset", self._reset, "Give the command back the keys that it had at first"),
        ]
        self._reset_all = button(
            "Reset all…", self._ask_to_reset, "Give all commands back the keys that they had at first"
        )
        as_text = button("As text…", self._show_text, "Copy the keys as text, or take them from a text")
        asked = laid_out(QHBoxLayout(), self._capture, (self._said, 1), self._over, spacing=GRID)
        head = laid_out(QHBoxLayout(), (self._field, 1), self._reset_all, as_text, spacing=GRID)
        foot = laid_out(QHBoxLayout(), *self._buttons, STRETCH, spacing=GRID)
        laid_out(QVBoxLayout(self), head, (self._table, 1), asked, foot, spacing=GRID)
        self._leave()
        self.show_keys(DEFAULT_KEYS)
        self._table.selectRow(0)

    def show_keys(self, keys: KeyMap) -> None:
        """Shows the keys that the commands have."""
        self._keys = keys
        self._table.show_keys(keys)
        self._show_buttons()

    def begin(self) -> None:
        """Gives the keys to the empty field that finds a command."""
        self._field.clear()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leaves the keys, or the text to find, with Esc before that closes the dialog; goes down to what was found."""
        key = None if event is None else event.key()
        if key == Qt.Key.Key_Escape and not self._capture.isHidden():
            self._leave()
        elif key == Qt.Key.Key_Escape and self._field.hasFocus() and self._field.text():
            self._field.clear()
        elif key == Qt.Key.Key_Down and self._field.hasFocus():
            self._table.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Waits for no key any more, and for no answer."""
        self._leave()
        super().hideEvent(event)

    # What is done with the command that is chosen

    def _begin(self, *_clicked: object, adds: bool = False) -> None:
        """Waits for a key."""
        name = self._table.name
        if not name:
            return
        if sentence := refusal(name, "F1" if "F1" not in self._keys.of(name) else "F2"):
            self._say(sentence, "warning")
            return
        self._adds = adds
        self._say(f"{_PRESS} for “{_TEXTS[name]}”; Esc leaves it as it is.")
        self._capture.show()
        self._capture.clear()
        self._capture.setFocus()

    def _take(self, key: str) -> None:
        """Gives a key to the command, unless another one has it."""
        name = self._table.name
        owner = self._keys.owner(key)
        self._capture.setText(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText))
        self._offered = ""
        self._over.hide()
        if sentence := refusal(name, key):
            self._say(f"{sentence} Press another one.", "warning")
        elif owner and owner != name and refusal(owner, "F1" if owner != "shortcuts" else "F2"):
            self._say(f"{key} belongs to “{_TEXTS[owner]}” for good. Press another one.", "warning")
        elif owner and owner != name:
            self._offered = key
            self._say(f"{key} is the key of “{_TEXTS[owner]}”.", "warning")
            self._over.show()
            self._over.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._give(key)

    def _take_over(self) -> None:
        owner = self._keys.owner(self._offered)
        self._give(self._offered, f" “{_TEXTS[owner]}” has it no more." if owner else "")

    def _give(self, key: str, more: str = "") -> None:
        name = self._table.name
        before = tuple(each for each in self._keys.of(name) if each != key) if self._adds else ()
        self._change(
            self._keys.with_keys(name, (*before, key)[-MOST_KEYS:]), f"“{_TEXTS[name]}” has the key {key}.{more}"
        )

    def _remove(self) -> None:
        name = self._table.name
        if sentence := refusal(name, "F1" if name != "shortcuts" else "F2"):
            self._say(sentence, "warning")
        elif name:
            self._change(self._keys.with_keys(name, ()), f"“{_TEXTS[name]}” has no key now.")

    def _reset(self) -> None:
        name = self._table.name
        losers = [_TEXTS[each] for key in DEFAULT_KEYS.of(name) if (each := self._keys.owner(key)) not in ("", name)]
        lost = f" Taken from “{losers[0]}”." if losers else ""
        self._change(self._keys.reset(name), f"“{_TEXTS[name]}” has the keys that it had at first.{lost}")

    def _ask_to_reset(self) -> None:
        count = len(self._keys.changed)
        commands = "1 command" if count == 1 else f"{count} commands"
        question = f"Give {commands} back the keys that they had at first?"
        if QMessageBox.question(self, "Reset all keys", question) == QMessageBox.Yes:
            self._change(DEFAULT_KEYS, "All commands have the keys that they had at first.")

    def _show_text(self) -> None:
        dialog = KeyTextDialog(self._keys, self)
        dialog.chosen.connect(lambda keys: self._change(keys, "The keys are those of the text."))
        dialog.open()

    def _change(self, keys: KeyMap, said: str) -> None:
        self._leave()
        self._say(said)
        self.show_keys(keys)
        self._table.setFocus()
        self.changed.emit(keys)

    # What is seen

    def _leave(self) -> None:
        """Waits for no key any more."""
        had_keys = self._capture.hasFocus() or self._over.hasFocus()
        self._offered = ""
        self._capture.hide()
        self._over.hide()
        self._say(_HINT)
        self._show_buttons()
        if had_keys:
            self._table.setFocus()

    def _say(self, sentence: str, role: str = "dim") -> None:
        give_role(self._said, role)
        self._said.setText(sentence)

    def _show_buttons(self) -> None:
        name = self._table.name
        for each in self._buttons[:2]:
            each.setEnabled(bool(name))
        self._buttons[2].setEnabled(bool(name) and bool(self._keys.of(name)))
        self._buttons[3].setEnabled(bool(name) and self._keys.of(name) != DEFAULT_KEYS.of(name))
        self._reset_all.setEnabled(bool(self._keys.changed))

    def _find(self, typed: str) -> None:
        self._table.show_matching(typed.lower().split())
        self._show_buttons()


class _CommandTable(QTableWidget):
    """A row a command: its menu, its text and its keys; what the user has changed is in bold."""

    edit_wanted = pyqtSignal()
    """Enter or a double click: another key for the command that is chosen."""
    remove_wanted = pyqtSignal()
    """Del: no key for it."""

    def __init__(self) -> None:
        super().__init__(len(COMMANDS), 3)
        self.setAccessibleName("Commands and their keys")
        self.setHorizontalHeaderLabels(["Menu", "Command", "Keys"])
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.SingleSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollPerPixel)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        assert rows is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
        assert columns is not None  # noqa: S101 - the same
        rows.hide()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.Alignment() | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(1, QHeaderView.Stretch)
        for row, command in enumerate(COMMANDS):
            for column, text in enumerate((command.menu, _TEXTS[command.name], "")):
                self.setItem(row, column, QTableWidgetItem(text))
        self.resizeColumnToContents(0)
        self.setColumnWidth(2, 22 * GRID)
        self.cellDoubleClicked.connect(lambda _row, _column: self.edit_wanted.emit())

    @property
    def name(self) -> str:
        """The command that is chosen, "" for none."""
        row = self.currentRow()
        return COMMANDS[row].name if row >= 0 and not self.isRowHidden(row) else ""

    def show_keys(self, keys: KeyMap) -> None:
        """Shows the keys that the commands have."""
        for row, command in enumerate(COMMANDS):
            native = QKeySequence.SequenceFormat.NativeText
            shown = "   ".join(QKeySequence(key).toString(native) for key in keys.of(command.name))
            for column in range(3):
                item = self.item(row, column)
                assert item is not None  # noqa: S101 - all have been made
                font = item.font()
                font.setBold(keys.of(command.name) != command.keys)
                item.setFont(font)
                if column == 2:  # noqa: PLR2004 - the last one
                    item.setText(shown)

    def show_matching(self, words: list[str]) -> None:
        """Leaves the rows that hold all words."""
        for row in range(self.rowCount()):
            items = (self.item(row, column) for column in range(3))
            text = " ".join(item.text() for item in items if item is not None).lower()
            self.setRowHidden(row, not all(word in text for word in words))
        if not self.name:
            shown = [row for row in range(self.rowCount()) if not self.isRowHidden(row)]
            self.selectRow(shown[0] if shown else -1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Gives a long text the lines that it needs; Qt would make all rows as high as their hidden heading."""
        super().resizeEvent(event)
        for row in range(self.rowCount()):
            self.setRowHeight(row, max(28, self.sizeHintForRow(row) + GRID))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes Enter and Del."""
        if event is not None and event.key() in (*ENTER, Qt.Key.Key_F2):
            self.edit_wanted.emit()
        elif event is not None and event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)


class KeyTextDialog(QDialog):
    """The keys as text, to be copied, or to be put in place of those there are; it is checked as it is typed."""

    chosen = pyqtSignal(object)
    """The :class:`KeyMap` of the text is to be used."""

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys as text")
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self._keys: KeyMap | None = None
        about = label(
            "Copy this text to keep the keys or to give them to others. Paste a text here to use its keys.", "dim"
        )
        about.setWordWrap(True)
        self._text = QPlainTextEdit(keys.text())
        self._text.setAccessibleName("Keys as text")
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._check)
        self._said = label("", "warning")
        self._said.setWordWrap(True)
        self._use = button("Use these keys", self._choose)
        row = laid_out(
            QHBoxLayout(),
            button("Copy", self._copy_text),
            STRETCH,
            self._use,
            button("Close", self.accept),
            spacing=GRID,
        )
        column = laid_out(QVBoxLayout(self), about, (self._text, 1), self._said, row, margins=(2 * GRID,) * 4)
        column.setSpacing(GRID)
        self.resize(60 * GRID, 44 * GRID)
        self._check()

    def _check(self) -> None:
        try:
            self._keys, said = from_text(self._text.toPlainText()), ""
        except SettingsError as error:
            self._keys, said = None, str(error)
        self._said.setText("\n".join(said.splitlines()[:3]))
        self._use.setEnabled(self._keys is not None)

    def _copy_text(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._text.toPlainText())

    def _choose(self) -> None:
        if self._keys is not None:
            self.chosen.emit(self._keys)
            self.close()
