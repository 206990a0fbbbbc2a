"""A sequence knows names, numbers and gaps."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.runs import number_runs
from viewer.core.sequence.sequence import FrameSequence
from viewer.core.spans import Span


def sequence_of(*numbers: int, folder: str = "/shots", padding: int = 4) -> FrameSequence:
    """Returns ``shot.####.png`` with these numbers."""
    [sequence] = number_runs(folder, "shot.", ".png", [f"{number:0{padding}d}" for number in numbers])
    return sequence


def test_names_and_numbers() -> None:
    sequence = sequence_of(7, 5, 10_000)
    assert len(sequence) == 3
    assert (sequence.first, sequence.last) == (5, 10_000)
    assert sequence.number(FrameIndex(1)) == 7
    assert list(sequence.names()) == ["shot.0005.png", "shot.0007.png", "shot.10000.png"]


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_no_frame_outside(index: int) -> None:
    sequence = sequence_of(1, 2)
    for ask in (sequence.number, sequence.name, sequence.path):
        with pytest.raises(IndexError, match=f"index {index}: the sequence has 2"):
            ask(FrameIndex(index))


def test_where_a_number_is_and_which_is_nearest() -> None:
    sequence = sequence_of(1, 2, 9)
    assert [sequence.index_of(FrameNumber(number)) for number in (0, 1, 2, 3, 9, 10)] == [None, 0, 1, None, 2, None]
    sequence = sequence_of(1, 9, 20)
    assert [sequence.nearest_index(FrameNumber(number)) for number in (-5, 1, 5, 6, 9, 100)] == [0, 0, 0, 1, 1, 2]


@given(st.sets(st.integers(-50, 50), min_size=1), st.integers(-70, 70))
def test_no_frame_is_nearer_than_the_nearest(numbers: set[int], number: int) -> None:
    sequence = sequence_of(*numbers)
    nearest = sequence.number(sequence.nearest_index(FrameNumber(number)))
    assert abs(nearest - number) == min(abs(other - number) for other in numbers)


@pytest.mark.parametrize("name", ["shot.0009.png", "shot.1.png", "shot..png", "shot.-001.png", "other.0001.png", ""])
def test_index_of_a_name_that_is_not_there(name: str) -> None:
    assert sequence_of(1, 2).index_of_name(name) is None


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("/shots", "/shots/shot.0001.png"),
        ("/", "/shot.0001.png"),
        ("", "shot.0001.png"),
        ("sftp://host/a", "sftp://host/a/shot.0001.png"),
    ],
)
def test_path(folder: str, path: str) -> None:
    assert sequence_of(1, folder=folder).path(FrameIndex(0)) == path


def test_path_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    assert sequence_of(1, folder=r"C:\shots").path(FrameIndex(0)) == r"C:\shots\shot.0001.png"
    assert sequence_of(1, folder="C:\\").path(FrameIndex(0)) == r"C:\shot.0001.png"
    assert sequence_of(1, folder="//host/share").path(FrameIndex(0)) == "//host/share/shot.0001.png"


def test_spans_and_gaps() -> None:
    sequence = sequence_of(1, 2, 3, 7, 9, 10)
    assert sequence.spans() == [Span(1, 3), Span(7, 7), Span(9, 10)]
    assert sequence.gaps == (Span(4, 6), Span(8, 8))
    assert sequence_of(5, 6).spans() == [Span(5, 6)]
    assert sequence_of(5, 6).gaps == ()


@given(st.sets(st.integers(-30, 30), min_size=1))
def test_spans_and_gaps_cover_all_numbers_once(numbers: set[int]) -> None:
    sequence = sequence_of(*numbers)
    covered = set(numbers).union(*(range(first, last + 1) for first, last in sequence.gaps))
    evenly = set(range(min(numbers), max(numbers) + 1, sequence.step))
    assert numbers <= evenly <= covered
    assert len(evenly) - len(numbers) == sequence.missing
    assert not any(number in numbers for first, last in sequence.gaps for number in range(first, last + 1))
    spans = sequence.spans(sequence.step)
    assert {number for first, last in spans for number in range(first, last + 1, sequence.step)} == numbers


@pytest.mark.parametrize(
    ("numbers", "label"),
    [
        (range(1, 241), "shot.[0001-0240].png"),
        ([*range(1, 10), *range(12, 21)], "shot.[0001-0009,0012-0020].png"),
        ([1, 3, 5], "shot.[0001,0003,0005].png"),
        (range(1, 101, 10), "shot.[0001-0091x10].png"),
        ([1, 3, 5, 7, 10], "shot.[0001-0010].png (4 gaps)"),
        ([1, 3, 5, 7, 10**17], "shot.[0001-100000000000000000].png (4 gaps)"),
        ([7], "shot.0007.png"),
    ],
)
def test_label(numbers: list[int], label: str) -> None:
    assert sequence_of(*numbers).label == label


def test_a_label_can_always_be_shown() -> None:
    assert FrameSequence.single("/a/\udcfft\ud800.png").label == "\ufffdt\ufffd.png"


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/a/shot.0042.png", 42),
        ("/a/cam1_t2_0001_L.png", 1),
        ("/a/x.-003.jp2", -3),
        ("/a/shot-003.png", 3),
        ("/a/shot.0007", 7),
        ("12.png", 12),
        ("/a/.12", 12),
    ],
)
def test_single(path: str, number: int) -> None:
    sequence = FrameSequence.single(path)
    assert (len(sequence), sequence.first, sequence.is_loose) == (1, number, False)
    assert sequence.path(FrameIndex(0)) == path


@pytest.mark.parametrize("path", ["/a/tree.png", "/tree.png", "tree", "/a/tree.jp2"])
def test_single_without_a_number(path: str) -> None:
    sequence = FrameSequence.single(path)
    assert (list(sequence.numbers), sequence.is_loose) == ([1], True)
    assert sequence.path(FrameIndex(0)) == path


def test_equal_by_value() -> None:
    assert sequence_of(1, 2) == sequence_of(2, 1)
    assert hash(sequence_of(1, 2)) == hash(sequence_of(2, 1))
    assert sequence_of(1, 2) != sequence_of(1, 3)
    assert sequence_of(1, 2) != sequence_of(1, 2, folder="/other")
    assert sequence_of(100) != sequence_of(100, padding=1)
    assert FrameSequence.loose("", ["a", "b"]) != FrameSequence.loose("", ["a", "c"])
    assert sequence_of(1) != "shot.0001.png"


@pytest.mark.parametrize(("names", "limit"), [("shot.{0:06d}.png", 400_000), ("img_{0:06d}_t0.{0}.png", 6_000_000)])
def test_twenty_thousand_names_take_little_memory(names: str, limit: int) -> None:
    listed = [names.format(number) for number in range(20_000)]
    tracemalloc.start()
    try:
        found = group_names("/shots", listed)
        listed.clear()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 1
    assert taken < limit
