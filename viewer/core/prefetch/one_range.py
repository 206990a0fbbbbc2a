"""Frames as the window shows them, all those of one sequence in one range, so that they compare.

The range is the one that was given, or else that of the first frame: measured, or what its file wants to be shown. It
is found when a frame needs it and for good: a rewritten or an earlier first frame does not change it. No other file is
read for frames whose range follows from what they are, such as those of 8 bits, nor if the first is asked for first.
Frames of another kind than the first (:func:`viewer.core.display.levels.kind_of`) are shown in a range of their own.
A first frame that cannot be read or decoded is passed over: then it is that of the first one that can be.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from viewer.core.display.levels import depends_on_first, first_range, kind_of
from viewer.core.display.look import AS_IT_IS, Look
from viewer.core.errors import DecodeError, ShareAwayError, StorageError, WorkerDiedError

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
                    frame, self._look = call(_first, data)
                    return cast("Frame", frame)
        shown = call(_shown, data, self._look)
        if shown is None:
            self._find(data, before, call, read)
            shown = call(_shown, data, self._look)
        return cast("Frame", shown)

    def _find(self, data: Buffer, before: int, call: Callable[..., Any], read: Callable[[int], Buffer]) -> None:
        """Finds the range: that of the first frame that can be decoded, ``data`` at the latest."""
        with self._turn():
            for position in range(before):
                if self._look is not None:
                    return
                try:
                    self._look = call(_look_of, read(position))
                except ShareAwayError:
                    raise
                except (DecodeError, StorageError, WorkerDiedError):
                    continue
            self._look = self._look or call(_look_of, data)

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


def _shown(data: Buffer, look: Look | None) -> Frame | None:
    """Returns the frame; None if it needs the range of the first one, which is not known yet."""
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - numpy and the like come with pictures

    frame = _decoded(data)
    is_needed = depends_on_first(frame)
    if look is None:
        return None if is_needed else to_bgrx(frame)
    return to_bgrx(frame, look if is_needed or look.range is not None else AS_IT_IS)


def _first(data: Buffer) -> tuple[Frame, Look]:
    """Returns the first frame of a sequence, and the look for the others."""
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - numpy and the like come with pictures

    frame = _decoded(data)
    look = Look(ranges={kind_of(frame): first_range(frame)})
    return to_bgrx(frame, look if depends_on_first(frame) else AS_IT_IS), look


def _look_of(data: Buffer) -> Look:
    frame = _decoded(data)
    return Look(ranges={kind_of(frame): first_range(frame)})


def _decoded(data: Buffer) -> Frame:
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - numpy and the like come with pictures

    return DecoderRegistry().decode(data, for_screen=True)
