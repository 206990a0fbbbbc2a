"""Results kept on this disk: computed once, right whatever happens to the files, and never in anybody's way."""

from __future__ import annotations

import gc
import logging
import math
import os
import random
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from kept import (
    DYING,
    ROOT,
    damaged,
    files,
    fill_the_disk,
    full_disks,
    let_pass,
    not_root,
    only_file,
    posix_only,
    python,
    too_many_files,
)
from PIL import Image

from viewer.core.cache.atomic_files import LEFT_BEHIND
from viewer.core.errors import DeadlockError, LoadError, ResultError, TagNotSetError
from viewer.core.frame import BGRX, Alpha, Frame, Range, SampleInfo, TransferCurve
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.results import entry, packing, store
from viewer.core.results.answer import Origin
from viewer.core.results.cache import ResultCache
from viewer.core.results.function import CachedFunction

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "kept"


class Doubling:
    """A function that counts its calls."""

    def __init__(self, cache: ResultCache, make: Callable[[int], Any] = lambda number: 2 * number) -> None:
        self.calls: list[int] = []
        self._make = make
        self.of: CachedFunction[[int], Any] = CachedFunction(self._call, lambda: cache, name="doubling")

    def _call(self, number: int) -> Any:  # noqa: ANN401 - whatever is to be kept
        self.calls.append(number)
        return self._make(number)

    def origins(self, *numbers: int) -> list[str]:
        return [self.of.ask(number).origin.value for number in numbers]


def without_memory(place: Path, **options: Any) -> ResultCache:  # noqa: ANN401 - those of ResultCache
    return ResultCache(place, memory_bytes=0, **options)


def states(place: Path) -> dict[Path, tuple[int, int, bytes]]:
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in files(place)}


def large(number: int) -> NDArray[np.uint16]:
    return np.arange(100_000, dtype=np.uint16) * number


# a hit


@pytest.mark.parametrize("memory", [0, 10**9])
def test_f3_a_hit_does_not_run_the_function(place: Path, memory: int) -> None:
    doubling = Doubling(ResultCache(place, memory_bytes=memory))
    assert [doubling.of(4) for _ in range(4)] == [8, 8, 8, 8]
    assert doubling.calls == [4]


def test_f3_every_value_is_a_value(place: Path) -> None:
    values: list[Any] = [None, False, 0, "", [], b""]
    for tag, value in enumerate(values):
        doubling = Doubling(ResultCache(place, tag=tag), [value].__getitem__)
        assert [doubling.of(0) for _ in range(3)] == [value] * 3
        assert doubling.calls == [0]


def test_f28_tells_where_a_result_came_from(place: Path) -> None:
    assert Doubling(ResultCache(place)).origins(1, 1, 2) == ["loaded", "memory", "loaded"]
    assert Doubling(ResultCache(place)).origins(1, 1) == ["disk", "memory"]


def test_what_is_handed_out_cannot_damage_what_is_kept(place: Path) -> None:
    doubling = Doubling(ResultCache(place), lambda _: {"pixels": large(1), "list": [1]})
    first = doubling.of(1)
    first["list"].append(2)
    second = doubling.of(1)
    second["list"].append(3)
    assert doubling.of(1)["list"] == [1]
    np.testing.assert_array_equal(second["pixels"], large(1))
    for each in (first, second):
        with pytest.raises(ValueError, match="read-only"):
            each["pixels"][:] = 0


READ = """
import sys, warnings
from viewer.core.results.cache import ResultCache

warnings.simplefilter("ignore")  # of other code than what computed the result

def call(number):
    raise SystemExit("the function ran")

pixels = ResultCache(sys.argv[1]).cached(name="doubling")(call)(3)
print(pixels.dtype, pixels.shape, int(pixels.sum(dtype="u8")))
"""


def test_f4_the_next_process_finds_what_was_kept(place: Path) -> None:
    Doubling(ResultCache(place), large).of(3)
    expected = f"uint16 (100000,) {int(large(3).sum(dtype='u8'))}\n"
    assert python(READ, place).communicate() == (expected, "")


def test_f5_one_more_writes_one_file_and_looks_at_no_other(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubling = Doubling(ResultCache(place, max_items=5000))
    for number in range(1000):
        doubling.of(number)
    before = states(place)
    opened: list[Path] = []
    real = os.open

    def count(path: Path, *arguments: int) -> int:
        opened.append(path)
        return real(path, *arguments)

    monkeypatch.setattr(os, "open", count)
    monkeypatch.setattr(os, "scandir", None)
    doubling.of(1000)
    monkeypatch.undo()
    after = states(place)
    assert len(opened) == 3  # in vain for the result, for the new file, and for how much there is
    assert {path: after[path] for path in before} == before
    assert len(after) == 1001


# whatever happens to the files

WRITE = """
import pathlib, sys
import numpy as np
from viewer.core.results.cache import ResultCache

cache = ResultCache(sys.argv[1], memory_bytes=0, mode="refresh")
fill = cache.cached(name="fill")(lambda key: np.full(50_000 + turn % 300 * 100, turn % 300, np.uint16))
for turn in range(10_000):
    fill(turn % 3)
    if turn == 2:
        print("ready", flush=True)
    if pathlib.Path(sys.argv[2]).exists():
        break
"""

READ_ON = """
import sys, warnings
from viewer.core.results.cache import ResultCache

warnings.simplefilter("ignore")  # of other code than what computed the result

def ran(key):
    raise KeyError(key)

fill = ResultCache(sys.argv[1], memory_bytes=0, log=sys.argv[2]).cached(name="fill")(ran)
hits = turn = 0
seen = set()
while hits < 400 or len(seen) < 20:
    turn += 1
    try:
        pixels = fill(turn % 3)
    except KeyError:
        continue
    hits += 1
    seen.add(int(pixels[0]))
    assert len(pixels) == 50_000 + int(pixels[0]) * 100 and (pixels == pixels[0]).all(), "torn"
"""


def test_f6_no_reader_ever_sees_a_torn_entry(place: Path, tmp_path: Path) -> None:
    writer = python(WRITE, place, tmp_path / "stop")
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        logs = [tmp_path / f"{number}.log" for number in range(2)]
        readers = [python(READ_ON, place, log) for log in logs]
        assert [reader.communicate() for reader in readers] == [("", "")] * 2
    finally:
        (tmp_path / "stop").touch()
        assert writer.communicate() == ("", "")
    assert "damage" not in "".join(log.read_text() for log in logs)


@pytest.mark.parametrize(("size", "copies"), [(3000, 200), (300_000, 40)])
@pytest.mark.parametrize("mapped", [False, True])
def test_f7_every_damaged_copy_is_a_right_answer(
    place: Path, tmp_path: Path, size: int, copies: int, *, mapped: bool
) -> None:
    chance = random.Random(size)  # noqa: S311 - not a secret
    data = np.frombuffer(chance.randbytes(size), np.uint8)
    cache = without_memory(place, mmap=mapped, log=tmp_path / "log")
    doubling = Doubling(cache, lambda _: data)
    doubling.of(2)
    other = only_file(place).read_bytes()
    cache.clear()
    doubling.of(1)
    file = only_file(place)
    good = file.read_bytes()
    for turn in range(copies):
        bad = damaged(good, other, tmp_path / "loaded", chance)
        if bad == good:
            continue
        file.write_bytes(bad)
        doubling.calls.clear()
        np.testing.assert_array_equal(doubling.of(1), data)
        assert doubling.calls == [1], turn
        assert file.with_suffix(".damaged").read_bytes() == bad
        assert file.read_bytes() == good
    assert doubling.origins(1) == ["disk"]
    assert (tmp_path / "log").read_text().count("WARNING damage") > 0.9 * copies
    assert not (tmp_path / "loaded").exists()


def test_f7_every_flipped_bit_and_every_run_of_damaged_bytes_is_noticed() -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    size = entry.SUMMED_FROM + 8 * entry.ROW + 1234
    data = bytearray(size)
    whole = entry._summed(memoryview(data), "sums")  # noqa: SLF001 - the sums are what is tested
    for _ in range(400):
        changed = bytearray(data)
        at = chance.randrange(size)
        match chance.randrange(4):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:  # the same bit of two words, once set and once cleared, in one row or in one column
                changed[at] += 1
                changed[(at + chance.choice([8, 8 * entry.ROW])) % size] -= 1 if changed[at] > 1 else -255
            case 2:
                run = chance.randrange(1, 8 * entry.ROW)
                changed[at : at + run] = chance.randbytes(len(changed[at : at + run]))
            case _:
                for _ in range(3):
                    changed[chance.randrange(size)] ^= 0x80
        if changed != data:
            assert entry._summed(memoryview(changed), "sums") != whole  # noqa: SLF001 - the sums are what is tested


def test_f7_what_was_checked_is_checked_again_when_the_file_changed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums: list[int] = []
    real = entry._summed  # noqa: SLF001 - how often it is called is what is tested

    def count(buffer: memoryview, how: object) -> int:
        sums.append(buffer.nbytes)
        return real(buffer, how)

    doubling = Doubling(without_memory(place), large)
    doubling.of(1)
    monkeypatch.setattr(entry, "_summed", count)
    assert doubling.origins(1, 1, 1) == ["disk"] * 3
    assert len(sums) == 1
    file = only_file(place)
    status = file.stat()
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    for _ in range(3):
        with file.open("r+b") as rotten:  # the same file, of the same size and date
            rotten.write(data)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        np.testing.assert_array_equal(doubling.of(1), large(1))
    assert doubling.calls == [1] * 4


def test_f7_words_and_rows_that_changed_places_are_noticed() -> None:
    data = np.random.default_rng(7).integers(0, 2**63, (20, entry.ROW), dtype=np.uint64)
    changed = [data.copy() for _ in range(4)]
    places: list[Any] = [((0, 0), (0, 1)), ((0, 0), (1, 0)), ((3, 5), (7, 9)), (2, 3)]
    for each, (one, two) in zip(changed, places, strict=True):
        each[one], each[two] = data[two], data[one]
    sums = {entry._summed(memoryview(each.tobytes()), "sums") for each in (data, *changed)}  # noqa: SLF001 - the sums are what is tested
    assert len(sums) == 5


def test_f7_every_flipped_bit_of_a_small_result_is_noticed(place: Path) -> None:
    doubling = Doubling(without_memory(place), lambda number: {"number": number, "name": "shot", "data": b"pixels"})
    right = doubling.of(1)
    file = only_file(place)
    good = file.read_bytes()
    for at in range(len(good)):
        file.write_bytes(good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :])
        assert doubling.origins(1) == ["loaded"], at
        assert doubling.of(1) == right


def test_f7_an_entry_that_stands_for_another_call_is_not_believed(place: Path) -> None:
    cache = without_memory(place)
    doubling = Doubling(cache)
    doubling.of(1)
    one = only_file(place)
    doubling.of(2)
    [two] = set(files(place)) - {one}
    two.write_bytes(one.read_bytes())
    assert (doubling.of(2), doubling.calls) == (4, [1, 2, 2])


def test_f8_an_entry_is_a_head_and_raw_bytes(place: Path) -> None:
    Doubling(without_memory(place), large).of(1)
    data = only_file(place).read_bytes()
    assert data.startswith(b"LookRes\x01")
    assert data.endswith(large(1).tobytes())
    assert len(data) < large(1).nbytes + 512


@pytest.mark.parametrize("length", [10 * 10**12, 10**6, -1, True, 1.5, None])
def test_f8_a_length_that_an_entry_only_claims_is_not_believed(place: Path, length: object) -> None:
    import json  # noqa: PLC0415 - only here
    import zlib  # noqa: PLC0415 - only here

    doubling = Doubling(without_memory(place))
    doubling.of(1)
    file = only_file(place)
    content = {"value": {"array": [0, "u1", [length], False]}, "buffers": [[length, "crc", 0]]}
    text = json.dumps(content).encode()
    rest = bytes.fromhex(file.stem) + len(text).to_bytes(8, "little") + text
    file.write_bytes(b"LookRes\x01" + zlib.crc32(rest).to_bytes(4, "little") + rest)
    assert doubling.of(1) == 2


@posix_only
def test_f8_a_file_of_10_terabytes_is_not_read(place: Path) -> None:
    doubling = Doubling(without_memory(place))
    doubling.of(1)
    os.truncate(only_file(place), 10**13)
    assert doubling.of(1) == 2


@posix_only
@pytest.mark.parametrize("kind", ["link", "pipe", "directory", "linked directory"])
def test_f8_what_stands_in_place_of_an_entry_leads_nowhere(place: Path, tmp_path: Path, kind: str) -> None:
    doubling = Doubling(without_memory(place))
    doubling.of(1)
    file = only_file(place)
    target = tmp_path / "target"
    if kind == "linked directory":
        file.parent.rename(target)
        file.parent.symlink_to(target)
    else:
        file.rename(target)
    match kind:
        case "link":
            file.symlink_to(target)
        case "pipe":
            os.mkfifo(file)
        case "directory":
            file.mkdir()
    before = states(target) if target.is_dir() else target.read_bytes()
    if kind in {"directory", "linked directory"}:
        with pytest.warns(RuntimeWarning, match="not kept while"):
            assert doubling.of(1) == 2
    else:
        assert doubling.of(1) == 2
    doubling_again = Doubling(without_memory(place)) if kind in {"link", "pipe"} else doubling
    assert doubling_again.of(1) == 2
    without_memory(place).clear()
    assert (states(target) if target.is_dir() else target.read_bytes()) == before


# preloading


def test_f9_preloading_reads_what_was_used_last_within_the_limit_and_touches_nothing(place: Path) -> None:
    doubling = Doubling(without_memory(place), lambda number: np.full(10_000, number, np.uint8))
    for number in range(20):
        doubling.of(number)
    for file in files(place)[:3]:
        file.write_bytes(file.read_bytes()[:-1])
    bad = files(place)[:3]
    before = states(place)
    cache = ResultCache(place, memory_bytes=120_000)
    assert cache.preload().result() == len(cache.memory) == 10
    assert cache.memory.used <= 120_000
    assert states(place) == before
    assert len(bad) == 3
    good_and_newest = reversed(range(20))
    fresh = Doubling(cache, lambda number: np.full(10_000, number, np.uint8))
    hits = [
        fresh.of.ask(number).origin.value == "memory"
        for number in good_and_newest
        if file_of(fresh, cache, number) not in bad
    ]
    assert hits[:10] == [True] * 10
    cache.close()


def file_of(doubling: Doubling, cache: ResultCache, number: int) -> Path:
    [directory] = cache.fullpath().iterdir()
    return directory / f"{doubling.of.key(number)}.result"


def test_f9_preloading_takes_no_more_items_than_asked_for_and_only_those_of_the_tag(place: Path) -> None:
    cache = ResultCache(place, tag="a")
    for tag in ("a", "b"):
        cache.set_tag(tag)
        doubling = Doubling(cache)
        for number in range(5):
            doubling.of(number)
    with ResultCache(place, tag="b", memory_items=3) as three, ResultCache(place, tag="b") as two:
        assert (three.preload().result(), two.preload(2).result()) == (3, 2)
        assert Doubling(two).origins(4, 3, 2) == ["memory", "memory", "disk"]
    with ResultCache(place, tag=None) as none, pytest.raises(TagNotSetError):
        none.preload()


def test_f9_the_start_does_not_wait_for_preloading(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Doubling(ResultCache(place)).of(1)
    gate = threading.Event()
    real = entry.read

    def wait(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - those of entry.read
        assert gate.wait(10)
        return real(*arguments, **options)

    monkeypatch.setattr(entry, "read", wait)
    cache = ResultCache(place)
    loading = cache.preload()
    assert not loading.done()
    gate.set()
    assert loading.result() == 1
    cache.close()


# limits


def test_f12_of_three_the_three_used_last_stay_also_across_processes(place: Path) -> None:
    doubling = Doubling(without_memory(place, max_items=3))
    for number in range(6):
        doubling.of(number)
        assert doubling.origins(*range(max(0, number - 2), number + 1)) == ["disk"] * min(3, number + 1)
    assert len(files(place)) == 3
    doubling.of(3)  # used again
    other = Doubling(without_memory(place, max_items=3))
    other.of(6)
    fresh = Doubling(ResultCache(place, mode="read-only", memory_bytes=0))
    assert fresh.origins(3, 4, 5, 6) == ["disk", "loaded", "disk", "disk"]


def test_f12_bytes_are_limited_and_a_result_that_is_too_large_pushes_nothing_out(place: Path) -> None:
    cache = without_memory(place, max_bytes=25_000)
    doubling = Doubling(cache, bytes)
    for number in (10_001, 10_002, 10_003, 30_000):
        doubling.of(number)
    assert doubling.origins(10_003, 10_002, 30_000) == ["disk", "disk", "loaded"]
    assert sum(file.stat().st_size for file in files(place)) <= 25_000


def test_f12_no_room_is_no_error(place: Path) -> None:
    for options in ({"max_items": 0}, {"max_bytes": 0}, {"memory_bytes": 0, "max_bytes": 0}):
        doubling = Doubling(ResultCache(place, **options))  # type: ignore[arg-type]  # each is a number
        assert [doubling.of(1), doubling.of(1)] == [2, 2]
    assert files(place) == []
    with pytest.raises(ValueError, match="max_items must be a whole number of at least 0, not -1"):
        ResultCache(place, max_items=-1)


def test_f12_a_large_limit_is_kept_with_room_for_more(place: Path) -> None:
    doubling = Doubling(without_memory(place, max_items=100))
    for number in range(250):
        doubling.of(number)
        assert len(files(place)) <= 100
    assert len(files(place)) >= 90
    assert doubling.origins(*range(200, 250)) == ["disk"] * 50


def test_f12_memory_is_limited_in_items_and_bytes_too(place: Path) -> None:
    doubling = Doubling(ResultCache(place, memory_items=2))
    assert doubling.origins(1, 2, 1, 3, 1, 2) == ["loaded", "loaded", "memory", "loaded", "memory", "disk"]
    cache = ResultCache(place, tag="bytes", memory_bytes=25_000)
    pixels = Doubling(cache, bytes)
    for number in (10_000, 10_001, 10_002, 50_000):
        pixels.of(number)
        assert cache.memory.used <= 25_000
    assert len(cache.memory) == 2


def test_f12_what_dead_programs_left_goes_after_a_while(place: Path) -> None:
    cache = without_memory(place, max_items=3)
    doubling = Doubling(cache)
    doubling.of(1)
    left = only_file(place).with_name("0123456789abcdef.new")
    left.write_bytes(b"half")
    assert cache.trim() == 0
    os.utime(left, (time.time() - 2 * LEFT_BEHIND,) * 2)
    assert cache.trim() == 1
    assert len(files(place)) == 1


# tags


def test_f13_a_tag_has_a_directory_of_its_own_and_it_can_be_asked_for(place: Path) -> None:
    cache = ResultCache(place, tag="night", prefix="shots-")
    assert cache.fullpath() == place / "shots-night"
    Doubling(cache).of(1)
    file = only_file(place)
    assert file.parent.parent == cache.fullpath()
    assert file.parent.name.startswith("doubling-")
    assert file.stem == Doubling(cache).of.key(1)


def test_f14_without_a_tag_nothing_is_kept_and_there_is_no_path(place: Path) -> None:
    cache = ResultCache(place, tag=None)
    doubling = Doubling(cache)
    assert doubling.origins(1, 1) == ["loaded", "loaded"]
    with pytest.raises(TagNotSetError, match="set_tag"):
        cache.fullpath()
    assert not place.exists()
    cache.set_tag("now")
    assert doubling.origins(1, 1) == ["loaded", "memory"]
    cache.set_tag(None)
    assert doubling.origins(1) == ["loaded"]


def test_f15_a_new_tag_prefix_or_folder_is_a_new_cache_at_once(place: Path) -> None:
    cache = ResultCache(place, tag="a")
    sources = {"a": 1}
    doubling = Doubling(cache, lambda _: sources["a"])
    assert doubling.of(0) == 1
    changes: list[Callable[[], None]] = [
        lambda: cache.set_tag("b"),
        lambda: cache.set_prefix("x-"),
        lambda: cache.set_folder(place / "other"),
    ]
    for turn, change in enumerate(changes):
        change()
        sources["a"] = 2 + turn
        assert [doubling.of(0), doubling.of(0)] == [2 + turn, 2 + turn]
    cache.set_folder(place)
    cache.set_prefix("")
    cache.set_tag("a")
    assert doubling.of(0) == 1


@pytest.mark.parametrize(
    "tag", ["../x", "a/b", "a\\b", "", ".", "..", " a", "a ", "a.", "x" * 101, "a\0", "a\n", "a:b", object(), "a*"]
)
def test_f16_a_tag_that_is_no_name_is_refused(place: Path, tag: object) -> None:
    with pytest.raises(ResultError, match="name"):
        ResultCache(place, tag=tag)
    cache = ResultCache(place, tag="a")
    with pytest.raises(ResultError, match="name"):
        cache.set_tag(tag)
    assert cache.tag == "a"


def test_f16_whatever_has_a_clear_name_is_a_tag_and_a_prefix_must_be_one_too(place: Path) -> None:
    tags: dict[object, str] = {123: "123", "día 1": "día 1", 1.5: "1.5", True: "True"}
    assert [ResultCache(place, tag=tag).fullpath() for tag in tags] == [place / name for name in tags.values()]
    with pytest.raises(ResultError, match=r"prefix '\.\./' is no name"):
        ResultCache(place, prefix="../")


# clearing


def test_f17_clear_forgets_memory_alone_or_removes_all_that_was_made(place: Path) -> None:
    cache = ResultCache(place, prefix="p-", viewable=True)
    doubling = Doubling(cache, lambda _: np.zeros((4, 4), np.uint8))
    for tag in ("a", "b"):
        cache.set_tag(tag)
        doubling.of(1)
    assert [file.suffix for file in files(place)] == [".png", ".result"] * 2
    assert cache.clear(memory_only=True) == 0
    assert (len(cache.memory), len(files(place)), doubling.origins(1)) == (0, 4, ["disk"])
    files(place)[1].write_bytes(b"damaged")
    cache.set_tag("a")
    cache.clear(memory_only=True)
    doubling.of(1)
    assert cache.clear() == 5
    assert list(place.iterdir()) == []
    assert doubling.origins(1) == ["loaded"]


def same(number: int) -> int:
    return number


def test_f17_one_function_or_one_tag_can_be_cleared(place: Path) -> None:
    cache = ResultCache(place)
    one, two = (cache.cached(name=name)(same) for name in ("one", "two"))
    for tag in ("a", "b"):
        cache.set_tag(tag)
        assert one(1) == two(1)
    assert one.clear("a") == 1
    assert [each.ask(1).origin.value for each in (one, two)] == ["memory", "memory"]
    cache.set_tag("a")
    assert [each.ask(1).origin.value for each in (two, one)] == ["memory", "loaded"]
    assert two.clear() == 2
    assert cache.clear(tag="b") == 1
    assert [each.ask(1).origin.value for each in (one, two)] == ["memory", "loaded"]


def test_f17_what_has_another_prefix_stays_and_does_not_count(place: Path) -> None:
    one, two = (Doubling(without_memory(place, prefix=prefix, max_items=2)) for prefix in ("one-", "two-"))
    for number in range(4):
        one.of(number)
        two.of(number)
    assert len(files(place)) == 4
    assert ResultCache(place, prefix="one-").clear() == 2
    assert two.origins(2, 3) == ["disk", "disk"]


def test_f17_what_others_put_there_stays(place: Path) -> None:
    cache = ResultCache(place, max_items=2)
    Doubling(cache).of(1)
    directory = only_file(place).parent
    foreign = [
        place / "notes.txt",
        directory / "notes.txt",
        directory / "x.result",
        directory.parent / ("0" * 32 + ".result"),
        place / "photos" / "mine" / ("0" * 32 + ".result"),
    ]
    foreign[-1].parent.mkdir(parents=True)
    for file in foreign:
        file.write_bytes(b"mine")
    let_pass(place, 10 * LEFT_BEHIND)
    for number in range(5):
        Doubling(cache).of(number)
    cache.clear()
    assert files(place) == sorted(foreign)
    assert (place / "photos" / "mine").is_dir()


@posix_only
def test_f17_a_link_to_a_directory_elsewhere_is_not_followed(place: Path, tmp_path: Path) -> None:
    cache = ResultCache(place)
    Doubling(cache).of(1)
    elsewhere = cache.fullpath().rename(tmp_path / "elsewhere")
    cache.fullpath().symlink_to(elsewhere)
    before = states(elsewhere)
    assert (cache.clear(), cache.trim()) == (0, 0)
    assert states(elsewhere) == before


def test_f18_purged_at_start_it_is_really_empty(place: Path) -> None:
    Doubling(ResultCache(place, tag="a")).of(1)
    Doubling(ResultCache(place, tag="b")).of(1)
    cache = ResultCache(place, tag="a", purge=True)
    assert list(place.iterdir()) == []
    assert Doubling(cache).origins(1) == ["loaded"]


# the log


def events(log: Path) -> list[str]:
    return [line.split()[3] for line in log.read_text().splitlines()]


def test_f19_the_log_tells_what_happens_once_however_often_it_is_set(place: Path, tmp_path: Path) -> None:
    log = tmp_path / "results.log"
    cache = ResultCache(place, log=log, max_items=1)
    cache.set_log(log)
    cache.set_log(str(log))
    doubling = Doubling(cache)
    doubling.origins(1, 1)
    cache.clear(memory_only=True)
    doubling.origins(1)
    cache.clear(memory_only=True)
    only_file(place).write_bytes(b"rotten")
    doubling.origins(1)
    cache.clear()
    cache.close()
    doubling.origins(1)
    told = ["miss", "save", "hit", "read", "damage", "miss", "save", "delete", "delete"]
    assert sorted(events(log)) == sorted(told)
    assert events(log)[:7] == told[:7]


def test_f19_the_programs_log_is_told_too_and_one_that_cannot_be_written_stops_nobody(
    place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ResultCache(place, log=tmp_path) as cache, caplog.at_level(logging.DEBUG, "viewer.core.results"):
        assert Doubling(cache).of(1) == 2
    assert [record.message.split()[0] for record in caplog.records] == ["miss", "save"]


# a disk that will not


@full_disks
def test_f20_a_full_disk_is_told_once_and_tried_again_after_a_while(
    place: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    now = [1.0]
    cache = without_memory(place)
    kept = cache._store = store.Store(place, "", None, 10**9, clock=lambda: now[0])  # noqa: SLF001 - with a clock of ours
    doubling = Doubling(cache, large)
    doubling.of(1)
    fill_the_disk(monkeypatch, number)
    with pytest.warns(RuntimeWarning, match="not kept while") as told:
        answers = [doubling.of(each) for each in (2, 3, 4)]
    np.testing.assert_array_equal(answers, [large(each) for each in (2, 3, 4)])
    states = [cache.is_writing]
    now[0] += 2 * store.TRIED_AGAIN_AFTER
    states.append(cache.is_writing)
    assert states == [False, True]
    doubling.of(5)  # in vain again
    assert (len(told), len(files(place)), cache.is_writing) == (1, 1, False)
    monkeypatch.undo()
    assert doubling.origins(1, 2, 2) == ["disk", "loaded", "loaded"]  # not yet
    for mend in (cache.trim, cache.clear):
        fill_the_disk(monkeypatch, number)
        doubling.of(6)
        monkeypatch.undo()
        assert kept.is_failing
        mend()
        assert doubling.origins(2, 2) == ["loaded", "disk"]


LIMITED = """
import resource, sys, warnings
from viewer.core.results.cache import ResultCache

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
fill = ResultCache(sys.argv[1]).cached(name="fill")(lambda size: bytes(size))
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    print(len(fill(400_000)), len(fill(400_001)), len(told))
"""


@posix_only
def test_f20_a_limit_of_the_system_on_files_is_told_once_and_leaves_no_torn_file(place: Path) -> None:
    assert python(LIMITED, place).communicate() == ("400000 400001 1\n", "")
    assert files(place) == []


@not_root
def test_f20_a_folder_that_cannot_be_written_is_read(place: Path) -> None:
    Doubling(ResultCache(place)).of(1)
    folders = [only_file(place).parent, place]
    for folder in folders:
        folder.chmod(0o500)
    try:
        doubling = Doubling(ResultCache(place))
        with pytest.warns(RuntimeWarning, match="not kept while"):
            assert doubling.origins(1, 2, 3) == ["disk", "loaded", "loaded"]
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_f20_a_file_where_the_folder_should_be_is_left_alone(place: Path) -> None:
    place.write_text("mine")
    doubling = Doubling(ResultCache(place, memory_bytes=0))
    with pytest.warns(RuntimeWarning, match="not kept while") as told:
        assert doubling.origins(1, 1, 2) == ["loaded"] * 3
    assert len(told) == 1
    assert place.read_text() == "mine"


@posix_only
def test_only_the_owner_can_read_what_is_kept(place: Path) -> None:
    missing = place / "a" / "b"
    Doubling(ResultCache(missing)).of(1)
    assert {path.stat().st_mode & 0o777 for path in (missing, *missing.rglob("*"))} == {0o700, 0o600}


def test_a_result_that_cannot_be_kept_is_returned_and_told_once(place: Path) -> None:
    made = object()
    doubling = Doubling(ResultCache(place), lambda _: made)
    with pytest.warns(RuntimeWarning, match=r"doubling are not kept\. A result of the type builtins.object") as told:
        assert [doubling.of(1), doubling.of(1)] == [made, made]
    assert len(told) == 1
    assert files(place) == []


def test_an_entry_that_cannot_be_read_now_is_not_thrown_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubling = Doubling(without_memory(place))
    doubling.of(1)
    before = states(place)
    cache = without_memory(place, mode="read-only")
    for call in ("open", "read"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, too_many_files)
            assert Doubling(cache).of(1) == 2
    assert states(place) == before


# modes


def test_f21_without_the_cache_nothing_is_read_or_written(place: Path) -> None:
    kept = ResultCache(place)
    Doubling(kept).of(1)
    before = states(place)
    cache = ResultCache(place, mode="bypass")
    assert Doubling(cache).origins(1, 1, 2) == ["loaded"] * 3
    assert states(place) == before
    unknown = object()  # nothing is compared, so nothing is refused
    assert cache.cached(name="any")(lambda value: [value])(unknown) == [unknown]
    cache.mode = "use"
    assert Doubling(cache).origins(1) == ["disk"]


def test_f21_one_call_goes_past_the_cache(place: Path) -> None:
    doubling = Doubling(ResultCache(place))
    doubling.of(1)
    assert (doubling.of.__wrapped__(1), doubling.calls) == (2, [1, 1])  # type: ignore[attr-defined]  # functools sets it


def test_refreshing_computes_anew_and_takes_the_place_of_the_old(place: Path) -> None:
    source = [1]
    cache = ResultCache(place)
    doubling = Doubling(cache, lambda _: source[0])
    doubling.of(1)
    source[0] = 2
    assert doubling.of(1) == 1
    cache.mode = "refresh"
    assert doubling.of(1) == 2
    cache.mode = "use"
    assert (doubling.of(1), Doubling(ResultCache(place)).of(1)) == (2, 2)
    with pytest.raises(ValueError, match="no_cache"):
        cache.mode = cast("Any", "no_cache")


def test_read_only_reads_and_changes_nothing(place: Path) -> None:
    for number in (1, 2):
        Doubling(ResultCache(place)).of(number)
    rotten = files(place)[0]
    rotten.write_bytes(b"rotten")
    before = states(place)
    doubling = Doubling(ResultCache(place, mode="read-only", max_items=1, memory_bytes=0))
    assert sorted(doubling.origins(1, 2, 3)) == ["disk", "loaded", "loaded"]
    assert states(place) == before


def test_large_arrays_can_be_left_on_the_disk(place: Path) -> None:
    Doubling(ResultCache(place), large).of(3)
    pixels = Doubling(without_memory(place, mmap=True), large).of(3)
    np.testing.assert_array_equal(pixels, large(3))
    only_file(place).unlink()  # what is mapped stays
    np.testing.assert_array_equal(pixels, large(3))
    assert not pixels.flags.writeable


# methods


calls: list[int] = []


class Lens:
    """Something whose results depend on what it is."""

    def __init__(self, strength: int) -> None:
        self.strength = strength

    def blur(self, number: int) -> int:
        calls.append(self.strength)
        return self.strength * number


def lenses(cache: ResultCache, **more: Any) -> Any:  # noqa: ANN401 - a class
    calls.clear()
    return type("Lens", (Lens,), {"blur": cache.cached(name="Lens.blur")(Lens.blur), **more})


def test_f22_objects_share_results_also_on_the_disk_while_they_are_alike(place: Path) -> None:
    kind = lenses(ResultCache(place))
    one, same, other = kind(2), kind(2), kind(3)
    assert ([one.blur(1), same.blur(1), other.blur(1)], calls) == ([2, 2, 3], [2, 3])
    other.strength = 2
    assert (other.blur(1), lenses(ResultCache(place))(3).blur(1), calls) == (2, 3, [])
    assert len(files(place)) == 2


def test_f22_results_keep_no_object_alive(place: Path) -> None:
    cache = ResultCache(place)
    lens = lenses(cache)(2)
    assert lens.blur(1) == 2
    gone = weakref.ref(lens)
    del lens
    gc.collect()
    assert gone() is None


def test_f22_objects_may_tell_their_own_key(place: Path) -> None:
    kind = lenses(ResultCache(place), cache_key=lambda self: self.strength % 10)
    assert ([kind(2).blur(1), kind(12).blur(1), kind(3).blur(1)], calls) == ([2, 2, 3], [2, 3])


def test_f22_objects_can_be_left_out(place: Path) -> None:
    cache = ResultCache(place)
    kind = type("Lens", (Lens,), {"blur": cache.cached(name="Lens.blur", exclude="self")(Lens.blur)})
    assert [kind(2).blur(1), kind(3).blur(1)] == [2, 2]
    assert len(files(place)) == 1


def test_f22_objects_that_nothing_can_tell_apart_are_refused(place: Path) -> None:
    lens = lenses(ResultCache(place))(2)
    lens.source = iter([])
    with pytest.raises(ResultError, match=r"argument self .* in 'source', .* list_iterator .*cache_key"):
        lens.blur(1)


class Counter:
    """An object that its method changes."""

    number = 0

    def step(self) -> int:
        self.number += 1
        return self.number


def test_f22_a_method_that_changes_its_object_is_told_of_once(place: Path) -> None:
    kind = type("Counting", (Counter,), {"step": ResultCache(place).cached(Counter.step)})
    counter = kind()
    with pytest.warns(RuntimeWarning, match="changes its object while it runs"):
        assert counter.step() == 1
    assert counter.step() == 2


class Numbered:
    """Objects that their class counts."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def same(self, value: int) -> int:
        return value


def test_f22_a_class_that_counts_is_told_of_once(place: Path) -> None:
    kind: Any = type("Numbering", (Numbered,), {"same": ResultCache(place).cached(Numbered.same)})
    first = kind()
    assert [first.same.ask(1).origin for _ in range(2)] == [Origin.LOADED, Origin.MEMORY]
    kind().same(1)
    kind().same(1)
    with pytest.warns(RuntimeWarning, match="computed anew at each call, as made of its class"):
        kind().same(1)
    kind().same(1)


def test_f22_static_and_class_methods_and_the_class_itself_work(place: Path) -> None:
    cache = ResultCache(place)
    kind = type(
        "Kind",
        (),
        {
            "fixed": staticmethod(cache.cached(name="fixed")(lambda x: x)),
            "made": classmethod(cache.cached(name="made")(lambda cls, x: (cls.__name__, x))),
            "plain": cache.cached(name="plain")(lambda self, x: x),  # noqa: ARG005 - a method
        },
    )
    assert (kind.fixed(1), kind().fixed(1), kind.made(1), kind().made(1)) == (1, 1, ("Kind", 1), ("Kind", 1))  # type: ignore[attr-defined]  # made above
    assert isinstance(kind.plain, CachedFunction)  # type: ignore[attr-defined]  # made above


# a folder on a share


def test_f24_reading_takes_no_lock_and_one_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Doubling(ResultCache(place)).of(1)
    before = set(place.rglob("*"))
    assert "sqlite3" not in {name for name in sys.modules if name.startswith("viewer")}
    opened: list[Path] = []
    real = os.open

    def count(path: Path, *arguments: int) -> int:
        opened.append(Path(path))
        return real(path, *arguments)

    monkeypatch.setattr(os, "open", count)
    assert Doubling(ResultCache(place)).origins(1) == ["disk"]
    assert opened == [only_file(place)]
    assert set(place.rglob("*")) == before


# several at once

COLD = """
import sys
from viewer.core.results.cache import ResultCache

import numpy as np
fill = ResultCache(sys.argv[1]).cached(name="fill")(lambda value: np.full(200_000, value, np.uint16))
print("ready", flush=True)
sys.stdin.readline()
for value in range(40):
    pixels = fill(value)
    assert len(pixels) == 200_000 and (pixels == value).all()
"""


def test_f26_two_processes_that_ask_for_one_cold_key_are_both_right(place: Path) -> None:
    programs = [python(COLD, place) for _ in range(2)]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    assert [program.communicate("go\n") for program in programs] == [("", ""), ("", "")]
    assert len(files(place)) == 40
    assert {file.suffix for file in files(place)} == {".result"}


def ask_together(asked: int, answer: Callable[[], Any]) -> list[Any]:
    """Returns what ``asked`` threads are answered that ask at once; exceptions as such."""
    everybody = threading.Barrier(asked)

    def ask(_: int) -> Any:  # noqa: ANN401 - an answer
        everybody.wait()
        try:
            return answer()
        except Exception as error:  # noqa: BLE001 - it is an answer
            return error

    with ThreadPoolExecutor(asked) as many:
        return list(many.map(ask, range(asked)))


@pytest.mark.parametrize("memory", [0, 10**9])
def test_f28_16_threads_that_ask_for_one_cold_key_call_once(place: Path, memory: int) -> None:
    doubling = Doubling(ResultCache(place, memory_bytes=memory), large)
    answers = ask_together(16, lambda: doubling.of.ask(3))
    assert doubling.calls == [3]
    assert [each.origin.value for each in answers].count("loaded") == 1
    for each in answers:
        np.testing.assert_array_equal(each.value, large(3))


def waiting_for(cache: ResultCache) -> Callable[[int], Any]:
    """Returns a function that waits until another thread has joined its call."""
    a_moment = threading.Event()  # never set

    def make(number: int) -> list[int]:
        while not any(flight.has_joined for flight in cache._flights.flights.values()):  # noqa: SLF001 - nothing else tells
            a_moment.wait(0.001)
        if number < 0:
            raise ValueError("negative")
        return [number]

    return make


def test_f28_a_thread_that_joins_gets_a_value_of_its_own(place: Path) -> None:
    cache = ResultCache(place, memory_bytes=0)
    doubling = Doubling(cache, waiting_for(cache))
    answers = ask_together(2, lambda: doubling.of.ask(3))
    assert sorted(each.origin.value for each in answers) == ["joined", "loaded"]
    answers[0].value.append(4)
    assert answers[1].value == [3]


def test_callers_at_the_same_moment_share_nothing_that_cannot_be_kept(place: Path) -> None:
    cache = ResultCache(place, memory_bytes=0)
    wait, first = waiting_for(cache), threading.Lock()

    @cache.cached(name="read_on")
    def read_on(number: int) -> Any:  # noqa: ANN401 - an iterator
        if first.acquire(blocking=False):  # the others may ask when all is over
            wait(number)
        return iter(range(number))

    with pytest.warns(RuntimeWarning, match="not kept") as warned:
        answers = ask_together(3, lambda: list(read_on(3)))
    assert (answers, len(warned)) == ([[0, 1, 2]] * 3, 1)


def test_an_error_reaches_all_who_asked_and_nothing_is_kept(place: Path) -> None:
    cache = ResultCache(place)
    doubling = Doubling(cache, waiting_for(cache))
    answers = ask_together(2, lambda: doubling.of(-1))
    assert [str(each) for each in answers] == ["negative", "negative"]
    assert doubling.calls == [-1]
    assert files(place) == []


def test_functions_that_ask_for_each_other_on_two_threads_never_wait_for_ever(place: Path) -> None:
    cache, both = ResultCache(place), threading.Barrier(2, timeout=10)
    functions: list[Any] = []

    def other(which: int) -> Any:  # noqa: ANN401 - never returns
        both.wait()
        return functions[1 - which](1 - which)

    functions += [cache.cached(name=name)(other) for name in ("one", "two")]
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(functions[which], which) for which in (0, 1)]
        assert [type(future.exception(10)) for future in futures] == [DeadlockError] * 2


def test_a_function_and_a_load_that_ask_for_each_other_never_wait_for_ever(place: Path) -> None:
    cache = ResultCache(place)

    @cache.cached(name="ask")
    def ask(number: int) -> Any:  # noqa: ANN401 - never returns
        return items[number]

    with Prefetcher(range(3), ask) as items, pytest.raises((DeadlockError, LoadError)):
        ask(1)


def test_a_function_may_ask_for_results_of_its_own(place: Path) -> None:
    cache = ResultCache(place)

    @cache.cached(name="fibonacci")
    def fibonacci(number: int) -> int:
        return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)

    assert fibonacci(50) == 12_586_269_025
    assert len(files(place)) == 51


def test_a_function_that_asks_for_what_it_is_computing_does_not_wait_for_itself(place: Path) -> None:
    asked: list[int] = []
    cache = ResultCache(place)
    inner = Doubling(cache)

    @cache.cached(name="twice")
    def twice(number: int) -> int:
        asked.append(number)
        return int(inner.of(number)) if len(asked) > 1 else twice(number)

    assert (twice(3), twice(3), asked) == (6, 6, [3, 3])


KILLED = """
import numpy as np
from viewer.core.results.cache import ResultCache

ResultCache(sys.argv[1]).cached(name="doubling")(lambda number: np.full(3000, number))(7)
"""


@posix_only
@pytest.mark.parametrize("at", ["writing", "naming"])
def test_a_program_killed_while_it_writes_leaves_a_cache_that_works(place: Path, at: str) -> None:
    doubling = Doubling(without_memory(place, max_items=10))
    doubling.of(1)
    program = python(DYING + KILLED, place, at)
    program.communicate()
    assert program.returncode == -9
    assert len(files(place)) == 2
    assert doubling.origins(1, 7, 7) == ["disk", "loaded", "disk"]
    let_pass(place, 10 * LEFT_BEHIND)
    doubling.of(8)
    without_memory(place, max_items=10).trim()
    assert {file.suffix for file in files(place)} == {".result"}


FORKED = """
import os, sys, threading
from viewer.core.results.cache import ResultCache

cache = ResultCache(sys.argv[1])
inside, outside = threading.Event(), threading.Event()

@cache.cached(name="wait")
def wait(number):
    if number == 1 and os.getpid() == parent:
        inside.set()
        outside.wait()
    return number

parent = os.getpid()
thread = threading.Thread(target=wait, args=(1,))
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    print(wait(1), wait(2), flush=True)
    os._exit(0)
os.waitpid(child, 0)
outside.set()
thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_process_forked_while_a_result_is_under_way_does_not_wait_for_it(place: Path) -> None:
    assert python(FORKED, place).communicate(timeout=30)[0] == "1 2\n"


SENT = """
import multiprocessing, sys
from viewer.core.results.cache import ResultCache

@ResultCache(sys.argv[1]).cached
def square(number):
    return number * number

if __name__ == "__main__":
    square(3)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [3, 4]))
    print(square.ask(4).origin.value)
"""


def test_cached_functions_of_a_script_can_be_sent_to_other_processes(place: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SENT)
    result = subprocess.run(
        [sys.executable, script, place],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "[9, 16]\ndisk\n"
    assert len(files(place)) == 2


# pictures


def test_a_copy_that_can_be_looked_at_is_kept_beside_a_picture(place: Path) -> None:
    cache = ResultCache(place, viewable=True, max_items=1)
    kinds = {
        1: np.full((3, 5, 3), 90, np.uint8),
        2: Image.new("RGB", (5, 3), (90, 90, 90)),
        3: np.zeros(7),
        4: {"no": "picture"},
    }
    doubling = Doubling(cache, kinds.__getitem__)
    for number in (1, 2):
        doubling.of(number)
        [picture, result] = files(place)
        assert (picture.suffix, result.suffix) == (".png", ".result")
        with Image.open(picture) as shown:
            assert (shown.size, shown.getpixel((0, 0))) == ((5, 3), (90, 90, 90))
    for number in (3, 4):
        doubling.of(number)
        assert only_file(place).suffix == store.RESULT


PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
DEEP = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
SAID = SampleInfo(
    bits=12,
    white=4000.0,
    range=Range(-1.5, math.inf),
    alpha=Alpha.PREMULTIPLIED,
    transfer=TransferCurve.FILM,
    is_inverted=True,
    no_data=-1.0,
    icc=b"profile",
    window=(-1, 0, 5, 4),
    pixel_aspect=2.0,
    is_grey=True,
    scale=4.0,
)
FRAMES = {
    "for the screen": Frame((PIXELS,), description="8-bit RGB"),
    "with all that is said": Frame((PIXELS,), BGRX, "8-bit grey", SAID, DEEP.astype(np.uint8)),
    "of planes": Frame((DEEP, 2 * DEEP), ("Y", "Z"), "32-bit float, 2 channels", SampleInfo(no_data=7.0)),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_comes_back_whole(place: Path, frame: Frame) -> None:
    for origin in ("loaded", "disk"):
        answer = Doubling(without_memory(place), lambda _: frame).of.ask(1)
        assert answer.origin.value == origin
        back = answer.value
        assert (back.channels, back.description, back.info) == (frame.channels, frame.description, frame.info)
        assert (back.indices is None) == (frame.indices is None)
        for array, before in zip((*back.planes, back.indices), (*frame.planes, frame.indices), strict=True):
            np.testing.assert_array_equal(array, before)


def test_a_frame_that_contradicts_itself_is_none() -> None:
    whole = packing.pack(FRAMES["with all that is said"])
    [planes, channels, description, info, indices] = whole.tree["frame"]  # type: ignore[index]
    for parts in (
        [planes, channels, description, {"dict": {"bits": 8, "colour": 1}}, indices],
        [planes, channels, description, {"dict": {"alpha": "any"}}, indices],
        [indices, channels, description, info, indices],
        [{"tuple": [indices]}, {"tuple": ["Y", "Z"]}, description, info, None],
        [planes, {"tuple": ["Y", "Z", "A", 4]}, description, info, indices],
    ):
        with pytest.raises(ValueError, match=r"result|Alpha|channels"):
            packing.unpack(packing.Packed({"frame": parts}, whole.buffers))


def test_f27_a_hit_reads_the_file_once_and_copies_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Doubling(ResultCache(place), large).of(3)
    rooms: list[memoryview] = []
    real = entry._room  # noqa: SLF001 - where pixels are read into

    def count(size: int) -> memoryview:
        rooms.append(real(size))
        return rooms[-1]

    monkeypatch.setattr(entry, "_room", count)
    pixels = Doubling(without_memory(place), large).of(3)
    [room] = rooms
    assert room.nbytes == pixels.nbytes
    assert np.shares_memory(pixels, np.frombuffer(room, np.uint8))
