"""The open viewer, driven by its verbs and judged by its snapshots."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from doubles import broken
from hypothesis import given, settings
from hypothesis import strategies as st
from viewing import Viewing, numbered

from viewer.core.errors import NotFoundError
from viewer.core.frame import Size
from viewer.core.load.frame_state import FrameState
from viewer.core.play.player import RESERVE
from viewer.core.play.playhead import Repeat
from viewer.core.spans import Span
from viewer.core.units import MB
from viewer.model.folder_watch import POLL
from viewer.model.preferences import HoldPolicy, Preferences


def test_a_folder_opens_at_its_first_frame() -> None:
    state = Viewing(numbered(12)).open("/shots")
    assert state.number == 1
    assert state.shown is not None
    assert state.shown.number == 1
    assert state.sequence is not None
    assert (state.sequence.count, state.sequence.label) == (12, "a.[0001-0012].png")
    assert not state.notice
    assert not state.problem


def test_a_picture_opens_its_sequence_at_that_frame_before_the_folder_is_listed() -> None:
    viewing = Viewing(numbered(12))
    viewing.model.open("/shots/a.0007.png")
    viewing.load()
    state = viewing.state
    assert state.shown is not None
    assert state.shown.number == 7
    assert state.listing
    viewing.list_folder()
    state = viewing.state
    assert state.number == 7
    assert state.sequence is not None
    assert state.sequence.count == 12
    assert not state.listing
    assert viewing.storage.reads.count("/shots/a.0007.png") == 1


def test_a_pattern_opens_what_it_selects() -> None:
    viewing = Viewing(numbered(12) | numbered(30, head="b."))
    state = viewing.open("/shots/a.[3-9].png")
    assert state.sequence is not None
    assert (state.sequence.first, state.sequence.last) == (3, 9)


def test_of_several_sequences_the_longest_opens_and_the_others_are_a_key_away() -> None:
    viewing = Viewing(numbered(5) | numbered(9, head="b.") | numbered(3, head="c."))
    assert viewing.open("/shots").name == "b.0001.png"
    viewing.switch_sequence(1)
    assert viewing.state.name == "c.0001.png"
    assert viewing.state.sequence is not None
    assert (viewing.state.sequence.position, viewing.state.sequence.positions) == (3, 3)
    viewing.switch_sequence(1)
    assert viewing.state.name == "c.0001.png"
    viewing.switch_sequence(-2)
    assert viewing.state.name == "a.0001.png"


def test_frame_to_begin_with_can_be_given() -> None:
    assert Viewing(numbered(12)).open("/shots", 5).number == 5
    assert Viewing(numbered(12)).open("/shots", 500).number == 12


def test_stepping_to_a_frame_in_memory_shows_it_in_the_next_snapshot() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    seen = len(viewing.states)
    viewing.model.step(1)
    viewing.loop.turn()
    state = viewing.states[seen]
    assert state.shown is not None
    assert state.shown.number == state.number == 2


def test_what_a_user_waits_for_is_published_at_once_and_not_once_more() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    seen = len(viewing.states)
    viewing.model.step(1)
    for _ in range(2):
        viewing.model.publish()
    assert [state.number for state in viewing.states[seen:]] == [2]


def test_a_frame_that_is_not_here_is_announced_and_the_last_picture_stays_meanwhile() -> None:
    viewing = Viewing(numbered(12))
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")
    viewing.see()
    viewing.model.go_to(9)
    state = viewing.state
    assert state.number == 9
    assert state.shown is not None
    assert state.shown.number == 1
    assert not state.is_true
    assert state.notice == "loading 9 · showing 1"
    viewing.load()
    assert viewing.state.shown is not None
    assert viewing.state.shown.number == 9
    assert not viewing.state.notice


def test_the_notice_tells_how_far_the_read_is_and_that_the_share_does_not_answer() -> None:
    viewing = Viewing(numbered(12))
    viewing.model.open("/shots/a.0003.png")
    viewing.loop.advance(0.3)
    transfer = viewing.model._loader.reads.transfer("/shots/a.0003.png")  # noqa: SLF001 - the double of a reader
    assert transfer is not None
    transfer.total, transfer.received = 1_100_000, 600_000
    viewing.loop.advance(0.1)
    assert viewing.state.notice == "loading 3 · 0.6 of 1.1 MB"
    viewing.loop.advance(4)
    assert viewing.state.notice == "loading 3 · 0.6 of 1.1 MB · waiting for the share for 4 s"
    assert not viewing.state.offline
    viewing.loop.advance(2)
    assert viewing.state.notice == "loading 3 · 0.6 of 1.1 MB", "the banner says the rest"
    assert "has not answered for 6 s" in viewing.state.offline


def test_going_back_over_frames_seen_reads_nothing() -> None:
    viewing = Viewing(numbered(60))
    viewing.open("/shots")
    for _ in range(20):
        viewing.model.step(1)
        viewing.load()
    reads = len(viewing.storage.reads)
    for _ in range(20):
        viewing.model.step(-1)
        assert viewing.state.is_true
    assert viewing.storage.reads[reads:] == []


def test_no_file_is_read_twice() -> None:
    viewing = Viewing(numbered(60))
    viewing.open("/shots")
    for by in (1, 10, -3, 100, -100, 1):
        viewing.model.step(by)
        viewing.load()
    assert len(viewing.storage.reads) == len(set(viewing.storage.reads))


def test_a_held_key_waits_until_the_frame_has_been_seen() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    viewing.model.step(1, repeated=True)
    viewing.model.step(1, repeated=True)
    viewing.model.step(1, repeated=True)
    assert viewing.state.number == 2
    viewing.see()
    viewing.model.step(1, repeated=True)
    assert viewing.state.number == 3


def test_a_repeat_that_comes_a_moment_before_the_frame_is_seen_is_taken_then_and_only_one() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    for _ in range(5):
        viewing.model.step(1, repeated=True)
    assert viewing.state.number == 2
    viewing.see()
    assert viewing.state.number == 3
    viewing.see()
    assert viewing.state.number == 3


def test_letting_go_stops_at_the_frame_on_screen() -> None:
    viewing = Viewing(numbered(60))
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")
    viewing.see()
    viewing.model.step(1, repeated=True)
    viewing.model.step(1, repeated=True)
    assert viewing.state.number == 2
    viewing.model.let_go()
    assert viewing.state.number == 1
    assert viewing.state.is_true
    viewing.load()
    viewing.see()
    assert viewing.state.number == 1


def test_letting_go_of_a_key_typed_once_takes_nothing_back() -> None:
    viewing = Viewing(numbered(60))
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")
    viewing.see()
    for _ in range(3):
        viewing.model.step(1)
        viewing.model.let_go()
    assert viewing.state.number == 4


def test_a_held_key_keeps_pace_when_told_to() -> None:
    viewing = Viewing(
        numbered(12), Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, hold_policy=HoldPolicy.KEEP_PACE)
    )
    viewing.open("/shots")
    for _ in range(5):
        viewing.model.step(1, repeated=True)
    assert viewing.state.number == 6


def test_typed_presses_always_count() -> None:
    viewing = Viewing(numbered(30))
    viewing.begin("/shots")
    for _ in range(17):
        viewing.model.step(1)
    assert viewing.state.number == 18


def test_a_problem_counts_as_seen_so_that_holding_goes_on() -> None:
    files = numbered(12)
    files["/shots/a.0002.png"] = b"damaged"
    viewing = Viewing(files)
    viewing.open("/shots")
    viewing.model.step(1, repeated=True)
    viewing.load()
    assert viewing.state.problem == "Frame 2 cannot be shown. The file ends after 7 of 20 bytes."
    assert viewing.state.shown is None
    viewing.see()
    viewing.model.step(1, repeated=True)
    assert viewing.state.number == 3


def test_a_share_that_fails_is_told_and_heals_by_itself() -> None:
    files = numbered(3)
    files["/shots/a.0001.png"] = broken("/shots/a.0001.png")
    viewing = Viewing(files)
    state = viewing.open("/shots")
    assert state.problem.startswith("Frame 1 cannot be shown. /shots/a.0001.png could not be read")
    viewing.storage.files["/shots/a.0001.png"] = b"whole again"
    viewing.loop.advance(1.1)
    viewing.load()
    assert viewing.state.shown is not None
    assert not viewing.state.problem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/nowhere", "There is no folder /nowhere."),
        ("/texts", "There are no pictures in /texts."),
        ("/texts/b.png", "There is no picture b.png in /texts."),
    ],
)
def test_what_cannot_be_opened_gets_one_sentence(text: str, sentence: str) -> None:
    viewing = Viewing({"/texts/read.me": b""})
    viewing.begin(text)
    assert viewing.state.message == sentence
    assert viewing.state.sequence is None


def test_a_picture_that_is_here_stays_when_its_folder_cannot_be_listed() -> None:
    viewing = Viewing(numbered(3))
    viewing.storage.listing_error = NotFoundError("There is no folder /shots.")
    viewing.model.open("/shots/a.0002.png")
    viewing.load()
    viewing.list_folder()
    assert viewing.state.is_true
    assert viewing.state.message == "There is no folder /shots."


def test_a_file_that_is_no_picture_is_told_from_a_folder() -> None:
    viewing = Viewing({"/texts/read.me": b""})
    viewing.begin("/texts/read.me")
    assert viewing.state.message


def test_a_folder_deleted_while_open_keeps_what_is_here_and_says_what_is_not() -> None:
    viewing = Viewing(numbered(400), Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE))
    viewing.begin("/shots")
    viewing.load_path("/shots/a.0001.png")
    viewing.storage.files.clear()
    viewing.model.step(5)
    viewing.load()
    assert not viewing.state.problem, "the folder is asked before a file is said to be missing"
    viewing.chores.finish_all()
    viewing.loop.advance(1)
    viewing.chores.finish_all()
    assert "/shots is not there any more" in viewing.state.problem
    assert viewing.state.problem_kind == "unreachable"
    viewing.model.step(-5)
    assert viewing.state.is_true
    assert not viewing.state.problem
    viewing.storage.listing_error = NotFoundError("There is no folder /shots.")
    viewing.reload()
    assert "/shots is not there any more" in viewing.state.offline
    assert not viewing.state.message, "it is said once: in the banner"
    assert viewing.state.sequence is not None


def test_opening_another_folder_does_not_wait_for_a_hung_one() -> None:
    viewing = Viewing(numbered(50) | numbered(4, "/other"))
    viewing.begin("/shots")
    viewing.loop.advance(2.0)  # so long the first frame has the share alone
    hung = len(viewing.under_way)
    assert hung > 1
    viewing.begin("/other")
    viewing.load_path("/other/a.0001.png")
    assert viewing.state.shown is not None
    assert viewing.state.shown.name == "a.0001.png"
    assert viewing.state.path == "/other/a.0001.png"


def test_a_hung_listing_does_not_keep_another_folder_from_opening() -> None:
    viewing = Viewing(numbered(50) | numbered(4, "/other"))
    viewing.model.open("/shots")
    viewing.model.open("/other")
    viewing.loop.turn()
    viewing.chores.finish(1)
    assert viewing.state.sequence is not None
    viewing.chores.finish(0)
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.folder == "/other"


def test_the_folder_opened_is_remembered_once_and_first() -> None:
    viewing = Viewing(numbered(3) | numbered(3, "/other"), recent=("/other", "/shots"))
    viewing.open("/shots")
    assert viewing.state.recent == ("/shots", "/other")


def test_go_to_understands_numbers_and_moves() -> None:
    viewing = Viewing(numbered(200))
    viewing.open("/shots")
    assert viewing.model.go_to_text(" 131 ")
    assert viewing.state.number == 131
    assert viewing.model.go_to_text("+20")
    assert viewing.state.number == 151
    assert viewing.model.go_to_text("-50")
    assert viewing.state.number == 101
    assert not viewing.model.go_to_text("there")
    assert viewing.state.number == 101


def test_first_and_last_are_those_of_the_range_and_then_of_all() -> None:
    viewing = Viewing(numbered(50))
    viewing.open("/shots", 10)
    viewing.model.sequence.mark_in()
    viewing.model.go_to(20)
    viewing.model.sequence.mark_out()
    assert (viewing.state.mark_in, viewing.state.mark_out) == (10, 20)
    viewing.model.go_to_end(-1)
    assert viewing.state.number == 10
    viewing.model.go_to_end(-1)
    assert viewing.state.number == 1
    viewing.model.go_to(15)
    viewing.model.go_to_end(1)
    assert viewing.state.number == 20
    viewing.model.go_to_end(1)
    assert viewing.state.number == 50
    viewing.model.sequence.clear_in()
    viewing.model.sequence.clear_out()
    assert (viewing.state.mark_in, viewing.state.mark_out) == (None, None)


def test_playing_waits_for_a_frame_that_is_late() -> None:
    viewing = Viewing(numbered(6))
    viewing.open("/shots")
    viewing.model.toggle_play()
    viewing.loop.advance(1 / 24)
    viewing.loop.advance(1)
    assert viewing.state.number == 2
    viewing.see()
    viewing.loop.advance(RESERVE)
    assert viewing.state.number == 3


def test_the_cache_size_changes_what_is_held_at_once() -> None:
    viewing = Viewing(numbered(20))
    viewing.open("/shots")
    viewing.loop.advance(0.2)
    held = viewing.state.activity
    assert held.frames_held == 20
    viewing.prefer(cache_bytes=200 * MB)
    assert viewing.state.activity.frames_room > held.frames_room
    assert viewing.model.settings.preferences.cache_bytes == 200 * MB
    viewing.model.clear_cache()
    assert viewing.state.activity.files_held == 0
    viewing.load()
    assert viewing.state.is_true


def test_a_thumbnail_is_of_the_frame_whose_number_is_told() -> None:
    viewing = Viewing(numbered(12), small=True)
    viewing.open("/shots")
    viewing.storage.files |= numbered(14)
    viewing.loop.advance(POLL + 1)
    viewing.list_folder()  # of the new frames nothing is read yet
    for number, found in ((1, 1), (7, 7), (13, 12), (14, 12)):
        near = viewing.model.canvas.thumbnail(number)
        assert near is not None
        assert (near[0], near[1].info.icc) == (found, b"picture %d" % found)


def test_the_timeline_tells_where_the_frames_are() -> None:
    files = numbered(12)
    del files["/shots/a.0005.png"]
    files["/shots/a.0008.png"] = b"damaged"
    viewing = Viewing(files)
    viewing.open("/shots")
    viewing.loop.advance(0.2)
    decoded, failed = FrameState.DECODED, FrameState.FAILED
    assert viewing.state.timeline.runs == (
        (Span(1, 4), decoded),
        (Span(6, 7), decoded),
        (Span(8, 8), failed),
        (Span(9, 12), decoded),
    )
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.gaps == (Span(5, 5),)


def test_another_size_of_the_canvas_makes_new_pictures_without_reading() -> None:
    viewing = Viewing(numbered(4))
    viewing.model.canvas.set_fit_size(Size(10, 10))
    viewing.open("/shots")
    assert viewing.state.shown is not None
    assert viewing.state.shown.picture.display is not None
    assert viewing.state.shown.picture.display.size == Size(10, 5)
    reads = len(viewing.storage.reads)
    viewing.model.canvas.set_fit_size(Size(4, 4))
    viewing.loop.advance(0.2)
    viewing.load()
    assert viewing.state.shown.picture.display is not None
    assert viewing.state.shown.picture.display.size == Size(4, 2)
    assert len(viewing.storage.reads) == reads


def test_reload_reads_what_has_changed_and_stays_where_it_is() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots", 5)
    viewing.storage.files |= numbered(14)
    viewing.storage.files["/shots/a.0005.png"] = b"another"
    viewing.reload()
    viewing.load()
    assert viewing.state.number == 5
    assert viewing.state.sequence is not None
    assert viewing.state.sequence.count == 14
    assert viewing.state.shown is not None
    assert viewing.state.shown.picture.source is not None
    assert viewing.state.shown.picture.source.info.icc == b"another"


def test_a_long_listing_shows_pictures_before_it_ends_and_then_the_true_first_one() -> None:
    viewing = Viewing({f"/shots/a.{number:04d}.png": b"x" for number in range(600, 0, -1)})
    viewing.storage.batch = 1
    batches = viewing.storage.list_names

    def slowly(folder: str, transfer: object) -> object:
        for batch in batches(folder, transfer):  # type: ignore[arg-type]  # passed through
            viewing.loop._now += 0.01  # noqa: SLF001 - each batch takes its time
            yield batch

    viewing.storage.list_names = slowly  # type: ignore[method-assign,assignment]  # a slower one
    viewing.model.open("/shots")
    viewing.loop.turn()
    viewing.list_folder()
    firsts = [state.number for state in viewing.states if state.sequence is not None]
    assert viewing.state.number == 1
    assert len(viewing.storage.listings) == 1
    assert firsts[-1] == 1


def test_going_and_coming_back_at_once_does_not_block_a_held_key() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots", 5)
    viewing.model.step(1)
    viewing.model.step(-1)
    assert viewing.state.number == 5  # the canvas has nothing to paint, so nothing is told to be seen
    viewing.model.step(1, repeated=True)
    assert viewing.state.number == 6


def test_going_and_coming_back_at_once_does_not_hold_up_playing() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots", 5)
    viewing.model.toggle_play()
    viewing.model.go_to(6)
    viewing.model.go_to(5)
    viewing.loop.advance(1 / 24)
    assert viewing.state.number == 6


def test_what_was_wrong_with_a_folder_is_forgotten_when_it_can_be_listed_again() -> None:
    viewing = Viewing(numbered(3))
    viewing.open("/shots")
    viewing.storage.listing_error = NotFoundError("There is no folder /shots.")
    viewing.reload()
    assert viewing.state.message
    viewing.storage.listing_error = None
    viewing.reload()
    assert not viewing.state.message


def test_a_picture_of_another_file_is_not_true_though_its_number_is_the_same() -> None:
    viewing = Viewing({f"/shots/{name}.png": b"x" for name in ("b", "c", "d")})
    viewing.open("/shots", 2)
    viewing.model.step(-1)
    viewing.model.step(1)
    assert (viewing.state.name, viewing.state.is_true) == ("c.png", True)
    viewing.storage.files["/shots/a.png"] = b"y"
    viewing.reload()
    viewing.model.go_to(2)
    state = viewing.state
    assert (state.number, state.name, state.is_true) == (2, "b.png", False)
    assert state.notice == "loading 2 · showing c.png"
    viewing.load()
    assert viewing.state.is_true


def test_a_slow_read_that_goes_on_is_not_said_to_wait_for_the_share() -> None:
    viewing = Viewing(numbered(12))
    viewing.model.open("/shots/a.0003.png")
    viewing.loop.advance(0.3)
    transfer = viewing.model._loader.reads.transfer("/shots/a.0003.png")  # noqa: SLF001 - the double of a reader
    assert transfer is not None
    transfer.total = 830_000
    for _ in range(10):
        transfer.received += 50_000
        viewing.loop.advance(1)
    assert viewing.state.notice == "loading 3 · 500 of 830 kB"
    viewing.loop.advance(4)
    assert "waiting for the share for" in viewing.state.notice


def test_a_folder_that_takes_long_to_answer_is_named() -> None:
    viewing = Viewing(numbered(12))
    viewing.model.open("/shots")
    assert viewing.state.notice == "opening /shots"
    viewing.loop.advance(7)
    assert viewing.state.notice == "opening /shots · waiting for the share for 7 s"
    viewing.list_folder()
    assert viewing.state.notice.startswith("loading 1")


def test_what_looks_at_every_frame_is_worked_out_before_the_owner_thread_gets_it() -> None:
    viewing = Viewing({f"/shots/a.{number:05d}.png": b"x" for number in range(0, 100, 2)})
    viewing.open("/shots")
    here = viewing.model._open  # noqa: SLF001 - that is the point
    assert here is not None
    assert {"gaps", "label"} <= set(vars(here.sequence))


def test_nothing_is_published_within_a_verb() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    before = len(viewing.states)
    viewing.model.step(1)
    viewing.model.step(1)
    assert len(viewing.states) == before
    viewing.loop.turn()
    assert [state.number for state in viewing.states[before:]] == [3]


def test_nothing_is_heard_after_closing() -> None:
    viewing = Viewing(numbered(12))
    viewing.model.open("/shots")
    viewing.model.close()
    before = len(viewing.states)
    viewing.list_folder()
    viewing.load()
    viewing.loop.advance(5)
    assert len(viewing.states) == before


def test_at_rest_nothing_goes_on() -> None:
    viewing = Viewing(numbered(12))
    viewing.open("/shots")
    counts = []
    for _ in range(70):
        viewing.loop.advance(1)
        viewing.chores.finish_all()
        counts.append(len(viewing.states))
    assert counts[20] == counts[-1]  # by then each frame has been confirmed since it was read


@given(st.lists(st.sampled_from([1, -1, 10, -10, 100, -100, 3]), max_size=12), st.integers(1, 40))
def test_wherever_one_steps_the_picture_comes_to_be_the_true_one(steps: list[int], count: int) -> None:
    viewing = Viewing(numbered(count))
    viewing.open("/shots")
    for by in steps:
        viewing.model.step(by)
    viewing.load()
    state = viewing.state
    assert state.is_true
    assert state.shown is not None
    assert state.shown.number == state.number
    assert len(viewing.storage.reads) == len(set(viewing.storage.reads))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([1, -1, 10]), st.booleans()), max_size=12))
def test_a_held_key_never_skips_a_frame(presses: list[tuple[int, bool]]) -> None:
    viewing = Viewing(numbered(260), Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, fill_when_idle=False))
    viewing.open("/shots", 130)
    shown = [130]
    for by, loads in presses:
        before = viewing.state.number
        viewing.model.step(by, repeated=True)
        if loads:
            viewing.load()
        state = viewing.state
        assert state.number is not None
        assert before is not None
        assert state.number - before in {0, by}
        if state.is_true and state.number != shown[-1]:
            shown.append(state.number)
            viewing.see()
    assert all(abs(after - before) in {1, 10} for before, after in pairwise(shown))


def test_snapshots_are_frozen() -> None:
    state = Viewing(numbered(2)).open("/shots")
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.number = None  # type: ignore[misc]  # that is the point
