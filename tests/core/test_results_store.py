"""The folder of results: limits that several programs share, clocks that are put back, and what is never trusted."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
import tracemalloc
import zlib
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kept import files, only_file

from viewer.core.cache import file_lock
from viewer.core.cache.atomic_files import LEFT_BEHIND
from viewer.core.results import entry, packing, totals
from viewer.core.results.cache import ResultCache
from viewer.core.results.store import Store
from viewer.core.results.totals import Total

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = 1_700_000_000 * 10**9
HOUR = 3600 * 10**9


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def path(kept: Store, number: int) -> str:
    return os.path.join(kept.directory("all"), "f-0123456789abcdef", f"{number:032x}.result")  # noqa: PTH118 - as texts


def keep(kept: Store, *numbers: int, size: int = 100) -> None:
    for number in numbers:
        kept.write(path(kept, number), [memoryview(bytes(size))])


def there(kept: Store) -> set[int]:
    return {int(Path(found.path).stem, 16) for found in kept.files()}


# limits


@pytest.mark.parametrize(
    ("limits", "size"), [((100, None), 100), ((10, None), 100), ((None, 100_000), 1000), ((None, 10_000), 1000)]
)
def test_several_writers_keep_a_limit_together(place: Path, limits: tuple[int | None, int | None], size: int) -> None:
    most = 1.1 * (limits[0] or (limits[1] or 0) / size)
    seen: list[int] = []

    def write(writer: int) -> None:
        kept = Store(place, "", *limits)  # as another program would have it
        for number in range(40):
            keep(kept, 1000 * writer + number, size=size)
            seen.append(len(there(kept)))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(seen) == 160
    assert max(seen) <= most
    assert len(there(Store(place, "", *limits))) >= 0.8 * most / 1.1


def test_the_first_result_of_a_program_looks_at_no_other(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(Store(place, "", 10_000, None), *range(50))
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", None)
        keep(Store(place, "", 10_000, 10**9), 50)
    assert totals.Totals(str(place / totals.NAME)).read().items == 51


def nothing(file: Path) -> None:
    file.unlink()


def a_lie(file: Path) -> None:
    totals.Totals(str(file)).change(lambda _: Total(is_known=True, used=1 << 60), make=True)


def far_too_much(file: Path) -> None:
    totals.Totals(str(file)).change(lambda _: Total(True, 1 << 60, 1 << 60, 1 << 60, 1 << 60), make=True)


def noise(file: Path) -> None:
    file.write_bytes(os.urandom(len(file.read_bytes())))


def a_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [nothing, a_lie, far_too_much, noise, a_directory])
@pytest.mark.parametrize("limit", [5, 60])
def test_a_total_is_never_trusted(place: Path, damage: Callable[[Path], None], limit: int) -> None:
    keep(Store(place, "", limit, None), *range(limit))
    damage(place / totals.NAME)
    for number in range(limit, 3 * limit):
        keep(Store(place, "", limit, None), number)  # each as a program of its own
        assert len(there(Store(place, "", None, None))) <= 1.15 * limit
    assert there(Store(place, "", None, None)) >= set(range(2 * limit + limit // 5 + 1, 3 * limit))


# clocks


@pytest.mark.parametrize("kind", ["put back", "put back, total gone", "dated ahead", "one date", "far ahead"])
def test_the_last_ones_stay_whatever_the_clock_says(place: Path, kind: str) -> None:
    now = count(NOON, 10**6)
    kept = Store(place, "", 10, None, calendar=lambda: next(now))
    keep(kept, *range(10))
    match kind:
        case "put back" | "put back, total gone":
            now = count(NOON - 24 * HOUR, 10**6)
            if kind != "put back":
                (place / totals.NAME).unlink()
        case "dated ahead" | "one date" | "far ahead":
            for number in range(10):
                date = {"dated ahead": NOON + HOUR + number, "one date": NOON, "far ahead": NOON + 10**5 * HOUR}[kind]
                os.utime(path(kept, number), ns=(date, date))
    again = Store(place, "", 10, None, calendar=lambda: next(now))
    for number in range(10, 20):
        keep(again, number)
        assert there(again) >= set(range(10, number + 1))
        assert len(there(again)) == 10
        if kind == "put back":
            assert there(again) == set(range(number - 9, number + 1))


def test_what_is_being_written_is_left_alone(place: Path) -> None:
    kept = Store(place, "", 10, None)
    keep(kept, 1)
    dates = {"0123456789abcdef": -2 * LEFT_BEHIND, "1123456789abcdef": 2 * LEFT_BEHIND, "2123456789abcdef": 0.0}
    halves = [only_file(place).with_name(f"{name}.new") for name in dates]
    for half, ahead in zip(halves, dates.values(), strict=True):
        half.write_bytes(b"half")
        os.utime(half, (time.time() + ahead,) * 2)
    with halves[0].open("rb") as written:
        assert file_lock.taken(written.fileno(), 0)
        assert kept.trim() == []
        assert len(kept.clear()) == 3  # the result, and what dead programs left
    assert files(place) == [halves[0]]
    assert kept.trim() == [str(halves[0])]


def test_a_result_whose_directory_is_removed_meanwhile_is_written_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, other = Store(place, "", None, None), Store(place, "", None, None)
    monkeypatch.setattr(file_lock, "is_held", lambda _: False)  # a share without locks
    real = os.write
    cleared: list[str] = []

    def clear(descriptor: int, data: memoryview) -> int:
        if len(cleared) < 5:
            cleared.extend(other.clear())
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", clear)
    keep(kept, 1)
    assert len(cleared) == 5
    assert there(kept) == {1}
    assert files(place)[0].read_bytes() == bytes(100)


def test_one_entry_that_cannot_be_written_harms_no_other_and_heals(place: Path) -> None:
    cache = ResultCache(place, memory_bytes=0)
    double = cache.cached(name="double")(lambda number: 2 * number)
    double(0)
    odd = [only_file(place).with_name(f"{double.key(number)}.result") for number in (1, 2)]
    for each in odd:
        each.mkdir()
    with pytest.warns(RuntimeWarning, match="Is a directory") as told:
        assert [double(number) for number in (1, 2, 1, 3)] == [2, 4, 2, 6]
    assert len(told) == 1
    for each in odd:
        each.rmdir()
    assert [double.ask(number).origin.value for number in (3, 1, 1)] == ["disk", "loaded", "disk"]


# entries that are not what they claim


def many(piece: str, times: int) -> str:
    return f"[{','.join([piece] * times)}]"


def crafted(key: str, value: str, buffers: list[list[Any]], data: bytes) -> bytes:
    text = f'{{"function":"f","value":{value},"buffers":{json.dumps(buffers)}}}'.encode()
    rest = bytes.fromhex(key) + len(text).to_bytes(8, "little") + text
    head = b"LookRes\x01" + zlib.crc32(rest).to_bytes(4, "little") + rest
    return head + (bytes(-len(head) % 64) if buffers else b"") + data


EMPTY = [[0, "crc", 0]]
MEGABYTE = bytes(1_000_000)
HOSTILE: dict[str, tuple[str, list[list[Any]], bytes]] = {
    "lists": (many("[]", 500_000), [], b""),
    "numbers": (many("0", 900_000), [], b""),
    "dicts": (many("{}", 500_000), [], b""),
    "nested": ("[" * 500_000 + "]" * 500_000, [], b""),
    "nested a little": ("[" * 20_000 + "]" * 20_000, [], b""),
    "wide text": ('"\\ud83d\\ude00' + "a" * 5_000_000 + '"', [], b""),
    "a number of a million digits": ("1" * 1_000_000, [], b""),
    "one buffer in many places": (
        many('{"bytes":0}', 1000),
        [[1_000_000, "crc", zlib.crc32(MEGABYTE)]],
        MEGABYTE,
    ),
    "buffers of nothing": ("[]", EMPTY * 100_000, b""),
    "a shape that is no number": ('{"array":[0,"|u1",[NaN],false]}', EMPTY, b""),
    "a huge shape": ('{"array":[0,"|u1",[1000000000000],false]}', EMPTY, b""),
    "a negative shape": ('{"array":[0,"|u1",[-1,0],false]}', EMPTY, b""),
    "a huge part": ('{"array":[0,[["a","<f8",[1000000000]]],[0],false]}', EMPTY, b""),
    "fields": ('{"array":[0,[' + ",".join(f'["f{n}","u1"]' for n in range(99_999)) + "],[0],false]}", EMPTY, b""),
    "rows without pixels": ('{"image":[0,"L",[0,1000000000],null,{}]}', EMPTY, b""),
    "eight pixels in a byte": (
        '{"image":[0,"1",[8000,1000],null,{}]}',
        [[1_000_000, "crc", zlib.crc32(MEGABYTE)]],
        MEGABYTE,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_entry_costs_no_more_than_twice_its_size(place: Path, name: str) -> None:
    double = ResultCache(place, memory_bytes=0).cached(name="double")(lambda number: 2 * number)
    double(1)
    file = only_file(place)
    file.write_bytes(crafted(file.stem, *HOSTILE[name]))
    size = file.stat().st_size
    tracemalloc.start()
    began = time.process_time()
    try:
        assert double.ask(1).origin.value == "loaded"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 1
    assert most <= 2 * size + 300_000
    assert double.ask(1).origin.value == "disk"


@pytest.mark.parametrize(
    "value", [list(range(1000, 50_000)), [(n, n) for n in range(20_000)], "\U0001f600" + "a" * 1_000_000]
)
def test_large_plain_values_are_kept_and_cost_no_more_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    monkeypatch.setattr(entry, "_LIGHT", 1 << 18)
    monkeypatch.setattr(entry, "_SHORT", 1 << 9)
    file, key = tmp_path / "entry", "0" * 32
    file.write_bytes(b"".join(entry.parts(key, "f", packing.pack(value))))
    tracemalloc.start()
    try:
        back = packing.unpack(entry.read(str(file), key))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert back == value
    assert most <= 2 * file.stat().st_size + 10_000


def test_every_cut_of_a_small_entry_is_noticed(place: Path) -> None:
    value = {"number": 1, "data": b"pixels" * 20}
    keeps = ResultCache(place, memory_bytes=0).cached(name="keeps")(lambda _: value)
    keeps(1)
    file = only_file(place)
    good = file.read_bytes()
    for length in range(len(good)):
        file.write_bytes(good[:length])
        assert keeps.ask(1).origin.value == "loaded", length
        assert file.read_bytes() == good


# any order of use


class TwoCaches(RuleBasedStateMachine):
    """Two caches of one folder, beside what their function must return."""

    numbers = st.integers(0, 6)
    which = st.sampled_from([0, 1])

    @initialize(limit=st.sampled_from([1, 3, None]), memory=st.sampled_from([0, 10**6]))
    def begin(self, limit: int | None, memory: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name) / "kept"
        self.limit = limit
        self.caches = [ResultCache(self.place, max_items=limit, memory_bytes=memory) for _ in range(2)]
        self.calls = 0
        self.functions = [cache.cached(name="f")(self.compute) for cache in self.caches]

    def compute(self, number: int) -> list[int]:
        self.calls += 1
        return [number] * number

    @rule(which=which, number=numbers)
    def ask(self, which: int, number: int) -> None:
        assert self.functions[which](number) == [number] * number
        before = self.calls
        assert self.functions[which](number) == [number] * number
        assert self.calls == before, "what was just kept is found"

    @rule(which=which)
    def trim(self, which: int) -> None:
        assert self.caches[which].trim() == 0  # the limit was kept all the time

    @rule(which=which)
    def clear(self, which: int) -> None:
        self.caches[which].clear()
        assert files(self.place) == []

    @rule(which=which, number=numbers)
    def damage(self, which: int, number: int) -> None:
        for file in files(self.place)[number : number + 1]:
            file.write_bytes(file.read_bytes()[: 17 * number])
        self.caches[which].clear(memory_only=True)

    @invariant()
    def keeps_the_limit(self) -> None:
        if hasattr(self, "place") and self.limit is not None:
            assert len({file.stem for file in files(self.place)}) <= self.limit

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestTwoCaches = TwoCaches.TestCase
TestTwoCaches.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
