"""What the loader makes of files that are too large or no pictures, and of decodes that do not end."""

from __future__ import annotations

import pytest
from loading import Bench, file

from viewer.core.decode.apart import FOR_EACH_MB
from viewer.core.decode.judge import PictureJudge
from viewer.core.load.decode_lane import GIVE_UP_AFTER, SPARE_DECODERS
from viewer.core.load.frame_state import FrameState
from viewer.core.load.holdings import HEADROOM, SMALL_FILE
from viewer.core.play.playhead import Playhead
from viewer.core.units import MB

pytestmark = pytest.mark.usefixtures("nobody_waits_at_the_gate")

LARGE = SMALL_FILE + 4 * MB
BUDGET = 4 * SMALL_FILE
"""A quarter of it is for files."""


def large(beginning: bytes = b"") -> bytes:
    return file(length=LARGE) if not beginning else beginning.ljust(LARGE, b"-")


def sent_for(bench: Bench, index: int) -> int:
    """Shows a frame; returns the bytes that were read meanwhile, those of its neighbours aside."""
    before = bench.storage.sent
    bench.visit(index)
    return bench.storage.sent - before


def test_a_file_beyond_its_part_of_the_budget_is_read_only_when_it_is_on_screen() -> None:
    bench = Bench([file(), file(), large(), file()], BUDGET)
    bench.visit(0)
    assert bench.ready() == [0, 1, 3]
    assert bench.state(2) is FrameState.ABSENT
    assert bench.loader.failures.error(bench.paths[2]) is None
    assert bench.numbers_read().count(2) == 1
    bench.visit(1)
    assert bench.numbers_read().count(2) == 1, "it is not opened again and again"
    assert sent_for(bench, 2) == LARGE
    assert bench.ready() == [0, 1, 2, 3]


def test_a_file_left_out_is_read_ahead_once_the_budget_has_room_or_it_is_another_file() -> None:
    bench = Bench([file(), large(), large()], BUDGET)
    bench.visit(0)
    assert bench.ready() == [0]
    bench.storage.files[bench.paths[2]] = file()
    bench.loader.reload(bench.paths[2:])
    bench.settle()
    assert bench.ready() == [0, 2]
    bench.loader.set_budget(2 * BUDGET)
    bench.settle()
    assert bench.ready() == [0, 1, 2]


def test_a_file_left_out_keeps_no_small_picture_and_no_filling_waiting() -> None:
    bench = Bench([file(), *[large()] * 3, file()], BUDGET)
    bench.plan(Playhead(5, 0), thumbnails=[1, 2, 3, 4], fill=[1, 2, 3, 4])
    bench.settle()
    assert bench.ready() == [0, 4]
    assert bench.storage.sent < MB


def test_passing_by_a_file_that_is_left_out_reads_nothing() -> None:
    bench = Bench([file(), large(), file()], BUDGET)
    bench.visit(0)
    for _ in range(3):
        bench.plan(Playhead(3, 1), in_passing=True)
        bench.settle()
    assert bench.numbers_read().count(1) == 1
    bench.visit(1)
    assert 1 in bench.ready()


@pytest.mark.parametrize(
    ("content", "budget", "said"),
    [
        (large(b"only words"), BUDGET, "not a picture"),
        (large(b"%!PS-Adobe"), BUDGET, "PostScript"),
        (bytes(LARGE), BUDGET, "has not been written"),
        (file(length=2 * MB + HEADROOM), 1 * MB, "has 130 MB, but the cache size is 1.0 MB"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_its_first_piece(content: bytes, budget: int, said: str) -> None:
    bench = Bench([content, file()], budget)
    path = bench.visit(0)
    assert said in str(bench.loader.failures.error(path))
    assert bench.storage.sent < 300_000
    assert bench.loader.stamp(path) is not None, "by it a healed file is found out"
    bench.visit(1)
    assert 1 in bench.ready()
    bench.storage.files[path] = file()
    bench.loader.reload([path])
    bench.visit(0)
    assert 0 in bench.ready()


def test_the_judge_of_a_frame_knows_its_suffix_and_what_the_cache_can_show() -> None:
    holdings = Bench(1, BUDGET).loader.holdings
    assert holdings.judge("/a/b.c.JPG", ahead=False) == PictureJudge(
        ".JPG", None, BUDGET + HEADROOM, BUDGET, (BUDGET + HEADROOM) // 2
    )
    assert holdings.judge("/a/b", ahead=True).ahead == BUDGET // 4
    assert holdings.fits(holdings.judge("/a/b", ahead=False).decoded)
    assert not holdings.fits(holdings.judge("/a/b", ahead=False).decoded + 1)


# Decodes that do not end


def hang(bench: Bench, index: int) -> str:
    """Shows a frame whose decode does not end until it is given up."""
    path = bench.show(index)
    while bench.readers.waiting:
        bench.readers.finish()
    bench.loop.advance(GIVE_UP_AFTER + FOR_EACH_MB + 1)
    return path


def test_a_decode_that_hangs_is_given_up_and_holds_nobody_up() -> None:
    bench = Bench(6, decoders=2 + SPARE_DECODERS)
    path = hang(bench, 0)
    assert "takes more than 30 s" in str(bench.loader.failures.error(path))
    stuck = len(bench.decoders.waiting)
    while len(bench.decoders.waiting) > stuck - 1 and len(bench.ready()) < 4:
        bench.decoders.finish(len(bench.decoders.waiting) - 1)
    assert len(bench.ready()) >= 3, "the spare ones decode the others"
    bench.decoders.finish_all()
    assert bench.loader.failures.error(path) is None, "it ended after all"
    assert 0 in bench.ready()


def test_what_hung_and_is_another_file_by_now_is_dropped_when_it_ends() -> None:
    bench = Bench(1, decoders=1 + SPARE_DECODERS)
    path = hang(bench, 0)
    bench.storage.files[path] = file(30, 20)
    bench.loader.reload([path])
    bench.loop.turn()
    bench.readers.finish()
    bench.decoders.finish(1)
    bench.decoders.finish(0)
    picture = bench.loader.holdings.picture(path)
    assert picture is not None
    assert picture.size == (30, 20)


def test_there_are_only_so_many_spare_decoders_and_they_come_back() -> None:
    bench = Bench(40, decoders=1 + SPARE_DECODERS)
    for index in range(1 + SPARE_DECODERS):
        hang(bench, index)
    assert len(bench.decoders.waiting) == 1 + SPARE_DECODERS
    assert not bench.loader.decodes.is_free(0, 1, urgent=True)
    bench.decoders.finish()
    assert len(bench.decoders.waiting) == 1 + SPARE_DECODERS
    bench.settle()
    assert len(bench.ready()) == 40


def test_a_large_file_is_given_more_time() -> None:
    bench = Bench([file(length=10 * MB)], decoders=1)
    path = bench.show(0)
    bench.readers.finish()
    bench.loop.advance(GIVE_UP_AFTER + 9 * FOR_EACH_MB)
    assert bench.loader.failures.error(path) is None
    bench.loop.advance(2 * FOR_EACH_MB)
    assert bench.loader.failures.error(path) is not None
