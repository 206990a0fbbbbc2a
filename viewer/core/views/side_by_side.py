"""Views of several sequences side by side: item ``n`` comes from the items ``n`` of each; the shortest wins."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from viewer.core.calling import called
from viewer.core.views.view import LazyView, assign, caller, length, reaches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


class SideBySide(LazyView[T]):
    """The base of such views: where they end."""

    def __init__(self, *sequences: Sequence[Any]) -> None:
        """Takes one sequence or more.

        Raises:
            TypeError: there is none.
        """
        if not sequences:
            raise TypeError("At least one sequence is needed.")
        self.sequences = sequences

    def __len__(self) -> int:
        known = [count for count in map(length, self.sequences) if count is not None]
        if not known:
            raise TypeError(f"The sequences below this {type(self).__name__} have no known length, so it has none.")
        # The others may end sooner: as far as the shortest, they are asked.
        if len(known) < len(self.sequences) and min(known) and not self.reaches(min(known) - 1):
            return len(self)  # one of them was read to its end just now
        return min(known)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return all(reaches(sequence, position) for sequence in self.sequences)

    def below(self, position: int) -> Iterable[tuple[Sequence[Any], int]]:
        """Yields the items beside each other."""
        return ((sequence, position) for sequence in self.sequences)


class Mapped(SideBySide[T]):
    """The results of a function for the items of one or more sequences, made each time that one is asked for.

    The function's errors come out in their own type, with a note of the item and of where the map was made. A function
    that cannot be called is a TypeError at once.

    >>> list(Mapped(pow, [2, 3, 4], [5, 2, 3]))
    [32, 9, 64]

    Attributes:
        function: called with one item of each sequence.
        made_at: the file and line where the map was made.
    """

    @overload
    def __init__(self, function: Callable[[A], T], one: Sequence[A], /) -> None: ...
    @overload
    def __init__(self, function: Callable[[A, B], T], one: Sequence[A], two: Sequence[B], /) -> None: ...
    @overload
    def __init__(
        self,
        function: Callable[..., T],
        one: Sequence[Any],
        two: Sequence[Any],
        three: Sequence[Any],
        /,
        *others: Sequence[Any],
    ) -> None: ...
    def __init__(self, function: Callable[..., T], /, *sequences: Sequence[Any]) -> None:
        if not callable(function):
            raise TypeError(f"The first argument of a map is a function, and {function!r} cannot be called.")
        super().__init__(*sequences)
        self.function = function
        self.made_at = caller()

    def _item(self, position: int) -> T:
        arguments = [sequence[position] for sequence in self.sequences]
        try:
            return called(self.function, *arguments)
        except Exception as error:
            note = f"Item {position} of the map made in {self.made_at}."
            if note not in getattr(error, "__notes__", ()):  # the function may raise the same error again
                error.add_note(note)
            raise


class Collated(SideBySide[tuple[Any, ...]]):
    """Tuples of the items that stand side by side.

    >>> Collated([1, 2, 3], ["a", "b", "c"])[1]
    (2, 'b')
    """

    def _item(self, position: int) -> tuple[Any, ...]:
        return tuple(sequence[position] for sequence in self.sequences)

    def _assign(self, position: int, value: tuple[Any, ...]) -> None:
        for sequence, each in zip(self.sequences, value, strict=True):
            assign(sequence, position, each)


class Switched(SideBySide[T]):
    """Items chosen from several sequences: a number says which, for each position; False and True are 0 and 1.

    >>> list(Switched([True, False, True], ["no", "no", "no"], ["yes", "yes", "yes"]))
    ['yes', 'no', 'yes']
    """

    def __init__(self, selector: Sequence[int], *sequences: Sequence[T]) -> None:
        """Takes the numbers, from 0, and the sequences that they choose from."""
        super().__init__(*sequences)
        self.sequences = (selector, *sequences)

    def _chosen(self, position: int) -> Sequence[T]:
        selector, *sequences = self.sequences
        number = operator.index(selector[position])
        if not 0 <= number < len(sequences):
            raise ValueError(f"Item {position} was to come from sequence {number}, but there are {len(sequences)}.")
        return cast("Sequence[T]", sequences[number])

    def _item(self, position: int) -> T:
        return self._chosen(position)[position]

    def _assign(self, position: int, value: T) -> None:
        assign(self._chosen(position), position, value)
