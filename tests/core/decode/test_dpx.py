"""DPX and Cineon: headers and samples written here, from the standards' tables."""

from __future__ import annotations

import contextlib
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from viewer.core.decode.dpx import DpxDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha, TransferCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ = DpxDecoder()
COMPONENTS = {1: 6, 3: 50, 4: 51}
UNDEFINED = 0xFFFFFFFF


def samples(width: int, height: int, count: int, bits: int) -> NDArray[Any]:
    """Numbers of all sizes, no two neighbours alike, both ends of the range among them."""
    kind = np.uint8 if bits == 8 else np.uint16
    numbers = np.random.default_rng(bits).integers(0, 1 << bits, (height, width, count), kind, endpoint=False)
    numbers.flat[0], numbers.flat[-1] = (1 << bits) - 1, 0
    return numbers


def line(numbers: list[int], bits: int, packing: int, order: str) -> bytes:
    """A line of samples that ends on 32 bits; packing 0: one behind the other from the lowest bit of a word on."""
    if bits in {8, 16} or (bits == 12 and packing):
        shift = 4 if bits == 12 and packing == 1 else 0
        whole = struct.pack(f"{order}{len(numbers)}{'B' if bits == 8 else 'H'}", *(each << shift for each in numbers))
        return whole + bytes(-len(whole) % 4)
    if packing:
        numbers = numbers + [0] * (-len(numbers) % 3)
        shift = 2 if packing == 1 else 0
        words = [(a << 20 | b << 10 | c) << shift for a, b, c in zip(*[iter(numbers)] * 3, strict=True)]
    else:
        together = sum(each << n * bits for n, each in enumerate(numbers))
        words = [together >> n & UNDEFINED for n in range(0, len(numbers) * bits, 32)]
    return struct.pack(f"{order}{len(words)}I", *words)


def dpx(
    body: bytes,
    size: tuple[int, int],
    code: int,
    bits: int,
    *,
    packing: int = 1,
    order: str = ">",
    transfer: int = 4,
    turn: int = 0,
    **fields: int,
) -> bytes:
    head = bytearray(b"\xff" * 2048)

    def put(kinds: str, at: int, *numbers: int | bytes) -> None:
        struct.pack_into(order + kinds, head, at, *numbers)

    head[:4] = b"SDPX" if order == ">" else b"XPDS"
    put("I8sI", 4, 2048, b"V2.0", fields.get("size", 2048 + len(body)))
    put("I", 660, fields.get("key", UNDEFINED))
    put("HHII", 768, turn, 1, *size)
    put(
        "BBBBHHIII", 800, code, transfer, 0, bits, packing, fields.get("encoding", 0), 2048, fields.get("padding", 0), 0
    )
    if "across" in fields:
        put("II", 1628, fields["across"], fields["down"])
    return bytes(head) + body


def written(numbers: NDArray[Any], bits: int, packing: int, order: str = ">", **fields: int) -> bytes:
    height, width, count = numbers.shape
    body = b"".join(line(row.ravel().tolist(), bits, packing, order) for row in numbers)
    return dpx(body, (width, height), COMPONENTS[count], bits, packing=packing, order=order, **fields)


@pytest.mark.parametrize("order", "><")
@pytest.mark.parametrize("count", [1, 3, 4])
@pytest.mark.parametrize(("bits", "packing"), [(8, 0), (10, 0), (10, 1), (10, 2), (12, 0), (12, 1), (12, 2), (16, 0)])
def test_samples_come_as_they_are(bits: int, packing: int, count: int, order: str) -> None:
    for width, height in ((1, 1), (7, 3), (8, 2), (37, 5)):
        numbers = samples(width, height, count, bits)
        frame = READ.decode(written(numbers, bits, packing, order))
        array = frame.array()
        assert array.dtype == numbers.dtype
        assert (array == (numbers if count > 1 else numbers[..., 0])).all()
        assert frame.info.bits == (bits if bits in {10, 12} else 0)
        assert frame.description == f"{bits}-bit {'grey' if count == 1 else 'RGB' if count == 3 else 'RGBA'}"


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_floats(kind: str) -> None:
    numbers = np.linspace(-1, 2, 4 * 3 * 3).reshape(3, 4, 3).astype(kind)
    data = dpx(numbers.astype(">" + kind).tobytes(), (4, 3), 50, 8 * numbers.itemsize, transfer=2)
    frame = READ.decode(data)
    assert (frame.array() == numbers).all()
    assert frame.array().dtype == kind
    assert frame.info.transfer is TransferCurve.LINEAR


def test_signed_numbers_and_other_orders_of_channels() -> None:
    data = bytearray(dpx(bytes([0x80, 0x01, 0xFF, 0xFE]) * 3, (2, 3), 6, 16))
    data[780:784] = struct.pack(">I", 1)
    assert READ.decode(bytes(data)).array().tolist() == [[-32767, -2]] * 3
    frame = READ.decode(dpx(bytes([4, 3, 2, 1]), (1, 1), 52, 8))
    assert (frame.channels, frame.array().tolist()) == (("R", "G", "B", "A"), [[[1, 2, 3, 4]]])
    assert frame.info.alpha is Alpha.UNSPECIFIED
    assert READ.decode(dpx(bytes(range(5)) + bytes(3), (1, 1), 153, 8)).channels == ("1", "2", "3", "4", "5")


def test_elements_of_one_colour_each_are_one_picture() -> None:
    data = bytearray(dpx(bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), (4, 1), 1, 8))
    struct.pack_into(">H", data, 770, 3)
    for n in range(3):
        struct.pack_into(">I16xBBBBHHIII", data, 780 + 72 * n, 0, n + 1, 1, 0, 8, 0, 0, 2048 + 4 * n, 0, 0)
    frame = READ.decode(bytes(data))
    assert frame.channels == ("R", "G", "B")
    assert frame.array().tolist() == [[[1, 5, 9], [2, 6, 10], [3, 7, 11], [4, 8, 12]]]
    with pytest.raises(DamagedImageError, match="ends after"):
        READ.decode(bytes(data[:-1]))


@pytest.mark.parametrize(("bytes_a_line", "padding"), [(4, 0), (3, 0), (9, 5), (8, 5), (4, UNDEFINED), (4, 700_000)])
def test_lines_end_as_the_size_of_the_file_says(bytes_a_line: int, padding: int) -> None:
    lines = [bytes([n, n + 1, n + 2]).ljust(bytes_a_line, b"\xee") for n in range(0, 60, 10)]
    data = dpx(b"".join(lines), (1, 6), 50, 8, padding=padding)
    assert READ.decode(data).array()[:, 0].tolist() == [[n, n + 1, n + 2] for n in range(0, 60, 10)]
    with pytest.raises(DamagedImageError):
        READ.decode(data[:-bytes_a_line])


@pytest.mark.parametrize(
    ("turn", "right"),
    [
        (0, [[1, 2, 3], [4, 5, 6]]),
        (1, [[3, 2, 1], [6, 5, 4]]),
        (2, [[4, 5, 6], [1, 2, 3]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[1, 4], [2, 5], [3, 6]]),
        (5, [[4, 1], [5, 2], [6, 3]]),
        (6, [[3, 6], [2, 5], [1, 4]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (0xFFFF & ~7, [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_pictures_are_turned_upright(turn: int, right: list[list[int]]) -> None:
    data = dpx(bytes([1, 2, 3, 0, 4, 5, 6, 0]), (3, 2), 6, 8, turn=turn)
    assert READ.decode(data).array().tolist() == right


@pytest.mark.parametrize(
    ("transfer", "right"),
    [*((n, TransferCurve.FILM) for n in (0, 1, 3, 13, 255)), *((n, TransferCurve.DISPLAY) for n in (2, 4, 6, 7))],
)
def test_printing_density_or_nothing_is_film(transfer: int, right: TransferCurve) -> None:
    assert READ.decode(dpx(bytes(4), (1, 1), 6, 10, transfer=transfer)).info.transfer is right


@pytest.mark.parametrize(
    ("across", "down", "right"), [(2, 1, 2.0), (1, 2, 0.5), (UNDEFINED, UNDEFINED, 1.0), (0, 0, 1.0), (900, 1, 1.0)]
)
def test_pixel_aspect(across: int, down: int, right: float) -> None:
    assert READ.decode(dpx(bytes(4), (1, 1), 6, 8, across=across, down=down)).info.pixel_aspect == right


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (dpx(b"", (9, 9), 50, 10, encoding=1), "This DPX is run-length encoded, which Lookahead does not show."),
        (dpx(b"", (9, 9), 50, 10, key=7), "This DPX is encrypted, which Lookahead does not show."),
        (dpx(b"", (9, 9), 100, 8), "This DPX holds luma and chroma (CbYCr), which Lookahead does not show."),
        (dpx(b"", (9, 9), 50, 1), "1-bit DPX is not read by Lookahead."),
        (dpx(b"", (9, 9), 9, 8), "DPX of the kind 9 is not read by Lookahead."),
    ],
)
def test_what_is_not_read_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(UnsupportedFormatError) as caught:
        READ.decode(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("order", "><")
@pytest.mark.parametrize("count", [1, 3])
def test_cineon(count: int, order: str) -> None:
    numbers = samples(5, 4, count, 10)
    for turn, upright in ((0, numbers), (1, numbers[::-1]), (2, numbers[:, ::-1])):
        frame = READ.decode(cineon(numbers, order, turn))
        assert (frame.array() == (upright if count > 1 else upright[..., 0])).all()
        assert (frame.info.bits, frame.info.transfer) == (10, TransferCurve.FILM)
    with pytest.raises(DamagedImageError):
        READ.decode(cineon(numbers, order)[:-5])
    with pytest.raises(UnsupportedFormatError, match=r"of 10 bits .* packing 3"):
        READ.decode(cineon(numbers, order, packing=3))


def cineon(numbers: NDArray[Any], order: str, turn: int = 0, packing: int = 5) -> bytes:
    height, width, count = numbers.shape
    body = b"".join(line(row.ravel().tolist(), 10, 1, order) for row in numbers)
    head = bytearray(1024)
    struct.pack_into(order + "IIIIII", head, 0, 0x802A5FD7, 1024, 712, 312, 0, 1024 + len(body))
    struct.pack_into(order + "BB", head, 192, turn, count)
    for n in range(count):
        struct.pack_into(order + "BBBxII", head, 196 + 28 * n, 0, n + 1 if count > 1 else 0, 10, width, height)
    struct.pack_into(order + "BBBB", head, 680, 0, packing, 0, 0)
    return bytes(head) + body


def test_sizes_are_believed_only_if_the_file_has_them() -> None:
    whole = written(samples(64, 48, 3, 10), 10, 1)
    for n in range(20):
        with pytest.raises(DamagedImageError):
            READ.decode(whole[: len(whole) * n // 20])
    for size in ((60_000, 60_000), (UNDEFINED, UNDEFINED)):
        with pytest.raises(ImageTooLargeError):
            READ.decode(dpx(bytes(64), size, 50, 10))
    with pytest.raises(DamagedImageError, match="0 x 9 pixels"):
        READ.decode(dpx(bytes(64), (0, 9), 50, 10))
    random = np.random.default_rng(1)
    for _ in range(100):
        broken = bytearray(whole)
        for at in random.integers(0, 2048, 20):
            broken[at] = random.integers(256)
        broken[:4] = whole[:4]
        with contextlib.suppress(DecodeError):
            READ.decode(bytes(broken))
