"""The pages of GIF, animated WebP and animated PNG: decoded forward once, each as a small TIFF of its own.

A frame of an animation is drawn over the one before it, so a page cannot be had without those before it. What has been
passed is kept, and going back decodes nothing. What is drawn over what is Pillow's to know.
"""

from __future__ import annotations

import copy
import threading
from collections import Counter
from typing import TYPE_CHECKING

from viewer.core.cache.budget_cache import LockedCache
from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES
from viewer.core.decode.pillow import ONE_STEP, opened, prepare_pillow
from viewer.core.errors import DamagedImageError, DecodeError
from viewer.core.pages.containers import contents_of
from viewer.core.pages.page_file import PagePixels, page_file, pixels_of_page
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image
    from typing_extensions import Buffer


class PageStore(LockedCache[tuple[object, int], bytes]):
    """Keeps the pages of all animations, by file and index, within a budget of bytes; any thread."""

    def __init__(self, budget: int = 128 * MB) -> None:
        super().__init__(budget, len)


class Animation:
    """The pages of one animated file; any thread, and several at once.

    There is one decoder, and it only goes forward. Each thread that wants a page takes steps of one frame, one thread
    at a time, until its page is there, by its own step or another thread's. The decoder begins again from the first
    frame only when pages behind it are wanted that have been evicted, and no thread wants one ahead of it any more: so
    threads that want pages far apart never undo each other's work.

    Attributes:
        count: the number of pages: the frames that are there as a whole, at least 1. That is as Pillow counts them: a
            PNG's default image is a page of its own if the animation leaves it out.
        decoded: frames decoded so far, those decoded again counted again.
    """

    def __init__(self, data: Buffer, store: PageStore, key: object) -> None:
        """Looks for the frames of ``data``, the whole file, without decoding any; :meth:`page` raises what is wrong.

        The bytes are held, not copied. ``key`` is the file in the store, such as its path and stamp.
        """
        self.decoded = 0
        self._store = store
        self._key = key
        contents = contents_of(data)
        self._form, self._data = contents.form, contents.data
        self.count = max(1, contents.frames)
        # The first page that cannot be decoded, and why.
        self._broken_at, self._fault = self.count, contents.fault()
        if self._fault is not None:
            self._broken_at = 0
        # Guards all fields below, never while a frame is decoded; the thread that set ``_stepping`` owns ``_image``.
        self._turn = threading.Condition()
        self._stepping = False
        self._image: Image | None = None
        self._next = 0
        self._asked: Counter[int] = Counter()
        self._writing: set[int] = set()
        self._fresh: dict[int, bytes] = {}

    def page(self, index: int, checkpoint: Callable[[], None]) -> bytes:
        """Returns a page as it is shown, as a TIFF that :class:`~viewer.core.decode.tiff.TiffDecoder` reads.

        It is 8-bit grey, RGB or RGBA with straight alpha, or 16-bit grey, and carries the file's EXIF orientation.
        Takes as long as decoding all frames from where the decoder stands.

        Args:
            index: from 0.
            checkpoint: called between frames by this thread, with no lock held. It may wait, and raise CancelledError.

        Raises:
            IndexError: there is no such page.
            DamagedImageError: this page or one before it is broken.
            ImageTooLargeError: there would not be the memory.
            UnsupportedFormatError: it is no GIF, WebP or PNG.
            CancelledError: by ``checkpoint``; what has been decoded is kept.
        """
        if not 0 <= index < self.count:
            raise IndexError(index)
        page = self._store.get((self._key, index))
        if page is not None:
            return page
        with self._turn:
            self._asked[index] += 1
        try:
            while True:
                checkpoint()
                with self._turn:
                    page = self._fresh.get(index) or self._store.get((self._key, index))
                    if page is not None:
                        return page
                    if index >= self._broken_at and self._fault is not None:
                        raise copy.copy(self._fault)  # each thread its own: a raised error holds on to its callers
                    if self._stepping or index in self._writing:
                        self._turn.wait()
                        continue
                    self._stepping = True
                    if not any(self._next <= other < self._broken_at for other in self._asked):
                        self._rewind()
                self._step()
        finally:
            with self._turn:
                self._asked[index] -= 1
                if not self._asked[index]:
                    del self._asked[index]
                    self._fresh.pop(index, None)

    def _step(self) -> None:
        """Decodes the next frame, lets the others go on, and writes the frame's page.

        A frame that is broken is remembered and not raised: this thread may have wanted an earlier one.
        """
        drawn = self._decode()
        if drawn is None:
            return
        index = drawn.number
        try:
            with faults.translated():
                page = page_file(drawn)
            self._store.put((self._key, index), page)
            with self._turn:
                if index in self._asked:  # the store may evict it before the threads that asked for it run
                    self._fresh[index] = page
        finally:
            with self._turn:
                self._writing.discard(index)
                self._turn.notify_all()

    def _decode(self) -> PagePixels | None:
        """Returns the next frame, or None if it is broken; ends the turn of this thread."""
        try:
            with faults.translated():
                drawn = self._next_frame()
            with self._turn:
                self._writing.add(self._next)
                self._next += 1
        except DamagedImageError as fault:
            with self._turn:
                self._broken_at, self._fault = self._next, fault
                self._rewind()
            return None
        except DecodeError:  # there was not the memory: it may be there next time
            with self._turn:
                self._rewind()
            raise
        else:
            return drawn
        finally:
            with self._turn:
                self._stepping = False
                self._turn.notify_all()

    def _rewind(self) -> None:
        """Has the next step begin from the first frame."""
        self._image = None
        self._next = 0

    def _next_frame(self) -> PagePixels:
        """Returns the pixels of the next frame; Pillow draws the following one over its own."""
        prepare_pillow()
        from PIL import UnidentifiedImageError  # noqa: PLC0415 - loaded by the first picture, not at start

        if self._image is None:
            try:
                self._image = opened(self._data, (self._form,))
            except UnidentifiedImageError as error:
                raise DamagedImageError("The file is damaged: its header cannot be read.") from error
        image = self._image
        image.seek(self._next)
        faults.check_size(*image.size, MOST_BYTES)
        if self._form != "GIF":  # Pillow would copy the rest of a GIF for each frame
            image.decodermaxblock = ONE_STEP  # type: ignore[attr-defined]  # of all images that come from files
        image.load()
        self.decoded += 1
        return pixels_of_page(image, self._next)
