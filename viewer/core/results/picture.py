"""Copies of results that can be looked at."""

from __future__ import annotations

import io
import sys
from typing import Any

from viewer.core.frame import Frame, Layout


def as_png(value: Any) -> bytes | None:  # noqa: ANN401 - whatever a function returned
    """Returns a picture as a PNG file, or None if it is none that can be shown."""
    numpy = sys.modules.get("numpy")
    try:
        from PIL import Image  # noqa: PLC0415 - the core is of use without Pillow

        if type(value) is Frame and value.layout is Layout.BGRX:
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
