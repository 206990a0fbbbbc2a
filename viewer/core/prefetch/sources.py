"""The items of a sequence, and how one is loaded."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from viewer.core.prefetch.plain import name_of
from viewer.core.records import dataclass
from viewer.core.views.view import length

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.core.storage.transfer import Stamp
    from viewer.core.workers.worker import Worker

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Control(Protocol):
    """The controls of one load under way; every method is called with the engine's lock held."""

    @property
    def stamp(self) -> Stamp | None:
        """Which file is read, once it has been opened; None if that is not known."""

    def hurry(self) -> None:
        """Makes it urgent: a caller waits for it."""

    def cancel(self) -> None:
        """Cancels it: it may end by :class:`viewer.core.errors.CancelledError`."""

    def end(self) -> None:
        """Called when it has ended."""


class Source(Protocol[T_co]):
    """Items that can be loaded, by position, in one stage or two.

    With two, the first waits (it reads), and the second computes (it decodes): each has as many threads as pay.
    """

    @property
    def stages(self) -> int:
        """1 or 2."""

    @property
    def working(self) -> int:
        """The bytes that making an item has taken for a moment, beyond those of the item; the most seen, 0 at first."""

    def length(self) -> int | None:
        """Returns how many items there are now, None if that is not known; quick, from any thread."""

    def name(self, position: int, error: BaseException | None = None) -> str:
        """Returns the name of an item, or of that part of it which ``error`` says failed; from any thread."""

    def renew(self) -> None:
        """Notes that the items have changed."""

    def control(self) -> Control | None:
        """Returns the controls for a load that begins, if its first stage can be made urgent or cancelled."""

    def run(self, stage: int, worker: Worker, position: int, before: Any, control: Control | None) -> T_co:  # noqa: ANN401 - the result of the stage before
        """Runs one stage, from 0, on a thread, blocking; returns what the next one needs, or the item.

        ``worker`` calls the functions, ``before`` is the result of the stage before, and ``control`` that of
        :meth:`control`.
        """

    def preview(self, worker: Worker, position: int, before: Any) -> T_co | None:  # noqa: ANN401 - as for run
        """Returns a quick, lesser form of an item before its last stage runs; None if there is none."""


@dataclass(eq=False)
class ItemSource(Generic[T]):
    """Any sequence of items, each loaded by a function; or lazy ones, loaded by being asked for.

    Attributes:
        items: the items; they may become more.
        load: called with an item. Without it ``items[n]`` is the loading.
        decode: called with what ``load`` returned; it computes where ``load`` waits.
        make_small: called with what the last stage will be called with, for a quick, lesser form.
        remade: makes ``items`` of what they were made of, which has changed.
    """

    items: Sequence[Any]
    load: Callable[[Any], Any] | None
    decode: Callable[[Any], T] | None = None
    make_small: Callable[[Any], T] | None = None
    remade: Callable[[], Sequence[Any]] | None = None
    working = 0  # not known

    def __post_init__(self) -> None:
        self.stages = 1 if self.decode is None else 2
        self.renew()

    def renew(self) -> None:
        """Notes that the items have changed: a worker process has a copy of them, and gets another."""
        if self.remade is not None:
            self.items = self.remade()
        self._count = self.length()
        self._item = self.items.__getitem__  # one object, which a worker process knows again

    def length(self) -> int | None:
        """Returns the length of the sequence, None if it has none."""
        return length(self.items)

    def name(self, position: int, error: BaseException | None = None) -> str:
        """Returns the path of the item's file, if there is one, and else as :func:`name_of`."""
        with suppress(Exception):  # a view makes its items anew when it is asked
            if self.load is not None and isinstance(item := self.items[position], str | os.PathLike):
                return os.fspath(item)
        return name_of(self.items, position, error)

    def control(self) -> None:
        """Returns None: a caller's function cannot be controlled."""

    def run(self, stage: int, worker: Worker, position: int, before: Any, control: Control | None) -> Any:  # noqa: ANN401, ARG002 - as the protocol says
        """Calls ``load`` with the item, or ``decode`` with its result, or asks the sequence for the item."""
        if stage == 1 and self.decode is not None:
            return worker.call(self.decode, before)
        if self.load is None:
            if self._count != self.length():
                self.renew()
            return worker.call(self._item, position)
        return worker.call(self.load, self.items[position])

    def preview(self, worker: Worker, position: int, before: Any) -> T | None:  # noqa: ANN401 - as the protocol says
        """Calls ``preview`` with what the last stage is called with; None without one."""
        if self.make_small is None:
            return None
        return worker.call(self.make_small, self.items[position] if self.decode is None else before)
