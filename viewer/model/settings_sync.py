"""The settings of the program in this window, kept the same as those on disk, which other windows change too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.executor import Success
from viewer.model import settings_file
from viewer.model.saver import Saver
from viewer.model.settings_file import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from viewer.core.executor import Executor, Failure
    from viewer.core.loop import Loop, Timer
    from viewer.model.settings_file import FoundSettings

SAVE_AFTER = 0.5
"""Seconds that settings wait for further changes before they are written."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the file: with those above what one window sets is seen by others within 2 seconds."""


class SettingsSync:
    """Writes what is changed in this window, and only that, and reads what others change; owner thread only."""

    def __init__(self, loop: Loop, executor: Executor, path: Path | None, found: FoundSettings) -> None:
        """Takes what was ``found`` in the file at ``path``, None for no file; ``executor`` reads and writes."""
        self.found = found
        self._loop, self._executor, self._path = loop, executor, path
        self._base = self._here = found.settings
        self._on_news: Callable[[Settings], None] = lambda _settings: None
        self._on_trouble: Callable[[str], None] = lambda _sentence: None
        self._timer: Timer | None = None
        self._has_missed = False
        self._saver = Saver(
            loop,
            executor,
            SAVE_AFTER,
            "The settings",
            self._save,
            lambda saved: self._take(*saved),
            lambda sentence: self._on_trouble(sentence),  # noqa: PLW0108 - which is set later
        )

    def begin(self, on_news: Callable[[Settings], None], on_trouble: Callable[[str], None]) -> None:
        """Begins to look at the file.

        ``on_news`` gets the settings whenever another window has changed them, ``on_trouble`` sentences.
        """
        self._on_news, self._on_trouble = on_news, on_trouble
        self._look_later()

    def keep(self, settings: Settings) -> None:
        """Has settings remembered that the user has changed."""
        self._here = settings
        self._saver.soon()

    def close(self) -> None:
        """Begins to write what is not written yet; nothing comes from this object any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._on_news, self._on_trouble = lambda _settings: None, lambda _sentence: None
        self._saver.close()

    def _save(self) -> Callable[[], tuple[Settings, FoundSettings]] | None:
        path, base, here = self._path, self._base, self._here
        if path is None or here == base:
            return None
        return lambda: (here, settings_file.save(path, here, base))

    def _look_later(self) -> None:
        if self._path is not None:
            self._timer = self._loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        path, stamp = self._path, self.found.stamp

        def done(outcome: Success[FoundSettings | None] | Failure) -> None:
            if self.found.stamp == stamp and not self._saver.is_writing:  # or there is something newer
                self._note_look(outcome)
            self._look_later()

        assert path is not None  # noqa: S101 - there is no look without one
        self._executor.submit(lambda: settings_file.look(path, stamp), done)

    def _note_look(self, outcome: Success[FoundSettings | None] | Failure) -> None:
        if isinstance(outcome, Success):
            self._has_missed = False
            if outcome.value is not None:
                self._take(self._base, outcome.value)
        elif isinstance(outcome.error, FileNotFoundError | ValueError):  # gone, or damaged
            if self._has_missed and self._base != Settings():
                self._base = Settings()  # so that all that is known here is written
                self._saver.soon()
            self._has_missed = True  # the first time another program may just be writing it

    def _take(self, base: Settings, found: FoundSettings) -> None:
        """Takes what is in the file now, which held ``base``, and keeps what has been changed here since."""
        if found.complaint and found.complaint != self.found.complaint:
            self._on_trouble(found.complaint)
        self.found, self._base = found, found.settings
        here = settings_file.merged(base, self._here, found.settings)
        if here != self._here:
            self._here = here
            self._on_news(here)
