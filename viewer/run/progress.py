"""How far a run is: a bar in a terminal, a line every few seconds elsewhere.

A library such as tqdm would be one more thing to install for the forty lines below, starts a thread of its own, and
writes bars into log files.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

BAR_EVERY = 0.1
"""Seconds between two pictures of the bar."""
LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""
_WIDTH = 30


class Progress:
    """Tells how many frames are done, how fast it goes and how long it will take; not safe for several threads."""

    def __init__(
        self, stream: TextIO, total: int, *, is_quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Writes nothing yet, and with ``is_quiet`` never; ``total`` frames are to be done."""
        self._stream = stream
        self._total = total
        self._is_quiet = is_quiet
        self._is_terminal = stream.isatty()
        self._clock = clock
        self._began = self._written = clock()
        self._shown = ""
        self.done = 0
        self.failed = 0

    def add(self, *, failed: bool = False) -> None:
        """Counts one more frame."""
        self.done += 1
        self.failed += failed
        self.show()

    def show(self) -> None:
        """Writes how far it is, if that is due."""
        now = self._clock()
        if self._is_quiet or now - self._written < (BAR_EVERY if self._is_terminal else LINE_EVERY):
            return
        self._written = now
        if not self._is_terminal:
            self._stream.write(f"{self.text()}\n")
        else:
            filled = _WIDTH * self.done // self._total
            line = f"{'█' * filled}{'░' * (_WIDTH - filled)} {self.text()}"
            self._draw(_fitting(line[: shutil.get_terminal_size().columns - 1], self._stream))
        self._stream.flush()

    def clear(self) -> None:
        """Takes the bar away, for whatever is to be written next."""
        if self._shown:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def text(self) -> str:
        """Returns how far it is in words: ``120/240 frames, 10.0 a second, 12 s left, 1 failed``."""
        words = [f"{self.done}/{self._total} frames"]
        if self.done:
            words += [f"{self.rate:.{1 if self.rate < 100 else 0}f} a second"]  # noqa: PLR2004 - three digits
            words += [f"{duration((self._total - self.done) / self.rate)} left"]
        if self.failed:
            words.append(f"{self.failed} failed")
        return ", ".join(words)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._clock() - self._began

    @property
    def rate(self) -> float:
        """Frames a second since the start."""
        return self.done / max(self.seconds, 1e-6)

    def _draw(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(len(self._shown)))
        self._shown = line


def duration(seconds: float) -> str:
    """Returns a time in words.

    >>> duration(0.42), duration(12.3), duration(95), duration(7260)
    ('0.4 s', '12 s', '1 min 35 s', '2 h 1 min')
    """
    if seconds < 9.95:  # noqa: PLR2004 - what rounds to two digits
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{whole} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - minutes


def _fitting(line: str, stream: TextIO) -> str:
    """Returns ``line`` in characters that ``stream`` can take."""
    try:
        line.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return line.replace("█", "#").replace("░", ".")
    return line
