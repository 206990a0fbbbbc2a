"""What becomes of the open sequence, what is loaded next for it, and what is shown of it: pure functions, as tables."""

from __future__ import annotations

import math
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from viewer.core.frame import FrameNumber
from viewer.core.load.frame_state import FrameState
from viewer.core.play.load_order import order_of_need
from viewer.core.play.playhead import Repeat
from viewer.core.sequence.naming import group_names
from viewer.core.units import MB
from viewer.model.canvas_content import Seen
from viewer.model.open_sequence import OpenSequence, successor
from viewer.model.planning import NEAR_ONLY, WHILE_LISTING, plan_for
from viewer.model.preferences import MissingPolicy, Preferences
from viewer.model.preload import Preload
from viewer.model.sequence_settings import Bookmark, SequenceSettings
from viewer.model.snapshot import snapshot
from viewer.model.view_state import ViewState

LOOPS = Preferences(cache_bytes=128 * MB, repeat=Repeat.LOOP)
SKIPS = LOOPS.changed(missing=MissingPolicy.SKIP)
KNOWN = SequenceSettings(7, 3, 9, 48.0, "01:00:00:00", (Bookmark(4),))


def opened(
    numbers: range | list[int],
    number: int | None = None,
    before: OpenSequence | None = None,
    remembered: SequenceSettings = KNOWN,
    preferences: Preferences = LOOPS,
    head: str = "a.",
) -> OpenSequence:
    sequences = tuple(group_names("/shots", [f"{head}{each:04d}.png" for each in numbers]))
    at = None if number is None else FrameNumber(number)
    return successor(before, sequences, 0, at, remembered, preferences, "/shots")


def moving() -> OpenSequence:
    """A sequence in which the user has gone to frame 5, and plays backwards, while 2 to 8 are read in advance."""
    here = opened(range(1, 13), 5)
    here.playhead = here.playhead.with_stride(-1)
    here.preload, here.has_moved = Preload("from in to out", 1, 7), True
    here.table.states[0] = here.table.states[11] = FrameState.ON_DISK.value
    return here


@pytest.mark.parametrize(
    ("numbers", "head", "preferences", "expected"),
    [
        # grown, grown at its beginning, shrunk, with a gap that counts or is skipped, another one
        (range(1, 21), "a.", LOOPS, {"number": 5, "stride": -1, "preload": (1, 7), "on_disk": [1, 12]}),
        (range(13), "a.", LOOPS, {"number": 5, "stride": -1, "preload": (2, 8), "on_disk": []}),
        (range(1, 5), "a.", LOOPS, {"number": 4, "stride": -1, "preload": (1, 3), "on_disk": []}),
        ([1, 2, 3, 4, 7, 8, 9], "a.", LOOPS, {"number": 5, "stride": -1, "preload": (1, 5), "on_disk": []}),
        ([1, 2, 3, 4, 7, 8, 9], "a.", SKIPS, {"number": 4, "stride": -1, "preload": (1, 5), "on_disk": []}),
        (range(1, 13), "b.", LOOPS, {"number": 5, "stride": 1, "preload": None, "on_disk": []}),
    ],
    ids=["grown", "grown before", "shrunk", "gap", "gap skipped", "another"],
)
def test_a_sequence_takes_over_what_still_holds(
    numbers: range | list[int], head: str, preferences: Preferences, expected: dict[str, Any]
) -> None:
    after = opened(numbers, 5, moving(), preferences=preferences, head=head)
    preload = after.preload and (after.preload.first, after.preload.last)
    states = enumerate(after.table.states)
    on_disk = [after.table.number(index) for index, state in states if state == FrameState.ON_DISK.value]
    found = {"number": after.number, "stride": after.playhead.stride, "preload": preload, "on_disk": on_disk}
    assert found == expected
    assert after.has_moved


@pytest.mark.parametrize(("mark_out", "last"), [(None, 19), (12, 11)])
def test_a_range_read_in_advance_grows_but_not_beyond_an_out_point_at_the_last_frame(
    mark_out: int | None, last: int
) -> None:
    remembered = SequenceSettings(mark_in=3, mark_out=mark_out)
    here = opened(range(1, 13), remembered=remembered)
    here.preload = Preload("from in to out", 2, 11)
    after = opened(range(1, 21), 5, here, remembered=remembered)
    assert after.preload is not None
    assert (after.preload.first, after.preload.last, after.playhead.last) == (2, last, last)


@pytest.mark.parametrize(
    ("remembered", "number", "expected"),
    [
        (KNOWN, None, (7, (3, 9), 48.0, "01:00:00:00")),
        (KNOWN, 2, (2, (3, 9), 48.0, "01:00:00:00")),
        (SequenceSettings(), None, (1, (None, None), 24.0, "")),
        (SequenceSettings(mark_in=50, mark_out=60), None, (1, (None, None), 24.0, "")),
        (SequenceSettings(mark_in=8, mark_out=60), None, (1, (8, None), 24.0, "")),
    ],
)
def test_it_opens_with_what_is_remembered(remembered: SequenceSettings, number: int | None, expected: object) -> None:
    here = opened(range(1, 13), number, remembered=remembered)
    assert (here.number, here.marks, here.time_base.rate, here.start) == expected
    assert here.playhead.repeat is Repeat.LOOP


# What is loaded next

ROWS: Any = SimpleNamespace(paths=lambda: iter(["/shots/b.0001.png"]), wants="/shots/b.0001.png".__eq__)


def planned(here: OpenSequence, preferences: Preferences = LOOPS, wanted: str | None = None, **more: bool) -> Any:  # noqa: ANN401 - a plan, read to its end
    modes: dict[str, Any] = {"provisional": False, "in_passing": False} | more
    plan = plan_for(
        here, preferences, (here.playhead, order_of_need(here.playhead)), wanted, ROWS, soon=0, flowing=False, **modes
    )

    def numbers(paths: Any) -> list[int]:  # noqa: ANN401 - lazy
        return [int(path[-8:-4]) for path in islice(paths, 2000)]

    first = [] if plan.wanted is None else [plan.wanted]
    return SimpleNamespace(
        wanted=numbers(first)[0],
        order=numbers(plan.order),
        thumbnails=numbers(plan.thumbnails),
        fill=numbers(plan.fill),
        plan=plan,
    )


@pytest.mark.parametrize(
    ("preferences", "provisional", "preload", "count"),
    [
        (LOOPS, False, None, 300),
        (LOOPS, True, None, WHILE_LISTING),
        (LOOPS.changed(fill_when_idle=False), False, None, NEAR_ONLY),
        (LOOPS.changed(fill_when_idle=False), True, (0, 299), WHILE_LISTING),
        (LOOPS.changed(fill_when_idle=False), False, (0, 299), 300),
    ],
    ids=["all", "while listing", "near only", "while listing a fill", "a fill"],
)
def test_so_many_frames_are_planned(
    preferences: Preferences, *, provisional: bool, preload: tuple[int, int] | None, count: int
) -> None:
    here = opened(range(1, 301), 10, remembered=SequenceSettings())
    here.preload = None if preload is None else Preload("all", *preload)
    found = planned(here, preferences, provisional=provisional)
    assert found.order[:3] == [10, 11, 12]
    assert len(found.order) == len(set(found.order)) == count
    assert found.fill[:2] == ([] if preload is None else [10, 11])
    assert found.thumbnails[:2] == ([1] if provisional else [1, 300]), "that of the list first"


def test_what_is_wanted_comes_first_and_once_and_what_is_far_is_needed_last() -> None:
    here = opened([1, 2, 3, 7, 8], 5, remembered=SequenceSettings())
    found = planned(here, wanted="/shots/a.0003.png", in_passing=True)
    assert (found.wanted, found.order[0], sorted(found.order)) == (3, 3, [1, 2, 3, 7, 8])
    assert planned(here).wanted == 7, "of a gap the frame needed next"
    need, coarseness = found.plan.need, found.plan.coarseness
    assert need("/shots/a.0007.png") < need("/shots/a.0008.png") < need("/other/a.0007.png") == math.inf
    assert [coarseness(path) for path in ("/shots/a.0001.png", "/shots/b.0001.png", "/x")] == [0, 0, math.inf]
    assert (found.plan.in_passing, found.plan.steady) == (True, False)


# What is shown


@pytest.mark.parametrize(
    ("at", "name", "reading", "numbers"),
    [
        (5, "", ["/shots/a.0007.png", "/x.png"], (7,)),
        (7, "a.0007.png", ["/shots/a.0001.png", "/shots/a.0008.png", "/shots/a.0007.png"], (7, 1, 8)),
    ],
    ids=["gap", "frame"],
)
def test_the_snapshot_tells_of_the_frame_where_the_playhead_is(
    at: int, name: str, reading: list[str], numbers: tuple[int, ...]
) -> None:
    whole = ViewState(message="all is well", names_seen=5)
    assert snapshot(whole, None, Seen(notice="opening"), reading).notice == "opening"
    here = opened([1, 2, 3, 7, 8], at)
    for path in map(here.table.path, range(5)):
        assert here.table.index_of(path) is not None
    state = snapshot(whole, here, Seen(problem="gone", problem_kind="gap"), reading)
    assert (state.number, state.name, state.path.rpartition("/")[2]) == (at, name, name)
    assert (state.message, state.names_seen, state.problem, state.reading) == ("all is well", 5, "gone", numbers)
    assert (state.mark_in, state.mark_out, state.bookmarks) == (3, None, (Bookmark(4),))
    assert state.sequence is here.view
