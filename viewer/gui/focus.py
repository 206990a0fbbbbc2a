"""Where the keys go: round the parts of the window, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def go_round(parts: Iterable[QWidget], by: int) -> None:
    """Gives the keys to the part so many further on, back when negative; those that take no keys do not count.

    The first part is the one that has the keys if no other has.
    """
    takers = [(part, taker) for part in parts if (taker := next(_takers(part), None)) is not None]
    focused = QApplication.focusWidget()
    here = next((at for at, (part, _) in enumerate(takers) if _holds(part, focused)), 0)
    if takers:
        takers[(here + by) % len(takers)][1].setFocus(Qt.FocusReason.TabFocusReason)


def _holds(part: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (part is widget or part.isAncestorOf(widget))


def _takers(part: QWidget) -> Iterator[QWidget]:
    """Yields what takes keys in a part: what it names itself first, then as Tab goes."""
    first = part
    while (proxy := first.focusProxy()) is not None:
        first = proxy
    each: QWidget | None = first
    while each is not None:
        takes = each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled()
        if takes and _holds(part, each):
            yield each
        each = each.nextInFocusChain()
        if each is first:
            return
