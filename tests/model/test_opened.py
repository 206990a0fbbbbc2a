"""From what a person gave to the sequence to show, on real folders and on a share in memory."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from doubles import HandExecutor, HandLoop, MemoryStorage
from viewing import numbered

from viewer.core.errors import CancelledError, LookaheadError, NotFoundError, PatternError, SequenceError, StorageError
from viewer.core.frame import FrameIndex
from viewer.core.load.hearing import Hearing
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.storage import Storage
from viewer.core.storage.transfer import Transfer
from viewer.model.listing import AGAIN_AFTER, Listing
from viewer.model.opened import Opened, guess, open_from, open_listed

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.core.storage.storage import Storage

FILES: dict[str, bytes | BaseException] = {
    **numbered(40),
    **numbered(3, head="b."),
    "/shots/notes.txt": b"",
    "/other/notes.txt": b"",
}


def opened(text: str, storage: Storage | None = None) -> Opened:
    return open_from(storage or MemoryStorage(dict(FILES)), text, Transfer(), lambda _: None, lambda: 0.0)


def chosen(text: str, storage: Storage | None = None) -> tuple[str, int | None]:
    found = opened(text, storage)
    return found.sequences[found.chosen].label, found.number


def pictures_in(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("text", ["/shots", "/shots/", "/shots//"])
def test_a_folder_shows_its_longest_sequence(text: str) -> None:
    found = opened(text)
    assert [sequence.label for sequence in found.sequences] == ["a.[0001-0040].png", "b.[0001-0003].png"]
    assert (found.folder, found.chosen, found.number) == ("/shots", 0, None)
    assert (found.complete, found.names_seen) == (True, 44)
    assert found.sequences[0].folder == "/shots"


def test_a_file_shows_its_sequence_from_its_frame_on() -> None:
    assert chosen("/shots/b.0002.png") == ("b.[0001-0003].png", 2)
    assert chosen("/shots/a.0040.png") == ("a.[0001-0040].png", 40)


def test_a_file_costs_one_question_and_one_listing_and_a_folder_only_the_listing() -> None:
    class Counting(MemoryStorage):
        """Counts what it is asked."""

        asked: list[str]

        def is_folder(self, path: str) -> bool:
            self.asked.append(path)
            return super().is_folder(path)

    for text, questions in (("/shots/a.0007.png", ["/shots/a.0007.png"]), ("/shots", [])):
        storage = Counting(dict(FILES))
        storage.asked = []
        opened(text, storage)
        assert (storage.asked, storage.listings, storage.reads) == (questions, ["/shots"], [])


@pytest.mark.parametrize("pattern", ["/shots/b.####.png", "/shots/b.%04d.png", "/shots/b.[1-9].png"])
def test_a_pattern_shows_the_one_sequence_that_it_selects(pattern: str) -> None:
    found = opened(pattern)
    assert [sequence.label for sequence in found.sequences] == ["b.[0001-0003].png"]
    assert (found.folder, found.chosen, found.number) == ("/shots", 0, None)


def test_a_pattern_can_select_a_part() -> None:
    assert chosen("/shots/a.[10-20].png") == ("a.[0010-0020].png", None)


def test_a_real_file_whose_name_looks_like_a_pattern_is_that_file() -> None:
    files: dict[str, bytes | BaseException] = {"/s/take##.1.png": b"", "/s/take##.2.png": b"", "/s/take01.png": b""}
    assert chosen("/s/take##.2.png", MemoryStorage(files)) == ("take##.[1-2].png", 2)
    assert chosen("/s/take##.png", MemoryStorage(files)) == ("take01.png", None)


def test_a_real_folder_whose_name_looks_like_a_pattern_is_that_folder() -> None:
    assert chosen("/takes [1-3]", MemoryStorage(numbered(3, "/takes [1-3]"))) == ("a.[0001-0003].png", None)


@pytest.mark.parametrize("end", ["", "/"])
def test_a_folder_named_like_a_picture_is_a_folder(tmp_path: Path, end: str) -> None:
    folder = pictures_in(tmp_path / "x.png", "a.1.png", "a.2.png")
    found = opened(f"{folder}{end}", LocalStorage())
    assert (found.folder, found.number) == (str(folder), None)
    assert found.sequences[0].label == "a.[1-2].png"


def test_single_pictures_are_shown_from_the_one_that_was_opened_on(tmp_path: Path) -> None:
    folder = pictures_in(tmp_path / "holiday", "beach.jpg", "dinner.jpg", "sunset.jpg")
    assert chosen(str(folder / "dinner.jpg"), LocalStorage()) == ("3 single pictures", 2)


@pytest.mark.parametrize("text", ["/", "//"])
def test_the_root_is_a_folder(text: str) -> None:
    files: dict[str, bytes | BaseException] = {"/a.1.png": b"", "/a.2.png": b""}
    found = opened(text, MemoryStorage(files))
    assert (found.folder, found.sequences[0].label) == ("/", "a.[1-2].png")
    assert chosen("/a.2.png", MemoryStorage(files)) == ("a.[1-2].png", 2)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("/other", SequenceError, "There are no pictures in /other"),
        ("/nowhere", NotFoundError, "/nowhere"),
        ("/nowhere/a.1.png", NotFoundError, "/nowhere"),
        ("/shots/a.0041.png", SequenceError, "no picture a.0041.png in /shots"),
        ("/shots/c.####.png", SequenceError, "c.####.png"),
        ("/shots/a.##.##.png", PatternError, "several places"),
        ("/shots/a.[9-2].png", PatternError, "backwards"),
    ],
)
def test_what_holds_no_picture_is_told(text: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        opened(text)
    assert words in str(caught.value)


def test_a_text_file_is_refused_as_no_picture(tmp_path: Path) -> None:
    pictures_in(tmp_path, "a.1.png").joinpath("notes.txt").write_text("Nothing to see here.")
    with pytest.raises(SequenceError, match=r"notes\.txt cannot be shown\. It is not a picture"):
        opened(str(tmp_path / "notes.txt"), LocalStorage())


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="no pictures"):
        opened(str(tmp_path), LocalStorage())


# While it lasts


def reports(text: str, storage: MemoryStorage) -> tuple[list[Opened], Opened]:
    """Opens with a clock that goes on by a second at each look."""
    seen: list[Opened] = []
    clock = itertools.count()
    found = open_from(storage, text, Transfer(), seen.append, lambda: float(next(clock)))
    return seen, found


def test_a_long_listing_reports_what_is_known_so_far() -> None:
    seen, found = reports("/shots", MemoryStorage(dict(FILES)))
    assert seen
    assert not any(each.complete for each in seen)
    counts = [len(each.sequences[each.chosen]) for each in seen]
    assert counts == sorted(counts)
    assert [each.names_seen for each in seen] == sorted({each.names_seen for each in seen})
    assert (found.complete, found.names_seen, len(found.sequences[0])) == (True, 44, 40)


def test_nothing_is_reported_until_the_file_that_was_opened_has_been_seen() -> None:
    seen, found = reports("/shots/a.0021.png", MemoryStorage(numbered(40)))
    assert seen
    assert all(each.number == 21 and each.names_seen >= 21 for each in seen)
    assert found.number == 21


def test_a_file_that_is_not_there_is_told_only_at_the_end() -> None:
    storage = MemoryStorage(dict(FILES))
    with pytest.raises(SequenceError, match=r"a\.0041\.png"):
        reports("/shots/a.0041.png", storage)


def test_a_listing_that_is_cancelled_stops_on_its_worker_and_does_not_begin_again() -> None:
    loop, heard = HandLoop(), list[object]()
    chores = HandExecutor(loop)
    told = heard.append, lambda *_: None, heard.append
    listing = Listing(loop, chores, MemoryStorage(dict(FILES)), Hearing(loop), *told)
    listing.begin("/shots")
    listing.cancel()
    with pytest.raises(CancelledError):
        chores.waiting[0][0]()
    chores.finish_all()
    listing.again_later()
    listing.cancel()
    loop.advance(2 * AGAIN_AFTER)
    assert (heard, len(chores.waiting)) == ([], 0)


def test_a_share_that_fails_is_told() -> None:
    storage = MemoryStorage(dict(FILES))
    storage.listing_error = StorageError("The folder /shots could not be listed: Input/output error.")
    with pytest.raises(StorageError, match="Input/output"):
        opened("/shots", storage)


# Once it is known


def names_in(folder: str) -> list[str]:
    return [name for batch in MemoryStorage(dict(FILES)).list_names(folder, Transfer()) for name in batch]


@pytest.mark.parametrize(
    "text", ["/shots", "/shots/", "/shots/b.0002.png", "/shots/b.####.png", "/shots/a.[10-20].png"]
)
def test_names_listed_later_make_the_same_of_what_was_opened(text: str) -> None:
    assert open_listed(text, "/shots", names_in("/shots")) == opened(text)


def test_a_name_that_is_listed_twice_counts_once() -> None:
    names = names_in("/shots")
    assert open_listed("/shots", "/shots", names + names[::2]).sequences == opened("/shots").sequences


def test_of_a_file_that_is_gone_the_folder_is_left() -> None:
    found = open_listed("/shots/a.0041.png", "/shots", names_in("/shots"))
    assert (found.sequences, found.chosen, found.number) == (opened("/shots").sequences, 0, None)


@pytest.mark.parametrize("text", ["/shots", "/shots/a.0007.png", "/shots/a.####.png"])
def test_a_folder_in_which_nothing_is_left_is_told(text: str) -> None:
    with pytest.raises(SequenceError, match="/shots"):
        open_listed(text, "/shots", ["notes.txt"])


# Before the share has been asked


def test_a_file_can_be_shown_before_its_folder_is_listed() -> None:
    guessed = guess("/shots/a.0007.png")
    assert guessed is not None
    assert (guessed.folder, guessed.number, guessed.complete) == ("/shots", 7, False)
    assert guessed.sequences[0].label == "a.0007.png"


@pytest.mark.parametrize(
    "text", ["/shots", "/", "/shots/x.png/", "/shots/a.####.png", "/shots/notes.txt", "/shots/.a.png"]
)
def test_nothing_is_guessed_of_what_is_not_surely_a_file(text: str) -> None:
    assert guess(text) is None


def test_a_file_whose_name_ends_in_a_number_is_opened_with_those_of_its_name() -> None:
    storage = MemoryStorage({**FILES, **{f"/shots/x.{n}": b"P5 2 2 255\nabcd" for n in (8, 9, 10)}})
    found = opened("/shots/x.9", storage)
    assert (found.sequences[found.chosen].label, found.number, len(found.sequences)) == ("x.[8-10]", 9, 3)
    names = [name for names in storage.list_names("/shots", Transfer()) for name in names]
    assert open_listed("/shots/x.9", "/shots", names, found.verdicts) == found
    assert open_listed("/shots", "/shots", names, {}).sequences == found.sequences[:2]
    for content, sentence in ((b"texts", "/shots/x.9 cannot be shown. It is not a picture"), (None, "no folder")):
        files = dict(FILES) if content is None else {**FILES, "/shots/x.9": content}
        with pytest.raises(LookaheadError, match=sentence):
            opened("/shots/x.9", MemoryStorage(files))


@pytest.mark.parametrize("name", ["odd", "odd.mccdx", "a.0007.odd"])
def test_a_file_named_like_no_picture_is_opened_by_what_it_holds(name: str) -> None:
    storage = MemoryStorage({**FILES, f"/shots/{name}": b"P5 2 2 255\nabcd"})
    found = opened(f"/shots/{name}", storage)
    assert [[*sequence.names()] for sequence in found.sequences] == [[name]]
    assert (found.folder, found.complete) == ("/shots", True)
    assert open_listed(f"/shots/{name}", "/shots", [name, "a.0001.png"]).sequences == found.sequences
    gone = open_listed(f"/shots/{name}", "/shots", ["a.0001.png"])
    assert gone.sequences[0].name(FrameIndex(0)) == "a.0001.png"
