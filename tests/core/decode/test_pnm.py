"""PBM, PGM, PPM, PAM and float maps: the numbers as they are stored."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.pnm import PnmDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, TransferCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray

decode = PnmDecoder().decode
WIDTH, HEIGHT = 13, 7
SAMPLES = (np.arange(HEIGHT * WIDTH * 6).reshape(HEIGHT, WIDTH, 6) * 977 + 3) % 65536


def samples(largest: int, depth: int = 1) -> NDArray[Any]:
    array = SAMPLES[..., :depth] % (largest + 1)
    array[0, 0] = largest
    return (array if depth > 1 else array[..., 0]).astype(np.uint8 if largest < 256 else np.uint16)


def raw(array: NDArray[Any]) -> bytes:
    return array.astype(array.dtype.newbyteorder(">")).tobytes()


def text(array: NDArray[Any], space: str = " ") -> bytes:
    return space.join(map(str, array.ravel().tolist())).encode()


@pytest.mark.parametrize(
    ("largest", "bits", "words"),
    [
        (1, 1, "1-bit"),
        (15, 4, "4-bit"),
        (100, 0, "7-bit"),
        (255, 0, "8-bit"),
        (256, 0, "9-bit"),
        (1023, 10, "10-bit"),
        (4095, 12, "12-bit"),
        (65535, 0, "16-bit"),
    ],
)
@pytest.mark.parametrize(("depth", "channels"), [(1, GREY), (3, RGB)])
def test_maps(largest: int, bits: int, words: str, depth: int, channels: tuple[str, ...]) -> None:
    right = samples(largest, depth)
    heads = [head % (WIDTH, HEIGHT, largest) for head in (b"\n%d %d\n%d\n", b"#of a scanner\r %d# width\n\t%d %d ")]
    for kind, body in ((b"P5P6", raw(right)), (b"P2P3", text(right)), (b"P2P3", text(right, "\r\n# a remark 7\r\n"))):
        for head in heads:
            data = kind[depth - depth % 2 : depth - depth % 2 + 2] + head + body
            frame = decode(data + b"\nP5 1 1 255 .")
            np.testing.assert_array_equal(frame.array(), right)
            assert frame.array().dtype == right.dtype
            assert frame.array().dtype.isnative
            assert frame.channels == channels
            assert frame.description.startswith(words)
            assert frame.info.bits == bits
            assert frame.info.white == (None if largest in {255, 65535} else largest)
            assert not frame.info.is_inverted
            for length in range(1, len(data) - 6, len(data) // 20):
                with pytest.raises(DamagedImageError):
                    decode(data[:length])


@pytest.mark.parametrize("width", [1, 8, 13])
def test_bits(width: int) -> None:
    right = samples(1)[:, :width]
    head = b"%d %d\n" % (width, HEIGHT)
    packed = np.packbits(right, axis=1).tobytes()
    for data in (
        b"P4 " + head + packed,
        b"P1 " + head + text(right, ""),
        b"P1 " + head + text(right, " # or not 01\n"),
    ):
        frame = decode(data)
        np.testing.assert_array_equal(frame.array(), right)
        assert (frame.array().dtype.name, frame.description) == ("uint8", "1-bit grey")
        assert (frame.info.bits, frame.info.is_inverted) == (1, True)
        with pytest.raises(DamagedImageError):
            decode(data[:-1] if b"#" not in data else data[: -len(data) // 10])


@pytest.mark.parametrize("largest", [1, 255, 4095])
@pytest.mark.parametrize(
    ("kind", "depth", "channels", "alpha"),
    [
        ("BLACKANDWHITE", 1, GREY, None),
        ("GRAYSCALE", 1, GREY, None),
        ("GRAYSCALE_ALPHA", 2, GREY_ALPHA, Alpha.STRAIGHT),
        ("RGB", 3, RGB, None),
        ("RGB", 4, (*RGB, "4"), None),
        ("RGB_ALPHA", 4, RGBA, Alpha.STRAIGHT),
        ("CMYK", 4, ("C", "M", "Y", "K"), None),
        ("layers of a cell", 6, tuple("123456"), None),
        ("", 1, GREY, None),
        ("", 3, RGB, None),
        ("", 4, RGBA, Alpha.UNSPECIFIED),
        ("", 5, tuple("12345"), None),
    ],
)
def test_pam(largest: int, kind: str, depth: int, channels: tuple[str, ...], alpha: Alpha | None) -> None:
    right = samples(largest, depth)
    head = f"P7\n# a remark\nMAXVAL {largest}\nDEPTH {depth}\n\nWIDTH {WIDTH}\nHEIGHT  {HEIGHT} \n"
    data = (head + f"TUPLTYPE {kind}\n" * bool(kind) + "ENDHDR\n").encode() + raw(right)
    frame = decode(data)
    np.testing.assert_array_equal(frame.array(), right)
    assert (frame.channels, frame.info.alpha, frame.info.is_inverted) == (channels, alpha, False)
    with pytest.raises(DamagedImageError):
        decode(data[:-1])


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("kind", "depth", "dtype"), [("Pf", 1, "f4"), ("PF", 3, "f4"), ("PF4", 4, "f4"), ("Ph", 1, "f2"), ("PH", 3, "f2")]
)
def test_float_maps(order: str, kind: str, depth: int, dtype: str) -> None:
    right = (samples(65535, depth) / 4096 - 3).astype(dtype)
    right[0, 0] = np.nan
    data = f"{kind}\n{WIDTH} {HEIGHT}\n{'-' if order == '<' else ''}0.50\n".encode()
    data += right[::-1].astype(order + dtype).tobytes()
    frame = decode(memoryview(data))
    np.testing.assert_array_equal(frame.array(), right)
    assert frame.array().dtype == right.dtype
    assert frame.info.transfer is TransferCurve.LINEAR
    with pytest.raises(DamagedImageError, match="ends after"):
        decode(data[:-1])


def test_long_texts_are_read_in_pieces() -> None:
    right = np.tile(samples(65535), (40, 60))
    for space in (" ", "\n", "\n# 5\n"):
        data = b"P2 %d %d 65535\n" % right.shape[::-1] + text(right, space)
        np.testing.assert_array_equal(decode(data).array(), right)
    bits = right % 2
    np.testing.assert_array_equal(decode(b"P1 %d %d\n" % right.shape[::-1] + text(bits, "")).array(), bits)


def test_a_header_that_ends_in_two_bytes() -> None:
    right = samples(255)
    np.testing.assert_array_equal(decode(b"P5\r\n13 7\r\n255\r\n" + raw(right)).array(), right)
    right[0, 0] = 10
    np.testing.assert_array_equal(decode(b"P5 13 7 255\r" + raw(right)).array(), right)


def test_eight_bits_are_those_of_the_file() -> None:
    data = np.frombuffer(b"P5 13 7 255\n" + raw(samples(255)), np.uint8)
    assert np.shares_memory(decode(data.data).array(), data)


@pytest.mark.parametrize(
    "data",
    [
        b"P5 60000 60000 255\n",
        b"P2 4294967296 4294967296 255\n1",
        b"PF 60000 60000 -1\n",
        b"P7\nWIDTH 4294967295\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nENDHDR\n",
    ],
)
def test_a_claim_is_refused_before_decoding(data: bytes) -> None:
    with pytest.raises(ImageTooLargeError):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"P5",
        b"P5 0 1 255\n",
        b"P5 1 1 0\n.",
        b"P5 1 1 65536\n..",
        b"P2 2 1 255\n1 256",
        b"P2 2 1 255\n1 -6",
        b"P2 2 1 255\n1 ABC",
        b"P1 2 1\n13",
        b"P1 2 1\n1",
        b"P2 2 1 255\n" + b"1" * 200_000,
        b"P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 1\nENDHDR\n1",
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n123",
        b"P7\nWIDTH 1\nHEIGHT 1\n",
        b"PF 1 1 one\n....",
    ],
)
def test_what_contradicts_itself_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedImageError):
        decode(data)


def test_thumbnails_of_xv_are_told() -> None:
    with pytest.raises(UnsupportedFormatError, match="This file is a thumbnail of xv, which"):
        decode(b"P7 332\n#END_OF_COMMENTS\n1 1 255\n.")


def test_other_bytes_give_pixels_or_a_decode_error() -> None:
    for whole in (b"P6 13 7 4095\n" + raw(samples(4095, 3)), b"P2 13 7 255\n" + text(samples(255))):
        for seed in range(50):
            chance, broken = np.random.default_rng(seed), bytearray(whole)
            for place in chance.integers(len(broken) if seed % 2 else 14, size=2):
                broken[place] = chance.integers(256)
            with contextlib.suppress(DecodeError):
                assert decode(broken).array().size
