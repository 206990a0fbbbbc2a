"""Fades: short, with one switch, and nothing left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QColor, QImage, QPainter
from PyQt5.QtWidgets import QApplication, QGraphicsOpacityEffect, QProxyStyle, QStyle, QWidget

from viewer.gui.widgets import motion
from viewer.gui.widgets.motion import FADE, SHADOW, Fade, paint_card

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def fade(qtbot: QtBot) -> Iterator[tuple[Fade, QWidget]]:
    parent = QWidget()
    qtbot.addWidget(parent)
    widget = QWidget(parent)
    widget.hide()
    parent.show()
    motion.allow(on=True)
    yield Fade(widget), widget
    motion.allow(on=True)


def opacity(widget: QWidget) -> float | None:
    effect = widget.graphicsEffect()
    return effect.opacity() if isinstance(effect, QGraphicsOpacityEffect) else None


def test_a_part_fades_in_and_out_and_then_paints_as_before(fade: tuple[Fade, QWidget]) -> None:
    fading, widget = fade
    assert 0 < fading.animation.duration() <= 150
    fading.show()
    assert (widget.isVisible(), opacity(widget)) == (True, 0.0)
    fading.animation.setCurrentTime(FADE // 2)
    assert opacity(widget) == pytest.approx(0.5)
    fading.hide()  # before it has come
    assert widget.isVisible()
    assert opacity(widget) == pytest.approx(0.5), "it turns back from where it is"
    fading.animation.setCurrentTime(0)
    assert (widget.isVisible(), opacity(widget)) == (False, None)
    fading.show()
    fading.animation.setCurrentTime(FADE)
    assert (widget.isVisible(), opacity(widget)) == (True, None)
    fading.end(shown=False)
    assert not widget.isVisible()


class Still(QProxyStyle):
    """A style of a system that wants no motion."""

    def styleHint(self, hint: QStyle.StyleHint, *others: object) -> int:  # noqa: N802 - Qt's name
        return 0 if hint == QStyle.StyleHint.SH_Widget_Animation_Duration else super().styleHint(hint, *others)  # type: ignore[arg-type]


@pytest.mark.parametrize("by_the_system", [False, True])
def test_with_the_switch_off_nothing_moves(
    fade: tuple[Fade, QWidget], qapp: QApplication, *, by_the_system: bool
) -> None:
    fading, widget = fade
    if by_the_system:
        qapp.setStyle(Still("Fusion"))
    motion.allow(on=by_the_system)
    try:
        fading.show()
        assert (widget.isVisible(), opacity(widget)) == (True, None)
        fading.hide()
        assert not widget.isVisible()
    finally:
        qapp.setStyle("Fusion")


def test_a_shadow_is_darkest_below_its_card_and_ends_within_its_reach(qapp: QApplication) -> None:  # noqa: ARG001 - paints
    image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    paint_card(painter, QRectF(30, 30, 40, 40), QColor("#ff0000"), QColor("#00ff00"))
    painter.end()
    column = [image.pixelColor(50, y).lightness() for y in range(100)]
    assert column[29] > column[71] > 120, "it lies lower than its card"
    assert {*column[: 30 - SHADOW], *column[71 + SHADOW :]} == {255}
    assert image.pixelColor(50, 50).name() == "#ff0000"
