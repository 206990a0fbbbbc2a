"""Errors that are kept and raised later: without what their load had in memory, and one of its own for each caller."""

from __future__ import annotations

import dis
import types
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

E = TypeVar("E", bound=BaseException)

_NOP = dis.opmap["NOP"]


def without_locals(error: BaseException) -> None:
    """Lets ``error`` go on without the functions that it came through, with its causes and parts; any thread.

    Their variables would live as long as it does. Its traceback has the same files, names and lines.
    """
    left, seen = [error], set[int]()
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        entries, traceback = [], each.__traceback__
        while traceback is not None:
            entries.append(traceback)
            traceback = traceback.tb_next
        for entry in reversed(entries):
            traceback = _empty(entry, traceback)
        each.with_traceback(traceback)
        if isinstance(each, AttributeError):
            each.obj = type(each.obj)  # for “Did you mean”, which its class is enough for
        left += [other for other in (each.__cause__, each.__context__) if other is not None]
        left += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def copy_of(error: E) -> E:
    """Returns a copy, as each caller who raises it adds to its traceback; one that cannot be copied is returned itself.

    Its cause, notes and attributes are the same, and its traceback begins as that of ``error`` is.
    """
    try:
        copied = _made_like(error)
        if hasattr(error, "__notes__"):
            copied.__dict__["__notes__"] = list(error.__notes__)
        for name in ("__cause__", "__context__", "__suppress_context__"):
            object.__setattr__(copied, name, getattr(error, name))  # its class may be a frozen one
    except Exception:  # noqa: BLE001 - whatever its constructor raises
        return error
    return copied.with_traceback(error.__traceback__)


def _made_like(error: E) -> E:
    try:
        # Not copy.copy(): where a package has taught copyreg to pickle tracebacks, that makes another kind of copy.
        make, arguments, *state = cast("tuple[Any, ...]", error.__reduce__())
        made: E = make(*arguments)
        made.__dict__.update(*state)
    except Exception:  # noqa: BLE001 - it is made from something else than its arguments, as many are
        made = type(error).__new__(type(error), *error.args)
        made.__dict__.update(error.__dict__)
    object.__setattr__(made, "args", error.args)
    return made


def _empty(entry: TracebackType, following: TracebackType | None) -> TracebackType:
    """Returns an entry of a traceback that looks the same."""
    frame = _frame(entry.tb_frame.f_code, entry.tb_frame.f_globals.get("__name__"))
    return types.TracebackType(following, frame, entry.tb_lasti, entry.tb_lineno)


@lru_cache(maxsize=1024)
def _frame(code: CodeType, module: str | None) -> FrameType:
    """Returns the frame of a function that looks like ``code``, and has no variables."""
    like = _template.__code__
    like = like.replace(
        co_code=like.co_code + bytes([_NOP, 0]) * (len(code.co_code) // 2),  # never run; columns are told by the place
        co_filename=code.co_filename,
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=code.co_firstlineno,
        co_linetable=code.co_linetable,
    )
    # That of a generator which has not begun: any other would keep those of its callers.
    return cast("FrameType", types.FunctionType(like, {"__name__": module})().gi_frame)


def _template() -> Iterator[None]:
    yield
