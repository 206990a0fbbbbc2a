"""What is remembered of sequences from one day to the next, through the model's verbs and a folder on this disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from viewing import Viewing, numbered

from viewer.core.errors import StorageError
from viewer.core.play.playhead import Repeat
from viewer.core.units import MB
from viewer.model.preferences import KeepFiles, MissingPolicy, Preferences
from viewer.model.sequence_settings import Bookmark, SequenceSettings, Zoom
from viewer.model.sequence_settings_file import SequenceSettingsFile
from viewer.model.sequence_settings_sync import SAVE_AFTER, SHARE_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Begin = Callable[..., Viewing]

ONCE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, rate=24.0)
KEY = "a.*.png"
KNOWN = SequenceSettings(7, 3, 9, 48.0, "01:00:00:00", (Bookmark(4, "look"),), Zoom(2.0, 0.25, 0.75))


@pytest.fixture
def begin(tmp_path: Path) -> Callable[..., Viewing]:
    """Starts the program: ``begin(files)``; each one finds what those before it have remembered."""

    def make(files: dict[str, bytes | BaseException] | None = None, preferences: Preferences = ONCE) -> Viewing:
        return Viewing(numbered(12) if files is None else files, preferences, memory_folder=tmp_path)

    return make


def remember(place: Path, folder: str = "/shots", **sequences: SequenceSettings) -> None:
    """Has something remembered of the sequences of a folder, by what stands before the dot of their names."""
    SequenceSettingsFile(place).save(folder, {f"{head}.*.png": remembered for head, remembered in sequences.items()})


def remembered(place: Path, folder: str = "/shots", key: str = KEY) -> SequenceSettings:
    """Returns what is remembered of a sequence."""
    return SequenceSettingsFile(place).load(folder)[0].get(key, SequenceSettings())


def slowly(viewing: Viewing) -> None:
    """Has each batch of names take its time, so that the first ones are told before the last are known."""
    batches = viewing.storage.list_names

    def list_names(folder: str, transfer: object) -> object:
        for batch in batches(folder, transfer):  # type: ignore[arg-type]  # passed through
            viewing.loop.stall(0.01)
            yield batch

    viewing.storage.list_names = list_names  # type: ignore[method-assign,assignment]  # a slower one


# From one day to the next


def test_all_that_was_set_for_a_sequence_is_there_the_next_day(begin: Begin) -> None:
    viewing = begin()
    viewing.open("/shots")
    viewing.model.set_rate(48)
    viewing.model.sequence.set_start("01:00:00:00")
    viewing.model.go_to(3)
    viewing.model.sequence.mark_in()
    viewing.model.go_to(9)
    viewing.model.sequence.mark_out()
    viewing.model.bookmarks.toggle()
    viewing.model.bookmarks.set_note(9, "look")
    viewing.model.sequence.set_zoom(Zoom(2.0, 0.25, 0.75))
    viewing.model.go_to(7)
    viewing.close()
    state = begin().open("/shots")
    assert (state.number, state.mark_in, state.mark_out) == (7, 3, 9)
    assert (state.playback.rate, state.time_base.rate, state.time_base.start) == (48, 48, "01:00:00:00")
    assert (state.bookmarks, state.zoom) == ((Bookmark(9, "look"),), Zoom(2.0, 0.25, 0.75))
    assert state.is_true


def test_what_was_taken_back_is_not_there_the_next_day(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.open("/shots")
    viewing.model.set_rate(0)
    viewing.model.sequence.set_start("")
    viewing.model.sequence.clear_in()
    viewing.model.sequence.clear_out()
    viewing.model.bookmarks.remove([4])
    viewing.model.sequence.set_zoom(Zoom())
    viewing.close()
    assert remembered(tmp_path) == SequenceSettings(number=7)


def test_only_looking_at_the_first_frame_leaves_nothing(begin: Begin, tmp_path: Path) -> None:
    viewing = begin()
    viewing.open("/shots")
    viewing.close()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_the_pictures_are(begin: Begin) -> None:
    viewing = begin()
    viewing.open("/shots")
    viewing.model.bookmarks.toggle()
    viewing.close()
    assert viewing.storage.files == numbered(12)


def test_it_is_written_after_a_while_though_the_program_goes_on(begin: Begin, tmp_path: Path) -> None:
    viewing = begin()
    viewing.open("/shots")
    viewing.model.go_to(5)
    viewing.see()

    def pass_time(seconds: float) -> SequenceSettings:
        viewing.loop.advance(seconds)
        viewing.settings_executor.finish_all()
        return remembered(tmp_path)

    assert pass_time(SAVE_AFTER - 0.1) == SequenceSettings()
    assert pass_time(0.2) == SequenceSettings(number=5)
    viewing.model.bookmarks.toggle()
    assert pass_time(SHARE_AFTER - 0.1).bookmarks == ()
    assert pass_time(0.2) == SequenceSettings(number=5, bookmarks=(Bookmark(5),))


def test_the_place_where_playing_was_stopped_by_closing_is_remembered(begin: Begin, tmp_path: Path) -> None:
    viewing = begin(numbered(60))
    viewing.open("/shots")
    viewing.model.play(1)
    for _ in range(10):
        viewing.loop.advance(1 / 24)
        viewing.see()
    number = viewing.state.number
    viewing.close()
    assert remembered(tmp_path).number == number != 1


def test_a_sequence_that_was_opened_by_a_file_has_the_same_memory(begin: Begin) -> None:
    viewing = begin()
    viewing.open("/shots/a.0005.png")
    viewing.model.bookmarks.toggle()
    viewing.model.step(3)
    viewing.close()
    state = begin().open("/shots")
    assert (state.number, state.bookmarks) == (8, (Bookmark(5),))


@pytest.mark.parametrize("text", ["/shots/", "/shots"])
def test_a_folder_has_the_same_memory_however_it_is_written(begin: Begin, text: str) -> None:
    viewing = begin()
    viewing.open(text)
    viewing.model.go_to(8)
    viewing.close()
    assert begin().open("/shots").number == begin().open("/shots/").number == 8


def test_loose_pictures_are_remembered_too(begin: Begin) -> None:
    files: dict[str, bytes | BaseException] = {f"/shots/{name}.png": name.encode() for name in ("dog", "cat", "eel")}
    viewing = begin(files)
    viewing.open("/shots")
    viewing.model.go_to(3)
    viewing.close()
    assert begin(files).open("/shots").name == "eel.png"


def test_each_sequence_of_a_folder_has_a_memory_of_its_own(begin: Begin) -> None:
    files = numbered(12) | numbered(30, head="b.")
    viewing = begin(files)
    viewing.open("/shots")
    viewing.model.go_to(20)
    viewing.model.set_rate(60)
    viewing.switch_sequence(-1)
    assert (viewing.state.name, viewing.state.playback.rate) == ("a.0012.png", 24)
    viewing.model.go_to(6)
    viewing.model.sequence.mark_in()
    viewing.switch_sequence(1)
    assert (viewing.state.number, viewing.state.playback.rate, viewing.state.mark_in) == (6, 60, None)
    viewing.model.go_to(20)
    viewing.switch_sequence(-1)
    assert (viewing.state.number, viewing.state.mark_in) == (12, 6), "the nearest end, with what was set there"
    viewing.model.go_to(6)
    viewing.switch_sequence(1)
    viewing.model.go_to(20)
    viewing.close()
    viewing = begin(files)
    assert (viewing.open("/shots").number, viewing.state.playback.rate) == (20, 60)
    viewing.switch_sequence(-1)
    assert (viewing.state.number, viewing.state.mark_in, viewing.state.playback.rate) == (12, 6, 24)


def test_each_folder_has_a_memory_of_its_own(begin: Begin) -> None:
    files = numbered(12) | numbered(12, "/other")
    viewing = begin(files)
    viewing.open("/shots")
    viewing.model.go_to(6)
    assert viewing.open("/other").number == 1
    viewing.model.go_to(9)
    assert viewing.open("/shots").number == 6
    assert viewing.open("/other").number == 9


def test_frames_that_were_added_or_deleted_meanwhile_do_no_harm(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=SequenceSettings(number=70, mark_in=5, mark_out=80, bookmarks=(Bookmark(75),)))
    state = begin().open("/shots")
    assert (state.number, state.mark_in, state.mark_out) == (12, 5, None)
    assert state.bookmarks == (Bookmark(75),)


def test_a_range_that_lies_beside_all_frames_there_are_now_holds_nobody(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=SequenceSettings(mark_in=50, mark_out=60))
    state = begin().open("/shots")
    assert (state.mark_in, state.mark_out) == (None, None)


@pytest.mark.parametrize("preferences", [ONCE, ONCE.changed(missing=MissingPolicy.SKIP)])
def test_in_and_out_points_stay_where_they_were_put_also_at_the_ends(begin: Begin, preferences: Preferences) -> None:
    files = numbered(20)
    few = dict(list(files.items())[4:12])  # 5 to 12
    viewing = begin(few, preferences)
    viewing.open("/shots")
    viewing.model.sequence.mark_in(5)
    viewing.model.sequence.mark_out(12)
    for now in (files, dict(list(files.items())[:8]), files):  # more at both ends; the out point is gone; and is back
        viewing.storage.files = dict(now)
        viewing.reload()
        beyond = len(now) < 12
        assert (viewing.state.mark_in, viewing.state.mark_out) == (5, None if beyond else 12)
        viewing.model.play(1, from_in=True)
        viewing.model.stop()
        assert viewing.state.number == 5
        viewing.model.go_to_end(1)
        assert viewing.state.number == (8 if beyond else 12)
    viewing.close()
    viewing = begin(files, preferences)
    state = viewing.open("/shots")
    assert (state.mark_in, state.mark_out) == (5, 12)
    viewing.model.sequence.clear_in()
    viewing.model.sequence.clear_out()
    viewing.close()
    state = begin(files, preferences).open("/shots")
    assert (state.mark_in, state.mark_out) == (None, None)


def test_an_in_point_takes_an_out_point_before_it_along_and_one_that_lies_beside_all_frames_goes(
    begin: Begin, tmp_path: Path
) -> None:
    remember(tmp_path, a=SequenceSettings(mark_in=50, mark_out=60))
    viewing = begin()
    viewing.open("/shots")
    viewing.model.sequence.mark_out(8)
    assert (viewing.state.mark_in, viewing.state.mark_out) == (None, 8)
    viewing.model.go_to(10)
    viewing.model.sequence.mark_in()
    assert (viewing.state.mark_in, viewing.state.mark_out) == (10, 10)
    viewing.model.go_to(3)
    viewing.model.sequence.mark_out()
    viewing.close()
    assert (remembered(tmp_path).mark_in, remembered(tmp_path).mark_out) == (3, 3)


def test_a_rate_set_by_hand_stays_also_when_it_is_the_default(begin: Begin) -> None:
    viewing = begin()
    viewing.open("/shots")
    viewing.model.set_rate(24)
    viewing.prefer(rate=30.0)
    assert viewing.state.playback.rate == 24
    viewing.close()
    viewing = begin(preferences=ONCE.changed(rate=30.0))
    assert viewing.open("/shots").playback.rate == 24
    viewing.model.set_rate(0)  # back to the default
    assert viewing.state.playback.rate == 30
    viewing.prefer(rate=25.0)
    assert (viewing.state.playback.rate, viewing.state.time_base.rate) == (25, 25)
    viewing.close()
    assert begin().open("/shots").playback.rate == 24


def test_a_rate_of_its_own_does_not_touch_the_preference(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    state = begin().open("/shots")
    assert (state.preferences.rate, state.playback.rate) == (24, 48)


# What somebody asks for goes before what is remembered


@pytest.mark.parametrize("first", ["memory", "share"])
def test_a_frame_that_is_asked_for_goes_before_the_one_remembered(begin: Begin, tmp_path: Path, first: str) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.model.open("/shots", 5)
    answer(viewing, first)
    state = viewing.state
    assert (state.number, state.mark_in, state.bookmarks) == (5, 3, KNOWN.bookmarks)


@pytest.mark.parametrize("first", ["memory", "share"])
@pytest.mark.parametrize("suffix", ["png", "jpg"])  # the second is shown before the folder has been listed
def test_a_file_that_is_asked_for_goes_before_the_frame_remembered(
    begin: Begin, tmp_path: Path, first: str, suffix: str
) -> None:
    SequenceSettingsFile(tmp_path).save("/shots", {f"a.*.{suffix}": KNOWN})
    viewing = begin({path.replace("png", suffix): data for path, data in numbered(12).items()})
    viewing.model.open(f"/shots/a.0005.{suffix}")
    answer(viewing, first)
    state = viewing.state
    assert (state.number, state.mark_in, state.playback.rate) == (5, 3, 48)


@pytest.mark.parametrize("first", ["memory", "share"])
def test_a_name_to_begin_at_goes_before_the_frame_remembered(begin: Begin, tmp_path: Path, first: str) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.model.open("/shots", name="a.0005.png")
    answer(viewing, first)
    assert (viewing.state.number, viewing.state.mark_in) == (5, 3)


def answer(viewing: Viewing, first: str) -> None:
    """Lets what is remembered and the listing come, one after the other."""
    viewing.loop.turn()
    parts = [viewing.settings_executor.finish_all, viewing.list_folder]
    for part in parts if first == "memory" else reversed(parts):
        part()
        viewing.load()
        viewing.see()


# Answers that come late


@pytest.mark.parametrize("first", ["memory", "share"])
def test_whichever_answers_first_it_opens_where_one_was(begin: Begin, tmp_path: Path, first: str) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.model.open("/shots")
    answer(viewing, first)
    state = viewing.state
    assert (state.number, state.mark_in, state.mark_out, state.zoom) == (7, 3, 9, KNOWN.zoom)


def test_a_late_answer_moves_nobody_who_has_gone_somewhere(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.load()
    viewing.model.step(1)
    viewing.settings_executor.finish_all()
    assert (viewing.state.number, viewing.state.mark_in, viewing.state.playback.rate) == (2, 3, 48)


def test_a_late_answer_takes_back_nothing_that_was_set_meanwhile(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.load()
    viewing.model.set_rate(60)
    viewing.model.sequence.set_start("02:00:00:00")
    viewing.model.sequence.set_zoom(Zoom(4.0))
    viewing.model.go_to(5)
    viewing.settings_executor.finish_all()
    state = viewing.state
    assert (state.number, state.playback.rate, state.time_base.start, state.zoom) == (5, 60, "02:00:00:00", Zoom(4.0))
    viewing.close()
    saved = remembered(tmp_path)
    assert (saved.number, saved.rate, saved.start, saved.zoom) == (5, 60, "02:00:00:00", Zoom(4.0))
    assert (saved.mark_in, saved.mark_out, saved.bookmarks) == (3, 9, KNOWN.bookmarks)


def test_a_bookmark_set_before_the_others_are_known_joins_them(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.load()
    viewing.model.go_to(6)
    viewing.model.bookmarks.toggle()
    viewing.settings_executor.finish_all()
    assert viewing.state.bookmarks == (Bookmark(4, "look"), Bookmark(6))
    viewing.close()
    assert remembered(tmp_path).bookmarks == (Bookmark(4, "look"), Bookmark(6))


def test_an_in_point_set_before_the_out_point_is_known_leaves_that_alone(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.load()
    viewing.model.sequence.mark_in(5)
    viewing.settings_executor.finish_all()
    assert (viewing.state.mark_in, viewing.state.mark_out) == (5, 9)


def test_what_was_set_before_the_answer_is_written_after_it(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.load()
    viewing.model.set_rate(60)
    viewing.loop.advance(SAVE_AFTER + 1)
    viewing.settings_executor.finish_all()
    viewing.loop.advance(SAVE_AFTER + 1)
    viewing.settings_executor.finish_all()
    assert remembered(tmp_path).rate == 60


def test_an_answer_about_a_folder_that_was_left_is_not_taken_for_the_one_that_is_open(
    begin: Begin, tmp_path: Path
) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin(numbered(12) | numbered(12, "/other"))
    viewing.model.open("/shots")
    viewing.model.open("/other")
    answer(viewing, "share")
    state = viewing.state
    assert state.sequence is not None
    assert state.sequence.folder == "/other"
    assert (state.number, state.mark_in, state.bookmarks, state.playback.rate) == (1, None, (), 24)


def test_nothing_comes_after_closing(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=KNOWN)
    viewing = begin()
    viewing.begin("/shots")
    viewing.model.close()
    before = len(viewing.states)
    viewing.settings_executor.finish_all()
    viewing.loop.advance(SAVE_AFTER + 1)
    viewing.settings_executor.finish_all()
    assert len(viewing.states) == before
    assert remembered(tmp_path) == KNOWN


@pytest.mark.parametrize("first", ["memory", "share"])
def test_a_long_listing_comes_to_the_frame_remembered(begin: Begin, tmp_path: Path, first: str) -> None:
    remember(tmp_path, a=SequenceSettings(number=250, mark_in=100, mark_out=260))
    viewing = begin(numbered(300))
    slowly(viewing)
    viewing.model.open("/shots")
    answer(viewing, first)
    viewing.load()
    state = viewing.state
    assert (state.number, state.mark_in, state.mark_out) == (250, 100, 260)


def test_an_answer_in_the_middle_of_a_long_listing_is_kept_to_its_end(begin: Begin, tmp_path: Path) -> None:
    remember(tmp_path, a=SequenceSettings(number=250, mark_in=100, mark_out=260))
    viewing = begin(numbered(300))
    slowly(viewing)
    batches = viewing.storage.list_names

    def list_names(folder: str, transfer: object) -> object:
        for count, batch in enumerate(batches(folder, transfer)):  # type: ignore[arg-type]  # passed through
            if count == 75:  # half of them are known
                viewing.loop.turn()
                viewing.settings_executor.finish_all()
            yield batch

    viewing.storage.list_names = list_names  # type: ignore[method-assign,assignment]  # one with an answer in between
    viewing.begin("/shots")
    viewing.load()
    state = viewing.state
    assert (state.number, state.mark_in, state.mark_out) == (250, 100, 260)


# Trouble


def test_what_is_damaged_is_told_kept_aside_and_does_not_keep_anything_from_opening(
    begin: Begin, tmp_path: Path
) -> None:
    remember(tmp_path, a=KNOWN)
    for file in tmp_path.iterdir():
        file.write_bytes(b'{"folder": "/shots", "sequences": [')
    viewing = begin()
    state = viewing.open("/shots")
    assert (state.number, state.is_true) == (1, True)
    assert state.message.startswith("What was remembered of this folder's sequences was damaged.")
    viewing.model.bookmarks.toggle()
    viewing.close()
    assert remembered(tmp_path).bookmarks == (Bookmark(1),)


def test_where_nothing_can_be_written_the_pictures_can_be_looked_at(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"in the way of the folder")
    viewing = Viewing(numbered(12), ONCE, memory_folder=place)
    viewing.open("/shots")
    viewing.model.bookmarks.toggle()
    viewing.model.step(1)
    viewing.load()
    assert (viewing.state.number, viewing.state.bookmarks, viewing.state.is_true) == (2, (Bookmark(1),), True)
    viewing.close()
    assert place.read_bytes() == b"in the way of the folder"


def test_without_a_memory_all_holds_until_the_program_ends() -> None:
    viewing = Viewing(numbered(12) | numbered(5, head="b."), ONCE)
    viewing.open("/shots")
    viewing.model.sequence.mark_in(3)
    viewing.model.go_to(6)
    viewing.switch_sequence(1)
    viewing.switch_sequence(-1)
    assert (viewing.state.number, viewing.state.mark_in) == (6, 3)
    assert viewing.settings_executor.waiting == []


def test_a_share_that_is_away_does_not_keep_what_is_remembered_from_being_seen(tmp_path: Path) -> None:
    keeping = ONCE.changed(keep_files=KeepFiles.ALWAYS)
    files, disk = numbered(12), tmp_path / "disk"
    first = Viewing(files, keeping, disk_folder=disk, memory_folder=tmp_path)
    first.open("/shots", 5)
    first.model.sequence.mark_in()
    first.model.go_to(8)
    first.settle()
    first.close()
    viewing = Viewing(files, keeping, disk_folder=disk, memory_folder=tmp_path)
    viewing.storage.listing_error = StorageError("The share does not answer: Host is down.")
    viewing.open("/shots")
    state = viewing.state
    assert (state.number, state.mark_in, state.is_true) == (8, 5, True)


def test_two_programs_that_look_at_two_sequences_of_one_folder_keep_what_both_set(begin: Begin, tmp_path: Path) -> None:
    files = numbered(12) | numbered(30, head="b.")
    one, other = begin(files), begin(files)
    one.open("/shots/a.0001.png")
    other.open("/shots/b.0001.png")
    one.model.bookmarks.toggle()
    other.model.bookmarks.toggle()
    other.close()
    one.close()
    assert remembered(tmp_path, key="a.*.png").bookmarks == (Bookmark(1),)
    assert remembered(tmp_path, key="b.*.png").bookmarks == (Bookmark(1),)
