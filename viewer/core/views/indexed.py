"""An iterable as a sequence."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from viewer.core.forks import lock_anew
from viewer.core.views.view import LazyView

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


class Indexed(LazyView[T]):
    """The items of an iterable by position: it is read as far as needed, and its items are kept. Any thread.

    There is no length until the iterable has ended. An error of the iterable reaches the caller; where it cannot go
    on after it, as a generator cannot, every later look beyond that item gets the same error, never a shorter sequence.

    >>> numbers = Indexed(number**2 for number in range(10))
    >>> numbers[3]
    9
    >>> list(numbers[:3])
    [0, 1, 4]
    """

    def __init__(self, iterable: Iterable[T]) -> None:
        self._iterable = iterable
        self._iterator = iter(iterable)
        self._read: list[T] = []
        self._ended = False
        self._failure: Exception | None = None
        # Held while the iterable makes an item, which may take its time and may look at the items before it.
        self._reading = threading.RLock()
        lock_anew(self, "_reading", threading.RLock)

    def __len__(self) -> int:
        if not self._ended:
            raise TypeError("The length of an iterable is not known until it has been read to its end.")
        return len(self._read)

    def __getstate__(self) -> dict[str, Any]:
        with self._reading:
            if self._iterator is not self._iterable:  # a copy can begin again, and many iterators cannot be copied
                return {"_iterable": self._iterable, "_iterator": None, "_read": [], "_ended": False, "_failure": None}
            return {**vars(self), "_read": self._read.copy(), "_reading": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _reading=threading.RLock())
        if state["_iterator"] is None:
            self._iterator = iter(self._iterable)

    def __copy__(self) -> Self:
        return self  # an iterable is read once

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``; reads on until there is, or to the end."""
        if position < len(self._read):  # no lock: items that were read stay
            return True
        with self._reading:
            while not self._ended and len(self._read) <= position:
                try:
                    self._read.append(next(self._iterator))
                except StopIteration:
                    if self._failure is not None:
                        raise self._failure from None
                    self._ended = True
                except Exception as error:
                    self._failure = error
                    raise
                else:
                    self._failure = None
            return position < len(self._read)

    def _item(self, position: int) -> T:
        return self._read[position]
