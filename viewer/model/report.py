"""What was measured, as a report that people read and copy: pure functions from figures to sections."""

from __future__ import annotations

import math
import textwrap
from enum import Enum
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.load.statistics import CacheLevel
from viewer.core.storage.mounts import MATTERS, format_kept
from viewer.core.units import format_bytes, format_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from viewer.core.load.loader import Loader
    from viewer.core.load.statistics import Activity, DecodeTimes, StepTime
    from viewer.core.storage.mounts import Kept

WIDTH = 78
"""Characters of a line in a copied report: what a mail takes without breaking it."""
REFRESH = 1 / 60
"""Seconds between two pictures of an ordinary screen: no step that takes less is felt as slow."""
DECODERS = 2
"""Frames that the viewer decodes at once."""
AS_FAST = 0.9
"""A rate of at least this part of the best one counts as equally fast."""
FROM_MEMORY = "Files that this computer has read lately come from its memory, however fast or slow the line is."
NOTHING = "–"  # noqa: RUF001 - the dash of tables

PARTS = "Waiting", "Reading", "Decoding", "Painting"
"""What the time of a step goes into, in that order."""

_PLACES = {
    CacheLevel.DISPLAY: "memory, ready to show",
    CacheLevel.DECODED: "memory, decoded",
    CacheLevel.ENCODED: "memory, as a file",
    CacheLevel.DISK: "this disk",
    CacheLevel.SHARE: "the share",
}
_IN_MEMORY = {CacheLevel.DISPLAY, CacheLevel.DECODED, CacheLevel.ENCODED}


class Judgement(Enum):
    """How good the news is."""

    QUIET = "there is nothing to judge"
    GOOD = "nothing is slow"
    SLOW = "something is slow, and it is said what"
    AWAY = "the share does not answer"


class Section(NamedTuple):
    """One part of a report.

    Attributes:
        title: what it is about, in a few words.
        rows: cells side by side, all for people: a name and a value each, or what the header says.
        note: a sentence that tells what to make of it, or "".
        header: what the columns are, () where that needs no saying.
        rates: two or more, the bytes a second by the number of reads at once, fewest first; a text has them as rows.
        steps: what the table is about, the oldest first; to be drawn.
        tone: how good it is what the note says.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    header: tuple[str, ...] = ()
    rates: tuple[tuple[int, float], ...] = ()
    steps: tuple[StepTime, ...] = ()
    tone: Judgement = Judgement.QUIET


def of_loader(
    loader: Loader,
    cache_bytes: int,
    on_disk: int,
    frames: int,
    disk_used: int | None,
    offline: str = "",
    kept: Kept | None = None,
) -> tuple[Section, ...]:
    """Returns what a loader measured lately and holds, of the ``cache_bytes`` it may take; on its owner thread.

    ``on_disk`` and what follows it are as in :func:`disk_section`. ``offline`` is what the banner says while the share
    does not answer: then that is why it is slow. ``kept`` is what the client of the share keeps.
    """
    activity, link, statistics = loader.activity(), loader.reads.link, loader.statistics
    rate, size = link.bytes_per_second or None, activity.file_bytes or None
    line = link_section(link.answer, rate, dict(link.by_readers()), link.listing, is_slow=link.is_slow, kept=kept)
    said = verdict(statistics.steps, latency=link.answer, bytes_per_second=rate, file_bytes=size, decoders=DECODERS)
    return (
        summary_section(offline or said, tone=Judgement.AWAY if offline else tone_of(statistics.steps)),
        line._replace(title=f"{line.title}, while it answered") if offline else line,
        places_section(statistics.hits()),
        steps_section(statistics.steps),
        decode_section(statistics.decodes(), DECODERS),
        memory_section(activity, cache_bytes),
        disk_section(on_disk, frames, disk_used),
    )


def as_text(sections: Iterable[Section]) -> str:
    """Returns the sections as plain text with aligned columns, to be copied into a mail."""
    return "\n".join("\n".join((section.title, *_lines(section), "")) for section in sections)


def right_aligned(section: Section) -> tuple[bool, ...]:
    """Returns for each column whether it holds numbers to be compared; only those under a header do."""
    columns = zip_longest(*section.rows, fillvalue="")
    return tuple(
        bool(section.header) and all(cell[:1].isdecimal() or cell in {"", NOTHING} for cell in column)
        for column in columns
    )


def summary_section(*sentences: str, tone: Judgement = Judgement.QUIET) -> Section:
    """Returns the section that stands first: what it all comes to, :func:`verdict` for example."""
    return Section("In short", (), " ".join(filter(None, sentences)), tone=tone)


def tone_of(steps: Sequence[StepTime]) -> Judgement:
    """Returns how good it is what :func:`verdict` says of ``steps``."""
    if not steps:
        return Judgement.QUIET
    return Judgement.SLOW if any(step.total > REFRESH for step in steps) else Judgement.GOOD


def best_rate(rates: Sequence[tuple[int, float]]) -> tuple[int, float]:
    """Returns the fewest reads at once that are about as fast as the fastest, and their bytes a second."""
    best = max(rate for _, rate in rates)
    return next(each for each in sorted(rates) if each[1] >= AS_FAST * best)


def link_section(
    latency: float | None,
    bytes_per_second: float | None,
    by_readers: Mapping[int, float],
    listing: tuple[int, float] | None,
    *,
    is_slow: bool | None,
    kept: Kept | None = None,
) -> Section:
    """Returns what the link to the share can do; None stands for what was not measured, and so do 0 bytes a second.

    ``latency`` is the seconds until the first bytes of a file come; ``by_readers`` the bytes a second by the number of
    reads at once; ``listing`` the names in the folder, and the seconds that listing them took; ``kept`` what the client
    of the share keeps.
    """
    slow = "not known yet" if is_slow is None else "yes" if is_slow else "no"
    listed = "not measured" if listing is None else f"{format_seconds(listing[1])} for {_counted(listing[0], 'name')}"
    rows = [
        ("Answer to a call", _said(latency, format_seconds)),
        ("Rate", _said(bytes_per_second or None, format_rate)),
        *_rate_rows(() if len(by_readers) > 1 else by_readers.items()),
        ("Listing the folder", listed),
        ("Counts as a slow share", slow),
    ]
    if kept is not None and kept.sentence:
        rows.append(("Listings are kept", f"{format_kept(kept.listings)} by {kept.client}"))
        if kept.attributes > MATTERS:
            rows.append(("Sizes and dates are kept", f"{format_kept(kept.attributes)}"))
    note = FROM_MEMORY if is_slow is False and by_readers else _readers_note(by_readers)
    note = " ".join(filter(None, (note, kept.sentence if kept else "")))
    rates = tuple(sorted(by_readers.items())) if len(by_readers) > 1 else ()
    return Section("The line", tuple(rows), note, rates=rates)


def decode_section(decodes: Iterable[DecodeTimes], decoders: int = 1) -> Section:
    """Returns the decode times by format, the slowest first; ``decoders`` is how many work at once."""
    slowest_first = sorted(decodes, key=lambda times: times.mean, reverse=True)
    rows = tuple(
        (
            times.kind,
            f"{times.files:,}",
            _milliseconds(times.mean),
            _milliseconds(times.longest),
            f"{times.pixels / times.seconds / 1e6:,.0f}" if times.seconds else NOTHING,
        )
        for times in slowest_first
    )
    if not rows:
        return Section("Decoding", (), "Nothing has been decoded yet.")
    which = "" if len(rows) == 1 else " of the slowest format"
    slowest = slowest_first[0].mean
    note = f"{_decoders(decoders, slowest)}{which}." if slowest else ""
    return Section("Decoding", rows, note, ("Format", "Files", "Mean ms", "Longest ms", "Mpixel/s"))


def places_section(hits: Mapping[CacheLevel, int]) -> Section:
    """Returns where the frames were found when they were wanted."""
    steps = sum(hits.values())
    if not steps:
        return Section("Where frames were found", (), "No step has been taken yet.")
    rows = tuple(
        (_PLACES[place], f"{hits.get(place, 0):,}", _percent(hits.get(place, 0) / steps)) for place in CacheLevel
    )
    in_memory = sum(hits.get(place, 0) for place in _IN_MEMORY)
    note = f"{_percent(in_memory / steps)} of {_counted(steps, 'step')} found the frame in memory."
    return Section("Where frames were found", rows, note, ("Place", "Steps", "Part"))


def steps_section(steps: Sequence[StepTime]) -> Section:
    """Returns a table of the last steps, given the oldest first and shown the newest first."""
    if not steps:
        return Section("The last steps", (), "No step has been taken yet.")
    rows = tuple(
        (
            f"{position}",
            _PLACES[step.level],
            *map(_milliseconds, (step.waiting, step.reading, step.decoding, step.painting, step.total)),
        )
        for position, step in enumerate(reversed(steps), 1)
    )
    title = "The last step, in ms" if len(rows) == 1 else f"The last {len(rows)} steps, newest first, in ms"
    header = "", "Found in", "Waiting", "Reading", "Decoding", "Painting", "Total"
    return Section(title, rows, "", header, steps=tuple(steps))


def step_words(step: StepTime) -> str:
    """Returns where a step found its frame and what its time went into, in one line."""
    parts = (f"{name.lower()} {format_seconds(part_of(step, name))}" for name in PARTS if part_of(step, name))
    return f"{format_seconds(step.total)}, from {_PLACES[step.level]}: {', '.join(parts)}"


def part_of(step: StepTime, name: str) -> float:
    """Returns the seconds that a step took in one of :data:`PARTS`."""
    return float(getattr(step, name.lower()))


def memory_section(activity: Activity, budget: int) -> Section:
    """Returns what is held in memory: bytes used of the budget, frames ready to show, those at full size, and files."""
    rows = (
        ("Used", format_part(activity.memory_used, budget)),
        ("Frames ready", f"{activity.frames_held:,}"),
        ("Frames at full size", f"{activity.frames_whole:,}"),
        ("Files", f"{activity.files_held:,}"),
    )
    return Section("Memory", rows)


def disk_section(here: int, total: int, used: int | None = None) -> Section:
    """Returns how many of ``total`` files are on this disk; ``used`` are the bytes of their whole folder, or None."""
    part = f" ({_percent(here / total)})" if total else ""
    rows = [("Files of this sequence", f"{here:,} of {total:,}{part}")]
    if used is not None:
        rows.append(("Used by this folder", format_bytes(used)))
    return Section("This disk", tuple(rows))


def verdict(
    steps: Sequence[StepTime],
    *,
    latency: float | None = None,
    bytes_per_second: float | None = None,
    file_bytes: float | None = None,
    decoders: int = 1,
) -> str:
    """Returns one sentence that says what the time of ``steps`` went into, and what that allows at best.

    It judges those that take longer than :data:`REFRESH`. ``latency`` is the seconds until the share answers a call,
    ``file_bytes`` those of one file; None stands for what was not measured. So many ``decoders`` work at once.
    """
    if not steps:
        return "No step has been taken yet."
    slow = [step for step in steps if step.total > REFRESH]
    if not slow:
        begin = "Everything came from memory" if all(step.level in _IN_MEMORY for step in steps) else "Nothing is slow"
        return f"{begin}: a step takes {format_seconds(sum(step.total for step in steps) / len(steps))} on average."
    sums = {part: sum(getattr(step, part) for step in slow) for part in ("waiting", "reading", "decoding", "painting")}
    part = max(sums, key=sums.__getitem__)
    of = "" if len(slow) == len(steps) else f" of the {_counted(len(slow), 'slow step')} among the last {len(steps)}"
    begin = f"{part.capitalize()} takes {_percent(sums[part] / sum(sums.values()))} of the time{of}"
    each = sums[part] / sum(getattr(step, part) > 0 for step in slow)
    over_line = sum(step.reading for step in slow if step.level is CacheLevel.SHARE)
    said = {
        "waiting": f": {format_seconds(each)} for a free reader or decoder. "
        "Reading less ahead leaves more of the line to the frame on screen.",
        "reading": _reading(latency, bytes_per_second, file_bytes)
        if over_line >= sums["reading"] / 2
        else ", and most of it is reading from this computer's own disk.",
        "decoding": f": {format_seconds(each)} a frame. {_decoders(decoders, each)}.",
        "painting": f": {format_seconds(each)} a step. A smaller window is painted faster.",
    }
    return begin + said[part]


def format_seconds(seconds: float) -> str:
    """Returns a time with the unit that suits it.

    >>> format_seconds(0.0004), format_seconds(0.025), format_seconds(1.24)
    ('0.4 ms', '25 ms', '1.2 s')
    """
    if seconds >= 0.9995:  # noqa: PLR2004 - what rounds to 1,000 ms
        return f"{seconds:,.1f} s"
    if 0 < seconds < 0.00005:  # noqa: PLR2004 - what rounds to nothing
        return "under 0.1 ms"
    return f"{seconds * 1000:.{1 if seconds < 0.00995 else 0}f} ms"  # noqa: PLR2004 - what rounds to 10 ms


def format_rate(bytes_per_second: float) -> str:
    """Returns a rate with the unit that suits it: "6.0 MB/s"."""
    return f"{format_bytes(bytes_per_second)}/s"


def _rate_rows(rates: Iterable[tuple[int, float]]) -> Iterable[tuple[str, str]]:
    return ((f"Rate with {_counted(count, 'reader')}", format_rate(rate)) for count, rate in rates)


def _lines(section: Section) -> Iterable[str]:
    rows = (section.header, *section.rows) if section.header else (*section.rows, *_rate_rows(section.rates))
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    sides = right_aligned(section)
    for row in rows:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, sides, strict=False)
        )
        yield ("  " + "  ".join(cells)).rstrip()
    yield from textwrap.wrap(section.note, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _reading(latency: float | None, bytes_per_second: float | None, file_bytes: float | None) -> str:
    """Returns what reading is bound by, as the rest of a sentence."""
    if not bytes_per_second or not file_bytes:
        return "."
    passing = file_bytes / bytes_per_second
    size = format_bytes(file_bytes)
    if latency is not None and latency > passing:
        return (
            f": the share takes {format_seconds(latency)} to answer a call, longer than the {format_seconds(passing)} "
            f"in which the {size} of a frame pass. Several reads at once hide that."
        )
    best = _per_second(1 / passing, "new frame")
    return f": the line gives {format_rate(bytes_per_second)} and a frame has {size}, so at most {best} can come."


def _readers_note(by_readers: Mapping[int, float]) -> str:
    best = max(by_readers.values(), default=0.0)
    if len(by_readers) < 2 or not best:  # noqa: PLR2004 - one figure compares with nothing
        return ""
    enough, _ = best_rate(tuple(by_readers.items()))
    fewest = min(by_readers)
    if enough == fewest:
        return (
            f"More than {_counted(enough, 'read')} at a time bring no more: the line is full, or the client of the "
            "share does one thing at a time."
        )
    times = f"{by_readers[enough] / by_readers[fewest]:.1f} times as fast as {fewest}" if by_readers[fewest] else "best"
    return f"{enough} reads at a time are {times}."


def _decoders(decoders: int, seconds: float) -> str:
    begin = "One decoder makes" if decoders == 1 else f"{decoders} decoders make"
    return f"{begin} at most {_per_second(decoders / seconds)}"


def _per_second(rate: float, what: str = "frame") -> str:
    """Returns a rate that is never exceeded: "8.5 frames a second", "one frame every 2.3 s"."""
    if rate < 1:
        return f"one {what} every {format_seconds(1 / rate)}"
    tenths = math.floor(rate * 10 + 1e-6)  # 15 is not to become 14.9 by a rounding error
    return f"{tenths / 10:,.1f} {what}s a second"


def _said(value: float | None, text: Callable[[float], str]) -> str:
    return "not measured" if value is None else text(value)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _percent(part: float) -> str:
    return f"{part * 100:.0f} %"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}" if seconds else NOTHING
