"""What a function returned: as the columns of a row, or as a file."""

from __future__ import annotations

import filecmp
import os
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from viewer.core.errors import LookaheadError
from viewer.core.loaded import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path
    from typing import BinaryIO

USUAL = ("bin", "npy", "png")
"""The suffixes of files where none is asked for."""
RESULT = "result"
"""The column of a result that is one value."""


class WrongOutputError(LookaheadError):
    """The function returns something that the chosen kind of output cannot hold: no frame will be different."""


def columns(value: object) -> dict[str, str]:
    """Returns the columns of a row and what stands in them; numbers so that they can be read back exactly.

    One value is the column ``result``; those of a tuple, a list or an array of one dimension are ``result1``,
    ``result2`` and so on; those of a dict, or of a record of numpy's, are called by its keys. Within each other the
    names are put together: what is a list under ``mean`` becomes ``mean1``, ``mean2``, a dict ``mean.red``,
    ``mean.green``. Dates and times are written as ISO 8601 has it.

    Raises:
        WrongOutputError: it belongs into a file.
        TypeError: it holds something else.
        ValueError: two columns would have one name.
    """
    row: dict[str, str] = {}
    for name, cell in _cells(value, ""):
        if name in row:
            raise ValueError(f"Two columns of the result are called {name}. Give them other keys.")
        row[name] = cell
    return row


def _cells(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Yields the columns of a value that stands under ``name``, "" for the whole of it."""
    numpy = loaded("numpy")  # not imported: a program with an array has imported it
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray) and value.ndim <= 1:
        value = _as_python(value)
    if _is_for_a_file(value):
        where = f" under {name!r}" if name else ""
        raise WrongOutputError(
            f"The function returns {_described(value)}{where}, which does not fit into a table. "
            "Add --output FOLDER for a file for each frame."
        )
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _cells(each, f"{name}.{key}" if name else f"{key}")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value, 1):
            yield from _cells(each, f"{name or RESULT}{number}")
    else:
        yield name or RESULT, _cell(value, name)


def _as_python(value: Any) -> object:  # noqa: ANN401 - an array of numpy's of one dimension or none
    """Returns what it holds; a record as a dict of its fields."""
    if (names := value.dtype.names) is not None:
        return list(value) if value.ndim else {each: value[each] for each in names}
    return (value.astype(str) if value.dtype.kind in "mM" else value).tolist()  # dates of numpy's own


def save(value: object, folder: Path, stem: str, suffix: str | None) -> str:
    """Writes an array, a Pillow image or bytes to a hidden file and returns the name that :func:`put` gives it.

    Args:
        value: an array (``.npy`` unless ``suffix`` says more), an image (``.png``) or bytes (``.bin``).
        folder: where the file goes.
        stem: its name without suffix.
        suffix: of the file, without a dot; what Pillow knows by it is written by Pillow.

    Raises:
        WrongOutputError: it is none of these.
        ValueError: it cannot be written in this format.
        OSError: the disk did not take it.
    """
    usual, write = _writer(value, suffix)
    name = f"{stem}.{suffix or usual}"
    part = _part(folder, name)
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the content
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return name


def put(folder: Path, name: str, *, is_own: bool) -> None:
    """Gives a file that :func:`save` has written its name; it is there whole or not at all.

    ``is_own`` says that a file of this name is an earlier result. Raises ValueError if there is another one that is
    none and holds something else, OSError if the disk did not take it.
    """
    part, path = _part(folder, name), folder / name
    if not is_own and os.path.lexists(path) and not (path.is_file() and filecmp.cmp(part, path, shallow=False)):
        part.unlink()
        raise ValueError(f"{os.path.relpath(path)} is there and no result of an earlier run. Move it away.")
    part.replace(path)


def remove_parts(folder: Path, stems: Container[str]) -> None:
    """Removes what :func:`save` has written for ``stems`` and was not put in place; OSError if it cannot be."""
    for path in folder.glob(".*.part"):
        if path.name[1:].rsplit(".", 2)[0] in stems:
            path.unlink()


def _part(folder: Path, name: str) -> Path:
    return folder / f".{name}.part"  # always the same, so that a run that was cut off leaves none for ever


def _writer(value: Any, suffix: str | None) -> tuple[str, Callable[[BinaryIO], object]]:  # noqa: ANN401 - anything
    """Returns the usual suffix and what writes ``value`` to a file."""
    if isinstance(value, bytes | bytearray | memoryview):
        return "bin", lambda file: file.write(value)
    if _is_a(value, "numpy", "ndarray"):
        if suffix in {None, "npy"}:
            if value.dtype.hasobject:
                raise ValueError("An array of Python objects cannot be kept. Give it a type of numbers.")
            import numpy as np  # noqa: PLC0415 - an array is there, so it is loaded

            return "npy", lambda file: np.save(file, value, allow_pickle=False)
        from PIL import Image  # noqa: PLC0415 - only where arrays become pictures

        try:
            value = Image.fromarray(value)
        except TypeError:
            kind = f"{value.dtype} and the shape {value.shape}"
            raise ValueError(f"An array of {kind} is no picture. Leave out --format for .npy.") from None
    if _is_a(value, "PIL.Image", "Image"):
        return "png", lambda file: _save_image(value, file, suffix or "png")
    raise WrongOutputError(
        f"The function returns {_described(value)}, which makes no file. Add --output FILE.csv for a table."
    )


def _save_image(image: Any, file: BinaryIO, suffix: str) -> None:  # noqa: ANN401 - Pillow is not imported here
    from PIL import Image  # noqa: PLC0415 - an image is there, so it is loaded

    form = Image.registered_extensions().get(f".{suffix.lower()}")
    if form is None:
        raise ValueError(f"Pillow knows no format of the name {suffix}. Use npy, png, tiff or another that it knows.")
    try:
        image.save(file, form)
    except (OSError, KeyError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ValueError(f"An image of the mode {image.mode} cannot be written as {suffix}: {error}.") from error


def _cell(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str | bool | int | complex | Decimal | Fraction | timedelta | PurePath):
        return str(value)
    where = f" under {name!r}" if name else ""
    raise TypeError(
        f"The result holds {_described(value)}{where}, which does not fit into a table. "
        "Return numbers, texts, dates, None, or a list or dict of them."
    )


def _is_for_a_file(value: object) -> bool:
    return (
        isinstance(value, bytes | bytearray | memoryview)
        or _is_a(value, "numpy", "ndarray")
        or _is_a(value, "PIL.Image", "Image")
    )


def _described(value: object) -> str:
    if _is_a(value, "numpy", "ndarray"):
        return f"an array of the shape {value.shape}"  # type: ignore[attr-defined]  # a numpy array
    if value is None:
        return "nothing"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _is_a(value: object, module: str, kind: str) -> bool:
    """Returns whether ``value`` is of that kind, without importing its module."""
    library = loaded(module)
    return library is not None and isinstance(value, getattr(library, kind))
