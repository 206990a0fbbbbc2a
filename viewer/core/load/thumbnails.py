"""Small pictures from all over a sequence: of which frames they are being got, and from what part of the file."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Buffer

    from viewer.core.decode.embedded import Preview

THUMBNAILS_AT_ONCE = 2
"""Frames whose small pictures may be under way."""
HEAD = 64 * 1024
"""Bytes at the beginning of a file that hold the small picture that cameras write, if they wrote one."""
HEADS_FROM = 4 * HEAD
"""Only the heads of files from this size on are read, where these hold a small picture."""


class Thumbnails:
    """The frames that are read and decoded for their small pictures alone; owner thread only.

    Attributes:
        begun: the paths that were begun with; each is once, unless it is forgotten.
        heads: the paths of which no more than the first :data:`HEAD` bytes are being read.
    """

    def __init__(self, preview: Callable[[Buffer], Preview | None]) -> None:
        """Has none wanted; ``preview`` makes the small picture that the first :data:`HEAD` bytes of a file may hold."""
        self.begun: set[str] = set()
        self._has_previews: bool | None = None
        self._head: bytes | None = None
        self.heads: set[str] = set()
        self._preview = preview
        self._wanted: Iterator[str] = iter(())
        self._under_way: dict[str, Buffer | None] = {}

    def __contains__(self, path: str) -> bool:
        """Returns whether the small picture of ``path`` is under way, or what is needed for it."""
        return path in self._under_way

    @property
    def has_previews(self) -> bool:
        """Whether the beginning of a file is enough, by the files seen last; False if none was.

        It is found out when it is first asked for: the first picture does not wait for that.
        """
        if self._has_previews is None and self._head is not None:
            self._has_previews, self._head = self._preview(self._head) is not None, None
        return bool(self._has_previews)

    def use(self, wanted: Iterable[str]) -> None:
        """Takes the paths whose small pictures are wanted, the most useful first, in place of the last ones."""
        self._wanted = iter(wanted)

    def next(self) -> str | None:
        """Returns the path to begin with next; None if enough are under way, or no more are wanted."""
        left = (path for path in self._wanted if path not in self.begun)
        return next(left, None) if len(self._under_way) < THUMBNAILS_AT_ONCE else None

    def put_back(self, path: str) -> None:
        """Makes ``path``, which could not be begun with, the next one again."""
        self._wanted = itertools.chain((path,), self._wanted)

    def begin(self, path: str, data: Buffer | None) -> None:
        """Begins with ``path``, whose bytes are ``data`` or are coming."""
        self.begun.add(path)
        self._under_way[path] = data

    def note_head(self, path: str) -> None:
        """Notes that no more than the first :data:`HEAD` bytes of ``path`` are being read."""
        self.heads.add(path)

    def take_head(self, path: str, head: Buffer) -> Preview | None:
        """Takes the beginning of ``path``; returns its small picture, or None if it holds none."""
        self.heads.discard(path)
        self._under_way.pop(path, None)
        small = self._preview(head)
        if small is None or small.size is None:
            self._has_previews = False
            return None
        return small

    def take(self, path: str, data: Buffer) -> None:
        """Takes all bytes of a file that has come, for whatever reason."""
        if path in self._under_way:
            self._under_way[path] = data
        if self._has_previews is None and self._head is None:
            self._head = bytes(memoryview(data)[:HEAD])
            self._has_previews = None if memoryview(data).nbytes >= HEADS_FROM else False

    def data(self, path: str) -> Buffer | None:
        """Returns the bytes of ``path`` if they are here to be decoded for its small picture, or None."""
        return self._under_way.get(path)

    def to_decode(self) -> Iterator[tuple[str, Buffer]]:
        """Yields the paths whose bytes are here, and these."""
        return ((path, data) for path, data in self._under_way.items() if data is not None)

    def end(self, path: str) -> None:
        """Ends what is under way for the small picture of ``path``."""
        self._under_way.pop(path, None)

    def forget(self, path: str) -> None:
        """Lets ``path`` be begun with anew: its read was cancelled or failed, or it is another file now."""
        self.end(path)
        self.heads.discard(path)
        self.begun.discard(path)

    def clear(self) -> None:
        """Forgets everything but what is wanted: another folder is shown."""
        self._under_way.clear()
        self.begun.clear()
        self.heads.clear()
        self._has_previews = self._head = None
