"""The colours: legible, and put on Qt."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPalette
from PyQt5.QtWidgets import QMessageBox, QStyle

from viewer.gui.theme import DARK, LIGHT, Colours, TextSize, apply, colours_of, digits, palette, style_sheet, tint
from viewer.gui.widgets.icons import GRID, NAMES, STROKE, icon, paint_icon
from viewer.gui.widgets.window_style import WindowStyle
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt5.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

both = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())


TEXT, SHAPE = 4.5, 3.0
"""The contrast that WCAG 2.2 asks for between a text and its ground, and between a shape and what is around it."""
GROUNDS = ("panel", "background", "well")
PAIRS = [  # what is seen, on which grounds, and its least contrast
    *[(text, (*GROUNDS, "raised"), TEXT) for text in ("text", "dim", "bright")],
    *[(text, GROUNDS, TEXT) for text in ("accent_text", "bookmark")],
    ("text", ("canvas",), TEXT),
    ("bright", ("tint",), TEXT),
    ("on_accent", ("accent",), TEXT),
    *[(shape, GROUNDS, SHAPE) for shape in ("edge", "accent", "mark", "failed")],
    *[(state, ("absent",), SHAPE) for state in ("decoded", "encoded", "reading", "unconfirmed", "failed", "missing")],
    *[(shape, ("absent",), SHAPE) for shape in ("mark", "bookmark")],
    ("missing", ("well",), SHAPE),
    ("bright", ("failed", "absent"), SHAPE),
]

# Machado, Oliveira and Fernandes 2009, table of full severity.
SIGHTS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        *((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ),
    "tritanopia": (
        *((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    ),
}
XYZ = (0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)
WHITE = (0.95047, 1.0, 1.08883)

Triple = tuple[float, float, float]


def product_of(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def seen(colour: str, sight: str = "all colours") -> Triple:
    """Returns the linear red, green and blue of a colour as people with this sight see it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    red, green, blue = (min(max(c, 0.0), 1.0) for c in product_of(SIGHTS[sight], (red, green, blue)))
    return red, green, blue


def contrast(one: str, other: str, sight: str = "all colours") -> float:
    """Returns the ratio of two relative luminances, as WCAG 2.2 defines it."""
    darker, brighter = sorted(product_of(XYZ, seen(each, sight))[1] for each in (one, other))
    return (brighter + 0.05) / (darker + 0.05)


def lab(colour: str, sight: str) -> Triple:
    """Returns the lightness and the two axes of colour of CIELAB."""
    parts = [value / white for value, white in zip(product_of(XYZ, seen(colour, sight)), WHITE, strict=True)]
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in parts)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: str, other: str, sight: str = "all colours") -> float:
    """Returns the difference of two colours by CIEDE2000: from about 2 on it is seen side by side."""
    (light, a, b), (light_2, a_2, b_2) = lab(one, sight), lab(other, sight)
    mean = (math.hypot(a, b) + math.hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    a, a_2 = a * stretch, a_2 * stretch
    chroma, chroma_2 = math.hypot(a, b), math.hypot(a_2, b_2)
    hue, hue_2 = (math.degrees(math.atan2(y, x)) % 360 for y, x in ((b, a), (b_2, a_2)))
    turn = (hue_2 - hue + 180) % 360 - 180 if chroma * chroma_2 else 0.0
    apart = 2 * math.sqrt(chroma * chroma_2) * math.sin(math.radians(turn / 2))
    light_mean, mean = (light + light_2) / 2, (chroma + chroma_2) / 2
    hue_mean = hue + turn / 2 if chroma * chroma_2 else hue + hue_2
    parts = ((0.17, 1, 150), (0.24, 2, 0), (0.32, 3, 6), (0.20, 4, 117))  # a sign is half a turn
    weight = 1 + sum(share * math.cos(math.radians(n * hue_mean + shift)) for share, n, shift in parts)
    of_light = (light_2 - light) / (1 + 0.015 * (light_mean - 50) ** 2 / math.sqrt(20 + (light_mean - 50) ** 2))
    of_chroma = (chroma_2 - chroma) / (1 + 0.045 * mean)
    of_hue = apart / (1 + 0.015 * mean * weight)
    bend = math.radians(60 * math.exp(-(((((hue_mean - 275) % 360 + 180) % 360 - 180) / 25) ** 2)))
    twist = -2 * math.sqrt(mean**7 / (mean**7 + 25**7)) * math.sin(bend)
    return math.sqrt(of_light**2 + of_chroma**2 + of_hue**2 + twist * of_chroma * of_hue)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("#ffffff", "#000000", 100.0),
        ("#777777", "#777777", 0.0),
        ("#ff0000", "#00ff00", 86.61),
        ("#ff0000", "#0000ff", 52.88),
    ],
)
def test_the_difference_of_colours_is_the_standard_one(one: str, other: str, wanted: float) -> None:
    assert (difference(one, other), difference(other, one)) == pytest.approx((wanted, wanted), abs=0.01)


@both
def test_all_texts_and_shapes_stand_out_from_their_grounds(colours: Colours) -> None:
    tokens = dataclasses.asdict(colours) | {"tint": tint(colours).name()}
    measured = {
        (front, back): (contrast(tokens[front], tokens[back]), least) for front, backs, least in PAIRS for back in backs
    }
    assert {pair: value for pair, (value, least) in measured.items() if value < least} == {}


@both
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_states_are_told_apart_by_everybody(colours: Colours, sight: str) -> None:
    tokens = dataclasses.asdict(colours)
    plain = ("decoded", "encoded", "on_disk", "absent")  # the fuller a frame is here, the further from the empty band
    for one, other in itertools.pairwise(plain):
        assert contrast(tokens[one], tokens[other], sight) >= 1.6, (one, other)
    for one, other in itertools.combinations((*plain, "failed"), 2):
        assert difference(tokens[one], tokens[other], sight) >= 13.5, (one, other)
    for other in ("reading", "unconfirmed", "missing"):  # stripes, a hollow bar and hatching: no plain fills
        assert difference(tokens["decoded"], tokens[other], sight) >= 10, other


@pytest.mark.parametrize(("points", "wanted"), [(9.0, (12, 13, 16, 18, 29)), (6.0, (11, 11, 11, 14, 25))])
def test_texts_grow_and_shrink_with_the_systems_font(
    qapp: QApplication, points: float, wanted: tuple[int, ...]
) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(points)
    qapp.setFont(font)
    sizes = tuple(size.pixels for size in TextSize)
    qapp.setFont(before)
    assert sizes == pytest.approx(wanted, abs=1), "11 pixels at least"


@both
def test_the_style_sheet_has_no_holes(colours: Colours) -> None:
    assert "$" not in style_sheet(colours)
    assert colours.accent in style_sheet(colours)
    for name, value in dataclasses.asdict(colours).items():
        assert name == "dark" or QColor(value).isValid()


def test_the_theme_that_is_set_is_used(app: QApplication) -> None:
    assert apply(app, Theme.LIGHT, WindowStyle()) is LIGHT
    assert app.palette().color(QPalette.Window).name() == LIGHT.panel
    assert apply(app, Theme.DARK, WindowStyle()) is DARK
    assert app.palette().color(QPalette.Window).name() == DARK.panel


def test_the_systems_theme_is_seen_again_after_another_one(app: QApplication) -> None:
    first = apply(app, Theme.SYSTEM, WindowStyle())
    apply(app, Theme.LIGHT if first.dark else Theme.DARK, WindowStyle())
    assert apply(app, Theme.SYSTEM, WindowStyle()) is first


def test_the_system_decides_only_when_asked() -> None:
    assert colours_of(Theme.SYSTEM, system_is_dark=True) is DARK
    assert colours_of(Theme.SYSTEM, system_is_dark=False) is LIGHT
    assert colours_of(Theme.LIGHT, system_is_dark=True) is LIGHT


@both
@pytest.mark.usefixtures("qapp")
def test_what_is_disabled_is_fainter(colours: Colours) -> None:
    made = palette(colours)
    enabled, disabled = (made.color(group, QPalette.Text).name() for group in (QPalette.Active, QPalette.Disabled))
    assert contrast(enabled, colours.panel) > contrast(disabled, colours.panel) > 1.5


@pytest.mark.usefixtures("qapp")
def test_digits_are_equally_wide() -> None:
    from PyQt5.QtGui import QFontMetrics  # noqa: PLC0415 - only for this

    metrics = QFontMetrics(digits(TextSize.LARGE))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", NAMES)
def test_icons_are_drawn_at_any_size(name: str) -> None:
    drawn = icon(name, "#ff0000", "#00ff00")
    for side in (16, 30, 64):
        image = drawn.pixmap(side, side).toImage()
        assert (image.width(), image.height()) == (side, side)
        assert any(image.pixelColor(x, y) == QColor("#ff0000") for x in range(side) for y in range(side))
    faint = drawn.pixmap(24, 24, QIcon.Mode.Disabled).toImage()
    assert any(faint.pixelColor(x, y) == QColor("#00ff00") for x in range(24) for y in range(24))
    assert QIcon(drawn).pixmap(20, 20).toImage() == drawn.pixmap(20, 20).toImage()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("side", [16, 20, 24])
def test_lines_of_icons_fill_whole_pixels(side: int, ratio: float) -> None:
    pixels = round(side * ratio)
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_icon(painter, "copy", QRect(0, 0, side, side), QColor("#ff0000"))
    painter.end()
    row = [image.pixelColor(x, round(pixels * 15 / GRID)).alpha() for x in range(pixels)]
    sides = [x for x, alpha in enumerate(row) if alpha == 255 and x > pixels // 4]
    width = round(STROKE * pixels / GRID)
    assert len(sides) == 2 * width, "the left and the right side of the sheet in front"
    assert set(row[sides[0] :]) == {0, 255}


def test_qts_own_dialogs_have_our_icons_and_buttons_without(app: QApplication, qtbot: QtBot) -> None:
    apply(app, Theme.DARK, WindowStyle())
    box = QMessageBox(QMessageBox.Icon.Warning, "Title", "Text", QMessageBox.Ok | QMessageBox.Cancel)
    qtbot.addWidget(box)
    assert all(button.icon().isNull() for button in box.buttons())
    image = box.iconPixmap().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert DARK.accent in seen
    style = app.style()
    assert style is not None
    for which in ("SP_DirIcon", "SP_FileIcon", "SP_FileDialogToParent", "SP_FileDialogNewFolder"):
        drawn = style.standardIcon(getattr(QStyle, which)).pixmap(16, 16).toImage()
        pixels = [drawn.pixelColor(x, y) for x in range(16) for y in range(16)]
        colours = {pixel.name() for pixel in pixels if pixel.alpha() == 255}
        assert colours == {DARK.text}
