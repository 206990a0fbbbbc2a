"""What happens when a key is pressed: the keys that step and zoom, which go on while they are held.

All other keys are shortcuts of Qt (:mod:`viewer.gui.actions`), or belong to the widget that has the focus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QKeyEvent, QKeySequence
from PyQt5.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from viewer.gui.bridge.gate import gate
from viewer.gui.bridge.loop import undisturbed
from viewer.model.commands import COMMANDS
from viewer.model.key_map import DEFAULT_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewer.gui.widgets.canvas import Canvas
    from viewer.model.key_map import KeyMap
    from viewer.model.viewer_model import ViewerModel

STEPS = {
    "next_frame": 1,
    "previous_frame": -1,
    "forward_10": 10,
    "back_10": -10,
    "forward_100": 100,
    "back_100": -100,
}
"""The commands that move the playhead, and by how many frames."""
ZOOMS = {"zoom_in": 1, "zoom_out": -1}
"""The commands that zoom, and by how many steps."""
_MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
"""Lists and sliders go by these, whatever command they are given to."""


def repeating_codes(keys: KeyMap) -> dict[int, str]:
    """Returns the repeating commands by key and modifiers."""
    form = QKeySequence.SequenceFormat.PortableText
    return {
        QKeySequence.fromString(key, form)[0]: command.name
        for command in COMMANDS
        if command.repeats
        for key in keys.of(command.name)
    }


DEFAULT_CODES = repeating_codes(DEFAULT_KEYS)


class Keyboard(QObject):
    """Filters the key events of the window; carries out the repeating commands, and tells the model of the release.

    Qt's shortcuts do not tell a held key from one pressed again, and the model must know: of a held key it takes one
    step for each frame that has been seen. So these keys never become shortcuts and arrive here as key presses.
    """

    def __init__(self, window: QWidget, model: ViewerModel, canvas: Canvas) -> None:
        """Begins to filter the events of ``window``, and ends with it."""
        super().__init__(window)
        self._model = model
        self._canvas = canvas
        self._codes: Mapping[int, str] = DEFAULT_CODES
        self._takes = {QEvent.Type.ShortcutOverride: self._keeps_from_shortcuts, QEvent.Type.KeyPress: self._carry_out}
        # Of the canvas too, which mostly has the keys: on the way to the window Python is entered more often, and the
        # GIL waited for each time.
        for each in (window, canvas):
            each.installEventFilter(self)

    def set_keys(self, keys: KeyMap) -> None:
        """Gives the commands these keys."""
        self._codes = repeating_codes(keys)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Takes the keys that are its own; all other events go on to the window."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
                self._model.let_go()  # stops at the frame on screen
            take = self._takes.get(event.type())
            if take is not None and take(event):
                event.accept()
                return True
        return False

    def _keeps_from_shortcuts(self, event: QKeyEvent) -> bool:
        """Returns whether a key is to arrive as a key press, and not to be taken for a shortcut."""
        # Tab clears the view for the picture while that has the keys; everywhere else it goes on to what takes keys.
        focused = QApplication.focusWidget()
        has_picture = focused in (None, self._canvas) and self._canvas.isVisible()
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not has_picture:
            return True
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in _ARROWS and is_plain and not has_picture:
            return True
        is_typing = isinstance(focused, QLineEdit | QAbstractSpinBox)
        name = repeating_command(event, self._codes)
        if name in STEPS and not is_typing:
            gate.close()  # the press comes in a moment
        return name is not None and not is_typing

    def _carry_out(self, event: QKeyEvent) -> bool:
        """Steps or zooms; returns whether the key is one for that."""
        name = repeating_command(event, self._codes)
        if name in STEPS:
            with undisturbed():  # the picture comes before all that waits for its turn
                self._model.step(STEPS[name], repeated=event.isAutoRepeat())
                self._model.publish()
        elif name in ZOOMS:
            self._canvas.zoom_by(ZOOMS[name])
        return name is not None


def repeating_command(event: QKeyEvent, codes: Mapping[int, str] = DEFAULT_CODES) -> str | None:
    """Returns the name of the repeating command that a key stands for, or None."""
    modifiers = event.modifiers() & _MODIFIERS
    if Qt.Key.Key_Space < event.key() < Qt.Key.Key_Escape and not chr(event.key()).isalnum():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # "+" needs Shift on some keyboards and not on others
    return codes.get(int(modifiers) | event.key())
