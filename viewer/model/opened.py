"""Opening: from what the user gave, a folder, a file or a pattern, to the sequence to show and where to begin."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING

from viewer.core.errors import LookaheadError, NotFoundError, SequenceError, ShareAwayError
from viewer.core.files import check_picture
from viewer.core.frame import FrameIndex
from viewer.core.pages.naming import likely_holds_pages, may_hold_pages
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.contents import FolderContents, no_pictures, text_of
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule
from viewer.core.sequence.naming import Grouped, grouped, is_picture_name, longest
from viewer.core.sequence.pattern import advice_about, holds_frame, is_pattern, selected
from viewer.core.sequence.scan import Scan, scan, scanned
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.storage.mounts import MATTERS, kept_by, mount_at, shortened_by_smb
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from viewer.core.frame import FrameNumber
    from viewer.core.sequence.contents import Unread
    from viewer.core.storage.mounts import Kept
    from viewer.core.storage.storage import Storage

    Group: TypeAlias = Callable[[str, Iterable[str]], Grouped]
    """Groups the names of a folder; any thread."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known so far of what was opened.

    Attributes:
        folder: the folder.
        sequences: the folder's sequences, as an owner's pattern gives them, or the one that another pattern selects.
        chosen: which of them to show.
        number: the frame to begin at; None leaves it to the caller.
        complete: whether the listing has ended.
        names_seen: the names listed so far.
        kept: what the client of its share keeps, once it has been listed whole; None where that is not known.
        shortened: names that the server has shortened, it seems.
        unread: the pictures of the folder that are not read.
        verdicts: which groups of names that end in a number are pictures; see :class:`Scan`.
        hidden: pictures of the folder that the filter of its rule does not let pass.
        rule: the rule by which they are grouped; one whose filter no name passes hides none.
    """

    folder: str
    sequences: tuple[FrameSequence, ...]
    chosen: int
    number: FrameNumber | None
    complete: bool
    names_seen: int
    kept: Kept | None = None
    shortened: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    verdicts: Mapping[str, bool] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    rule: FolderRule = AS_NAMED

    def names(self) -> Iterator[str]:
        """Yields the names of all pictures, those that are hidden too."""
        return chain(chain.from_iterable(sequence.names() for sequence in self.sequences), self.hidden)

    @property
    def passing(self) -> int:
        """How many pictures the filter lets pass; all without one."""
        passes = self.rule.anywhere().passes()
        if self.rule.filter and not self.hidden and not passes(self.sequences[0].name(FrameIndex(0))):
            return 0
        return sum(map(len, self.sequences))

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
    group: Group = grouped,
    *,
    opens_stack: bool = False,
) -> Opened:
    """Lists what ``text`` names and returns all that is known of it; blocks on the storage, worker threads only.

    ``text`` is an absolute path of a folder or a picture, or a pattern such as ``/shots/shot.####.png``. A file that is
    named like no picture is opened if it begins as a picture does, alone, or with others of its name if that ends in a
    number. While a long listing lasts, ``report`` is called on this thread with what is known so far, the names that
    ``also`` returns among it. ``now`` tells the time in seconds. ``group`` groups the names, but where a pattern says
    which are wanted. If it ``opens_stack``, a file of several pages that is the only picture of a folder is listed in
    its place; for that no other folder is asked more.

    Raises:
        SequenceError: nothing in it is a picture, or the pattern selects none; NoPicturesError of a folder.
        StorageError: it could not be listed.
        CancelledError: ``transfer`` was cancelled.
    """
    text = text.rstrip("/") or text[:1]
    folder, name = os.path.split(text)
    # A name like a picture's is nearly always a file; only then is the share asked once what it is.
    is_file = (is_picture_name(name) or is_pattern(text) or advice_about(text) != "") and not storage.is_folder(text)
    if not is_file:
        folder, name = text, ""

    group = grouped if is_pattern(text) else group

    def known(seen: Scan) -> Opened:
        return _choose(seen, text, name)

    def so_far(seen: Scan) -> None:
        try:
            report(known(seen))
        except SequenceError:
            return  # the rest of the listing may still hold it

    try:
        seen = scan(storage, folder, transfer, so_far, now, also, group=group)
    except NotFoundError as error:
        if is_file:
            raise
        return _named(storage, text, error, transfer)
    if not (seen.sequences or is_file):
        raise no_pictures(storage, folder, seen.unread, transfer)
    opened = known(seen)
    [sequence, *others] = opened.sequences
    only = "" if is_file or others or len(sequence) > 1 else sequence.path(FrameIndex(0))
    if opens_stack and may_hold_pages(only) and storage.is_folder(only):
        return open_from(storage, only, transfer, report, now, group=group)
    mount = mount_at(folder)
    return replace(opened, kept=kept_by(mount), shortened=tuple(shortened_by_smb(mount, opened.names())))


def _named(storage: Storage, text: str, not_listed: NotFoundError, transfer: Transfer) -> Opened:
    """Returns what is known of a file that is named like no picture, by its first bytes; with others of its name.

    Raises ``not_listed`` if there is no such file, SequenceError if it is no picture.
    """
    folder, name = os.path.split(text)
    try:
        check_picture(storage, text)
    except NotFoundError:
        raise not_listed from None
    if group := text_of(name):
        seen = scan(storage, folder, transfer, lambda _so_far: None, lambda: 0.0, verdicts={group: True})
        return _choose(seen, text, name)
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


def open_listed(
    text: str,
    folder: str,
    names: Sequence[str],
    verdicts: Mapping[str, bool] | None = None,
    group: Group = grouped,
    *,
    complete: bool = True,
) -> Opened:
    """Returns what is known of what was opened before, by names listed since; asks the share nothing.

    It takes a look at every name: worker threads only. ``names`` are all that ``folder`` holds, in any order; one may
    come twice. Those that end in a number are pictures as ``verdicts`` says, all without. They are grouped as in
    :func:`open_from`. If they are ``complete``, a file that is not there any more stands for its folder.

    Raises:
        SequenceError: none of them is a picture, or the pattern selects none.
    """
    text = text.rstrip("/") or text[:1]
    contents = FolderContents(dict.fromkeys(names))
    if verdicts is None:
        verdicts = dict.fromkeys(contents.numbered(), True)
    seen = scanned(folder, contents, len(names), verdicts, grouped if is_pattern(text) else group, complete=complete)
    name = "" if text == folder else os.path.split(text)[1]
    if name in names and not (is_picture_name(name) or verdicts.get(text_of(name))):  # it was opened alone
        sequence = FrameSequence.single(text)
        return Opened(folder, (sequence,), 0, sequence.first, complete=complete, names_seen=len(names))
    if complete and name and not is_pattern(text) and find_name(name, seen.sequences) is None:
        name = ""
    return _choose(seen, text, name)


def _choose(seen: Scan, text: str, name: str) -> Opened:
    sequences, chosen, number, rule = seen.sequences, 0, None, seen.rule
    found = find_name(name, sequences) if name else None
    if found is not None:
        chosen, number = found
    elif name and is_pattern(text):
        sequences, chosen = selected(text, sequences)
        rule = FolderRule(pattern=name) if holds_frame(name) else rule
    elif name:
        raise SequenceError(advice_about(text) or f"There is no picture {name} in {seen.folder}.")
    elif sequences:
        chosen = sequences.index(longest(sequences))
    else:
        raise SequenceError(f"There are no pictures in {seen.folder}.")
    known = seen.complete, seen.names_seen
    more = {"unread": seen.unread, "verdicts": seen.verdicts, "hidden": seen.hidden, "rule": rule}
    return Opened(seen.folder, sequences, chosen, number, *known, **more)  # type: ignore[arg-type]


def find_name(name: str, sequences: Sequence[FrameSequence]) -> tuple[int, FrameNumber] | None:
    """Returns which of ``sequences`` has the file of this name, and its number there; None for none."""
    for position, sequence in enumerate(sequences):
        index = sequence.index_of_name(name)
        if index is not None:
            return position, sequence.number(index)
    return None
