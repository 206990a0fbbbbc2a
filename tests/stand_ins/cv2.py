"""As much of OpenCV as the examples of the pages use, where it is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

IMREAD_GRAYSCALE, CV_64F = 0, 6


def setNumThreads(count: int) -> None:  # noqa: N802 - OpenCV's name
    """Needs no threads."""


def imread(path: str, flags: int) -> npt.NDArray[Any] | None:
    """Returns a grey picture."""
    assert flags == IMREAD_GRAYSCALE
    return np.asarray(Image.open(path).convert("L"))


def Laplacian(grey: npt.NDArray[Any], depth: int) -> npt.NDArray[Any]:  # noqa: N802 - OpenCV's name
    """Returns the second differences, without the edges."""
    assert depth == CV_64F
    rows, columns = (np.diff(grey.astype(float), 2, axis) for axis in (0, 1))
    return rows[:, 1:-1] + columns[1:-1]
