"""What several tests of the core need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewer.core.storage import storage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "PAUSE_LIMIT", 0.0)
        yield
