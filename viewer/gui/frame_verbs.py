"""The commands about the frame on screen, as far as they need the window: the clipboard, and dialogs to save it."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtGui import QGuiApplication

from viewer.core.records import replace
from viewer.gui.bridge.image import FrameImage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QImage
    from PyQt5.QtWidgets import QWidget

    from viewer.core.frame import Frame
    from viewer.gui.widgets.canvas import Canvas
    from viewer.model.frame_file import ToSave
    from viewer.model.view_state import ViewState
    from viewer.model.viewer_model import ViewerModel


class FrameVerbs:
    """Carries out the commands about the frame on screen; GUI thread."""

    def __init__(
        self,
        window: QWidget,
        model: ViewerModel,
        canvas: Canvas,
        state: Callable[[], ViewState],
        answer: Callable[[str], None],
    ) -> None:
        """Does nothing yet.

        ``window`` is the parent of dialogs, ``state`` returns what is shown, ``answer`` says what a command did.
        """
        self._window = window
        self._model = model
        self._canvas = canvas
        self._state = state
        self._answer = answer

    def verbs(self) -> dict[str, Callable[[], object]]:
        """Returns the functions of the commands, by their names."""
        model, file, sequence = self._model, self._model.frame_file, self._model.sequence
        return {
            "save_picture": self._save_picture,
            "save_file": lambda: self._save(file.to_save(old=self._canvas.notice)),
            "copy_picture": self._copy_picture,
            "copy_path": lambda: self._copy_text(file.path, "path"),
            "copy_name": lambda: self._copy_text(os.path.split(file.path)[1], "name"),
            "show_in_folder": file.show,
            "open_with": lambda: file.open_with(model.settings.preferences.open_with),
            "reload_frame": file.reload,
            "rotate_left": partial(sequence.rotate, -1),
            "rotate_right": partial(sequence.rotate, 1),
            "flip_horizontally": partial(sequence.flip, upside_down=False),
            "flip_vertically": partial(sequence.flip, upside_down=True),
        }

    def _copy_picture(self) -> None:
        if (picture := self._canvas.to_copy()) is not None:
            self._model.frame_file.copying.copy(*picture, _as_image, _into_clipboard, self._canvas.notice)
        else:
            self._refuse("copy")

    def _copy_text(self, text: str, what: str) -> None:
        clipboard = QGuiApplication.clipboard()
        if not text:
            self._refuse("copy")
        elif clipboard is not None:
            clipboard.setText(text)
            self._answer(f"Copied {what}")

    def _refuse(self, verb: str) -> None:
        from viewer.model.answers import nothing_to  # noqa: PLC0415 - seldom wanted

        self._answer(nothing_to(verb, self._state()))

    def _save_picture(self) -> None:
        picture = self._canvas.to_copy()
        self._save(None if picture is None else self._model.frame_file.to_save(picture, self._canvas.notice))

    def _save(self, what: ToSave | None) -> None:
        """Asks where to, beginning where was saved last, and saves what was on screen when the command came."""
        if what is None:
            self._refuse("save")
            return
        from viewer.gui.widgets import save_dialog  # noqa: PLC0415 - seldom wanted

        folders = [self._model.settings.save_folder, *save_dialog.usual_folders()]

        def show(folder: str) -> None:
            save_dialog.ask(self._window, what, folder, write)

        def write(path: str, *, replaces: bool = False) -> None:
            self._model.keep(replace(self._model.settings, save_folder=os.path.split(path)[0]))
            there = partial(save_dialog.ask_to_replace, self._window, path, lambda: write(path, replaces=True))
            self._model.frame_file.save(what, path, there, replaces=replaces)

        self._model.frame_file.find_folder(list(filter(None, folders)), show)


def _as_image(frame: Frame) -> QImage:
    """Returns an image with memory of its own; any thread."""
    return FrameImage(frame).image.copy()


def _into_clipboard(image: QImage) -> None:
    if (clipboard := QGuiApplication.clipboard()) is not None:
        clipboard.setImage(image)
