"""The threads that take jobs, each with a worker of its own."""

from __future__ import annotations

import queue
import sys
import threading
import time
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.executor import lower_priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.workers.worker import Worker


class Hand:
    """One thread, as the job that it runs sees it.

    Attributes:
        worker: what calls the functions for it.
        is_abandoned: whether another hand has taken its place because its job hangs; it ends with that job.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.is_abandoned = False


Job: TypeAlias = "Callable[[Hand], Job | None]"
"""What a hand does; it may return what the same hand is to do next, chosen with the lock held."""


class Hands:
    """A number of daemon threads, started when first needed, that ask for the next job when they have done one.

    The owner's lock guards the choice: ``choose`` is called with it held, by :meth:`wake` and by each hand that has
    done a job, so that no wish falls between two hands. Jobs run without it.
    """

    def __init__(
        self,
        lock: threading.Lock,
        choose: Callable[[], Job | None],
        make_worker: Callable[[int], Worker],
        count: int,
        name: str,
        niceness: int = 0,
    ) -> None:
        """Starts nothing.

        Args:
            lock: the owner's.
            choose: returns the next job, or None if there is nothing to do.
            make_worker: makes the worker of a hand from its number, from 0.
            count: how many jobs run at once, at least 1.
            name: what the threads are called.
            niceness: how far they step back behind others, on Linux.
        """
        self._lock = lock
        self._choose = choose
        self._make_worker = make_worker
        self._count = count
        self._name = name
        self._niceness = niceness
        self._jobs: queue.SimpleQueue[Job | _Errand | None] = queue.SimpleQueue()
        self._hands: dict[Hand, threading.Thread] = {}
        self._made = 0
        self._busy = 0
        self._closed = False

    def __contains__(self, hand: Hand) -> bool:
        """Returns whether a hand belongs here and was not abandoned; the lock must be held."""
        return hand in self._hands

    def wake(self) -> None:
        """Hands out jobs while there are any and a hand is free; the lock must be held."""
        while self._busy < self._count and not self._closed:
            job = self._choose()
            if job is None:
                return
            self._busy += 1
            if self._busy > len(self._hands):
                self._start(None)
            self._jobs.put(job)

    def start(self, count: int) -> None:
        """Starts ``count`` hands and waits until their workers are ready; without the lock, once.

        Raises:
            Exception: whatever the first hook that failed raised; the hands are closed then.
        """
        ready: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        with self._lock:
            for _ in range(count):
                self._start(ready)
        errors = [error for _ in range(count) if (error := ready.get()) is not None]
        if errors:
            self.close(1.0)
            raise errors[0]

    def abandon(self, hand: Hand) -> None:
        """Lets another hand take the place of one whose job hangs; the lock must be held."""
        if not hand.is_abandoned and hand in self._hands:
            hand.is_abandoned = True
            del self._hands[hand]
            self._busy -= 1

    def close(self, timeout: float) -> bool:
        """Takes no more jobs and waits for the running ones, ``timeout`` seconds at most; without the lock.

        Returns whether all hands have ended. One that is stuck is left behind; it never keeps the program from ending.
        """
        with self._lock:
            self._closed = True
            hands = dict(self._hands)
        for _ in hands:
            self._jobs.put(None)
        deadline = time.monotonic() + timeout
        for hand, thread in hands.items():
            hand.worker.interrupt()
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in hands.values())

    def nudge(self, errand: Callable[[], None]) -> None:
        """Has the next free hand run ``errand``, a quick one that takes the lock if it needs it; takes no lock.

        For whoever must not be kept waiting by what has to be worked out. It never runs if no hand was ever started.
        """
        self._jobs.put(_Errand(errand))

    def drop(self) -> None:
        """Ends the threads when they have done what they do; waits for nothing and takes no lock."""
        self._closed = True
        for _ in range(self._made):
            self._jobs.put(None)

    def _start(self, ready: queue.SimpleQueue[BaseException | None] | None) -> None:
        hand = Hand(self._make_worker(self._made))
        name = f"{self._name}-{self._made}"
        self._made += 1
        self._hands[hand] = thread = threading.Thread(target=self._work, args=(hand, ready), name=name, daemon=True)
        thread.start()

    def _work(self, hand: Hand, ready: queue.SimpleQueue[BaseException | None] | None) -> None:
        lower_priority(self._niceness)
        try:
            failed = _started(hand.worker)
            if ready is not None:
                ready.put(failed)
            while not hand.is_abandoned and (job := self._jobs.get()) is not None:
                if isinstance(job, _Errand):
                    job.run()
                else:
                    self._do(hand, job)
                del job  # or an idle hand would keep what its last job loaded
        finally:
            hand.worker.close()

    def _do(self, hand: Hand, job: Job | None) -> None:
        """Does ``job`` and those chosen after it."""
        while job is not None:
            following = None
            try:
                following = job(hand)
            except BaseException:  # noqa: BLE001 - told, and the hand goes on
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            with self._lock:
                if hand.is_abandoned:
                    return
                if following is None and not self._closed:
                    following = self._choose()
                if following is None:
                    self._busy -= 1
                else:
                    self.wake()  # its end may have made room for more than one
            job = following


class _Errand:
    """What a hand runs beside its jobs."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.run = run


def _started(worker: Worker) -> BaseException | None:
    try:
        worker.start()
    except BaseException as error:  # noqa: BLE001 - told to who made the hands
        return error
    return None
