"""File → Open recent: the folders opened lately, each with a digit to press."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PyQt5.QtWidgets import QAction, QMenu

from viewer.gui.widgets.labels import elided

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.model.recent_folders import RecentFolders

LONGEST = 70
"""Characters of a path in the menu."""


def put_recent_menu(before: QAction, recent: RecentFolders, open_folder: Callable[[str], None]) -> None:
    """Puts the menu of the recent folders before an action, in the menu that this is in; filled when it is opened."""
    menu = next(each for each in before.associatedWidgets() if isinstance(each, QMenu))
    made = QMenu("Open &recent", menu)
    made.setToolTipsVisible(True)
    menu.insertMenu(before, made)

    def fill() -> None:
        made.clear()
        for position, folder in enumerate(recent.folders, start=1):
            digit = f"&{position}" if position < 10 else "1&0"  # noqa: PLR2004 - two digits
            name = elided(folder.rstrip(os.sep) or folder, LONGEST).replace("&", "&&")
            action = made.addAction(f"{digit}  {name}")
            assert action is not None  # noqa: S101 - the stubs allow for a failure that cannot happen
            action.setToolTip(folder)
            action.triggered.connect(lambda _checked=False, folder=folder: open_folder(folder))
        made.addSeparator()
        clear = made.addAction("&Clear" if recent.folders else "&No folder has been opened yet")
        assert clear is not None  # noqa: S101 - the same
        clear.setEnabled(bool(recent.folders))
        clear.triggered.connect(recent.clear)

    made.aboutToShow.connect(fill)
