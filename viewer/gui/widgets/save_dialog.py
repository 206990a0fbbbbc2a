"""Where the frame on screen is to be saved, and whether over what is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PyQt5.QtCore import QStandardPaths, Qt
from PyQt5.QtWidgets import QFileDialog, QMessageBox

from viewer.core.display.encode import FORMATS, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtWidgets import QWidget

    from viewer.model.frame_file import ToSave

FILTERS = {"PNG (*.png)": ".png", "TIFF (*.tif *.tiff)": ".tif", "JPEG (*.jpg *.jpeg)": ".jpg"}
"""The formats of pictures in the dialog, and the suffix of each."""


def usual_folders() -> list[str]:
    """Returns the user's folder for pictures, and their home, which is there."""
    places = QStandardPaths.StandardLocation
    return [QStandardPaths.writableLocation(each) for each in (places.PicturesLocation, places.HomeLocation)]


def ask(window: QWidget, what: ToSave, folder: str, take: Callable[[str], None]) -> None:
    """Opens the dialog, which hands the path that was chosen to ``take``, with the suffix of what is written.

    It does not ask about a file that is there: the worker that writes knows that best.
    """
    is_picture = what.look is not None
    dialog = QFileDialog(window, "Save picture as shown" if is_picture else "Save file as it is")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.setDirectory(folder)
    own = split(what.name)[1]
    suffixes = FILTERS if is_picture else {"All files (*)": own}
    dialog.setNameFilters(list(suffixes))
    dialog.selectFile(what.name + (".png" if is_picture else ""))

    def follow_format(name: str) -> None:
        chosen = dialog.selectedFiles()
        stem, suffix = split(os.path.split(chosen[0])[1] if chosen else "")
        if stem and suffix in FORMATS:
            dialog.selectFile(stem + suffixes[name])

    def chosen(path: str) -> None:
        path = os.path.normpath(path)
        if split(path)[1] not in (FORMATS if is_picture else {own}):
            path += suffixes.get(dialog.selectedNameFilter(), own)
        take(path)

    if is_picture:
        dialog.filterSelected.connect(follow_format)
    dialog.fileSelected.connect(chosen)
    dialog.open()


def ask_to_replace(window: QWidget, path: str, replace: Callable[[], None]) -> None:
    """Asks whether the file that is there is to go; Enter and Esc keep it."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Replace file")
    folder, name = os.path.split(path)
    box.setText(f"There is already a file {name} in {folder}.")
    box.setInformativeText("If you replace it, what it holds is lost.")
    agreed = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
    kept = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(kept)
    box.buttonClicked.connect(lambda button: replace() if button is agreed else None)
    box.open()
