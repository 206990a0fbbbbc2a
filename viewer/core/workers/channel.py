"""How values go from process to process: small ones through a pipe, large buffers through shared memory."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.loaded import loaded
from viewer.core.raised import reduced_error
from viewer.core.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from viewer.core.workers.shared_memory import SharedMemory, Slot

LARGE = 64 * 1024
"""Bytes from which a buffer goes through shared memory; smaller bytes and bytearrays do not count as buffers."""


class Message(NamedTuple):
    """A value on its way.

    Attributes:
        kind: a word that the two sides know.
        text: readable even if the value is not.
        body: the value pickled, without its buffers.
        buffers: what :attr:`body` refers to.
    """

    kind: str
    text: str = ""
    body: bytes = b""
    buffers: Sequence[memoryview | bytes] = ()

    @classmethod
    def of(cls, kind: str, value: object, text: str = "") -> Message:
        """Returns a message that holds ``value``; the buffers are not copied yet.

        Arrays, bytes, bytearrays, memoryviews and whatever pickles buffers out of band are not pickled themselves,
        however deep they stand in ``value``. Raises what pickling the rest does.
        """
        file = io.BytesIO()
        pickler = _Pickler(file)
        try:
            pickler.dump(value)
        except BaseException:
            for buffer in pickler.buffers:
                buffer.release()  # for the reason given in :meth:`release`
            raise
        return cls(kind, text, file.getvalue(), [buffer.raw() for buffer in pickler.buffers])

    def value(self) -> Any:  # noqa: ANN401 - any value
        """Returns the value: its arrays are read-only, and nothing is written to their memory any more.

        Raises what unpickling it does.
        """
        return _Unpickler(io.BytesIO(self.body), self.buffers).load()

    def release(self) -> None:
        """Lets go of the buffers of a message made here.

        An error that is raised later may keep the message, and be garbage in a circle: Python's cyclic collector can
        crash on a memoryview that something else in the circle uses (seen with 3.11).
        """
        for buffer in self.buffers:
            if isinstance(buffer, memoryview):
                buffer.release()


@dataclass(eq=False)
class Channel:
    """One end of the way between two processes that take turns: one sends while the other receives.

    What comes out of it is unpickled, so the other end must be a process of our own.

    Attributes:
        connection: the end of a pipe.
        memory: shared with the other end; without it everything goes through the pipe.
    """

    connection: Connection
    memory: SharedMemory | None

    def send(self, message: Message) -> None:
        """Sends ``message``, which is released, blocking until the other end has taken most; OSError if it has gone."""
        try:
            buffers = [self._placed(buffer) for buffer in message.buffers]
        finally:
            message.release()
        news = None if self.memory is None else self.memory.news()
        self.connection.send_bytes(pickle.dumps((message.kind, message.text, message.body, buffers, news), 5))
        if self.memory is not None:
            self.memory.send_files(self.connection)

    def receive(self) -> Message:
        """Waits for a message and returns it; raises OSError or EOFError if the other end has gone."""
        received = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - from a process of ours
        kind, text, body, buffers, news = received
        if self.memory is not None:
            self.memory.hear(news, self.connection)
            buffers = [each if isinstance(each, bytes) else self.memory.read(*each) for each in buffers]
        return Message(kind, text, body, buffers)

    def close(self) -> None:
        """Closes this end."""
        self.connection.close()
        if self.memory is not None:
            self.memory.close()

    def _placed(self, buffer: memoryview | bytes) -> bytes | tuple[Slot, int]:
        """Returns where a buffer is in the shared memory, with its length; or what is to go through the pipe."""
        slot = None if self.memory is None or len(buffer) < LARGE else self.memory.write(buffer)
        return bytes(buffer) if slot is None else (slot, len(buffer))


class _Pickler(pickle.Pickler):
    """Leaves buffers out of what it writes and collects them, in the order in which they stand there."""

    def __init__(self, file: io.BytesIO) -> None:
        self.buffers: list[pickle.PickleBuffer] = []
        # No callback of our own, which would make a circle, as in :meth:`Message.release`.
        super().__init__(file, 5, buffer_callback=self.buffers.append)

    def persistent_id(self, value: object) -> type | None:
        """Takes out large bytes and bytearrays, which pickle itself would write."""
        if isinstance(value, bytes | bytearray) and type(value) in {bytes, bytearray} and len(value) >= LARGE:
            self.buffers.append(pickle.PickleBuffer(value))
            return type(value)
        return None

    def reducer_override(self, value: Any) -> Any:  # noqa: ANN401 - pickle's many kinds of answers
        """Says how to pickle memoryviews and many errors, which pickle cannot, and arrays with gaps."""
        if isinstance(value, BaseException):
            return reduced_error(value)
        if isinstance(value, memoryview):
            whole = value if value.c_contiguous else value.tobytes()
            return _view, (pickle.PickleBuffer(whole), value.format, value.shape)
        numpy = loaded("numpy")  # there is no array before it is imported
        if numpy is not None and type(value) is numpy.ndarray and not value.flags.forc:
            return numpy.ascontiguousarray(value).__reduce_ex__(5)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Puts the buffers back, which it needs in the order in which they were taken out."""

    def __init__(self, file: io.BytesIO, buffers: Sequence[memoryview | bytes]) -> None:
        self._left = iter(buffers)
        super().__init__(file, buffers=self._left)

    def persistent_load(self, kind: type[bytes | bytearray]) -> bytes | bytearray:
        """Returns the next buffer; a copy, unless bytes are wanted and it is bytes already."""
        return kind(next(self._left))


def _view(buffer: memoryview | bytes, form: Any, shape: tuple[int, ...]) -> memoryview:  # noqa: ANN401 - a literal
    flat = memoryview(bytes(buffer))  # a copy if it is shared memory, which cannot be cast to another form
    # There is no casting to a shape without items.
    view: memoryview = flat.cast(form) if len(shape) == 1 or 0 in shape else flat.cast(form, shape)
    return view
