"""The open viewer on a share that is slow, silent, away, or written to by others."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from doubles import broken
from hypothesis import given, settings
from hypothesis import strategies as st
from viewing import Viewing, content, numbered

from viewer.core.errors import NotFoundError, ShareAwayError, StorageError
from viewer.core.load.frame_state import FrameState
from viewer.core.load.statistics import CacheLevel
from viewer.core.play.playhead import Repeat
from viewer.core.spans import Span
from viewer.core.storage import transfer as transfer_module
from viewer.core.units import MB
from viewer.model import navigation
from viewer.model.canvas_content import PROGRESS_AFTER
from viewer.model.folder_watch import POLL
from viewer.model.listing import AGAIN_AFTER
from viewer.model.navigation import GLANCE
from viewer.model.planning import NEAR_ONLY
from viewer.model.preferences import HoldPolicy, KeepFiles, NewFrames, Preferences
from viewer.model.report import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from viewer.model.view_state import FillView, ViewState
    from viewer.model.viewer_model import ViewerModel

KEEPING = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, keep_files=KeepFiles.ALWAYS)
NEAR_ALONE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, fill_when_idle=False, thumbnails=False)
FIRST = "/shots/a.0001.png"
AWAY = ShareAwayError("The share does not answer: Host is down.")
GONE = NotFoundError("There is no folder /shots.")


@pytest.fixture(scope="module", autouse=True)
def _nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer_module, "PAUSE_LIMIT", 0.0)
        yield


def seen_before(folder: Path, files: dict[str, bytes | BaseException], text: str = "/shots") -> None:
    """Has the program run once with all of ``text`` kept on this disk."""
    viewing = Viewing(dict(files), KEEPING, disk_folder=folder)
    viewing.open(text)
    viewing.settle()
    viewing.model.close()


def rest(viewing: Viewing) -> None:
    """Lets all come to an end, and the rates fall to nothing."""
    viewing.settle()
    viewing.loop.advance(3)
    viewing.settle()


def read_one(viewing: Viewing, path: str, seconds: float = 0.1) -> None:
    """Lets the line bring one file, which takes its time, and shows it."""
    viewing.loop.turn()
    viewing.loop.advance(seconds)
    viewing.load_path(path)
    viewing.see()


def poll(viewing: Viewing) -> ViewState:
    """Lets the folder be listed again, and all be loaded that is new."""
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish_all()
    viewing.load()
    viewing.see()
    return viewing.state


def states(viewing: Viewing) -> dict[FrameState, list[Span]]:
    """The timeline, by state."""
    runs: dict[FrameState, list[Span]] = {}
    for span, state in viewing.state.timeline.runs:
        runs.setdefault(state, []).append(span)
    return runs


# A folder seen before


def test_a_folder_seen_before_is_shown_from_this_disk_before_the_share_has_answered(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(12))
    viewing = Viewing(numbered(12), KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.chores.finish(0)
    state = viewing.state
    assert state.listing
    assert (state.number, state.sequence and state.sequence.count) == (1, 12)
    viewing.load()  # the listing goes on hanging
    viewing.see()
    for number in range(2, 13):
        viewing.model.step(1)
        viewing.load()
        state = viewing.state
        assert (state.number, state.is_true, content(state)) == (number, True, b"picture %d" % number)
    assert viewing.storage.sent == 0
    assert viewing.storage.listings == []


def test_the_listing_that_follows_changes_nothing_when_it_says_the_same(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(12))
    viewing = Viewing(numbered(12), KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.chores.finish(0)
    viewing.model.go_to(7)
    before = viewing.state
    viewing.list_folder()
    viewing.load()
    state = viewing.state
    assert not state.listing
    assert (state.number, state.sequence) == (7, before.sequence)
    assert viewing.storage.sent == 0


def test_a_frame_that_landed_while_nobody_looked_moves_nothing(tmp_path: Path) -> None:
    seen_before(tmp_path, {f"/shots/{name}.png": name.encode() for name in ("b", "d", "e")})
    files: dict[str, bytes | BaseException] = {f"/shots/{name}.png": name.encode() for name in ("a", "b", "c", "e")}
    viewing = Viewing(files, KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.chores.finish(0)
    viewing.load()
    assert viewing.state.name == "b.png"
    viewing.list_folder()
    viewing.load()
    state = viewing.state
    assert (state.name, state.number, content(state)) == ("b.png", 2, b"b")
    assert state.sequence is not None
    assert state.sequence.count == 4


def test_a_frame_that_was_shown_and_is_gone_gives_way_to_its_neighbour(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(12))
    files = numbered(12)
    del files["/shots/a.0012.png"]
    viewing = Viewing(files, KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots/a.0012.png")
    viewing.chores.finish(0)
    assert viewing.state.number == 12
    viewing.chores.finish_all()
    state = viewing.state
    assert state.message == "There is no picture a.0012.png in /shots."
    assert state.number == 12  # the picture that was here the last time can still be looked at


@pytest.mark.parametrize("error", [AWAY, GONE])
@pytest.mark.parametrize("recalled_first", [True, False])
def test_a_folder_seen_before_can_be_looked_at_while_its_share_is_away_and_heals_by_itself(
    tmp_path: Path, error: Exception, *, recalled_first: bool
) -> None:
    seen_before(tmp_path, numbered(12))
    viewing = Viewing(numbered(14), KEEPING, disk_folder=tmp_path)
    viewing.storage.listing_error = error
    viewing.model.open("/shots")
    viewing.loop.turn()
    viewing.chores.finish(0 if recalled_first else 1)
    viewing.chores.finish_all()
    viewing.load()
    viewing.see()
    state = viewing.state
    assert (content(state), state.message) == (b"picture 1", str(error))
    viewing.storage.listing_error = None
    viewing.loop.advance(AGAIN_AFTER + 0.1)
    viewing.list_folder()
    state = viewing.state
    assert (state.number, state.message) == (1, "")
    assert state.sequence is not None
    assert state.sequence.count == 14


def test_a_share_that_stays_away_is_asked_again_and_again_but_one_at_a_time(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(3))
    viewing = Viewing(numbered(3), KEEPING, disk_folder=tmp_path)
    viewing.storage.listing_error = AWAY
    viewing.model.open("/shots")
    viewing.settle()
    before = len(viewing.storage.listings)
    for _ in range(4):
        viewing.loop.advance(AGAIN_AFTER + 0.1)
        assert len(viewing.chores.waiting) == 1
        viewing.chores.finish_all()
    assert len(viewing.storage.listings) == before + 4


def test_what_was_there_the_last_time_is_not_taken_for_another_folder_opened_since(tmp_path: Path) -> None:
    files = numbered(12) | numbered(3, "/other")
    seen_before(tmp_path, files)
    viewing = Viewing(files, KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.model.open("/other")
    viewing.list_folder()
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.folder == "/other"


def test_nothing_is_recalled_after_closing(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(12))
    viewing = Viewing(numbered(12), KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.model.close()
    viewing.chores.finish_all()
    viewing.loop.advance(10)
    assert [hands.waiting for hands in (viewing.chores, viewing.readers, viewing.disk_workers)] == [[], [], []]


def slowly(viewing: Viewing) -> None:
    """Has each batch of names take its time, so that the first ones are told before the last are known."""
    batches = viewing.storage.list_names

    def list_names(folder: str, transfer: object) -> object:
        for batch in batches(folder, transfer):  # type: ignore[arg-type]  # passed through
            viewing.loop._now += 0.01  # noqa: SLF001 - each batch takes its time
            yield batch

    viewing.storage.list_names = list_names  # type: ignore[method-assign,assignment]  # a slower one


def test_the_first_names_of_a_long_listing_do_not_replace_all_that_are_remembered(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(300))
    viewing = Viewing(numbered(300), KEEPING, disk_folder=tmp_path)
    slowly(viewing)
    viewing.model.open("/shots/a.0290.png")
    viewing.list_folder()
    sequences = [state.sequence for state in viewing.states if state.sequence is not None]
    assert {sequence.count for sequence in sequences} <= {1, 300}
    assert viewing.state.number == 290


def test_listing_a_folder_again_does_not_shrink_it_meanwhile() -> None:
    viewing = Viewing(numbered(300))
    viewing.open("/shots")
    viewing.model.go_to(290)
    before = len(viewing.states)
    slowly(viewing)
    viewing.model.reload()
    viewing.list_folder()
    assert viewing.state.number == 290
    counts = {state.sequence.count for state in viewing.states[before:] if state.sequence is not None}
    assert counts == {300}


def test_a_pattern_that_selects_some_does_not_make_the_others_forgotten(tmp_path: Path) -> None:
    files = numbered(12) | numbered(30, head="b.")
    seen_before(tmp_path, files)
    seen_before(tmp_path, files, "/shots/a.[3-9].png")
    viewing = Viewing(files, KEEPING, disk_folder=tmp_path)
    viewing.model.open("/shots")
    viewing.chores.finish(0)
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.label == "b.[0001-0030].png"


def test_names_are_remembered_only_where_files_are_kept(tmp_path: Path) -> None:
    viewing = Viewing(numbered(12), KEEPING.changed(keep_files=KeepFiles.NEVER), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    assert not list(tmp_path.iterdir())


def test_what_landed_is_remembered_too(tmp_path: Path) -> None:
    viewing = Viewing(numbered(12), KEEPING, disk_folder=tmp_path)
    viewing.open("/shots")
    viewing.settle()
    viewing.storage.files |= numbered(14)
    poll(viewing)
    viewing.settle()
    assert viewing.disk is not None
    assert len(viewing.disk.names("/shots") or ()) == 14


# What is on this disk


def test_the_timeline_tells_which_frames_are_on_this_disk_and_does_not_forget_it_when_others_land(
    tmp_path: Path,
) -> None:
    seen_before(tmp_path, numbered(200))
    viewing = Viewing(numbered(200), NEAR_ALONE.changed(keep_files=KeepFiles.ALWAYS), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    assert states(viewing) == {FrameState.DECODED: [Span(1, NEAR_ONLY)], FrameState.ON_DISK: [Span(NEAR_ONLY + 1, 200)]}
    assert (viewing.state.disk_used or 0) > 200 * len(b"picture 1")
    viewing.storage.files |= numbered(202)
    before = len(viewing.states)
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish(0)
    viewing.loop.advance(1)  # before anybody has looked at this disk again
    assert states(viewing)[FrameState.ON_DISK] == [Span(NEAR_ONLY + 1, 200)]
    viewing.chores.finish_all()
    viewing.loop.advance(1)
    assert all(state.timeline.runs[-1][0] == Span(NEAR_ONLY + 1, 200) for state in viewing.states[before:])


def test_a_frame_that_lands_in_between_is_not_taken_to_be_on_this_disk(tmp_path: Path) -> None:
    files = numbered(200)
    del files["/shots/a.0150.png"]
    seen_before(tmp_path, files)
    viewing = Viewing(files, NEAR_ALONE.changed(keep_files=KeepFiles.ALWAYS), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.storage.files["/shots/a.0150.png"] = b"new"
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish(0)
    viewing.loop.advance(1)  # before anybody has looked at this disk again
    assert FrameState.ON_DISK not in states(viewing)
    viewing.chores.finish_all()
    viewing.loop.advance(1)
    assert states(viewing)[FrameState.ON_DISK] == [Span(NEAR_ONLY + 1, 149), Span(151, 200)]


def test_a_file_that_is_damaged_on_this_disk_is_read_over_the_share(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(3))
    for file in tmp_path.glob("*/*"):
        if file.name != "names":
            file.write_bytes(file.read_bytes()[:-1] + b"?")
    viewing = Viewing(numbered(3), KEEPING, disk_folder=tmp_path)
    state = viewing.open("/shots")
    assert content(state) == b"picture 1"
    assert set(viewing.storage.reads) == set(numbered(3))


def test_clearing_this_disk_keeps_what_is_in_memory_and_reads_the_rest_again(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(100))
    viewing = Viewing(numbered(100), NEAR_ALONE.changed(keep_files=KeepFiles.NEVER), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.disk.clear()
    viewing.chores.finish_all()
    viewing.loop.advance(1)
    assert states(viewing) == {FrameState.DECODED: [Span(1, NEAR_ONLY)]}
    assert viewing.state.disk_used == 0
    viewing.model.go_to(100)
    viewing.load()
    assert viewing.state.is_true
    assert "/shots/a.0100.png" in viewing.storage.reads


def test_reload_shows_what_has_changed_though_this_disk_has_another(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(200))
    viewing = Viewing(numbered(200), NEAR_ALONE.changed(keep_files=KeepFiles.ALWAYS), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.storage.files["/shots/a.0001.png"] = b"changed 1"
    viewing.storage.files["/shots/a.0199.png"] = b"changed 199"
    viewing.model.reload()
    viewing.chores.finish(0)  # the listing; what this disk has is still to be removed
    viewing.load()
    viewing.loop.advance(0.3)
    assert content(viewing.state) == b"changed 1"
    assert FrameState.ON_DISK not in states(viewing)
    viewing.model.go_to(199)
    viewing.load()
    assert content(viewing.state) == b"changed 199"
    rest(viewing)
    viewing.model.close()
    again = Viewing(viewing.files, KEEPING, disk_folder=tmp_path)
    assert content(again.open("/shots")) == b"changed 1"


def test_reload_of_a_share_that_is_away_forgets_nothing(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(200))
    viewing = Viewing(numbered(200), NEAR_ALONE.changed(keep_files=KeepFiles.ALWAYS), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.storage.listing_error = AWAY
    viewing.storage.files.clear()
    viewing.model.reload()
    rest(viewing)
    assert content(viewing.state) == b"picture 1"
    assert viewing.state.offline.startswith("The share does not answer. ")
    assert not viewing.state.message, "it is said once"
    viewing.model.go_to(150)
    viewing.load()
    assert content(viewing.state) == b"picture 150"


def test_a_reload_that_failed_is_made_good_when_the_share_is_back() -> None:
    viewing = Viewing(numbered(5))
    viewing.open("/shots")
    viewing.storage.listing_error = AWAY
    viewing.model.reload()
    viewing.list_folder()
    viewing.storage.listing_error = None
    viewing.storage.files[FIRST] = b"another"
    viewing.loop.advance(AGAIN_AFTER + 0.1)
    viewing.list_folder()
    viewing.load()
    assert (content(viewing.state), viewing.state.message) == (b"another", "")


# Faster than the line


def outrun(viewing: Viewing, presses: int, every: float = 0.03, by: int = 1) -> None:
    """Types faster than frames can come; nothing comes meanwhile."""
    for _ in range(presses):
        viewing.model.step(by)
        viewing.loop.advance(every)


def slow_line(preferences: Preferences = NEAR_ALONE, *, small: bool = False, count: int = 300) -> Viewing:
    """A folder whose line takes 0.1 s for a file, as is known from the first one, which is on screen."""
    viewing = Viewing(numbered(count), preferences, small=small)
    viewing.model.open("/shots")
    viewing.list_folder()
    read_one(viewing, FIRST)
    return viewing


def passing(viewing: Viewing) -> bool:
    return viewing.model._loader._plan.in_passing  # noqa: SLF001 - the plan is all that says so


def test_while_the_keys_outrun_the_line_what_has_been_read_is_shown_though_it_has_been_passed() -> None:
    viewing = slow_line()
    outrun(viewing, 4)
    assert passing(viewing)
    viewing.model.step(1)
    begun = next(path for path in viewing.under_way if path > FIRST)
    read_one(viewing, begun, 0.02)
    state = viewing.state
    assert state.number == 6
    assert state.shown is not None
    assert FIRST < f"/shots/{state.shown.name}" <= begun
    assert state.notice.startswith("loading 6")


def test_at_rest_after_a_hurry_the_frame_on_screen_comes_first_and_then_its_neighbours() -> None:
    viewing = slow_line()
    outrun(viewing, 20)
    viewing.loop.advance(0.2)
    assert not passing(viewing)
    assert "/shots/a.0021.png" in viewing.under_way
    viewing.load_path("/shots/a.0021.png")
    assert viewing.state.is_true
    viewing.load()
    assert viewing.model.canvas.is_here(22)


@pytest.mark.parametrize(
    "end",
    [
        lambda model: model.go_to(150),
        lambda model: model.go_to_end(-1),
        lambda model: model.go_to_end(1),
        lambda model: model.scrub_ended(),
        lambda model: model.choose_sequence(1),
    ],
    ids=["go to", "first", "last", "scrub ended", "switch"],
)
def test_whoever_goes_somewhere_on_purpose_is_not_in_a_hurry_any_more(end: object) -> None:
    viewing = Viewing(numbered(300) | numbered(200, head="b."), NEAR_ALONE)
    viewing.model.open("/shots", 100)
    viewing.list_folder()
    read_one(viewing, "/shots/a.0100.png")
    outrun(viewing, 5)
    assert passing(viewing)
    end(viewing.model)  # type: ignore[operator]  # one of the verbs above
    viewing.loop.turn()
    assert not passing(viewing)


def test_dragging_faster_than_the_line_is_a_hurry_too_until_the_mouse_rests() -> None:
    viewing = slow_line()
    for number in range(10, 60, 5):
        viewing.model.scrub(number)
        viewing.loop.advance(0.016)
    assert passing(viewing)
    assert viewing.state.number == 55
    viewing.loop.advance(0.2)
    assert not passing(viewing)
    viewing.load_path("/shots/a.0055.png")
    assert viewing.state.is_true


def test_keys_that_the_line_keeps_up_with_are_no_hurry() -> None:
    viewing = slow_line()
    for _ in range(5):
        outrun(viewing, 1, every=0.2)
        assert not passing(viewing)
    assert not passing(viewing)


def test_a_held_key_that_keeps_pace_is_in_a_hurry_and_one_that_shows_every_frame_is_not() -> None:
    viewing = slow_line(NEAR_ALONE.changed(hold_policy=HoldPolicy.KEEP_PACE))
    for _ in range(5):
        viewing.model.step(1, repeated=True)
        viewing.loop.advance(0.03)
    assert passing(viewing)
    viewing.model.set_preferences(NEAR_ALONE)
    viewing.load()
    viewing.see()
    viewing.model.step(1, repeated=True)
    viewing.loop.turn()
    assert not passing(viewing)


def test_two_presses_at_one_tick_of_a_coarse_clock_are_no_mistake() -> None:
    viewing = slow_line()
    viewing.model.step(1)
    viewing.model.step(1)
    assert viewing.state.number == 3
    viewing.loop.advance(1)
    viewing.load()
    assert viewing.state.is_true


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([1, -1, 10]), st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.3])), max_size=15))
def test_however_one_types_the_true_frame_comes_and_nothing_goes_on_after_that(
    presses: list[tuple[int, float]],
) -> None:
    viewing = slow_line(count=60)
    for by, pause in presses:
        viewing.model.step(by)
        viewing.loop.advance(pause)
    viewing.loop.advance(1)
    rest(viewing)
    viewing.see()
    state = viewing.state
    assert state.is_true
    assert content(state) == b"picture %d" % (state.number or 0)
    assert not passing(viewing)


# Stand-ins


def test_the_last_picture_stays_until_one_nearer_is_here() -> None:
    viewing = slow_line()
    viewing.loop.advance(2.0)  # so long the next frame has the share alone
    viewing.load_path("/shots/a.0003.png")
    viewing.model.step(1)
    shown = viewing.state.shown
    assert shown is not None
    assert (shown.number, shown.is_stand_in) == (1, False)  # as near as the third, and there already
    viewing.model.go_to(5)
    shown = viewing.state.shown
    assert shown is not None
    assert (shown.number, shown.name, shown.is_stand_in) == (3, "a.0003.png", False)
    assert viewing.state.notice == "loading 5 · showing 3"
    assert not viewing.state.is_true


def test_steps_show_no_frame_beyond_the_one_they_lead_to() -> None:
    viewing = slow_line()
    viewing.model.go_to(6)
    viewing.load_path("/shots/a.0006.png")
    viewing.model.go_to(1)
    seen = [viewing.state.shown and viewing.state.shown.number]
    for _ in range(4):
        viewing.model.step(1)
        seen.append(viewing.state.shown and viewing.state.shown.number)
    assert seen == [1, 1, 1, 1, 1], "6 is nearer to 5, but 5 would come after it"


def small_everywhere(count: int = 3000) -> Viewing:
    """A folder of which only small pictures are here, but for the frames about the first one."""
    preferences = NEAR_ALONE.changed(thumbnails=True)
    viewing = Viewing(numbered(count), preferences, small=True)
    viewing.open("/shots")
    rest(viewing)
    return viewing


def test_far_from_all_that_is_here_a_small_picture_of_the_frame_itself_is_shown() -> None:
    viewing = small_everywhere()
    viewing.model.go_to(1 + 64 * 10)
    state = viewing.state
    assert state.shown is not None
    assert state.shown.is_stand_in
    assert (state.shown.number, content(state)) == (641, b"picture 641")
    assert state.notice == "loading 641 · preview"
    assert not state.is_true
    viewing.load()
    state = viewing.state
    assert state.is_true
    assert not state.notice


def test_dragging_shows_the_nearest_small_picture_and_says_which_it_is() -> None:
    viewing = small_everywhere()
    for number in (650, 1290, 2570):
        viewing.model.scrub(number)
        state = viewing.state
        assert state.shown is not None
        assert state.shown.is_stand_in
        assert abs(state.shown.number - number) <= 32
        assert content(state) == b"picture %d" % state.shown.number
        assert state.notice == f"loading {number} · showing {state.shown.number}"


def test_a_small_picture_comes_late_to_a_step_and_at_once_to_a_jump() -> None:
    viewing = small_everywhere()
    viewing.model.go_to(640)
    viewing.loop.turn()
    viewing.readers.finish(list(viewing.under_way).index("/shots/a.0640.png"))
    viewing.decoders.finish()
    viewing.see()
    viewing.model.step(1)
    shown = viewing.state.shown
    assert shown is not None
    assert (shown.number, shown.is_stand_in) == (640, False)
    viewing.loop.advance(PROGRESS_AFTER + 0.1)
    shown = viewing.state.shown
    assert shown is not None
    assert (shown.number, shown.is_stand_in) == (641, True)


def test_a_file_that_is_read_again_is_not_said_to_be_a_preview() -> None:
    viewing = Viewing(numbered(3))
    viewing.open("/shots")
    viewing.model.clear_cache()
    assert re.fullmatch(r"loading 1 · showing it as of \d\d:\d\d:\d\d", viewing.state.notice)


def test_a_picture_whose_number_has_shifted_is_called_by_its_name() -> None:
    viewing = Viewing({f"/shots/{name}.png": b"x" for name in ("b", "c", "d")}, NEAR_ALONE)
    viewing.open("/shots", 2)
    viewing.storage.files |= {f"/shots/{name}.png": b"y" for name in ("a", "e", "f")}
    poll_without_loading(viewing)
    assert (viewing.state.number, viewing.state.name) == (3, "c.png")
    viewing.model.go_to(5)
    assert viewing.state.name == "e.png"
    shown = viewing.state.shown
    assert shown is not None
    assert viewing.state.notice.endswith(f"showing {shown.number if shown.name == 'd.png' else shown.name}")


def poll_without_loading(viewing: Viewing) -> None:
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish_all()
    viewing.loop.turn()


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("go"), st.integers(1, 60)),
            st.tuples(st.just("step"), st.sampled_from([1, -1, 10])),
            st.tuples(st.just("load"), st.integers(0, 5)),
            st.tuples(st.just("wait"), st.just(0)),
            st.tuples(st.just("clear"), st.just(0)),
        ),
        max_size=25,
    )
)
def test_whatever_stands_in_it_is_of_the_frame_that_it_is_said_to_be_of(actions: list[tuple[str, int]]) -> None:
    viewing = Viewing(numbered(60), NEAR_ALONE.changed(thumbnails=True), small=True)
    viewing.model.open("/shots")
    viewing.list_folder()
    for action, amount in actions:
        if action == "go":
            viewing.model.scrub(amount)
        elif action == "step":
            viewing.model.step(amount)
        elif action == "load":
            for _ in range(min(amount, len(viewing.readers.waiting))):
                viewing.readers.finish()
            viewing.decoders.finish_all()
        elif action == "wait":
            viewing.loop.advance(0.2)
        else:
            viewing.model.clear_cache()
        state = viewing.state
        if state.shown is not None:
            assert content(state) == b"picture %d" % state.shown.number
            assert state.shown.name == f"a.{state.shown.number:04d}.png"
        if state.is_true:
            assert content(state) == b"picture %d" % (state.number or 0)


# What others write


@pytest.mark.parametrize(
    ("new_frames", "number"), [(NewFrames.STAY, 1), (NewFrames.FOLLOW, 14), (NewFrames.GLANCE, 14)]
)
def test_when_frames_land_the_range_grows_and_the_picture_does_what_is_preferred(
    new_frames: NewFrames, number: int
) -> None:
    viewing = Viewing(numbered(12), KEEPING.changed(new_frames=new_frames))
    viewing.open("/shots")
    viewing.storage.files |= numbered(14)
    state = poll(viewing)
    assert state.number == number
    assert state.is_true
    assert state.sequence is not None
    assert (state.sequence.count, state.sequence.last) == (14, 14)
    viewing.loop.advance(GLANCE + 0.1)
    assert viewing.state.number == (14 if new_frames is NewFrames.FOLLOW else 1)


def glancing(files: dict[str, bytes | BaseException]) -> Viewing:
    """A viewer that shows the newest of 14 frames for a moment, on its way from the third."""
    viewing = Viewing(files, KEEPING.changed(new_frames=NewFrames.GLANCE))
    viewing.open("/shots", 3)
    viewing.storage.files |= numbered(14)
    assert poll(viewing).number == 14
    return viewing


def test_a_second_glance_comes_back_to_where_the_first_one_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "GLANCE", 60)  # glances end before the next poll otherwise
    viewing = glancing(numbered(12))
    viewing.storage.files |= numbered(15)
    assert poll(viewing).number == 15
    viewing.loop.advance(61)
    assert viewing.state.number == 3


def test_whoever_moves_during_a_glance_stays_where_they_go() -> None:
    viewing = glancing(numbered(12))
    viewing.model.step(-1)
    viewing.loop.advance(2 * GLANCE)
    assert viewing.state.number == 13


def test_a_glance_does_not_lead_into_another_sequence() -> None:
    viewing = glancing(numbered(12) | numbered(8, head="b."))
    viewing.switch_sequence(1)
    viewing.loop.advance(2 * GLANCE)
    assert viewing.state.name == "b.0008.png"


def test_playing_is_not_disturbed_by_frames_that_land() -> None:
    viewing = Viewing(numbered(12), KEEPING.changed(new_frames=NewFrames.FOLLOW, repeat=Repeat.LOOP))
    viewing.open("/shots")
    viewing.model.toggle_play()
    viewing.storage.files |= numbered(14)
    poll_without_loading(viewing)
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.count == 14
    assert viewing.state.playing
    assert viewing.state.number == 2


def test_a_file_that_is_written_again_is_shown_anew_when_it_is_whole() -> None:
    viewing = Viewing(numbered(3))
    viewing.open("/shots")
    viewing.storage.files[FIRST] = b"another picture"
    viewing.storage.modified[FIRST] = 1
    viewing.live(3)
    assert (content(viewing.state), viewing.state.is_true) == (b"another picture", True)


def test_what_this_disk_had_of_a_file_that_was_written_again_does_not_come_back(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(3))
    files: dict[str, bytes | BaseException] = {**numbered(3), FIRST: b"another picture"}
    viewing = Viewing(files, KEEPING.changed(keep_files=KeepFiles.NEVER), disk_folder=tmp_path)
    assert content(viewing.open("/shots")) == b"picture 1"  # as it was the last time
    viewing.live(3)
    assert content(viewing.state) == b"another picture"
    assert viewing.disk is not None
    assert viewing.disk.get(FIRST) is None
    viewing.storage.files |= numbered(5)
    viewing.storage.files[FIRST] = b"another picture"
    poll(viewing)
    viewing.model.clear_cache()
    viewing.load()
    assert content(viewing.state) == b"another picture"


def test_a_file_that_is_still_being_written_is_said_to_be_and_shown_when_it_is_whole() -> None:
    viewing = Viewing({**numbered(3), FIRST: b"damaged"})
    viewing.storage.modified[FIRST] = time.time_ns()
    state = viewing.open("/shots")
    assert (state.problem_kind, state.shown) == ("writing", None)
    assert "still being written" in state.problem
    viewing.storage.files[FIRST] = b"now it is whole"
    viewing.storage.modified[FIRST] += 1
    viewing.live(3)
    assert (content(viewing.state), viewing.state.problem_kind) == (b"now it is whole", "")


AS_OF = r"as of \d\d:\d\d:\d\d"


def test_what_an_earlier_run_left_says_as_of_when_it_is_until_the_share_has_confirmed_it(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(100))
    viewing = Viewing(numbered(100), KEEPING, disk_folder=tmp_path, small=True)
    viewing.checkers.holds = True
    state = viewing.open("/shots")
    assert state.shown is not None
    assert re.fullmatch(f"{AS_OF}, checking", state.notice)
    small = viewing.model.canvas.thumbnail(3)
    assert small is not None
    assert re.fullmatch(f"{AS_OF}, checking", small[2])
    viewing.loop.advance(0.2)
    assert states(viewing) == {FrameState.UNCONFIRMED: [Span(1, 100)]}
    viewing.checkers.holds = False
    viewing.checkers.finish_all()
    viewing.live(0.3)
    assert viewing.state.notice == ""
    small = viewing.model.canvas.thumbnail(3)
    assert small is not None
    assert small[2] == ""
    assert FrameState.UNCONFIRMED not in states(viewing)
    assert viewing.storage.reads == []


def test_one_rewritten_file_makes_all_others_doubtful_and_it_is_said_how_many_changed() -> None:
    viewing = Viewing(numbered(20))
    viewing.open("/shots")
    viewing.live(2)
    assert states(viewing) == {FrameState.DECODED: [Span(1, 20)]}
    rewritten = ["/shots/a.0001.png", "/shots/a.0007.png"]
    for path in rewritten:
        viewing.storage.files[path] = b"PICTURE"
        viewing.storage.modified[path] = 1
    viewing.checkers.holds = True
    while not viewing.state.notice:
        viewing.loop.advance(0.05)
        if viewing.checkers.waiting:
            viewing.checkers.finish()
    assert re.fullmatch(f"{AS_OF}, its file has changed", viewing.state.notice)
    assert content(viewing.state) == b"picture 1"
    viewing.loop.advance(0.2)
    assert states(viewing) == {FrameState.UNCONFIRMED: [Span(1, 20)]}
    viewing.checkers.holds = False
    viewing.checkers.finish_all()
    viewing.live(1)
    assert (content(viewing.state), viewing.state.notice) == (b"PICTURE", "")
    assert states(viewing) == {FrameState.DECODED: [Span(1, 20)]}
    assert viewing.state.news == "2 frames have changed on the share"
    assert viewing.storage.reads[20:] == rewritten


def test_while_the_share_is_away_what_is_here_says_as_of_when_it_is_and_nothing_is_checked(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(3))
    viewing = Viewing(dict.fromkeys(numbered(3), AWAY), KEEPING, disk_folder=tmp_path)
    viewing.storage.listing_error = AWAY
    viewing.open("/shots")
    for _ in range(4):
        viewing.live(1)
        viewing.loop.advance(10)
    assert content(viewing.state) == b"picture 1"
    assert re.fullmatch(AS_OF, viewing.state.notice)


def test_while_a_folder_is_being_opened_the_one_before_is_not_asked_for() -> None:
    viewing = Viewing(numbered(3) | numbered(3, "/other"))
    viewing.open("/shots")
    viewing.model.open("/other")
    before = len(viewing.storage.listings)
    viewing.loop.advance(10 * POLL)
    assert len(viewing.storage.listings) == before
    assert len(viewing.chores.waiting) == 1  # the listing that hangs


# Reading all of it


def fill(viewing: Viewing, *, whole: bool = True) -> list[FillView | None]:
    """Fills, and returns what the snapshots told of it, each once."""
    before = len(viewing.states)
    viewing.model.fill(whole=whole)
    for _ in range(8):
        viewing.settle()
        viewing.loop.advance(1)
    told: list[FillView | None] = []
    for state in viewing.states[before:]:
        if not told or state.fill != told[-1]:
            told.append(state.fill)
    return told


def is_filling(viewing: Viewing) -> bool:
    return viewing.state.fill is not None


def test_filling_reads_all_of_it_on_to_this_disk_says_so_and_ends(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    assert len(viewing.storage.reads) == NEAR_ONLY
    told = fill(viewing)
    assert told[-1] is None
    last = told[-2]
    assert last is not None
    assert (last.what, last.done, last.total, last.fits) == ("the whole sequence", 200, 200, True)
    assert sorted(viewing.storage.reads) == sorted(numbered(200))
    assert viewing.disk is not None
    assert len(viewing.disk.held("/shots", [f"a.{number:04d}.png" for number in range(1, 201)])) == 200


def test_filling_from_in_to_out_reads_just_that(tmp_path: Path) -> None:
    viewing = Viewing(numbered(300), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots", 200)
    viewing.model.sequence.mark_in()
    viewing.model.go_to(280)
    viewing.model.sequence.mark_out()
    viewing.model.go_to(1)
    viewing.model.clear_cache()
    rest(viewing)
    viewing.storage.reads.clear()
    told = fill(viewing, whole=False)
    assert told[-1] is None
    last = told[-2]
    assert last is not None
    assert (last.what, last.done, last.total) == ("from in to out", 81, 81)
    assert set(viewing.storage.reads) <= {f"/shots/a.{number:04d}.png" for number in range(200, 281)}


def test_filling_what_is_here_says_so_for_a_moment() -> None:
    viewing = Viewing(numbered(5))
    viewing.open("/shots")
    rest(viewing)
    told = fill(viewing)
    assert [None if view is None else (view.done, view.total) for view in told] == [(5, 5), None]


def test_filling_without_this_disk_ends_when_memory_is_full_or_all_is_here() -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE.changed(keep_files=KeepFiles.NEVER))
    viewing.open("/shots")
    rest(viewing)
    told = fill(viewing)
    assert told[-1] is None
    assert len(viewing.storage.reads) == 200


@pytest.mark.parametrize(
    "goes_on",
    [
        lambda model: model.step(1),
        lambda model: model.play(1),
        lambda model: model.go_to(30),
        lambda model: model.fill(whole=True),
    ],
    ids=["step", "play", "jump", "fill"],
)
@pytest.mark.parametrize("fills", [True, False])
def test_stopped_reading_stops_with_the_frame_on_screen_until_the_next_move(
    fills: bool,  # noqa: FBT001 - a parameter
    goes_on: Callable[[ViewerModel], None],
) -> None:
    viewing = Viewing(numbered(300) | numbered(4, head="b.") | {"/shots/a.0003.png": broken("3")}, NEAR_ALONE)
    viewing.begin("/shots", 5)
    viewing.model.folder.want_thumbnails([0, 1])
    if fills:
        viewing.model.fill(whole=True)
    viewing.loop.advance(2.0)  # so long the first frame has the share alone
    assert len(viewing.under_way) > 1
    viewing.model.stop_filling()
    viewing.loop.turn()
    viewing.end_cancelled()
    assert list(viewing.under_way) == ["/shots/a.0005.png"]
    viewing.storage.files |= numbered(310)  # which are noticed
    for _ in range(20):
        viewing.settle()
        viewing.see()
        viewing.loop.advance(POLL)
    assert viewing.storage.reads.count("/shots/a.0005.png") == 1
    assert len(viewing.storage.reads) == 1
    state = viewing.state
    assert (state.reads_on, state.fill, state.is_true) == (False, None, True)
    goes_on(viewing.model)
    viewing.loop.advance(6.0)  # twice as long as the first frame took
    assert viewing.state.reads_on
    assert len(viewing.under_way) > 1


def test_waiting_counts_from_when_the_frame_was_asked_for_though_it_was_long_on_screen() -> None:
    viewing = Viewing(numbered(3), NEAR_ALONE)
    viewing.open("/shots", 2)
    viewing.loop.advance(14)
    viewing.model.clear_cache()
    viewing.loop.advance(1)
    assert viewing.state.notice.startswith("loading 2")
    assert "waiting" not in viewing.state.notice
    viewing.checkers.holds = True
    viewing.loop.advance(3)
    assert re.search(r"waiting for (the share|this file) for [345] s", viewing.state.notice)


def test_filling_begun_right_after_a_jump_does_not_end_before_it_has_begun(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.go_to(150)
    viewing.model.fill(whole=True)
    viewing.loop.advance(10)  # the line brings nothing
    assert viewing.state.fill is not None
    viewing.loop.advance(1)
    told = fill(viewing)
    assert told[-2] is not None
    assert told[-2].done == 200


def test_keys_pressed_while_it_fills_leave_nothing_out(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.fill(whole=True)
    viewing.loop.turn()
    for number in (190, 1, 120, 2, 80):
        viewing.model.go_to(number)
        viewing.loop.advance(0.3)
        viewing.readers.finish()
        viewing.decoders.finish_all()
    for _ in range(8):
        viewing.settle()
        viewing.loop.advance(1)
    assert viewing.state.fill is None
    assert set(viewing.storage.reads) == set(numbered(200))


def test_filling_with_a_speed_limit_of_nothing_is_refused_with_what_to_do() -> None:
    viewing = Viewing(numbered(5), NEAR_ALONE.changed(read_ahead_limit=0))
    viewing.open("/shots")
    viewing.model.fill(whole=True)
    state = viewing.state
    assert state.fill is None
    assert state.message == "Nothing is read ahead while the speed limit is 0: raise it in the preferences."
    viewing.model.step(1)
    assert not viewing.state.message


def test_filling_nothing_is_nothing() -> None:
    viewing = Viewing({})
    viewing.model.fill(whole=True)
    viewing.model.stop_filling()
    assert viewing.state.fill is None


def test_stopping_keeps_what_was_read_and_reads_no_more(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.fill(whole=True)
    viewing.loop.turn()
    viewing.readers.finish()
    assert is_filling(viewing)
    viewing.model.stop_filling()
    assert not is_filling(viewing)
    rest(viewing)
    assert NEAR_ONLY < len(viewing.storage.reads) < 100


@pytest.mark.parametrize(
    "leave", [lambda model: model.open("/other"), lambda model: model.choose_sequence(1)], ids=["open", "switch"]
)
def test_filling_ends_where_it_began_and_files_are_kept_by_the_rule_again(tmp_path: Path, leave: object) -> None:
    viewing = Viewing(numbered(300) | numbered(200, head="b.") | numbered(200, "/other"), disk_folder=tmp_path)
    viewing.open("/shots")
    viewing.model.fill(whole=True)
    viewing.loop.turn()
    leave(viewing.model)  # type: ignore[operator]  # one of the verbs above
    assert viewing.state.fill is None
    rest(viewing)
    assert viewing.disk is not None
    assert not viewing.disk.held("/other", [f"a.{number:04d}.png" for number in range(1, 201)])
    assert not viewing.disk.held("/shots", [f"b.{number:04d}.png" for number in range(1, 201)])


def test_another_preference_does_not_end_filling(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.fill(whole=True)
    viewing.prefer(repeat=Repeat.LOOP)
    for _ in range(8):
        viewing.settle()
        viewing.loop.advance(1)
    assert len(viewing.storage.reads) == 200


def test_what_lands_while_it_fills_is_read_too(tmp_path: Path) -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.fill(whole=True)
    viewing.loop.advance(0.1)
    viewing.storage.files |= numbered(110)
    viewing.loop.advance(POLL + 1)
    viewing.chores.finish_all()
    viewing.loop.advance(1)
    view = viewing.state.fill
    assert view is not None
    assert view.total == 110
    for _ in range(8):
        viewing.settle()
        viewing.loop.advance(1)
    assert len(viewing.storage.reads) == 110


def test_filling_waits_for_a_share_that_is_away_and_goes_on(tmp_path: Path) -> None:
    viewing = Viewing(numbered(200), NEAR_ALONE, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    whole = dict(viewing.storage.files)
    viewing.storage.files |= {path: broken(path) for path in whole}
    viewing.model.fill(whole=True)
    rest(viewing)
    viewing.loop.advance(10)
    assert is_filling(viewing)
    assert viewing.state.offline
    viewing.storage.files |= whole
    for _ in range(40):
        viewing.settle()
        viewing.loop.advance(1)
    assert not is_filling(viewing)
    assert not viewing.state.offline
    assert set(viewing.storage.reads) == set(whole)
    assert sum(len(span) for spans in states(viewing).values() for span in spans) == 200  # each was had in the end


# A share that fails


def test_the_banner_comes_when_the_share_is_away_and_goes_by_itself() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.open("/shots")
    whole = dict(viewing.storage.files)
    viewing.storage.files |= {path: broken(path) for path in whole}
    viewing.storage.listing_error = AWAY
    viewing.model.go_to(90)
    viewing.load()
    assert not viewing.state.offline, "the folder is asked first"
    viewing.loop.advance(0)
    viewing.chores.finish_all()
    state = viewing.state
    assert state.offline.startswith("The share does not answer.")
    assert state.problem_kind == "unreachable"
    viewing.model.go_to(3)
    assert viewing.state.is_true
    viewing.model.go_to(90)
    viewing.storage.files |= whole
    viewing.storage.listing_error = None
    for _ in range(40):
        viewing.loop.advance(1)
        viewing.load()
        viewing.chores.finish_all()
    assert (viewing.state.offline, content(viewing.state)) == ("", b"picture 90")


FORBIDDEN = StorageError("The folder /shots could not be listed: Permission denied.")
FORBIDDEN.__cause__ = PermissionError(13, "Permission denied")
NOT_THERE = NotFoundError("The folder /shots is not there (any more).")


@pytest.mark.parametrize(
    ("error", "begin"),
    [
        (None, "The folder /shots holds no pictures any more: it has been emptied, or its share is not mounted."),
        (NOT_THERE, "The folder /shots is not there any more: it has been removed or renamed, or its share is"),
        (FORBIDDEN, "The folder /shots may not be listed any more: permission denied. Frames that are here can"),
        (AWAY, "The share does not answer. Frames that are here can be looked at;"),
    ],
)
def test_what_has_become_of_the_folder_is_told_though_all_frames_are_here(error: Exception | None, begin: str) -> None:
    viewing = Viewing(numbered(9) | {"/shots/.mounted": b""}, NEAR_ALONE)
    viewing.open("/shots")
    rest(viewing)
    whole = dict(viewing.storage.files)
    viewing.storage.listing_error = error
    if error is None:
        viewing.storage.files = {"/shots/.mounted": b""}
    said = watch_banner(viewing, 12)
    assert said[-1].startswith(begin)
    assert len([text for text in said if text]) >= 3, "within 12 s, and it stays"
    assert as_text(viewing.model.report()).splitlines()[1].strip().startswith(begin[:40])
    assert viewing.state.is_true
    viewing.storage.files, viewing.storage.listing_error = whole, None
    said = watch_banner(viewing, 35)
    assert [bool(text) for text in said] == sorted([bool(text) for text in said], reverse=True), "it flickers"
    assert not said[-1]
    assert viewing.state.is_true


def watch_banner(viewing: Viewing, seconds: int) -> list[str]:
    """Lets time pass in which all that is asked is answered; returns the banner of each second."""
    said = []
    for _ in range(seconds):
        viewing.loop.advance(1)
        viewing.chores.finish_all()
        viewing.load()
        said.append(viewing.state.offline.split(" it is asked again in ")[0])
    return said


def test_a_listing_that_hangs_is_told_though_all_frames_are_here_and_the_report_names_it_too() -> None:
    viewing = Viewing(numbered(9), NEAR_ALONE)
    viewing.open("/shots")
    rest(viewing)
    viewing.chores.finish_all()
    viewing.checkers.holds = True
    viewing.loop.advance(POLL + 7)
    begin, _, end = viewing.state.offline.partition(" s. Frames that are here")
    assert begin in {f"The share has not answered for {seconds}" for seconds in range(7, 13)}
    assert end
    text = as_text(viewing.model.report())
    assert text.splitlines()[1].strip().startswith(begin)
    assert "The line, while it answered" in text
    viewing.chores.finish_all()
    viewing.checkers.finish_all()
    viewing.loop.advance(1)
    assert not viewing.state.offline
    assert "has not answered" not in as_text(viewing.model.report())


def test_nobody_is_accused_of_time_in_which_this_computer_stood_still() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.open("/shots")
    viewing.model.go_to(90)
    viewing.loop.advance(1)
    viewing.loop.stall(3600)
    viewing.loop.advance(2)
    assert not viewing.state.offline
    assert not viewing.state.problem


def test_one_file_that_hangs_is_not_said_to_be_the_share_which_is_asked_otherwise() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.open("/shots")
    viewing.model.go_to(90)
    viewing.loop.advance(0.1)
    for path in [path for path in viewing.under_way if path != "/shots/a.0090.png"]:
        viewing.load_path(path)
    for _ in range(19 * 4):
        viewing.loop.advance(0.25)
        viewing.chores.finish_all()
        assert not viewing.state.offline
        assert "for the share" not in viewing.state.notice
    assert "waiting for this file for" in viewing.state.notice
    viewing.loop.advance(2)
    viewing.chores.finish_all()
    viewing.loop.advance(2)
    viewing.chores.finish_all()
    assert viewing.state.problem_kind == "unreadable"
    assert "though it has answered otherwise" in viewing.state.problem


def test_when_the_share_is_unmounted_no_frame_is_said_to_be_missing_first() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.open("/shots")
    viewing.storage.files = {}
    viewing.storage.listing_error = NOT_THERE
    viewing.model.go_to(90)
    kinds = []
    for _ in range(100):
        viewing.load()
        viewing.loop.advance(0.1)
        viewing.load()
        kinds.append(viewing.state.problem_kind)
        viewing.chores.finish_all()
    assert list(dict.fromkeys(kinds)) == ["", "unreachable"]


def test_a_share_that_sends_nothing_gets_the_banner_after_a_while() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.open("/shots")
    viewing.model.go_to(90)
    viewing.loop.advance(3)
    assert not viewing.state.offline
    viewing.loop.advance(4)
    assert "has not answered for" in viewing.state.offline
    viewing.load()
    viewing.loop.advance(1)
    assert not viewing.state.offline


def test_a_listing_that_works_brings_back_at_once_what_failed_while_the_share_was_away(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(3))
    viewing = Viewing(numbered(3), KEEPING, disk_folder=tmp_path)
    assert viewing.disk is not None
    for path in numbered(3):
        viewing.disk.discard(path)
    viewing.storage.files |= {path: broken(path) for path in numbered(3)}
    viewing.storage.listing_error = AWAY
    viewing.model.open("/shots")
    for _ in range(17):  # the next attempt is in a quarter of a minute
        viewing.chores.finish_all()
        viewing.load()
        viewing.loop.advance(1)
    assert viewing.state.problem_kind == "unreachable"
    viewing.storage.files |= numbered(3)
    viewing.storage.listing_error = None
    viewing.loop.advance(AGAIN_AFTER)
    viewing.list_folder()
    viewing.load()
    assert content(viewing.state) == b"picture 1"


def test_missing_unreadable_and_not_answering_are_told_apart() -> None:
    viewing = Viewing(numbered(9))
    viewing.storage.files["/shots/a.0003.png"] = broken("/shots/a.0003.png")
    viewing.storage.files["/shots/a.0005.png"] = b"damaged"
    viewing.model.open("/shots")
    viewing.list_folder()
    del viewing.storage.files["/shots/a.0007.png"]
    viewing.load()
    viewing.loop.advance(1.0)
    viewing.list_folder()  # before a file is called missing the folder is asked
    kinds = []
    for _ in range(9):
        kinds.append(viewing.state.problem_kind)
        viewing.model.step(1)
        viewing.load()
    assert kinds == ["", "", "unreadable", "", "unreadable", "", "missing", "", ""]


def test_a_read_is_given_up_after_the_time_that_is_set() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE.changed(give_up_after=3))
    viewing.open("/shots")
    viewing.model.go_to(90)
    viewing.loop.advance(2.5)
    assert not viewing.state.problem
    viewing.model.set_preferences(NEAR_ALONE.changed(give_up_after=8))
    viewing.loop.advance(4)
    assert not viewing.state.problem
    viewing.loop.advance(3)
    assert viewing.state.problem_kind == "unreachable"


# Preferences, at once


def test_a_speed_limit_of_nothing_reads_only_the_frame_on_screen_until_it_is_raised() -> None:
    viewing = Viewing(numbered(30), NEAR_ALONE.changed(read_ahead_limit=0))
    viewing.open("/shots")
    assert viewing.storage.reads == [FIRST]
    viewing.model.step(1)
    viewing.load()
    assert viewing.state.is_true
    assert len(viewing.storage.reads) == 2
    viewing.model.set_preferences(NEAR_ALONE)
    viewing.load()
    assert len(viewing.storage.reads) == 30


def test_files_in_memory_are_kept_on_this_disk_as_soon_as_that_is_wished(tmp_path: Path) -> None:
    viewing = Viewing(numbered(9), KEEPING.changed(keep_files=KeepFiles.NEVER), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    names = [f"a.{number:04d}.png" for number in range(1, 10)]
    assert viewing.disk is not None
    assert viewing.disk.held("/shots", names) == []
    viewing.model.set_preferences(KEEPING)
    rest(viewing)
    assert viewing.disk.held("/shots", names) == names


def test_filling_the_cache_when_idle_and_thumbnails_are_taken_up_at_once() -> None:
    viewing = Viewing(numbered(300), NEAR_ALONE, small=True)
    viewing.open("/shots")
    rest(viewing)
    assert len(viewing.storage.reads) == NEAR_ONLY
    viewing.model.set_preferences(NEAR_ALONE.changed(thumbnails=True))
    rest(viewing)
    sampled = set(viewing.storage.reads[NEAR_ONLY:])
    assert 0 < len(sampled) < 100
    assert "/shots/a.0300.png" in sampled
    viewing.model.set_preferences(NEAR_ALONE.changed(fill_when_idle=True))
    viewing.live(1)
    assert len(set(viewing.storage.reads)) > 150


def test_a_smaller_limit_of_this_disk_removes_what_is_too_much_at_once(tmp_path: Path) -> None:
    viewing = Viewing(numbered(3), KEEPING.changed(disk_bytes=500 * MB), disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    assert viewing.disk is not None
    assert viewing.disk.put("/old/large.png", bytes(120 * MB), 120 * MB, 1)
    viewing.model.set_preferences(KEEPING.changed(disk_bytes=100 * MB))
    viewing.chores.finish_all()
    assert sum(folder.bytes for folder in viewing.disk.folders()) < 100 * MB


# Where the time goes


def test_each_step_is_told_by_where_its_frame_was_and_what_its_time_went_into() -> None:
    viewing = Viewing(numbered(100), NEAR_ALONE)
    viewing.loop.advance(1)
    viewing.open("/shots")
    rest(viewing)
    statistics = viewing.model._loader.statistics  # noqa: SLF001 - there is no other way to the figures themselves
    begun = len(statistics.steps)

    viewing.model.step(1)
    viewing.loop.advance(0.01)
    viewing.see()
    display = statistics.steps[-1]
    assert (display.level, display.reading, display.decoding) == (CacheLevel.DISPLAY, 0.0, 0.0)
    assert display.total == pytest.approx(0.01)

    viewing.model.go_to(80)
    viewing.loop.advance(0.2)
    viewing.readers.finish(list(viewing.under_way).index("/shots/a.0080.png"))
    viewing.loop.advance(0.05)
    viewing.decoders.finish_all()
    viewing.loop.advance(0.01)
    viewing.see()
    share = statistics.steps[-1]
    assert share.level is CacheLevel.SHARE
    assert (share.reading, share.decoding, share.painting) == pytest.approx((0.2, 0.05, 0.01))
    assert share.total == pytest.approx(0.26)

    viewing.see()  # painted once more
    assert len(statistics.steps) == begun + 2


def test_a_frame_from_this_disk_counts_as_one(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(100))
    viewing = Viewing(numbered(100), NEAR_ALONE, disk_folder=tmp_path)
    viewing.loop.advance(1)
    viewing.open("/shots")
    rest(viewing)
    viewing.model.go_to(90)
    viewing.load()
    viewing.see()
    assert viewing.model._loader.statistics.steps[-1].level is CacheLevel.DISK  # noqa: SLF001 - see above


def test_the_report_tells_of_the_line_the_steps_memory_and_this_disk(tmp_path: Path) -> None:
    seen_before(tmp_path, numbered(100))
    viewing = Viewing(numbered(100), NEAR_ALONE, disk_folder=tmp_path)
    assert viewing.model.report()  # nothing is open yet
    viewing.open("/shots")
    rest(viewing)
    viewing.model.go_to(50)
    viewing.see()
    text = as_text(viewing.model.report())
    for said in ("In short", "The line", "Where frames were found", "step", "Memory", "This disk", " of 100"):
        assert said in text


# At rest


def test_at_rest_with_this_disk_nothing_goes_on(tmp_path: Path) -> None:
    viewing = Viewing(numbered(100), KEEPING, disk_folder=tmp_path)
    viewing.open("/shots")
    rest(viewing)
    viewing.loop.advance(1)
    before = len(viewing.states)
    for _ in range(30):
        viewing.loop.advance(1)
        viewing.chores.finish_all()
    assert len(viewing.states) == before


def test_the_timeline_is_that_of_the_sequence_on_screen_though_all_of_it_is_here() -> None:
    viewing = Viewing(numbered(9) | numbered(5, head="b."))
    viewing.open("/shots")
    rest(viewing)
    viewing.switch_sequence(1)
    assert viewing.state.timeline.runs == ()
    rest(viewing)
    assert states(viewing) == {FrameState.DECODED: [Span(1, 5)]}
    viewing.switch_sequence(-1)
    rest(viewing)
    assert states(viewing) == {FrameState.DECODED: [Span(1, 9)]}


def test_so_many_gaps_that_nobody_can_see_them_are_not_gone_through() -> None:
    files: dict[str, bytes | BaseException] = {
        f"/shots/a.{number:05d}.png": b"x" for number in range(9000) if number % 3
    }
    viewing = Viewing(files, NEAR_ALONE)
    viewing.storage.batch = 1000
    viewing.open("/shots")
    rest(viewing)
    assert states(viewing) == {FrameState.DECODED: [Span(1, 3 * NEAR_ONLY // 2 - 1)]}
