"""Files of several pages: what a step costs, in both directions.

Run it with ``PYTHONPATH=.:tests python tests/benchmarks/bench_pages.py``; ``--only NAME`` runs one part. A bar that is
not met is printed, not raised: on a busy machine times grow.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import math
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pictures
import psutil  # type: ignore[import-untyped]
import tifffile
from benchmarks.bench_decode import held
from PIL import Image

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.frame import Size
from viewer.core.pages.animation import Animation, PageStore
from viewer.core.pages.paged import PagedStorage
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FRAMES = 300
PAGES = 500
MOST_TIMES = 1.2
"""Times that a page may take of what tifffile alone takes, which leaves it undecoded for a screen."""
SIZE = Size(640, 480)
STEP = 16.7
"""Milliseconds that a step to a page may take that has been passed before."""


def tell(what: str, figure: str, bar: str, *, met: bool) -> None:
    """Prints a figure, its bar and whether it is met."""
    print(f"{what:50} {figure:50} bar: {bar:30} {'met' if met else 'NOT MET'}", flush=True)


def add(what: str, figure: str) -> None:
    """Prints a figure that has no bar."""
    print(f"{what:50} {figure}", flush=True)


def steps(job: Callable[[int], object], indexes: Iterable[int]) -> list[float]:
    """Returns how long ``job`` takes for each index in turn, in ms, sorted."""
    times = []
    for index in indexes:
        start = time.perf_counter()
        job(index)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def described(times: list[float]) -> str:
    """Returns the mean, the median and the 99th percentile of sorted times in ms."""
    p99 = times[math.ceil(len(times) * 0.99) - 1]
    return f"{statistics.mean(times):.2f} ms a page, median {statistics.median(times):.2f}, p99 {p99:.2f}"


def moving_gif(count: int, size: Size) -> bytes:
    """Returns a GIF of a photograph in 256 colours, dithered, that drifts, with a block of noise running over it."""
    photograph = Image.fromarray(pictures.noise(size)).quantize(256)
    palette = photograph.getpalette()
    assert palette is not None
    pixels = np.asarray(photograph)
    noise = np.random.default_rng(1).integers(0, 256, (size.height // 6, size.width // 6), np.uint8)
    images = []
    for number in range(count):
        moved = np.roll(pixels, 3 * number, 1)
        left = 2 * number % (size.width - noise.shape[1])
        moved[50 : 50 + noise.shape[0], left : left + noise.shape[1]] = noise
        image = Image.fromarray(moved).convert("P")
        image.putpalette(palette)
        images.append(image)
    return pictures.encoded(images[0], "GIF", save_all=True, append_images=images[1:], duration=40)


def by_two_threads(job: Callable[[int], object], count: int) -> float:
    """Returns how long ``job`` takes for all of ``count`` indexes, in ms each, when two threads take turns."""
    threads = [
        threading.Thread(target=lambda first=first: [job(index) for index in range(first, count, 2)])
        for first in range(2)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - start) * 1000 / count


def part_animation() -> None:
    """Stepping through a GIF, forward and back."""
    data = moving_gif(FRAMES, SIZE)
    registry = DecoderRegistry()

    def fresh() -> Animation:
        return Animation(data, PageStore(), "gif")

    def step(animation: Animation) -> Callable[[int], object]:
        return lambda index: animation.page(index, lambda: None)

    def step_and_decode(animation: Animation) -> Callable[[int], object]:
        return lambda index: registry.decode(animation.page(index, lambda: None))

    image = Image.open(io.BytesIO(data))

    def plainly(index: int) -> None:
        image.seek(index)
        image.convert("RGBA")

    start = time.perf_counter()
    assert fresh().count == FRAMES
    add(
        f"GIF {SIZE.width} x {SIZE.height}, {len(data) // 1_000_000} MB: counting",
        f"{(time.perf_counter() - start) * 1000:.1f} ms",
    )
    plain = Image.open(io.BytesIO(data))
    start = time.perf_counter()
    assert plain.n_frames == FRAMES  # type: ignore[attr-defined]  # of files of several frames
    add("Pillow's counting", f"{(time.perf_counter() - start) * 1000:.1f} ms")
    add("Pillow's seek and convert, forward", described(steps(plainly, range(FRAMES))))
    add("Pillow's seek and convert, 10 steps back", described(steps(plainly, range(FRAMES - 2, FRAMES - 12, -1))))

    animation = fresh()
    add("forward", described(steps(step(animation), range(FRAMES))))
    kept = sum(len(animation.page(index, lambda: None)) for index in range(FRAMES))
    add("all pages take", f"{kept / 1e6:.0f} MB, of {PageStore()._budget / 1e6:.0f}")  # noqa: SLF001 - to be shown
    add("forward, two threads", f"{by_two_threads(step(fresh()), FRAMES):.2f} ms a page")
    before = animation.decoded
    times = steps(step_and_decode(animation), reversed(range(FRAMES)))
    p99 = times[math.ceil(len(times) * 0.99) - 1]
    tell("back, page and its pixels", described(times), f"p99 <= {STEP} ms", met=p99 <= STEP)
    times = steps(step_and_decode(animation), range(FRAMES))
    p99 = times[math.ceil(len(times) * 0.99) - 1]
    tell("forward again, page and its pixels", described(times), f"p99 <= {STEP} ms", met=p99 <= STEP)
    again = animation.decoded - before
    tell("frames decoded again by that", str(again), "0", met=not again)
    add("jump to the last page from a cold start", f"{steps(step(fresh()), [FRAMES - 1])[0]:.0f} ms")

    def sweep() -> None:
        cold = fresh()
        for index in range(40):
            cold.page(index, lambda: None)

    add("GIL held while pages are decoded (by nothing)", f"p99 {held(sweep):.1f} ms ({held(None):.1f})")


def part_stack() -> None:
    """A random page of a stack of 500, compressed by LZW, beside tifffile alone on the same file."""
    if importlib.util.find_spec("imagecodecs") is None:
        print("left out: without the package imagecodecs tifffile alone reads no LZW; pip install imagecodecs")
        return
    order = np.random.default_rng(2).permutation(PAGES)[:60].tolist()
    for kind in (np.uint8, np.uint16):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "stack.tif")
            smooth = np.cumsum(np.random.default_rng(1).integers(-2, 3, (1024, 1024)), 1)
            with tifffile.TiffWriter(path) as writer:
                for number in range(PAGES):
                    page = (np.roll(smooth, number, 0) + 100).astype(kind)
                    writer.write(page, compression="lzw", predictor=True, contiguous=False)
            storage, decoders = PagedStorage(LocalStorage()), DecoderRegistry()
            names = [name for batch in storage.list_names(path, Transfer()) for name in batch]

            def ours(index: int, storage: PagedStorage = storage, path: str = path, names: list[str] = names) -> object:
                return decoders.decode(storage.read(f"{path}/{names[index]}", Transfer()))  # noqa: B023 - run at once

            with tifffile.TiffFile(path) as opened:
                plain = steps(lambda index, opened=opened: opened.pages[index].asarray(), order)  # type: ignore[misc]  # bound now
            anew = steps(lambda index, path=path: tifffile.imread(path, key=index), order)  # type: ignore[misc]  # the same
            times = steps(ours, order)
            ratio = statistics.median(times) / statistics.median(plain)
            tell(
                f"{PAGES} pages, {np.dtype(kind).name}, LZW: a random page",
                f"{statistics.median(times):.1f} ms = {ratio:.2f} x tifffile ({statistics.median(plain):.1f} ms)",
                "<= 1.2 x",
                met=ratio <= MOST_TIMES,
            )
            add("  tifffile, the file opened anew", described(anew))


PARTS: dict[str, Callable[[], None]] = {
    "animation": part_animation,
    "stack": part_stack,
}


def main() -> None:
    """Runs all parts, or the one that is named, and prints what they measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part")
    name = parser.parse_args().only
    for each in [name] if name else PARTS:
        print(f"-- {each} (others take {psutil.cpu_percent(0.5):.0f} % of the processors)", flush=True)
        PARTS[each]()


if __name__ == "__main__":
    main()
