"""The cache that gives up first what is needed last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from viewer.core.cache.budget_cache import MANY, BudgetCache, LockedCache

KEYS = st.integers(0, 12)
SIZES = st.integers(0, 60)


def cache_of(budget: int) -> BudgetCache[int, bytes]:
    return BudgetCache(budget, len)


def distance(key: int) -> float:
    return key


def test_without_a_need_the_least_recently_used_goes_first() -> None:
    cache = cache_of(3)
    for key in (0, 1, 2):
        cache.put(key, b"x")
    cache.get(0)
    cache.peek(1)
    assert cache.put(3, b"x") == [1]
    assert list(cache) == [2, 0, 3]


def test_a_pinned_key_stays_though_it_is_larger_than_everything() -> None:
    cache = cache_of(3)
    cache.put(1, b"x")
    cache.pin(2)
    assert cache.put(2, b"x" * 10) == [1]
    assert cache.used == 10
    assert cache.set_budget(0) == []
    assert cache.pin(None) == [2]
    assert cache.used == 0


def test_the_largest_ever_offered_is_known_though_it_was_not_kept() -> None:
    cache = cache_of(3)
    assert cache.put(1, b"x" * 10) == [1]
    assert cache.largest == 10
    assert cache.size(1) == 10
    assert 1 not in cache
    cache.put(1, b"xx")
    assert cache.size(1) == 2


def test_one_giant_is_soon_forgotten_in_the_guess_for_what_was_never_seen() -> None:
    cache = cache_of(1000)
    assert cache.size(99) == 0
    cache.put(0, b"x" * 640)
    assert cache.size(99) == 640
    for key in range(1, 20):
        cache.put(key, b"x" * 10)
    assert 10 <= cache.size(99) < 20
    assert cache.size(0) == 640


def test_forgetting_is_harmless_where_there_is_nothing() -> None:
    cache = cache_of(3)
    cache.discard(7)
    cache.put(1, b"x")
    cache.clear()
    cache.discard(1)
    assert (cache.used, list(cache), cache.get(1)) == (0, [], None)


def test_many_small_entries_are_given_up_in_batches() -> None:
    cache = cache_of(10 * MANY)
    asked = 0

    def need(key: int) -> float:
        nonlocal asked
        asked += 1
        return key

    cache.need = need
    for key in range(20 * MANY, 0, -1):
        cache.put(key, b"x")
    assert asked < 50 * 20 * MANY  # ordering all of them each time would be 10 * MANY for each put
    assert sorted(cache)[: 9 * MANY] == list(range(1, 9 * MANY + 1))


def test_by_last_use_alone_as_much_is_kept_as_there_is_room_for() -> None:
    cache: LockedCache[int, bytes] = LockedCache(100, len, max_items=80)
    for key in range(1000):
        cache.put(key, b"x" * (2 if key < 500 else 1))
        assert cache.get(key) is not None
        assert (len(cache), cache.used) == (min(key + 1, 50), 2 * min(key + 1, 50)) if key < 500 else cache.used <= 100
    assert (len(cache), cache.used) == (80, 80)
    cache.put(0, bytes(101))
    cache.discard(lambda key: key % 2 == 0)
    assert (len(cache), cache.get(0), cache.get(998), cache.get(999)) == (40, None, None, b"x")
    assert (cache.has_room_for(60, beside=True), cache.has_room_for(61, beside=True)) == (True, False)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=200), st.integers(0, 6000))
def test_what_is_planned_within_the_room_is_never_given_up(sizes: list[int], budget: int) -> None:
    cache = cache_of(budget)
    cache.need = distance
    cache.largest = max(sizes)
    room = cache.room
    planned = [key for key in range(len(sizes)) if sum(sizes[: key + 1]) <= room]
    for key in [*planned, *range(len(sizes) - 1, -1, -1), *range(len(sizes))]:
        given_up = cache.put(key, b"x" * sizes[key])
        assert not set(given_up) & set(planned)
    assert set(planned) <= set(cache)


class AnyUse(RuleBasedStateMachine):
    """A cache beside a plain list of what it must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = cache_of(100)
        self.pinned: int | None = None
        self.order: list[int] = []
        self.sizes: dict[int, int] = {}

    def forget(self, given_up: list[int]) -> None:
        needs = [self.cache.need(key) for key in given_up]
        assert needs == sorted(needs, reverse=True)
        kept = [key for key in self.order if key not in given_up and key != self.pinned]
        for key in given_up:
            assert key != self.pinned
            assert all(self.cache.need(other) <= self.cache.need(key) for other in kept)
            equals = [other for other in kept if self.cache.need(other) == self.cache.need(key)]
            assert all(self.order.index(key) < self.order.index(other) for other in equals)
        self.order = [key for key in self.order if key not in given_up]

    @rule(key=KEYS, size=SIZES)
    def put(self, key: int, size: int) -> None:
        self.order = [each for each in self.order if each != key] + [key]
        self.sizes[key] = size
        self.forget(self.cache.put(key, b"x" * size))

    @rule(key=KEYS)
    def get(self, key: int) -> None:
        if self.cache.get(key) is not None:
            self.order = [each for each in self.order if each != key] + [key]

    @rule(key=KEYS)
    def discard(self, key: int) -> None:
        self.cache.discard(key)
        self.order = [each for each in self.order if each != key]

    @rule(key=st.one_of(st.none(), KEYS))
    def pin(self, key: int | None) -> None:
        self.pinned = key
        self.forget(self.cache.pin(key))

    @rule(budget=st.integers(0, 200))
    def change_budget(self, budget: int) -> None:
        self.forget(self.cache.set_budget(budget))

    @rule(center=KEYS, grain=st.integers(1, 4))
    def need_others(self, center: int, grain: int) -> None:
        self.cache.need = lambda key: abs(key - center) // grain

    @invariant()
    def it_holds_what_it_should(self) -> None:
        assert list(self.cache) == self.order
        assert self.cache.used == sum(self.sizes[key] for key in self.order)
        assert len(self.cache) == len(self.order)

    @invariant()
    def it_stays_within_its_budget(self) -> None:
        pinned = self.sizes[self.pinned] if self.pinned is not None and self.pinned in self.cache else 0
        assert self.cache.used <= max(self.cache.budget, pinned)


TestAnyUse = AnyUse.TestCase
