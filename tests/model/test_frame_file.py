"""What is done with the file of the frame on screen: saved, read anew, shown and opened by other programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from viewing import Viewing, content, numbered

from viewer.core.display.orientation import Orientation
from viewer.model import other_programs
from viewer.model.frame_file import FOLDER_WITHIN, ToSave

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def viewing(tmp_path: Path) -> Viewing:
    viewing = Viewing(numbered(3), memory_folder=tmp_path / "memory")
    viewing.begin("/shots")
    viewing.settle()
    return viewing


def save(viewing: Viewing, path: Path, *, replaces: bool = False, what: ToSave | None = None) -> list[str]:
    """Saves the file, or ``what`` is given; returns what was asked."""
    asked: list[str] = []
    what = what or viewing.model.frame_file.to_save()
    assert what is not None
    viewing.model.frame_file.save(what, str(path), lambda: asked.append("there"), replaces=replaces)
    for _ in range(2):
        viewing.loop.turn()
        viewing.chores.finish_all()
        viewing.settings_executor.finish_all()
    viewing.loop.turn()
    return asked


def test_the_file_is_saved_as_it_was_read_and_over_another_only_when_that_was_agreed(
    viewing: Viewing, tmp_path: Path
) -> None:
    target = tmp_path / "saved.png"
    assert save(viewing, target) == []
    assert target.read_bytes() == b"picture 1"
    assert viewing.state.news == f"Saved saved.png (9 bytes) in {tmp_path}"
    viewing.model.go_to(2)
    viewing.settle()
    assert save(viewing, target) == ["there"]
    assert target.read_bytes() == b"picture 1"
    assert save(viewing, target, replaces=True) == []
    assert target.read_bytes() == b"picture 2"
    what = ToSave(str(target), "saved.png", lambda: b"picture 3")
    assert save(viewing, target, what=what) == [], "no question for what is never done"
    assert viewing.state.message == (
        "saved.png was not saved: it is the file on screen itself, which is never written to. "
        "Choose another name or folder."
    )
    assert target.read_bytes() == b"picture 2"
    seen = len(viewing.states)
    save(viewing, target, what=what)
    said = [state.message for state in viewing.states[seen:]]
    assert [bool(each) for each in dict.fromkeys(said)] == [False, True], "what was put away is said anew"
    gone = tmp_path / "no"
    assert save(viewing, gone / "folder.png") == []
    assert viewing.state.message == (
        f"folder.png was not saved: {gone} is no folder that takes files, or not there any more. Choose another folder."
    )
    assert (
        save(viewing, tmp_path / "read.png", what=ToSave("/shots/a.0003.png", "a.0003.png", lambda: b"picture 3")) == []
    )
    assert (tmp_path / "read.png").read_bytes() == b"picture 3", "not held: it was read"


def test_one_is_saved_at_a_time(viewing: Viewing, tmp_path: Path) -> None:
    file = viewing.model.frame_file
    what = file.to_save()
    assert what is not None
    for name in ("a.png", "b.png"):
        file.save(what, str(tmp_path / name), lambda: None)
    assert viewing.state.message == "a.png is still being saved: save b.png when that is done."
    viewing.settings_executor.finish_all()
    assert save(viewing, tmp_path / "b.png") == []
    assert (tmp_path / "b.png").exists()


def test_the_dialog_begins_where_there_is_a_folder_and_waits_for_none_that_hangs(
    viewing: Viewing, tmp_path: Path
) -> None:
    taken: list[str] = []
    viewing.model.frame_file.find_folder([str(tmp_path / "gone"), str(tmp_path), "/"], taken.append)
    viewing.chores.finish_all()
    viewing.model.frame_file.find_folder([str(tmp_path), "/home"], taken.append)
    viewing.loop.advance(FOLDER_WITHIN)
    viewing.chores.finish_all()
    assert taken == [str(tmp_path), "/home"]


def test_a_frame_is_read_anew_from_the_share_alone(viewing: Viewing) -> None:
    viewing.files["/shots/a.0001.png"] = b"another"
    viewing.files["/shots/a.0002.png"] = b"another one"
    viewing.model.frame_file.reload()
    assert list(viewing.under_way) == ["/shots/a.0001.png"]
    viewing.settle()
    assert content(viewing.state) == b"another"


def test_a_picture_is_turned_for_its_sequence_and_stays_so_when_levels_are_reset(
    viewing: Viewing, tmp_path: Path
) -> None:
    levels, sequence = viewing.model.levels, viewing.model.sequence
    sequence.rotate(1)
    sequence.flip(upside_down=False)
    levels.set_gamma(2.0)
    levels.reset()
    viewing.settle()
    shown = viewing.state.shown
    assert shown is not None
    assert shown.screen is not None
    assert (shown.orientation, shown.screen.frame.size) == (Orientation(3, is_mirrored=True), (10, 20))
    viewing.close()
    again = Viewing(numbered(3), memory_folder=tmp_path / "memory")
    again.begin("/shots")
    again.settings_executor.finish_all()
    again.settle()
    assert again.model.levels.look.orientation == Orientation(3, is_mirrored=True)
    again.model.sequence.rotate(1)
    again.model.sequence.flip(upside_down=False)
    again.settle()
    assert again.state.shown is not None
    assert again.state.shown.screen is None, "as the file has it nothing is made"
    again.close()


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (other_programs.showing("/a b/c,d.png", "linux")[0][-2], "array:string:file:///a%20b/c%2Cd.png"),
        (other_programs.showing("/a b/c.png", "linux")[1], ["xdg-open", "/a b"]),
        (other_programs.showing("/a/c.png", "darwin"), (["open", "-R", "/a/c.png"],)),
        (other_programs.showing("C:\\c.png", "win32"), (["explorer", "/select,", "C:\\c.png"],)),
        (other_programs.opening("/a/$(c).png", platform="linux"), (["xdg-open", "/a/$(c).png"],)),
        (other_programs.opening("/a/c.png", "gimp", "linux"), (["gimp", "/a/c.png"],)),
        (other_programs.opening("/a/c.png", "Preview", "darwin"), (["open", "-a", "Preview", "/a/c.png"],)),
    ],
)
def test_other_programs_are_started_from_lists_with_the_path_as_one_argument(
    commands: object, expected: object
) -> None:
    assert commands == expected


def test_the_next_command_is_tried_where_one_does_not_work_and_that_none_does_is_said(
    viewing: Viewing, tmp_path: Path
) -> None:
    made = tmp_path / "made; touch other"
    good = [sys.executable, "-c", "import sys; open(sys.argv[1], 'x').close()", str(made)]
    other_programs.run([["/no/such/program"], [sys.executable, "-c", "raise SystemExit(3)"], good])
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [made.name]
    viewing.model.frame_file.open_with("/no/such/program")
    viewing.chores.finish_all()
    assert viewing.state.message == (
        "a.0001.png cannot be opened with program: /no/such/program is not installed here."
    )
