"""What tells one call from another, and values that come back as they were or not at all."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import enum
import functools
import io
import json
import math
import os
import re
import stat
import subprocess
import sys
import tempfile
import weakref
from collections import OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pictures
import pytest
import things
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from things import Adder, Forgetful, Many, Narrow, Text, Thing, adding, one_of_two, ring

from viewer.core.errors import ResultError
from viewer.core.frame import BGRX, Size
from viewer.core.results import key, packing
from viewer.core.results.cache import ResultCache
from viewer.core.results.default import cached, default_cache
from viewer.core.results.encoding import encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]


class Colour(enum.Enum):
    """A kind of argument."""

    RED = 1


class Weight(enum.IntEnum):
    """One that is equal to a number."""

    ONE = 1


@dataclasses.dataclass
class Crop:
    """Where a picture begins."""

    left: int
    top: int


@dataclasses.dataclass
class Shift:
    """Something else with the same fields."""

    left: int
    top: int


class Camera:
    """Something that tells its own key."""

    def __init__(self, serial: int) -> None:
        self.serial = serial

    def cache_key(self) -> object:
        return self.serial


Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the untyped ones are arguments too


def picture(mode: str, **info: object) -> Image.Image:
    image = Image.new(mode, (2, 2))
    image.info.update(info)
    return image


def opened(kind: str, **options: object) -> Image.Image:
    file = io.BytesIO()
    Image.new("RGB", (4, 2)).save(file, kind, **options)
    return Image.open(file)


def steady(value: Any) -> Any:  # noqa: ANN401 - whatever is to be kept
    return value


def other(value: Any) -> Any:  # noqa: ANN401 - whatever is to be kept
    return value


# F1: the arguments

CROP = Crop(7, 7)
ARGUMENTS: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**70, -(2**70), 1.0, 0.0, -0.0, math.inf, math.nan, 1j, 0j),
    *("", "1", "a", "None", b"", b"1", b"a", "\udcff", "é", "e\u0301", Path("a"), PurePosixPath("1"), Path("b")),
    *((), (1,), (1, 2), ((1,), 2), (1, (2,)), [], [1], [1, 2], [[1], 2], [1, [2]], [""], ["", ""], [b""], [None]),
    *(set(), {1}, {"1"}, {1, 2}, {}, {1: 2}, {2: 1}, {"1": 2}, {1: "2"}, {"a": {"b": 1}}, {"a": 1, "b": 2}),
    *(Colour.RED, Weight.ONE, Crop(1, 2), Crop(2, 1), Shift(1, 2), Pair(1, 2), Camera(1), Camera(2)),
    *(range(3), range(4), slice(3), slice(0, 3), int, float, np.float32, np.dtype("<f4"), np.dtype(">f4")),
    *(dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, tzinfo=dt.UTC), dt.time(1), dt.timedelta(1)),
    *(np.float64(1), np.float32(1), np.int64(1), np.bool_(True), np.str_("1")),
    *(np.zeros(4), np.zeros((2, 2)), np.zeros(4, "<f4"), np.ones(4), np.zeros(0), np.zeros((0, 1)), np.array(1)),
    *(np.arange(4), np.arange(4)[::-1], np.arange(4).reshape(2, 2), np.arange(4).reshape(2, 2).T),
    np.zeros(2, [("x", "<i2"), ("y", "<f4")]),
    *(Image.new("L", (2, 3)), Image.new("L", (3, 2)), Image.new("L", (2, 3), 1), Image.new("P", (2, 3))),
    *(functools.partial(steady, 1), functools.partial(steady, 2), functools.partial(other, 1)),
    *("x" * 70_000, "x" * 70_001, b"x" * 70_000),
    *(
        Decimal(1),
        Decimal("1.0"),
        Fraction(1),
        bytearray(b"1"),
        Text("1"),
        Many(),
        Many([1]),
        deque([1]),
        deque([1], 3),
    ),
    *(
        OrderedDict(a=1, b=2),
        OrderedDict(b=2, a=1),
        defaultdict(int),
        defaultdict(float),
        complex(-0.0, 0),
        UUID(int=1),
    ),
    *(
        frozenset({1}),
        {1, "1", None},
        re.compile("a"),
        re.compile("a", re.IGNORECASE),
        np.random.RandomState(1),
        np.random.RandomState(2),
    ),
    *(dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2, fold=1), dt.time(1, fold=1), dt.date.max, ...),  # noqa: DTZ001 - such too
    *(dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=each))) for each in (1, 2)),
    *(Thing(), Thing(a=1), Thing(a=1.0), Thing(b=1), Thing(a=Thing(a=1)), ring(1), ring(2), Narrow(1), Narrow(2)),
    *(Forgetful(a=1), Forgetful(a=2), one_of_two(is_first=True), one_of_two(is_first=False), Adder(1).add),
    *(adding(1), adding(2), lambda value: value, lambda value: -value, lambda value=1: value, lambda value=2: value),
    *(
        steady,
        other,
        len,
        max,
        str.upper,
        "a".upper,
        "b".upper,
        np.sin,
        np.cos,
        math,
        os,
        Thing,
        Crop,
        weakref.ref(CROP),
    ),
    *(np.ma.masked_equal([1, 2], 1), np.ma.masked_equal([1, 2], 2), np.arange(4.0), np.recarray((1,), "f4")),
    *(np.datetime64(1, "s"), np.datetime64(1, "ms"), np.random.default_rng(1), np.random.default_rng(2)),
    *(each for factor in (1, 2) for each in things.made(factor)),
    *(opened("TIFF", description="1 ms"), opened("TIFF", description="20 ms"), opened("PNG"), opened("BMP")),
    *(picture("RGB"), picture("RGB", dpi=72), picture("P", transparency=1), picture("P", transparency=2)),
]


def test_f1_arguments_that_differ_in_anything_are_different_keys() -> None:
    written = [encoded(value) for value in ARGUMENTS]
    assert len(set(written)) == len(ARGUMENTS)
    assert written == [encoded(value) for value in ARGUMENTS]
    copied = [value for value in ARGUMENTS if not isinstance(value, (Forgetful, Image.Image, ModuleType))]
    assert {encoded(copy.deepcopy(value)) for value in copied} <= set(written)


def plain() -> st.SearchStrategy[Any]:
    """Draws nested plain values with many near misses."""
    near: list[Any] = [
        None,
        True,
        False,
        0,
        1,
        1.0,
        -0.0,
        0.0,
        1j,
        "",
        "1",
        b"",
        b"1",
        "a",
        (),
        "str 1:1:a",
        b"str 1:1:a",
    ]
    leaves = st.sampled_from([*near, Decimal(1), np.int64(1), np.float32(1), Text("1"), Weight.ONE, Path("1")])
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(st.sampled_from(["a", "b", 1]), inner, max_size=2)
            | st.builds(Thing, a=inner)
            | st.builds(Narrow, inner)
            | st.builds(Pair, inner, inner)
        ),
        max_leaves=6,
    )


def shape(value: Any) -> object:  # noqa: ANN401 - whatever was drawn
    """Returns what tells values apart beyond doubt."""
    if isinstance(value, (list, tuple)):
        return type(value), tuple(map(shape, value))
    if isinstance(value, dict):
        return dict, tuple(sorted((repr(key), repr(shape(each))) for key, each in value.items()))
    if isinstance(value, (Thing, Narrow)):
        return type(value), shape(vars(value)["a"] if isinstance(value, Thing) else value.a)
    return type(value), repr(value)


@given(plain(), plain())
@settings(max_examples=300)
def test_f1_two_values_have_one_key_only_if_they_are_the_same(one: Any, two: Any) -> None:  # noqa: ANN401 - anything
    assert (encoded(one) == encoded(two)) == (shape(one) == shape(two))
    assert encoded(copy.deepcopy(one)) == encoded(one)


def test_f1_no_two_of_10_000_argument_lists_have_one_key() -> None:
    arguments = key.Arguments(lambda *args, **kwargs: None, (), ())  # noqa: ARG005 - only its signature counts
    digits = (0, 1, "0", "1", (0,), None, True, 0.0, b"0", "")
    lists = {
        key.key_of("", "f", "1", arguments.written(tuple(digits[int(digit)] for digit in f"{number:04d}"), {}).data)
        for number in range(10_000)
    }
    assert len(lists) == 10_000


def test_f1_sets_and_dicts_are_the_same_in_whatever_order() -> None:
    assert encoded({"a": 1, "b": 2}) == encoded({"b": 2, "a": 1})
    assert encoded(set("abcdef")) == encoded(set("fedcba"))


def test_f1_arguments_are_the_same_however_they_are_given() -> None:
    arguments = key.Arguments(lambda a, b=2, *more, c=3, **others: None, (), ())  # noqa: ARG005 - only its signature counts
    one = arguments.written((1,), {})
    assert one == arguments.written((), {"a": 1, "c": 3}) == arguments.written((1, 2), {"c": 3})
    calls: list[tuple[tuple[int, ...], dict[str, int]]] = [((1, 2, 3), {}), ((1,), {"d": 3}), ((1,), {"c": 4})]
    others = [arguments.written(*call) for call in calls]
    assert len({one, *others}) == 4


def test_f1_an_argument_with_a_name_is_not_taken_for_one_without() -> None:
    arguments = key.Arguments(eval("lambda a, /, **others: None"), (), ())  # noqa: S307 - the shortest such function
    assert arguments.written((1,), {}) != arguments.written((1,), {"a": 1})
    assert arguments.written((1,), {"a": 1}) != arguments.written((1,), {"**a": 1})


def test_f1_excluded_arguments_make_no_difference_and_reach_the_function(tmp_path: Path) -> None:
    calls = []

    @ResultCache(tmp_path).cached(name="crop", exclude=("verbose", "colour"))
    def crop(number: int, *, verbose: bool = False, **others: object) -> int:
        calls.append((number, verbose, others))
        return number

    assert [crop(1, verbose=True, colour=Colour), crop(1), crop(1, colour=object()), crop(2)] == [1, 1, 1, 2]
    assert calls == [(1, True, {"colour": Colour}), (2, False, {})]


def test_f1_arguments_are_left_as_they_are_and_may_be_of_any_length_and_script(tmp_path: Path) -> None:
    total = ResultCache(tmp_path).cached(name="total")(lambda numbers, verbose=True: sum(numbers))  # noqa: ARG005 - is given
    numbers = [3, 1, 2]
    assert (total(numbers), total(numbers), numbers) == (6, 6, [3, 1, 2])
    length = ResultCache(tmp_path, memory_bytes=0).cached(name="length")(len)
    long = "写真/ß\n\0" * 2000
    assert [length(long), length(long), length(long + "!")] == [12_000, 12_000, 12_001]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [object()],
        {"a": {1: object()}},
        np.array([None]),
        iter([]),
        things.Named(),
        np.frompyfunc(abs, 1, 1),
        Thing(file=sys.stdout),
        zip(),
    ],
)
def test_f1_an_argument_that_cannot_be_compared_is_named(tmp_path: Path, value: object) -> None:
    same = ResultCache(tmp_path).cached(steady)
    with pytest.raises(ResultError, match=r"argument value cannot tell .* exclude="):
        same(value)


def test_f1_an_argument_that_is_nested_too_deeply_is_named(tmp_path: Path) -> None:
    same = ResultCache(tmp_path).cached(steady)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ResultError, match=r"argument value .* nested too deeply"):
        same(deep)


def test_f1_functions_have_results_of_their_own(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    one, two, again = cache.cached(steady), cache.cached(other), cache.cached(version=2)(steady)
    one(1)
    assert [str(each.ask(1).origin.value) for each in (two, again, one)] == ["loaded", "loaded", "memory"]


def test_f1_an_argument_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no argument verbos; it has value"):
        ResultCache(tmp_path).cached(exclude=("verbos",))(steady)
    with pytest.raises(ResultError, match="does not tell"):
        ResultCache(tmp_path).cached(name="largest")(max)


SCRIPT = """
import sys
from viewer.core.results.cache import ResultCache

cache = ResultCache(sys.argv[1])

@cache.cached
def load(number):
    return __file__

print(load(1) == __file__, load.ask(1).origin.value)
"""


def test_f1_functions_of_one_name_in_two_scripts_are_two(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(SCRIPT)
    for name in ("one.py", "two.py", "one.py"):
        result = subprocess.run(
            [sys.executable, tmp_path / name, tmp_path / "kept"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout == "True memory\n"


def test_the_default_cache_is_in_the_users_folder_for_caches(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.core.results.default._default", [])
    doubled = cached(name="doubled")(lambda x: 2 * x)
    assert (doubled(2), doubled.ask(2).origin.value) == (4, "memory")
    assert home in default_cache().fullpath().parents
    assert list(default_cache().fullpath().rglob("*.result"))


# F25: the version


def test_f25_only_a_new_version_makes_new_results(tmp_path: Path) -> None:
    file, kept = tmp_path / "loading.py", tmp_path / "kept"
    origins = []
    for text, version in (
        ("def load(x):\n    return x\n", 1),
        ("UNRELATED = 1\n\n\ndef load(x):\n    return x\n", 1),
        ("UNRELATED = 1\n\n\ndef load(x):\n    return x\n", 2),
        ("UNRELATED = 1\n\n\ndef load(x):\n    return x\n", "source"),
        ("def load(x):\n    return x\n", "source"),
        ("def load(x):\n    return 1 * x\n", "source"),
    ):
        file.write_text(text)
        program = (
            "import sys; from viewer.core.results.cache import ResultCache; import loading;"
            f"print(ResultCache(sys.argv[1]).cached(version={version!r})(loading.load).ask(1).origin.value)"
        )
        path = os.pathsep.join([str(ROOT), str(tmp_path)])
        result = subprocess.run(
            [sys.executable, "-B", "-c", program, kept],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        origins.append(result.stdout.strip())
    assert origins == ["loaded", "disk", "loaded", "loaded", "disk", "loaded"]


def test_f25_the_source_of_what_has_none_is_asked_for_in_vain(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="version of your own"):
        ResultCache(tmp_path).cached(version="source")(len)


# F2: files


def test_f2_a_file_that_is_rewritten_is_read_anew(tmp_path: Path) -> None:
    file, runs = tmp_path / "1.png", []

    @ResultCache(tmp_path / "kept").cached(name="read", files=("path",))
    def read(path: Path) -> bytes:
        runs.append(path)
        return path.read_bytes()

    file.write_bytes(b"one")
    assert [read(file), read(file)] == [b"one", b"one"]
    file.write_bytes(b"longer")
    assert [read(file), read(file)] == [b"longer", b"longer"]
    file.write_bytes(b"rotten")
    os.utime(file, ns=(1, 1))
    assert [read(file), read(file)] == [b"rotten", b"rotten"]
    assert len(runs) == 3


def test_f2_each_of_a_list_of_files_counts_and_one_that_is_missing_is_for_the_function(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]

    @ResultCache(tmp_path / "kept").cached(name="read", files="paths")
    def read(paths: list[Path]) -> bytes:
        return b"".join(path.read_bytes() for path in paths)

    files[0].write_bytes(b"a")
    with pytest.raises(FileNotFoundError):
        read(files)
    files[1].write_bytes(b"b")
    assert read(files) == b"ab"
    files[1].write_bytes(b"bb")
    assert read(files) == b"abb"
    with pytest.raises(ResultError, match=r"argument paths .* not the path of a file"):
        read([object()])  # type: ignore[list-item]  # what is refused
    with pytest.raises(ResultError, match=r"is a folder, .* list of the files"):
        read([tmp_path])


def test_f2_one_file_is_computed_once_however_its_path_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("a").write_text("A")
    Path("sub").mkdir()
    runs: list[object] = []
    read = ResultCache("kept").cached(name="read", files="path")(lambda path: runs.insert(0, path))
    paths: list[Any] = ["a", "./a", b"a", Path("a"), tmp_path / "a", "sub/../a", np.str_("a")]
    if os.name == "posix":
        Path("link").symlink_to("a")
        paths += ["link", "~/a"]
    for path in paths:
        read(path)
    monkeypatch.chdir("sub")
    read("../a")
    assert len(runs) == 1
    for several in (["../a"], ("../a",), np.array(["../a"]), {"../a"}):
        read(several)
    assert len(runs) == 2


@pytest.mark.parametrize("kind", ["ext4", "cifs", "fuse.sshfs"])
def test_f2_a_file_of_the_same_size_and_date_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounts = [SimpleNamespace(kind=kind)]
    for room in ("storage.devices", "results.files"):
        monkeypatch.setattr(f"viewer.core.{room}.mounts_of_device", lambda _: mounts)
    same = SimpleNamespace(st_mode=stat.S_IFREG, st_size=4, st_mtime_ns=1, st_ctime_ns=1, st_ino=1, st_dev=1)
    if kind == "fuse.sshfs":  # which says nothing of a change
        monkeypatch.setattr(Path, "stat", lambda path, **_: same if path.name == "a" else os.stat(path))  # noqa: PTH116 - the real one
    file, new = tmp_path / "a", tmp_path / "b"
    read = ResultCache(tmp_path / "kept").cached(name="read", files="self")(Path.read_text)
    for place, text in ((file, "AAAA"), (new, "BBBB"), (file, "CCCC")):
        place.write_text(text)
        os.utime(place, (1000, 1000))
        place.replace(file)
        assert read(file) == text


def test_f2_what_is_returned_for_a_file_that_is_not_there_is_not_kept(tmp_path: Path) -> None:
    runs: list[object] = []
    count = ResultCache(tmp_path / "kept").cached(name="count", files="pattern")(
        lambda pattern: runs.insert(0, pattern)
    )
    with pytest.warns(RuntimeWarning, match="where a file is not there"):
        count(tmp_path / "shot.####.png")
    count(tmp_path / "shot.####.png")  # it is told once
    assert len(runs) == 2


# values

VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        10**15,
        -(2**70),
        10**5000,
        1.5,
        -0.0,
        math.inf,
        -math.inf,
        1e308,
        1 + 2j,
        complex(0, math.inf),
    ),
    *("", "é写", "\udcff", "\ud83d\ude00", b"", bytes(range(256))),
    *([], [1, [2, "x"]], (), (1, (2, [3])), {}, {"a": {"array": 1}, "": [None]}, {"tuple": [1]}, {"int": "0x1"}),
]


def there_and_back(value: object) -> Any:  # noqa: ANN401 - whatever it was
    packed = packing.pack(value)
    tree = json.loads(json.dumps(packed.tree, allow_nan=False))
    return packing.unpack(packing.Packed(tree, packed.copied().buffers))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30] if not isinstance(value, int) else "int")
def test_plain_values_come_back_as_they_were(value: object) -> None:
    back = there_and_back(value)
    assert back == value
    assert repr(back) == repr(value) if not isinstance(value, int) else type(back) is type(value)
    assert math.isnan(there_and_back(math.nan))


ARRAYS: list[NDArray[Any]] = [
    np.arange(24, dtype="<i2").reshape(2, 3, 4),
    np.arange(24, dtype=">f8").reshape(4, 6).T,
    np.arange(24, dtype="u1")[::-2],
    np.array(7.5),
    np.zeros((0, 3), "c16"),
    np.array([True, False]),
    np.array(["a", "写真"]),
    np.array([b"a", b"bc"]),
    np.array(["2024-01-02", "NaT"], "M8[us]"),
    np.array([(1, 2.0, [3, 4]), (5, 6.0, [7, 8])], [("x", "<i4"), ("y", ">f8"), ("z", "<i2", (2,))]),
    np.zeros(3, [("inner", [("a", "u1"), ("b", "<f2")]), (("title", "named"), "<u4")]),
    np.zeros(2, np.dtype([("a", "u1"), ("b", "<f8")], align=True)),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}"[:20])
def test_arrays_come_back_as_they_were_and_read_only(array: NDArray[Any]) -> None:
    back = there_and_back({"one": array, "two": [array]})["one"]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)
    assert not back.flags.writeable
    assert not array.flags.f_contiguous or back.flags.f_contiguous


@pytest.mark.parametrize("scalar", [np.float32(1.5), np.int8(-3), np.bool_(True), np.datetime64(5, "ns"), np.str_("é")])
def test_scalars_of_numpy_stay_such(scalar: Any) -> None:  # noqa: ANN401 - of several types
    back = there_and_back(scalar)
    assert (type(back), back, back.dtype) == (type(scalar), scalar, scalar.dtype)


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "LA", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_images_come_back_as_they_were(mode: str) -> None:
    image = Image.new(mode, (11, 7))
    image.putdata(range(1, 78)) if mode in {"L", "P", "I", "F", "I;16"} else image.paste(1, (2, 2, 5, 5))
    if mode == "P":
        image.putpalette([value % 256 for value in range(1024)], "RGBA")
    image.info = {"dpi": (72.0, 72.0), "icc_profile": b"\0x", "decoder": object(), "comment": "写"}
    back = there_and_back(image)
    assert (back.mode, back.size, back.tobytes()) == (image.mode, image.size, image.tobytes())
    assert back.getpalette("RGBA" if mode == "P" else "RGB") == image.getpalette("RGBA" if mode == "P" else "RGB")
    assert back.info == {"dpi": (72.0, 72.0), "icc_profile": b"\0x", "comment": "写"}
    image.getexif()[274] = 6
    assert (dict(there_and_back(image).getexif()), dict(back.getexif())) == ({274: 6}, {})


def test_frames_come_back_as_they_were() -> None:
    frame = pictures.bgrx(bytes(range(64)), Size(3, 4), 16)
    back = there_and_back(frame)
    assert (back.size, back.channels, back.description) == (Size(3, 4), BGRX, "8-bit RGB")
    np.testing.assert_array_equal(back.array(), frame.array())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "type builtins.object"),
        ({1}, "type builtins.set"),
        ({1: 2}, "the key 1"),
        ([Colour.RED], "Colour"),
        (Weight.ONE, "Weight"),
        (Pair(1, 2), "Pair"),
        (np.array([None]), "Python objects"),
        (np.ma.masked_array([1]), "MaskedArray"),
    ],
)
def test_what_would_not_come_back_as_it_was_is_refused(value: object, reason: str) -> None:
    with pytest.raises(ResultError, match=reason):
        packing.pack(value)


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"a": 1, "b": 2},
        {"pickle": 0},
        {"int": "x"},
        {"int": 5},
        {"complex": [{"list": 1}, 2]},
        {"bytes": 1},
        {"bytes": -5},
        {"array": [0, "|O", [1], False]},
        {"array": [0, "<f8", [10**18], False]},
        {"array": [0, "u1", [-8], False]},
        {"array": [0, "u1", [True] * 8, False]},
        {"array": [0, "u1", [1] * 70 + [8], False]},
        {"array": [0, "u1,O", [1], False]},
        {"array": [0, [["x", "O"]], [1], False]},
        {"array": [0, {"x": 1}, [1], False]},
        {"array": [0]},
        {"scalar": [0, "u1"]},
        {"frame": [0, [2, 2], "bgrx", 8, ""]},
        {"frame": [0, [100, 1], "bgrx", 8, ""]},
        {"frame": [0, [1, 1], "jpeg", 8, ""]},
        {"image": [0, "RGB", [50_000, 50_000], None, {}]},
        {"image": [0, "XYZ", [1, 8], None, {}]},
        {"image": [0, "L", [2, 4], ["RGB", "zz"], {}]},
        {"image": [0, "L", [2, 4], None, 5]},
        {"image": [0, "L", [2, 4], None, {}, "zz"]},
        {"image": [0, "L", [2, 4], None, {}, "0000"]},
    ],
    ids=str,
)
def test_what_does_not_fit_its_buffers_is_refused(tree: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any, and no other error
        packing.unpack(packing.Packed(tree, [memoryview(b"12345678")]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_plain_value_is_kept_comes_back(value: object) -> None:
    assert repr(there_and_back(value)) == repr(value)
    with tempfile.TemporaryDirectory() as folder:
        calls = []

        def call(number: int) -> object:
            calls.append(number)
            return value

        for _ in range(2):
            assert repr(ResultCache(folder).cached(name="call")(call)(1)) == repr(value)
        assert calls == [1]
