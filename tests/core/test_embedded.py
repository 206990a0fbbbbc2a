"""The thumbnail that a camera puts into the head of a JPEG file."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from viewer.core.decode.embedded import HEAD, decode_embedded
from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.display.render import THUMBNAIL
from viewer.core.frame import Frame, Size

if TYPE_CHECKING:
    from typing_extensions import Buffer

LARGE, SMALL = Size(640, 320), Size(160, 80)
TOLERANCE = 12


def jpeg(image: Image.Image) -> bytes:
    """Returns a JPEG file without EXIF data."""
    return pictures.encoded(image, "JPEG", quality=90)


TINY = pictures.jpeg_samples()[0].data
THUMB = jpeg(pictures.lying(1, SMALL))
SEGMENT = pictures.exif_with_thumbnail(THUMB)
MAIN = jpeg(pictures.lying(1, LARGE))
FILE = pictures.with_segment(MAIN, SEGMENT)


def photograph(thumbnail: bytes, size: Size = LARGE, orientation: int = 1) -> bytes:
    """Returns a JPEG file whose picture, upright, has ``size``, with a thumbnail."""
    exif = pictures.exif_with_thumbnail(thumbnail, orientation)
    return pictures.with_segment(jpeg(pictures.lying(orientation, size)), exif)


def barred(orientation: int = 1) -> Image.Image:
    """Returns the four blocks in the shape of 3:2, lying, in the middle of 160 x 120 black pixels (or 120 x 160)."""
    part = pictures.lying(orientation, Size(160, 107) if orientation < 5 else Size(107, 160))
    whole = Image.new("RGB", (160, 120))
    whole.paste(part, (0, 6))
    return whole


def assert_upright(frame: Frame, size: Size) -> None:
    assert frame.is_bgrx
    assert frame.size == size
    for found, expected in zip(pictures.corners_of(frame), pictures.CORNERS, strict=True):
        assert np.abs(np.subtract(found, expected)).max() <= TOLERANCE


def test_the_files_of_these_tests_are_what_pillow_takes_for_exif() -> None:
    exif = Image.open(io.BytesIO(FILE)).getexif()
    second = exif.get_ifd(ExifTags.IFD.IFD1)
    assert exif[pictures.ORIENTATION] == 1
    assert second[ExifTags.Base.JpegIFByteCount] == len(THUMB)
    start = FILE.index(b"Exif\0\0") + 6 + second[ExifTags.Base.JpegIFOffset]
    assert FILE[start:].startswith(THUMB)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
def test_the_thumbnail_is_found(order: str, kind: int) -> None:
    data = pictures.with_segment(MAIN, pictures.exif_with_thumbnail(THUMB, 1, order, kind))
    preview = decode_embedded(data[:HEAD])
    assert preview is not None
    assert_upright(preview.frame, SMALL)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_will_do(kind: type[bytes]) -> None:
    preview = decode_embedded(kind(FILE))
    assert preview is not None
    assert_upright(preview.frame, SMALL)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_as_the_picture_does(orientation: int) -> None:
    data = photograph(jpeg(pictures.lying(orientation, SMALL)), LARGE, orientation)
    preview = decode_embedded(data)
    assert preview is not None
    assert_upright(preview.frame, SMALL)
    assert preview.size == JpegDecoder().decode(data).size == LARGE


def test_a_head_that_ends_before_the_size_is_enough_for_the_thumbnail() -> None:
    # EXIF may be followed by other segments that are longer than the head
    filler = b"\xff\xe2" + struct.pack(">H", 60_000) + bytes(59_998)
    data = pictures.with_segment(pictures.with_segment(MAIN, filler), SEGMENT)
    preview = decode_embedded(data[: HEAD // 2])
    assert preview is not None
    assert preview.size is None
    assert_upright(preview.frame, SMALL)
    whole = decode_embedded(data)
    assert whole is not None
    assert whole.size == LARGE


def test_other_segments_may_come_first() -> None:
    for first in (b"\xff\xfe\0\6text", b"\xff\xe1\0\x0ahttp:/xx"):
        assert decode_embedded(pictures.with_segment(FILE, first)) is not None


@pytest.mark.parametrize(("orientation", "size"), [(1, Size(160, 107)), (3, Size(160, 107)), (6, Size(107, 160))])
def test_black_bars_are_cut_off(orientation: int, size: Size) -> None:
    main = Size(600, 400) if orientation < 5 else Size(400, 600)
    preview = decode_embedded(photograph(jpeg(barred(orientation)), main, orientation))
    assert preview is not None
    assert preview.size == main
    assert_upright(preview.frame, size)


def test_without_the_size_of_the_picture_the_thumbnail_is_taken_as_it_is() -> None:
    data = photograph(jpeg(barred()), Size(600, 400))
    preview = decode_embedded(data[: data.rindex(b"\xff\xc0")])
    assert preview is not None
    assert preview.size is None
    assert preview.frame.size == (160, 120)


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [
        pytest.param(Size(600, 400), Size(160, 120), id="another shape without bars"),
        pytest.param(Size(320, 640), SMALL, id="the picture was turned, the thumbnail was not"),
        pytest.param(Size(128, 64), SMALL, id="larger than the picture"),
    ],
)
def test_a_thumbnail_that_does_not_show_the_picture_is_refused(size: Size, thumbnail: Size) -> None:
    assert decode_embedded(photograph(jpeg(pictures.lying(1, thumbnail)), size)) is None


def test_sizes_in_whole_pixels_are_no_other_shape() -> None:
    preview = decode_embedded(photograph(jpeg(pictures.lying(1, Size(160, 108))), Size(600, 400)))
    assert preview is not None
    assert_upright(preview.frame, Size(160, 108))


def test_a_large_thumbnail_is_made_smaller() -> None:
    preview = decode_embedded(photograph(jpeg(pictures.lying(1, Size(640, 480))), Size(1280, 960)))
    assert preview is not None
    assert_upright(preview.frame, Size(640, 480).fitted_into(THUMBNAIL))


def test_a_small_file_is_a_thumbnail_too() -> None:
    assert decode_embedded(photograph(TINY)) is not None


def test_zeros_behind_the_thumbnail_do_no_harm() -> None:
    assert decode_embedded(photograph(THUMB + bytes(8))) is not None


@pytest.mark.parametrize(
    "thumbnail",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(2000), id="no JPEG"),
        pytest.param(THUMB[: len(THUMB) // 2], id="cut off"),
        pytest.param(THUMB[:-20] + bytes(20), id="zeros at the end"),
        pytest.param(TINY[:-2] + b"\0\0\0" + TINY[-2:], id="bytes too many"),
        pytest.param(pictures.huge_jpeg(), id="promises billions of pixels"),
        pytest.param(pictures.cmyk_jpeg().data, id="CMYK"),
    ],
)
def test_a_damaged_thumbnail_is_none(thumbnail: bytes) -> None:
    assert decode_embedded(photograph(thumbnail)) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(MAIN, id="a JPEG without EXIF"),
        pytest.param(pictures.turned("JPEG", 6), id="EXIF without a thumbnail"),
        pytest.param(pictures.png(pictures.colours(), 2), id="PNG"),
        pytest.param(pictures.turned("WEBP", 6), id="WebP with EXIF"),
        pytest.param(pictures.tiff(np.stack([pictures.greys()] * 2), photometric="minisblack"), id="TIFF"),
        pytest.param(SEGMENT, id="EXIF alone"),
        pytest.param(MAIN + SEGMENT, id="EXIF behind the pixels"),
        pytest.param(FILE.replace(b"II*\0", b"XX*\0"), id="no byte order"),
    ],
)
def test_a_file_without_a_thumbnail(data: bytes) -> None:
    assert decode_embedded(data) is None


def test_wherever_the_head_ends_the_thumbnail_is_whole_or_none() -> None:
    needed = FILE.index(THUMB) + len(THUMB)
    for end in range(needed + 400):
        assert (decode_embedded(FILE[:end]) is not None) == (end >= needed)


def test_whatever_its_directories_say_no_more_than_the_thumbnail_is_taken() -> None:
    for where in range(2, FILE.index(THUMB)):
        for value in (0, 1, 127, 255):
            data = bytearray(FILE)
            data[where] = value
            check_any(data)


@given(
    kept=st.integers(0, len(FILE)),
    changes=st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(0, 255)), max_size=8),
    tail=st.binary(max_size=40),
)
@settings(max_examples=300, deadline=None)
def test_no_damage_raises(kept: int, changes: list[tuple[int, int]], tail: bytes) -> None:
    data = bytearray(FILE[:kept] + tail)
    for where, value in changes:
        if where < len(data):
            data[where] = value
    check_any(bytes(data))


@given(st.binary(max_size=300), st.sampled_from([b"", FILE[:4], FILE[:12], FILE[:20], FILE[:60]]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(data: bytes, start: bytes) -> None:
    check_any(start + data)


def check_any(head: Buffer) -> None:
    """Fails if bytes of any kind make more than a small BGRX frame or None."""
    preview = decode_embedded(head)
    if preview is None:
        return
    assert preview.frame.is_bgrx
    assert max(preview.frame.size) <= max(THUMBNAIL)
    assert preview.frame.array().shape[:2] == (preview.frame.size.height, preview.frame.size.width)
    assert preview.size is None or min(preview.size) > 0
