"""Camera raw files: the numbers of the sensor, a picture for the window, and what is left to others."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from viewer.core.decode.decoder import PassedOnError
from viewer.core.decode.raw import RawDecoder
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import BGRX, RGB, TransferCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray

rawpy = pytest.importorskip("rawpy")

DECODER = RawDecoder()
MOSAIC = (np.add.outer(np.arange(64) * 30, np.arange(96) * 20) % 4000 + 64).astype(np.uint16)
Tag = tuple[int, int, tuple[int, ...] | bytes]
SHORT, LONG, BYTE, TEXT, FRACTION = 3, 4, 1, 2, 10


def directory(tags: list[Tag], at: int) -> bytes:
    """A directory of a little-endian TIFF at such a place, its long values behind it."""
    entries, values, behind = b"", b"", at + 6 + 12 * len(tags)
    for tag, kind, value in sorted(tags):
        letter = {SHORT: "H", LONG: "I", FRACTION: "i"}.get(kind, "B")
        stored = value if isinstance(value, bytes) else struct.pack(f"<{len(value)}{letter}", *value)
        count = len(value) // (2 if kind == FRACTION else 1)
        entries += struct.pack("<HHI", tag, kind, count)
        entries += stored.ljust(4, b"\0") if len(stored) <= 4 else struct.pack("<I", behind + len(values))
        values += stored if len(stored) > 4 else b""
    return struct.pack("<H", len(tags)) + entries + bytes(4) + values


def dng(orientation: int = 1, preview: bytes = b"", preview_size: tuple[int, int] = (0, 0), **without: bool) -> bytes:
    """A DNG of the mosaic, 12 bits in 16, the preview in its first directory."""
    matrix: tuple[int, ...] = (7188, 10000, -1639, 10000, -1027, 10000, -2740, 10000, 10467, 10000, 2560, 10000)
    matrix += (171, 10000, 1031, 10000, 6021, 10000)
    pixel_data = MOSAIC.tobytes()
    common: list[Tag] = [(271, TEXT, b"Maker\0"), (272, TEXT, b"Model\0"), (274, SHORT, (orientation,))]
    common += [(50706, BYTE, b"\1\4\0\0"), (50708, TEXT, b"Maker Model\0"), (50721, FRACTION, matrix)]
    common += [(50778, SHORT, (21,))]
    if without.get("dng"):
        common = common[:3]
    if without.get("maker"):
        common = common[2:3]

    def mosaic(start: int) -> list[Tag]:
        height, width = MOSAIC.shape
        return [
            (254, LONG, (0,)),
            (256, LONG, (width,)),
            (257, LONG, (height,)),
            (258, SHORT, (16,)),
            (259, SHORT, (1,)),
            (262, SHORT, (32803,)),
            (273, LONG, (start,)),
            (277, SHORT, (1,)),
            (278, LONG, (height,)),
            (279, LONG, (len(pixel_data),)),
            (33421, SHORT, (2, 2)),
            (33422, BYTE, b"\0\1\1\2"),
            (50714, SHORT, (64,)),
            (50717, LONG, (4095,)),
        ]

    if not preview:
        length = len(directory([*common, *mosaic(0)], 8))
        return struct.pack("<2sHI", b"II", 42, 8) + directory([*common, *mosaic(8 + length)], 8) + pixel_data

    def first(inner: int, start: int) -> bytes:
        width, height = preview_size
        small: list[Tag] = [(254, LONG, (1,)), (256, LONG, (width,)), (257, LONG, (height,)), (330, LONG, (inner,))]
        small += [(258, SHORT, (8, 8, 8)), (259, SHORT, (7,)), (262, SHORT, (6,)), (277, SHORT, (3,))]
        small += [(278, LONG, (height,)), (273, LONG, (start,)), (279, LONG, (len(preview),))]
        return directory([*common, *small], 8)

    inner = 8 + len(first(0, 0))
    start = inner + len(directory(mosaic(0), inner))
    head = struct.pack("<2sHI", b"II", 42, 8) + first(inner, start + len(pixel_data))
    return head + directory(mosaic(start), inner) + pixel_data + preview


def jpeg(width: int, height: int) -> bytes:
    import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - for two tests

    samples = np.full((height, width, 3), 40, np.uint8)
    samples[: height // 4] = 220
    return bytes(simplejpeg.encode_jpeg(samples, quality=95))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_samples_are_those_of_the_sensor(orientation: int) -> None:
    frame = DECODER.decode(memoryview(dng(orientation)))
    assert (frame.channels, frame.info.bits, frame.info.white) == (("Y",), 12, 4095)
    assert frame.array().dtype == np.uint16
    assert np.array_equal(frame.array(), pixels.upright(MOSAIC, orientation))


@pytest.mark.parametrize("size", [(96, 64), (48, 32)])
def test_the_window_gets_the_preview_if_it_is_half_as_large(size: tuple[int, int]) -> None:
    frame = DECODER.decode(dng(6, jpeg(*size), size), for_screen=True)
    assert (frame.channels, frame.size) == (BGRX, size[::-1])
    right: NDArray[np.uint8] = frame.array()
    assert right[10, -2, 0] > 200, "its upper edge is at the right"
    assert right[10, 2, 0] < 60


@pytest.mark.parametrize("preview", [b"", jpeg(40, 24), b"no picture"])
def test_else_the_window_gets_a_picture_of_half_the_size(preview: bytes) -> None:
    frame = DECODER.decode(dng(6, preview, (40, 24)), for_screen=True)
    assert (frame.channels, frame.size, frame.info.transfer) == (RGB, (32, 48), TransferCurve.LINEAR)
    assert frame.array().dtype == np.uint16


def test_cut_and_too_large_files_are_refused() -> None:
    data = dng(1, jpeg(96, 64), (96, 64))
    for for_screen in (False, True):
        for percent in range(5, 100, 5):
            with pytest.raises((DamagedImageError, PassedOnError)):
                DECODER.decode(data[: len(data) * percent // 100], for_screen=for_screen)
        with pytest.raises(ImageTooLargeError):
            DECODER.decode(data, 64 * 96, for_screen=for_screen)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (dng(), "DNG"),
        (dng(dng=True).replace(b"Maker\0", b"NIKON\0"), "NEF"),
        (dng(dng=True).replace(b"Maker\0", b"SONY\0\0"), "ARW"),
        (dng(dng=True), "Maker"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(20), "CR2"),
        (b"FUJIFILMCCD-RAW " + bytes(100), "RAF"),
        (b"IIU\0\x18\0\0\0" + bytes(20), "RW2"),
        (b"IIRO\x08\0\0\0" + bytes(20), "ORF"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "CR3"),
    ],
)
def test_without_its_library_the_kind_is_named(data: bytes, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(UnsupportedFormatError) as caught:
        DECODER.decode(data)
    assert (
        str(caught.value) == f"This is a camera raw file ({kind}); reading it needs rawpy (pip install lookahead[raw])."
    )


@pytest.mark.parametrize("data", [dng(dng=True, maker=True), b"II*\0" + bytes(200), b"MM\0*\0\0", b"something else"])
def test_a_tiff_that_no_camera_wrote_is_passed_on(data: bytes) -> None:
    with pytest.raises(PassedOnError):
        DECODER.decode(data)


def test_a_camera_that_is_not_known_is_no_damage() -> None:
    with pytest.raises(UnsupportedFormatError, match="of a camera that rawpy does not know"):
        DECODER.decode(b"IIU\0\x18\0\0\0" + bytes(2000))
