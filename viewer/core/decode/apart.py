"""Decoding in a process of its own, for readers during whose work no other thread runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from viewer.core.errors import DecodeError, WorkerError
from viewer.core.forks import after_fork
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from viewer.core.frame import Frame
    from viewer.core.workers.processes import InProcess

MOST = 2
"""Processes at once."""
IDLE = 60.0
"""Seconds after the last decode until the processes are ended: each holds 40 MB, and what it shares, 64 MB at most."""
HANGS_AFTER, FOR_EACH_MB, FOR_EACH_MB_DECODED = 30.0, 2.0, 0.125
"""Seconds after which a process is ended over a file, and how many more for each megabyte of it and of its pixels.

That is a little later than the window gives the decode up: others that wait for a process go on then.
"""


class DecoderProcesses:
    """Up to :data:`MOST` processes that decode; any thread. None is started before the first picture that needs one.

    They end with this program, however that ends. What a picture takes goes to and fro through shared memory. The first
    decode takes 0.2 s more, until its process is there; each takes 2 ms more for a picture of 1080p.
    """

    def __init__(self) -> None:
        self._is_closed = False
        self._begin_anew()
        after_fork(self, lambda self: self._begin_anew())  # whose processes answer the parent, and are not to be ended

    def _begin_anew(self) -> None:
        self._turns = threading.BoundedSemaphore(MOST)
        self._lock = threading.Lock()
        self._idle: list[InProcess] = []
        self._busy: set[InProcess] = set()
        self._rest: threading.Timer | None = None

    def decode(self, name: str, data: Buffer, most_bytes: int, *, for_screen: bool) -> Frame:
        """Returns what the core's decoder of this ``name`` makes of a file; blocks while all processes are busy.

        Raises:
            DecodeError: that of the decoder; or the process ended or hung, which says nothing sure of the file.
        """
        view = memoryview(data)
        patience = HANGS_AFTER + (FOR_EACH_MB * view.nbytes + FOR_EACH_MB_DECODED * most_bytes) / MB
        with self._turns:
            worker = self._taken()
            watch = _later(patience, worker.interrupt)
            try:
                return worker.call(_decoded, name, view, most_bytes, for_screen)
            except WorkerError as error:
                raise DecodeError(f"It could not be decoded. {error}") from error
            finally:
                watch.cancel()
                watch.join()  # or it might still interrupt the next call
                self._give_back(worker)

    def close(self) -> None:
        """Ends the processes; what they decode ends in an error. Any thread."""
        with self._lock:
            self._is_closed = True
            workers = [*self._busy, *self._idle]
            self._idle.clear()
            if self._rest is not None:
                self._rest.cancel()
        for worker in workers:
            worker.close()

    def _taken(self) -> InProcess:
        from viewer.core.workers.processes import InProcess  # noqa: PLC0415 - loaded by the first picture that needs it

        with self._lock:
            worker = self._idle.pop() if self._idle else InProcess(len(self._busy))
            self._busy.add(worker)
            if self._is_closed:
                worker.close()
        return worker

    def _give_back(self, worker: InProcess) -> None:
        with self._lock:
            self._busy.discard(worker)
            if self._is_closed:  # the worker is closed too
                return
            self._idle.append(worker)
            if self._rest is not None:
                self._rest.cancel()
            self._rest = _later(IDLE, self._end_idle)

    def _end_idle(self) -> None:
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.close()


def _later(seconds: float, job: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, job)
    timer.daemon, timer.name = True, "lookahead-decoders"
    timer.start()
    return timer


def _decoded(name: str, data: Buffer, most_bytes: int, for_screen: bool) -> Frame:  # noqa: FBT001 - sent to a process
    """Runs in the process."""
    from viewer.core.decode import faults  # noqa: PLC0415 - the process loads what it needs
    from viewer.core.decode.decoder import core_decoder  # noqa: PLC0415 - the same

    decoder = core_decoder(name)
    if decoder is None:
        raise ValueError(name)
    with faults.translated():
        return decoder.decode(data, most_bytes, for_screen=for_screen)
