"""Values that several callers get: what is in them is read before that, and no caller can change it for the others.

Arrays come as read-only views, so that the caller's own array stays as it is, and images as twins that copy their
pixels when they are drawn upon. Containers are made anew, of the same type and without copying pixels. What is neither,
such as a tensor or an object that holds a file, is handed out as it is.
"""

from __future__ import annotations

import copy
import sys
import threading
import weakref
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Parts: TypeAlias = Callable[[Any], Iterable[tuple[Any, Any]]]
    _Rebuild: TypeAlias = Callable[[Any, dict[Any, Any]], Any]

T = TypeVar("T")

DEEPEST = 20
"""Containers within containers that are looked into; what lies deeper is handed out as it is."""
_NUMBERS = frozenset({int, float, complex, bool, type(None)})
_ATOMS = _NUMBERS | {str, bytes, range, slice}
_PLAIN = frozenset({list, dict, tuple, set})
_OBJECT = 0
"""Stands among the identities of the containers around a value for those of ordinary classes."""
_HEAP_TYPE = 1 << 9
"""The flag of classes that are no built-in ones."""
_USUAL = "__reduce__", "__reduce_ex__", "__getstate__"
_ONCE = "__copy__", "__del__", "__enter__", "__next__", "__setstate__", "close"
"""Methods of classes whose objects are not copied: they may stand for something that there is once."""
_BYTES_OF_MODE = {"I": 4, "F": 4, "I;16": 2, "1": 1, "RGB": 4, "YCbCr": 4, "HSV": 4, "LAB": 4}
_reading = [threading.Lock() for _ in range(64)]
"""One image that stands in several items is read by one thread at a time."""


class Shared:
    """A value of which each caller gets a copy of its own, over the same pixels.

    Attributes:
        value: what the copies are made of; no caller gets it itself.
        make: returns a copy.
    """

    __slots__ = ("make", "value")

    def __init__(self, value: object, make: Callable[[], Any]) -> None:
        self.value = value
        self.make = make


def prepared(value: T, *, freeze: bool = True) -> T:
    """Returns the form in which a value is held, of which :func:`handed_out` makes what a caller gets.

    Images that were opened lazily are read, blocking, and let go of their files. Without ``freeze`` arrays and
    containers stay as they are, unless there are images in them.

    Raises:
        Exception: what reading an image does.
    """
    if type(value) in _ATOMS:
        return value
    own, make = _prepared(value, freeze, ())
    return own if make is None else cast("T", Shared(own, make))


def handed_out(value: T) -> T:
    """Returns what one caller gets of a value that is held."""
    return cast("T", value.make()) if isinstance(value, Shared) else value


def held_value(value: T) -> T:
    """Returns the value behind the form in which it is held, to be looked at only."""
    return cast("T", value.value) if isinstance(value, Shared) else value


def size_in_memory(value: object) -> int:
    """Returns the bytes that ``value`` takes, roughly: pixels and buffers, and what is in containers and objects."""
    return sys.getsizeof(value) if type(value) in _NUMBERS else _size(value, ())


class CallersCache(MutableMapping[int, Any]):
    """A cache of the caller's, which has the values themselves, with their form in which they are held."""

    def __init__(self, cache: MutableMapping[int, Any]) -> None:
        self._cache = cache

    def __getitem__(self, position: int) -> Any:  # noqa: ANN401 - whatever it holds
        value = self._cache.get(position, self)  # a defaultdict would make one
        if value is self:
            raise KeyError(position)
        return prepared(value)

    def __setitem__(self, position: int, value: Any) -> None:  # noqa: ANN401 - whatever is loaded
        self._cache[position] = held_value(value)

    def __delitem__(self, position: int) -> None:
        del self._cache[position]

    def __contains__(self, position: object) -> bool:
        return position in self._cache

    def __iter__(self) -> Iterator[int]:
        return iter(self._cache)

    def __len__(self) -> int:
        return len(self._cache)


class _How(NamedTuple):
    """How the values of one type are prepared.

    Attributes:
        parts: returns what is in one, with the index, key or name of each.
        rebuild: returns a copy, with other parts in the place of some.
        is_mutable: whether each caller gets one of its own, as one could change it for the others.
        is_object: whether it is of an ordinary class; such objects are not followed to others, which may be many.
    """

    parts: _Parts
    rebuild: _Rebuild
    is_mutable: bool
    is_object: bool = False


_Prepared: TypeAlias = "tuple[Any, Callable[[], Any] | None]"


def _prepared(value: Any, freeze: bool, within: tuple[int, ...]) -> _Prepared:  # noqa: ANN401, FBT001 - any value
    """Returns a value in the form in which it is held, and what makes a copy for a caller if each needs its own."""
    how = _how(type(value))
    if how is None or id(value) in within or len(within) > DEEPEST:
        return value, None
    if not isinstance(how, _How):
        return how(value, freeze)
    if how.is_object and _OBJECT in within:
        return value, None
    if _is_flat(value):
        return (value, None) if type(value) is tuple or not freeze else ((own := value.copy()), own.copy)
    within = (*within, _OBJECT, id(value)) if how.is_object else (*within, id(value))
    changes, makes = {}, []
    for key, part in how.parts(value):
        if type(part) not in _ATOMS:
            own, make = _prepared(part, freeze, within)
            if own is not part:
                changes[key] = own
            if make is not None:
                makes.append((key, make))
    if not makes and not (freeze and how.is_mutable):
        return (_rebuilt(how, value, changes) if changes else value), None
    own = _rebuilt(how, value, changes)
    return own, lambda: _rebuilt(how, own, {key: make() for key, make in makes})


def _is_flat(value: Any) -> bool:  # noqa: ANN401 - any value
    """Returns whether it is a usual container of numbers, text and the like, which is many times as fast to see."""
    kind = type(value)
    return kind in _PLAIN and _ATOMS.issuperset(map(type, value.values() if kind is dict else value))


def _rebuilt(how: _How, value: Any, changes: dict[Any, Any]) -> Any:  # noqa: ANN401 - any container
    try:
        return how.rebuild(value, changes)
    except Exception:  # noqa: BLE001 - a class that cannot be copied
        return value


def _how_of(kind: Any) -> _How | Callable[[Any, bool], _Prepared] | None:  # noqa: ANN401 - a class
    """Returns how values of a type are prepared, None if they are held as they are."""
    # By name: these libraries may not be here.
    bases = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    found = next((how for name, how in _HOW.items() if name in bases), None)
    if found is not None or not kind.__flags__ & _HEAP_TYPE or issubclass(kind, type):
        return found
    if hasattr(kind, "__dataclass_params__") and not hasattr(kind, "__del__"):
        is_frozen = kind.__dataclass_params__.frozen
        return _How(_attributes, _with_attributes, is_mutable=not is_frozen)
    is_usual = all(getattr(kind, name) is getattr(object, name) for name in _USUAL)
    if is_usual and not any(hasattr(kind, name) for name in _ONCE):
        return _How(_attributes, _with_attributes, is_mutable=False, is_object=True)
    return _with_images_read


def _with_items(value: Any, changes: dict[Any, Any]) -> Any:  # noqa: ANN401 - a list, a dictionary or the like
    own = value.copy() if type(value) in {list, dict} else copy.copy(value)
    for key, part in changes.items():
        own[key] = part
    return own


def _tuple_with(value: tuple[Any, ...], changes: dict[int, Any]) -> tuple[Any, ...]:
    own = tuple.__new__(type(value), [changes.get(index, part) for index, part in enumerate(value)])
    if hasattr(own, "__dict__"):
        vars(own).update(vars(value))
    return own


def _with_attributes(value: Any, changes: dict[str, Any]) -> Any:  # noqa: ANN401 - any object
    own = copy.copy(value)
    for name, part in changes.items():
        object.__setattr__(own, name, part)
    return own


def _attributes(value: object) -> Iterator[tuple[str, Any]]:
    yield from list(getattr(value, "__dict__", {}).items())
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            with suppress(AttributeError):  # not set, or of a private name
                yield name, object.__getattribute__(value, name)


def _with_images_read(value: Any, freeze: bool) -> _Prepared:  # noqa: ANN401, ARG001, FBT001 - as for the others
    """Reads the images of an object that is not copied."""
    for _, part in _attributes(value):
        if _how(type(part)) is _image:
            _read(part)
    return value, None


def _size(value: Any, within: tuple[int, ...]) -> int:  # noqa: ANN401 - any value
    kind = type(value)
    if kind in _ATOMS or kind is bytearray:
        return len(value) if kind in {bytes, bytearray, str} else sys.getsizeof(value)
    if _is_flat(value):
        return sys.getsizeof(value) + sum(map(sys.getsizeof, value.values() if kind is dict else value))
    how = _how(kind)
    nbytes = None if kind in _PLAIN else getattr(value, "nbytes", None)
    if isinstance(nbytes, int):
        return nbytes
    if how is _image:
        return value.width * value.height * _BYTES_OF_MODE.get(value.mode, len(value.getbands()))  # type: ignore[no-any-return]  # a Pillow image
    size = sys.getsizeof(value, 0)
    if (
        not isinstance(how, _How)
        or id(value) in within
        or len(within) > DEEPEST
        or (how.is_object and _OBJECT in within)
    ):
        return size
    within = (*within, _OBJECT, id(value)) if how.is_object else (*within, id(value))
    return size + sum(_size(part, within) for _, part in how.parts(value))


# Arrays


def _array(value: Any, freeze: bool) -> _Prepared:  # noqa: ANN401, FBT001 - a numpy array
    if not freeze:
        return value, None
    mask = value.__dict__.get("_mask") if hasattr(value, "__dict__") else None
    if not value.flags.writeable and not (mask is not None and mask.flags.writeable and mask.ndim):
        return value, None
    own = value.view()
    if hasattr(value, "__dict__"):
        vars(own).update(vars(value))  # a class may have attributes that it does not hand on
    if mask is not None and mask.ndim:
        own._mask = mask.view()  # noqa: SLF001 - to assign to ``mask`` would write into it
        own._mask.flags.writeable = False  # noqa: SLF001 - as above
    own.flags.writeable = False
    return own, None


# Images


def _image(value: Any, freeze: bool) -> _Prepared:  # noqa: ANN401, ARG001, FBT001 - a Pillow image
    _read(value)
    own = _twin(value)
    if getattr(own, "map", None) is not None:  # the file is mapped, and so still open
        own.im = own.im.copy()
        own.map = None
    _let_go(value, own)
    return own, partial(_twin, own)


def _read(image: Any) -> None:  # noqa: ANN401 - a Pillow image
    with _reading[id(image) // 16 % len(_reading)]:
        try:
            image.load()
        except BaseException:
            _close_with(image, _files(image))
            raise
        if getattr(image, "fp", None) is not None and "tag_v2" in vars(image):  # one of several pages of a TIFF
            for group in (0x8769, 0x8825, 0xA005):
                image.getexif().get_ifd(group)


def _twin(image: Any) -> Any:  # noqa: ANN401 - a Pillow image
    """Returns an image over the same pixels that copies them when it is drawn upon, as Pillow has no copy like that."""
    twin = object.__new__(type(image))
    vars(twin).update({name: each if type(each) in _ATOMS else _own(each) for name, each in vars(image).items()})
    twin.readonly = 1
    if twin.mode in {"L", "LA", "P", "PA"}:
        vars(twin)["putpalette"] = partial(_put_palette, weakref.ref(twin))
    return twin


def _put_palette(twin: weakref.ref[Any], *arguments: object, **keywords: object) -> None:
    """Stands for the method of an image, which would change the pixels of all twins."""
    image = twin()
    if image is not None:
        image._copy()  # noqa: SLF001 - what Pillow itself does first where others change pixels
        type(image).putpalette(image, *arguments, **keywords)


def _own(value: Any) -> Any:  # noqa: ANN401 - an attribute of an image
    kind = type(value)
    if kind in {list, dict}:
        return value.copy()
    if kind.__module__ == "PIL.ImagePalette":
        own = value.copy()
        own.dirty = value.dirty
        return own
    if kind.__module__ == "PIL.Image" and kind.__name__ == "Exif":
        own = copy.copy(value)
        vars(own).update({name: _own(each) for name, each in vars(value).items()})
        return own
    return value


def _let_go(image: Any, own: Any) -> None:  # noqa: ANN401 - Pillow images
    """Takes the file from ``own``; it is closed with ``image``, unless that is still in use elsewhere."""
    held = vars(own)
    files = _files(own)
    if not files:
        return
    from PIL._util import DeferredError  # noqa: PLC0415 - there is an image already

    closed = DeferredError.new(ValueError("The file of this image is closed: seek() to another page in load."))
    for name, each in held.items():
        inside = getattr(each, "__dict__", {})
        if name == "_exif" and inside.get("fp") in files:
            inside["fp"] = closed
        elif each in files or inside.get("fp") in files:
            held[name] = None if name == "fp" else closed
    _close_with(image, files)


def _files(image: Any) -> list[Any]:  # noqa: ANN401 - a Pillow image
    return [file for name in ("fp", "_fp") if "read" in dir(file := vars(image).get(name))]


def _close_with(image: Any, files: list[Any]) -> None:  # noqa: ANN401 - a Pillow image
    """Has the files that an image has opened closed when nothing holds it any more, and before Python complains."""
    if vars(image).get("_exclusive_fp"):
        for file in files:
            weakref.finalize(image, file.close).atexit = False


_HOW: dict[str, _How | Callable[[Any, bool], _Prepared]] = {
    "PIL.Image.Image": _image,
    "numpy.ndarray": _array,
    "types.SimpleNamespace": _How(_attributes, _with_attributes, is_mutable=True),
    "builtins.dict": _How(lambda value: list(value.items()), _with_items, is_mutable=True),
    "builtins.list": _How(enumerate, _with_items, is_mutable=True),
    "collections.deque": _How(enumerate, _with_items, is_mutable=True),
    "builtins.tuple": _How(enumerate, _tuple_with, is_mutable=False),
    # What is in a set cannot be changed.
    "builtins.set": _How(enumerate, lambda value, _changes: copy.copy(value), is_mutable=True),
    "builtins.frozenset": _How(enumerate, lambda value, _changes: value, is_mutable=False),
}
_how = cast("Callable[[type], _How | Callable[[Any, bool], _Prepared] | None]", lru_cache(maxsize=1024)(_how_of))
