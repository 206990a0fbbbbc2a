"""All states of the window, at a few sizes: no text is cut off, no two controls overlap, each control has a name."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtGui import QImage, QKeySequence
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPushButton,
    QScrollBar,
    QToolButton,
    QWidget,
)
from window_states import STATES, staged, use_usual_font

from viewer.core.frame import Size
from viewer.gui.widgets.labels import ElidedLabel
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

USUAL, LARGE = 9.0, 12.0
"""Points of the system's font that most have, and of a large one."""
SIZES = Size(1280, 800), Size(640, 400)
FULLEST = ("everything_at_once", "playing_late", "filling", "start_page_problem", "bookmarks", "preferences_memory")
"""The states with the most words, which are seen in the large font too."""
DIALOGS = (
    *("which_number", "bookmarks", "shortcuts", "key_conflict", "keys_as_text", "preferences_memory"),
    *("preferences_view", "preferences_restore_all", "about", "diagnostics_slow"),
)
hand: Any = QTest
PLAIN, MARK = 40, 60
"""By how much a pixel differs that is plain to see, and how many of them a mark has at least."""
CONTROLS = (
    *(QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QMenuBar, QMenu),
)
"""What Qt gives a role to: a screen reader says "button", "slider", "list"."""


def widgets(tops: tuple[QWidget, ...]) -> Iterator[QWidget]:
    """Yields what is visible in windows, dialogs and menus."""
    for top in tops:
        yield from (each for each in top.findChildren(QWidget) if each.isVisible() and each.window() is top)


def place(widget: QWidget) -> QRect:
    """Returns the part of a widget that is not cut off by what it lies in, in its window."""
    rect = QRect(widget.mapTo(widget.window(), QPoint()), widget.size())
    parent = widget.parentWidget()
    while parent is not None and not widget.isWindow():
        rect &= QRect(parent.mapTo(widget.window(), QPoint()), parent.size())
        parent = None if parent.isWindow() else parent.parentWidget()
    return rect


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel | QLineEdit) else ""
    return f"{type(widget).__name__} {widget.accessibleName() or text or widget.objectName()!r}"


def room(widget: QWidget) -> tuple[int, int]:
    """Returns how wide and high a text of a widget is, and -1 where that makes no difference."""
    metrics, width = widget.fontMetrics(), -1
    if isinstance(widget, QLabel) and widget.wordWrap():
        return -1, widget.heightForWidth(widget.width())
    if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel):
        width = widget.sizeHint().width()
    elif isinstance(widget, QAbstractButton):
        text = widget.text().replace("&&", "&")
        if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            text = ""
        width = 0 if widget.icon().isNull() else widget.iconSize().width() + 4
        width += metrics.horizontalAdvance(text) + 8 if text else 0
    elif isinstance(widget, QComboBox | QLineEdit):
        text, beside = (widget.currentText(), 24) if isinstance(widget, QComboBox) else (widget.text(), 2)
        width = metrics.horizontalAdvance(text) + beside
    return width, metrics.height()


def cut_off(*tops: QWidget) -> Iterator[str]:
    """Yields the texts that are larger than their boxes, and boxes that lie partly outside of what holds them."""
    for each in widgets(tops):
        if not isinstance(each, QLabel | QAbstractButton | QComboBox | QLineEdit) or not place(each).isValid():
            continue
        width, height = room(each)
        if width > each.width() or height > each.height():
            yield f"{named(each)}: {width} x {height} in {each.width()} x {each.height()}"
        parent = each.parentWidget()
        scrolls = parent is not None and isinstance(parent.parentWidget(), QAbstractScrollArea)
        if parent is not None and not scrolls and not parent.rect().contains(each.geometry()):
            yield f"{named(each)}: {each.geometry().getRect()} in {parent.rect().getRect()} of {named(parent)}"


def overlaps(*tops: QWidget) -> Iterator[str]:
    """Yields the pairs of controls and texts that lie over each other, unless one is in the other."""
    kinds = (QLabel, QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, QAbstractSpinBox, QAbstractItemView)
    found = [(each, place(each)) for each in widgets(tops) if isinstance(each, kinds)]
    for (one, rect), (other, other_rect) in combinations(found, 2):
        is_within = one.isAncestorOf(other) or other.isAncestorOf(one)
        is_tip = {one.property("role"), other.property("role")} & {"tip"}  # it lies over the facts for a while
        if one.window() is other.window() and not is_within and not is_tip and (rect & other_rect).isValid():
            yield f"{named(one)} {rect.getRect()} and {named(other)} {other_rect.getRect()}"


def nameless(*tops: QWidget) -> Iterator[str]:
    """Yields the controls that a screen reader could not name, and what takes keys or the mouse without a role."""
    for each in widgets(tops):
        own = type(each).__module__.startswith("viewer.") and type(each).paintEvent is not QWidget.paintEvent
        is_control = isinstance(each, CONTROLS)
        if isinstance(each, QScrollBar | QMenuBar | QHeaderView) or (
            isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
        ):
            continue
        takes_keys = each.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(each, QAbstractScrollArea | QLabel)
        if is_control or takes_keys:
            name = each.accessibleName() or (each.text() if isinstance(each, QAbstractButton) else "")
            if isinstance(each, QMenu):
                name = name or each.title()
            if not name.strip():
                yield f"{named(each)} in {named(each.parentWidget() or each)}: no name"
            elif not is_control and not own:
                yield f"{named(each)}: no role"


@pytest.mark.parametrize(
    ("name", "points"), [*((name, USUAL) for name in STATES), *((name, LARGE) for name in FULLEST)]
)
def test_all_texts_fit_and_all_controls_have_a_name(qapp: QApplication, name: str, points: float) -> None:
    font = qapp.font()
    font.setPointSizeF(points)
    qapp.setFont(font)
    found = {}
    try:
        with staged(name, Theme.DARK, SIZES[0]) as stage:
            for size in SIZES:
                stage.window.resize(*size)
                QApplication.processEvents()
                tops = (stage.window, *stage.tops())
                found[size] = [*cut_off(*tops), *overlaps(*tops), *nameless(*tops)]
    finally:
        use_usual_font(qapp)
    assert found == {size: [] for size in SIZES}


def letters(dialog: QWidget) -> list[str]:
    """Returns the underlined letters of a dialog."""
    texts = (each.text() for each in widgets((dialog,)) if isinstance(each, QAbstractButton | QLabel))
    return [key.toString() for text in texts if not (key := QKeySequence.mnemonic(text)).isEmpty()]


def pixels(dialog: QWidget) -> NDArray[np.int16]:
    QApplication.processEvents()
    image = dialog.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    data = bits.asstring(image.sizeInBytes())
    return np.frombuffer(data, np.uint8).reshape(image.height(), image.width(), 4).astype(np.int16)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", DIALOGS)
def test_tab_leads_round_each_dialog_and_what_has_the_keys_is_seen(name: str) -> None:
    with staged(name, Theme.LIGHT, SIZES[0]) as stage:
        *_, dialog = (each for each in stage.tops() if isinstance(each, QDialog))
        QApplication.setActiveWindow(dialog)
        assert len(set(letters(dialog))) == len(letters(dialog)), "a letter stands for two"
        hand.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        seen: dict[QWidget | None, int] = {}
        while (focused := dialog.focusWidget()) not in seen:
            assert focused is not None
            marked = pixels(dialog)
            focused.clearFocus()
            seen[focused] = int((np.abs(marked - pixels(dialog)).max(axis=2) > PLAIN).sum())
            focused.setFocus(Qt.FocusReason.TabFocusReason)
            hand.keyClick(focused, Qt.Key.Key_Tab)
        assert {named(each): count for each, count in seen.items() if each and count < MARK} == {}
        hand.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()


def test_what_is_to_be_found_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button, field, words = QPushButton("A text that is too long", window), QLineEdit(window), QLabel("words", window)
    button.setGeometry(0, 0, 20, 20)
    field.setGeometry(10, 10, 40, 30)
    words.setGeometry(80, 0, 60, 30)
    window.resize(120, 100)
    window.show()
    assert [each.split(" ")[0] for each in cut_off(window)] == ["QPushButton", "QLabel"]
    assert len(list(overlaps(window))) == 1
    assert [each.split(" ")[0] for each in nameless(window)] == ["QLineEdit"]
    field.setAccessibleName("Frame")
    assert list(nameless(window)) == []
