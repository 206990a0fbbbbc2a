"""The preferences dialog, made from the rows of the preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtBoundSignal, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PyQt5.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QScrollArea,
    QShortcut,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.gui.theme import GRID, TextSize
from viewer.gui.widgets.icons import paint_icon
from viewer.gui.widgets.labels import STRETCH, PlainLabel, bounded, button, label, laid_out, rule, widest
from viewer.gui.widgets.preference_editors import PreferenceEditor, editor_of
from viewer.model.captions import disk_meaning, held_to, memory_meaning
from viewer.model.preferences import Preferences, Row, rows
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Iterable


MARGIN = 3 * GRID
PAGES_WIDTH = 168
"""The least width of the list of pages."""
CONTROLS_WIDTH, LEAST_CONTROLS = 376, 296
"""What a control and its help are wide, a number, a unit and a slider, and at least on a small screen."""
HEIGHT = 600
_DEFAULTS = Preferences()


class PreferencesDialog(QDialog):
    """Shows every preference, page by page or those that a text finds; what is changed holds at once.

    A number counts when it is finished: on Enter, on leaving the field, at each step of its arrows, when a slider is
    let go. Taking a number half typed ("2" of "2000 MB") would throw most of the cache away.
    """

    changed = pyqtSignal(object)
    """Something was changed: the new :class:`Preferences`."""
    clear_requested = pyqtSignal()
    """Everything in memory is to be cleared."""
    disk_clear_requested = pyqtSignal()
    """All files that are kept on this disk are to be removed."""
    export_requested = pyqtSignal()
    """All preferences and the keys are to be written to a file."""
    import_requested = pyqtSignal()
    """Preferences and keys are to be read from a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._state = ViewState()
        self._preferences = self._state.preferences
        self._most: int | None = None
        self._page = ""
        self._rows: dict[str, _RowView] = {}
        self._parts: list[tuple[str, QWidget]] = []
        """What stands on the pages beside the rows: the page of each, and what it is."""
        self._search = QLineEdit()
        self._list = QListWidget()
        self._headings: dict[str, QLabel] = {}
        self._nothing, self._said = label("", "dim"), label("", "dim")
        self._meaning, self._disk_meaning = _meaning("What that means"), _meaning("What is kept on this disk")
        self._area, self._content = QScrollArea(), QWidget()
        margins = MARGIN, 2 * GRID, 2 * GRID, 2 * GRID
        self._column = laid_out(QVBoxLayout(self._content), STRETCH, margins=margins)
        tip = "Sets all that is shown here back to its defaults"
        self._restore_page = button("Restore this page", lambda: self._restore(self._on_page()), tip)
        self._restore_all = button("Restore all…", self._ask_to_restore, "Sets all preferences back to their defaults")
        self._build()
        self._show_preferences()
        self._disk_meaning.setText(disk_meaning(None))
        self._list.setCurrentRow(0)
        self._take_size()
        self.finished.connect(self._forget)

    def show_state(self, state: ViewState) -> None:
        """Shows the preferences as they are now, and what they mean for the open sequence."""
        before, self._state = self._state, state
        if before.disk_used != state.disk_used:
            self._disk_meaning.setText(disk_meaning(state.disk_used))
        if before.memory != state.memory:
            self._show_most()
        if state.preferences != self._preferences:
            self._preferences = state.preferences
            self._show_preferences()
        elif (before.activity, before.memory) != (state.activity, state.memory):
            self._show_meaning()

    def editor(self, name: str) -> QWidget:
        """Returns the control that takes the keys for the preference ``name``."""
        return self._rows[name].editor.control

    def add_page(self, page: str, widget: QWidget) -> None:
        """Adds a page that has no rows, such as the one of the keys; the search passes it over."""
        self._add_heading(page)
        self._put(widget, 100)
        self._parts.append((page, widget))
        self._show_rows()
        before = self.previousInFocusChain()
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain()
        for each in self._foot:  # Tab comes to the page before
            self.setTabOrder(before, each)
            before = each

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Takes the text to find away with Esc before the dialog closes, and goes to what was found with Enter."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self._search.hasFocus() and self._search.text():
            self._search.clear()
        else:
            super().keyPressEvent(event)

    def begin(self) -> None:
        """Gives the keys to the search."""
        self._search.setFocus()

    def show_page(self, page: str) -> None:
        """Shows one of the pages."""
        self._search.clear()
        self._list.setCurrentRow(list(self._headings).index(page))

    def show_row(self, name: str) -> None:
        """Shows a preference on its page, and gives its editor the keys."""
        self.show_page(self._rows[name].row.page)
        self.editor(name).setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # it is to be where it stays
        self._area.ensureWidgetVisible(self._rows[name], 0, MARGIN)

    def _forget(self) -> None:
        """Ends the search and what was said, as the dialog has been closed."""
        self.say("")
        for row in self._rows.values():
            row.note("")
        self._search.clear()
        focused = self.focusWidget()
        if focused is not None:  # it is the search that has the keys the next time
            focused.clearFocus()

    def _build(self) -> None:
        pages: dict[str, list[tuple[str, Row]]] = {}
        for name, row in rows():
            pages.setdefault(row.page, []).append((name, row))
        self._search.setPlaceholderText("Search all preferences")
        self._search.setAccessibleName("Search all preferences")
        self._search.setProperty("field", True)
        self._search.setFixedHeight(4 * GRID)
        self._search.setClearButtonEnabled(True)
        self._search.findChild(QToolButton).setAccessibleName("Clear the search")
        self._search.textChanged.connect(self._find)
        self._search.returnPressed.connect(self._go_to_found)
        QShortcut(QKeySequence.StandardKey.Find, self, self._search.setFocus)
        self._list.setFixedWidth(max(PAGES_WIDTH, widest(self, *pages) + 52))
        self._list.setAccessibleName("Pages")
        names = widest(self, *(row.label for _, row in rows())) + GRID
        for page, entries in pages.items():
            self._add_heading(page)
            for name, row in entries:
                self._put(self._row(name, row, names))
                if name in ("files_percent", "disk_bytes"):
                    self._put(self._meant(page, name, names))
        self._nothing.setWordWrap(True)
        self._put(self._nothing)
        self._list.currentRowChanged.connect(self._choose_page)
        self._area.setWidget(self._content)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName("Preferences")
        self._said.setWordWrap(True)
        self._said.setContentsMargins(MARGIN, GRID, MARGIN, 0)
        self._said.hide()
        exchange = (
            button("Import…", self.import_requested, "Takes preferences and keys from a file"),
            button("Export…", self.export_requested, "Writes all preferences and the keys to a file"),
        )
        close = button("Close", self.reject)
        self._foot = self._restore_page, self._restore_all, *exchange, close
        each_button = *self._foot[:2], STRETCH, *exchange, 2 * GRID, close
        buttons = laid_out(QHBoxLayout(), *each_button, margins=(MARGIN, 12, MARGIN, 12), spacing=GRID)
        search = laid_out(QHBoxLayout(), self._search, margins=(12, 12, 12, 12))
        middle = laid_out(QHBoxLayout(), self._list, (self._area, 1))
        laid_out(QVBoxLayout(self), search, rule(), (middle, 1), rule(), self._said, buttons)

    def _take_size(self) -> None:
        """Becomes wide enough for all rows, on a screen that is large enough."""
        least = self._list.width() + self._content.minimumSizeHint().width() + 2 * GRID  # and the scroll bar
        self.resize(bounded(self, QSize(least + CONTROLS_WIDTH - LEAST_CONTROLS, HEIGHT)))

    def _add_heading(self, page: str) -> None:
        item = QListWidgetItem(page, self._list)
        item.setSizeHint(QSize(0, self.fontMetrics().height() + 2 * GRID))
        self._headings[page] = label(page, "bright", TextSize.PAGE)
        self._headings[page].setContentsMargins(0, 0, 0, 2 * GRID)
        self._put(self._headings[page])

    def _put(self, widget: QWidget, share: int = 0) -> None:
        """Puts a widget at the foot of the pages, above what takes the rest of their height."""
        self._column.insertWidget(self._column.count() - 1, widget, share)

    def _row(self, name: str, row: Row, names: int) -> _RowView:
        made = self._rows[name] = _RowView(row, getattr(_DEFAULTS, name), names)
        editor = made.editor
        editor.edited.connect(lambda value: self._edit(name, value))
        editor.tried.connect(lambda value: self._show_meaning(self._preferences.changed(**{name: value})))
        editor.held.connect(lambda wanted: self._hold(name, wanted))
        editor.complained.connect(made.note)
        made.reset.clicked.connect(lambda: self._restore([name]))
        return made

    def _meant(self, page: str, name: str, indent: int) -> QWidget:
        """Returns what the numbers above it mean, and the button that clears what they are about."""
        if name == "files_percent":
            self._meaning.setMinimumHeight(5 * self.fontMetrics().lineSpacing() + 2 * GRID)
            tip = "Clears all frames and files from memory; they are read again when needed."
            parts = self._meaning, _clear("Clear now", tip, self.clear_requested)
        else:
            tip = "Removes the files of all folders from this disk; the share is not touched."
            parts = self._disk_meaning, _clear("Clear all now", tip, self.disk_clear_requested)
        made = QWidget()
        column = laid_out(QVBoxLayout(made), parts[0], margins=(indent + GRID, 0, 4 * GRID, MARGIN), spacing=GRID)
        column.addWidget(parts[1], 0, Qt.AlignmentFlag.AlignLeft)
        self._parts.append((page, made))
        return made

    # What is shown

    def _choose_page(self, position: int) -> None:
        item = self._list.item(position)
        if item is not None:
            self._page = item.text()
            self._search.clear()
            self._show_rows()

    def _find(self, text: str) -> None:
        with_page = [self._list.item(position) for position in range(self._list.count())]
        row = next((at for at, item in enumerate(with_page) if item is not None and item.text() == self._page), 0)
        self._list.setCurrentRow(-1 if text.strip() else row)
        # With the keys the list chooses a page, which ends the search: Tab goes on to what was found.
        self._list.setFocusPolicy(Qt.FocusPolicy.ClickFocus if text.strip() else Qt.FocusPolicy.StrongFocus)
        self._show_rows()

    def _show_rows(self) -> None:
        text = self._search.text().strip()
        shown = [name for name, row in rows() if (row.is_found_by(text) if text else row.page == self._page)]
        pages = {self._rows[name].row.page for name in shown}
        for name, view in self._rows.items():
            view.setVisible(name in shown)
        for page, heading in self._headings.items():
            heading.setVisible(page in pages or (not text and page == self._page))
        for page, part in self._parts:
            part.setVisible(not text and page == self._page)
        self._nothing.setVisible(bool(text) and not shown)
        self._nothing.setText("" if shown else f"No preference has “{text}” in its name, its help or its choices.")
        bar = self._area.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)
        self._restore_page.setText("Restore these" if text else "Restore this page")
        self._enable()

    def _go_to_found(self) -> None:
        for view in self._rows.values():
            if view.isVisible():
                view.editor.control.setFocus()
                return

    def _show_preferences(self) -> None:
        for name, view in self._rows.items():
            view.show_value(getattr(self._preferences, name))
        self._show_most()
        self._show_meaning()
        self._enable()

    def _show_most(self) -> None:
        most = self._state.memory.most(self._preferences.leave_free)
        if most != self._most:
            self._most = most
            self._rows["cache_bytes"].editor.set_most(most)

    def _show_meaning(self, tried: Preferences | None = None) -> None:
        text = memory_meaning(tried or self._preferences, self._state.activity, self._state.memory)
        if text != self._meaning.text():
            self._meaning.setText(text)

    def say(self, sentence: str) -> None:
        """Says what came of an export or an import, until the dialog is closed: then it has been seen."""
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def _enable(self) -> None:
        differing = self._preferences.differing(_DEFAULTS)
        self._restore_page.setEnabled(not set(differing).isdisjoint(self._on_page()))
        self._restore_all.setEnabled(bool(differing))

    # What is changed

    def _on_page(self) -> list[str]:
        """Returns the preferences that are shown: of a page, or those that were found."""
        return [name for name, view in self._rows.items() if not view.isHidden()]

    def _edit(self, name: str, value: object) -> None:
        self._rows[name].note("")
        self._take(self._preferences.changed(**{name: value}))

    def _hold(self, name: str, wanted: int) -> None:
        most = self._most
        if most is not None:
            self._rows[name].note(held_to(most, self._preferences.changed(**{name: wanted}), self._state.memory))

    def _restore(self, names: Iterable[str]) -> None:
        for name in (names := list(names)):
            self._rows[name].note("")
        self._take(self._preferences.changed(**{name: getattr(_DEFAULTS, name) for name in names}))

    def _ask_to_restore(self) -> None:
        named = dict(rows())
        differing = [f"{named[name].page}: {named[name].label}" for name in self._preferences.differing(_DEFAULTS)]
        box = QMessageBox(QMessageBox.Icon.Question, "Restore all preferences", "", parent=self)
        box.setText("Set all preferences back to their defaults?")
        box.setInformativeText("These are changed:\n" + "\n".join(differing))
        restore = box.addButton("Restore all", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole))
        box.buttonClicked.connect(lambda clicked: self._restore(self._rows) if clicked is restore else None)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _take(self, preferences: Preferences) -> None:
        if preferences == self._preferences:
            return
        self._preferences = preferences
        self._show_preferences()
        self.changed.emit(preferences)


class _RowView(QWidget):
    """One preference: its name, its control, what sets it back, and below what is to be said of it.

    Attributes:
        row: what it is.
        editor: shows its value and lets it be changed.
        reset: sets it back to its default; there while it differs from that.
    """

    def __init__(self, row: Row, default: object, names: int) -> None:
        super().__init__()
        self.row, self._default = row, default
        assert isinstance(default, bool | int | float | str)  # noqa: S101 - there are no other preferences
        self.editor: PreferenceEditor = editor_of(row, default)
        self.editor.setMinimumWidth(LEAST_CONTROLS)
        self.reset = _Reset(f"Back to the default: {row.words(default)}")
        self.reset.setAccessibleName(f"Restore {row.label}")
        self.reset.clicked.connect(self.editor.control.setFocus)  # as this goes away
        name = label(row.label)
        name.setBuddy(self.editor.control)
        explanation, self._note = label(row.help, "dim", TextSize.SMALL), label("", "warning", TextSize.SMALL)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 2 * GRID)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnMinimumWidth(0, names)
        grid.setColumnStretch(1, 1)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self.reset, 0, 2)
        for line, text in enumerate((explanation, self._note), 1):
            text.setWordWrap(True)
            grid.addWidget(text, line, 1)
        self._note.hide()

    def show_value(self, value: bool | float | str) -> None:  # noqa: FBT001 - any value
        """Shows a value, and whether it is the default."""
        self.editor.show_value(value)
        self.reset.setVisible(value != self._default)

    def note(self, sentence: str) -> None:
        """Says why what was typed is not what was taken; "" takes that away."""
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))


class _Reset(QToolButton):
    """A button with the arrow back, in the colours of the palette, which may change while it is shown."""

    def __init__(self, tip: str) -> None:
        super().__init__()
        self.setToolTip(tip)
        self.setFixedSize(MARGIN, MARGIN)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paints the icon over the button."""
        super().paintEvent(event)
        painter = QPainter(self)
        paint_icon(painter, "reset", self.rect().adjusted(4, 4, -4, -4), self.palette().color(QPalette.ButtonText))
        painter.end()


def _meaning(name: str) -> QLabel:
    made = PlainLabel("meaning", name=name)
    made.setWordWrap(True)
    return made


def _clear(text: str, tip: str, cleared: pyqtBoundSignal) -> QWidget:
    made = button(text, cleared, tip)
    made.setAccessibleDescription(tip)
    return made
