"""Values as plain data and buffers, and back: exactly, or not at all.

A value becomes a tree of what JSON can hold, in which pixels and bytes stand as the numbers of their buffers. What is
turned back is never trusted: a tree that does not fit its buffers is an error, and nothing in it is executed.
"""

from __future__ import annotations

import io
import math
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.errors import ResultError
from viewer.core.frame import BGRX, PLAIN, Alpha, Frame, Range, SampleInfo, TransferCurve
from viewer.core.loaded import loaded
from viewer.core.records import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DIMENSIONS = 64
_MODES = {
    **dict.fromkeys(("1", "L", "P"), 1),
    **dict.fromkeys(("LA", "PA", "La", "I;16", "I;16L", "I;16B"), 2),
    **dict.fromkeys(("RGB", "YCbCr", "LAB", "HSV"), 3),
    **dict.fromkeys(("RGBA", "RGBX", "RGBa", "CMYK", "I", "F"), 4),
}  # Pillow's modes and the bytes of a pixel
_RAW = {"1": ("L", "1;8")}
"""How pixels are written and read, where it is not as the mode: eight in a byte would fill the memory from little."""
_MOST_EMPTY = 1 << 16  # the side of an image without pixels, as Pillow takes memory for each row

_AS_PLAIN: dict[str, Callable[[Any], object]] = {
    "range": tuple,
    "alpha": lambda alpha: alpha.value,
    "transfer": lambda transfer: transfer.value,
}
_FROM_PLAIN: dict[str, Callable[[Any], Any]] = {
    "range": lambda pair: Range(*pair),
    "alpha": Alpha,
    "transfer": TransferCurve,
}
"""What samples mean, where it is of a type of ours: as types that can be packed, and back."""


class Packed(NamedTuple):
    """A value, taken apart.

    Attributes:
        tree: what JSON can hold.
        buffers: the pixels and bytes that the tree numbers.
        code: what tells whether the function that returned it was edited since; empty if nothing does.
    """

    tree: object
    buffers: Sequence[memoryview]
    code: str = ""

    @property
    def nbytes(self) -> int:
        """The memory that the tree and the buffers take, in bytes."""
        if type(self.tree) not in {dict, list}:
            return sys.getsizeof(self.tree)
        size = sum(buffer.nbytes for buffer in self.buffers)
        trees = [self.tree]
        while trees:
            tree = trees.pop()
            size += sys.getsizeof(tree)
            if type(tree) is list:
                trees += tree
            elif type(tree) is dict:
                trees += tree.values()
        return size

    def copied(self) -> Packed:
        """Returns the same with buffers of its own, which are read-only."""
        return self._replace(buffers=[memoryview(bytes(buffer)) for buffer in self.buffers])


def pack(value: object) -> Packed:
    """Takes ``value`` apart; its buffers are the memory of ``value`` itself where that can be.

    Raises:
        ResultError: it is none of: None, truth values, numbers, text, bytes, numpy arrays without objects and their
            scalars, Pillow's images, frames, and lists, tuples and dicts (with texts for keys) of these.
    """
    buffers: list[memoryview] = []
    try:
        return Packed(_packed(value, buffers), buffers)
    except RecursionError:
        raise ResultError("A result that holds itself, or is nested too deeply, cannot be kept.") from None


def unpack(packed: Packed) -> object:
    """Puts a value together; arrays and frames lie in the buffers and are read-only.

    Raises:
        ValueError: the tree is none that :func:`pack` makes, or does not fit the buffers.
        ImportError: the library for what it is is not installed.
    """
    if type(packed.tree) not in {dict, list}:
        return packed.tree
    try:
        # Each buffer belongs to one place: a small file could name a large one again and again.
        return _unpacked(packed.tree, dict(enumerate(packed.buffers)))
    except (TypeError, LookupError, AttributeError, OverflowError, RecursionError, SyntaxError) as error:
        raise ValueError(f"The result is none that was kept here: {error}.") from error


def as_png(value: Any) -> bytes | None:  # noqa: ANN401 - whatever a function returned
    """Returns a picture as a PNG file, to be looked at, or None if it is none that can be shown."""
    numpy = loaded("numpy")
    try:
        from PIL import Image  # noqa: PLC0415 - the core is of use without Pillow

        if type(value) is Frame and value.is_bgrx:
            value = value.array()[..., 2::-1]
        if numpy is not None and isinstance(value, numpy.ndarray):
            value = Image.fromarray(numpy.ascontiguousarray(value))
        if not isinstance(value, Image.Image):
            return None
        file = io.BytesIO()
        value.save(file, "PNG", compress_level=1)
    except (ImportError, OSError, ValueError, TypeError, LookupError):
        return None
    return file.getvalue()


def _packed(value: Any, buffers: list[memoryview]) -> object:  # noqa: ANN401, PLR0911, C901 - a table of types
    # Exact types only: an object of a subclass would come back as something else.
    kind = type(value)
    if value is None or kind is bool or (kind is str and _is_text(value)):
        return value
    if kind is int:
        return value if abs(value) < 10**15 else {"int": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is complex:
        return {"complex": [_packed(value.real, buffers), _packed(value.imag, buffers)]}
    if kind is str:
        return {"str": value.encode("utf-8", "surrogatepass").hex()}
    if kind is list:
        return [_packed(each, buffers) for each in value]
    if kind is tuple:
        return {"tuple": [_packed(each, buffers) for each in value]}
    if kind is dict:
        if wrong := [key for key in value if type(key) is not str or not _is_text(key)]:
            raise ResultError(f"A dict with the key {wrong[0]!r} cannot be kept; use texts as keys.")
        return {"dict": {key: _packed(each, buffers) for key, each in value.items()}}
    if kind is bytes:
        return {"bytes": _add(memoryview(value), buffers)}
    if kind is Frame:
        parts = value.planes, value.channels, value.description, _plain_info(value.info), value.indices
        return {"frame": [_packed(each, buffers) for each in parts]}
    if (found := _packed_array(value, buffers)) is not None or (found := _packed_image(value, buffers)) is not None:
        return found
    raise ResultError(
        f"A result of the type {kind.__module__}.{kind.__qualname__} cannot be kept on the disk; return an array, an "
        "image, bytes, or numbers and texts in lists, tuples and dicts."
    )


def _packed_array(value: Any, buffers: list[memoryview]) -> object:  # noqa: ANN401 - whatever a function returns
    numpy = loaded("numpy")  # not imported: a program with an array has imported it
    if numpy is None or not (type(value) in {numpy.ndarray, numpy.memmap} or isinstance(value, numpy.generic)):
        return None
    if value.dtype.hasobject:
        raise ResultError("An array of Python objects cannot be kept on the disk; give it a type of numbers.")
    array = numpy.asarray(value)
    descr = numpy.lib.format.dtype_to_descr(array.dtype)
    if numpy.lib.format.descr_to_dtype(descr) != array.dtype:
        raise ResultError(f"An array of {array.dtype} cannot be kept on the disk; give it a type of numbers.")
    by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
    samples = numpy.ravel(array, order="F" if by_columns else "C").view(numpy.uint8)
    number = _add(memoryview(samples), buffers)
    if isinstance(value, numpy.generic):
        return {"scalar": [number, descr]}
    return {"array": [number, descr, list(array.shape), bool(by_columns)]}


def _packed_image(value: Any, buffers: list[memoryview]) -> object:  # noqa: ANN401 - whatever a function returns
    pillow = loaded("PIL.Image")
    if pillow is None or not isinstance(value, pillow.Image):
        return None
    if value.mode not in _MODES:
        raise ResultError(f"An image of the mode {value.mode} cannot be kept; convert it to another, such as RGB.")
    number = _add(memoryview(value.tobytes("raw", _RAW.get(value.mode, (value.mode,))[0])), buffers)
    palette = None
    if value.mode in {"P", "PA"} and value.palette is not None:
        mode = value.palette.mode
        palette = [mode, bytes(value.getpalette(mode)).hex()]
    info = {}
    for key, each in value.info.items():
        more: list[memoryview] = []
        try:
            _packed({key: each}, more)
        except ResultError:
            continue  # what a decoder notes for itself
        info[key] = _packed(each, buffers)
    return {"image": [number, value.mode, list(value.size), palette, info, _exif(value)]}


def _exif(image: Any) -> str | None:  # noqa: ANN401 - an image of Pillow
    """Returns the Exif tags of an image, where they are not what ``info`` holds: of a TIFF, or changed in memory."""
    if image._exif is None:  # noqa: SLF001 - nothing else tells
        return None
    plain = type(image._exif)()  # noqa: SLF001
    try:
        plain.load(image.info.get("exif"))
        known, now = plain.tobytes(), image.getexif().tobytes()
    except Exception as error:  # of a decoder, about tags of any kind
        raise ResultError(f"The Exif tags of an image cannot be kept: {error}. Return a copy() of it.") from error
    return None if now == known else now.hex()


def _unpacked(tree: Any, buffers: dict[int, memoryview]) -> object:  # noqa: ANN401, C901, PLR0911, PLR0912 - a table
    if isinstance(tree, list):
        return [_unpacked(each, buffers) for each in tree]
    if not isinstance(tree, dict):
        return tree
    [(kind, inner)] = tree.items()
    match kind:
        case "int":
            return int(inner, 16)
        case "float":
            return float(inner)
        case "complex":
            real, imaginary = (_unpacked(each, buffers) for each in inner)
            return complex(_number(real), _number(imaginary))
        case "str":
            return bytes.fromhex(inner).decode("utf-8", "surrogatepass")
        case "tuple":
            return tuple(_unpacked(each, buffers) for each in inner)
        case "dict":
            return {key: _unpacked(each, buffers) for key, each in inner.items()}
        case "bytes":
            return bytes(buffers.pop(inner))
        case "frame":
            return _unpacked_frame(inner, buffers)
        case "scalar":
            number, descr = inner
            return _array(buffers.pop(number), descr, [], by_columns=False)[()]
        case "array":
            number, descr, shape, by_columns = inner
            return _array(buffers.pop(number), descr, shape, by_columns=by_columns is True)
        case "image":
            return _unpacked_image(inner, buffers)
        case _:
            raise ValueError(f"The result holds {kind}, which this version does not know.")


def _unpacked_frame(inner: Any, buffers: dict[int, memoryview]) -> Frame:  # noqa: ANN401 - from the disk
    parts: Any = [_unpacked(each, buffers) for each in inner]
    planes, channels, description, info, indices = parts
    arrays = [*planes, *([] if indices is None else [indices])]
    if (
        {type(planes), type(channels), *map(type, channels), type(description)} != {tuple, str}
        or not planes
        or any(each.dtype.kind not in "buifc" or each.ndim not in {2, 3} for each in arrays)
        or len({each.shape[:2] for each in arrays}) > 1
        or (channels == BGRX and (planes[0].dtype.str != "|u1" or planes[0].ndim == 2))  # noqa: PLR2004 - of channels
    ):
        raise ValueError("The result is a frame that does not fit its pixels.")
    return Frame(planes, channels, description, _info(info), indices)


def _plain_info(info: SampleInfo) -> dict[str, object]:
    """Returns what is not :data:`PLAIN` of what samples mean, in types that can be packed."""
    values = {each.name: getattr(info, each.name) for each in fields(info)}
    plain = {name: value for name, value in values.items() if value != getattr(PLAIN, name)}
    return {name: _AS_PLAIN.get(name, _as_it_is)(value) for name, value in plain.items()}


def _info(plain: dict[str, Any]) -> SampleInfo:
    values: dict[str, Any] = {name: _FROM_PLAIN.get(name, _as_it_is)(value) for name, value in plain.items()}
    return SampleInfo(**values)


def _as_it_is(value: object) -> object:
    return value


def _array(buffer: memoryview, descr: object, shape: Sequence[object], *, by_columns: bool) -> Any:  # noqa: ANN401
    # What comes back is an array, or a scalar of it, of a type that only the entry knows.
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    dtype = np.lib.format.descr_to_dtype(_as_descr(descr))
    sides = [_count(each) for each in shape]
    if dtype.hasobject or len(sides) > _DIMENSIONS or math.prod(sides) * dtype.itemsize != buffer.nbytes:
        raise ValueError("The result is an array that does not fit its samples.")
    samples = buffer if buffer.nbytes else b""
    array = np.ndarray(tuple(sides), dtype, samples, order="F" if by_columns else "C")
    array.flags.writeable = False
    return array


def _as_descr(descr: object) -> Any:  # noqa: ANN401 - what numpy makes a type from
    """Returns the description of a type with tuples where JSON has lists."""
    if not isinstance(descr, list):
        return descr
    if len(descr) and not isinstance(descr[0], list):  # the type of a part that is an array itself
        return tuple(tuple(each) if isinstance(each, list) else each for each in descr)
    fields = []
    for name, kind, *shape in descr:
        title = tuple(name) if isinstance(name, list) else name
        fields.append((title, _as_descr(kind), *(tuple(each) for each in shape)))
    return fields


def _unpacked_image(inner: Any, buffers: dict[int, memoryview]) -> object:  # noqa: ANN401 - from the disk
    from PIL import Image  # noqa: PLC0415 - the core is of use without Pillow

    number, mode, (width, height), palette, info, *more = inner
    data = buffers.pop(number)
    if _count(width) * _count(height) * _MODES[mode] != data.nbytes or max(width, height) > max(
        data.nbytes, _MOST_EMPTY
    ):
        raise ValueError("The result is an image that does not fit its pixels.")
    if data.nbytes:
        image = Image.frombytes(mode, (width, height), data, "raw", _RAW.get(mode, (mode,))[-1])
    else:
        image = Image.new(mode, (width, height))
    if palette is not None:
        image.putpalette(bytes.fromhex(palette[1]), palette[0])
        if image.mode != mode:
            raise ValueError("The result is an image whose palette does not fit.")
    image.info = {key: _unpacked(each, buffers) for key, each in info.items()}
    if exif := next(iter(more), None):
        try:
            image.getexif().load(bytes.fromhex(exif))
        except Exception as error:  # of a decoder
            raise ValueError(f"The result is an image with Exif tags that cannot be read: {error}.") from error
    return image


def _add(buffer: memoryview, buffers: list[memoryview]) -> int:
    buffers.append(buffer)
    return len(buffers) - 1


def _is_text(text: str) -> bool:
    """Returns whether ``text`` is sound: half a surrogate pair would join with another one in JSON."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _number(value: object) -> float:
    if not isinstance(value, float):
        raise TypeError("no number")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no number of anything.")
    return value
