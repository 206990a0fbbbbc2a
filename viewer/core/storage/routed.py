"""One folder that comes from elsewhere than the rest."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer

    from viewer.core.storage.storage import OpenFile, Storage
    from viewer.core.storage.transfer import Stamp, Transfer


class RoutedStorage:
    """Implements :class:`Storage`: ``folder`` and what lies in it from one storage, every other path from another."""

    def __init__(self, folder: str, make_inside: Callable[[], Storage], elsewhere: Storage) -> None:
        """Makes the storage.

        Args:
            folder: the folder that is served by the storage ``make_inside`` makes when it is first needed.
            make_inside: called on the worker thread that needs it.
            elsewhere: serves every other path.
        """
        self._folder = os.path.normpath(folder)
        self._inside = functools.cache(make_inside)
        self._elsewhere = elsewhere

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """See :meth:`Storage.list_names`."""
        return self._for(folder).list_names(folder, transfer)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """See :meth:`Storage.read`."""
        return self._for(path).read(path, transfer, limit)

    def opened(self, path: str, transfer: Transfer) -> AbstractContextManager[OpenFile]:
        """See :meth:`Storage.opened`."""
        return self._for(path).opened(path, transfer)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """See :meth:`Storage.list_folders`."""
        return self._for(folder).list_folders(folder, transfer)

    def stamp(self, path: str) -> Stamp:
        """See :meth:`Storage.stamp`."""
        return self._for(path).stamp(path)

    def is_folder(self, path: str) -> bool:
        """See :meth:`Storage.is_folder`."""
        return self._for(path).is_folder(path)

    def _for(self, path: str) -> Storage:
        path = os.path.normpath(path)
        return self._inside() if self._folder in {path, os.path.split(path)[0]} else self._elsewhere
