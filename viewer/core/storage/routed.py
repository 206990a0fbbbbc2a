"""One folder that comes from elsewhere than the rest."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from viewer.core.storage.wrapped import WrappedStorage

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.storage.storage import Storage


class RoutedStorage(WrappedStorage):
    """Implements :class:`Storage`: ``folder`` and what lies in it from one storage, every other path from another."""

    def __init__(self, folder: str, make_inside: Callable[[], Storage], elsewhere: Storage) -> None:
        """Makes the storage.

        Args:
            folder: the folder that is served by the storage ``make_inside`` makes when it is first needed.
            make_inside: called on the worker thread that needs it.
            elsewhere: serves every other path.
        """
        super().__init__(elsewhere)
        self._folder = os.path.normpath(folder)
        self._inside = functools.cache(make_inside)

    def storage_of(self, path: str) -> Storage:
        """Returns the storage that answers for ``path``."""
        normal = os.path.normpath(path)
        return self._inside() if self._folder in {normal, os.path.split(normal)[0]} else super().storage_of(path)
