"""A storage in which a file of several pages is a folder of them."""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from viewer.core.errors import DamagedImageError, LookaheadError, NotFoundError
from viewer.core.forks import after_fork
from viewer.core.formats import HEAD as SIGNATURE
from viewer.core.formats import recognise
from viewer.core.pages.naming import VOLUMES, holds_animation, may_hold_pages, page_name, page_of
from viewer.core.records import NamedTuple, dataclass, field
from viewer.core.storage.transfer import Stamp, Transfer
from viewer.core.storage.wrapped import WrappedStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from viewer.core.pages.animation import Animation, PageStore
    from viewer.core.pages.tiff import TiffIndex
    from viewer.core.pages.volumes import VolumeIndex
    from viewer.core.storage.storage import OpenFile, Storage

T = TypeVar("T")

AT_ONCE = 8
"""Pages in one batch of names: finding each takes an answer of the share, and the first are to be seen soon."""
MOST_CONTAINERS = 8
"""Files of several pages that are remembered."""
LARGEST_ANIMATION = 512 * 1024**2
"""Bytes of the largest animation, and of all together: each is held in memory while its pages are looked at."""


@dataclass
class _Stack:
    """A TIFF or volume of several pages that was opened; one thread at a time goes on with its index.

    Attributes:
        index: its pages.
        stamp: the file they were found in.
        pages: the stamps of pages, by number; those of a file that only grew stay as they were.
        sample: the index and the checksum of the page that was read last.
        lock: for going on with the index.
    """

    index: TiffIndex | VolumeIndex
    stamp: Stamp
    pages: dict[int, Stamp] = field(default_factory=dict)
    sample: tuple[int, int] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def has_grown(self, file: OpenFile) -> bool:
        """Returns whether ``file`` is the same one with more behind it, as far as one page tells; goes on with it."""
        if not self.index.go_on(file):
            return False
        return self.sample is None or zlib.crc32(self.index.page(file, self.sample[0])) == self.sample[1]


class _Moving(NamedTuple):
    """An animation that was opened."""

    animation: Animation
    stamp: Stamp


class PagedStorage(WrappedStorage):
    """Implements :class:`~viewer.core.storage.storage.Storage`: another one, with files of several pages as folders.

    Of a TIFF only the directories and the page that is read go over the link, of a volume the header and the page, of
    an animation all of it, once. A page is returned as a small file of its own that the decoders read. Pages are not
    opened.
    """

    def __init__(self, inner: Storage) -> None:
        """Wraps ``inner``; asks nothing yet."""
        super().__init__(inner)
        self._begin_anew()
        after_fork(self, lambda self: self._begin_anew())

    def _begin_anew(self) -> None:
        self.__dict__.pop("_store", None)
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Stack | _Moving] = OrderedDict()
        self._opening: dict[str, threading.Lock] = {}

    @cached_property
    def _store(self) -> PageStore:
        from viewer.core.pages.animation import PageStore  # noqa: PLC0415 - only for animations

        return PageStore()

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields names, those of pages as the pages are found, a few at once; DecodeError if not one can be."""
        if not may_hold_pages(folder) or self._inner.is_folder(folder):
            yield from self._inner.list_names(folder, transfer)
            return
        container = self._container(folder, transfer, is_new=True)
        if container is None:
            raise NotFoundError(f"{folder} is not a folder, and holds no pages.")
        if isinstance(container, _Moving):
            count = container.animation.count
            yield [page_name(folder, number) for number in range(1, count + 1)]
            return
        with container.lock:
            listed, complete = len(container.index), container.index.complete
        yield [page_name(folder, number) for number in range(1, listed + 1)]
        if not complete:
            with self._inner.opened(folder, transfer) as file:
                while not complete:
                    transfer.checkpoint()
                    with container.lock:
                        container.index.find_more(file, listed + AT_ONCE)
                        count, complete = len(container.index), container.index.complete
                    yield [page_name(folder, number) for number in range(listed + 1, count + 1)]
                    listed = count
        if container.index.fault:
            raise DamagedImageError(container.index.fault)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Yields names of folders; there are none in a file of several pages."""
        if not may_hold_pages(folder) or self._inner.is_folder(folder):
            yield from self._inner.list_folders(folder, transfer)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Returns the bytes of a file or page; a page is read whole, then cut to ``limit``.

        Raises:
            DecodeError: the page is damaged, or too large.
        """
        page = page_of(path)
        judge, transfer.judge = transfer.judge, None  # the file that holds the page is no page
        container = None if page is None else self._container(page[0], transfer)
        if page is None or container is None:
            transfer.judge = judge
            return self._inner.read(path, transfer, limit)
        transfer.checkpoint()
        transfer.part, transfer.received = None, 0
        transfer.stamp = container.stamp
        number = page[1]
        if isinstance(container, _Moving):
            if number > container.animation.count:
                raise NotFoundError(f"There is no page {number} in {page[0]} (any more).")
            content = container.animation.page(number - 1, transfer.checkpoint)
            transfer.latency = transfer.latency or 0.0
        else:
            weigh = None if judge is None else judge.weigh
            transfer.stamp, content = self._of_stack(
                container, number, page[0], transfer, lambda stack, file, at: _page(stack, file, at, weigh)
            )
        transfer.total = transfer.received = len(content)
        return memoryview(content)[:limit].toreadonly()

    def _of_stack(
        self, stack: _Stack, number: int, path: str, transfer: Transfer, ask: Callable[[_Stack, OpenFile, int], T]
    ) -> T:
        """Returns what ``ask`` returns for a page, from 1, once the index has it."""
        with self._inner.opened(path, transfer) as file:
            if file.stamp != stack.stamp:
                found = self._container(path, transfer, is_new=True)
                if not isinstance(found, _Stack):
                    raise NotFoundError(f"{path} holds no pages any more.")
                stack = found
            while (known := len(stack.index)) < number:
                with stack.lock:
                    if stack.index.complete:
                        raise NotFoundError(f"There is no page {number} in {path} (any more).")
                    stack.index.find_more(file, min(number, known + AT_ONCE))
            return ask(stack, file, number)  # several threads at once: what is found stays

    def stamp(self, path: str) -> Stamp:
        """Returns the stamp of a file or page; a page of a stack has the size of its own file, the date of the whole.

        A page of an animation has the stamp of the whole file, so it is not kept on this disk: all of the file would be
        read to find out whether it is still the same.
        """
        page = page_of(path)
        container = None if page is None else self._container(page[0], Transfer(), is_new=True)
        if page is None or container is None:
            return self._inner.stamp(path)
        if isinstance(container, _Moving):
            return container.stamp
        known = container.pages.get(page[1])
        return known or self._of_stack(container, page[1], page[0], Transfer(), _page_stamp)

    def is_folder(self, path: str) -> bool:
        """Returns whether ``path`` is a folder or a file of several pages, for which its beginning is read."""
        if self._inner.is_folder(path):
            return True
        if not may_hold_pages(path):
            return False
        try:
            container = self._container(path, Transfer(), is_new=True)
            if container is None:
                return False
            if isinstance(container, _Moving):
                return container.animation.count > 1
            with container.lock:
                if len(container.index) < 2 and not container.index.complete:  # noqa: PLR2004 - several are two
                    with self._inner.opened(path, Transfer()) as file:
                        container.index.find_more(file, 2)
                return len(container.index) > 1
        except LookaheadError:
            return False

    def _container(self, path: str, transfer: Transfer, *, is_new: bool = False) -> _Stack | _Moving | None:
        """Returns a file of several pages, opened before or now; None if it is none.

        With ``is_new`` it is as it is now, for which the storage is asked for its stamp.
        """
        with self._lock:
            opening = self._opening.setdefault(path, threading.Lock())
        with opening:  # so that a file is opened once only
            with self._lock:
                known = self._known.get(path)
                if known is not None:
                    self._known.move_to_end(path)
            if known is not None and not is_new:
                return known
            stamp = None if known is None else self._inner.stamp(path)
            if known is not None and stamp == known.stamp:
                return known
            if isinstance(known, _Stack) and stamp is not None and stamp.size > known.stamp.size:
                with self._inner.opened(path, Transfer()) as file, known.lock:
                    if known.has_grown(file):
                        known.stamp = file.stamp
                        return known
            # A folder can be named like a stack; callers with ``is_new`` have asked for that already.
            is_folder = known is None and not is_new and self._inner.is_folder(path)
            found = None if is_folder else self._look(path, transfer)
            with self._lock:
                self._known.pop(path, None)
                if found is not None:
                    self._known[path] = found
                while len(self._known) > MOST_CONTAINERS or (self._held() > LARGEST_ANIMATION and len(self._known) > 1):
                    old, _ = self._known.popitem(last=False)
                    self._opening.pop(old, None)
            return found

    def _held(self) -> int:
        """Returns the bytes of the animations that are in memory."""
        return sum(each.stamp.size for each in self._known.values() if isinstance(each, _Moving))

    def _look(self, path: str, transfer: Transfer) -> _Stack | _Moving | None:
        from viewer.core.pages.animation import Animation  # noqa: PLC0415 - the same
        from viewer.core.pages.containers import HEAD_OF_ANIMATION, may_be_animated  # noqa: PLC0415 - only for files of several pages
        from viewer.core.pages.tiff import TiffIndex  # noqa: PLC0415 - the same
        from viewer.core.pages.volumes import VolumeIndex  # noqa: PLC0415 - the same

        inside = Transfer()
        with self._inner.opened(path, inside) as file:
            transfer.checkpoint()
            stamp = file.stamp
            if not holds_animation(path):
                form = recognise(bytes(file.read(0, SIGNATURE))).name
                if form in VOLUMES:
                    return _Stack(VolumeIndex(file), stamp)
                return _Stack(TiffIndex(file), stamp) if form == "TIFF" else None
            if not may_be_animated(bytes(file.read(0, HEAD_OF_ANIMATION))) or stamp.size > LARGEST_ANIMATION:
                return None
        return _Moving(Animation(self._inner.read(path, transfer), self._store, (path, stamp)), stamp)


def _page(
    stack: _Stack, file: OpenFile, number: int, weigh: Callable[[int], Exception | None] | None
) -> tuple[Stamp, bytes]:
    """Returns the stamp and the content of a page, from 1; raises what ``weigh`` does, or returns, of its length."""
    content = stack.index.page(file, number - 1, weigh)
    stack.sample = number - 1, zlib.crc32(content)
    return stack.pages.setdefault(number, file.stamp._replace(size=len(content))), content


def _page_stamp(stack: _Stack, file: OpenFile, number: int) -> Stamp:
    """Returns the stamp of a page, from 1, by the directory alone."""
    return stack.pages.setdefault(number, file.stamp._replace(size=stack.index.page_length(file, number - 1)))
