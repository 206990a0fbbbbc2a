"""FITS: headers and samples written here, and compressed tiles as astropy writes them."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.fits import FitsDecoder
from viewer.core.decode.packed_fits import PackedFitsDecoder
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import RGB

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = FitsDecoder()
ROWS, COLUMNS = 5, 7
RAMP = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
NO_PICTURE: tuple[tuple[str, Any], ...] = (("SIMPLE", "T"), ("BITPIX", 8), ("NAXIS", 0))


def block(data: bytes, filling: bytes = b"\0") -> bytes:
    return data + filling * (-len(data) % 2880)


def header(*cards: tuple[str, Any] | str) -> bytes:
    lines = [card if isinstance(card, str) else f"{card[0]:<8}= {card[1]!s:>20}" for card in cards]
    return block("".join(line.ljust(80) for line in [*lines, "END"]).encode(), b" ")


def hdu(stored: NDArray[Any], *cards: tuple[str, Any] | str, first: tuple[str, Any] = ("SIMPLE", "T")) -> bytes:
    """Samples as they lie in the file: the lowest row first."""
    bits = stored.itemsize * (-8 if stored.dtype.kind == "f" else 8)
    axes = [(f"NAXIS{axis}", size) for axis, size in enumerate(reversed(stored.shape), 1)]
    data = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    return header(first, ("BITPIX", bits), ("NAXIS", stored.ndim), *axes, *cards) + block(data)


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "i8", "f4", "f8"])
def test_numbers_are_as_stored(kind: str) -> None:
    stored = (RAMP * 7 - (0 if kind == "u1" else 100)).astype(kind)
    array = READ.decode(hdu(stored)).array()
    assert array.dtype == stored.dtype
    np.testing.assert_array_equal(array, stored[::-1])


@pytest.mark.parametrize(
    ("stored", "kind", "cards", "right"),
    [
        ("u1", "i1", [("BZERO", -128)], RAMP - 128),
        ("i2", "u2", [("BZERO", "32768."), ("BSCALE", "1.0D0")], RAMP + 32768),
        ("i4", "u4", [("BZERO", "2.147483648E9")], RAMP + 2**31),
        ("i8", "u8", [("BZERO", 2**63)], RAMP.astype("u8") + np.uint64(2**63)),
        ("i2", "f8", [("BSCALE", "0.1"), ("BZERO", 3)], RAMP * 0.1 + 3),
        ("i2", "f8", ["BSCALE  = 2 / not '1'", "COMMENT BZERO   = 5"], RAMP * 2.0),
        ("f4", "f4", [("BSCALE", 2)], RAMP * 2.0),
        ("i2", "f4", [("BLANK", 3)], np.where(RAMP == 3, np.nan, RAMP)),
        ("i4", "f8", [("BLANK", 3)], np.where(RAMP == 3, np.nan, RAMP)),
        ("i2", "f8", [("BLANK", 3), ("BSCALE", 2)], np.where(RAMP == 3, np.nan, RAMP * 2.0)),
    ],
)
def test_numbers_are_what_the_header_says_they_stand_for(
    stored: str, kind: str, cards: list[Any], right: NDArray[Any]
) -> None:
    array = READ.decode(hdu(RAMP.astype(stored), *cards)).array()
    assert array.dtype == np.dtype(kind)
    np.testing.assert_array_equal(array, right[::-1])


def test_the_value_of_no_measurement_is_told_where_numbers_stay_whole() -> None:
    assert READ.decode(hdu(RAMP.astype("i2"), ("BZERO", 32768), ("BLANK", -5))).info.no_data == 32763
    assert READ.decode(hdu(RAMP.astype("i8"), ("BLANK", -5))).info.no_data == -5


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)])
def test_the_first_page_of_a_cube(axes: tuple[int, ...]) -> None:
    stored = np.arange(35 * np.prod(axes, dtype=int)).reshape(*axes, ROWS, COLUMNS).astype("i4")
    np.testing.assert_array_equal(READ.decode(hdu(stored)).array(), RAMP[::-1])


def test_three_planes_that_are_called_rgb_are_colours() -> None:
    stored = np.stack([RAMP, RAMP + 50, RAMP + 100]).astype("u1")
    frame = READ.decode(hdu(stored, ("CTYPE3", "'RGB     '")))
    assert (frame.channels, frame.description, len(frame.planes)) == (RGB, "8-bit RGB", 3)
    np.testing.assert_array_equal(frame.array(), np.moveaxis(stored, 0, -1)[::-1])


def test_rows_from_the_top_are_not_turned() -> None:
    np.testing.assert_array_equal(READ.decode(hdu(RAMP.astype("u1"), ("ROWORDER", "'TOP-DOWN'"))).array(), RAMP)


TABLE = header(
    *(("XTENSION", "'BINTABLE'"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", 4), ("NAXIS2", 1)),
    *(("PCOUNT", 3000), ("GCOUNT", 1)),
) + block(bytes(3004))
EXTENSION = hdu(RAMP.astype("u1"), ("PCOUNT", 0), ("GCOUNT", 1), first=("XTENSION", "'IMAGE   '"))


def test_the_first_extension_with_pixels() -> None:
    long = ["CONTINUE  'SIMPLE  = &'", "HIERARCH A B = 'NAXIS1 = 9'", "", *(f"HISTORY {n}" for n in range(200))]
    data = header(*NO_PICTURE, "TEXT    = 'BITPIX  = 64&'", *long) + TABLE + EXTENSION + TABLE
    np.testing.assert_array_equal(READ.decode(data).array(), RAMP[::-1])


@pytest.mark.parametrize("where", [READ, PackedFitsDecoder()])
def test_tables_only(where: FitsDecoder) -> None:
    with pytest.raises(UnsupportedFormatError, match=r"^This FITS holds tables .* which Lookahead does not show\.$"):
        where.decode(header(*NO_PICTURE) + TABLE)


@pytest.mark.parametrize("whole", [hdu(RAMP.astype("u1")), header(*NO_PICTURE) + EXTENSION])
def test_a_file_that_is_cut_off_is_told(whole: bytes) -> None:
    for length in (len(whole) * part // 100 for part in range(5, 100, 5)):
        with pytest.raises((DamagedImageError, UnsupportedFormatError)) as refusal:
            READ.decode(whole[:length])
        assert length % 2880 == 0 or refusal.type is DamagedImageError  # at the end of an HDU nothing shows it


def test_a_file_without_the_filling_of_its_last_block_is_whole() -> None:
    stored = np.zeros((300, 301), "u1")
    assert READ.decode(hdu(stored)[: 2880 + stored.size]).size == (301, 300)
    with pytest.raises(DamagedImageError, match="ends after"):
        READ.decode(hdu(stored)[: 2880 + stored.size - 1])


@pytest.mark.parametrize(
    "cards",
    [
        [("BITPIX", 12), ("NAXIS", 0)],
        [("BITPIX", 8), ("NAXIS", "'two'")],
        [("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", -1), ("NAXIS2", 4)],
        [("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", 60_000), ("NAXIS2", 60_000)],
        [("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", 3)],
        [("BITPIX", 8), ("NAXIS", 10**9)],
        [("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", "1E400"), ("NAXIS2", 1)],
    ],
)
def test_headers_that_make_no_sense(cards: list[Any]) -> None:
    with pytest.raises(DamagedImageError):
        READ.decode(header(("SIMPLE", "T"), *cards))


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ImageTooLargeError):
        READ.decode(hdu(np.zeros((50, 50), "u1")), most_bytes=1000)


# Compressed tiles

PACKED = header(*NO_PICTURE) + header(
    *(("XTENSION", "'BINTABLE'"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", 8), ("NAXIS2", 4), ("PCOUNT", 0)),
    *(("GCOUNT", 1), ("ZIMAGE", "T"), ("ZBITPIX", 16), ("ZNAXIS", 2), ("ZNAXIS1", 6), ("ZNAXIS2", 5)),
    ("ZCMPTYPE", "'RICE_1  '"),
)


def test_compressed_tiles_are_left_to_astropy_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PassedOnError):
        READ.decode(block(PACKED + bytes(32)))
    monkeypatch.setitem(sys.modules, "astropy.io", None)
    monkeypatch.setitem(sys.modules, "astropy", None)
    with pytest.raises(UnsupportedFormatError) as refusal:
        PackedFitsDecoder().decode(block(PACKED + bytes(32)))
    reading = "reading it needs astropy (pip install lookahead[fits])."
    assert str(refusal.value) == f"This FITS is tile-compressed (RICE_1); {reading}"


@pytest.mark.parametrize("kind", ["i2", "u2", "f4"])
def test_astropy_unpacks_them(kind: str) -> None:
    fits = pytest.importorskip("astropy.io.fits")
    stored, file = np.stack([RAMP, RAMP + 1]).astype(kind), io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(stored, compression_type="GZIP_2")]).writeto(file)
    frame = PackedFitsDecoder().decode(file.getvalue())
    assert frame.description.endswith(" grey, page 1 of 2")
    array = frame.array()
    assert array.dtype == np.dtype(kind)
    np.testing.assert_array_equal(array, RAMP[::-1])
    with pytest.raises(DamagedImageError):
        PackedFitsDecoder().decode(file.getvalue()[:-2880])
    with pytest.raises(DamagedImageError, match="tiles"):
        PackedFitsDecoder().decode(block(PACKED + bytes(32)))
