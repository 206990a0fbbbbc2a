"""What a change of a preference changes at once: one small function for each :class:`Effect`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.core.units import MB
from viewer.model.preferences import Effect, KeepFiles, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from viewer.core.load.loader import Loader
    from viewer.model.canvas_content import CanvasContent
    from viewer.model.folder_cache import FolderCache
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.opener import Opener
    from viewer.model.playback import Playback
    from viewer.model.refresher import Refresher

AT_FIRST = (Effect.READING, Effect.KEEPING, Effect.RATE, Effect.PLAYING, Effect.MISSING)
"""What the preferences are applied to at the start; the loader is made for the others."""

_KEEP = {KeepFiles.SLOW: None, KeepFiles.ALWAYS: True, KeepFiles.NEVER: False}


class PreferenceEffects:
    """Applies preferences to the parts that hold something of them; owner thread only."""

    def __init__(
        self,
        loader: Loader,
        folder_cache: FolderCache,
        canvas: CanvasContent,
        playback: Playback,
        opener: Opener,
        refresher: Refresher,
    ) -> None:
        """Makes it; applies nothing yet."""
        self._loader = loader
        self._folder_cache = folder_cache
        self._canvas = canvas
        self._playback = playback
        self._opener = opener
        self._refresher = refresher
        self._here: OpenSequence | None = None
        self._all: Mapping[Effect, Callable[[Preferences], None]] = {
            Effect.WHEN_READ: lambda _preferences: None,
            Effect.MEMORY: lambda each: loader.set_budget(each.cache_bytes, each.files_percent / 100),
            Effect.READS: lambda each: loader.set_reads_at_once(each.reads_at_once),
            Effect.READING: self._set_reading,
            Effect.KEEPING: self._set_keeping,
            Effect.DISK: lambda each: folder_cache.set_limit(each.disk_bytes),
            Effect.PLAN: lambda _preferences: refresher.plan_soon(),
            Effect.RATE: self._set_rate,
            Effect.PLAYING: lambda each: playback.set_policy(each.play_policy),
            Effect.REPEAT: self._set_repeat,
            Effect.MISSING: self._set_missing,
        }

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now."""
        self._here = here

    def apply(self, preferences: Preferences, effects: Iterable[Effect]) -> None:
        """Applies preferences, as far as they have one of these effects."""
        for effect in effects:
            self._all[effect](preferences)

    def _set_reading(self, preferences: Preferences) -> None:
        limit = preferences.read_ahead_limit
        self._loader.set_limit(None if limit < 0 else limit * MB)
        self._loader.set_give_up_after(preferences.give_up_after)

    def _set_keeping(self, preferences: Preferences) -> None:
        """Has files kept on this disk; those of a range that is read in advance from fast shares too."""
        keep = _KEEP[preferences.keep_files]
        fills = self._here is not None and self._here.preload is not None
        self._loader.set_keeping(keep=True if keep is None and fills else keep)

    def _set_rate(self, preferences: Preferences) -> None:
        if self._here is None:
            self._playback.set_rate(preferences.rate)
        elif not self._opener.has_own_rate:
            self._here.rate = preferences.rate
            self._playback.set_rate(preferences.rate)

    def _set_repeat(self, preferences: Preferences) -> None:
        if self._here is not None:
            self._here.playhead = replace(self._here.playhead, repeat=preferences.repeat)
            self._refresher.plan_soon()

    def _set_missing(self, preferences: Preferences) -> None:
        self._canvas.missing = preferences.missing
        self._opener.choose_again()
