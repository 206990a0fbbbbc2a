"""What is done with kept results, and what a call answers."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

from viewer.core.records import dataclass

T = TypeVar("T")


class Mode(Enum):
    """What is done with the results that are kept."""

    USE = "use"
    """They are read, and new ones are kept."""
    REFRESH = "refresh"
    """None is read: every call computes, and what it returns takes the old one's place."""
    READ_ONLY = "read-only"
    """They are read, and nothing is written, not even when they were used."""
    BYPASS = "bypass"
    """They are neither read nor written, as if there were no cache."""


class Origin(Enum):
    """Where a result came from."""

    MEMORY = "memory"
    DISK = "disk"
    JOINED = "joined"
    """Another thread was computing it already."""
    LOADED = "loaded"
    """The function was called."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A result, and how it came about.

    Attributes:
        value: the result, or what stands in for it.
        origin: where it came from.
        error: why the function failed, if ``value`` only stands in for its result.
    """

    value: T
    origin: Origin
    error: Exception | None = None
