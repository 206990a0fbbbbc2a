"""What makes a folder slow: its link and its files measured, without a window."""

from __future__ import annotations

import math
import os
import queue
import statistics
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import CancelledError, DecodeError, LookaheadError, NotAnsweringError
from viewer.core.executor import Failure, run_job
from viewer.core.files import open_storage
from viewer.core.frame import FrameIndex
from viewer.core.load.link import Link
from viewer.core.load.statistics import CacheLevel, StepStatistics, StepTime
from viewer.core.pages.naming import page_of
from viewer.core.storage.transfer import Transfer
from viewer.core.storage.wrapped import WrappedStorage
from viewer.core.units import MB, format_bytes
from viewer.model import messages, report
from viewer.model.opened import open_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.mounts import Kept
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Opened
    from viewer.model.report import Section

OPENS, FIRST_BYTES = 10, 4096
"""Files of which only the first bytes are read, to see how long the share takes to answer, and how many bytes."""
OPENING_TIME = 2.0
"""Seconds after which no more files are only begun."""
READERS = (1, 2, 4, 8, 16)
"""The numbers of reads at once that are tried."""
ROUND_TIME = 1.2
"""Seconds after which a round of reading begins no more files; those begun are finished, so that every byte counts."""
ROUND_LIMIT = 3.5
"""Seconds after which a round stops reading."""
ENOUGH, ENOUGH_TIME, MOST = 12 * MB, 0.3, 64 * MB
"""A round that has so many bytes after so many seconds may end, and one with the last figure ends at once."""
DECODED = 5
"""Files that are decoded."""
MOST_DECODERS = 2
"""Frames that the viewer decodes at once, where there are as many processors."""
PATIENCE = 20.0
"""Seconds without a sign of life after which the share counts as not answering."""
NO_ANSWER = f"the share has not answered for {PATIENCE:.0f} seconds"
_LOOK = 0.2  # seconds between two looks for a sign of life


def diagnose(
    path: str,
    *,
    storage: Storage | None = None,
    say: Callable[[str], None] = lambda _sentence: None,
    clock: Callable[[], float] = time.perf_counter,
    on_disk: Callable[[FrameSequence], int] | None = None,
) -> str:
    """Measures the folder for about a quarter of a minute and returns a report as text.

    Every file is read once at most, and no more of them than it takes. Reading and listing happen on threads of their
    own, so that a share that hangs, and Ctrl+C, end it.

    Args:
        path: an absolute path of a folder or a picture, or a pattern such as ``/shots/shot.####.png``.
        storage: where it is; what the system knows if None.
        say: called with what is being measured now.
        clock: the time in seconds, never going back.
        on_disk: returns how many files of a sequence are kept on this disk; None where none are kept.

    Raises:
        NotAnsweringError: the folder could not be listed because the share does not answer.
        StorageError: the folder could not be listed.
        SequenceError: there are no pictures in it.
    """
    diagnosis = _Diagnosis(storage or open_storage(), clock, say)
    sequence = diagnosis.list_folder(path)
    diagnosis.open_files()
    diagnosis.read_files()
    diagnosis.decode_files()
    sections = diagnosis.sections(sequence)
    if on_disk is not None:
        sections.append(report.disk_section(on_disk(sequence), len(sequence)))
    return report.as_text(sections)


class _Read(NamedTuple):
    """A file that was read whole: its path, its bytes, the seconds until it was open and until all were here."""

    path: str
    content: Buffer
    latency: float
    seconds: float


class _Measured(Transfer):
    """A read that ends by itself when ``is_over``, asked before each piece."""

    def __init__(self, is_over: Callable[[Transfer], bool]) -> None:
        super().__init__()
        self._is_over = is_over

    def checkpoint(self) -> None:
        """Cancels the read when it is over; otherwise as every transfer."""
        if self._is_over(self):
            self.cancel()
        super().checkpoint()


class _Round:
    """Some files read for a while by some readers, each of which runs :meth:`work` on a thread of its own."""

    def __init__(
        self, files: deque[str], read: Callable[[str, Transfer], Buffer | None], clock: Callable[[], float]
    ) -> None:
        self._files = files
        self._read = read
        self._clock = clock
        self.transfers: list[_Measured] = []
        self.whole: list[_Read] = []
        self.is_over = False
        self.began = self.ended = clock()

    def received(self) -> int:
        """Returns the bytes that have come in so far."""
        return sum(transfer.received for transfer in self.transfers)

    def life(self) -> object:
        """Returns what changes with each answer of the share, or while this computer works on a read itself."""
        opened = sum(transfer.latency is not None for transfer in self.transfers)
        return opened, self.received(), all(transfer.asks for transfer in self.transfers) or self._clock()

    def work(self) -> None:
        """Reads one file after the other until there are none left or it is enough."""
        while not self._is_enough():
            try:
                path = self._files.popleft()
            except IndexError:
                return
            transfer = _Measured(lambda _: self.is_over or self._clock() - self.began >= ROUND_LIMIT)
            transfer.set_urgent(urgent=True)  # as the frame on screen is read, so that pieces cost no round trips
            self.transfers.append(transfer)
            started = self._clock()
            content = self._read(path, transfer)
            ended = self.ended = self._clock()  # the last one to write it is the last one to end
            if content is not None:
                self.whole.append(_Read(path, content, transfer.latency or 0.0, ended - started))

    def _is_enough(self) -> bool:
        gone, amount = self._clock() - self.began, self.received()
        return self.is_over or gone >= ROUND_TIME or amount >= MOST or (amount >= ENOUGH and gone >= ENOUGH_TIME)


class _Diagnosis:
    """What has been measured so far. Methods block and are called one after the other."""

    def __init__(self, storage: Storage, clock: Callable[[], float], say: Callable[[str], None]) -> None:
        self._storage = storage
        self._clock = clock
        self._say = say
        self._listing = _TimedListing(storage, clock)
        self._kept: Kept | None = None
        self._shortened: tuple[str, ...] = ()
        self._files: deque[str] = deque()
        self._latencies: list[float] = []
        self._link = Link()
        self._by_readers: dict[int, float] = {}
        self._sizes: list[int] = []
        self._alone: list[_Read] = []
        self._whole: deque[_Read] = deque(maxlen=DECODED)
        self._decodes = StepStatistics()
        self._not_measured: list[tuple[str, str]] = []
        self._failures: list[str] = []
        self._answers = True

    def list_folder(self, path: str) -> FrameSequence:
        """Lists the folder and returns the sequence that is measured."""
        self._say(f"Listing {path}")
        found: list[Opened] = []

        def job() -> None:
            found.append(open_from(self._listing, path, Transfer(), lambda _so_far: None, self._clock))

        if not self._attend([job], lambda: self._listing.names):
            raise NotAnsweringError(f"{path} cannot be listed: {NO_ANSWER}. Try again later.")
        (opened,) = found
        sequence, self._kept, self._shortened = opened.sequences[opened.chosen], opened.kept, opened.shortened
        self._files.extend(sequence.path(FrameIndex(index)) for index in _spread(len(sequence)))
        return sequence

    def open_files(self) -> None:
        """Reads the first bytes of some files, those that the readers come to last.

        Opening alone would not tell: some clients do that without asking the share.
        """
        self._say("Opening files")
        until = self._clock() + OPENING_TIME

        def job() -> None:
            for path in list(self._files)[: -OPENS - 1 : -1]:
                began = self._clock()
                if began >= until:
                    return
                transfer = _Measured(lambda transfer: transfer.received > 0)
                self._read(path, transfer, FIRST_BYTES)
                if transfer.received:
                    self._latencies.append(self._clock() - began)

        self._answers = self._attend([job], lambda: len(self._latencies))
        if not self._latencies:
            self._not_measured.append(("Answer to a call", "no file could be read"))

    def read_files(self) -> None:
        """Reads with more and more readers."""
        for position, readers in enumerate(READERS):
            if why_not := self._why_not(readers):
                self._not_measured.append((_rate_with(readers), why_not))
                continue
            self._say(f"Reading {'one file' if readers == 1 else f'{readers} files'} at a time")
            # As many files as there are readers, and of the others a part that leaves enough to the rounds to come.
            part = len(self._files) * readers // sum(READERS[position:])
            files = deque(self._files.popleft() for _ in range(max(readers, part)))
            self._read_round(readers, files)
            self._files.extend(files)

    def decode_files(self) -> None:
        """Decodes the files that were read whole."""
        self._say("Decoding")
        registry = DecoderRegistry()
        for position, read in enumerate(self._whole):
            try:
                if position == 0:
                    registry.decode(read.content)  # loads the libraries
                began = self._clock()
                frame = registry.decode(read.content)
                took = self._clock() - began
            except DecodeError as error:
                self._failures.append(f"{os.path.split(read.path)[1]}: {error}")
                continue
            suffix = os.path.splitext(read.path)[1].removeprefix(".").upper()  # noqa: PTH122 - no Path is needed
            kind = f"{suffix} {frame.description}".strip()
            self._decodes.note_decode(kind, frame.size.width * frame.size.height, took)
        if not self._decodes.decodes():
            why = "none of the files read is a picture" if self._whole else "no file came in whole within the time"
            self._not_measured.append(("Decoding", why))

    def sections(self, sequence: FrameSequence) -> list[Section]:
        """Returns the report on all that was measured."""
        decoders = min(MOST_DECODERS, os.cpu_count() or 1)
        latency = statistics.median(self._latencies) if self._latencies else None
        rate = max(self._by_readers.values(), default=None)
        size = statistics.mean(self._sizes) if self._sizes else None
        listing = self._listing.names, self._listing.seconds
        decodes = self._decodes.decodes()
        why = self._failures[-1] if self._failures else "There is nothing to tell about the time."
        summary = f"Nothing could be read. {why}"
        if not self._answers:
            summary = f"{NO_ANSWER.capitalize()}. What follows was measured before."
        elif self._alone:
            reading = statistics.mean(read.seconds for read in self._alone)
            decoding = statistics.mean(times.mean for times in decodes) if decodes else 0.0
            step = StepTime(CacheLevel.SHARE, 0.0, reading, decoding, 0.0)
            summary = report.verdict([step], latency=latency, bytes_per_second=rate, file_bytes=size, decoders=decoders)
        kind = "files" if page_of(sequence.path(FrameIndex(0))) is None else "pages"
        folder = [("Folder", sequence.folder), ("Sequence", f"{sequence.label}, {len(sequence):,} {kind}")]
        if size is not None:
            folder.append(("Size of a file", format_bytes(size)))
        sections = [
            report.summary_section(summary),
            report.Section("The folder", tuple(folder), messages.shortened(self._shortened)),
            report.link_section(latency, rate, self._by_readers, listing, is_slow=self._link.is_slow, kept=self._kept),
        ]
        if decodes:
            sections.append(report.decode_section(decodes, decoders))
        if self._not_measured:
            sections.append(report.Section("Not measured", tuple(self._not_measured)))
        if self._failures:
            count = len(self._failures)
            rows = tuple((sentence,) for sentence in self._failures[:3])
            note = f"{count} {'file' if count == 1 else 'files'} could not be read or decoded."
            sections.append(report.Section("Failures", rows, note))
        return sections

    def _why_not(self, readers: int) -> str:
        """Returns why a round with so many readers cannot be measured, or ""."""
        if not self._answers:
            return NO_ANSWER
        if len(self._files) < readers:
            return f"only {len(self._files)} {'file is' if len(self._files) == 1 else 'files are'} left to read"
        best = max(self._by_readers.values(), default=0.0)
        if best and readers * statistics.mean(self._sizes) / best > ROUND_LIMIT:
            return "the line is too slow to try that within the time"
        return ""

    def _read_round(self, readers: int, files: deque[str]) -> None:
        """Reads ``files`` with so many readers for a while; those that were not begun are left in it."""
        turn = _Round(files, self._read, self._clock)
        self._answers = self._attend([turn.work] * readers, turn.life)
        turn.is_over = True  # for those that hang, should they ever wake up
        self._sizes += [transfer.total for transfer in turn.transfers if transfer.total]
        for read in turn.whole:
            self._link.note_read(read.latency, memoryview(read.content).nbytes, read.seconds, readers)
        self._whole.extend(turn.whole)
        if readers == 1:
            self._alone = turn.whole
        took = turn.ended - turn.began
        if turn.received() and took > 0:
            self._by_readers[readers] = turn.received() / took
        else:
            self._not_measured.append((_rate_with(readers), "nothing came in" if self._answers else NO_ANSWER))

    def _read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer | None:
        """Returns the bytes of the file, None if the read was ended or failed; any thread."""
        try:
            return self._storage.read(path, transfer, limit)
        except CancelledError:
            return None
        except LookaheadError as error:
            self._failures.append(str(error))
            return None

    def _attend(self, jobs: Sequence[Callable[[], None]], sign_of_life: Callable[[], object]) -> bool:
        """Runs each job on a thread of its own and waits for all; returns False if there was no sign of life.

        Threads that hang are left behind: they do not keep the program from ending.
        """
        outcomes: queue.SimpleQueue[object] = queue.SimpleQueue()
        for job in jobs:
            threading.Thread(
                target=lambda job=job: outcomes.put(run_job(job)), name="lookahead-diagnose", daemon=True
            ).start()
        last, looked_at, silence = sign_of_life(), self._clock(), 0.0
        running = len(jobs)
        while running:
            try:
                outcome = outcomes.get(timeout=_LOOK)
            except queue.Empty:
                outcome = None
            else:
                running -= 1
            if isinstance(outcome, Failure):
                raise outcome.error
            # While this computer is too busy to look, or asleep, the share is not to blame.
            before, looked_at = looked_at, self._clock()
            sign, last = last, sign_of_life()
            silence = silence + min(looked_at - before, 2 * _LOOK) if sign == last else 0.0
            if running and silence >= PATIENCE:
                return False
        return True


class _TimedListing(WrappedStorage):
    """Another storage; notes how long its listings take and how far they are."""

    def __init__(self, inner: Storage, clock: Callable[[], float]) -> None:
        super().__init__(inner)
        self._clock = clock
        self.names = 0
        self.seconds = 0.0

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the names; the time in which they are worked upon does not count."""
        batches = super().list_names(folder, transfer)
        while True:
            began = self._clock()
            batch = next(batches, None)
            self.seconds += self._clock() - began
            if batch is None:
                return
            self.names += len(batch)
            yield batch


def _rate_with(readers: int) -> str:
    return f"Rate with {readers} {'reader' if readers == 1 else 'readers'}"


def _spread(count: int) -> Iterator[int]:
    """Yields 0 to ``count - 1``, each once, any few of them in a row spread over the whole range.

    Steps of the golden section: the points that it gives one after the other lie most evenly (Knuth, The Art of
    Computer Programming, volume 3, section 6.4, theorem S).
    """
    step = max(1, round(count * (math.sqrt(5) - 1) / 2))
    while math.gcd(step, count) != 1:
        step += 1
    return (position * step % count for position in range(count))
