"""All pictures of a folder in one order, and the filter over their names."""

from __future__ import annotations

import random
import re

import pytest
from doubles import MemoryStorage

from viewer.core.errors import CancelledError, SequenceError, ShareAwayError, StorageError
from viewer.core.files import regrouped
from viewer.core.sequence.folder_rule import FolderRule, Order
from viewer.core.sequence.grouping import Grouping
from viewer.core.sequence.naming import group_names, grouped
from viewer.core.storage.change_times import change_times
from viewer.core.storage.transfer import Stamp, Transfer

HUGE = "9" * 5000


def in_order(order: Order, names: str, changed: dict[str, int] | None = None) -> str:
    """Returns the names, given without suffix, in their order, whatever order they are given in."""
    listed = [f"{name}.png" for name in names.split()]
    results = set()
    for seed in range(5):
        random.Random(seed).shuffle(listed)  # noqa: S311 - a repeatable shuffle
        (found,) = group_names("/d", listed, FolderRule(order), changed or {})
        results.add(" ".join(name.removesuffix(".png") for name in found.names()))
        assert (list(found.numbers), found.is_loose) == (list(range(1, len(listed) + 1)), True)
    (result,) = results
    return result


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.BY_NAME, "1_oak 2_fir 10_ash a2 a10 B1 left.0001 right.0001"),
        (Order.BY_NUMBER, "left.0001 right.0001 left.0002 right.0002 x.0010 cover readme"),
        (Order.BY_NUMBER, "a_-2 a1 oak_3 fir_007 b"),
        # Where all are moments, or all decimals, these are the numbers.
        (Order.BY_NUMBER, "b_20230114_183000 a_20240101_000000 b_20240102_120000"),
        (Order.BY_NUMBER, "u_0.05 u_0.5 u_1.25 u_10.5"),
        # Where their kinds differ it is the last run of digits.
        (Order.BY_NUMBER, "b7 IMG_20230114_000500 IMG_20230113_183000"),
        (Order.BY_NUMBER, f"a1 a{HUGE} a{HUGE}0 b"),
        (Order.BY_DATE, "c b a10 a2 d x"),
    ],
)
def test_all_pictures_stand_in_one_order_whatever_order_they_came_in(order: Order, names: str) -> None:
    changed = {f"{name}.png": time for name, time in (("c", 1), ("b", 2), ("a10", 3), ("a2", 4), ("d", 4))}
    assert in_order(order, names, changed) == names


@pytest.mark.parametrize("rule", [FolderRule(Order.BY_NAME), FolderRule()])
def test_a_name_stands_before_those_that_it_begins(rule: FolderRule) -> None:
    stems = ["alpha", "alpha 2 x", "alpha0", "alpha0.5", "Final", "final (b)", "IMG", "IMG (a)", "IMG - Copy"]
    names = [f"{stem}.png" for stem in stems if rule.order is Order.BY_NAME or not re.search("[0-9]", stem)]
    assert [name for each in group_names("/x", names[::-1], rule) for name in each.names()] == names


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("", "1_Oak.png 2_fir.png b[1].jpg müll.png"),
        ("oak", "1_Oak.png"),
        ("*oak", "1_Oak.png"),
        ("?_*.png", "1_Oak.png 2_fir.png"),
        ("[1]*", "b[1].jpg"),
        ("fi?", "2_fir.png"),
        ("*fi?", "2_fir.png"),
        ("i*.jpg", ""),
        ("b[?]", "b[1].jpg"),
        ("MU\u0308LL", "müll.png"),
        (" fir ", "2_fir.png"),
        ("*" * 300 + "z", ""),
    ],
)
def test_a_filter_is_a_text_that_names_hold_or_a_glob_that_they_match(text: str, passing: str) -> None:
    names = ["1_Oak.png", "2_fir.png", "b[1].jpg", "müll.png"]
    found = grouped("/d", names, FolderRule(Order.BY_NAME, filter=text))
    shown = [name for sequence in found.sequences for name in sequence.names()]
    assert shown == passing.split()
    assert [*found.hidden] == [name for name in names if name not in shown]


@pytest.mark.parametrize("order", Order)
def test_names_added_one_by_one_are_ordered_as_all_at_once(order: Order) -> None:
    drawn = random.Random(3)  # noqa: S311 - a repeatable choice
    names = [
        f"{drawn.choice(['a', 'shot.', 'B_'])}{drawn.randrange(300)}{drawn.choice(['', '_x'])}.png" for _ in range(99)
    ]
    rule, changed = FolderRule(order, filter="1"), {name: drawn.randrange(9) for name in names[:60]}
    grouping = Grouping("/d", rule, changed)
    for name in names:
        grouping.add([name])
    assert grouping.sequences() == group_names("/d", names[::-1], rule, changed)


def test_orders_and_filters_are_told_apart_by_their_titles() -> None:
    names, rules = ["a.png", "b.png"], [FolderRule(order, filter=text) for order in Order for text in ("", "p")]
    sequences = [group_names("/d", names, rule)[0] for rule in rules]
    assert len({(each.head, each.label) for each in sequences}) == len(rules)
    assert sequences[2].label == "2 pictures by name"
    assert sequences[3].label == "2 with “p” by name"


class Share(MemoryStorage):
    """A share of which some files cannot be asked."""

    def stamp(self, path: str) -> Stamp:
        if path.endswith("away"):
            raise ShareAwayError("The share is away.")
        if path.endswith("closed"):
            raise StorageError("Permission denied.")
        return super().stamp(path)


def test_change_times_are_asked_many_at_once_and_none_is_lost() -> None:
    share = Share({f"/d/{each}": b"" for each in range(300)})
    share.modified = {f"/d/{each}": each for each in range(300)}
    paths = {str(each): f"/d/{each}" for each in range(300)} | {"gone": "/d/gone", "closed": "/d/closed"}
    expected = {str(each): each for each in range(300)} | {"gone": None, "closed": None}
    assert change_times(share, paths, Transfer()) == expected
    assert change_times(share, {}, Transfer()) == {}


def test_change_times_end_when_the_share_is_away_or_nobody_waits() -> None:
    share, cancelled = Share({}), Transfer()
    with pytest.raises(ShareAwayError):
        change_times(share, {"a": "/d/away"}, Transfer())
    cancelled.cancel()
    with pytest.raises(CancelledError):
        change_times(share, {"a": "/d/a"}, cancelled)


def test_what_was_listed_is_regrouped_by_another_rule() -> None:
    storage = MemoryStorage({f"/d/{name}": b"" for name in ("a.png", "b.png", "c.png")})
    storage.modified = {"/d/a.png": 3, "/d/b.png": 1, "/d/c.png": 2}
    found = group_names("/d", ["a.png", "b.png", "c.png"])
    assert list(regrouped(storage, found, FolderRule(Order.BY_DATE))[0].names()) == ["b.png", "c.png", "a.png"]
    with pytest.raises(SequenceError, match="“zzz”"):
        regrouped(storage, found, FolderRule(filter="zzz"))
