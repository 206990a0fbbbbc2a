"""The seam to threads and processes: calls functions for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from viewer.core.calling import called
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Worker(Protocol):
    """Calls functions, one at a time, for one thread."""

    def start(self) -> None:
        """Gets ready and calls the hook, if there is one; called once, on the pool thread, before the first call.

        Raises:
            Exception: that of the hook.
        """

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Returns the result of ``function``, awaited where it is awaitable; on the pool thread, blocking.

        Raises:
            BaseException: that of the function, in its own type; see :func:`viewer.core.calling.called`.
            WorkerDiedError: the process ended before it answered.
            NotSendableError: the function, an argument, the result or the error cannot be handed over.
        """

    def interrupt(self) -> bool:
        """Ends the call under way, if it can: a process can be ended, a thread cannot. Any thread.

        Returns whether the call ends now, by :class:`viewer.core.errors.WorkerDiedError`.
        """

    def close(self) -> None:
        """Ends the process, if there is one, within 0.1 s."""


@dataclass(eq=False)
class InThread:
    """Calls functions on the pool thread itself; ``hook`` with ``index``, the worker's number, before the first."""

    index: int
    hook: Callable[[int], object] | None = None
    _failed: BaseException | None = None

    def start(self) -> None:
        """Calls the hook."""
        if self.hook is not None:
            try:
                called(self.hook, self.index)
            except BaseException as error:
                self._failed = error
                raise

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Calls ``function``; raises the error of the hook instead if that failed."""
        if self._failed is not None:
            raise self._failed
        return called(function, *arguments)

    def interrupt(self) -> bool:
        """Returns False: a thread cannot be ended."""
        return False

    def close(self) -> None:
        """Does nothing."""
