"""Decoding in a process of its own, for readers during whose work no other thread runs."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from viewer.core.errors import DamagedImageError, DecodeError, WorkerDiedError, WorkerError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame
    from viewer.core.workers.processes import InProcess

MOST = 2
"""Processes at once."""
IDLE = 60.0
"""Seconds after which a process that has nothing to do is ended, at the next decode by another or the end."""


class DecoderProcesses:
    """Up to :data:`MOST` processes that decode; any thread. None is started before the first picture that needs one.

    They end with this program, however that ends. What a picture takes goes to and fro through shared memory.
    """

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(MOST)
        self._lock = threading.Lock()
        self._idle: list[tuple[InProcess, float]] = []
        self._busy: set[InProcess] = set()
        self._is_closed = False

    def decode(self, name: str, data: Buffer, most_bytes: int, *, for_screen: bool) -> Frame:
        """Returns what the core's decoder of this ``name`` makes of a file; blocks while all processes are busy.

        Raises:
            DecodeError: that of the decoder; or the process ended, of this file as far as can be known.
        """
        with self._turns:
            worker = self._taken()
            try:
                return worker.call(_decoded, name, memoryview(data), most_bytes, for_screen)
            except WorkerDiedError as error:
                raise DamagedImageError("The file is damaged: the program that decodes it ended over it.") from error
            except WorkerError as error:
                raise DecodeError(f"It could not be decoded: {error}") from error
            finally:
                self._give_back(worker)

    def close(self) -> None:
        """Ends the processes; what they decode ends in an error. Any thread."""
        with self._lock:
            self._is_closed = True
            workers = [*self._busy, *(worker for worker, _ in self._idle)]
            self._idle.clear()
        for worker in workers:
            worker.close()

    def _taken(self) -> InProcess:
        from viewer.core.workers.processes import InProcess  # noqa: PLC0415 - loaded by the first picture that needs it

        now = time.monotonic()
        with self._lock:
            worker = self._idle.pop()[0] if self._idle else InProcess(len(self._busy))
            old = [each for each, since in self._idle if now - since > IDLE]
            self._idle = [each for each in self._idle if each[0] not in old]
            self._busy.add(worker)
            is_closed = self._is_closed
        for each in [*old, *([worker] if is_closed else [])]:
            each.close()
        return worker

    def _give_back(self, worker: InProcess) -> None:
        with self._lock:
            self._busy.discard(worker)
            is_closed = self._is_closed
            if not is_closed:
                self._idle.append((worker, time.monotonic()))
        if is_closed:
            worker.close()


def _decoded(name: str, data: Buffer, most_bytes: int, for_screen: bool) -> Frame:  # noqa: FBT001 - sent to a process
    """Runs in the process."""
    from viewer.core.decode import faults  # noqa: PLC0415 - the process loads what it needs
    from viewer.core.decode.decoder import core_decoder  # noqa: PLC0415 - the same

    decoder = core_decoder(name)
    if decoder is None:
        raise ValueError(name)
    with faults.translated():
        return decoder.decode(data, most_bytes, for_screen=for_screen)
