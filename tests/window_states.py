"""What the window can look like: one function a state, for ``make screenshots`` and for the tests of what is seen.

To add a state, write a function with ``@state`` that shows a snapshot or does what a person would do.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pictures
from PyQt5.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PyQt5.QtGui import QContextMenuEvent, QDragEnterEvent, QMouseEvent
from PyQt5.QtWidgets import (
    QAction,
    QApplication,
    QDialog,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QMenu,
    QMenuBar,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QWidget,
)
from viewing import Viewing, numbered

from viewer.core.display.levels import Histogram
from viewer.core.display.look import Look
from viewer.core.display.picture import Picture
from viewer.core.frame import Frame, FrameNumber, Range, Size
from viewer.core.load.frame_state import FrameState
from viewer.core.load.frame_tally import FrameMemory
from viewer.core.load.statistics import Activity, CacheLevel, DecodeTimes, StepTime
from viewer.core.spans import Span
from viewer.core.units import GB
from viewer.gui.main_window import MainWindow
from viewer.gui.widgets.command_palette import CommandPalette
from viewer.gui.widgets.diagnostics import DiagnosticsDialog
from viewer.gui.widgets.key_editor import KeyCapture, KeyEditor
from viewer.gui.widgets.preferences import PreferencesDialog
from viewer.gui.widgets.rule_bar import NARROW
from viewer.gui.widgets.shortcut_sheet import ShortcutSheet
from viewer.gui.widgets.start_page import StartPage
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.timeline_geometry import RULER, TOP
from viewer.model.key_map import KeyMap
from viewer.model.preferences import Preferences, Theme, rows
from viewer.model.report import (
    Judgement,
    Section,
    decode_section,
    disk_section,
    link_section,
    memory_section,
    places_section,
    steps_section,
    summary_section,
    tone_of,
    verdict,
)
from viewer.model.sequence_settings import Bookmark
from viewer.model.view_state import (
    FillView,
    FolderRow,
    FolderView,
    LevelsView,
    MemoryView,
    PlaybackView,
    SequenceView,
    ShortAnswer,
    Shown,
    TimelineView,
    ViewState,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST, LAST, HERE = 1001, 1240, 1096
PICTURE = Size(1920, 1080)
FOLDER = "//render/projects/aurora/sh010/comp/v003"
_STATES = FrameState.ON_DISK, FrameState.ENCODED, FrameState.DECODED, FrameState.ENCODED, FrameState.ON_DISK
_RUNS = (
    *zip(
        (Span(1001, 1034), Span(1035, 1058), Span(1059, 1149), Span(1150, 1172), Span(1173, 1187)), _STATES, strict=True
    ),
    (Span(1188, 1191), FrameState.READING),
    (Span(1195, 1195), FrameState.FAILED),
    (Span(1199, 1206), FrameState.UNCONFIRMED),
)


@cache
def drawn(size: Size) -> Frame:
    """Returns a picture of a sky with a sun, as the screen takes it."""
    y, x = (np.linspace(0, 1, length, dtype=np.float32) for length in (size.height, size.width))
    sun = np.exp(-((y - 0.4) ** 2) / 0.02)[:, None] * np.exp(-((x - 0.55) ** 2) / 0.007)
    made = np.full((size.height, size.width, 4), 255, np.uint8)
    for channel, (top, foot, glow) in enumerate(((92, 46, 40), (64, 60, 130), (40, 96, 155))):
        made[..., channel] = (top + (foot - top) * y)[:, None] + glow * sun
    return pictures.bgrx(made.tobytes(), size, description="8-bit RGB")


def shown(number: int = HERE, *, stand_in: bool = False) -> Shown:
    frame = drawn(Size(240, 135) if stand_in else PICTURE)
    picture = Picture(PICTURE, "8-bit RGB", None if stand_in else frame, frame)
    return Shown(FrameNumber(number), picture, f"sh010_comp.{number}.png", is_stand_in=stand_in)


OPEN = ViewState(
    sequence=SequenceView("sh010_comp.[1001-1240].png", FOLDER, FIRST, LAST, 237, (Span(1215, 1217),), 1, 1),
    number=FrameNumber(HERE),
    name=f"sh010_comp.{HERE}.png",
    path=f"{FOLDER}/sh010_comp.{HERE}.png",
    shown=shown(),
    timeline=TimelineView(_RUNS),
    activity=Activity(3, 2, 17.8e6, round(1.1e9), 142, 500, 90, 600, FrameMemory(5_500_000), 3_000_000),
    disk_used=round(7.5e9),
    memory=MemoryView(24 * GB, 12 * GB),
    preferences=Preferences(cache_bytes=4 * GB),
    recent=(FOLDER, "//render/projects/aurora/sh020/comp/v011", "/data/microscopy/2026-11-18/embryo 4/channel 1"),
)
"""A sequence in the middle of its life: each state of frames is in it."""
ROWS = tuple(
    FolderRow(f"{name}.[{first}-{last}].png", first, last, last - first + 1 - missing, missing, PICTURE, unreadable=bad)
    for name, first, last, missing, bad in (
        ("sh010_comp", FIRST, LAST, 3, 1),
        ("sh010_matte_left_eye_denoised_v0012", 1, 90, 0, 0),
        ("plate_A", 1, 30, 0, 2),
        ("depth", 1001, 1240, 12, 0),
    )
)


@dataclass
class Stage:
    """A window with a viewer made of doubles, for one state.

    Attributes:
        window: what is seen.
        viewing: the viewer, to be turned by hand.
    """

    window: MainWindow
    viewing: Viewing

    def show(self, base: ViewState = OPEN, **changes: Any) -> None:  # noqa: ANN401 - fields of the snapshot
        """Shows a snapshot, in the theme of the stage."""
        preferences = replace(base.preferences, theme=self.viewing.preferences.theme, animations=False)
        self.window.show_state(replace(base, preferences=preferences, **changes))
        QApplication.processEvents()

    def do(self, command: str) -> None:
        """Carries out a command as its menu does."""
        self.window.findChild(QAction, command).trigger()
        QApplication.processEvents()

    def tops(self) -> list[QWidget]:
        """Returns the dialogs and menus that are open over the window, the newest last."""
        return [each for each in self.window.findChildren((QDialog, QMenu)) if each.isVisible() and each.isWindow()]


def use_usual_font(application: QApplication) -> None:
    """Sets the font that most systems have: the one of the platform off screen is a third larger."""
    font = application.font()
    font.setPointSize(9)
    application.setFont(font)


@contextmanager
def staged(name: str, theme: Theme, size: Size) -> Iterator[Stage]:
    """Shows a state, until it has been looked at."""
    viewing = Viewing(numbered(12), preferences=replace(OPEN.preferences, theme=theme, animations=False))
    stage = Stage(MainWindow(viewing.model, "demo"), viewing)
    try:
        stage.window.resize(*size)
        stage.window.show()
        with mock.patch("viewer.gui.dialogs.QMessageBox.about", _message):
            STATES[name](stage)
            QApplication.processEvents()
            yield stage
    finally:
        for each in stage.tops():
            each.close()
        stage.window.close()
        stage.window.deleteLater()
        viewing.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # each change of the theme goes to all


def _message(parent: QWidget, title: str, text: str) -> None:
    """Shows a box as Qt does, but waits for no answer."""
    box = QMessageBox(QMessageBox.Icon.Information, title, text, QMessageBox.Ok, parent)
    box.show()


STATES: dict[str, Callable[[Stage], None]] = {}
"""All states by the names of their functions."""


def state(function: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Puts a state into the table."""
    STATES[function.__name__] = function
    return function


# Nothing open


@state
def start_page(stage: Stage) -> None:
    stage.show(ViewState(recent=OPEN.recent))


@state
def first_start(stage: Stage) -> None:
    stage.show(ViewState())


@state
def start_page_with_pictures(stage: Stage) -> None:
    stage.show(ViewState(recent=OPEN.recent))
    page = stage.window.findChild(StartPage)
    pictures_of = {OPEN.recent[0]: drawn(Size(160, 90)), OPEN.recent[2]: drawn(Size(90, 90))}
    page.set_facts(lambda _folder: 1.7e9, pictures_of.get)
    stage.show(ViewState(recent=OPEN.recent))
    QApplication.sendEvent(page.findChildren(QPushButton)[3], QEvent(QEvent.Type.Enter))


@state
def start_page_problem(stage: Stage) -> None:
    message = f"The folder {FOLDER} is not there: it has been removed or renamed, or its share is not mounted."
    stage.show(ViewState(recent=OPEN.recent, message=message))


@state
def empty_folder(stage: Stage) -> None:
    folder = FolderView(FOLDER, "//render/projects/aurora/sh010/comp", (), -1, ("final", "review", "v004"))
    stage.show(ViewState(folder=folder, message="The folder holds no pictures, but 3 folders.", recent=OPEN.recent))


@state
def listing(stage: Stage) -> None:
    stage.show(ViewState(listing=True, names_seen=31_000, message="Listing the folder: 31,000 names so far."))


# A frame that is not there, or not yet


@state
def loading(stage: Stage) -> None:
    stage.show(shown=shown(1095), notice=f"loading {HERE} · 0.6 of 1.1 MB · showing 1095", reading=(FrameNumber(HERE),))


@state
def stand_in(stage: Stage) -> None:
    stage.show(shown=shown(stand_in=True), notice=f"loading {HERE} · preview")


@state
def as_of(stage: Stage) -> None:
    stage.show(notice="as of yesterday 17:04, checking")


@state
def gap(stage: Stage) -> None:
    stage.show(
        number=FrameNumber(1216), name="", shown=None, problem_kind="gap", problem="There is no file for frame 1216."
    )


@state
def held_over_gap(stage: Stage) -> None:
    stage.show(number=FrameNumber(1216), holds=True, shown=shown(1214), notice="no file for 1216 · showing 1214")


def _problem(stage: Stage, kind: str, sentence: str, **changes: Any) -> None:  # noqa: ANN401 - fields of the snapshot
    facts = "" if kind == "missing" else "214 kB · written yesterday 17:04"
    stage.show(shown=None, problem_kind=kind, problem=f"Frame {HERE} {sentence}", facts=facts, **changes)


@state
def missing(stage: Stage) -> None:
    _problem(stage, "missing", f"is missing. The file sh010_comp.{HERE}.png is not there any more.")


@state
def damaged(stage: Stage) -> None:
    _problem(stage, "unreadable", "cannot be shown. The file ends after 214 of 1,130 kB.")


@state
def unsupported(stage: Stage) -> None:
    _problem(stage, "unreadable", "cannot be shown. Pictures in CMYK with 16 bits are not supported.")


@state
def being_written(stage: Stage) -> None:
    _problem(stage, "writing", "is perhaps still being written. The file ends early. It is shown when it is whole.")


@state
def share_away(stage: Stage) -> None:
    _problem(
        stage,
        "unreachable",
        "is not here and cannot be read now. The share does not answer. It is tried again.",
        offline="The share has not answered for 12 s. 142 frames are here.",
    )


@state
def share_away_with_picture(stage: Stage) -> None:
    stage.show(offline="The share has not answered for 12 s. 142 frames are here.")


@state
def complaint(stage: Stage) -> None:
    stage.show(message="No name in this folder holds “take 7”. Type a frame number, or a part of a name.")


@state
def away_and_loading(stage: Stage) -> None:
    stage.show(
        shown=shown(1095),
        offline="The share has not answered for 12 s. Frames that are here can be looked at; it is asked again in 4 s.",
        notice=f"loading {HERE} · showing 1095",
    )


@state
def answered(stage: Stage) -> None:
    stage.show()
    stage.show(answer=ShortAnswer("Copied 1920 × 1080 picture", 1))  # noqa: RUF001 - "times"


# Working


@state
def at_rest(stage: Stage) -> None:
    stage.show()


@state
def filling(stage: Stage) -> None:
    stage.show(fill=FillView("the whole sequence", 154, 237, 17.8e6, 120.0, 4 * GB, fits=False))


@state
def filled(stage: Stage) -> None:
    stage.show(fill=FillView("the whole sequence", 237, 237, 0.0, 0.0, GB, fits=True))


@state
def playing_late(stage: Stage) -> None:
    playback = PlaybackView(24.0, 1, 13.2, 480, "the share brings 13.2 frames a second")
    preferences = OPEN.preferences.changed(play_policy="real")
    stage.show(replace(OPEN, preferences=preferences), playing=True, playback=playback)


@state
def shuttling_back(stage: Stage) -> None:
    stage.show(playing=True, playback=PlaybackView(60.0, -8, 87.3))


def _points() -> dict[str, Any]:
    bookmarks = Bookmark(1020, "flicker in the upper left"), Bookmark(1096, "the best take"), Bookmark(1180)
    return {"mark_in": 1040, "mark_out": 1180, "bookmarks": bookmarks}


@state
def in_out_and_bookmarks(stage: Stage) -> None:
    stage.show(**_points())


@state
def time_codes(stage: Stage) -> None:
    stage.show(replace(OPEN, preferences=OPEN.preferences.changed(show_time="timecode")), **_points())


@state
def many_sequences(stage: Stage) -> None:
    stage.show(folder=FolderView(FOLDER, "//render/projects", ROWS, 0, ("final", "review"), total=597))


@state
def list_asked_for(stage: Stage) -> None:
    many_sequences(stage)
    if stage.window.width() < NARROW:
        stage.do("sequences")


@state
def levels(stage: Stage) -> None:
    stage.show()
    stage.do("levels")
    counts = Histogram(Range(0.0, 4096.0), ("Y",), (2000 * np.hanning(256)).astype(np.int64)[None])
    grey = LevelsView(
        Look(Range(200, 3000)),
        Range(200, 3000),
        Range(0, 4095),
        is_plain=False,
        channels=("Y",),
        origin="range of frame 1012",
        words="200–3000 · locked",  # noqa: RUF001 - "to"
        counts=counts,
    )
    stage.show(levels=grey)


@state
def everything_at_once(stage: Stage) -> None:
    many_sequences(stage)
    levels(stage)
    folder = FolderView(FOLDER, "//render/projects", ROWS, 0, ("final", "review"), total=597)
    stage.show(stage.window.state, folder=folder, **_points())


@state
def hovering(stage: Stage) -> None:
    timeline = stage.window.findChild(Timeline)
    timeline.set_thumbnails(lambda number: (number - 1, drawn(Size(160, 90)), "as of yesterday 17:04, checking"))
    stage.show(**_points())
    at = QPointF(timeline.width() * 0.62, TOP + RULER + 9)
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        timeline, QMouseEvent(QMouseEvent.Type.MouseMove, at, none, none, Qt.KeyboardModifier.NoModifier)
    )


@state
def legend(stage: Stage) -> None:
    stage.show()
    stage.do("legend")


@state
def panels_hidden(stage: Stage) -> None:
    stage.show()
    stage.do("panels")


@state
def full_screen(stage: Stage) -> None:
    size = stage.window.size()
    stage.show()
    stage.do("full_screen")
    stage.window.resize(size)


@state
def full_screen_stepping(stage: Stage) -> None:
    full_screen(stage)
    number, name = FrameNumber(HERE + 1), f"sh010_comp.{HERE + 1}.png"
    stage.show(number=number, name=name, shown=shown(), notice=f"loading {HERE + 1} · showing {HERE}")


@state
def full_screen_in_use(stage: Stage) -> None:
    full_screen(stage)
    stage.show(number=FrameNumber(HERE + 1), name=f"sh010_comp.{HERE + 1}.png", shown=shown(HERE + 1))
    stage.window.canvas.pointer_moved.emit(QPoint(-5, -5))
    stage.show(stage.window.state, answer=ShortAnswer("In 1011", 1))


@state
def file_menu(stage: Stage) -> None:
    stage.show()
    (bar,) = stage.window.findChildren(QMenuBar)
    menu = bar.findChildren(QMenu)[0]
    menu.setWindowFlag(Qt.WindowType.ToolTip)  # a menu takes the keyboard, which there is none of off screen
    menu.move(bar.mapToGlobal(bar.rect().bottomLeft()))
    menu.show()
    menu.setActiveAction(menu.actions()[0])
    menu.hovered.emit(menu.actions()[0])


@state
def picture_menu(stage: Stage) -> None:
    stage.show()
    canvas, at = stage.window.canvas, QPoint(60, 40)
    with mock.patch.object(QMenu, "popup", _pop_up):
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
        QApplication.sendEvent(canvas, asked)


def _pop_up(menu: QMenu, at: QPoint) -> None:
    menu.setWindowFlag(Qt.WindowType.ToolTip)  # as above
    menu.adjustSize()
    menu.move(at)
    menu.show()


@state
def drop(stage: Stage) -> None:
    stage.show()
    data = QMimeData()
    data.setText(f"{FOLDER}/sh010_comp.{HERE}.png")
    copies, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(stage.window, QDragEnterEvent(QPoint(9, 9), copies, data, button, keys))


def recent_menu(stage: Stage) -> None:
    stage.show()
    stage.viewing.model.keep(replace(stage.viewing.model.settings, recent=OPEN.recent))
    menu = next(each for each in stage.window.findChildren(QMenu) if each.title() == "Open &recent")
    menu.setWindowFlag(Qt.WindowType.ToolTip)  # as above
    menu.aboutToShow.emit()
    menu.show()
    menu.setActiveAction(menu.actions()[0])


# Dialogs


def _preferences(page: int) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.show(disk_used=round(1.1e9))
        stage.do("preferences")
        stage.window.findChild(QListWidget).setCurrentRow(page)

    return show


def _changed(stage: Stage) -> PreferencesDialog:
    base = replace(OPEN, preferences=Preferences(cache_bytes=4 * GB, smooth=True, reads_at_once=8))
    stage.show(base, disk_used=round(1.1e9))
    stage.do("preferences")
    dialog = stage.window.findChild(PreferencesDialog)
    assert isinstance(dialog, PreferencesDialog)
    return dialog


@state
def preferences_found(stage: Stage) -> None:
    _changed(stage).findChild(QLineEdit).setText("read")


@state
def preferences_nothing_found(stage: Stage) -> None:
    _changed(stage).findChild(QLineEdit).setText("printer")


@state
def preferences_held(stage: Stage) -> None:
    dialog = _changed(stage)
    dialog.findChild(QListWidget).setCurrentRow(2)
    box = dialog.editor("cache_bytes")
    assert isinstance(box, QDoubleSpinBox)
    box.setValue(200)
    QApplication.processEvents()


@state
def preferences_restore_all(stage: Stage) -> None:
    dialog = _changed(stage)
    next(each for each in dialog.findChildren(QPushButton) if each.text() == "Restore all…").click()
    QApplication.processEvents()


@state
def shortcuts(stage: Stage) -> None:
    stage.show()
    stage.do("shortcuts")


@state
def shortcuts_searched(stage: Stage) -> None:
    shortcuts(stage)
    stage.window.findChild(ShortcutSheet).findChild(QLineEdit).setText("frame")


def _palette(typed: str) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.show()
        stage.do("palette")
        stage.window.findChild(CommandPalette).findChild(QLineEdit).setText(typed)

    return show


STATES |= {"palette": _palette(""), "palette_of_a_word": _palette("rea"), "palette_of_nothing": _palette("xyzzy")}
STATES["palette_of_a_preference"] = _palette("cache")
STATES["palette_of_a_frame"] = _palette("1042")


def _key_editor(stage: Stage) -> KeyEditor:
    keys = KeyMap({"repeat": ("Ctrl+L", "Q"), "invert": ()})
    stage.show(keys=keys)
    stage.do("edit_keys")
    editor: KeyEditor = stage.window.findChild(KeyEditor)
    return editor


@state
def key_editor(stage: Stage) -> None:
    _key_editor(stage)


@state
def key_conflict(stage: Stage) -> None:
    editor = _key_editor(stage)
    editor.findChild(QTableWidget).selectRow(5)
    next(each for each in editor.findChildren(QPushButton) if each.text() == "Add key…").click()
    editor.findChild(KeyCapture).captured.emit("Ctrl+Shift+Space")


@state
def keys_as_text(stage: Stage) -> None:
    editor = _key_editor(stage)
    next(each for each in editor.findChildren(QPushButton) if each.text() == "As text…").click()
    text = '{"keys": {"repeat": ["Ctrl+L"], "reload": ["Ctrl+L", "Esc"]}}'
    editor.findChild(QPlainTextEdit).setPlainText(text)


@state
def diagnostics(stage: Stage) -> None:
    stage.viewing.open("/shots")
    stage.viewing.live(0.3)
    stage.show()
    stage.do("diagnose")


def _step(level: CacheLevel, *times: float) -> StepTime:
    return StepTime(level, *(each / 1000 for each in times))


@state
def diagnostics_slow(stage: Stage) -> None:
    diagnostics(stage)
    share, here = CacheLevel.SHARE, CacheLevel.DISPLAY
    steps = [_step(share, 4 * at % 37, 60 + 31 * at % 90, 18, 3) for at in range(9)]
    steps += [_step(here, 0, 0, 0, 4), _step(CacheLevel.ENCODED, 0, 0, 21, 4)] * 4 + [_step(share, 2, 141, 17, 4)] * 3
    rates = {1: 4.1e6, 2: 8.2e6, 4: 15.9e6, 8: 23.1e6, 16: 24.0e6}
    said = verdict(steps, latency=0.078, bytes_per_second=23e6, file_bytes=1_130_000, decoders=2)
    places = {share: 12, here: 4, CacheLevel.ENCODED: 4}
    _figures(
        stage,
        summary_section(said, tone=tone_of(steps)),
        link_section(0.078, 23e6, rates, (3000, 0.37), is_slow=True),
        places_section(places),
        steps_section(steps),
        decode_section(
            [DecodeTimes("PNG", 24, 49_766_400, 0.43, 0.031), DecodeTimes("JPG", 3, 6_220_800, 0.03, 0.011)], 2
        ),
        memory_section(OPEN.activity, 4 * GB),
        disk_section(120, 237, round(1.1e9)),
    )


@state
def diagnostics_good(stage: Stage) -> None:
    diagnostics(stage)
    steps = [_step(CacheLevel.DISPLAY, 0, 0, 0, 4)] * 3
    link = link_section(0.001, 9e8, {1: 9e8}, None, is_slow=False)
    _figures(stage, summary_section(verdict(steps), tone=tone_of(steps)), link, steps_section(steps))


@state
def diagnostics_away(stage: Stage) -> None:
    diagnostics(stage)
    offline = "The share has not answered for 12 s. 142 frames are here."
    _figures(stage, summary_section(offline, tone=Judgement.AWAY), link_section(None, None, {}, None, is_slow=None))


def _figures(stage: Stage, *sections: Section) -> None:
    dialog = stage.window.findChild(DiagnosticsDialog)
    assert isinstance(dialog, DiagnosticsDialog)
    dialog.show_sections(sections)
    dialog.resize(dialog.width(), 760)
    QApplication.processEvents()


@state
def bookmarks(stage: Stage) -> None:
    stage.show(**_points())
    stage.do("bookmarks")
    stage.show(**_points())


@state
def which_number(stage: Stage) -> None:
    stage.viewing.open("/shots")
    stage.show(folder=FolderView("/shots", "/", ROWS, 0))
    stage.do("which_number")
    stage.viewing.loop.turn()


@state
def about(stage: Stage) -> None:
    stage.show()
    stage.do("about")


for position, title in enumerate(dict.fromkeys(row.page for _, row in rows())):
    STATES[f"preferences_{title.split()[0].lower()}"] = _preferences(position)
