"""A script that looks at one picture after the other over a share: ours beside the peers, in one run.

Every loader waits L ms, as a share of that latency does, and then decodes a JPEG of 1080p; the consumer works for T ms
an item. Run it with ``python tests/benchmarks/bench_prefetch.py``; it takes five minutes, with ``--items 60`` two.
``--only runs``, ``walks``, ``hits``, ``tiny`` or ``arrays`` measures a part; ``--busy`` has the consumer compute, not
wait.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import random
import statistics
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
import pictures
from PIL import Image

from viewer.core.frame import Size
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.workers.backend import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import numpy.typing as npt

WAITS, WORKS = (5, 20, 100), (0, 10, 50)
"""Milliseconds."""
AHEAD = 10
READERS = 8
"""Reads that the ideal has at the same time."""
STEPS = 40
TINY_ITEMS, ARRAYS = 10_000, 200


class Loader:
    """Waits and decodes; counts."""

    def __init__(self, wait_ms: float) -> None:
        self._wait = wait_ms / 1000
        self._file = _jpeg()
        self.loads = 0

    def __call__(self, _item: int) -> npt.NDArray[np.uint8]:
        self.loads += 1
        if self._wait:
            time.sleep(self._wait)
        return np.asarray(Image.open(io.BytesIO(self._file)))


class Frames(Protocol):
    """What each way offers: items by position."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        """Returns an item."""


class Plain:
    """The plain loop."""

    def __init__(self, load: Loader, _count: int) -> None:
        self._load = load

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is to be ended."""

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        return self._load(position)


class Daemon(Plain):
    """A daemon thread that fills a dictionary."""

    def __init__(self, load: Loader, count: int) -> None:
        super().__init__(load, count)
        self._count = count
        self._items: dict[int, Any] = {}
        self._wanted = -1
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        with self._changed:
            self._wanted = position
            self._changed.notify_all()
            while position not in self._items:
                self._changed.wait()
            for old in [each for each in self._items if each < position - AHEAD]:
                del self._items[old]
            return self._items[position]

    def _run(self) -> None:
        while True:
            with self._changed:
                while (position := self._next()) is None:
                    if self._ended:
                        return
                    self._changed.wait()
                if self._ended:
                    return
            item = self._load(position)
            with self._changed:
                self._items[position] = item
                self._changed.notify_all()

    def _next(self) -> int | None:
        if self._wanted < 0:
            return None
        window = range(self._wanted, min(self._wanted + AHEAD + 1, self._count))
        return next((each for each in window if each not in self._items), None)


class Window(Plain):
    """A window of futures."""

    threads = 8

    def __init__(self, load: Loader, count: int) -> None:
        super().__init__(load, count)
        self._count = count
        self._pool = ThreadPoolExecutor(self.threads)
        self._futures: dict[int, Future[Any]] = {}

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        for each in range(position, min(position + AHEAD + 1, self._count)):
            if each not in self._futures:
                self._futures[each] = self._pool.submit(self._load, each)
        for old in [each for each in self._futures if not position - AHEAD <= each <= position + AHEAD]:
            self._futures.pop(old).cancel()
        return self._futures[position].result()


class Window4(Window):
    """The same on four threads."""

    threads = 4


class Window16(Window):
    """The same on sixteen threads."""

    threads = 16


class SeqTools(Plain):
    """seqtools."""

    def __init__(self, load: Loader, count: int) -> None:
        super().__init__(load, count)
        import seqtools  # noqa: PLC0415 - a peer that need not be installed

        mapped = seqtools.smap(load, range(count))
        self._items = seqtools.prefetch(mapped, nworkers=READERS, max_buffered=AHEAD)

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        return self._items[position]

    def __exit__(self, *_error: object) -> None:
        del self._items


class Predictive(Plain):
    """dynamic-prefetching-cache."""

    def __init__(self, load: Loader, count: int) -> None:
        super().__init__(load, count)
        import dynamic_prefetching_cache as peer  # noqa: PLC0415 - a peer that need not be installed

        class Provider:
            def load(self, key: int) -> Any:  # noqa: ANN401 - a picture
                if not 0 <= key < count:
                    raise KeyError(key)
                return load(key)

            def get_available_frames(self) -> set[int]:
                return set(range(count))

            def get_total_frames(self) -> int:
                return count

            def get_stats(self) -> dict[str, Any]:
                return {}

        predictor = peer.DistanceDecayPredictor(max_span=AHEAD)
        self._cache = peer.DynamicPrefetchingCache(Provider(), predictor, max_keys_cached=2 * AHEAD + 1)

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - a picture
        return self._cache.get(position)

    def __exit__(self, *_error: object) -> None:
        self._cache.close()


def ours(load: Loader, count: int) -> Frames:
    """Returns our own, as it comes."""
    return Prefetcher(range(count), load)


PEERS: dict[str, tuple[Callable[[Loader, int], Frames], str | None]] = {
    "daemon thread": (Daemon, None),
    "window, 4 threads": (Window4, None),
    "window, 8 threads": (Window, None),
    "window, 16 threads": (Window16, None),
    "seqtools": (SeqTools, "seqtools"),
    "predictive cache": (Predictive, "dynamic_prefetching_cache"),
}


def peers() -> dict[str, Callable[[Loader, int], Frames]]:
    """Returns the peers that are installed, and says which are not."""
    there = {}
    for name, (make, module) in PEERS.items():
        if module is None or importlib.util.find_spec(module):
            there[name] = make
        else:
            print(f"{name} is left out: {module} is not installed.")
    return there


class Run(NamedTuple):
    """One run: seconds, and the median of the time until an item came, after the first."""

    seconds: float
    median: float
    first: float


def run(make: Callable[[Loader, int], Frames], wait: int, work: Callable[[], None], count: int) -> Run:
    """Returns what a straight run took."""
    load, times = Loader(wait), []
    started = time.perf_counter()
    with make(load, count) as frames:
        for position in range(count):
            asked = time.perf_counter()
            frames[position]
            times.append(time.perf_counter() - asked)
            work()
        seconds = time.perf_counter() - started
    return Run(seconds, statistics.median(times[1:]), times[0])


def working(ms: int, *, busy: bool) -> Callable[[], None]:
    """Returns a consumer's work of ``ms``: waiting, or computing."""
    if not busy or not ms:
        return lambda: time.sleep(ms / 1000) if ms else None
    array = np.random.default_rng(1).random(200_000)

    def compute() -> None:
        end = time.perf_counter() + ms / 1000
        while time.perf_counter() < end:
            np.sqrt(array).sum()

    return compute


def decode_seconds() -> float:
    """Returns the seconds that one decode takes on an idle machine."""
    load = Loader(0)
    return statistics.median(_timed(lambda: load(0)) for _ in range(20))


def show_runs(count: int, *, busy: bool) -> None:
    """Prints straight runs: seconds of each way, ours as multiples of the best peer and of the ideal."""
    there, decode = peers(), decode_seconds()
    print(f"\n{count} items, one after the other; seconds. A decode takes {decode * 1000:.1f} ms.")
    names = " ".join(f"{name:>18}" for name in there)
    print(f"{'L':>4}{'T':>4}{'ideal':>8}{'ours':>8} {names}{'/best peer':>12}{'/ideal':>8}{'median wait':>13}")
    for wait in WAITS:
        for ms in WORKS:
            work = working(ms, busy=busy)
            mine = run(ours, wait, work, count)
            others = {name: run(make, wait, work, count).seconds for name, make in there.items()}
            mine = min(mine, run(ours, wait, work, count))
            ideal = count * max(decode / cores(), wait / 1000 / READERS, ms / 1000)
            best = min(others.values())
            row = " ".join(f"{seconds:18.2f}" for seconds in others.values())
            print(
                f"{wait:4}{ms:4}{ideal:8.2f}{mine.seconds:8.2f} {row}{mine.seconds / best:12.2f}"
                f"{mine.seconds / ideal:8.2f}{mine.median * 1e6:10.0f} us",
                flush=True,
            )


def show_walks(wait: int) -> None:
    """Prints how long jumps and steps back take, and how many loads they cost."""
    alone = decode_seconds() + wait / 1000
    print(f"\nOver L = {wait} ms: one load alone takes {alone * 1000:.0f} ms. Milliseconds, medians; loads an item.")
    columns = ("first item", "jumps", "(worst)", "loads", "back over seen", "loads", "back after a jump", "loads")
    print(f"{'':20}" + "".join(f"{name:>19}" for name in columns))
    for name, make in {"ours": ours, "plain loop": Plain, **peers()}.items():
        print(f"{name:20}" + "".join(f"{cell:>19}" for cell in _walks(make, wait)), flush=True)


def _walks(make: Callable[[Loader, int], Frames], wait: int) -> Sequence[str]:
    firsts = []
    for _ in range(6):  # the first of all is also that of a new thread
        with make(Loader(wait), 10_000) as frames:
            firsts.append(_timed(lambda frames=frames: frames[5000]))  # type: ignore[misc]
    load, chance = Loader(wait), random.Random(1)  # noqa: S311 - a game of chance, no secret
    with make(load, 10_000) as frames:
        frames[5000]
        jumps = [_timed(lambda position=position: frames[position]) for position in chance.sample(range(10_000), STEPS)]  # type: ignore[misc]
        loads_of_jumps = load.loads / (STEPS + 1)
        for position in range(3000, 3021):
            frames[position]
        _rest(load)
        before = load.loads
        seen = [_timed(lambda position=position: frames[position]) for position in range(3019, 3009, -1)]  # type: ignore[misc]
        loads_of_seen = (load.loads - before) / len(seen)
        frames[8000]
        _rest(load)
        before, back = load.loads, []
        for position in range(7999, 7999 - STEPS, -1):
            back.append(_timed(lambda position=position: frames[position]))  # type: ignore[misc]
            time.sleep(0.02)  # as long as a user looks at each
        loads_of_back = (load.loads - before) / len(back)
    times = [
        statistics.median(firsts),
        statistics.median(jumps),
        max(jumps),
        statistics.median(seen),
        statistics.median(back),
    ]
    texts = [f"{each * 1000:.2f}" for each in times]
    return (
        texts[0],
        texts[1],
        texts[2],
        f"{loads_of_jumps:.1f}",
        texts[3],
        f"{loads_of_seen:.1f}",
        texts[4],
        f"{loads_of_back:.1f}",
    )


def show_hits() -> None:
    """Prints how long it takes to get an item that is in memory, with threads and with processes."""
    print("\nMicroseconds to get an item that is in memory, 20 ms after the one before: median, 99th percentile")
    for backend in ("threads", "processes"):
        with Prefetcher(range(1000), Loader(5), backend=backend) as frames:
            frames[0]
            times: deque[float] = deque()
            for position in range(1, 200):
                time.sleep(0.02)
                is_ready = frames.ready(position)
                seconds = _timed(lambda position=position: frames[position])  # type: ignore[misc]
                if is_ready:
                    times.append(seconds * 1e6)
            print(f"{backend:12}{statistics.median(times):8.0f}{sorted(times)[int(0.99 * len(times))]:8.0f}")


def tiny(number: int) -> int:
    """Takes a microsecond."""
    return number


def array(number: int) -> npt.NDArray[np.float32]:
    """Returns the pixels of a frame: 8.3 MB."""
    return np.full((1080, 1920), number, np.float32)


def _window_of_ten() -> None:
    with ThreadPoolExecutor(READERS) as pool:
        futures: deque[Future[int]] = deque()
        for number in range(TINY_ITEMS):
            futures.append(pool.submit(tiny, number))
            if len(futures) == AHEAD:
                futures.popleft().result()


def _iterated(frames: Any, count: int) -> Callable[[], None]:  # noqa: ANN401 - ours or a peer's
    def go() -> None:
        for position in range(count):
            frames[position]

    return go


def show_tiny() -> None:
    """Prints the processor time of tiny items, of those in memory, and with many kept."""
    print("\nMicroseconds of processor time an item, all threads together: median of five runs")
    ratios, times = [], []
    for _ in range(5):
        with Prefetcher(range(TINY_ITEMS), tiny) as frames:
            mine = _processor_time(lambda frames=frames: deque(frames, 0)) / TINY_ITEMS  # type: ignore[misc]
        window = _processor_time(_window_of_ten) / TINY_ITEMS
        times.append((mine, window))
        ratios.append(mine / window)
    mine, window = (statistics.median(each) * 1e6 for each in zip(*times, strict=True))
    print(f"loaded       {mine:8.1f}, a window of ten futures {window:6.1f}: {statistics.median(ratios):.2f} times")
    with Prefetcher(range(1000), tiny, ahead=1000, behind=1000) as frames:
        deque(frames, 0)
        held = [_processor_time(lambda: deque(frames, 0)) / 1000 for _ in range(5)]
    print(f"in memory    {statistics.median(held) * 1e6:8.1f}")
    for count in (10, 3000):
        with Prefetcher(range(10_000), tiny) as frames:
            frames.keep(*range(count))
            _iterated(frames, count)()
            step = _processor_time(_iterated(frames[5000:], 1000)) / 1000
        print(f"{count:5} kept   {step * 1e6:8.1f}")


def show_arrays() -> None:
    """Prints how long large arrays take from processes; those of each way are read only as far as one pixel."""
    print(f"\nArrays of {array(0).nbytes / 1e6:.1f} MB from two processes: milliseconds an item, five runs")

    def ours() -> float:
        with Prefetcher(range(ARRAYS), array, backend="processes", workers=2, hook=abs) as frames:  # starts all
            _iterated(frames, ARRAYS // 4)()  # until all processes are there
            return _timed(_iterated(frames, ARRAYS))

    def peer() -> float:
        import seqtools  # noqa: PLC0415 - a peer that need not be installed

        mapped = seqtools.smap(array, range(ARRAYS))
        frames = seqtools.prefetch(mapped, nworkers=2, method="process", max_buffered=AHEAD, shm_size=2 * 10**8)
        _iterated(frames, ARRAYS // 4)()
        return _timed(_iterated(frames, ARRAYS))

    ways = {"ours": ours, **({"seqtools": peer} if importlib.util.find_spec("seqtools") else {})}
    runs = [{name: way() for name, way in ways.items()} for _ in range(5)]
    for name in ways:
        ratio = statistics.median(each["ours"] / each[name] for each in runs)
        seconds = statistics.median(each[name] for each in runs)
        print(f"{name:12}{seconds / ARRAYS * 1000:8.2f}   ours takes {ratio:.2f} times that")


def _processor_time(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _rest(load: Loader) -> None:
    before = -1
    while before != load.loads:
        before = load.loads
        time.sleep(0.3)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _jpeg() -> bytes:
    return pictures.encoded(Image.fromarray(pictures.noise(Size(1920, 1080))), "JPEG", quality=95)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["runs", "walks", "hits", "tiny", "arrays"])
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--busy", action="store_true")
    chosen = parser.parse_args()
    if chosen.only in {None, "runs"}:
        show_runs(chosen.items, busy=chosen.busy)
    if chosen.only in {None, "walks"}:
        show_walks(20)
    if chosen.only in {None, "hits"}:
        show_hits()
    if chosen.only in {None, "tiny"}:
        show_tiny()
    if chosen.only in {None, "arrays"}:
        show_arrays()


if __name__ == "__main__":
    main()
