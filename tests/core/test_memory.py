"""What is held: whatever is loaded, used and kept, the limits hold and the least needed goes first."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.prefetch.memory import MISSING, SPARE, ItemMemory, Limits

NOTHING = range(0)
"""What is likely to follow for somebody who has reached the end."""


def memory_of(ahead: int = 10, behind: int = 10, max_bytes: int | None = None) -> ItemMemory[int]:
    return ItemMemory(Limits(ahead, behind, max_bytes), None)


def load(memory: ItemMemory[int], *positions: int, size: int = 1) -> None:
    for position in positions:
        memory.hold(position, -position, size)


def use(memory: ItemMemory[int], *positions: int, size: int = 1) -> None:
    """Loads what is not held, and uses it, as somebody who asks does."""
    for position in positions:
        if position not in memory:
            load(memory, position, size=size)
        memory.use(position)
        memory.make_room(position, NOTHING, forwards=True)


def test_what_is_held_is_found_by_position() -> None:
    memory = memory_of()
    load(memory, 3, 5, size=7)
    assert memory.values == {3: -3, 5: -5}
    assert (len(memory), set(memory), memory.bytes) == (2, {3, 5}, 14)
    assert 3 in memory
    assert 4 not in memory


def test_missing_is_no_item_and_says_so() -> None:
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_of_the_used_items_the_one_used_longest_ago_goes_first() -> None:
    memory = memory_of(ahead=0, behind=2)
    use(memory, 0, 1, 2, 0, 3)
    assert set(memory) == {0, 2, 3}


def test_items_loaded_ahead_do_not_push_out_the_used_ones() -> None:
    memory = memory_of(ahead=4, behind=2)
    use(memory, 0, 1, 2)
    load(memory, *range(3, 20))
    memory.make_room(2, range(3, 7), forwards=True)
    assert set(memory) == {0, 1, 2, *range(3, 7)}


def test_used_items_do_not_push_out_those_loaded_ahead() -> None:
    memory = memory_of(ahead=2, behind=2)
    load(memory, 100, 101)
    for position in range(50, 60):
        load(memory, position)
        memory.use(position)
        memory.make_room(position, [100, 101], forwards=True)
    assert set(memory) == {57, 58, 59, 100, 101}


def test_what_is_loose_stays_while_there_is_room_and_the_farthest_goes_first() -> None:
    memory = memory_of(ahead=3, behind=1)
    load(memory, 20, 21, 22)
    use(memory, 10)
    assert set(memory) == {10, 20, 21, 22}
    load(memory, 11, 12)
    memory.make_room(10, range(11, 14), forwards=True)
    assert set(memory) == {10, 11, 12, 20, 21}


@pytest.mark.parametrize("forwards", [True, False])
def test_what_lies_behind_goes_before_what_lies_ahead(*, forwards: bool) -> None:
    sign = 1 if forwards else -1
    memory = memory_of(ahead=1, behind=1)
    load(memory, 50, 50 - 2 * sign, 50 + 20 * sign, 50 + 30 * sign)
    memory.use(50)
    memory.make_room(50, [], forwards=forwards)
    assert set(memory) == {50, 50 + 20 * sign, 50 + 30 * sign}
    load(memory, 50 + sign)
    memory.make_room(50, [50 + sign], forwards=forwards)
    assert set(memory) == {50, 50 + sign, 50 + 20 * sign}


def test_what_is_given_up_stays_in_memory_until_somebody_has_the_time() -> None:
    memory = memory_of(ahead=0, behind=0)
    use(memory, 1, 2)
    assert memory.values == {2: -2}
    assert memory.evicted == [-1]


def test_only_what_nobody_used_was_loaded_in_vain() -> None:
    memory = memory_of(ahead=1, behind=0)
    load(memory, 1, 2, 3)
    memory.use(1)
    memory.make_room(1, NOTHING, forwards=True)
    assert (set(memory), memory.wasted) == ({1, 2}, 1)
    memory.use(2)
    memory.make_room(2, NOTHING, forwards=True)
    memory.evict(1)
    assert (set(memory), memory.wasted) == ({2}, 1)


def test_kept_items_stay_beyond_the_limits_until_they_are_released() -> None:
    memory = memory_of(ahead=2, behind=1)
    memory.keep(range(5))
    use(memory, *range(8))
    load(memory, 8, 9)
    memory.make_room(7, [8, 9], forwards=True)
    assert set(memory) == {*range(5), 6, 7, 8, 9}
    memory.release(list(memory.kept))
    memory.make_room(7, [8, 9], forwards=True)
    assert set(memory) == {6, 7, 8, 9}


def test_kept_items_that_nobody_used_stay_too() -> None:
    memory = memory_of(ahead=1, behind=1)
    memory.keep([90])
    load(memory, 90)
    use(memory, *range(6))
    load(memory, 6)
    memory.make_room(5, [6], forwards=True)
    assert set(memory) == {90, 4, 5, 6}


def test_keeping_what_is_not_loaded_takes_no_room() -> None:
    memory = memory_of(ahead=0, behind=1)
    memory.keep(range(100, 200))
    load(memory, *range(8))
    use(memory, 8)
    assert len(memory) == 2


def test_without_bytes_nothing_is_held() -> None:
    memory = memory_of(max_bytes=0)
    use(memory, 1)
    assert not memory
    assert memory.largest == 1


def test_the_current_item_is_held_whatever_it_takes() -> None:
    memory = memory_of(ahead=50, max_bytes=10)
    use(memory, 1, size=4)
    load(memory, 2, size=4)
    use(memory, 3, size=1000)
    assert set(memory) == {3}


@pytest.mark.parametrize(
    ("limits", "size", "room"),
    [
        (Limits(10, 10, None), 5, (10, 10)),
        (Limits(10, 10, 105), 5, (10, 10)),
        (Limits(10, 10, 104), 5, (10, 9)),
        (Limits(10, 10, 55), 5, (5, 5)),
        (Limits(30, 10, 45), 5, (6, 2)),
        (Limits(50, 3, 50), 5, (8, 1)),  # one step back is never pushed out by a long look ahead
        (Limits(10, 10, 10), 5, (1, 0)),
        (Limits(0, 10, 10), 5, (0, 1)),
        (Limits(10, 10, 9), 5, (0, 0)),
        (Limits(10, 10, 1), 5, (0, 0)),
        (Limits(0, 0, 1), 5, (0, 0)),
    ],
)
def test_bytes_leave_room_for_both_as_the_limits_are_to_each_other(
    limits: Limits, size: int, room: tuple[int, int]
) -> None:
    memory: ItemMemory[int] = ItemMemory(limits, None)
    load(memory, 1, size=size)
    memory.evict(1)
    assert memory.room() == room


def test_before_the_first_item_nobody_knows_how_many_have_room() -> None:
    assert memory_of(10, 5, max_bytes=1).room() == (10, 5)


def test_what_is_kept_takes_room_of_the_bytes() -> None:
    memory = memory_of(10, 10, max_bytes=100)
    memory.keep([1, 2, 3])
    load(memory, 1, 2, size=20)
    assert sum(memory.room()) == 2


def test_room_is_made_for_bytes_to_come_unless_it_is_all_needed() -> None:
    memory = memory_of(ahead=2, behind=2, max_bytes=60)
    load(memory, 90, 91, size=10)
    use(memory, 1, size=10)
    load(memory, 2, 3, size=10)
    assert memory.make_room(1, [2, 3], forwards=True, for_bytes=20)
    assert set(memory) == {1, 2, 3, 90}
    assert memory.make_room(1, [2, 3], forwards=True, for_bytes=30)
    assert set(memory) == {1, 2, 3}
    assert not memory.make_room(1, [2, 3], forwards=True, for_bytes=31)
    assert set(memory) == {1, 2, 3}


def test_moved_items_keep_their_order_of_use() -> None:
    memory = memory_of(ahead=2, behind=2)
    use(memory, 1, 2, 3)
    load(memory, 4, 5)
    memory.keep([4, 5])
    memory.move({1: 11, 2: 10, 3: 12, 4: 13, 5: None}.get)
    assert memory.values == {11: -1, 10: -2, 12: -3, 13: -4}
    assert memory.kept == {13}
    assert memory.bytes == 4
    memory.use(13)
    memory.release(list(memory.kept))
    memory.make_room(13, NOTHING, forwards=True)
    memory.forget(99)
    use(memory, 14)
    assert set(memory) >= {12, 13, 14}
    assert 11 not in memory


def test_what_moved_away_unused_or_used_is_told_from_each_other_still() -> None:
    memory = memory_of(ahead=2, behind=2)
    load(memory, 1, 2)
    memory.use(1)
    memory.move({1: 5, 2: 6}.get)
    memory.evict(5)
    assert memory.wasted == 0
    memory.evict(6)
    assert memory.wasted == 1


def test_cleared_memory_holds_nothing() -> None:
    memory = memory_of()
    use(memory, 1, 2)
    load(memory, 3)
    memory.evict(1)
    memory.clear()
    assert (len(memory), memory.bytes, memory.values, memory.evicted) == (0, 0, {}, [])


def test_a_cache_of_somebodys_own_decides_itself_what_goes() -> None:
    cache: dict[int, int] = {}
    memory = ItemMemory(Limits(1, 1, 5), cache)
    use(memory, *range(20))
    assert len(cache) == 20
    memory.clear()
    assert len(cache) == 20


def test_a_cache_that_refuses_an_item_harms_nothing() -> None:
    class Full(dict[int, int]):
        def __setitem__(self, position: int, value: int) -> None:
            raise OSError("full")

    memory = ItemMemory(Limits(1, 1, None), Full())
    load(memory, 1)
    assert 1 not in memory
    assert memory.bytes == 0


# Laws


@dataclass
class Visit:
    """One request: where somebody goes, what was loaded meanwhile, and what is likely to follow."""

    here: int
    loaded: list[int]
    window: list[int]
    forwards: bool
    for_bytes: int
    kept: set[int] = field(default_factory=set)


POSITIONS = st.integers(0, 30)
VISITS = st.lists(
    st.builds(
        Visit,
        POSITIONS,
        st.lists(POSITIONS, max_size=8),
        st.lists(POSITIONS, max_size=6, unique=True),
        st.booleans(),
        st.integers(0, 40),
        st.sets(POSITIONS, max_size=3),
    ),
    max_size=20,
)
LIMITS = st.builds(Limits, st.integers(0, 6), st.integers(0, 6), st.none() | st.integers(0, 120))


def size_of(position: int) -> int:
    return position * 7 % 20 + 1


def go(memory: ItemMemory[int], visit: Visit) -> bool:
    memory.release(memory.kept - visit.kept)
    memory.keep(visit.kept)
    for position in visit.loaded:
        if position not in memory:
            memory.hold(position, -position, size_of(position))
    if visit.here not in memory:
        memory.hold(visit.here, -visit.here, size_of(visit.here))
    memory.use(visit.here)
    return memory.make_room(visit.here, visit.window, forwards=visit.forwards, for_bytes=visit.for_bytes)


@given(LIMITS, VISITS)
def test_the_limits_hold_after_whatever_happens(limits: Limits, visits: list[Visit]) -> None:
    memory: ItemMemory[int] = ItemMemory(limits, None)
    for visit in visits:
        visit.window = visit.window[: limits.ahead]
        had_room = go(memory, visit)
        kept = visit.kept & set(memory)
        pinned = sum(size_of(each) for each in kept | {visit.here})
        most = limits.max_bytes
        assert len(memory) <= limits.ahead + limits.behind + 1 + len(kept)
        assert most is None or memory.bytes <= max(most, pinned)
        assert had_room == (most is None or memory.bytes + visit.for_bytes <= most)
        assert (visit.here in memory) == (most != 0)


@given(LIMITS, VISITS)
def test_the_books_are_right_after_whatever_happens(limits: Limits, visits: list[Visit]) -> None:
    memory: ItemMemory[int] = ItemMemory(limits, None)
    for visit in visits:
        before = len(memory.evicted)
        held_before = set(memory)
        go(memory, visit)
        assert memory.values == {position: -position for position in memory}
        assert memory.bytes == sum(size_of(position) for position in memory)
        assert len(memory.evicted) - before >= len(held_before - set(memory))


@given(st.integers(0, 6), st.integers(0, 6), VISITS)
def test_without_a_limit_in_bytes_the_current_the_window_and_the_last_used_are_held(
    ahead: int, behind: int, visits: list[Visit]
) -> None:
    memory = memory_of(ahead, behind)
    used: list[int] = []
    for visit in visits:
        visit.window = visit.window[:ahead]
        visit.loaded += visit.window
        go(memory, visit)
        used = [each for each in used if each != visit.here] + [visit.here]
        assert set(memory) >= {visit.here, *visit.window, *used[-1 - behind :]}


@given(VISITS)
def test_each_item_that_went_unused_is_counted_once(visits: list[Visit]) -> None:
    memory = memory_of(2, 2)
    for visit in visits:
        go(memory, visit)
    loaded = len(memory.evicted) + len(memory)
    assert memory.wasted <= loaded
    for position in list(memory):
        memory.evict(position)
    used = {visit.here for visit in visits}
    assert loaded - memory.wasted >= len(used)


@pytest.mark.parametrize(
    ("max_bytes", "working", "decoders"),
    [(None, 10**9, 4), (10**9, 0, 4), (10**9, 10**8, 4), (10**9, 2 * 10**8, 2), (10**8, SPARE // 2, 2), (1, 10**9, 1)],
)
def test_fewer_are_decoded_at_once_where_each_takes_much_memory(
    max_bytes: int | None, working: int, decoders: int
) -> None:
    assert Limits(10, 10, max_bytes).decoders(4, working) == decoders
