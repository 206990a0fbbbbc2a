"""The core for scripts: a sequence whose next items are in memory before they are asked for. No Qt.

>>> with Prefetcher("/shots/take_7") as frames:  # doctest: +SKIP
...     for frame in frames:
...         print(frame.mean())
"""

from __future__ import annotations

import threading
import time
import weakref
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, SupportsIndex, cast, overload

from viewer.core.forks import lock_anew
from viewer.core.hints import hinting
from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.asking import Askable
from viewer.core.prefetch.engine import Engine
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.following import Following
from viewer.core.prefetch.given import is_folder
from viewer.core.prefetch.look_ahead import LookAhead
from viewer.core.prefetch.memory import Limits
from viewer.core.prefetch.numbering import ByNumber, numbering_of
from viewer.core.prefetch.opened import OpenedItems
from viewer.core.prefetch.options import Options
from viewer.core.prefetch.plain import FramePaths
from viewer.core.prefetch.refresh import Confirmer, left_until, moves
from viewer.core.prefetch.settings import raised
from viewer.core.views.batched import Batched
from viewer.core.views.inspected import Inspected
from viewer.core.views.repeated import Cycled
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import LazyView, Reordered, SameItems, caller, position_in, reaches, sliced
from viewer.core.workers.pool import refuse_in_load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Never, TypeAlias, Unpack

    from numpy.typing import NDArray
    from PIL.Image import Image
    from typing_extensions import TypeVar

    from viewer.core.frame import Frame
    from viewer.core.prefetch.numbering import Numbering
    from viewer.core.prefetch.settings import (
        AsArray,
        AsBytes,
        AsFrame,
        AsImage,
        Files,
        FileSettings,
        Folder,
        Items,
        PrefetchSettings,
    )
    from viewer.core.prefetch.sources import Source
    from viewer.core.sequence.sequence import FrameSequence

    T = TypeVar("T", default=Any)
    A = TypeVar("A")
    B = TypeVar("B")
    D = TypeVar("D", default=Never)
    S = TypeVar("S")
    U = TypeVar("U", default=Any)
    V = TypeVar("V")
    Stand: TypeAlias = Callable[[BaseException], D] | None
else:
    from typing import TypeVar

    T = TypeVar("T")
    U = TypeVar("U")

CLOSE_WITHIN = 0.1
"""Seconds that workers are given to end; one stuck in a dead share is left behind and does not hold up the program."""


class LazySequence(ByNumber[T]):
    """A sequence whose items are made when they are asked for, with methods that make others of it.

    Indices and slices follow Python's rules for lists; a slice is again such a sequence, and loads nothing.
    """

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: SupportsIndex) -> T: ...
        @overload
        def __getitem__(self, index: slice) -> View[T]: ...
        def __getitem__(self, index: SupportsIndex | slice) -> T | View[T]: ...

    @overload
    def map(self, function: Callable[[T], Awaitable[U]], /) -> View[U]: ...
    @overload
    def map(self, function: Callable[[T], U], /) -> View[U]: ...
    @overload
    def map(self, function: Callable[[T, A], U], other: Sequence[A], /) -> View[U]: ...
    @overload
    def map(self, function: Callable[[T, A, B], U], other: Sequence[A], another: Sequence[B], /) -> View[U]: ...
    @overload
    def map(
        self,
        function: Callable[..., U],
        first: Sequence[Any],
        second: Sequence[Any],
        third: Sequence[Any],
        /,
        *others: Sequence[Any],
    ) -> View[U]: ...
    def map(self, function: Callable[..., Any], /, *others: Sequence[Any]) -> View[Any]:
        """Returns the results of ``function`` for each item, and those of ``others`` beside it.

        It runs when an item is asked for, each time; ``.map(f).prefetch()`` runs it ahead and keeps the last results.
        """
        return View(Mapped(function, self, *others))

    def reordered(self, positions: Sequence[int]) -> View[T]:
        """Returns the items at ``positions``, in that order; one may come more than once."""
        return View(Reordered(self, positions))

    def cycled(self, limit: int | None = None) -> View[T]:
        """Returns the items over and over, ``limit`` of them or without end."""
        return View(Cycled(self, limit))

    def batched(self, size: int, *, drop_last: bool = False) -> View[tuple[T, ...]]:
        """Returns tuples of ``size`` items, the last one shorter, or left out with ``drop_last``."""
        return View(Batched(self, size, drop_last=drop_last))

    def inspected(
        self,
        function: Callable[[int, T, float], object],
        max_calls: int | None = None,
        max_rate: float | None = None,
    ) -> View[T]:
        """Returns the same items, and calls ``function(position, item, seconds)`` when one was made.

        ``seconds`` are those it took. It is called ``max_calls`` times at most, and ``max_rate`` times a second.
        """
        return View(Inspected(self, function, max_calls, max_rate))

    @overload
    def prefetch(
        self, *, stand_in: Callable[[BaseException], D] | None = raised, **settings: Unpack[PrefetchSettings]
    ) -> Prefetcher[T | D]: ...
    @overload
    def prefetch(
        self,
        *,
        decode: Callable[[T], Awaitable[U]],
        stand_in: Callable[[BaseException], D] | None = raised,
        **settings: Unpack[PrefetchSettings],
    ) -> Prefetcher[U | D]: ...
    @overload
    def prefetch(
        self,
        *,
        decode: Callable[[T], U],
        stand_in: Callable[[BaseException], D] | None = raised,
        **settings: Unpack[PrefetchSettings],
    ) -> Prefetcher[U | D]: ...
    def prefetch(self, **settings: Any) -> Prefetcher[Any]:
        """Returns the same items, made before they are asked for; for ``settings`` see :class:`Prefetcher`."""
        return Prefetcher(self, **settings)

    def to_dask(self, frames_per_chunk: int = 1) -> Any:  # noqa: ANN401 - a dask array, which may not be installed
        """Returns the frames as one dask array; see :func:`viewer.core.export.to_dask`."""
        from viewer.core.export import to_dask  # noqa: PLC0415 - only for those who have dask

        return to_dask(self, frames_per_chunk)

    def to_torch(self, transform: Callable[[T], Any] | None = None) -> Any:  # noqa: ANN401 - a PyTorch data set
        """Returns a PyTorch ``Dataset`` of the items; see :func:`viewer.core.export.to_torch`."""
        from viewer.core.export import to_torch  # noqa: PLC0415 - only for those who have PyTorch

        return to_torch(self, transform)

    def _sliced(self, key: slice) -> View[T]:
        return View(sliced(self, key))


class View(LazySequence[T], SameItems[T]):
    """Any sequence, such as those of :mod:`viewer.core.views`, with the methods of a :class:`LazySequence`."""

    def __init__(self, sequence: Sequence[T]) -> None:
        self.sequence = sequence

    def numbering(self) -> Numbering:
        """Returns what has the numbers and paths of the items; raises ValueError as :attr:`numbers` does."""
        return numbering_of(self.sequence)

    def _sliced(self, key: slice) -> View[T]:
        return View(sliced(self.sequence, key))

    def _item(self, position: int) -> T:
        return self.sequence[position]

    def _assign(self, position: int, value: T) -> None:
        cast("Any", self.sequence)[position] = value


class Prefetcher(
    LazySequence[T],
    Askable[T],
    AbstractContextManager["Prefetcher[T]", None],
    AbstractAsyncContextManager["Prefetcher[T]", None],
):
    """Items that are in memory before they are asked for; any thread may ask.

    ``frames[n]`` comes at once when it is in memory, and otherwise as soon as it alone can be loaded. What is likely to
    follow, by the direction and stride of the requests, loads meanwhile. Nothing is loaded before the first request.
    Close it, or use it in a ``with`` block; one that is dropped ends by itself.

    All callers get the same pixels: numpy arrays are read-only views (``.copy()`` them to write), Pillow images copy
    their pixels when they are drawn upon, and containers are made anew for each; see :mod:`viewer.core.values`.
    """

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: LazyView[V],
            load: None = None,
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[NDArray[Any] | D],
            source: Files,
            load: None = None,
            *,
            kind: AsArray | None = None,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[Frame | D],
            source: Files,
            load: None = None,
            *,
            kind: AsFrame,
            range: tuple[float, float] | None = None,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[Image | D],
            source: Files,
            load: None = None,
            *,
            kind: AsImage,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[bytes | D],
            source: Files,
            load: None = None,
            *,
            kind: AsBytes,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Files,
            load: None = None,
            *,
            decode: Callable[[bytes], Awaitable[V]],
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Files,
            load: None = None,
            *,
            decode: Callable[[bytes], V],
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Folder,
            load: Callable[[str], Awaitable[V]],
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Folder,
            load: Callable[[str], V],
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Folder,
            load: Callable[[str], U],
            *,
            decode: Callable[[U], Awaitable[V]],
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Folder,
            load: Callable[[str], U],
            *,
            decode: Callable[[U], V],
            stand_in: Stand[D] = raised,
            **settings: Unpack[FileSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: Callable[[S], Awaitable[V]],
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: Callable[[S], V],
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: Callable[[S], U],
            *,
            decode: Callable[[U], Awaitable[V]],
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: Callable[[S], U],
            *,
            decode: Callable[[U], V],
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: None = None,
            *,
            decode: Callable[[S], Awaitable[V]],
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[S],
            load: None = None,
            *,
            decode: Callable[[S], V],
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...
        @overload
        def __init__(
            self: Prefetcher[V | D],
            source: Items[V],
            load: None = None,
            *,
            stand_in: Stand[D] = raised,
            **settings: Unpack[PrefetchSettings],
        ) -> None: ...

    @hinting("Prefetcher", Options)
    def __init__(self, source: Files | Items[Any], load: Callable[[Any], Any] | None = None, **settings: Any) -> None:
        """Gets ready and loads nothing; lists the folder, blocking, if ``source`` is one.

        Args:
            source: a folder, of which the longest sequence is taken; a file of several pages, as TIFF and GIF can be; a
                pattern such as ``shot.####.png`` or ``cam2_{frame}_*.png``; a sequence; paths of files; any items that
                ``load`` can load; or lazy ones such as ``frames.map(f)``. A list that grows is followed.
            load: called with an item, or with the path of a file, on a worker; the caller gets its result. Without it,
                files are read and decoded, and lazy items are asked for. It may ask for other items; it and the other
                functions may be coroutine functions.
            **settings: those that follow, each by its name.
            decode: called with the result of ``load``. Then ``load`` is to wait and ``decode`` to compute, and each
                has as many threads as pay.
            kind: what files are loaded as, without ``load``: "array", "frame", "image" or "bytes"; see
                :class:`viewer.core.prefetch.files.Kind`.
            range: the numbers that are black and white in all frames of the kind "frame". Without it, all that are of
                the kind of the first are shown in its range, so that they compare, where theirs would have to be
                measured or is one that their files want; see :mod:`viewer.core.prefetch.one_range`.
            order: in which order the pictures of a folder are taken: "sequences", of which the longest is taken, or
                all of them by "name", by the last "number" in their names, or by "date" of their files.
            filter: a text that their names must hold, or a glob such as ``left_*``; "" for all.
            ahead: how many items are loaded before they are asked for.
            behind: how many of the items used last stay in memory, the current one not counted.
            max_bytes: the memory for all of them together, those being loaded included; the current one stays whatever
                it takes. 0 holds nothing, None has no limit.
            workers: how many load at once to look ahead; one more serves the requests. By default 4 that read files, or
                up to 32, within ``ahead``, where measuring shows that they bring more, or one, where all bring no more
                than one alone; up to 16 threads for ``load``, as many as the cores can do with; or a process for each
                core.
            decoders: how many decode at once, where there are two stages; as many as there are cores by default.
            backend: "threads", or "processes" for functions that hold Python's lock: they are sent there, so they and
                their arguments must be picklable, and arrays come back through shared memory.
            start_method: how processes begin: "forkserver", "spawn" or "fork"; the first there is by default.
            hook: called with the number of each worker, in its thread or process, before anything is loaded.
            repeat: what follows the last item: "once", "loop" or "pingpong".
            predict: yields the positions likely to be asked for next, the likeliest first; see
                :func:`viewer.core.prefetch.access.with_jumps`.
            preview: called with the argument of the last stage, for a quick, lesser form of an item, which
                :meth:`improving` yields. Files have one of their own.
            retry_after: seconds until an item that failed is tried again when it is asked for, doubled each time up to
                30 seconds; None for only by :meth:`retry`.
            stall_after: seconds after which a worker that hangs is replaced by another; None for never.
            errors: "original" raises what the loading raised, "wrapped" a :class:`viewer.core.errors.LoadError` of it.
            on_error: called with each error and the name of its item, on a worker thread; for example a
                :class:`viewer.core.Quarantine`.
            stand_in: makes the item that the caller gets in place of an error.
            size_of: returns the bytes an item takes, 0 or more; what it raises, the caller gets.
            cache: holds the items by position, in place of a dictionary and of ``behind``, and decides itself which go.
                It is used by one thread at a time, and must not ask for items. Where it raises, an item is loaded.
            storage: where the files are; what the operating system knows by default.
            keep: a folder to keep files in that were read, or True for the one where the window keeps its files, up to
                10 GB. The next run reads them from this disk, unless they were written anew. False keeps none.

        Raises:
            SequenceError: there are no pictures there.
            StorageError: the folder could not be listed.
            TypeError: there is nothing to load the items with.
            ValueError: a setting makes no sense.
            Exception: what ``hook`` raised.
        """
        options = Options(load, **settings)
        self._opened: OpenedItems[T] = OpenedItems(source, options)
        self._engine: Engine[T] = Engine(
            cast("Source[T]", self._opened.source),
            options.lanes(self._opened.source),
            Limits(options.ahead, options.behind, options.max_bytes),
            LookAhead(options.ahead, Repeat(options.repeat), options.predict),
            ItemFailures(
                options.retry_after,
                options.stand_in,
                f"The sequence was made in {caller()}.",
                wrap=options.errors == "wrapped",
            ),
            stall_after=options.stall_after,
            on_error=options.on_error,
            size_of=options.size_of,
            cache=options.cache,
            below=Following(given) if isinstance(given := self._opened.given, LazyView) else None,
        )
        self.changes = self._engine.changes
        self.below = self._opened.below
        self._listing = threading.Lock()  # two listings at once would each move the items from where they were
        lock_anew(self, "_listing")
        self._confirmer = Confirmer(self._opened.read.storage)
        if options.hook is not None:
            self._engine.start()
        for part in (self._engine, self._confirmer):
            weakref.finalize(self, part.drop).atexit = False

    @property
    def sequence(self) -> FrameSequence | None:
        """The names and numbers of the files, if it was made of a folder, a pattern or a sequence."""
        return self._opened.sequence

    def numbering(self) -> Numbering:
        """Returns what has the numbers and paths of the items; raises ValueError as :attr:`numbers` does."""
        with self.changes.settled():
            return self._opened.numbering(lambda path: self._engine.stamps().get(path))

    def __len__(self) -> int:
        return len(self._opened.items)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self._opened.items, position)

    def refresh(self, timeout: float | None = None) -> tuple[int, ...]:
        """Lists the folder again, and confirms that the items are those of the files that are there now; blocking.

        Files added since appear. Then the storage is asked about the file of each item in memory, many at once: one
        round trip each, and no bytes. An item whose file has another size or date, or is gone, is forgotten, and is
        loaded anew when it is asked for, or ahead; so is one that failed and whose file has changed. What is being read
        meanwhile is read again if its file turns out to be another. Only files are asked about: of items that a
        function loads, and of those of a view, nothing is known; see :meth:`reload`.

        Args:
            timeout: seconds to wait for the share at most, the listing included.

        Returns:
            The positions of the items that were forgotten, as they are after the listing, in ascending order.

        Raises:
            SequenceError: no picture in the folder fits the pattern any more, or the folder is a file by now.
            ShareAwayError: the share did not answer; what could not be asked stays in memory, unconfirmed, and all else
                is confirmed. So it is with every error but that of the listing, after which nothing has changed. A
                folder that holds no pictures any more, or is gone, counts as a share that is not mounted.
            StorageError: the folder could not be listed, or a file could not be looked at.
            TimeoutError: not all answers came in time, or not the listing.
            CancelledError: it was closed meanwhile.
            ValueError: it was closed before.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._listing.acquire(timeout=-1 if timeout is None else max(0.0, timeout)):
            raise TimeoutError("Another refresh still waits for the share.")
        try:
            if is_folder(self._opened.given):  # listed on another thread, as a share may hang
                found = self._confirmer.call(self._opened.listed, left_until(deadline))
                if (before := tuple(self._opened.items)) != (after := tuple(FramePaths(found))):
                    self._engine.replace_source(partial(self._opened.take, found), moves(before, after))
        finally:
            self._listing.release()
        known = self._engine.stamps(followed=True) if self._opened.are_files else {}
        answers = self._confirmer.ask(known, left_until(deadline))
        changed = self._engine.forget(lambda origins, source: origins.changed(answers.stamps, source))
        if answers.error is not None:
            raise answers.error
        return changed

    def reload(self, index: SupportsIndex | slice) -> None:
        """Forgets an item, or those of a slice: each is loaded anew when it is asked for next, or ahead.

        A load under way begins again; a file kept on this disk is read from its share. Does not block.

        Raises:
            DeadlockError: a load or ``on_error`` of this prefetcher asks: items could reload each other for ever.
            IndexError: there is no such position.
            ValueError: it is closed.
        """
        refuse_in_load(self._engine)
        positions = range(len(self))[index] if isinstance(index, slice) else [position_in(self, index)]
        self._opened.forget_files(positions)
        self._engine.forget(lambda _origins, _source: positions)

    def plain(self) -> Sequence[T]:
        """Returns the same items as a sequence that loads each on the thread that asks for it; it can be pickled."""
        return self._opened.plain()

    def close(self) -> None:
        """Stops the loading, cancels the futures, and ends the workers, within about 0.1 s."""
        self._engine.close(CLOSE_WITHIN)
        self._confirmer.close(CLOSE_WITHIN)
        self._opened.controls.remember()

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    async def __aexit__(self, *exc_info: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process opens the sequence anew: nothing that is in memory goes there."""
        return partial(Prefetcher, **vars(self._opened.options)), (self._opened.given,)

    def _item(self, position: int) -> T:
        return self._engine.get(position)

    def _assign(self, position: int, value: T) -> None:
        self._opened.assign(position, value)
        self._engine.replace(position, value)

    def _sliced(self, key: slice) -> View[T]:
        view = sliced(self, key)
        if isinstance(view, Reordered) and isinstance(view.positions, range) and view.sequence is self:
            return Slice(self, view.positions)
        return View(view)


class Slice(View[T]):
    """A slice of a prefetcher: a request through it says the stride, from the first item on."""

    sequence: Any  # a Reordered of the prefetcher, or of what was put in its place

    def __init__(self, frames: Sequence[T], positions: range) -> None:
        super().__init__(Reordered(frames, positions))
        self._positions = positions

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        is_backwards = self._positions.step < 0  # else all behind one that is gone are gone too
        return position < len(self._positions) and (
            is_backwards or reaches(self.sequence.sequence, self._positions[position])
        )

    def _item(self, position: int) -> T:
        frames, positions = self.sequence.sequence, self._positions
        if isinstance(frames, Prefetcher):
            item: T = frames.get(positions[position], stride=positions.step)
        else:
            item = frames[positions[position]]
        return item
