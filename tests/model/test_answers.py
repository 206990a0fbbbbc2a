"""What the window answers to commands, in few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from viewer.core.display.look import Look
from viewer.core.frame import FrameNumber
from viewer.core.storage.transfer import Stamp
from viewer.model import messages
from viewer.model.answers import answer, nothing_to
from viewer.model.commands import COMMANDS
from viewer.model.preferences import Preferences, rows
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import LevelsView, SequenceView, ViewState

OPEN = SequenceView("shot.[1-9].png", "/shots", 1, 9, 9, (), 1, 1)


def changed(**values: str) -> dict[str, Any]:
    return {"preferences": Preferences().changed(**values)}


def look(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - of the look
    return {"levels": LevelsView(Look(**values))}


@pytest.mark.parametrize(
    ("command", "after", "words"),
    [
        ("mark_in", {"mark_in": 3}, "In 3"),
        ("clear_in", {}, "No in point"),
        ("mark_out", {"mark_out": 8}, "Out 8"),
        ("clear_out", {}, "No out point"),
        ("bookmark", {"bookmarks": (Bookmark(5),)}, "Bookmark at 5"),
        ("bookmark", {"bookmarks": (Bookmark(6),)}, "No bookmark at 5"),
        ("bookmark", {"bookmarks": (Bookmark(5, "jump"),), "message": "The bookmark at 5 has a note."}, ""),
        ("repeat", changed(repeat="pingpong"), "Ping-pong"),
        ("real_time", changed(play_policy="real"), "Real time"),
        ("show_time", changed(show_time="timecode"), "Time code"),
        ("ground", changed(ground="grey"), "Behind transparent parts: grey"),
        ("lock_levels", {"levels": LevelsView(is_locked=False)}, "A range for each frame"),
        ("red", look(channel="R"), "Channel R alone"),
        ("red", {}, "All channels"),
        ("next_colour_map", look(colour_map="viridis"), "Colours: viridis"),
        ("invert", look(is_inverted=True), "Inverted"),
        ("marks", {}, "Marks off"),
        ("play", {}, ""),
        ("mark_in", {"sequence": None}, ""),
    ],
)
def test_a_command_with_a_small_effect_is_answered(command: str, after: dict[str, Any], words: str) -> None:
    state = replace(ViewState(sequence=OPEN, number=FrameNumber(5)), **after)
    assert answer(command, state) == words


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (ViewState(), "no sequence is open"),
        (ViewState(sequence=OPEN, problem="There is no file.", problem_kind="gap"), "this frame is missing"),
        (ViewState(sequence=OPEN, problem="It is cut off.", problem_kind="unreadable"), "this frame cannot be shown"),
        (ViewState(sequence=OPEN), "this frame is still loading"),
    ],
)
def test_it_is_said_why_nothing_is_copied(state: ViewState, why: str) -> None:
    assert nothing_to("copy", state) == f"Nothing to copy: {why}"


def test_the_facts_of_a_file_are_those_that_are_known() -> None:
    day = 24 * 3600 * 10**9
    now = 100 * day / 10**9
    assert messages.facts(None, now) == ""
    assert messages.facts(Stamp(900, 0), now) == "900 bytes"
    assert messages.facts(Stamp(1_130_000, 99 * day), now).startswith("1.1 MB · written yesterday ")


@pytest.mark.parametrize("name", ["repeat", "ground"])
def test_a_command_that_goes_round_names_the_choices_as_the_preference_does(name: str) -> None:
    text = next(command.text.lower() for command in COMMANDS if command.name == name)
    assert [choice for _, choice in dict(rows())[name].choices if choice.lower() not in text] == []
