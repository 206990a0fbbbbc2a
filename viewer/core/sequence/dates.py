"""Dates of files, as people write them here: in the zone of this computer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from viewer.core.sequence.writing import Clock

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = Clock((("y", 4), "-", ("n", 2), "-", ("d", 2), " ", ("h", 2), ":", ("m", 2), ":", ("s", 2)))


def date_words(moment: int) -> str:
    """Returns nanoseconds since 1970 as "2026-05-06 14:03:10", "" beyond the years that a calendar has."""
    try:
        return _DATE.text(_here(moment))
    except (ValueError, OverflowError, OSError):
        return ""


def moment_of(text: str, near: int) -> int | None:
    """Returns the nanoseconds since 1970 that a user means by a date or a time, None if it is none.

    Parts that are left out are those of ``near``, as :meth:`Clock.number` says: ``6 May`` is in its year.
    """
    try:
        local = _DATE.number(text, _here(near))
        if local is None:
            return None
        seconds, fraction = divmod(local, _SECOND)
        naive = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
        return int(naive.timestamp()) * _SECOND + fraction
    except (ValueError, OverflowError, OSError):
        return None


def _here(moment: int) -> int:
    """Returns what the clock on the wall showed at a moment, as if it were that of the world."""
    seconds, fraction = divmod(moment, _SECOND)
    ahead = (_EPOCH + timedelta(seconds=seconds)).astimezone().utcoffset() or timedelta()
    return (seconds + round(ahead.total_seconds())) * _SECOND + fraction
