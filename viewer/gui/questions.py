"""Asks for one line of text where a command needs it and there is no field for it on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtWidgets import QInputDialog

from viewer.gui.widgets.viewport import ZOOMS
from viewer.model.sample_numbers import no_number, number_typed, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtWidgets import QWidget

    from viewer.gui.widgets.canvas import Canvas
    from viewer.model.view_state import ViewState
    from viewer.model.viewer_model import ViewerModel


class Questions:
    """The questions of the window; what is answered goes to the model or the canvas."""

    def __init__(self, window: QWidget, model: ViewerModel, canvas: Canvas) -> None:
        self._window = window
        self._model = model
        self._canvas = canvas

    def point(self, state: ViewState, end: str) -> None:
        """Asks for the in or the out point: ``end`` is "mark_in" or "mark_out"."""
        if state.sequence is None:
            return
        mark = getattr(state, end) or state.number
        name = "In" if end == "mark_in" else "Out"
        text = "" if mark is None else state.numbers.text(mark)
        label = f"{_frame(state)}, how far from here (+20, -20), a part (50%) or a time:"
        self._ask(f"{name} point", label, text, lambda typed: self._model.sequence.mark_typed(end, typed))

    def zoom(self, state: ViewState) -> None:
        """Asks how large the picture is to be shown."""
        if state.sequence is None:
            return

        def take(text: str) -> str:
            percent = number_typed(text.strip().removesuffix("%"), grouped=False)
            if percent is None:
                return no_number(text)
            held, said = within(percent, *ZOOMS, "%")
            if not said:
                self._canvas.zoom_to(held / 100)
            return said

        self._ask("Set zoom", "Percent; at 100 each pixel is as large as one of the screen:", self._zoom(), take)

    def start(self, state: ViewState) -> None:
        """Asks for the time code of the first frame."""
        base = state.time_base
        shown = base.start or base.time_code(base.first)
        self._ask("Time code", "Time code of the first frame:", shown, self._set_start)

    def _zoom(self) -> str:
        return f"{100 * self._canvas.viewport.actual_scale:.4g}"

    def _set_start(self, text: str) -> str:
        self._model.sequence.set_start(text)
        return ""

    def _ask(self, title: str, question: str, text: str, take: Callable[[str], str]) -> None:
        """Asks until ``take`` has no complaint about the answer, or it is closed; then the picture has the keys."""
        complaint = ""
        while True:
            said = f"{complaint}\n\n{question}" if complaint else question
            text, given = QInputDialog.getText(self._window, title, said, text=text)
            complaint = take(text) if given else ""
            if not complaint:
                break
        self._canvas.setFocus()


def _frame(state: ViewState) -> str:
    sequence, numbers = state.sequence, state.numbers
    if sequence is not None and not numbers.writing.is_count:
        return f"Frame ({numbers.text(sequence.first)})"
    return "Frame number (131)"
