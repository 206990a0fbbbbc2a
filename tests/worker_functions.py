"""Functions that the tests call in other processes, which must be able to import them; nothing here imports much."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
hooked: list[int] = []
"""The numbers that :func:`hook` was called with, in this process."""


@dataclass
class Holder:
    """A user's own kind of value."""

    name: str
    inner: object


class OwnError(Exception):
    """A user's own kind of error."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code

    def __reduce__(self) -> tuple[type[OwnError], tuple[int]]:
        return OwnError, (self.code,)


class UnreturnableError(Exception):
    """An error that pickles, but cannot be made again from its arguments: a common mistake."""

    def __init__(self, path: str, code: int) -> None:
        super().__init__(f"{path} failed with {code}")


class UnsendableError(Exception):
    """An error that holds a lock."""

    def __init__(self) -> None:
        super().__init__("out of order")
        self.lock = threading.Lock()


class KeywordError(Exception):
    """An error whose constructor takes keywords only."""

    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class SlotError(Exception):
    """An error with a slot."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place


def _gone() -> Exception:
    raise OSError("gone")


class RemadeError(Exception):
    """An error that cannot be made again in the way it says itself."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _gone, ()


class Counted:
    """A function that counts how often it is pickled."""

    def __init__(self) -> None:
        self.pickled = 0

    def __getstate__(self) -> dict[str, int]:
        self.pickled += 1
        return {"pickled": 0}

    def __call__(self, value: T) -> T:
        return value


class Times:
    """A function with data of its own."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, value: int) -> int:
        return value * self.factor


def echo(value: T) -> T:
    return value


def fail(error: BaseException) -> None:
    raise error


def fail_twice() -> None:
    try:
        int("three")
    except ValueError as error:
        problem = RuntimeError("no number")
        problem.add_note("seen in line 3")
        raise problem from error


def fail_unreturnably() -> None:
    raise UnreturnableError("shot.png", 7)


def fail_unsendably() -> None:
    raise UnsendableError


def return_a_lock() -> Any:  # noqa: ANN401 - it never comes back
    return threading.Lock()


def hook(index: int) -> Callable[[], int]:
    hooked.append(index)
    return lambda: index  # what a hook returns need not be picklable


def failing_hook(index: int) -> None:
    raise OSError(f"no licence for {index}")


def hooks() -> list[int]:
    return hooked


def picture(number: int) -> Any:  # noqa: ANN401 - numpy is not imported here
    import numpy as np  # noqa: PLC0415 - only whoever wants a picture needs it

    return np.full((90, 160, 4), number % 256, np.uint8)


def mirrored(number: int) -> Any:  # noqa: ANN401 - numpy is not imported here
    return picture(number)[:, ::-1]


def heavy_modules() -> list[str]:
    return [name for name in ("numpy", "PIL", "PyQt5") if name in sys.modules]


def die(code: int) -> None:
    os._exit(code)


def wait_for_ever(fifo: str) -> None:
    """Writes this process's id into ``fifo``, which stays open until the process ends."""
    descriptor = os.open(fifo, os.O_WRONLY)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    threading.Event().wait()


async def later(value: T) -> T:
    return value


def stop(kind: type[Exception], *_arguments: object) -> None:
    raise kind("all over")


def fail_twice_for(_item: object) -> None:
    fail_twice()


def doubled(value: int) -> int:
    return 2 * value


def fail_remade() -> None:
    raise RemadeError("out of order")


def fail_with_parts() -> None:
    raise ExceptionGroup("many", [ValueError("first"), ExceptionGroup("inner", [UnsendableError()])])


def in_a_process(value: int) -> int:
    queue: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=queue.put, args=(value,))
    process.start()
    try:
        return queue.get(timeout=10)
    finally:
        process.join()


def fork_and_die() -> None:
    """Leaves a process behind that lives on for a while, and ends itself."""
    if os.fork() == 0:
        signal.alarm(10)
        signal.pause()
    os.kill(os.getpid(), signal.SIGKILL)
