"""Loads that a test counts, holds up and makes fail, alike in threads and in other processes."""

from __future__ import annotations

import builtins
import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from viewer.core.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.prefetch.prefetcher import Prefetcher

LONG = 20.0
"""Seconds after which a test gives up waiting for what should come at once."""

_DIE = "die"


def same(item: int) -> int:
    return item


def text(item: int) -> bytes:
    return f"item {item}".encode()


def picture(item: int) -> Any:  # noqa: ANN401 - numpy is not imported here
    import numpy as np  # noqa: PLC0415 - only whoever wants a picture needs it

    return np.full((30, 100), item % 256, np.uint8)


def cancelled(item: int) -> None:
    raise CancelledError(f"item {item} went by itself")


@dataclass(frozen=True)
class Load:
    """A load function that another process can import: it asks at ``address`` what to do with an item.

    Attributes:
        address: where :class:`Items` listens.
        value: makes what is returned of the item.
    """

    address: tuple[str, int]
    value: Callable[[int], Any] = same

    def __call__(self, item: Any) -> Any:  # noqa: ANN401 - as value says
        kind, *arguments = self._asked(item)
        if kind == _DIE:
            os.kill(os.getpid(), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        if kind:
            raise getattr(builtins, kind)(*arguments)
        return self.value(item)

    def _asked(self, item: object) -> list[Any]:
        try:
            with socket.create_connection(self.address) as line:
                line.sendall(f"{json.dumps(item)}\n".encode())
                with line.makefile("r", encoding="utf-8") as reader:
                    answer = reader.read()
        except OSError:  # the test is over
            answer = ""
        return list(json.loads(answer or '[""]'))


class Items:
    """Notes which items are loaded, and holds up those that the test names. All methods are for the test's threads.

    Attributes:
        address: where each :class:`Load` asks.
        load: loads an item, a number or a text, and returns it; :meth:`loading` makes functions for other values.
        started: the items whose loading began, in this order.
    """

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        host, port = self._server.getsockname()
        self.address = (str(host), int(port))
        self.load = Load(self.address)
        self.started: list[Any] = []
        self._changed = threading.Condition()
        self._answers: dict[object, list[Any]] = {}
        self._held: set[object] | None = set()
        self._lines: list[tuple[Any, socket.socket]] = []
        self._thread = threading.Thread(target=self._listen, name="items")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def loading(self, value: Callable[[int], Any]) -> Load:
        """Returns a load function that returns ``value(item)``; another process must be able to import ``value``."""
        return Load(self.address, value)

    def loads(self, item: object = None) -> int:
        """Returns how many loads of ``item``, or of all, have begun."""
        with self._changed:
            return len(self.started) if item is None else self.started.count(item)

    def counts(self) -> Counter[Any]:
        """Returns how many loads of each item have begun."""
        with self._changed:
            return Counter(self.started)

    def running(self) -> list[Any]:
        """Returns the items that are held up now, in the order in which they began."""
        with self._changed:
            return [item for item, _ in self._lines]

    def hold(self, *items: object) -> None:
        """Lets loads of these items, or of all, that begin from now on wait until they are released."""
        with self._changed:
            if not items:
                self._held = None
            elif self._held is not None:
                self._held |= set(items)

    def release(self, *items: object) -> None:
        """Lets loads of these items, or of all, go on, and holds them up no more.

        Of a hold on all items, releasing some lets those go that wait now, and the next ones wait again.
        """
        with self._changed:
            if self._held is not None:
                self._held -= set(items)
            if not items:
                self._held = set()
            going = [(item, line) for item, line in self._lines if not items or item in items]
            self._lines = [pair for pair in self._lines if pair not in going]
            for item, line in going:
                self._answer(item, line)

    def fail(self, item: object, kind: type[BaseException], *arguments: str | int) -> None:
        """Has loads of ``item`` raise an error of one of Python's own kinds, from now on."""
        with self._changed:
            self._answers[item] = [kind.__name__, *arguments]

    def die(self, item: object) -> None:
        """Has loads of ``item`` kill their process, from now on. Only for processes."""
        with self._changed:
            self._answers[item] = [_DIE]

    def mend(self, item: object) -> None:
        """Takes back :meth:`fail` and :meth:`die`."""
        with self._changed:
            self._answers.pop(item, None)

    def wait_for(self, *items: object, loads: int = 1) -> None:
        """Waits until ``loads`` loads of each of these items have begun."""
        with self._changed:
            done = self._changed.wait_for(lambda: all(self.started.count(each) >= loads for each in items), LONG)
            assert done, f"{items} were to be loaded, but only {self.started} were"

    def close(self) -> None:
        """Lets all go, also those that come later."""
        self.release()
        with socket.create_connection(self.address) as line:
            line.sendall(b"null\n")
        self._thread.join(LONG)
        assert not self._thread.is_alive()
        self._server.close()

    def _listen(self) -> None:
        while True:
            line, _ = self._server.accept()
            line.settimeout(LONG)
            with line.makefile("r", encoding="utf-8") as reader:
                asked = reader.readline().strip()
            if not asked:  # its process was ended
                line.close()
                continue
            if (item := json.loads(asked)) is None:
                line.close()
                return
            with self._changed:
                self.started.append(item)
                if self._held is None or item in self._held:
                    self._lines.append((item, line))
                else:
                    self._answer(item, line)
                self._changed.notify_all()

    def _answer(self, item: object, line: socket.socket) -> None:
        with line:
            try:
                line.sendall(json.dumps(self._answers.get(item, [""])).encode())
            except OSError:  # its process was ended
                return


_a_moment = threading.Event()  # never set


def until(condition: Callable[[], object], what: Callable[[], object] = lambda: "") -> None:
    """Waits until ``condition()`` holds, for what tells nobody when it does; fails with ``what()`` if it never does."""
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, f"it never came to that: {what()}"
        _a_moment.wait(0.001)


def held(frames: Prefetcher[Any], among: int | None = None) -> list[int]:
    """Returns the positions that are in memory, of all or of the first ``among``."""
    return [position for position in range(len(frames) if among is None else among) if frames.ready(position)]


def until_held(frames: Prefetcher[Any], *positions: int) -> None:
    """Waits until exactly these positions are in memory and nothing is under way."""
    wanted = sorted(positions)
    until(
        lambda: frames.stats.under_way == 0 and held(frames) == wanted,
        lambda: f"held {held(frames)}, {frames.stats}",
    )


def at_rest(frames: Prefetcher[Any]) -> None:
    """Waits until nothing is under way, after what was asked for so far has been taken note of."""
    seen_at_rest = 0

    def rests() -> bool:
        nonlocal seen_at_rest
        frames.stats  # noqa: B018 - takes note of the hits
        frames.release()  # has the loading go on, if there is anything to load
        # Twice: a thread that has just ended a load may be about to choose the next.
        seen_at_rest = 0 if frames.stats.under_way else seen_at_rest + 1
        return seen_at_rest > 1

    until(rests, lambda: frames.stats)
