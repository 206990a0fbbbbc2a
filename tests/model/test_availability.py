"""Which commands have what they need, from what the window shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from viewer.core.frame import FrameNumber
from viewer.model.commands import COMMANDS
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import NEEDS, FolderRow, FolderView, SequenceView, ViewState, is_available

ROWS = FolderRow("a.[1-9].png", 1, 9, 9, 0), FolderRow("b.[1-9].png", 1, 9, 9, 0)
FOLDER = FolderView("/shots", "", ROWS[:1], 0)
OPEN = ViewState(
    SequenceView("a.[1-9].png", "/shots", 1, 9, 9, (), 1, 1), FrameNumber(3), folder=FOLDER, reads_on=False
)


def test_only_commands_need_anything() -> None:
    assert set(NEEDS) <= {command.name for command in COMMANDS}


@pytest.mark.parametrize(
    ("before", "changes", "come"),
    [
        (ViewState(), {"listing": True}, {"sequences", "legend", "set_rate"}),
        (
            ViewState(listing=True),
            {"folder": FOLDER},
            {*("which_number", "filter"), *(each for each in NEEDS if "order_" in each)},
        ),
        (OPEN, {"path": "/shots/a.3.png"}, {"reload_frame", "show_in_folder", "open_with", "open_pages"}),
        (OPEN, {"bookmarks": (Bookmark(FrameNumber(3)),)}, {"previous_bookmark", "next_bookmark"}),
        (OPEN, {"mark_in": 0}, {"clear_in", "clear_points", "fill_range"}),
        (OPEN, {"mark_out": 0}, {"clear_out", "clear_points", "fill_range"}),
        (OPEN, {"folder": replace(FOLDER, rows=ROWS)}, {"next_sequence", "previous_sequence"}),
        (OPEN, {"folder": replace(FOLDER, parent="/")}, {"parent_folder"}),
        (OPEN, {"can_go_back": True, "can_go_forward": True}, {"back", "forward"}),
        (OPEN, {"reads_on": True}, {"stop_filling"}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_comes_with_what(before: ViewState, changes: dict[str, Any], come: set[str]) -> None:
    after = replace(before, **changes)
    assert {name for name in NEEDS if is_available(name, before) != is_available(name, after)} == come


def test_with_a_sequence_and_nothing_else_what_it_does_itself_is_there() -> None:
    there = {name for name in NEEDS if is_available(name, OPEN)}
    assert {"play", "next_frame", "zoom_2", "copy_picture", "save_file", "rotate_left", "bookmark", "fill"} <= there
    assert not there & {"clear_in", "next_bookmark", "show_in_folder", "back"}
