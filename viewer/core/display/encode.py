"""A frame as the bytes of a picture file, 8 bits a channel, as it is on the screen. For worker threads."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from viewer.core.display.pixels import as_array, prepare_pillow
from viewer.core.frame import BGRA, BGRX

if TYPE_CHECKING:
    from PIL.Image import Image

    from viewer.core.frame import Frame

FORMATS = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""The suffixes that can be written, and what they stand for."""
_OPTIONS: dict[str, dict[str, object]] = {
    "PNG": {"compress_level": 6},
    "TIFF": {"compression": "tiff_adobe_deflate"},
    "JPEG": {"quality": 95, "subsampling": 0},
}


def split(name: str) -> tuple[str, str]:
    """Returns the name of a file without its suffix, and the suffix with its dot in small letters, or ""."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix.lower()}") if dot and stem and not {"/", "\\"} & {*suffix} else (name, "")


def encoded(frame: Frame, suffix: str) -> bytes:
    """Returns the file of a frame for the screen, with its colour profile; blocks for as long as packing takes.

    PNG and TIFF keep what is transparent; in JPEG that is black. Grey is written as one channel.

    Raises:
        ValueError: the frame is neither BGRX nor BGRA multiplied by its alpha, or the suffix stands for no format.
        OSError: the format cannot hold it, as JPEG more than 65,535 pixels across.
    """
    if frame.channels not in {BGRX, BGRA} or suffix not in FORMATS:
        raise ValueError(f"{', '.join(frame.channels)} cannot be written as {suffix}.")
    kind, target = FORMATS[suffix], io.BytesIO()
    prepare_pillow()
    image = _image(frame, has_alpha=kind != "JPEG")
    profile = frame.info.icc
    fits = profile[16:20] == (b"GRAY" if image.mode in {"L", "LA"} else b"RGB ")
    image.save(target, kind, icc_profile=profile if fits else None, **_OPTIONS[kind])
    return target.getvalue()


def _image(frame: Frame, *, has_alpha: bool) -> Image:
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - the same

    pixels = np.ascontiguousarray(as_array(frame)).view(np.uint8)
    if frame.channels == BGRA and has_alpha:
        image = Image.frombuffer("RGBa", frame.size, pixels, "raw", "BGRa", 0, 1).convert("RGBA")
    else:
        image = Image.frombuffer("RGB", frame.size, pixels, "raw", "BGRX", 0, 1)
    if not frame.info.is_grey:
        return image
    return image.convert("LA") if image.mode == "RGBA" else image.getchannel("G")
