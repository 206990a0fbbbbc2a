"""What holds for every test: a home of its own, nothing left behind, no Qt warning; and the shares."""

from __future__ import annotations

import functools
import gc
import io
import math
import multiprocessing
import os
import re
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import real_shares
import slow_share as slow_shares
from PIL import Image, ImageDraw
from real_shares import RealShare
from slow_share import SlowShare

from viewer.core.storage import share_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from PyQt5.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded: tests open no windows on a desktop

# A commit is judged by what it changes, so CI draws the same examples each time; at every desk the search goes on.
# There are no deadlines, as a busy machine would break them.
hypothesis.settings.register_profile("desk", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile(
    "ci", hypothesis.settings.get_profile("desk"), derandomize=True, database=None, max_examples=100
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Hundreds of tests start processes: most are copies of one that has loaded the engine. Those of scripts, and those that
# tests start by "spawn", load it themselves, as at a user's.
multiprocessing.set_forkserver_preload(["viewer.core.prefetch.prefetcher"])

THREADS_END_WITHIN = 2.0
"""Seconds that all threads of a test together have for ending, once it is over."""

_failed = pytest.StashKey[bool]()


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The homes so far; the first is that of the application object, which outlives the tests."""
    folders = [tmp_path_factory.mktemp("homes") / "0"]
    with pytest.MonkeyPatch.context() as monkeypatch:
        _move_to(folders[0], monkeypatch)
        yield folders


@pytest.fixture(autouse=True)
def home(homes: list[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for settings and caches: no test touches the user's, or another's."""
    if len(homes) == 1 or os.listdir(homes[-1]) != ["runtime"] or os.listdir(homes[-1] / "runtime"):  # noqa: PTH208 - fast
        homes.append(homes[0].with_name(str(len(homes))))  # most tests leave theirs empty, for the next one
    _move_to(homes[-1], monkeypatch)
    return homes[-1]


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, home: Path) -> Iterator[None]:  # noqa: ARG001 - ends before home
    """Fails a test that leaves threads running or windows open; one that failed anyway is spared."""
    threads_before = set(threading.enumerate())
    windows_before = _windows()
    yield
    if request.node.stash.get(_failed, False):
        return
    threads = _threads_left(threads_before)
    windows = _windows_left(windows_before)
    if threads or windows:
        pytest.fail(f"Left behind: threads {threads}, windows {windows}", pytrace=False)


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application object, with the font that most systems have: the one of the platform off screen is larger."""
    from window_states import use_usual_font  # noqa: PLC0415 - with Qt

    use_usual_font(qapp)
    return qapp


@pytest.fixture
def slow_share(tmp_path: Path) -> Iterator[Callable[..., SlowShare]]:
    """Mounts folders as shares behind a slow line, ``slow_share(folder, profile="vpn")``, until the test is over."""
    if reason := slow_shares.why_not():
        pytest.skip(reason)
    with ExitStack() as shares:

        def mount(source: str | os.PathLike[str], **line: Any) -> SlowShare:  # noqa: ANN401 - SlowShare says which
            return shares.enter_context(SlowShare(source, _mountpoint(tmp_path), **line))

        yield mount


@pytest.fixture
def real_share(tmp_path: Path) -> Iterator[Callable[..., RealShare]]:
    """Mounts folders from real servers, ``real_share("sshfs", folder)``, until the test is over; the line is fast."""
    with ExitStack() as shares:

        def mount(kind: str, source: str | os.PathLike[str], **more: Any) -> RealShare:  # noqa: ANN401 - RealShare says which
            if reason := real_shares.why_not(kind):
                pytest.skip(reason)
            line = {"latency": 0.001, "bandwidth": 100e6} | more
            return shares.enter_context(RealShare(kind, source, _mountpoint(tmp_path), **line))

        yield mount


@pytest.fixture
def frames(tmp_path: Path) -> Callable[..., Path]:
    """Makes folders of numbered pictures: ``frames("shots", 12)``."""

    def make(name: str, count: int, suffix: str = "jpg", size: tuple[int, int] = (320, 180)) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for number in range(1, count + 1):
            (folder / f"shot.{number:04d}.{suffix}").write_bytes(_picture(number, suffix, size))
        return folder

    return make


@functools.cache
def _picture(number: int, suffix: str, size: tuple[int, int]) -> bytes:
    image, file = Image.new("RGB", size, (number * 7 % 256, number * 13 % 256, 90)), io.BytesIO()
    ImageDraw.Draw(image).text((20, 20), str(number), fill="white")
    image.save(file, Image.registered_extensions()[f".{suffix}"])
    return file.getvalue()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a mounted share or the window, so that ``-m "not mount and not window"`` leaves it out."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"slow_share", "real_share", "mountpoint"}:
            item.add_marker("mount")
        if "real_share" in fixtures:
            item.add_marker("real_share")
        if item.path.parent.name == "gui" or fixtures & {"qapp", "qtbot"}:
            item.add_marker("window")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Spares each collection of garbage the ten thousand tests, which stay till the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes whether the test failed."""
    report = yield
    if call.when != "teardown" and report.failed:
        item.stash[_failed] = True
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Fails on what Qt warns about while a test is cleaned up; pytest-qt listens only until then."""
    from PyQt5.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler  # noqa: PLC0415 - after QT_QPA_PLATFORM is set

    warnings: list[str] = []
    ignored = re.compile("|".join(item.config.getini("qt_log_ignore")) or "(?!)")

    def listen(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:  # noqa: ARG001 - Qt's
        if kind in {QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg}:
            warnings.extend([] if ignored.search(message or "") else [message or ""])

    previous = qInstallMessageHandler(listen)
    try:
        return (yield)
    finally:
        qInstallMessageHandler(previous)
        if warnings and not item.stash.get(_failed, False):
            pytest.fail("Qt warned while the test was cleaned up:\n" + "\n".join(warnings), pytrace=False)


def _mountpoint(folder: Path) -> Path:
    """Makes an empty folder."""
    mountpoint = folder / f"share-{len(list(folder.glob('share-*')))}"
    mountpoint.mkdir()
    return mountpoint


HOME_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": "/config",
    "XDG_CACHE_HOME": "/cache",
    "XDG_DATA_HOME": "/data",
    "XDG_STATE_HOME": "/state",
    "XDG_RUNTIME_DIR": "/runtime",
    "APPDATA": "/config",
    "LOCALAPPDATA": "/cache",
}


def _move_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``home`` the home folder, for this process and those that it starts."""
    path = str(home)
    (home / "runtime").mkdir(mode=0o700, parents=True, exist_ok=True)  # others are made where they are used first
    for name, folder in HOME_FOLDERS.items():
        monkeypatch.setenv(name, path + folder)


def _threads_left(before: set[threading.Thread]) -> list[str]:
    """Returns the names of the threads that do not end now, of those that are new."""
    deadline = time.monotonic() + THREADS_END_WITHIN
    left = []
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading._DummyThread):  # noqa: SLF001 - one of Qt's, which Python cannot join
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            left.append(thread.name)
    return left


def _windows() -> list[Any]:
    from PyQt5.QtWidgets import QApplication, QDesktopWidget  # noqa: PLC0415 - after QT_QPA_PLATFORM is set

    if QApplication.instance() is None:
        return []
    return [window for window in QApplication.topLevelWidgets() if not isinstance(window, QDesktopWidget)]


def _windows_left(before: list[Any]) -> list[str]:
    """Returns descriptions of the windows that are there still, of those that are new."""
    from PyQt5.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - after QT_QPA_PLATFORM is set

    def left() -> list[Any]:
        if QCoreApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return [window for window in _windows() if window not in before]

    if left():
        gc.collect()  # takes its time, and is hardly ever needed
    return [f"{type(window).__name__} {window.objectName() or window.windowTitle()}".strip() for window in left()]


@pytest.fixture
def _no_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of a share's clock but the dates of files."""
    monkeypatch.setattr(share_clock, "BEHIND", math.inf)
