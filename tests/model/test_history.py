"""Back and forward, against a plain list with a cursor in it."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from viewer.model.history import MOST_VISITS, History, Visit


def place(number: int) -> Visit:
    return Visit("/shots", "shot.*.png", number)


def test_forward_leads_to_where_somebody_really_went_back_from() -> None:
    visited = History()
    visited.note(place(1))
    assert visited.go(-1, place(17)) == place(1)
    assert visited.go(1, place(3)) == place(17)
    assert visited.go(-1, place(17)) == place(3)


def test_a_place_noted_twice_in_a_row_is_there_once() -> None:
    visited = History()
    for left in (1, 2, 2, 2):
        visited.note(place(left))
    assert visited.go(-1, place(3)) == place(2)
    assert visited.go(-1, place(7)) == place(1)  # after steps from 2 to 7
    assert visited.go(-1, place(1)) is None


def test_going_back_always_leads_somewhere_else() -> None:
    visited = History()
    visited.note(place(1))
    visited.note(place(2))
    assert visited.go(-1, place(2)) == place(1)


def test_the_oldest_are_forgotten() -> None:
    visited = History()
    for left in range(MOST_VISITS + 5):
        visited.note(place(left))
    here, seen = place(-1), 0
    while (before := visited.go(-1, here)) is not None:
        here, seen = before, seen + 1
    assert here == place(5)
    assert seen == MOST_VISITS


@given(st.lists(st.integers(0, 5) | st.sampled_from(["back", "forward"]), max_size=300))
def test_it_is_a_list_with_a_cursor(moves: list[int | str]) -> None:
    visited, names = History(), itertools.count(1000)
    history, cursor = [place(0)], 0
    for move in moves:
        here = history[cursor]
        if move == "back":
            cursor = max(cursor - 1, 0)
            assert visited.go(-1, here) == (None if history[cursor] == here else history[cursor])
        elif move == "forward":
            cursor = min(cursor + 1, len(history) - 1)
            assert visited.go(1, here) == (None if history[cursor] == here else history[cursor])
        else:
            visited.note(here)
            # An even draw is a place never seen before, an odd one the place before this one.
            there = place(next(names)) if int(move) % 2 == 0 or cursor < 1 else history[cursor - 1]
            history = [*history[: cursor + 1], there][-MOST_VISITS - 1 :]
            cursor = len(history) - 1
        assert bool(visited.behind) == (cursor > 0)
        assert bool(visited.ahead) == (cursor < len(history) - 1)
