"""The core for scripts: real files, and a share whose reads the test holds back."""

from __future__ import annotations

import itertools
import os
import pickle
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from doubles import MemoryStorage, broken
from held_loads import at_rest
from PIL import Image
from viewing import numbered

from viewer.core.decode import registry
from viewer.core.decode.decoder import Decoder
from viewer.core.errors import (
    CancelledError,
    DamagedImageError,
    NotFoundError,
    PatternError,
    SequenceError,
    StorageError,
    UnsupportedFormatError,
)
from viewer.core.files import kept_files
from viewer.core.frame import BGRX, GREY, RGB, RGBA, Frame, FrameIndex, Size
from viewer.core.prefetch.files import FIRST, FileSource, ReadControls
from viewer.core.prefetch.memory import SPARE
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.storage.transfer import ReadingOn, Transfer
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.sequence.sequence import FrameSequence

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""
SIZE = Size(4, 2)


class Share(MemoryStorage):
    """A share whose reads begin when they will and end when the test says so.

    Attributes:
        begun: the paths whose reads have begun.
        failing_once: paths whose next read fails, before it is held.
        transfers: the reads as their owner sees them.
    """

    def __init__(self, files: dict[str, bytes | BaseException]) -> None:
        super().__init__(files)
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.failing_once: set[str] = set()
        self.transfers: dict[str, Transfer] = {}
        self._held: dict[str, threading.Event] = {}

    def hold(self, *paths: str) -> None:
        for path in paths:
            self._held[path] = threading.Event()

    def release(self, *paths: str) -> None:
        for path in paths or tuple(self._held):
            self._held[path].set()

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> bytes:
        self.transfers[path] = transfer
        self.begun.put(path)
        if path in self.failing_once:
            self.failing_once.discard(path)
            raise broken(path)
        if path in self._held:
            assert self._held[path].wait(LONG)
        return super().read(path, transfer, limit)

    def wait_for(self, *paths: str) -> set[str]:
        """Waits until the reads of ``paths`` have begun; returns all that began since the last time."""
        begun: set[str] = set()
        while not begun.issuperset(paths):
            begun.add(self.begun.get(timeout=LONG))
        return begun


class Plain(Decoder):
    """Decodes the files of :func:`numbered` into frames whose description is the text; tells what it begins."""

    name = "Pillow"  # the decoder of files that nothing else recognises

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()

    def decode(self, data: Buffer, most_bytes: int = 0, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the protocol's
        text = bytes(data).decode()
        self.begun.put(text)
        if text == "damaged":
            raise DamagedImageError("The file ends after 7 of 20 bytes.")
        if text == "exit":
            raise SystemExit
        return pictures.blank(SIZE, text)

    def wait_for(self, text: str) -> None:
        while self.begun.get(timeout=LONG) != text:
            pass


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Plain:
    """The decoder in place of the real ones."""
    decoder = Plain()
    monkeypatch.setattr(registry, "core_decoder", lambda _name: decoder)
    return decoder


@pytest.fixture
def share(plain: Plain) -> Iterator[Share]:  # noqa: ARG001 - its files are for this decoder
    """A share with 40 files; whatever is held at the end is let go."""
    made = Share(numbered(40))
    yield made
    made.release()


def test_a_folder_is_listed_where_no_call_keeps_the_caller_from_being_interrupted(share: Share) -> None:
    names, threads = share.list_names, set[threading.Thread]()

    def noted(folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        threads.add(threading.current_thread())
        return names(folder, transfer)

    share.list_names = noted  # type: ignore[method-assign]  # the same, seen
    with Prefetcher("/shots", storage=share) as frames:
        assert len(frames) == 40
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def of(frames: Prefetcher) -> FrameSequence:
    assert frames.sequence is not None
    return frames.sequence


def path(position: int) -> str:
    return f"/shots/a.{position + 1:04d}.png"


@pytest.fixture
def asking() -> Iterator[Callable[[Prefetcher, int], Callable[[], Frame]]]:
    """Asks on another thread: ``asking(frames, 3)`` returns a function that waits for the answer."""
    with ThreadPoolExecutor(32) as pool:

        def ask(frames: Prefetcher, position: int) -> Callable[[], Frame]:
            future = pool.submit(frames.get, position, LONG)
            return lambda: future.result(LONG)

        yield ask


# What there is


def test_a_folder_of_real_files(tmp_path: Path) -> None:
    for number in range(1, 13):
        Image.new("RGB", (8, 6), (number, 2 * number, 200)).save(tmp_path / f"shot.{number:04d}.png")
    with Prefetcher(tmp_path, kind="frame") as frames:
        assert len(frames) == 12
        assert of(frames).label == "shot.[0001-0012].png"
        assert [frame.array()[0, 0].tolist() for frame in frames] == [[200, 2 * n, n, 255] for n in range(1, 13)]


def test_16_bits_stay_16_bits(tmp_path: Path) -> None:
    grey = pictures.greys(np.uint16, 257)
    colour = pictures.colours().astype(np.uint16) * 257
    (tmp_path / "shot.1.tif").write_bytes(pictures.tiff(grey, photometric="minisblack"))
    (tmp_path / "shot.2.tif").write_bytes(pictures.tiff(colour, photometric="rgb"))
    with Prefetcher(tmp_path, kind="array") as frames:
        assert frames[0].dtype == np.uint16
        assert (frames[0] == grey).all()
        assert (frames[1] == colour).all()
    with Prefetcher(tmp_path, kind="frame") as frames:
        assert frames[0].is_bgrx
        assert (frames[1].array()[..., 2::-1] == pictures.colours()).all()


@pytest.mark.parametrize(
    "opened", ["/shots/a.####.png", "/shots/a.[1-40].png", "/shots", "/shots/", "/shots/a.%04d.png"]
)
def test_folders_and_patterns(share: Share, opened: str) -> None:
    with Prefetcher(opened, kind="frame", storage=share) as frames:
        assert len(frames) == 40
        assert of(frames).path(FrameIndex(0)) == path(0)


def test_a_pattern_without_a_folder_looks_into_the_present_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (8, 6)).save(tmp_path / "shot.1.png")
    monkeypatch.chdir(tmp_path)
    with Prefetcher("shot.#.png", kind="frame") as frames:
        assert frames[0].size == Size(8, 6)


@pytest.mark.parametrize(
    ("opened", "names"),
    [
        ("/s/cam{camera}_{frame}_*.png", ["cam2_1_9.png", "cam2_2_5.png", "cam2_3_7.png"]),
        ("/s/cam1_{frame}_*.png", ["cam1_1_4.png", "cam1_2_3.png"]),
        ("/s/*_{frame}.png", ["cam1_2_3.png", "cam1_1_4.png", "cam2_2_5.png", "cam2_3_7.png", "cam2_1_9.png"]),
    ],
)
def test_a_pattern_says_which_number_is_the_frame(opened: str, names: list[str]) -> None:
    files = ("cam1_1_4.png", "cam1_2_3.png", "cam2_1_9.png", "cam2_2_5.png", "cam2_3_7.png", "z.png")
    with Prefetcher(opened, storage=MemoryStorage({f"/s/{name}": b"" for name in files})) as frames:
        assert list(of(frames).names()) == names


def test_a_real_name_that_looks_like_a_pattern_is_taken_as_it_stands() -> None:
    files: dict[str, bytes | BaseException] = {f"/shots/a{n}#.png": b"" for n in (1, 2)}
    with Prefetcher("/shots/a1#.png", storage=MemoryStorage(files)) as frames:
        assert list(of(frames).names()) == ["a1#.png", "a2#.png"]


def test_the_longest_sequence_of_a_folder_is_taken_and_any_other_can_be_given(share: Share) -> None:
    share.files.update(numbered(3, head="b."))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        assert len(frames) == 40
    with Prefetcher("/shots/b.####.png", kind="frame", storage=share) as shorter:
        sequence = of(shorter)
    with Prefetcher(sequence, kind="frame", storage=share) as frames:
        assert [frame.description for frame in frames] == ["picture 1", "picture 2", "picture 3"]


@pytest.mark.parametrize(
    ("opened", "kind"),
    [
        ("/nowhere", NotFoundError),
        ("/texts", SequenceError),
        ("/shots/b.####.png", SequenceError),
        ("/shots/a.##.##.png", PatternError),
    ],
)
def test_what_holds_no_pictures_is_refused_and_leaves_no_thread(opened: str, kind: type[Exception]) -> None:
    before = threading.active_count()
    with pytest.raises(kind):
        Prefetcher(opened, storage=MemoryStorage(numbered(2) | {"/texts/a.txt": b""}))
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "settings",
    [
        {"max_bytes": -1},
        {"workers": 0},
        {"decoders": 0},
        {"decoders": -1},
        {"keep": ""},
        {"keep": __file__},
        {"keep": f"{__file__}/below/it"},
    ],
)
def test_settings_that_make_no_sense_are_refused_and_leave_no_thread(settings: dict[str, Any]) -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match=next(iter(settings))):
        Prefetcher("/shots", storage=MemoryStorage(numbered(2)), **settings)
    assert threading.active_count() == before


# Positions


def test_positions_are_those_of_a_list(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        assert frames[-1].description == "picture 40"
        assert frames[np.int64(3)].description == "picture 4"
        assert [frame.description for frame in frames[1:8:3]] == ["picture 2", "picture 5", "picture 8"]
        assert list(frames[5:5]) == []


@pytest.mark.parametrize(("index", "kind"), [(40, IndexError), (-41, IndexError), ("1", TypeError), (1.0, TypeError)])
def test_what_is_no_position_is_told_at_once_and_reads_nothing(share: Share, index: int, kind: type[Exception]) -> None:
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        with pytest.raises(kind):
            frames.get(index)
        assert share.reads == []


# What loads when


def test_nothing_is_read_before_the_first_frame_is_asked_for_and_that_one_first(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        assert share.begun.empty()
        assert frames.get(25, LONG).description == "picture 26"
        assert share.reads[0] == path(25)


def test_a_frame_comes_while_the_next_ones_hang(share: Share) -> None:
    share.hold(*map(path, range(1, 40)))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        assert frames.get(0, LONG).description == "picture 1"


def test_the_next_frames_are_here_before_they_are_asked_for(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share, ahead=30, decoders=1) as frames:
        frames.get(0, LONG)
        at_rest(frames)
        read = len(share.reads)
        assert [frames.get(n, timeout=0).description for n in range(30)] == [f"picture {n + 1}" for n in range(30)]
        assert len(set(share.reads[:read])) == read, "a file was read twice"
        assert share.reads.index(path(29)) < read


def test_going_back_and_asking_again_reads_nothing(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share, behind=40) as frames:
        for _ in frames:
            pass
        for position in (*range(39, -1, -1), *[7] * 100, *range(40)):
            assert frames.get(position, timeout=0).description == f"picture {position + 1}"
    assert sorted(share.reads) == sorted(share.files)


def test_a_hit_is_behind_nobodys_load(share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]) -> None:
    share.hold(*map(path, range(1, 40)))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        frames.get(0, LONG)
        answer = asking(frames, 20)
        share.wait_for(path(20))
        assert frames.get(0, timeout=0).description == "picture 1"
        share.release()
        assert answer().description == "picture 21"


def test_after_two_equal_moves_the_next_ones_of_the_same_stride_are_read(share: Share) -> None:
    share.hold(*(path(position) for position in range(40) if position not in {0, 5, 10}))
    with Prefetcher("/shots", kind="frame", storage=share, workers=4) as frames:
        for position in (0, 5, 10):
            frames.get(position, LONG)
        assert path(11) not in share.wait_for(path(15), path(20), path(25))


def test_one_jump_is_not_taken_for_a_stride(share: Share) -> None:
    share.hold(*(path(position) for position in range(40) if position not in {0, 15}))
    with Prefetcher("/shots", kind="frame", storage=share, workers=4) as frames:
        for position in (0, 15):
            frames.get(position, LONG)
        assert path(30) not in share.wait_for(path(16), path(17), path(18))


def test_stepping_back_over_hits_reads_on_backwards(share: Share) -> None:
    share.hold(*(path(position) for position in range(40) if position not in {19, 20, 21, 22}))
    with Prefetcher("/shots", kind="frame", storage=share, workers=4) as frames:
        for position in (20, 21, 22):
            frames.get(position, LONG)
        share.wait_for(path(23), path(24), path(25))
        for position in (21, 20, 19):
            frames.get(position, LONG)
        share.release(path(23), path(24), path(25))
        assert path(27) not in share.wait_for(path(18), path(17), path(16))


def test_without_memory_each_frame_is_read_when_it_is_asked_for(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share, max_bytes=0) as frames:
        texts = [frames.get(position, LONG).description for position in (3, 4, 3, 39)]
    assert texts == ["picture 4", "picture 5", "picture 4", "picture 40"]


def test_no_more_frames_are_held_than_the_budget_allows(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share, max_bytes=400, decoders=1) as frames:
        for position in (*range(40), *range(39, -1, -1)):
            assert frames.get(position, LONG).description == f"picture {position + 1}"
            assert frames.stats.held_bytes <= 400


def test_the_line_is_for_one_alone_after_a_jump_but_not_for_each_step(share: Share) -> None:
    share.hold(path(1), path(20), path(21), path(35))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        frames.get(0, LONG)
        share.wait_for(path(1))
        step = frames.future(1)
        assert not share.transfers[path(1)].urgent
        share.release(path(1))
        step.result(LONG)
        frames.future(20)
        share.wait_for(path(20))
        assert share.transfers[path(20)].urgent
        share.wait_for(path(21))
        frames.future(35)
        share.wait_for(path(35))
        assert share.transfers[path(35)].urgent
        share.release()


# Waiting


def test_a_wait_ends_in_time_and_the_frame_comes_all_the_same(share: Share, plain: Plain) -> None:
    share.hold(path(0))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        for timeout in (0.0, 0.01):
            with pytest.raises(TimeoutError):
                frames.get(0, timeout)
        share.wait_for(path(0))
        share.release()
        plain.wait_for("picture 1")
        assert frames.get(0, LONG).description == "picture 1"
        assert share.reads.count(path(0)) == 1


def test_many_who_ask_for_one_frame_share_one_read(
    share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]
) -> None:
    share.hold(path(9))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        answers = [asking(frames, 9) for _ in range(16)]
        share.wait_for(path(9))
        share.release()
        assert len({id(answer()) for answer in answers}) == 1
        assert share.reads.count(path(9)) == 1


def test_a_frame_waited_for_on_one_thread_comes_though_another_asks_far_away(
    share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]
) -> None:
    share.hold(path(0))
    with Prefetcher("/shots", kind="frame", storage=share, max_bytes=100) as frames:
        answer = asking(frames, 0)
        share.wait_for(path(0))
        others = [asking(frames, position) for position in (39, 20, 30)]
        assert {other().description for other in others} == {"picture 40", "picture 21", "picture 31"}
        share.release()
        assert answer().description == "picture 1"
        assert path(0) not in {share.begun.get() for _ in range(share.begun.qsize())}, "its read was given up"


def test_a_read_that_hangs_holds_up_nobody_else(
    share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]
) -> None:
    share.hold(path(5), path(30))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        earlier = asking(frames, 5)
        share.wait_for(path(5))
        hanging = asking(frames, 30)
        share.wait_for(path(30))
        share.release(path(5))
        assert earlier().description == "picture 6"
        assert frames.get(12, LONG).description == "picture 13"
        share.release()
        assert hanging().description == "picture 31"


@pytest.mark.parametrize("budget", [10**9, 300])
def test_many_threads_read_at_random(share: Share, budget: int) -> None:
    def read(seed: int) -> bool:
        chance = random.Random(seed)  # noqa: S311 - a game of chance, no secret
        asked = [chance.randrange(40) for _ in range(100)]
        return all(frames.get(n, LONG).description == f"picture {n + 1}" for n in asked)

    with Prefetcher("/shots", kind="frame", storage=share, max_bytes=budget) as frames, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(8)))


# Errors


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (broken("it"), StorageError, "Input/output"),
        (NotFoundError("It is gone."), NotFoundError, "gone"),
        (b"damaged", DamagedImageError, "7 of 20"),
        (b"exit", SystemExit, "a.0004"),
        (KeyboardInterrupt("it"), KeyboardInterrupt, "it"),
        (MemoryError("it"), MemoryError, "it"),
    ],
)
def test_an_error_reaches_who_asked_in_its_own_kind_with_the_path_and_others_go_on(
    share: Share, content: bytes | BaseException, kind: type[BaseException], words: str
) -> None:
    share.files[path(3)] = content
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        assert frames.get(2, LONG).description == "picture 3"
        for _ in range(2):
            with pytest.raises(kind, match=words) as caught:
                frames.get(3, LONG)
            assert caught.value.__notes__[0] == path(3)
        assert frames.get(4, LONG).description == "picture 5"
    assert share.reads.count(path(3)) == 1


def test_each_thread_gets_an_error_of_its_own(
    share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]
) -> None:
    share.files[path(3)] = broken(path(3))
    share.hold(path(3))
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        answers = [asking(frames, 3) for _ in range(4)]
        share.wait_for(path(3))
        share.release()
        errors = []
        for answer in answers:
            with pytest.raises(StorageError) as caught:
                answer()
            errors.append(caught.value)
    assert len(set(map(id, errors))) == 4


def test_a_read_that_failed_is_tried_again_and_that_attempt_is_waited_for(share: Share) -> None:
    share.failing_once.add(path(3))
    share.hold(path(3))
    with Prefetcher("/shots", kind="frame", storage=share, retry_after=0.0) as frames:
        with pytest.raises(StorageError):
            frames.get(3, LONG)
        share.wait_for(path(3))
        with pytest.raises(TimeoutError):
            frames.get(3, 0.02)
        share.wait_for(path(3))
        share.release()
        assert frames.get(3, LONG).description == "picture 4"


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "shot.1.png").write_bytes(b"no picture at all")
    Image.new("RGB", (8, 6)).save(tmp_path / "shot.2.png")
    with Prefetcher(tmp_path, kind="frame") as frames:
        with pytest.raises(UnsupportedFormatError) as caught:
            frames.get(0, LONG)
        assert caught.value.__notes__[0] == f"{tmp_path}/shot.1.png"
        assert frames.get(1, LONG).size == Size(8, 6)


# The end


def test_closing_tells_those_who_wait_and_does_not_wait_for_a_read_that_hangs(
    share: Share, asking: Callable[[Prefetcher, int], Callable[[], Frame]]
) -> None:
    share.hold(*map(path, range(40)))
    frames = Prefetcher("/shots", kind="frame", storage=share)
    answers = [asking(frames, position) for position in (0, 0, 20)]
    share.wait_for(path(0), path(20))
    started = time.monotonic()
    frames.close()
    assert time.monotonic() - started < 1.0
    for answer in answers:
        with pytest.raises(CancelledError):
            answer()
    with pytest.raises(ValueError, match="closed"):
        frames.get(0)


def test_a_closed_one_answers_nothing_and_closing_again_is_harmless(share: Share) -> None:
    with Prefetcher("/shots", kind="frame", storage=share) as frames:
        kept = frames.get(0, LONG)
        frames.close()
        for position in (0, 30):
            with pytest.raises(ValueError, match="closed"):
                frames.get(position)
    frames.close()
    assert kept.array().shape == (2, 4, 4)


def test_asking_while_another_thread_closes_always_ends(share: Share) -> None:
    def ask() -> None:
        started.set()
        try:
            for position in itertools.cycle(range(0, 40, 7)):
                frames.get(position, LONG)
        except (ValueError, CancelledError) as error:
            errors.append(error)

    errors: list[Exception] = []
    for _ in range(20):
        frames = Prefetcher("/shots", kind="frame", storage=share)
        started = threading.Event()
        thread = threading.Thread(target=ask)
        thread.start()
        assert started.wait(LONG)
        frames.close()
        thread.join(LONG)
        assert not thread.is_alive()
    assert len(errors) == 20


SCRIPT = """
import sys, threading, time
from viewer.core.prefetch.memory import SPARE
from viewer.core.prefetch.prefetcher import Prefetcher

class Dead:
    def list_names(self, folder, transfer):
        yield ["a.1.png", "a.2.png"]
    def read(self, path, transfer):
        threading.Event().wait()
    def is_folder(self, path):
        return True

frames = Prefetcher("/shots", storage=Dead())
try:
    frames.get(0, 0.05)
except TimeoutError:
    print("PyQt5" in sys.modules, time.monotonic())
"""


def test_a_script_ends_at_once_though_a_read_hangs_and_knows_no_qt() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=LONG, check=True, env=dict(os.environ)
    )
    ended = time.monotonic()
    qt, last_words = ran.stdout.split()
    assert qt == "False"
    assert ran.stderr == ""
    assert ended - float(last_words) < 1.0


# The frame


@pytest.mark.parametrize(
    ("channels", "dtype"), [(BGRX, np.uint8), (GREY, np.uint16), (RGB, np.uint16), (("a", "b"), np.float32)]
)
def test_a_frame_is_an_array_over_the_same_memory_and_read_only(
    channels: tuple[str, ...], dtype: type[np.generic]
) -> None:
    shape = (2, 3) if channels == GREY else (2, 3, len(channels))
    samples = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    array = Frame((samples,), channels).array()
    assert (array == samples).all()
    assert array.dtype == samples.dtype
    assert np.shares_memory(array, samples)
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1
    assert samples.flags.writeable


def test_channels_in_arrays_of_their_own_become_one_array() -> None:
    planes = tuple(np.full((2, 3), number, np.float16) for number in range(4))
    frame = Frame(planes, RGBA)
    assert (frame.size, frame.nbytes) == (Size(3, 2), 48)
    assert (frame.array() == [0, 1, 2, 3]).all()
    assert not frame.array().flags.writeable


def test_the_pages_of_a_file_are_frames(tmp_path: Path) -> None:
    pages = [np.full((6, 8), 1000 * number, np.uint16) for number in range(1, 6)]
    stack = tmp_path / "stack.tif"
    stack.write_bytes(pictures.tiff(np.stack(pages), photometric="minisblack"))
    with Prefetcher(stack) as frames:
        assert [page[0, 0] for page in frames] == [1000, 2000, 3000, 4000, 5000]
        assert frames[0].dtype == np.uint16
        assert [page[0, 0] for page in pickle.loads(pickle.dumps(frames.plain()))] == [1000, 2000, 3000, 4000, 5000]  # noqa: S301 - our own


# Files kept on this disk


def test_a_second_run_reads_only_what_was_rewritten(share: Share, tmp_path: Path) -> None:
    def run() -> list[str]:
        before = len(share.reads)
        with Prefetcher("/shots", storage=share, kind="bytes", keep=tmp_path / "kept") as frames:
            assert list(frames) == [share.files[path(position)] for position in range(40)]
        return share.reads[before:]

    assert len(run()) == 40
    assert run() == []
    share.files[path(3)] = b"another"  # of another size
    share.modified[path(5)] = 10**9 + 1  # of the same size, but written later
    assert sorted(run()) == [path(3), path(5)]
    assert run() == []
    assert kept_files().folders() == []  # the window's are left alone


def test_what_the_window_has_kept_is_not_read(share: Share) -> None:
    for file in share.files:
        content = memoryview(share.files[file])  # type: ignore[arg-type]  # all of them are bytes
        kept_files().put(file, content, content.nbytes, 0)
    with Prefetcher("/shots", storage=share, kind="bytes", keep=True) as frames:
        assert list(frames) == list(frames.plain()) == list(share.files.values())
    assert share.reads == []


def test_kept_files_are_known_by_their_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.1.png").write_bytes(folder.encode())
        os.utime(tmp_path / folder / "a.1.png", (1, 1))
        monkeypatch.chdir(tmp_path / folder)
        with Prefetcher(["a.1.png"], kind="bytes", keep=True) as frames:
            assert frames[0] == folder.encode()


# How many files are read at once


@pytest.mark.parametrize(("rate", "found"), [(lambda _: 6e6, FIRST), (lambda reads: reads * 2e5, 32)])
def test_more_reads_at_once_than_usual_where_they_bring_more(rate: Callable[[int], float], found: int) -> None:
    now = 0.0
    controls = ReadControls(8, 32, lambda: now)
    under_way: list[Transfer] = []
    numbers: Counter[int] = Counter()
    for _ in range(3000):
        while len(under_way) < controls.at_once:
            under_way.append(Transfer())
            controls.begin(under_way[-1])
        now += 100_000 / rate(len(under_way))
        under_way[0].received = 100_000
        controls.end(under_way.pop(0))
        numbers[controls.at_once] += 1
    assert min(numbers) == FIRST
    assert numbers.most_common(1)[0][0] == found


def test_one_read_at_a_time_where_more_bring_no_more_than_one_alone() -> None:
    now = 0.0
    controls = ReadControls(8, 32, lambda: now)

    def ended(transfer: Transfer, seconds: float) -> None:
        nonlocal now
        now += seconds
        transfer.received = 100_000
        controls.end(transfer)

    asked = Transfer()
    controls.begin(asked)
    asked.set_urgent(urgent=True)
    ended(asked, 0.1)
    under_way: list[Transfer] = []
    for _ in range(60):
        while len(under_way) < controls.at_once:
            under_way.append(Transfer())
            controls.begin(under_way[-1])
        ended(under_way.pop(0), 0.1)
    assert controls.at_once == 1
    controls.begin(asked)
    assert asked.reading_on is ReadingOn.USUAL


def test_a_number_of_reads_that_is_given_is_kept(share: Share) -> None:
    share.hold(*map(path, range(1, 40)))
    with Prefetcher("/shots", kind="bytes", storage=share, workers=3, ahead=30) as frames:
        assert frames[0] == share.files[path(0)]
        share.wait_for(*map(path, range(1, 4)))
        assert frames.stats.under_way == 3
        share.release()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), "cannot be shown. It is a file of numbers in HDF5, not a picture."),
        (
            "a.1.tif",
            b"\x89HDF\r\n\x1a\n" + bytes(99),
            "cannot be shown. It is a file of numbers in HDF5, not a picture.",
        ),
        ("a.fits", b"\x1f\x8b" + bytes(99), "cannot be shown. It is an archive, not a picture."),
        ("a.npz", b"PK\3\4" + bytes(99), "cannot be shown. It is an archive, not a picture."),
        ("a.png", b"", "cannot be shown. The file is empty."),
        ("a.tif", b"II*\0\0\0\0\0", "cannot be shown. This TIFF has no page: it was not written to its end."),
        ("a.npy", b"\x93NUMPY\1\0", "cannot be shown. The file is damaged (its header is cut off)."),
        ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n", "is a single file, not a folder. Give its folder."),
        (
            "4.jp2",
            b"\xff\x4f\xff\x51",
            "is a single file, not a folder. Give its folder, or the pattern {folder}/#.jp2.",
        ),
        ("a.b012", b"\xff\xd8\xff", "is a single file, not a folder. Give its folder."),
    ],
)
def test_a_file_that_was_named_says_why_it_is_no_sequence(
    name: str, content: bytes, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SequenceError) as raised:
        Prefetcher(path)
    assert str(raised.value) == f"{path} {sentence.format(folder=tmp_path)}"


@pytest.mark.parametrize(
    ("kind", "sizes", "given_back"),
    [
        ("decoded", [SPARE // 4] * 8, 2),
        ("decoded", [2 * SPARE] * 3, 3),
        ("decoded", [10] * 50, 0),
        ("bytes", [SPARE // 16] * 18, 2),
    ],
)
def test_memory_that_was_freed_is_given_back_after_so_much_of_it(
    kind: str, sizes: list[int], given_back: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[None] = []
    monkeypatch.setattr("viewer.core.prefetch.files.give_back", lambda: calls.append(None))
    share = MemoryStorage({"/a": bytes(sizes[0])} if kind == "bytes" else {})
    controls = ReadControls(1, 1)
    source = FileSource(["/a"], share, None if kind == "bytes" else lambda _file: None, None, controls)
    for size in sizes:
        if kind == "bytes":
            source.run(0, InThread(0), 0, None, None)
        else:
            source.run(1, InThread(0), 0, range(size), None)
    assert len(calls) == given_back


def test_all_pictures_of_a_folder_come_in_one_order_and_through_a_filter() -> None:
    storage = MemoryStorage({f"/d/{name}": name.encode() for name in ("b.png", "a2.png", "a10.png", "c1.png")})
    storage.modified = {"/d/b.png": 4, "/d/a2.png": 3, "/d/a10.png": 2, "/d/c1.png": 1}
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"order": "name"}, "a2 a10 b c1"),
        ({"order": "number"}, "c1 a2 a10 b"),
        ({"order": "date"}, "c1 a10 a2 b"),
        ({"order": "date", "filter": "a"}, "a10 a2"),
        ({"filter": "a?"}, "a2"),
    )
    for settings, names in cases:
        with Prefetcher[Any]("/d", kind="bytes", storage=storage, **settings) as frames:
            assert [bytes(each).decode() for each in frames] == [f"{name}.png" for name in names.split()]
            storage.files["/d/0.png"] = b"0.png"
            frames.refresh()
            assert (len(frames) == len(names.split()) + 1) == ("filter" not in settings)
            del storage.files["/d/0.png"]
    refused: tuple[tuple[Any, dict[str, Any], type[Exception]], ...] = (
        ("/d", {"order": "size"}, ValueError),
        ("/d", {"filter": 1}, TypeError),
        ("/d", {"filter": "nowhere"}, SequenceError),
        (["/d/b.png"], {"order": "name"}, ValueError),
    )
    for source, wrong, error in refused:
        with pytest.raises(error):
            Prefetcher(source, kind="bytes", storage=storage, **wrong)


def test_a_stride_that_is_no_whole_number_is_refused_and_harms_no_later_request() -> None:
    with Prefetcher(range(100), str) as frames:
        with pytest.raises(TypeError):
            frames.get(50, stride="a")  # type: ignore[arg-type]  # that is what is tested
        assert [frames[position] for position in (51, 52, 53, 99)] == ["51", "52", "53", "99"]
