"""The bookmarks of a sequence: an immutable table by frame number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from viewer.model.sequence_settings import Bookmark


class Bookmarks:
    """Bookmarks by ascending number, each number once; every change makes another table."""

    def __init__(self, bookmarks: Iterable[Bookmark] = ()) -> None:
        """Takes bookmarks in any order; of several of one number the last."""
        self.all = tuple(sorted({each.number: each for each in bookmarks}.values()))

    def __contains__(self, number: int) -> bool:
        return any(each.number == number for each in self.all)

    def with_(self, *added: Bookmark) -> Bookmarks:
        """Returns them with others, which replace those of the same numbers."""
        return Bookmarks((*self.all, *added))

    def without(self, numbers: Iterable[int]) -> Bookmarks:
        """Returns them without those of ``numbers``."""
        gone = set(numbers)
        return Bookmarks(each for each in self.all if each.number not in gone)

    def after(self, number: int) -> int | None:
        """Returns the number of the next bookmark after ``number``, None if there is none."""
        at = bisect_right(self.all, number, key=lambda each: each.number)
        return self.all[at].number if at < len(self.all) else None

    def before(self, number: int) -> int | None:
        """Returns the number of the last bookmark before ``number``, None if there is none."""
        at = bisect_left(self.all, number, key=lambda each: each.number)
        return self.all[at - 1].number if at else None
