"""Neighbours: asks a share for files by their numbers before it lists their folder, which can take minutes.

While a FUSE mount lists a folder it finds no name in it that the system has not looked up before: measured, a file
that nobody had asked for was opened when the listing was over, and one that had been found by name at once. So the
nearest names are asked for first; see :data:`viewer.model.listing.HEAD_START`.
"""

from __future__ import annotations

import os
from array import array
from contextlib import suppress
from itertools import chain, count, islice
from typing import TYPE_CHECKING

from viewer.core.errors import NotFoundError, SequenceError
from viewer.core.executor import Success
from viewer.core.pages.naming import likely_holds_pages
from viewer.core.records import NamedTuple, dataclass, field, replace
from viewer.core.sequence.naming import grouped, is_picture_name
from viewer.core.sequence.pattern import Pattern, holds_frame, is_pattern
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.storage.transfer import Transfer
from viewer.model.opened import open_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from viewer.core.executor import Executor, Failure
    from viewer.core.load.hearing import Hearing
    from viewer.core.loop import Loop, Timer
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Group, Opened

WITHIN = 24
"""Frames after the one on screen that are asked for; half as many are of those before it."""
ROW_TIME = 0.05
"""Seconds after which it is told which frames are there. FUSE finds one name in a folder at a time."""
USUAL_FIRST = (1, 0, 1001)
"""Numbers with which sequences begin, for a pattern that names none."""
MOST_DIGITS = 8
"""Digits that a number is tried with where a pattern does not say how many it has."""
LISTEN_EVERY = 2.0
"""Seconds after which a file is asked for once more, to hear whether a share that goes on listing is there."""


class NamingRule(NamedTuple):
    """How the names of a sequence follow from numbers, as far as what was opened tells.

    Attributes:
        folder: where the files are.
        head: what stands before the number.
        tail: what stands behind it.
        padding: the least number of digits; 0 if that is not known.
        is_filled: whether it is sure that shorter numbers are filled with zeros.
        numbers: those of the frames to begin with, as far as they are given.
    """

    folder: str
    head: str
    tail: str
    padding: int
    is_filled: bool
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> NamingRule | None:
        """Returns the rule of a picture or a pattern, given by its path; None where no names follow from it."""
        folder, name = os.path.split(text)
        if holds_frame(name):
            return None
        if is_pattern(text):
            pattern = Pattern.parse(text)
            firsts = tuple(numbers.start for numbers in pattern.wanted)
            return cls(folder, pattern.head, pattern.tail, pattern.padding or 0, is_filled=True, numbers=firsts)
        one = FrameSequence.of_one(folder, name)
        if one.is_loose or not is_picture_name(name):
            return None
        is_filled = len(str(one.first)) < one.padding
        return cls(folder, one.head, one.tail, one.padding, is_filled, (one.first,))

    def names(self, number: int) -> Iterable[str]:
        """Returns the names that the frame of a number, 0 or more, can have."""
        paddings = (self.padding,) if self.padding else range(1, MOST_DIGITS + 1)
        digits = [*(f"{number:0{padding}d}" for padding in paddings), *([] if self.is_filled else [str(number)])]
        return (f"{self.head}{run}{self.tail}" for run in dict.fromkeys(digits))

    def learned(self, name: str) -> NamingRule:
        """Returns the rule with the digits that the number has in this name, if they were not known."""
        run = name[len(self.head) : len(name) - len(self.tail)]
        return self if self.padding else self._replace(padding=len(run), is_filled=run.startswith("0"))

    def sequence(self) -> FrameSequence:
        """Returns a sequence of this rule, to ask what is remembered of it."""
        return FrameSequence(self.folder, self.head, self.tail, max(1, self.padding), array("q", [0]))


@dataclass(eq=False)
class Neighbours:
    """Asks for the frames about the one on screen, a few at a time, until it is stopped; owner thread only.

    ``_on_found`` is called with what is known of the folder by that, prepared, when frames were found; ``_on_all`` when
    nothing near is left to ask for, within :meth:`begin` if there is nothing at all. What is asked goes to
    ``_hearing``, so that a share that answers is not said to be silent because a listing takes long. One call hangs at
    most, whatever is opened meanwhile.

    Attributes:
        listed: what the listing has told so far; the owner's to set.
        group: groups names; any thread calls it.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _hearing: Hearing
    _on_found: Callable[[Opened], None]
    _on_all: Callable[[], None]
    listed: Opened | None = None
    group: Group = grouped
    _text: str = ""
    _path: str = ""
    _rule: NamingRule | None = None
    _there: set[str] = field(default_factory=set)
    _wanted: list[int] = field(default_factory=list)
    _around: int | None = None
    _asked: set[int] = field(default_factory=set)
    _transfer: Transfer = field(default_factory=Transfer)
    _is_asking: bool = False
    _timer: Timer | None = None

    def begin(self, text: str, name: str, numbers: Callable[[FrameSequence], Sequence[int | None]]) -> None:
        """Asks for the frames about the one that ``text``, or the file ``name`` in it, stands for.

        ``numbers`` returns those of other frames to begin with, for a sequence of the same rule; None for none.
        """
        self.stop()
        self._text, self._path = text, os.path.join(text, name) if name else text.rstrip("/")  # noqa: PTH118 - a text
        with suppress(SequenceError):  # the listing says what is wrong
            self._rule = NamingRule.of(self._path)
        if self._rule is not None:
            given = [number for number in numbers(self._rule.sequence()) if number is not None]
            self._wanted = [*self._rule.numbers, *given] or list(USUAL_FIRST)
            self._around = None if is_pattern(self._path) else self._wanted[0]
        self._go_on()

    def names(self) -> tuple[str, ...]:
        """Returns the names known to be there; any thread."""
        return tuple(self._there)

    def near(self, number: int) -> None:
        """Asks for the frames about this number next."""
        if number != self._around and self._rule is not None:
            self._around = number
            self._go_on()

    def stop(self) -> None:
        """Asks nothing any more, and forgets what was found."""
        self._transfer.cancel()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._rule = self.listed = self._around = None
        self._transfer, self._there, self._asked, self._wanted = Transfer(), set(), set(), []

    def _next(self) -> list[int]:
        """Returns the numbers to ask for, in this order: those to begin with, then those about the frame on screen."""
        wanted = (number for number in self._wanted if number not in self._asked)
        return list(dict.fromkeys(chain(wanted, self._near(range(WITHIN + 1)))))

    def _near(self, distances: Iterable[int]) -> Iterator[int]:
        around = self._around
        if around is not None:
            for number in (around + way for by in distances for way in ((by,) if by % 2 or not by else (by, -by // 2))):
                if number >= 0 and number not in self._asked:
                    yield number

    def _listen(self) -> None:
        """Asks for one more, farther away, to hear whether a share that goes on listing is there."""
        self._timer = None
        self._ask(self._next() or list(islice(self._near(count()), 1)))

    def _go_on(self) -> None:
        self._ask(self._next())
        if not self._is_asking:
            self._on_all()
            if self._there and self._timer is None:
                self._timer = self._loop.call_later(LISTEN_EVERY, self._listen)

    def _ask(self, numbers: list[int]) -> None:
        rule, transfer, listed = self._rule, self._transfer, self.listed
        if rule is None or self._is_asking or not numbers:
            return
        path, text, storage, there, now = self._path, self._text, self._storage, self._there, self._loop.now
        group = self.group
        token = object()

        def ask() -> tuple[dict[int, list[str]], Opened | None]:
            if likely_holds_pages(path) and not is_pattern(path) and storage.is_folder(path):
                return {number: [] for number in numbers}, None
            until, asked = now() + ROW_TIME, dict[int, list[str]]()
            for number in numbers:
                asked[number] = [name for name in rule.names(number) if _is_there(storage, rule.folder, name, transfer)]
                there.update(asked[number])
                if now() >= until:
                    break
            return asked, _opened(text, rule.folder, list(there), listed, group) if any(asked.values()) else None

        def done(outcome: Success[tuple[dict[int, list[str]], Opened | None]] | Failure) -> None:
            self._is_asking = False
            (self._hearing.answered if isinstance(outcome, Success) else self._hearing.withdrawn)(token)
            if transfer is not self._transfer:
                self._go_on()
            elif isinstance(outcome, Success):
                asked, opened = outcome.value
                self._take(asked, opened if self.listed is listed else None)
            elif self._timer is None:
                self._timer = self._loop.call_later(LISTEN_EVERY, self._listen)

        self._is_asking = True
        self._hearing.asked(token)
        self._chores.submit(ask, done)

    def _take(self, asked: dict[int, list[str]], opened: Opened | None) -> None:
        self._asked.update(asked)
        found = next(((number, names[0]) for number, names in asked.items() if names), None)
        if self._rule is not None and found is not None:
            self._rule = self._rule.learned(found[1])
            self._around = found[0] if self._around is None else self._around
        if opened is not None:  # None also if more has been listed meanwhile: the next one has that, too
            self._on_found(opened)
        self._go_on()


def _is_there(storage: Storage, folder: str, name: str, transfer: Transfer) -> bool:
    transfer.checkpoint()
    try:
        storage.stamp(os.path.join(folder, name))  # noqa: PTH118 - as everywhere paths are made of names
    except NotFoundError:
        return False
    return True


def _opened(text: str, folder: str, names: list[str], listed: Opened | None, group: Group) -> Opened | None:
    """Returns what is known by ``names`` and what was ``listed`` so far; None if what was opened is not among them."""
    before = [] if listed is None else list(listed.names())
    try:
        opened = open_listed(text, folder, [*before, *names], group=group, complete=False)
    except SequenceError:
        return None
    return replace(opened, names_seen=0 if listed is None else listed.names_seen).prepared()
