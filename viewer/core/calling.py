"""Calls of the functions that a program hands in: each gives a value or raises an error, and never ends a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.loaded import loaded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


def called(function: Callable[..., T], *arguments: object) -> T:
    """Returns what ``function`` returns; where that is awaitable, it is awaited, blocking.

    Raises:
        RuntimeError: ``function`` raised StopIteration or StopAsyncIteration, which is the cause: a loop over the
            results would take either for its end (PEP 479).
        BaseException: any other that it raised.
    """
    try:
        value = function(*arguments)
        return _awaited(value) if hasattr(type(value), "__await__") else value
    except (StopIteration, StopAsyncIteration) as error:
        raise not_an_end(error, function) from error


def not_an_end(error: BaseException, source: object) -> BaseException:
    """Returns what to raise in place of an ``error`` that ``source`` has raised; itself if it does not end loops."""
    if not isinstance(error, StopIteration | StopAsyncIteration):
        return error
    name = getattr(source, "__qualname__", type(source).__qualname__)
    kind = type(error).__name__
    instead = RuntimeError(f"{name} raised {kind}, as next() does at the end. Give next() a default.")
    instead.__cause__ = error
    return instead


def _awaited(value: Any) -> Any:  # noqa: ANN401 - any awaitable, and its result
    """Returns the result of an awaitable; on an event loop of its own, as loops belong to threads."""
    import asyncio  # noqa: PLC0415 - few functions are asynchronous, and it takes its time
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as above

    async def result(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401 - as above
        return await awaitable

    def run() -> Any:  # noqa: ANN401 - as above
        # With a factory the runner leaves the current event loop of this thread as it is.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(result(value))

    if not runs_loop():
        return run()
    with ThreadPoolExecutor(1, "lookahead-awaits") as other:  # a thread runs one event loop at a time
        return other.submit(run).result()


def runs_loop() -> bool:
    """Returns whether the calling thread runs an event loop now."""
    asyncio = loaded("asyncio")
    try:
        return asyncio is not None and asyncio.get_running_loop() is not None
    except RuntimeError:
        return False
