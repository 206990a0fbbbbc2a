"""The list of what is in the folder: its sequences with their small pictures, and on demand its subfolders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from viewing import LARGE, Viewing, numbered

from viewer.core.errors import CancelledError, StorageError
from viewer.core.play.playhead import Repeat
from viewer.core.units import MB
from viewer.model.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viewer.core.storage.transfer import Transfer
    from viewer.model.view_state import FolderView

NEAR_ALONE = Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE, fill_when_idle=False, thumbnails=False)


def three() -> dict[str, bytes | BaseException]:
    """Returns the files of three sequences, one of which has gaps."""
    files = numbered(90) | numbered(30, head="b.") | numbered(12, head="c.")
    del files["/shots/b.0007.png"], files["/shots/b.0020.png"], files["/shots/b.0021.png"]
    return files


def folder(viewing: Viewing) -> FolderView:
    """Returns the list in the newest snapshot."""
    view = viewing.state.folder
    assert view is not None
    return view


# Sequences


def test_it_lists_the_sequences_of_the_folder_and_which_one_is_open() -> None:
    viewing = Viewing(three())
    viewing.open("/shots")
    view = folder(viewing)
    assert [(row.label, row.first, row.last, row.count, row.missing) for row in view.rows] == [
        ("a.[0001-0090].png", 1, 90, 90, 0),
        ("b.[0001-0006,0008-0019,0022-0030].png", 1, 30, 27, 3),
        ("c.[0001-0012].png", 1, 12, 12, 0),
    ]
    assert (view.path, view.parent, view.chosen, view.subfolders, view.searching) == ("/shots", "/", 0, None, False)
    viewing.model.choose_sequence(2)
    assert folder(viewing).chosen == 2
    assert viewing.state.name == "c.0001.png"


def test_without_a_sequence_there_is_no_list() -> None:
    viewing = Viewing({"/texts/read.me": b""})
    viewing.model.open("/texts")
    viewing.list_folder()
    assert viewing.state.folder is None


def test_the_folders_in_a_folder_without_pictures_are_offered() -> None:
    viewing = Viewing({**numbered(3, "/takes/v2"), **numbered(2, "/takes/v10"), "/takes/notes.txt": b""})
    viewing.begin("/takes")
    assert viewing.state.message == "There are no pictures in /takes itself; it holds the folders v2 and v10."
    view = folder(viewing)
    assert (view.path, view.parent, view.rows, view.chosen, view.subfolders) == ("/takes", "/", (), -1, ("v2", "v10"))
    viewing.model.folder.open_subfolder("v10")
    assert viewing.state.folder is None
    viewing.list_folder()
    assert (folder(viewing).path, len(folder(viewing).rows), viewing.state.message) == ("/takes/v10", 1, "")
    viewing.model.folder.open_parent()
    viewing.list_folder()
    assert folder(viewing).subfolders == ("v2", "v10")


def test_pictures_that_are_not_read_are_mentioned_beside_those_that_are() -> None:
    viewing = Viewing({**numbered(3), "/shots/a.xcf": b"", "/shots/b.xcf": b""})
    viewing.open("/shots")
    assert (viewing.state.news, viewing.state.message) == ("Not read: 2 .xcf", "")
    viewing.loop.advance(60.0)
    assert (viewing.state.news, folder(viewing).unread) == ("", "Not read: 2 .xcf")


def test_the_top_has_no_folder_above_it() -> None:
    viewing = Viewing(numbered(3, ""))
    viewing.open("/")
    assert (folder(viewing).path, folder(viewing).parent) == ("/", "")


def test_it_is_the_same_object_while_nothing_changes() -> None:
    viewing = Viewing(three())
    viewing.open("/shots")
    before = folder(viewing)
    viewing.model.step(1)
    viewing.load()
    assert folder(viewing) is before


def test_frames_that_land_change_their_row() -> None:
    viewing = Viewing(three())
    viewing.open("/shots")
    viewing.storage.files |= numbered(14, head="c.") | numbered(2, head="d.")
    viewing.model.reload()
    viewing.list_folder()
    assert [(row.last, row.count) for row in folder(viewing).rows] == [(90, 90), (30, 27), (14, 14), (2, 2)]


def test_files_that_are_no_pictures_are_counted_until_they_are() -> None:
    files = {f"/shots/{head}.{number:04d}.png": b"picture" for head in "ab" for number in (1, 2, 3)}
    viewing = Viewing({**files, "/shots/a.0002.png": b"damaged", "/shots/a.0003.png": b"damaged"})
    viewing.open("/shots")
    viewing.settle()
    assert [row.unreadable for row in folder(viewing).rows] == [2, 0]
    viewing.storage.files["/shots/a.0003.png"] = b"picture 3"
    viewing.model.reload()
    viewing.list_folder()
    viewing.settle()
    assert [row.unreadable for row in folder(viewing).rows] == [1, 0]


@pytest.mark.parametrize("position", [-1, 3, 99])
def test_a_position_that_is_not_there_opens_nothing(position: int) -> None:
    viewing = Viewing(three())
    viewing.open("/shots", 5)
    viewing.model.choose_sequence(position)
    assert (viewing.state.name, viewing.state.number) == ("a.0005.png", 5)


def test_switching_back_and_forth_reads_nothing_again() -> None:
    viewing = Viewing(three())
    viewing.open("/shots")
    for by in (1, 1, -1, -1, 1):
        viewing.switch_sequence(by)
        viewing.load()
        assert viewing.state.is_true
    assert len(viewing.storage.reads) == len(set(viewing.storage.reads))


# Small pictures


def test_small_pictures_come_when_the_rows_are_to_be_seen_and_that_is_told() -> None:
    viewing = Viewing(three(), NEAR_ALONE, small=True)
    viewing.open("/shots")
    viewing.settle()
    assert [viewing.model.folder.thumbnail(position) is None for position in range(3)] == [False, True, True]
    before = folder(viewing).thumbnails
    viewing.model.folder.want_thumbnails([1, 2])
    viewing.settle()
    frames = [viewing.model.folder.thumbnail(position) for position in range(3)]
    assert [frame and frame.info.icc for frame in frames] == [b"picture 1"] * 3
    assert folder(viewing).thumbnails == before + 2
    assert [row.size for row in folder(viewing).rows] == [LARGE] * 3


def test_only_those_rows_are_read_that_are_to_be_seen() -> None:
    viewing = Viewing(three(), NEAR_ALONE, small=True)
    viewing.open("/shots")
    viewing.model.folder.want_thumbnails([2])
    viewing.settle()
    assert "/shots/c.0001.png" in viewing.storage.reads
    assert "/shots/b.0001.png" not in viewing.storage.reads


def test_the_frame_on_screen_goes_before_the_small_pictures() -> None:
    viewing = Viewing(three(), NEAR_ALONE, small=True)
    viewing.model.open("/shots")
    viewing.list_folder()
    viewing.model.folder.want_thumbnails([1, 2])
    assert next(iter(viewing.under_way)) == "/shots/a.0001.png"


def test_a_picture_that_cannot_be_read_is_not_asked_for_again_and_again() -> None:
    files = three()
    files["/shots/c.0001.png"] = b"damaged"
    viewing = Viewing(files, NEAR_ALONE)
    viewing.open("/shots")
    viewing.model.folder.want_thumbnails([2])
    viewing.settle()
    viewing.loop.advance(10)
    viewing.settle()
    assert viewing.storage.reads.count("/shots/c.0001.png") <= 2
    assert viewing.model.folder.thumbnail(2) is None


def test_pictures_that_leave_no_small_ones_are_read_once_for_all() -> None:
    viewing = Viewing(three(), NEAR_ALONE)
    viewing.open("/shots")
    viewing.model.folder.want_thumbnails([0, 1, 2])
    for _ in range(4):
        viewing.settle()
        viewing.loop.advance(3)
    assert len(viewing.storage.reads) == len(set(viewing.storage.reads))


def test_positions_that_are_not_there_are_passed_over() -> None:
    viewing = Viewing(three(), NEAR_ALONE, small=True)
    viewing.open("/shots")
    viewing.model.folder.want_thumbnails([-5, 1, 77])
    viewing.settle()
    assert viewing.model.folder.thumbnail(1) is not None
    assert viewing.model.folder.thumbnail(-1) is None
    assert viewing.model.folder.thumbnail(77) is None


# Subfolders


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> tuple[Viewing, list[str]]:
    """A viewer on a folder with three subfolders, and the folders that were looked into for some."""
    viewing = Viewing(three() | numbered(3, "/other") | numbered(4, "/shots/v10"), NEAR_ALONE)
    asked: list[str] = []

    def list_folders(path: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        asked.append(path)
        for batch in (["v10", "old"], ["v2"]) if path == "/shots" else ([],):
            transfer.checkpoint()
            yield batch

    monkeypatch.setattr(viewing.storage, "list_folders", list_folders, raising=False)
    viewing.open("/shots")
    return viewing, asked


def test_subfolders_are_looked_for_on_demand_and_told_in_natural_order(searched: tuple[Viewing, list[str]]) -> None:
    viewing, asked = searched
    assert (folder(viewing).subfolders, asked) == (None, [])
    viewing.model.folder.look_for_subfolders()
    assert (folder(viewing).searching, folder(viewing).subfolders) == (True, None)
    viewing.chores.finish_all()
    assert (folder(viewing).searching, folder(viewing).subfolders) == (False, ("old", "v2", "v10"))


def test_one_search_is_under_way_at_a_time_and_it_can_be_repeated(searched: tuple[Viewing, list[str]]) -> None:
    viewing, asked = searched
    viewing.model.folder.look_for_subfolders()
    viewing.model.folder.look_for_subfolders()
    viewing.chores.finish_all()
    assert asked == ["/shots"]
    viewing.model.folder.look_for_subfolders()
    viewing.chores.finish_all()
    assert asked == ["/shots", "/shots"]


def test_subfolders_stay_when_frames_land_and_another_sequence_is_chosen(searched: tuple[Viewing, list[str]]) -> None:
    viewing, _ = searched
    viewing.model.folder.look_for_subfolders()
    viewing.chores.finish_all()
    viewing.storage.files |= numbered(95)
    viewing.model.reload()
    viewing.list_folder()
    viewing.switch_sequence(1)
    assert folder(viewing).subfolders == ("old", "v2", "v10")


def test_a_search_in_a_folder_that_was_left_tells_nothing(searched: tuple[Viewing, list[str]]) -> None:
    viewing, _ = searched
    viewing.model.folder.look_for_subfolders()
    viewing.model.open("/other")
    viewing.list_folder()
    assert (folder(viewing).path, folder(viewing).subfolders, folder(viewing).searching) == ("/other", None, False)
    viewing.model.folder.look_for_subfolders()
    viewing.chores.finish_all()
    assert folder(viewing).subfolders == ()


@pytest.mark.parametrize("error", [StorageError("The share does not answer."), CancelledError()])
def test_a_search_that_fails_ends(
    searched: tuple[Viewing, list[str]], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    viewing, _ = searched

    def fail(_path: str, _transfer: Transfer) -> Iterator[Sequence[str]]:
        raise error

    monkeypatch.setattr(viewing.storage, "list_folders", fail, raising=False)
    viewing.model.folder.look_for_subfolders()
    viewing.chores.finish_all()
    assert not folder(viewing).searching


def test_nothing_is_told_of_a_search_after_closing(searched: tuple[Viewing, list[str]]) -> None:
    viewing, _ = searched
    viewing.model.folder.look_for_subfolders()
    viewing.model.close()
    before = len(viewing.states)
    viewing.chores.finish_all()
    assert len(viewing.states) == before


def test_a_subfolder_and_the_folder_above_can_be_opened(searched: tuple[Viewing, list[str]]) -> None:
    viewing, _ = searched
    viewing.model.folder.open_subfolder("v10")
    viewing.list_folder()
    assert (folder(viewing).path, folder(viewing).parent, folder(viewing).subfolders) == ("/shots/v10", "/shots", None)
    viewing.model.folder.open_parent()
    viewing.list_folder()
    assert folder(viewing).path == "/shots"
