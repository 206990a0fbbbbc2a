"""The folders opened lately: a small picture of each from this disk, and where a dialog that opens another begins."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.executor import Success
from viewer.core.frame import Size
from viewer.core.records import dataclass, field
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame
    from viewer.core.load.decode_lane import Decode
    from viewer.core.loop import Loop
    from viewer.model.refresher import Refresher
    from viewer.model.settings_file import Settings

SMALL = Size(160, 90)
"""What the small picture of a folder fits into, before it is made smaller for the screen."""
LARGEST_FILE, LARGEST_FRAME = 32 * MB, 256 * MB
"""Bytes of a file, and of its pixels, that are looked at for a small picture."""
ANSWERS_WITHIN = 0.5
"""Seconds that a folder has to say it is there before a dialog begins elsewhere."""


@dataclass(eq=False)
class RecentFolders:
    """What is remembered of the folders opened lately; owner thread only.

    No share is asked for any of it: pictures come from the files kept on this disk.
    ``_settings`` returns those of the program, ``_keep`` has them remembered.

    Attributes:
        left_out: a folder that is not remembered: that of the demo, which has a command of its own.
    """

    _loop: Loop
    _chores: Executor
    _disk: DiskCache | None
    _decode: Decode
    _refresher: Refresher
    _settings: Callable[[], Settings]
    _keep: Callable[[Settings], None]
    _pictures: dict[str, Frame | None] = field(default_factory=dict)
    _awaited: list[str] = field(default_factory=list)
    left_out: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders, the one opened last first."""
        return self._settings().recent

    def note(self, folder: str) -> None:
        """Notes that a folder has been opened now."""
        if folder != self.left_out:
            self._pictures.pop(folder, None)  # another frame may be here by the next time
            self._keep(self._settings().with_recent(folder, at=time.time()))

    def forget(self, *folders: str) -> None:
        """Forgets folders; nothing in them is touched."""
        self._keep(self._settings().without_recent(*folders))

    def clear(self) -> None:
        """Forgets all folders."""
        self.forget(*self.folders)

    def opened(self, folder: str) -> float:
        """Returns when a folder was opened last, in seconds since 1970; 0.0 where that is not known."""
        return self._settings().opened.get(folder, 0.0)

    def picture(self, folder: str) -> Frame | None:
        """Returns a small picture of a folder, None while there is none; the first call has it looked for."""
        if folder not in self._pictures and self._disk is not None:
            self._pictures[folder] = None
            self._awaited.append(folder)
            if len(self._awaited) == 1:
                self._look_for_next(self._disk)
        return self._pictures.get(folder)

    def _look_for_next(self, disk: DiskCache) -> None:
        folder, decode = self._awaited[0], self._decode

        def done(outcome: Success[Frame | None] | Failure) -> None:
            self._awaited.pop(0)
            if isinstance(outcome, Success) and outcome.value is not None:
                self._pictures[folder] = outcome.value
                self._refresher.touch()
            if self._awaited:  # one after the other: the computer is for what the user opens meanwhile
                self._look_for_next(disk)

        self._chores.submit(lambda: _kept_picture(disk, folder, decode), done)

    def find_start(self, folder: str, done: Callable[[str], None]) -> None:
        """Calls ``done`` with where a dialog is to begin: ``folder``, or without one that opened last; "" for anywhere.

        A worker asks whether it is there; if the answer takes long, the dialog begins anywhere: it would hang too.
        """
        wanted = folder or next(iter(self.folders), "")
        waits = [True]

        def begin(where: str) -> None:
            if waits:
                waits.clear()
                timer.cancel()
                done(where)

        timer = self._loop.call_later(ANSWERS_WITHIN, lambda: begin(""))

        def answer(outcome: Success[bool] | Failure) -> None:
            begin(wanted if isinstance(outcome, Success) and outcome.value else "")

        self._chores.submit(lambda: bool(wanted) and Path(wanted).is_dir(), answer)


def _kept_picture(disk: DiskCache, folder: str, decode: Decode) -> Frame | None:
    """Returns a small picture of a file in the middle of those that are kept of a folder; blocks on this disk."""
    from viewer.core.display.look import AS_IT_IS  # noqa: PLC0415 - not for the first picture
    from viewer.core.display.screen import screened  # noqa: PLC0415 - the same

    held = disk.held(folder, disk.names(folder) or [])
    path = os.path.join(folder, held[len(held) // 2]) if held else ""  # noqa: PTH118 - a path of any storage
    stamp = disk.stamp(path) if path else None
    kept = disk.get(path) if stamp is not None and stamp[0] <= LARGEST_FILE else None
    if kept is None:
        return None
    picture = screened(decode(kept.data, SMALL, LARGEST_FRAME), AS_IT_IS, None)
    return picture.screen.frame if picture.screen is not None else picture.display or picture.source
