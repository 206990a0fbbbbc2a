"""What this disk remembers of a folder, with a real cache and hands that are turned by the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import HandExecutor, HandLoop

from viewer.core.cache.disk_cache import DiskCache
from viewer.core.sequence.naming import group_names
from viewer.model.folder_cache import FolderCache, OnDisk

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.core.sequence.sequence import FrameSequence
    from viewer.model.opened import Opened

NAMES = [f"a.{number:04d}.png" for number in range(1, 9)] + ["b.0001.png", "b.0002.png", "notes.txt"]
SHOT, OTHER = group_names("/shots", NAMES)


class Desk:
    """A memory with its disk, and what it has told."""

    def __init__(self, folder: Path | None) -> None:
        self.loop = HandLoop()
        self.chores = HandExecutor(self.loop, 8)
        self.disk = None if folder is None else DiskCache(folder, 10_000_000)
        self.memory = FolderCache(self.chores, self.disk)
        self.recalled: list[tuple[Opened, OnDisk]] = []
        self.found: list[tuple[FrameSequence, OnDisk]] = []
        self.cleared = 0

    def keep(self, *paths: str) -> None:
        assert self.disk is not None
        for path in paths:
            assert self.disk.put(path, b"picture", 7, 1)

    def recall(self, text: str) -> Opened | None:
        self.memory.recall(text, lambda opened, found: self.recalled.append((opened, found)))
        self.chores.finish_all()
        return self.recalled.pop()[0] if self.recalled else None

    def look(self, sequence: FrameSequence) -> None:
        self.memory.look(sequence, lambda found: self.found.append((sequence, found)))

    def clear(self) -> None:
        def done() -> None:
            self.cleared += 1

        self.memory.clear(done)
        self.chores.finish_all()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def known(desk: Desk) -> Desk:
    desk.memory.remember("/shots", (SHOT, OTHER))
    desk.chores.finish_all()
    return desk


@pytest.mark.parametrize("text", ["/shots", "/shots/", "/shots//"])
def test_a_folder_comes_back_with_its_sequences_ready_for_the_owner_thread(known: Desk, text: str) -> None:
    opened = known.recall(text)
    assert opened is not None
    assert opened.sequences == (SHOT, OTHER)
    assert (opened.folder, opened.chosen, opened.number, opened.complete) == ("/shots", 0, None, False)
    assert all({"gaps", "label"} <= set(vars(sequence)) for sequence in opened.sequences)


def test_with_a_folder_comes_what_of_its_sequence_is_on_this_disk(known: Desk) -> None:
    known.keep("/shots/a.0002.png", "/shots/b.0001.png")
    known.memory.recall("/shots", lambda opened, found: known.recalled.append((opened, found)))
    known.chores.finish_all()
    assert known.recalled[0][1].paths == {"/shots/a.0002.png"}


def test_a_file_comes_back_at_its_frame(known: Desk) -> None:
    opened = known.recall("/shots/b.0002.png")
    assert opened is not None
    assert (opened.folder, opened.sequences[opened.chosen].label, opened.number) == ("/shots", "b.[0001-0002].png", 2)


def test_a_pattern_comes_back_with_what_it_selects(known: Desk) -> None:
    opened = known.recall("/shots/a.[3-5].png")
    assert opened is not None
    assert [sequence.label for sequence in opened.sequences] == ["a.[0003-0005].png"]


def test_a_folder_that_is_named_like_a_picture_comes_back_as_a_folder(desk: Desk) -> None:
    folder = "/shots/still.png"
    desk.memory.remember(folder, tuple(group_names(folder, NAMES)))
    opened = desk.recall(folder)
    assert opened is not None
    assert (opened.folder, len(opened.sequences)) == (folder, 2)


@pytest.mark.parametrize("text", ["/elsewhere", "/shots/c.0001.png", "/shots/z.[1-3].png", "/", "/shots/a.0001.png/x"])
def test_what_was_never_seen_is_not_told(known: Desk, text: str) -> None:
    assert known.recall(text) is None


def test_an_empty_folder_is_nothing_to_show(desk: Desk) -> None:
    desk.memory.remember("/empty", ())
    assert desk.recall("/empty") is None


def test_names_that_were_damaged_on_this_disk_are_not_trusted(known: Desk, tmp_path: Path) -> None:
    (file,) = tmp_path.glob("*/names")
    file.write_bytes(file.read_bytes()[:-3] + b"xyz")
    assert known.recall("/shots") is None


def test_what_is_remembered_last_holds(known: Desk) -> None:
    known.memory.remember("/shots", (OTHER,))
    opened = known.recall("/shots")
    assert opened is not None
    assert opened.sequences == (OTHER,)


def test_it_tells_which_frames_are_on_this_disk_and_what_the_folder_takes(desk: Desk) -> None:
    desk.keep("/shots/a.0002.png", "/shots/a.0008.png", "/shots/b.0001.png", "/other/a.0003.png")
    desk.look(SHOT)
    desk.chores.finish_all()
    ((_, found),) = desk.found
    assert found.marks == bytearray([0, 1, 0, 0, 0, 0, 0, 1])
    assert found.paths == {"/shots/a.0002.png", "/shots/a.0008.png"}
    assert found.bytes_used > 3 * len(b"picture")


@pytest.mark.parametrize("folder", ["/", "/shots"])
def test_paths_are_those_of_the_sequence(desk: Desk, folder: str) -> None:
    sequence = group_names(folder, ["a.1.png", "a.2.png"])[0]
    path = sequence.path(sequence.nearest_index(sequence.last))
    desk.keep(path)
    desk.look(sequence)
    desk.chores.finish_all()
    assert desk.found[0][1].paths == {path}


def test_nothing_on_this_disk_is_told_as_nothing(desk: Desk) -> None:
    desk.look(SHOT)
    desk.chores.finish_all()
    assert [found for _, found in desk.found] == [OnDisk(bytearray(8), set(), 0)]


def test_a_folder_that_grows_all_the_time_is_looked_at_by_one_hand_and_only_the_newest_is_told(desk: Desk) -> None:
    sequences = [group_names("/shots", NAMES[:count])[0] for count in range(2, 8)]
    for sequence in sequences:
        desk.look(sequence)
    assert len(desk.chores.waiting) == 1
    assert desk.chores.finish_all() == 2
    assert [sequence for sequence, _ in desk.found] == [sequences[-1]]


def test_what_is_forgotten_is_gone_from_this_disk_and_nothing_else_is(desk: Desk) -> None:
    desk.keep("/shots/a.0002.png", "/shots/a.0003.png")
    desk.memory.forget(iter(["/shots/a.0002.png", "/shots/a.0007.png"]))
    desk.look(SHOT)
    desk.chores.finish_all()
    assert [found.paths for _, found in desk.found] == [{"/shots/a.0003.png"}]


def test_names_stay_when_the_files_are_forgotten(known: Desk) -> None:
    known.keep("/shots/a.0002.png")
    known.memory.forget(["/shots/a.0002.png"])
    assert known.recall("/shots") is not None


def test_a_file_found_just_before_it_was_to_be_forgotten_is_not_told(desk: Desk) -> None:
    desk.keep("/shots/a.0002.png")
    desk.look(SHOT)
    desk.memory.forget(["/shots/a.0002.png"])
    desk.chores.finish_all()
    assert [found.paths for _, found in desk.found] == [set()]


def test_clearing_removes_everything_and_tells_when(known: Desk) -> None:
    known.keep("/shots/a.0002.png")
    known.clear()
    assert known.cleared == 1
    assert known.recall("/shots") is None
    known.look(SHOT)
    known.chores.finish_all()
    assert known.found[0][1].paths == set()


def test_a_smaller_limit_is_kept_at_once(desk: Desk) -> None:
    desk.keep("/shots/a.0002.png", "/shots/a.0003.png")
    desk.memory.set_limit(1)
    desk.chores.finish_all()
    desk.look(SHOT)
    desk.chores.finish_all()
    assert desk.found[0][1].paths == set()


def test_without_a_disk_nothing_is_remembered_and_nobody_is_troubled() -> None:
    desk = Desk(None)
    desk.memory.remember("/shots", (SHOT,))
    desk.memory.forget(["/shots/a.0002.png"])
    desk.memory.set_limit(5)
    desk.look(SHOT)
    desk.clear()
    assert desk.recall("/shots") is None
    assert (desk.found, desk.cleared, desk.chores.waiting) == ([], 0, [])


def test_nothing_is_told_after_closing(known: Desk) -> None:
    known.memory.recall("/shots", lambda opened, found: known.recalled.append((opened, found)))
    known.look(SHOT)
    known.memory.clear(lambda: pytest.fail("told after closing"))
    known.memory.close()
    known.look(OTHER)
    known.chores.finish_all()
    assert (known.recalled, known.found) == ([], [])
