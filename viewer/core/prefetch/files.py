"""The files of a sequence as a source: read by some threads, decoded by others."""

from __future__ import annotations

import os
import re
import time
from collections import deque
from contextlib import suppress
from enum import StrEnum
from functools import partial
from statistics import median_low
from typing import TYPE_CHECKING, Any

from viewer.core.computer_memory import give_back
from viewer.core.decode.judge import PictureJudge
from viewer.core.errors import (
    DecodeError,
    LookaheadError,
    NotFoundError,
    PatternError,
    SequenceError,
    ShareAwayError,
    StorageError,
)
from viewer.core.files import SteadyStorage, check_picture, not_shown, regrouped
from viewer.core.forks import after_fork
from viewer.core.load.concurrency import Concurrency
from viewer.core.load.known_lines import KnownLine, KnownLines, share_of
from viewer.core.loaded import loaded
from viewer.core.prefetch.memory import SPARE
from viewer.core.records import dataclass
from viewer.core.sequence.contents import no_pictures
from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule, Order
from viewer.core.sequence.naming import longest
from viewer.core.sequence.pattern import advice_about, is_pattern, matching
from viewer.core.sequence.scan import scan
from viewer.core.storage.transfer import Gate, ReadingOn, Transfer
from viewer.core.values import size_in_memory
from viewer.core.views.view import length

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Buffer

    from viewer.core.display.look import Look
    from viewer.core.prefetch.one_range import OneRange
    from viewer.core.prefetch.sources import Control
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp
    from viewer.core.workers.worker import Worker

PAUSE = 0.02
"""Seconds without a read beginning in place of one that ended, after which the link was not full."""
ALONE_KEPT = 16
"""Reads that had the line to themselves, by which it is known what one brings."""
FIRST = 4
"""Reads at once at first: where one thing is done at a time, the next item should not wait for seven others."""
PREVIEW_SIDE = 320
"""Pixels of the longer side that a quick, lesser form of a picture has at least."""


class Kind(StrEnum):
    """What a file is loaded as."""

    ARRAY = "array"
    """A numpy array of the samples in the file, as :meth:`viewer.core.decode.decoder.Decoder.decode` returns them."""
    FRAME = "frame"
    """A :class:`viewer.core.frame.Frame` as the window shows it: 8 bits, BGRX; all of a sequence in one range."""
    IMAGE = "image"
    """A Pillow image of the same samples; UnsupportedFormatError where Pillow has no mode for them."""
    BYTES = "bytes"
    """The bytes of the file."""


@dataclass(eq=False)
class FileSource:
    """Files, each read whole and then decoded. Other reads pause between pieces while a caller waits for one.

    Attributes:
        paths: where the files are; they may become more.
        storage: what reads them.
        decode: makes the item of the bytes of a file; without it, the bytes are the item.
        decode_small: makes a quick, lesser form of it, or None.
        controls: the reads under way, also those of the source before this one.
        most_ahead: bytes of the largest file that is read ahead before the first item shows how large they are.
        working: see :class:`~viewer.core.prefetch.sources.Source`.
        one_range: makes frames of the bytes of files in place of ``decode``, all in one range; None for other items.
    """

    paths: Sequence[str]
    storage: Storage
    decode: Callable[[Buffer], Any] | None
    decode_small: Callable[[Buffer], Any] | None
    controls: ReadControls
    one_range: OneRange | None = None
    most_ahead: int | None = None
    working: int = 0
    _used: int = 0
    """Bytes of files and items since memory was given back last; several threads add to it, and need not be exact."""

    @property
    def stages(self) -> int:
        """1 or 2."""
        return 1 if self.decode is None else 2

    def length(self) -> int | None:
        """Returns how many files there are now, None if that is not known."""
        return length(self.paths)

    def name(self, position: int, error: BaseException | None = None) -> str:  # noqa: ARG002 - an item is one file
        """Returns the path, "" for an item that is none."""
        try:
            return self.paths[position]
        except TypeError:
            return ""

    def renew(self) -> None:
        """Does nothing: each file is looked at when it is read."""

    def control(self) -> _Read:
        """Returns the controls of a read that begins."""
        return _Read(self.controls)

    def run(self, stage: int, worker: Worker, position: int, before: Any, control: Control | None) -> Any:  # noqa: ANN401 - as the protocol says
        """Reads the file, or decodes its bytes; raises what the storage, or ``decode``, does."""
        if stage == 1 and self.decode is not None:
            try:
                if self.one_range is None:
                    item = worker.call(self.decode, before)
                else:
                    item = self.one_range.frame(before, position, worker.call, self._read)
                return self._noted(item, len(before))
            except DecodeError:
                if isinstance(self.storage, SteadyStorage):
                    self.storage.forget(self.name(position))  # perhaps it was not whole yet
                raise
        data = self._read(position, control.transfer if isinstance(control, _Read) else None)
        if self.decode is not None:
            return data
        self._note_used(2 * memoryview(data).nbytes)
        return bytes(data)

    def _noted(self, item: Any, file: int) -> Any:  # noqa: ANN401 - whatever decode makes
        """Returns an item just decoded in this thread; libraries copy the ``file``, and some items are no frames."""
        registry = loaded("viewer.core.decode.registry")  # not here if processes decode
        frame = 0 if registry is None else registry.decoded_bytes()
        beyond = 0 if getattr(item, "nbytes", 0) == frame else frame
        self.working = max(self.working, beyond + file)
        self._note_used(file + max(frame, size_in_memory(item)))
        return item

    def _note_used(self, nbytes: int) -> None:
        """Notes that so much memory was taken, and sees to it that as much that was freed is given back."""
        self._used += nbytes
        if self._used > SPARE:
            self._used = 0
            give_back()  # of blocks up to 32 MB the C library keeps many for the next ones, as much again as is in use

    def preview(self, worker: Worker, position: int, before: Any) -> Any:  # noqa: ANN401, ARG002 - as the protocol says
        """Returns the small form of the bytes read, if they have one."""
        return None if self.decode_small is None or before is None else worker.call(self.decode_small, before)

    def _read(self, position: int, transfer: Transfer | None = None) -> Buffer:
        is_needed = transfer is None or transfer.urgent or self.working
        transfer = transfer or Transfer()
        path = self.paths[position]
        if self.decode is not None:
            suffix = os.path.splitext(path)[1]  # noqa: PTH122 - a Path of every string would win nothing
            transfer.judge = PictureJudge(suffix, None if is_needed else self.most_ahead)
        return self.storage.read(path, transfer)


class ReadControls:
    """What the reads share: while one is urgent, the gate is closed for the others; and how many there may be.

    The number is measured while as many as allowed look ahead. It begins with few, and is more where the share is far
    away, or one where all of them together bring no more than one that is alone.
    """

    def __init__(self, least: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Makes an open gate, for ``least`` reads as usual and ``most`` at most; ``clock`` never goes back."""
        first = min(least, FIRST) if least < most else least
        self._concurrency = Concurrency(first, most, first)
        self._clock = clock
        self._received = 0
        self._ended_at = clock()
        self._has_paused = False
        self._alone: deque[float] = deque(maxlen=ALONE_KEPT)
        self._share, self._most = "", most
        self._known: KnownLine | None = None
        self._begin_anew()
        after_fork(self, lambda self: self._begin_anew())

    def _begin_anew(self) -> None:
        self.gate = Gate()
        self.urgent = 0
        # And how many there were when it began; since when they had the line together, and what had come by then
        self._under_way: dict[Transfer, tuple[int, float, int]] = {}

    def recall(self, path: str) -> None:
        """Begins with what is known from earlier of the share on which ``path`` lies; blocking, on this disk."""
        self._share = share_of(os.path.abspath(path), follows=True)  # noqa: PTH100 - a Path of every string would win nothing
        self._known = KnownLines().recall(self._share) if self._share else None
        if self._known is not None:
            self._concurrency.begin_with(self._known.reads)

    def remember(self) -> None:
        """Keeps what has been learned of the share for the next time, unless it is no news; blocking, on this disk."""
        found, known = self._concurrency.found, self._known or KnownLine(0, 0.0)
        if self._share and found and found not in {known.reads, self._most}:  # with more allowed it might be more
            self._known = known._replace(reads=found)
            KnownLines().remember(self._share, self._known)

    @property
    def at_once(self) -> int:
        """How many reads may look ahead now."""
        return self._concurrency.reads

    def begin(self, transfer: Transfer) -> None:
        """Called when a read begins, one thread at a time."""
        transfer.began = self._clock()
        if self.at_once == 1:
            transfer.reading_on = ReadingOn.USUAL
        self._has_paused = self._has_paused or transfer.began - self._ended_at > PAUSE
        self._under_way[transfer] = len(self._under_way), transfer.began, self._come()

    def end(self, transfer: Transfer) -> None:
        """Called when a read has ended, one thread at a time."""
        looking_ahead = sum(not (each.urgent or each.cancelled) for each in self._under_way)
        is_full = looking_ahead == len(self._under_way) == self.at_once and not self._has_paused
        now, received = self._clock(), self._come()
        self._ended_at = now
        before, since, come_then = self._under_way.pop(transfer)
        is_alone = transfer.urgent or not (before or self._under_way)
        if is_alone and now > transfer.began and transfer.received:
            self._alone.append(transfer.received / (now - transfer.began))
            self._concurrency.note_alone(median_low(self._alone), now)
        elif not is_alone and now > since and looking_ahead == len(self._under_way) + 1 and not transfer.cancelled:
            at_once = min(before + 1, looking_ahead)
            self._concurrency.note_read(transfer.received, since, now, at_once, received - come_then)
        self._concurrency.note(now, received, busy=is_full)
        if transfer.urgent:  # the others have waited for it
            self._under_way = {each: (number, now, received) for number, each in enumerate(self._under_way)}
        self._received += transfer.received
        self._has_paused = False

    def _come(self) -> int:
        """Returns all bytes that have come so far."""
        return self._received + sum(each.received for each in self._under_way)

    def change(self, by: int) -> None:
        """Counts ``by`` more urgent reads; the gate is open while there are none. Any thread."""
        self.urgent += by
        self.gate.set_open(is_open=self.urgent == 0)


class _Read:
    """The controls of one read."""

    def __init__(self, controls: ReadControls) -> None:
        self.transfer = Transfer(controls.gate)
        self._controls = controls
        controls.begin(self.transfer)

    @property
    def stamp(self) -> Stamp | None:
        """Which file was read, as it was when it was opened."""
        return self.transfer.stamp

    def hurry(self) -> None:
        """Makes the read urgent: the others pause."""
        if not self.transfer.urgent:
            self.transfer.set_urgent(urgent=True)
            self._controls.change(1)

    def cancel(self) -> None:
        """Cancels the read; any thread."""
        self.transfer.cancel()

    def end(self) -> None:
        """Called when the read has ended: the others go on."""
        self._controls.end(self.transfer)
        if self.transfer.urgent:
            self.transfer.set_urgent(urgent=False)
            self._controls.change(-1)


def decoder_of(kind: Kind) -> Callable[[Buffer], Any] | None:
    """Returns the function that makes ``kind`` of the bytes of a file, None for bytes; processes can have it."""
    return {Kind.ARRAY: _array, Kind.FRAME: _frame, Kind.IMAGE: _image, Kind.BYTES: None}[kind]


def preview_of(kind: Kind, look: Look | None = None) -> Callable[[Buffer], Any] | None:
    """Returns the function that makes a small form of ``kind`` of the bytes of a JPEG file, and None of others'.

    ``look`` is that of frames, if one was given.
    """
    small_frame = _small_frame if look is None else partial(_small_frame, look=look)
    return {Kind.ARRAY: _small_array, Kind.FRAME: small_frame, Kind.IMAGE: _small_image, Kind.BYTES: None}[kind]


def found_sequence(
    storage: Storage, opened: str, before: FrameSequence | None = None, rule: FolderRule = AS_NAMED
) -> FrameSequence:
    """Returns the sequence that ``opened`` names: the longest of a folder, or of those that a pattern fits; blocking.

    ``before`` is what was found there earlier, if anything. Of ``rule`` the filter goes before a pattern, and the order
    behind it.

    Raises:
        SequenceError: there are no pictures there, or none passes the filter of the rule or matches the pattern; or
            ``opened`` has other signs for a number than patterns have.
        ShareAwayError: there were pictures before, and now the folder holds none, or is not there.
        StorageError: the folder could not be listed.
    """
    text = opened.rstrip("/") or opened
    folder, name = os.path.split(text)
    # Without its share a folder that is named like a pattern would be taken for one.
    if not is_pattern(text) or (storage.is_folder(text) if before is None else before.folder == text):
        folder, name = text, ""
    folder = folder or os.curdir
    try:
        seen = scan(storage, folder, Transfer(), lambda _so_far: None, lambda: 0.0)
    except DecodeError as error:  # of a file of several pages
        raise not_shown(folder, error) from error
    except NotFoundError as error:
        raise _not_there(storage, text, error if before is None else emptied(folder)) from None
    found = seen.sequences
    if before is not None and not found:
        raise emptied(folder)
    # Real names can look like patterns.
    named = [sequence for sequence in found if name and sequence.index_of_name(name) is not None]
    if found and rule.filter:
        found = regrouped(storage, found, FolderRule(filter=rule.filter))
    if name and not named:
        found = tuple(matching(text, found))
    if not found:
        raise no_pictures(storage, folder, seen.unread, Transfer())
    if rule.order is not Order.SEQUENCES:
        return longest(regrouped(storage, found, FolderRule(rule.order)))
    return longest(found if rule.filter else named or found)


def emptied(folder: str) -> ShareAwayError:
    """Returns the error for a folder in which there were pictures and now are none, as when its share is unmounted."""
    return ShareAwayError(f"{folder} holds no pictures any more, or its share is not mounted.")


def _not_there(storage: Storage, text: str, error: StorageError) -> LookaheadError:
    """Returns the error for a path that is no folder: ``error``, unless the path says more."""
    with suppress(StorageError):
        storage.stamp(text)
        return _is_a_file(storage, text)
    advice = advice_about(text)
    return PatternError(advice) if advice and not isinstance(error, ShareAwayError) else error


def _is_a_file(storage: Storage, path: str) -> SequenceError:
    """Returns the error for a path that is no folder and holds no pages: it may be no picture either."""
    try:
        with suppress(StorageError):  # pages cannot be opened
            check_picture(storage, path)
    except SequenceError as error:
        return error
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - a text
    pattern = re.sub("[0-9]+(?=[^0-9/]*$)", lambda digits: "#" * len(digits[0]), stem)
    advice = "" if pattern == stem else f", or the pattern {pattern}{suffix}"
    return SequenceError(f"{path} is a single file, not a folder. Give its folder{advice}.")


def _array(data: Buffer) -> Any:  # noqa: ANN401 - numpy is not imported here
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - numpy and the like come with pictures

    return DecoderRegistry().decode(data).array()


def _frame(data: Buffer) -> Any:  # noqa: ANN401 - as above
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - as above
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - as above

    return to_bgrx(DecoderRegistry().decode(data, for_screen=True))


def _image(data: Buffer) -> Any:  # noqa: ANN401 - as above
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - as above

    return DecoderRegistry().image(data)


def _small_frame(data: Buffer, look: Look | None = None) -> Any:  # noqa: ANN401 - as above
    from viewer.core.decode.registry import DecoderRegistry  # noqa: PLC0415 - as above
    from viewer.core.display.look import to_bgrx  # noqa: PLC0415 - as above
    from viewer.core.frame import Size  # noqa: PLC0415 - as above

    reduced = DecoderRegistry().reduced(data, Size(PREVIEW_SIDE, PREVIEW_SIDE))
    if reduced is None or look is None:
        return None if reduced is None else reduced[0]
    return to_bgrx(reduced[0], look)


def _small_array(data: Buffer) -> Any:  # noqa: ANN401 - as above
    frame = _small_frame(data)
    return None if frame is None else frame.array()[..., 2::-1]


def _small_image(data: Buffer) -> Any:  # noqa: ANN401 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    array = _small_array(data)
    return None if array is None else Image.fromarray(array.copy())
