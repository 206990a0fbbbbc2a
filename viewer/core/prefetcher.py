"""The core for scripts: a sequence whose next frames are here before they are asked for. No Qt.

>>> with Prefetcher("/shots/take_7") as frames:  # doctest: +SKIP
...     for frame in frames:
...         print(frame.array().mean())
"""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Self, SupportsIndex, overload

from viewer.core.decode.decoder import MAX_PIXELS
from viewer.core.decode.registry import DecoderRegistry, core_decoders
from viewer.core.errors import CancelledError, SequenceError
from viewer.core.executor import DECODER_NICENESS, ThreadExecutor
from viewer.core.frame import FrameIndex, Picture
from viewer.core.load.loader import Loader
from viewer.core.load.plan import Plan
from viewer.core.load.reading import EXTRA_HANDS
from viewer.core.loop import ThreadLoop
from viewer.core.play.playhead import Playhead
from viewer.core.play.prefetch import order_of_need, steps_until
from viewer.core.sequence.naming import longest
from viewer.core.sequence.pattern import Pattern, is_pattern
from viewer.core.sequence.scan import scan
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.storage import Transfer
from viewer.core.units import GB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from typing_extensions import Buffer

    from viewer.core.errors import LookaheadError
    from viewer.core.frame import Frame, Size
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage

CLOSE_WITHIN = 0.1
"""Seconds that workers are given to end; one stuck in a dead share is left behind and does not hold up the program."""
TURN = 0.5
"""Seconds that one frame of several that are waited for goes before the others: one that hangs holds up nobody."""
MOVES_LOOKED_AT = 16
"""How many of the latest hits tell where things are going, when they come faster than the plan can follow."""


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
            ValueError: ``budget`` is negative, or one of the counts is less than 1.
        """
        decoders = min(2, os.cpu_count() or 1) if decoders is None else decoders
        if budget < 0 or reads_at_once < 1 or decoders < 1:
            raise ValueError("The budget cannot be negative, and at least one file must be read and decoded at once.")
        self._storage = LocalStorage() if storage is None else storage
        self._sequence = _sequence(self._storage, opened) if isinstance(opened, str | os.PathLike) else opened
        self._loop = ThreadLoop()
        self._readers = ThreadExecutor(self._loop, reads_at_once + EXTRA_HANDS, "lookahead-reader")
        self._decoders = ThreadExecutor(self._loop, decoders, "lookahead-decoder", DECODER_NICENESS)
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
        # What any thread touches. The owner alone writes to ``_here``, which holds what the loader holds and no more.
        self._here: dict[int, Frame] = {}
        self._moves: deque[int] = deque(maxlen=MOVES_LOOKED_AT)
        self._follow_posted = False
        self._closed = False
        self._closing = threading.Lock()
        # What only the owner thread touches
        self._playhead: Playhead | None = None
        self._last_move = 0
        self._positions: dict[str, int] = {}
        self._waiting: dict[str, list[Future[Frame]]] = {}
        self._turn = 0
        self._turning = False

    @property
    def sequence(self) -> FrameSequence:
        """The names and numbers of the frames."""
        return self._sequence

    def __len__(self) -> int:
        return len(self._sequence)

    def __iter__(self) -> Iterator[Frame]:
        return (self.get(index) for index in range(len(self)))

    @overload
    def __getitem__(self, index: SupportsIndex) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Frame | list[Frame]:
        if isinstance(index, slice):
            return [self.get(each) for each in range(len(self))[index]]
        return self.get(index)

    def get(self, index: SupportsIndex, timeout: float | None = None) -> Frame:
        """Returns the frame at ``index``.

        Args:
            index: its position, from 0; negative ones count from the end, as in a list.
            timeout: seconds to wait at most; the loading goes on after that.

        Raises:
            IndexError: there is no such position.
            TimeoutError: it did not come in time.
            LookaheadError: it could not be had; the error's own kind, with the path in a note. Where trying again may
                help, that is done later and later; until the next attempt the last error is told at once.
            CancelledError: the prefetcher was closed meanwhile.
            ValueError: the prefetcher is closed.
        """
        position = range(len(self))[index]
        if self._closed:
            raise ValueError("The prefetcher is closed.")
        frame = self._here.get(position)
        if frame is None:
            return self._wait_for(position, timeout)
        self._moves.append(position)
        if not self._follow_posted:
            self._follow_posted = True
            self._loop.post(self._follow)
        return frame

    def close(self) -> None:
        """Stops the loading, tells everyone who waits, and ends the threads."""
        with self._closing:
            if self._closed:
                return
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

    def _wait_for(self, position: int, timeout: float | None) -> Frame:
        answer: Future[Frame] = Future()
        with self._closing:  # what is posted after the end would never be answered
            if self._closed:
                raise ValueError("The prefetcher is closed.")
            self._loop.post(partial(self._want, position, answer))
        try:
            return answer.result(timeout)
        finally:
            answer.cancel()  # nobody waits any more
            del answer  # or it and the error it holds would keep each other

    # On the owner thread: where things are going

    def _follow(self) -> None:
        """Follows the hits."""
        self._follow_posted = False
        before = self._playhead
        while self._moves:
            self._move_to(self._moves.popleft())
        if self._playhead is not before:
            self._replan()

    def _move_to(self, position: int) -> None:
        if self._playhead is None:
            self._playhead = Playhead(len(self), position)
        by = position - self._playhead.index
        if by == 0:
            return
        # A second move by the same amount is a stride; the first may be a jump.
        if abs(by) in {1, abs(self._playhead.stride), abs(self._last_move)}:
            self._playhead = self._playhead.stepped(by)
        else:
            self._playhead = self._playhead.jumped(position)
        self._last_move = by

    def _replan(self) -> None:
        """Plans for those who wait, the newest first, and then for what is likely to follow."""
        playhead, positions = self._playhead, self._positions
        if playhead is None or self._closed:
            return
        self._waiting = {
            path: waiting
            for path, answers in self._waiting.items()
            if (waiting := [answer for answer in answers if not answer.cancelled()])
        }
        here = self._path(playhead.index)
        turns = list(dict.fromkeys((*reversed(self._waiting), here)))
        wanted = turns[self._turn % len(turns)]
        # The others stay in one order, so that what is being read for them is not given up.
        first = dict.fromkeys((wanted, *self._waiting))
        rank = {path: place - len(first) for place, path in enumerate(first)}

        def order() -> Iterator[str]:
            yield from first
            for path in map(self._path, order_of_need(playhead)):
                if path not in first:
                    yield path

        def need(path: str) -> float:
            return rank[path] if path in rank else steps_until(playhead, positions[path])

        self._loader.replace_plan(Plan(wanted, order(), need))
        if len(turns) > 1 and not self._turning:
            self._turning = True
            self._loop.call_later(TURN, self._next_turn)

    def _next_turn(self) -> None:
        self._turning = False
        self._turn += 1
        self._replan()

    def _path(self, position: int) -> str:
        path = self._sequence.path(FrameIndex(position))
        self._positions[path] = position
        return path

    # On the owner thread: who waits

    def _want(self, position: int, answer: Future[Frame]) -> None:
        self._follow()
        self._move_to(position)
        path = self._path(position)
        answers = self._waiting.pop(path, [])  # the newest stands last
        self._waiting[path] = [*answers, answer]
        self._turn = 0
        self._replan()
        # After the loader has looked at the plan: when a failure is due to be tried again, that is waited for.
        self._loop.post(lambda: self._answer(path))

    def _frame_changed(self, path: str) -> None:
        picture = self._loader.picture(path)
        if picture is None or picture.source is None:
            self._here.pop(self._positions[path], None)
        else:
            self._here[self._positions[path]] = picture.source
        self._answer(path)

    def _answer(self, path: str) -> None:
        """Tells those who wait for ``path``, if there is something to tell."""
        if path not in self._waiting:
            return
        frame, failure = self._here.get(self._positions[path]), self._loader.failure(path)
        if frame is None and (failure is None or self._loader.progress(path) is not None):
            return
        for answer in self._waiting.pop(path):
            if not answer.set_running_or_notify_cancel():
                continue
            if frame is not None:
                answer.set_result(frame)
            elif failure is not None:
                answer.set_exception(_told(failure, path))
        if self._waiting:
            self._loop.post(self._replan)

    def _end(self, ended: Future[None]) -> None:
        self._loader.close()
        self._here.clear()
        for answers in self._waiting.values():
            for answer in answers:
                if answer.set_running_or_notify_cancel():
                    answer.set_exception(CancelledError("The prefetcher was closed."))
        self._waiting.clear()
        deadline = self._loop.now() + CLOSE_WITHIN
        for executor in (self._readers, self._decoders):
            executor.close(max(0.0, deadline - self._loop.now()))
        ended.set_result(None)


def _sequence(storage: Storage, opened: str | os.PathLike[str]) -> FrameSequence:
    text = os.fspath(opened)
    text = text.rstrip("/") or text
    folder, name = os.path.split(text)
    if not is_pattern(text) or storage.is_folder(text):
        folder, name = text, ""
    found = scan(storage, folder or os.curdir, Transfer(), lambda _so_far: None, lambda: 0.0).sequences
    # Real names can look like patterns.
    named = [sequence for sequence in found if name and sequence.index_of_name(name) is not None]
    if name and not named:
        return Pattern.parse(text).select(found)
    if not found:
        raise SequenceError(f"There are no pictures in {text}.")
    return longest(named or found)


def _told(failure: LookaheadError, path: str) -> LookaheadError:
    """Returns a copy of ``failure`` that names ``path``: raising it leaves the one that the loader holds alone."""
    kind = type(failure)
    told: LookaheadError = kind.__new__(kind, *failure.args)
    told.__dict__.update(failure.__dict__)
    told.__dict__["__notes__"] = [*getattr(failure, "__notes__", ()), path]
    told.__cause__ = failure.__cause__
    return told
