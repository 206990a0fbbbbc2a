"""The demo as a storage: a sequence for a user who has none, its frames drawn when first read, then kept as files."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.cache import atomic_files
from viewer.core.files import open_storage
from viewer.core.resources import resource
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp, Transfer
from viewer.demo.recipe import Recipe, default_recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.storage.storage import OpenFile, Storage

DEMO_LATENCY = 0.025
"""Seconds that a round trip takes in the demo."""

DEMO_BANDWIDTH = 6e6
"""Bytes a second that pass in the demo: slow enough to watch the timeline fill."""

LOOK = 0.05
"""Seconds between two looks, while another frame is drawn, whether this one is still wanted, and may go on."""

_BATCH = 100


def demo_storage(folder: str) -> Storage:
    """Returns the demo in ``folder`` as if it were on a slow share, so that a newcomer sees the timeline fill."""
    return SlowStorage(DemoStorage(folder), DEMO_LATENCY, DEMO_BANDWIDTH)


class DemoStorage:
    """A folder that holds all frames of the demo, whether they have been drawn or not; any thread.

    A frame is drawn when it is first read, an urgent one first, and then kept; where it cannot be kept (a full disk),
    it is drawn again. The first one comes with the program: there is a picture at once, however busy the computer is.
    Paths anywhere else are read as :func:`open_storage` reads them. ``folder`` is made when the first frame is kept.
    The default recipe is the one that comes with the program.
    """

    def __init__(self, folder: str, recipe: Recipe | None = None) -> None:
        self._folder = os.path.normpath(folder)
        self._recipe = recipe or default_recipe()
        self._ready = {} if recipe else {1: resource("demo.0001.jpg")}
        # Held while one frame is drawn: that takes a whole core, and the others are for the window and the decoders.
        self._pencil = threading.Lock()
        self._waiting: list[Transfer] = []
        self._numbers = {name: number for number, name in enumerate(self._recipe.names, start=1)}
        self._local = open_storage()

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields the names of all frames."""
        if os.path.normpath(folder) != self._folder:
            yield from self._local.list_names(folder, transfer)
            return
        names = self._recipe.names
        for start in range(0, len(names), _BATCH):
            transfer.checkpoint()
            yield names[start : start + _BATCH]

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Returns a frame, drawn now if it is not kept."""
        content = self._draw_unless_kept(path, transfer)
        if content is None:
            return self._local.read(path, transfer, limit)
        transfer.latency = 0.0
        with transfer.filling(Stamp(len(content), 0), lambda _: memoryview(bytearray(content))) as drawn:
            transfer.received = len(content)
        return drawn[:limit].toreadonly()

    @contextlib.contextmanager
    def opened(self, path: str, transfer: Transfer) -> Iterator[OpenFile]:
        """Opens a frame, drawn now if it is not kept."""
        content = self._draw_unless_kept(path, transfer)
        if content is None:
            with self._local.opened(path, transfer) as file:
                yield file
        else:
            transfer.latency = 0.0
            yield FileInMemory(content, Stamp(len(content), 0), transfer)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields nothing: the demo has no subfolders."""
        if os.path.normpath(folder) != self._folder:
            yield from self._local.list_folders(folder, transfer)

    def stamp(self, path: str) -> Stamp:
        """Returns the size and the time of a frame, drawn now if it is not kept."""
        content = self._draw_unless_kept(path, Transfer())
        return self._local.stamp(path) if content is None else Stamp(len(content), 0)

    def is_folder(self, path: str) -> bool:
        """Returns whether a path is the folder of the demo, or another one."""
        return os.path.normpath(path) == self._folder or self._local.is_folder(path)

    def _draw_unless_kept(self, path: str, transfer: Transfer) -> bytes | None:
        """Draws a frame that is not there yet, and keeps it; returns it only where it cannot be kept."""
        folder, name = os.path.split(os.path.normpath(path))
        number = self._numbers.get(name)
        if folder != self._folder or number is None or Path(path).exists():
            return None
        content = self._drawn(number, transfer)
        try:
            atomic_files.write(Path(path), Path(folder), [memoryview(content)])
        except OSError:
            return content
        return None

    def _drawn(self, number: int, transfer: Transfer) -> bytes:
        transfer.checkpoint()
        if number in self._ready:
            with contextlib.suppress(OSError):
                return self._ready[number].read_bytes()
        from viewer.demo.scene import draw_frame  # noqa: PLC0415 - with libraries that the first frame does not take

        with self._turn(transfer):
            return draw_frame(self._recipe, number)

    @contextlib.contextmanager
    def _turn(self, transfer: Transfer) -> Iterator[None]:
        """Waits until nothing else is drawn, nor is to be drawn before; raises CancelledError as soon as it may end."""
        self._waiting.append(transfer)
        try:
            while True:
                transfer.checkpoint()
                if self._pencil.acquire(timeout=LOOK):
                    if transfer.urgent or not any(each.urgent for each in tuple(self._waiting)):
                        break
                    self._pencil.release()
                    time.sleep(LOOK)
        finally:
            self._waiting.remove(transfer)
        try:
            yield
        finally:
            self._pencil.release()
