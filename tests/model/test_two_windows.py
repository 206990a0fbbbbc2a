"""Two windows of one user: what one sets survives the other, and is seen there; what cannot be saved is said once."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from viewing import Viewing, numbered

from viewer.core.display.look import Look
from viewer.core.frame import Range, SampleKind, TransferCurve
from viewer.core.play.playhead import Repeat
from viewer.core.records import replace
from viewer.core.units import MB
from viewer.model import refresher, settings_file, settings_sync
from viewer.model.folder_watch import POLL
from viewer.model.preferences import NewFrames, Preferences, Theme
from viewer.model.sequence_settings import Bookmark, ChosenLook, SequenceSettings, Zoom, merged
from viewer.model.sequence_settings_file import SequenceSettingsFile
from viewer.model.sequence_settings_sync import SAVE_AFTER
from viewer.model.settings_file import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Begin = Callable[..., Viewing]

ONCE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE)
SEEN_WITHIN = settings_sync.SAVE_AFTER + settings_sync.LOOK_EVERY


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Opens a window, with the settings that are on disk."""
    path = tmp_path / "config" / "settings.json"
    settings_file.save(path, Settings(ONCE))

    def make(files: dict[str, bytes | BaseException] | None = None) -> Viewing:
        found = settings_file.load(path).settings
        return Viewing(
            files or numbered(12),
            found.preferences,
            found.recent,
            memory_folder=tmp_path / "data",
            settings_path=path,
        )

    return make


def pass_time(seconds: float, *windows: Viewing) -> None:
    """Lets time pass, in all windows at once."""
    for _ in range(round(seconds / 0.1)):
        for window in windows:
            window.loop.advance(0.1)
            window.settings_executor.finish_all()


def on_disk(path: Path) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(path.read_bytes())


# The settings


def test_what_one_window_sets_is_seen_by_the_other_and_never_written_back(begin: Begin) -> None:
    assert SEEN_WITHIN < 2
    first, second = begin(), begin()
    second.open("/shots")
    first.prefer(theme=Theme.LIGHT, rate=99.0)
    pass_time(SEEN_WITHIN + 0.2, first, second)
    state = second.state
    assert (state.preferences.theme, state.preferences.rate, state.playback.rate) == (Theme.LIGHT, 99, 99)
    first.prefer(theme=Theme.SYSTEM)
    first.loop.advance(0.6)
    first.settings_executor.finish_all()
    second.prefer(smooth=True)  # it has not seen the last change yet
    pass_time(SEEN_WITHIN + 0.2, second, first)
    for window in (first, second):
        preferences = window.state.preferences
        assert (preferences.theme, preferences.rate, preferences.smooth) == (Theme.SYSTEM, 99, True)
    for window in (second, first):
        window.close()
    assert begin().state.preferences == first.state.preferences


def test_folders_opened_in_both_are_among_the_recent_ones_and_none_comes_first_again_by_itself(begin: Begin) -> None:
    files = {path: data for name in "abcd" for path, data in numbered(2, f"/{name}").items()}
    first, second = begin(files), begin(files)
    for window, folder in zip((first, second, first), ("/a", "/b", "/c"), strict=True):
        window.open(folder)
        pass_time(2, first, second)
    assert first.state.recent == second.state.recent == ("/c", "/b", "/a")
    second.reload()  # what is open is not opened anew
    second.model.bookmarks.toggle()
    pass_time(3, first, second)
    second.close()
    first.close()
    assert begin().state.recent == ("/c", "/b", "/a")


def test_of_two_windows_the_one_closed_last_says_where_the_next_one_is(begin: Begin, tmp_path: Path) -> None:
    first, second = begin(), begin()
    for window, place in ((first, "first"), (second, "second")):
        window.model.keep(replace(window.model.settings, window=place))
        window.close()
    assert settings_file.load(tmp_path / "config" / "settings.json").settings.window == "second"


def test_a_file_changed_by_hand_is_taken_and_one_damaged_by_hand_is_put_aside(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    window = begin()
    window.prefer(theme=Theme.LIGHT)
    pass_time(SEEN_WITHIN, window)
    content = on_disk(path)
    content["preferences"] |= {"rate": "fast", "smooth": True}
    path.write_text(json.dumps(content))
    pass_time(1.2, window)
    assert (window.state.preferences.smooth, window.state.preferences.rate) == (True, 24)
    wrong = "A setting was not understood and keeps its default: “Rate” must be a number, not 'fast'."
    assert window.state.message == wrong
    window.model.bookmarks.go(1)
    window.prefer(smooth=False)
    pass_time(5, window)
    assert on_disk(path)["preferences"]["rate"] == "fast"  # nobody has set it here
    for lost in (b'{"preferences": {"theme": "li', None):
        path.unlink() if lost is None else path.write_bytes(lost)
        pass_time(1.6, window)
        assert path.exists() == (lost is not None), "somebody may just be writing it"
        pass_time(2, window)
        assert settings_file.load(path).settings.preferences.theme is Theme.LIGHT
    assert path.with_name("settings.damaged.json").read_bytes() == b'{"preferences": {"theme": "li'
    assert "The old file is kept as" in window.state.message


# The settings of sequences


def test_bookmarks_of_both_are_there_and_one_that_was_removed_stays_removed(begin: Begin) -> None:
    first, second = begin(), begin()
    for window in (first, second):
        window.open("/shots")
    for window, number in ((first, 3), (second, 5)):
        window.model.go_to(number)
        window.model.bookmarks.toggle()
        pass_time(SAVE_AFTER + 0.2, window)
    assert second.state.bookmarks == (Bookmark(3), Bookmark(5))  # seen with the change of its own
    assert second.state.number == 5
    first.model.bookmarks.remove([3])
    pass_time(SAVE_AFTER + 0.2, first)
    assert first.state.bookmarks == (Bookmark(5),)
    second.model.bookmarks.set_note(5, "look")
    second.model.sequence.mark_in(2)
    second.close()
    first.model.set_rate(48)
    first.close()
    state = begin().open("/shots")
    assert (state.bookmarks, state.playback.rate, state.mark_in) == ((Bookmark(5, "look"),), 48, 2)


def test_another_window_moves_neither_the_playhead_nor_the_picture(begin: Begin, tmp_path: Path) -> None:
    SequenceSettingsFile(tmp_path / "data").save("/shots", {"a.*.png": SequenceSettings(number=4)})
    first, second = begin(), begin()
    for window in (first, second):
        window.open("/shots")
    second.model.go_to(9)
    second.see()
    second.model.bookmarks.toggle()
    second.model.sequence.set_zoom(Zoom(2.0))
    pass_time(SAVE_AFTER + 0.2, second)
    first.prefer(new_frames=NewFrames.FOLLOW)
    first.storage.files |= numbered(13)
    first.loop.advance(POLL + 1)
    first.chores.finish_all()
    first.model.bookmarks.toggle()
    pass_time(SAVE_AFTER + 0.2, first)
    assert (first.state.number, first.state.zoom, first.state.bookmarks) == (13, None, (Bookmark(9), Bookmark(13)))
    for window, number in ((first, 5), (second, 10)):
        window.model.go_to(number)
        window.load()
        window.see()
        pass_time(SAVE_AFTER + 0.2, window)
    first.model.set_rate(30)
    pass_time(SAVE_AFTER + 0.2, first)
    first.close()  # it has not moved since
    state = begin().open("/shots")
    assert (state.number, state.zoom, state.bookmarks) == (10, Zoom(2.0), (Bookmark(9), Bookmark(13))), (
        "that of the last move"
    )


def test_a_folder_opened_again_shows_what_another_window_has_set_meanwhile(begin: Begin) -> None:
    files = numbered(12) | numbered(12, "/other")
    first, second = begin(files), begin(files)
    first.open("/shots")
    first.open("/other")
    second.open("/shots")
    second.model.bookmarks.toggle()
    second.close()
    assert first.open("/shots").bookmarks == (Bookmark(1),)


def test_the_look_of_both_is_there_and_seen_in_both(begin: Begin) -> None:
    first, second = begin(), begin()
    for window in (first, second):
        window.open("/shots")
        pass_time(1, window)
    first.model.levels.set_gamma(2.0)
    second.model.levels.set_range(20, 200)
    second.model.levels.set_exposure(1.5)
    pass_time(4, first, second)
    first.open("/shots")
    pass_time(4, first, second)
    looks = [window.model.levels.look for window in (first, second, begin())[:2]]
    assert looks[0] == looks[1]
    assert (looks[0].gamma, looks[0].exposure, looks[0].range or [*looks[0].ranges.values()]) == (2.0, 1.5, [(20, 200)])


def test_levels_are_taken_by_the_other_window_within_two_seconds_but_for_what_is_being_changed_there(
    begin: Begin,
) -> None:
    first, second = begin(), begin()
    for window in (first, second):
        window.open("/shots")
        pass_time(3, window)
    first.model.levels.set_colour_map("viridis")
    first.model.bookmarks.toggle()
    pass_time(1.9, first, second)
    assert second.state.levels.look.colour_map == "viridis"
    assert second.state.bookmarks == first.state.bookmarks
    second.model.levels.set_gamma(2.0)
    first.model.levels.set_gamma(3.0)
    first.model.levels.set_colour_map("magma")
    pass_time(0.6, first)
    second.model.levels.set_gamma(2.5)
    pass_time(1.9, second, first)
    for window in (first, second):
        assert (window.state.levels.look.gamma, window.state.levels.look.colour_map) == (2.5, "magma")
    second.model.levels.reset()
    pass_time(1.9, second, first)
    assert first.state.levels.look == Look()
    second.close()
    pass_time(3, first)
    first.close()
    assert not first.settings_executor.waiting
    pass_time(3, first)
    assert not first.settings_executor.waiting, "nothing is looked at any more"


EMPTY = SequenceSettings()


def marked(*bookmarks: Bookmark, **more: Any) -> SequenceSettings:  # noqa: ANN401 - fields
    return SequenceSettings(bookmarks=bookmarks, **more)


def look(
    ranges: Mapping[SampleKind, Range] = MappingProxyType({}),
    *,
    is_locked: bool = True,
    **more: Any,  # noqa: ANN401 - fields
) -> ChosenLook:
    return ChosenLook(Look(None, dict(ranges), **more), is_locked)


GREY = SampleKind("u", 16, is_colour=False, transfer=TransferCurve.DISPLAY)
FLOAT = GREY._replace(letter="f", bits=32)
LOW, HIGH = Range(0.0, 1.0), Range(2.0, 3.0)
ONE, TWO, THREE = Bookmark(1), Bookmark(2), Bookmark(3)
A, B = Bookmark(1, "a"), Bookmark(1, "b")


@pytest.mark.parametrize(
    ("base", "here", "there", "expected"),
    [
        (EMPTY, marked(ONE), marked(TWO), marked(ONE, TWO)),
        (marked(ONE, TWO), marked(TWO), marked(ONE, TWO, THREE), marked(TWO, THREE)),
        (marked(ONE, TWO), marked(ONE, TWO, THREE), marked(TWO), marked(TWO, THREE)),
        (marked(ONE), EMPTY, marked(A), EMPTY),  # removed here, a note there
        (marked(ONE), marked(A), EMPTY, marked(A)),  # the other way round
        (EMPTY, marked(ONE), marked(A), marked(A)),
        (marked(ONE), marked(A), marked(B), marked(A)),
        (marked(A), marked(ONE), marked(A, TWO), marked(ONE, TWO)),  # the note was taken away
        (EMPTY, marked(rate=24.0), marked(start="01:00:00:00"), marked(rate=24.0, start="01:00:00:00")),
        (marked(rate=24.0), EMPTY, marked(ONE, rate=24.0), marked(ONE)),
        (EMPTY, marked(number=5), marked(number=9, zoom=Zoom(2.0)), marked(number=5, zoom=Zoom(2.0))),
        *(
            tuple(marked(look=each) for each in looks)
            for looks in (
                (None, look(gamma=2.0), look({GREY: LOW}), look({GREY: LOW}, gamma=2.0)),
                (None, look({GREY: LOW}), look({FLOAT: HIGH}), look({GREY: LOW, FLOAT: HIGH})),
                (look({GREY: LOW}), look({GREY: HIGH}, gamma=2.0), None, look({GREY: HIGH}, gamma=2.0)),
                (look({GREY: LOW}), None, look({GREY: LOW}, marks=True), look(marks=True)),
                (look({GREY: LOW}), None, look({GREY: HIGH}), None),
                (look(gamma=2.0), look(gamma=3.0), look(gamma=4.0, channel="R"), look(gamma=3.0, channel="R")),
                (None, look(is_locked=False), look({GREY: LOW}), look({GREY: LOW}, is_locked=False)),
                (look(is_locked=False), None, look({GREY: LOW}, is_locked=False), look({GREY: LOW})),
                (look(gamma=2.0), None, look(gamma=2.0), None),
            )
        ),
        *(
            tuple(marked(mark_in=mark_in, mark_out=mark_out) for mark_in, mark_out in ranges)
            for ranges in (((2, 9), (7, 9), (2, 5), (7, 7)), ((2, 9), (2, 4), (6, 9), (4, 4)))
        ),
    ],
)
def test_changes_of_both_are_merged(
    base: SequenceSettings, here: SequenceSettings, there: SequenceSettings, expected: SequenceSettings
) -> None:
    assert merged(base, here, there) == expected
    assert merged(base, here, merged(base, here, there)) == expected  # a second attempt changes nothing


# What cannot be saved


def test_what_cannot_be_saved_is_said_once_and_tried_again(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    sayings: list[str] = []
    monkeypatch.setattr(refresher.Refresher, "say_unasked", lambda _self, sentence: sayings.append(sentence))
    viewing = begin()
    viewing.open("/shots")
    pass_time(4, viewing)

    def fail(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    end = (
        "cannot be saved on this computer: No space left on device. "
        "Nothing is lost while this window is open; saving is tried again with the next change."
    )
    both = [f"Bookmarks and settings of sequences {end}", f"The settings {end}"]
    numbers = [2, 4, 6, 8]
    for count in (1, 2):
        with monkeypatch.context() as full:
            full.setattr("os.write", fail)
            for number in numbers[2 * count - 2 : 2 * count]:
                viewing.model.go_to(number)
                viewing.model.bookmarks.toggle()
                viewing.prefer(rate=20.0 + number)
                pass_time(4, viewing)
        assert [each.number for each in viewing.state.bookmarks] == numbers[: 2 * count]
        assert sayings == both * count, "again only after a success"
        viewing.prefer(smooth=count == 1)
        viewing.model.sequence.set_start(f"0{count}:00:00:00")
        pass_time(4, viewing)
    state = begin().open("/shots")
    assert (state.preferences.rate, [each.number for each in state.bookmarks]) == (28, numbers)


def test_what_could_not_be_saved_is_tried_again_at_the_end(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    viewing = begin()
    viewing.open("/shots")
    pass_time(4, viewing)
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", lambda *_: Path("/no such folder/").stat())
        viewing.model.bookmarks.toggle()
        viewing.prefer(rate=48.0)
        pass_time(4, viewing)
    viewing.close()
    state = begin().open("/shots")
    assert (state.preferences.rate, state.bookmarks) == (48, (Bookmark(1),))


def test_a_sentence_that_nobody_asked_for_stays_while_it_plays(begin: Begin) -> None:
    viewing = begin(numbered(300))
    viewing.open("/shots")
    viewing.model.sequence.set_start("nonsense")  # the answer to what somebody did
    assert "no time code" in viewing.state.message
    viewing.model.step(1)
    assert viewing.state.message == ""
    viewing.model._refresher.say_unasked("All is lost.")  # noqa: SLF001 - as a part would
    for _ in range(4):
        viewing.model.step(1)
        viewing.loop.advance(1)
        assert viewing.state.message == "All is lost."
    viewing.model._refresher.say_unasked("And more.")  # noqa: SLF001 - the same
    assert viewing.state.message == "All is lost. And more."
    viewing.loop.advance(6)
    viewing.model.step(1)
    assert viewing.state.message == ""
