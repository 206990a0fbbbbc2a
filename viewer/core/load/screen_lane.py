"""The painting lane: what is painted of the pictures that need a look, ahead of the playhead."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from viewer.core.decode.faults import OUT_OF_MEMORY
from viewer.core.display.look import AS_IT_IS, Look, to_bgrx
from viewer.core.display.picture import Screen
from viewer.core.display.screen import is_painted_as_it_is, ranged, resolved, screened
from viewer.core.errors import ImageTooLargeError
from viewer.core.executor import Success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.display.picture import Picture, VisiblePart
    from viewer.core.executor import Executor, Failure
    from viewer.core.frame import Frame, Size
    from viewer.core.load.holdings import Holdings

T = TypeVar("T")

_JOB = ""
"""What stands for a job among the paths under way."""
AHEAD = 24
"""So many of the frames needed next are made ready to be painted, and no others when they are decoded: the look may
change before they are seen, and most would be evicted. It takes 2 to 13 % of the time of decoding."""


class ScreenLane:
    """Makes what is painted of pictures that are not as the screen takes them; owner thread only.

    A change of the look, or of the part that is seen, decodes nothing: what is wanted is made first, and by the newest
    look.

    Attributes:
        look: how samples are shown; set by :meth:`show`.
        view: what is seen of each picture; None for all of it; set by :meth:`show`.
    """

    def __init__(
        self,
        painters: Executor,
        holdings: Holdings,
        on_made: Callable[[str], None],
        on_failed: Callable[[str, BaseException], None],
        tend_soon: Callable[[], None],
    ) -> None:
        """Makes nothing yet.

        ``on_made`` is called with the path of each picture that can be painted now, or that had to go, ``on_failed``
        with that of one that cannot and why, ``tend_soon`` when :meth:`tend` has something to do.
        """
        self._painters = painters
        self._holdings = holdings
        self._on_made = on_made
        self._on_failed = on_failed
        self._tend_soon = tend_soon
        self._under_way: set[str] = set()
        self._next_job: Callable[[], None] | None = None
        self._wanted: str | None = None
        self._samples: tuple[Frame | None, VisiblePart | None, Frame | None] = None, None, None
        self._has_changed = self._is_full = self._is_closed = False
        self.look = AS_IT_IS
        self.view: VisiblePart | None = None

    def show(self, look: Look, view: VisiblePart | None) -> None:
        """Shows pictures with another look, or another part of them, from now on."""
        if (look, view) != (self.look, self.view):
            self.look, self.view = look, view
            self._has_changed, self._is_full = True, False
            self._holdings.drop_screens(lambda _path, picture: self.needs_none(picture))
            self._report(self._holdings.share_out())
            self._tend_soon()

    def close(self) -> None:
        """Makes nothing any more; what is under way is dropped."""
        self._is_closed = True
        self._samples = None, None, None

    def finish(self, *, is_near: bool = True) -> Callable[..., Picture]:
        """Returns what makes a picture ready to be painted, on a worker; it may raise ImageTooLargeError.

        One that is not among the next :data:`AHEAD` gets no more than its range, by which its thumbnail is painted.
        """
        if not is_near:
            return partial(_ranged, self.look)
        return partial(_screened, self.look, self.view, self._holdings.fit_size)

    def needs_none(self, picture: Picture) -> bool:
        """Returns whether a picture is painted as it is."""
        return is_painted_as_it_is(picture, self.look, self.view)

    def screen(self, path: str) -> Screen | None:
        """Returns what is painted of ``path``, None while it is not made for the present look and view."""
        screen, picture = self._holdings.screens.get(path), self._holdings.picture_for_painting(path)
        if screen is None or picture is None or screen.view != self.view:
            return None
        return screen if screen.look == resolved(self.look, picture) else None

    def last_screen(self, path: str) -> Screen | None:
        """Returns what was made last to be painted of ``path``, with whatever look, None if it is gone."""
        return self._holdings.screens.peek(path)

    def make_next(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Has a painter do a ``job`` as soon as one is free, and then calls ``done`` with its outcome.

        One at a time is done; a later one takes the place of one that still waits.
        """

        def ended(outcome: Success[T] | Failure) -> None:
            self._under_way.discard(_JOB)
            if not self._is_closed:
                done(outcome)
                self._tend_soon()

        self._next_job = lambda: self._painters.submit(job, ended)
        self._tend_soon()

    def thumbnail(self, path: str, look: Look | None = None) -> Frame | None:
        """Returns the small picture of ``path`` as it is painted, or None; at once, it takes half a millisecond.

        It is shown with the present look, or with another one.
        """
        chosen, holdings = self.look if look is None else look, self._holdings
        small = holdings.thumbnails.peek(path)
        if small is None or small.display is None or is_painted_as_it_is(small, chosen, None):
            return None if small is None else small.display
        wanted, screen = resolved(chosen, small), holdings.small_screens.get(path)
        if screen is None or screen.look != wanted:
            screen = Screen(to_bgrx(small.display, wanted), wanted)
            self._report(holdings.put_small_screen(path, screen))
        return screen.frame

    def tend(self, wanted: str | None, soonest: Iterable[str]) -> None:
        """Begins to make what is ``wanted``, or else one of the next ones that there is room for, the soonest first."""
        if wanted != self._wanted:
            self._wanted, self._is_full, self._samples = wanted, False, (None, None, None)
        if wanted is not None and self._has_changed:
            self._has_changed = False
            self._on_made(wanted)  # perhaps there is nothing to be made of it
        job, is_free = self._next_job, len(self._under_way) < self._painters.max_workers
        if job is not None and is_free and _JOB not in self._under_way:
            self._next_job = None
            self._under_way.add(_JOB)
            job()
        if wanted is not None and self._begin(wanted):
            return
        if self._under_way or self._is_full:
            return
        screens = self._holdings.screens
        room = screens.room
        for path in islice(soonest, AHEAD):
            shown = self._holdings.shown.peek(path)
            if shown is None or (self.view is None and self.needs_none(shown.picture)):
                continue  # most are painted as they are, which no source is looked up for
            picture = self._holdings.picture_for_painting(path)
            if picture is None or self.needs_none(picture):
                continue
            room -= screens.mean
            if room < 0 or self._begin(path):
                return

    def _begin(self, path: str) -> bool:
        """Begins to make what is painted of ``path``; returns whether there was, or is, something to be made."""
        picture = self._holdings.picture_for_painting(path)
        if picture is None or self.needs_none(picture) or self.screen(path) is not None:
            return False
        if path not in self._under_way and len(self._under_way) < self._painters.max_workers:
            self._under_way.add(path)
            view, (source, part, kept) = self.view, self._samples
            samples = kept if (source, part) == (picture.source, view) else None
            make = self.finish()
            done = partial(self._ended, path, picture, (self.look, view))
            self._painters.submit(lambda: make(picture, samples), done)
        return True

    def _ended(
        self,
        path: str,
        picture: Picture,
        shown_with: tuple[Look, VisiblePart | None],
        outcome: Success[Picture] | Failure,
    ) -> None:
        self._under_way.discard(path)
        if self._is_closed:
            return
        if isinstance(outcome, Success):
            made = outcome.value
            if path == self._wanted and made.screen is not None and made.screen.samples is not None:
                self._samples = picture.source, shown_with[1], made.screen.samples  # its look may change again
            self._report(self._holdings.put_screen(path, picture, made))
            holdings = self._holdings
            self._is_full = path in holdings.shown and path not in holdings.screens  # another one would have to go too
            self._on_made(path)
        elif shown_with == (self.look, self.view) and self._holdings.picture_for_painting(path) is not None:
            self._on_failed(path, outcome.error)
        self._tend_soon()

    def _report(self, evicted: list[str]) -> None:
        for path in evicted:
            self._on_made(path)


def _screened(
    look: Look, view: VisiblePart | None, fit_size: Size | None, picture: Picture, samples: Frame | None = None
) -> Picture:
    try:
        return screened(picture, look, view, samples, fit_size)
    except MemoryError as error:
        raise ImageTooLargeError(OUT_OF_MEMORY) from error


def _ranged(look: Look, picture: Picture) -> Picture:
    try:
        return ranged(picture, look)
    except MemoryError as error:
        raise ImageTooLargeError(OUT_OF_MEMORY) from error
