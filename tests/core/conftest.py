"""What several tests of the core need."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from held_loads import Items

from viewer.core.prefetch.prefetcher import Prefetcher
from viewer.core.storage import transfer
from viewer.core.workers.backend import BackEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def nobody_waits_at_the_gate() -> Iterator[None]:
    """Reads that are finished by hand come to an end though another one is to go first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "PAUSE_LIMIT", 0.0)
        yield


@pytest.fixture
def main_without_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares each process importing the test runner, as it would import a user's script."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)


@pytest.fixture
def unhandled(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """The errors that threads reported."""
    reported: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: reported.append(arguments.exc_value))
    return reported


@pytest.fixture(params=["threads", "processes"])
def backend(request: pytest.FixtureRequest) -> BackEnd:
    return BackEnd(request.param)


@pytest.fixture
def make(backend: BackEnd) -> Iterator[Callable[..., Prefetcher[Any]]]:
    """Makes prefetchers that are closed in the end, with one worker to look ahead."""
    made: list[Prefetcher[Any]] = []

    def make_one(source: Any, load: Any, **settings: Any) -> Prefetcher[Any]:  # noqa: ANN401 - as a prefetcher takes them
        made.append(Prefetcher(source, load, **{"backend": backend, "workers": 1, **settings}))
        return made[-1]

    yield make_one
    for frames in made:
        frames.close()


@pytest.fixture
def items(make: Callable[..., Prefetcher[Any]]) -> Iterator[Items]:  # noqa: ARG001 - lets loads go before those are closed
    with Items() as items:
        yield items
