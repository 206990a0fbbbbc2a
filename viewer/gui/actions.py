"""The table of commands as menus and shortcuts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QMenu, QMenuBar, QToolButton, QWidget

from viewer.core.sequence.folder_rule import AS_NAMED
from viewer.gui.widgets.icons import icon
from viewer.gui.widgets.mnemonics import give_mnemonics
from viewer.gui.widgets.rule_bar import show_rule
from viewer.gui.widgets.timeline_geometry import within
from viewer.model.commands import COMMANDS, Command
from viewer.model.key_map import DEFAULT_KEYS
from viewer.model.preferences import PlayPolicy
from viewer.model.view_state import ViewState, available

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.gui.theme import Colours
    from viewer.model.key_map import KeyMap

MAIN = {
    "open_folder": ("folder", "Opens a folder of numbered pictures."),
    "open_file": ("file", "Opens the sequence that a picture belongs to, at that frame."),
    "reload": ("reload", "Looks for new and changed files in the folder, and reads what changed."),
    "copy_picture": ("copy", "Copies the picture as it is shown, at its full size."),
    "preferences": ("settings", "Memory, disk, share, playing and view."),
    "go_to_frame": ("search", "Takes a frame number, how far to go, a time code, or a part of a name."),
    "bookmarks": ("bookmark", "Lists the bookmarks of this sequence, with their notes."),
    "mark_in": ("mark_in", "Playing and looping begin at this frame."),
    "mark_out": ("mark_out", "Playing and looping end at this frame."),
    "reset_levels": ("reset", "Shows the samples as they are again."),
    "diagnose": ("info", "Says what stepping waits for: the share, decoding or memory."),
}
"""The main commands, each with its icon and its status tip; those that are ticked have the tick in that place."""
PORTABLE = QKeySequence.SequenceFormat.PortableText
_TICKED: dict[str, Callable[[ViewState], bool]] = {
    "play": lambda state: state.playback.speed > 0,
    "play_backwards": lambda state: state.playback.speed < 0,
    "real_time": lambda state: state.preferences.play_policy is PlayPolicy.REAL_TIME,
    "bookmark": lambda state: bool(within(state.bookmarks, state.number or 0, state.number or 0)),
    "lock_levels": lambda state: state.levels.is_locked,
    "invert": lambda state: state.levels.look.is_inverted,
    "marks": lambda state: state.levels.look.marks,
}
"""When a command has its tick; of those that are not here the window knows."""


class Actions:
    """One QAction a command, carried out by the function of the same name, ticked and greyed out by snapshots.

    The keys of commands that repeat are shown in the menus; :mod:`viewer.gui.keyboard` takes them before Qt does.

    Attributes:
        on_done: gets the name of each command that was carried out.
    """

    def __init__(
        self,
        parent: QWidget,
        verbs: Mapping[str, Callable[[], object]],
        on_keys: Callable[[KeyMap], object] = lambda _keys: None,
    ) -> None:
        """Makes the actions; ``on_keys`` gets the keys that they have from then on, for those that repeat.

        Raises:
            ValueError: a command has no verb, or a verb no command.
        """
        if unmatched := {command.name for command in COMMANDS} ^ set(verbs):
            raise ValueError(f"Commands and verbs do not match: {', '.join(sorted(unmatched))}.")
        self._verbs = verbs
        self._on_keys = on_keys
        self.on_done: Callable[[str], object] = lambda _name: None
        self._keys = DEFAULT_KEYS
        self._shown: tuple[object, ...] = ()
        self._actions = {command.name: self._make(parent, command) for command in COMMANDS}
        self.set_keys(DEFAULT_KEYS)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, parent: QWidget, command: Command) -> QAction:
        action = QAction(command.text, parent)
        action.setObjectName(command.name)
        action.setCheckable(command.checkable)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        action.setStatusTip(MAIN.get(command.name, ("", ""))[1])
        action.triggered.connect(partial(self.trigger, command.name))
        parent.addAction(action)  # so that shortcuts work when the menu bar is hidden
        return action

    def trigger(self, name: str, _checked: object = None) -> None:
        """Carries out the command called ``name``; Qt adds whether its action is checked, which the model knows."""
        self._verbs[name]()
        self.on_done(name)

    def set_keys(self, keys: KeyMap) -> None:
        """Gives the commands these keys."""
        for action in self._actions.values():
            action.setShortcuts([])  # first: a key may go from one command to another
        for name, action in self._actions.items():
            action.setShortcuts([QKeySequence.fromString(key, PORTABLE) for key in keys.of(name)])
        self._keys = keys
        self._on_keys(keys)

    def set_colours(self, colours: Colours) -> None:
        """Draws the icons of the main commands."""
        for name, (drawn, _) in MAIN.items():
            self._actions[name].setIcon(icon(drawn, colours.dim, colours.edge))

    def show_state(self, state: ViewState) -> None:
        """Ticks, and greys out, what the menus hold; most snapshots change none of that."""
        if state.keys is not self._keys:
            self.set_keys(state.keys)
        rule = AS_NAMED if state.folder is None else state.folder.rule
        offered = available(state)
        ticked = {name: is_on(state) for name, is_on in _TICKED.items()}
        if (offered, ticked, rule) == self._shown:
            return
        self._shown = offered, ticked, rule
        for name, is_offered in offered.items():
            self[name].setEnabled(is_offered)
        for name, is_on in ticked.items():
            self[name].setChecked(is_on)
        show_rule(rule, self.__getitem__)

    def fill(self, bar: QMenuBar, show_tip: Callable[[str], None]) -> None:
        """Puts the commands into menus, in the order of the table.

        Args:
            bar: takes the menus.
            show_tip: shows the status tip of the command under the pointer, or none, "".
        """
        bar.findChild(QToolButton).setAccessibleName("More menus")  # where the window is too narrow for all
        menus: dict[tuple[str, str], QMenu] = {}
        groups: dict[QMenu, int] = {}
        for command in filter(lambda command: command.in_menu, COMMANDS):
            place = command.menu, command.submenu
            menu = menus.get(place)
            if menu is None:
                above = bar if not command.submenu else menus[command.menu, ""]
                menu = above.addMenu(command.submenu or f"&{command.menu}")
                assert menu is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
                menu.hovered.connect(lambda action: show_tip(action.statusTip()))
                menu.aboutToHide.connect(lambda: show_tip(""))
                menus[place] = menu
            if groups.setdefault(menu, command.group) != command.group:
                groups[menu] = command.group
                menu.addSeparator()
            menu.addAction(self._actions[command.name])
        for menu in menus.values():
            give_mnemonics(menu)
