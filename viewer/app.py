"""Builds everything, once; the only file that knows all floors. It only decides which parts are used."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

from PyQt5.QtCore import QCoreApplication, QSocketNotifier, Qt, QTimer
from PyQt5.QtGui import QIcon
from PyQt5.QtWidgets import QApplication

from viewer import launch, paths
from viewer.core.computer_memory import computer_memory, give_back
from viewer.core.decode.apart import DecoderProcesses
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.block_pool import frame_blocks
from viewer.core.executor import DECODER_NICENESS
from viewer.core.files import KEPT_FILES, kept_files, open_storage
from viewer.core.load.confirm_lane import AT_ONCE, SPARE
from viewer.core.load.decode_lane import SPARE_DECODERS
from viewer.core.load.known_lines import KnownLines, LineMemory
from viewer.core.load.loader import Loader
from viewer.core.load.read_lane import EXTRA_READERS
from viewer.core.pages.counting import counted
from viewer.core.resources import resource
from viewer.core.storage.early import EarlyStorage
from viewer.demo import demo_route
from viewer.gui.bridge.collector import Collector
from viewer.gui.bridge.first_jpeg import FirstJpegDecoder
from viewer.gui.bridge.loop import QtLoop
from viewer.gui.bridge.qt_decoder import QtDecoder
from viewer.gui.bridge.scaler import scaled
from viewer.gui.bridge.thread_pool import QtExecutor
from viewer.gui.main_window import MainWindow
from viewer.model import settings_file
from viewer.model.sequence_settings_file import SequenceSettingsFile
from viewer.model.settings_file import FoundSettings
from viewer.model.settings_sync import SettingsSync
from viewer.model.viewer_model import ViewerModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Buffer

    from viewer.core.decode.embedded import Preview
    from viewer.core.loop import Timer
    from viewer.core.storage.early import EarlyRead


SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that runs Python lets another run: a tenth of the default keeps the GUI fluent."""
M_MMAP_THRESHOLD = -3
"""glibc's number for the size from which on a block of memory is the system's own (mallopt(3))."""
LARGE_BLOCK = 640 << 10
"""More than the tiles take in which frames are scaled, and less than files of 1080p: those leave no gaps then."""
M_TRIM_THRESHOLD, KEPT_FREE = -1, 2 << 20
"""glibc's number for how much of a pool it keeps that is free at its end, and how much that is to be."""
M_ARENA_MAX, ARENAS = -8, 2
"""glibc's number for the pools of smaller blocks, and how many there may be: by itself it makes 8 for each core."""
MOST_DECODERS = 2
MOST_READERS = 32
CHORE_WORKERS = 12
DISK_WORKERS = 4
"""Workers for files kept on this disk: one writes, one is for the frame on screen, two read ahead."""
WINDOW_WITHIN = 0.1
"""Seconds after which the window is painted without its first picture: with it, it is painted once instead of twice."""
QUIET_AFTER_FIRST = 0.05
"""Seconds after the first decode in which no other begins, as numpy would be loaded for it: its picture comes first."""
SAVE_WITHIN = 1.2
"""Seconds that the settings are given to be written when the program ends: longer than a lock is waited for."""
END_WITHIN = 0.4
"""Seconds that all other workers together are given then; with the settings less than 2."""
LOOK_AT_MEMORY = 1.0
"""Seconds between two looks at how much memory is free: what is to stay free is so within 2 s. One takes 0.1 ms."""


class App:
    """The program: one window and all that works for it. Made on the GUI thread after the QApplication.

    Attributes:
        exit_code: what the process ends with.
    """

    def __init__(
        self,
        config: Path | None,
        cache: Path,
        data: Path | None = None,
        *,
        early: EarlyRead | None = None,
        loads: type[Loader] = Loader,
    ) -> None:
        """Builds everything; reads the settings, touches nothing else.

        Args:
            config: the folder for the settings; None neither reads nor writes any.
            cache: the folder for files that can be made again.
            data: the folder for what the user has made, such as bookmarks; None remembers nothing of sequences.
            early: the read of the first file, if that has begun.
            loads: what loads frames; another kind has numpy loaded when it is needed, not in advance.
        """
        self.exit_code = 0
        path = None if config is None else config / paths.SETTINGS
        found = FoundSettings() if path is None else settings_file.load(path)
        self.loop = QtLoop()
        self._collector = Collector(self.loop)
        self._readers = QtExecutor(self.loop, MOST_READERS + EXTRA_READERS)
        decoders_at_once = min(MOST_DECODERS, os.cpu_count() or 1)
        self._decoders = QtExecutor(self.loop, decoders_at_once + SPARE_DECODERS, DECODER_NICENESS)
        self._chores = QtExecutor(self.loop, CHORE_WORKERS)
        self._writer = QtExecutor(self.loop, 2)
        self._disk = QtExecutor(self.loop, DISK_WORKERS)
        self._checkers = QtExecutor(self.loop, AT_ONCE + SPARE)
        self._painters = QtExecutor(self.loop, 2)
        self._processes = DecoderProcesses()
        decoders = DecoderRegistry((QtDecoder(), FirstJpegDecoder()), scaled, self._processes)
        demo = demo_route(cache)
        storage = open_storage(demo)
        self._storage = storage if early is None else EarlyStorage(storage, early)
        preferences = found.settings.preferences
        kept = kept_files(cache / KEPT_FILES, preferences.disk_bytes)

        def make_loader(changed: Callable[[str], None]) -> Loader:
            loader = loads(
                self.loop,
                self._readers,
                self._decoders,
                self._storage,
                counted(decoders.picture),
                preferences.cache_bytes,
                files_share=preferences.files_percent / 100,
                reads_at_once=preferences.reads_at_once,
                on_changed=changed,
                file_cache=kept,
                disk=self._disk,
                preview=_embedded,
                decode_quickly=counted(decoders.quick_picture),
                checkers=self._checkers,
                painters=self._painters,
            )
            loader.decodes.quiet_after_first = QUIET_AFTER_FIRST
            loader.reads.lines.memory = LineMemory(KnownLines(cache), self._disk)
            return loader

        self.model = ViewerModel(
            self.loop,
            self._storage,
            self._chores,
            make_loader,
            SettingsSync(self.loop, self._writer, path, found),
            kept,
            None if data is None else SequenceSettingsFile(data / paths.SEQUENCES),
            self._writer,
        )
        self.window = MainWindow(self.model, demo[0])
        if loads is Loader:  # one frame alone can do without numpy
            self.window.canvas.painted.connect(self._picture_seen)
        self._look_at_memory()

    def _picture_seen(self) -> None:
        """Has numpy loaded after the first picture, for its numbers under the pointer and for all others."""
        self.window.canvas.painted.disconnect(self._picture_seen)

        def load() -> None:
            import numpy as np  # noqa: F401, PLC0415 - see above

        def show(_outcome: object) -> None:
            self.window.show_state(self.window.state)

        self.loop.call_later(QUIET_AFTER_FIRST, lambda: self._chores.submit(load, show))

    def _look_at_memory(self) -> None:
        """Sees to it now and then that other programs have their memory."""
        if self.model.memory.look(computer_memory()):
            self._disk.submit(_give_back, lambda _outcome: None)
        self._memory_timer: Timer = self.loop.call_later(LOOK_AT_MEMORY, self._look_at_memory)

    def close(self) -> bool:
        """Ends all work; returns whether every worker has ended. One stuck in a dead share is left behind."""
        self._memory_timer.cancel()
        self.model.close()
        has_saved = self._writer.finish(SAVE_WITHIN)
        end = self.loop.now() + END_WITHIN
        executors = (self._disk, self._decoders, self._readers, self._checkers, self._painters, self._chores)
        self._processes.close()
        ended = [executor.close(max(0.0, end - self.loop.now())) for executor in executors]
        self.window.deleteLater()
        self._collector.close()
        return has_saved and all(ended)


def _embedded(head: Buffer) -> Preview | None:
    from viewer.core.decode.embedded import decode_embedded  # noqa: PLC0415 - after the first picture

    return decode_embedded(head)


def make_application(arguments: list[str]) -> QApplication:
    """Makes the QApplication and sets up the whole process; call it once, first of all."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    _give_memory_back()
    # Nothing is painted by OpenGL, whose driver Qt would load under X all the same: 50 MB with that of Mesa.
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    for attribute in (Qt.ApplicationAttribute.AA_EnableHighDpiScaling, Qt.ApplicationAttribute.AA_UseHighDpiPixmaps):
        QCoreApplication.setAttribute(attribute)
    application = QApplication(arguments)
    application.setApplicationName("Lookahead")
    application.setDesktopFileName("lookahead")
    application.setWindowIcon(QIcon(str(resource("icons/lookahead.svg"))))
    # Without a hook of its own PyQt5 ends the program at the first exception in a slot.
    sys.excepthook = _say
    return application


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, trace)


def _give_back() -> None:
    frame_blocks.clear()
    give_back()


def _give_memory_back() -> None:
    """Has glibc give each large block back to the system as soon as it is freed.

    Those of frames are kept for the next ones by their pool. What is free at the end of a pool of smaller blocks stays
    for the next one: there lie the tiles of each frame that is scaled.

    By its own rules it keeps some, in parts that no new frame fits into: walking through 4K frames with a cache of 500
    MB the process grew to 900 MB, and with this to 575. Of the smaller blocks, files among them, each pool keeps some:
    from 1,000 random moves to 10,000 the process grew from 375 to 438 MB, with two pools from 372 to 374.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
            ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, KEPT_FREE)
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def run(open_first: Callable[[App], None], early: EarlyRead | None = None) -> int:
    """Runs the program until its window is closed; returns the exit code.

    Args:
        open_first: called before the window is shown, so that what it opens is read and decoded meanwhile.
        early: the read of the first file, if that has begun.
    """
    application = make_application(sys.argv[:1])
    app = App(*paths.folders(), paths.data_folder(), early=early)
    # In the event loop: it may be closed before that begins, and nothing would end it then.
    app.window.closed.connect(lambda: QTimer.singleShot(0, application.quit))
    open_first(app)
    app.loop.turn()
    app.window.show()
    if app.model.opened:
        app.window.wait_for_picture(WINDOW_WITHIN)
    ears = _close_on_signals(app)  # until here there is nothing to be kept, and the process ends at once
    application.exec_()
    ears.setEnabled(False)
    leave(app.exit_code, has_ended=app.close())
    return app.exit_code


def _close_on_signals(app: App) -> QSocketNotifier:
    """Has the window closed in good order when the process is asked to end; for as long as what it returns lives.

    Python looks for signals only while it runs: that they come wakes the loop through a pipe.
    """
    descriptor, pythons = _pair()
    signal.set_wakeup_fd(pythons, warn_on_full_buffer=False)
    notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read)  # type: ignore[arg-type]  # the stubs want a pointer

    def awake() -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(descriptor, 64)

    notifier.activated.connect(awake)

    def close(number: int, _frame: object) -> None:
        app.exit_code = 128 + number
        app.window.close()

    for number in launch.SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, close)
    return notifier


def _pair() -> tuple[int, int]:
    """Returns two ends that do not block, to read from and to write to: a pipe, on Windows sockets."""
    if sys.platform == "win32":
        import socket  # noqa: PLC0415 - takes 2 ms

        ours, pythons = socket.socketpair()
        for end in (ours, pythons):
            end.setblocking(False)
        return ours.detach(), pythons.detach()
    ends = os.pipe()
    for descriptor in ends:
        os.set_blocking(descriptor, False)
    return ends


def leave(code: int, *, has_ended: bool) -> None:
    """Ends the process if it is the program's own, as taking all apart takes 20 ms, or if not all work has ended.

    Leaving by the usual way would wait for a worker that hangs.
    """
    if launch.is_own_process() or not has_ended:
        launch.leave(code)
