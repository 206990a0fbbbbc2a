"""The way to files, the same for the window, its tools and scripts: what the system knows, with stacks as folders."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.decode.judge import PictureJudge
from viewer.core.errors import ChangingError, DecodeError, SequenceError, StorageError
from viewer.core.forks import lock_anew
from viewer.core.formats import FIRST_PIECE
from viewer.core.frame import FrameIndex
from viewer.core.pages.naming import page_of
from viewer.core.pages.paged import PagedStorage
from viewer.core.sequence.folder_rule import Order
from viewer.core.sequence.naming import grouped
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.share_clock import ShareClock, is_hearsay
from viewer.core.storage.transfer import Transfer
from viewer.core.storage.wrapped import RoutedStorage, WrappedStorage
from viewer.core.units import GB, MB

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Buffer

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp

    Route: TypeAlias = tuple[str, Callable[[], Storage]]

KEPT_FILES = "files"
"""The name of the folder of files kept from shares, in the user's folder for what can be made again."""
KEEP_BYTES = 10 * GB
"""Bytes of files that scripts keep on this disk, those that the window keeps included."""
UNSETTLED_MOST = 64 * MB
"""Bytes of files that wait to be kept until it is sure that they were not rewritten under the same date."""
TRIM_AFTER = 256 * MB
"""Bytes written after which the files used least recently are removed."""
ATTEMPTS = 2
"""How often a file is read that changes meanwhile."""


def open_storage(*routes: Route) -> Storage:
    """Returns a storage that reads what the operating system knows, and files of several pages as folders of them.

    Each of the ``routes`` is a folder that comes from elsewhere and what makes its storage, as for RoutedStorage.
    """
    storage: Storage = PagedStorage(LocalStorage())
    for folder, make in routes:
        storage = RoutedStorage(folder, make, storage)
    return storage


def check_picture(storage: Storage, path: str) -> None:
    """Looks at the first bytes of a file; blocking.

    Raises:
        SequenceError: it is no picture; the message names the file.
        StorageError: it could not be read.
    """
    suffix = os.path.splitext(path)[1]  # noqa: PTH122 - a Path of every string would win nothing
    try:
        with storage.opened(path, Transfer()) as file:
            PictureJudge(suffix).look(file.read(0, FIRST_PIECE), file.stamp.size)
    except DecodeError as error:
        raise not_shown(path, error) from error


def not_shown(path: str, error: DecodeError) -> SequenceError:
    """Returns the error for a file that was named and holds no picture, for people."""
    return SequenceError(f"{path} cannot be shown. {error}")


def keeping(storage: Storage, keep: bool | str | os.PathLike[str]) -> SteadyStorage:  # noqa: FBT001 - a setting, handed on
    """Returns ``storage`` as scripts read from it: over it a :class:`SteadyStorage`, unless it is one already.

    It is a :class:`KeptStorage` if ``keep`` is its folder, or True for the window's. Raises ValueError if that folder
    cannot be made.
    """
    if keep is not False:
        if keep is not True:
            _refuse_impossible(keep)
        return KeptStorage(storage, kept_files(None if keep is True else keep))
    return storage if isinstance(storage, SteadyStorage) else SteadyStorage(storage)


def kept_files(folder: str | os.PathLike[str] | None = None, limit: int = KEEP_BYTES) -> DiskCache:
    """Returns the files kept in ``folder``, up to ``limit`` bytes; without a folder, those that the window keeps."""
    from pathlib import Path  # noqa: PLC0415 - only for those who keep files

    from viewer.core.cache.disk_cache import DiskCache  # noqa: PLC0415

    if folder is None:
        import platformdirs  # noqa: PLC0415 - not there in a bare interpreter, which can do without

        folder = platformdirs.user_cache_path("lookahead") / KEPT_FILES
    return DiskCache(Path(folder).expanduser().absolute(), limit)


class SteadyStorage(WrappedStorage):
    """Another storage; a file that changes while it is read is read once more. Any thread.

    After each whole file the storage is asked for its stamp: mostly what the client of the share knows from opening it.
    Pages are not asked about: of a TIFF that is done when one is read, and an animation is read as a whole.
    """

    def __init__(self, inner: Storage) -> None:
        """Touches nothing."""
        super().__init__(inner)
        self._forgotten: set[str] = set()

    def forget(self, path: str) -> None:
        """Has the next read of ``path`` take nothing that is in memory or on this disk."""
        self._forgotten.add(path)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file.

        Raises:
            ChangingError: it changed while it was read, :data:`ATTEMPTS` times.
        """
        page = page_of(path)
        if path in self._forgotten:
            self._forgotten.discard(path)
            if page is not None:
                with suppress(StorageError):  # the read says what is wrong
                    self.stamp(path)  # an animation that was rewritten is read anew
        if limit is not None or page is not None:
            return super().read(path, transfer, limit)
        for _ in range(ATTEMPTS):
            with suppress(ChangingError):
                data = self._inner.read(path, transfer)
                if self._is_still(path, transfer.stamp):
                    return data
        raise ChangingError(f"The file {path} is being written: it changed each time that it was read.")

    def _is_still(self, path: str, stamp: Stamp | None) -> bool:
        try:
            return stamp is None or self.stamp(path) == stamp
        except StorageError:
            return True  # it was there when it was read


class KeptStorage(SteadyStorage):
    """Another storage; each file that is read whole is kept on this disk and comes from there the next time.

    A kept file costs the share one call, which returns size and date: if one of them has changed, it is read anew.
    The pages of a TIFF are kept one by one, as the window keeps them; those of an animation are not. Any thread.
    """

    def __init__(self, inner: Storage, cache: DiskCache) -> None:
        """Touches nothing."""
        super().__init__(inner)
        self._cache = cache
        self._lock = threading.Lock()
        lock_anew(self)
        self._clock = ShareClock()
        self._unsettled: dict[str, tuple[Buffer, Stamp, float, bool]] = {}
        self._untrimmed = TRIM_AFTER  # an earlier run may have left so much

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file, from this disk if it is kept and still the same."""
        if limit is not None:
            return super().read(path, transfer, limit)
        transfer.checkpoint()
        key = os.path.abspath(path)  # noqa: PTH100 - a Path of every string would win nothing
        kept = None if path in self._forgotten else self._cache.get(key)
        if kept is not None:
            began = time.perf_counter()
            now = self.stamp(path)
            if now == kept.stamp:
                transfer.latency = time.perf_counter() - began
                transfer.part, transfer.stamp, transfer.total = None, now, now.size
                transfer.received = now.size
                return kept.data
        began = time.monotonic()
        data = super().read(path, transfer)
        if transfer.stamp is not None:
            is_vague = is_hearsay(transfer.stamp, transfer.latency)
            for kept_as, content, stamp in self._settled(key, data, transfer.stamp, began, is_vague=is_vague):
                if self._cache.put(kept_as, content, *stamp):
                    self._trim(stamp.size)
        return data

    def _settled(
        self, key: str, data: Buffer, stamp: Stamp, began: float, *, is_vague: bool
    ) -> list[tuple[str, Buffer, Stamp]]:
        """Takes a file that was read from ``began`` on; returns those that cannot be rewritten since as the same file.

        Where dates are whole seconds, the dates of files that are read later tell of those before them.
        """
        with self._lock:
            self._clock.note(stamp, time.monotonic())
            self._unsettled[key] = data, stamp, began, is_vague
            settled = [
                (key, data, stamp)
                for key, (data, stamp, began, is_vague) in self._unsettled.items()
                if self._clock.is_settled(stamp, began, is_hearsay=is_vague)
            ]
            for each, _, _ in settled:
                del self._unsettled[each]
            while sum(stamp.size for _, stamp, *_ in self._unsettled.values()) > UNSETTLED_MOST:
                del self._unsettled[next(iter(self._unsettled))]
        return settled

    def _trim(self, written: int) -> None:
        with self._lock:
            self._untrimmed += written
            at_most, is_due = self._untrimmed, self._untrimmed >= TRIM_AFTER
            if is_due:
                self._untrimmed = 0
        if is_due:
            # No more than was written: the user may let the window keep more than the limit of scripts.
            self._cache.trim(at_most)


def regrouped(storage: Storage, found: Sequence[FrameSequence], rule: FolderRule) -> tuple[FrameSequence, ...]:
    """Returns what the pictures of sequences of one folder, at least one, form by another rule; blocks.

    The storage is asked nothing, but when they were written for the order by date.

    Raises:
        SequenceError: none passes the filter.
        StorageError: the share does not answer.
    """
    from viewer.core.storage.change_times import change_times  # noqa: PLC0415 - seldom wanted

    paths = {each.name(FrameIndex(at)): each.path(FrameIndex(at)) for each in found for at in range(len(each))}
    times = change_times(storage, paths, Transfer()) if rule.order is Order.BY_DATE else {}
    changed = {name: time for name, time in times.items() if time is not None}
    sequences = grouped(found[0].folder, paths, rule, changed).sequences
    if not sequences:
        raise SequenceError(f"No picture in {found[0].folder} has a name with “{rule.filter}”.")
    return sequences


def _refuse_impossible(folder: str | os.PathLike[str]) -> None:
    """Raises ValueError if ``folder`` is not there and cannot be made; makes nothing."""
    from pathlib import Path  # noqa: PLC0415 - only for those who keep files

    place = Path(folder).expanduser().absolute()
    above = next((each for each in (place, *place.parents) if each.exists()), place)
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        what = "is a file" if above.is_file() else "cannot be written to"
        raise ValueError(f"keep must name a folder; {place} cannot be one, as {above} {what}.")
