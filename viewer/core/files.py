"""The way to files, the same for the window, its tools and scripts: what the system knows, with stacks as folders."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.pages.paged import PagedStorage
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.wrapped import RoutedStorage, WrappedStorage
from viewer.core.units import GB, MB

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from viewer.core.cache.disk_cache import DiskCache
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Transfer

    Route: TypeAlias = tuple[str, Callable[[], Storage]]

KEPT_FILES = "files"
"""The name of the folder of files kept from shares, in the user's folder for what can be made again."""
KEEP_BYTES = 10 * GB
"""Bytes of files that scripts keep on this disk, those that the window keeps included."""
TRIM_AFTER = 256 * MB
"""Bytes written after which the files used least recently are removed."""


def open_storage(*routes: Route) -> Storage:
    """Returns a storage that reads what the operating system knows, and files of several pages as folders of them.

    Each of the ``routes`` is a folder that comes from elsewhere and what makes its storage, as for RoutedStorage.
    """
    storage: Storage = PagedStorage(LocalStorage())
    for folder, make in routes:
        storage = RoutedStorage(folder, make, storage)
    return storage


def keeping(storage: Storage, keep: bool | str | os.PathLike[str]) -> Storage:  # noqa: FBT001 - a setting, handed on
    """Returns ``storage``, or a :class:`KeptStorage` over it if ``keep`` is its folder, or True for the window's."""
    return storage if keep is False else KeptStorage(storage, kept_files(None if keep is True else keep))


def kept_files(folder: str | os.PathLike[str] | None = None, limit: int = KEEP_BYTES) -> DiskCache:
    """Returns the files kept in ``folder``, up to ``limit`` bytes; without a folder, those that the window keeps."""
    from pathlib import Path  # noqa: PLC0415 - only for those who keep files

    import platformdirs  # noqa: PLC0415 - not there in a bare interpreter, which can do without

    from viewer.core.cache.disk_cache import DiskCache  # noqa: PLC0415

    place = platformdirs.user_cache_path("lookahead") / KEPT_FILES if folder is None else Path(folder).expanduser()
    return DiskCache(place.absolute(), limit)


class KeptStorage(WrappedStorage):
    """Another storage; each file that is read whole is kept on this disk and comes from there the next time.

    A kept file costs the share one call, which returns size and date: if one of them has changed, it is read anew.
    The pages of a TIFF are kept one by one, as the window keeps them; those of an animation are not. Any thread.
    """

    def __init__(self, inner: Storage, cache: DiskCache) -> None:
        """Touches nothing."""
        super().__init__(inner)
        self._cache = cache
        self._lock = threading.Lock()
        self._untrimmed = TRIM_AFTER  # an earlier run may have left so much

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file, from this disk if it is kept and still the same."""
        if limit is not None:
            return super().read(path, transfer, limit)
        transfer.checkpoint()
        key = os.path.abspath(path)  # noqa: PTH100 - a Path of every string would win nothing
        kept = self._cache.get(key)
        if kept is not None:
            began = time.perf_counter()
            stamp = self.stamp(path)
            if stamp == kept.stamp:
                transfer.latency = time.perf_counter() - began
                transfer.part, transfer.stamp, transfer.total = None, stamp, stamp.size
                transfer.received = stamp.size
                return kept.data
        data = super().read(path, transfer)
        if transfer.stamp is not None and self._cache.put(key, data, *transfer.stamp):
            self._trim(transfer.stamp.size)
        return data

    def _trim(self, written: int) -> None:
        with self._lock:
            self._untrimmed += written
            at_most, is_due = self._untrimmed, self._untrimmed >= TRIM_AFTER
            if is_due:
                self._untrimmed = 0
        if is_due:
            # No more than was written: the user may let the window keep more than the limit of scripts.
            self._cache.trim(at_most)
