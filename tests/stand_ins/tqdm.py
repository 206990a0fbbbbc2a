"""As much of tqdm as the examples of the pages use, where it is not installed."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def tqdm(items: Iterable[T], unit: str) -> Iterator[T]:
    """Yields the items, of which the bar must know how many there are."""
    assert isinstance(items, Sized)
    assert len(items) > 0
    assert unit
    yield from items
