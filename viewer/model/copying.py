"""Copying the picture on the canvas: made on a worker at its own size; and what is said of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from viewer.core.display.look import Look, on_screen
from viewer.core.executor import Failure, Success
from viewer.core.records import dataclass
from viewer.model import messages
from viewer.model.measuring import frame_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.executor import Executor
    from viewer.core.frame import Frame, Size
    from viewer.core.load.loader import Loader
    from viewer.core.storage.storage import Storage
    from viewer.model.refresher import Refresher
    from viewer.model.view_state import Shown

T = TypeVar("T")


@dataclass(eq=False)
class Copying:
    """Makes one copy at a time, of the picture that was asked for last; owner thread only.

    Of a picture that is here only as a copy for the window, a chore reads or decodes the whole first.
    """

    _loader: Loader
    _refresher: Refresher
    _chores: Executor
    _storage: Storage
    _asked: tuple[Frame | None, Look] | None = None

    def copy(
        self, shown: Shown, look: Look, convert: Callable[[Frame], T], take: Callable[[T], None], old: str
    ) -> None:
        """Has the picture on the canvas made with ``look``, whatever is ``shown`` by the time that this is done.

        On a worker it is handed to ``convert``, whose result ``take`` then gets on the owner thread. ``old`` is what is
        to be said of a copy that may be old, or "". The same again while it is being made is the same copy, another one
        takes its place.
        """
        from viewer.core.display.proxy import shown_part  # noqa: PLC0415 - only for what is copied

        source = shown.picture.source
        asked = source or shown.picture.display, look
        if self._asked == asked:
            return
        self._asked = asked

        def painted(frame: Frame) -> tuple[T, Size]:
            made = on_screen(shown_part(frame), look)
            return convert(made), made.size

        def make(read: Success[Frame] | Failure) -> None:
            if self._asked is asked and isinstance(read, Success):
                self._loader.screens.make_next(lambda: painted(read.value), done)
            elif isinstance(read, Failure):
                done(read)

        def done(outcome: Success[tuple[T, Size]] | Failure) -> None:
            if self._asked is not asked:
                return
            self._asked = None
            if isinstance(outcome, Failure):
                self._refresher.say(f"The picture could not be copied: {messages.cause(outcome.error)}.")
            else:
                made, size = outcome.value
                take(made)
                what = f"{size.width} × {size.height} picture"  # noqa: RUF001 - "times"
                self._refresher.answer(f"Copied {what}: {old}" if old else f"Copied {what}")

        if source is None:
            self._chores.submit(frame_reader(self._storage, self._loader.holdings, shown.path), make)
        else:
            make(Success(source))
