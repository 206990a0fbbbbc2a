"""How Qt draws what the style sheet does not name: boxes to be ticked, and the icons of its own dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QPalette, QPen
from PyQt5.QtWidgets import QApplication, QProxyStyle, QStyle

from viewer.gui.theme import RADIUS
from viewer.gui.widgets.icons import icon, paint_icon

if TYPE_CHECKING:
    from PyQt5.QtGui import QIcon, QPainter, QPixmap
    from PyQt5.QtWidgets import QStyleOption, QWidget

_CHECK_BOX, _RADIO_BUTTON = (
    QStyle.PrimitiveElement.PE_IndicatorCheckBox,
    QStyle.PrimitiveElement.PE_IndicatorRadioButton,
)
_ICONS = {
    "SP_MessageBoxInformation": "info",
    "SP_MessageBoxQuestion": "info",
    "SP_MessageBoxWarning": "warning",
    "SP_MessageBoxCritical": "warning",
    **dict.fromkeys(("SP_DirIcon", "SP_DirOpenIcon", "SP_DirClosedIcon", "SP_DirHomeIcon", "SP_DirLinkIcon"), "folder"),
    **dict.fromkeys(("SP_DriveHDIcon", "SP_DriveNetIcon", "SP_ComputerIcon", "SP_DesktopIcon"), "disk"),
    **dict.fromkeys(("SP_FileIcon", "SP_FileLinkIcon"), "file"),
    "SP_FileDialogToParent": "chevron_up",
    "SP_FileDialogBack": "chevron_left",
    "SP_ArrowBack": "chevron_left",
    "SP_ArrowForward": "chevron_right",
    "SP_FileDialogNewFolder": "add_folder",
    "SP_FileDialogListView": "tiles",
    "SP_FileDialogDetailedView": "list",
    "SP_LineEditClearButton": "close",
}
_NAMES = {getattr(QStyle.StandardPixmap, pixmap): name for pixmap, name in _ICONS.items()}
"""Which of our icons stands for which of Qt's."""
_ACCENTED = {"info", "warning"}


class WindowStyle(QProxyStyle):
    """Fusion, with boxes and icons of our own in the colours of the palette."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawPrimitive(  # noqa: N802 - Qt's name
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draws boxes to be ticked, and what has the keys as the style sheet does; the rest is drawn by Fusion."""
        if element == QStyle.PrimitiveElement.PE_FrameFocusRect and option is not None and painter is not None:
            painter.save()
            painter.setRenderHint(painter.RenderHint.Antialiasing)
            painter.setPen(option.palette.color(QPalette.Highlight))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            painter.restore()
            return
        if element not in (_CHECK_BOX, _RADIO_BUTTON) or option is None or painter is None:
            super().drawPrimitive(element, option, painter, widget)
            return
        colours, state = option.palette, option.state
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        is_on = not state & QStyle.StateFlag.State_Off
        fill = colours.color(QPalette.Highlight if is_on and enabled else QPalette.Base)
        edge = colours.color(QPalette.Mid) if not enabled else fill if is_on else colours.color(QPalette.Dark)
        if state & QStyle.StateFlag.State_HasFocus:
            edge = colours.color(QPalette.Text)
        box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        mark = colours.color(QPalette.HighlightedText if enabled else QPalette.Text)
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1.25))
        painter.setBrush(fill)
        round_by = 4.0 if element == _CHECK_BOX else box.height() / 2
        painter.drawRoundedRect(box, round_by, round_by)
        if is_on and element == _CHECK_BOX:
            paint_icon(painter, "check", option.rect.adjusted(2, 2, -2, -2), mark)
        elif is_on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mark)
            painter.drawEllipse(box.adjusted(4.5, 4.5, -4.5, -4.5))
        painter.restore()

    def standardIcon(  # noqa: N802 - Qt's name; only Qt calls it, by position
        self, which: QStyle.StandardPixmap, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> QIcon:
        """Returns one of our icons for one of Qt's, where there is one."""
        name = _NAMES.get(which)
        if name is None:
            return super().standardIcon(which, option, widget)
        colours = QApplication.palette()
        colour = colours.color(QPalette.Highlight if name in _ACCENTED else QPalette.Text)
        return icon(name, colour.name(), colours.color(QPalette.Disabled, QPalette.Text).name())

    def standardPixmap(  # noqa: N802 - Qt's name; only Qt calls it, by position
        self, which: QStyle.StandardPixmap, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> QPixmap:
        """Returns the same as a picture, as large as icons of dialogs are."""
        if which not in _NAMES:
            return super().standardPixmap(which, option, widget)
        return self.standardIcon(which, option, widget).pixmap(48 if _NAMES[which] in _ACCENTED else 16)
