"""Functions and methods whose results are kept."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from viewer.core.hints import hinting
from viewer.core.results.answer import Answer, Mode, Origin
from viewer.core.results.key import Arguments, digest, name_of, version_text

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

    def answer(self, call: Callable[[], T], function: str, key: str, *, temporary: int | None = None) -> Answer[T]:
        """Returns what is kept for ``key``, or calls ``call`` and keeps what it returns."""

    def instance(self, instance: object) -> tuple[bytes, int | None]:
        """Returns what stands for an object in the keys of its methods, and its number if only this run knows it."""

    def clear(self, *, function: str | None = None, tag: object = None, memory_only: bool = False) -> int:
        """Removes results, and returns how many files."""


class CachedFunction(Generic[P, T]):
    """A function whose results are kept; called like the function itself, also as a method.

    As a method, the results belong to what its object is: what its class's ``cache_key()`` returns, or the fields of a
    dataclass. Results of an object that is neither live in memory only, apart from those of all other objects and no
    longer than it does; leave it out with ``exclude="self"`` if it makes no difference.

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
            name: under which they are kept; None for the function's module and name.
            version: what to change when the function is changed so that it returns something else. Edits of other code
                make no difference. ``"source"`` stands for the text of the function itself.
            exclude: names of arguments that make no difference to the result; they reach the function all the same.
            files: names of arguments that are paths, or lists of paths: a file that is rewritten is another argument.
            stand_in: called with the exception when the function raises; what it makes is returned instead, and not
                kept. :meth:`ask` shows which it is.
            on_error: called with the exception and each path of ``files`` when the function raises, such as a
                :class:`viewer.core.results.quarantine.Quarantine`.

        Raises:
            ResultError: the function has no name or no source, or has no such argument.
            TypeError: ``stand_in`` or ``on_error`` is no function.
        """
        for option, value in (("stand_in", stand_in), ("on_error", on_error)):
            if value is not None and not callable(value):
                raise TypeError(f"{option} must be a function of the error, such as lambda error: …, not {value!r}.")
        functools.update_wrapper(self, function)
        self._function = function
        self._cache = cache
        self.name = name_of(function) if name is None else name
        self._version = version_text(function, version)
        self._arguments = Arguments(function, exclude, files)
        self._stand_in = stand_in
        self._on_error = on_error

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns what the function returns for these arguments; from memory or the disk if it is there.

        Arrays that come from there are read-only. Raises what the function raises, and ResultError if an argument
        cannot distinguish one result from another.
        """
        return self.ask(*args, **kwargs).value

    def ask(self, *args: P.args, **kwargs: P.kwargs) -> Answer[T]:
        """Returns what a call returns, and where it came from; raises what a call raises."""
        return self.ask_for(args, kwargs)

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Returns the name of the result on the disk; of a method, ask that of an object: ``thing.method.key(...)``."""
        return self.key_and_instance(args, kwargs)[0]

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

    def __reduce__(self) -> str:
        return str(self._function.__qualname__)  # sent to other processes by its name, as functions are

    def ask_for(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, is_method: bool = False) -> Answer[T]:
        """Returns the answer to a call with these arguments; of a method, the first of them is the object."""
        cache = self._cache()
        tag = cache.tag
        key, temporary = "", None
        if tag is not None and cache.mode is not Mode.BYPASS:
            key, temporary = self.key_and_instance(args, kwargs, is_method=is_method)
        try:
            return cache.answer(lambda: self._function(*args, **kwargs), self.name, key, temporary=temporary)
        except Exception as error:
            if self._on_error is not None:
                for path in self._arguments.paths(args, kwargs):
                    self._on_error(error, path)
            if self._stand_in is None:
                raise
            return Answer(self._stand_in(error), Origin.LOADED, error)

    def key_and_instance(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], *, is_method: bool = False
    ) -> tuple[str, int | None]:
        """Returns the key of a call, and the number of its object if the result is to go with that."""
        cache = self._cache()
        instance, temporary = None, None
        if is_method and not self._arguments.leaves_out_first:
            instance, temporary = cache.instance(args[0])
        written = self._arguments.written(args, kwargs, instance)
        return digest(cache.tag or "", self.name, self._version, written), temporary


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
        return self._function.key_and_instance((self._instance, *args), kwargs, is_method=True)[0]

    def clear(self, tag: object = None, *, memory_only: bool = False) -> int:
        """Removes the results of all objects; returns how many files were removed."""
        return self._function.clear(tag, memory_only=memory_only)
