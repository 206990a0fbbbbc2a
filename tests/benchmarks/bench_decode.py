"""What decoding and rendering cost, and how long they hold the GIL.

Run it by ``PYTHONPATH=.:tests python tests/benchmarks/bench_decode.py``; ``--quick`` leaves out 4K and the memory.

Held is the 99th percentile of how late a thread that wakes every millisecond gets to run while one other thread
decodes: what the owner thread waits for. It also counts the machine's other work; the row "nothing" shows how much.
"""

from __future__ import annotations

import argparse
import functools
import gc
import io
import statistics
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pictures
import psutil  # type: ignore[import-untyped]
from PIL import Image

from viewer.core.decode.embedded import HEAD, decode_embedded
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.render import render, thumbnail_of
from viewer.core.frame import Size
from viewer.gui.bridge.qt_decoder import QtDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {"1080p": Size(1920, 1080), "4K": Size(3840, 2160)}
BOX = Size(1690, 950)
SECONDS = 0.25
FRAMES = 300


def files(size: Size) -> dict[str, bytes]:
    """Returns a file of every kind."""
    array = pictures.noise(size)
    image = Image.fromarray(array)
    deep = array.astype(np.uint16) * 257
    turned = Image.Exif()
    turned[pictures.ORIENTATION] = 6
    return {
        "JPEG q90": pictures.encoded(image, "JPEG", quality=90),
        "JPEG turned": pictures.encoded(image, "JPEG", quality=90, exif=turned),
        "PNG": pictures.encoded(image, "PNG"),
        "PNG 16-bit grey": pictures.png(deep[..., 0], 0),
        "WebP": pictures.encoded(image, "WEBP", quality=85, method=2),
        "TIFF 8-bit": pictures.tiff(array, photometric="rgb"),
        "TIFF 16-bit grey": pictures.tiff(deep[..., 0], photometric="minisblack"),
        "TIFF 16-bit RGB": pictures.tiff(deep, photometric="rgb"),
        "TIFF LZW": pictures.encoded(image, "TIFF", compression="tiff_lzw"),
        "BMP": pictures.encoded(image, "BMP"),
    }


def plain(data: bytes) -> object:
    """The common way: Pillow, numpy, 32 bits."""
    image = Image.open(io.BytesIO(data))
    return np.asarray(image) if image.mode.startswith("I") else np.asarray(image.convert("RGBA"))


def median(job: Callable[[], object], seconds: float = SECONDS) -> float:
    """Returns the median time of ``job`` in ms."""
    job()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def lateness(job: Callable[[], object] | None, seconds: float = SECONDS) -> tuple[float, float]:
    """Returns how late a ticker of 1 ms is while another thread runs ``job``: 99 of 100, and the longest, in ms."""
    stop = threading.Event()

    def work() -> None:
        while job is not None and not stop.is_set():
            job()

    thread = threading.Thread(target=work)
    thread.start()
    late: list[float] = []
    end = time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        time.sleep(0.001)
        late.append(time.perf_counter() - now - 0.001)
    stop.set()
    thread.join()
    late.sort()
    return late[int(len(late) * 0.99)] * 1000, late[-1] * 1000


def held(job: Callable[[], object] | None) -> float:
    """Returns the 99th percentile of :func:`lateness`."""
    return lateness(job)[0]


def memory(registry: DecoderRegistry, data: bytes) -> list[int]:
    """Returns the resident memory in MB along :data:`FRAMES` frames decoded and rendered, the last two kept."""
    process = psutil.Process()
    kept: list[object] = []
    marks: list[int] = []
    threads = 2

    def work() -> None:
        for _ in range(FRAMES // threads // 6):
            kept.append(render(registry.decode(data, for_screen=True), BOX))
            del kept[:-threads]

    for _ in range(6):
        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        gc.collect()
        marks.append(process.memory_info().rss // 1_000_000)
    return marks


def thumbnails(registry: DecoderRegistry, sizes: dict[str, Size]) -> None:
    """Prints what the thumbnails cost: of decoded frames, and out of the head of a file."""
    print(f"\n{'thumbnail':24}{'ms':>9}{'held':>7}")
    for name, size in sizes.items():
        frame = registry.decode(files(size)["BMP"], for_screen=True)
        display = render(frame, BOX).display
        for made_from, copy in (("window copy", display), ("frame", None)):
            job = functools.partial(thumbnail_of, frame, copy)
            print(f"{name + ' from the ' + made_from:24}{median(job):>9.2f}{held(job):>7.1f}")
    small = pictures.encoded(Image.fromarray(pictures.noise(Size(160, 90))), "JPEG")
    large = pictures.encoded(Image.fromarray(pictures.noise(SIZES["1080p"])), "JPEG")
    head = pictures.with_segment(large, pictures.exif_with_thumbnail(small))[:HEAD]
    assert decode_embedded(head) is not None
    embedded = functools.partial(decode_embedded, head)
    print(f"{'embedded in a JPEG':24}{median(embedded):>9.2f}{held(embedded):>7.1f}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 4K and the memory")
    quick = parser.parse_args().quick
    sizes = {"1080p": SIZES["1080p"]} if quick else SIZES
    registry = DecoderRegistry((QtDecoder(),))
    print(f"held by nothing: {held(None):.1f} ms\n")
    print(f"{'':24}{'ours ms':>9}{'held':>7}{'Pillow+numpy ms':>18}{'held':>7}{'render ms':>11}{'held':>7}")
    for name, size in sizes.items():
        for kind, data in files(size).items():
            frame = registry.decode(data, for_screen=True)
            lanes = (lambda: registry.decode(data, for_screen=True), lambda: plain(data), lambda: render(frame, BOX))  # noqa: B023
            row = [f"{figure(lane):.1f}" for lane in lanes for figure in (median, held)]
            print(f"{name + ' ' + kind:24}{row[0]:>9}{row[1]:>7}{row[2]:>18}{row[3]:>7}{row[4]:>11}{row[5]:>7}")
    thumbnails(registry, sizes)
    for kind, data in ({} if quick else files(SIZES["4K"])).items():
        if kind in {"JPEG q90", "PNG", "TIFF LZW"}:
            print(f"\nMB resident along {FRAMES} frames of 4K {kind}, two threads: {memory(registry, data)}", end="")
    print()


if __name__ == "__main__":
    main()
