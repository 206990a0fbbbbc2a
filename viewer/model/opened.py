"""Opening: from what the user gave, a folder, a file or a pattern, to the sequence to show and where to begin."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.errors import LookaheadError, NotFoundError, SequenceError, ShareAwayError
from viewer.core.files import check_picture
from viewer.core.frame import FrameIndex
from viewer.core.pages.naming import likely_holds_pages, may_hold_pages
from viewer.core.sequence.naming import group_names, is_picture_name, longest
from viewer.core.sequence.pattern import Pattern, is_pattern
from viewer.core.sequence.scan import Scan, scan
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.storage.mounts import MATTERS, kept_by, mount_at, shortened_by_smb
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from viewer.core.frame import FrameNumber
    from viewer.core.storage.mounts import Kept
    from viewer.core.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known so far of what was opened.

    Attributes:
        folder: the folder.
        sequences: the folder's sequences, or the one that a pattern selects.
        chosen: which of them to show.
        number: the frame to begin at; None leaves it to the caller.
        complete: whether the listing has ended.
        names_seen: the names listed so far.
        kept: what the client of its share keeps, once it has been listed whole; None where that is not known.
        shortened: names that the server has shortened, it seems.
    """

    folder: str
    sequences: tuple[FrameSequence, ...]
    chosen: int
    number: FrameNumber | None
    complete: bool
    names_seen: int
    kept: Kept | None = None
    shortened: tuple[str, ...] = ()

    def prepared(self) -> Opened:
        """Returns it with all worked out that takes a look at every frame; worker threads only."""
        for sequence in self.sequences:
            sequence.prepare()
        return self


def guess(text: str) -> Opened | None:
    """Returns what can be shown before the share has been asked anything: the one file that was named, or None."""
    # A stack of pages can be very large, and is not read whole before it is known to be none.
    if not is_picture_name(os.path.split(text)[1]) or is_pattern(text) or likely_holds_pages(text):
        return None
    sequence = FrameSequence.single(text)
    return Opened(sequence.folder, (sequence,), 0, sequence.first, complete=False, names_seen=0)


def open_from(
    storage: Storage,
    text: str,
    transfer: Transfer,
    report: Callable[[Opened], None],
    now: Callable[[], float],
    also: Callable[[], Iterable[str]] = tuple,
    *,
    opens_stack: bool = False,
) -> Opened:
    """Lists what ``text`` names and returns all that is known of it; blocks on the storage, worker threads only.

    ``text`` is an absolute path of a folder or a picture, or a pattern such as ``/shots/shot.####.png``. A file that is
    named like no picture is opened alone, if it begins as a picture does. While a long
    listing lasts, ``report`` is called on this thread with what is known so far, the names that ``also`` returns among
    it. ``now`` tells the time in seconds. If it ``opens_stack``, a file of several pages that is the only picture of a
    folder is listed in its place; for that no other folder is asked more.

    Raises:
        SequenceError: nothing in it is a picture, or the pattern selects none.
        StorageError: it could not be listed.
        CancelledError: ``transfer`` was cancelled.
    """
    text = text.rstrip("/") or text[:1]
    folder, name = os.path.split(text)
    # A name like a picture's is nearly always a file; only then is the share asked once what it is.
    is_file = (is_picture_name(name) or is_pattern(text)) and not storage.is_folder(text)
    if not is_file:
        folder, name = text, ""

    def known(seen: Scan) -> Opened:
        return _choose(seen, text, name)

    def so_far(seen: Scan) -> None:
        try:
            report(known(seen))
        except SequenceError:
            return  # the rest of the listing may still hold it

    try:
        opened = known(scan(storage, folder, transfer, so_far, now, also))
    except NotFoundError as error:
        if is_file:
            raise
        return _alone(storage, text, error)
    [sequence, *others] = opened.sequences
    only = "" if is_file or others or len(sequence) > 1 else sequence.path(FrameIndex(0))
    if opens_stack and may_hold_pages(only) and storage.is_folder(only):
        return open_from(storage, only, transfer, report, now)
    mount = mount_at(folder)
    names = chain.from_iterable(sequence.names() for sequence in opened.sequences)
    return replace(opened, kept=kept_by(mount), shortened=tuple(shortened_by_smb(mount, names)))


def _alone(storage: Storage, text: str, not_listed: NotFoundError) -> Opened:
    """Returns what is known of a file that is named like no picture, by its first bytes.

    Raises ``not_listed`` if there is no such file, SequenceError if it is no picture.
    """
    try:
        check_picture(storage, text)
    except NotFoundError:
        raise not_listed from None
    sequence = FrameSequence.single(text)
    return Opened(sequence.folder, (sequence,), 0, sequence.first, complete=True, names_seen=1)


def ask_share(storage: Storage, kept: Kept | None, path: str) -> None:
    """Opens the file at ``path`` if the client of its share ``kept`` listings: these do not prove that it is there.

    Blocking. Raises ShareAwayError if the share is away, and nothing else: of the file nothing is to be known.
    """
    if kept is None or kept.listings <= MATTERS:
        return
    try:
        with storage.opened(path, Transfer()) as file:
            file.read(0, 1)
    except ShareAwayError:
        raise
    except LookaheadError:
        pass


def open_listed(text: str, folder: str, names: Sequence[str], *, complete: bool = True) -> Opened:
    """Returns what is known of what was opened before, by names listed since; asks the share nothing.

    It takes a look at every name: worker threads only. ``names`` are all that ``folder`` holds, in any order; one may
    come twice. If they are ``complete``, a file that is not there any more stands for its folder.

    Raises:
        SequenceError: none of them is a picture, or the pattern selects none.
    """
    text = text.rstrip("/") or text[:1]
    seen = Scan(folder, tuple(group_names(folder, names)), complete=complete, names_seen=len(names))
    name = "" if text == folder else os.path.split(text)[1]
    if name in names and not is_picture_name(name):  # it was opened alone
        sequence = FrameSequence.single(text)
        return Opened(folder, (sequence,), 0, sequence.first, complete=complete, names_seen=len(names))
    if complete and name and not is_pattern(text) and find_name(name, seen.sequences) is None:
        name = ""
    return _choose(seen, text, name)


def _choose(seen: Scan, text: str, name: str) -> Opened:
    sequences, chosen, number = seen.sequences, 0, None
    found = find_name(name, sequences) if name else None
    if found is not None:
        chosen, number = found
    elif name and is_pattern(text):
        sequences = (Pattern.parse(text).select(sequences),)
    elif name:
        raise SequenceError(f"There is no picture {name} in {seen.folder}.")
    elif sequences:
        chosen = sequences.index(longest(sequences))
    else:
        raise SequenceError(f"There are no pictures in {seen.folder}.")
    return Opened(seen.folder, sequences, chosen, number, seen.complete, seen.names_seen)


def find_name(name: str, sequences: Sequence[FrameSequence]) -> tuple[int, FrameNumber] | None:
    """Returns which of ``sequences`` has the file of this name, and its number there; None for none."""
    for position, sequence in enumerate(sequences):
        index = sequence.index_of_name(name)
        if index is not None:
            return position, sequence.number(index)
    return None
