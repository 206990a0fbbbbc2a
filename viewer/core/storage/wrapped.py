"""Storages over other ones: for those that change only some of what one does, and for a folder from elsewhere."""

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


class WrappedStorage:
    """Implements :class:`Storage` by another storage; subclasses override what they do differently."""

    def __init__(self, inner: Storage) -> None:
        self._inner = inner

    def storage_of(self, path: str) -> Storage:  # noqa: ARG002 - a subclass may tell paths apart
        """Returns the storage that answers for ``path``."""
        return self._inner

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the names in ``folder``."""
        return self.storage_of(folder).list_names(folder, transfer)

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """Reads a file."""
        return self.storage_of(path).read(path, transfer, limit)

    def opened(self, path: str, transfer: Transfer) -> AbstractContextManager[OpenFile]:
        """Opens a file."""
        return self.storage_of(path).opened(path, transfer)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """Lists the folders in ``folder``."""
        return self.storage_of(folder).list_folders(folder, transfer)

    def stamp(self, path: str) -> Stamp:
        """Returns which file is at ``path``."""
        return self.storage_of(path).stamp(path)

    def is_folder(self, path: str) -> bool:
        """Returns whether ``path`` is a folder."""
        return self.storage_of(path).is_folder(path)


class RoutedStorage(WrappedStorage):
    """Implements :class:`Storage`: ``folder`` and what lies in it from one storage, every other path from another."""

    def __init__(self, folder: str, make_inside: Callable[[], Storage], elsewhere: Storage) -> None:
        """Makes the storage; that for ``folder`` is made when it is first needed, on the thread that needs it."""
        super().__init__(elsewhere)
        self._folder = os.path.normpath(folder)
        self._inside = functools.cache(make_inside)

    def storage_of(self, path: str) -> Storage:
        """Returns the storage that answers for ``path``."""
        normal = os.path.normpath(path)
        return self._inside() if self._folder in {normal, os.path.split(normal)[0]} else super().storage_of(path)
