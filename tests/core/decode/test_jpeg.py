"""JPEG: the numbers, what is whole and what is cut off, and the kinds that others read."""

from __future__ import annotations

import functools
import io
import re
import struct

import numpy as np
import pytest
from PIL import Image

from viewer.core.decode import faults
from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import BGRX, GREY, RGB, Size

KINDS: dict[str, dict[str, int]] = {
    "baseline": {},
    "progressive": {"progressive": 1},
    "restarts": {"restart_marker_blocks": 3},
    "restarts of rows": {"restart_marker_rows": 1, "subsampling": 0},
    "progressive restarts": {"progressive": 1, "restart_marker_rows": 1},
    "grey": {"grey": 1},
    "grey progressive": {"grey": 1, "progressive": 1},
}


@functools.cache
def jpeg(kind: str, width: int = 101, height: int = 67) -> bytes:
    """Returns a JPEG with smooth and noisy parts."""
    down, across = np.mgrid[:height, :width]
    array = np.dstack([across * 2 % 256, down * 3 % 256, (across + down) % 256]).astype(np.uint8)
    array[: height // 3] = np.random.default_rng(2).integers(0, 256, (height // 3, width, 3), np.uint8)
    options = dict(KINDS[kind])
    image = Image.fromarray(array[..., 0] if options.pop("grey", 0) else array)
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">HH", marker, len(content) + 2) + content


def with_frame(marker: int, bits: int = 8, height: int = 67, width: int = 101) -> bytes:
    """Returns a JPEG whose frame header says something else."""
    whole = jpeg("baseline")
    at = whole.index(b"\xff\xc0")
    return whole[:at] + struct.pack(">HHBHH", marker, 17, bits, height, width) + whole[at + 9 :]


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_and_the_screen_are_the_same_picture(kind: str) -> None:
    frame, shown = JpegDecoder().decode(jpeg(kind)), JpegDecoder().decode(jpeg(kind), for_screen=True)
    array = frame.array()
    assert frame.channels == (GREY if "grey" in kind else RGB)
    assert array.shape[:2] == (67, 101)
    assert frame.description == shown.description == ("8-bit grey" if "grey" in kind else "8-bit RGB")
    assert (shown.channels, shown.size, shown.info.is_grey) == (BGRX, Size(101, 67), "grey" in kind)
    colours = array if array.ndim == 3 else array[..., None]
    assert np.array_equal(np.broadcast_to(colours, (67, 101, 3)), shown.array()[..., 2::-1])


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_end_marker_may_be_missing(kind: str) -> None:
    whole = jpeg(kind)
    array = JpegDecoder().decode(whole).array()
    for missing in (1, 2):
        frame = JpegDecoder().decode(whole[:-missing])
        assert np.array_equal(frame.array(), array)
        assert frame.description in {"8-bit grey", "8-bit RGB"}
    marks = {each.start() for each in re.finditer(rb"\xff[\xc4\xd0-\xd7\xda]", whole)}
    lengths = {len(whole) * share // 100 for share in range(5, 96)}
    lengths |= {mark + shift for mark in marks for shift in range(-1, 3)} | set(range(len(whole) - 12, len(whole) - 2))
    for length in lengths:
        with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
            JpegDecoder().decode(whole[:length])
    for length in range(
        whole.index(b"\xff\xda"), len(whole) * 95 // 100, 50
    ):  # a file may be as long before it is there
        with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
            JpegDecoder().decode(whole[:length].ljust(len(whole), b"\0"))


def test_a_scan_that_was_to_come_is_missed() -> None:
    whole = jpeg("grey progressive")
    last = whole.rindex(b"\xff\xda")
    with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
        JpegDecoder().decode(whole[: whole.rindex(b"\xff\xc4", 0, last)])
    fewer = whole[: whole.rindex(b"\xff\xc4", 0, last)] + b"\xff\xd9"  # who ends a file there means it
    assert JpegDecoder().decode(fewer).description == "8-bit grey"


def test_the_profile_is_joined_from_its_pieces() -> None:
    pieces = [
        segment(0xFFE2, b"ICC_PROFILE\0" + bytes([number, 2]) + text) for number, text in ((2, b"two"), (1, b"one"))
    ]
    whole = jpeg("baseline")
    assert JpegDecoder().decode(whole[:2] + b"".join(pieces) + whole[2:]).info.icc == b"onetwo"


@pytest.mark.parametrize(
    ("marker", "bits"), [(0xFFC1, 12), (0xFFC3, 8), (0xFFC3, 16), (0xFFC9, 8), (0xFFCA, 8), (0xFFF7, 8)]
)
def test_other_kinds_are_left_to_others(marker: int, bits: int) -> None:
    for data in (with_frame(marker, bits), with_frame(marker, bits)[:-100]):
        with pytest.raises(PassedOnError):
            JpegDecoder().decode(data)
        assert JpegDecoder().reduced(data, Size(9, 9)) is None


def test_kinds_that_nobody_reads() -> None:
    with pytest.raises(UnsupportedFormatError, match="hierarchical JPEG, which"):
        JpegDecoder().decode(with_frame(0xFFC5))
    lines = with_frame(0xFFC0, height=0)[:-2] + segment(0xFFDC, struct.pack(">H", 67)) + b"\xff\xd9"
    with pytest.raises(UnsupportedFormatError, match="its height"):
        JpegDecoder().decode(lines)


def test_claims_are_refused() -> None:
    with pytest.raises(ImageTooLargeError):
        JpegDecoder().decode(with_frame(0xFFC0, 8, 60_000, 60_000))
    for width, height in ((20_000, 20_000), (65_000, 7_000)):
        with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
            JpegDecoder().decode(with_frame(0xFFC2, 8, height, width))


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_inks_without_the_end_marker_are_whole(subsampling: int, progressive: int) -> None:
    file, array = io.BytesIO(), np.random.default_rng(4).integers(0, 256, (21, 33, 4), np.uint8)
    Image.fromarray(array, "CMYK").save(file, "JPEG", quality=70, subsampling=subsampling, progressive=progressive)
    data, read = file.getvalue(), DecoderRegistry().decode
    for for_screen in (False, True):
        whole = read(data, for_screen=for_screen)
        assert (read(data[:-2], for_screen=for_screen).array() == whole.array()).all()
    for cut in (*range(3, 40), len(data) // 3, len(data) // 2):
        with pytest.raises(DamagedImageError):
            read(data[:-cut])
