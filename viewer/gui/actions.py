"""The table of commands as menus and shortcuts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QMenuBar, QWidget

from viewer.model.commands import COMMANDS, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Actions:
    """One QAction a command, carried out by the function of the same name.

    The keys of commands that repeat are shown in the menus; :mod:`viewer.gui.keyboard` takes them before Qt does.
    """

    def __init__(self, parent: QWidget, verbs: Mapping[str, Callable[[], object]]) -> None:
        """Makes the actions.

        Raises:
            ValueError: a command has no verb, or a verb no command.
        """
        if unmatched := {command.name for command in COMMANDS} ^ set(verbs):
            raise ValueError(f"Commands and verbs do not match: {', '.join(sorted(unmatched))}.")
        self._verbs = verbs
        self._actions = {command.name: self._make(parent, command) for command in COMMANDS}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, parent: QWidget, command: Command) -> QAction:
        action = QAction(command.text, parent)
        action.setObjectName(command.name)
        action.setCheckable(command.checkable)
        action.setShortcuts(_sequences(command))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        action.triggered.connect(partial(self.trigger, command.name))
        parent.addAction(action)  # so that shortcuts work when the menu bar is hidden
        return action

    def trigger(self, name: str, _checked: object = None) -> None:
        """Carries out the command called ``name``; Qt adds whether its action is checked, which the model knows."""
        self._verbs[name]()

    def fill(self, bar: QMenuBar) -> None:
        """Puts the commands into menus, in the order of the table."""
        menus = dict.fromkeys(command.menu for command in COMMANDS)
        for title in menus:
            menu = bar.addMenu(f"&{title}")
            assert menu is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
            group = 0
            for command in COMMANDS:
                if command.menu != title:
                    continue
                if command.group != group:
                    group = command.group
                    menu.addSeparator()
                menu.addAction(self._actions[command.name])


def _sequences(command: Command) -> list[QKeySequence]:
    return [QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText) for key in command.keys]
