"""What is wrong with a file, in sentences that the user can act on."""

from __future__ import annotations

import contextlib
import math
import struct
from typing import TYPE_CHECKING

from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import is_begun, stranger
from viewer.core.units import KB, format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CUT_OFF = "The file is cut off: it ends before the picture does."
EMPTY = "The file is empty."
NO_PAGE = "This TIFF has no page: it was not written to its end."
UNKNOWN = "It is not a picture in a format Lookahead knows."
ZEROS = "The file begins with zeros: its picture has not been written."
WRONG_SUM = "the checksum of a part of it is wrong"
"""What is damaged in a file whose bytes are not those that its writer summed up, for :func:`damaged`."""
_PACKAGES = {"PIL": "Pillow"}
"""Packages by the modules in them, where they are called otherwise."""
OUT_OF_MEMORY = "There is not enough memory for this picture."


def cut_off(size: int, needed: int) -> DamagedImageError:
    """Returns the error of a file that ends after ``size`` of ``needed`` bytes."""
    if needed < 10 * KB:
        return DamagedImageError(f"The file ends after {size:,} of {needed:,} bytes.")
    return DamagedImageError(f"The file ends after {size // KB:,} of {-(-needed // KB):,} kB.")


def no_picture(head: bytes) -> DecodeError:
    """Returns the error of a file that no decoder knows, by its first bytes."""
    if not head:
        return DamagedImageError(EMPTY)
    if not any(head):
        return UnsupportedFormatError(ZEROS)  # a file that is being copied may have its size before its bytes
    if is_begun(head):
        return DamagedImageError(CUT_OFF)
    what = stranger(head)
    if what.endswith("."):
        return UnsupportedFormatError(what)
    return UnsupportedFormatError(f"It is {what}, not a picture." if what else UNKNOWN)


def check_size(width: int, height: int, most_bytes: int, bytes_per_pixel: float = 4) -> None:
    """Raises ImageTooLargeError if a picture takes more than ``most_bytes``, DamagedImageError if it has no pixels.

    ``bytes_per_pixel`` are those of its samples; on the screen it takes 4 in any case.
    """
    if width < 1 or height < 1:
        raise DamagedImageError(f"The file is damaged: it says that the picture has {width} x {height} pixels.")
    needed = math.ceil(width * height * max(4, bytes_per_pixel))
    if needed > most_bytes:
        raise ImageTooLargeError(
            f"The picture is too large: its {width:,} x {height:,} pixels take {format_bytes(needed)}, and"
            f" {format_bytes(most_bytes)} are the most that is shown.",
            needed,
        )


def unsupported(what: str) -> UnsupportedFormatError:
    """Returns the error of a sound file of a kind that is not read: "This EXR holds deep pixels", for one."""
    return UnsupportedFormatError(f"{what}, which Lookahead does not show.")


def missing(what: str, library: str, extra: str = "") -> UnsupportedFormatError:
    """Returns the error of a file that can be read once a library is installed.

    ``what`` is "This is a JPEG XL picture" or "This TIFF is compressed with LERC", ``library`` its name for pip, and
    ``extra`` the extra of Lookahead that brings it, if one does.
    """
    remedy = f"lookahead[{extra}]" if extra else library
    return UnsupportedFormatError(f"{what}; reading it needs {library} (pip install {remedy}).")


def damaged(reason: object) -> DamagedImageError:
    """Returns the error of a file that a library does not read, with the library's ``reason``."""
    if isinstance(reason, struct.error | EOFError):  # it wanted more bytes than there are
        return DamagedImageError(CUT_OFF)
    text = " ".join(str(reason).split()).rstrip(".")
    return DamagedImageError(f"The file is damaged ({text})." if text else "The file is damaged.")


@contextlib.contextmanager
def missing_library() -> Iterator[None]:
    """Turns the error of a library that is missing, inside the block, into UnsupportedFormatError.

    It is a part of the installation that lacks something: that says nothing about the file.
    """
    try:
        yield
    except ImportError as error:
        library = _PACKAGES.get(name := (error.name or "a library").partition(".")[0], name)
        raise missing("A part of Lookahead's installation is missing", library) from error


@contextlib.contextmanager
def translated(verdict: Callable[[Exception], DecodeError] = damaged) -> Iterator[None]:
    """Turns all errors of a library, inside the block, into :class:`DecodeError`; all but MemoryError by ``verdict``.

    On a broken file a library raises what its parser stumbles over: ValueError, SyntaxError, IndexError, struct.error,
    ZeroDivisionError, warnings turned into errors. Here they all mean the same.
    """
    try:
        with missing_library():
            yield
    except DecodeError:
        raise
    except MemoryError as error:
        raise ImageTooLargeError(OUT_OF_MEMORY) from error
    except Exception as error:
        raise verdict(error) from error
