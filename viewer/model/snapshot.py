"""What is to be seen, put together into one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from viewer.core.frame import FrameNumber
    from viewer.model.canvas_content import Seen
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.view_state import ViewState


def snapshot(whole: ViewState, here: OpenSequence | None, seen: Seen, reading: Iterable[str]) -> ViewState:
    """Returns the snapshot of one moment; pure.

    It is the ``whole`` of what is to be seen whatever is open, with what the canvas shows, the open sequence, and which
    of its frames are among the paths that are being read.
    """
    if here is None:
        return replace(whole, **seen._asdict())
    mark_in, mark_out = here.marks
    return replace(
        whole,
        **seen._asdict(),
        sequence=here.view,
        number=here.number,
        name="" if here.index is None else here.table.name(here.index),
        path=here.path or "",
        date=_date(here),
        reading=_numbers(here, reading),
        reads_on=here.reads_on,
        mark_in=mark_in,
        mark_out=mark_out,
        time_base=here.time_base,
        bookmarks=here.bookmarks.all,
        zoom=here.zoom,
        timeline=here.timeline,
    )


def _date(here: OpenSequence) -> str:
    """Returns when the frame was written, where that is what orders them; "" elsewhere."""
    date = None if here.index is None else here.sequence.date(here.index)
    if date is None:
        return ""
    from viewer.core.sequence.dates import date_words  # noqa: PLC0415 - only for the order by date

    return date_words(date)


def _numbers(here: OpenSequence, paths: Iterable[str]) -> tuple[FrameNumber, ...]:
    """Returns the numbers of those of ``paths`` that are of the sequence: the one on screen first, then ascending."""
    indexes = (index for index in map(here.table.index_of, paths) if index is not None)
    return tuple(here.table.number(index) for index in sorted(indexes, key=lambda index: (index != here.index, index)))
