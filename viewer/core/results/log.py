"""What happens to results, noted in the program's log and, if wished, in a file of its own."""

from __future__ import annotations

import logging
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

LOGGER = "viewer.core.results"
"""The name of the logger that gets everything, hits on the level DEBUG, damages on WARNING."""


class Log:
    """Tells events to :data:`LOGGER` and to at most one file; any thread.

    The events are: hit (from memory), read (from the disk), joined, miss, save, delete, damage, fail, off.
    """

    def __init__(self) -> None:
        self._logger = logging.Logger(LOGGER, logging.DEBUG)  # noqa: LOG001 - each has a file of its own
        self._logger.parent = logging.getLogger(LOGGER)
        self._program_log = self._logger.parent

    def write_to(self, path: str | os.PathLike[str] | None) -> None:
        """Adds a line to the file ``path`` for every event from now on, once however often it is set.

        Args:
            path: the file, which is made at the first event; None for no file.
        """
        for handler in list(self._logger.handlers):
            self._logger.removeHandler(handler)
            handler.close()
        if path is not None:
            handler = _QuietFile(Path(path), encoding="utf-8", delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            self._logger.addHandler(handler)
            weakref.finalize(self, handler.close)  # a cache that is dropped need not be closed

    def note(self, event: str, what: object, why: object = "", level: int = logging.DEBUG) -> None:
        """Tells that ``event`` happened to ``what``, on a level of the module :mod:`logging`."""
        if self._logger.handlers or self._program_log.isEnabledFor(level):
            self._logger.log(level, "%s %s%s", event, what, f": {why}" if why else "")


class _QuietFile(logging.FileHandler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # the file cannot be opened: a log that cannot be written stops nothing
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's
        """Leaves the line out."""
