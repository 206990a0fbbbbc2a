"""The bridge: callbacks on the GUI thread, Python's collector on a lead, pixels that are not copied."""

from __future__ import annotations

import gc
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from PyQt5.QtCore import QCoreApplication, QEvent, QEventLoop, QRectF, Qt, QTimer
from PyQt5.QtGui import QImage, QPainter

from viewer.core.frame import BGRA, RGB, Alpha, Frame, SampleInfo, Size
from viewer.gui.bridge.collector import Collector
from viewer.gui.bridge.image import FrameImage
from viewer.gui.bridge.loop import QtLoop
from viewer.gui.bridge.thread_pool import QtExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt5.QtGui import QColor
    from pytestqt.qtbot import QtBot


@pytest.fixture
def loop(qtbot: QtBot) -> Iterator[QtLoop]:  # noqa: ARG001 - it needs an application
    made = QtLoop()
    yield made
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


# The loop


def test_what_is_posted_never_runs_within_the_call_and_runs_on_the_gui_thread(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[threading.Thread] = []
    loop.post(lambda: ran.append(threading.current_thread()))
    assert ran == []
    others = [
        threading.Thread(target=loop.post, args=(lambda: ran.append(threading.current_thread()),)) for _ in range(8)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert ran == []
    qtbot.waitUntil(lambda: len(ran) == 9)
    assert set(ran) == {threading.main_thread()}


def test_what_is_posted_meanwhile_waits_for_its_turn(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[str] = []

    def first() -> None:
        loop.post(lambda: ran.append("third"))
        ran.append("first")

    loop.post(first)
    loop.post(lambda: ran.append("second"))
    qtbot.waitUntil(lambda: len(ran) == 3)
    assert ran == ["first", "second", "third"]


def test_one_that_fails_or_does_not_return_for_long_keeps_no_other_waiting(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[str] = []

    def open_a_dialog() -> None:
        inner = QEventLoop()
        loop.post(inner.quit)
        inner.exec_()
        ran.append("closed")

    def fail() -> None:
        raise ValueError("A fault of a callback.")

    with qtbot.captureExceptions() as faults:
        for each in (open_a_dialog, lambda: ran.append("posted behind it"), fail, lambda: ran.append("behind that")):
            loop.post(each)
        for name in ("first", "second", "third"):
            loop.call_later(0.0, partial(ran.append, name))
        loop.call_later(0.0, fail)
        qtbot.waitUntil(lambda: len(ran) == 6 and len(faults) == 2)
    assert ran.index("posted behind it") < ran.index("behind that") < ran.index("closed")
    assert [name for name in ran if name in {"first", "second", "third"}] == ["first", "second", "third"]


def test_what_is_done_once_a_second_by_several_wakes_once(loop: QtLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.1]
    monkeypatch.setattr(loop, "now", lambda: now[0])
    ran: list[str] = []
    for after, each in ((1.0, "one"), (1.1, "another")):
        loop.call_later(after, partial(ran.append, each))
    (clock,) = loop.findChildren(QTimer)
    assert clock.interval() == 1150
    now[0] = 1001.25
    clock.timeout.emit()
    QCoreApplication.sendPostedEvents()
    assert ran == ["one", "another"]


def test_a_timer_runs_once_and_leaves_nothing(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[float] = []
    began = loop.now()
    timer = loop.call_later(0.0101, lambda: ran.append(loop.now()))
    qtbot.waitUntil(lambda: bool(ran))
    timer.cancel()
    assert ran[0] - began >= 0.0101
    assert not any(each.isActive() for each in loop.findChildren(QTimer))


def test_a_cancelled_timer_never_runs_and_leaves_nothing(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[str] = []
    timer = loop.call_later(0.0, lambda: ran.append("cancelled"))
    loop.call_later(0.02, lambda: ran.append("after it"))
    timer.cancel()
    timer.cancel()
    qtbot.waitUntil(lambda: bool(ran))
    assert ran == ["after it"]
    assert not any(each.isActive() for each in loop.findChildren(QTimer))


def test_a_timer_can_be_cancelled_by_its_own_callback(loop: QtLoop, qtbot: QtBot) -> None:
    ran: list[str] = []

    def ring() -> None:
        timer.cancel()
        ran.append("rang")

    timer = loop.call_later(-1.0, ring)
    qtbot.waitUntil(lambda: ran == ["rang"])


def test_one_that_finishes_lets_all_that_was_submitted_be_done(loop: QtLoop) -> None:
    executor, done = QtExecutor(loop, 1), []
    for number in range(50):
        executor.submit(lambda number=number: done.append(number), lambda _outcome: None)  # type: ignore[misc]  # bound now
    assert executor.finish(5)
    assert done == list(range(50))
    executor.submit(lambda: done.append(-1), lambda _outcome: None)
    assert executor.finish(5)
    assert done == list(range(50))


def test_an_executor_needs_a_worker(loop: QtLoop) -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        QtExecutor(loop, 0)


# The collector


class Knot:
    """Garbage that only the collector finds; remembers the thread on which it ended."""

    def __init__(self, ended: list[threading.Thread]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: ended.append(threading.current_thread())).atexit = False


@pytest.fixture
def collector(loop: QtLoop) -> Iterator[Collector]:
    gc.collect()
    made = Collector(loop)
    yield made
    made.close()


def test_garbage_is_collected_on_the_gui_thread_only(collector: Collector) -> None:
    ended: list[threading.Thread] = []
    kept: list[list[int]] = []

    def litter() -> None:
        for _ in range(gc.get_threshold()[0] + 10):
            Knot(ended)
            kept.append([])  # what stays alive is what makes Python collect

    worker = threading.Thread(target=litter)
    worker.start()
    worker.join()
    assert ended == []
    collector.look()
    assert len(ended) == gc.get_threshold()[0] + 10
    assert set(ended) == {threading.main_thread()}


def test_it_looks_by_itself(collector: Collector, qtbot: QtBot) -> None:  # noqa: ARG001 - it collects
    ended: list[threading.Thread] = []
    kept = [Knot(ended) for _ in range(gc.get_threshold()[0] + 10)]
    kept.clear()
    qtbot.waitUntil(lambda: bool(ended))


def test_without_garbage_it_does_not_collect(collector: Collector) -> None:
    gc.collect()
    before = [each["collections"] for each in gc.get_stats()]
    collector.look()
    assert [each["collections"] for each in gc.get_stats()] == before


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_closing_gives_the_collecting_back_as_it_was(loop: QtLoop, enabled: bool, frozen: bool) -> None:  # noqa: FBT001 - a case each
    if not enabled:
        gc.disable()
    (gc.freeze if frozen else gc.unfreeze)()
    try:
        made = Collector(loop)
        assert not gc.isenabled()
        assert gc.get_freeze_count() > 0
        for _ in range(2):
            made.close()
        assert gc.isenabled() is enabled
        assert (gc.get_freeze_count() > 0) is frozen
    finally:
        gc.enable()
        gc.freeze()  # as it is for all tests


# The image


def colour(image: FrameImage, x: int, y: int) -> tuple[int, int, int]:
    found: QColor = image.image.pixelColor(x, y)
    return found.red(), found.green(), found.blue()


def test_an_image_shares_the_memory_of_its_frame() -> None:
    data = bytearray(4 * 3 * 2)
    image = FrameImage(pictures.bgrx(data, Size(3, 2)))
    assert (image.image.width(), image.image.height()) == (3, 2)
    assert colour(image, 2, 1) == (0, 0, 0)
    data[20:24] = bytes((10, 20, 30, 255))
    assert colour(image, 2, 1) == (30, 20, 10)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, np.frombuffer])
def test_rows_with_room_behind_them_in_any_kind_of_buffer(kind: type) -> None:
    data = bytes((1, 2, 3, 255, 0, 0, 0, 0, 4, 5, 6, 255, 0, 0, 0, 0))
    buffer = np.frombuffer(data, np.uint8) if kind is np.frombuffer else kind(data)
    image = FrameImage(pictures.bgrx(buffer, Size(1, 2), 8))
    assert (colour(image, 0, 0), colour(image, 0, 1)) == ((3, 2, 1), (6, 5, 4))


def test_an_image_keeps_its_frame_alive_and_no_longer_than_itself() -> None:
    array = np.full((4, 4, 4), 200, np.uint8)
    alive = weakref.ref(array)
    image = FrameImage(Frame((array,)))
    del array
    gc.collect()
    assert alive() is not None
    assert colour(image, 3, 3) == (200, 200, 200)
    del image
    gc.collect()
    assert alive() is None


def test_what_qt_does_not_paint_is_refused() -> None:
    with pytest.raises(ValueError, match="R, G, B"):
        FrameImage(Frame((np.zeros((1, 2, 3), np.uint16),), RGB))


@pytest.mark.parametrize("alpha", [30, 128, 255])
def test_transparent_parts_of_small_pictures_are_painted_over_black(alpha: int) -> None:
    pixels = np.full((4, 4, 4), (10, 20, 30, alpha), np.uint8)
    canvas = QImage(8, 8, QImage.Format.Format_RGB32)
    canvas.fill(Qt.GlobalColor.white)
    painter = QPainter(canvas)
    info = SampleInfo(alpha=Alpha.PREMULTIPLIED)
    FrameImage(Frame((pixels,), BGRA, "", info)).paint_into(painter, QRectF(0, 2, 8, 4))
    painter.end()
    assert [canvas.pixelColor(x, 3).getRgb()[:3] for x in (0, 3, 7)] == [(255,) * 3, (30, 20, 10), (255,) * 3]
