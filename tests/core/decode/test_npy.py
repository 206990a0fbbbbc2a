"""NPY: as numpy writes it, and headers written here."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.npy import NpyDecoder
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = NpyDecoder()


def npy(array: NDArray[Any], *, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


def with_header(text: str, samples: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text.encode() + samples


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"])
def test_numbers_are_as_stored(kind: str, order: str) -> None:
    samples = (np.arange(15).reshape(3, 5) % 2 * 100).astype(order + kind)
    for stored in (samples, np.asfortranarray(samples)):
        array = READ.decode(npy(stored)).array()
        assert array.dtype == np.dtype(kind)
        assert array.dtype.isnative
        np.testing.assert_array_equal(array, samples)


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize(
    ("shape", "channels", "page"),
    [
        ((1, 1), "Y", ()),
        ((6, 5, 1), "Y", (..., 0)),
        ((6, 5, 2), "12", ()),
        ((6, 5, 3), "RGB", ()),
        ((6, 5, 4), "RGBA", ()),
        ((6, 4, 5), "Y", (0,)),
        ((2, 6, 5, 3), "RGB", (0,)),
        ((2, 2, 6, 5), "Y", (0, 0)),
    ],
)
def test_axes_are_rows_columns_and_channels_or_pages(
    shape: tuple[int, ...],
    channels: str,
    page: tuple[Any, ...],
    columns: bool,  # noqa: FBT001 - a parameter
) -> None:
    stored = np.arange(np.prod(shape), dtype="i2").reshape(shape)
    frame = READ.decode(npy(np.asfortranarray(stored) if columns else stored))
    assert "".join(frame.channels) == channels
    assert frame.info.alpha == (Alpha.UNSPECIFIED if channels == "RGBA" else None)
    np.testing.assert_array_equal(frame.array(), stored[page])


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_all_versions(version: tuple[int, int]) -> None:
    assert READ.decode(npy(np.zeros((3, 5)), version=version)).size == (5, 3)


@pytest.mark.parametrize(
    "text",
    [
        "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3)}",
        "{ 'shape' : (2L, 3L), 'descr':'<u2' ,'fortran_order':False }\n",
    ],
)
def test_headers_as_others_write_them(text: str) -> None:
    np.testing.assert_array_equal(READ.decode(with_header(text, b"\1\0" * 6)).array(), np.ones((2, 3)))


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.array([[{}]], object), "This NPY holds Python objects, which Lookahead never loads."),
        (np.zeros((2, 2), "u1,O"), "This NPY holds Python objects, which Lookahead never loads."),
        (np.zeros((2, 2), "u1,f4"), "This NPY holds records, which Lookahead does not show."),
        (np.zeros((2, 2), "c8"), "This NPY holds complex numbers, which Lookahead does not show."),
        (np.zeros((2, 2), "U3"), "This NPY holds text, which Lookahead does not show."),
        (np.zeros((2, 2), "M8[s]"), "This NPY holds dates, which Lookahead does not show."),
        (np.zeros(4), "This NPY holds no rows and columns of numbers, which Lookahead does not show."),
        (np.zeros((0, 4)), "This NPY holds no rows and columns of numbers, which Lookahead does not show."),
        (np.array(4), "This NPY holds one number, which Lookahead does not show."),
    ],
)
def test_what_is_no_picture_is_told(array: NDArray[Any], sentence: str) -> None:
    with pytest.raises(UnsupportedFormatError) as refusal:
        READ.decode(npy(array))
    assert str(refusal.value) == sentence


def test_files_that_are_cut_off_or_make_no_sense() -> None:
    whole = npy(np.zeros((20, 30), "u1"))
    for part in range(0, 100, 5):
        with pytest.raises(DamagedImageError):
            READ.decode(whole[: len(whole) * part // 100])
    for text in ("", "{'descr': '<u2'}", "{'descr': '<u2', 'fortran_order': maybe, 'shape': (2, 3)}"):
        with pytest.raises(DamagedImageError):
            READ.decode(with_header(text, bytes(100)))
    with pytest.raises(ImageTooLargeError):
        READ.decode(with_header("{'descr': '<u2', 'fortran_order': False, 'shape': (60000, 60000)}"))
    with pytest.raises(DamagedImageError):
        READ.decode(b"\x93NUMPY\x02\0\xff\xff\xff\xff" + bytes(100))
