"""The status line: the frame and the picture, and the work that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from viewer.core.display import probe
from viewer.core.display.look import on_screen
from viewer.core.units import format_bytes
from viewer.gui.widgets.labels import STRETCH, ElidedLabel, PlainLabel, laid_out, widest
from viewer.model.captions import memory_facts, reading_words
from viewer.model.view_state import ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt5.QtGui import QColor, QMouseEvent, QResizeEvent

    from viewer.core.frame import Frame

HEIGHT = 26
GAP = 22
TEXT_PIXELS = 12
_WORK = "32 reading · 2 decoding"
_STOPPED = "reading stopped"
_UNTIL = "Nothing more is read until you move to another frame, play, or read in advance."
_POINTED, _OVER_GROUND = "1204, 377   R 182  G 164  B 121", "  A 255   shown 182 164 121"
_SLOWED = "this computer decodes 88.8 frames a second"


class StatusLine(QWidget):
    """A line of quiet facts. Figures that change all the time keep their width."""

    pages_wanted = pyqtSignal()
    """The user has clicked on which page of its file the picture is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewState()
        self._pixel: tuple[int, int] | None = None
        self._behind: QColor | None = None
        self._fitted: tuple[object, ...] = ()
        self._work_texts: tuple[str, ...] = (_WORK,)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Status")
        self._number = _Fact("Frame", "bright")
        self._name = _FileName()
        self._name.setAccessibleName("File")
        self._picture = _Fact("Picture")
        self._page = _Page(self.pages_wanted.emit)
        self._zoom = _Fact("Zoom", longest="Fit 100 %")
        self._levels = _Fact("Levels")
        self._listing = _Fact("Listing")
        self._sequences = _Fact("Sequence")
        self._work = _Fact("Loading", longest=_WORK, right=True)
        self._speed = _Fact("Speed", longest="↓ 888.8 MB/s", right=True)
        self._memory = _Fact("Memory", longest="8.8 of 8.8 GB", right=True)
        self._left = self._number, self._name, self._picture, self._page, self._zoom, self._levels
        self._right = self._listing, self._sequences, self._work, self._speed, self._memory
        left = self._number, (self._name, 100), *self._left[2:]
        self._row = laid_out(QHBoxLayout(self), *left, STRETCH, *self._right, margins=(14, 1, 14, 0), spacing=GAP)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._pointed_at = _UnderPointer(self)
        self._show_sequence()
        self._show_file()
        self._show_picture()
        self._show_listing()
        self._show_activity()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Returns the least size it can be used at: facts that do not fit are left out."""
        return QSize(240, HEIGHT)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Asks for no more: it takes what is left, and shows what fits."""
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leaves out what does not fit."""
        super().resizeEvent(event)
        self._fit()

    def show_state(self, state: ViewState) -> None:
        """Shows a snapshot; touches only what changed."""
        before, self._state = self._state, state
        if before.sequence != state.sequence:
            self._show_sequence()
        if (before.number, before.name, before.path) != (state.number, state.name, state.path):
            self._show_file()
        if before.shown is not state.shown or before.number != state.number or before.levels != state.levels:
            self._show_picture()
            self._show_levels()
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

    def _fit(self) -> None:
        self._leave_out()
        self._place_pixel()

    def _leave_out(self) -> None:
        """Shows the facts there are, without the least important ones when the line is too short for all."""
        facts = (
            self._sequences,
            self._memory,
            self._speed,
            self._work,
            self._picture,
            self._zoom,
            self._levels,
            self._page,
            self._listing,
        )
        # Most steps change no width, and measuring all of them would delay the picture.
        rooms = self._number.minimumWidth(), self._levels.minimumWidth(), self._work_texts
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
        if any(fact.isHidden() == (fact in shown) for fact in facts):
            for fact in facts:
                fact.setVisible(fact in shown)
            self._row.activate()  # now, not after one more picture of the old line

    def _fitting(self, facts: list[_Fact]) -> list[_Fact]:
        """Returns those of the facts, the least important first, that fit into the line."""
        room = self.width() - 2 * 14 - self._number.width_wanted - self._name.width_wanted - 3 * GAP
        source, shown = self._state.shown and self._state.shown.picture.source, []
        pointed = _POINTED + (_OVER_GROUND if source and source.info.alpha else "")
        for fact in reversed(facts):
            wanted = fact.width_wanted + GAP
            # The numbers under the pointer matter more than how many sequences there are.
            if wanted + (widest(self._pointed_at, pointed) if fact is self._sequences else 0) <= room:
                room -= wanted
                shown.append(fact)
        return shown

    def _show_sequence(self) -> None:
        sequence = self._state.sequence
        if sequence is None:
            self._number.keep_room_for("")
            self._work_texts = (_WORK,)
            self._sequences.show_text("")
            return
        self._number.keep_room_for(str(sequence.first), str(sequence.last))
        self._work_texts = tuple(
            f"{reading_words((end,) * 2, 32)} · 2 decoding" for end in (sequence.first, sequence.last)
        )
        several = sequence.positions > 1
        self._sequences.show_text(f"{sequence.position} of {sequence.positions} sequences" if several else "")

    def _show_file(self) -> None:
        state = self._state
        self._number.show_text("" if state.number is None else str(state.number))
        self._name.setText(state.name)
        self._name.setToolTip(state.path)

    def _show_picture(self) -> None:
        shown = self._state.shown
        pages = 1 if shown is None else shown.picture.pages
        self._page.show_text(f"page 1 of {pages:,}" if pages > 1 else "")
        if shown is None:
            self._picture.show_text("")
            return
        size = shown.picture.size
        self._picture.show_text("  ".join(filter(None, (f"{size.width} × {size.height}", shown.picture.description))))  # noqa: RUF001 - "by"
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
        found = source and self._pixel and probe.probe(source, *self._pixel, state.levels.look.channel)
        self._pointed_at.setText(probe.words(found, self._shown_as(source, self._pixel)) if found else "")
        self._place_pixel()

    def _shown_as(self, source: Frame | None, pixel: tuple[int, int] | None) -> tuple[int, int, int] | None:
        """Returns red, green and blue on the screen: what the look makes of the numbers of a pixel, over its ground."""
        one, levels = source and pixel and probe.pixel_of(source, *pixel), self._state.levels
        if not one or (levels.range is None and not one.is_bgrx):
            return None
        painted = on_screen(one, levels.look.with_one(levels.range))
        blue, green, red, alpha = map(int, painted.planes[0][0, 0])
        if painted.is_bgrx or self._behind is None:
            return red, green, blue
        ground, free = self._behind, (255 - alpha) / 255
        return (
            round(red + free * ground.red()),
            round(green + free * ground.green()),
            round(blue + free * ground.blue()),
        )

    def _place_pixel(self) -> None:
        """Gives the numbers of the pixel the room that no other text takes at the moment."""
        if self._pointed_at.text():
            self._row.activate()
            left = max(each.geometry().right() for each in self._left if not each.isHidden()) + GAP
            texts = [each for each in self._right if each.text() and not each.isHidden()]
            edges = [each.geometry().right() - widest(each, each.text()) - GAP for each in texts]
            right = min(edges, default=self.width() - GAP)
            self._pointed_at.setGeometry(left, 1, max(0, right - left), HEIGHT - 1)

    def _show_listing(self) -> None:
        state = self._state
        names = f"{state.names_seen:,} {'name' if state.names_seen == 1 else 'names'}"
        listing = f"Listing… {names}" if state.names_seen else "Listing…"
        self._listing.show_text(listing if state.listing else state.news)

    def _show_activity(self) -> None:
        activity = self._state.activity
        reading = reading_words(self._state.reading, activity.reading)
        decoding = f"{activity.decoding} decoding" if activity.decoding else ""
        work = " · ".join(filter(None, (reading, decoding)))
        # Why it plays too slowly matters more than what is being read meanwhile, which changes all the time.
        slowed = self._state.playback.slowed
        stopped = "" if self._state.reads_on else _STOPPED
        self._work.show_text(slowed or work or stopped)
        self._work.setToolTip(work if slowed else stopped and _UNTIL)
        speed = activity.bytes_per_second
        self._speed.show_text(f"↓ {format_bytes(speed)}/s" if speed >= 1 else "")
        short, sentence = memory_facts(self._state.preferences, activity, self._state.memory)
        self._memory.show_text(short)
        self._memory.setToolTip(sentence)


def _work(state: ViewState) -> tuple[object, ...]:
    return state.activity, state.reading, state.reads_on, state.playback.slowed, state.preferences, state.memory


class _Fact(PlainLabel):
    """A short text that keeps its width, so that its neighbours stay where they are."""

    def __init__(self, name: str, role: str = "dim", *, longest: str = "", right: bool = False) -> None:
        super().__init__(role, TEXT_PIXELS, name, right=right)
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
        return max(self.minimumWidth(), self.sizeHint().width())

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)


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
    """The name of the file; it takes no more room than it needs."""

    def __init__(self) -> None:
        super().__init__("dim", TEXT_PIXELS)
        self.setSizePolicy(QSizePolicy.Maximum, QSizePolicy.Preferred)

    @property
    def width_wanted(self) -> int:
        """How wide it needs to be for a file name of ordinary length."""
        return min(200, self.sizeHint().width())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(min(60, self.sizeHint().width()), super().minimumSizeHint().height())


class _UnderPointer(ElidedLabel):
    """The numbers under the pointer, over the row of the others: it moves none of them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("dim", TEXT_PIXELS, "Under the pointer")
        self.setParent(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def shortened(self) -> str:
        """As much of the text as fits, from its beginning."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
