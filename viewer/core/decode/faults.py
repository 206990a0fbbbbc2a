"""What is wrong with a file, in sentences that the user can act on."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import stranger
from viewer.core.units import KB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CUT_OFF = "The file is cut off: it ends before the picture does."
UNKNOWN = "It is not a picture in a format Lookahead knows."
ZEROS = "The file begins with zeros: its picture has not been written."
OUT_OF_MEMORY = "There is not enough memory for this picture."


def cut_off(size: int, needed: int) -> DamagedImageError:
    """Returns the error of a file that ends after ``size`` of ``needed`` bytes."""
    if needed < 10 * KB:
        return DamagedImageError(f"The file ends after {size:,} of {needed:,} bytes.")
    return DamagedImageError(f"The file ends after {size // KB:,} of {-(-needed // KB):,} kB.")


def no_picture(head: bytes) -> DecodeError:
    """Returns the error of a file that no decoder knows, by its first bytes."""
    if head and not any(head):
        return DamagedImageError(ZEROS)  # a file that is being copied may have its size before its bytes
    what = stranger(head)
    return UnsupportedFormatError(f"It is {what}, not a picture." if what else UNKNOWN)


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Raises ImageTooLargeError for more than ``max_pixels`` pixels, DamagedImageError for none at all."""
    if width < 1 or height < 1:
        raise DamagedImageError(f"The file is damaged: it says that the picture has {width} x {height} pixels.")
    if width * height > max_pixels:
        raise ImageTooLargeError(
            f"The picture is too large: {width:,} x {height:,} pixels, and {max_pixels // 1_000_000} million are"
            " the most that is shown.",
            width * height,
        )


def damaged(reason: object) -> DamagedImageError:
    """Returns the error of a file that a library does not read, with the library's ``reason``."""
    text = " ".join(str(reason).split()).rstrip(".")
    return DamagedImageError(f"The file is damaged ({text})." if text else "The file is damaged.")


@contextlib.contextmanager
def translated(verdict: Callable[[Exception], DecodeError] = damaged) -> Iterator[None]:
    """Turns all errors of a library, inside the block, into :class:`DecodeError`; all but MemoryError by ``verdict``.

    On a broken file a library raises what its parser stumbles over: ValueError, SyntaxError, IndexError, struct.error,
    ZeroDivisionError, warnings turned into errors. Here they all mean the same.
    """
    try:
        yield
    except DecodeError:
        raise
    except MemoryError as error:
        raise ImageTooLargeError(OUT_OF_MEMORY) from error
    except Exception as error:
        raise verdict(error) from error
