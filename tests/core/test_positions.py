"""Where a playhead can stand in a sequence with gaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.frame import FrameIndex, FrameNumber
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.positions import FEWEST, Positions
from viewer.core.sequence.sequence import FrameSequence


def sequence(*numbers: int) -> FrameSequence:
    (found,) = group_names("/d", [f"s.{number:04d}.png" for number in numbers])
    return found


NUMBERS = st.sets(st.integers(0, 60), min_size=3, max_size=40)


@given(NUMBERS, st.booleans())
def test_every_file_has_its_place_and_places_ascend(numbers: set[int], with_gaps: bool) -> None:  # noqa: FBT001 - drawn
    frames = sequence(*numbers)
    positions = Positions(frames, with_gaps=with_gaps)
    told = [positions.number(position) for position in range(positions.count)]
    assert told == sorted(set(told))
    assert numbers <= set(told)
    for index in range(len(frames)):
        position = positions.of_index(index)
        assert positions.index(position) == index
        assert positions.number(position) == frames.number(FrameIndex(index))
    if not with_gaps:
        assert positions.count == len(frames)


@given(NUMBERS)
def test_a_place_without_a_file_has_no_frame_and_the_file_before_it_is_the_one_before(numbers: set[int]) -> None:
    frames = sequence(*numbers)
    positions = Positions(frames, with_gaps=True)
    for position in range(positions.count):
        number = positions.number(position)
        index, before = positions.index(position), positions.index_before(position)
        assert (index is not None) == (number in numbers)
        assert before is not None
        assert frames.number(before) == max(each for each in numbers if each <= number)


@given(NUMBERS, st.integers(-10, 80), st.booleans())
def test_the_nearest_place_is_the_nearest(numbers: set[int], number: int, with_gaps: bool) -> None:  # noqa: FBT001 - drawn
    positions = Positions(sequence(*numbers), with_gaps=with_gaps)
    nearest = positions.nearest(number)
    distances = [abs(positions.number(each) - number) for each in range(positions.count)]
    assert distances[nearest] == min(distances)
    assert nearest == distances.index(min(distances))


def test_numbers_that_lie_evenly_apart_miss_nothing_between_them() -> None:
    frames = sequence(10, 20, 30, 50)
    assert (frames.step, frames.missing, frames.gaps) == (10, 1, ((31, 49),))
    positions = Positions(frames, with_gaps=True)
    assert [positions.number(each) for each in range(positions.count)] == [10, 20, 30, 40, 50]
    assert positions.index(3) is None


def test_where_nearly_all_numbers_are_missing_only_files_are_places() -> None:
    numbers = (1, 2, 1000, 1001, 20_000)
    assert Positions(sequence(*numbers), with_gaps=True).count == len(numbers)
    few = (1, 2, 2 + 2 * FEWEST)
    assert Positions(sequence(*few), with_gaps=True).count == few[-1]


def test_one_file_is_one_place() -> None:
    positions = Positions(FrameSequence.single("/d/s.0007.png"), with_gaps=True)
    assert (positions.count, positions.number(0), positions.nearest(FrameNumber(99))) == (1, 7, 0)


@pytest.mark.parametrize("with_gaps", [True, False])
def test_a_hundred_thousand_numbers_take_no_look_at_each(with_gaps: bool) -> None:  # noqa: FBT001 - a parameter
    frames = FrameSequence("/d", "s.", ".png", 6, range(0, 200_000, 2))
    positions = Positions(frames, with_gaps=with_gaps)
    assert (positions.count, positions.number(99_999)) == (100_000, 199_998)
