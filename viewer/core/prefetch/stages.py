"""What a thread does with a load, without the engine's lock: calls the functions of the program, and hands over."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from viewer.core.calling import called, not_an_end
from viewer.core.errors import WorkerDiedError
from viewer.core.executor import answer, report
from viewer.core.prefetch.memory import MISSING
from viewer.core.values import handed_out, held_value, prepared, size_in_memory
from viewer.core.workers.pool import this_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.prefetch.failures import ItemFailures
    from viewer.core.prefetch.load import Answer, Load
    from viewer.core.prefetch.sources import Source
    from viewer.core.prefetch.waiting import Waiting
    from viewer.core.workers.pool import PoolThread
    from viewer.core.workers.worker import Worker

T = TypeVar("T")


class Stages(Generic[T]):
    """Runs the stages of loads and answers those who wait; any thread. What the functions raise, the callers get.

    Attributes:
        source: what the items are loaded from.
        is_closed: whether no load is of use any more.
    """

    def __init__(
        self,
        owner: object,
        source: Source[T],
        failures: ItemFailures[T],
        waiting: Waiting[T],
        size_of: Callable[[T], int],
        on_error: Callable[[BaseException, str], object] | None,
    ) -> None:
        """``owner``, the engine, is what the loads are run for."""
        self.source = source
        self.is_closed = False
        self._owner = owner
        self._failures = failures
        self._waiting = waiting
        self._size_of = size_of
        self._on_error = on_error

    def run(self, load: Load, pool_thread: PoolThread) -> tuple[Any, int, BaseException | None]:
        """Returns the result of a stage, its size in bytes if it is the item, and the error."""
        worker = pool_thread.worker
        pool_thread.owners.append(self._owner)
        try:
            is_last = load.stage == self.source.stages - 1
            if is_last and load.position in self._waiting.previews and not load.is_stale:
                self._make_preview(load, worker)
            value = self._result(load, worker)
            if not is_last:
                return value, 0, None
            held = prepared(value)
            plain = held if held is value else held_value(held)
            return held, size_in_memory(plain) if self._size_of is size_in_memory else self.size(plain), None
        except BaseException as raised:  # noqa: BLE001 - the callers get it; a thread outlives whatever it loads
            error = not_an_end(raised, self.source)  # of a sequence: what functions raise has been looked at
            if not load.ended_cancelled(error) and not self.is_closed:
                self._failures.annotate(error, self.source.name, load.position)
            return MISSING, 0, error
        finally:
            pool_thread.owners.pop()

    def answer(self, answers: list[Answer]) -> None:
        """Answers callers; ``answers`` is empty then."""
        while answers:
            future, value, error = answers.pop(0)
            try:
                outcome = (handed_out(value), None) if error is None else self._failures.outcome(error)
            except BaseException as another:  # noqa: BLE001 - the caller gets it
                outcome = None, another
            answer(future, *outcome)

    def report(self, error: BaseException, position: int) -> None:
        """Calls the program's function for errors, as a part of the load, on its thread."""
        thread = this_thread()
        if self._on_error is None or thread is None:
            return
        thread.owners.append(self._owner)
        try:
            called(self._on_error, error, self.source.name(position, error))
        except BaseException as its_own:  # noqa: BLE001 - an error of the callback itself is reported; no item suffers
            report(its_own)
        finally:
            thread.owners.pop()

    def size(self, value: T) -> int:
        """Returns the bytes that an item takes; what is no number of them is reported, and measured as usual."""
        size: Any = called(self._size_of, value)
        if type(size) is int and size >= 0:
            return size
        with suppress(TypeError, ValueError, OverflowError):
            if (whole := math.ceil(size)) >= 0:
                return int(whole)
        report(TypeError(f"size_of returned {size!r}, which is no number of bytes, 0 or more."))
        return size_in_memory(value)

    def _result(self, load: Load, worker: Worker) -> Any:  # noqa: ANN401 - the result of a stage
        try:
            return self.source.run(load.stage, worker, load.position, load.before, load.control)
        except WorkerDiedError:
            if load.is_tried_again or self.is_closed:
                raise
            load.is_tried_again = True
            return self.source.run(load.stage, worker, load.position, load.before, load.control)

    def _make_preview(self, load: Load, worker: Worker) -> None:
        """Hands the quick, lesser form to the callers that asked for it, before the item itself is made."""
        previews = self._waiting.take_previews(load.position)
        if not previews:
            return
        value: T | None = None
        with suppress(BaseException):  # there is none then; the item itself will show the error
            value = prepared(self.source.preview(worker, load.position, load.before))
        for preview in previews:
            answer(preview, MISSING if value is None else handed_out(value))
