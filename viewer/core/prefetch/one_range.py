"""Frames as the window shows them, all those of one sequence in one range, so that they compare.

The range is the one that was given, or else that of the first frame: measured, or what its file wants to be shown. It
is found when a frame needs it and for good: a rewritten or an earlier first frame does not change it. No other file is
read for frames whose range follows from what they are, such as those of 8 bits, nor if the first is asked for first.
Frames of another kind than the first (:func:`viewer.core.display.levels.kind_of`) are shown in a range of their own.
A first frame that cannot be read or decoded, or in which no sample counts, is passed over: then it is that of the
first one that has a range. Each channel of a stack has that of its own first page.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from viewer.core.display.levels import NOT_MEASURED, depends_on_first, first_range, kind_of
from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.errors import DecodeError, ShareAwayError, StorageError, WorkerDiedError
from viewer.core.forks import lock_anew

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.frame import Frame

PATIENCE = 30.0
"""Seconds that a frame waits while another has the first one read; then it has it read itself, as a read can hang."""


class OneRange:
    """What is known of the range of a sequence; any thread. Another process gets a copy, which finds out by itself."""

    def __init__(self, look: Look | None = None) -> None:
        """Knows nothing but ``look``; one with ``range`` is for all frames."""
        self._look = look
        self._finding = threading.Lock()
        lock_anew(self, "_finding")
        self._next = 0
        """The first position whose frame has not been measured, or passed over."""

    def __reduce__(self) -> tuple[Any, ...]:
        return OneRange, (self._look,)

    def frame(self, data: Buffer, before: int, call: Callable[..., Any], read: Callable[[int], Buffer]) -> Frame:
        """Returns the frame in the bytes of a file, BGRX; blocking while the first one is read, where it is needed.

        Args:
            data: the bytes of the file.
            before: how many frames come before it in the sequence; 0 for the first.
            call: calls a function with arguments, in this process or in another.
            read: returns the bytes of the file at a position.

        Raises:
            DecodeError: this frame cannot be decoded.
            ShareAwayError: the first frame is needed, and its share is away.
        """
        if before == 0 and self._look is None:
            with self._turn():
                if self._look is None:
                    frame, look = call(_first, data)
                    self._add(look, 1)
                    return cast("Frame", frame)
        shown = call(_shown, data, self._look)
        if isinstance(shown, int):
            self._find(shown, data, before, call, read)
            shown = call(_shown, data, self._look or AS_IT_IS, True)
        return cast("Frame", shown)

    def _find(
        self, channel: int, data: Buffer, before: int, call: Callable[..., Any], read: Callable[[int], Buffer]
    ) -> None:
        """Finds the range of a channel: that of its first frame that has one, ``data`` at the latest."""
        with self._turn():
            for position in range(self._next, before):
                if self._knows(channel):
                    return
                look = None
                try:
                    look = call(_look_of, read(position))
                except ShareAwayError:
                    raise
                except (DecodeError, StorageError, WorkerDiedError):
                    pass
                self._add(look, position + 1)
            if not self._knows(channel):
                self._add(call(_look_of, data), before + 1)

    def _knows(self, channel: int) -> bool:
        return self._look is not None and _has(self._look, channel)

    def _add(self, found: Look | None, following: int) -> None:
        """Takes the range of a frame for its channel, unless that has one; None for a frame that has none."""
        self._next = max(self._next, following)
        if found is not None:
            known = {} if self._look is None else self._look.ranges
            new = {kind: range_ for kind, range_ in found.ranges.items() if not self._knows(kind.channel)}
            self._look = Look(ranges={**known, **new})

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Lets one thread at a time find the range, the others wait for it; not for ever."""
        is_alone = self._finding.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if is_alone:
                self._finding.release()


class FrameDecoder:
    """Makes a frame of the bytes of a file, on the thread that asks; other processes can have it."""

    def __init__(
        self,
        one_range: OneRange,
        paths: Sequence[str | os.PathLike[str]],
        read: Callable[[str | os.PathLike[str]], Buffer],
    ) -> None:
        """Reads nothing yet; ``paths`` are those of the sequence, in its order, and ``read`` reads one of them."""
        self._range = one_range
        self._paths = paths
        self._read = read

    def __call__(self, data: Buffer) -> Frame:
        """Returns the frame, as :meth:`OneRange.frame` does."""
        return self._range.frame(data, len(self._paths), _called, self._read_at)

    def _read_at(self, position: int) -> Buffer:
        return self._read(self._paths[position])


def _called(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - the result of the function
    return function(*arguments)


# On a worker, perhaps in another process


def _shown(data: Buffer, look: Look | None, is_final: bool = False) -> Frame | int:  # noqa: FBT001, FBT002 - to a worker
    """Returns the frame; the number of its channel if it needs a range that ``look`` has not got yet."""
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - numpy and the like come with pictures

    frame, look = _decoded(data), look or AS_IT_IS
    is_needed, channel = depends_on_first(frame), kind_of(frame).channel
    if is_needed and not is_final and not _has(look, channel):
        return channel
    return to_bgrx(frame, look if is_needed or look.range is not None else AS_IT_IS)


def _first(data: Buffer) -> tuple[Frame, Look | None]:
    """Returns the first frame of a sequence, and the look for the others, None if it has no range."""
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - numpy and the like come with pictures

    frame = _decoded(data)
    look = _look(frame)
    return to_bgrx(frame, look if look is not None and depends_on_first(frame) else AS_IT_IS), look


def _look_of(data: Buffer) -> Look | None:
    return _look(_decoded(data))


def _look(frame: Frame) -> Look | None:
    """Returns the look for others of the kind of a frame, None if it has no range."""
    range_ = first_range(frame)
    return None if range_ is NOT_MEASURED else Look(ranges={kind_of(frame): range_})


def _has(look: Look, channel: int) -> bool:
    """Returns whether a look has the range for frames of a channel, 0 for those that are none."""
    return look.range is not None or any(kind.channel == channel for kind in look.ranges)


def _decoded(data: Buffer) -> Frame:
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - numpy and the like come with pictures

    return DecoderRegistry().decode(data, for_screen=True)
