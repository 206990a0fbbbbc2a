"""The dialogs of the window, made when they are first opened, and connected to the model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from viewer import __version__
from viewer.core.records import replace
from viewer.core.sequence.folder_rule import Order
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.gui.finding import PaletteOfWindow
    from viewer.gui.questions import Questions
    from viewer.gui.theme import Colours
    from viewer.gui.widgets.bookmarks_dialog import BookmarksDialog
    from viewer.gui.widgets.canvas import Canvas
    from viewer.gui.widgets.diagnostics import DiagnosticsDialog
    from viewer.gui.widgets.key_editor import KeyEditor
    from viewer.gui.widgets.legend import Legend
    from viewer.gui.widgets.pattern_dialog import PatternDialog
    from viewer.gui.widgets.preferences import PreferencesDialog
    from viewer.gui.widgets.shortcut_sheet import ShortcutSheet
    from viewer.model.key_map import KeyMap
    from viewer.model.viewer_model import ViewerModel

TABLES = "Tables (*.csv);;All files (*)"
SETTINGS = "Settings (*.json);;All files (*)"
PREFERENCES_FILE = "lookahead-preferences.json"
KEYS_PAGE = "Keys"


class Dialogs:
    """Opens the dialogs, brings one that is open to the front, and passes snapshots on to them."""

    def __init__(self, parent: QWidget, model: ViewerModel) -> None:
        self._parent = parent
        self._model = model
        self._state = ViewState()
        self._bookmarks: BookmarksDialog | None = None
        self._pattern: PatternDialog | None = None
        self._preferences: PreferencesDialog | None = None
        self._legend: Legend | None = None
        self._shortcuts: ShortcutSheet | None = None
        self._key_page: KeyEditor | None = None
        self._palette: PaletteOfWindow | None = None
        self._diagnostics: DiagnosticsDialog | None = None

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot in the dialogs that there are."""
        before, self._state = self._state, state
        if self._pattern is not None and _path(before) != _path(state):
            self._pattern.reject()  # it is about another folder
        if before.keys is not state.keys:
            for keyed in (self._shortcuts, self._key_page):
                if keyed is not None:
                    keyed.show_keys(state.keys)
        for dialog in (self._preferences, self._bookmarks):
            if dialog is not None:
                dialog.show_state(state)

    def ask_for_folder(self, open_path: Callable[[str], object]) -> None:
        """Asks for a folder to be opened, beginning where the open one lies."""

        def ask(start: str) -> None:
            if folder := QFileDialog.getExistingDirectory(self._parent, "Open a folder of numbered pictures", start):
                open_path(folder)

        self._model.recent.find_start(self._open_at("parent"), ask)

    def ask_for_file(self, open_path: Callable[[str], object]) -> None:
        """Asks for a picture to be opened, beginning in the open folder."""

        def ask(start: str) -> None:
            path, _ = QFileDialog.getOpenFileName(self._parent, "Open the sequence of a picture", start)
            if path:
                open_path(path)

        pages = self._state.sequence is not None and self._state.sequence.is_pages
        self._model.recent.find_start(self._open_at("parent" if pages else "path"), ask)

    def _open_at(self, what: str) -> str:
        """Returns the open folder, or its parent; "" without one, and the home of the user in place of the demo's."""
        folder = self._state.folder
        if folder is not None and folder.path == self._model.recent.left_out:
            return _at_home()
        return "" if folder is None else str(getattr(folder, what))

    def show_preferences(self) -> None:
        """Opens the preferences."""
        dialog = self._made_preferences()
        _bring_up(dialog)
        dialog.begin()

    def _made_preferences(self) -> PreferencesDialog:
        """Returns the preferences as they are now, and has looked how much is kept on this disk."""
        from viewer.gui.widgets.key_editor import KeyEditor  # noqa: PLC0415 - seldom wanted
        from viewer.gui.widgets.preferences import PreferencesDialog  # noqa: PLC0415 - seldom wanted

        if self._preferences is None:
            self._preferences = PreferencesDialog(self._parent)
            self._preferences.changed.connect(self._model.set_preferences)
            self._preferences.clear_requested.connect(self._model.clear_cache)
            self._preferences.disk_clear_requested.connect(self._model.disk.clear)
            self._preferences.export_requested.connect(self._export_preferences)
            dialog, say_in_window = self._preferences, self._model.exchange.say

            def say(sentence: str) -> None:
                (dialog.say if dialog.isVisible() else say_in_window)(sentence)

            self._model.exchange.say = say
            self._preferences.import_requested.connect(self._import_preferences)
            self._key_page = KeyEditor()
            self._key_page.changed.connect(self._keep_keys)
            self._preferences.add_page(KEYS_PAGE, self._key_page)
        if self._key_page is not None:
            self._key_page.show_keys(self._state.keys)
        self._model.disk.look()
        self._preferences.show_state(self._state)
        return self._preferences

    def show_preference(self, name: str) -> None:
        """Opens the preferences at one of them."""
        dialog = self._made_preferences()
        _bring_up(dialog)
        dialog.show_row(name)

    def _export_preferences(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self._preferences, "Export preferences", _at_home(PREFERENCES_FILE), SETTINGS
        )
        if path:
            self._model.exchange.export(path)

    def _import_preferences(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._preferences, "Import preferences", _at_home(), SETTINGS)
        if path:
            self._model.exchange.import_from(path, self._model.keep)

    def show_shortcuts(self) -> None:
        """Opens the sheet of shortcuts."""
        from viewer.gui.widgets.shortcut_sheet import ShortcutSheet  # noqa: PLC0415 - seldom wanted

        if self._shortcuts is None:
            self._shortcuts = ShortcutSheet(self._parent, keys=self._state.keys)
            self._shortcuts.edit_wanted.connect(self.show_keys)
        self._shortcuts.show_keys(self._state.keys)
        _bring_up(self._shortcuts)

    def show_palette(self) -> None:
        """Opens the palette of commands."""
        if self._palette is None:
            from viewer.gui.finding import PaletteOfWindow  # noqa: PLC0415 - seldom wanted

            self._palette = PaletteOfWindow(self._parent, lambda: self._state, self._model, self.show_preference)
        self._palette.open()

    def open_window(self) -> None:
        """Opens another window, of a process of its own."""
        from viewer.gui.finding import open_new_window  # noqa: PLC0415 - seldom wanted

        open_new_window()

    def questions(self, canvas: Canvas) -> Questions:
        """Returns what asks for a line of text."""
        from viewer.gui.questions import Questions  # noqa: PLC0415 - seldom wanted

        return Questions(self._parent, self._model, canvas)

    def show_keys(self) -> None:
        """Opens the preferences at the page of the keys."""
        dialog = self._made_preferences()
        _bring_up(dialog)
        dialog.show_page(KEYS_PAGE)
        if self._key_page is not None:
            self._key_page.begin()

    def _keep_keys(self, keys: KeyMap) -> None:
        self._model.keep(replace(self._model.settings, keys=keys))

    def show_legend(self, timeline: QWidget, colours: Colours) -> None:
        """Shows what the colours of the timeline mean, above its left end."""
        from viewer.gui.widgets.legend import Legend  # noqa: PLC0415 - seldom wanted

        if self._legend is None:
            self._legend = Legend(self._parent)
        if timeline.isVisible():
            self._legend.open_above(timeline.mapToGlobal(QPoint(0, 0)), colours)

    def show_diagnostics(self) -> None:
        """Opens the panel that says why it is slow."""
        if self._diagnostics is None:
            from viewer.gui.widgets.diagnostics import DiagnosticsDialog  # noqa: PLC0415 - seldom wanted

            self._diagnostics = dialog = DiagnosticsDialog(self._parent)
            dialog.refresh_wanted.connect(lambda: dialog.show_sections(self._model.report()))
        self._diagnostics.refresh_wanted.emit()
        _bring_up(self._diagnostics)

    def show_pattern(self) -> None:
        """Opens the dialog that asks which number of a name is the frame; does nothing while no folder is open."""
        folder, sample = self._model.folder, self._model.folder.sample()
        if sample is None:
            return
        if self._pattern is None:
            from viewer.gui.widgets.pattern_dialog import PatternDialog  # noqa: PLC0415 - seldom wanted

            self._pattern = dialog = PatternDialog(self._parent)
            dialog.trial_wanted.connect(lambda pattern: folder.try_pattern(pattern, dialog.show_trial))
            dialog.chosen.connect(self._choose_pattern)
        self._pattern.show_sample(sample)
        _bring_up(self._pattern)

    def _choose_pattern(self, pattern: str) -> None:
        if self._state.folder is not None:
            rule = replace(self._state.folder.rule, pattern=pattern, order=Order.SEQUENCES)
            self._model.folder.set_rule(rule)

    def show_about(self) -> None:
        """Says which program and version this is."""
        QMessageBox.about(
            self._parent,
            "About Lookahead",
            f"<b>Lookahead {__version__}</b><p>An image-sequence viewer for folders on slow network shares.</p>"
            "<p>Free software under the GNU General Public License, version 3 or later. It comes without any "
            "warranty.</p>",
        )

    def show_bookmarks(self) -> None:
        """Opens the list of bookmarks."""
        if self._bookmarks is None:
            from viewer.gui.widgets.bookmarks_dialog import BookmarksDialog  # noqa: PLC0415 - seldom wanted

            self._bookmarks = dialog = BookmarksDialog(self._parent)
            dialog.chosen.connect(self._model.go_to)
            dialog.added.connect(self._model.bookmarks.add)
            dialog.removed.connect(self._model.bookmarks.remove)
            dialog.note_changed.connect(self._model.bookmarks.set_note)
            dialog.export_requested.connect(self._export_bookmarks)
            dialog.import_requested.connect(self._import_bookmarks)
        self._bookmarks.show_state(self._state)
        _bring_up(self._bookmarks)

    def _export_bookmarks(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parent, "Export bookmarks", _at_home("bookmarks.csv"), TABLES)
        if path:
            self._model.bookmarks.export(path)

    def _import_bookmarks(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._parent, "Import bookmarks", _at_home(), TABLES)
        if path:
            self._model.bookmarks.import_from(path)


def _path(state: ViewState) -> str:
    return "" if state.folder is None else state.folder.path


def _at_home(name: str = "") -> str:
    """Returns the home of the user, or the path of a file there: it is here and can be written to, unlike a share."""
    home = os.path.expanduser("~")  # noqa: PTH111 - a Path ends the program where there is no home
    return f"{home}/{name}" if name else home


def _bring_up(dialog: QDialog) -> None:
    dialog.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
