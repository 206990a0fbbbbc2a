"""What is remembered of each sequence, on this disk: where one was in it, in and out, rate, bookmarks, zoom, look.

One JSON file holds what belongs to one folder of pictures, or to one file with pages; its name is a hash of their path.
Nothing is ever written where the pictures are. Whatever state a file is in, reading it does no harm: each value is
checked, and a file that is none of ours is put aside.

Layout::

    <root>/<hash of the folder's path>.json          {"folder": path, "sequences": {key: {"number": 131, …}}}
            <hash of the folder's path>.damaged.json  one that was put aside; the next ones end with .damaged-1.json …
            <16 hexadecimal digits>.new               being written
            .lock                                     locked while one is changed

The bookmarks of single pictures stand under the key "", each with its file, [number, note, name]; the name counts.
What belongs to the folder as a whole stands under the key "/": {"rule": {"order": "by name", …}}.
"""

from __future__ import annotations

import contextlib
import errno
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from viewer.core.cache.atomic_files import digest_of, put_aside, sweep, write
from viewer.core.cache.file_lock import locked
from viewer.core.display.colour_maps import COLOUR_MAPS
from viewer.core.display.levels import LEVEL
from viewer.core.display.look import AS_IT_IS, Curve, Look
from viewer.core.display.orientation import UPRIGHT, Orientation
from viewer.core.frame import Range, SampleKind, TransferCurve
from viewer.core.patterns import late_pattern
from viewer.core.play.timebase import GREATEST_RATE, LEAST_RATE, valid_start
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule, Order
from viewer.core.sequence.writing import COUNT
from viewer.model.sequence_settings import (
    EXPOSURE,
    GAMMA,
    NOTHING,
    WHOLE_FOLDER,
    Bookmark,
    ChosenLook,
    SequenceSettings,
    Zoom,
    merged,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from viewer.core.sequence.sequence import FrameSequence

MOST_BOOKMARKS = 10_000
"""Bookmarks of one sequence that are remembered at most; of more, those with the lowest numbers."""
LONGEST_NOTE = 10_000
"""Characters of a bookmark's note that are remembered at most."""
LONGEST_CHANNEL = 1000
"""Characters of the name of a channel that are remembered at most; longer ones are not."""
LONGEST_FILTER = 1000
"""Characters of a filter, of a pattern, and of the name of a file, that are remembered at most; longer ones are not."""
LARGEST = 8_000_000
"""Bytes of a file that are looked at; a larger one is not ours."""
MOST_FILES = 2_000
"""Files that are left by :meth:`SequenceSettingsFile.prune`, those with bookmarks apart."""

_OPTIONS = ("gamma", "curve", "exposure", "channel", "colour_map", "is_inverted", "marks", "orientation")
_LARGEST_NUMBER = 2**63
_LARGEST_SCALE = 1000.0
_ANY = "any"
"""Instead of a kind: a range for frames of all others."""
_COLOURS = ("grey", "colour")
_CURVES = "|".join(each.value for each in TransferCurve)
_KIND = late_pattern(
    rf"([uif]) ([1-9]|[1-5][0-9]|6[0-4]) ({'|'.join(_COLOURS)}) ({_CURVES})(?: channel ([1-9][0-9]{{0,8}}))?"
)
_OURS = late_pattern(r"[0-9a-f]{32}\.json")
_COUNTED = ("number", "in", "out", "bookmarks")
"""What is in the unit of the sequence."""
_UNIT = late_pattern("[0-9]{1,3}|date|time")
_NONE: Mapping[str, SequenceSettings] = MappingProxyType({})

Stamp: TypeAlias = tuple[int, ...] | None
"""What says whether a file is another one; None where there is none."""


def key_of(sequence: FrameSequence) -> str:
    """Returns under which name a sequence is remembered among those of its folder: "shot.*.png", "" for loose pictures.

    It stays the same while frames are added to the sequence. Sequences that differ in padding only share a name; in
    each order of all pictures, and with each filter, single pictures have one of their own, but for their bookmarks.
    """
    return sequence.head if sequence.is_loose else f"{sequence.head}*{sequence.tail}"


class SequenceSettingsFile:
    """Reads and writes what is remembered of sequences; all methods block on this disk, so they run on workers.

    Several programs may use one folder at once: a lock sees to it that each adds its changes to those of the others.
    Each file is there whole or not at all. ``root``, the folder for the files, is made when the first one is.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def look(self, folder: str, stamp: Stamp) -> tuple[dict[str, SequenceSettings] | None, Stamp]:
        """Returns what is remembered and the stamp of the file; instead None if that is ``stamp`` still.

        Of one that is gone or damaged too: what is known in a window stays, until it is written with a change.

        Raises:
            OSError: it could not be read.
        """
        found, sequences = None, None
        with contextlib.suppress(FileNotFoundError):
            status = self._file(folder).stat()
            found = status.st_mtime_ns, status.st_size, status.st_ino
            sequences = None if found == stamp else self._sequences(folder)
        return None if sequences is None else _understood(sequences), found

    def load(self, folder: str) -> tuple[dict[str, SequenceSettings], str]:
        """Returns what is remembered of the sequences in ``folder``, by :func:`key_of`, and a sentence or "".

        The sentence says that what was remembered could not be understood. A file that is damaged as a whole is kept
        under another name; of one with wrong values the others are taken.

        Raises:
            OSError: it could not be read, or not be put aside.
        """
        with contextlib.suppress(FileNotFoundError):
            sequences, sentence = self._sequences(folder), ""
            if sequences is None:
                with locked(self._root):
                    sequences, sentence = self._read(folder)
            return _understood(sequences), sentence
        return {}, ""

    def rule(self, folder: str) -> FolderRule:
        """Returns how the pictures in ``folder`` are to be grouped, as they are named where that cannot be read."""
        with contextlib.suppress(OSError):
            return _understood(self._sequences(folder) or {}).get(WHOLE_FOLDER, NOTHING).rule or AS_NAMED
        return AS_NAMED

    def save(
        self, folder: str, here: Mapping[str, SequenceSettings], base: Mapping[str, SequenceSettings] = _NONE
    ) -> tuple[dict[str, SequenceSettings], str]:
        """Writes what differs between ``base``, what was read, and what is set ``here``; both by :func:`key_of`.

        All else stays as other programs have left it. Where the file is gone or damaged, all that is set here is
        written. Returns the same as :meth:`load` then would.

        Raises:
            OSError: it could not be written, or is too large; what was remembered before is as it was.
        """
        if all(settings == base.get(key, NOTHING) for key, settings in here.items()):
            return self.load(folder)
        with locked(self._root):
            try:
                sequences, sentence = self._read(folder)
            except FileNotFoundError:
                sequences, sentence, base = {}, "", _NONE
            if sentence:
                base = _NONE
            found = _understood(sequences)
            changed = False
            for key, settings in here.items():
                before = found.get(key, NOTHING)
                after = merged(base.get(key, NOTHING), settings, before)
                if after != before:
                    written = _changed(sequences.pop(key, None), _values(before), _values(after))
                    sequences |= {key: written} if written else {}
                    changed = True
            if changed:
                self._write(folder, sequences)
            return _understood(sequences), sentence

    def prune(self) -> int:
        """Removes the files that were written longest ago until :data:`MOST_FILES` are left; returns how many.

        Those with bookmarks are kept, and so is what cannot be read. What dead programs left half written goes too.

        Raises:
            OSError: the folder could not be listed.
        """
        files: list[tuple[float, Path]] = []
        try:
            paths = list(self._root.iterdir())
        except FileNotFoundError:
            return 0
        sweep(self._root)
        for path in paths:
            with contextlib.suppress(OSError):  # another program has removed it just now
                if _OURS.fullmatch(path.name):
                    files.append((path.stat().st_mtime, path))
        removed = 0
        for _, path in sorted(files):
            if len(files) - removed <= MOST_FILES:
                break
            with contextlib.suppress(OSError), locked(self._root):
                if _without_bookmarks(path):
                    path.unlink()
                    removed += 1
        return removed

    def _file(self, folder: str) -> Path:
        return self._root / f"{digest_of(folder)}.json"

    def _sequences(self, folder: str) -> dict[str, Any] | None:
        """Returns what is written of the sequences, None for what is none of ours; raises OSError."""
        data = _parsed(self._file(folder))
        if data is None or data.get("folder") != folder or not isinstance(data.get("sequences"), dict):
            return None
        return data["sequences"]  # type: ignore[no-any-return] # it is a dict with texts for keys, as all in JSON

    def _read(self, folder: str) -> tuple[dict[str, Any], str]:
        """Returns the same, and a sentence when it was put aside; call it under the lock."""
        sequences = self._sequences(folder)
        if sequences is not None:
            return sequences, ""
        aside = put_aside(self._file(folder))
        return {}, f"What was remembered of this folder's sequences was damaged. The old file is kept as {aside}."

    def _write(self, folder: str, sequences: dict[str, Any]) -> None:
        import json  # noqa: PLC0415 - takes 2 ms

        path = self._file(folder)
        content = json.dumps({"folder": folder, "sequences": sequences}).encode("ascii")
        if len(content) > LARGEST:
            raise OSError(errno.EFBIG, "The notes of this folder's bookmarks are too long to be remembered", str(path))
        write(path, self._root, [memoryview(content)])


def _parsed(path: Path) -> dict[str, Any] | None:
    """Returns the object in a file, None if it holds anything else; raises OSError if it cannot be read."""
    import json  # noqa: PLC0415 - the same

    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    try:
        data = json.loads(content) if len(content) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _without_bookmarks(path: Path) -> bool:
    data = _parsed(path)
    sequences = None if data is None else data.get("sequences")
    return isinstance(sequences, dict) and not any(
        isinstance(values, dict) and values.get("bookmarks") for values in sequences.values()
    )


def _understood(sequences: dict[str, Any]) -> dict[str, SequenceSettings]:
    return {key: _checked(values) for key, values in sequences.items() if isinstance(values, dict)}


def _changed(written: object, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Returns what is written, with changes where ``after`` differs from ``before``; the rest stays as it is."""
    values = dict(written) if isinstance(written, dict) else {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old != new:
            has_parts = isinstance(old, dict) or isinstance(new, dict)
            values[name] = (_changed(values.get(name), old or {}, new or {}) or None) if has_parts else new
    return {name: value for name, value in values.items() if value is not None}


def _values(remembered: SequenceSettings) -> dict[str, Any]:
    """Returns what is written of one sequence: what differs from the defaults."""
    zoom = remembered.zoom
    values = {
        "number": remembered.number,
        "in": remembered.mark_in,
        "out": remembered.mark_out,
        "rate": remembered.rate,
        "start": remembered.start or None,
        "bookmarks": [[*each[:2], *filter(None, each[2:])] for each in remembered.bookmarks] or None,
        "zoom": None if zoom is None else [zoom.scale, zoom.center_x, zoom.center_y],
        "look": None if remembered.look is None else _look_values(remembered.look),
        "rule": None if remembered.rule is None else _rule_values(remembered.rule),
        "file": remembered.name or None,
        "in file": remembered.in_name or None,
        "out file": remembered.out_name or None,
    }
    values = {name: value for name, value in values.items() if value is not None}
    if remembered.unit != COUNT.unit and not values.keys().isdisjoint(_COUNTED):
        values["unit"] = remembered.unit
    return values


def _rule_values(rule: FolderRule) -> dict[str, Any]:
    """Returns what is written of a rule: what differs from :data:`AS_NAMED`."""
    values = {"order": rule.order.value, "pattern": rule.pattern, "filter": rule.filter}
    return {name: value for name, value in values.items() if value not in {"", AS_NAMED.order.value}}


def _look_values(chosen: ChosenLook) -> dict[str, Any] | None:
    """Returns what is written of a look, its ranges and what differs from :data:`AS_IT_IS`; None for nothing."""
    look = chosen.look
    values = {name: getattr(look, name) for name in _OPTIONS if getattr(look, name) != getattr(AS_IT_IS, name)}
    if "curve" in values:
        values["curve"] = look.curve.value
    if "orientation" in values:
        values["orientation"] = list(look.orientation)
    ranges = {_name_of(kind): list(range_) for kind, range_ in look.ranges.items()}
    ranges |= {} if look.range is None else {_ANY: list(look.range)}
    if ranges:
        values["ranges"] = ranges
    if not chosen.is_locked:
        values["is_locked"] = False
    return values or None


def _checked(values: dict[str, Any]) -> SequenceSettings:
    """Makes sense of what a file says about one sequence; what is wrong is left out, and so is what is unknown."""
    mark_in, mark_out = _number(values.get("in")), _number(values.get("out"))
    if mark_in is not None and mark_out is not None and mark_in > mark_out:
        mark_in = mark_out = None
    start, unit = values.get("start"), values.get("unit")
    return SequenceSettings(
        _number(values.get("number")),
        mark_in,
        mark_out,
        _amount(values.get("rate"), LEAST_RATE, GREATEST_RATE),
        start if isinstance(start, str) and valid_start(start) else "",
        _bookmarks(values.get("bookmarks")),
        _zoom(values.get("zoom")),
        _look(values.get("look")),
        unit if isinstance(unit, str) and _UNIT.fullmatch(unit) else COUNT.unit,
        _rule(values.get("rule")),
        *(_name(values.get(which)) for which in ("file", "in file", "out file")),
    )


def _number(value: object) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER
    return value if is_number else None  # type: ignore[return-value] # it is a whole number


def _amount(value: object, least: float, greatest: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if least <= value <= greatest else None  # no number at all is not between any


def _bookmarks(value: object) -> tuple[Bookmark, ...]:
    found: dict[str | int, Bookmark] = {}
    for each in value if isinstance(value, list) else []:
        if isinstance(each, list) and 2 <= len(each) <= len(Bookmark._fields):  # noqa: PLR2004 - number, note
            number, note, name = _number(each[0]), each[1], _name(each[2] if each[2:] else "")
            if number is not None and isinstance(note, str):
                found[name or number] = Bookmark(number, note[:LONGEST_NOTE], name)
    return tuple(sorted(found.values())[:MOST_BOOKMARKS])


def _name(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST_FILTER else ""


def _zoom(value: object) -> Zoom | None:
    if not isinstance(value, list) or len(value) != 3:  # noqa: PLR2004 - scale, x, y
        return None
    scale = _amount(value[0], 1 / _LARGEST_SCALE, _LARGEST_SCALE)
    x, y = _amount(value[1], 0, 1), _amount(value[2], 0, 1)
    if x is None or y is None or (scale is None and value[0] is not None):
        return None
    return Zoom(scale, x, y)


def _rule(value: object) -> FolderRule | None:
    """Makes sense of a rule, each value by itself."""
    from viewer.core.sequence.owner_pattern import is_owner_pattern  # noqa: PLC0415 - rarely needed

    if not isinstance(value, dict):
        return None
    order = next((each for each in Order if each.value == value.get("order")), AS_NAMED.order)
    texts = (value.get("pattern"), value.get("filter"))
    pattern, wanted = (text if isinstance(text, str) and len(text) <= LONGEST_FILTER else "" for text in texts)
    rule = FolderRule(order, pattern if is_owner_pattern(pattern) else "", wanted)
    return None if rule == AS_NAMED else rule


def _look(value: object) -> ChosenLook | None:
    """Makes sense of a look; each value by itself, but that a range is nothing without the kind it is for."""
    if not isinstance(value, dict):
        return None
    written = value.get("ranges")
    ranges = {name: _range(ends) for name, ends in written.items()} if isinstance(written, dict) else {}
    kinds = {_kind(name): range_ for name, range_ in ranges.items() if range_ is not None}
    curve, channel, colour_map = (value.get(name) for name in ("curve", "channel", "colour_map"))
    look = Look(
        ranges.get(_ANY),
        {kind: range_ for kind, range_ in kinds.items() if kind is not None},
        _amount(value.get("gamma"), *GAMMA) or AS_IT_IS.gamma,
        next((each for each in Curve if each.value == curve), AS_IT_IS.curve),
        _amount(value.get("exposure"), *EXPOSURE) or AS_IT_IS.exposure,
        channel if isinstance(channel, str) and len(channel) <= LONGEST_CHANNEL else AS_IT_IS.channel,
        colour_map if isinstance(colour_map, str) and colour_map in COLOUR_MAPS else AS_IT_IS.colour_map,
        is_inverted=value.get("is_inverted") is True,
        marks=value.get("marks") is True,
        orientation=_orientation(value.get("orientation")),
    )
    chosen = ChosenLook(look, value.get("is_locked") is not False)
    return None if chosen == ChosenLook() else chosen


def _orientation(value: object) -> Orientation:
    choices = {(quarters, is_mirrored) for quarters in range(4) for is_mirrored in (False, True)}
    is_one = isinstance(value, list) and [type(each) for each in value] == [int, bool] and tuple(value) in choices
    return Orientation(*value) if is_one and isinstance(value, list) else UPRIGHT


def _range(value: object) -> Range | None:
    if not isinstance(value, list) or len(value) != len(Range._fields):
        return None
    low, high = (_amount(each, *LEVEL) for each in value)
    return Range(low, high) if low is not None and high is not None and low < high else None


def _name_of(kind: SampleKind) -> str:
    """Returns how a kind is written: "u 16 grey display", of one of several channels "u 16 grey display channel 2"."""
    channel = f" channel {kind.channel}" if kind.channel else ""
    return f"{kind.letter} {kind.bits} {_COLOURS[kind.is_colour]} {kind.transfer.value}{channel}"


def _kind(name: str) -> SampleKind | None:
    """Returns the kind that is written so, None for none."""
    found = _KIND.fullmatch(name)
    if found is None:
        return None
    letter, bits, colours, transfer, channel = found.groups()
    return SampleKind(letter, int(bits), colours == _COLOURS[True], TransferCurve(transfer), int(channel or 0))
