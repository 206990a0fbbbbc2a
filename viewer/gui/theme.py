"""The colours of the window and of the states of frames, dark and light, and how they are put on Qt."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PyQt5.QtWidgets import QApplication, QStyle, QWidget

from viewer.core.records import dataclass
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from viewer.core.load.frame_state import FrameState

GRID = 8
"""Pixels between the parts of a panel or dialog: this, or a half, twice or three times as many."""
RADIUS, CARD_RADIUS = 6, 8
"""How round the corners are of controls, and of cards: what lies over the picture or another part."""
LEAST_PIXELS, MOST_PIXELS = 11, 17
"""How high the font of the window is at least, and the one of its rows at most: those are of fixed height."""


class TextSize(Enum):
    """The sizes of texts, as the points that they are larger or smaller than the system's font."""

    SMALL = -1
    BASE = 0
    LARGE = 2
    PAGE = 4
    TITLE = 12

    @property
    def pixels(self) -> int:
        """How high a font of this size is."""
        font = QApplication.font()
        return _pixels(self.value, font.pixelSize(), font.pointSizeF())


@cache
def _pixels(more: int, _pixel_size: int, _point_size: float) -> int:
    """Returns how high a font of ``more`` points than the application's is, which has one of these sizes."""
    info = QFontInfo(QApplication.font())  # takes as long as painting a word
    base, per_point = info.pixelSize(), info.pixelSize() / info.pointSizeF()
    return max(LEAST_PIXELS, round(min(base, MOST_PIXELS) + more * per_point))


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
        edge: around buttons, fields and boxes, and of ticks; plain to see on every ground.
        text: of all that matters.
        dim: of what only explains.
        bright: of what matters most: the frame number.
        accent: the playhead, the play button and what is switched on: shapes only.
        accent_text: words that are to be noticed.
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
    text: str
    dim: str
    bright: str
    accent: str
    accent_text: str
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
    "canvas": ("#111111", "#8c8c8c"),
    "background": ("#1d1d1d", "#e6e6e6"),
    "panel": ("#232323", "#efefef"),
    "well": ("#161616", "#fbfbfb"),
    "raised": ("#3a3a3a", "#d8d8d8"),
    "line": ("#333333", "#cecece"),
    "edge": ("#747474", "#808080"),
    "text": ("#d6d6d6", "#222222"),
    "dim": ("#a4a4a4", "#505050"),
    "bright": ("#ffffff", "#000000"),
    "accent": ("#f2a93b", "#c07000"),
    "accent_text": ("#f2a93b", "#8a4b00"),
    "on_accent": ("#1a1206", "#1a1206"),
    # The states are told apart by their lightness: L* 72, 55, 38 and 18 in the dark, 38, 54, 72 and 91 in the light.
    "decoded": ("#6ec28c", "#1a6638"),
    "encoded": ("#2e8bbf", "#2a89bd"),
    "on_disk": ("#565580", "#b0acd5"),
    "reading": ("#f2a93b", "#b47000"),
    "unconfirmed": ("#e2d199", "#7d6f3e"),
    "failed": ("#e0614a", "#c8402a"),
    "missing": ("#7c7c7c", "#7c7c7c"),
    "absent": ("#2c2c2c", "#e5e5e5"),
    "mark": ("#b58943", "#96671c"),
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


def apply(app: QApplication, theme: Theme, style: QStyle) -> Colours:
    """Sets ``theme`` on all windows of ``app``; returns its colours, for widgets that paint.

    Args:
        app: takes the style over.
        theme: which colours.
        style: a new one, that draws what the style sheet does not name.
    """
    app.setStyle(style)
    app.setPalette(QPalette())  # the system's own again, to see whether that is dark
    colours = colours_of(theme, system_is_dark=app.palette().color(QPalette.Window).lightness() < 128)  # noqa: PLR2004
    app.setPalette(palette(colours))
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
        QPalette.Link: QColor(colours.accent_text),
        QPalette.LinkVisited: QColor(colours.accent_text),
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


def tint(colours: Colours) -> QColor:
    """Returns the ground of what is switched on: the panel with some of the accent; bright words are legible on it."""
    return mixed(colours.accent, colours.panel, 0.18)


def mixed(front: str, back: str, amount: float) -> QColor:
    """Returns ``front`` laid over ``back``, covering it by ``amount`` from 0 to 1."""
    above, below = QColor(front), QColor(back)
    return QColor(
        round(below.red() + (above.red() - below.red()) * amount),
        round(below.green() + (above.green() - below.green()) * amount),
        round(below.blue() + (above.blue() - below.blue()) * amount),
    )


def digits(size: TextSize, ratio: float = 1.0) -> QFont:
    """Returns a font whose digits are all equally wide, for a screen with ``ratio`` pixels for each of Qt's."""
    font = QFont(_fixed_pitch())
    font.setPixelSize(round(size.pixels * ratio))
    return font


@cache
def _fixed_pitch() -> QFont:
    """Returns the font for digits in any size; looking for it takes longer than painting a playhead."""
    font = QFontDatabase.systemFont(QFontDatabase.FixedFont)
    if not QFontInfo(font).fixedPitch():  # a platform without settings, as under tests
        font = QFont("DejaVu Sans Mono")
        font.setStyleHint(QFont.TypeWriter)
    return font


def style_sheet(colours: Colours) -> str:
    """Returns the style sheet made of ``colours``; widgets it does not name are drawn by Fusion with the palette."""
    faint = mixed(colours.text, colours.panel, 0.42).name()
    hover = mixed(colours.raised, colours.panel, 0.55).name()
    named = {name: getattr(colours, name) for name in Colours.__slots__ if name != "dark"}
    named["accent_hover"] = mixed(colours.accent, colours.bright, 0.88).name()
    named |= {"faint": faint, "hover": hover, "tint": tint(colours).name(), "radius": f"{RADIUS}px"}
    return re.sub(r"\$(\w+)", lambda found: named[found[1]], _STYLE_SHEET)


_STYLE_SHEET = """
QToolTip { background: $well; color: $text; border: 1px solid $line; padding: 4px 8px; }

StartPage { background: $background; }
QFrame#over { background: $panel; border-right: 1px solid $edge; }
Legend { background: $panel; border: 1px solid $edge; }
StatusLine, FillStrip { background: $background; border-top: 1px solid $line; }

QMenuBar { background: $panel; color: $text; border-bottom: 1px solid $line; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: $radius; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; color: $bright; }
QMenu { background: $panel; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 8px; border-radius: $radius; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $raised; color: $bright; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QPushButton { background: transparent; color: $text; border: 1px solid $edge; border-radius: $radius; padding: 4px 12px;
    outline: none;
}
QPushButton:hover { background: $hover; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: bold; }
QPushButton[primary="true"]:hover { background: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $bright; padding: 3px 11px; }
QPushButton:pressed { background: $raised; color: $bright; }
QPushButton:checked { background: $tint; color: $bright; border-color: $accent; }
QPushButton:focus { border-color: $accent; }
QPushButton:checked:focus, QToolButton:checked:focus { border-color: $bright; }
QPushButton:disabled { color: $faint; border-color: $line; }
QPushButton[link="true"] { border-color: transparent; text-align: left; padding: 3px 8px; }
QPushButton[link="true"]:focus { border-color: $accent; }

QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: $radius; padding: 2px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $raised; }
QToolButton:focus { border-color: $accent; }
QToolButton:checked { background: $tint; border-color: $accent; }
QToolButton[chip="true"] { border-color: $edge; padding: 1px 9px; color: $text; }
QToolButton[quiet="true"] { color: $dim; border: none; padding: 0; }
QToolButton[quiet="true"]:hover { color: $bright; }
QToolButton[drops="true"] { padding-right: 25px; }
QToolButton[chip="true"]:checked { background: $tint; color: $bright; border-color: $accent; }
QToolButton[chip="true"]:focus { border-color: $accent; }
QToolButton[chip="true"]:checked:focus { border-color: $bright; }
QToolButton:disabled { color: $faint; }
QToolButton[chip="true"]:disabled { border-color: $line; }

QLineEdit[field="true"] {
    background: $well; color: $bright; border: 1px solid $edge; border-radius: $radius; padding: 1px 6px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit[field="true"]:focus { border-color: $accent; }
QLineEdit[field="true"]:disabled { color: $faint; border-color: $line; }

QPlainTextEdit {
    background: $well; color: $text; border: 1px solid $edge; border-radius: $radius;
    selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit:focus { border-color: $accent; }

QAbstractSpinBox, QComboBox {
    background: $well; color: $text; border: 1px solid $edge; border-radius: $radius; padding: 3px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QAbstractSpinBox:focus, QComboBox:focus { border-color: $accent; }
QAbstractSpinBox:disabled, QComboBox:disabled { background: transparent; color: $faint; border-color: $line; }
QComboBox { background: $panel; combobox-popup: 0; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $raised; selection-color: $bright;
}
QComboBox QAbstractItemView::item { padding: 4px 8px; border-radius: $radius; }
QComboBox QAbstractItemView::item:selected { background: $raised; color: $bright; }

QLabel[role="dim"] { color: $dim; }
QLabel[role="dim"]:disabled { color: $faint; }
QLabel[role="link"] { color: $text; }
QLabel[role="link"]:hover { color: $bright; text-decoration: underline; }
QLabel[role="link"]:disabled { color: $faint; }
QLabel[role="tip"] { background: $background; color: $text; padding: 0 14px; }
QLabel[role="bright"] { color: $bright; }
QLabel[role="heading"] { color: $dim; font-weight: bold; }
QLabel[role="problem"] {
    background: $well; color: $accent_text; border: 1px solid $line; border-radius: $radius; padding: 8px 12px;
}
QLabel[role="warning"] { color: $accent_text; }
QLabel[role="meaning"] {
    background: $well; color: $text; border: 1px solid $line; border-radius: $radius; padding: 8px 12px;
}
QLabel[role="verdict"] {
    background: $well; color: $bright; border: 1px solid $line; border-radius: $radius; padding: 12px 16px 12px 52px;
}
QFrame[role="rule"] { background: $line; }
QLabel[role="key"] {
    background: $raised; color: $bright; border: 1px solid $edge; border-bottom: 2px solid $edge;
    border-radius: $radius; padding: 1px 6px;
}
QListWidget { background: $background; border: none; border-right: 1px solid $line; outline: none; padding: 8px 6px; }
QListWidget::item { color: $text; padding: 6px 8px; border-radius: $radius; border: 1px solid transparent; }
QListWidget::item:hover { background: $hover; }
QListWidget::item:selected { background: $raised; color: $bright; }
QListWidget::item:selected:focus { border-color: $accent; }

QTableView { background: $background; outline: none; border: 1px solid transparent; border-radius: $radius; }
QTableView:focus { border-color: $accent; }
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

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $edge; }
QSlider::sub-page:horizontal { border-radius: 2px; background: $dim; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: $text; border: 1px solid $panel;
}
QSlider::handle:horizontal:hover { background: $bright; }
QSlider::handle:horizontal:focus { background: $accent; }

DiagnosticsDialog QScrollArea { border: 1px solid transparent; border-radius: $radius; }
DiagnosticsDialog QScrollArea:focus { border-color: $accent; }
LevelsPanel QPushButton { padding: 3px 0; }
LevelsPanel QComboBox { padding: 1px 6px; }
LevelsPanel QToolButton[chip="true"] { padding: 0 7px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
LevelsPanel QScrollBar:vertical { width: 8px; margin: 2px 1px; }
QScrollBar::handle { background: $edge; border-radius: 3px; min-width: 24px; min-height: 24px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
