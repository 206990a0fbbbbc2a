"""What the names in a folder say of its files: pictures, numbers in place of a suffix, kinds that are not read."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from viewer.core.errors import NoPicturesError, ShareAwayError, StorageError
from viewer.core.formats import HEAD, PICTURE_SUFFIXES, is_surely_picture, wanting
from viewer.core.frame import FrameIndex
from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple
from viewer.core.sequence.naming import is_picture_name
from viewer.core.sequence.natural import sorted_naturally
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.sequence.shapes import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Transfer

MOST_ASKED = 32
"""Groups of numbered names of which a file is opened, those of most names: each costs a round trip or two."""
MOST_NAMED = 5
"""Kinds, or folders, that a sentence names."""
_DIGITS = late_pattern("[0-9]+")


class Unread(NamedTuple):
    """Pictures of one kind that are not read.

    Attributes:
        suffix: in lower case, with its dot.
        files: how many there are.
        extra: the extra of this program that would read them; "" if nothing does.
    """

    suffix: str
    files: int
    extra: str


class FolderContents:
    """The names in a folder, sorted out in one pass; hidden ones are left out. One thread."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begins with ``names``."""
        self._by_suffix: defaultdict[str, list[str]] = defaultdict(list)
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Adds names; each is to come once."""
        for name in names:
            stem, _, suffix = name.rpartition(".")
            if stem and name[0] != ".":
                self._by_suffix[suffix].append(name)

    def pictures(self, verdicts: Mapping[str, bool] | None = None) -> list[str]:
        """Returns the names of pictures: by their suffix, and of those with a number by what :func:`judged` says."""
        verdicts = verdicts or {}
        pictures = [names for suffix, names in self._by_suffix.items() if f".{suffix.lower()}" in PICTURE_SUFFIXES]
        numbered = [names for key, names in self.numbered().items() if verdicts.get(key)]
        return [name for names in (*pictures, *numbered) for name in names]

    def numbered(self) -> dict[str, list[str]]:
        """Returns the names with a number in place of a suffix, by what is alike in them: their text."""
        groups: dict[str, list[str]] = {}
        for suffix in filter(is_number, self._by_suffix):
            for name in self._by_suffix[suffix]:
                groups.setdefault(text_of(name), []).append(name)
        return groups

    def unread(self) -> tuple[Unread, ...]:
        """Returns the kinds of pictures that are not read, those of most files first."""
        counts: Counter[str] = Counter()
        for suffix, names in self._by_suffix.items():
            counts[f".{suffix.lower()}"] += len(names)
        wanted = {suffix: wanting(suffix) for suffix in counts}
        kinds = [Unread(suffix, counts[suffix], extra) for suffix, extra in wanted.items() if extra is not None]
        return tuple(sorted(kinds, key=lambda kind: (-kind.files, kind.suffix)))


def text_of(name: str) -> str:
    """Returns what is left of a name with a number in place of a suffix without its numbers; "" for other names."""
    stem, _, suffix = name.rpartition(".")
    return f"{_DIGITS.sub('#', stem)}.#" if stem and name[0] != "." and is_number(suffix) else ""


def may_be_picture_name(name: str) -> bool:
    """Returns whether a file of this name may be a picture: by its suffix, or as it has a number in its place."""
    return is_picture_name(name) or bool(text_of(name))


def judged(
    storage: Storage,
    folder: str,
    groups: Mapping[str, list[str]],
    transfer: Transfer,
    known: Mapping[str, bool] | None = None,
) -> dict[str, bool]:
    """Returns which groups of numbered names, by their text, are pictures; those ``known`` included.

    Of each other group the first bytes of one file are read: not of the first file, for one that was split into parts
    begins as a picture only there. Blocking; raises ShareAwayError and CancelledError.
    """
    verdicts = dict(known or {})
    new = sorted(groups.keys() - verdicts.keys(), key=lambda text: (-len(groups[text]), text))
    for text in new[:MOST_ASKED]:
        names = sorted(groups[text])
        verdicts[text] = _is_picture(storage, folder, names[len(names) // 2], transfer)
    return verdicts


def _is_picture(storage: Storage, folder: str, name: str, transfer: Transfer) -> bool:
    path = FrameSequence.of_one(folder, name).path(FrameIndex(0))
    try:
        with storage.opened(path, transfer) as file:
            head = bytes(file.read(0, HEAD))
    except ShareAwayError:
        raise
    except StorageError:
        return False
    _, dot, inner = name.rpartition(".")[0].rpartition(".")
    return is_surely_picture(head, f".{inner}" if dot else "")


def no_pictures(storage: Storage, folder: str, unread: tuple[Unread, ...], transfer: Transfer) -> NoPicturesError:
    """Returns the error of a folder without pictures, which says what it holds instead; blocking."""
    try:
        found = [name for names in storage.list_folders(folder, transfer) for name in names]
    except StorageError:
        found = []
    folders = tuple(sorted_naturally(found, str))
    held = f"the folder{'s' if len(folders) > 1 else ''} {_and(folders)}" if folders else ""
    if unread:
        sentence = f"There are no pictures in {folder} that are read here; it holds {words(unread)}."
        sentence += f" In it {'are' if len(folders) > 1 else 'is'} {held}." if held else ""
    else:
        sentence = f"There are no pictures in {folder}" + (f" itself; it holds {held}." if held else ".")
    return NoPicturesError(sentence, folder, folders)


def words(unread: tuple[Unread, ...]) -> str:
    """Returns kinds that are not read in words: "120 .heic (pip install lookahead[heic]) and 7 .xcf"."""
    return _and(
        [
            f"{kind.files:,} {kind.suffix}" + (f" (pip install lookahead[{kind.extra}])" if kind.extra else "")
            for kind in unread
        ]
    )


def _and(parts: tuple[str, ...] | list[str]) -> str:
    """Returns parts of a sentence in a row; of many, the first ones and how many there are besides."""
    *first, last = (
        [*parts[: MOST_NAMED - 1], f"{len(parts) - MOST_NAMED + 1:,} others"] if parts[MOST_NAMED:] else parts
    )
    return f"{', '.join(first)} and {last}" if first else last
