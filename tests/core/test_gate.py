"""The gate that lets urgent reads go first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from viewer.core.errors import CancelledError
from viewer.core.storage import storage
from viewer.core.storage.storage import Gate, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "PAUSE_LIMIT", LONG)


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


def test_without_a_gate_a_transfer_passes() -> None:
    Transfer().checkpoint()


def test_an_open_gate_lets_everybody_pass() -> None:
    Transfer(Gate()).checkpoint()


def test_a_closed_gate_lets_urgent_reads_pass() -> None:
    gate = Gate()
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    transfer.set_urgent(urgent=True)
    transfer.checkpoint()


def test_nobody_waits_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "PAUSE_LIMIT", 0.001)
    gate = Gate()
    gate.set_open(is_open=False)
    Transfer(gate).checkpoint()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("_round", range(5))
def test_opening_the_gate_lets_those_pass_who_wait(_round: int) -> None:
    gate = Gate()
    gate.set_open(is_open=False)
    assert passes_after(Transfer(gate), lambda: gate.set_open(is_open=True)) == ["passed"]


@pytest.mark.usefixtures("patient")
def test_a_read_that_becomes_urgent_passes() -> None:
    gate = Gate()
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    assert passes_after(transfer, lambda: transfer.set_urgent(urgent=True)) == ["passed"]


@pytest.mark.usefixtures("patient")
def test_a_read_that_is_given_up_does_not_go_on_waiting() -> None:
    gate = Gate()
    gate.set_open(is_open=False)
    transfer = Transfer(gate)
    assert passes_after(transfer, transfer.cancel) == ["cancelled"]


def test_a_cancelled_transfer_stops_at_its_next_checkpoint() -> None:
    transfer = Transfer()
    transfer.checkpoint()
    transfer.cancel()
    assert transfer.cancelled
    with pytest.raises(CancelledError):
        transfer.checkpoint()
