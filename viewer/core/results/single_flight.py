"""Of several threads that ask for the same thing at the same time, one does the work and the others wait for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Flight(Generic[T]):
    """Work under way, and the threads that wait for it.

    Attributes:
        has_joined: whether another thread waits for it.
    """

    def __init__(self) -> None:
        self.has_joined = False
        self._thread = threading.get_ident()
        self._is_over = threading.Event()
        self._make: Callable[[], T] | None = None
        self._error: BaseException | None = None

    @property
    def is_own(self) -> bool:
        """Whether the calling thread does the work: then it must not wait for it."""
        return self._thread == threading.get_ident()

    def end(self, share: Callable[[], Callable[[], T]] | None, error: BaseException | None) -> None:
        """Ends the waiting; only the first call counts. For the arguments see :meth:`SingleFlight.leave`."""
        if self._is_over.is_set():
            return
        try:
            self._error = error
            if share is not None and self.has_joined:
                self._make = share()
        finally:
            self._is_over.set()

    def wait(self) -> T | None:
        """Waits for the end and returns a result of the caller's own, or None if there is none and no error either.

        Raises:
            Exception: what the work raised. What is no Exception, such as KeyboardInterrupt, is for its own thread.
        """
        self._is_over.wait()
        if isinstance(self._error, Exception):
            raise self._error
        return None if self._make is None else self._make()


class SingleFlight(Generic[T]):
    """The work under way, by key; any thread."""

    def __init__(self) -> None:
        self.flights: dict[str, Flight[T]] = {}
        self._lock = threading.Lock()

    def enter(self, key: str) -> tuple[Flight[T], bool]:
        """Returns the work under way for ``key``, and whether it begins now: then the caller does it and leaves."""
        with self._lock:
            flight = self.flights.get(key)
            if flight is None:
                flight = self.flights[key] = Flight()
                return flight, True
            flight.has_joined = flight.has_joined or not flight.is_own
            return flight, False

    def leave(
        self,
        key: str,
        flight: Flight[T],
        share: Callable[[], Callable[[], T]] | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Ends the work: first no thread can join it any more, then those that wait get what there is.

        Args:
            key: what :meth:`enter` was called with.
            flight: what it returned.
            share: called if others wait; returns what makes each of them a result of its own.
            error: what the work raised.
        """
        with self._lock:
            if self.flights.get(key) is flight:
                del self.flights[key]
        flight.end(share, error)
