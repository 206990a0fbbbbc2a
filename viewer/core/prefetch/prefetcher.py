"""The core for scripts: a sequence whose next items are in memory before they are asked for. No Qt.

>>> with Prefetcher("/shots/take_7") as frames:  # doctest: +SKIP
...     for frame in frames:
...         print(frame.mean())
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, cast, overload

from viewer.core.executor import waited_for
from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import sequential
from viewer.core.prefetch.engine import ALONE, Engine
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.files import FileSource, Kind, ReadControls, found_sequence
from viewer.core.prefetch.look_ahead import LookAhead
from viewer.core.prefetch.memory import MISSING, SPARE, Limits, Missing
from viewer.core.prefetch.one_range import FrameDecoder
from viewer.core.prefetch.options import Options, check_source
from viewer.core.prefetch.plain import FileReader, FramePaths, MapChain, PlainItems, are_paths
from viewer.core.prefetch.refresh import Confirmer
from viewer.core.prefetch.sources import ItemSource, size_in_memory
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.units import GB
from viewer.core.views.batched import Batched
from viewer.core.views.inspected import Inspected
from viewer.core.views.repeated import Cycled
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import ItemByItem, LazyView, Reordered, caller, reaches, rebased, sliced
from viewer.core.workers.backend import BackEnd

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, MutableMapping, Sequence
    from concurrent.futures import Future

    from typing_extensions import TypeVar

    from viewer.core.prefetch.access import AccessPattern
    from viewer.core.prefetch.one_range import OneRange
    from viewer.core.prefetch.sources import Source
    from viewer.core.prefetch.statistics import Statistics
    from viewer.core.storage.storage import Storage

    T = TypeVar("T", default=Any)
    U = TypeVar("U", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")
    U = TypeVar("U")

CLOSE_WITHIN = 0.1
"""Seconds that workers are given to end; one stuck in a dead share is left behind and does not hold up the program."""


class LazySequence(LazyView[T]):
    """A sequence whose items are made when they are asked for, with methods that make others of it.

    Indices and slices follow Python's rules for lists; a slice is again such a sequence, and loads nothing.
    """

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: SupportsIndex) -> T: ...
        @overload
        def __getitem__(self, index: slice) -> View[T]: ...
        def __getitem__(self, index: SupportsIndex | slice) -> T | View[T]: ...

    def map(self, function: Callable[..., U], *others: Sequence[Any]) -> View[U]:
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

    def batched(self, size: int, *, drop_last: bool = False) -> View[Any]:
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

    def prefetch(self, **settings: Any) -> Prefetcher[T]:  # noqa: ANN401 - those of Prefetcher
        """Returns the same items, made before they are asked for; for ``settings`` see :class:`Prefetcher`."""
        return Prefetcher(self, **settings)

    def to_dask(self, **settings: Any) -> Any:  # noqa: ANN401 - a dask array, which may not be installed
        """Returns the frames as one dask array; see :func:`viewer.core.export.to_dask`."""
        from viewer.core.export import to_dask  # noqa: PLC0415 - only for those who have dask

        return to_dask(self, **settings)

    def to_torch(self, transform: Callable[[T], Any] | None = None) -> Any:  # noqa: ANN401 - a PyTorch data set
        """Returns a PyTorch ``Dataset`` of the items; see :func:`viewer.core.export.to_torch`."""
        from viewer.core.export import to_torch  # noqa: PLC0415 - only for those who have PyTorch

        return to_torch(self, transform)

    def _sliced(self, key: slice) -> View[T]:
        return View(sliced(self, key))


class View(LazySequence[T], ItemByItem[T]):
    """Any sequence, such as those of :mod:`viewer.core.views`, with the methods of a :class:`LazySequence`."""

    def __init__(self, sequence: Sequence[T]) -> None:
        self.sequence = sequence

    def _sliced(self, key: slice) -> View[T]:
        return View(sliced(self.sequence, key))

    def _item(self, position: int) -> T:
        return self.sequence[position]

    def _assign(self, position: int, value: T) -> None:
        cast("Any", self.sequence)[position] = value


class Prefetcher(LazySequence[T]):
    """Items that are in memory before they are asked for; any thread may ask.

    ``frames[n]`` comes at once when it is in memory, and otherwise as soon as it alone can be loaded. What is likely to
    follow, by the direction and stride of the requests, loads meanwhile. Nothing is loaded before the first request.
    Close it, or use it in a ``with`` block; one that is dropped ends by itself.

    All callers get the same item: numpy arrays are read-only (``.copy()`` them to write), and Pillow images copy their
    pixels when they are drawn upon.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | FrameSequence | Sequence[Any],
        load: Callable[[Any], Any] | None = None,
        *,
        decode: Callable[[Any], T] | None = None,
        kind: str = Kind.ARRAY,
        range: tuple[float, float] | None = None,  # noqa: A002 - what the field calls black and white
        order: str = "sequences",
        filter: str = "",  # noqa: A002 - what it is called everywhere
        ahead: int = 10,
        behind: int = 10,
        max_bytes: int | None = GB,
        workers: int | None = None,
        decoders: int | None = None,
        backend: str = BackEnd.THREADS,
        start_method: str | None = None,
        hook: Callable[[int], object] | None = None,
        repeat: str = Repeat.ONCE,
        predict: Callable[[AccessPattern], Iterable[int]] = sequential,
        preview: Callable[[Any], T] | None = None,
        retry_after: float | None = 1.0,
        stall_after: float | None = 30.0,
        errors: str = "original",
        on_error: Callable[[BaseException, str], object] | None = None,
        stand_in: Callable[[BaseException], T] | None = None,
        size_of: Callable[[T], int] = size_in_memory,
        cache: MutableMapping[int, T] | None = None,
        storage: Storage | None = None,
        keep: bool | str | os.PathLike[str] = False,
    ) -> None:
        """Gets ready and loads nothing; lists the folder, blocking, if ``source`` is one.

        Args:
            source: a folder, of which the longest sequence is taken; a file of several pages, as TIFF and GIF can be; a
                pattern such as ``shot.####.png`` or ``cam2_{frame}_*.png``; a sequence; paths of files; any items that
                ``load`` can load; or lazy ones such as ``frames.map(f)``. A list that grows is followed.
            load: called with an item, or with the path of a file, on a worker; the caller gets its result. Without it,
                files are read and decoded, and lazy items are asked for.
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
            size_of: returns the bytes an item takes.
            cache: holds the items by position, in place of a dictionary and of ``behind``, and decides itself which go.
                It is used by one thread at a time.
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
        self._options = options = Options(
            load=load,
            decode=decode,
            kind=kind,
            range=range,
            order=order,
            filter=filter,
            ahead=ahead,
            behind=behind,
            max_bytes=max_bytes,
            workers=workers,
            decoders=decoders,
            backend=backend,
            start_method=start_method,
            hook=hook,
            repeat=repeat,
            predict=predict,
            preview=preview,
            retry_after=retry_after,
            stall_after=stall_after,
            errors=errors,
            on_error=on_error,
            stand_in=stand_in,
            size_of=size_of,
            cache=cache,
            storage=storage,
            keep=keep,
        )
        check_source(source, options.rule)
        self._opened = source
        self._reader = FileReader(storage, keep)
        self._sequence: FrameSequence | None = None
        if isinstance(source, str | os.PathLike):
            self._sequence = waited_for(
                partial(found_sequence, self._reader.storage, os.fspath(source), rule=options.rule)
            )
        elif isinstance(source, FrameSequence):
            self._sequence = source
        self._items = cast("Sequence[Any]", source) if self._sequence is None else FramePaths(self._sequence)
        self._controls = ReadControls(*options.reads())
        if options.load is None and are_paths(self._items) and len(self._items):
            self._controls.recall(os.fspath(self._items[0]))
        self._one_range = options.one_range()
        self._source = made = self._source_of(self._items)
        self._engine: Engine[T] = Engine(
            cast("Source[T]", made),
            options.lanes(made),
            Limits(ahead, behind, max_bytes),
            LookAhead(ahead, Repeat(repeat), predict),
            ItemFailures(retry_after, stand_in, f"The sequence was made in {caller()}.", wrap=errors == "wrapped"),
            stall_after=stall_after,
            on_error=on_error,
            size_of=size_of,
            cache=cache,
        )
        self._listing = threading.Lock()  # two listings at once would each move the items from where they were
        self._confirmer = Confirmer(self._reader.storage)
        if hook is not None:
            self._engine.start()
        for part in (self._engine, self._confirmer):
            weakref.finalize(self, part.drop).atexit = False

    @property
    def sequence(self) -> FrameSequence | None:
        """The names and numbers of the files, if it was made of a folder, a pattern or a sequence."""
        return self._sequence

    def __len__(self) -> int:
        return len(self._items)

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return reaches(self._items, position)

    def get(self, index: SupportsIndex, timeout: float | None = None) -> T:
        """Returns the item at ``index``, at once if it is in memory.

        Args:
            index: its position, from 0; negative ones count from the end, as in a list.
            timeout: seconds to wait at most; the loading goes on after that.

        Raises:
            IndexError: there is no such position.
            TimeoutError: it did not come in time.
            CancelledError: it was closed meanwhile.
            ValueError: it is closed.
            BaseException: what the loading raised, with the item's name and the place where this sequence was made in
                notes. Until it is to be tried again, the last error is raised at once.
        """
        return self._engine.get(self._position(index), timeout)

    def step_to(self, position: int, stride: int) -> T:
        """Returns the item at ``position``, which exists, for a caller that adds ``stride`` next; as :meth:`get`."""
        return self._engine.get(position, stride=stride)

    def future(self, index: SupportsIndex) -> Future[T]:
        """Returns a future of the item at ``index``; does not block. Otherwise as :meth:`get`.

        A caller that waits in :meth:`get` or :meth:`aget` also notices when a load hangs. With a future alone nothing
        does: its item then holds up the look-ahead until the next request.
        """
        future = self._engine.future(self._position(index))
        future.add_done_callback(lambda _future, _self=self: None)  # type: ignore[misc]  # or it could end before it is done
        return future

    async def aget(self, index: SupportsIndex) -> T:
        """Returns the item at ``index``, letting the event loop run meanwhile. Otherwise as :meth:`get`."""
        import asyncio  # noqa: PLC0415 - most scripts do without

        future = asyncio.wrap_future(self.future(index))
        try:
            while not future.done():
                await asyncio.wait([future], timeout=ALONE)
                self._engine.tick()
            return future.result()
        finally:
            future.cancel()  # the caller waits no more

    async def __aiter__(self) -> AsyncIterator[T]:
        position = 0
        while self.reaches(position):
            yield await self.aget(position)
            position += 1

    def peek(self, index: SupportsIndex) -> T | Missing:
        """Returns the item at ``index`` if it is in memory, and :data:`MISSING` otherwise; loads and waits never."""
        return self._engine.peek(self._position(index))

    def ready(self, index: SupportsIndex) -> bool:
        """Returns whether the item at ``index`` is in memory."""
        return self.peek(index) is not MISSING

    def improving(self, index: SupportsIndex, timeout: float | None = None) -> Iterator[T]:
        """Yields a quick, lesser form of the item at ``index`` if there is one before the item, and then the item.

        For JPEG files that is the picture at an eighth of its size or the next above 320 pixels; else see ``preview``.
        ``timeout`` is for each of the two. Raises as :meth:`get` does.
        """
        preview, item = self._engine.preview(self._position(index))
        first = preview.result(timeout)
        if not isinstance(first, Missing):
            yield first
        yield item.result(timeout)

    def keep(self, *indices: SupportsIndex) -> None:
        """Keeps these items in memory, once they are there, beyond ``behind``."""
        self._engine.keep([self._position(index) for index in indices])

    def release(self, *indices: SupportsIndex) -> None:
        """Ends the effect of :meth:`keep`."""
        self._engine.release([self._position(index) for index in indices])

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
        """Loads an item that failed, or any that did, anew at the next request, without a pause."""
        self._engine.retry(None if index is None else self._position(index))

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
            self._list_again(_left(deadline))
        finally:
            self._listing.release()
        known = self._engine.stamps() if isinstance(self._source, FileSource) else {}
        answers = self._confirmer.ask(known, _left(deadline))
        changed = self._engine.forget(lambda origins, source: origins.changed(answers.stamps, source))
        if answers.error is not None:
            raise answers.error
        return changed

    def reload(self, index: SupportsIndex | slice) -> None:
        """Forgets an item, or those of a slice: each is loaded anew when it is asked for next, or ahead.

        A load under way begins again; a file kept on this disk is read from its share. Does not block.

        Raises:
            IndexError: there is no such position.
            ValueError: it is closed.
        """
        positions = range(len(self))[index] if isinstance(index, slice) else [self._position(index)]
        if isinstance(self._source, FileSource):
            for position in positions:
                self._reader.storage.forget(self._source.name(position))
        self._engine.forget(lambda _origins, _source: positions)

    def plain(self) -> Sequence[T]:
        """Returns the same items as a sequence that loads each on the thread that asks for it; it can be pickled."""
        options = self._options
        in_files = options.load is None and isinstance(self._source, FileSource)
        items = tuple(self._items) if in_files or self._sequence is not None else self._items
        if not in_files:
            return PlainItems(items, options.load, options.decode)
        if self._one_range is not None:
            return PlainItems(items, self._reader, FrameDecoder(self._one_range, items, self._reader))
        return PlainItems(items, self._reader, options.file_decoder() or bytes)

    def rebased(self, change: Callable[[Sequence[Any]], Sequence[Any]]) -> Sequence[T]:
        """Returns ``change`` of this sequence, as the views begin here."""
        return change(self)

    def close(self) -> None:
        """Stops the loading, cancels the futures, and ends the workers, within about 0.1 s."""
        self._engine.close(CLOSE_WITHIN)
        self._confirmer.close(CLOSE_WITHIN)
        self._controls.remember()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process opens the sequence anew: nothing that is in memory goes there."""
        return partial(Prefetcher, **vars(self._options)), (self._opened,)

    def _list_again(self, timeout: float | None) -> None:
        """Takes the files that the folder or the pattern names now; listed on another thread, as a share may hang."""
        opened = self._opened
        if not isinstance(opened, str | os.PathLike):
            return
        how = os.fspath(opened), self._sequence, self._options.rule
        found = self._confirmer.call(partial(found_sequence, self._reader.storage, *how), timeout)
        before, after = self._items, FramePaths(found)
        positions = {path: position for position, path in enumerate(after)}
        self._sequence, self._items = found, after
        self._source = self._source_of(after)
        self._engine.replace_source(self._source, lambda position: positions.get(before[position]))

    def _source_of(self, items: Sequence[Any]) -> FileSource | ItemSource[T]:
        return _source_of(items, self._options, self._reader.storage, self._controls, self._one_range)

    def _item(self, position: int) -> T:
        return self._engine.get(position)

    def _assign(self, position: int, value: T) -> None:
        if self._options.load is not None or self._sequence is not None:
            raise TypeError("Items that are loaded by a function or from files cannot be assigned.")
        cast("Any", self._items)[position] = value
        if isinstance(self._source, ItemSource):
            self._source.renew()
        self._engine.replace(position, value)

    def _sliced(self, key: slice) -> View[T]:
        view = sliced(self, key)
        if isinstance(view, Reordered) and isinstance(view.positions, range) and view.sequence is self:
            return Slice(self, view.positions)
        return View(view)


class Slice(View[T]):
    """A slice of a prefetcher: a request through it says the stride, from the first item on."""

    def __init__(self, frames: Prefetcher[T], positions: range) -> None:
        super().__init__(Reordered(frames, positions))
        self._frames = frames
        self._positions = positions

    def reaches(self, position: int) -> bool:
        """Returns whether there is an item at ``position``, 0 or more."""
        return position < len(self._positions)

    def rebased(self, change: Callable[[Sequence[Any]], Sequence[Any]]) -> Sequence[T]:
        """Returns the same slice of another sequence; see :class:`viewer.core.views.view.LazyView`."""
        frames = change(self._frames)
        if isinstance(frames, Prefetcher):
            return Slice(frames, self._positions)
        return View(Reordered(frames, self._positions))

    def _item(self, position: int) -> T:
        return self._frames.step_to(self._positions[position], self._positions.step)


def _source_of(
    items: Sequence[Any],
    options: Options[T],
    storage: Storage,
    controls: ReadControls,
    one_range: OneRange | None,
) -> FileSource | ItemSource[T]:
    """Returns how ``items`` are loaded."""
    if options.load is not None:
        return ItemSource(items, options.load, options.decode, options.preview)
    if are_paths(items):
        most = None if options.max_bytes is None else max(SPARE // 4, options.max_bytes // 4)
        return FileSource(items, storage, options.file_decoder(), options.file_preview(), controls, one_range, most)
    if options.decode is None and (unmapped := _unmapped(items)) is not None:
        # The loading below waits, the map computes.
        return ItemSource(unmapped[0], None, unmapped[1], options.preview)
    if options.decode is None and options.backend == BackEnd.PROCESSES:
        # Each process loads the items requested and no more: there is no look-ahead there.
        items = rebased(items, lambda each: each.plain() if isinstance(each, Prefetcher) else each)
    return ItemSource(items, None, options.decode, options.preview)


def _left(deadline: float | None) -> float | None:
    """Returns the seconds until ``deadline``; None for as long as it takes."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _unmapped(items: Sequence[Any]) -> tuple[Sequence[Any], MapChain] | None:
    """Returns the items of a prefetcher below maps, and the maps as one function; None for any other sequence."""
    maps: list[Mapped[Any]] = []
    picks: list[Sequence[int]] = []
    below = items
    while not isinstance(_bare(below), Prefetcher):
        if isinstance(below, Mapped) and len(below.sequences) == 1:
            maps.append(below)
            below = below.sequences[0]
        elif isinstance(below, View | Reordered):
            picks += [below.positions] if isinstance(below, Reordered) else []
            below = below.sequence
        else:
            return None
    for positions in reversed(picks):
        below = Reordered(below, positions)
    return (below, MapChain(maps[::-1])) if maps else None


def _bare(sequence: Sequence[Any]) -> Sequence[Any]:
    """Returns the sequence that a view only wraps or picks from."""
    while isinstance(sequence, View | Reordered):
        sequence = sequence.sequence
    return sequence
