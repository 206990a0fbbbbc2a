"""Pixels of other libraries without copies, and 8-bit colours to BGRX.

All functions run on any thread. What takes time in them runs outside the GIL: numpy's arithmetic on whole arrays,
Pillow's conversions. What would hold it (``tobytes``, ``np.asarray`` of a Pillow image, slices reversed along the
channels) is avoided, at 4K by 10 to 55 ms a frame. numpy and Pillow are loaded by the first call, on the worker that
makes it: the program starts without them.
"""

from __future__ import annotations

import ctypes
import functools
from typing import TYPE_CHECKING, Any

from viewer.core.frame import BGRX, PLAIN, BorrowedMemory, Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

    from viewer.core.frame import SampleInfo

OPAQUE = 0xFF000000
"""The fourth byte of a BGRX pixel, in a little-endian number of 32 bits."""
GREY = 0x010101
"""A grey value times this is the same value in blue, green and red."""
LUMINANCE = {"R": 0.2126, "G": 0.7152, "B": 0.0722}
"""How much of a grey each colour is, of the primaries of Rec. 709."""
STRIP = 16
"""Rows copied at a time when a picture is turned; small enough for the columns they come from to stay in the cache."""


@functools.cache
def prepare_pillow() -> None:
    """Loads Pillow and sets what can only be set for the whole process; call it before any other use of Pillow."""
    from PIL import Image  # noqa: PLC0415 - Pillow is loaded by the first picture, not at start

    # From 16 MB on Pillow would lay an image out in several blocks, which cannot be handed over without a copy.
    Image.core.set_use_block_allocator(1)  # type: ignore[attr-defined]  # Pillow names no other way


def borrow(address: int, shape: tuple[int, ...], dtype: str, owner: object) -> npt.NDArray[Any]:
    """Returns memory at ``address`` as a C-contiguous array without copying it; it keeps ``owner``, and so the memory.

    The memory must be as long as ``shape`` and ``dtype``, numpy's name of the samples' type, say.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    return np.asarray(BorrowedMemory(address, shape, dtype, owner))


class _ArrowArray(ctypes.Structure):
    """``struct ArrowArray`` of the Arrow C data interface: https://arrow.apache.org/docs/format/CDataInterface.html."""


_ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
]  # and more that is not looked at

# A prototype of our own: types set at ctypes.pythonapi.PyCapsule_GetPointer would hold for all libraries.
_pointer_in_capsule = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)

_SAMPLES = {"L": ("|u1", 1), "P": ("|u1", 1), "I": ("i4", 1), "F": ("f4", 1), "I;16": ("<u2", 1)}
"""Modes of Pillow whose pixels are one number, with numpy's name for it; all others are 4 bytes of 8 bits."""


def pixels_of(image: Image) -> npt.NDArray[Any]:
    """Returns the pixels of a Pillow image, without a copy where Pillow can export them.

    Args:
        image: of mode L, P, I, F or I;16 (one number a pixel), or of one that takes 4 bytes a pixel inside Pillow
            (RGB, RGBX, RGBA, RGBa, CMYK, ...). It must not be changed afterwards.

    Returns:
        Of shape (height, width), or (height, width, 4) of bytes; with RGB the fourth byte means nothing.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype, count = _SAMPLES.get(image.mode, ("|u1", 4))
    shape = (image.height, image.width) if count == 1 else (image.height, image.width, count)
    try:
        _, capsule = image.__arrow_c_array__()
    except ValueError:  # the image lies in several blocks, or maps memory in a way that cannot be exported
        raw = image.convert("RGBX") if image.mode == "RGB" else image
        return np.frombuffer(raw.tobytes(), np.dtype(dtype)).reshape(shape)
    array = _ArrowArray.from_address(_pointer_in_capsule(capsule, b"arrow_array"))
    samples = array.children[0].contents if array.n_children else array
    return borrow(samples.buffers[1], shape, dtype, capsule)


def as_array(frame: Frame) -> npt.NDArray[np.uint32]:
    """Returns the pixels of a BGRX frame as (height, width) of numbers 0xffRRGGBB, over the same memory."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bgrx: npt.NDArray[np.uint32] = frame.planes[0].view(np.uint32)[..., 0]
    return bgrx


def frame_of(
    bgrx: npt.NDArray[np.uint32],
    description: str,
    info: SampleInfo = PLAIN,
    indices: npt.NDArray[Any] | None = None,
    channels: tuple[str, ...] = BGRX,
) -> Frame:
    """Returns a BGRX frame around (height, width) of numbers 0xffRRGGBB, copying only if its rows do not follow on.

    The arrays must not be changed afterwards. The others are those of the frame; with alpha, ``channels`` say so.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bgrx = np.ascontiguousarray(bgrx)
    return Frame((bgrx.view(np.uint8).reshape(*bgrx.shape, 4),), channels, description, info, indices)


def packed(array: npt.NDArray[Any], channels: Sequence[int]) -> npt.NDArray[Any]:
    """Returns some channels of (height, width, any) next to each other: (height, width, channels).

    Each is copied in one pass: three times as fast as all at once.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if len(channels) == array.shape[2]:
        return array
    together = np.empty((*array.shape[:2], len(channels)), array.dtype)
    for place, channel in enumerate(channels):
        together[..., place] = array[..., channel]
    return together


def grey_to_bgrx(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Returns 8-bit grey of shape (height, width) as BGRX of the same shape."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bgrx = grey.astype(np.uint32)
    bgrx *= np.uint32(GREY)
    bgrx |= np.uint32(OPAQUE)
    return bgrx


def rgb_to_bgrx(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Returns colours of shape (height, width, 3 or more), red first, as BGRX of shape (height, width)."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    height, width, channels = rgb.shape
    if channels == 4 and rgb.flags.c_contiguous:  # noqa: PLR2004 - red, green, blue, any
        swapped = rgb.view(np.uint32)[..., 0].byteswap()  # 0xXXBBGGRR to 0xRRGGBBXX, in one pass
        swapped >>= 8
        swapped |= np.uint32(OPAQUE)
        return swapped
    bgrx = np.empty((height, width, 4), np.uint8)
    for channel in range(3):
        bgrx[..., channel] = rgb[..., 2 - channel]
    bgrx[..., 3] = 255
    return bgrx.view(np.uint32)[..., 0]


def floats(samples: npt.NDArray[Any], dtype: npt.DTypeLike, memory: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """Returns samples of any type as floats, in ``memory`` if there is some, else in an array of their own.

    Half floats are converted by their bits, unless there are NaN or infinities: in a sixth of the time of numpy's own.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    floats = np.empty(samples.shape, dtype) if memory is None else memory
    is_half = samples.dtype == np.float16
    if not is_half or samples.view("i2").max() >= 0x7C00 or samples.view("u2").max() >= 0xFC00:  # noqa: PLR2004
        np.copyto(floats, samples)
        return floats
    form = np.finfo(floats.dtype)
    places, bits = form.nmant - 10, floats.view(f"i{floats.itemsize}")
    np.left_shift(samples.view("i2"), places, out=bits, dtype=bits.dtype)  # the sign is in all the upper bits
    bits &= (1 << 15 + places) - 1 - (1 << form.bits - 1)
    floats *= floats.dtype.type(2.0 ** (form.maxexp - 16))  # an exponent is so much more in the wider type
    return floats


def over_black(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Returns pixels multiplied by their alpha; the last byte is the alpha still.

    The shape is (height, width, 4), C-contiguous: three colours in any order and straight alpha last.
    """
    prepare_pillow()
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    height, width, _ = pixels.shape
    return pixels_of(Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1).convert("RGBa"))


def upright(array: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Returns an array turned and mirrored as an EXIF orientation says, C-contiguous.

    Args:
        array: (height, width) or (height, width, channels).
        orientation: 1 to 8, where row 0 and column 0 of the file belong (CIPA DC-008, tag 274): 1 top left, 2 top
            right, 3 bottom right, 4 bottom left; from 5 to 8 the rows of the file are columns. Others count as 1.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if not 2 <= orientation <= 8:  # noqa: PLR2004 - see above
        return np.ascontiguousarray(array)
    if orientation >= 5:  # noqa: PLR2004 - see above
        array = array.swapaxes(0, 1)
        orientation = {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    array = array[:: -1 if orientation in {3, 4} else 1, :: -1 if orientation in {2, 3} else 1]
    turned = np.empty(array.shape, array.dtype)
    for top in range(0, len(array), STRIP):
        turned[top : top + STRIP] = array[top : top + STRIP]
    return turned


def luminance(colours: list[npt.NDArray[Any]], no_data: float | None) -> npt.NDArray[np.floating[Any]]:
    """Returns the luminance of red, green and blue, each (height, width), in floats; NaN where one is ``no_data``."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    is_single = all(plane.itemsize <= 2 or plane.dtype == np.float32 for plane in colours)  # noqa: PLR2004 - bytes
    total = np.zeros(colours[0].shape, np.float32 if is_single else np.float64)
    with np.errstate(all="ignore"):  # infinities
        for plane, part in zip(colours, LUMINANCE.values(), strict=True):
            total += np.multiply(plane, part, dtype=total.dtype)
        # A mean is none of the numbers beyond what it is a mean of: white stays white, to the last bit.
        np.maximum(total, np.minimum(np.minimum(*colours[:2]), colours[2]), out=total)
        np.minimum(total, np.maximum(np.maximum(*colours[:2]), colours[2]), out=total)
        for plane in colours if no_data is not None else []:
            np.copyto(total, np.nan, where=plane == no_data)
    return total
