"""Asking for items of a prefetcher: waiting for them, or not, and what is known of those asked for before."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, SupportsIndex, TypeVar

from viewer.core.prefetch.choosing import ALONE
from viewer.core.prefetch.memory import MISSING, Missing
from viewer.core.views.view import LazyView, position_in
from viewer.core.workers.pool import refuse_in_load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from concurrent.futures import Future

    from viewer.core.prefetch.engine import Engine
    from viewer.core.prefetch.statistics import Statistics

T = TypeVar("T")


class Askable(LazyView[T]):
    """The base of what has its items from an engine; any thread may ask."""

    _engine: Engine[T]

    def get(self, index: SupportsIndex, timeout: float | None = None, *, stride: int | None = None) -> T:
        """Returns the item at ``index``, at once if it is in memory.

        Args:
            index: its position, from 0; negative ones count from the end, as in a list.
            timeout: seconds to wait at most; the loading goes on after that.
            stride: what the caller will add to ``index`` next, if it knows; else it is guessed from the requests.

        Raises:
            IndexError: there is no such position.
            TimeoutError: it did not come in time.
            CancelledError: it was closed meanwhile.
            DeadlockError: a load asks, and the item waits for that load.
            ValueError: it is closed.
            BaseException: what the loading raised, with the item's name and the place where this sequence was made in
                notes. Until it is to be tried again, the last error is raised at once.
        """
        stride = None if stride is None else operator.index(stride)
        return self._engine.get(position_in(self, index), timeout, stride)

    def future(self, index: SupportsIndex) -> Future[T]:
        """Returns a future of the item at ``index``; does not block. Otherwise as :meth:`get`.

        A caller that waits in :meth:`get` or :meth:`aget` also notices when a load hangs. With a future alone nothing
        does: its item then holds up the look-ahead until the next request.
        """
        future = self._engine.future(position_in(self, index))
        future.add_done_callback(lambda _future, _self=self: None)  # type: ignore[misc]  # or it could end before it is done
        return future

    async def aget(self, index: SupportsIndex) -> T:
        """Returns the item at ``index``, letting the event loop run meanwhile. Otherwise as :meth:`get`."""
        import asyncio  # noqa: PLC0415 - most scripts do without

        from viewer.core.awaiting import cancelled_as_awaited  # noqa: PLC0415 - as above

        asked = self._engine.future(position_in(self, index))
        future = asyncio.wrap_future(asked)
        try:
            with cancelled_as_awaited(), asked.waiting():
                while not future.done():
                    await asyncio.wait([future], timeout=ALONE)
                    self._engine.tick()
                return future.result()
        finally:
            future.cancel()  # the caller waits no more
            del future  # or it and the error that it holds would keep each other

    async def __aiter__(self) -> AsyncIterator[T]:
        position = 0
        while self.reaches(position):
            yield await self.aget(position)
            position += 1

    def peek(self, index: SupportsIndex) -> T | Missing:
        """Returns the item at ``index`` if it is in memory, and :data:`MISSING` otherwise; loads and waits never."""
        return self._engine.peek(position_in(self, index))

    def ready(self, index: SupportsIndex) -> bool:
        """Returns whether the item at ``index`` is in memory."""
        return self.peek(index) is not MISSING

    def improving(self, index: SupportsIndex, timeout: float | None = None) -> Iterator[T]:
        """Yields a quick, lesser form of the item at ``index`` if there is one before the item, and then the item.

        For JPEG files that is the picture at an eighth of its size or the next above 320 pixels; else see ``preview``.
        ``timeout`` is for each of the two. Raises as :meth:`get` does.
        """
        preview, item = self._engine.preview(position_in(self, index))
        try:
            first = preview.result(timeout)
            if not isinstance(first, Missing):
                yield first
            yield item.result(timeout)
        finally:
            del preview, item  # or the error and they would keep each other

    def keep(self, *indices: SupportsIndex) -> None:
        """Keeps these items in memory, once they are there, beyond ``behind``."""
        self._engine.keep([position_in(self, index) for index in indices])

    def release(self, *indices: SupportsIndex) -> None:
        """Ends the effect of :meth:`keep`."""
        self._engine.release([position_in(self, index) for index in indices])

    @property
    def stats(self) -> Statistics:
        """The counts since the start or :meth:`reset_stats`."""
        return self._engine.statistics()

    def reset_stats(self) -> None:
        """Begins to count anew."""
        self._engine.reset_statistics()

    def failures(self) -> dict[int, BaseException]:
        """Returns the errors of the items that could not be loaded when they were tried last, by position."""
        return self._engine.failures()

    def retry(self, index: SupportsIndex | None = None) -> None:
        """Loads an item that failed, or any that did, anew at the next request, without a pause.

        Raises DeadlockError in a load or in ``on_error`` of this prefetcher: items could have each other loaded
        for ever.
        """
        refuse_in_load(self._engine)
        self._engine.retry(None if index is None else position_in(self, index))
