"""Looking into a folder: from a stream of names to sequences, with something to show while it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core import errors
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.contents import FolderContents, judged
from viewer.core.sequence.folder_rule import AS_NAMED
from viewer.core.sequence.naming import Grouped, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from viewer.core.sequence.contents import Unread
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Transfer

PROVISIONAL_AFTER = 0.25
"""Seconds until the first provisional scan; each later one takes twice as long as the one before."""

GROUPING_SHARE = 0.1
"""The part of the time that provisional grouping may take at most."""


@dataclass(frozen=True)
class Scan:
    """What is known about a folder at one moment.

    Attributes:
        folder: the folder.
        sequences: what its pictures form, in natural order; empty if no picture has been seen.
        complete: whether the whole folder has been listed; until then numbers, and even the grouping, may change.
        names_seen: the names listed so far, those of other files and of subfolders included.
        unread: the pictures that are not read; empty until the whole folder has been listed.
        verdicts: which groups of names that end in a number are pictures, as :func:`.contents.judged` returns them.
        hidden: the pictures that the filter of the rule does not let pass.
        rule: the rule by which they are grouped.
    """

    folder: str
    sequences: tuple[FrameSequence, ...]
    complete: bool
    names_seen: int
    unread: tuple[Unread, ...] = ()
    verdicts: Mapping[str, bool] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    rule: FolderRule = AS_NAMED

    @classmethod
    def of(cls, folder: str, groups: Grouped, *, complete: bool, names_seen: int) -> Scan:
        """Returns what is known by what the names of the folder form."""
        return cls(folder, groups.sequences, complete, names_seen, hidden=groups.hidden, rule=groups.rule)


def scan(
    storage: Storage,
    folder: str,
    transfer: Transfer,
    report: Callable[[Scan], None],
    now: Callable[[], float],
    also: Callable[[], Iterable[str]] = tuple,
    verdicts: Mapping[str, bool] | None = None,
    group: Callable[[str, Iterable[str]], Grouped] = grouped,
) -> Scan:
    """Lists ``folder`` and returns the complete scan; runs on a worker thread.

    Only names are asked for, so a subfolder that is named like a picture counts as one; and where names end in a number
    the first bytes of one file of a group, unless ``verdicts`` tells what they are. Is cancelled and raises as
    :meth:`~viewer.core.storage.storage.Storage.list_names` does. Provisional scans go to ``report``, called on this
    thread, more and more seldom by ``now``, the time in seconds; they hold the names, too, that ``also`` returns, which
    are known to be there. ``group`` groups the names of a folder.
    """
    contents = FolderContents()
    seen = 0
    wait = PROVISIONAL_AFTER
    due = now() + wait
    for batch in storage.list_names(folder, transfer):
        seen += len(batch)
        contents.add(batch)
        if (started := now()) >= due and (pictures := contents.pictures()):
            report(Scan.of(folder, group(folder, [*pictures, *also()]), complete=False, names_seen=seen))
            ended = now()
            wait = max(2 * wait, (ended - started) / GROUPING_SHARE)
            due = ended + wait
    if transfer.cancelled:
        raise errors.CancelledError("The listing was cancelled.")
    verdicts = judged(storage, folder, contents.numbered(), transfer, verdicts)
    return scanned(folder, contents, seen, verdicts, group)


def scanned(
    folder: str,
    contents: FolderContents,
    seen: int,
    verdicts: Mapping[str, bool],
    group: Callable[[str, Iterable[str]], Grouped] = grouped,
    *,
    complete: bool = True,
) -> Scan:
    """Returns what is known of a folder by its ``contents``, of which ``seen`` names were listed; asks nothing."""
    found = Scan.of(folder, group(folder, contents.pictures(verdicts)), complete=complete, names_seen=seen)
    return replace(found, unread=contents.unread(), verdicts=verdicts)
