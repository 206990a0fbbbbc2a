"""What every worker must do, whether its functions run in a thread or in a process, however that was started."""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
import worker_functions as functions

from viewer.core.frame import Alpha, Frame, Size
from viewer.core.workers.backend import BackEnd, worker_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.workers.worker import Worker

KINDS = ["threads", *multiprocessing.get_all_start_methods()]
LARGE = 300_000
"""Bytes that do not go through a pipe."""

# Python 3.12 says that forking a program with threads is not safe, which is why it is not the default.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def main_without_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares each process importing the test runner, as it would import a user's script."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Worker]]:
    """Makes workers of each kind, which are closed in the end."""
    made: list[Worker] = []

    def make_one(index: int = 0, hook: Callable[[int], object] | None = None) -> Worker:
        backend = BackEnd.THREADS if request.param == "threads" else BackEnd.PROCESSES
        made.append(worker_maker(backend, hook, None if request.param == "threads" else request.param)(index))
        return made[-1]

    functions.hooked.clear()
    yield make_one
    for each in made:
        each.close()


@pytest.fixture
def worker(make: Callable[..., Worker]) -> Worker:
    """A started worker of each kind."""
    made = make()
    made.start()
    return made


def same(one: object, other: object) -> bool:
    """Returns whether the values are of one type and equal, arrays included."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        alike = one.dtype == other.dtype and one.shape == other.shape
        return alike and (one.tolist() == other.tolist() if one.dtype == object else one.tobytes() == other.tobytes())
    if isinstance(one, Frame) and isinstance(other, Frame):
        return np.array_equal(one.array(), other.array()) and one.description == other.description
    if isinstance(one, functions.Holder) and isinstance(other, functions.Holder):
        return one.name == other.name and same(one.inner, other.inner)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return type(one) is type(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and same(list(one.values()), list(other.values()))
    return type(one) is type(other) and one == other


def test_e1_every_kind_of_value_goes_to_and_fro(worker: Worker) -> None:
    pixels = np.arange(LARGE, dtype=np.uint8)
    frame = pictures.bgrx(bytes(pixels), Size(100, 750))
    values: list[object] = [
        *(None, False, -1, 2**80, 1.5, "", "größer", b"", b"abc", (), [], {}, {1: {2}}, Size(3, 4), Alpha.STRAIGHT),
        *(
            bytes(pixels),
            bytearray(pixels),
            pixels.data,
            memoryview(b"abc"),
            [bytes(pixels), b"", bytes(pixels)],
        ),
        *(np.float32(3.5), np.array(7), np.zeros((0, 3)), np.zeros(3, "i2,f4"), np.array(["2026-11-21"], "M8[D]")),
        *(
            pixels,
            pixels.reshape(300, 1000),
            pixels.reshape(300, 1000).T,
            pixels[::-1],
            pixels.reshape(300, 1000)[:, ::2],
        ),
        *(
            pixels[: LARGE // 4 * 4].view(">f4"),
            np.array([1, "a"], object),
            np.asfortranarray(pixels.reshape(300, 1000)),
        ),
        *(functions.Holder("two", [pixels, {"mask": pixels > 3, "bytes": bytes(pixels)}, pixels[:5]]), frame),
        pictures.bgrx(pixels.data, Size(100, 750)),
    ]
    for value in values:
        assert same(worker.call(functions.echo, value), value)


def test_e1_functions_of_every_kind_are_called(worker: Worker) -> None:
    assert worker.call(int, "12") == 12
    assert worker.call(partial(max, 3), 5) == 5
    assert worker.call(functions.Times(3), 5) == 15
    assert worker.call(functions.Times(4).__call__, 5) == 20
    assert worker.call("a-b".split, "-") == ["a", "b"]


def test_e1_many_functions_in_turn_are_not_taken_for_each_other(worker: Worker) -> None:
    many = [functions.Times(factor) for factor in range(30)]
    for _ in range(2):
        assert [worker.call(each, 2) for each in many] == [2 * factor for factor in range(30)]


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError("x"), FileNotFoundError(2, "No such file", "shot.png"), functions.OwnError(7), KeyError("name")),
        *(SystemExit(3), KeyboardInterrupt(), MemoryError(), GeneratorExit(), BaseException("root")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_c5_an_error_of_any_kind_comes_in_its_own_type_and_the_worker_lives_on(
    worker: Worker, error: BaseException
) -> None:
    with pytest.raises(type(error)) as caught:
        worker.call(functions.fail, error)
    assert caught.value.args == error.args
    assert vars(caught.value) == vars(error)
    assert worker.call(functions.echo, 1) == 1


def test_e1_an_error_tells_its_notes_and_where_it_came_from_and_wrong_arguments_are_one(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="no number") as caught:
        worker.call(functions.fail_twice)
    text = "".join(traceback.format_exception(caught.value))
    assert "in fail_twice" in text
    assert "invalid literal for int" in text
    assert caught.value.__notes__ == ["seen in line 3"]
    with pytest.raises(TypeError, match="echo"):
        worker.call(functions.echo, *(1, 2))
    assert worker.call(functions.echo, 1) == 1


def test_e2_the_hook_is_called_once_with_the_number_of_the_worker(make: Callable[..., Worker]) -> None:
    for index in (0, 1):
        functions.hooked.clear()
        worker = make(index, functions.hook)
        worker.start()
        assert worker.call(functions.hooks) == [index]
        assert worker.call(functions.hooks) == [index]


def test_e2_a_hook_that_fails_raises_from_the_start(make: Callable[..., Worker]) -> None:
    worker = make(3, functions.failing_hook)
    with pytest.raises(OSError, match="no licence for 3"):
        worker.start()


def test_an_idle_worker_has_nothing_to_interrupt(worker: Worker) -> None:
    assert worker.interrupt() is False
    assert worker.call(functions.echo, 1) == 1
    assert worker.interrupt() is False
    assert worker.call(functions.echo, 2) == 2


def test_closing_is_harmless_any_number_of_times(make: Callable[..., Worker]) -> None:
    never_started, never_called, called = make(), make(), make()
    never_called.start()
    called.call(functions.echo, 1)
    for worker in (never_started, never_called, called):
        worker.close()
        worker.close()


def test_e3_workers_of_several_threads_do_not_disturb_each_other(make: Callable[..., Worker]) -> None:
    workers = [make(index) for index in range(4)]

    def work(index: int) -> list[Any]:
        return [workers[index].call(functions.picture, number)[0, 0, 0] for number in range(index, 20 + index)]

    with ThreadPoolExecutor(4) as four:
        assert list(four.map(work, range(4))) == [list(range(index, 20 + index)) for index in range(4)]
