"""A loader over numbered files, with everything around it turned by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pictures
from doubles import HandExecutor, HandLoop, MemoryFileCache, MemoryStorage

from viewer.core.display.picture import Picture
from viewer.core.errors import DamagedImageError, ImageTooLargeError
from viewer.core.frame import Frame, Size
from viewer.core.load.completing import AT_REST
from viewer.core.load.loader import Loader
from viewer.core.load.plan import Plan
from viewer.core.load.read_lane import EXTRA_READERS
from viewer.core.play.load_order import coarseness, order_of_need, steps_until
from viewer.core.play.playhead import Playhead
from viewer.core.units import GB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from viewer.core.decode.embedded import Preview
    from viewer.core.load.frame_state import FrameState

PLENTY = GB
DAMAGED = b"damaged"


def file(width: int = 10, height: int = 10, length: int = 40) -> bytes:
    """A file of ``length`` bytes that decodes to a picture of this size; it begins as one of PNM does."""
    return f"P6 {width}x{height} ".encode().ljust(length, b".")


def frame(size: Size) -> Frame:
    return pictures.blank(size)


class Bench:
    """A loader over numbered files, with everything around it made for turning by hand.

    Attributes:
        file_cache: what is on this disk, None if nothing is to be kept there.
        decoded: the box of each decode so far that succeeded, in order.
        made: the size of its picture.
        decode_error: what decoding raises, None to decode.
        takes: seconds that a decode takes.
        keeps_source: whether a picture that has a display-ready copy holds the frame at its own size too.
        quick_is_copy: whether a picture that is decoded quickly has no frame beside its display-ready copy.
        decoded_quickly: how many of the decodes were such.
        small: the size of the small pictures that decoding leaves, None for none.
        changes: the paths whose change was told, in order.
    """

    def __init__(
        self,
        files: list[bytes] | int,
        budget: int = PLENTY,
        *,
        max_workers: int = 4 + EXTRA_READERS,
        decoders: int = 2,
        reads_at_once: int = 4,
        files_share: float = 0.25,
        file_cache: MemoryFileCache | None = None,
        disk_hands: int = 3,
        preview: Callable[[Buffer], Preview | None] = lambda _head: None,
        checkers: int = 0,
        loads: type[Loader] = Loader,
    ) -> None:
        contents = [file()] * files if isinstance(files, int) else files
        self.paths = [f"/shot/{number:06}.png" for number in range(len(contents))]
        self.storage = MemoryStorage(dict(zip(self.paths, contents, strict=True)))
        self.loop = HandLoop()
        self.readers = HandExecutor(self.loop, max_workers)
        self.decoders = HandExecutor(self.loop, decoders)
        self.disk = HandExecutor(self.loop, disk_hands)
        self.checkers = HandExecutor(self.loop, checkers)
        self.painters = HandExecutor(self.loop, 2)
        self.file_cache = file_cache
        self.decoded: list[Size | None] = []
        self.made: list[Size] = []
        self.decode_error: BaseException | None = None
        self.takes = 0.0
        self.keeps_source = True
        self.quick_is_copy = True
        self.decoded_quickly = 0
        self.small: Size | None = None
        self.changes: list[str] = []
        self._index_of = {path: index for index, path in enumerate(self.paths)}
        self.loader = loads(
            self.loop,
            self.readers,
            self.decoders,
            self.storage,
            self.decode,
            budget,
            files_share=files_share,
            reads_at_once=reads_at_once,
            on_changed=self.changes.append,
            file_cache=file_cache,
            disk=self.disk,
            preview=preview,
            decode_quickly=self.decode_quickly,
            checkers=self.checkers if checkers else None,
            painters=self.painters,
        )

    def decode_quickly(self, data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        picture = self.decode(data, fit_size, most_bytes)
        self.decoded_quickly += 1
        return replace(picture, source=None) if picture.display is not None and self.quick_is_copy else picture

    def decode(self, data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        self.loop.advance(self.takes)
        if self.decode_error is not None:
            raise self.decode_error
        content = bytes(data)
        if content == DAMAGED:
            raise DamagedImageError("The file is cut off.")
        width, height = (int(each) for each in content.split()[1].split(b"x"))
        if 4 * width * height > most_bytes:
            raise ImageTooLargeError("Too large.", 4 * width * height)
        size = Size(width, height)
        self.decoded.append(fit_size)
        self.made.append(size)
        fitted = size if fit_size is None else size.fitted_into(fit_size)
        display = None if fitted == size else frame(fitted)
        source = frame(size) if display is None or self.keeps_source else None
        return Picture(size, "", source, display, None if self.small is None else frame(self.small))

    def plan(
        self,
        playhead: Playhead,
        *,
        thumbnails: Iterable[int] = (),
        fill: Iterable[int] = (),
        in_passing: bool = False,
        steady: bool = False,
    ) -> None:
        """Hands in the plan for a playhead."""
        self.loader.replace_plan(
            Plan(
                self.paths[playhead.index],
                (self.paths[index] for index in order_of_need(playhead)),
                lambda path: steps_until(playhead, self._index_of[path]),
                thumbnails=(self.paths[index] for index in thumbnails),
                coarseness=lambda path: coarseness(self._index_of[path]),
                fill=(self.paths[index] for index in fill),
                in_passing=in_passing,
                steady=steady,
            )
        )
        self.loop.turn()

    def show(self, index: int) -> str:
        self.plan(Playhead(len(self.paths), index))
        return self.paths[index]

    def settle(self) -> None:
        """Finishes jobs, decodes first, until nothing is left to do."""
        self.loop.turn()
        for _ in range(40 * len(self.paths) + 200):
            for max_workers in (self.decoders, self.painters, self.readers, self.disk, self.checkers):
                if max_workers.waiting:
                    max_workers.finish()
                    break
            else:
                return
        raise AssertionError("the loading never comes to rest")

    def visit(self, index: int) -> str:
        path = self.show(index)
        self.settle()
        return path

    def rest(self, seconds: float = AT_REST) -> None:
        """Lets so many seconds go by, and what they bring about come to an end."""
        self.loop.advance(seconds)
        self.settle()

    def state(self, index: int) -> FrameState:
        return self.loader.state(self.paths[index])

    def ready(self) -> list[int]:
        return [index for index, path in enumerate(self.paths) if self.loader.holdings.is_ready(path)]

    def small_pictures(self) -> list[int]:
        return [index for index, path in enumerate(self.paths) if self.loader.holdings.thumbnail(path) is not None]

    def numbers_read(self) -> list[int]:
        return [self._index_of[path] for path in self.storage.reads]

    def reading(self) -> list[int]:
        return [index for index, path in enumerate(self.paths) if self.loader.reads.transfer(path) is not None]
