"""What is done with one frame: read, on a thread; then decoded, given to the function, and made a row or a file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.errors import LookaheadError, StorageError
from viewer.core.files import SteadyStorage
from viewer.core.records import dataclass
from viewer.run.function import traceback_text
from viewer.run.values import RESULT, WrongOutputError, columns, save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.storage.transfer import Stamp, Transfer
    from viewer.run.function import UserFunction

PATH = "path"
"""The kind of frame that is only the path of its file, which is not read."""


class Task(NamedTuple):
    """A frame to be worked on."""

    number: int
    written: str  # the number as it is written in the name, if it is no whole number
    name: str  # of its file, by which it is known again
    path: str
    stem: str  # what its result is called in a folder, without suffix


@dataclass(frozen=True)
class RowFailure:
    """Why a frame has no result; plain texts, because errors cannot always be sent from process to process."""

    reason: str  # in one line
    traceback: str = ""  # empty if it says nothing more
    is_final: bool = False  # all other frames will fail alike

    @classmethod
    def of(cls, error: BaseException) -> RowFailure:
        """Returns what to say of an error; Lookahead's own are sentences and need no traceback."""
        if isinstance(error, LookaheadError):
            return cls(str(error), is_final=isinstance(error, WrongOutputError))
        text = str(error).strip()
        name = type(error).__name__
        return cls(f"{name}: {text}" if text else name, traceback_text(error))


class TaskStorage(SteadyStorage):
    """Another storage; returns with the bytes of a file the task that it belongs to, for :class:`Work`. Any thread.

    Attributes:
        stamps: which file each path was when it was read last.
    """

    def __init__(self, inner: SteadyStorage, tasks: Sequence[Task]) -> None:
        super().__init__(inner)
        self._tasks = {task.path: task for task in tasks}
        self.stamps: dict[str, Stamp | None] = {}

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Any:  # noqa: ANN401 - a pair, which only goes to Work
        """Returns the task and the bytes of its file; waits for the share."""
        data = self._inner.read(path, transfer, limit)  # which sees to it that the file is steady
        self.stamps[path] = transfer.stamp
        return self._tasks[path], data

    def unread(self, task: Task) -> tuple[Task, Buffer]:
        """Stands for reading where the function reads the file itself; waits for the share."""
        with suppress(StorageError):  # the function will say what is wrong
            self.stamps[task.path] = self.stamp(task.path)
        return task, b""


@dataclass(frozen=True)
class Work:
    """Decodes a frame, calls the function, and returns the columns of a row; can be sent to other processes."""

    function: UserFunction
    kind: str  # of what it is called with: "array", "frame", "image", "bytes" or "path"
    folder: Path | None = None  # for results that are files; None makes rows of them
    suffix: str | None = None  # of these files, None for the usual one
    decode: Callable[[Buffer], object] | None = None  # makes frames of the bytes of a file, for the kind "frame"

    def __call__(self, given: tuple[Task, Buffer]) -> dict[str, str] | RowFailure:
        """Returns the columns, or why there are none."""
        task, data = given
        try:
            frame = task.path if self.kind == PATH else self._decoded(data)
            value = self.function(frame, task.number, task.path)
            if self.folder is None:
                return columns(value)
            return {RESULT: save(value, self.folder, task.stem, self.suffix)}
        except BaseException as error:  # noqa: BLE001 - reported; the user's function may also exit
            return RowFailure.of(error)

    def _decoded(self, data: Buffer) -> object:
        from viewer.core.prefetch.files import Kind, decoder_of  # noqa: PLC0415 - not needed to show the help

        decode = self.decode or decoder_of(Kind(self.kind))
        return bytes(data) if decode is None else decode(data)
