"""Finding the function named on the command line, in a script or a module."""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import os
import sys
import traceback
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viewer.core.errors import LookaheadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType, TracebackType

EXTRAS = ("number", "path")
"""What a function gets by name besides the frame, if it has parameters called so."""

SCRIPT_PREFIX = "lookahead_script_"
"""What a script is called as a module, before its own name: it must hide no module of the same name."""


class UserFunction:
    """A function named ``measure.py:mean`` or ``package.module:mean``; can be sent to other processes, by its name.

    A script is imported as a module, so what stands under ``if __name__ == "__main__":`` does not run, and it finds
    the modules beside it as it does when Python runs it.

    Attributes:
        name: the function's name.
        target: where it is, the same from whatever folder a script was named.
    """

    def __init__(self, target: str) -> None:
        """Imports nothing yet; a script is looked for in the current folder.

        Raises LookaheadError if ``target`` does not name a function of a script or module, or there is no such script.
        """
        place, separator, self.name = target.rpartition(":")
        if not (separator and place and self.name):
            raise LookaheadError(
                f'"{target}" does not name a function. Write the script or module, a colon and the function, '
                "as in measure.py:mean or package.module:mean."
            )
        self._script = None
        if place.endswith(".py") or os.sep in place or "/" in place:
            self._script = Path(place).absolute()
            if not self._script.is_file():
                raise LookaheadError(f"There is no file {place}.")
            place = str(self._script)
        self._place = place
        self.target = f"{place}:{self.name}"

    @property
    def source_digest(self) -> str:
        """A digest of the script's or module's text, "" if it has none."""
        file = self._script or getattr(self._module, "__file__", None)
        try:
            return hashlib.blake2b(Path(file).read_bytes(), digest_size=16).hexdigest() if file else ""
        except OSError:
            return ""

    def __reduce__(self) -> tuple[type[UserFunction], tuple[str]]:
        return UserFunction, (self.target,)

    def __call__(self, frame: object, number: int, path: str) -> object:
        """Returns what the function makes of ``frame``; gives it the number and the path if it asks for them.

        A coroutine is awaited, in an event loop of its own, and a generator is read to its end.
        """
        given = {"number": number, "path": path}
        value = self._function(frame, **{name: given[name] for name in self._extras})
        if inspect.iscoroutine(value):
            import asyncio  # noqa: PLC0415 - only where it is needed

            value = asyncio.run(value)
        return list(value) if inspect.isgenerator(value) else value

    def check(self, kind: str = "array") -> None:
        """Imports it, if that was not done; ``kind`` says what the frame is.

        Raises LookaheadError if that fails, it cannot be called with a frame, or its first parameter, which gets the
        frame, is called as one that does not.
        """
        try:
            signature = inspect.signature(self._function)
        except ValueError:  # one written in C, which has no signature
            return
        first = next(iter(signature.parameters), "")
        if first in EXTRAS and first != kind:
            instead = " or add --kind path" if first == "path" else ""
            raise LookaheadError(
                f"{self.name}{signature} would get the frame as {first}, as that is its first parameter. Put one "
                f"for the frame before it, as in {self.name}(frame, {first}){instead}."
            )
        try:
            signature.bind(None, **dict.fromkeys(self._extras))
        except TypeError as error:
            raise LookaheadError(
                f"{self.name}{signature} cannot be called with one frame: {error}. "
                "The frame comes first; number and path are given to parameters of these names."
            ) from error

    @cached_property
    def _function(self) -> Callable[..., object]:
        found: Any = self._module
        for part in self.name.split("."):
            try:
                found = getattr(found, part)
            except AttributeError:
                raise LookaheadError(f"There is no function {self.name} in {self._place}.") from None
        if not callable(found):
            raise LookaheadError(f"{self.name} in {self._place} is no function: it is {found!r:.100}.")
        return found  # type: ignore[no-any-return]  # callable was asked

    @cached_property
    def _extras(self) -> tuple[str, ...]:
        try:
            others = list(inspect.signature(self._function).parameters.values())[1:]
        except ValueError:
            return ()
        by_name = {each.name for each in others if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}}
        return tuple(name for name in EXTRAS if name in by_name)

    @cached_property
    def _module(self) -> ModuleType:
        folder = str(self._script.parent) if self._script else str(Path.cwd())
        if folder not in sys.path:
            sys.path.insert(0, folder)
        try:
            return importlib.import_module(self._place) if self._script is None else _imported(self._script)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - reported; a script may also exit
            if self._script is None and isinstance(error, ModuleNotFoundError) and _is_part(error.name, self._place):
                raise LookaheadError(f"There is no module {self._place}.") from None
            raise LookaheadError(f"{self._place} could not be imported.\n{traceback_text(error)}") from None


def traceback_text(error: BaseException) -> str:
    """Returns the traceback of ``error`` without the part that is this program's and the import system's."""
    own = f"{Path(__file__).parent}{os.sep}"

    def is_ours(trace: TracebackType) -> bool:
        name = trace.tb_frame.f_code.co_filename
        return name.startswith((own, "<frozen importlib")) or name == importlib.__file__

    trace = error.__traceback__
    while trace is not None and is_ours(trace):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()


class _Script(importlib.machinery.SourceFileLoader):
    """Compiles a script anew each time: a cache would not see a change within the same second, and lie beside it."""

    def get_code(self, fullname: str) -> CodeType:
        """Returns the code of the script as it is now."""
        return self.source_to_code(self.get_data(self.get_filename(fullname)), self.path)


def _imported(script: Path) -> ModuleType:
    name = f"{SCRIPT_PREFIX}{script.stem}"
    if script.suffix != ".py":
        raise LookaheadError(f"{script} is no Python script: its name does not end in .py.")
    loader = _Script(name, str(script))
    spec = importlib.util.spec_from_file_location(name, script, loader=loader)
    assert spec is not None  # noqa: S101 - it is made of the loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # what is defined there is found again by its name, as by pickle
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _is_part(name: str | None, dotted: str) -> bool:
    return name is not None and f"{dotted}.".startswith(f"{name}.")
