"""How much memory frames and files take: the cache size, or less while other programs need theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.units import MB
from viewer.model.captions import beyond_memory, held_to
from viewer.model.preferences import LEAST_CACHE
from viewer.model.view_state import MemoryView

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.computer_memory import ComputerMemory
    from viewer.core.load.loader import Loader
    from viewer.model.preferences import Preferences
    from viewer.model.refresher import Refresher

BEGINS_TO_GROW, GROWS_ON = 256 * MB, 32 * MB
"""So much more must be free before the budget grows again, and so much for it to go on growing until it is about there:
what is free goes up and down by some 100 MB with what is being decoded, and the budget must not."""
GROWS_BY = 4
"""One part in so many of the rest is then added at each look: others that grow too are seen before all is taken."""


class MemoryBudget:
    """Gives the loader as much memory as the user has set, and no more than leaves others theirs; owner thread only.

    It asks nobody how much there is: :meth:`look` takes it, as often as what is to stay free is to be kept free.
    """

    def __init__(
        self, loader: Loader, refresher: Refresher, preferences: Preferences, on_held: Callable[[Preferences], None]
    ) -> None:
        """Begins with ``preferences``; ``on_held`` gets those that take their place if they ask for too much."""
        self._loader = loader
        self._refresher = refresher
        self._preferences = preferences
        self._on_held = on_held
        self._warning = ""
        self._grows = False
        self.view = MemoryView()

    @property
    def usable(self) -> int:
        """The bytes that frames and files may take now."""
        return self.view.usable(self._preferences)

    def take(self, preferences: Preferences) -> None:
        """Takes what the user has set; says so if that is more than this computer can give."""
        self._preferences = preferences
        self._warn()
        self._loader.set_budget(self.usable, preferences.files_percent / 100)

    def held(self, preferences: Preferences) -> tuple[Preferences, str]:
        """Returns preferences whose cache is no larger than this computer can give, and a sentence if it was.

        Where what is to stay free leaves nothing at all, that is what is wrong, and the cache stays as it is.
        """
        most = self.view.most(preferences.leave_free)
        if most is None or most <= LEAST_CACHE or not beyond_memory(preferences, self.view.total):
            return preferences, ""
        return preferences.changed(cache_bytes=most), held_to(most, preferences, self.view)

    def look(self, memory: ComputerMemory | None) -> bool:
        """Takes how much memory there is now, None for not known; returns whether less can be kept than before.

        It falls at once and grows slowly, and not at all by little.
        """
        before, was_new = self.usable, self.view.total is None
        if memory is None:
            self.view = MemoryView(0)
        else:
            possible = self._loader.holdings.memory_used + memory.available
            if self.view.total:
                more = possible - self.view.possible
                self._grows = more > (GROWS_ON if self._grows else BEGINS_TO_GROW)
                possible = min(possible, self.view.possible + (more // GROWS_BY if self._grows else 0))
            self.view = MemoryView(memory.total, possible)
        if was_new:
            self._begin()
        if self.usable != before:
            self._loader.set_budget(self.usable)
        if was_new or self.usable != before:
            self._refresher.touch()
        return self.usable < before

    def _begin(self) -> None:
        """Has a cache size that was set on another computer, or by mistake, made one that this computer can give."""
        preferences, sentence = self.held(self._preferences)
        if sentence:
            self._on_held(preferences)
            self._refresher.say_unasked(sentence)
        else:
            self._warn()

    def _warn(self) -> None:
        before, self._warning = self._warning, beyond_memory(self._preferences, self.view.total)
        if self._warning and self._warning != before:
            self._refresher.say_unasked(f"{self._warning} No more is used.")
        elif before and not self._warning and self._refresher.complaint.startswith(before):
            self._refresher.say("")
