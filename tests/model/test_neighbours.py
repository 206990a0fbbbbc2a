"""While a folder is being listed the frames about the one on screen are asked for by their names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from doubles import MemoryStorage
from viewing import Viewing, numbered

from viewer.core.storage.transfer import Stamp, Transfer
from viewer.model.listing import HEAD_START
from viewer.model.neighbours import LISTEN_EVERY, ROW_TIME, WITHIN, NamingRule
from viewer.model.opened import Opened, open_from

if TYPE_CHECKING:
    from collections.abc import Callable


def opened(text: str, number: int | None = None, count: int = 200) -> Viewing:
    """Returns a viewer that has opened something on a share whose listing does not come."""
    viewing = Viewing(numbered(count))
    viewing.model.open(text, number)
    viewing.settings_executor.finish_all()
    return viewing


def is_listing(job: tuple[Callable[[], object], object]) -> bool:
    return "Listing" in job[0].__qualname__


def answer(viewing: Viewing, times: int = 20) -> None:
    """Lets the share answer all but the listing."""
    for _ in range(times):
        viewing.loop.advance(0.1)
        while asked := [at for at, job in enumerate(viewing.chores.waiting) if not is_listing(job)]:
            viewing.chores.finish(asked[0])
        path = f"/shots/a.{viewing.state.number or 0:04d}.png"
        if path in viewing.under_way:
            viewing.load_path(path)  # no other, which would wait for this one
        viewing.see()


def known(viewing: Viewing) -> tuple[int, int]:
    sequence = viewing.state.sequence
    assert sequence is not None
    assert viewing.state.listing
    return sequence.first, sequence.last


@pytest.mark.parametrize(
    ("text", "number", "at", "ends"),
    [
        ("/shots/a.0100.png", None, 100, (100 - WITHIN // 2, 100 + WITHIN)),
        ("/shots/a.0003.png", None, 3, (1, 3 + WITHIN)),
        ("/shots/a.####.png", None, 1, (1, 1 + WITHIN)),
        ("/shots/a.####.png", 70, 70, (70 - WITHIN // 2, 70 + WITHIN)),
        ("/shots/a.[50-60].png", None, 50, (50, 60)),
    ],
)
def test_the_frames_about_the_one_on_screen_are_known_before_the_listing(
    text: str, number: int | None, at: int, ends: tuple[int, int]
) -> None:
    viewing = opened(text, number)
    answer(viewing)
    assert (viewing.state.number, known(viewing)) == (at, ends)
    viewing.model.step(1)
    answer(viewing)
    assert (viewing.state.number, viewing.state.is_true) == (at + 1, True)
    viewing.list_folder()
    assert viewing.state.number == at + 1


def test_the_nearest_are_known_first_and_farther_ones_as_the_user_goes_on() -> None:
    viewing = opened("/shots/a.0100.png")
    stamp = viewing.storage.stamp

    def slowly(path: str) -> Stamp:
        viewing.loop._now += ROW_TIME / 4  # noqa: SLF001 - each answer takes its time
        return stamp(path)

    viewing.storage.stamp = slowly  # type: ignore[method-assign]  # a slower one
    viewing.chores.finish()
    assert known(viewing) == (99, 102)
    viewing.storage.stamp = stamp  # type: ignore[method-assign]  # as it was
    answer(viewing)
    for _ in range(WITHIN + 10):
        viewing.model.step(1)
        answer(viewing, times=2)
    assert viewing.state.number == 110 + WITHIN


@pytest.mark.parametrize("answers", [False, True])
def test_names_are_asked_for_before_the_listing_begins_but_not_for_long(*, answers: bool) -> None:
    viewing = opened("/shots/a.0100.png")
    while answers and not any(map(is_listing, viewing.chores.waiting)):
        viewing.chores.finish()
    viewing.loop.advance(0.0 if answers else HEAD_START - 0.1)
    assert any(map(is_listing, viewing.chores.waiting)) is answers
    viewing.loop.advance(0.2)
    assert any(map(is_listing, viewing.chores.waiting))
    assert len(viewing.chores.waiting) <= 2
    viewing.list_folder()
    viewing.loop.advance(LISTEN_EVERY + 0.1)
    assert not any("Neighbours" in job.__qualname__ for job, _ in viewing.chores.waiting), (
        "what has been listed is not asked for"
    )


def test_a_folder_is_listed_at_once() -> None:
    assert is_listing(opened("/shots").chores.waiting[0])


def test_a_number_is_gone_to_at_once_though_the_listing_has_not_come() -> None:
    viewing = opened("/shots/a.0100.png", count=180)
    answer(viewing)
    viewing.model.go_to_text("175")
    assert "still being listed: frame 175" in viewing.state.message
    answer(viewing)
    assert (viewing.state.number, viewing.state.is_true) == (175, True)
    viewing.model.step(-1)
    answer(viewing)
    assert viewing.state.number == 174


@pytest.mark.parametrize(("direction", "end"), [(1, 200), (-1, 1)])
def test_an_end_is_gone_to_when_it_is_known_unless_the_user_moves_on(direction: int, end: int) -> None:
    for moves_on in (False, True):
        viewing = opened("/shots/a.0100.png")
        answer(viewing)
        viewing.model.go_to_end(direction)
        assert "is shown as soon as it is known" in viewing.state.message
        answer(viewing)
        at = viewing.state.number
        assert at is not None
        if moves_on:
            viewing.model.step(-direction)
        viewing.list_folder()
        assert viewing.state.number == (at - direction if moves_on else end)
        assert not viewing.state.message


def test_no_way_leads_round_an_end_that_is_none() -> None:
    viewing = opened("/shots/a.0100.png")
    viewing.prefer(repeat="loop")
    answer(viewing)
    for _ in range(2 * WITHIN):
        viewing.model.step(1)
    assert viewing.state.number == 100 + WITHIN


def test_what_is_not_known_yet_is_not_said_to_have_no_file() -> None:
    viewing = opened("/shots/a.0010.png")
    answer(viewing)
    viewing.model.go_to(150)
    answer(viewing, times=6)
    number = 150
    for by in -70, -WITHIN:
        viewing.model.step(by)
        number += by
        viewing.loop.turn()
        assert (viewing.state.number, viewing.state.problem) == (number, "")
        assert viewing.state.notice == f"looking for frame {number}"
        answer(viewing, times=6)
        assert viewing.state.is_true


def test_a_share_that_goes_on_listing_and_answers_is_not_said_to_be_silent() -> None:
    viewing = opened("/shots/a.0001.png", count=2)
    for _ in range(20):
        answer(viewing)
        viewing.loop.advance(LISTEN_EVERY)
    assert (viewing.state.listing, viewing.state.offline) == (True, "")


def test_what_a_listing_tells_before_its_end_holds_what_was_found_by_name() -> None:
    seen: list[Opened] = []
    clock, also = itertools.count(), lambda: ["a.0039.png"]
    open_from(MemoryStorage(numbered(40)), "/shots", Transfer(), seen.append, lambda: float(next(clock)), also)
    assert len(seen) > 1
    assert {each.sequences[each.chosen].last for each in seen[:-1]} == {39}


def test_one_call_hangs_whatever_is_opened() -> None:
    viewing = opened("/shots/a.0100.png")
    for _ in range(4):
        viewing.model.open("/shots/a.0100.png")
        viewing.loop.advance(HEAD_START)
    assert len([job for job in viewing.chores.waiting if not is_listing(job)]) == 1


@pytest.mark.parametrize(
    ("path", "number", "names"),
    [
        ("/f/a.0100.png", 7, ["a.0007.png"]),
        ("/f/a.100.png", 7, ["a.007.png", "a.7.png"]),
        ("/f/a.100.png", 1000, ["a.1000.png"]),
        ("/f/shot.####.png", 12345, ["shot.12345.png"]),
        ("/f/shot.%d.png", 7, ["shot.7.png"]),
    ],
)
def test_names_follow_from_numbers(path: str, number: int, names: list[str]) -> None:
    rule = NamingRule.of(path)
    assert rule is not None
    assert (rule.folder, list(rule.names(number))) == ("/f", names)


@pytest.mark.parametrize("path", ["/f/poster.png", "/f", "/f/notes.7.txt"])
def test_other_files_have_no_neighbours(path: str) -> None:
    assert NamingRule.of(path) is None
