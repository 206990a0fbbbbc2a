"""The table of commands as menus and shortcuts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeyEvent, QKeySequence
from PyQt5.QtWidgets import QAction, QMenuBar

from viewer.model.commands import COMMANDS, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt5.QtWidgets import QWidget

_MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class Actions:
    """One QAction a command, carried out by the function of the same name.

    Shortcuts of commands that repeat are not left to Qt, which does not tell a held key from one pressed anew; they
    are looked up with :meth:`repeating`.
    """

    def __init__(self, parent: QWidget, verbs: Mapping[str, Callable[[], object]]) -> None:
        """Makes the actions.

        Raises:
            ValueError: a command has no verb, or a verb no command.
        """
        if unmatched := {command.name for command in COMMANDS} ^ set(verbs):
            raise ValueError(f"Commands and verbs do not match: {', '.join(sorted(unmatched))}.")
        self._verbs = verbs
        self._actions: dict[str, QAction] = {}
        self._repeating: dict[int, str] = {}
        for command in COMMANDS:
            self._actions[command.name] = self._make(parent, command)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, parent: QWidget, command: Command) -> QAction:
        action = QAction(command.text, parent)
        action.setObjectName(command.name)
        action.setCheckable(command.checkable)
        action.setShortcuts(_sequences(command))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        if command.repeats:
            self._repeating.update({sequence[0]: command.name for sequence in _sequences(command)})
        action.triggered.connect(partial(self.trigger, command.name))
        parent.addAction(action)  # so that shortcuts work when the menu bar is hidden
        return action

    def trigger(self, name: str, _checked: object = None) -> None:
        """Carries out the command called ``name``; Qt adds whether its action is checked, which the model knows."""
        self._verbs[name]()

    def repeating(self, event: QKeyEvent) -> str | None:
        """Returns the repeating command that this key stands for, or None."""
        modifiers = event.modifiers() & _MODIFIERS
        text_key = event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal}
        if text_key:  # "+" needs Shift on some keyboards and not on others
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier
        return self._repeating.get(int(modifiers) | event.key())

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
