"""Held items that are confirmed, forgotten and read anew: what is in memory is what the files are."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from doubles import MemoryStorage
from held_loads import LONG, at_rest, held, until
from PIL import Image
from viewing import numbered

from viewer.core.cache.disk_cache import DiskCache
from viewer.core.errors import (
    CancelledError,
    ChangingError,
    DamagedImageError,
    NotFoundError,
    SequenceError,
    ShareAwayError,
)
from viewer.core.files import KeptStorage, kept_files
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.storage.transfer import Stamp

pytestmark = pytest.mark.usefixtures("_no_wall_clock")

COUNT = 9


def path(position: int) -> str:
    return f"/shots/a.{position + 1:04d}.png"


def decoded(data: Any) -> str:  # noqa: ANN401 - a buffer
    if (text := bytes(data).decode()).startswith("damaged"):
        raise DamagedImageError(text)
    return text


class ChangingShare(MemoryStorage):
    """A share whose answers about files come together, or not before the test says so, and whose files are rewritten.

    Attributes:
        together: answers about files that come only when all of them were asked for.
        away: paths that are not answered about.
        silence: no folder is listed, and no file answered about, before it is set.
        rewritten: how often a file is rewritten, each time at the end of a read.
    """

    def __init__(self) -> None:
        super().__init__(numbered(COUNT))
        self.together: threading.Barrier | None = None
        self.away: set[str] = set()
        self.silence = threading.Event()
        self.silence.set()
        self.rewritten: dict[str, int] = {}

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        assert self.silence.wait(LONG)
        return super().list_names(folder, transfer)

    def rewrite(self, position: int, text: str | None = None) -> None:
        """Writes a file anew, of the same size without ``text``."""
        self.modified[path(position)] = self.modified.get(path(position), 0) + 1
        self.files[path(position)] = (f"Picture {position + 1}" if text is None else text).encode()

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        content = super().read(path, transfer, limit)
        if self.rewritten.get(path):
            self.rewritten[path] -= 1
            self.modified[path] = self.modified.get(path, 0) + 1
            self.files[path] = b"another"
        return content

    def stamp(self, path: str) -> Stamp:
        return super().stamp(path)

    def asked(self) -> None:
        """Has every question from now on be one of a refresh: reading has come to rest."""
        plain = self.stamp

        def stamp(path: str) -> Stamp:
            if self.together is not None:
                self.together.wait(LONG)
            assert self.silence.wait(LONG)
            if path in self.away:
                raise ShareAwayError("The share is away.")
            return plain(path)

        self.stamp = stamp  # type: ignore[method-assign]  # from now on


@pytest.fixture
def share() -> Iterator[ChangingShare]:
    made = ChangingShare()
    yield made
    made.silence.set()


@pytest.fixture
def frames(share: ChangingShare) -> Iterator[Prefetcher[Any]]:
    """All items of the share, in memory or failed, and nothing under way."""
    share.files[path(4)] = share.files[path(5)] = b"damaged"
    absent = [share.files.pop(path(6)), share.files.pop(path(7))]
    paths = [path(position) for position in range(COUNT)]
    with Prefetcher(paths, decode=decoded, storage=share, ahead=0, behind=COUNT, retry_after=None) as made:
        for position in range(COUNT):
            made.future(position).exception(LONG)
        at_rest(made)
        share.files[path(7)] = absent[1]
        assert held(made) == [0, 1, 2, 3, 8]
        assert sorted(made.failures()) == [4, 5, 6, 7]
        share.reads.clear()
        share.asked()
        yield made


def test_what_is_of_another_file_is_forgotten_and_nothing_else(share: ChangingShare, frames: Prefetcher[Any]) -> None:
    share.together = threading.Barrier(COUNT)  # they are asked about all at once
    share.rewrite(1, "of another size")
    share.rewrite(2)
    del share.files[path(3)]
    share.rewrite(5, "mended")
    assert frames.refresh() == (1, 2, 3, 5, 7)
    share.together = None
    assert [*frames.failures()] == [4, 6]
    assert [frames.get(position, LONG) for position in (0, 1, 2, 5, 7, 8)] == [
        "picture 1",
        "of another size",
        "Picture 3",
        "mended",
        "picture 8",
        "picture 9",
    ]
    with pytest.raises(NotFoundError):
        frames.get(3, LONG)
    assert sorted(share.reads) == [path(position) for position in (1, 2, 3, 5, 7)]
    assert frames.refresh() == ()


def test_what_cannot_be_asked_stays_and_is_said(share: ChangingShare, frames: Prefetcher[Any]) -> None:
    share.away = {path(0), path(1)}
    for position in (1, 2):
        share.rewrite(position)
    with pytest.raises(ShareAwayError):
        frames.refresh()
    assert held(frames) == [0, 1, 3, 8]
    share.away = set()
    assert frames.refresh() == (1,)


def test_a_refresh_waits_as_long_as_it_is_to_and_ends_with_the_prefetcher(
    share: ChangingShare, frames: Prefetcher[Any]
) -> None:
    share.silence.clear()
    share.rewrite(1)
    with pytest.raises(TimeoutError):
        frames.refresh(0.01)
    assert frames.ready(1)
    share.together = threading.Barrier(2)
    with ThreadPoolExecutor() as pool:
        refreshed = pool.submit(frames.refresh)
        share.silence.set()
        share.silence.clear()
        frames.close()
        with pytest.raises((CancelledError, ValueError)):
            refreshed.result(LONG)
    share.together.abort()
    for ask in (frames.refresh, lambda: frames.reload(0)):
        with pytest.raises(ValueError, match="closed"):
            ask()


def test_a_listing_that_hangs_is_left_behind(share: ChangingShare) -> None:
    with Prefetcher("/shots", decode=decoded, storage=share, behind=COUNT) as frames, ThreadPoolExecutor() as pool:
        assert len([*frames]) == COUNT
        share.silence.clear()
        with pytest.raises(TimeoutError, match="did not answer"):
            frames.refresh(0.01)
        refreshed = pool.submit(frames.refresh)
        until(frames._listing.locked)  # noqa: SLF001 - nothing says when another refresh waits
        with pytest.raises(TimeoutError, match="Another refresh"):
            frames.refresh(0.01)
        assert held(frames) == [*range(COUNT)]
        share.files["/shots/a.0000.png"] = b"picture 0"
        share.silence.set()
        assert refreshed.result(LONG) == frames.refresh() == ()
        assert len(frames) == COUNT + 1
        share.silence.clear()
        refreshed = pool.submit(frames.refresh)
        until(frames._listing.locked)  # noqa: SLF001 - as above
        frames.close()
        with pytest.raises((CancelledError, ValueError)):
            refreshed.result(LONG)


@pytest.mark.parametrize("left", [{}, {"/shots/notes.txt": b"", "/other.0001.png": b""}])
@pytest.mark.parametrize("opened", ["/shots", "/shots/a.####.png", "/shots/take_##"])
def test_a_folder_without_its_share_is_away_and_nothing_is_forgotten(
    opened: str, left: dict[str, bytes], share: ChangingShare
) -> None:
    share.files |= {f"/shots/take_##/{number}.png": b"of take" for number in range(COUNT)}
    with Prefetcher(opened, decode=decoded, storage=share, behind=COUNT) as frames:
        before = [*frames]
        share.files, files = {**left}, share.files
        with pytest.raises(ShareAwayError, match="holds no pictures any more, or its share is not mounted"):
            frames.refresh()
        assert held(frames) == [*range(COUNT)]
        share.files = {"/shots/take_##/another.png": b"", "/shots/another.png": b""}
        if "." in opened:
            with pytest.raises(SequenceError, match="No picture in /shots has a name like"):
                frames.refresh()
        share.files = files
        assert frames.refresh() == ()
        assert [*frames] == before


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("way", ["refresh", "reload", "both"])
def test_what_is_under_way_is_not_taken_for_the_new_file(share: ChangingShare, way: str, listed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    begun, go_on = threading.Event(), threading.Event()

    def decode(data: Any) -> str:  # noqa: ANN401 - a buffer
        begun.set()
        assert go_on.wait(LONG)
        return decoded(data)

    source = "/shots" if listed else [path(position) for position in range(COUNT)]
    with Prefetcher(source, decode=decode, storage=share, ahead=0) as frames:
        item = frames.future(2)
        assert begun.wait(LONG)
        if way != "both":
            share.rewrite(2)
        if way != "refresh":
            frames.reload(2)
        if way != "reload":
            assert frames.refresh() == ()  # nothing of it was in memory
        go_on.set()
        assert item.result(LONG) == ("picture 3" if way == "both" else "Picture 3")
        assert share.reads == [path(2)] * 2


def test_positions_are_those_after_the_listing(share: ChangingShare) -> None:
    with Prefetcher("/shots", decode=decoded, storage=share, behind=COUNT) as frames:
        assert len([*frames]) == COUNT
        share.files["/shots/a.0000.png"] = b"picture 0"
        share.rewrite(2)
        assert frames.refresh() == (3,)
        assert [*frames] == [f"{'Picture' if number == 3 else 'picture'} {number}" for number in range(COUNT + 1)]


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_file_that_changes_while_it_is_read_is_read_once_more(
    times: int, share: ChangingShare, tmp_path: Path
) -> None:
    share.rewritten[path(0)] = times
    with Prefetcher([path(0)], decode=decoded, storage=share, keep=tmp_path / "kept", retry_after=None) as frames:
        if times > 1:
            with pytest.raises(ChangingError, match="is being written"):
                frames.get(0, LONG)
        else:
            assert frames.get(0, LONG) == ["picture 1", "another"][times]
    assert len(share.reads) == min(times + 1, 2)
    kept = kept_files(tmp_path / "kept").get(path(0))
    assert (None if kept is None else bytes(kept.data)) == [b"picture 1", b"another", None][times]


def test_a_kept_file_that_failed_is_read_over_the_share_when_it_is_asked_for_again(
    share: ChangingShare, tmp_path: Path
) -> None:
    def whole(data: Buffer) -> str:
        if bytes(data).startswith(b"0"):
            raise DamagedImageError("It is cut off.")
        return bytes(data).decode()

    share.files[path(0)] = b"000000000"
    keep = tmp_path / "kept"
    with Prefetcher([path(0)], decode=whole, storage=share, keep=keep, retry_after=None) as frames:
        with pytest.raises(DamagedImageError):
            frames.get(0, LONG)
        assert kept_files(keep).get(path(0)) is not None
        share.files[path(0)] = b"picture 1"  # and the stamp stays
        frames.retry(0)
        assert frames.get(0, LONG) == "picture 1"
    kept = kept_files(keep).get(path(0))
    assert kept is not None
    assert bytes(kept.data) == b"picture 1"


def test_items_of_any_kind_are_loaded_anew() -> None:
    loads: list[int] = []

    def load(item: int) -> int:
        loads.append(item)
        return item

    with Prefetcher(range(10), load, ahead=0, behind=10) as frames:
        assert [*frames] == [*range(10)]
        assert frames.refresh() == ()
        frames.reload(-1)
        frames.reload(slice(None, 6, 3))
        for index in (10, -11):
            with pytest.raises(IndexError):
                frames.reload(index)
        at_rest(frames)
        assert [*frames] == [*range(10)]
    assert sorted(loads[10:]) == [0, 3, 9]


def test_a_kept_file_is_read_over_the_share_again(share: ChangingShare, tmp_path: Path) -> None:
    with Prefetcher([path(0)], decode=decoded, storage=share, keep=tmp_path / "kept") as frames:
        assert frames.get(0, LONG) == "picture 1"
        share.files[path(0)] = b"Picture 1"  # within the second that the share counts in
        assert frames.refresh() == ()
        frames.reload(0)
        assert frames.get(0, LONG) == "Picture 1"
    assert share.reads == [path(0)] * 2


@pytest.mark.parametrize("name", ["pages.gif", "pages.tif"])
@pytest.mark.parametrize("forget", [lambda frames: frames.refresh(), lambda frames: frames.reload(slice(None))])
def test_the_pages_of_a_file_that_is_rewritten(
    name: str, forget: Callable[[Prefetcher[Any]], object], tmp_path: Path
) -> None:
    def write(first: int) -> None:
        pages = [Image.new("L", (8, 8), first + number) for number in range(3)]
        written = io.BytesIO()
        pages[0].save(written, name[-3:].replace("tif", "tiff"), save_all=True, append_images=pages[1:])
        (tmp_path / name).write_bytes(written.getvalue())

    write(100)
    with Prefetcher(tmp_path / name, kind="frame") as frames:
        assert [frame.array().flat[0] for frame in frames] == [100, 101, 102]
        assert frames.refresh() == ()
        write(200)
        assert forget(frames) in {(0, 1, 2), None}
        assert [frame.array().flat[0] for frame in frames] == [200, 201, 202]


def test_a_single_picture_is_no_folder_and_a_sentence_says_so(share: ChangingShare) -> None:
    share.files[path(0)] = b"\x89PNG\r\n\x1a\n"
    with pytest.raises(SequenceError, match=r"single file, not a folder.*pattern /shots/a\.####\.png"):
        Prefetcher(path(0), storage=share)


def test_where_dates_are_whole_seconds_a_file_is_kept_when_a_later_one_shows_that_its_second_was_over(
    tmp_path: Path,
) -> None:
    share = MemoryStorage({f"/shots/a.{number}.png": b"picture" for number in range(4)})
    share.modified = {path: (5 + 4 * (index // 3)) * 10**9 for index, path in enumerate(share.files)}
    cache = DiskCache(tmp_path, 10**9)
    storage = KeptStorage(share, cache)
    for path in share.files:
        storage.read(path, Transfer())
    assert [path for path in share.files if cache.get(path)] == list(share.files)[:3]


@pytest.mark.parametrize("left", ["nothing", "others"])
def test_files_of_a_list_are_gone_only_if_their_folder_is_not(share: ChangingShare, left: str) -> None:
    paths = [path(position) for position in range(3)]
    with Prefetcher(paths, decode=decoded, storage=share, ahead=0, behind=COUNT, retry_after=None) as frames:
        values = [frames[position] for position in range(3)]
        for each in paths if left == "others" else list(share.files):
            del share.files[each]
        if left == "others":
            assert frames.refresh() == (0, 1, 2)
            return
        with pytest.raises(ShareAwayError, match="not mounted"):
            frames.refresh()
        assert [frames[position] for position in range(3)] == values, "what was read before stays"


VIEWS: dict[str, Callable[[Prefetcher[Any]], Any]] = {
    "map": lambda frames: frames.map(str.lower),
    "picked": lambda frames: frames.reordered([5, 3, 0, 4]),
    "from the end": lambda frames: frames.reordered([-1, 0]),
    "slice": lambda frames: frames[1:5],
    "batched": lambda frames: frames.batched(2),
    "beside positions": lambda frames: frames.map(lambda text, number: (number, text), range(6)),
}
REFRESHED: dict[str, Callable[[ChangingShare], object]] = {
    "inserted": lambda share: share.files.update({"/shots/a.0000.png": b"picture 0"}),
    "appended": lambda share: share.files.update({"/shots/a.0099.png": b"picture 99"}),
    "deleted": lambda share: share.files.pop(path(1)),
    "replaced": lambda share: (share.files.pop(path(1)), share.files.update({"/shots/a.0099.png": b"picture 99"})),
    "rewritten": lambda share: share.rewrite(3, "mended"),
    "failed before": lambda share: share.rewrite(4, "whole"),
}


@pytest.mark.parametrize("change", REFRESHED)
@pytest.mark.parametrize("view", VIEWS)
def test_what_is_held_of_a_view_follows_the_files_below(share: ChangingShare, view: str, change: str) -> None:
    share.files[path(4)] = b"damaged"
    how: dict[str, Any] = {"decode": decoded, "storage": share, "stand_in": lambda _error: "none", "retry_after": None}
    with (
        Prefetcher("/shots", behind=1, **how) as frames,
        frames.prefetch(behind=COUNT) as between,
        VIEWS[view](frames).prefetch(behind=COUNT) as derived,
        VIEWS[view](between).prefetch(behind=COUNT) as far,
    ):
        assert list(derived) == list(far)
        REFRESHED[change](share)
        frames.refresh()
        with Prefetcher("/shots", **how) as anew:
            assert list(derived) == list(far) == list(VIEWS[view](anew))


def test_what_is_held_of_a_map_moves_and_is_not_made_again(share: ChangingShare) -> None:
    made: list[str] = []

    def noted(text: str) -> str:
        made.append(text)
        return text

    with (
        Prefetcher("/shots", decode=decoded, storage=share) as frames,
        frames.map(noted).prefetch(behind=COUNT) as derived,
    ):
        before = list(derived)
        REFRESHED["inserted"](share)
        frames.refresh()
        assert list(derived) == ["picture 0", *before]
        assert len(made) == len(before) + 1


@pytest.mark.parametrize("view", ["plain", "map", "slice", "picked"])
@pytest.mark.parametrize("change", ["inserted", "deleted"])
def test_number_path_and_item_belong_together_in_a_loop_that_refreshes(
    share: ChangingShare, view: str, change: str
) -> None:
    with Prefetcher("/shots", decode=decoded, storage=share) as frames:
        views = {"plain": frames, "map": frames.map(str), "slice": frames[:], "picked": frames.reordered(range(COUNT))}
        seen = []
        for each in views[view].items():
            assert f"picture {each.number}" == each.item
            assert each.path == path(each.number - 1)
            seen.append(each.number)
            if each.number == 3 and len(seen) == 3:
                REFRESHED[change](share)
                frames.refresh()
        ended = COUNT + 1 if change == "deleted" or view in {"plain", "map"} else COUNT
        assert seen == [1, 2, 3, *range(3 if change == "inserted" else 5, ended)]


def test_a_view_of_positions_that_are_gone_says_that_the_sequence_became_shorter(share: ChangingShare) -> None:
    with Prefetcher("/shots", decode=decoded, storage=share) as frames:
        picked = frames.reordered(range(COUNT)[::-1])
        REFRESHED["deleted"](share)
        frames.refresh()
        for ask in (lambda: picked.numbers, lambda: picked.paths):
            with pytest.raises(IndexError, match="became shorter"):
                ask()
