"""The colours: legible, and put on Qt."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pytest
from PyQt5.QtGui import QColor, QIcon, QPalette

from viewer.gui.theme import DARK, LIGHT, Colours, apply, colours_of, digits, palette, style_sheet
from viewer.gui.widgets.icons import NAMES, icon
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt5.QtWidgets import QApplication

both = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())


def luminance(colour: str) -> float:
    """Returns the relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@both
def test_text_is_legible_on_every_ground(colours: Colours) -> None:
    for text, ground in itertools.product(("text", "dim", "bright"), ("panel", "background", "well", "canvas")):
        assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5, (text, ground)
    assert contrast(colours.bright, colours.raised) >= 4.5
    assert contrast(colours.text, colours.raised) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    for ground in ("panel", "background", "well"):
        assert contrast(colours.accent, getattr(colours, ground)) >= 4.5, ground
        assert contrast(colours.bookmark, getattr(colours, ground)) >= 4.5, ground


@both
def test_the_states_stand_out_from_the_empty_band(colours: Colours) -> None:
    for state in ("decoded", "encoded", "on_disk", "failed", "accent"):
        assert contrast(getattr(colours, state), colours.absent) >= 3, state


@both
def test_the_style_sheet_has_no_holes(colours: Colours) -> None:
    assert "$" not in style_sheet(colours)
    assert colours.accent in style_sheet(colours)
    for name, value in dataclasses.asdict(colours).items():
        assert name == "dark" or QColor(value).isValid()


def test_the_theme_that_is_set_is_used(app: QApplication) -> None:
    assert apply(app, Theme.LIGHT) is LIGHT
    assert app.palette().color(QPalette.Window).name() == LIGHT.panel
    assert apply(app, Theme.DARK) is DARK
    assert app.palette().color(QPalette.Window).name() == DARK.panel


def test_the_systems_theme_is_seen_again_after_another_one(app: QApplication) -> None:
    first = apply(app, Theme.SYSTEM)
    apply(app, Theme.LIGHT if first.dark else Theme.DARK)
    assert apply(app, Theme.SYSTEM) is first


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

    metrics = QFontMetrics(digits(16))
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
