"""The window: lays out the widgets, sends their commands up to the model and its snapshots down to them."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import (
    QWIDGETSIZE_MAX,
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenuBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.core.display import colour_maps
from viewer.core.records import replace
from viewer.core.sequence.folder_rule import AS_NAMED
from viewer.gui import theme
from viewer.gui.actions import Actions
from viewer.gui.dialogs import Dialogs
from viewer.gui.frame_verbs import FrameVerbs
from viewer.gui.keyboard import STEPS, ZOOMS, Keyboard
from viewer.gui.widgets.canvas import Canvas
from viewer.gui.widgets.fill_strip import FillStrip
from viewer.gui.widgets.labels import bounded, elided, laid_out
from viewer.gui.widgets.over_picture import OverPicture
from viewer.gui.widgets.recent_menu import put_recent_menu
from viewer.gui.widgets.rule_bar import RULES, WIDTH, SidePlace, with_command
from viewer.gui.widgets.status_line import StatusLine
from viewer.gui.widgets.timeline import Timeline
from viewer.gui.widgets.transport import Transport
from viewer.gui.widgets.window_style import WindowStyle
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QCloseEvent

    from viewer.gui.widgets.levels_panel import LevelsPanel
    from viewer.gui.widgets.sequences_panel import SequencesPanel
    from viewer.gui.widgets.start_page import StartPage
    from viewer.gui.window_mouse import WindowMouse
    from viewer.model.viewer_model import ViewerModel


CHANNELS = {"red": "R", "green": "G", "blue": "B", "alpha": "A", "luminance": "Y"}
"""The commands that show one channel alone, and its name."""
MOUSE = frozenset(
    {
        QEvent.Type.ContextMenu,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.DragEnter,
        QEvent.Type.DragMove,
        QEvent.Type.DragLeave,
        QEvent.Type.Drop,
    }
)
"""The events that :class:`WindowMouse` takes, those that no part of the window takes among them."""
PROBLEM_ACTIONS = {"reload_frame": "Try again", "show_in_folder": "Show in folder"}
"""The commands that a frame that cannot be shown offers, and what their buttons say."""
LONGEST_TITLE = 60
"""Characters of a name in the title: its end is what tells it from others, and what systems would cut off."""


class MainWindow(QMainWindow):
    """The window of one :class:`ViewerModel`. It holds no state of its own beyond what is on screen.

    Attributes:
        canvas: where the picture is.
        state: the snapshot shown last.
    """

    closed = pyqtSignal()
    """The window has been closed; its position and its panels have been remembered."""

    def __init__(self, model: ViewerModel, demo: str) -> None:
        """Makes the window.

        Args:
            model: gets the commands and gives the snapshots.
            demo: the path that opens the demo sequence.
        """
        super().__init__()
        self._model = model
        self._demo = demo
        self.state = ViewState()
        self._theme = model.settings.preferences.theme
        self._colours = colours = theme.apply(_application(), self._theme, WindowStyle())
        self.canvas = Canvas(colours)
        self._start_page: StartPage | None = None
        self._timeline = Timeline(colours)
        self._transport = Transport(colours)
        self._status = StatusLine(colours)
        self._fill_strip = FillStrip(colours)
        self._sequences: SequencesPanel | None = None
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._side = SidePlace(self._split)
        self._levels: LevelsPanel | None = None
        self._mouse: WindowMouse | None = None
        self._dialogs = Dialogs(self, model)
        self._lists_sequences: bool | None = None
        self._has_log = False
        self._panels_in_window = True
        keyboard = Keyboard(self, model, self.canvas)
        self._actions = Actions(self, self._verbs(), keyboard.set_keys)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self.setWindowTitle("Lookahead")
        self._restore(model.settings.window)
        model.listen(self.show_state)

    # Laying out

    def _lay_out(self) -> None:
        self._actions.fill(_menus_of(self), self._status.show_tip)
        put_recent_menu(self._actions["open_demo"], self._model.recent, self.open)
        self._actions.set_colours(self._colours)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._panels = QWidget()
        self._panels.setAutoFillBackground(True)  # for each figure that changes Qt painted what lies behind it, too
        controls, foot = QWidget(), laid_out(QHBoxLayout(), (self._status, 2), (self._fill_strip, 1))
        laid_out(QVBoxLayout(controls), self._transport, self._timeline)
        home = laid_out(QVBoxLayout(self._panels), controls, foot)
        self._over = OverPicture(self._colours, self.canvas, self._pages, controls, home, PROBLEM_ACTIONS)
        self._split.setHandleWidth(1)
        self._split.addWidget(self._side)
        self._split.addWidget(self._pages)
        self._split.setCollapsible(1, False)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([WIDTH, 10 * WIDTH])
        self._side.hide()
        middle = QWidget()
        laid_out(QVBoxLayout(middle), (self._split, 1), self._panels)
        self.setCentralWidget(middle)
        self._actions["panels"].setChecked(True)
        self.canvas.setFocus()

    def _restore(self, window: str) -> None:
        written, *panels = window.split(" ")  # may be any text
        geometry = QByteArray.fromBase64(written.encode("ascii", "replace"))
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(bounded(self, QSize(1280, 820)))
        self._actions["levels"].setChecked("levels" in panels)
        self._has_log = "log" in panels
        shown, width, *_ = [*(each for each in panels if each not in {"levels", "log"}), "", ""]
        self._lists_sequences = {"shown": True, "hidden": False}.get(shown)
        if width.isascii() and width.isdecimal() and len(width) < 5:  # noqa: PLR2004 - no screen is wider
            self._split.setSizes([int(width), max(1, self.width() - int(width))])

    # The wires

    def _verbs(self) -> dict[str, Callable[[], object]]:
        model = self._model
        return {
            **{name: partial(model.step, by) for name, by in STEPS.items()},
            **{name: partial(self.canvas.zoom_by, by) for name, by in ZOOMS.items()},
            **{f"zoom_{scale}": partial(self.canvas.zoom_to, scale) for scale in range(1, 9)},
            "fit": self.canvas.toggle_fit,
            "first_frame": lambda: model.go_to_end(-1),
            "last_frame": lambda: model.go_to_end(1),
            "go_to_frame": self._go_to_frame,
            "next_sequence": lambda: model.choose_sequence(model.folder.neighbour(1)),
            "previous_sequence": lambda: model.choose_sequence(model.folder.neighbour(-1)),
            "back": partial(model.revisit, -1),
            "forward": partial(model.revisit, 1),
            "bookmark": model.toggle_bookmark,
            "previous_bookmark": lambda: model.bookmarks.go(-1),
            "next_bookmark": lambda: model.bookmarks.go(1),
            "bookmarks": self._dialogs.show_bookmarks,
            "open_pages": model.folder.open_pages,
            "parent_folder": model.folder.open_parent,
            "play": model.toggle_play,
            "play_backwards": lambda: model.toggle_play(-1),
            "play_from_in": lambda: model.play(1, from_in=True),
            "fill_and_play": lambda: model.fill(whole=False, then_play=True),
            "shuttle_back": lambda: model.play(model.playback.shuttled(-1)),
            "shuttle_stop": model.stop,
            "shuttle_forward": lambda: model.play(model.playback.shuttled(1)),
            "repeat": lambda: model.cycle("repeat"),
            "real_time": lambda: model.cycle("play_policy"),
            "ground": lambda: model.cycle("ground"),
            "show_time": lambda: model.cycle("show_time"),
            "set_start": lambda: self._dialogs.questions(self.canvas).start(self.state),
            "set_rate": self._set_rate,
            "set_in": lambda: self._dialogs.questions(self.canvas).point(self.state, "mark_in"),
            "set_out": lambda: self._dialogs.questions(self.canvas).point(self.state, "mark_out"),
            "set_zoom": lambda: self._dialogs.questions(self.canvas).zoom(self.state),
            "all_of_timeline": self._timeline.reset_zoom,
            "next_part": partial(self._go_round, 1),
            "previous_part": partial(self._go_round, -1),
            "context_menu": lambda: self._made_mouse().ask_for_menu(),
            "sequences": self._toggle_sequences,
            **{name: partial(self._set_order, name) for name in RULES},
            "which_number": self._dialogs.show_pattern,
            "filter": self._filter_names,
            "mark_in": model.sequence.mark_in,
            "mark_out": model.sequence.mark_out,
            "clear_in": model.sequence.clear_in,
            "clear_out": model.sequence.clear_out,
            "clear_points": model.sequence.clear,
            "open_folder": partial(self._dialogs.ask_for_folder, self.open),
            "open_file": partial(self._dialogs.ask_for_file, self.open),
            "open_demo": self.open_demo,
            "new_window": self._dialogs.open_window,
            "reload": model.reload,
            "fill": lambda: model.fill(whole=True),
            "fill_range": lambda: model.fill(whole=False),
            "stop_filling": model.stop_filling,
            **FrameVerbs(self, model, self.canvas, lambda: self.state, self._answer).verbs(),
            "preferences": self._dialogs.show_preferences,
            "quit": self.close,
            "panels": self._toggle_panels,
            "full_screen": self._toggle_full_screen,
            "leave": self._leave_full_screen,
            "levels": self._toggle_levels,
            "auto_levels": model.levels.auto,
            "lock_levels": model.levels.toggle_lock,
            "first_frame_levels": model.levels.use_first_frame,
            "reset_levels": model.levels.reset,
            **{name: partial(model.levels.toggle_channel, channel) for name, channel in CHANNELS.items()},
            "next_colour_map": model.levels.next_colour_map,
            "invert": model.levels.toggle_inverted,
            "marks": model.levels.toggle_marks,
            "palette": self._dialogs.show_palette,
            "shortcuts": self._dialogs.show_shortcuts,
            "edit_keys": self._dialogs.show_keys,
            "legend": lambda: self._dialogs.show_legend(self._timeline, self._colours),
            "diagnose": self._dialogs.show_diagnostics,
            "about": self._dialogs.show_about,
        }

    def _connect(self) -> None:
        model = self._model
        self.canvas.fit_size_changed.connect(model.canvas.set_fit_size)
        self.canvas.view_changed.connect(model.canvas.set_view)
        # Queued: not before what has been painted is on screen.
        self.canvas.painted.connect(model.frame_seen, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]
        self.canvas.zoom_changed.connect(self._status.show_zoom)
        self.canvas.zoom_changed.connect(self._transport.show_zoom)
        self._transport.zoom_chosen.connect(self._zoom_to)
        self._transport.setting_chosen.connect(
            lambda name, value: model.set_preferences(model.settings.preferences.changed(**{name: value}))
        )
        self.canvas.pointed_at.connect(self._status.show_pixel)
        self.canvas.zoomed.connect(model.sequence.set_zoom)
        self.canvas.scrubbed_by.connect(partial(model.scrub, is_offset=True))
        self.canvas.scrub_ended.connect(model.scrub_ended)
        self.canvas.stepped.connect(model.step)
        self.canvas.double_clicked.connect(self._toggle_full_screen)
        for part in (self.canvas, self._status):
            part.file_dragged.connect(lambda: self._made_mouse().drag_file(self.state))
        model.recent.left_out = self._demo
        self._timeline.set_thumbnails(model.canvas.thumbnail)
        self._timeline.scrubbed.connect(model.scrub)
        self._timeline.scrub_ended.connect(model.scrub_ended)
        self._timeline.legend_wanted.connect(partial(self._actions.trigger, "legend"))
        self._timeline.stepped.connect(model.step)
        self._timeline.mark_in_dragged.connect(model.sequence.mark_in)
        self._timeline.mark_out_dragged.connect(model.sequence.mark_out)
        self._transport.triggered.connect(self._actions.trigger)
        self._transport.entered.connect(self._go_to_text)
        self._transport.searched.connect(self._search)
        self._transport.rate_changed.connect(model.set_rate)
        self._status.preference_wanted.connect(self._dialogs.show_preference)
        self._side.narrowed.connect(lambda: self._show_sides(self.state))
        self._status.pages_wanted.connect(model.folder.open_pages)
        self._fill_strip.progressed.connect(self._timeline.show_filled)
        self._fill_strip.stop_requested.connect(model.stop_filling)
        self._over.triggered.connect(self._actions.trigger)
        self._actions.on_done = self._over.expect

    def wait_for_picture(self, seconds: float) -> None:
        """Has the window painted with its first picture, or what there is after so many seconds."""
        self.setUpdatesEnabled(False)
        QTimer.singleShot(round(1000 * seconds), self._end_waiting)

    def _end_waiting(self) -> None:
        if not self.updatesEnabled():
            self.setUpdatesEnabled(True)
            self.repaint()  # Qt loses its request to paint where the window is kept from it
            self._model.listen(self.show_state)  # and gives a snapshot

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot in all widgets, unless the window still waits for its first picture."""
        has_waited = not self.updatesEnabled()
        if has_waited:
            if not (state.is_true or state.message or state.problem):
                return
            self.setUpdatesEnabled(True)
        before, self.state = self.state, state
        if before.preferences.animations != state.preferences.animations:
            from viewer.gui.widgets import motion  # noqa: PLC0415 - not for the first picture

            motion.allow(on=state.preferences.animations)
        if state.preferences.theme != self._theme:
            self._apply_theme(state)
        page: QWidget = self.canvas
        if _is_empty(state):
            page = self._start_page = self._start_page or self._make_start_page()
            page.show_state(state)
        if page is not self._pages.currentWidget():
            self._show_foot(state)
            self._pages.setCurrentWidget(page)
            page.setFocus()  # or Qt would give it to the next widget
        for widget in (self._timeline, self._transport, self._status, self._fill_strip, self.canvas, self._over):
            widget.show_state(state)
        self._show_sides(state)
        label = None if state.sequence is None else state.sequence.label
        if before.sequence is None or label is None or before.sequence.label != label:
            self.setWindowTitle("Lookahead" if label is None else f"{elided(label, LONGEST_TITLE)} — Lookahead")
        # Number, playhead, status and picture come on screen together. The rest of the work follows.
        self.canvas.show_now()
        if has_waited and not state.is_true:
            self.repaint()  # as above: all would stay black
        self._dialogs.show_state(state)
        self._actions.show_state(state)

    def _make_start_page(self) -> StartPage:
        """Makes the page to begin with, when it is to be seen for the first time: mostly a path is named."""
        from viewer.gui.widgets.start_page import StartPage  # noqa: PLC0415 - see above

        page = StartPage(self._colours)
        page.set_facts(self._model.recent.opened, self._model.recent.picture)
        page.folder_chosen.connect(self.open)
        page.folder_forgotten.connect(self._model.recent.forget)
        page.triggered.connect(self._actions.trigger)
        self._pages.addWidget(page)
        return page

    def _apply_theme(self, state: ViewState) -> None:
        self._theme = state.preferences.theme
        self._colours = colours = theme.apply(_application(), self._theme, WindowStyle())
        shown = self.canvas, self._timeline, self._transport, self._status, self._fill_strip, self._start_page
        for widget in (*shown, self._sequences, self._levels, self._over, self._actions):
            if widget is not None:
                widget.set_colours(colours)

    # Opening

    def open(self, path: str, frame: int | str | None = None) -> None:
        """Opens a folder, a picture or a pattern, at ``frame`` if given; Qt's paths have slashes on Windows too."""
        self._model.open(os.path.normpath(path), frame)
        self.canvas.setFocus()

    def open_demo(self, frame: int | str | None = None) -> None:
        """Opens the demo sequence, at ``frame`` if given."""
        self.open(self._demo, frame)

    def event(self, event: QEvent | None) -> bool:
        """Gives the events of the mouse to what is loaded when the first of them comes; follows a moved window."""
        if event is not None and event.type() == QEvent.Type.Move:
            self.canvas.pointer.follow()
        taken = event is not None and event.type() in MOUSE and self._made_mouse().takes(event, self.state)
        return taken or super().event(event)

    def _made_mouse(self) -> WindowMouse:
        if self._mouse is None:
            from viewer.gui.window_mouse import WindowMouse  # noqa: PLC0415 - not for the first picture

            self._mouse = WindowMouse(self, self._model, self._actions.__getitem__)
        return self._mouse

    # Commands that only concern the window

    def _zoom_to(self, scale: float) -> None:
        """Shows the picture at a scale; 0 fits it to the window."""
        if scale or not self.canvas.viewport.fits:
            (partial(self.canvas.zoom_to, scale) if scale else self.canvas.toggle_fit)()
        self.canvas.setFocus()

    def _answer(self, words: str) -> None:
        self._over.answer(words)

    def _go_to_frame(self) -> None:
        self._over.reveal_controls()
        self._transport.edit_number()

    def _set_rate(self) -> None:
        self._over.reveal_controls()
        self._transport.edit_rate()

    def _go_to_text(self, text: str) -> None:
        self._search(text)
        self.canvas.setFocus()

    def _search(self, text: str) -> None:
        self._over.retry()
        self._model.go_to_text(text)

    # The list of sequences: shown when there are several, until the user has shown or hidden it

    def _make_sequences(self) -> SequencesPanel:
        """Makes the list, when it is to be seen for the first time: the window opens without it."""
        from viewer.gui.widgets.sequences_panel import SequencesPanel  # noqa: PLC0415 - see above

        panel, model = SequencesPanel(self._colours), self._model
        panel.set_thumbnails(model.folder.thumbnail)
        panel.sequence_chosen.connect(model.choose_sequence)
        panel.sequence_dragged.connect(lambda row: self._made_mouse().drag_row(row, self.state))
        panel.parent_chosen.connect(model.folder.open_parent)
        panel.subfolders_wanted.connect(model.folder.look_for_subfolders)
        panel.subfolder_chosen.connect(model.folder.open_subfolder)
        panel.thumbnails_wanted.connect(model.folder.want_thumbnails)
        panel.rule_chosen.connect(model.folder.set_rule)
        panel.pattern_wanted.connect(self._dialogs.show_pattern)
        panel.left.connect(self.canvas.setFocus)
        panel.sequence_chosen.connect(self._side.close_over)
        self._side.hold(panel)
        self._side.setFocusProxy(panel)
        return panel

    def _toggle_sequences(self) -> None:
        shown = not (self._side.is_shown and self._panels.isVisible())
        if self._side.is_narrow:
            self._side.is_asked_for = shown
        else:
            self._lists_sequences = shown
        if shown and not self._panels.isVisible():
            self._toggle_panels()
        self._show_sides(self.state)
        self.canvas.setFocus()

    def _set_order(self, command: str) -> None:
        if self.state.folder is not None:
            self._model.folder.set_rule(with_command(self.state.folder.rule, command))

    def _filter_names(self) -> None:
        """Gives the keys to the filter, in the panel that is shown for it."""
        if self.state.folder is not None:
            if not self._side.is_shown:
                self._toggle_sequences()
            if self._sequences is not None:
                self._sequences.edit_filter()

    def _toggle_levels(self) -> None:
        """Shows the panel of levels, or hides it; Qt has ticked the action."""
        if self._actions["levels"].isChecked() and not self._panels.isVisible():
            self._toggle_panels()
        self._show_sides(self.state)
        if not self._actions["levels"].isChecked():
            self.canvas.setFocus()

    def _make_levels(self) -> LevelsPanel:
        """Makes the panel of levels, when it is to be seen for the first time: the window opens without it."""
        from viewer.gui.widgets.levels_panel import LevelsPanel  # noqa: PLC0415 - see above

        panel, levels = LevelsPanel(self._colours, colour_maps.COLOUR_MAPS, colour_maps.colours), self._model.levels
        for signal, verb in (
            (panel.range_changed, levels.set_range),
            (panel.gamma_changed, levels.set_gamma),
            (panel.exposure_changed, levels.set_exposure),
            (panel.curve_changed, levels.set_curve),
            (panel.channel_chosen, levels.choose_channel),
            (panel.colour_map_chosen, levels.set_colour_map),
            (panel.inverted, levels.set_inverted),
            (panel.marks_toggled, levels.set_marks),
            (panel.auto_wanted, levels.auto),
            (panel.lock_toggled, levels.set_locked),
            (panel.reset_wanted, levels.reset),
            (panel.first_frame_wanted, levels.use_first_frame),
            (panel.counts_wanted, levels.want_counts),
        ):
            signal.connect(verb)
        panel.set_log(self._has_log)
        panel.log_toggled.connect(lambda on: setattr(self, "_has_log", on))
        self._split.addWidget(panel)
        self._split.setCollapsible(2, False)
        return panel

    def _go_round(self, by: int) -> None:
        from viewer.gui.focus import go_round  # noqa: PLC0415 - seldom wanted

        self._over.reveal_controls()
        levels = () if self._levels is None else (self._levels,)
        go_round((self._pages, self._side, self._transport, self._timeline, *levels), by)

    def _show_sides(self, state: ViewState) -> None:
        wanted = self._lists_sequences
        if wanted is None:
            folder = state.folder
            several = folder is not None and (len(folder.rows) > 1 or folder.rule != AS_NAMED)
            wanted = self._side.is_shown if state.listing else several
        if self._side.is_narrow:
            wanted = self._side.is_asked_for
        offers_folders = state.sequence is None and state.folder is not None
        shown = (offers_folders or (wanted and not _is_empty(state))) and self._panels.isVisibleTo(self)
        over = self._side.is_narrow and not offers_folders
        if shown != self._side.is_shown or over != self._side.is_over:
            self._sequences = self._sequences or (self._make_sequences() if shown else None)
            self._side.put(shown=shown, over=over)
            self._actions["sequences"].setChecked(shown)
        if shown and self._sequences is not None:
            self._sequences.show_state(state)
        has_levels = self._actions["levels"].isChecked() and not _is_empty(state) and self._panels.isVisibleTo(self)
        if has_levels and self._levels is None:
            self._levels = self._make_levels()
        if self._levels is not None:
            self._levels.setVisible(has_levels)
            if has_levels:
                self._levels.show_state(state)

    def _toggle_panels(self) -> None:
        shown = not self._panels.isVisible()
        self._show_panels(shown=shown, menus=_menus_of(self).isVisible() if self.isFullScreen() else shown)
        self.canvas.setFocus()  # not in a field that has just been hidden

    def _toggle_full_screen(self) -> None:
        self._set_full_screen(full=not self.isFullScreen())

    def _leave_full_screen(self) -> None:
        self._over.put_notice_away()
        if self.isFullScreen():
            self._set_full_screen(full=False)
        self.canvas.setFocus()

    def _set_full_screen(self, *, full: bool) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        if full:
            self._panels_in_window = self._panels.isVisible()
        shown = not full and self._panels_in_window
        self._show_panels(shown=shown, menus=shown)
        self._actions["full_screen"].setChecked(full)

    def _show_panels(self, *, shown: bool, menus: bool) -> None:
        # Of no height instead of hidden: their keys open them still.
        _menus_of(self).setMaximumHeight(QWIDGETSIZE_MAX if menus else 0)
        self._over.float_controls(on=not shown)
        self._panels.setVisible(shown)
        self._show_sides(self.state)
        self._actions["panels"].setChecked(shown)

    def _show_foot(self, state: ViewState) -> None:
        """Shows the transport, the timeline and the status line while something is open."""
        for each in (self._transport, self._timeline, self._status):
            each.setVisible(not _is_empty(state))
        for around in (self._panels, self.centralWidget()):
            layout = None if around is None else around.layout()
            if layout is not None:
                layout.activate()  # so that the canvas has its size before its first picture is made for it

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Remembers the position and the panels of the window, as they are out of full screen; waits for nothing."""
        if self.isFullScreen():
            self._set_full_screen(full=False)
        written = [bytes(self.saveGeometry().toBase64()).decode("ascii")]
        if self._lists_sequences is not None:
            written.append("shown" if self._lists_sequences else "hidden")
            written.append(str(self._split.sizes()[0] or WIDTH))
        if self._actions["levels"].isChecked():
            written.append("levels")
        if self._has_log:
            written.append("log")
        self._model.keep(replace(self._model.settings, window=" ".join(written)))
        super().closeEvent(event)
        self.closed.emit()


def _is_empty(state: ViewState) -> bool:
    return state.sequence is None and not state.listing


def _menus_of(window: QMainWindow) -> QMenuBar:
    menus = window.menuBar()
    assert menus is not None  # noqa: S101 - a main window has one
    return menus


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - app makes it before any window
    return application
