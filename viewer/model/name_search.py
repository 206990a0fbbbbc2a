"""Searching a file by a part of its name, through all sequences of the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.executor import Success
from viewer.core.frame import FrameIndex
from viewer.core.records import dataclass
from viewer.core.sequence.folder_rule import FolderRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewer.core.executor import Executor, Failure
    from viewer.core.sequence.sequence import FrameSequence


@dataclass(eq=False)
class NameSearch:
    """Looks for one name at a time on a chore thread; owner thread only."""

    _chores: Executor
    _text: str = ""
    _asked: object = None

    def find(
        self,
        text: str,
        sequences: Sequence[FrameSequence],
        chosen: int,
        index: FrameIndex | None,
        done: Callable[[str], None],
    ) -> None:
        """Calls ``done`` with the first name that holds ``text``, or matches it as a glob; with "" if none does.

        The sequence ``chosen`` is searched first, then those behind it. Of the same text again it is the next name
        after the one at ``index``, if that is such a name itself; after the last comes the first.
        """
        wanted = FolderRule(filter=text)
        ways = [each.passes() for each in dict.fromkeys((wanted, wanted.anywhere()))]
        is_again = text == self._text and index is not None and ways[-1](sequences[chosen].name(index))
        after = index if is_again and index is not None else -1
        self._text, self._asked = text, (asked := object())

        def answer(outcome: Success[str] | Failure) -> None:
            if self._asked is asked and isinstance(outcome, Success):
                done(outcome.value)

        self._chores.submit(lambda: _first(ways, sequences, chosen, after), answer)


def _first(ways: list[Callable[[str], bool]], sequences: Sequence[FrameSequence], chosen: int, after: int) -> str:
    here = sequences[chosen]
    parts = [(here, range(after + 1, len(here)))]
    parts += [(each, range(len(each))) for each in (*sequences[chosen + 1 :], *sequences[:chosen])]
    parts.append((here, range(after + 1)))

    def names() -> Iterator[str]:
        return (sequence.name(FrameIndex(index)) for sequence, indexes in parts for index in indexes)

    return next((name for passes in ways for name in filter(passes, names())), "")
