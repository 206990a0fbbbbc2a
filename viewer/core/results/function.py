"""Functions and methods whose results are kept."""

from __future__ import annotations

import functools
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from viewer.core.errors import ResultError
from viewer.core.hints import hinting
from viewer.core.results import code
from viewer.core.results.answer import Answer, Mode, Origin
from viewer.core.results.encoding import encoded, item
from viewer.core.results.key import Arguments, key_of, version_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

P = ParamSpec("P")
Q = ParamSpec("Q")
S = TypeVar("S")
T = TypeVar("T")


class Cache(Protocol):
    """What a function needs to know of the cache that keeps its results."""

    @property
    def mode(self) -> Mode:
        """What is done with what is kept."""

    @property
    def tag(self) -> str | None:
        """Which data set the results belong to, or None."""

    def answer(self, call: Callable[[], T], function: str, key: str, *, code: str = "") -> Answer[T]:
        """Returns what is kept for ``key``, or calls ``call`` and keeps what it returns."""

    def clear(self, *, function: str | None = None, tag: object = None, memory_only: bool = False) -> int:
        """Removes results, and returns how many files."""


COUNTED = 3
"""Changes of a class, from call to call, after which it is taken for a counter, of which a warning tells."""


class CachedFunction(Generic[P, T]):
    """A function whose results are kept; called like the function itself, also as a method.

    As a method, the results belong to what its object is: what its class's ``cache_key()`` returns, or else its class,
    the constants there, and all its attributes, as they are at the call. Leave it out with ``exclude="self"`` if it
    makes no difference.

    Attributes:
        name: under which the results are kept.
    """

    @hinting("cached")
    def __init__(
        self,
        function: Callable[P, T],
        cache: Callable[[], Cache],
        *,
        name: str | None = None,
        version: object = 1,
        exclude: Iterable[str] = (),
        files: Iterable[str] = (),
        stand_in: Callable[[Exception], T] | None = None,
        on_error: Callable[[Exception, str], object] | None = None,
    ) -> None:
        """Touches nothing on the disk.

        Args:
            function: must always return the same for the same arguments.
            cache: returns where the results are kept; asked at each call.
            name: under which they are kept, and which alone tells this function from others. None for the function's
                file and its name there, with the variables around it; what has no lasting file, as in a notebook,
                is known by its code.
            version: what to change when the function is changed so that it returns something else. Edits of other code
                make no difference. ``"source"`` stands for the text of the function itself. Without either, a
                RuntimeWarning says once that results are of a function that was edited since.
            exclude: names of arguments that make no difference to the result; they reach the function all the same.
            files: names of arguments that are paths, or lists of paths: a file that is rewritten is another argument.
            stand_in: called with the exception when the function raises; what it makes is returned instead, and not
                kept. :meth:`ask` shows which it is.
            on_error: called with the exception and each path of ``files``, or without those the arguments as text, when
                the function raises; such as a :class:`viewer.core.results.quarantine.Quarantine`. What it raises itself
                goes to ``threading.excepthook``.

        Raises:
            ResultError: the function has no name or no source, or has no such argument; or it is a coroutine function
                or a generator function, whose results could be read once only.
            TypeError: ``stand_in`` or ``on_error`` is no function.
        """
        for option, value in (("stand_in", stand_in), ("on_error", on_error)):
            if value is not None and not callable(value):
                raise TypeError(f"{option} must be a function of the error, such as lambda error: …, not {value!r}.")
        code.refuse_unfit(function)
        functools.update_wrapper(self, function)
        self._function = function
        self._cache = cache
        self.name = code.name_of(function, encoded) if name is None else name
        self._is_named = name is not None
        self._code = code.code_mark(function, encoded)
        self._version = version_text(function, version)
        self._arguments = Arguments(function, exclude, files)
        self._stand_in = stand_in
        self._on_error = on_error
        self._has_warned = False
        self._of_class: tuple[type, dict[str, object]] | None = None
        self._changes = 0

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns what the function returns for these arguments; from memory or the disk if it is there.

        Arrays are read-only, at the first call too. Raises what the function raises, and ResultError if an argument
        cannot distinguish one result from another.
        """
        return self.ask(*args, **kwargs).value

    def ask(self, *args: P.args, **kwargs: P.kwargs) -> Answer[T]:
        """Returns what a call returns, and where it came from; raises what a call raises."""
        return self.ask_for(args, kwargs)

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Returns the name of the result on the disk; of a method, ask that of an object: ``thing.method.key(...)``."""
        return self._key(args, kwargs)[0]

    def clear(self, tag: object = None, *, memory_only: bool = False) -> int:
        """Removes the results of this function, of all versions; in one data set, or in all. See ResultCache.clear."""
        return self._cache().clear(function=self.name, tag=tag, memory_only=memory_only)

    @overload
    def __get__(self, instance: None, owner: type, /) -> CachedFunction[P, T]: ...

    @overload
    def __get__(
        self: CachedFunction[Concatenate[S, Q], T], instance: S, owner: type | None = None, /
    ) -> BoundFunction[Q, T]: ...

    def __get__(self, instance: object, owner: type | None = None, /) -> CachedFunction[P, T] | BoundFunction[..., T]:
        return self if instance is None else BoundFunction(self, instance)

    def cache_key(self) -> tuple[object, ...]:
        """Returns what makes a difference where a cached function is an argument itself."""
        return self._function, self._version, self._stand_in

    def __reduce__(self) -> str:
        return str(self._function.__qualname__)  # sent to other processes by its name, as functions are

    def ask_for(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, is_method: bool = False) -> Answer[T]:
        """Returns the answer to a call with these arguments; of a method, the first of them is the object."""
        cache = self._cache()
        is_kept = cache.tag is not None and cache.mode is not Mode.BYPASS
        key, missing = self._key(args, kwargs) if is_kept else ("", None)
        answer: Answer[T]
        try:
            if missing is None:
                answer = cache.answer(lambda: self._function(*args, **kwargs), self.name, key, code=self._code)
            else:
                answer = Answer(self._function(*args, **kwargs), Origin.LOADED)
        except Exception as error:
            self._report(error, args, kwargs)
            if self._stand_in is None:
                raise
            return Answer(self._stand_in(error), Origin.LOADED, error)
        if missing is not None:
            self._warn_once(f"The results of {self.name} are not kept where a file is not there, as {missing}.")
        elif is_kept and is_method and answer.origin is Origin.LOADED and self._has_changed(key, args, kwargs):
            self._warn_once(
                f"{self.name} changes its object while it runs, and the result is kept for what the object was before. "
                "Give its class a method cache_key() that leaves out what makes no difference."
            )
        elif is_kept and is_method and answer.origin is Origin.LOADED and (name := self._counted(type(args[0]))):
            self._warn_once(
                f"{self.name} is computed anew at each call, as {name} of its class is always another value, which may "
                "make a difference. Keep what only counts in an object, or give the class a method cache_key()."
            )
        return answer

    def _counted(self, kind: type) -> str | None:
        """Returns the constant of the class of a method that has changed before each of the last calls, if one has."""
        found = [*code.constants(code.parts_of_class(kind, encoded))] if code.is_written(kind) else []
        now = dict(reversed(found))  # what a class has itself counts, and not what its base has under that name
        before, self._of_class = self._of_class, (kind, now)
        if before is None or before[0] is not kind:
            return None
        changed = next((name for name, value in now.items() if value != before[1].get(name, value)), None)
        self._changes = 0 if changed is None else self._changes + 1
        return changed if self._changes >= COUNTED else None

    def _has_changed(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        try:
            return not self._arguments.has_paths and self._key(args, kwargs)[0] != key
        except ResultError:
            return True

    def _warn_once(self, message: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(message, RuntimeWarning, stacklevel=4)

    def _report(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._on_error is None:
            return
        try:
            for each in self._arguments.paths(args, kwargs) or [self._arguments.shown(args, kwargs)]:
                self._on_error(error, each)
        except Exception:  # noqa: BLE001 - the caller gets the error that it is about
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _key(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, str | None]:
        """Returns the key of a call, and a file that it names and that is not there."""
        around = [] if self._is_named else code.captured(self._function, encoded)
        written = self._arguments.written(args, kwargs)
        tag = self._cache().tag or ""
        return key_of(tag, self.name, self._version, item("around", *around), written.data), written.missing


class BoundFunction(Generic[P, T]):
    """A cached method of one object."""

    def __init__(self, function: CachedFunction[..., T], instance: object) -> None:
        functools.update_wrapper(self, function, updated=())
        self._function = function
        self._instance = instance

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns the result for these arguments and this object."""
        return self.ask(*args, **kwargs).value

    def ask(self, *args: P.args, **kwargs: P.kwargs) -> Answer[T]:
        """Returns the result for these arguments and this object, and where it came from."""
        return self._function.ask_for((self._instance, *args), kwargs, is_method=True)

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Returns the key of the result for these arguments and this object."""
        return self._function.key((self._instance, *args), kwargs)

    def cache_key(self) -> tuple[object, ...]:
        """Returns what makes a difference where a cached method is an argument itself."""
        return self._function, self._instance

    def clear(self, tag: object = None, *, memory_only: bool = False) -> int:
        """Removes the results of all objects; returns how many files were removed."""
        return self._function.clear(tag, memory_only=memory_only)
