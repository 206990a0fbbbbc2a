"""Files that have landed behind those of a listing: asked for by name, where a client keeps listings for a while."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from viewer.core.formats import PICTURE_SUFFIXES
from viewer.core.storage.mounts import MATTERS, kept_by, mount_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viewer.core.storage.transfer import Transfer

MOST_RUNS = 4
"""Runs of numbered names that are asked about, those of most names: each costs a round trip or two."""
FEWEST = 3
"""Names that are a run of which the next one can be told."""
ASKING = 1.0
"""Seconds after which no more is asked: the next listing goes on, and what has been found is known to the client."""
_LONGEST = 18  # digits, as of frame numbers


def and_landed(folder: str, batches: Iterator[Sequence[str]], transfer: Transfer) -> Iterator[Sequence[str]]:
    """Yields the ``batches`` of names in ``folder``, then the names that have landed behind them; workers only.

    Nothing is asked where listings are not kept, or where names that a kept listing lacks are not found either. Only
    numbers that follow upon the last ones are: what fills a gap is seen when the listing is made anew.
    """
    if not _is_kept(folder):
        yield from batches
        return
    runs = _Runs()
    for names in batches:
        runs.take(names)
        yield names
    until = time.monotonic() + ASKING
    landed = [name for run in runs.largest() for name in _landed(folder, run, transfer, until)]
    if landed:
        yield landed


def _is_kept(folder: str) -> bool:
    """Returns whether the client keeps listings of ``folder`` and finds names that they lack."""
    kept = kept_by(mount_at(folder))
    return kept is not None and kept.finds_by_name and kept.listings > MATTERS


class _Run:
    """Names that differ in the number at their end: ``shot.0007.jpg``; how many, and the two highest numbers."""

    def __init__(self, head: str, suffix: str) -> None:
        self.head, self.suffix = head, suffix
        self.count, self.last, self.before = 0, -1, -1
        self.padding = 0

    def take(self, number: int, digits: int) -> None:
        self.count += 1
        if number > self.last:
            self.before, self.last, self.padding = self.last, number, digits
        elif number > self.before:
            self.before = number

    def name(self, number: int) -> str:
        return f"{self.head}{number:0{self.padding}}.{self.suffix}"


class _Runs:
    """The runs in a folder, as far as it has been listed."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], _Run] = {}

    def take(self, names: Sequence[str]) -> None:
        for name in names:
            stem, dot, suffix = name.rpartition(".")
            head = stem.rstrip("0123456789")
            digits = len(stem) - len(head)
            if dot and 0 < digits <= _LONGEST:
                key = head, suffix
                run = self._runs.get(key) or self._runs.setdefault(key, _Run(head, suffix))
                run.take(int(stem[-digits:]), digits)

    def largest(self) -> list[_Run]:
        pictures = [run for run in self._runs.values() if f".{run.suffix.lower()}" in PICTURE_SUFFIXES]
        runs = [run for run in pictures if run.count >= FEWEST]
        return sorted(runs, key=lambda run: run.count, reverse=True)[:MOST_RUNS]


def _landed(folder: str, run: _Run, transfer: Transfer, until: float) -> Iterator[str]:
    """Yields the names that are there behind the last one of a run, by its step or the next number."""
    last, steps = run.last, sorted({1, run.last - run.before})
    while time.monotonic() < until:
        transfer.checkpoint()
        found = next((last + step for step in steps if _is_there(f"{folder}/{run.name(last + step)}")), None)
        if found is None:
            return
        last = found
        yield run.name(found)


def _is_there(path: str) -> bool:
    try:
        os.stat(path)  # noqa: PTH116 - a Path of every string would win nothing
    except (OSError, ValueError):
        return False
    return True
