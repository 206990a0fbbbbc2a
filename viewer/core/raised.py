"""Errors that are kept and raised later: without what their load had in memory, and one of its own for each caller.

One is made anew, in this process or another, of the same kind and with the same arguments and attributes. Many cannot
be made of their arguments alone, as their constructors take others: then the constructor is left out.
"""

from __future__ import annotations

import dis
import types
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
        make, arguments, state, _, _, restore = reduced_error(error)
        copied: E = make(*arguments)
        restore(copied, state)
        for name in ("__context__", "__suppress_context__"):
            object.__setattr__(copied, name, getattr(error, name))  # its class may be a frozen one
        return copied.with_traceback(error.__traceback__)
    except Exception:  # noqa: BLE001 - whatever its constructor raises
        return error


def reduced_error(error: BaseException) -> tuple[Any, tuple[Any, ...], tuple[Any, ...], None, None, Any]:
    """Returns how to make ``error`` anew, as a reducer of pickle does; its traceback is left out."""
    # Not copyreg's way: where a package has taught that to pickle tracebacks, it makes another kind of copy.
    make, arguments, *rest = cast("tuple[Any, ...]", error.__reduce__())
    slots = {
        name: getattr(error, name)
        for kind in type(error).__mro__
        for name in _names(vars(kind).get("__slots__", ()))
        if hasattr(error, name)
    }
    notes = list(getattr(error, "__notes__", ()))
    state = (rest[0] if rest else None), slots, notes, error.__cause__
    return _made, (type(error), make, arguments, error.args), state, None, None, _restore


def _names(slots: str | tuple[str, ...]) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _made(
    kind: type[BaseException], make: Callable[..., Any], arguments: tuple[Any, ...], args: tuple[Any, ...]
) -> Any:  # noqa: ANN401 - what an error says that it is made of can be anything
    try:
        made = make(*arguments)
    except Exception:
        if make is not kind:
            raise
        try:
            made = kind.__new__(kind, *args)
        except Exception:  # noqa: BLE001 - it takes others there too
            made = BaseException.__new__(kind, *args)
    if isinstance(made, BaseException):
        object.__setattr__(made, "args", args)  # its class may be a frozen one
    return made


def _restore(made: Any, state: tuple[Any, ...]) -> None:  # noqa: ANN401 - as above
    own, slots, notes, cause = state
    if not isinstance(made, BaseException):  # some errors are made again as something else
        return
    if isinstance(own, dict):
        vars(made).update(own)
    elif own is not None:
        made.__setstate__(own)
    for name, value in {**slots, "__cause__": cause}.items():
        object.__setattr__(made, name, value)
    if notes:
        vars(made)["__notes__"] = notes


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
