"""What a coroutine that waits for this package is to see: the errors of asyncio. Imported where there is one only."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from viewer.core.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator


class AwaitedCancelledError(CancelledError, asyncio.CancelledError):
    """The work that a coroutine waits for was given up: asyncio's error too, which ends a task as cancelled."""


@contextmanager
def cancelled_as_awaited() -> Iterator[None]:
    """Raises :class:`AwaitedCancelledError` in place of a CancelledError of this package."""
    try:
        yield
    except CancelledError as error:
        if isinstance(error, asyncio.CancelledError):
            raise
        raise AwaitedCancelledError(*error.args) from error
