"""What lies over the picture: each part is made when it is first to be seen, and costs nothing before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QObject, QRect, pyqtSignal
from PyQt5.QtWidgets import QApplication

from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QVBoxLayout, QWidget

    from viewer.gui.theme import Colours
    from viewer.gui.widgets.canvas import Canvas
    from viewer.gui.widgets.floating_controls import FloatingControls
    from viewer.gui.widgets.notices import FrameTag, Notice, ProblemCard, Toast


SILENCE = "silence"
"""What stands for all sentences about a share that does not answer: they count the seconds."""


class OverPicture(QObject):
    """Decides what is seen over the picture: the number of a step, controls, answers, a notice, a problem.

    There is one notice at a time at the top: the answer to what the user did goes before the share's silence.
    """

    triggered = pyqtSignal(str)
    """A button was pressed: the name of its command."""

    def __init__(
        self,
        colours: Colours,
        canvas: Canvas,
        ground: QWidget,
        controls: QWidget,
        home: QVBoxLayout,
        actions: dict[str, str],
    ) -> None:
        """Begins with nothing.

        Args:
            colours: those of the theme.
            canvas: where the picture is.
            ground: what all lies over: the canvas fills it.
            controls: transport and timeline, which can float over the picture.
            home: where they are first while they do not.
            actions: what the buttons of a problem say, by the commands that they carry out.
        """
        super().__init__(ground)
        self._colours, self._canvas, self._ground, self._actions = colours, canvas, ground, actions
        self._state = ViewState()
        self._controls, self._home = controls, home
        self._floating: FloatingControls | None = None
        self._floats = False
        self._tag: FrameTag | None = None
        self._toast: Toast | None = None
        self._notice: Notice | None = None
        self._problem: ProblemCard | None = None
        self._put_away: set[str] = set()
        self._noticed = ("", False)
        self._commanded = ""
        ground.installEventFilter(self)

    # Controls

    def float_controls(self, *, on: bool) -> None:
        """Has transport and timeline come over the picture when the mouse moves on it, or stand in their place."""
        if on == self._floats:
            return
        self._floats = on
        if self._floating is None:
            from viewer.gui.widgets.floating_controls import FloatingControls  # noqa: PLC0415 - when first wanted

            self._floating = FloatingControls(self._colours, self._ground)
            self._floating.pointer_hidden.connect(self._canvas.hide_pointer)
        if on:
            self._floating.take(self._controls)
            self._canvas.pointer_moved.connect(self._floating.note_pointer)
            return
        self._canvas.pointer_moved.disconnect(self._floating.note_pointer)
        self._floating.give_up()
        self._home.insertWidget(0, self._controls)
        if self._tag is not None:
            self._tag.fade.end(shown=False)

    def reveal_controls(self) -> None:
        """Shows the controls, for a key that leads to them."""
        if self._floats and self._floating is not None and self._canvas.isVisible():
            self._floating.reveal()

    # Snapshots

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        for part in (self._floating, self._notice, self._problem):
            if part is not None:
                part.set_colours(colours)

    def expect(self, command: str) -> None:
        """Called when a command was carried out: the next snapshot shows what it has led to."""
        self._commanded = command

    def retry(self) -> None:
        """Called when the user asks for something again: what was put away may be said again."""
        self._put_away.clear()

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot."""
        before, self._state = self._state, state
        self._show_notice()
        self._show_problem(before)
        if self._floats:
            self._show_number(before)
        if state.answer.serial != before.answer.serial:
            self.answer(state.answer.words)
        elif self._commanded:
            from viewer.model.answers import answer  # noqa: PLC0415 - when first wanted

            if words := answer(self._commanded, state):
                self.answer(words)
        self._commanded = ""

    def answer(self, words: str) -> None:
        """Says a few words at the lower edge for a moment, in place of those before; "" only takes those away."""
        if not words:
            if self._toast is not None:
                self._toast.fade.hide()
            return
        if self._toast is None:
            from viewer.gui.widgets.notices import Toast  # noqa: PLC0415 - when first wanted

            self._toast = Toast(self._ground)
        self._toast.answer(words, self._bottom())

    def _bottom(self) -> int:
        from viewer.gui.widgets.notices import ABOVE_EDGE, MARGIN  # noqa: PLC0415 - loaded with the first answer

        top = None if self._floating is None else self._floating.controls_top
        return self._ground.height() - ABOVE_EDGE if top is None else top - MARGIN

    def _show_number(self, before: ViewState) -> None:
        """Shows where a step has led; while it plays the numbers would only flicker."""
        state = self._state
        if not self._canvas.isVisible() or state.number is None or state.playing:
            if self._tag is not None:
                self._tag.fade.end(shown=False)
            return
        is_new = before.number not in (None, state.number)
        is_shown = self._tag is not None and not self._tag.isHidden()
        if is_new or not state.is_true or (is_shown and before.is_true != state.is_true):
            if self._tag is None:
                from viewer.gui.widgets.notices import FrameTag  # noqa: PLC0415 - when first wanted

                self._tag = FrameTag(self._ground)
            if is_new or before.is_true != state.is_true or not is_shown:
                self._tag.show_step(state)
                self._tag.put_under(self._notice_rect())

    def _notice_rect(self) -> QRect | None:
        return None if self._notice is None or self._notice.isHidden() else self._notice.card

    def _show_notice(self) -> None:
        """Shows what is to be said at the top, unless the user has put it away; the silence of a share as a whole."""
        state = self._state
        self._put_away &= {state.message, SILENCE if state.offline else ""}
        message = "" if state.message in self._put_away else state.message
        # Where the picture is not here for the same reason, its card says so.
        is_said = SILENCE in self._put_away or state.problem_kind == "unreachable"
        offline = "" if is_said else state.offline
        words = (message or offline) if self._canvas.isVisibleTo(self._ground) else ""
        if self._noticed == (noticed := (words, not message)):
            return
        self._noticed = noticed
        if not words:
            if self._notice is not None:
                self._notice.hide()
            self._take_room()
            return
        if self._notice is None:
            from viewer.gui.widgets.notices import Notice  # noqa: PLC0415 - when first wanted

            self._notice = Notice(self._colours, self._ground)
            self._notice.put_away.connect(self.put_notice_away)
        self._notice.say(words, is_offline=not message)
        self._take_room()

    def _take_room(self) -> None:
        """Has what is below the notice stand below it."""
        self._canvas.leave_room(self._below)
        if self._problem is not None:
            self._problem.place(self._below)
        if self._tag is not None:
            self._tag.put_under(self._notice_rect())

    @property
    def _below(self) -> int:
        rect = self._notice_rect()
        return 0 if rect is None else rect.bottom() + 1

    def put_notice_away(self) -> None:
        """Puts away what is said at the top, if anything is, until it is over."""
        if not self._noticed[0]:
            return
        self._put_away.add(SILENCE if self._noticed[1] else self._state.message)
        self._show_notice()
        self._canvas.setFocus()

    def _show_problem(self, before: ViewState) -> None:
        state = self._state
        is_shown = bool(state.problem) and state.problem_kind != "gap" and self._canvas.isVisibleTo(self._ground)
        if not is_shown:
            if self._problem is not None and not self._problem.isHidden():
                focused = QApplication.focusWidget()
                has_keys = focused is not None and self._problem.isAncestorOf(focused)
                self._problem.hide()
                if has_keys:  # or Qt would give them to the next widget
                    self._canvas.setFocus()
            return
        if self._problem is None:
            from viewer.gui.widgets.notices import ProblemCard  # noqa: PLC0415 - when first wanted

            self._problem = ProblemCard(self._colours, self._ground, self._actions)
            self._problem.triggered.connect(self.triggered)
        said = state.problem, state.problem_kind, state.path, state.facts
        if self._problem.isHidden() or said != (before.problem, before.problem_kind, before.path, before.facts):
            self._problem.show_problem(state, self._below)
            for part in (self._problem, self._notice, self._tag, self._floating, self._toast):
                if part is not None:
                    part.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Keeps all parts in their places."""
        if event is not None and event.type() == QEvent.Type.Resize:
            for part in (self._floating, self._notice):
                if part is not None:
                    part.place()
            self._take_room()
            if self._toast is not None:
                self._toast.put_above(self._bottom())
        return super().eventFilter(watched, event)
