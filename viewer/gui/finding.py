"""What the palette offers: commands, folders opened lately, preferences, a frame; and how another window is opened."""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PyQt5.QtCore import QProcess
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction

from viewer.model.commands import COMMANDS
from viewer.model.preferences import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt5.QtWidgets import QWidget

    from viewer.gui.widgets.command_palette import CommandPalette, Entry
    from viewer.model.view_state import ViewState
    from viewer.model.viewer_model import ViewerModel

_PLACE = re.compile(r"(?:go to\s+)?([#+-]?\d[\d:;.,]*\s*[%s]?)", re.IGNORECASE)
"""A frame, as most of the texts are that the field of the frame number takes."""


def open_new_window() -> None:
    """Starts this program once more, from where it was loaded and not from the folder that it was started in."""
    QProcess.startDetached(sys.executable, ["-m", "viewer"], str(Path(__file__).parents[2]))


class PaletteOfWindow:
    """Opens the palette, and fills it with what can be done now; what was done last stands first."""

    def __init__(
        self,
        window: QWidget,
        state: Callable[[], ViewState],
        model: ViewerModel,
        show_preference: Callable[[str], object],
    ) -> None:
        """Takes the window with the actions of the commands, its snapshot, and what does the rest that is offered."""
        self._window, self._state, self._model, self._show_preference = window, state, model, show_preference
        self._palette: CommandPalette | None = None
        self._lately: list[str] = []

    def open(self) -> None:
        """Opens the palette."""
        from viewer.gui.widgets.command_palette import CommandPalette  # noqa: PLC0415 - seldom wanted

        if self._palette is None:
            self._palette = CommandPalette(self._window)
        self._palette.offer(self._entries(), self._places)

    def _entries(self) -> Iterator[Entry]:
        from viewer.gui.widgets.command_palette import Entry  # noqa: PLC0415 - seldom wanted

        def place(name: str) -> int:
            return self._lately.index(name) if name in self._lately else len(self._lately)

        for command in sorted(COMMANDS, key=lambda command: place(command.name)):
            action = self._window.findChild(QAction, command.name)
            if command.name == "palette" or not action.isVisible():
                continue
            native = QKeySequence.SequenceFormat.NativeText
            keys = "  ".join(key.toString(native) for key in action.shortcuts())
            where = " ▸ ".join(filter(None, (command.menu, command.submenu)))
            ticked = " ✓" if action.isCheckable() and action.isChecked() else ""
            run = partial(self._do, action) if action.isEnabled() else None
            yield Entry(command.text.rstrip("…"), where + ticked, keys, run)
        for path in self._state().recent:
            yield Entry(f"Open {PurePath(path).name or path}", path, "", partial(self._model.open, path))
        for name, row in rows():
            value = row.words(getattr(self._state().preferences, name))
            yield Entry(f"Preferences: {row.label}", row.page, value, partial(self._show_preference, name))

    def _places(self, typed: str) -> Iterator[Entry]:
        from viewer.gui.widgets.command_palette import Entry  # noqa: PLC0415 - seldom wanted

        found = _PLACE.fullmatch(typed)
        if found is not None and self._state().sequence is not None:
            yield Entry(f"Go to {found[1]}", "Frame", "", partial(self._model.go_to_text, found[1]))

    def _do(self, action: QAction) -> None:
        name = action.objectName()
        self._lately = [name, *(each for each in self._lately if each != name)][:5]
        action.trigger()
