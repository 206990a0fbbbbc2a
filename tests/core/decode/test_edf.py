"""EDF and CBF: text and samples written here."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.cbf import CbfDecoder
from viewer.core.decode.edf import EdfDecoder
from viewer.core.decode.faults import CUT_OFF
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ, CBF = EdfDecoder(), CbfDecoder()
UNSIGNED = np.arange(12, dtype="u2").reshape(3, 4)


def edf(samples: NDArray[Any], kind: str, *, end: str = "}\n", block: int = 512, more: str = "") -> bytes:
    order = "HighByteFirst" if samples.dtype.str[0] == ">" else "LowByteFirst"
    dims = "".join(f"Dim_{axis} = {size} ;\n" for axis, size in enumerate(reversed(samples.shape), 1))
    text = f"{{\nHeaderID = EH:000001 ;\nByteOrder = {order};\nDataType = {kind} ;\n{more}{dims}"
    return (text + " " * (-(len(text) + len(end)) % block) + end).encode() + samples.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("SignedByte", "i1"), ("UnsignedByte", "u1"), ("SignedShort", "i2"), ("UnsignedShort", "u2")),
        *(("SignedInteger", "i4"), ("UnsignedInteger", "u4"), ("SignedLong", "i4"), ("UnsignedLong", "u4")),
        *(("Signed64", "i8"), ("Unsigned64", "u8"), ("FloatValue", "f4"), ("DoubleValue", "f8"), ("FLOAT", "f4")),
    ],
)
def test_numbers_are_as_stored(name: str, kind: str, order: str) -> None:
    samples = (np.arange(12).reshape(3, 4) * 9).astype(order + kind)
    array = READ.decode(edf(samples, name)).array()
    assert array.dtype == np.dtype(kind)
    np.testing.assert_array_equal(array, samples)


@pytest.mark.parametrize(
    "data",
    [
        edf(UNSIGNED, "UnsignedShort", block=4096),
        edf(UNSIGNED, "UnsignedShort", block=1),
        edf(UNSIGNED, "UnsignedShort", end="}\r\n"),
        edf(UNSIGNED, "UnsignedShort", more="Compression = None ;\nHistory-1 = a {b}\n c ;\nsize = 24 ;\n"),
        edf(UNSIGNED, "UnsignedShort") + edf(UNSIGNED + 1, "UnsignedShort"),
        edf(UNSIGNED, "UnsignedShort") + b"\n",
        edf(np.stack([UNSIGNED, UNSIGNED + 1]), "UnsignedShort"),
    ],
)
def test_the_first_picture(data: bytes) -> None:
    np.testing.assert_array_equal(READ.decode(data).array(), UNSIGNED)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            edf(UNSIGNED, "ComplexShort"),
            "This EDF holds numbers of the type ComplexShort, which Lookahead does not show.",
        ),
        (
            edf(UNSIGNED, "UnsignedShort", more="Compression = GzipCompression ;\n"),
            "This EDF is compressed (GzipCompression), which Lookahead does not show.",
        ),
        (b'{\n"text": "in braces"\n}\n', "It is not a picture in a format Lookahead knows."),
    ],
)
def test_what_is_not_read_is_told(data: bytes, sentence: str) -> None:
    with pytest.raises(UnsupportedFormatError) as refusal:
        READ.decode(data)
    assert str(refusal.value) == sentence


def test_files_that_are_cut_off_or_make_no_sense() -> None:
    whole = edf(np.zeros((30, 40), "u1"), "UnsignedByte")
    for data in (whole, whole * 2):
        for part in range(0, 100, 5):
            if part != 50 or data is whole:  # where a file ends between two pictures nothing shows it
                with pytest.raises(DamagedImageError):
                    READ.decode(data[: len(data) * part // 100])
    for dims in (b"40000", b"0    ", b"-1   ", b"1e5  "):
        with pytest.raises(DamagedImageError):
            READ.decode(whole.replace(b"Dim_1 = 40", b"Dim_1 = " + dims))
    with pytest.raises(ImageTooLargeError):
        READ.decode(whole.replace(b"Dim_1 = 40", b"Dim_1 = 4000000000"))


# CBF


def packed(samples: NDArray[Any]) -> bytes:
    """Each sample as the difference to the one before."""
    out, before = b"", 0
    for value in samples.ravel().tolist():
        step, before = value - before, value
        for size, marker in ((1, b""), (2, b"\x80"), (4, b"\x80\0\x80"), (8, b"\x80\0\x80\0\0\0\x80")):
            if abs(step) < 1 << size * 8 - 1:
                out += marker + step.to_bytes(size, "little", signed=True)
                break
    return out


def cbf(samples: NDArray[Any], kind: str, data: bytes, conversions: str | None = "x-CBF_BYTE_OFFSET") -> bytes:
    height, width = samples.shape
    fields = [
        "Content-Type: application/octet-stream;" + (f'\r\n     conversions="{conversions}"' if conversions else ""),
        f'X-Binary-Size: {len(data)}\r\nX-Binary-Element-Type: "{kind}"\r\nX-Binary-Element-Byte-Order: LITTLE_ENDIAN',
        f"X-Binary-Size-Fastest-Dimension: {width}\r\nX-Binary-Size-Second-Dimension: {height}",
    ]
    text = "###CBF: VERSION 1.5\r\ndata_\r\n_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n"
    return (text + "\r\n".join(fields) + "\r\n\r\n").encode() + b"\x0c\x1a\x04\xd5" + data + b"\r\n;\r\n"


@pytest.mark.parametrize(
    "steps", [[1, -1, 127], [128, -128, 300, 0], [40_000, -70_000, 5, 2**31 - 1, -(2**31), 0x800080, -128, -0x8000]]
)
def test_differences_of_all_lengths(steps: list[int]) -> None:
    samples = np.resize(np.array(steps, "i4"), (9, 11))
    array = CBF.decode(cbf(samples, "signed 32-bit integer", packed(samples))).array()
    assert array.dtype == np.int32
    np.testing.assert_array_equal(array, samples)


def test_cbf_of_other_kinds() -> None:
    data = cbf(UNSIGNED, "unsigned 16-bit integer", UNSIGNED.tobytes(), None)
    np.testing.assert_array_equal(CBF.decode(data).array(), UNSIGNED)
    for other in (data.replace(b"16-bit", b"24-bit"), cbf(UNSIGNED, "signed 32-bit integer", b"", "x-CBF_PACKED")):
        with pytest.raises(UnsupportedFormatError, match=r"^This CBF .* which Lookahead does not show\.$"):
            CBF.decode(other)


def test_cbf_that_is_cut_off_or_makes_no_sense() -> None:
    whole = cbf(UNSIGNED, "signed 32-bit integer", packed(UNSIGNED))
    for part in range(5, 95, 5):
        with pytest.raises(DamagedImageError):
            CBF.decode(whole[: len(whole) * part // 100])
    with pytest.raises(DamagedImageError, match=CUT_OFF):
        CBF.decode(whole[: whole.index(b"X-Binary-Size")])
    with pytest.raises(DamagedImageError, match="fewer pixels"):
        CBF.decode(whole.replace(b"Fastest-Dimension: 4", b"Fastest-Dimension: 5"))
    with pytest.raises(ImageTooLargeError):
        CBF.decode(whole.replace(b"Fastest-Dimension: 4", b"Fastest-Dimension: 400000000"))


def with_fields(data: bytes, *fields: str) -> bytes:
    return data.replace(b"X-Binary-Size:", "".join(f"{field}\r\n" for field in fields).encode() + b"X-Binary-Size:")


@pytest.mark.parametrize("conversions", ["x-CBF_BYTE_OFFSET", None])
def test_cbf_agrees_with_what_its_header_says_of_the_samples(conversions: str | None) -> None:
    samples = UNSIGNED.astype("i4")
    section = samples.tobytes() if conversions is None else packed(samples)
    kind = "signed 32-bit integer"
    md5 = base64.b64encode(hashlib.md5(section, usedforsecurity=False).digest()).decode()
    for said in (f"Content-MD5: {md5}", "Content-MD5: none", 'Content-MD5: ""', "X-Binary-Number-of-Elements: 12"):
        np.testing.assert_array_equal(
            CBF.decode(with_fields(cbf(samples, kind, section, conversions), said)).array(), samples
        )
    for at in range(len(section)):
        wrong = bytearray(section)
        wrong[at] ^= 1
        with pytest.raises(DamagedImageError, match="the checksum of a part of it is wrong"):
            CBF.decode(with_fields(cbf(samples, kind, bytes(wrong), conversions), f"Content-MD5: {md5}"))
    with pytest.raises(DamagedImageError, match="two numbers of pixels"):
        CBF.decode(with_fields(cbf(samples, kind, section, conversions), "X-Binary-Number-of-Elements: 13"))
    with pytest.raises(DamagedImageError, match="fewer pixels"):
        CBF.decode(cbf(samples, kind, section[:-4], conversions))
    np.testing.assert_array_equal(CBF.decode(cbf(samples, kind, section + bytes(9), conversions)).array(), samples)
    if conversions is not None:
        with pytest.raises(DamagedImageError, match="more pixels"):
            CBF.decode(cbf(samples, kind, section + b"\1", conversions))
