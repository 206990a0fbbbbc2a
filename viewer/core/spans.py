"""Runs of whole numbers: the public face of what a cache holds, a listing misses or a timeline shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Span(NamedTuple):
    """The whole numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


def spans(numbers: Iterable[int], step: int = 1) -> Iterator[Span]:
    """Yields the runs of numbers in ``numbers``, which must ascend, that follow each other at ``step``.

    >>> list(spans([1, 2, 3, 7, 9, 10]))
    [Span(first=1, last=3), Span(first=7, last=7), Span(first=9, last=10)]
    >>> list(spans([10, 20, 40], 10))
    [Span(first=10, last=20), Span(first=40, last=40)]
    """
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number == last + step:
            last = number
        else:
            yield Span(first, last)
            first = last = number
    if first is not None and last is not None:
        yield Span(first, last)
