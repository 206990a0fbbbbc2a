"""Every error Lookahead raises, in one tree.

Messages are whole sentences a person can act on. They never hold a frame number: what shows them adds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import concurrent.futures


class LookaheadError(Exception):
    """The root of the tree."""


if TYPE_CHECKING:

    class CancelledError(LookaheadError, concurrent.futures.CancelledError):
        """The work was given up: no plan wants its result, or what was to do it was closed.

        In a coroutine that awaits it, it comes as an :class:`asyncio.CancelledError` too.
        """


def __getattr__(name: str) -> object:
    # The window starts without CancelledError: concurrent.futures, which brings logging, takes 5 ms to be loaded.
    if name != "CancelledError":
        raise AttributeError(f"viewer.core.errors has no {name!r}.")
    import concurrent.futures  # noqa: PLC0415 - see above

    members = {"__module__": __name__, "__doc__": "The work was given up: its result is not wanted any more."}
    made = globals()[name] = type(name, (LookaheadError, concurrent.futures.CancelledError), members)
    return made


class StorageError(LookaheadError):
    """A folder or file could not be listed or read; the message says which and why."""


class NotFoundError(StorageError):
    """The folder or file is not there (any more)."""


class NotAFileError(StorageError):
    """It is a folder, a device or a pipe, or too large to be read: the share has answered, and works."""


class ShareAwayError(StorageError):
    """The whole share cannot be reached, not only this file: whatever else is read from it fails too."""


class NotAnsweringError(ShareAwayError):
    """The share brought nothing for so long that the read was given up."""


class ChangingError(StorageError):
    """The file is being written while it is read: it may be whole a little later."""


class NotReadAheadError(LookaheadError):
    """The file is so large that it is read only when it is needed at once."""


class SequenceError(LookaheadError):
    """What was opened names no pictures."""


class NoPicturesError(SequenceError):
    """A folder was opened that holds no pictures.

    Attributes:
        folder: its path.
        folders: the names of the folders in it, in natural order.
    """

    def __init__(self, message: str, folder: str, folders: tuple[str, ...]) -> None:
        super().__init__(message)
        self.folder = folder
        self.folders = folders


class PatternError(SequenceError):
    """A pattern such as ``shot.####.png`` that cannot be understood."""


class DecodeError(LookaheadError):
    """Bytes that could not be turned into a picture."""


class UnsupportedFormatError(DecodeError):
    """This kind of file is not read, or not with the libraries that are installed; the message says which."""


class DamagedImageError(DecodeError):
    """The format is known, but the file is cut off or broken."""


class ImageTooLargeError(DecodeError):
    """The picture was refused before decoding because it would not fit in memory.

    Attributes:
        nbytes: the memory it would take, in bytes; 0 if that is not known.
    """

    def __init__(self, message: str, nbytes: int = 0) -> None:
        super().__init__(message)
        self.nbytes = nbytes


class GivenUpError(DecodeError):
    """The picture was not decoded within a time that is long for its size: decoding it once more would not help."""


class LoadError(LookaheadError):
    """An item could not be loaded; ``__cause__`` is the load function's own error."""


class DeadlockError(LookaheadError):
    """A load or a cached function waits for another that waits for it in turn, so that neither would ever end."""


class WorkerError(LookaheadError):
    """A worker process could not do what it was given."""


class WorkerDiedError(WorkerError):
    """A worker process ended before it answered: it was killed, ran out of memory, or called ``os._exit``."""


class NotSendableError(WorkerError):
    """A function, an argument, a result or an error cannot be handed from process to process; the message says why."""


class ResultError(LookaheadError):
    """A result, or an argument it depends on, cannot be kept on this disk; the message says why."""


class TagNotSetError(ResultError):
    """Nobody has said yet which data set the results belong to."""


class SettingsError(LookaheadError):
    """A setting was given a value outside its limits."""
