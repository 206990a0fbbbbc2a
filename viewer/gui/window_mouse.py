"""What the mouse does in the window as a whole: context menus, back and forward, files dragged in and out."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from PyQt5.QtCore import QEvent, QMimeData, QPoint, Qt, QUrl
from PyQt5.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QMouseEvent,
    QPixmap,
)
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QWidget

from viewer.gui.bridge.image import FrameImage
from viewer.gui.widgets.canvas import Canvas
from viewer.gui.widgets.drop_highlight import DropHighlight
from viewer.gui.widgets.labels import elided
from viewer.gui.widgets.mnemonics import give_mnemonics
from viewer.gui.widgets.sequences_panel import SequencesPanel
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.timeline_geometry import within
from viewer.model.commands import AT_FRAME, AT_ROW, CONTEXT_MENUS
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.core.frame import Frame
    from viewer.model.viewer_model import ViewerModel

LONGEST_NAME = 40
"""Characters of a name in a menu."""
DRAGGED = 96
"""The side of the picture under the pointer while a file is dragged."""
_STEPS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


class _Verb(NamedTuple):
    """What a row of a menu does, whether it would do anything, and whether it has a tick."""

    carry_out: Callable[[], None]
    applies: bool = True
    is_on: bool = False


class WindowMouse:
    """Takes the events of the mouse that the window gets."""

    def __init__(self, window: QWidget, model: ViewerModel, action: Callable[[str], QAction]) -> None:
        """Takes the window, its model and the function that gives the action of a command."""
        self._window = window
        self._model = model
        self._action = action
        self._state = ViewState()
        self._highlight: DropHighlight | None = None

    def takes(self, event: QEvent, state: ViewState) -> bool:
        """Carries out an event of the window, which shows ``state``; returns whether it was one for this."""
        self._state = state
        if isinstance(event, QContextMenuEvent):
            return self._show_menu(event)
        if isinstance(event, QDropEvent | QDragLeaveEvent):  # the first is what the events of dragging are too
            return self._drag(event)
        if isinstance(event, QMouseEvent) and event.button() in _STEPS:
            self._model.revisit(_STEPS[event.button()])
            return True
        return False

    # Context menus

    def ask_for_menu(self) -> None:
        """Asks the part that has the keys for its menu, as the menu key does."""
        focused = QApplication.focusWidget() or self._window
        at = focused.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, focused.mapToGlobal(at))
        QApplication.sendEvent(focused, event)

    def _show_menu(self, event: QContextMenuEvent) -> bool:
        """Shows the menu of the part under the pointer, or of the one that has the keys."""
        by_key, at = event.reason() == QContextMenuEvent.Reason.Keyboard, event.globalPos()
        part = QApplication.focusWidget() if by_key else self._window.childAt(self._window.mapFromGlobal(at))
        while part is not None and not isinstance(part, Canvas | Timeline | SequencesPanel):
            part = part.parentWidget()
        has_menu = self._state.sequence is not None or isinstance(part, SequencesPanel)
        if part is None or not has_menu or QApplication.activePopupWidget() is not None:
            return False
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        if isinstance(part, Canvas):
            name, at = "picture", part.mapToGlobal(part.rect().center()) if by_key else at
        elif isinstance(part, Timeline):
            name = "timeline"
            number = self._state.number if by_key else part.number_at(part.mapFromGlobal(at))
            if number is not None:
                at = part.mapToGlobal(part.place_of(number)) if by_key else at
                self._add(menu, AT_FRAME, self._state.numbers.text(number), self._frame_verbs(number))
        else:
            name = "sequences"
            row, at = part.row_at(None if by_key else at)
            folder = self._state.folder
            if folder is not None and 0 <= row < len(folder.rows):
                self._add(menu, AT_ROW, folder.rows[row].label, self._row_verbs(row))
        menu.setAccessibleName(part.accessibleName())
        for command in CONTEXT_MENUS[name]:
            if command == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._action(command))
        give_mnemonics(menu)
        menu.popup(at)
        if by_key:
            menu.setActiveAction(next(filter(QAction.isEnabled, menu.actions()), None))
        event.accept()
        return True

    @staticmethod
    def _add(menu: QMenu, texts: Mapping[str, str], name: str, verbs: Mapping[str, _Verb]) -> None:
        name = elided(name, LONGEST_NAME, len).replace("&", "&&")
        for verb, text in texts.items():
            action = menu.addAction(text.format(name))
            assert action is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
            action.setObjectName(f"{verb} here")
            carry_out, applies, is_on = verbs[verb]
            action.setEnabled(applies)
            action.setCheckable(is_on)
            action.setChecked(is_on)
            action.triggered.connect(partial(_call, carry_out))
        menu.addSeparator()

    def _frame_verbs(self, number: int) -> dict[str, _Verb]:
        model, state = self._model, self._state
        return {
            "go_to": _Verb(partial(model.go_to, number), number != state.number),
            "mark_in": _Verb(partial(model.sequence.mark_in, number), number != state.mark_in),
            "mark_out": _Verb(partial(model.sequence.mark_out, number), number != state.mark_out),
            "bookmark": _Verb(
                partial(model.bookmarks.toggle, number), is_on=bool(within(state.bookmarks, number, number))
            ),
        }

    def _row_verbs(self, row: int) -> dict[str, _Verb]:
        file, folder = self._file_of(row), self._state.folder
        is_open = folder is not None and row == folder.chosen
        return {
            "open": _Verb(partial(self._model.choose_sequence, row), not is_open),
            "copy_path": _Verb(partial(_copy, file), bool(file)),
        }

    # Files dragged out

    def drag_file(self, state: ViewState) -> None:
        """Lets the user drag the file of the frame that is shown; without one, or of a stand-in, nothing."""
        if state.file and state.number is not None and state.is_true and not state.problem and not state.holds:
            found = self._model.canvas.thumbnail(state.number)
            _drag_out(self._window, state.file, None if found is None else found[1])

    def drag_row(self, row: int, state: ViewState) -> None:
        """Lets the user drag the file of a sequence in the list."""
        self._state = state
        if file := self._file_of(row):
            _drag_out(self._window, file, self._model.folder.thumbnail(row))

    def _file_of(self, row: int) -> str:
        """Returns the file of a sequence: of the open one that of its frame, of another its first."""
        folder = self._state.folder
        if folder is not None and row == folder.chosen:
            return self._state.file
        return self._model.folder.path(row)

    # Files dropped

    def _drag(self, event: QDropEvent | QDragLeaveEvent) -> bool:
        """Shows where files can be dropped, and opens those that are."""
        if isinstance(event, QDragLeaveEvent):
            self._hide_highlight()
            return True
        paths = _paths(event.mimeData())
        is_own = event.source() is not None  # from this window; it is open
        if not paths or is_own:
            return False
        event.acceptProposedAction()
        if isinstance(event, QDragEnterEvent):
            first = elided(paths[0].rstrip("/").rpartition("/")[2] or paths[0], LONGEST_NAME, len)
            text = f"Drop to open {first}" if len(paths) == 1 else f"Drop to open: {len(paths):,} files and folders"
            self._highlight = self._highlight or DropHighlight(self._window)
            self._highlight.show_text(text)
        elif event.type() == QEvent.Type.Drop:
            self._hide_highlight()
            self._model.folder.open_dropped([os.path.normpath(path) for path in paths])
        return True

    def _hide_highlight(self) -> None:
        if self._highlight is not None:
            self._highlight.hide()


def _call(verb: Callable[[], None], _checked: object = None) -> None:
    verb()


def _copy(text: str) -> None:
    if (clipboard := QGuiApplication.clipboard()) is not None and text:
        clipboard.setText(text)


def _drag_out(source: QWidget, path: str, picture: Frame | None) -> None:
    """Lets the user drag a file; returns when it was dropped."""
    data, drag = QMimeData(), QDrag(source)
    data.setUrls([_url(path)])
    drag.setMimeData(data)
    if picture is not None:
        image = FrameImage(picture).image.copy()
        pixmap = QPixmap.fromImage(image.scaled(DRAGGED, DRAGGED, Qt.AspectRatioMode.KeepAspectRatio))
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(-12, -12))
    drag.exec_(Qt.DropAction.CopyAction)  # the file stays where it is, whatever takes it


def _paths(data: QMimeData | None) -> list[str]:
    """Returns the paths of files and folders; a text counts as a path or a pattern."""
    if data is None:
        return []
    files = [_local_path(url) for url in data.urls() if url.isLocalFile()]
    texts = files or data.text().strip().split("\n")[:1]
    return [text.strip() for text in texts if text.strip()]


def _local_path(url: QUrl) -> str:
    """Returns the path of a local file, also when its bytes are not text, which Qt's own path is then without."""
    if os.name == "nt":
        return url.toLocalFile()
    return os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded)))


def _url(path: str) -> QUrl:
    """Returns the address of a local file, also when its bytes are not text."""
    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    return QUrl.fromEncoded(b"file://" + quote(os.fsencode(path)).encode("ascii"))
