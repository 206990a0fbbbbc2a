"""Files that could not be loaded: copied, linked or moved where a person can look at them, each with a note why."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import shutil
import threading
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.forks import lock_anew
from viewer.core.results.log import LOGGER

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE = ".txt"
"""What is added to a file's name for the note why it is here."""

_SHOWN = 2000  # characters of an error or an item


class Action(Enum):
    """What is done with a file that could not be loaded."""

    COPY = "copy"
    LINK = "link"
    MOVE = "move"
    LIST = "list"
    """Only the note is written."""


class Quarantine:
    """Takes each file once, as the ``on_error`` of a loader; any thread, any number of programs.

    It never raises for a file that it cannot take, which would hide the error that it is about; it writes to the log.
    Nothing that lies in its folder already is changed.
    """

    def __init__(self, folder: str | os.PathLike[str], action: Action | str = Action.COPY) -> None:
        """Touches nothing; raises ValueError if there is no such action.

        Args:
            folder: where the files and notes go; made for the first one.
            action: what is done with a file. Links are symbolic; where the system makes none, it is copied.
        """
        self._folder = Path(folder).expanduser().absolute()
        self._action = Action(action)
        self._lock = threading.Lock()
        lock_anew(self)
        self._taken: dict[str, Path] = {}

    @property
    def taken(self) -> dict[str, Path]:
        """The paths, and the items as text, that it has taken so far, each with the note about it."""
        with self._lock:
            return dict(self._taken)

    def __call__(self, error: BaseException, item: object) -> None:
        """Takes the file that ``item`` names, or notes an item that is none, and the ``error``; blocks on the disk."""
        path = _path(item)
        text = str(path) if path is not None else repr(item)[:_SHOWN]
        with self._lock:
            if text in self._taken:
                return
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._taken[text] = self._take(path, text, error)
            except OSError as reason:
                logging.getLogger(LOGGER).warning("%s could not be put into quarantine: %s", text, reason)

    def _take(self, path: Path | None, text: str, error: BaseException) -> Path:
        mark = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        name = f"item.{mark}" if path is None else f"{path.stem[:100]}.{mark}{path.suffix[:20]}"
        target = self._folder / name
        note = self._folder / (name + NOTE)
        if not note.exists():  # or it was taken in an earlier run
            if path is not None and self._action is not Action.LIST and not os.path.lexists(target):
                self._bring(path, target)
            reason = f"{type(error).__name__}: {error}"[:_SHOWN]
            words = f"{text}\n{reason}\n{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}\n"
            _write_new(note, lambda new: new.write_bytes(words.encode("utf-8", "backslashreplace")))
        return note

    def _bring(self, path: Path, target: Path) -> None:
        if self._action is Action.LINK:
            with contextlib.suppress(OSError, NotImplementedError):
                target.symlink_to(path)
                return
        if self._action is Action.MOVE:
            with contextlib.suppress(OSError):  # on another disk
                path.rename(target)
                return
        _write_new(target, lambda new: shutil.copy2(path, new))
        if self._action is Action.MOVE:
            path.unlink()


def _write_new(target: Path, write: Callable[[Path], object]) -> None:
    """Makes a file that is there whole or not at all."""
    new = target.with_name(f"{secrets.token_hex(8)}.new")
    try:
        write(new)
        new.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def _path(item: object) -> Path | None:
    """Returns the file that ``item`` names, if it does."""
    if not isinstance(item, (str, bytes, os.PathLike)):
        return None
    try:
        path = Path(os.fsdecode(item)).absolute()
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None
