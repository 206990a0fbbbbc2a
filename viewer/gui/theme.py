"""The colours of the window and of the states of frames, dark and light, and how they are put on Qt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PyQt5.QtWidgets import QApplication, QWidget

from viewer.core.records import dataclass
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from viewer.core.load.frame_state import FrameState


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours, each as ``#rrggbb``.

    Attributes:
        dark: whether light text stands on dark ground.
        canvas: behind the picture.
        background: of the window and the status line.
        panel: of the parts around the picture, menus and dialogs.
        well: of fields one can type in, and of the timeline's bar.
        raised: of buttons under the pointer and of what is switched on.
        line: between parts and around fields.
        edge: around buttons, and of ticks.
        outline: around what stands close together and has to be found; plain to see on panel and well.
        text: of all that matters.
        dim: of what only explains.
        bright: of what matters most: the frame number.
        accent: the playhead and the play button; legible as text too.
        on_accent: text on the accent.
        decoded: frames that can be shown at once.
        encoded: frames held as the bytes of their file.
        on_disk: frames whose files are on this disk.
        reading: frames being read.
        unconfirmed: frames that are here, but may be old.
        failed: frames that cannot be shown.
        missing: the hatching of numbers without a file.
        absent: frames not here.
        mark: the edges of the in and out points.
        bookmark: the bookmarks; legible as text too.
    """

    dark: bool
    canvas: str
    background: str
    panel: str
    well: str
    raised: str
    line: str
    edge: str
    outline: str
    text: str
    dim: str
    bright: str
    accent: str
    on_accent: str
    decoded: str
    encoded: str
    on_disk: str
    reading: str
    unconfirmed: str
    failed: str
    missing: str
    absent: str
    mark: str
    bookmark: str

    def of_state(self, state: FrameState) -> str:
        """Returns the colour of the frames in a state: the field of the same name."""
        return str(getattr(self, state.name.lower()))


_COLOURS = {  # dark and light
    "canvas": ("#111111", "#d2d2d2"),
    "background": ("#1d1d1d", "#e6e6e6"),
    "panel": ("#232323", "#efefef"),
    "well": ("#161616", "#fbfbfb"),
    "raised": ("#3a3a3a", "#d8d8d8"),
    "line": ("#333333", "#cecece"),
    "edge": ("#444444", "#b4b4b4"),
    "outline": ("#707070", "#858585"),
    "text": ("#d6d6d6", "#222222"),
    "dim": ("#969696", "#555555"),
    "bright": ("#ffffff", "#000000"),
    "accent": ("#f2a93b", "#985700"),
    "on_accent": ("#1a1206", "#ffffff"),
    "decoded": ("#4f9d69", "#388f58"),
    "encoded": ("#4378a3", "#4a86b8"),
    "on_disk": ("#756f9a", "#7f78a6"),
    "reading": ("#f2a93b", "#c27a12"),
    "unconfirmed": ("#b3a67c", "#8d7f4e"),
    "failed": ("#e0614a", "#c8402a"),
    "missing": ("#6a6a6a", "#9a9a9a"),
    "absent": ("#242424", "#e4e4e4"),
    "mark": ("#a07838", "#b98a45"),
    "bookmark": ("#5cc3dc", "#0b6e85"),
}
DARK = Colours(dark=True, **{name: colour for name, (colour, _) in _COLOURS.items()})
LIGHT = Colours(dark=False, **{name: colour for name, (_, colour) in _COLOURS.items()})


class Themed(QWidget):
    """A widget that paints with the colours of the theme."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        self._colours = colours
        self.update()


def colours_of(theme: Theme, *, system_is_dark: bool = False) -> Colours:
    """Returns the colours of ``theme``."""
    dark = system_is_dark if theme is Theme.SYSTEM else theme is Theme.DARK
    return DARK if dark else LIGHT


def apply(app: QApplication, theme: Theme) -> Colours:
    """Sets ``theme`` on all windows of ``app``; returns its colours, for widgets that paint."""
    app.setStyle("Fusion")
    app.setPalette(QPalette())  # the system's own again, to see whether that is dark
    colours = colours_of(theme, system_is_dark=app.palette().color(QPalette.Window).lightness() < 128)  # noqa: PLR2004
    app.setPalette(palette(colours))
    boxes = palette(colours)
    # Fusion draws their outlines so much darker than the window; they are to be plain to see.
    boxes.setColor(QPalette.Window, QColor(colours.outline).lighter(165 if colours.dark else 127))
    for each in ("QCheckBox", "QRadioButton"):
        app.setPalette(boxes, each)
    app.setStyleSheet(style_sheet(colours))
    return colours


def palette(colours: Colours) -> QPalette:
    """Returns the Qt palette made of ``colours``."""
    made = QPalette()
    # Fusion draws the outlines of fields 140 % darker than the window, so buttons stand out a little more than panels.
    button = QColor(colours.raised if colours.dark else colours.panel)
    roles: dict[QPalette.ColorRole, QColor] = {
        QPalette.Window: QColor(colours.panel),
        QPalette.WindowText: QColor(colours.text),
        QPalette.Base: QColor(colours.well),
        QPalette.AlternateBase: QColor(colours.background),
        QPalette.Text: QColor(colours.text),
        QPalette.PlaceholderText: QColor(colours.dim),
        QPalette.Button: button,
        QPalette.ButtonText: QColor(colours.text),
        QPalette.BrightText: QColor(colours.bright),
        QPalette.ToolTipBase: QColor(colours.well),
        QPalette.ToolTipText: QColor(colours.text),
        QPalette.Highlight: QColor(colours.accent),
        QPalette.HighlightedText: QColor(colours.on_accent),
        QPalette.Link: QColor(colours.accent),
        QPalette.LinkVisited: QColor(colours.accent),
        QPalette.Light: QColor(colours.edge).lighter(120) if colours.dark else QColor("#ffffff"),
        QPalette.Midlight: QColor(colours.raised),
        QPalette.Mid: QColor(colours.line),
        QPalette.Dark: QColor(colours.edge),
        QPalette.Shadow: QColor("#000000" if colours.dark else colours.edge),
    }
    for role, colour in roles.items():
        made.setColor(role, colour)
    faint = mixed(colours.text, colours.panel, 0.42)
    for role in (QPalette.WindowText, QPalette.Text, QPalette.ButtonText):
        made.setColor(QPalette.Disabled, role, faint)
    made.setColor(QPalette.Disabled, QPalette.Highlight, QColor(colours.edge))
    return made


def mixed(front: str, back: str, amount: float) -> QColor:
    """Returns ``front`` laid over ``back``, covering it by ``amount`` from 0 to 1."""
    above, below = QColor(front), QColor(back)
    return QColor(
        round(below.red() + (above.red() - below.red()) * amount),
        round(below.green() + (above.green() - below.green()) * amount),
        round(below.blue() + (above.blue() - below.blue()) * amount),
    )


def digits(pixels: int) -> QFont:
    """Returns a font whose digits are all equally wide, ``pixels`` high."""
    font = QFontDatabase.systemFont(QFontDatabase.FixedFont)
    if not QFontInfo(font).fixedPitch():  # a platform without settings, as under tests
        font = QFont("DejaVu Sans Mono")
        font.setStyleHint(QFont.TypeWriter)
    font.setPixelSize(pixels)
    return font


def style_sheet(colours: Colours) -> str:
    """Returns the style sheet made of ``colours``; widgets it does not name are drawn by Fusion with the palette."""
    faint = mixed(colours.text, colours.panel, 0.42).name()
    hover = mixed(colours.raised, colours.panel, 0.55).name()
    tint = mixed(colours.accent, colours.panel, 0.25).name()
    named = {name: getattr(colours, name) for name in Colours.__slots__ if name != "dark"}
    named |= {"faint": faint, "hover": hover, "tint": tint}
    return re.sub(r"\$(\w+)", lambda found: named[found[1]], _STYLE_SHEET)


_STYLE_SHEET = """
QToolTip { background: $well; color: $text; border: 1px solid $edge; padding: 3px 6px; }

StartPage { background: $canvas; }
StatusLine, FillStrip { background: $background; border-top: 1px solid $line; }

QMenuBar { background: $panel; color: $text; border-bottom: 1px solid $line; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; color: $bright; }
QMenu { background: $panel; color: $text; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 3px; }
QMenu::item:selected { background: $raised; color: $bright; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QPushButton { background: transparent; color: $text; border: 1px solid $edge; border-radius: 4px; padding: 4px 12px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $raised; color: $bright; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; border-color: $line; }
QPushButton[link="true"] { border-color: transparent; text-align: left; padding: 3px 8px; }
QPushButton[link="true"]:focus { border-color: $accent; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: 4px; padding: 2px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $raised; }
QToolButton[chip="true"] { border-color: $edge; padding: 1px 9px; color: $dim; }
QToolButton[chip="true"]:checked { background: $raised; color: $bright; border-color: $dim; }
PatternDialog QToolButton[chip="true"]:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton[chip="true"]:disabled { border-color: $line; }

QLineEdit[field="true"] {
    background: $well; color: $bright; border: 1px solid $edge; border-radius: 4px; padding: 1px 6px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit[field="true"]:focus { border-color: $accent; }
QLineEdit[field="true"]:disabled { color: $faint; border-color: $line; }

QAbstractSpinBox, QComboBox {
    background: $well; color: $text; border: 1px solid $edge; border-radius: 4px; padding: 3px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QAbstractSpinBox:focus, QComboBox:focus { border-color: $accent; }
QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; border-color: $line; }
QComboBox { background: $panel; combobox-popup: 0; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $edge; padding: 3px; outline: none;
    selection-background-color: $raised; selection-color: $bright;
}
QComboBox QAbstractItemView::item { padding: 4px 6px; border-radius: 3px; }
QComboBox QAbstractItemView::item:selected { background: $raised; color: $bright; }

QLabel[role="dim"] { color: $dim; }
QLabel[role="dim"]:disabled { color: $faint; }
QLabel[role="link"] { color: $text; }
QLabel[role="link"]:hover { color: $bright; text-decoration: underline; }
QLabel[role="link"]:disabled { color: $faint; }
QLabel[role="bright"] { color: $bright; }
QLabel[role="heading"] { color: $dim; font-weight: bold; }
QLabel[role="title"] { color: $bright; font-size: 26px; }
QLabel[role="problem"] { color: $accent; padding-bottom: 8px; }
QLabel[role="warning"] { color: $accent; }
QLabel[role="page"] { color: $bright; font-size: 17px; }
QLabel[role="meaning"] {
    background: $well; color: $text; border: 1px solid $line; border-radius: 4px; padding: 10px 12px;
}
QFrame[role="rule"] { background: $line; }
QLabel[role="key"] {
    background: $raised; color: $bright; border: 1px solid $edge; border-bottom: 2px solid $edge;
    border-radius: 4px; padding: 1px 6px;
}
QListWidget { background: $background; border: none; border-right: 1px solid $line; outline: none; padding: 8px 6px; }
QListWidget::item { color: $text; padding: 6px 10px; border-radius: 4px; border: 1px solid transparent; }
QListWidget::item:hover { background: $hover; }
QListWidget::item:selected { background: $raised; color: $bright; }
QListWidget::item:selected:focus { border-color: $accent; }

QTableView { background: $background; outline: none; }
QTableView::item { color: $text; padding: 0 10px; border: none; }
QTableView::item:hover { background: $hover; }
QTableView::item:selected { background: $raised; color: $bright; }
QTableView QLineEdit {
    background: $well; color: $bright; border: 1px solid $accent; padding: 0 7px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QHeaderView { background: $panel; }
QHeaderView::section {
    background: $panel; color: $dim; border: none; border-bottom: 1px solid $line; padding: 6px 13px;
}

QProgressBar { background: $well; border: 1px solid $edge; border-radius: 3px; }
QProgressBar::chunk { background: $encoded; border-radius: 2px; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $edge; }
QSlider::sub-page:horizontal { border-radius: 2px; background: $dim; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: $text; border: 1px solid $panel;
}
QSlider::handle:horizontal:hover { background: $bright; }
QSlider::handle:horizontal:focus { background: $accent; }

LevelsPanel QPushButton, LevelsPanel QToolButton[chip="true"], LevelsPanel QLineEdit[field="true"],
LevelsPanel QComboBox { border-color: $outline; }
LevelsPanel QPushButton { padding: 3px 0; }
LevelsPanel QComboBox { padding: 1px 6px; }
LevelsPanel QToolButton[chip="true"] { padding: 0 7px; }
LevelsPanel QPushButton:checked, LevelsPanel QToolButton[chip="true"]:checked {
    background: $tint; color: $bright; border-color: $dim;
}
LevelsPanel QPushButton:focus, LevelsPanel QToolButton[chip="true"]:focus, LevelsPanel QLineEdit[field="true"]:focus,
LevelsPanel QComboBox:focus { border-color: $accent; }
LevelsPanel QPushButton:disabled, LevelsPanel QLineEdit[field="true"]:disabled, LevelsPanel QComboBox:disabled {
    background: transparent; color: $faint; border-color: $line;
}

QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
LevelsPanel QScrollBar:vertical { width: 8px; margin: 2px 1px; }
LevelsPanel QScrollBar::handle { background: $outline; }
QScrollBar::handle { background: $edge; border-radius: 3px; min-width: 24px; min-height: 24px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
