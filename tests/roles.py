"""What Qt tells a screen reader of a widget: PyQt5 has no QAccessible, so Qt's own is called as C++ does."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from PyQt5 import QtGui, sip

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QWidget

IS_KNOWN = sys.platform == "linux" and sys.maxsize > 1 << 32
"""Whether classes are laid out in memory as here; nothing else may be called elsewhere."""
NONE, CLIENT, GRAPHIC, SLIDER = 0x00, 0x0A, 0x28, 0x33
"""Roles: two of a widget of no kind, those of a picture and of what has a value."""
_ROLE, _CAST = 15, 20
"""The places of the virtual functions of QAccessibleInterface."""
_VALUE_INTERFACE, _CURRENT = 2, 2


@cache
def _query() -> Any:  # noqa: ANN401 - a function of C
    function = ctypes.CDLL(QtGui.__file__)._ZN11QAccessible24queryAccessibleInterfaceEP7QObject  # noqa: SLF001
    function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    return function


def _virtual(place: int, this: int, result: Any, *kinds: Any) -> Any:  # noqa: ANN401 - as above
    table = ctypes.c_void_p.from_address(this).value
    assert table is not None
    address = ctypes.c_void_p.from_address(table + 8 * place).value
    assert address is not None
    return ctypes.CFUNCTYPE(result, *kinds)(address)


def _interface(widget: QWidget) -> int:
    return int(_query()(sip.unwrapinstance(widget)))  # type: ignore[func-returns-value]  # the stubs err


def role_of(widget: QWidget) -> int:
    """Returns the role of a widget: a number of QAccessible::Role."""
    this = _interface(widget)
    return int(_virtual(_ROLE, this, ctypes.c_int, ctypes.c_void_p)(this))


def value_of(widget: QWidget) -> int | None:
    """Returns the whole number that a widget is said to have as its value, None for one that has none."""
    this = _interface(widget)
    values = _virtual(_CAST, this, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(this, _VALUE_INTERFACE)
    if not values:
        return None
    variant = (ctypes.c_int64 * 2)()  # a QVariant: its number comes first
    _virtual(_CURRENT, values, None, ctypes.c_void_p, ctypes.c_void_p)(ctypes.addressof(variant), values)
    return ctypes.c_int32(variant[0]).value
