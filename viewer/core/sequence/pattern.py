"""Patterns: names with a place for the frame number, as people type them and other programs print them.

========================  ==================================================================
``shot.####.png``         numbers filled with zeros to as many digits as there are ``#``
``shot.@@@@.png``         the same; a single ``@`` only between ``.`` or ``_``
``shot.%04d.png``         the same, as C writes it; ``%d`` is a number that is not filled, and ``%%`` a percent sign
``shot.[1001-1240].png``  these numbers: any width, unless one is written with zeros in front
``shot.[1-9,20].png``     a list; ``[1-100x10]`` is every tenth
``shot.1-100x10#.png``    as fileseq writes it: first the numbers; one ``#`` is four digits, ``##`` are two, and so on
``shot.1-240@@@.png``     the same with ``@`` for each digit
``cam{c}_{frame}_*.png``  see :mod:`.owner_pattern`
========================  ==================================================================

Numbers with more digits than asked for belong to the pattern, as they do in C. Real names can look like patterns: try
the name itself first.
"""

from __future__ import annotations

import os
import re
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.errors import PatternError, SequenceError
from viewer.core.frame import FrameIndex
from viewer.core.patterns import late_pattern
from viewer.core.records import dataclass
from viewer.core.sequence.folder_rule import FolderRule
from viewer.core.sequence.naming import group_names, longest
from viewer.core.sequence.runs import fits, number_runs
from viewer.core.sequence.sequence import NUMBER, FrameSequence

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLACE = late_pattern(
    r"""\[(?P<list>-?[0-9][0-9,x\ -]*)\]
        |(?P<range>(?<![0-9])(?:(?<![^._\ ])-)?[0-9]+[-,]-?[0-9]+(?:[-,x]-?[0-9]+)*)(?P<marks>\#+|@+)
        |(?P<hashes>\#+|@{2,}|(?<=[._])@(?=[._]))
        |%%|%(?P<width>0[0-9]{1,2}|[0-9]?)d
    """,
    re.VERBOSE,
)
_BEGIN = frozenset("[#@%")
"""One of these is in every place for a number: most names are known for none by that."""
_OTHER_SIGNS = late_pattern(r"\$F[0-9]*|\*|\?+|<[^<>]+>|\{[^{}]*\}")
"""Signs that shells and other programs have for a number."""
_NUMBERS = late_pattern(r"(?P<first>-?[0-9]+)(?:-(?P<last>-?[0-9]+)(?:x(?P<step>[0-9]+))?)?")
_LONE_MARK = 4
"""What a single ``#`` behind a range stands for."""
_MOST_DIGITS = 18


def holds_frame(name: str) -> bool:
    """Returns whether a name is a pattern that says by ``{frame}`` where the number is; looks at the text only."""
    if "{" not in name:
        return False
    from viewer.core.sequence.owner_pattern import holds_frame as says_frame  # noqa: PLC0415 - rarely needed

    return says_frame(name)


def is_pattern(text: str) -> bool:
    """Returns whether the last part of ``text`` has a place for a number; looks at the text only."""
    name = os.path.split(text)[1]
    return bool(_places(name)) or holds_frame(name)


def advice_about(text: str) -> str:
    """Returns what to write in place of a path with signs that say no number here; "" for others, looks at no files."""
    folder, name = os.path.split(text)
    sign = "" if is_pattern(text) else next(iter(_OTHER_SIGNS.findall(name)[::-1]), "")
    if not sign:
        return ""
    head, _, tail = name.rpartition(sign)
    place = os.path.join(folder, f"{head}{'*' if sign == '*' else ''}{{frame}}{tail}")  # noqa: PTH118 - a text
    globbed = f', or in a script give sorted(Path("{folder or "."}").glob("{name}"))' if sign[0] in "*?" else ""
    return f'"{sign}" does not say where the frame number is. Write {{frame}} there, as in {place}{globbed}.'


@dataclass(frozen=True)
class Pattern:
    """A parsed pattern; immutable.

    Attributes:
        folder: the folder part as it was written, "" without one.
        name: the rest as it was written.
        head: what stands before the number.
        tail: what stands behind it.
        padding: the least number of digits, 1 to 18; None if any will do.
        wanted: the numbers wanted; empty if all are.
    """

    folder: str
    name: str
    head: str
    tail: str
    padding: int | None
    wanted: tuple[range, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Returns the pattern that ``text`` stands for.

        Raises:
            PatternError: there is not exactly one place for the number, or its numbers make no sense.
        """
        folder, name = os.path.split(text)
        places = _places(name)
        if not places:
            raise PatternError(
                f'"{name}" has no place for the frame number. '
                "Write, for example, shot.####.png, shot.%04d.png or shot.[1001-1240].png."
            )
        if len(places) > 1:
            shown = " and ".join(place[0] for place in places)
            raise PatternError(f'"{name}" has several places for the frame number: {shown}. Keep only one of them.')
        place = places[0]
        listed = place["list"] or place["range"] or ""
        padding = _padding(place)
        if padding is not None and padding > _MOST_DIGITS:
            raise PatternError(f'"{name}" asks for {padding} digits. Use {_MOST_DIGITS} at most.')
        wanted = tuple(_numbers(part.strip()) for part in listed.split(",")) if listed else ()
        head, tail = name[: place.start()], name[place.end() :]
        if place["width"] is not None:  # as C writes it
            head, tail = head.replace("%%", "%"), tail.replace("%%", "%")
        return cls(folder, name, head, tail, padding, wanted)

    def select(self, found: Iterable[FrameSequence | str]) -> FrameSequence:
        """Returns the frames that the pattern stands for.

        If names differ only by zeros in front, the padding with the most frames is taken. Of ``found`` sequences the
        result gets the folder; plain names are in :attr:`folder`.

        Raises:
            SequenceError: nothing matches.
        """
        folder = self.folder
        runs: dict[str, None] = {}
        for item in found:
            if isinstance(item, str):
                names: Iterable[str] = (item,)
            else:
                folder, names = item.folder, item.names()
            runs.update((run, None) for run in map(self._run, names) if run)
        if not runs:
            raise _nothing_like(self.name, folder)
        return longest(number_runs(folder, self.head, self.tail, list(runs)))

    def _run(self, name: str) -> str:
        """Returns the number in ``name`` as it is written, "" if the name does not match."""
        if not (name.startswith(self.head) and name.endswith(self.tail)):
            return ""
        run = name[len(self.head) : len(name) - len(self.tail)]
        digits = run.removeprefix("-")
        if not NUMBER.fullmatch(run) or (digits != run and self.head and self.head[-1] not in "._ "):
            return ""  # behind other characters a hyphen separates
        number = int(run)
        if self.padding and not fits(digits, self.padding) and run != f"{number:0{self.padding}d}":
            return ""  # C counts the sign as a digit
        return run if not self.wanted or any(number in numbers for numbers in self.wanted) else ""


def selected(text: str, found: Iterable[FrameSequence]) -> tuple[tuple[FrameSequence, ...], int]:
    """Returns the sequences of a folder as a pattern gives them, by those ``found``, and which of them is meant.

    An owner's pattern gives all pictures of the folder, and means the longest sequence of those that match.

    Raises:
        PatternError: the pattern cannot be read.
        SequenceError: nothing matches.
    """
    found = list(found)
    meant, name = longest(matching(text, found)), os.path.split(text)[1]
    if not holds_frame(name):
        return (meant,), 0
    names = chain.from_iterable(sequence.names() for sequence in found)
    sequences = tuple(group_names(meant.folder, names, FolderRule(pattern=name)))
    return sequences, next(
        at for at, each in enumerate(sequences) if each.index_of_name(meant.name(FrameIndex(0))) is not None
    )


def matching(text: str, found: Iterable[FrameSequence]) -> list[FrameSequence]:
    """Returns the sequences that a pattern makes of the names that match, by those ``found`` in the folder.

    There is one, but for an owner's pattern.

    Raises:
        PatternError: the pattern cannot be read.
        SequenceError: nothing matches.
    """
    name = os.path.split(text)[1]
    if not holds_frame(name):
        return [Pattern.parse(text).select(found)]
    from viewer.core.sequence.grouping import owned_by  # noqa: PLC0415 - not needed for the first picture
    from viewer.core.sequence.owner_pattern import OwnerPattern  # noqa: PLC0415 - as above

    found = list(found)
    folder = found[0].folder if found else ""
    names = chain.from_iterable(sequence.names() for sequence in found)
    owned, _ = owned_by(OwnerPattern.parse(name), folder, names)
    if not owned:
        raise _nothing_like(name, folder)
    return sorted(owned, key=lambda sequence: sequence.label)


def _nothing_like(name: str, folder: str) -> SequenceError:
    where = f"in {folder}" if folder else "here"
    return SequenceError(f'No picture {where} has a name like "{name}". {_advice(name)}')


def _advice(name: str) -> str:
    """Returns what to do about a pattern that no name matches: some write ``*`` beside ``####``, where it is text."""
    places = _places(name)
    if places and holds_frame(name):
        return f"Beside {{frame}}, {places[0][0]} stands for itself. Keep only one of them."
    wild = re.search(r"[*?]|\{[^{}]+\}", name)
    if wild is None or len(places) != 1:
        return "Check the name and the numbers, or open the folder to see what is in it."
    frame = f"{name[: places[0].start()]}{{frame}}{name[places[0].end() :]}"
    return f"Beside {places[0][0]}, {wild[0]} stands for itself. Write {{frame}} for the number: {frame}"


def _places(name: str) -> list[re.Match[str]]:
    """Returns the places for a number; a ``%%`` is none."""
    return [place for place in _PLACE.finditer(name) if place[0] != "%%"] if not _BEGIN.isdisjoint(name) else []


def _padding(place: re.Match[str]) -> int | None:
    """Returns how many digits a place asks for, None if it does not say."""
    if place["list"]:
        filled = [len(digits) for digits in re.findall("[0-9]+", place["list"]) if digits[0] == "0" and len(digits) > 1]
        return max(filled, default=None)
    if place["marks"] == "#":
        return _LONE_MARK
    if place["width"] is not None:
        return max(1, int(place["width"] or 1))
    return len(place["marks"] or place["hashes"])


def _numbers(text: str) -> range:
    """Returns the numbers of one part of a list; raises PatternError if it is none that runs upwards."""
    match = _NUMBERS.fullmatch(text)
    if match is None:
        raise PatternError(f'The numbers "{text}" cannot be read. Write, for example, 1001-1240, 1-9,20 or 1-100x10.')
    first = int(match["first"])
    last = int(match["last"] or first)
    step = int(match["step"] or 1)
    if last < first:
        raise PatternError(f'The numbers "{text}" run backwards. Write the lower number first.')
    if step == 0:
        raise PatternError(f'The numbers "{text}" have a step of 0. Write a step of 1 or more after the x.')
    return range(first, last + 1, step)
