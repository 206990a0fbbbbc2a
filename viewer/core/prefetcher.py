"""The core for scripts: a sequence whose next frames are here before they are asked for. No Qt.

>>> with Prefetcher("/shots/take_7") as frames:  # doctest: +SKIP
...     for frame in frames:
...         print(frame.array().mean())
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from viewer.core.decode.decoder import MAX_PIXELS
from viewer.core.decode.registry import DecoderRegistry, core_decoders
from viewer.core.errors import LookaheadError, SequenceError
from viewer.core.executor import DECODER_NICENESS, ThreadExecutor
from viewer.core.frame import FrameIndex, Picture
from viewer.core.load.loader import EXTRA_HANDS, Loader
from viewer.core.load.plan import Plan
from viewer.core.loop import ThreadLoop
from viewer.core.play.playhead import Playhead
from viewer.core.play.prefetch import order_of_need, steps_until
from viewer.core.sequence.pattern import Pattern, is_pattern
from viewer.core.sequence.scan import scan
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.storage import Transfer
from viewer.core.units import GB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from typing_extensions import Buffer

    from viewer.core.frame import Frame, Size
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage

CLOSE_WITHIN = 1.0
"""Seconds that workers are given to end; one stuck in a dead share is left behind and does not hold up the program."""


class Prefetcher:
    """The frames of a sequence, by position; any thread may ask.

    ``frames[n]`` comes at once when it is in memory, and otherwise as soon as it alone can be loaded. The frames that
    are likely to follow, by the direction and stride of what was asked for, load meanwhile on other threads. Nothing
    is loaded before the first one is asked for. Close it, or use it in a ``with`` block.
    """

    def __init__(
        self,
        opened: str | os.PathLike[str] | FrameSequence,
        *,
        budget: int = GB,
        reads_at_once: int = 8,
        decoders: int | None = None,
        storage: Storage | None = None,
    ) -> None:
        """Lists the folder, blocking, and gets ready.

        Args:
            opened: a folder, of which the longest sequence is taken, a pattern such as ``shot.####.png``, or a
                sequence.
            budget: bytes of memory for frames and files together.
            reads_at_once: how many files are read at the same time.
            decoders: how many are decoded at the same time; as many as there are cores by default, 2 at most.
            storage: where the files are; what the operating system knows by default.

        Raises:
            SequenceError: there are no pictures there.
            StorageError: the folder could not be listed.
        """
        self._storage = LocalStorage() if storage is None else storage
        self._sequence = _sequence(self._storage, opened) if isinstance(opened, str | os.PathLike) else opened
        self._loop = ThreadLoop()
        self._readers = ThreadExecutor(self._loop, reads_at_once + EXTRA_HANDS, "lookahead-reader")
        self._decoders = ThreadExecutor(
            self._loop, decoders or min(2, os.cpu_count() or 1), "lookahead-decoder", DECODER_NICENESS
        )
        registry = DecoderRegistry(core_decoders())

        def decode(data: Buffer, _box: Size | None, max_pixels: int) -> Picture:
            frame = registry.decode(data, min(max_pixels, MAX_PIXELS))
            return Picture(frame.size, frame.description, frame, None)

        self._loader = Loader(
            self._loop,
            self._readers,
            self._decoders,
            self._storage,
            decode,
            budget,
            reads_at_once=reads_at_once,
            changed=self._frame_changed,
        )
        self._playhead: Playhead | None = None
        self._indexes: dict[str, int] = {}
        self._waiting: dict[str, list[Future[Frame]]] = {}
        self._closed = False

    @property
    def sequence(self) -> FrameSequence:
        """The names and numbers of the frames."""
        return self._sequence

    def __len__(self) -> int:
        return len(self._sequence)

    def __iter__(self) -> Iterator[Frame]:
        return (self.get(index) for index in range(len(self)))

    def __getitem__(self, index: int) -> Frame:
        return self.get(index)

    def get(self, index: int, timeout: float | None = None) -> Frame:
        """Returns the frame at ``index``; from any thread but the one that loads.

        Args:
            index: its position, from 0; negative ones count from the end, as in a list.
            timeout: seconds to wait at most; the loading goes on after that.

        Raises:
            IndexError: there is no such position.
            TimeoutError: it did not come in time.
            LookaheadError: it could not be had; the error's own kind, with the path in a note.
            ValueError: the prefetcher is closed.
        """
        position = range(len(self))[index]
        if self._closed:
            raise ValueError("The prefetcher is closed.")
        answer: Future[Frame] = Future()
        self._loop.post(lambda: self._want(position, answer))
        return answer.result(timeout)

    def close(self) -> None:
        """Stops the loading, tells everyone who waits, and ends the threads."""
        if not self._closed:
            self._closed = True
            ended: Future[None] = Future()
            self._loop.post(lambda: self._end(ended))
            ended.result()
            self._loop.close(CLOSE_WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # On the owner thread

    def _want(self, position: int, answer: Future[Frame]) -> None:
        if self._playhead is None:
            self._playhead = Playhead(len(self), position)
        by = position - self._playhead.index
        if by in {1, -1, self._playhead.stride}:
            self._playhead = self._playhead.stepped(by)
        elif by:
            # A second move by the same amount is a stride; the first may be a jump.
            again = self._playhead.jumped(position)
            self._playhead = Playhead(again.count, again.index, by) if abs(by) <= MOST_STRIDE else again
        path = self._path(position)
        playhead, indexes = self._playhead, self._indexes
        self._loader.replace_plan(
            Plan(
                path,
                (self._path(index) for index in order_of_need(playhead)),
                lambda other: steps_until(playhead, indexes[other]) if other in indexes else float("inf"),
            )
        )
        self._waiting.setdefault(path, []).append(answer)
        self._frame_changed(path)

    def _path(self, position: int) -> str:
        path = self._sequence.path(FrameIndex(position))
        self._indexes[path] = position
        return path

    def _frame_changed(self, path: str) -> None:
        if path not in self._waiting:
            return
        picture, failure = self._loader.picture(path), self._loader.failure(path)
        if picture is not None and picture.source is not None:
            for answer in self._waiting.pop(path):
                answer.set_result(picture.source)
        elif failure is not None:
            for answer in self._waiting.pop(path):
                answer.set_exception(_noted(failure, path))

    def _end(self, ended: Future[None]) -> None:
        self._loader.close()
        for answers in self._waiting.values():
            for answer in answers:
                answer.set_exception(LookaheadError("The prefetcher was closed."))
        self._waiting.clear()
        for executor in (self._readers, self._decoders):
            executor.close(CLOSE_WITHIN)
        ended.set_result(None)


MOST_STRIDE = 100
"""A move by more frames than this is a jump, not a stride."""


def _sequence(storage: Storage, opened: str | os.PathLike[str]) -> FrameSequence:
    text = os.fspath(opened)
    pattern = Pattern.parse(text) if is_pattern(text) and not storage.is_folder(text) else None
    found = scan(storage, text if pattern is None else pattern.folder, Transfer(), lambda _so_far: None, lambda: 0.0)
    if pattern is not None:
        return pattern.select(found.sequences)
    if not found.sequences:
        raise SequenceError(f"There are no pictures in {text}.")
    return max(found.sequences, key=len)


def _noted(failure: LookaheadError, path: str) -> LookaheadError:
    if path not in getattr(failure, "__notes__", ()):
        failure.add_note(path)
    return failure
