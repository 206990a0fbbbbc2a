"""Drives the real window as a person would, measures what that person would feel, and takes a picture of it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from PyQt5.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QTimerEvent,
    QtMsgType,
    qInstallMessageHandler,
)
from PyQt5.QtGui import QKeyEvent

from viewer import app as front
from viewer import paths
from viewer.core.load.loader import Loader
from viewer.core.sequence.folder_rule import Order
from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from viewer.app import App
    from viewer.core.frame import Range
    from viewer.core.load.plan import Plan
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.storage.early import EarlyRead
    from viewer.model.view_state import SequenceView

WINDOW = (1280, 820)
FONT_SIZE = 10
OF_NO_MATTER = ("This plugin does not support", "QStandardPaths: XDG_RUNTIME_DIR not set")
PATIENCE = 60.0
"""Seconds to wait for one frame before giving up."""
REST, STEP_EVERY, STEPS, STEPS_BACK = 1.5, 0.35, 14, 8
HOLD_RATE, HOLD_FOR = 30, 2.0
TICK = 5
"""Milliseconds between two ticks that should come on time."""


class Pulse(QObject):
    """Notes how late each tick of the event loop comes."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._due = time.perf_counter() + TICK / 1000
        self.startTimer(TICK, Qt.TimerType.PreciseTimer)

    def timerEvent(self, _event: QTimerEvent | None) -> None:  # noqa: N802 - Qt's name
        """Notes how late this tick is."""
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._due))
        self._due = now + TICK / 1000


class OneFrameLoader(Loader):
    """Loads the frame on screen and no other; owner thread only."""

    def replace_plan(self, plan: Plan) -> None:
        """Takes what is wanted now, of ``plan``."""
        super().replace_plan(plan.alone())

    def note_on_disk(self, paths: set[str]) -> None:
        """Takes note of them and has none confirmed before it is taken from there."""
        self._disk.note(paths)
        self._post_pump()


class Person:
    """Presses keys and watches the picture."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._window = app.window
        self.began = time.perf_counter()
        self._seen_at: dict[int, float] = {}
        self.here: list[float] = []
        self.not_here: list[float] = []
        app.window.canvas.painted.connect(self._sees)

    def _sees(self, number: int) -> None:
        self._seen_at.setdefault(number, time.perf_counter())

    def wait(self, done: Callable[[], bool], patience: float = PATIENCE, every: int = 2) -> bool:
        """Lets the window live until ``done``, or for ``patience`` seconds; returns whether it was done.

        It looks ``every`` so many milliseconds.
        """
        end = time.perf_counter() + patience
        loop, watch = QEventLoop(), QTimer()
        watch.timeout.connect(lambda: loop.quit() if done() or time.perf_counter() > end else None)
        watch.start(every)
        if not done():
            loop.exec_()
        return done()

    def rest(self, seconds: float) -> None:
        """Does nothing for a while."""
        self.wait(lambda: False, seconds)

    def waits_for_picture(self) -> bool:
        """Waits until the frame where the playhead is, or why it cannot be shown, is on screen."""
        return self.wait(lambda: self._window.state.is_true or bool(self._window.state.message))

    def press(self, key: Qt.Key, *, repeated: bool = False) -> None:
        """Presses a key once."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeated)
            QCoreApplication.postEvent(self._window.canvas, event)

    def step(self, by: int) -> None:
        """Presses an arrow key, waits for the frame and notes how long that took."""
        state = self._window.state
        if state.sequence is None or state.sequence.count == 1:
            return
        here = self._app.model.canvas.is_here((state.number or 0) + by * state.numbers.step)
        self._seen_at.clear()
        pressed = time.perf_counter()
        self.press(Qt.Key.Key_Right if by > 0 else Qt.Key.Key_Left)
        # Which frame comes is the sequence's affair: numbers may be missing, and it may begin anew at its end.
        if self.wait(lambda: bool(self._seen_at.keys() - {state.number})):
            took = max(self._seen_at.values()) - pressed
            (self.here if here else self.not_here).append(took)
            self.rest(STEP_EVERY - took)

    def hold(self, rate: float, seconds: float) -> int:
        """Holds the right arrow key; returns how many frames came on screen."""
        self._seen_at.clear()
        began = time.perf_counter()
        for repeat in range(int(rate * seconds)):
            self.press(Qt.Key.Key_Right, repeated=repeat > 0)
            self.rest(began + (repeat + 1) / rate - time.perf_counter())
        return len(self._seen_at)


def measure(
    path: str | None,
    screenshot: str,
    *,
    wished: Mapping[str, float],
    rule: FolderRule | None = None,
    early: EarlyRead | None = None,
) -> int:
    """Opens ``path``, or the demo, steps, holds a key, prints what it measured and saves a picture of the window.

    Settings are neither read nor written; ``wished`` are preferences by their names. The pictures of a folder are
    ordered by ``rule``; ``early`` is the read of the first file. Returns the exit code.
    """

    def use(app: App, person: Person) -> int:
        if not person.waits_for_picture() or app.window.state.shown is None:
            print(f"lookahead: {app.window.state.message or app.window.state.problem}", file=sys.stderr)
            return 1
        first = time.perf_counter() - person.began
        pulse = Pulse()
        person.rest(REST)
        for _ in range(STEPS):
            person.step(1)
        for _ in range(STEPS_BACK):
            person.step(-1)
        held = person.hold(HOLD_RATE, HOLD_FOR)
        person.rest(0.5)
        for line in _report(app, person, pulse, first, held):
            print(line)
        saved = app.window.grab().save(screenshot)
        print(f"picture of the window       {screenshot if saved else 'could not be saved as ' + screenshot}")
        pulse.deleteLater()
        return 0

    return _with_window(path, None, wished, use, rule=rule, early=early)


def grab(
    path: str | None,
    frame: str | None,
    target: str,
    shown: Range | None = None,
    *,
    wished: Mapping[str, float],
    rule: FolderRule | None = None,
    early: EarlyRead | None = None,
) -> int:
    """Saves a picture of the window at a frame of ``path``, or of the demo; returns the exit code.

    ``shown`` are the numbers that are black and white; without it, those of the first frame of the sequence, or of the
    next one that has any. Where there is no such frame, nothing is saved. As for :func:`measure`, settings are neither
    read nor written, and ``wished`` are preferences. With a filter in ``rule`` that no name passes, nothing is saved.
    No other frame is loaded, but the first for its numbers, and nothing is painted before all is there.
    """

    def use(app: App, person: Person) -> int:
        person.waits_for_picture()
        person.wait(lambda: not app.window.state.listing)
        person.waits_for_picture()
        if sentence := _not_ordered(app, person, rule, frame):
            print(f"lookahead: {sentence}", file=sys.stderr)
            return 1
        sequence = app.window.state.sequence
        if frame is not None and sequence is not None and (sentence := no_such_frame(frame, sequence)):
            print(f"lookahead: {sentence}", file=sys.stderr)
            return 1
        levels = app.model.levels
        if app.window.state.levels.origin_frame is not None:
            levels.use_first_frame()
            person.wait(lambda: not levels.awaits_first_frame)
        person.wait(lambda: says_all(app))
        person.rest(0.0)  # the widgets take their places
        state = app.window.state
        saved = state.shown is not None and app.window.grab().save(target)
        if not saved:
            sentence = state.message or state.problem or f"The picture could not be saved as {target}."
            print(f"lookahead: {sentence}", file=sys.stderr)
        return 0 if saved else 1

    return _with_window(path, frame, wished, use, shown, rule=rule, early=early, loads=OneFrameLoader)


def _not_ordered(app: App, person: Person, rule: FolderRule | None, frame: str | None) -> str:
    """Waits for the order of ``rule``, and goes to ``frame`` in it; returns what to say if there is none, else ""."""
    if rule is None:
        return ""
    if rule.filter and app.window.state.folder is not None and not app.window.state.folder.passing:
        return f"No name holds “{rule.filter}”."
    if rule.order is Order.BY_DATE:
        if not person.wait(lambda: bool(app.window.state.date)):
            return "The dates of the pictures cannot be asked."
        app.model.go_to_text("1" if frame is None else frame)
        person.rest(0.0)  # the window hears of it
        person.waits_for_picture()
    return ""


def no_such_frame(frame: str, sequence: SequenceView) -> str:
    """Returns which frames there are, if that one is not; else "". A time or a decimal stands for the next frame."""
    first, last, numbers = sequence.first, sequence.last, sequence.numbers
    number = numbers.writing.number(frame, first)
    is_missing = numbers.writing.is_count and any(gap.first <= (number or 0) <= gap.last for gap in sequence.gaps)
    if number is not None and first <= number <= last and not is_missing:
        return ""
    if first == last:
        return f"There is no frame {frame}: the only one is {numbers.text(first)}."
    gaps = ", with gaps" if sequence.gaps else ""
    return f"There is no frame {frame}: the frames are {numbers.text(first)} to {numbers.text(last)}{gaps}."


def says_all(app: App) -> bool:
    """Returns whether the picture has the look that was chosen, and the status line says what is known of it."""
    state, levels = app.window.state, app.model.levels
    if state.shown is None:
        return True
    seen = levels.see(state.shown)
    return not state.shown.is_outdated and (seen.look, seen.words) == (state.levels.look, state.levels.words)


def _with_window(
    path: str | None,
    frame: str | None,
    wished: Mapping[str, float],
    use: Callable[[App, Person], int],
    shown: Range | None = None,
    *,
    rule: FolderRule | None,
    early: EarlyRead | None,
    loads: type[Loader] = Loader,
) -> int:
    """Opens ``path``, or the demo, in a window, which lasts until ``use`` has returned the exit code; returns that."""
    qInstallMessageHandler(_tell)
    application = front.make_application(sys.argv[:1])
    if application.platformName() == "offscreen":  # its own font is larger than any desktop's
        font = application.font()
        font.setPointSize(FONT_SIZE)
        application.setFont(font)
    app = front.App(None, paths.folders()[1], early=early, loads=loads)
    app.model.levels.set_fixed(shown)
    app.model.set_preferences(app.model.settings.preferences.changed(**wished))
    person = Person(app)
    app.window.resize(*WINDOW)
    if path is None:
        app.window.open_demo(frame)
    else:
        app.model.open(path, frame)
        if rule is not None:
            app.model.folder.set_rule(rule)
    app.loop.turn()
    app.window.show()
    app.window.wait_for_picture(front.WINDOW_WITHIN if loads is Loader else PATIENCE)
    code = use(app, person)
    app.window.close()
    has_ended = app.close()
    front.leave(code, has_ended=has_ended)
    return code


def _tell(_kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    """Passes on what Qt says, except what it says of every window without a screen."""
    if message and not message.startswith(OF_NO_MATTER):
        print(message, file=sys.stderr)


def _report(app: App, person: Person, pulse: Pulse, first: float, held: int) -> Iterator[str]:
    activity = app.window.state.activity
    steps = len(person.here) + len(person.not_here)
    late = sorted(pulse.late)
    yield f"first picture               {first * 1000:6.0f} ms after the window"
    yield f"step to a frame in memory   {_figures(person.here)}"
    yield f"step to one that is not     {_figures(person.not_here)}"
    yield f"hit rate                    {100 * len(person.here) / max(1, steps):6.0f} % of {steps} steps"
    yield f"holding at {HOLD_RATE} per second     {held / HOLD_FOR:6.1f} frames shown per second"
    yield f"event loop                  {late[int(len(late) * 0.999)] * 1000:6.1f} ms late at the 99.9th percentile, "
    yield f"                            {late[-1] * 1000:6.1f} ms at most"
    frames = f"{activity.frames_held} frames, {activity.frames_whole} of them at full size, and files"
    yield f"memory                      {format_bytes(activity.memory_used)} in {frames}"


def _figures(seconds: list[float]) -> str:
    import statistics  # noqa: PLC0415 - not for a picture of the window

    if not seconds:
        return "  none"
    return f"{statistics.median(seconds) * 1000:6.1f} ms, {max(seconds) * 1000:.1f} ms at most ({len(seconds)} steps)"
