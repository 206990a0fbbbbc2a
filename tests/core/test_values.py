"""What callers get: read before it is handed out, of the same type for each, and not to be changed for the others."""

from __future__ import annotations

import collections
import gc
import io
import random
import sys
import traceback
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from held_loads import LONG, at_rest
from PIL import Image, ImageDraw

from viewer.core.prefetch.prefetcher import Prefetcher, View
from viewer.core.raised import copy_of, without_locals
from viewer.core.requests.scheduler import Scheduler
from viewer.core.values import handed_out, held_value, prepared, size_in_memory
from viewer.core.workers.backend import BackEnd

if TYPE_CHECKING:
    from collections.abc import Callable


class Pair(NamedTuple):
    """A tuple with names."""

    first: Any
    second: Any


@dataclass
class Data:
    """Data of one part."""

    part: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    """The same, that cannot be changed."""

    part: Any


class Ordinary:
    """An object of an ordinary class."""

    def __init__(self, part: object) -> None:
        self.part = part


Container = tuple["Callable[[Any], Any]", "Callable[[Any], Any]"]
CONTAINERS: dict[str, Container] = {
    "itself": (lambda part: part, lambda value: value),
    "dict": (lambda part: {"part": part}, lambda value: value["part"]),
    "ordered": (lambda part: collections.OrderedDict(part=part), lambda value: value["part"]),
    "default": (lambda part: collections.defaultdict(list, part=part), lambda value: value["part"]),
    "list": (lambda part: [1, part], lambda value: value[1]),
    "deque": (lambda part: collections.deque([part], 3), lambda value: value[0]),
    "tuple": (lambda part: (part, "a"), lambda value: value[0]),
    "namedtuple": (lambda part: Pair(1, [part]), lambda value: value.second[0]),
    "dataclass": (Data, lambda value: value.part),
    "frozen": (Frozen, lambda value: value.part),
    "object": (Ordinary, lambda value: value.part),
    "namespace": (lambda part: [SimpleNamespace(part=part)], lambda value: value[0].part),
}


@pytest.fixture(params=CONTAINERS)
def container(request: pytest.FixtureRequest) -> Container:
    return CONTAINERS[request.param]


@pytest.fixture
def files() -> Callable[[], int]:
    """Returns what counts the files opened since."""

    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    before = count()
    return lambda: count() - before


def written(path: Path, pages: int = 1, mode: str = "RGB") -> str:
    images = [Image.new(mode, (40, 30), 10 + n if len(mode) == 1 else (10 + n, 0, 0)) for n in range(pages)]
    images[0].save(path, save_all=pages > 1, append_images=images[1:])
    return str(path)


FILES = {"png": (1, 3), "jpg": (1,), "tif": (1, 3), "gif": (1, 3), "webp": (1, 3), "bmp": (1,)}


@pytest.mark.parametrize(("suffix", "pages"), [(suffix, each) for suffix, pages in FILES.items() for each in pages])
def test_images_are_read_and_let_go_of_their_files(
    tmp_path: Path, suffix: str, pages: int, files: Callable[[], int], container: Container
) -> None:
    put, take = container
    mode = "RGB" if suffix in {"webp", "png"} else "L"
    path = written(tmp_path / f"a.{suffix}", pages, mode)
    gc.disable()
    try:
        held = [prepared(put(Image.open(path))) for _ in range(20)]
        assert files() <= 1
    finally:
        gc.enable()
    first, second = (take(handed_out(held[0])) for _ in range(2))
    with Image.open(path) as plain:
        assert type(first) is type(second) is type(plain)
    assert first.format == second.format
    before = second.tobytes()
    ImageDraw.Draw(first).rectangle((0, 0, 9, 9), fill=99)
    first.info["mine"] = True
    if first.mode == "L":
        first.putpalette([1, 2, 3] * 256)
    assert first.tobytes() != before == second.tobytes() == take(handed_out(held[0])).tobytes()
    assert "mine" not in second.info
    assert second.mode == second.im.mode
    assert size_in_memory(held_value(held[0])) >= 1200 * len(mode)
    if pages > 1 and suffix != "webp":
        with pytest.raises(ValueError, match="closed"):
            first.seek(2)


def test_a_callers_own_image_keeps_its_file(tmp_path: Path) -> None:
    with Image.open(written(tmp_path / "a.tif", 3, "L")) as image:
        prepared(image)
        image.seek(2)
        assert image.getpixel((0, 0)) == 12


@pytest.mark.parametrize("backend", BackEnd)
def test_images_of_every_way_come_and_damaged_ones_raise(tmp_path: Path, backend: BackEnd) -> None:
    good, bad = written(tmp_path / "a.png"), tmp_path / "bad.png"
    bad.write_bytes((tmp_path / "a.png").read_bytes()[:-30])
    with Prefetcher([good, str(bad)], Image.open, backend=backend, workers=1) as frames:
        kinds = {(type(frames.get(0, LONG)), frames[0].readonly) for _ in range(3)}
        assert len(kinds) == 1
        assert frames[0].getpixel((0, 0)) == (10, 0, 0)
        with pytest.raises(OSError):  # noqa: PT011 - Pillow's own words
            frames.get(1, LONG)
    with Prefetcher([good], decode=lambda data: Image.open(io.BytesIO(data))) as frames:
        assert frames.get(0, LONG).getpixel((0, 0)) == (10, 0, 0)
    with Scheduler(1) as scheduler:
        request = scheduler.request("a", Image.open, good)
        ImageDraw.Draw(request.result(LONG)).point((0, 0), (0, 0, 0))
        assert request.result().getpixel((0, 0)) == (10, 0, 0)


class Tagged(np.ndarray):
    """An array with an attribute."""

    number: int


def _tagged() -> Any:  # noqa: ANN401 - an array of a class of its own
    array = np.zeros((2, 3)).view(Tagged)
    array.number = 7
    return array


ARRAYS: dict[str, Callable[[], Any]] = {
    "plain": lambda: np.zeros((2, 3)),
    "masked": lambda: np.ma.array(np.zeros((2, 3)), mask=np.zeros((2, 3), bool)),
    "matrix": lambda: np.zeros((2, 3)).view(np.matrix),
    "records": lambda: np.zeros(3, [("a", int)]).view(np.recarray),
    "tagged": _tagged,
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_are_views_that_cannot_be_written(kind: str, container: Container) -> None:
    put, take = container
    array = ARRAYS[kind]()
    made = put(array)
    held = prepared(made)
    first, second = (handed_out(held) for _ in range(2))
    assert type(first) is type(second) is type(made)
    for each in (take(first), take(second)):
        assert type(each) is type(array)
        assert not each.flags.writeable
        assert np.shares_memory(each, array)
        assert getattr(each, "number", 7) == 7
    if kind == "masked":
        with pytest.raises(ValueError, match="read-only"):
            take(first)[0, 0] = np.ma.masked
    assert array.flags.writeable
    assert take(made) is array
    array[0] = array[0]


@pytest.mark.parametrize("value", [{"a": 1}, [1], {1}, Data(1), collections.deque([1]), ([1],), {"a": {"b": 1}}])
def test_containers_are_each_callers_own_and_what_cannot_change_is_not_copied(value: object) -> None:
    held = prepared(value)
    first, second = (handed_out(held) for _ in range(2))
    assert first == second == value
    assert type(first) is type(value)
    assert first is not second
    for each in (1, "a", (1, "a"), Frozen(1), Ordinary(1), object(), frozenset([1])):
        assert handed_out(prepared(each)) is each


def test_circles_and_classes_that_cannot_be_copied_are_handed_out() -> None:
    circle: list[Any] = [1]
    circle.append(circle)
    assert handed_out(prepared(circle))[0] == 1

    class Single(dict[str, int]):
        def __copy__(self) -> Single:
            raise TypeError("there is one only")

    assert handed_out(prepared(Single(a=1))) == {"a": 1}


def test_sizes_count_what_is_inside(container: Container) -> None:
    put, _ = container
    assert 8_000 <= size_in_memory(put(np.zeros(1000))) < 9_000


def test_own_arrays_stay_writable_and_all_callers_get_the_same() -> None:
    stack = [np.zeros((4, 4)) for _ in range(5)]
    for frames in (Prefetcher(range(5), stack.__getitem__), View(stack).prefetch()):
        with frames:
            items: list[Any] = [
                frames.get(0, LONG),
                frames[0],
                frames.future(0).result(LONG),
                frames.peek(0),
                *frames.improving(0),
            ]
        assert {(type(each), each.flags.writeable) for each in items} == {(np.ndarray, False)}
    assert all(each.flags.writeable for each in stack)


# Errors


class Large:
    """Something large that a load has read."""


def _fails(kept: list[weakref.ref[Large]]) -> None:
    data = Large()
    kept.append(weakref.ref(data))
    try:
        [each.nothing for each in (data,) if kept]  # type: ignore[attr-defined]  # that is the error
    except AttributeError as error:
        raise ExceptionGroup("both", [ValueError("damaged"), error]) from error


@pytest.mark.parametrize("stage", [0, 1])
def test_errors_do_not_keep_what_their_load_had(stage: int) -> None:
    kept: list[weakref.ref[Large]] = []
    noted: list[BaseException] = []

    def load(_item: int) -> Large:
        if stage == 0:
            _fails(kept)
        data = Large()
        kept.append(weakref.ref(data))
        return data

    def decode(data: Large) -> None:
        del data
        _fails(kept)

    gc.disable()
    try:
        with Prefetcher(
            range(3), load, decode=decode, ahead=0, on_error=lambda error, _: noted.append(error)
        ) as frames:
            for _ in range(3):
                with pytest.raises(ExceptionGroup) as caught:
                    frames.get(1, LONG)
                assert "_fails" in [each.name for each in caught.traceback]
                noted.append(caught.value)
            at_rest(frames)
            assert frames.failures()
        with Scheduler(1) as scheduler:
            request = scheduler.request("a", _fails, kept)
            for _ in range(2):
                with pytest.raises(ExceptionGroup):
                    request.result(LONG)
        assert [each() for each in kept] == [None] * len(kept)
    finally:
        gc.enable()


def test_an_error_does_not_delay_what_its_caller_had() -> None:
    def asked(frames: Prefetcher[Any]) -> weakref.ref[Large]:
        mine = Large()
        try:
            frames.get(1, LONG)
        except ZeroDivisionError:
            return weakref.ref(mine)
        raise AssertionError

    gc.disable()
    try:
        with Prefetcher(range(3), lambda item: 1 // (item - 1), ahead=0) as frames:
            refs = [asked(frames) for _ in range(3)]
            at_rest(frames)
            assert [each() for each in refs] == [None] * 3
    finally:
        gc.enable()


def test_a_generator_that_waits_is_not_ended() -> None:
    def numbers() -> Any:  # noqa: ANN401 - a generator
        try:
            int("early")
        except ValueError as error:
            yield error
        yield 2

    generator = numbers()
    without_locals(next(generator))
    assert next(generator) == 2


def test_a_traceback_without_its_functions_looks_the_same() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        _fails([])
    before = traceback.format_exception(caught.value)
    without_locals(caught.value)
    assert traceback.format_exception(caught.value) == before


def test_errors_that_hold_much_themselves_are_not_all_kept() -> None:
    with Prefetcher(range(20), lambda _: (b"\xff" * 2_000_000).decode(), ahead=0, retry_after=None) as frames:
        for position in range(20):
            with pytest.raises(UnicodeDecodeError):
                frames.get(position, LONG)
        assert max(frames.failures()) == 19
        assert len(frames.failures()) <= 8


@dataclass(frozen=True)
class FrozenError(Exception):
    """An error that cannot be changed."""

    code: int


def test_copies_are_of_the_same_type() -> None:
    for error in (FrozenError(3), OSError(2, "gone", "a.png"), ExceptionGroup("both", [ValueError()])):
        copied = copy_of(error)
        assert copied is not error
        assert (type(copied), copied.args, str(copied)) == (type(error), error.args, str(error))


# Which items are loaded


def _loads(positions: list[int]) -> float:
    """Returns how many items are loaded for each request, by a caller who leaves time for all."""
    loaded: list[int] = []
    with Prefetcher(range(1000), loaded.append) as frames:
        for position in positions:
            frames.get(position, LONG)
            at_rest(frames)
    return len(loaded) / len(positions)


def test_jumps_all_the_time_load_little_else_and_steps_lose_nothing() -> None:
    chance = random.Random(1)  # noqa: S311 - the same jumps in each run
    assert _loads(chance.sample(range(1000), 100)) <= 1.2
    assert _loads(chance.sample(range(200), 150)) <= 1.2
    # Two sequences in turn, and steps after jumps
    with Prefetcher(range(1000), abs, ahead=5) as frames:
        for position in [*chance.sample(range(1000), 50), *range(300, 340), *range(900, 860, -1), *range(0, 200, 7)]:
            frames.get(position, LONG)
            at_rest(frames)
        assert frames.stats.misses <= 50 + 12


@pytest.mark.parametrize("is_large", [lambda n: n == 0, lambda n: n == 70, lambda n: n % 20 == 7])
def test_a_large_item_among_small_ones_does_not_end_the_look_ahead(is_large: Callable[[int], bool]) -> None:
    most = 1000
    with Prefetcher(range(150), abs, size_of=lambda n: 600 if is_large(n) else 1, max_bytes=most) as frames:
        for position in range(150):
            frames.get(position, LONG)
            at_rest(frames)
            assert frames.stats.held_bytes <= most
        assert frames.stats.misses <= 40
