"""Loading what will be asked for next, and holding what was: one lock, a few threads, and no thread of its own."""

from __future__ import annotations

import itertools
import math
import sys
import threading
import time
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from viewer.core.errors import CancelledError, WorkerDiedError
from viewer.core.play.playhead import Repeat
from viewer.core.prefetch.access import AccessPattern, sequential
from viewer.core.prefetch.failures import ItemFailures
from viewer.core.prefetch.load import Lane, Load
from viewer.core.prefetch.memory import MISSING, ItemMemory, Limits, Missing
from viewer.core.prefetch.parallelism import Parallelism
from viewer.core.prefetch.sources import handed_out, made_read_only, size_in_memory
from viewer.core.prefetch.statistics import Counts, Statistics
from viewer.core.workers.pool import Job, PoolThread, WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping, Sequence

    from viewer.core.prefetch.sources import Source
    from viewer.core.workers.worker import Worker

T = TypeVar("T")
_Told: TypeAlias = "tuple[Future[Any], object, BaseException | None]"

ALONE = 1.0
"""Seconds for which an item that somebody waits for has the machine to itself at most: one that hangs must not stop all
look-ahead."""
GUESSES = 10
"""Guesses of a predictor that are looked at for each item to load ahead: it may go on for ever."""
MOVES_AT_MOST = 64
"""Hits that may wait for a thread to follow them; with more, whoever asks does it."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    """Those who wait for one item: for the item itself, and for its preview."""

    futures: list[Future[T]] = field(default_factory=list)
    previews: list[Future[T | Missing]] = field(default_factory=list)


class Engine(Generic[T]):
    """Loads the items of a source: the one asked for alone and at once, those likely to follow meanwhile.

    Any thread may call any method. A hit takes no lock that anybody holds for long: it is looked up without one, and
    where it leads is worked out by whoever has the lock next.
    """

    def __init__(
        self,
        source: Source[T],
        lanes: Sequence[Lane],
        limits: Limits,
        *,
        repeat: Repeat = Repeat.ONCE,
        predict: Callable[[AccessPattern], Iterable[int]] = sequential,
        retry_after: float | None = 1.0,
        stall_after: float | None = 30.0,
        wrap_errors: bool = False,
        on_error: Callable[[BaseException, str], object] | None = None,
        stand_in: Callable[[BaseException], T] | None = None,
        size_of: Callable[[T], int] = size_in_memory,
        cache: MutableMapping[int, T] | None = None,
        origin: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Loads nothing.

        Args:
            source: the items.
            lanes: how each of its stages is done.
            limits: how much is loaded ahead and held.
            repeat: what follows the last item.
            predict: yields the positions that are likely to follow, the likeliest first.
            retry_after: seconds until an item that failed is tried again, when it is asked for; doubled each time up to
                :data:`viewer.core.prefetch.failures.RETRY_AFTER_MOST`. None never tries again by itself.
            stall_after: seconds after which a thread that hangs is replaced by another, None for never.
            wrap_errors: whether errors come as :class:`viewer.core.errors.LoadError`.
            on_error: called with each error and the name of its item, on the thread that met it.
            stand_in: makes the item to hand out in place of raising an error.
            size_of: returns the bytes an item takes.
            cache: holds the items, in place of a plain dictionary and of ``limits.behind``; what it gives up is its own
                affair.
            origin: where the sequence was made, for errors.
            clock: the time in seconds, never going back.
        """
        self._source = source
        self._limits = limits
        self._repeat = repeat
        self._predict = predict
        self._stall_after = stall_after
        self._on_error = on_error
        self._size_of = size_of
        self._clock = clock
        self._at_once = [lane.at_once for lane in lanes]
        self._pace = Parallelism(lanes[0].at_once, lanes[0].cores)
        self._lock = threading.Lock()
        self._closed = False
        # What any thread looks at without the lock
        self._memory: ItemMemory[T] = ItemMemory(limits, cache)
        self._moves: deque[tuple[int, int | None]] = deque()
        self._is_full = False
        self._waits: deque[float] = deque()
        self._is_nudged = False
        self._is_pausing = False
        # What is wanted and under way
        self._course: AccessPattern | None = None
        self._window: Sequence[int] = ()
        self._scanned = 0
        self._waiting: OrderedDict[int, _Waiting[T]] = OrderedDict()
        self._loads: dict[int, Load] = {}
        self._stalled = 0
        self._failures: ItemFailures[T] = ItemFailures(retry_after, stand_in, origin, wrap=wrap_errors)
        self._counts = Counts(clock())
        self._pools = [
            WorkerPool(
                self._lock,
                partial(self._choose, stage),
                lane.make_worker,
                lane.at_once + 1 + lane.spare,
                lane.name,
                lane.niceness,
            )
            for stage, lane in enumerate(lanes)
        ]

    # Asking

    def get(self, position: int, timeout: float | None = None, stride: int | None = None) -> T:
        """Returns the item at ``position``, at once if it is here; blocks until it alone could be loaded.

        Args:
            position: which, from 0 on; it must exist.
            timeout: seconds to wait at most; the loading goes on after that.
            stride: what will be added to ``position`` next, where the caller knows.

        Raises:
            TimeoutError: it did not come in time.
            CancelledError: the engine was closed meanwhile.
            ValueError: it is closed.
            BaseException: what the loading raised, or a :class:`viewer.core.errors.LoadError` of it.
        """
        value = self._look_up(position)
        if not isinstance(value, Missing):
            self._moves.append((position, stride))
            # A thread works out where that leads, as it must not keep whoever asks; or the next load that ends, when as
            # many are under way as may be.
            if not self._is_nudged and not self._is_full:
                self._is_nudged = True
                self._pools[-1].run_soon(self._settle)
            elif len(self._moves) > MOVES_AT_MOST:
                self._settle()
            return handed_out(value)
        began = self._clock()
        future = _Waiter[T]()
        self._request(position, stride, future)
        try:
            return self._wait(future, None if timeout is None else began + timeout)
        finally:
            if future.cancel():  # nobody waits any more, so what others wait for may go on
                self.tick()
            del future  # or it and the error it holds would keep each other
            self._waits.append(self._clock() - began)

    def future(self, position: int, stride: int | None = None) -> Future[T]:
        """Returns a future of the item at ``position``; does not block. Otherwise as :meth:`get`."""
        future: Future[T] = Future()
        self._request(position, stride, future)
        return future

    def preview(self, position: int) -> tuple[Future[T | Missing], Future[T]]:
        """Returns futures of a quick, lesser form of the item, :data:`MISSING` if there is none, and of the item."""
        future: Future[T] = Future()
        preview: Future[T | Missing] = Future()
        with self._lock:
            waiting, failed = self._ask(position, None, future)
            if waiting is not None:
                waiting.previews.append(preview)
        if waiting is None:
            preview.set_result(MISSING)
        if failed is not None:
            _tell(future, *self._failures.outcome(failed))
        return preview, future

    def peek(self, position: int) -> T | Missing:
        """Returns the item at ``position`` if it is in memory, :data:`MISSING` otherwise; changes nothing."""
        value = self._look_up(position)
        return value if isinstance(value, Missing) else handed_out(value)

    def keep(self, positions: Iterable[int]) -> None:
        """Sees to it that these items stay in memory once they are there, beyond the limits."""
        with self._lock:
            self._memory.kept.update(positions)

    def release(self, positions: Iterable[int]) -> None:
        """Takes back :meth:`keep`."""
        with self._lock:
            self._memory.kept.difference_update(positions)
            self._make_room()
            self._wake()

    def replace(self, position: int, value: T | Missing) -> None:
        """Puts ``value`` in the place of an item that is held or under way; ``MISSING`` has it loaded anew."""
        with self._lock:
            load = self._loads.get(position)
            if load is not None:
                load.is_stale = True
            self._failures.forget(position)
            if position in self._memory:
                self._memory.give_up(position)
                if not isinstance(value, Missing):
                    self._memory.hold(position, value, self._size_of(value))
            self._plan()
            self._wake()

    def replace_source(self, source: Source[T], moved: Callable[[int], int | None]) -> None:
        """Takes another source in place of the first; what is held stays where ``moved`` tells its new position.

        Args:
            source: the items now; with as many stages as the first.
            moved: returns where an item is now, or None if it is gone.
        """
        with self._lock:
            self._memory.move({position: moved(position) for position in (*self._memory, *self._memory.kept)})
            for load in self._loads.values():
                load.is_stale = moved(load.position) != load.position
            self._failures.forget()
            self._source = source
            if self._course is not None:
                here = moved(self._course.position)
                self._course = None if here is None else self._course.moved_to(here, source.length())
            self._plan()
            self._wake()

    def retry(self, position: int | None = None) -> None:
        """Forgets that an item failed, or all of them: the next who asks has it loaded again."""
        with self._lock:
            self._failures.forget(position)
            self._scanned = 0
            self._wake()

    def failures(self) -> dict[int, BaseException]:
        """Returns the errors of the items that could not be loaded when they were tried last, by position."""
        with self._lock:
            return self._failures.errors()

    def statistics(self) -> Statistics:
        """Returns the counts since the start or the last reset."""
        with self._lock:
            self._follow()
            counts = self._counts
            return Statistics(
                counts.hits,
                counts.joined,
                counts.misses,
                counts.loads,
                counts.failures,
                self._memory.wasted,
                counts.loading,
                counts.waiting,
                self._clock() - counts.since,
                len(self._memory),
                self._memory.bytes,
                len(self._loads),
            )

    def reset_statistics(self) -> None:
        """Begins to count anew."""
        with self._lock:
            self._follow()
            self._memory.wasted = 0
            self._counts = Counts(self._clock())

    def start(self) -> None:
        """Starts all workers and waits until their hooks have run.

        Raises:
            Exception: what a hook raised; the engine is closed then.
        """
        try:
            self._pools[-1].start(self._at_once[-1] + 1)
        except BaseException:
            self.close(0.0)
            raise

    def tick(self) -> None:
        """Looks whether a load hangs, or has held back the others for long enough; for whoever waits, now and then."""
        with self._lock:
            self._wake()

    def close(self, timeout: float) -> None:
        """Stops the loading, tells everyone who waits, and ends the threads; those stuck after ``timeout`` are left."""
        with self._lock:
            self._closed = True
            told: list[Future[Any]] = []
            for waiting in self._waiting.values():
                told += [*waiting.futures, *waiting.previews]
            self._waiting.clear()
            for load in self._loads.values():
                self._cancel(load)
            stuck = [
                load.pool_thread
                for load in self._loads.values()
                if load.pool_thread is not None and load.pool_thread.is_abandoned
            ]
            self._memory.clear()
        for pool_thread in stuck:  # the threads do not know these any more
            pool_thread.worker.interrupt()
        error = CancelledError("The prefetcher was closed.")
        for future in told:
            _tell(future, None, error)
        deadline = time.monotonic() + timeout
        for pool in self._pools:
            pool.close(max(0.0, deadline - time.monotonic()))

    def drop(self) -> None:
        """Ends the threads when their jobs are done; called when nothing holds the engine any more. Takes no lock."""
        self._closed = True
        self._memory.drop()
        for pool in self._pools:
            pool.drop()

    def _request(self, position: int, stride: int | None, future: Future[T]) -> None:
        with self._lock:
            _, failed = self._ask(position, stride, future)
        if failed is not None:
            _tell(future, *self._failures.outcome(failed))

    # With the lock held: what is asked for

    def _ask(
        self, position: int, stride: int | None, future: Future[T]
    ) -> tuple[_Waiting[T] | None, BaseException | None]:
        """Answers ``future`` if the item is here; else returns those who wait with it, or why there is none."""
        if self._closed:
            raise ValueError("The prefetcher is closed.")
        self._follow()
        self._move_to(position, stride)
        value = self._memory.values.get(position, MISSING)
        if not isinstance(value, Missing):
            self._counts.hits += 1
            self._memory.use(position)
            self._make_room()
            future.set_result(handed_out(value))
            self._wake()
            return None, None
        self._memory.forget(position)  # a cache of somebody's own may have given it up
        load = self._loads.get(position)
        if load is not None:
            self._counts.joined += 1
            if self._course is None or self._course.is_jump:
                self._hurry(load)  # who goes on step by step wants all of them to come as fast as they can
        elif self._is_waited_for(position):
            self._counts.joined += 1
        else:
            failed = self._failures.error(position, self._clock())
            if failed is not None:
                self._wake()
                return None, failed
            self._counts.misses += 1
        waiting = self._waiting.setdefault(position, _Waiting())
        self._waiting.move_to_end(position)  # the newest goes first
        # Whoever polls an item of a dead share leaves a future each time.
        waiting.futures = [*(each for each in waiting.futures if not each.done()), future]
        self._scanned = 0  # it is loaded even if no thread is free before whoever asked has gone
        self._wake()
        return waiting, None

    def _follow(self) -> None:
        """Takes note of the hits, and of how long others have waited, since the last time."""
        while self._waits:
            self._counts.waiting += self._waits.popleft()
        while self._moves:
            position, stride = self._moves.popleft()
            self._counts.hits += 1
            self._memory.use(position)
            self._move_to(position, stride)
            self._make_room()

    def _move_to(self, position: int, stride: int | None) -> None:
        length = self._source.length()
        before = self._course
        if before is None:
            self._course = AccessPattern(position, stride or 1, length, self._repeat)
        else:
            self._course = before.moved_to(position, length, stride)
            if self._course is before:
                return
            if not self._course.is_jump:
                self._pace.note_step()
                self._is_pausing = False
            elif len(self._pools) == 1:  # with two lanes, what is only read is not in the way of what is decoded
                self._pace.note_jump()
        self._plan()

    def _plan(self) -> None:
        """Works out what is wanted ahead, and lets go of what is being loaded but not wanted any more."""
        course = self._course
        if course is None:
            return
        ahead, behind = self._memory.room()
        depth = course.depth(ahead, behind)
        predicted = self._predicted(course, GUESSES * depth)
        if isinstance(predicted, range):
            self._window = predicted[:depth]
        else:
            end = math.inf if course.length is None else course.length
            near = (each for each in predicted if 0 <= each < end and each != course.position)
            self._window = tuple(dict.fromkeys(itertools.islice(near, 4 * depth)))[:depth]
        self._scanned = 0
        for load in self._loads.values():
            if not self._is_near(load.position):
                self._cancel(load)

    def _predicted(self, course: AccessPattern, most: int) -> Iterable[int]:
        try:
            guesses = self._predict(course)
            return guesses if self._predict is sequential else list(itertools.islice(guesses, most))
        except Exception:  # noqa: BLE001 - told; whoever only asked for an item is not to blame
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            return sequential(course)

    def _is_near(self, position: int) -> bool:
        """Returns whether a load is of use: also just behind, as somebody who has turned may turn again."""
        if position in self._window or self._is_waited_for(position):
            return True
        course = self._course
        if course is None:
            return True
        steps, between = divmod(abs(position - course.position), abs(course.stride))
        return not between and steps <= self._limits.ahead

    def _hurry(self, load: Load) -> None:
        if load.control is not None and not load.is_hurried and load.stage == 0:
            load.is_hurried = True
            load.control.hurry()

    def _cancel(self, load: Load) -> None:
        if load.control is not None and not load.is_cancelled and load.stage == 0:
            load.is_cancelled = True
            load.control.cancel()

    # With the lock held: what a thread does next

    def _wake(self) -> None:
        self._look_for_stalled(self._clock())
        for pool in self._pools:
            pool.wake()

    def _choose(self, stage: int) -> Job | None:
        if self._memory.given_up and stage == len(self._pools) - 1:
            given_up, self._memory.given_up = self._memory.given_up, []
            return partial(_let_go, given_up)
        now = self._clock()
        load = self._next_decode(now) if stage else self._next_wanted(now) or self._next_ahead(now)
        return None if load is None else partial(self._run, load)

    def _next_wanted(self, now: float) -> Load | None:
        """Begins to load what somebody waits for, the newest wish first."""
        for position in reversed(self._waiting):
            if position not in self._loads and self._is_waited_for(position):
                self._has_room()  # as far as there is any: it must come all the same
                return self._begin(position, now, is_cold=True)
        return None

    def _next_ahead(self, now: float) -> Load | None:
        """Begins to load what is likely to be asked for."""
        running = sum(load.stage == 0 and load.is_in_the_way for load in self._loads.values())
        self._is_full = running >= self._pace.at_once
        if self._is_full or self._is_pausing or (len(self._pools) == 1 and self._is_held_back(now)):
            return None
        course = self._course
        if course is None or self._limits.max_bytes == 0:
            return None
        while self._scanned <= len(self._window):  # the current item, and those likely to follow
            is_here = self._scanned == 0
            position = course.position if is_here else self._window[self._scanned - 1]
            is_due = self._is_due(position, now)
            if is_here and position in self._failures and position not in self._waiting:
                is_due = False  # nobody has asked since it failed
            if is_due and not self._has_room():
                return None
            self._scanned += 1  # once, or one that fails, or is not held, would be tried over and over
            if is_due:
                return self._begin(position, now)
        return None

    def _next_decode(self, now: float) -> Load | None:
        """Takes the next of those that were read, and lets go of those that nobody wants any more."""
        ready = {position: load for position, load in self._loads.items() if load.stage == 1 and not load.is_taken}
        if not ready:
            return None
        for position in reversed(self._waiting):
            if position in ready:
                return self._taken(ready[position], now)
        decoding = sum(load.stage == 1 and load.is_taken for load in self._loads.values())
        if decoding >= (self._at_once[1] if self._memory.largest is not None else 1) or self._is_held_back(now):
            return None
        for position in (*self._window, *ready):
            load = ready.pop(position, None)
            if load is not None and self._is_near(position):
                return self._taken(load, now)
            if load is not None:
                del self._loads[position]
                self._memory.wasted += 1
        return None

    def _begin(self, position: int, now: float, *, is_cold: bool = False) -> Load:
        load = Load(position, self._source.control(), is_cold, now)
        self._loads[position] = load
        if self._course is not None and position == self._course.position:
            self._scanned = max(self._scanned, 1)
        if is_cold:
            self._hurry(load)
        return self._taken(load, now)

    def _taken(self, load: Load, now: float) -> Load:
        load.is_taken, load.taken_at = True, now
        return load

    def _is_due(self, position: int, now: float) -> bool:
        """Returns whether an item is neither here nor under way, and may be tried."""
        is_there = position in self._memory or position in self._loads
        return not is_there and self._failures.error(position, now) is None

    def _is_held_back(self, now: float) -> bool:
        """Returns whether an item that somebody waits for should have the machine to itself."""
        return any(
            load.is_cold and now < load.began + ALONE and self._is_waited_for(load.position)
            for load in self._loads.values()
        )

    def _is_waited_for(self, position: int) -> bool:
        waiting = self._waiting.get(position)
        return waiting is not None and not all(future.done() for future in waiting.futures)

    def _has_room(self) -> bool:
        """Returns whether one more item may be loaded, the ones under way included."""
        largest = self._memory.largest
        if self._limits.max_bytes is None:
            return True
        if largest is None:
            # The first tells how large they are. What is only read meanwhile, and not yet decoded, is small.
            return len(self._pools) > 1 or not self._loads
        return self._make_room((len(self._loads) + 1) * largest)

    def _look_for_stalled(self, now: float) -> None:
        """Puts other threads in the place of those that hang; as many as there are at most."""
        if self._stall_after is None:
            return
        for load in self._loads.values():
            pool_thread = load.pool_thread
            hangs = pool_thread is not None and not pool_thread.is_abandoned and now - load.taken_at > self._stall_after
            if pool_thread is not None and hangs and self._stalled < self._at_once[load.stage]:
                self._pools[load.stage].abandon(pool_thread)
                self._stalled += 1

    # On a thread, without the lock

    def _run(self, load: Load, pool_thread: PoolThread) -> Job | None:
        """Does what is next for a load; returns what the same thread is to do then, if that was chosen already."""
        load.pool_thread, stage, following = pool_thread, load.stage, None
        if self._memory.given_up:
            with self._lock:
                given_up, self._memory.given_up = self._memory.given_up, []
            del given_up  # what had to go for this item is gone before it comes
        began, computed = self._clock(), time.thread_time()
        value, size, error = self._tried(load, pool_thread.worker)
        taken, computing = self._clock() - began, time.thread_time() - computed
        with self._lock:
            if stage == 0 and error is None:
                self._pace.note_load(taken, computing, is_of_use=load.position in self._window)
            told, failed = self._ended(load, value, size, error, pool_thread)
            # Nothing may come between this load and the next that somebody else's callbacks could hold up.
            if failed is None and not pool_thread.is_abandoned and all(isinstance(each[0], _Waiter) for each in told):
                following = None if self._closed else self._choose(stage)
                self._wake_others(pool_thread)
            else:
                self._wake()
            del value
        if failed is not None:
            self._tell_hook(failed, load.position)
        for future, outcome, its_error in told:
            if its_error is None:
                _tell(future, outcome)
            else:
                _tell(future, *self._failures.outcome(its_error))
        del error, failed, told
        return following

    def _tried(self, load: Load, worker: Worker) -> tuple[Any, int, BaseException | None]:
        """Returns what a stage brings, its size in bytes if it is the item, and what went wrong."""
        try:
            value = self._stage(load, worker)
            if load.stage < len(self._pools) - 1:
                return value, 0, None
            value = made_read_only(value)
            return value, self._size_of(value), None
        except BaseException as error:  # noqa: BLE001 - told to whoever asked; a thread outlives whatever it loads
            if not load.was_given_up(error) and not self._closed:
                self._failures.annotate(error, self._source.name, load.position)
            return MISSING, 0, error

    def _tell_hook(self, error: BaseException, position: int) -> None:
        if self._on_error is None:
            return
        try:
            self._on_error(error, self._source.name(position))
        except BaseException:  # noqa: BLE001 - the hook's own fault is told, and no item suffers
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _stage(self, load: Load, worker: Worker) -> Any:  # noqa: ANN401 - what a stage brings
        if load.stage == len(self._pools) - 1:
            self._tell_preview(load, worker)
        try:
            return self._source.run(load.stage, worker, load.position, load.before, load.control)
        except WorkerDiedError:
            if load.is_tried_again or self._closed:
                raise
            load.is_tried_again = True
            return self._source.run(load.stage, worker, load.position, load.before, load.control)

    def _tell_preview(self, load: Load, worker: Worker) -> None:
        """Hands the quick, lesser form to those who asked for it, before the item itself is made."""
        if not any(waiting.previews for waiting in (self._waiting.get(load.position),) if waiting is not None):
            return
        with self._lock:
            waiting = self._waiting.get(load.position)
            previews = [] if waiting is None else waiting.previews
            if waiting is not None:
                waiting.previews = []
        if not previews:
            return
        value: T | Missing = MISSING
        try:
            made = self._source.preview(worker, load.position, load.before)
            value = MISSING if made is None else made_read_only(made)
        except BaseException:  # noqa: BLE001 - there is none then; the item itself will tell what is wrong
            value = MISSING
        for preview in previews:
            _tell(preview, value)

    def _ended(
        self,
        load: Load,
        value: object,
        size: int,
        error: BaseException | None,
        pool_thread: PoolThread,
    ) -> tuple[list[_Told], BaseException | None]:
        """Takes in what a stage brought, with the lock held; returns who is to be told what, and a new failure."""
        if pool_thread.is_abandoned:
            self._stalled -= 1
        load.is_taken, load.pool_thread = False, None
        if load.stage == 0 and load.control is not None:
            load.control.end()
        position = load.position
        if self._closed:
            return [], None
        self._is_full = False
        self._follow()
        now = self._clock()
        if error is None and load.stage < len(self._pools) - 1 and not load.is_stale:
            load.stage += 1
            load.before = value
            return [], None
        del self._loads[position]
        self._counts.loading += now - load.began
        if load.is_stale or load.was_given_up(error):
            self._scanned = 0
            return [], None
        waiting = self._waiting.pop(position, _Waiting())
        told: list[_Told] = [(preview, MISSING, None) for preview in waiting.previews]
        if error is None:
            self._counts.loads += 1
            self._failures.forget(position)
            self._arrived(position, cast("T", value), size, is_used=bool(waiting.futures))
            told += [(future, handed_out(value), None) for future in waiting.futures]
            if load.is_cold and self._pace.pause:
                self._is_pausing = True
                self._pools[0].run_soon(self._look_ahead_again)
        elif isinstance(error, IndexError) and self._is_beyond(position):
            told += [(future, None, error) for future in waiting.futures]
            error = None
        else:
            self._counts.failures += 1
            self._failures.note(position, error, now)
            told += [(future, None, error) for future in waiting.futures]
        return told, error

    def _wake_others(self, pool_thread: PoolThread) -> None:
        """Hands out what there is to do now, but for what ``thread`` has chosen for itself."""
        for pool in self._pools:
            if pool_thread not in pool:
                pool.wake()

    def _arrived(self, position: int, value: T, size: int, *, is_used: bool) -> None:
        self._memory.hold(position, value, size)
        if is_used:
            self._memory.use(position)
        if len(self._window) > self._memory.room()[0]:
            self._plan()  # it was too large for all of the look-ahead
        self._make_room()

    def _make_room(self, for_bytes: int = 0) -> bool:
        course = self._course
        if course is None:
            return True
        return self._memory.make_room(course.position, self._window, forwards=course.stride > 0, for_bytes=for_bytes)

    def _is_beyond(self, position: int) -> bool:
        """Returns whether an item lies beyond the end of items that nobody has counted: then it is no failure."""
        length = self._source.length()
        return length is None or position >= length

    # Waiting

    def _look_up(self, position: int) -> T | Missing:
        if self._closed:
            raise ValueError("The prefetcher is closed.")
        if self._memory.is_own:
            return self._memory.values.get(position, MISSING)
        with self._lock:  # a cache of somebody's own may not stand two threads
            return self._memory.values.get(position, MISSING)

    def _look_ahead_again(self) -> None:
        """Ends the pause after an item that was jumped to; on a thread that has nothing else to do."""
        time.sleep(self._pace.pause)
        self._is_pausing = False
        self._settle()

    def _settle(self) -> None:
        """Takes note of the hits."""
        self._is_nudged = False
        with self._lock:
            self._follow()
            self._wake()

    def _wait(self, future: Future[T], deadline: float | None) -> T:
        """Waits for ``future``; whoever waits is also the clock that tells when a thread hangs."""
        tick = ALONE if self._stall_after is None else min(ALONE, self._stall_after)
        while True:
            left = math.inf if deadline is None else max(0.0, deadline - self._clock())
            try:
                return future.result(min(left, tick))
            except TimeoutError:
                if future.done():
                    return future.result()  # the loading's own
                if left <= tick:
                    raise TimeoutError("The item did not come in time; it goes on loading.") from None
            self.tick()


class _Waiter(Future[T]):
    """The future of somebody who waits right here: nobody else's callbacks hang on it."""


def _tell(future: Future[Any], value: object, error: BaseException | None = None) -> None:
    """Hands the value, or the error, to who waits, unless they have given up."""
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


def _let_go(given_up: list[object], _thread: PoolThread) -> None:
    given_up.clear()
