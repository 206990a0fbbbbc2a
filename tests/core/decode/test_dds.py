"""DDS: palettes, and frames that share no memory with the file."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import to_bgrx
from viewer.core.frame import RGB, RGBA

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_palette(indices: np.ndarray, entries: Sequence[tuple[int, ...]]) -> bytearray:
    height, width = indices.shape
    head = struct.pack("<4s7I44x", b"DDS ", 124, 0x1007, height, width, 0, 0, 0)
    head += struct.pack("<II4s5I20x", 32, 0x20, bytes(4), 8, 0, 0, 0, 0)
    palette = b"".join(bytes(each) for each in entries) + bytes((0, 0, 0, entries[0][3])) * (256 - len(entries))
    return bytearray(head + palette + indices.tobytes())


@pytest.mark.parametrize("for_screen", [False, True])
def test_palettes(for_screen: bool) -> None:  # noqa: FBT001 - a parameter of the test
    indices = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    for alpha, channels in ((255, RGB), (0, RGBA)):
        entries = [(255, 0, 0, 255), (0, 255, 0, alpha), (0, 0, 255, 255)]
        data = by_palette(indices, entries)
        frame = DecoderRegistry().decode(data, for_screen=for_screen)
        data[:] = bytes(len(data))
        assert frame.channels == channels
        assert (frame.array() == np.array(entries)[indices][..., : len(channels)]).all()
        assert frame.indices is not None
        assert (frame.indices == indices).all()
        assert to_bgrx(frame).array()[0, 1].tolist() == [0, alpha, 0, 255], "what is clear is black"
