"""Files kept on this disk: there whole or not at all, whatever happens to the disk and to the programs that use it."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kept import (
    DYING,
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
from strategies import folders as folders_of_names

from viewer.core.cache import disk_cache
from viewer.core.cache.atomic_files import LEFT_BEHIND
from viewer.core.cache.disk_cache import USED_AGAIN_AFTER, DiskCache
from viewer.core.units import GB

if TYPE_CHECKING:
    from typing_extensions import Buffer

FOLDER = "/mnt/share/shots"
LONG_AGO = 10 * LEFT_BEHIND


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "files"


@pytest.fixture
def cache(place: Path) -> DiskCache:
    return DiskCache(place, GB)


def path_of(number: int, folder: str = FOLDER) -> str:
    return f"{folder}/shot.{number:04d}.jpg"


def keep(cache: DiskCache, path: str, data: bytes) -> None:
    assert cache.put(path, data, len(data), 1)


def kept(cache: DiskCache, path: str) -> bytes | None:
    found = cache.get(path)
    return None if found is None else bytes(memoryview(found.data))


# keeping and finding


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"x", bytes(range(256)) * 5000, bytearray(b"picture")),
        *(memoryview(b"picture"), memoryview(b"a picture")[2:], memoryview(b"picture").cast("b")),
    ],
)
@pytest.mark.parametrize("modified_ns", [0, -1, 1_700_000_000_123_456_789])
def test_what_is_kept_comes_back_as_it_was_also_in_the_next_run(place: Path, data: Buffer, modified_ns: int) -> None:
    whole = bytes(data)
    assert DiskCache(place, GB).put(path_of(1), data, len(whole), modified_ns)
    found = DiskCache(place, GB).get(path_of(1))
    assert found is not None
    assert (bytes(memoryview(found.data)), found.size, found.modified_ns) == (whole, len(whole), modified_ns)


def test_what_was_never_kept_is_not_there_and_asking_makes_nothing(cache: DiskCache, place: Path) -> None:
    assert cache.get(path_of(1)) is None
    assert cache.held(FOLDER, [path_of(1)]) == []
    assert cache.names(FOLDER) is None
    assert (cache.folder_bytes(FOLDER), cache.folders(), cache.trim(), cache.clear(), cache.clear(FOLDER)) == (
        0,
        [],
        0,
        0,
        0,
    )
    cache.discard(path_of(1))
    assert not place.parent.exists()


def test_a_file_that_was_rewritten_takes_the_place_of_the_old_one(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"old")
    assert cache.put(path_of(1), b"newer", 5, 2)
    found = cache.get(path_of(1))
    assert found is not None
    assert (found.data, found.size, found.modified_ns) == (b"newer", 5, 2)
    assert len(files(place)) == 1


def test_a_file_larger_than_the_limit_is_not_kept_at_the_cost_of_all_others(cache: DiskCache) -> None:
    keep(cache, path_of(1), b"x")
    cache.set_limit(100)
    assert not cache.put(path_of(2), bytes(101), 101, 1)
    cache.trim()
    assert kept(cache, path_of(1)) == b"x"


@pytest.mark.parametrize(
    ("path", "size", "modified_ns"), [("/" + "x" * 70_000, 1, 1), (path_of(1), 1, 2**63), (path_of(1), 2, 1)]
)
def test_what_the_format_has_no_room_for_or_changed_while_it_was_read_is_not_kept(
    cache: DiskCache, path: str, size: int, modified_ns: int
) -> None:
    assert not cache.put(path, b"x", size, modified_ns)
    assert cache.get(path) is None


@given(
    paths=st.lists(st.text().map(lambda name: f"/{name}") | st.sampled_from(["/A", "/a", "/a/", "/a/a"]), unique=True)
)
def test_no_two_paths_are_taken_for_each_other(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = DiskCache(folder, GB)
        for number, path in enumerate(paths):
            keep(cache, path, str(number).encode())
        assert [kept(cache, path) for path in paths] == [str(number).encode() for number in range(len(paths))]


@pytest.mark.parametrize("name", ["\udcff.jpg", "\ud800", "x" * 5000, "é\n*?.png", "shot:1|2", "..", "names", "a.new"])
def test_odd_names_are_kept_and_found(cache: DiskCache, place: Path, name: str) -> None:
    keep(cache, f"{FOLDER}/{name}", b"odd")
    assert kept(cache, f"{FOLDER}/{name}") == b"odd"
    assert cache.held(FOLDER, ["other", name]) == [name]
    assert [each.folder for each in cache.folders()] == [FOLDER]
    assert place in only_file(place).parents


def test_what_is_discarded_is_gone_and_nothing_else(cache: DiskCache) -> None:
    keep(cache, path_of(1), b"one")
    keep(cache, path_of(2), b"two")
    cache.discard(path_of(1))
    assert (kept(cache, path_of(1)), kept(cache, path_of(2))) == (None, b"two")


class Unseen(Sequence[str]):
    """Names that must not be looked at."""

    def __len__(self) -> int:
        return 100_000

    def __getitem__(self, index: Any) -> NoReturn:  # noqa: ANN401 - an index or a slice
        pytest.fail("a name was looked at though nothing is kept")


def test_held_tells_which_names_are_kept_in_one_folder_and_in_their_order(cache: DiskCache) -> None:
    for number in (3, 1, 2):
        keep(cache, path_of(number), b"x")
    keep(cache, path_of(4, "/mnt/share/other"), b"x")
    names = [f"shot.{number:04d}.jpg" for number in (1, 9, 3, 4)]
    assert cache.held(FOLDER, names) == ["shot.0001.jpg", "shot.0003.jpg"]
    assert cache.held(FOLDER + "/", names) == ["shot.0001.jpg", "shot.0003.jpg"]
    assert cache.held("/", ["mnt"]) == []


def test_held_looks_at_no_name_where_no_file_is_kept(cache: DiskCache) -> None:
    cache.remember_names(FOLDER, ["shot.0001.jpg"])
    assert cache.held(FOLDER, Unseen()) == []
    assert cache.held("/elsewhere", Unseen()) == []


# a model of it


class Model(RuleBasedStateMachine):
    """The cache beside a dictionary in the order of use, which is the truth."""

    PATHS = st.builds(path_of, st.integers(0, 3), st.sampled_from([FOLDER, "/mnt/other"]))

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name, "files")
        self.cache = DiskCache(self.place, GB)
        self.truth: dict[str, tuple[bytes, int, int]] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    def used(self) -> int:
        return sum(each.bytes for each in self.cache.folders())

    @initialize()
    def make(self) -> None:
        assert self.cache.folders() == []

    @rule(path=PATHS, data=st.binary(max_size=200), modified_ns=st.integers(0, 9))
    def put(self, path: str, data: bytes, modified_ns: int) -> None:
        self.discard(path)
        before = self.used()
        assert self.cache.put(path, data, len(data), modified_ns)
        self.truth[path] = (data, modified_ns, self.used() - before)

    @rule(path=PATHS)
    def get(self, path: str) -> None:
        found = self.cache.get(path)
        if found is None:
            assert path not in self.truth
        else:
            assert (found.data, found.modified_ns) == self.truth[path][:2]
            assert found.size == len(self.truth[path][0])
            self.truth[path] = self.truth.pop(path)

    @rule(path=PATHS)
    def discard(self, path: str) -> None:
        self.cache.discard(path)
        self.truth.pop(path, None)

    @rule(folder=st.sampled_from([None, FOLDER, "/mnt/other", "/nowhere"]))
    def clear(self, folder: str | None) -> None:
        going = [path for path in self.truth if folder is None or os.path.split(path)[0] == folder]
        assert self.cache.clear(folder) == sum(self.truth.pop(path)[2] for path in going)

    @rule(limit=st.integers(0, 800))
    def trim(self, limit: int) -> None:
        self.cache.set_limit(limit)
        total = sum(taken for _, _, taken in self.truth.values())
        removed = 0
        for path in list(self.truth):
            if total - removed > limit:
                removed += self.truth.pop(path)[2]
        assert self.cache.trim() == removed
        self.cache.set_limit(GB)

    @invariant()
    def time_passes(self) -> None:
        let_pass(self.place, 2 * USED_AGAIN_AFTER)

    @invariant()
    def all_agree(self) -> None:
        for folder in (FOLDER, "/mnt/other"):
            inside = {path: each for path, each in self.truth.items() if os.path.split(path)[0] == folder}
            names = [os.path.split(path_of(number))[1] for number in range(4)]
            assert self.cache.held(folder, names) == [name for name in names if f"{folder}/{name}" in inside]
            assert self.cache.folder_bytes(folder) == sum(taken for _, _, taken in inside.values())
            told = [(each.files, each.bytes) for each in self.cache.folders() if each.folder == folder]
            assert told == ([(len(inside), self.cache.folder_bytes(folder))] if inside else [])


TestModel = Model.TestCase
TestModel.settings = settings(stateful_step_count=20)


# what was used last stays


def test_what_was_not_used_for_longest_goes_first_over_all_folders(cache: DiskCache, place: Path) -> None:
    paths = [path_of(1), path_of(1, "/mnt/other"), path_of(2), path_of(3)]
    for path in paths:
        keep(cache, path, bytes(1000))
        let_pass(place, 2 * USED_AGAIN_AFTER)
    assert cache.get(paths[0]) is not None
    cache.set_limit(2500)
    assert 1000 < cache.trim(at_most=1) < 2000  # no more than it takes
    assert 1000 < cache.trim() < 2000
    assert [kept(cache, path) is not None for path in paths] == [True, False, False, True]
    assert cache.trim() == 0


def test_a_use_is_noted_once_a_minute_and_one_noted_by_a_clock_that_was_wrong_is_set_right(
    cache: DiskCache, place: Path
) -> None:
    keep(cache, path_of(1), b"x")
    now = only_file(place).stat().st_mtime
    let_pass(place, USED_AGAIN_AFTER / 2)
    before = only_file(place).stat().st_mtime
    cache.get(path_of(1))
    assert only_file(place).stat().st_mtime == before
    let_pass(place, USED_AGAIN_AFTER)
    cache.get(path_of(1))
    assert only_file(place).stat().st_mtime > before
    let_pass(place, -LONG_AGO)
    cache.get(path_of(1))
    assert only_file(place).stat().st_mtime < now + LONG_AGO / 2


def test_the_names_of_a_folder_go_after_its_files(cache: DiskCache, place: Path) -> None:
    cache.remember_names(FOLDER, ["shot.0001.jpg", "shot.0002.jpg"])
    let_pass(place, 2 * USED_AGAIN_AFTER)
    keep(cache, path_of(1), bytes(1000))
    keep(cache, path_of(2), bytes(1000))
    cache.set_limit(1500)
    cache.trim()
    assert len(cache.held(FOLDER, ["shot.0001.jpg", "shot.0002.jpg"])) == 1
    assert cache.names(FOLDER) == ["shot.0001.jpg", "shot.0002.jpg"]
    cache.set_limit(0)
    cache.trim()
    assert cache.names(FOLDER) is None
    assert list(place.iterdir()) == []


def test_folders_are_told_with_what_they_hold_the_largest_first(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1, "/mnt/small"), bytes(10))
    let_pass(place, LONG_AGO)
    keep(cache, path_of(1), bytes(1000))
    keep(cache, path_of(2), bytes(1000))
    cache.remember_names("/mnt/listed", ["a.jpg"])
    told = cache.folders()
    assert [(each.folder, each.files) for each in told] == [(FOLDER, 2), ("/mnt/small", 1), ("/mnt/listed", 0)]
    assert [each.bytes for each in told] == [cache.folder_bytes(each.folder) for each in told]
    assert told[0].bytes > 2000
    assert told[0].last_used - told[1].last_used == pytest.approx(LONG_AGO, abs=60)


# nothing from disk is believed


def test_every_damaged_copy_is_a_miss(cache: DiskCache, place: Path, tmp_path: Path) -> None:
    chance = random.Random(400)  # noqa: S311 - not a secret
    keep(cache, path_of(2), chance.randbytes(3000))
    other = only_file(place).read_bytes()
    cache.discard(path_of(2))
    keep(cache, path_of(1), chance.randbytes(3000))
    file = only_file(place)
    entry = file.read_bytes()
    for _ in range(400):
        copy = damaged(entry, other, tmp_path / "loaded", chance)
        if copy == entry:
            continue
        file.write_bytes(copy)
        assert cache.get(path_of(1)) is None, copy
        assert not file.exists()
    file.write_bytes(entry)
    assert cache.get(path_of(1)) is not None
    assert not (tmp_path / "loaded").exists()


def test_an_entry_of_another_version_is_a_miss(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    entry = bytearray(only_file(place).read_bytes())
    entry[7] += 1
    only_file(place).write_bytes(entry)
    assert cache.get(path_of(1)) is None
    assert files(place) == []


def test_damaged_names_are_none(cache: DiskCache, place: Path) -> None:
    cache.remember_names(FOLDER, [f"shot.{number:04d}.jpg" for number in range(50)])
    file = only_file(place)
    good = file.read_bytes()
    chance = random.Random(4)  # noqa: S311 - not a secret
    for _ in range(100):
        at = chance.choice([*range(8), *range(16, len(good))])  # not when it was confirmed, which names have no use for
        file.write_bytes(good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1 :])
        assert cache.names(FOLDER) is None
    file.write_bytes(good)
    assert len(cache.names(FOLDER) or []) == 50


@pytest.mark.parametrize("packed", [b"", b"nothing packed", b"x\x9c\x03\x00", bytes(100)])
def test_names_that_cannot_be_unpacked_are_none(cache: DiskCache, place: Path, packed: bytes) -> None:
    cache.remember_names(FOLDER, ["a"])
    file = only_file(place)
    # The path of an entry called "" is what a list of names has, so this is whole and yet no list.
    keep(cache, FOLDER + "/", packed)
    [entry] = set(files(place)) - {file}
    entry.replace(file)
    assert cache.names(FOLDER) is None


def test_folders_tells_no_path_that_a_damaged_head_makes_up(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    only_file(place).write_bytes(only_file(place).read_bytes().replace(b"share", b"shard"))
    assert [each.folder for each in cache.folders()] == [""]
    only_file(place).write_bytes(b"?")
    assert [(each.folder, each.files) for each in cache.folders()] == [("", 1)]
    assert cache.clear() == 1


# names


@given(folders_of_names())
def test_names_come_back_in_their_order(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = DiskCache(folder, GB)
        cache.remember_names(FOLDER, names)
        assert DiskCache(folder, GB).names(FOLDER + "/") == names


@pytest.mark.parametrize("name", ["\udcff\udc80.jpg", "x" * 5000, "a\nb", " ", "é", "\ud800"])
def test_odd_names_are_remembered_and_what_is_none_never_comes_back(cache: DiskCache, name: str) -> None:
    for names in (["a", name], []):
        cache.remember_names(FOLDER, names)
        assert cache.names(FOLDER) == names
    for none in ("../../etc/passwd", "a\0b", "/"):
        cache.remember_names(FOLDER, [name, none])
        assert cache.names(FOLDER) is None


def test_100_000_names_take_little_room(cache: DiskCache) -> None:
    names = [f"shot_010.{number:06d}.exr" for number in range(100_000)]
    cache.remember_names(FOLDER, names)
    assert cache.names(FOLDER) == names
    assert cache.folder_bytes(FOLDER) < 600_000


# several programs at once

WRITE_AND_READ = """
import random, sys
from viewer.core.cache.disk_cache import DiskCache

cache, chance, hits = DiskCache(sys.argv[1], 10**9), random.Random(sys.argv[2]), 0
for turn in range(400):
    path = f"/share/{chance.randrange(4)}"
    if chance.random() < 0.5:
        value = chance.randrange(256)
        data = bytes([value]) * chance.randrange(50_000, 90_000)
        assert cache.put(path, data, len(data), value)
    elif kept := cache.get(path):
        assert kept.data == bytes([kept.modified_ns]) * kept.size, "torn"
        hits += 1
assert hits > 50, hits
"""


def test_two_programs_never_see_a_torn_entry(cache: DiskCache, place: Path) -> None:
    programs = [python(WRITE_AND_READ, place, str(number)) for number in (1, 2)]
    while any(program.poll() is None for program in programs):
        cache.trim()
        for number in range(4):
            found = cache.get(f"/share/{number}")
            assert found is None or found.data == bytes([found.modified_ns]) * found.size
    assert [program.communicate()[1] for program in programs] == ["", ""]
    assert len(files(place)) == 4


CLEAR_AND_WRITE = """
import sys
from viewer.core.cache.disk_cache import DiskCache

cache = DiskCache(sys.argv[1], 10**9)
for turn in range(300):
    cache.put(f"/share/{turn % 7}", b"x" * 1000, 1000, 1)
    kept = cache.get(f"/share/{turn % 5}")
    assert kept is None or kept.data == b"x" * 1000
    cache.clear() if turn % 3 == 0 else cache.folders()
"""


def test_programs_that_clear_and_write_at_once_do_each_other_no_harm(cache: DiskCache, place: Path) -> None:
    programs = [python(CLEAR_AND_WRITE, place) for _ in range(2)]
    assert [program.communicate()[1] for program in programs] == ["", ""]
    cache.clear()
    assert list(place.iterdir()) == []


def test_a_directory_that_another_program_removes_while_it_is_empty_is_made_again(
    cache: DiskCache, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open
    removed: list[Path] = []

    def remove_first(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT and not removed:
            removed.append(Path(path).parent)
            removed[0].rmdir()
        return real(path, flags, mode)

    keep(cache, path_of(1), b"x")
    cache.discard(path_of(1))
    monkeypatch.setattr(os, "open", remove_first)
    keep(cache, path_of(1), b"x")
    assert list(place.iterdir()) == removed


def test_an_empty_directory_is_left_to_whoever_is_about_to_use_it(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    cache.discard(path_of(1))
    cache.trim()
    assert len(list(place.iterdir())) == 1


KILLED = """
from viewer.core.cache.disk_cache import DiskCache

cache = DiskCache(sys.argv[1], 10**9)
cache.put("/share/new", b"new" * 1000, 3000, 1)
"""


@posix_only
@pytest.mark.parametrize("at", ["writing", "naming"])
def test_a_program_killed_while_it_writes_leaves_a_cache_that_works(cache: DiskCache, place: Path, at: str) -> None:
    keep(cache, "/share/old", b"old")
    program = python(DYING + KILLED, place, at)
    program.communicate()
    assert program.returncode == -9
    assert len(files(place)) == 2
    assert (kept(cache, "/share/old"), cache.get("/share/new")) == (b"old", None)
    assert cache.held("/share", ["old", "new"]) == ["old"]
    assert cache.trim() == 0  # it may be writing still
    let_pass(place, LONG_AGO)
    assert cache.trim() > 0
    assert len(files(place)) == 1
    keep(cache, "/share/new", b"new")
    assert (kept(cache, "/share/old"), kept(cache, "/share/new")) == (b"old", b"new")


WRITE_ON_AND_ON = """
import itertools, sys
from viewer.core.cache.disk_cache import DiskCache

cache = DiskCache(sys.argv[1], 10**9)
for turn in itertools.count():
    cache.put(f"/share/{turn % 5}", bytes([turn % 256]) * 300_000, 300_000, turn % 256)
    print(turn, flush=True)
"""


@posix_only
def test_killing_a_program_at_any_moment_tears_nothing(cache: DiskCache, place: Path) -> None:
    for lines in (1, 3, 8):
        program = python(WRITE_ON_AND_ON, place)
        assert program.stdout is not None
        for _ in range(lines):
            program.stdout.readline()
        program.kill()
        program.communicate()
        for number in range(min(lines, 5)):
            found = cache.get(f"/share/{number}")
            assert found is not None
            assert found.data == bytes([found.modified_ns]) * 300_000
    assert cache.clear() > 0
    assert files(place) == []


# a disk that will not


@full_disks
def test_a_disk_that_takes_no_more_keeps_what_it_has(
    cache: DiskCache, place: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    keep(cache, path_of(1), b"old")
    fill_the_disk(monkeypatch, number)
    assert not cache.put(path_of(1), bytes(3000), 3000, 2)
    cache.remember_names(FOLDER, ["a"])
    monkeypatch.undo()
    assert kept(cache, path_of(1)) == b"old"
    assert cache.names(FOLDER) is None
    assert len(files(place)) == 1


def test_a_write_that_takes_only_a_part_is_gone_on_with(cache: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    keep(cache, path_of(1), b"picture" * 10)
    monkeypatch.undo()
    assert kept(cache, path_of(1)) == b"picture" * 10


def test_somebody_stopping_the_program_leaves_nothing_half_written(
    cache: DiskCache, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        cache.put(path_of(1), b"x", 1, 1)
    assert files(place) == []


PUT_LARGE_AND_SMALL = """
import resource, sys
from viewer.core.cache.disk_cache import DiskCache

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
cache = DiskCache(sys.argv[1], 10**9)
print(cache.put("/share/large", bytes(400_000), 400_000, 1), cache.put("/share/small", bytes(4000), 4000, 1))
"""


@posix_only
def test_a_limit_of_the_system_on_files_is_kept_quietly(cache: DiskCache, place: Path) -> None:
    assert python(PUT_LARGE_AND_SMALL, place).communicate() == ("False True\n", "")
    assert cache.held("/share", ["large", "small"]) == ["small"]
    assert len(files(place)) == 1


def use_all(cache: DiskCache) -> None:
    """Calls everything where nothing can be kept."""
    assert not cache.put(path_of(1), b"x", 1, 1)
    cache.remember_names(FOLDER, ["a"])
    cache.discard(path_of(1))
    assert (cache.get(path_of(1)), cache.names(FOLDER)) == (None, None)
    assert (cache.held(FOLDER, ["shot.0001.jpg"]), cache.folders()) == ([], [])
    assert (cache.folder_bytes(FOLDER), cache.trim(), cache.clear(), cache.clear(FOLDER)) == (0, 0, 0, 0)


def test_a_file_where_the_folder_should_be_is_left_alone(cache: DiskCache, place: Path) -> None:
    place.parent.mkdir()
    place.write_text("mine")
    use_all(cache)
    assert place.read_text() == "mine"


def test_a_file_where_a_directory_should_be_is_left_alone(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    [directory] = place.iterdir()
    cache.clear()
    directory.write_text("mine")
    use_all(cache)
    assert directory.read_text() == "mine"


def test_a_directory_where_an_entry_should_be_is_left_alone(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    file = only_file(place)
    file.unlink()
    file.mkdir()
    use_all_but_held = (cache.put(path_of(1), b"x", 1, 1), cache.get(path_of(1)), cache.trim(), cache.clear())
    assert use_all_but_held == (False, None, 0, 0)
    assert file.is_dir()


@not_root
def test_a_folder_that_cannot_be_written_is_read(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    [directory] = place.iterdir()
    directory.chmod(0o500)
    try:
        let_pass(place, LONG_AGO)
        assert kept(cache, path_of(1)) == b"x"
        assert not cache.put(path_of(2), b"x", 1, 1)
        assert cache.clear() == 0
    finally:
        directory.chmod(0o700)


def test_an_entry_is_read_where_its_use_cannot_be_noted(
    cache: DiskCache, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(cache, path_of(1), b"x")
    let_pass(place, LONG_AGO)
    # What stands for the system must be among those that take an open file, as the system's does.
    monkeypatch.setattr(os, "supports_fd", {*os.supports_fd, too_many_files})
    monkeypatch.setattr(os, "utime", too_many_files)
    assert kept(cache, path_of(1)) == b"x"


def test_an_entry_that_cannot_be_read_now_is_not_thrown_away(cache: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(cache, path_of(1), b"x")
    for call in ("open", "read"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, too_many_files)
            assert cache.get(path_of(1)) is None
    with monkeypatch.context() as patch:
        patch.setattr(disk_cache, "_checked", lambda *_: (_ for _ in ()).throw(MemoryError))
        assert cache.get(path_of(1)) is None
    assert kept(cache, path_of(1)) == b"x"


# nobody else's files


@posix_only
def test_only_the_owner_can_read_what_is_kept(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    cache.remember_names(FOLDER, ["a"])
    modes = {path.stat().st_mode & 0o777 for path in (place, *place.rglob("*"))}
    assert modes == {0o700, 0o600}


def test_clear_and_trim_leave_what_others_put_there(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    [directory] = place.iterdir()
    foreign = [
        place / "read me",
        directory / "read me",
        directory / "x.new",
        place / ("0" * 32),
        place / "photos" / ("0" * 32),
    ]
    foreign[-1].parent.mkdir()
    for file in foreign:
        file.write_bytes(b"mine")
    let_pass(place, LONG_AGO)
    cache.set_limit(0)
    assert cache.trim() > 0
    keep(DiskCache(place, GB), path_of(1), b"x")
    assert cache.clear() > 0
    assert files(place) == sorted(foreign)
    assert {file.read_bytes() for file in foreign} == {b"mine"}


def test_clearing_one_folder_leaves_the_others(cache: DiskCache) -> None:
    for folder in (FOLDER, FOLDER + "/deeper", "/mnt/other"):
        keep(cache, path_of(1, folder), b"x")
        cache.remember_names(folder, ["a"])
    expected = cache.folder_bytes(FOLDER)
    assert cache.clear(FOLDER + "/") == expected
    assert cache.names(FOLDER) is None
    assert sorted(each.folder for each in cache.folders()) == ["/mnt/other", FOLDER + "/deeper"]


@posix_only
def test_a_link_in_place_of_a_directory_leads_nowhere(cache: DiskCache, place: Path, tmp_path: Path) -> None:
    keep(cache, path_of(1), b"x")
    [directory] = place.iterdir()
    elsewhere = directory.rename(tmp_path / "elsewhere")
    [entry] = elsewhere.iterdir()
    before = entry.stat()
    let_pass(elsewhere, LONG_AGO)
    directory.symlink_to(elsewhere)
    cache.set_limit(0)
    use_all(cache)
    cache.set_limit(GB)
    use_all(cache)
    entry.write_bytes(b"mine")
    use_all(cache)
    assert files(elsewhere) == [entry]
    assert entry.read_bytes() == b"mine"
    assert entry.stat().st_ino == before.st_ino
    assert directory.is_symlink()


@posix_only
def test_a_link_in_place_of_an_entry_leads_nowhere(cache: DiskCache, place: Path, tmp_path: Path) -> None:
    keep(cache, path_of(1), b"x")
    entry = only_file(place)
    target = entry.rename(tmp_path / "target")
    before = target.read_bytes()
    entry.symlink_to(target)
    assert cache.get(path_of(1)) is None
    cache.clear()
    cache.discard(path_of(2))
    assert target.read_bytes() == before
    keep(cache, path_of(1), b"new")
    assert kept(cache, path_of(1)) == b"new"
    assert target.read_bytes() == before


@posix_only
def test_a_pipe_in_place_of_an_entry_stops_nobody(cache: DiskCache, place: Path) -> None:
    keep(cache, path_of(1), b"x")
    entry = only_file(place)
    entry.unlink()
    os.mkfifo(entry)
    assert cache.folders() == []
    assert cache.get(path_of(1)) is None
    assert files(place) == []
