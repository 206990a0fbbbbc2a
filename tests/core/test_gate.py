"""The gate that lets urgent reads go first."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import CancelledError, UnsupportedFormatError
from viewer.core.storage import transfer as transfer_module
from viewer.core.storage.transfer import Gate, PartialRead, Stamp, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""


def passes_after(transfer: Transfer, act: Callable[[], None]) -> list[str]:
    """Returns what became of a checkpoint that another thread waits at while ``act`` runs here."""
    happened: list[str] = []

    def wait() -> None:
        try:
            transfer.checkpoint()
        except CancelledError:
            happened.append("cancelled")
        else:
            happened.append("passed")

    reader = threading.Thread(target=wait)
    reader.start()
    act()
    reader.join(LONG / 2)
    assert not reader.is_alive()
    return happened


def test_without_a_gate_at_an_open_one_and_when_urgent_nobody_waits() -> None:
    Transfer().checkpoint()
    gate = Gate()
    Transfer(gate).checkpoint()
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    transfer.set_urgent(urgent=True)
    transfer.checkpoint()


def test_nobody_waits_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_module, "PAUSE_LIMIT", 0.001)
    gate = Gate()
    gate.set_open(is_open=False)
    Transfer(gate).checkpoint()


@pytest.mark.parametrize(
    ("act", "end"),
    [
        *[(lambda gate, _: gate.set_open(is_open=True), "passed")] * 5,
        (lambda _, transfer: transfer.set_urgent(urgent=True), "passed"),
        (lambda _, transfer: transfer.cancel(), "cancelled"),
    ],
)
def test_who_waits_goes_on_when_it_may_must_or_need_not(
    act: Callable[[Gate, Transfer], None], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.core.storage.transfer.PAUSE_LIMIT", LONG)
    gate = Gate()
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    assert passes_after(transfer, lambda: act(gate, transfer)) == [end]


def test_a_cancelled_transfer_stops_at_its_next_checkpoint() -> None:
    transfer = Transfer()
    transfer.checkpoint()
    transfer.cancel()
    assert transfer.cancelled
    with pytest.raises(CancelledError):
        transfer.checkpoint()


# the speed limit


class HandGate(Gate):
    """A gate on a clock that moves as far as somebody waits.

    Attributes:
        now: the time.
        meanwhile: called when somebody begins to wait, half a second of which then passes.
    """

    def __init__(self, limit: float | None) -> None:
        super().__init__(lambda: self.now, self._pass)
        self.now = 100.0
        self.meanwhile: Callable[[], None] | None = None
        self.set_limit(limit)

    def _pass(self, _: threading.Condition, seconds: float) -> None:
        if self.meanwhile is not None:
            self.now += 0.5
            self.meanwhile()
        else:
            self.now += seconds

    def waited(self, transfer: Transfer) -> float:
        """Returns for how long ``transfer`` waits at its next checkpoint."""
        before = self.now
        transfer.checkpoint()
        return self.now - before


def test_a_read_waits_until_its_bytes_are_within_the_limit() -> None:
    gate = HandGate(1000)
    transfer = Transfer(gate)
    assert gate.waited(transfer) == 0
    transfer.received = 500
    assert gate.waited(transfer) == pytest.approx(0.5)
    transfer.received = 5000
    assert gate.waited(transfer) == pytest.approx(4.5)
    assert gate.waited(transfer) == 0


def test_all_reads_share_the_limit() -> None:
    gate = HandGate(1000)
    first, second = Transfer(gate), Transfer(gate)
    first.received = 500
    second.received = 700
    assert gate.waited(second) == pytest.approx(1.2)
    assert gate.waited(first) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**6)), max_size=30), st.integers(1, 10**7))
def test_in_the_long_run_no_more_comes_than_the_limit_allows(pieces: list[tuple[int, int]], limit: int) -> None:
    gate = HandGate(limit)
    transfers = [Transfer(gate) for _ in range(4)]
    for reader, amount in pieces:
        transfers[reader].checkpoint()
        transfers[reader].received += amount
    Transfer(gate).checkpoint()
    # A wait of less than a millisecond is not worth it.
    assert gate.now - 100.0 == pytest.approx(sum(amount for _, amount in pieces) / limit, abs=0.0011)


def test_time_in_which_nothing_was_read_is_not_saved_up() -> None:
    gate = HandGate(1000)
    transfer = Transfer(gate)
    transfer.received = 500
    gate.now += 3600
    assert gate.waited(transfer) == 0
    transfer.received = 1000
    assert gate.waited(transfer) == pytest.approx(0.5)


def test_urgent_reads_are_not_held_back_and_do_not_count() -> None:
    gate = HandGate(1000)
    urgent = Transfer(gate)
    urgent.set_urgent(urgent=True)
    urgent.received = 10**6
    assert gate.waited(urgent) == 0
    assert gate.waited(Transfer(gate)) == 0


def test_a_read_that_becomes_urgent_or_is_given_up_is_held_back_no_longer() -> None:
    gate = HandGate(1000)
    transfer = Transfer(gate)
    transfer.received = 10**6
    gate.meanwhile = lambda: transfer.set_urgent(urgent=True)
    assert gate.waited(transfer) == pytest.approx(0.5)
    transfer = Transfer(gate)
    transfer.received = 10**6
    gate.meanwhile = transfer.cancel
    with pytest.raises(CancelledError):
        transfer.checkpoint()
    assert gate.now == pytest.approx(101.0)


@pytest.mark.parametrize(("limit", "more"), [(None, 0), (20_000, 0.5)])
def test_another_limit_holds_at_once(limit: float | None, more: float) -> None:
    gate = HandGate(1000)
    transfer = Transfer(gate)
    transfer.received = 10_500  # half a second takes 500 away

    def change() -> None:
        gate.meanwhile = None
        gate.set_limit(limit)

    gate.meanwhile = change
    assert gate.waited(transfer) == pytest.approx(0.5 + more)


def test_without_a_limit_nobody_waits_and_a_limit_is_for_what_comes_after_it() -> None:
    gate = HandGate(None)
    transfer = Transfer(gate)
    transfer.received = 10**9
    assert gate.waited(transfer) == 0
    gate.set_limit(1000)
    assert gate.waited(transfer) == 0


def test_what_an_earlier_read_got_is_not_counted_again() -> None:
    gate = HandGate(1000)
    stamp = Stamp(10_000, 0)
    Transfer(gate).received = 7000
    transfer = Transfer(gate, PartialRead(memoryview(bytearray(10_000)), 6000, stamp))
    with transfer.filling(Stamp(10_000, 1), lambda size: memoryview(bytearray(size))):
        assert transfer.received == 0  # another file: what there was is of no use, but it was read once
        transfer.received = 500
    assert gate.waited(transfer) == pytest.approx(7.5)


def test_a_read_that_goes_on_has_begun_when_the_first_part_of_it_did() -> None:
    """What came first may be of the file before, rewritten under the same stamp."""
    stamp, part = Stamp(10_000, 0), None
    for began in (1.0, 5.0):
        transfer = Transfer(None, part)
        transfer.began = began
        with transfer.filling(stamp, lambda size: memoryview(bytearray(size))):
            transfer.received += 1000
        part = transfer.part
        assert transfer.began == 1.0


def test_of_a_file_that_was_refused_no_part_is_kept() -> None:
    """Read once more, it may be whole, also under the same stamp."""

    class Refuses:
        def weigh(self, size: int) -> None:
            """Takes any size."""

        def look(self, _head: Buffer, _size: int) -> None:
            raise UnsupportedFormatError("It is no picture.")

    transfer = Transfer()
    transfer.judge = Refuses()
    with suppress(UnsupportedFormatError), transfer.filling(Stamp(10**6, 0), lambda size: memoryview(bytearray(size))):
        transfer.received = 10**5
        transfer.checkpoint()
    assert (transfer.received, transfer.part) == (10**5, None)


def test_the_gate_holds_back_whatever_the_limit_allows() -> None:
    gate = HandGate(1000)
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    transfer.received = 100
    assert gate.waited(transfer) == pytest.approx(transfer_module.PAUSE_LIMIT)


def test_a_limit_that_is_taken_away_wakes_those_who_wait() -> None:
    gate = Gate()
    gate.set_limit(1)
    transfer = Transfer(gate)
    transfer.received = 10**6
    assert passes_after(transfer, lambda: gate.set_limit(None)) == ["passed"]


def test_the_first_byte_is_told_without_the_time_at_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = HandGate(None)
    monkeypatch.setattr("time.perf_counter", lambda: gate.now)
    gate.set_open(is_open=False)
    transfer = Transfer(gate, PartialRead(memoryview(bytearray(9)), 2, Stamp(9, 0)))
    transfer.checkpoint()
    gate.now += 0.2
    transfer.latency = 0.2
    transfer.checkpoint()
    gate.now += 0.3
    assert transfer.first_byte is None
    transfer.received = 0  # it is another file than that of the part
    assert transfer.first_byte is None
    for received in (4, 9):
        transfer.received = received
        gate.now += 0.7
        transfer.checkpoint()
    assert transfer.first_byte == pytest.approx(0.5)
