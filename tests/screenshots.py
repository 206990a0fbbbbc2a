"""Takes a picture of each state of the window, in both themes and five sizes, and puts them side by side on sheets.

``make screenshots`` runs it; ``ARGS="gap levels"`` takes these states alone. The pictures are in build/screenshots.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtGui import QColor, QImage, QPainter
from PyQt5.QtWidgets import QApplication, QMenu
from window_states import STATES, Stage, staged, use_usual_font

from viewer.core.frame import Size
from viewer.model.preferences import Theme

FOLDER = Path(__file__).parent.parent / "build" / "screenshots"
SIZES = Size(640, 400), Size(1280, 800), Size(1920, 1080), Size(3840, 2160)
SCALED = Size(1280, 800)
"""The size that is taken with two pixels of the screen for each of Qt's, too."""
TILE, CAPTION, COLUMNS = Size(480, 300), 24, 4


def picture_of(stage: Stage) -> QImage:
    """Returns what a person sees: the window, with the dialogs and menus that are open over it."""
    image = stage.window.grab().toImage()
    painter = QPainter(image)
    for top in stage.tops():
        place = stage.window.mapFromGlobal(top.pos())
        if not isinstance(top, QMenu):  # a dialog is put into the middle by the desktop
            place = QPoint((stage.window.width() - top.width()) // 2, (stage.window.height() - top.height()) // 2)
            painter.fillRect(QRect(place, top.size()).adjusted(-1, -1, 1, 1), QColor("#808080"))
        painter.drawPixmap(place, top.grab())
    painter.end()
    return image


def sheet_of(pictures: dict[str, QImage]) -> QImage:
    """Returns all pictures of one theme and size side by side, small, with their names."""
    rows = math.ceil(len(pictures) / COLUMNS)
    sheet = QImage(COLUMNS * (TILE.width + 8), rows * (TILE.height + CAPTION), QImage.Format.Format_RGB32)
    sheet.fill(QColor("#444444"))
    painter = QPainter(sheet)
    painter.setPen(QColor("#ffffff"))
    for position, (name, image) in enumerate(pictures.items()):
        left, top = position % COLUMNS * (TILE.width + 8), position // COLUMNS * (TILE.height + CAPTION)
        painter.drawText(left + 4, top + CAPTION - 7, name)
        painter.drawImage(left, top + CAPTION, image)
    painter.end()
    return sheet


def take(names: list[str], sizes: tuple[Size, ...]) -> None:
    """Writes the pictures of these states and sizes, and the sheets."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    use_usual_font(application)
    how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    for theme in (Theme.DARK, Theme.LIGHT):
        for size in sizes:
            ratio = application.devicePixelRatio()
            label = f"{theme}-{size.width}x{size.height}{f'@{ratio:g}' if ratio != 1 else ''}"
            (FOLDER / label).mkdir(parents=True, exist_ok=True)
            tiles: dict[str, QImage] = {}
            for name in names:
                with staged(name, theme, size) as stage:
                    image = picture_of(stage)
                image.save(str(FOLDER / label / f"{name}.png"))
                image.setDevicePixelRatio(1.0)
                tiles[name] = image.scaled(*TILE, *how)
            sheet_of(tiles).save(str(FOLDER / f"sheet-{label}.png"))
            sys.stdout.write(f"{label}: {len(names)} states\n")


if __name__ == "__main__":
    wanted = sys.argv[1:]
    if unknown := set(wanted) - set(STATES):
        sys.exit(f"There is no state {', '.join(sorted(unknown))}. There are: {', '.join(STATES)}.")
    if os.environ.get("QT_SCALE_FACTOR") == "2":
        take(wanted or list(STATES), (SCALED,))
    else:
        take(wanted or list(STATES), SIZES)
        again = [sys.executable, __file__, *wanted]
        sys.exit(subprocess.run(again, env=os.environ | {"QT_SCALE_FACTOR": "2"}, check=False).returncode)
