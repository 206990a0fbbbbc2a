"""MRC: headers and samples written here."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.mrc import MrcDecoder
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = MrcDecoder()
STAMPS = {"<": b"\x44\x44\0\0", ">": b"\x11\x11\0\0", "?": b"\0\0\0\0"}


def mrc(
    stored: NDArray[Any], mode: int, *, order: str = "<", stamp: bytes | None = None, width: int = 0, **more: int
) -> bytes:
    """Samples of shape (pages, rows, columns), the lowest row first."""
    pages, rows, columns = stored.shape[:3]
    head = bytearray(1024)
    struct.pack_into(order + "4i", head, 0, width or columns, rows, pages, mode)
    struct.pack_into(order + "i", head, 92, more.get("extended", 0))
    if "flags" in more:
        struct.pack_into(order + "2i", head, 152, 1146047817, more["flags"])
    head[208:216] = b"MAP " + (STAMPS[order] if stamp is None else stamp)
    return bytes(head) + bytes(more.get("extended", 0)) + stored.astype(order + stored.dtype.str[1:]).tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("mode", "kind"), [(0, "i1"), (1, "i2"), (2, "f4"), (6, "u2"), (12, "f2")])
def test_numbers_are_as_stored(mode: int, kind: str, order: str) -> None:
    stored = (np.arange(30).reshape(2, 3, 5) * 4).astype(kind)
    for extended, stamp in ((0, None), (96, None), (0, STAMPS["?"])):
        frame = READ.decode(mrc(stored, mode, order=order, stamp=stamp, extended=extended))
        assert frame.array().dtype == np.dtype(kind)
        np.testing.assert_array_equal(frame.array(), stored[0, ::-1])


def test_bytes_without_sign_as_imod_marks_them() -> None:
    stored = np.full((1, 3, 5), 200, "u1")
    assert READ.decode(mrc(stored, 0, flags=0)).array()[0, 0] == 200
    assert READ.decode(mrc(stored, 0, flags=1)).array()[0, 0] == -56
    assert READ.decode(mrc(stored, 0)).array()[0, 0] == -56


def test_colours_and_halves_of_bytes() -> None:
    colours = np.arange(45, dtype="u1").reshape(1, 3, 5, 3)
    frame = READ.decode(mrc(colours, 16))
    assert frame.channels == ("R", "G", "B")
    np.testing.assert_array_equal(frame.array(), colours[0, ::-1])
    halves = np.array([[[0x21, 0x43, 0x05], [0xBA, 0xDC, 0x0E]]], "u1")
    frame = READ.decode(mrc(halves, 101, width=5))
    assert (frame.info.bits, frame.description) == (4, "4-bit grey")
    np.testing.assert_array_equal(frame.array(), [[10, 11, 12, 13, 14], [1, 2, 3, 4, 5]])


def test_what_is_not_read_is_told() -> None:
    with pytest.raises(
        UnsupportedFormatError, match=r"^This MRC holds complex numbers, which Lookahead does not show\.$"
    ):
        READ.decode(mrc(np.zeros((1, 3, 5), "c8"), 4))
    with pytest.raises(UnsupportedFormatError, match="mode 77"):
        READ.decode(mrc(np.zeros((1, 3, 5), "u1"), 77))


def test_files_that_are_cut_off_or_make_no_sense() -> None:
    whole = mrc(np.zeros((1, 30, 50), "u1"), 0)
    for part in range(0, 100, 5):
        with pytest.raises(DamagedImageError):
            READ.decode(whole[: len(whole) * part // 100])
    with pytest.raises(ImageTooLargeError):
        READ.decode(struct.pack("<4i", 60_000, 60_000, 1, 0) + whole[16:])
    for size in ((0, 3, 1, 0), (3, -1, 1, 0), (3, 3, 0, 0)):
        with pytest.raises(DamagedImageError):
            READ.decode(struct.pack("<4i", *size) + whole[16:])
