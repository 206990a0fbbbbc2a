"""How the open sequence is shown: the range before and after the user chooses, what is said of it, what is measured."""
# ruff: noqa: RUF001 - an en dash means "to", and a gamma is one

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from doubles import HandExecutor, HandLoop
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.core.display.colour_maps import COLOUR_MAPS
from viewer.core.display.levels import automatic_range, depends_on_first, kind_of, own_range
from viewer.core.display.look import AS_IT_IS, Curve, Look
from viewer.core.display.picture import Picture
from viewer.core.frame import GREY, RGB, Alpha, Frame, FrameNumber, Range, SampleInfo, Size, TransferCurve
from viewer.core.sequence.naming import group_names
from viewer.model import measuring
from viewer.model.level_locks import MOST_NOTES
from viewer.model.levels import Levels
from viewer.model.measuring import REST, NewestJob
from viewer.model.open_sequence import OpenSequence, successor
from viewer.model.preferences import Preferences
from viewer.model.refresher import Refresher
from viewer.model.sequence_settings import NOTHING, ChosenLook, SequenceSettings
from viewer.model.sequence_settings_sync import SequenceSettingsSync
from viewer.model.view_state import LevelsView, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

RANGE = Range(100.0, 2000.0)


def frame(samples: npt.ArrayLike, dtype: str = "u2", channels: tuple[str, ...] = GREY, **info: Any) -> Frame:  # noqa: ANN401 - the fields of SampleInfo
    """Returns a frame of one row of samples."""
    array = np.asarray(samples, dtype)[np.newaxis]
    return Frame((array,), channels, info=SampleInfo(**info))


def ramp(low: int = 100, high: int = 2000) -> Frame:
    """Returns a grey frame whose automatic range is ``low`` to ``high``."""
    return frame([low, low, high, high])


def colours(dtype: str = "u2") -> Frame:
    return frame([[1, 2, 3]], dtype, RGB)


def ranged(range_: Range, **values: Any) -> Look:  # noqa: ANN401 - the fields of Look
    """Returns a look with a range for grey of 16 bits."""
    return Look(ranges={GREY_16: range_}, **values)


GREY_16 = kind_of(ramp())
BYTES = pictures.blank(Size(4, 2), "8-bit RGB")
LIGHT = frame([[0.1, 0.2, 3.0]], "f2", RGB, transfer=TransferCurve.LINEAR)
BY_IMAGEJ = frame([0, 3810], range=Range(0.0, 4000.0))
OF_12_BITS = frame([0, 4095], white=4095.0)


def opened(remembered: ChosenLook | None = None, head: str = "a.", count: int = 900) -> OpenSequence:
    sequences = tuple(group_names("/shots", [f"{head}{number:04d}.tif" for number in range(1, count + 1)]))
    settings = replace(NOTHING, look=remembered)
    return successor(None, sequences, 0, FrameNumber(512), settings, Preferences(), "/shots")


class Bench:
    """Levels with a loop and workers turned by hand."""

    def __init__(self, remembered: ChosenLook | None = None, fixed: Range | None = None) -> None:
        self.loop = HandLoop()
        self.chores = HandExecutor(self.loop, 2)
        self.changes: list[Look] = []
        self.asked: list[str] = []
        self.first = ramp(5, 50)
        self.touches = 0
        self.refresher = Refresher(self.loop, lambda: None, self._look)
        self.settings = SequenceSettingsSync(self.loop, self.chores, None, lambda _first: None, lambda _said: None)
        self.levels = Levels(
            self.loop,
            self.chores,
            self.settings,
            self.refresher,
            lambda: self.changes.append(self.levels.look),
            self._reader,
            fixed,
        )
        self.here = opened(remembered)
        self.shown: tuple[Picture | None, FrameNumber | None] = None, None
        self.levels.follow(self.here)
        self.changes.clear()

    def _look(self, _is_due: bool) -> ViewState:  # noqa: FBT001 - a callback
        self.touches += 1
        return ViewState(levels=self.levels.view(*self.shown))

    def _reader(self, path: str) -> Callable[[], Frame]:
        self.asked.append(path)
        return lambda: self.first

    def remembered(self) -> ChosenLook | None:
        return self.settings.of(self.here.sequence).look

    def note(self, number: int, frame: Frame) -> None:
        """Notes a frame as the worker does that has decoded it."""
        own, varies = own_range(frame), depends_on_first(frame)
        measured = None if own else automatic_range(frame)
        self.levels.note_frame(FrameNumber(number), kind_of(frame), own, measured, varies=varies)

    def put(self, number: int, frame: Frame, display: Frame | None = None) -> LevelsView:
        """Has a frame on the canvas."""
        self.shown = Picture(frame.size, frame.description, frame, display), FrameNumber(number)
        self.levels.view(*self.shown)
        self.note(number, frame)
        return self.view

    @property
    def view(self) -> LevelsView:
        self.loop.turn()
        return self.levels.view(*self.shown)

    def rest(self) -> LevelsView:
        """Lets the frame on the canvas be measured."""
        self.view  # noqa: B018 - as a snapshot is made
        self.loop.advance(REST)
        self.chores.finish_all()
        return self.view

    @property
    def range(self) -> Range | None:
        """The range in the look for the frame on the canvas."""
        picture, _ = self.shown
        frame = None if picture is None else picture.source
        return self.levels.look.range_of(None if frame is None else kind_of(frame))

    def auto(self) -> Range | None:
        self.levels.auto()
        self.chores.finish_all()
        return self.range


# Before anything is chosen


@pytest.mark.parametrize(
    ("first", "locked", "shown", "words"),
    [
        (BYTES, None, Range(0, 255), ""),
        (colours("u1"), None, Range(0, 255), ""),
        (colours("u2"), None, Range(0, 65535), ""),
        (LIGHT, None, Range(0, 1), ""),
        (OF_12_BITS, None, Range(0, 4095), "0–4,095 γ 1.0"),
        (ramp(), RANGE, RANGE, "100–2,000 γ 1.0 locked"),
        (frame([0.25, 0.5], "f4"), Range(0.25025, 0.49975), Range(0.25025, 0.49975), "0.2502–0.4998 γ 1.0 locked"),
        (BY_IMAGEJ, Range(0, 4000), Range(0, 4000), "0–4,000 γ 1.0 locked"),
        (frame([-5, 10], "i2"), Range(-5, 10), Range(-5, 10), "-5 to 10 γ 1.0 locked"),
    ],
)
def test_the_range_of_the_frame_first_shown_is_locked_where_frames_can_differ(
    first: Frame, locked: Range | None, shown: Range, words: str
) -> None:
    bench = Bench()
    view = bench.put(1, first)
    assert (bench.range, view.words, view.is_locked) == (locked, words, True)
    assert view.range == pytest.approx(shown)
    assert bench.changes == [bench.levels.look] * (locked is not None)
    assert (view.origin, view.warning, bench.remembered()) == ("", "", None)
    other = replace(first, planes=tuple(plane * 2 for plane in first.planes))
    after = bench.put(2, other)
    assert (after.range, after.words, len(bench.changes)) == (view.range, words, locked is not None)


def test_opened_in_the_middle_the_range_is_said_to_be_of_that_frame_and_one_click_takes_that_of_the_first() -> None:
    bench = Bench()
    assert bench.put(512, ramp()).origin == "range of frame 512"
    assert bench.put(1, ramp(5, 50)).range == RANGE
    bench.levels.use_first_frame()  # it has been seen
    assert (bench.view.range, bench.view.origin, bench.asked) == (Range(5, 50), "", [])
    bench.levels.reset()
    assert (bench.view.range, bench.view.origin) == (RANGE, "range of frame 512")


def test_the_first_frame_is_read_for_its_range_if_need_be() -> None:
    bench = Bench()
    bench.put(512, ramp())
    bench.levels.use_first_frame()
    assert (bench.asked, bench.view.range) == (["/shots/a.0001.tif"], RANGE)
    bench.put(513, ramp(1, 2))
    bench.chores.finish_all()
    assert (bench.view.range, bench.view.origin) == (Range(5, 50), "")
    assert [look.ranges[GREY_16] for look in bench.changes] == [RANGE, (5, 50)]


@pytest.mark.parametrize("nothing", [[np.nan] * 2, [-np.inf, np.nan]])
def test_a_frame_without_samples_that_count_locks_nothing(nothing: list[float]) -> None:
    bench = Bench()
    empty, full = frame(nothing, "f4"), frame([3.0, 9.0], "f4")
    kind = kind_of(full)
    assert bench.put(1, empty).range == (0, 1)
    assert bench.levels.look == AS_IT_IS
    assert bench.auto() is None
    assert bench.refresher.complaint == "No sample of this frame counts: it has no range to take."
    view = bench.put(2, full)
    assert (bench.levels.look.ranges[kind], view.origin) == (automatic_range(full), "range of frame 2")
    assert bench.put(1, empty).range == automatic_range(full)


@pytest.mark.parametrize("is_empty", [False, True])
def test_each_reset_gives_the_range_of_the_frame_first_shown_though_it_was_shown_with_another(
    *, is_empty: bool
) -> None:
    bench = Bench(ChosenLook(ranged(Range(7, 8))))
    first = bench.first = frame([65535] * 4) if is_empty else ramp(5, 50)  # the largest number marks gaps

    def pass_by(number: int, each: Frame) -> None:  # as pictures come, measured where the look has no range for them
        range_ = None if bench.levels.look.range_of(GREY_16) else automatic_range(each)
        picture = Picture(each.size, "", each, None, kind=GREY_16, range=range_)
        bench.shown = picture, FrameNumber(number)
        bench.levels.note_picture(FrameNumber(number), picture)

    pass_by(1, first)
    bench.levels.toggle_lock()
    pass_by(18, ramp())
    pass_by(19, ramp(1, 2))
    expected = RANGE if is_empty else Range(5, 50)
    for number in (21, 22):
        bench.levels.reset()
        bench.chores.finish_all()
        pass_by(number, ramp(3, 4))
        assert bench.view.range == expected
        bench.levels.set_range(1, 9)
    assert bench.asked == ["/shots/a.0001.tif"]


def test_a_frame_first_shown_that_is_gone_leaves_its_lock_to_the_next() -> None:
    bench = Bench(ChosenLook(ranged(Range(7, 8))))
    for number in (5, 6):
        bench.levels.note_frame(FrameNumber(number), GREY_16, None)
    bench.first = ramp(1, 2)
    bench.levels._reader = lambda path: (lambda: bench.first) if "0006" in path else pytest.fail  # noqa: SLF001
    bench.levels.reset()
    bench.chores.finish_all()
    assert bench.levels.look == ranged(Range(1, 2))


def test_a_first_frame_of_another_kind_has_no_range_for_this_one() -> None:
    bench = Bench()
    bench.put(512, ramp())
    bench.first = colours()
    bench.levels.use_first_frame()
    bench.chores.finish_all()
    assert bench.view.range == RANGE
    assert "another kind" in bench.refresher.complaint


def test_what_is_chosen_meanwhile_goes_before_the_first_frame() -> None:
    bench = Bench()
    bench.put(512, ramp())
    bench.levels.use_first_frame()
    bench.levels.set_range(1, 2)
    bench.note(1, ramp(5, 50))
    assert bench.view.range == (1, 2)


def test_a_frame_of_another_kind_is_shown_with_its_own_range_and_that_is_said() -> None:
    bench = Bench()
    bench.put(1, ramp())
    view = bench.put(2, BYTES)
    own = "own range: the lock is for other kinds"
    assert (view.range, view.words, view.origin) == ((0, 255), f"0–255 γ 1.0 · {own}", own)
    assert bench.put(4, ramp(7, 8)).range == RANGE
    assert bench.levels.look == ranged(RANGE)


def test_each_kind_is_locked_to_its_first_frame_that_was_shown() -> None:
    bench = Bench()
    floats, signed = frame([0.0, 4.0], "f4"), frame([5, 10], "i4")
    expected = {3: floats, 1: ramp(), 2: signed}
    for number, each in expected.items():  # opened at a frame of a rare kind
        assert bench.put(number, each).range == automatic_range(each)
    for first, other in ((floats, frame([0.0, 8.0], "f4")), (ramp(), ramp(7, 8)), (signed, frame([1, 2], "i4"))):
        view = bench.put(9, other)
        assert view.range == automatic_range(first)
        assert " locked" in view.words
    assert [bench.put(9, each).origin for each in expected.values()] == ["range of frame 3", "", "range of frame 2"]
    assert bench.view.origin_frame is None, "the first frame is of another kind: its range is of no use"
    assert bench.changes[-1].ranges == {kind_of(each): automatic_range(each) for each in expected.values()}


def test_a_range_that_is_chosen_holds_for_the_kind_it_was_chosen_on() -> None:
    bench = Bench()
    floats = frame([0.0, 4.0], "f4")
    chosen = [(1, ramp(), Range(50.0, 60.0)), (2, BYTES, Range(20.0, 200.0)), (3, floats, Range(1.0, 2.0))]
    for number, each, range_ in chosen:
        bench.put(number, each)
        bench.levels.set_range(*range_)
    again = Bench(bench.remembered())
    for number, each, range_ in chosen:
        assert bench.put(number, each).range == again.put(number, each).range == range_
    bench.put(2, BYTES)
    bench.levels.set_range(0, 255)
    assert [bench.put(number, each).range for number, each, _ in chosen] == [(50, 60), (0, 255), (1, 2)]


def test_the_first_frame_that_needs_a_lock_gives_it() -> None:
    bench = Bench()
    bench.put(1, BYTES)
    bench.put(2, ramp())
    assert bench.put(3, ramp(7, 8)).range == RANGE
    assert bench.view.origin == "range of frame 2"


def test_a_range_from_the_command_line_goes_before_everything_but_what_is_chosen_after_it() -> None:
    bench = Bench(ChosenLook(ranged(Range(1.0, 2.0), gamma=2.0)), fixed=Range(10.0, 20.0))
    view = bench.put(512, ramp())
    assert (view.range, view.origin, view.words) == ((10, 20), "", "10–20 γ 2.0 locked")
    assert bench.put(513, BYTES).range == (10, 20)
    bench.put(514, ramp())
    bench.levels.set_gamma(1)
    assert bench.view.range == Range(10, 20)
    bench.levels.set_range(3, 4)
    assert bench.range == Range(3, 4)
    bench.levels.reset()
    assert (bench.view.words, bench.remembered()) == ("10–20 γ 1.0 locked", None)
    bench.levels.set_locked(False)
    assert bench.view.words == "auto each frame 100–2,000"
    bench.levels.set_fixed(Range(0.0, 9.0))
    assert (bench.view.range, bench.levels.is_locked) == ((0, 9), True)


# What the user chooses

VERBS: list[tuple[Callable[[Levels], None], dict[str, Any], str]] = [
    (lambda levels: levels.set_gamma(2.2), {"gamma": 2.2}, "100–2,000 γ 2.2 locked"),
    (lambda levels: levels.set_gamma(0.0), {"gamma": 0.1}, "100–2,000 γ 0.1 locked"),
    (lambda levels: levels.set_exposure(1.5), {"exposure": 1.5}, "100–2,000 γ 1.0 locked · +1.5 stops"),
    (lambda levels: levels.set_exposure(-99), {"exposure": -30.0}, "100–2,000 γ 1.0 locked · -30 stops"),
    (lambda levels: levels.set_curve(Curve.LOG), {"curve": Curve.LOG}, "100–2,000 γ 1.0 locked · log"),
    (
        lambda levels: levels.set_colour_map("viridis"),
        {"colour_map": "viridis"},
        "100–2,000 γ 1.0 locked · viridis",
    ),
    (lambda levels: levels.set_inverted(True), {"is_inverted": True}, "100–2,000 γ 1.0 locked · inverted"),
    (lambda levels: levels.set_marks(True), {"marks": True}, "100–2,000 γ 1.0 locked"),
    (lambda levels: levels.choose_channel("depth"), {"channel": "depth"}, "100–2,000 γ 1.0 locked"),
]

TOGGLES = [Levels.toggle_lock, Levels.toggle_inverted, Levels.toggle_marks, Levels.next_colour_map, Levels.reset]


@pytest.mark.parametrize(("verb", "values", "words"), VERBS)
def test_what_is_chosen_is_shown_once_said_and_remembered_without_the_range_that_was_not(
    verb: Callable[[Levels], None], values: dict[str, Any], words: str
) -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.changes.clear()
    verb(bench.levels)
    assert bench.changes == [ranged(RANGE, **values)]
    assert bench.remembered() == ChosenLook(Look(**values))
    assert bench.view.words == words
    verb(bench.levels)
    assert len(bench.changes) == 1
    bench.levels.reset()
    assert (bench.remembered(), bench.levels.look) == (None, ranged(RANGE))


def test_a_range_is_chosen_for_the_kind_on_screen() -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.levels.set_range(50, 60.5)
    assert bench.remembered() == ChosenLook(ranged(Range(50, 60.5)))
    assert bench.view.words == "50–60.5 γ 1.0 locked"
    assert bench.put(2, BYTES).range == (0, 255)
    bench.put(1, ramp())
    smaller, limits = "Black must be a smaller number than white.", "Black and white go from -1e+200 to 1e+200."
    wrong: dict[tuple[float, float], str] = {(2, 2): smaller, (3, 2): smaller, (float("nan"), 2): smaller}
    wrong |= dict.fromkeys([(0, float("inf")), (0, 1.1e200), (-1e201, 0)], limits)
    for ends, said in wrong.items():
        bench.refresher.complaint = ""
        bench.levels.set_range(*ends)
        assert (bench.refresher.complaint, bench.range) == (said, (50, 60.5))


def test_the_range_that_bytes_have_anyway_is_none() -> None:
    bench = Bench()
    bench.put(1, BYTES)
    bench.levels.set_range(20, 200)
    assert bench.view.words == "20–200 γ 1.0 locked"
    bench.levels.set_range(0, 255)
    assert (bench.levels.look, bench.remembered(), bench.view.words) == (AS_IT_IS, None, "")


def test_what_is_remembered_is_shown_again_and_goes_before_the_first_frame() -> None:
    chosen = ChosenLook(ranged(Range(7.0, 8.0), marks=True))
    bench = Bench(chosen)
    assert bench.levels.look == chosen.look
    view = bench.put(512, ramp())
    assert (view.range, view.origin, bench.changes) == ((7, 8), "", [])
    bench.levels.reset()
    assert (bench.view.range, bench.view.origin) == (RANGE, "range of frame 512")
    assert bench.here.look is None


def test_what_another_window_has_chosen_is_shown_and_another_sequence_begins_anew() -> None:
    bench = Bench()
    bench.put(512, ramp())
    taken = bench.here.with_settings(SequenceSettings(look=ChosenLook(Look(gamma=3.0))), 24)
    bench.levels.follow(taken)
    assert bench.levels.look == ranged(RANGE, gamma=3.0)
    grown = successor(taken, (taken.sequence,), 0, None, NOTHING, Preferences())
    bench.levels.follow(grown)
    assert bench.levels.look == ranged(RANGE, gamma=3.0)
    bench.levels.follow(opened(head="b."))
    assert bench.levels.look == AS_IT_IS
    bench.levels.follow(None)
    bench.levels.set_gamma(2)
    bench.levels.set_locked(False)
    bench.levels.reset()
    bench.note(1, ramp())
    bench.levels.use_first_frame()
    assert (bench.levels.look, bench.asked, bench.levels.view(None, None).words) == (AS_IT_IS, [], "")


@given(st.lists(st.sampled_from([*(each[0] for each in VERBS), *TOGGLES])))
@settings(max_examples=30)
def test_whatever_is_chosen_the_next_time_it_looks_the_same(verbs: list[Callable[[Levels], None]]) -> None:
    bench = Bench()
    bench.put(1, ramp())
    for verb in verbs:
        verb(bench.levels)
    again = Bench(bench.remembered())
    again.put(1, ramp())
    assert again.levels.look == bench.levels.look
    assert again.levels.is_locked == bench.levels.is_locked


# Automatic levels and the lock


def test_each_press_of_auto_cuts_more_until_anything_comes_between() -> None:
    bench = Bench()
    wide = frame(np.arange(10_001))
    bench.put(1, wide)
    expected = [automatic_range(wide, cut) for cut in (0.1, 0.35, 1, 3, 0.1)]
    assert [bench.auto() for _ in range(5)] == expected
    assert bench.remembered() == ChosenLook(ranged(expected[0]))
    bench.auto()
    bench.levels.set_gamma(2)
    assert bench.auto() == expected[0]
    bench.auto()
    bench.put(2, frame(np.arange(10_001)))
    assert bench.auto() == expected[0]


def test_of_presses_in_quick_succession_the_newest_counts_and_one_is_measured_at_a_time() -> None:
    bench = Bench()
    wide = frame(np.arange(10_001))
    bench.put(1, wide)
    bench.changes.clear()
    for _ in range(4):
        bench.levels.auto()
    assert len(bench.chores.waiting) == 1
    assert bench.chores.finish_all() == 2
    assert [look.ranges[GREY_16] for look in bench.changes] == [automatic_range(wide, 3)]
    bench.levels.auto()
    bench.levels.set_range(1, 2)  # is asked for later
    bench.chores.finish_all()
    assert bench.range == (1, 2)


def test_auto_of_one_channel_and_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    assert bench.auto() is None
    bench.put(1, frame([[1, 10], [1, 10], [9, 99], [9, 99]], "u2", ("a", "b")))
    bench.levels.choose_channel("b")
    assert bench.auto() == (10, 99)

    def fail(*_args: object) -> Range:
        raise MemoryError

    monkeypatch.setattr("viewer.model.levels.automatic_range", fail)
    assert bench.auto() == (10, 99)
    assert "cannot be measured" in bench.refresher.complaint


def test_unlocked_each_frame_has_its_own_range() -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.levels.toggle_lock()
    assert (bench.levels.look, bench.remembered()) == (AS_IT_IS, ChosenLook(is_locked=False))
    view = bench.put(2, ramp(96, 3810))
    assert (view.range, view.words, view.is_locked) == ((96, 3810), "auto each frame 96–3,810", False)
    bench.levels.set_gamma(2)
    assert bench.view.words == "auto each frame 96–3,810 γ 2.0"
    assert bench.put(3, BYTES).words == "0–255 γ 2.0"
    bench.put(2, ramp(96, 3810))
    bench.levels.toggle_lock()
    assert (bench.view.words, bench.refresher.complaint) == ("100–2,000 γ 2.0 locked", "")
    assert bench.remembered() == ChosenLook(Look(gamma=2.0))


@pytest.mark.parametrize("fixed", [None, Range(10.0, 20.0)])
@pytest.mark.parametrize("verb", [lambda _: None, lambda bench: bench.levels.set_range(50, 60), Bench.auto])
@pytest.mark.parametrize("is_reopened", [False, True])
def test_unlocked_and_locked_again_all_is_as_it_was(
    verb: Callable[[Bench], None],
    fixed: Range | None,
    is_reopened: bool,  # noqa: FBT001 - a case
) -> None:
    bench = Bench(fixed=fixed)
    bench.put(1, ramp())
    verb(bench)
    before, shown = bench.levels.look, bench.view
    bench.levels.toggle_lock()
    assert (bench.view.words, bench.view.range) == ("auto each frame 100–2,000", RANGE)
    if is_reopened and fixed is None:
        bench = Bench(bench.remembered())
        bench.put(1, ramp())
        assert not bench.levels.is_locked
    bench.levels.toggle_lock()
    assert (bench.levels.look, bench.view) == (before, shown)
    bench.levels.toggle_lock()
    bench.levels.set_range(7, 8)
    assert (bench.view.range, bench.levels.is_locked) == ((7, 8), True)


def test_opened_unlocked_the_lock_is_that_of_the_frame_first_shown() -> None:
    bench = Bench(ChosenLook(is_locked=False))
    bench.shown = Picture(Size(4, 1), "", ramp(), None), FrameNumber(5)
    assert (bench.view.range, bench.view.words) == (None, "auto each frame")
    bench.note(5, ramp())
    assert bench.put(6, ramp(7, 8)).words == "auto each frame 7–8"
    bench.levels.set_locked(True)
    assert bench.view.words == "100–2,000 γ 1.0 locked · range of frame 5"


@pytest.mark.parametrize(
    ("samples", "span"),
    [(BYTES, "0–255"), (LIGHT, "0–1"), (colours("u2"), "0–65,535"), (frame([1, 2], "i1"), "-128 to 127")],
)
def test_where_nothing_is_measured_the_lock_says_so(samples: Frame, span: str) -> None:
    bench = Bench()
    bench.put(1, samples)
    for done, is_locked in (("Unlocked", False), ("Locked", True)):
        bench.refresher.complaint = ""
        bench.levels.toggle_lock()
        said = f"{done}. The range of this frame, {span}, is not measured: it follows from its kind or its file."
        assert (bench.refresher.complaint, bench.view.words, bench.view.is_locked) == (said, "", is_locked)
    assert bench.remembered() is None
    bench.levels.set_range(20, 200)
    bench.levels.toggle_lock()
    assert bench.refresher.complaint.startswith("Unlocked. ")
    bench.refresher.complaint = ""
    bench.levels.toggle_lock()
    assert (bench.refresher.complaint, bench.view.words[:19]) == ("", "20–200 γ 1.0 locked")


# The curves of light and of film

FILM = frame([[1, 2, 3]], "u2", RGB, bits=10, transfer=TransferCurve.FILM)


@pytest.mark.parametrize(
    ("samples", "verb", "curve", "words"),
    [
        (LIGHT, None, "sRGB curve", ""),
        (LIGHT, ("set_gamma", 2), "sRGB curve", "0–1 γ 2.0 · sRGB curve"),
        (LIGHT, ("set_range", 0, 2), "sRGB curve", "0–2 γ 1.0 locked · sRGB curve"),
        (LIGHT, ("set_curve", Curve.LOG), "sRGB curve", "0–1 γ 1.0 · sRGB curve · log"),
        (
            frame([1.0, 3], "f4", ("Z",), transfer=TransferCurve.LINEAR),
            None,
            "",
            "1.002–2.998 γ 1.0 locked",
        ),
        (
            frame([[0.1, 0.2, 0.3, 5]], "f4", (*RGB, "Z"), transfer=TransferCurve.LINEAR),
            ("choose_channel", "Z"),
            "",
            "0–1 γ 1.0 · channel Z, 4 of 4",
        ),
        (FILM, None, "film curve", ""),
        (FILM, ("set_exposure", 0.25), "film curve", "0–1,023 γ 1.0 · film curve · +0.25 stops"),
        (ramp(), None, "", "100–2,000 γ 1.0 locked"),
        (
            frame([[1, 2, 3, 0.5]], "f4", (*RGB, "A"), transfer=TransferCurve.LINEAR, alpha=Alpha.STRAIGHT),
            ("choose_channel", "A"),
            "",
            "0–1 γ 1.0 · channel A, 4 of 4",
        ),
    ],
)
def test_the_curve_that_numbers_are_shown_through_is_named(
    samples: Frame, verb: tuple[Any, ...] | None, curve: str, words: str
) -> None:
    bench = Bench()
    bench.put(1, samples)
    if verb:
        getattr(bench.levels, verb[0])(*verb[1:])
    assert (bench.view.curve, bench.view.words) == (curve, words)


@pytest.mark.parametrize(
    ("stops", "said"), [(1, "+1"), (-2, "-2"), (0.25, "+0.25"), (-0.5, "-0.5"), (1.125, "+1.125"), (30, "+30")]
)
def test_an_exposure_is_said_with_the_places_that_were_set(stops: float, said: str) -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.levels.set_exposure(stops)
    assert bench.view.words == f"100–2,000 γ 1.0 locked · {said} stops"


# Channels and colours


@pytest.mark.parametrize(
    ("on_screen", "channels", "keys", "shown"),
    [
        (BYTES, RGB, "R R G Y Y B", ["R", "", "G", "Y", "", "B"]),
        (frame([[1, 2, 3, 4]], "u2", (*RGB, "A")), (*RGB, "A"), "A A", ["A", ""]),
        (frame([[1, 2]], "u2", ("a.R", "b.R")), ("a.R", "b.R"), "R R Y", ["R", "", ""]),
        (ramp(), GREY, "R Y", ["", ""]),
        (replace(BYTES, info=SampleInfo(is_grey=True)), GREY, "R Y", ["", ""]),
    ],
)
def test_a_key_shows_one_channel_alone_and_again_all(
    on_screen: Frame, channels: tuple[str, ...], keys: str, shown: list[str]
) -> None:
    bench = Bench()
    assert bench.put(1, on_screen).channels == channels
    found = []
    for key in keys.split():
        bench.levels.toggle_channel(key)
        found.append(bench.levels.look.channel)
    assert found == shown
    words = bench.view.words
    assert ("channel B" in words) == (shown[-1] == "B")


def test_a_channel_that_is_not_there_cannot_be_shown_and_that_is_said() -> None:
    bench = Bench()
    bench.levels.toggle_channel("R")
    assert bench.refresher.complaint == ""
    bench.put(1, BYTES)
    bench.levels.toggle_channel("A")
    assert bench.refresher.complaint == "A cannot be shown alone: this frame has the channels R, G, B."
    bench.put(2, ramp())
    bench.levels.toggle_channel("R")
    assert bench.refresher.complaint == "R cannot be shown alone: this frame has grey only."


def test_colours_for_grey_go_round_and_are_said_only_where_they_are_seen() -> None:
    bench = Bench()
    bench.put(1, BYTES)
    bench.levels.set_colour_map("no such")
    seen = []
    for _ in COLOUR_MAPS:
        seen.append(bench.levels.look.colour_map)
        bench.levels.next_colour_map()
    assert seen == list(COLOUR_MAPS)
    assert bench.levels.look == AS_IT_IS
    bench.levels.set_colour_map("viridis")
    assert bench.view.words == ""
    bench.levels.toggle_channel("G")
    assert bench.view.words == "0–255 γ 1.0 · channel G, 2 of 3 · viridis"


# What is measured of the frame on the canvas


@pytest.mark.parametrize(
    ("samples", "chosen", "warning"),
    [
        (ramp(), {}, ""),
        (ramp(), {"set_range": (3000, 4000)}, "All of this frame is black with this range. E: auto."),
        (ramp(), {"set_range": (1, 5)}, "All of this frame is white with this range. E: auto."),
        (
            ramp(),
            {"set_range": (1, 5), "set_inverted": (True,)},
            "All of this frame is black with this range. E: auto.",
        ),
        (ramp(), {"set_range": (3000, 4000), "set_exposure": (1,)}, ""),
        (ramp(), {"set_range": (200, 4000)}, ""),
        (ramp(1, 100), {"set_range": (0, 64_000)}, "All of this frame is black with this range. E: auto."),
        (ramp(1, 100), {"set_range": (0, 64_000), "set_gamma": (5,)}, ""),
        (ramp(63_900, 63_999), {"set_range": (0, 64_000)}, "All of this frame is white with this range. E: auto."),
        (
            frame([*range(1, 100)] * 30 + [65_000]),
            {"set_range": (0, 64_000)},
            "Nearly all of this frame is black with this range. E: auto.",
        ),
        (frame([0] * 2999 + [5]), {}, ""),  # a background is no fault of a range
        (frame([0] * 2999 + [5]), {"set_range": (0, 9000)}, "All of this frame is black with this range. E: auto."),
        (frame([0.2, 0.21], "f2", RGB[:1], transfer=TransferCurve.LINEAR), {"set_range": (0, 9)}, ""),
        (
            frame([1] * 2999 + [50]),
            {"set_range": (40, 60)},
            "Nearly all of this frame is black with this range. E: auto.",
        ),
        (
            frame([8, 9], is_inverted=True),
            {"set_range": (20, 30)},
            "All of this frame is white with this range. E: auto.",
        ),
        (frame([8, 9], "u1"), {"set_range": (50, 60)}, "All of this frame is black with this range. E: auto."),
        (
            frame([[1, 8], [1, 9]], "u2", ("a", "b")),
            {"choose_channel": ("b",), "set_range": (1, 5)},
            "All of this frame is white with this range. E: auto.",
        ),
    ],
)
def test_a_range_that_leaves_a_frame_black_or_white_is_said(
    samples: Frame, chosen: dict[str, tuple[Any, ...]], warning: str
) -> None:
    bench = Bench()
    bench.put(1, samples)
    for verb, values in chosen.items():
        getattr(bench.levels, verb)(*values)
    assert bench.view.warning == ""
    assert bench.rest().warning == warning
    bench.levels.toggle_marks()
    assert bench.view.warning == warning
    bench.levels.reset()
    assert bench.view.warning == ""


@pytest.mark.parametrize(
    ("samples", "warning"),
    [
        (frame([7, 7]), "Every sample shown is 7, black with this range."),
        (frame([65535, 65535]), "Every sample shown is 65,535."),
        (frame([0.1, 0.1], "f4"), "Every sample shown is 0.1, black with this range."),
        (frame([0.123456, 0.123456], "f8"), "Every sample shown is 0.123456, black with this range."),
        (frame([np.nan, 7, -np.inf], "f4"), "Every finite sample shown is 7, black with this range."),
        (frame([np.nan] * 2, "f4"), "No sample shown is finite."),
        (frame([-np.inf] * 2, "f4"), "No sample shown is finite."),
        (
            frame([[0, 0, 0], [0, 0, 0]], "f2", RGB, transfer=TransferCurve.LINEAR),
            "Every sample shown is 0, black with this range.",
        ),
        (frame([[0, 0, 9000], [0, 0, 9000]], "u2", RGB), ""),
        (frame([1, 2]), ""),
    ],
)
@pytest.mark.parametrize("verb", [None, "toggle_lock", "auto"])
def test_what_a_frame_of_one_number_holds_is_said(samples: Frame, warning: str, verb: str | None) -> None:
    bench = Bench()
    bench.put(1, samples)
    if verb:
        getattr(bench.levels, verb)()
    assert bench.rest().warning == warning


def test_of_means_that_are_one_number_nothing_is_said() -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.shown = Picture(Size(4, 1), "", None, frame([500, 500], "f4")), FrameNumber(1)
    assert bench.rest().warning == ""


def test_of_bytes_that_are_shown_as_they_are_nothing_is_measured() -> None:
    bench = Bench()
    bench.put(1, BYTES)
    assert bench.rest().warning == ""
    bench.levels.set_range(20, 200)
    assert bench.rest().warning == "Every sample shown is 0, black with this range."


def test_samples_are_counted_when_the_panel_wants_them_and_the_frame_rests() -> None:
    bench = Bench()
    bench.put(1, BYTES)
    bench.rest()
    assert bench.touches > 0
    assert not bench.chores.waiting
    bench.levels.want_counts(True)
    for number in range(2, 9):  # a key is held
        bench.put(number, replace(BYTES))
        bench.loop.advance(REST / 2)
        assert not bench.chores.waiting
        assert bench.view.counts is None
    counts = bench.rest().counts
    assert counts is not None
    assert (counts.names, counts.counts.sum()) == (RGB, 24)
    bench.levels.set_gamma(2)
    bench.levels.set_range(1, 2)
    assert bench.rest().counts is counts
    picture, at = bench.shown
    assert picture is not None
    bench.shown = replace(picture, display=BYTES), at  # the window has changed its size
    assert bench.rest().counts is counts
    bench.levels.toggle_channel("G")
    assert bench.view.counts is None
    counts = bench.rest().counts
    assert counts is not None
    assert counts.names == ("G",)
    bench.levels.want_counts(False)
    assert bench.view.counts is None
    bench.levels.want_counts(True)
    bench.view  # noqa: B018 - as a snapshot is made
    bench.levels.close()
    bench.loop.advance(1)
    assert not bench.chores.waiting


def test_what_was_measured_of_another_frame_counts_no_more() -> None:
    bench = Bench()
    bench.levels.want_counts(True)
    bench.put(1, ramp())
    bench.loop.advance(REST)
    assert len(bench.chores.waiting) == 1
    for number in (2, 3, 4):
        bench.put(number, ramp(number, 10))
        bench.loop.advance(REST)
        assert len(bench.chores.waiting) == 1
    bench.chores.finish()
    views = [bench.view]
    assert bench.chores.finish_all() == 1
    views.append(bench.view)
    before, counts = (view.counts for view in views)
    assert before is None
    assert counts is not None
    assert counts.range == (4, 11)


def test_a_frame_that_cannot_be_measured_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise MemoryError

    bench = Bench()
    bench.levels.want_counts(True)
    with monkeypatch.context() as patched:
        patched.setattr(measuring, "histogram", fail)
        bench.put(1, ramp())
        assert bench.rest().counts is None
    bench.put(2, ramp())
    assert bench.rest().counts is not None


def test_of_a_thumbnail_that_stands_in_nothing_is_measured() -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.levels.want_counts(True)
    bench.shown = Picture(Size(4, 1), "", None, None, ramp(1, 2)), FrameNumber(2)
    assert (bench.rest().counts, bench.auto()) == (None, None)
    assert bench.view.words == "100–2,000 γ 1.0 locked"
    bench.shown = None, FrameNumber(3)
    assert (bench.view.words, bench.view.range, bench.view.look) == ("", None, ranged(RANGE))
    bench.shown = Picture(Size(4, 1), "", None, None), FrameNumber(1)
    assert bench.view.words == ""


@pytest.mark.parametrize(
    ("samples", "limits", "kind"),
    [
        (BYTES, (0, 255), "plain whole"),
        (ramp(), (0, 65535), "whole"),
        (frame([1, 2], "u2", bits=12), (0, 4095), "whole"),
        (frame([1, 2], "i2"), (-32768, 32767), "whole"),
        (frame([0.5, 3], "f4"), (0.5, 3), ""),
    ],
)
def test_a_range_can_be_chosen_within_what_the_type_has_or_the_frame(
    samples: Frame, limits: tuple[float, float], kind: str
) -> None:
    bench = Bench()
    bench.put(1, samples)
    bench.levels.want_counts(True)
    view = bench.rest()
    assert (view.limits, view.is_whole, view.is_plain) == (limits, "whole" in kind, "plain" in kind)
    bench.levels.set_range(-1e6, 1e6)
    assert bench.view.limits == (-1e6, 1e6)


def test_a_copy_without_its_frame_is_what_was_noted_of_that() -> None:
    bench = Bench()
    bench.put(1, ramp())
    bench.shown = Picture(Size(4, 1), "", None, frame([100.5, 7], "f4")), FrameNumber(1)
    assert (bench.view.is_whole, bench.view.range) == (True, RANGE)


def test_not_all_frames_of_a_long_sequence_are_kept_in_mind() -> None:
    bench = Bench()
    bench.levels.set_locked(False)
    picture, kind = Picture(Size(4, 1), "", ramp(), None), kind_of(ramp())
    for number in range(MOST_NOTES + 1):
        bench.levels.note_frame(FrameNumber(number), kind, None, RANGE)
    assert bench.levels.view(picture, FrameNumber(0)).range is None
    assert bench.levels.view(picture, FrameNumber(1)).range == RANGE


def test_jobs_run_one_at_a_time_and_of_those_that_wait_the_newest() -> None:
    loop = HandLoop()
    chores = HandExecutor(loop, 1)
    newest, done = NewestJob(chores), []

    def submit(name: str, then: str = "") -> None:
        newest.submit(lambda: done.append(name), lambda _outcome: submit(then) if then else None)

    for name in "abc":
        submit(name)
    chores.finish_all()
    submit("d", then="e")
    submit("f")
    chores.finish_all()
    assert done == ["a", "c", "d", "e"]
