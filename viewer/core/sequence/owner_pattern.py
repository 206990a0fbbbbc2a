"""The owner's patterns: which part of a name is the frame, and which parts tell sequences apart.

======================  ==================================================================
``{frame}``             the number of the frame: a whole number, a decimal, a date or time
``{camera}``            any other name: a part that tells sequences apart, as short as it can be
``*``                   any text, also none
``?``                   any one character
anything else           itself, in any case
======================  ==================================================================

What stands in front of the frame and behind it is searched from both ends without going back, so that a name takes a
time that grows with its length and no faster, whatever the pattern.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.errors import PatternError
from viewer.core.patterns import late_pattern
from viewer.core.records import dataclass
from viewer.core.sequence.arrangement import Arrangement
from viewer.core.sequence.clocks import CLOCK_WORDS, MARKS, MONTH_NAMES, with_all_clocks
from viewer.core.sequence.decimals import with_decimals
from viewer.core.sequence.sequence import NUMBER
from viewer.core.sequence.table import Column, Table, Texts, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXAMPLE = "cam{camera}_{frame}_*.png"
FRAME = "frame"
"""The name, in any case, of the part that is the number of the frame."""
_TOKEN = late_pattern(r"\{([^{}]*)\}|\*+|\?|[{}]|[^{}*?]+")
_ONE = ("", "")
"""What stands around a text that is one number."""
_ANY_ONE = "?"
_FLAGS = re.IGNORECASE | re.DOTALL
_WHOLE = r"(?:[0-9]{1,18}|[1-8][0-9]{18})"
_WORD = f"(?=[a-zà])(?:{CLOCK_WORDS})"
_BETWEEN = rf"(?:[-_.:, @]{{1,3}}(?:{_WORD}[-_., ]{{0,2}})?|{_WORD}[-_+. ]{{0,2}}|\+)"
_DIGITS = "[0-9]{1,30}+"
_LAST = r"(?>(?=[^0-9])[-_. \u202f]?[ap]\.?m\.?|[zhmsd])?"
_COMPOUND = rf"(?:(?=[a-z]){MONTH_NAMES}[-_. ]?)?{_DIGITS}(?>{_BETWEEN}{_DIGITS}){{0,9}}{_LAST}"
"""As much as may be one number: what of it is one, all names together tell."""
_LONGEST = 64
"""Characters that one number has at most where it is looked for among others."""


class _Fixed(NamedTuple):
    """Characters of a known count: texts, and ``?`` as None."""

    pieces: tuple[str | None, ...] = ()

    @property
    def width(self) -> int:
        return sum(1 if piece is None else len(piece) for piece in self.pieces)

    def regex(self, *, backwards: bool = False, captures: bool = False) -> str:
        any_one = "(.)" if captures else "."
        pieces = self.pieces[::-1] if backwards else self.pieces
        texts = (piece if piece is None or not backwards else piece[::-1] for piece in pieces)
        return "".join(any_one if text is None else re.escape(text) for text in texts)


class _Side(NamedTuple):
    """What stands before or behind the frame: runs of known width, and the least length of each text between them."""

    fixed: tuple[_Fixed, ...]
    least: tuple[int, ...]

    def regex(self, then: str = "") -> str:
        """Returns the whole side, each part a group, as short as it can be from the left, and what comes ``then``.

        Without that, the last part reaches to the end.
        """
        first, *rest = (fixed.regex(captures=True) for fixed in self.fixed)
        if not rest:
            return first + then
        texts = [f"(?>(.{'+' if least else '*'}?){fixed}" for least, fixed in zip(self.least, rest, strict=True)]
        if then:
            texts[-1] += then
        else:
            texts[-1] = f"(?>(.{'+' if self.least[-1] else '*'}){rest[-1]}"
        return first + "".join(f"{text})" for text in texts)

    def reach(self, *, backwards: bool) -> re.Pattern[str] | None:
        """Returns what leads, as shortly as it can, to where the text next to the frame begins; None if that is known.

        Backwards it is for names that are read from their end.
        """
        if len(self.least) < 2:  # noqa: PLR2004 - with one text it is
            return None
        order = slice(None, None, -1 if backwards else 1)
        first, *rest = self.fixed[order]
        steps = zip(self.least[order][:-1], rest[:-1], strict=True)
        texts = (f"(?>.{'+' if least else '*'}?{fixed.regex(backwards=backwards)})" for least, fixed in steps)
        return re.compile(first.regex(backwards=backwards) + "".join(texts), _FLAGS)


def holds_frame(text: str) -> bool:
    """Returns whether ``text`` may be such a pattern: whether it has a ``{frame}``."""
    return any(_is_frame(_name(match[0])) for match in _TOKEN.finditer(text))


def is_owner_pattern(text: str) -> bool:
    """Returns whether ``text`` can be read as such a pattern."""
    try:
        OwnerPattern.parse(text)
    except PatternError:
        return False
    return True


_Pieces = tuple[str, ...]
"""What stands in a name for each part of a pattern that is no text; the frame is one of them."""


@dataclass(frozen=True)
class OwnerPattern:
    """A parsed pattern; immutable. Any thread.

    Attributes:
        text: the pattern as it was written.
        parts: the names of the parts that tell sequences apart, in order.
    """

    text: str
    parts: tuple[str, ...]
    _tokens: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> OwnerPattern:
        """Returns the pattern that ``text`` stands for, the name of a file without its folder.

        Raises:
            PatternError: it does not say which number is the frame, or not where a part ends.
        """
        tokens = tuple(match[0] for match in _TOKEN.finditer(text))
        names = [_name(token) for token in tokens]
        count = sum(_is_frame(name) for name in names)
        parts = [name for name in names if name is not None and not _is_frame(name)]
        if stray := next((token for token in tokens if token in {"{", "}"}), None):
            raise PatternError(f'"{text}" has a {stray} of its own. Write ? for a brace that names have.')
        if "" in parts:
            raise PatternError(f'"{text}" has a part without a name. Write one between the braces, such as {{camera}}.')
        if count != 1:
            says = (
                "says which number is the frame more than once" if count else "does not say which number is the frame"
            )
            advice = "Keep only one {frame}." if count else f"Write {{frame}} in its place, for example {EXAMPLE}."
            raise PatternError(f'"{text}" {says}. {advice}')
        if twice := next((name for name in parts if parts.count(name) > 1), None):
            raise PatternError(f'"{text}" has two parts {{{twice}}}. Give one of them another name, or write * for it.')
        for before, after in pairwise(tokens):
            if _is_open(before) and _is_open(after):
                raise PatternError(
                    f'"{text}" does not say where {before} ends and {after} begins. '
                    "Write the text between them, or leave one of them out."
                )
        return cls(text, tuple(parts), tokens)

    def table(self, names: Sequence[str]) -> tuple[Table | None, list[str]]:
        """Returns the names that match, each once, as a table of all that differs in them, and the others.

        See :attr:`arrangement` for its columns. The writing of the frame is found out from all of them together.
        """
        found: dict[str, tuple[_Matcher, _Pieces]] = {}
        for matcher in self._matchers:
            found |= {
                name: (matcher, pieces)
                for name in names
                if name not in found and (pieces := matcher.pieces(name)) is not None
            }
        frame = self.arrangement.frame
        frames = _read({name: pieces[frame] for name, (_, pieces) in found.items()})
        if frames.keys() - {_ONE}:
            _shorten(found, frames)
            frames = _read({name: pieces[frame] for name, (_, pieces) in found.items()})
        if _ONE not in frames:
            return None, list(names)
        rows = frames[_ONE].all_names()
        spellings = [found[name][0].texts(name, found[name][1]) for name in rows]
        columns = [Column(list(each)) for each in zip(*(found[name][1] for name in rows), strict=True)]
        columns[frame] = frames[_ONE].columns[0]
        counts = Counter(spellings)
        leading = min(counts, key=lambda texts: (-counts[texts], texts))
        known = set(rows)
        table = Table(leading, columns, rows, None if len(counts) == 1 else spellings)
        return table, [name for name in names if name not in known]

    @cached_property
    def arrangement(self) -> Arrangement:
        """Which column of :meth:`table` is the frame, and which tell sequences apart."""
        names = [_name(token) or "" for token in self._tokens if not _is_text(token)]
        frame = next(at for at, name in enumerate(names) if _is_frame(name))
        return Arrangement(frame, tuple(at for at, name in enumerate(names) if name and at != frame))

    @cached_property
    def _matchers(self) -> tuple[_Matcher, ...]:
        """For composed and for decomposed names; one where there is no difference."""
        forms = dict.fromkeys(
            tuple(unicodedata.normalize(form, token) for token in self._tokens) for form in ("NFC", "NFD")
        )
        return tuple(map(_Matcher, forms))


class _Matcher:
    """Finds the frame in names, for one spelling of a pattern."""

    def __init__(self, tokens: Sequence[str]) -> None:
        place = next(at for at, token in enumerate(tokens) if _is_frame(_name(token)))
        before, behind = _side(tokens[:place]), _side(tokens[place + 1 :])
        self._frame = sum(not _is_text(token) for token in tokens[:place])
        self._texts = _texts(tokens)
        self._template = "%s".join(text.replace("%", "%%") for text in self._texts)
        self._before, self._behind = re.compile(before.regex(), _FLAGS), re.compile(behind.regex(), _FLAGS)
        self._to_last, self._to_first = before.reach(backwards=False), behind.reach(backwards=True)
        self._first = 0 if self._to_last else before.fixed[0].width
        self._from_end = behind.fixed[-1].width if behind.least else 0
        self._ends_width = behind.fixed[0].width
        self._least_before = before.least[-1] + before.fixed[-1].width if before.least else 0
        self._least_behind = behind.least[0] if behind.least else 0
        self._is_anchored = not before.least
        beside = before.fixed[-1].regex(), behind.fixed[0].regex()
        starts = f"(?<={beside[0]})" if beside[0] else "" if self._is_anchored else "(?<![0-9])"
        sign = "[-+]?" if beside[0] or self._is_anchored else r"(?:(?<![^._ =(])[-+])?"
        ends = f"(?={beside[1]})" if behind.least else rf"(?={beside[1]}\Z)"
        compound = f"{starts}{sign}{_COMPOUND}"
        self._compound = re.compile(f"{compound}{ends}", _FLAGS)
        digit_follows = behind.fixed[0].pieces[:1] == (None,) or beside[1][:1].isdecimal()
        whole_ends = ends if digit_follows else f"(?![0-9]){ends}"
        self._whole = re.compile(f"{starts}{sign.replace('+', '', 1)}{_WHOLE}{whole_ends}", _FLAGS)
        self._ends = re.compile(ends, _FLAGS)
        self._quick = re.compile(before.regex(f"({compound}){ends}") + behind.regex(), _FLAGS)

    def pieces(self, name: str) -> _Pieces | None:
        """Returns the pieces of a name with the frame as far left and as long as it can be; None if it does not match.

        The frame is what may be one number; if that is nowhere, a whole number.
        """
        if self._ends.search(name) is None:
            return None
        if len(name) < _LONGEST and (quick := self._quick.fullmatch(name)) is not None:
            return quick.groups()
        return self._found(name, self._compound) or self._found(name, self._whole)

    def whole(self, name: str) -> _Pieces | None:
        """Returns the same with a whole number as the frame."""
        return self._found(name, self._whole)

    def ended(self, name: str, pieces: _Pieces, length: int) -> _Pieces | None:
        """Returns the pieces with a frame of so many characters; None if the rest does not fit there."""
        start = sum(map(len, (*self._texts[: self._frame + 1], *pieces[: self._frame])))
        _, last = self._room(name)
        return self._with(name, start, start + length) if self._ends.match(name, start + length, last) else None

    def texts(self, name: str, pieces: _Pieces) -> Texts:
        """Returns the texts around the pieces as a name spells them."""
        if self._template % pieces == name:
            return self._texts
        texts, at = [], 0
        for text, piece in zip_longest(self._texts, pieces, fillvalue=""):
            texts.append(name[at : at + len(text)])
            at += len(text) + len(piece)
        return tuple(texts)

    def _found(self, name: str, number: re.Pattern[str]) -> _Pieces | None:
        first, last = self._room(name)
        if self._is_anchored:
            match = number.match(name, first, last)
            return match and self._with(name, *match.span())
        for end in self._ends.finditer(name, first, last):  # a number is looked for only where one may end
            match = number.search(name, max(first, end.start() - _LONGEST), min(end.start() + self._ends_width, last))
            if match is not None and (match := number.match(name, match.start(), last)) is not None:
                return self._with(name, *match.span())
        return None

    def _with(self, name: str, start: int, end: int) -> _Pieces | None:
        before, behind = self._before.fullmatch(name, 0, start), self._behind.fullmatch(name, end)
        return before and behind and (*before.groups(), name[start:end], *behind.groups())

    def _room(self, name: str) -> tuple[int, int]:
        """Returns where the frame may begin, and where what is beside it must end; the other way round for nowhere."""
        length = len(name)
        first, from_end = self._first, self._from_end
        if self._to_last is not None:
            found = self._to_last.match(name)
            first = length + 1 if found is None else found.end()
        if self._to_first is not None:
            found = self._to_first.match(name[::-1])
            from_end = length + 1 if found is None else found.end()
        return first + self._least_before, length - from_end - self._least_behind


def _shorten(found: dict[str, tuple[_Matcher, _Pieces]], frames: dict[Texts, Table]) -> None:
    """Ends each frame where its number does; drops the names in which nothing that fits follows there."""
    for texts, table in frames.items():
        if texts == _ONE:
            continue
        for name, number in zip(table.all_names(), table.columns[0].written, strict=True):
            matcher, pieces = found.pop(name)
            shorter = None if texts[0] else matcher.ended(name, pieces, len(number))
            if (new := shorter or matcher.whole(name)) is not None:
                found[name] = matcher, new


def _read(written: dict[str, str]) -> dict[Texts, Table]:
    """Returns texts, by the names that have them, as tables in which dates, times and decimals are one number.

    Moments have no order among other numbers: where there are both, those that are fewer are left out.
    """
    plain = [name for name, text in written.items() if text.isdecimal() and len(text) < 19]  # noqa: PLR2004 - fits
    shapes: dict[Texts, tuple[list[str], list[list[str]]]] = {}
    for name in sorted(written.keys() - set(plain)) if len(plain) < len(written) else ():
        pieces = NUMBER.split(written[name])
        names, rows = shapes.setdefault(tuple(pieces[::2]), ([], []))
        names.append(name)
        rows.append(pieces[1::2])
    tables: dict[Texts, list[Table]] = {}
    for texts, (names, rows) in shapes.items():
        if len(texts) > 1:
            columns = [Column(list(column)) for column in zip(*rows, strict=True)]
            tables.setdefault(tuple(text.lower() for text in texts), []).append(Table(texts, columns, names))
    read = with_all_clocks({texts: merged(parts) for texts, parts in tables.items()})
    single = [read.pop(texts) for texts in [*read] if not "".join(texts).strip("".join(MARKS.values()))]
    if plain:
        whole = Table(_ONE, [Column([written[name] for name in plain])], plain)
        single += with_all_clocks({_ONE: whole}).values()
    counts = [table for table in single if table.columns[0].writing.is_count]
    read = with_decimals(read | ({_ONE: merged(counts)} if counts else {}), lambda _texts: None)
    if clocks := [table for table in single if table not in counts]:
        moments = merged(clocks)
        read[_ONE] = max(moments, read.get(_ONE, moments), key=len)
    return read


def _side(tokens: Iterable[str]) -> _Side:
    fixed: list[list[str | None]] = [[]]
    least: list[int] = []
    for token in tokens:
        if _is_open(token):
            fixed.append([])
            least.append(int(_name(token) is not None))
        else:
            fixed[-1].append(None if token == _ANY_ONE else token)
    return _Side(tuple(_Fixed(tuple(pieces)) for pieces in fixed), tuple(least))


def _name(token: str) -> str | None:
    return token[1:-1].strip() if token.startswith("{") and len(token) > 1 else None


def _is_frame(name: str | None) -> bool:
    return name is not None and name.lower() == FRAME


def _is_open(token: str) -> bool:
    """Returns whether a token stands for a text of any length."""
    return token.startswith("*") or (_name(token) is not None and not _is_frame(_name(token)))


def _texts(tokens: Iterable[str]) -> Texts:
    """Returns the texts around all that is no text."""
    texts = [""]
    for token in tokens:
        if _is_text(token):
            texts[-1] += token
        else:
            texts.append("")
    return tuple(texts)


def _is_text(token: str) -> bool:
    return not _is_open(token) and token != _ANY_ONE and _name(token) is None
