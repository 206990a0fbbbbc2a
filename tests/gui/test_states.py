"""All states of the window, at a few sizes: no text is cut off, no two controls overlap.

And what Qt tells a screen reader of them: each control has a name and a role, each text and number can be read.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import roles
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
    QSplitterHandle,
    QToolButton,
    QWidget,
)
from window_states import HERE, STATES, staged, use_usual_font

from viewer.core.frame import FrameNumber, Size
from viewer.gui.widgets.labels import ElidedLabel
from viewer.gui.widgets.timeline import Timeline
from viewer.model.preferences import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

USUAL, LARGE = 9.0, 12.0
"""Points of the system's font that most have, and of a large one."""
SIZES = Size(1280, 800), Size(640, 400), Size(1920, 1080), Size(3840, 2160)
FULLEST = ("everything_at_once", "playing_late", "filling", "start_page_problem", "bookmarks", "preferences_memory")
"""The states with the most words, which are seen in the large font too."""
DIALOGS = (
    *("which_number", "bookmarks", "shortcuts", "key_conflict", "keys_as_text", "preferences_memory"),
    *("preferences_view", "preferences_restore_all", "about", "diagnostics_slow"),
)
hand: Any = QTest
PLAIN, MARK = 40, 60
"""By how much a pixel differs that is plain to see, and how many of them a mark has at least."""
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QMenu)


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
        kinds = QLabel | QAbstractButton | QComboBox | QLineEdit
        if not isinstance(each, kinds) or is_painted(each) or not place(each).isValid():
            continue
        width, height = room(each)
        if width > each.width() or height > each.height():
            yield f"{named(each)}: {width} x {height} in {each.width()} x {each.height()}"
        parent = each.parentWidget()
        scrolls = parent is not None and isinstance(parent.parentWidget(), QAbstractScrollArea)
        if parent is not None and not scrolls and not parent.rect().contains(each.geometry()):
            yield f"{named(each)}: {each.geometry().getRect()} in {parent.rect().getRect()} of {named(parent)}"


def is_painted(widget: QWidget) -> bool:
    """Returns whether it is a label in name only, for screen readers: it paints all by itself, over or under others."""
    return isinstance(widget, QLabel) and not widget.text()


def overlaps(*tops: QWidget) -> Iterator[str]:
    """Yields the pairs of controls and texts that lie over each other, unless one is in the other."""
    kinds = (QLabel, QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, QAbstractSpinBox, QAbstractItemView)
    found = [(each, place(each)) for each in widgets(tops) if isinstance(each, kinds) and not is_painted(each)]
    for (one, rect), (other, other_rect) in combinations(found, 2):
        is_within = one.isAncestorOf(other) or other.isAncestorOf(one)
        is_tip = {one.property("role"), other.property("role")} & {"tip"}  # it lies over the facts for a while
        if one.window() is other.window() and not is_within and not is_tip and (rect & other_rect).isValid():
            yield f"{named(one)} {rect.getRect()} and {named(other)} {other_rect.getRect()}"


def nameless(*tops: QWidget) -> Iterator[str]:
    """Yields what a screen reader could not name, or has no kind for, and texts and rows that it could not read."""
    for each in widgets(tops):
        if isinstance(each, QScrollBar | QMenuBar | QHeaderView | QAbstractScrollArea | QSplitterHandle) or (
            isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
        ):
            if isinstance(each, QAbstractItemView):
                yield from (f"{named(each)}: an empty row" for row in rows_of(each) if not row)
            continue
        name = each.accessibleName() or (each.text() if isinstance(each, QAbstractButton | QLabel) else "")
        if isinstance(each, QMenu):
            name = name or each.title()
        paints = type(each).__module__.startswith("viewer.") and type(each).paintEvent is not QWidget.paintEvent
        holds_others = any(child.isVisible() for child in each.findChildren(QWidget))
        is_one = isinstance(each, CONTROLS) or (paints and not holds_others)
        if (is_one or each.focusPolicy() & Qt.FocusPolicy.TabFocus) and not name.strip():
            yield f"{named(each)} in {named(each.parentWidget() or each)}: no name"
        if is_one and roles.IS_KNOWN and roles.role_of(each) in {roles.NONE, roles.CLIENT}:
            yield f"{named(each)}: no role"
        says_more = isinstance(each, QLabel) and each.text() and each.accessibleName() not in {"", each.text()}
        if says_more and not each.accessibleDescription():
            yield f"{named(each)}: its text is not read"


def rows_of(view: QAbstractItemView) -> list[str]:
    """Returns what is read of the first cells of a list or table."""
    model = view.model()
    assert model is not None
    kinds = Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole
    cells = (model.index(row, 0) for row in range(model.rowCount()))
    return [str(next(filter(None, (cell.data(kind) for kind in kinds)), "")) for cell in cells]


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
                tops = (stage.window, *(stage.tops() if size in SIZES[:2] else ()))  # dialogs are not larger then
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


@pytest.mark.usefixtures("qapp")
@pytest.mark.skipif(not roles.IS_KNOWN, reason="Qt's classes are laid out in another way here")
def test_a_screen_reader_knows_picture_and_frame_number() -> None:
    with staged("at_rest", Theme.DARK, SIZES[0]) as stage:
        canvas, timeline = stage.window.canvas, stage.window.findChild(Timeline)
        assert (roles.role_of(canvas), roles.value_of(canvas)) == (roles.GRAPHIC, None)
        assert (roles.role_of(timeline), roles.value_of(timeline)) == (roles.SLIDER, HERE)
        said = {}
        for name in ("at_rest", "loading", "gap", "held_over_gap"):
            STATES[name](stage)
            said[name] = canvas.accessibleDescription()
    assert said == {
        "at_rest": "frame 1096 of 1001 to 1240, here",
        "loading": "frame 1096 of 1001 to 1240, loading 1096 · 0.6 of 1.1 MB · showing 1095",
        "gap": "There is no file for frame 1216.",
        "held_over_gap": "frame 1216 of 1001 to 1240, no file for 1216 · showing 1214",
    }


@pytest.mark.usefixtures("qapp")
def test_what_a_screen_reader_sets_as_the_value_is_gone_to() -> None:
    with staged("at_rest", Theme.DARK, SIZES[0]) as stage:
        timeline = stage.window.findChild(Timeline)
        numbers: list[int] = []
        ends: list[int] = []
        timeline.scrubbed.connect(numbers.append)
        timeline.scrub_ended.connect(lambda: ends.append(numbers[-1]))
        stage.show(number=FrameNumber(1100))
        assert not numbers
        timeline.setValue(1120)
    assert numbers == ends == [1120]
