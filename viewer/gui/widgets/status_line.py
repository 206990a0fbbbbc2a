"""The status line: the frame and the picture, and the work that goes on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPoint, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QPainter
from PyQt5.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from viewer.core.display import probe
from viewer.core.display.look import on_screen
from viewer.core.records import NamedTuple
from viewer.core.units import format_bytes
from viewer.gui.theme import Colours, TextSize, Themed
from viewer.gui.widgets.labels import ElidedLabel, PlainLabel, label, laid_out, widest
from viewer.model.captions import disk_facts, held_bytes, memory_facts, reading_words
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from viewer.core.frame import Frame

HEIGHT = 26
MARGIN, GAP = 14, 22
METER = QSize(60, 8)
"""The bar that shows how full the memory, and this disk, is."""
_WORK = "32 reading · 2 decoding"
_STOPPED = "reading stopped"
_UNTIL = "Nothing more is read until you move to another frame, play, or read in advance."
_DIGITS = 10
"""So many characters of a float room is kept for at most; for longer ones once they have been seen."""
_BYTE = "888"
_DATE = "8888-88-88 88:88:88"
_SLOWED = "this computer decodes 88.8 frames a second"


class _Room(NamedTuple):
    """How many pixels the numbers of a pixel take, and all that is said of it."""

    numbers: int
    all: int


class StatusLine(Themed):
    """A line of quiet facts. Figures that change all the time keep their width."""

    file_dragged = pyqtSignal()
    """The name of the file was taken hold of and dragged: the file is to go where it is dropped."""
    pages_wanted = pyqtSignal()
    """The user has clicked on which page of its file the picture is."""
    preference_wanted = pyqtSignal(str)
    """The user has clicked on how full the memory, or this disk, is: the name of the preference that limits it."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self._state = ViewState()
        self._pixel: tuple[int, int] | None = None
        self._behind: QColor | None = None
        self._fitted: tuple[object, ...] = ()
        self._pixel_room = _Room(0, 0)
        self._work_texts: tuple[str, ...] = (_WORK,)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Status")
        self._number = _Fact("Frame", "bright")
        self._name = _FileName(self.file_dragged.emit)
        self._name.setAccessibleName("File")
        self._date = _Fact("Changed")
        self._picture = _Fact("Picture")
        self._page = _Page(self.pages_wanted.emit)
        self._zoom = _Fact("Zoom", longest="Fit 100 %")
        self._levels = _Fact("Levels")
        self._listing = _Fact("Listing")
        self._sequences = _Fact("Sequence")
        self._work = _Fact("Loading", longest=_WORK, right=True)
        self._speed = _Fact("Speed", right=True)
        self._speed.keep_room_for("↓ 888.8 MB/s", "↓ 888 bytes/s")
        self._memory, self._disk = (
            _Meter(name, partial(self.preference_wanted.emit, limit))
            for name, limit in (("Memory", "cache_bytes"), ("Disk", "disk_bytes"))
        )
        left = self._picture, self._page, self._zoom, self._levels
        right = self._listing, self._sequences, self._work, self._speed, self._memory, self._disk
        self._pointed_at = _UnderPointer()
        self._lacks_numbers = False
        self._tip = label("", "tip", TextSize.SMALL)
        self._tip.setParent(self)
        self._tip.hide()
        parts = self._number, (self._name, 100), self._date, *left, (self._pointed_at, 1), *right
        self._row = laid_out(QHBoxLayout(self), *parts, margins=(MARGIN, 1, MARGIN, 0), spacing=GAP)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._show_sequence()
        self._show_file()
        self._show_picture()
        self._show_listing()
        self._show_activity()

    def set_colours(self, colours: Colours) -> None:
        """Paints with other colours from now on."""
        super().set_colours(colours)
        self._show_meters()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size it can be used at: facts that do not fit are left out."""
        return QSize(240, HEIGHT)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Asks for no more: it takes what is left, and shows what fits."""
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leaves out what does not fit."""
        super().resizeEvent(event)
        self._tip.setGeometry(self.rect().adjusted(0, 1, 0, 0))
        self._fit()

    def show_tip(self, text: str) -> None:
        """Shows a sentence over the facts; "" for the facts again."""
        self._tip.setText(text)
        self._tip.setVisible(bool(text))
        self._tip.raise_()

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; touches only what changed."""
        before, self._state = self._state, state
        if before.sequence != state.sequence:
            self._show_sequence()
        if _file(before) != _file(state):
            self._show_file()
        if before.shown is not state.shown or before.number != state.number or before.levels != state.levels:
            self._show_picture()
            self._show_levels()
            self._show_pixel()
        elif self._lacks_numbers:
            self._show_pixel()
        if (before.listing, before.names_seen, before.news) != (state.listing, state.names_seen, state.news):
            self._show_listing()
        if _work(before) != _work(state):
            self._show_activity()
        self._fit()

    def show_zoom(self, text: str) -> None:
        """Shows how large the picture is shown: "Fit 54 %"."""
        self._zoom.show_text(text)
        self._fit()

    def show_pixel(self, pixel: tuple[int, int] | None, behind: QColor | None = None) -> None:
        """Shows the numbers of a pixel of the picture: column and row, None for none; ``behind`` it is that colour."""
        self._pixel, self._behind = pixel, behind
        self._show_pixel()
        self._fit()

    def _fit(self) -> None:
        """Shows the facts there are, without the least important ones when the line is too short for all."""
        facts = (
            self._sequences,
            self._disk,
            self._memory,
            self._speed,
            self._work,
            self._levels,
            self._page,
            self._date,
            self._listing,
            self._zoom,
            self._picture,
        )
        # Most steps change no width, and measuring all of them would delay the picture.
        rooms = self._number.minimumWidth(), self._levels.minimumWidth(), self._work_texts, self._pixel_room
        lengths = (self.width(), *(len(each.text()) for each in (self._name, *facts)), *rooms)
        if lengths == self._fitted:
            return
        self._fitted = lengths
        self._work.keep_room_for(*self._work_texts, _SLOWED)
        there = [fact for fact in facts if fact.takes_room]
        shown = self._fitting(there)
        if len(shown) < len(there):  # none goes for the sake of a sentence that may never be said
            self._work.keep_room_for(*self._work_texts)
            shown = self._fitting(there)
        room = self._room - sum(fact.width_wanted + GAP for fact in shown)
        least = self._name.minimumSizeHint().width() + GAP
        named = self._pixel_room.numbers + least <= room
        numbered = self._pixel_room.numbers <= room
        self._number.setVisible(numbered)
        self._name.setVisible(named)
        room += (self._number.width_wanted + GAP) * (not numbered) - least * named
        # The rest of the name goes before what is on the screen, but not before the numbers.
        named_whole = room - (self._name.sizeHint().width() + GAP - least) * named
        pointed = min(self._pixel_room.all, max(named_whole, min(self._pixel_room.numbers, room)))
        self._pointed_at.setMinimumWidth(max(0, pointed))
        for fact in facts:
            fact.setVisible(fact in shown)
        self._row.activate()  # now, not after one more picture of the old line

    def _fitting(self, facts: list[_Fact]) -> list[_Fact]:
        """Returns those of the facts, the least important first, that fit into the line."""
        room = self._room - self._name.width_wanted - GAP - self._pixel_room.all
        # What has just happened is seen for a moment: what is on the screen and part of the name go meanwhile.
        name = self._name.width_wanted - self._name.minimumSizeHint().width()
        more = {self._picture: name, self._zoom: name}
        more[self._listing] = name + self._pixel_room.all - self._pixel_room.numbers
        shown = []
        for fact in reversed(facts):
            wanted = fact.width_wanted + GAP
            if wanted <= room + more.get(fact, 0):
                room -= wanted
                shown.append(fact)
            elif fact is self._memory:
                break  # or the other meter, which is less wide, would stand in its place
        return shown

    @property
    def _room(self) -> int:
        """The pixels beside the frame number."""
        return self.width() - 2 * MARGIN - self._number.width_wanted - GAP

    def _show_sequence(self) -> None:
        sequence = self._state.sequence
        if sequence is None:
            self._number.keep_room_for("")
            self._work_texts = (_WORK,)
            self._sequences.show_text("")
            return
        ends, text = (sequence.first, sequence.last), sequence.numbers.text
        self._number.keep_room_for(*map(text, ends))
        self._work_texts = tuple(f"{reading_words((end,) * 2, 32, text)} · 2 decoding" for end in ends)
        several = sequence.positions > 1
        self._sequences.show_text(f"{sequence.position} of {sequence.positions} sequences" if several else "")

    def _show_file(self) -> None:
        state = self._state
        self._number.show_text("" if state.number is None else state.numbers.text(state.number))
        self._name.setText(state.name)
        self._name.setToolTip(state.path)
        self._date.keep_room_for(_DATE if state.date else "")
        self._date.show_text(state.date)

    def _show_picture(self) -> None:
        shown = self._state.shown
        pages = 1 if shown is None else shown.picture.pages
        self._page.show_text(f"page 1 of {pages:,}" if pages > 1 else "")
        if shown is None:
            self._picture.show_text("")
            return
        size = shown.picture.size
        facts = f"{size.width} × {size.height}", shown.picture.description, shown.orientation.words  # noqa: RUF001 - "by"
        self._picture.show_text("  ".join(filter(None, facts)))
        for fact in (self._picture, self._page):
            fact.setEnabled(self._state.is_true)  # faint while the picture is of another frame

    def _show_levels(self) -> None:
        """Shows where in its stack the page is, and how its samples are shown."""
        state, shown = self._state, self._state.shown
        frame = shown and (shown.picture.source or shown.picture.display)
        page, words = frame.info.page if frame and state.is_true else (), state.levels.words
        self._levels.show_text(" · ".join(filter(None, (" ".join(axis.short for axis in page), words))))
        longest = " ".join(axis._replace(number=axis.total).short for axis in page)
        self._levels.keep_room_for(" · ".join(filter(None, (longest, words))) if page else "")
        self._levels.setToolTip(", ".join(axis.words for axis in page))

    def _show_pixel(self) -> None:
        shown, state = self._state.shown, self._state
        source = shown.picture.source if shown is not None and self._pixel is not None else None
        self._lacks_numbers = source is not None and not source.has_array
        if self._lacks_numbers:
            source = None  # the first picture comes first, its numbers with a later snapshot
        found = source and self._pixel and probe.probe(source, *self._pixel, state.levels.look.channel)
        if self._pixel is None and state.is_true:  # not while another frame stands in, and the numbers come again
            self._pixel_room = _Room(0, 0)
        if source and found:
            colours = self._shown_as(source, self._pixel)
            self._pointed_at.show_words(probe.words(found), probe.words(found, colours))
            self._keep_room(source, found)
        else:
            self._pointed_at.show_words("", "")

    def _keep_room(self, source: Frame, found: probe.Probe) -> None:
        """Keeps room for the widest numbers of a frame while the pointer is on the picture: nothing comes and goes."""
        longest = _longest(source)
        values = tuple((name, max(number, longest, key=len)) for name, number in found.values)
        index = None if found.index is None else max(found.index, 888)
        width, height = source.size
        widest_one = probe.Probe(width, height, values, index)
        is_other = source.info.alpha or longest != _BYTE or self._state.levels.words
        numbers, both = probe.words(widest_one), probe.words(widest_one, (888, 880, 808))
        before, measured = self._pixel_room, partial(widest, self._pointed_at)
        room = max(before.numbers, measured(numbers, self._pointed_at.numbers) + 1)
        self._pixel_room = _Room(
            room, max(before.all, room, measured(both if is_other else self._pointed_at.text()) + 1)
        )

    def _shown_as(self, source: Frame | None, pixel: tuple[int, int] | None) -> tuple[int, int, int] | None:
        """Returns red, green and blue on the screen: what the look makes of the numbers of a pixel, over its ground."""
        one, levels, shown = source and pixel and probe.pixel_of(source, *pixel), self._state.levels, self._state.shown
        if not one or (levels.range is None and not one.is_bgrx):
            return None
        # A picture that needs no look is painted as it is; working that out for a pixel takes as long as painting all.
        is_as_it_is = one.is_bgrx and shown is not None and shown.screen is None and not shown.is_outdated
        painted = one if is_as_it_is else on_screen(one, levels.look.with_one(levels.range))
        blue, green, red, alpha = map(int, painted.planes[0][0, 0])
        if painted.is_bgrx or self._behind is None:
            return red, green, blue
        ground, free = self._behind, (255 - alpha) / 255
        return (
            round(red + free * ground.red()),
            round(green + free * ground.green()),
            round(blue + free * ground.blue()),
        )

    def _show_listing(self) -> None:
        state = self._state
        names = f"{state.names_seen:,} {'name' if state.names_seen == 1 else 'names'}"
        listing = f"Listing… {names}" if state.names_seen else "Listing…"
        self._listing.show_text(listing if state.listing else state.news)

    def _show_activity(self) -> None:
        activity = self._state.activity
        reading = reading_words(self._state.reading, activity.reading, self._state.numbers.text)
        decoding = f"{activity.decoding} decoding" if activity.decoding else ""
        work = " · ".join(filter(None, (reading, decoding)))
        # Why it plays too slowly matters more than what is being read meanwhile, which changes all the time.
        slowed = self._state.playback.slowed
        stopped = "" if self._state.reads_on else _STOPPED
        self._work.show_text(slowed or work or stopped)
        self._work.setToolTip(work if slowed else stopped and _UNTIL)
        speed = activity.bytes_per_second
        self._speed.show_text(f"↓ {format_bytes(speed)}/s" if speed >= 1 else "")
        self._show_meters()

    def _show_meters(self) -> None:
        state, colours = self._state, self._colours
        preferences, activity = state.preferences, state.activity
        frames, files = held_bytes(activity)
        usable, disk = state.memory.usable(preferences), state.disk_used or 0
        self._memory.show_full(*memory_facts(preferences, activity, state.memory))
        self._memory.show_parts(colours, (frames / usable, colours.decoded), (files / usable, colours.encoded))
        self._disk.show_full(*(disk_facts(preferences, disk) if disk else ("", "")))
        self._disk.show_parts(colours, (disk / preferences.disk_bytes, colours.on_disk))


def _file(state: ViewState) -> tuple[object, ...]:
    return state.number, state.name, state.path, state.date


def _work(state: ViewState) -> tuple[object, ...]:
    kept = state.memory, state.disk_used
    return state.activity, state.reading, state.reads_on, state.playback.slowed, state.preferences, *kept


class _Fact(PlainLabel):
    """A short text that keeps its width, so that its neighbours stay where they are."""

    def __init__(self, name: str, role: str = "dim", *, longest: str = "", right: bool = False) -> None:
        super().__init__(role, TextSize.SMALL, name, right=right)
        font = self.font()
        font.setBold(role == "bright")
        self.setFont(font)
        self.keep_room_for(longest)

    def keep_room_for(self, *texts: str) -> None:
        """Keeps at least the room that the widest of ``texts`` takes."""
        self.setMinimumWidth(widest(self, *texts) + 1)

    @property
    def takes_room(self) -> bool:
        """Whether it has something to say, or keeps its room for when it has."""
        return bool(self.text()) or self.minimumWidth() > 1

    @property
    def width_wanted(self) -> int:
        """How wide it is when it is shown."""
        return max(self.minimumWidth(), widest(self, self.text()) + 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self.width_wanted, super().sizeHint().height())  # Qt keeps the width of the room kept before

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()  # the layout takes the larger one

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)


class _Meter(_Fact):
    """How full something is: its name and a bar, of which the text are the figures. A click opens what limits it."""

    def __init__(self, name: str, on_clicked: Callable[[], None]) -> None:
        super().__init__(name)
        self._on_clicked = on_clicked
        self._bars: tuple[tuple[float, str], ...] = ()
        self._colours: Colours | None = None
        self._name_width = widest(self, name) + 6
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedWidth(self.width_wanted)

    @property
    def takes_room(self) -> bool:
        return bool(self.text())

    @property
    def width_wanted(self) -> int:
        return self._name_width + METER.width()

    def show_full(self, figures: str, sentence: str) -> None:
        """Shows how full it is, in words for those who ask."""
        self.show_text(figures)
        if sentence != self.toolTip():
            self.setToolTip(sentence)
            self.setAccessibleDescription(sentence)

    def show_parts(self, colours: Colours, *bars: tuple[float, str]) -> None:
        """Shows how full it is: the part of each kind, from 0 to 1, and its colour."""
        if (colours, bars) != (self._colours, self._bars):
            self._colours, self._bars = colours, bars
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.accessibleName())
        if self._colours is not None:
            box = QRectF(self._name_width, (self.height() - METER.height()) // 2, METER.width(), METER.height())
            painter.fillRect(box, QColor(self._colours.edge))
            inner = box.adjusted(1, 1, -1, -1)
            painter.fillRect(inner, QColor(self._colours.well))
            left = inner.left()
            for part, colour in self._bars:
                width = min(part * inner.width(), inner.right() - left)
                painter.fillRect(QRectF(left, inner.top(), width, inner.height()), QColor(colour))
                left += width
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self._on_clicked()


class _Page(_Fact):
    """Which page of its file the picture is; a click opens them."""

    def __init__(self, on_clicked: Callable[[], None]) -> None:
        super().__init__("Page", "link")
        self._on_clicked = on_clicked
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Open the pages of this file (Ctrl+Down)")

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self._on_clicked()


class _FileName(ElidedLabel):
    """The name of the file, which can be dragged by it; it takes no more room than it needs."""

    def __init__(self, on_dragged: Callable[[], None]) -> None:
        super().__init__("dim", TextSize.SMALL)
        self._on_dragged = on_dragged
        self._held_at: QPoint | None = None
        self.setSizePolicy(QSizePolicy.Maximum, QSizePolicy.Preferred)

    @property
    def width_wanted(self) -> int:
        """How wide it needs to be for a file name of ordinary length."""
        return min(200, self.sizeHint().width())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        self._held_at = event.pos() if event is not None and event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is None or self._held_at is None:
            return
        if (event.pos() - self._held_at).manhattanLength() >= QApplication.startDragDistance():
            self._held_at = None
            self._on_dragged()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(min(60, self.sizeHint().width()), super().minimumSizeHint().height())


class _UnderPointer(ElidedLabel):
    """The numbers under the pointer, in the middle of the row, where nothing else is.

    Attributes:
        numbers: the text without what is on the screen, which goes first where not all of it fits.
    """

    def __init__(self) -> None:
        super().__init__("dim", TextSize.SMALL, "Under the pointer")
        self.numbers = ""
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)

    def show_words(self, numbers: str, text: str) -> None:
        """Shows a text, or where it does not fit ``numbers``, its beginning; all of it is in the tooltip."""
        self.numbers = numbers
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    @property
    def shortened(self) -> str:
        """As much of the text as fits, from its beginning."""
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(self.text()) <= self.width():
            return self.text()
        return metrics.elidedText(self.numbers, Qt.TextElideMode.ElideRight, self.width())


def _longest(frame: Frame) -> str:
    """Returns as many digits as the samples of a frame usually have at most."""
    kind = frame.planes[0].dtype
    if kind.kind in "ui":
        return ("-" if kind.kind == "i" else "") + "8" * len(str(256**kind.itemsize))
    return "0." + "8" * min(2 * kind.itemsize, _DIGITS - 2)
