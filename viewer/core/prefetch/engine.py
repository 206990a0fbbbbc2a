"""Loading the items that are likely to follow, and holding those used last: one lock, and few threads."""

from __future__ import annotations

import math
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from viewer.core.errors import CancelledError, NotReadAheadError
from viewer.core.executor import answer, report
from viewer.core.forks import after_fork
from viewer.core.futures import WatchedFuture
from viewer.core.locks import entrance, is_held, let_another_run, taking
from viewer.core.prefetch.choosing import ALONE, SOON, LoadChoice
from viewer.core.prefetch.following import Change, Changes, Following
from viewer.core.prefetch.hits import MOVES_AT_MOST, Hits
from viewer.core.prefetch.load import Loads
from viewer.core.prefetch.memory import MISSING, ItemMemory, Missing, free
from viewer.core.prefetch.refresh import ItemOrigins
from viewer.core.prefetch.stages import Stages
from viewer.core.prefetch.statistics import Counts, Statistics
from viewer.core.prefetch.waiting import BlockedFuture, Waiting
from viewer.core.values import handed_out, prepared, size_in_memory
from viewer.core.workers.pool import WorkerPool, is_in_load_of, this_thread
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping, Sequence
    from concurrent.futures import Future

    from viewer.core.prefetch.failures import ItemFailures
    from viewer.core.prefetch.following import Moved
    from viewer.core.prefetch.load import Lane, Load
    from viewer.core.prefetch.look_ahead import LookAhead
    from viewer.core.prefetch.memory import Limits
    from viewer.core.prefetch.sources import Source
    from viewer.core.storage.transfer import Stamp
    from viewer.core.workers.pool import Job, PoolThread

T = TypeVar("T")


class Engine(Generic[T]):
    """Loads the items of a source: the one asked for alone and at once, those likely to follow meanwhile.

    Any thread may call any method. A hit does not wait for the lock: it is looked up without one, and the thread that
    has the lock next works out where it leads.

    No caller is lost, whatever fails. A future is in one place, :class:`Waiting` or :attr:`Load.answers`, until it is
    answered; :meth:`_run` and :meth:`_choose`, the only ways of a thread in here, let no error out and answer with it
    those who wait; a load that waits for another gives its place to a further thread, and circles are an error.
    """

    def __init__(
        self,
        source: Source[T],
        lanes: Sequence[Lane],
        limits: Limits,
        look_ahead: LookAhead,
        failures: ItemFailures[T],
        *,
        stall_after: float | None = 30.0,
        on_error: Callable[[BaseException, str], object] | None = None,
        size_of: Callable[[T], int] = size_in_memory,
        cache: MutableMapping[int, T] | None = None,
        below: Following | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Loads nothing; there is a lane for each stage of ``source``.

        ``look_ahead`` and ``failures`` are the engine's from now on, ``below`` has what the source is made of, and
        ``clock`` returns seconds and never goes back. See :class:`viewer.core.prefetch.prefetcher.Prefetcher`.
        """
        self._source = source
        self._stall_after = stall_after
        self._clock = clock
        self._at_once = [lane.at_once for lane in lanes]
        self._lock = threading.RLock()
        self._closed = False
        self._below = below or Following()
        self.changes = Changes(self._below, self.catch_up)
        self._memory: ItemMemory[T] = ItemMemory(limits, cache)
        self._hits = Hits()
        self._ahead = look_ahead
        self._waiting: Waiting[T] = Waiting()
        self._loads, self._stalled, self._looks_at = Loads(), 0, -math.inf
        self._failures = failures
        known = self._memory, self._loads, self._waiting, failures
        self._choice = LoadChoice(source, lanes, limits, look_ahead, *known)
        self._stages = Stages(self, source, failures, self._waiting, size_of, on_error)
        self._origins = ItemOrigins(self._memory, self._loads, failures, self.changes)
        self._counts = Counts(clock())
        self._pools = [lane.pool(self._lock, partial(self._choose, stage)) for stage, lane in enumerate(lanes)]
        watch = WorkerPool(self._lock, self._choose_watch, InThread, 1, "lookahead-watch")
        self._all_pools = (*self._pools, watch)
        after_fork(self, lambda self: self._begin_anew())

    def _begin_anew(self) -> None:
        """Begins anew in a process that was forked, with nothing in memory; what was under way is so in the parent."""
        self._lock, self._hits, self._stalled = threading.RLock(), Hits(), 0
        for part in (self._memory, self._loads, self._failures):
            part.clear()
        self._choice.forget()
        self._waiting.end_after_fork()
        for pool in self._all_pools:
            pool.begin_anew(self._lock)

    # Asking

    def get(self, position: int, timeout: float | None = None, stride: int | None = None) -> T:
        """Returns the item at ``position``, which exists; at once if it is in memory, else blocks until it is loaded.

        The caller says ``stride`` if it knows what it will add to ``position`` next. Otherwise as
        :meth:`viewer.core.prefetch.prefetcher.Prefetcher.get`.
        """
        value = self._look_up(position)
        if value is not MISSING:
            if is_in_load_of(self) or is_held(self._lock):
                return handed_out(value)
            # A thread works out where that leads, as the caller must not wait for it; or the next load that ends.
            if self._hits.add(position, stride, is_busy=self._choice.is_full):
                self._pools[-1].run_soon(self._note_hits_soon)
            elif len(self._hits.moves) > MOVES_AT_MOST:
                self._note_hits_soon()
            return handed_out(value)
        began = self._clock()
        future = BlockedFuture[T](partial(self._loads.runner_of, position))
        tick = ALONE if self._stall_after is None else min(ALONE, self._stall_after)
        try:
            self._request(position, stride, future)
            deadline = None if timeout is None else began + timeout
            looks = not is_in_load_of(self)  # of many loads that wait for each other, the one who began looks for all
            return future.wait(deadline, self._clock, tick, self.tick if looks else bool)
        finally:
            if future.cancel():  # no caller waits for it any more, so the loads of others may go on
                self.tick()
            del future  # or it and the error it holds would keep each other
            self._hits.waits.append(self._clock() - began)

    def future(self, position: int) -> WatchedFuture[T]:
        """Returns a future of the item at ``position``; does not block. Otherwise as :meth:`get`."""
        future = WatchedFuture[T](partial(self._loads.runner_of, position), self._entered)
        self._request(position, None, future)
        return future

    def preview(self, position: int) -> tuple[Future[T | Missing], Future[T]]:
        """Returns futures of a quick, lesser form of the item, :data:`MISSING` if there is none, and of the item."""
        runner = partial(self._loads.runner_of, position)
        preview, future = WatchedFuture[T | Missing](runner, self._entered), WatchedFuture[T](runner, self._entered)
        self._request(position, None, future, preview)
        return preview, future

    def peek(self, position: int) -> T | Missing:
        """Returns the item at ``position`` if it is in memory, :data:`MISSING` otherwise; changes nothing."""
        value = self._look_up(position)
        return value if value is MISSING else handed_out(value)

    def keep(self, positions: Iterable[int]) -> None:
        """Keeps these items in memory once they are there, beyond the limits."""
        with self._entered():
            self._catch_up()
            self._memory.keep(positions)

    def release(self, positions: Iterable[int]) -> None:
        """Ends the effect of :meth:`keep`."""
        with self._entered():
            self._catch_up()
            self._memory.release(positions)
            self._choice.make_room()
            self._wake()

    def catch_up(self) -> None:
        """Takes in what became of the items below, as each request does."""
        with taking(self._lock):
            self._catch_up()

    def replace(self, position: int, value: T) -> None:
        """Puts ``value`` in the place of an item that is held or under way."""
        held = prepared(value)
        with self._entered(), self.changes.tell(Change({position}.__contains__)):
            self._catch_up()
            if self._origins.forget(position):
                self._memory.hold(position, held, self._stages.size(value))
            self._choice.plan()
            self._wake()

    def replace_source(self, renumber: Callable[[], Source[T]], moved: Moved) -> None:
        """Takes another source in place of the first, with as many stages: what ``renumber`` returns, called meanwhile.

        Items in memory stay: ``moved`` returns the new position of one, None if it is gone.
        """
        with self._entered(), self.changes.settled():  # or they would be numbered in another way than they are held
            self._source = self._stages.source = self._choice.source = renumber()
            self._change(Change(lambda _position: False, moved))

    def stamps(self, *, followed: bool = False) -> dict[str, Stamp | None]:
        """Returns which file each item was, by its name; see :meth:`ItemOrigins.stamps`."""
        with self._entered():
            return self._origins.stamps(self._source, followed=followed)

    def forget(self, choose: Callable[[ItemOrigins, Source[T]], Sequence[int]]) -> tuple[int, ...]:
        """Forgets items, so that each is loaded anew when it is asked for, or ahead; returns their positions.

        ``choose`` returns the positions; it is called with the lock held.
        """
        with self._entered():
            self._check_open()
            if chosen := choose(self._origins, self._source):
                self._change(Change({*chosen}.__contains__))
        return tuple(chosen)

    def retry(self, position: int | None = None) -> None:
        """Forgets that an item failed, or that any did: the next request loads it again."""
        with self._entered():
            self._catch_up()
            self._origins.forget_failure(position)
            self._ahead.scan_again()
            self._wake()

    def failures(self) -> dict[int, BaseException]:
        """Returns the errors of the items that could not be loaded when they were tried last, by position."""
        with self._entered():
            self._catch_up()
            return self._failures.errors()

    def statistics(self) -> Statistics:
        """Returns the counts since the start or the last reset."""
        with self._entered():
            self._note_hits()
            return self._counts.statistics(self._clock(), self._memory, len(self._loads))

    def reset_statistics(self) -> None:
        """Begins to count anew."""
        with self._entered():
            self._note_hits()
            self._memory.wasted = 0
            self._counts = Counts(self._clock())

    def start(self) -> None:
        """Starts all workers and waits until their hooks have run; closes the engine and raises if one does."""
        try:
            self._pools[-1].start(self._at_once[-1] + 1)
        except BaseException:
            self.close(0.0)
            raise

    def tick(self) -> None:
        """Looks whether a load hangs, or has held back the others for long enough; a caller that waits calls it."""
        with self._entered():
            self._wake()

    def close(self, timeout: float) -> None:
        """Stops the loading, cancels the futures, and ends the threads; leaves those stuck after ``timeout``."""
        with self._entered():
            self._closed = self._stages.is_closed = True
            futures = self._waiting.take_all()
            abandoned = self._loads.give_up()  # threads that the pools do not know any more
            self._memory.clear()
        for thread in abandoned:
            thread.worker.interrupt()
        for future in futures:
            answer(future, None, CancelledError("The prefetcher was closed."))
        deadline = time.monotonic() + timeout
        for pool in self._all_pools:
            pool.close(max(0.0, deadline - time.monotonic()))

    def drop(self) -> None:
        """Ends the threads when their jobs are done; called when nothing holds the engine any more. Takes no lock."""
        self._closed = self._stages.is_closed = True
        self._memory.drop()
        for pool in self._all_pools:
            pool.drop()

    def _entered(self) -> taking:
        """Returns the lock, to be taken for a caller; raises DeadlockError within what is called with it held."""
        self._memory.refuse_its_cache()
        return entrance(self._lock)

    def _request(
        self, position: int, stride: int | None, future: Future[T], preview: Future[T | Missing] | None = None
    ) -> None:
        thread, load, waits_here = this_thread(), None, isinstance(future, BlockedFuture)
        with self._entered():
            is_waiting, failed = self._ask(position, stride, future, preview)
            if thread is not None and is_waiting and waits_here:  # else what it loads could wait for its asker
                load = self._take_here(position, thread)
            if load is None:
                self._wake()
        if thread is not None and load is not None:
            self._run(load, thread, is_inner=True)
        elif is_waiting and not waits_here:
            let_another_run()  # the load or callback that asks is likely to wait
        if preview is not None and not is_waiting:
            preview.set_result(MISSING)
        if failed is not None:
            answer(future, *self._failures.outcome(failed))

    def _change(self, change: Change) -> None:
        self._origins.change(change)
        self._ahead.relocate(change.moved, self._source.length())
        self._choice.plan()
        self._wake()

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError("The prefetcher is closed.")
        self._catch_up()

    def _catch_up(self) -> None:
        if self._below.is_behind:
            self._source.renew()
            for change in self._below.take():
                self._change(change)

    # With the lock held: requests

    def _ask(
        self, position: int, stride: int | None, future: Future[T], preview: Future[T | Missing] | None
    ) -> tuple[bool, BaseException | None]:
        """Answers ``future`` if the item is in memory; returns whether it waits, and else the error if there is one."""
        self._check_open()
        self._note_hits()
        if not is_in_load_of(self) and self._choice.move_to(position, self._source.length(), stride):
            self._choice.plan()
        value = self._memory.values.get(position, MISSING)
        if value is not MISSING:
            self._counts.hits += 1
            self._memory.use(position)
            self._choice.make_room()
            future.set_result(handed_out(value))
            return False, None
        self._memory.forget(position)  # a cache of the caller's may have evicted it
        load = self._loads.get(position)
        if load is not None:
            self._counts.joined += 1
            if self._ahead.pattern is None or self._ahead.pattern.is_jump:
                load.hurry()  # a caller that goes on step by step wants all of them to come as fast as they can
        elif self._waiting.is_awaited(position):
            self._counts.joined += 1
        else:
            failed = self._failures.blocked(position, self._clock())
            if failed is not None:
                return False, failed
            self._counts.misses += 1
        self._waiting.add(position, future, preview)
        self._ahead.scan_again()  # it is loaded even if no thread is free before the caller has gone
        return True, None

    def _take_here(self, position: int, thread: PoolThread) -> Load | None:
        """Takes the next stage of an item for ``thread``, whose load asks for it, if that is of the same lane."""
        load, stage = self._loads.get(position), next((n for n, each in enumerate(self._pools) if thread in each), -1)
        if not thread.may_run(self) or stage != (0 if load is None else load.stage) or (load and load.is_taken):
            return None
        return self._choice.take(position, self._clock())

    def _note_hits(self) -> None:
        """Notes the hits, and how long callers have waited, since the last time."""
        while self._hits.waits:
            self._counts.waiting += self._hits.waits.popleft()
        if not self._hits.moves:
            return
        length, has_moved, moves = self._source.length(), False, self._hits.take()
        self._counts.hits += len(moves)
        for position, _ in moves:
            self._memory.use(position)
        for position, stride in self._ahead.skip_steps(moves):
            has_moved |= self._choice.move_to(position, length, stride)
        if has_moved:
            self._choice.plan()
        self._choice.make_room()

    def _wake(self) -> None:
        if self._stall_after is not None and self._clock() >= self._looks_at:
            self._looks_at = self._clock() + self._stall_after / 100
            for stage, thread in self._loads.hanging(self._clock(), self._stall_after):
                if self._stalled < self._at_once[stage]:  # so many are replaced at most
                    self._pools[stage].abandon(thread)
                    self._stalled += 1
        for pool in self._all_pools:
            pool.wake()

    def _choose(self, stage: int, *, goes_on: bool = False) -> Job | None:
        try:
            return self._chosen(stage, goes_on=goes_on)
        except BaseException as error:  # noqa: BLE001 - those who wait get it: for what they ask, nothing can be chosen
            if answers := self._waiting.take_all_but(self._loads, error):
                return lambda _thread: self._stages.answer(answers)
            report(error)
            return None

    def _chosen(self, stage: int, *, goes_on: bool) -> Job | None:
        """Returns the next job: for a thread that ``goes_on`` a load, so that no other need be woken in its place."""
        can_free, are_tiny = self._memory.evicted and stage == len(self._pools) - 1, self._choice.parallelism.are_tiny
        if can_free and not are_tiny and not goes_on:
            return partial(free, self._memory.take_evicted())
        load = self._choice.next_load(stage, self._clock())
        if load is not None:
            return partial(self._run, load)
        can_free = can_free and not (are_tiny and self._loads)
        return partial(free, self._memory.take_evicted()) if can_free else None

    def _run(self, load: Load, pool_thread: PoolThread, *, is_inner: bool = False) -> Job | None:
        """Runs the next stage of a load, ``is_inner`` within another; returns what the thread does then, if chosen."""
        try:
            return self._run_stage(load, pool_thread, is_inner=is_inner)
        except BaseException as error:  # noqa: BLE001 - the callers get it; what a load itself raises comes another way
            with self._lock:
                if self._loads.get(load.position) is load:
                    del self._loads[load.position]
                load.answers += self._waiting.take_answers(load.position, None, error)
            report(error)  # it may be no load's, so that no caller gets it
            self._stages.answer(load.answers)
            return None

    def _run_stage(self, load: Load, pool_thread: PoolThread, *, is_inner: bool) -> Job | None:
        load.pool_thread, stage, following = pool_thread, load.stage, None
        if self._memory.evicted:
            with self._lock:
                evicted = self._memory.take_evicted()
            del evicted  # their memory is free before the item comes for which they had to go
        computed = 0.0 if stage or self._choice.parallelism.are_tiny else time.thread_time()  # that takes a while
        began = self._clock()
        value, size, error = self._stages.run(load, pool_thread)
        ended = self._clock()
        computing = computed and time.thread_time() - computed
        with taking(self._lock):
            if pool_thread.is_abandoned:
                self._stalled -= 1
            if stage == 0 and error is None:
                is_of_use = load.position in self._ahead.positions
                self._choice.parallelism.note_load(ended - began, computing, is_of_use=is_of_use)
            failed = self._ended(load, value, size, error, ended)
            # Callbacks of a caller could take long: none may come between this load and the next.
            can_go_on = failed is None and not (is_inner or pool_thread.is_abandoned)
            if can_go_on and not (load.answers and any(type(each[0]) is not BlockedFuture for each in load.answers)):
                following = None if self._closed else self._choose(stage, goes_on=True)
                evicted = self._memory.take_evicted() if following else []
                is_alone = following is None or self._choice.parallelism.are_tiny
                for pool in self._all_pools:
                    if not (is_alone and pool is self._pools[stage]):
                        pool.wake()  # the end of this load may have made room for more than one
            else:
                evicted = []
                self._wake()
            del value
        del evicted
        if failed is not None:
            self._stages.report(failed, load.position)
        if load.answers:
            self._stages.answer(load.answers)
        del error, failed
        return following

    def _ended(
        self, load: Load, value: object, size: int, error: BaseException | None, now: float
    ) -> BaseException | None:
        """Takes in the result of a stage, with the lock held; notes who gets it, and returns a new failure."""
        load.end_stage()
        if self._closed or self._loads.get(load.position) is not load:  # or in a child that was forked by the load
            return None
        position = load.position
        self._choice.is_full = False
        self._catch_up()  # what it was made of may have changed since
        self._note_hits()
        if error is None and load.stage < len(self._pools) - 1 and not load.is_stale:
            load.stage += 1
            load.before = value
            return None
        del self._loads[position]
        self._counts.loading += now - load.began
        self._memory.are_large |= isinstance(error, NotReadAheadError)
        if load.is_stale or (error is not None and load.ended_cancelled(error)):
            self._ahead.scan_again()
            self._waiting.ask_again(position)
            return None
        load.answers = self._waiting.take_answers(position, value, error)
        self._origins.note(load)
        if error is None:
            self._counts.loads += 1
            if position in self._failures:
                self._origins.forget_failure(position)
            self._memory.hold(position, cast("T", value), size)
            if load.answers:
                self._memory.use(position)
            if len(self._ahead.positions) > self._memory.room()[0]:
                self._choice.plan()  # it was too large for all of the look-ahead
            self._choice.make_room()
            if load.is_on_demand and (pause := self._choice.begin_pause()):
                self._pools[0].run_soon(partial(self._note_hits_soon, pause))
        else:
            if isinstance(error, IndexError) and position >= (self._source.length() or 0):
                return None  # beyond the end of items that were never counted: no failure
            self._counts.failures += 1
            self._failures.note(position, error, now)
        return error

    def _look_up(self, position: int) -> T | Missing:
        if self._closed or (self._below.is_behind and not is_held(self._lock)):
            with self._entered():
                self._check_open()
        return self._memory.values.get(position, MISSING)

    def _note_hits_soon(self, pause: float = 0.0) -> None:
        """Notes the hits, and ends the pause after an item that was jumped to; on a thread without other work."""
        if pause:
            time.sleep(pause)
            self._choice.is_pausing = False
        self._hits.note_woken()
        with self._entered():
            self._note_hits()
            self._wake()

    def _choose_watch(self) -> Job | None:
        """Has a thread look every :data:`SOON` while loads are tiny: at hits, and whether one is not tiny after all."""
        is_busy = bool(self._loads) and self._ahead.has_more
        is_due = self._hits.watch(is_wanted=self._choice.parallelism.are_tiny, is_busy=is_busy)
        return (lambda _thread: self._note_hits_soon(SOON)) if is_due else None
