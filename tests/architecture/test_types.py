"""What type checkers know of the core for scripts: right lines and the pages' examples pass, wrong lines are found."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from doc_pages import PAGES, ROOT, code_of, sections_of

from viewer.core import Scheduler
from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.prefetch.settings import FileSettings
from viewer.core.requests.default import SchedulerSettings
from viewer.core.results.function import CachedFunction
from viewer.core.results.options import CachedOptions

UNTYPED = ("torch", "cv2", "tqdm")
"""Libraries that need not be installed here: examples with them are left out."""

LINES = """
import asyncio
from collections import deque
from pathlib import Path
from typing import assert_type

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from viewer.core import MISSING, BackEnd, Frame, Mapped, Prefetcher, ResultCache, Scheduler, View, cached

Array = npt.NDArray[np.uint16]
AnyArray = npt.NDArray[np.generic]


def load(path: Path) -> Array:
    return np.zeros((2, 2), np.uint16)


def size(data: bytes) -> int:
    return len(data)


def both(number: int, text: str) -> float:
    return 1.0


async def later(number: int) -> float:
    return 1.0


async def read(path: str) -> int:
    return 1


async def read_data(data: bytes) -> int:
    return 1


def both_of(number: int) -> int:
    return number


def size_of_path(path: str) -> int:
    return 1


class Shot:
    @cached
    def level(self, number: int) -> float:
        return 1.0


@cached
def mean(path: str, channel: int = 0) -> float:
    return 1.0


@cached(files="path", stand_in=lambda error: None)
def maybe(path: str) -> float:
    return 1.0


assert_type(Prefetcher([Path("a")], load), Prefetcher[Array])
assert_type(Prefetcher("shots", kind="frame", range=(0, 1)), Prefetcher[Frame])
assert_type(Prefetcher("shots", kind="image"), Prefetcher[Image])
assert_type(Prefetcher(deque(["a"]), kind="bytes"), Prefetcher[bytes])
assert_type(Prefetcher(Path("shots").glob("*"), kind="bytes"), Prefetcher[bytes])
assert_type(Prefetcher("shots", decode=size, order="date"), Prefetcher[int])
assert_type(Prefetcher([Path("a")], Path.read_bytes, decode=size), Prefetcher[int])
assert_type(Prefetcher(Path("shots"), len), Prefetcher[int])
assert_type(Prefetcher(range(3), str, max_bytes=1e9, backend=BackEnd.PROCESSES), Prefetcher[str])
assert_type(Prefetcher(range(3), str, stand_in=lambda error: None), Prefetcher[str | None])
assert_type(Prefetcher(range(3), later), Prefetcher[float])
assert_type(Prefetcher(range(3), later, stand_in=lambda error: None), Prefetcher[float | None])
assert_type(Prefetcher("shots", read), Prefetcher[int])
assert_type(View([1]).map(later).prefetch(), Prefetcher[float])
assert_type(Prefetcher(range(3), both_of, decode=later), Prefetcher[float])
assert_type(Prefetcher([1], decode=later, stand_in=lambda error: None), Prefetcher[float | None])
assert_type(Prefetcher("shots", decode=read_data), Prefetcher[int])
assert_type(Prefetcher("shots", size_of_path, decode=later), Prefetcher[float])
assert_type(View([1]).prefetch(decode=later), Prefetcher[float])
assert_type(Scheduler().request(1, later, 1).result(), float)
assert_type(Prefetcher(View([1])), Prefetcher[int])
frames = Prefetcher([Path("a")], load)
assert_type(frames[0], Array)
assert_type(frames[1:], View[Array])
assert_type(frames.at(7), Array)
assert_type(frames.numbers, tuple[int, ...])
assert_type([(number, frame) for number, frame in frames.items()], list[tuple[int, Array]])
assert_type(frames.batched(2)[0], tuple[Array, ...])
assert_type(frames.map(len).prefetch(ahead=3), Prefetcher[int])
assert_type(View([1]).map(both, ["a"]), View[float])
assert_type(Mapped(both, [1], ["a"])[0], float)
held = frames.peek(0)
if held is not MISSING:
    assert_type(held, Array)
assert_type(Shot().level(3), float)
assert_type(Shot().level.ask(3).value, float)
assert_type(maybe("a"), float | None)
assert_type(Scheduler().request("a", mean, "a").result(), float)


async def main() -> None:
    assert_type(await frames.aget(0), Array)
    assert_type(await Scheduler().request("a", both, 1, "a"), float)
    async for frame in frames:
        assert_type(frame, Array)


asyncio.run(main())
frames[0].no_such_method()  # wrong
Prefetcher([1, 2], load)  # wrong
Prefetcher("shots", kind="imgae")  # wrong
Prefetcher("shots", range=(0, 1))  # wrong
Prefetcher("shots", ordr="name")  # wrong
Prefetcher(range(3), str, kind="bytes")  # wrong
Prefetcher(range(3), str, backend="process")  # wrong
Prefetcher([Path("a")], Path.read_bytes, decode=both)  # wrong
frames.prefetch(ahaed=3)  # wrong
frames.map(size)  # wrong
View([1]).map(both, [2])  # wrong
View(["a"]).map(later)  # wrong
Prefetcher(["a"], later)  # wrong
frames.at(None)  # wrong
frames.peek(0).mean()  # wrong
mean(3)  # wrong
mean("a", chanel=1)  # wrong
cached(flies="path")(mean)  # wrong
cached(stand_in=5)(mean)  # wrong
Shot().level("x")  # wrong
Shot().level.ask("x")  # wrong
ResultCache(mode="reed-only")  # wrong
ResultCache().cached(exlude="path")  # wrong
Scheduler(backend="thread")  # wrong
Scheduler().request("a", load, 5)  # wrong
Scheduler().request("a", mean)  # wrong
"""


def examples() -> dict[str, str]:
    """Returns the examples of ours on the pages for scripts, a module for each section."""
    modules = {}
    for page in [ROOT / "README.md", *PAGES]:
        lines = page.read_text("utf-8").splitlines()
        for number, section in enumerate(sections_of(page)):
            ours = [
                code_of(block)
                for block in section.blocks
                if block.language in {"pycon", "python"}
                and not any("Theirs" in each for each in lines[block.line - 3 : block.line - 1])
            ]
            ours = ["\n".join(ours)] if page.stem != "run" else ours  # each there is a script
            for part, code in enumerate(ours):
                if code and not any(library in code for library in UNTYPED):
                    name = f"{page.stem.replace('-', '_')}_{number}_{part}"
                    modules[name] = f"from __future__ import annotations\n{code}"
    assert len(modules) > 20
    return modules


def test_wrong_lines_are_found_and_no_others(tmp_path: Path) -> None:
    """One run of mypy, which takes seconds, with the settings and the cache of the project."""
    for name, code in {"lines": LINES, **examples()}.items():
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    files = sorted(map(str, tmp_path.iterdir()))
    run = subprocess.run([sys.executable, "-m", "mypy", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    found: dict[tuple[str, int], str] = {}
    for row in run.stdout.splitlines():
        if " error: " in row:
            path, line, text = row.split(":", 2)
            found[Path(path).stem, int(line)] = text
    wrong = {("lines", number): line for number, line in enumerate(LINES.splitlines(), 1) if line.endswith("# wrong")}
    assert {place: text for place, text in found.items() if place not in wrong} == {}, run.stderr
    assert [line for place, line in wrong.items() if place not in found] == []


@pytest.mark.parametrize(
    ("function", "known", "beside"),
    [
        (Prefetcher, FileSettings, {"source", "load", "decode", "kind", "range", "stand_in"}),
        (Scheduler, SchedulerSettings, {"name"}),
        (CachedFunction, CachedOptions, {"function", "cache", "stand_in"}),
    ],
)
def test_type_checkers_know_every_setting(function: type, known: type, beside: set[str]) -> None:
    assert set(inspect.signature(function).parameters) == {*known.__annotations__, *beside}
