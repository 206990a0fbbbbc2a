"""The reading lane, with a loop that is turned and reads that are finished by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import HandExecutor, HandLoop, MemoryStorage, broken
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from viewer.core.errors import CancelledError, NotAnsweringError, StorageError
from viewer.core.executor import Failure, Success
from viewer.core.load import known_lines as known_lines_module
from viewer.core.load import read_lane as reading_module
from viewer.core.load.concurrency import Concurrency
from viewer.core.load.known_lines import KnownLines, LineMemory
from viewer.core.load.link import Link
from viewer.core.load.plan import Pace
from viewer.core.load.read_lane import (
    EXTRA_READERS,
    FORGOTTEN_AFTER,
    GIVE_UP_AFTER,
    HANGING,
    TICK,
    ReadLane,
    as_lookahead,
)
from viewer.core.storage import transfer as transfer_module
from viewer.core.storage.transfer import Gate, ReadingOn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.storage.transfer import Transfer

PIECE = 10
FAST = 1e12
"""A speed limit at which nobody waits."""


@pytest.fixture(autouse=True, scope="module")
def _small_pieces_and_nobody_waits_at_the_gate() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Link, "piece", lambda _line, _readers: PIECE)
        patch.setattr(transfer_module, "PAUSE_LIMIT", 0.0)
        yield


def file(number: int = 0, pieces: int = 4) -> bytes:
    """A file of so many pieces."""
    return f"{number:09}.".encode().ljust(PIECE * pieces, b"x")


class Share(MemoryStorage):
    """A storage in whose reads something can happen.

    Attributes:
        meanwhile: path and bytes received to what happens then, once, before the next piece.
        sizes: the size of each piece that was asked for.
    """

    def __init__(self, files: dict[str, bytes | BaseException]) -> None:
        super().__init__(files)
        self.meanwhile: dict[tuple[str, int], Callable[[], object]] = {}
        self.sizes: list[int] = []

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        assert limit is None
        transfer.checkpoint()
        self.reads.append(path)
        content = self._content(path)
        transfer.latency = 0.025
        with transfer.filling(self.stamp(path), lambda size: memoryview(bytearray(size))) as room:
            while (start := transfer.received) < len(content):
                self.meanwhile.pop((path, start), lambda: None)()
                transfer.checkpoint()
                piece = slice(start, min(start + transfer.piece, len(content)))
                room[piece] = content[piece]
                self.sizes.append(transfer.piece)
                self.sent += piece.stop - start
                transfer.received = piece.stop
            self.meanwhile.pop((path, len(content)), lambda: None)()
            return bytes(room)


class Bench:
    """A lane over files named "0", "1" …, with everything around it."""

    def __init__(self, reads_at_once: int = 4, max_workers: int | None = None, files: int = 50) -> None:
        self.loop = HandLoop()
        self.readers = HandExecutor(self.loop, reads_at_once + EXTRA_READERS if max_workers is None else max_workers)
        self.share = Share({str(number): file(number) for number in range(files)})
        self.told: list[tuple[str, Success[Buffer] | Failure]] = []
        self.freed = 0
        self.lane = ReadLane(self.loop, self.readers, self.share, self.done, self.free, reads_at_once)

    def done(self, path: str, transfer: Transfer, outcome: Success[Buffer] | Failure) -> None:
        assert transfer is not self.lane.transfer(path)
        self.told.append((path, outcome))

    def free(self) -> None:
        self.freed += 1

    def start(self, *paths: str, urgent: bool = False) -> Transfer:
        """Begins to read ``paths``; returns the last one's transfer."""
        for path in paths:
            self.lane.start(path, urgent=urgent)
        transfer = self.lane.transfer(paths[-1])
        assert transfer is not None
        return transfer

    def run(self, path: str) -> None:
        """Reads ``path`` to its end, or to where it is stopped."""
        self.start(path)
        self.readers.finish()

    def start_all_that_may(self, *, urgent: bool = False) -> list[str]:
        """Begins reads, of the file "0" first, until no more may begin; returns what is being read."""
        names = (name for name in self.share.files if name not in self.lane)
        while self.lane.can_start(urgent=urgent):
            self.start(next(names), urgent=urgent)
        return list(self.lane)

    def stop_at(self, path: str, received: int, *, forget: bool = False) -> None:
        """Reads ``path`` and stops it when so many bytes are here."""
        self.share.meanwhile[path, received] = lambda: self.lane.stop(path, forget=forget)
        self.start(path)
        self.readers.finish()

    def contents_told(self) -> list[tuple[str, bytes]]:
        return [(path, bytes(end.value)) for path, end in self.told if isinstance(end, Success)]

    def errors_told(self) -> list[BaseException]:
        return [end.error for _, end in self.told if isinstance(end, Failure)]


# Reading


def test_a_file_is_read_and_told() -> None:
    bench = Bench()
    transfer = bench.start("3")
    assert list(bench.lane) == ["3"]
    assert len(bench.lane) == 1
    assert "3" in bench.lane
    assert bench.lane.transfer("3") is transfer
    freed = bench.freed
    bench.readers.finish()
    assert bench.contents_told() == [("3", file(3))]
    assert len(bench.lane) == 0
    assert "3" not in bench.lane
    assert bench.lane.transfer("3") is None
    assert bench.freed > freed, "somebody must be told that a hand is free"


def test_a_read_that_fails_and_a_file_without_bytes_are_told() -> None:
    bench = Bench()
    error = bench.share.files["0"] = broken("0")
    bench.share.files["1"] = b""
    bench.start("0", "1")
    bench.readers.finish_all()
    assert bench.errors_told() == [error]
    assert bench.contents_told() == [("1", b"")]


def test_the_pieces_are_those_that_suit_the_line_with_so_many_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Link, "piece", lambda _line, readers: 2 * readers)
    bench = Bench(reads_at_once=8)
    bench.run("0")
    assert bench.share.sizes == [16] * 3


# Places


def test_one_place_is_for_urgent_reads_and_a_single_one_for_all() -> None:
    single = Bench(reads_at_once=1)
    assert single.start_all_that_may() == ["0"]
    assert not single.lane.can_start(urgent=True)
    assert single.lane.is_full
    bench = Bench(reads_at_once=4)
    assert bench.lane.at_once == 4
    assert len(bench.start_all_that_may()) == 3
    assert not bench.lane.is_full
    assert bench.lane.can_start(urgent=True)
    bench.start("urgent", urgent=True)
    assert not bench.lane.can_start(urgent=True)
    assert bench.lane.is_full


def test_stopping_a_read_makes_way_for_an_urgent_one() -> None:
    bench = Bench(reads_at_once=2)
    bench.start_all_that_may(urgent=True)
    bench.lane.stop("0")
    assert not bench.lane.is_full
    assert bench.lane.can_start(urgent=True)


def test_stopping_a_read_makes_no_way_when_all_other_hands_hang() -> None:
    bench = Bench(reads_at_once=2, max_workers=3)
    bench.start("0", "1")
    bench.lane.stop("0")
    bench.start("2")
    assert not bench.lane.can_start(urgent=True)
    assert not bench.lane.is_full


def test_another_number_holds_from_now_on() -> None:
    bench = Bench(reads_at_once=2, max_workers=40)
    bench.start_all_that_may()
    freed = bench.freed
    bench.lane.set_reads_at_once(8)
    assert bench.freed == freed + 1
    assert len(bench.start_all_that_may()) == 7
    bench.lane.set_reads_at_once(3)
    assert not bench.lane.can_start(urgent=True)
    assert bench.lane.is_full
    for _ in range(5):
        bench.readers.finish()
    assert bench.lane.can_start(urgent=True)
    assert not bench.lane.can_start(urgent=False)


def test_the_automatic_number_is_the_one_found_and_one_more_for_urgent_reads() -> None:
    bench = Bench(reads_at_once=0, max_workers=60)
    assert len(bench.start_all_that_may()) == Concurrency().reads
    assert bench.lane.at_once == Concurrency().reads + 1
    assert bench.lane.can_start(urgent=True)


def test_hands_are_never_exceeded_however_many_reads_hang() -> None:
    bench = Bench(reads_at_once=4, max_workers=10)
    stopped = 0
    while paths := [path for path in bench.start_all_that_may(urgent=True) if path in bench.lane]:
        stopped += len(paths)
        for path in paths:
            bench.lane.stop(path)
            del bench.share.files[path]
    assert stopped == 10
    assert not bench.lane.can_start(urgent=True)
    assert not bench.lane.is_full, "to stop one would help nobody"
    bench.readers.finish()
    assert bench.lane.can_start(urgent=True)
    assert not bench.lane.can_start(urgent=False)


# The speed limit


def test_a_limit_of_nothing_begins_urgent_reads_only() -> None:
    bench = Bench()
    freed = bench.freed
    bench.start("1")
    bench.lane.set_limit(0)
    assert not bench.lane.can_start(urgent=False)
    assert bench.lane.can_start(urgent=True)
    bench.start("0", urgent=True)
    bench.readers.finish_all()  # also what is under way comes to its end
    assert bench.contents_told() == [("1", file(1)), ("0", file())]
    bench.lane.set_limit(None)
    assert bench.lane.can_start(urgent=False)
    assert bench.freed >= freed + 2, "there is something to begin again"


def test_a_limit_slows_the_reads_that_can_wait_only(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    monkeypatch.setattr(Gate, "spend", lambda _gate, amount: spent.append(amount))
    bench = Bench()
    bench.lane.set_limit(FAST)
    bench.start("0", urgent=True)
    bench.readers.finish()
    assert spent == []
    bench.run("1")
    assert spent == [PIECE] * 4


# Stopping


def test_a_stopped_read_leaves_what_it_has_got_and_the_next_goes_on_there() -> None:
    bench = Bench()
    bench.stop_at("0", 20)
    assert "0" not in bench.lane
    assert bench.told == []
    assert bench.share.sent == 20
    transfer = bench.start("0")
    assert transfer.received == 20
    bench.readers.finish()
    assert bench.contents_told() == [("0", file())]
    assert bench.share.sent == len(file())


def test_a_read_goes_on_as_often_as_it_is_stopped() -> None:
    bench = Bench()
    for received in (10, 20, 30):
        bench.stop_at("0", received)
    bench.run("0")
    assert bench.contents_told() == [("0", file())]
    assert bench.share.sent == len(file())


def test_what_a_failed_read_had_got_is_kept_too() -> None:
    bench = Bench()

    def fail() -> None:
        raise broken("0")

    bench.share.meanwhile["0", 30] = fail
    bench.run("0")
    assert len(bench.errors_told()) == 1
    bench.run("0")
    assert bench.contents_told() == [("0", file())]
    assert bench.share.sent == len(file())


def test_a_file_that_has_changed_is_read_from_its_beginning() -> None:
    bench = Bench()
    bench.stop_at("0", 20)
    bench.share.files["0"] = new = file(7, pieces=3)
    bench.run("0")
    assert bench.contents_told() == [("0", new)]


def test_a_read_that_had_not_begun_when_it_was_stopped_never_does() -> None:
    bench = Bench()
    bench.start("0")
    bench.lane.stop("0")
    freed = bench.freed
    bench.readers.finish()
    assert bench.share.reads == []
    assert bench.told == []
    assert bench.freed > freed


def test_a_read_that_was_stopped_before_it_went_on_leaves_the_part_it_had() -> None:
    bench = Bench()
    bench.stop_at("0", 30)
    bench.start("0")
    bench.lane.stop("0")
    bench.readers.finish()
    bench.run("0")
    assert bench.share.sent == len(file())


def test_a_stopped_read_that_was_complete_is_told() -> None:
    bench = Bench()
    bench.stop_at("0", len(file()))
    assert bench.contents_told() == [("0", file())]


def test_the_read_begun_in_place_of_one_that_turned_out_complete_is_given_up() -> None:
    bench = Bench()

    def stop_and_begin_again() -> None:
        bench.lane.stop("0")
        bench.start("0")

    bench.share.meanwhile["0", len(file())] = stop_and_begin_again
    bench.run("0")
    assert bench.contents_told() == [("0", file())]
    assert "0" not in bench.lane
    bench.readers.finish_all()
    assert len(bench.told) == 1
    assert bench.share.sent == len(file())


def test_what_is_not_being_read_may_be_stopped() -> None:
    bench = Bench()
    bench.lane.stop("0")
    bench.lane.stop("0", forget=True)
    assert bench.told == []


# Forgetting


def test_a_forgotten_read_leaves_nothing() -> None:
    bench = Bench()
    bench.stop_at("0", 30, forget=True)
    assert bench.start("0").received == 0


def test_what_a_stopped_read_left_can_be_forgotten_later_and_that_of_another_is_not() -> None:
    bench = Bench()
    bench.stop_at("0", 30)
    bench.stop_at("1", 30)
    bench.lane.stop("0", forget=True)
    assert (bench.start("0").received, bench.start("1").received) == (0, 30)


@pytest.mark.parametrize("received", [20, 40])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_read_forgotten_under_way_is_not_told_and_leaves_nothing(received: int, *, stopped: bool) -> None:
    bench = Bench()

    def forget() -> None:
        if stopped:
            bench.lane.stop("0")
        bench.lane.stop("0", forget=True)

    bench.share.meanwhile["0", received] = forget
    bench.run("0")
    assert bench.told == []
    assert bench.start("0").received == 0


def test_forgetting_a_file_leaves_the_reads_of_others_alone() -> None:
    bench = Bench()

    def stop_both() -> None:
        bench.lane.stop("0")
        bench.lane.stop("1")
        bench.lane.stop("1", forget=True)

    bench.start("1")
    bench.share.meanwhile["0", len(file())] = stop_both
    bench.start("0")
    bench.readers.finish(1)
    assert bench.contents_told() == [("0", file())]


# Memory for parts


def test_the_oldest_parts_give_way_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "PARTS_KEPT", 3 * len(file()))
    bench = Bench(reads_at_once=8)
    for path in "0123":
        bench.stop_at(path, 10)
    assert [bench.start(path).received for path in "0123"] == [0, 10, 10, 10]


def test_a_part_larger_than_the_memory_for_all_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "PARTS_KEPT", len(file()) - 1)
    bench = Bench()
    bench.stop_at("0", 10)
    assert bench.start("0").received == 0


def test_a_file_that_has_come_takes_no_memory_for_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if a read of it that was given up ends while another one is under way."""
    monkeypatch.setattr(reading_module, "PARTS_KEPT", len(file()))
    bench = Bench(reads_at_once=8)

    def stop_and_begin_again() -> None:
        bench.lane.stop("0")
        bench.start("0")

    bench.share.meanwhile["0", 20] = stop_and_begin_again
    bench.run("0")
    bench.readers.finish()
    assert bench.contents_told() == [("0", file())]
    assert bench.start("0").received == 0


# Giving up


def test_a_read_that_brings_nothing_is_given_up_after_a_while() -> None:
    bench = Bench()
    bench.start("1")
    bench.lane.set_give_up_after(3.0)
    bench.loop.advance(3.0 + TICK)
    assert len(bench.errors_told()) == 1
    bench = Bench()
    transfer = bench.start("0")
    bench.loop.advance(GIVE_UP_AFTER - TICK)
    assert bench.told == []
    bench.loop.advance(2 * TICK)
    (error,) = bench.errors_told()
    assert isinstance(error, NotAnsweringError)
    assert str(error) == "The share has sent nothing of 0 for 20 s."
    assert transfer.cancelled
    assert "0" not in bench.lane


def test_a_read_that_is_slow_but_gets_on_is_not_given_up() -> None:
    bench = Bench()
    transfer = bench.start("0")
    for received in range(1, 6):
        bench.loop.advance(GIVE_UP_AFTER - 2 * TICK)
        transfer.received = received
    assert bench.told == []
    bench.loop.advance(GIVE_UP_AFTER + 2 * TICK)
    assert len(bench.errors_told()) == 1


def test_a_read_that_waits_for_a_more_urgent_one_is_not_given_up() -> None:
    bench = Bench()
    bench.start("0")
    urgent = bench.start("1", urgent=True)
    bench.lane.hasten("1")
    for received in range(1, 6):
        bench.loop.advance(GIVE_UP_AFTER / 2)
        urgent.received = received
    assert bench.told == []
    bench.loop.advance(GIVE_UP_AFTER + 2 * TICK)
    assert [path for path, _ in bench.told] == ["1"], "the urgent one hangs"
    bench.lane.hasten(None)
    bench.loop.advance(GIVE_UP_AFTER - TICK)
    assert [path for path, _ in bench.told] == ["1"], "the other one has its time from when it could go on"
    bench.loop.advance(2 * TICK)
    assert [path for path, _ in bench.told] == ["1", "0"]


def test_a_read_that_the_speed_limit_holds_up_is_not_given_up() -> None:
    bench = Bench(reads_at_once=5)
    bench.lane.set_limit(1)
    paths = bench.start_all_that_may()
    transfer = bench.lane.transfer(paths[0])
    assert transfer is not None
    for received in range(10):
        transfer.received += received
        bench.loop.advance(len(paths) * PIECE - TICK)
    assert bench.told == [], "each of them may still have a piece to pay for"
    assert bench.lane.silence == 0.0
    bench.loop.advance(GIVE_UP_AFTER + 2 * TICK)
    assert sorted(path for path, _ in bench.told) == paths


def test_the_speed_limit_is_no_excuse_for_an_urgent_read() -> None:
    bench = Bench()
    bench.lane.set_limit(0.001)
    bench.start("0", urgent=True)
    bench.lane.hasten("0")
    bench.loop.advance(GIVE_UP_AFTER / 2)
    assert bench.lane.silence == GIVE_UP_AFTER / 2
    bench.loop.advance(GIVE_UP_AFTER / 2 + TICK)
    assert [path for path, _ in bench.told] == ["0"]


def test_time_in_which_this_computer_works_or_stands_still_is_not_the_shares() -> None:
    bench = Bench()
    transfer = bench.start("0")
    with transfer.working():
        bench.loop.advance(3 * GIVE_UP_AFTER)
    assert bench.lane.silence <= TICK
    assert bench.lane.waited("0") <= TICK
    bench.loop.stall(3 * GIVE_UP_AFTER)
    bench.loop.advance(1)
    assert bench.lane.silence < 2
    assert bench.told == []
    bench.loop.advance(GIVE_UP_AFTER)
    assert [path for path, _ in bench.told] == ["0"]


def test_a_file_that_hangs_alone_is_not_the_share() -> None:
    bench = Bench()
    bench.start("0")
    for number in range(1, 25):
        bench.loop.advance(1)
        bench.start(str(number))
        bench.readers.finish(-1)
        assert bench.lane.silence == 0.0
        if number == 9:
            assert bench.lane.waited("0") == pytest.approx(9, abs=TICK)
    (error,) = bench.errors_told()
    assert not isinstance(error, NotAnsweringError)
    assert str(error) == "The share has sent nothing of 0 for 20 s, though it has answered otherwise."
    assert bench.lane.waited("0") == 0.0


def test_a_file_that_was_opened_and_an_error_of_its_own_are_answers_one_of_the_shares_is_none() -> None:
    bench = Bench()
    transfer = bench.start("0")
    bench.loop.advance(7)
    transfer.latency = 0.1
    bench.loop.advance(TICK)
    assert bench.lane.silence == 0.0
    for error, silence in ((broken("1"), 7.0), (StorageError("It is odd."), 0.0)):
        bench.share.files["1"] = error
        bench.start("1")
        bench.loop.advance(7)
        bench.readers.finish(-1)
        assert bench.lane.silence >= silence
        assert (bench.lane.silence == 0.0) == (silence == 0.0)


def test_the_silence_of_one_share_is_not_told_of_another() -> None:
    bench = Bench()
    bench.lane.use_link("/a")
    bench.start("0")
    bench.loop.advance(7)
    bench.lane.use_link("/a")
    assert bench.lane.silence == 7.0
    bench.lane.stop("0")
    bench.lane.use_link("/b")
    assert bench.lane.silence == 0.0


def test_a_read_that_was_given_up_may_still_bring_the_file() -> None:
    bench = Bench()
    bench.start("0")
    bench.share.meanwhile["0", len(file())] = lambda: bench.loop.advance(GIVE_UP_AFTER + 2 * TICK)
    bench.readers.finish()
    (_, given_up), (_, came) = bench.told
    assert isinstance(given_up, Failure)
    assert came == Success(file())


def test_how_a_read_that_was_given_up_fails_in_the_end_is_not_told() -> None:
    bench = Bench()
    bench.share.files["0"] = broken("0")
    bench.start("0")
    bench.loop.advance(GIVE_UP_AFTER + TICK)
    bench.readers.finish()
    assert len(bench.errors_told()) == 1


def test_reads_that_hang_are_counted_until_they_end() -> None:
    bench = Bench(reads_at_once=HANGING + 1)
    paths = bench.start_all_that_may()
    for path in paths:
        assert not bench.lane.is_stuck
        bench.lane.stop(path)
    assert bench.lane.is_stuck
    bench.readers.finish()
    assert not bench.lane.is_stuck


# The urgent read


def test_the_urgent_read_has_the_line_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    gate: list[bool] = []
    monkeypatch.setattr(Gate, "set_open", lambda _gate, *, is_open: gate.append(is_open))
    bench = Bench()
    first, second = bench.start("0"), bench.start("1")
    bench.lane.hasten("1")
    assert (first.urgent, second.urgent, gate[-1]) == (False, True, False)
    bench.lane.hasten("0")
    assert (first.urgent, second.urgent, gate[-1]) == (True, False, False)
    bench.lane.hasten("not being read")
    assert (first.urgent, second.urgent, gate[-1]) == (False, False, True)
    bench.lane.hasten("1")
    bench.lane.hasten(None)
    assert (first.urgent, second.urgent, gate[-1]) == (False, False, True)


@pytest.mark.parametrize(("received", "goes_on"), [(0, False), (69, False), (70, True), (100, True)])
def test_a_read_that_had_the_line_goes_on_beside_the_next_if_it_is_nearly_done(received: int, *, goes_on: bool) -> None:
    bench = Bench()
    first, second, third = bench.start("0"), bench.start("1"), bench.start("2")
    bench.lane.hasten("0")
    for transfer in (first, third):
        transfer.total, transfer.received = 100, received
    bench.lane.hasten("1")
    assert first.urgent is goes_on
    assert second.urgent
    assert not third.urgent, "it did not have the line"
    assert bench.lane.is_nearly_done("0") is goes_on


def test_what_is_not_open_or_not_being_read_is_not_nearly_done() -> None:
    bench = Bench()
    transfer = bench.start("0", urgent=True)
    assert transfer.urgent
    assert not bench.start("2").urgent
    assert not bench.lane.is_nearly_done("0")
    transfer.total = 0
    assert not bench.lane.is_nearly_done("0")
    assert not bench.lane.is_nearly_done("1")


# Silence and speed


def test_the_share_is_silent_while_nothing_comes_in_though_something_is_read() -> None:
    bench = Bench()
    bench.loop.advance(50)
    assert bench.lane.silence == 0.0
    transfer = bench.start("0")
    bench.loop.advance(5)
    assert bench.lane.silence == 5.0
    transfer.received = 1
    bench.loop.advance(1)
    assert bench.lane.silence <= 1.0
    bench.start("1")
    bench.loop.advance(3)
    assert 3.0 < bench.lane.silence <= 4.0, "another read begun says nothing"
    bench.readers.finish_all()
    assert bench.lane.silence == 0.0


def test_each_byte_that_came_in_is_counted_once() -> None:
    bench = Bench()
    bench.stop_at("0", 20)
    assert bench.lane.received == 20
    bench.start("0")
    assert bench.lane.received == 20, "what it goes on from has been counted"
    bench.readers.finish()
    assert bench.lane.received == len(file())
    bench.share.meanwhile["1", 30] = lambda: bench.lane.stop("1", forget=True)
    bench.run("1")
    assert bench.lane.received == len(file()) + 30


def test_bytes_that_come_after_a_read_was_stopped_are_counted() -> None:
    bench = Bench()
    assert bench.lane.bytes_per_second() == 0.0
    transfer = bench.start("0")
    transfer.received = 20
    bench.loop.advance(2)
    assert bench.lane.bytes_per_second() == 10.0  # what came in lately
    bench.lane.stop("0")
    transfer.received = 30
    assert bench.lane.received == 30


def test_what_came_in_never_becomes_less() -> None:
    bench = Bench()
    bench.stop_at("0", 30)
    bench.share.files["0"] = file(7)
    received: list[int] = []
    for each in (0, 10, 20, 30, 40):
        bench.share.meanwhile["0", each] = lambda: received.append(bench.lane.received)
    bench.run("0")
    assert received == sorted(received)
    assert min(received) == 30


# What is measured


def read(bench: Bench, path: str, *, urgent: bool = False) -> None:
    """Reads ``path`` in a second."""
    bench.start(path, urgent=urgent)
    bench.loop.advance(1.0)
    bench.readers.finish()


@pytest.mark.parametrize("urgent", [False, True])
def test_a_read_is_measured(*, urgent: bool) -> None:
    bench = Bench()
    read(bench, "0", urgent=urgent)
    assert bench.lane.link.latency == 0.025
    assert bench.lane.link.bytes_per_second == 40.0


def test_reads_at_once_are_measured_as_such() -> None:
    bench = Bench()
    bench.start("0", "1", "2")
    bench.loop.advance(1.0)
    bench.readers.finish_all()
    assert bench.lane.link.by_readers() == ((2, 80.0),), "there were from 1 to 3"


def test_a_read_that_failed_went_on_from_a_part_or_took_no_time_by_the_clock_is_not_measured() -> None:
    bench = Bench()
    bench.share.files["0"] = broken("0")
    read(bench, "0")
    bench.stop_at("1", 20)
    read(bench, "1")
    bench.run("2")
    assert bench.lane.link.latency is None


def test_a_stopped_read_is_not_measured() -> None:
    bench = Bench()
    bench.start("0")
    bench.loop.advance(1.0)
    bench.share.meanwhile["0", len(file())] = lambda: bench.lane.stop("0")
    bench.readers.finish()
    assert bench.lane.link.latency is None


def test_only_reads_that_nothing_held_up_are_measured() -> None:
    bench = Bench()
    bench.start("0")
    bench.start("1", urgent=True)
    bench.lane.hasten("1")
    bench.loop.advance(1.0)
    bench.readers.finish(1)
    measured = bench.lane.link.by_readers()
    assert [at_once for at_once, _ in measured] == [1], "it had the line, whatever waited meanwhile"
    bench.lane.hasten(None)
    bench.loop.advance(1.0)
    bench.readers.finish()
    assert bench.lane.link.by_readers() == measured, "it was paused"


def test_a_read_begun_while_others_wait_is_not_measured() -> None:
    bench = Bench()
    bench.start("0", urgent=True)
    bench.lane.hasten("0")
    bench.start("1")
    bench.lane.hasten(None)
    bench.loop.advance(1.0)
    bench.readers.finish(1)
    assert bench.lane.link.latency is None


@pytest.mark.parametrize("limited", ["before", "meanwhile", "until"])
def test_a_read_under_a_speed_limit_is_not_measured(limited: str) -> None:
    bench = Bench()
    if limited != "meanwhile":
        bench.lane.set_limit(FAST)
    bench.start("0")
    if limited == "meanwhile":
        bench.lane.set_limit(FAST)
    if limited == "until":
        bench.lane.set_limit(None)
    bench.loop.advance(1.0)
    bench.readers.finish()
    assert bench.lane.link.latency is None


def test_an_urgent_read_is_measured_under_a_speed_limit_unless_it_becomes_one_that_waits() -> None:
    bench = Bench()
    bench.lane.set_limit(FAST)
    bench.start("0", urgent=True)
    bench.lane.hasten(None)
    bench.loop.advance(1.0)
    bench.readers.finish()
    assert bench.lane.link.latency is None
    read(bench, "1", urgent=True)
    assert bench.lane.link.latency == 0.025


def test_each_line_is_measured_for_itself() -> None:
    bench = Bench(reads_at_once=0, max_workers=60)
    bench.lane.use_link("here")
    read(bench, "0")
    here = bench.lane.link
    bench.start("1")
    bench.lane.use_link("there")
    bench.loop.advance(1.0)
    bench.readers.finish()
    assert bench.lane.link is not here
    assert bench.lane.link.latency is None, "the read may have come over the other line"
    bench.lane.use_link("here")
    assert bench.lane.link is here


class BusyLine:
    """Finishes the reads of an automatic lane as a line with these figures would.

    Attributes:
        wait: seconds that a read takes whatever else is read.
        rate: files a second, all together at the most.
    """

    def __init__(self, bench: Bench, wait: float, rate: float) -> None:
        self.bench, self.wait, self.rate = bench, wait, rate
        self.ends: list[float] = []
        self.free_at = 0.0

    def run(self, seconds: float) -> None:
        """Keeps as many reads under way as may be."""
        bench = self.bench
        end = bench.loop.now() + seconds
        while bench.loop.now() < end:
            bench.start_all_that_may()
            while len(self.ends) < len(bench.lane):
                self.free_at = max(self.free_at, bench.loop.now()) + 1 / self.rate
                self.ends.append(max(self.free_at, bench.loop.now() + self.wait))
            bench.loop.advance(max(0.0, self.ends.pop(0) - bench.loop.now()))
            bench.readers.finish()


def test_the_automatic_number_grows_while_more_reads_bring_more() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    BusyLine(bench, 0.3, 1e6).run(60)
    assert bench.lane.at_once == 33


def test_the_automatic_number_falls_where_one_read_fills_the_line() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    BusyLine(bench, 0.0, 50).run(10)
    assert bench.lane.at_once == 2


def test_a_pause_in_which_nothing_is_read_says_nothing_about_the_number() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    BusyLine(bench, 0.0, 50).run(10)
    bench.readers.finish_all()
    for _ in range(30):
        bench.loop.advance(3)
        bench.start("0")
        bench.loop.advance(0.02)
        bench.readers.finish()
        assert bench.lane.at_once == 2


@pytest.mark.parametrize("why", ["limit", "fixed"])
def test_a_number_or_a_speed_that_is_given_says_nothing_about_the_number(why: str) -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    before = bench.lane.at_once
    if why == "limit":
        bench.lane.set_limit(FAST)
    else:
        bench.lane.set_reads_at_once(before + 3)
    BusyLine(bench, 0.0, 50).run(10)
    bench.readers.finish_all()
    bench.lane.set_reads_at_once(0)
    assert bench.lane.at_once == before


def test_the_number_is_found_for_each_line() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    bench.lane.use_link("narrow")
    BusyLine(bench, 0.0, 50).run(5)
    bench.readers.finish_all()
    bench.lane.use_link("wide")
    assert bench.lane.at_once == Concurrency().reads + 1
    BusyLine(bench, 0.0, 1000).run(2)
    for path in list(bench.lane):
        bench.lane.stop(path)
    bench.readers.finish_all()
    bench.lane.use_link("narrow")
    narrow = BusyLine(bench, 0.0, 50)
    for _ in range(30):
        narrow.run(0.1)
        assert bench.lane.at_once == 2, "what came over the other line says nothing about this one"


# Paces


def test_while_the_user_rests_the_next_frame_comes_alone_then_as_many_as_do_not_get_in_the_way() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    bench.lane.pace = Pace.RESTING
    read(bench, "0", urgent=True)
    assert bench.start_all_that_may() == ["0"]
    bench.loop.advance(0.1)
    bench.readers.finish()
    seen = []
    for _ in range(2):
        seen.append(len(bench.start_all_that_may()))
        bench.loop.advance(0.1)
        bench.readers.finish()
    assert seen == [2, 3]
    bench.lane.lines.current.resting.wait = 1e9
    assert bench.lane.at_once == 2
    bench.lane.pace = Pace.FLOWING
    assert bench.lane.at_once == Concurrency().reads + 1


def test_only_in_a_file_that_nothing_is_read_beside_the_client_may_read_on_far() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    bench.lane.pace = Pace.RESTING
    read(bench, "0", urgent=True)
    assert bench.start("1").reading_on is ReadingOn.FAR
    bench.readers.finish()
    assert bench.start("2").reading_on is ReadingOn.LITTLE


def test_frames_that_follow_one_another_are_not_asked_for_all_at_once() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    bench.lane.pace = Pace.FLOWING
    read(bench, "0", urgent=True)
    each = bench.lane.link.seconds_each
    assert len(bench.start_all_that_may()) == 1
    freed = bench.freed
    bench.loop.advance(reading_module.APART * each)
    assert bench.freed > freed
    assert len(bench.start_all_that_may()) == 2
    assert bench.lane.can_start(urgent=True), "but one that is wanted now"
    bench.readers.finish_all()
    assert len(bench.start_all_that_may()) == 1, "when nothing is under way, nothing is waited for"
    bench.lane.pace = Pace.RESTING
    assert bench.lane.can_start(urgent=False)


def test_one_reader_is_enough_where_more_bring_no_more_than_one_alone() -> None:
    bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
    bench.start("0", urgent=True)
    bench.loop.advance(0.02)
    bench.readers.finish()
    BusyLine(bench, 0.0, 50).run(0.5)
    assert bench.lane.at_once == 2, "found at once, and not after a search"


def test_what_was_found_of_a_share_is_the_beginning_of_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_lines_module, "share_of", lambda path: path)
    disk = HandExecutor(HandLoop())

    def opened() -> Bench:
        bench = Bench(reads_at_once=0, max_workers=33 + EXTRA_READERS)
        bench.lane.lines.memory = LineMemory(KnownLines(tmp_path), disk)
        bench.lane.use_link("share")
        disk.finish_all()
        return bench

    first = opened()
    BusyLine(first, 0.0, 50).run(5)
    disk.finish_all()
    again = opened()
    assert first.lane.at_once == again.lane.at_once == 2
    BusyLine(again, 1.0, 1e6).run(60)
    assert again.lane.at_once > 8, "the line is another one now"


def test_reads_that_the_share_has_forgotten_are_stopped_and_others_go_on() -> None:
    bench = Bench()
    bench.start("0", "1")
    bench.loop.advance(FORGOTTEN_AFTER)
    fresh = bench.start("2")
    bench.loop.advance(FORGOTTEN_AFTER / 2)
    assert bench.lane.stop_hanging() == ["0", "1"]
    assert list(bench.lane) == ["2"]
    assert not fresh.cancelled
    assert bench.lane.stop_hanging() == []


# Closing


def test_closing_gives_up_everything_and_tells_nothing_more() -> None:
    bench = Bench()
    transfers = [bench.start(path) for path in "012"]
    bench.lane.hasten("1")
    bench.share.meanwhile["0", len(file())] = bench.lane.close
    freed = bench.freed
    bench.readers.finish()
    assert all(transfer.cancelled for transfer in transfers)
    bench.loop.advance(1000)
    bench.readers.finish_all()
    assert bench.told == []
    assert bench.freed == freed
    assert bench.share.reads == ["0"]
    assert len(bench.lane) == 0


def test_a_lane_that_has_read_nothing_can_be_closed() -> None:
    Bench().lane.close()


def test_a_lane_at_rest_asks_for_nothing() -> None:
    bench = Bench()
    read(bench, "0")
    bench.loop.advance(1)
    freed = bench.freed
    bench.loop.advance(1000)
    assert bench.freed == freed


# Errors


def test_errors_of_this_package_are_passed_on() -> None:
    error = CancelledError("The read was given up.")
    assert as_lookahead(error) is error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError("The disk is gone"), "It could not be read: The disk is gone."),
        (MemoryError(), "It could not be read: MemoryError."),
    ],
)
def test_other_errors_become_sentences(error: BaseException, sentence: str) -> None:
    told = as_lookahead(error)
    assert isinstance(told, StorageError)
    assert str(told) == sentence


# Anything in any order

PATHS = st.sampled_from("abcd")


class AnythingGoes(RuleBasedStateMachine):
    """A lane to which anything happens in any order; a file that is rewritten is forgotten, as after a look at it."""

    @initialize(reads_at_once=st.integers(1, 4), spare=st.integers(0, 4))
    def begin(self, reads_at_once: int, spare: int) -> None:
        self.bench = Bench(reads_at_once, reads_at_once + spare)
        self.versions = dict.fromkeys("abcd", 0)
        self.bench.share.files = {path: file() for path in "abcd"}

    def content(self, path: str) -> bytes:
        return file(self.versions[path])

    @rule(path=PATHS, urgent=st.booleans())
    def start(self, path: str, *, urgent: bool) -> None:
        if path not in self.bench.lane and self.bench.lane.can_start(urgent=urgent):
            self.bench.start(path, urgent=urgent)

    @rule(path=PATHS, forget=st.booleans())
    def stop(self, path: str, *, forget: bool) -> None:
        self.bench.lane.stop(path, forget=forget)
        assert path not in self.bench.lane

    @rule(path=PATHS)
    def rewrite(self, path: str) -> None:
        self.versions[path] += 1
        share = self.bench.share
        share.files[path] = self.content(path)
        share.modified[path] = self.versions[path]
        self.bench.lane.stop(path, forget=True)

    @rule(path=st.one_of(PATHS, st.none()))
    def hasten(self, path: str | None) -> None:
        self.bench.lane.hasten(path)

    @rule(seconds=st.sampled_from([0.1, 1.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.bench.loop.advance(seconds)

    @precondition(lambda self: self.bench.readers.waiting)
    @rule(
        number=st.integers(0),
        path=PATHS,
        received=st.integers(0, 4),
        event=st.sampled_from(["nothing", "stop", "forget", "rewrite", "again", "wait", "fail"]),
    )
    def finish(self, number: int, path: str, received: int, event: str) -> None:
        """A read ends; at some point of it something happens to it or to another one."""

        def happen() -> None:
            if event in {"stop", "again", "forget"}:
                self.stop(path, forget=event == "forget")
            if event == "again":
                self.start(path, urgent=False)
            if event == "rewrite":
                self.rewrite(path)
            if event == "wait":
                self.wait(30.0)
            if event == "fail":
                raise broken(path)

        bench = self.bench
        bench.share.meanwhile = {(path, PIECE * received): happen}
        bench.readers.finish(number % len(bench.readers.waiting))
        bench.share.meanwhile = {}

    @invariant()
    def what_is_told_is_the_file_as_it_is_now(self) -> None:
        for path, content in self.bench.contents_told():
            assert content == self.content(path)
            assert path not in self.bench.lane
        self.bench.told.clear()

    @invariant()
    def each_byte_is_counted_once(self) -> None:
        assert self.bench.lane.received == self.bench.share.sent

    @rule()
    def settle(self) -> None:
        bench = self.bench
        bench.readers.finish_all()
        bench.told.clear()
        assert len(bench.lane) == 0
        for path in "abcd":
            assert bench.lane.can_start(urgent=True), "no place is lost for ever"
            bench.start(path, urgent=True)
            bench.readers.finish()
        assert bench.contents_told() == [(path, self.content(path)) for path in "abcd"]

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.settle()
            self.bench.lane.close()
            self.bench.loop.advance(100)


TestAnythingGoes = AnythingGoes.TestCase
TestAnythingGoes.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
