"""The way to files, the same for the window, its tools and scripts: what the system knows, with stacks as folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from viewer.core.pages.paged import PagedStorage
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.routed import RoutedStorage

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.storage.storage import Storage

    Route: TypeAlias = tuple[str, Callable[[], Storage]]


def open_storage(*routes: Route) -> Storage:
    """Returns a storage that reads what the operating system knows, and files of several pages as folders of them.

    Args:
        *routes: folders that come from elsewhere, each with a function that makes the storage for it when it is first
            needed, on the thread that needs it.
    """
    storage: Storage = PagedStorage(LocalStorage())
    for folder, make in routes:
        storage = RoutedStorage(folder, make, storage)
    return storage
