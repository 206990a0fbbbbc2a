"""Each reader of pictures beside the libraries that read the same file: processor time, and how long others wait.

Run it by ``PYTHONPATH=.:tests python tests/benchmarks/bench_formats.py [--only exr]``. Files of 2048 x 2048 grey or
1920 x 1080 colour are made in memory. "ours" is the array for scripts, "window" what the window decodes, in ms of
processor time, the least of several; "best" is the fastest of the libraries that give an array of the same numbers.
"waits" is how late a thread that wakes every millisecond gets to run while the window's decoder works, 99 of 100 and
the longest, in ms; the row "nothing" shows the machine's other work. Kinds whose writer is missing are left out.
"""

from __future__ import annotations

import argparse
import io
import struct
import sys
import time
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
from benchmarks.bench_decode import lateness
from PIL import Image

from viewer.app import SWITCH_INTERVAL
from viewer.core.decode.apart import DecoderProcesses
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DecodeError
from viewer.core.frame import Size
from viewer.gui.bridge.qt_decoder import QtDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Read = Callable[[bytes], Any]

BAR = 0.9 if find_spec("imagecodecs") else 0.5
SECONDS = 0.4


def with_pillow(data: bytes) -> Array:
    """Reads by Pillow."""
    return np.asarray(Image.open(io.BytesIO(data)))


def with_tifffile(data: bytes) -> Array:
    """Reads by tifffile, on one thread."""
    import tifffile  # noqa: PLC0415 - counted with the others

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        return file.pages.first.asarray(maxworkers=1)


def with_pydicom(data: bytes) -> Array:
    """Reads by pydicom."""
    import pydicom  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - an extra

    array: Array = pydicom.dcmread(io.BytesIO(data)).pixel_array
    return array


def with_openexr(data: bytes) -> Array:
    """Reads by OpenEXR, on one thread."""
    import OpenEXR  # noqa: PLC0415 - counted with the others

    file = OpenEXR.File(io.BytesIO(data), separate_channels=True, num_threads=1)
    channels = file.channels()
    return np.stack([channels[name].pixels for name in ("RGBA" if "A" in channels else "RGB")], -1)


def by_codec(name: str, **options: Any) -> Read:  # noqa: ANN401 - what the codec takes
    """Returns a function that reads by a codec of imagecodecs."""

    def read(data: bytes) -> Array:
        import imagecodecs  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - an extra

        array: Array = getattr(imagecodecs, f"{name}_decode")(data, **options)
        return array

    return read


def coded(name: str, array: Array, **options: Any) -> bytes:  # noqa: ANN401 - what the codec takes
    """Returns the file that a codec of imagecodecs writes."""
    import imagecodecs  # noqa: PLC0415 - an extra

    return bytes(getattr(imagecodecs, f"{name}_encode")(array, **options))


def exr(planes: Array, compression: str) -> bytes:
    """Returns the file that OpenEXR writes of (height, width, channels)."""
    import OpenEXR  # noqa: PLC0415 - as above

    header = {"compression": getattr(OpenEXR, f"{compression}_COMPRESSION"), "type": OpenEXR.scanlineimage}
    channels = {name: np.ascontiguousarray(planes[..., at]) for at, name in enumerate("RGBA"[: planes.shape[2]])}
    file = io.BytesIO()
    with OpenEXR.File(header, channels) as made:
        made.write(file)
    return file.getvalue()


def dpx(rgb: Array) -> bytes:
    """Returns a DPX of 10 bits, filled to words by method A."""
    head = bytearray(2048)
    head[:8] = b"SDPX" + (2048).to_bytes(4, "big")
    height, width, _ = rgb.shape
    head[768:780] = b"\0\0\0\1" + width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head[800:812] = bytes((50, 1, 1, 10)) + b"\0\1\0\0" + (2048).to_bytes(4, "big")
    ten = (rgb >> 6).astype(np.uint32)
    return bytes(head) + (ten[..., 0] << 22 | ten[..., 1] << 12 | ten[..., 2] << 2).astype(">u4").tobytes()


def fits(grey: Array) -> bytes:
    """Returns a FITS of unsigned 16 bits."""
    cards = ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 2048", "NAXIS2  = 2048", "BZERO   = 32768", "END"]
    data = (grey.astype(np.int32) - 32768).astype(">i2").tobytes()
    head = "".join(f"{c[:9]}{c[9:].rjust(21)}".ljust(80) if "=" in c else c.ljust(80) for c in cards)
    return head.ljust(2880).encode() + data.ljust(-(-len(data) // 2880) * 2880, b"\0")


def mrc(grey: Array) -> bytes:
    """Returns an MRC of floats."""
    head = bytearray(1024)
    head[:16] = head[28:44] = struct.pack("<4i", grey.shape[1], grey.shape[0], 1, 2)
    head[64:76] = struct.pack("<3i", 1, 2, 3)
    head[208:216] = b"MAP DD\0\0"
    return bytes(head) + grey.astype("<f4").tobytes()


def sgi(rgb: Array) -> bytes:
    """Returns an SGI whose rows are packed, without any runs; Pillow writes none."""
    height, width, channels = rgb.shape
    rows = [
        b"".join(bytes([0x80 | len(row[at : at + 126])]) + row[at : at + 126] for at in range(0, width, 126)) + b"\0"
        for plane in rgb[::-1].transpose(2, 0, 1)
        for row in map(bytes, plane)
    ]
    lengths = np.array([len(row) for row in rows])
    starts = 512 + 8 * len(rows) + np.cumsum(lengths) - lengths
    head = struct.pack(">HBBHHHH", 474, 1, 1, 3, width, height, channels).ljust(512, b"\0")
    return bytes(head + starts.astype(">u4").tobytes() + lengths.astype(">u4").tobytes() + b"".join(rows))


def heic(rgb: Array) -> bytes:
    """Returns the HEIC that pillow-heif writes, of 8 or 10 bits."""
    import pillow_heif  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - an extra

    file = io.BytesIO()
    mode = "RGB;16" if rgb.dtype == np.uint16 else "RGB"
    pillow_heif.from_bytes(mode, rgb.shape[1::-1], rgb.tobytes()).save(file)
    return file.getvalue()


def dicom(grey: Array) -> bytes:
    """Returns a DICOM of 16 bits that is not compressed: explicit lengths, little end first."""

    def element(group: int, number: int, kind: bytes, value: bytes) -> bytes:
        length = struct.pack("<2xI" if kind in {b"OW", b"OB"} else "<H", len(value))
        return struct.pack("<HH", group, number) + kind + length + value

    meta = element(2, 1, b"OB", b"\0\1")
    meta += element(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0") + element(2, 3, b"UI", b"1.2.3\0")
    meta += element(2, 16, b"UI", b"1.2.840.10008.1.2.1\0")
    numbers = {2: 1, 16: grey.shape[0], 17: grey.shape[1], 256: 16, 257: 16, 258: 15, 259: 0}
    body = b"".join(element(40, at, b"US", struct.pack("<H", value)) for at, value in numbers.items() if at < 4)
    body += element(40, 4, b"CS", b"MONOCHROME2 ")
    body += b"".join(element(40, at, b"US", struct.pack("<H", value)) for at, value in numbers.items() if at > 4)
    body += element(0x7FE0, 16, b"OW", grey.astype("<u2").tobytes())
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + body


def npy(array: Array) -> bytes:
    """Returns an NPY."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def kinds() -> Iterator[tuple[str, Callable[[], bytes], dict[str, Read]]]:
    """Yields the kinds: their names, what makes a file, and the libraries that read it."""
    rgb8 = pictures.noise(Size(1920, 1080))
    grey8 = np.ascontiguousarray(pictures.noise(Size(2048, 2048))[..., 0])
    rgb16, grey16 = (each.astype(np.uint16) * 257 - (each & 15) for each in (rgb8, grey8))
    half = np.dstack([rgb8, rgb8[..., :1]]).astype(np.float16) / np.float16(200)
    image, grey = Image.fromarray(rgb8), grey16.astype(np.float32) / 300
    pillow: dict[str, Read] = {"Pillow": with_pillow}
    tif: dict[str, Read] = {"tifffile": with_tifffile, **pillow}
    options: dict[str, Any]
    yield "JPEG", lambda: pictures.encoded(image, "JPEG", quality=90), pillow | {"codec": by_codec("jpeg8")}
    yield "PNG 8 RGB", lambda: pictures.encoded(image, "PNG"), pillow | {"codec": by_codec("png")}
    yield "PNG 16 grey", lambda: pictures.png(grey16, 0), pillow | {"codec": by_codec("png")}
    yield "PNG 16 RGB", lambda: pictures.png(rgb16, 2), {"codec": by_codec("png")}
    for name, array in (("u8 RGB", rgb8), ("u16 grey", grey16), ("f32 grey", grey)):
        for compression in (None, "lzw", "zlib", "zstd", "packbits"):
            options = {"photometric": "rgb" if array.ndim > 2 else "minisblack", "compression": compression}
            yield f"TIFF {name} {compression or 'plain'}", partial(pictures.tiff, array, **options), tif
    yield "TIFF 12 bits", lambda: pictures.tiff(grey16 >> 4, bitspersample=12), tif
    for compression in ("NO", "ZIP", "PIZ", "DWAA"):
        yield f"EXR half RGBA {compression}", partial(exr, half, compression), {"OpenEXR": with_openexr}
    yield "EXR float RGB ZIP", lambda: exr(half[..., :3].astype(np.float32), "ZIP"), {"OpenEXR": with_openexr}
    yield "DPX 10", lambda: dpx(rgb16), {}
    yield "DPX 10 4K", lambda: dpx(np.tile(rgb16, (2, 2, 1))), {}
    yield "HDR", lambda: coded("rgbe", half[..., :3].astype(np.float32), header=True), {"codec": by_codec("rgbe")}
    yield "PPM 16", lambda: b"P6 1920 1080 65535\n" + rgb16.astype(">u2").tobytes(), {}
    yield "PFM", lambda: b"PF 1920 1080 -1\n" + half[..., :3].astype("<f4").tobytes(), {}
    yield "FITS u16", lambda: fits(grey16), {}
    yield "MRC f32", lambda: mrc(grey), {}
    yield "DICOM u16", lambda: dicom(grey16), {"pydicom": with_pydicom}
    yield "NPY u16", lambda: npy(grey16), {"numpy": lambda data: np.load(io.BytesIO(data))}
    for form in ("BMP", "TGA", "GIF", "ICNS", "BLP", "WEBP", "AVIF", "JPEG2000"):
        mode = "P" if form in {"GIF", "BLP"} else "RGB"
        yield (
            f"{form} by Pillow",
            partial(pictures.encoded, image.convert(mode), form),
            ({"WEBP": {"codec": by_codec("webp")}, "JPEG2000": {"codec": by_codec("jpeg2k")}}.get(form, {}) | pillow),
        )
    yield "SGI packed", lambda: sgi(rgb8), pillow
    yield "HEIC 8", lambda: heic(rgb8), {}
    yield "HEIC 10", lambda: heic(rgb16), {}
    yield "QOI", lambda: coded("qoi", rgb8), {"codec": by_codec("qoi"), **pillow}
    for name, codec, array, options in (
        ("JPEG XL 8", "jpegxl", rgb8, {"lossless": True}),
        ("JPEG XL 16", "jpegxl", grey16, {"lossless": True}),
        ("JPEG 2000 16", "jpeg2k", grey16, {"reversible": True}),
        ("HTJ2K 16", "htj2k", grey16, {"reversible": True}),
        ("JPEG-LS 16", "jpegls", grey16, {}),
        ("lossless JPEG 16", "ljpeg", grey16, {}),
        ("AVIF 10", "avif", rgb16 >> 6, {"bitspersample": 10}),
        ("AVIF 12", "avif", rgb16 >> 4, {"bitspersample": 12}),
    ):
        yield name, partial(coded, codec, array, **options), {"codec": by_codec(codec)}


def least(job: Callable[[], object]) -> float:
    """Returns the least processor time of ``job``, in ms."""
    job()
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times) < 3:
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return min(times) * 1000


def row(name: str, data: bytes, others: dict[str, Read], window: DecoderRegistry) -> str:
    """Returns the row of a kind."""
    registry = DecoderRegistry()
    try:
        right = registry.decode(data).array()
    except DecodeError as error:
        return f"{name:24}{error}"
    found: dict[str, float] = {}
    for library, read in others.items():
        try:
            array = np.asarray(read(data))
        except Exception:  # noqa: BLE001, S112 - it does not read it, or is not installed
            continue
        if array.shape == right.shape and np.array_equal(array, right, equal_nan=right.dtype.kind == "f"):
            found[library] = least(partial(read, data))
    ours = least(lambda: registry.decode(data).array())
    screen = least(lambda: window.decode(data, for_screen=True))
    best = min(found, key=found.__getitem__, default="")
    beside = f"{best:>10}{found[best]:9.1f}{found[best] / ours:7.2f}" if best else f"{'':26}"
    mark = "  below the bar" if best and found[best] / ours < BAR else ""
    usual, longest = lateness(lambda: window.decode(data, for_screen=True), 2 * SECONDS)
    return f"{name:24}{len(data) / 1e6:7.1f}{ours:9.1f}{screen:9.1f}{beside}{usual:9.1f}{longest:8.1f}{mark}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    only = parser.parse_args().only.lower()
    sys.setswitchinterval(SWITCH_INTERVAL)
    processes = DecoderProcesses()
    window = DecoderRegistry((QtDecoder(),), processes=processes)
    print(f"{'':24}{'MB':>7}{'ours':>9}{'window':>9}{'best':>10}{'ms':>9}{'ratio':>7}{'waits 99':>9}{'most':>8}")
    usual, longest = lateness(None, 2 * SECONDS)
    print(f"{'nothing':75}{usual:9.1f}{longest:8.1f}")
    for name, make, others in kinds():
        if only in name.lower():
            try:
                data = make()
            except Exception as error:  # noqa: BLE001 - the writer is missing, or cannot
                print(f"{name:24}not made: {error}")
                continue
            print(row(name, data, others, window), flush=True)
    processes.close()


if __name__ == "__main__":
    main()
