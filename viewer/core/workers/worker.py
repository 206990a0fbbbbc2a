"""The seam: what calls a function for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Worker(Protocol):
    """Calls functions, one at a time, for one thread."""

    def start(self) -> None:
        """Gets ready and calls the hook, if there is one; called once, on the thread's thread, before the first call.

        Raises:
            Exception: whatever the hook raised.
        """

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Returns what ``function`` returns; on the thread's thread, blocking.

        Raises:
            BaseException: whatever the function raised, in its own type.
            WorkerDiedError: the process ended before it answered.
            NotSendableError: the function, an argument, the result or the error cannot be handed over.
        """

    def interrupt(self) -> bool:
        """Ends the call under way, if it can: a process can be ended, a thread cannot. Any thread.

        Returns:
            Whether the call ends now, by :class:`viewer.core.errors.WorkerDiedError`.
        """

    def close(self) -> None:
        """Ends what was started, within 0.1 s; harmless when nothing was."""


class InThread:
    """Calls functions right here, on the thread's own thread."""

    def __init__(self, index: int, hook: Callable[[int], object] | None = None) -> None:
        """Does nothing yet.

        Args:
            index: which worker it is, from 0.
            hook: called with ``index`` before the first call.
        """
        self._index = index
        self._hook = hook
        self._failed: BaseException | None = None

    def start(self) -> None:
        """See :meth:`Worker.start`."""
        if self._hook is not None:
            try:
                self._hook(self._index)
            except BaseException as error:
                self._failed = error
                raise

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """See :meth:`Worker.call`; where the hook has failed, nothing else is called."""
        if self._failed is not None:
            raise self._failed
        return function(*arguments)

    def interrupt(self) -> bool:
        """See :meth:`Worker.interrupt`."""
        return False

    def close(self) -> None:
        """See :meth:`Worker.close`."""
