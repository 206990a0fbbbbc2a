"""Looking into a folder: from a stream of names to sequences, with something to show while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.core.errors import CancelledError
from viewer.core.sequence.naming import group_names, is_picture_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    """

    folder: str
    sequences: tuple[FrameSequence, ...]
    complete: bool
    names_seen: int


def scan(
    storage: Storage,
    folder: str,
    transfer: Transfer,
    report: Callable[[Scan], None],
    now: Callable[[], float],
    also: Callable[[], Iterable[str]] = tuple,
) -> Scan:
    """Lists ``folder`` and returns the complete scan; runs on a worker thread.

    Only names are asked for, so a subfolder that is named like a picture counts as one. Is cancelled and raises as
    :meth:`~viewer.core.storage.storage.Storage.list_names` does. Provisional scans go to ``report``, called on this
    thread, more and more seldom by ``now``, the time in seconds; they hold the names, too, that ``also`` returns, which
    are known to be there.
    """
    pictures: list[str] = []
    seen = 0
    wait = PROVISIONAL_AFTER
    due = now() + wait
    for batch in storage.list_names(folder, transfer):
        seen += len(batch)
        pictures.extend(name for name in batch if is_picture_name(name))
        if pictures and (started := now()) >= due:
            report(Scan(folder, tuple(group_names(folder, [*pictures, *also()])), complete=False, names_seen=seen))
            ended = now()
            wait = max(2 * wait, (ended - started) / GROUPING_SHARE)
            due = ended + wait
    if transfer.cancelled:
        raise CancelledError("The listing was cancelled.")
    return Scan(folder, tuple(group_names(folder, pictures)), complete=True, names_seen=seen)
