"""OpenEXR: samples, layers, parts and windows as they are in the file; what is cut off or deep is told."""

from __future__ import annotations

import contextlib
import gc
import io
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import OpenEXR
import pytest

from viewer.core.decode.exr import ExrDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.frame import Alpha, TransferCurve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, HEIGHT = 19, 13
FULL = (0, 0, WIDTH - 1, HEIGHT - 1)
RAMP = (np.arange(WIDTH * HEIGHT * 4).reshape(HEIGHT, WIDTH, 4) - 300) / 64
HALF, SINGLE = RAMP.astype(np.float16), RAMP[..., 0].astype(np.float32) * np.float32(1.1)
HALF[0, :4, 0] = np.nan, np.inf, -np.inf, 6e-8
IDS = np.arange(WIDTH * HEIGHT, dtype=np.uint32).reshape(HEIGHT, WIDTH) + 4_294_000_000
KINDS = {"uint32": 0, "float16": 1, "float32": 2}
decode = ExrDecoder().decode


def attribute(name: str, kind: str, value: bytes) -> bytes:
    return f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value


def header(
    channels: dict[str, tuple[NDArray[Any], int]],
    window: tuple[int, ...] = FULL,
    *,
    compression: int = 0,
    more: bytes = b"",
) -> bytes:
    listed = b"".join(
        name.encode() + struct.pack("<B i4x ii", 0, KINDS[plane.dtype.name], step, step)
        for name, (plane, step) in sorted(channels.items())
    )
    text = attribute("owner", "string", b"G\xf6the")  # as some write it, not in UTF-8
    text += attribute("channels", "chlist", listed + b"\0")
    text += attribute("dataWindow", "box2i", struct.pack("<4i", *window))
    text += attribute("compression", "compression", bytes([compression]))
    for name, kind, value in (("lineOrder", "lineOrder", b"\0"), ("screenWindowCenter", "v2f", bytes(8))):
        text += attribute(name, kind, value)
    text += attribute("screenWindowWidth", "float", struct.pack("<f", 1))
    if b"displayWindow" not in more:
        more += attribute("displayWindow", "box2i", struct.pack("<4i", *window))
    if b"pixelAspectRatio" not in more:
        more += attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    return text + more + b"\0"


def with_chunks(head: bytes, chunks: list[bytes], order: list[int] | None = None) -> bytes:
    """Returns a file of chunks that lie in the given order."""
    offsets, body, at = {}, b"", len(head) + 8 * len(chunks)
    for number in order or range(len(chunks)):
        offsets[number] = at + len(body)
        body += chunks[number]
    return head + b"".join(struct.pack("<q", offsets[number]) for number in range(len(chunks))) + body


def lines_file(planes: dict[str, Any], window: tuple[int, ...] = FULL, order: int = 1, more: bytes = b"") -> bytes:
    """Returns a file without compression; planes are arrays, or arrays and one step for both directions."""
    channels = {name: plane if isinstance(plane, tuple) else (plane, 1) for name, plane in planes.items()}
    chunks = []
    for y in range(window[1], window[3] + 1):
        rows = [plane[(y - window[1]) // step] for _, (plane, step) in sorted(channels.items()) if y % step == 0]
        samples = b"".join(row.tobytes() for row in rows)
        chunks.append(struct.pack("<ii", y, len(samples)) + samples)
    head = struct.pack("<II", 20000630, 2) + header(channels, window, more=more)
    return with_chunks(head, chunks, list(range(len(chunks)))[::order])


def zip_file(plane: NDArray[Any]) -> bytes:
    """Returns one channel, "Y", in one chunk of ZIP."""
    halves = np.frombuffer(plane.tobytes(), np.uint8)
    halves = np.concatenate([halves[::2], halves[1::2]])
    packed = zlib.compress(
        (np.diff(halves, prepend=np.uint8(0)) + np.r_[0, np.full(len(halves) - 1, 128)]).astype(np.uint8)
    )
    window = (0, 0, plane.shape[1] - 1, plane.shape[0] - 1)
    head = struct.pack("<II", 20000630, 2) + header({"Y": (plane, 1)}, window, compression=3)
    return with_chunks(head, [struct.pack("<ii", 0, len(packed)) + packed])


def mip_map_file(plane: NDArray[Any], tile: int = 8) -> bytes:
    """Returns one channel, "Y", in levels of tiles; of all but the finest the samples are 0."""
    chunks, level, size = [], 0, np.array(plane.shape)
    while True:
        for y in range(0, size[0], tile):
            for x in range(0, size[1], tile):
                piece = plane[y : y + tile, x : x + tile] if not level else plane[: size[0] - y, : size[1] - x] * 0
                samples = np.ascontiguousarray(piece[:tile, :tile]).tobytes()
                chunks.append(struct.pack("<5i", x // tile, y // tile, level, level, len(samples)) + samples)
        if size.max() == 1:
            break
        level, size = level + 1, np.maximum(1, size // 2)
    tiles = attribute("tiles", "tiledesc", struct.pack("<IIB", tile, tile, 1))
    return with_chunks(struct.pack("<II", 20000630, 0x202) + header({"Y": (plane, 1)}, more=tiles), chunks)


def rgba(samples: NDArray[Any] = HALF) -> dict[str, NDArray[Any]]:
    return {name: np.ascontiguousarray(samples[..., index]) for index, name in enumerate("RGBA"[: samples.shape[2]])}


COLOURS, GREY = rgba(), np.ascontiguousarray(HALF[..., 1])
CHROMA = np.ascontiguousarray(HALF[:12:2, :18:2, 1])
EVEN = (0, 0, 17, 11)


@pytest.mark.parametrize("order", [1, -1], ids=["increasing", "decreasing"])
@pytest.mark.parametrize(
    ("planes", "names", "right", "words"),
    [
        (COLOURS, "RGBA", HALF, "16-bit float RGBA"),
        (rgba(HALF[..., :3]), "RGB", HALF[..., :3], "16-bit float RGB"),
        ({"Y": GREY}, "Y", GREY, "16-bit float grey"),
        ({"Y": GREY, "A": GREY}, "YA", np.dstack([GREY, GREY]), "16-bit float grey with alpha"),
        ({"Z": SINGLE}, "Z", SINGLE, "32-bit float Z"),
        ({"id": IDS}, ["id"], IDS, "32-bit id"),
        ({**rgba(HALF[..., :3]), "Z": SINGLE, "id": IDS}, "RGB", HALF[..., :3], "16-bit float RGB, 2 more channels"),
        ({**COLOURS, "N.x": SINGLE, "diffuse.R": SINGLE}, "RGBA", HALF, "16-bit float RGBA, 2 more layers"),
        ({"X": SINGLE, "Y": SINGLE, "Z": -SINGLE}, "XYZ", np.dstack([SINGLE, SINGLE, -SINGLE]), "32-bit float X, Y, Z"),
        (
            {"N.x": SINGLE, **{f"beauty.{name}": plane for name, plane in COLOURS.items()}},
            ("beauty.R", "beauty.G", "beauty.B", "beauty.A"),
            HALF,
            "16-bit float RGBA of beauty, 1 more layer",
        ),
        (
            {"a.u": SINGLE, "a.v": GREY, "b.u": SINGLE},
            ("a.u", "a.v"),
            np.dstack([SINGLE, GREY]),
            "32-bit float u, v of a, 1 more layer",
        ),
    ],
)
def test_the_samples_are_those_of_the_file(
    planes: dict[str, NDArray[Any]], names: Sequence[str], right: NDArray[Any], words: str, order: int
) -> None:
    frame = decode(lines_file(planes, order=order))
    assert frame.channels == tuple(names)
    assert frame.description == words
    assert frame.array().dtype == right.dtype
    np.testing.assert_array_equal(frame.array(), right)
    assert frame.info.alpha == (Alpha.PREMULTIPLIED if frame.channels[-1].endswith("A") else None)
    assert frame.info.transfer is TransferCurve.LINEAR
    assert frame.info.window is None
    assert frame.info.pixel_aspect == 1


def test_no_copy_of_the_file_stays() -> None:
    data = zip_file(SINGLE)
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(each, io.BytesIO) for each in gc.get_objects())
        decode(data)
        assert sum(isinstance(each, io.BytesIO) for each in gc.get_objects()) == before
    finally:
        gc.enable()


def test_chroma_is_repeated() -> None:
    planes = {"Y": np.ascontiguousarray(HALF[:12, :18, 0]), "RY": (CHROMA, 2), "BY": (-CHROMA, 2)}
    frame = decode(lines_file(planes, EVEN))
    assert (frame.channels, frame.description) == (("Y", "RY", "BY"), "16-bit float luma and chroma")
    np.testing.assert_array_equal(frame.planes[0], HALF[:12, :18, 0])
    np.testing.assert_array_equal(frame.planes[1], np.kron(CHROMA, np.ones((2, 2), np.float16)))


@pytest.mark.parametrize("display", [(0, 0, 60, 40), (-3, 2, 5, 6), (0, 0, 2**31 - 9, 2**31 - 9), (5, 5, 4, 4)])
def test_the_windows(display: tuple[int, int, int, int]) -> None:
    more = attribute("displayWindow", "box2i", struct.pack("<4i", *display))
    more += attribute("pixelAspectRatio", "float", struct.pack("<f", 2))
    frame = decode(lines_file(COLOURS, (-4, 7, WIDTH - 5, HEIGHT + 6), more=more))
    np.testing.assert_array_equal(frame.array(), HALF)
    left, top, right, bottom = display
    is_of_use = 0 < right - left < 1000
    assert frame.info.window == ((left + 4, top - 7, right - left + 1, bottom - top + 1) if is_of_use else None)
    assert frame.info.pixel_aspect == 2


def test_zip_and_tiles_of_several_levels() -> None:
    np.testing.assert_array_equal(decode(zip_file(GREY)).array(), GREY)
    np.testing.assert_array_equal(decode(mip_map_file(SINGLE)).array(), SINGLE)


def written(path: Path, *parts: OpenEXR.Part) -> bytes:
    OpenEXR.File(list(parts)).write(str(path))
    return path.read_bytes()


def part(name: str, planes: dict[str, NDArray[Any]], compression: str = "ZIP", **more: object) -> OpenEXR.Part:
    head = {"type": OpenEXR.scanlineimage, "compression": getattr(OpenEXR, f"{compression}_COMPRESSION"), **more}
    return OpenEXR.Part(head, dict(planes), name)


@pytest.mark.parametrize("compression", [name[:-12] for name in dir(OpenEXR) if name.endswith("_COMPRESSION")])
def test_all_compressions_and_cuts(compression: str, tmp_path: Path) -> None:
    planes = rgba(np.tile(np.abs(np.nan_to_num(HALF, posinf=1, neginf=1)), (40, 2, 1)))
    data = written(tmp_path / "a.exr", part("", planes, compression))
    right = OpenEXR.File(io.BytesIO(data), separate_channels=True).channels()
    frame = decode(data)
    assert len(frame.planes) == 1 or compression == "NO"  # one array from the first: half the memory
    np.testing.assert_array_equal(frame.array(), decode(data, for_screen=True).array())
    np.testing.assert_array_equal(frame.array(), np.dstack([right[name].pixels for name in frame.channels]))
    for length in (*range(0, len(data), len(data) // 20 + 1), len(data) - 1):
        with pytest.raises(DamagedImageError):
            decode(data[:length])


@pytest.mark.parametrize(
    "others", [{"Z": SINGLE}, {"RGB": GREY}, {"d": GREY, "d.R": GREY, "d.G": GREY, "d.B": GREY}, {"A": SINGLE}]
)
def test_colours_beside_other_channels(others: dict[str, NDArray[Any]], tmp_path: Path) -> None:
    planes = {name: np.ascontiguousarray(HALF[..., at]) for at, name in enumerate("RGB")}
    data = written(tmp_path / "a.exr", part("", {n: OpenEXR.Channel(p) for n, p in (planes | others).items()}))
    np.testing.assert_array_equal(decode(data).array()[..., :3], HALF[..., :3])


def test_the_first_of_several_parts_is_taken_and_the_others_must_be_there(tmp_path: Path) -> None:
    data = written(tmp_path / "a.exr", part("left", COLOURS), part("right", {"Z": SINGLE}, "ZIPS"))
    np.testing.assert_array_equal(decode(memoryview(data)).array(), HALF)
    with pytest.raises(DamagedImageError, match="ends after"):
        decode(data[:-20])
    tiles = OpenEXR.TileDescription()
    tiles.xSize = tiles.ySize = 8
    tiled = part("a", COLOURS, type=OpenEXR.tiledimage, tiles=tiles)
    data = written(tmp_path / "b.exr", tiled, part("b", {"Z": SINGLE}))
    np.testing.assert_array_equal(decode(data).array(), HALF)


def test_deep_pixels_are_told() -> None:
    words = "This EXR holds deep pixels, which Lookahead does not show."
    for version, kind in ((0x802, b"deepscanline"), (0x1802, b"deeptile")):
        head = header({"Z": (SINGLE, 1)}, more=attribute("type", "string", kind))
        with pytest.raises(UnsupportedFormatError, match=words):
            decode(struct.pack("<II", 20000630, version) + head + b"\0" * 2000)


def test_flat_pixels_before_deep_ones_are_read() -> None:
    def several(kind: bytes, count: int) -> bytes:
        more = attribute("type", "string", kind) + attribute("chunkCount", "int", struct.pack("<i", count))
        return header({"Z": (SINGLE, 1)}, more=more)

    head = (
        struct.pack("<II", 20000630, 0x1802) + several(b"scanlineimage", HEIGHT) + several(b"deepscanline", 1) + b"\0"
    )
    rows = [struct.pack("<iii", 0, y, WIDTH * 4) + SINGLE[y].tobytes() for y in range(HEIGHT)]
    deep = struct.pack("<iiqqq", 1, 0, 40, 60, 60) + bytes(100)
    data = with_chunks(head, [*rows, deep])
    np.testing.assert_array_equal(decode(data).array(), SINGLE)
    with pytest.raises(DamagedImageError):
        decode(data[:-1])


@pytest.mark.parametrize("size", [60_000, 2**31 - 1])
def test_a_claim_is_refused_before_decoding(size: int) -> None:
    head = struct.pack("<II", 20000630, 2) + header({"Y": (GREY, 1)}, (0, 0, size - 1, size - 1))
    with pytest.raises(ImageTooLargeError):
        decode(head)
    with pytest.raises(ImageTooLargeError):
        decode(lines_file(COLOURS), 1000)


def test_what_was_not_written_to_its_end_is_damaged() -> None:
    data = bytearray(lines_file({"Y": GREY}))
    at = len(data) - HEIGHT * (2 * WIDTH + 8 + 8)
    data[at : at + 8] = bytes(8)
    with pytest.raises(DamagedImageError, match="not written to its end"):
        decode(data)


def test_other_bytes_give_pixels_or_a_decode_error() -> None:
    for data in (zip_file(GREY), mip_map_file(SINGLE), lines_file(COLOURS)):
        for seed in range(40):
            chance, broken = np.random.default_rng(seed), bytearray(data)
            for place in chance.integers(len(data), size=3):
                broken[place] = chance.integers(256)
            with contextlib.suppress(DecodeError):
                assert decode(broken).array().size


def test_the_library_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    words = r"This is an OpenEXR picture; reading it needs OpenEXR \(pip install OpenEXR\)."
    with pytest.raises(UnsupportedFormatError, match=words):
        decode(zip_file(GREY))


ENDING = """
import sys, threading, time
from viewer.core.decode.exr import ExrDecoder
data, began = sys.stdin.buffer.read(), threading.Event()
def work():
    while True:
        ExrDecoder().decode(data)
        began.set()
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
began.wait()
"""


def test_a_program_may_end_while_one_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "large.exr"
    with OpenEXR.File({"compression": OpenEXR.ZIPS_COMPRESSION}, {"RGBA": np.ones((600, 600, 4), np.float32)}) as file:
        file.write(str(path))
    done = subprocess.run([sys.executable, "-c", ENDING], input=path.read_bytes(), check=False, timeout=30)
    assert done.returncode == 0
