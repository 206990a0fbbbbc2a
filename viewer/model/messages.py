"""What is said about frames and shares that cannot be had, as sentences."""

from __future__ import annotations

import errno
import math
import os
import time
from typing import TYPE_CHECKING

from viewer.core.errors import (
    ChangingError,
    DamagedImageError,
    LookaheadError,
    NotAnsweringError,
    NotFoundError,
    SequenceError,
    ShareAwayError,
    StorageError,
)
from viewer.core.sequence.contents import words
from viewer.core.storage.mounts import MATTERS, format_kept
from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.core.load.copies import Copy
    from viewer.core.sequence.contents import Unread
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.mounts import Kept
    from viewer.core.storage.transfer import Stamp
    from viewer.model.opened import Opened

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}  # Linux says the first where it makes files itself, as in /proc
WRITTEN_LATELY = 60.0
"""Seconds since a file was written, by the share's clock, for which a damaged one is taken to be not whole yet."""
MINUTE, DAY = 60.0, 24 * 3600.0
NANOSECONDS = 1e9
"""So many are a second."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SILENT = 5.0
"""Seconds after which a share that is asked and sends nothing is said not to answer."""
UNANSWERED = 1.5
"""Seconds without an answer after which what is here is said to be of the time when it was last confirmed."""
PATIENCE = 2.5
"""Seconds after which the notice on the canvas says what a frame waits for: by then the folder has been asked too."""


def sentence(error: BaseException) -> str:
    """Returns what to say of an error."""
    return str(error) if isinstance(error, LookaheadError) else f"Something went wrong: {error!r}."


def cause(error: BaseException) -> str:
    """Returns what the system says of an error, to stand behind a colon."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def not_saved(what: str, path: str, error: BaseException) -> str:
    """Returns what to say when a file of the user's own could not be written, and what they can do.

    ``what`` begins the sentence: "a.png was".
    """
    number, folder = getattr(error, "errno", None), os.path.split(path)[0]
    if number in FULL:
        why = f"the disk of {folder} is full. Free some room, or choose another folder"
    elif number in _FORBIDDEN:
        why = f"you may not write to {folder}. Choose another folder"
    elif number in _NO_FOLDER:
        why = f"{folder} is no folder that takes files, or not there any more. Choose another folder"
    elif number == errno.ENAMETOOLONG:
        why = "its name is too long. Choose a shorter one"
    else:
        why = f"{cause(error).rstrip('.')}. Choose another name or folder"
    return f"{what} not saved: {why}."


def problem(
    frame: str,
    error: LookaheadError | None,
    stamp: Stamp | None = None,
    age: float = 0.0,
    away: LookaheadError | None = None,
) -> tuple[str, str]:
    """Returns which kind of problem a frame has, as in :attr:`ViewState.problem_kind`, and a sentence; "" for none.

    ``frame`` is its number as it is written. ``error`` is why it cannot be had, ``stamp`` that of its file, written
    ``age`` seconds ago at least; ``away`` is why the folder or the whole share cannot. Then that is what is said: what
    each read came to changes while a share dies.
    """
    if error is None:
        return "", ""
    if away is not None and isinstance(error, StorageError):
        return "unreachable", f"Frame {frame} is not here and cannot be read now. {reason(away)}. It is tried again."
    if isinstance(error, NotFoundError):
        return "missing", f"Frame {frame} is missing. {error}"
    if isinstance(error, ChangingError) or _is_unfinished(error, stamp, age):
        return "writing", f"Frame {frame} is perhaps still being written. {error} It is shown when it is whole."
    return "unreadable", f"Frame {frame} cannot be shown. {error}"


def _is_unfinished(error: LookaheadError, stamp: Stamp | None, age: float) -> bool:
    if stamp is None or not stamp.modified_ns or not (isinstance(error, DamagedImageError) or stamp.size == 0):
        return False
    return age < WRITTEN_LATELY


def as_of(copy: Copy, now: float, *, is_away: bool) -> str:
    """Returns what is to be said of a copy that may be old: "as of yesterday 17:04, checking".

    ``now`` is in seconds since 1970; ``is_away`` says that the share cannot be asked.
    """
    if is_away:
        more = ""
    elif copy.is_missing:
        more = ", its file is gone"
    else:
        more = ", its file has changed" if copy.seen is not None else ", checking"
    return f"as of {moment(copy.as_of, now)}{more}"


def moment(then: float, now: float) -> str:
    """Returns a time of the clock on the wall as people say it; both are in seconds since 1970, 0 for not known.

    >>> day = 24 * 3600.0
    >>> moment(0.0, day)
    'an earlier run'
    """
    if not then:
        return "an earlier run"
    at, today = time.localtime(then), time.localtime(now)
    clock = time.strftime("%H:%M", at)
    if at[:3] == today[:3]:
        return time.strftime("%H:%M:%S", at) if now - then < MINUTE else clock
    if at[:3] == time.localtime(now - DAY)[:3]:
        return f"yesterday {clock}"
    return f"{at.tm_mday} {MONTHS[at.tm_mon - 1]}{f' {at.tm_year}' if at.tm_year != today.tm_year else ''} {clock}"


def facts(stamp: Stamp | None, now: float) -> str:
    """Returns what is known of a file: "1.1 MB · written yesterday 17:04"; ``now`` is in seconds since 1970."""
    if stamp is None:
        return ""
    size = format_bytes(stamp.size)
    return f"{size} · written {moment(stamp.modified_ns / NANOSECONDS, now)}" if stamp.modified_ns else size


def reason(away: LookaheadError) -> str:
    """Returns why a folder cannot be had, without a full stop: one sentence for all that a share says that is away."""
    return "The share does not answer" if isinstance(away, ShareAwayError) else str(away).rstrip(".")


def folder_error(folder: str, error: LookaheadError) -> LookaheadError:
    """Returns what to say of a folder that was there and cannot be listed now, of the type that says what is wrong."""
    after: StorageError
    gone = "it has been {}, or its share is not mounted"
    if isinstance(error, SequenceError):
        after = NotFoundError(f"The folder {folder} holds no pictures any more: {gone.format('emptied')}")
    elif isinstance(error, NotFoundError):
        after = NotFoundError(f"The folder {folder} is not there any more: {gone.format('removed or renamed')}")
    elif isinstance(error.__cause__, PermissionError):
        after = StorageError(f"The folder {folder} may not be listed any more: permission denied")
    else:
        return error
    after.__cause__ = error.__cause__
    return after


def shortened(names: Sequence[str]) -> str:
    """Returns what to say of ``names`` that a server has shortened, "" for none."""
    if not names:
        return ""
    what = "1 name looks" if len(names) == 1 else f"{len(names):,} names look"
    whose = "its real name holds" if len(names) == 1 else "their real names hold"
    return (
        f"{what} shortened by the server ({names[0]}): {whose} characters that SMB does not allow. "
        "Ask for the Samba modules catia or fruit there, or rename the files."
    )


def unread(kinds: tuple[Unread, ...]) -> str:
    """Returns in few words which pictures of a folder are not read, "" for none."""
    return f"Not read: {words(kinds)}" if kinds else ""


def regrouped(name: str, sequence: FrameSequence) -> str:
    """Returns what to say when a file that was on screen has come into another sequence, or to another number."""
    index = sequence.index_of_name(name)
    frame = "" if index is None or sequence.is_loose else f"frame {sequence.text(sequence.number(index))} of "
    return f"New names have changed how this folder is grouped: {name} is now {frame or 'one of '}{sequence.label}."


def filtered(opened: Opened) -> str:
    """Returns what to say of a folder that opens with a filter, "" for nothing."""
    if not opened.rule.filter:
        return ""
    what, total = f"“{opened.rule.filter}”", opened.passing + len(opened.hidden)
    if not opened.passing:
        return f"No name holds {what}, the filter of this folder: all pictures are shown."
    return (
        f"{opened.passing:,} of {total:,} pictures are shown: the filter of this folder is {what}. Ctrl+F changes it."
    )


def reordered(name: str | None, label: str, *, is_there: bool) -> str:
    """Returns what to say when another rule has led to another sequence, from the file called ``name`` if any."""
    if name is None:
        return f"Shown now: {label}"
    return f"{name} is one of {label} now" if is_there else f"{name} does not pass the filter; shown now: {label}"


def late(kept: Kept | None) -> str:
    """Returns in few words how late new frames may show, "" if that does not matter or is not known."""
    if kept is None or kept.listings <= MATTERS:
        return ""
    which = "New frames out of order" if kept.finds_by_name else "New frames"
    when = "show when it is mounted again" if kept.listings == math.inf else f"may take {format_kept(kept.listings)}"
    return f"{which} {when}: {kept.advice}"


def offline(away: LookaheadError | None, silence: float, next_attempt: float = 0.0) -> str:
    """Returns what the banner says while the share does not answer or the folder is not there, "" while all is well.

    ``away`` is why the folder or the whole share cannot be had. The share has not answered for ``silence`` seconds
    though it was asked; ``next_attempt`` is in seconds too.
    """
    if away is None and silence < SILENT:
        return ""
    if away is None or (isinstance(away, NotAnsweringError) and silence >= SILENT):
        what = f"The share has not answered for {silence:.0f} s"
    else:
        what = reason(away)
    when = f"in {math.ceil(next_attempt)} s" if next_attempt > 0 else "by itself"
    return f"{what}. Frames that are here can be looked at; it is asked again {when}."
