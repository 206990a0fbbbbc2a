"""What became of the items of a prefetcher, for the prefetchers over it: theirs move, or are forgotten, with them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from viewer.core.forks import lock_anew
from viewer.core.locks import taking
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import ItemByItem, Reordered, rebased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    Moved: TypeAlias = Callable[[int], int | None]

MOST = 100
"""Changes that wait for a prefetcher that is not asked for anything; after more it forgets all it holds."""


class Change(NamedTuple):
    """What became of items.

    Attributes:
        is_gone: returns whether what was made of the item at a position, before it moved, is of no use any more.
        moved: returns the new position of an item, None if it is gone; None where items stay where they are.
    """

    is_gone: Callable[[int], bool]
    moved: Moved | None = None


ALL_GONE = Change(lambda _position: True)


class Changes:
    """Tells the changes of one prefetcher to those over it, which take them in when they are asked next; any thread."""

    def __init__(self, below: Following, catch_up: Callable[[], None]) -> None:
        """``catch_up`` takes in what those ``below`` have told."""
        self._below = below
        self._catch_up = catch_up
        self._lock = threading.RLock()  # a predictor may ask for numbers
        self._above: WeakSet[_Way] = WeakSet()
        lock_anew(self, "_lock", threading.RLock)

    @property
    def has_followers(self) -> bool:
        """Whether there are prefetchers over this one."""
        return bool(self._above)

    @property
    def is_behind(self) -> bool:
        """Whether there are changes below that are still to be told on."""
        return self._below.is_behind

    def catch_up(self) -> None:
        """Takes in what those below have told, and tells it on."""
        self._catch_up()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Has no change under way meanwhile."""
        with taking(self._lock):
            yield

    @contextmanager
    def tell(self, change: Change) -> Iterator[None]:
        """Tells of a change, which is made meanwhile: nothing sees a part of it and takes it for the whole."""
        with taking(self._lock):
            for way in self._above:
                way.changes.append(change)
            yield

    def follow(self, way: _Way) -> None:
        """Tells of changes from now on, for as long as ``way`` is held."""
        with self._lock:
            self._above.add(way)


class _Way:
    """How the items of a view come from one prefetcher below it."""

    def __init__(self, below: Changes, picks: tuple[Sequence[int], ...] | None, *, is_alone: bool) -> None:
        """``picks`` are applied one after the other, and None if it is not known which items become which."""
        self.changes: list[Change] = []
        self._below = below
        self._picks = picks
        self._can_move = is_alone and not picks
        below.follow(self)

    @property
    def is_behind(self) -> bool:
        """Whether there are changes to be taken, here or farther below."""
        return bool(self.changes) or self._below.is_behind

    def take(self) -> list[Change]:
        """Returns the changes since the last time, as those of the items of the view."""
        self._below.catch_up()
        with self._below.settled():
            taken, self.changes = self.changes, []
        if not taken:
            return []
        if self._picks is None or len(taken) > MOST:
            return [ALL_GONE]
        return taken if self._can_move else [Change(lambda position: self._is_gone(taken, position))]

    def _is_gone(self, changes: list[Change], position: int) -> bool:
        try:
            for positions in self._picks or ():
                position = positions[position]
        except IndexError:
            return True
        from_end = position < 0  # it is another one when there are more
        return from_end or any(
            change.is_gone(position) or (change.moved is not None and change.moved(position) != position)
            for change in changes
        )


class Following:
    """The prefetchers below a sequence, and what they have told since it was asked last."""

    def __init__(self, sequence: Sequence[Any] | None = None) -> None:
        """Follows those from which the items of ``sequence`` come."""
        self._ways = list(_ways(sequence)) if sequence is not None else []
        self._is_taking = False

    @property
    def is_behind(self) -> bool:
        """Whether there is anything to take in; any thread."""
        # Most have none, and it is asked often.
        return bool(self._ways) and (self._is_taking or any(way.is_behind for way in self._ways))

    def take(self) -> Iterator[Change]:
        """Yields the changes since the last time, in their order; one thread at a time.

        It is behind until the last is dealt with: no other thread may be given meanwhile what is about to go.
        """
        self._is_taking = True
        try:
            for way in self._ways:
                yield from way.take()
        finally:
            self._is_taking = False


def _ways(sequence: Sequence[Any], picks: tuple[Sequence[int], ...] = (), *, is_alone: bool = True) -> Iterator[_Way]:
    if (changes := _changes_of(sequence)) is not None:
        yield _Way(changes, picks, is_alone=is_alone)
    elif isinstance(sequence, Mapped):
        for each in sequence.sequences:
            yield from _ways(each, picks, is_alone=is_alone and len(sequence.sequences) == 1)
    elif isinstance(sequence, Reordered):
        yield from _ways(sequence.sequence, (*picks, sequence.positions), is_alone=is_alone)
    elif isinstance(sequence, ItemByItem):
        yield from _ways(sequence.sequence, picks, is_alone=is_alone)
    else:
        below: list[Sequence[Any]] = []

        def note(each: Sequence[Any]) -> Sequence[Any]:
            below.append(each)
            return each

        rebased(sequence, note)
        for found in map(_changes_of, below):
            if found is not None:
                yield _Way(found, None, is_alone=False)


def _changes_of(sequence: object) -> Changes | None:
    changes = getattr(sequence, "changes", None)
    return changes if isinstance(changes, Changes) else None
