"""Of several threads that ask for the same thing at the same time, one does the work and the others wait for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from viewer.core.locks import SHORT, Waiter, as_waiter, waiting_for

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Flight(Generic[T]):
    """Work under way for one key.

    Attributes:
        has_joined: whether another thread waits for it.
        make: makes a result for each that waits; None if there is none.
        error: what the work raised, or None.
    """

    def __init__(self) -> None:
        self.has_joined = False
        self.make: Callable[[], T] | None = None
        self.error: BaseException | None = None
        self.is_over = threading.Event()
        self._thread = as_waiter()

    @property
    def is_own(self) -> bool:
        """Whether the calling thread does the work: then it must not wait for it."""
        return self._thread is as_waiter()

    def wait(self) -> T | None:
        """Waits and returns a result of the caller's own; raises what the work raised.

        Returns None if the result cannot be shared, or if Ctrl+C ended the work: then :attr:`error` is that. Raises
        DeadlockError if the work waits, perhaps by way of others, for what the calling thread does.
        """
        if not self.is_over.wait(SHORT):
            with waiting_for(self._runner):
                self.is_over.wait()
        if isinstance(self.error, Exception):
            raise self.error
        return None if self.make is None else self.make()

    def _runner(self) -> Waiter | None:
        return None if self.is_over.is_set() else self._thread


class SingleFlight(Generic[T]):
    """The work under way, by key; any thread.

    Attributes:
        ended: how much work has ended: while it stays the same, nothing was done since one looked.
    """

    def __init__(self) -> None:
        self.ended = 0
        self.flights: dict[str, Flight[T]] = {}
        self._lock = threading.Lock()

    def enter(self, key: str) -> tuple[Flight[T], bool]:
        """Returns the work under way for ``key``, and whether it begins now: then the caller does it and leaves."""
        with self._lock:
            begins = key not in self.flights
            flight = self.flights.setdefault(key, Flight())
            flight.has_joined = flight.has_joined or not flight.is_own
            return flight, begins

    def leave(self, key: str, flight: Flight[T], share: Callable[[], Callable[[], T] | None]) -> None:
        """Ends the work, of which ``share`` makes :attr:`Flight.make`; it is called if another thread waits."""
        with self._lock:  # no thread can join from here on
            self.ended += 1
            if self.flights.get(key) is flight:
                del self.flights[key]
        try:
            if flight.has_joined and flight.error is None:
                flight.make = share()
        finally:
            flight.is_over.set()
