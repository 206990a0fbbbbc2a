"""Pictures made in memory: every format, kind of pixels, orientation and kind of damage.

All show the same four blocks, so that whoever decodes them right has these colours in the corners, read from the top
left: :data:`CORNERS`. No two corners are alike, so a turned or mirrored picture is told from an upright one.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile
from PIL import Image

from viewer.core.display.look import to_bgrx
from viewer.core.display.pixels import as_array
from viewer.core.frame import Frame, Size

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Buffer

SIZE = Size(64, 32)
CORNERS = ((200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0))
"""Red, green and blue at the top left, top right, bottom left and bottom right."""
GREYS = (20, 90, 160, 230)
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Sample:
    """A file and what must come out of it.

    Attributes:
        name: for the test report.
        data: the file.
        corners: red, green and blue in the four corners as they are shown, of 0 to 255.
        tolerance: how far each of them may be off.
        description: what the frame must be called; None for anything.
        size: in pixels.
    """

    name: str
    data: bytes
    corners: tuple[tuple[int, ...], ...] = CORNERS
    tolerance: int = 0
    description: str | None = None
    size: Size = SIZE


def bgrx(data: Buffer, size: Size, stride: int = 0, description: str = "8-bit RGB") -> Frame:
    """Returns a frame as the screen takes it over the bytes of ``data``."""
    rows = (stride or 4 * size.width, 4, 1)
    return Frame(
        (np.ndarray((size.height, size.width, 4), np.uint8, memoryview(data), 0, rows),), description=description
    )


def blank(size: Size, description: str = "") -> Frame:
    """Returns a frame of any size that takes no memory."""
    return Frame((np.broadcast_to(np.zeros(4, np.uint8), (size.height, size.width, 4)),), description=description)


def colours(size: Size = SIZE) -> npt.NDArray[np.uint8]:
    """Returns the four blocks as red, green and blue, of shape (height, width, 3)."""
    return np.array(CORNERS, np.uint8).reshape(2, 2, 3).repeat(size.height // 2, 0).repeat(size.width // 2, 1)


def greys(dtype: Any = np.uint8, factor: float = 1) -> npt.NDArray[Any]:  # noqa: ANN401 - what numpy takes
    """Returns the four blocks as grey times ``factor``, of shape (height, width)."""
    blocks = (np.array(GREYS) * factor).astype(dtype).reshape(2, 2)
    return blocks.repeat(SIZE.height // 2, 0).repeat(SIZE.width // 2, 1)


def rgba() -> Image.Image:
    """Returns the four blocks; the lower two, of double brightness, are half transparent: over black they are halved.

    Only 100 and 50 of 200 differ then from :data:`CORNERS`; see :data:`OVER_BLACK`.
    """
    alpha = np.full(SIZE[::-1], 255, np.uint8)
    alpha[SIZE.height // 2 :] = 128
    return Image.fromarray(np.dstack([colours(), alpha]))


OVER_BLACK = (*CORNERS[:2], (0, 0, 100), (100, 100, 0))


def grey_corners() -> tuple[tuple[int, ...], ...]:
    """Returns the corners of :func:`greys`."""
    return tuple((grey,) * 3 for grey in GREYS)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:  # noqa: ANN401 - what Pillow takes
    """Returns the file that Pillow writes."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def turned(form: str, orientation: int, **options: Any) -> bytes:  # noqa: ANN401 - what Pillow takes
    """Returns a file that, turned by its EXIF orientation, shows the four blocks upright."""
    image = Image.fromarray(colours())
    # What undoes each orientation: 6 and 8 undo each other, the others themselves.
    method = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    if method is not None:
        image = image.transpose(method)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(image, form, exif=exif, **options)


def tiff(array: npt.NDArray[Any], **options: Any) -> bytes:  # noqa: ANN401 - what tifffile takes
    """Returns the file that tifffile writes."""
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def page_of(array: npt.NDArray[Any], where: str) -> bytes:
    """Returns the file of a page of grey that was taken out of a stack; ``where`` is "channel 1 of 2, slice 3 of 4"."""
    return tiff(array, photometric="minisblack", extratags=[(285, "s", 0, where, True)])


def png(array: npt.NDArray[Any], colour_type: int, chunks: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    """Returns a PNG of 8 or 16 bits with ``chunks`` before its pixels; Pillow writes no 16-bit colour.

    Args:
        array: (height, width) or (height, width, channels).
        colour_type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGB and alpha.
        chunks: kinds and contents.
    """
    height, width = array.shape[:2]
    rows = array.astype(array.dtype.newbyteorder(">"))
    header = struct.pack(">IIBBBBB", width, height, array.itemsize * 8, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b""))
    )


def huge_png() -> bytes:
    """Returns a PNG whose header promises 60,000 x 60,000 pixels."""
    small = bytearray(png(colours(), 2))
    small[16:24] = struct.pack(">II", 60_000, 60_000)
    small[29:33] = struct.pack(">I", zlib.crc32(small[12:29]))
    return bytes(small)


def huge_tiff() -> bytes:
    """Returns a TIFF whose directory promises 60,000 x 60,000 pixels."""
    return (
        tiff(np.zeros((1, 1), np.uint8))
        .replace(  # entries of one LONG each: width 1 and length 1
            struct.pack("<HHII", 256, 4, 1, 1), struct.pack("<HHII", 256, 4, 1, 60_000)
        )
        .replace(struct.pack("<HHII", 257, 4, 1, 1), struct.pack("<HHII", 257, 4, 1, 60_000))
    )


def huge_jpeg() -> bytes:
    """Returns a JPEG whose header promises 60,000 x 60,000 pixels."""
    data = bytearray(encoded(Image.fromarray(colours()), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


def huge_webp() -> bytes:
    """Returns a WebP whose extended header promises 16,777,216 x 60,000 pixels."""
    lossless = encoded(Image.fromarray(colours()), "WEBP", lossless=True)
    header = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\xff\xff" + (59_999).to_bytes(3, "little")
    body = b"WEBP" + header + lossless[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def noise(size: Size, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Returns a picture that compresses about as a photograph does: waves, edges and some noise; (height, width, 3)."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
    waves = [np.sin(x / (17 + 5 * c)) * 60 + np.cos(y / (23 + 3 * c)) * 40 + 128 for c in range(3)]
    picture = np.dstack(waves) + random.normal(0, 3, (size.height, size.width, 1)).astype(np.float32)
    picture[(x // 120 + y // 90) % 3 == 0] *= 0.5
    eight_bits: npt.NDArray[np.uint8] = np.clip(picture, 0, 255).astype(np.uint8)
    return eight_bits


def corners_of(frame: Frame) -> tuple[tuple[int, ...], ...]:
    """Returns red, green and blue 4 pixels away from the corners of a frame, as they are shown."""
    array = as_array(to_bgrx(frame))
    found: list[tuple[int, ...]] = []
    for row in (4, -5):
        for column in (4, -5):
            number = int(array[row, column])
            assert number >> 24 == 255, "the fourth byte of BGRX is 255"
            found.append((number >> 16 & 255, number >> 8 & 255, number & 255))
    return tuple(found)


def stretched_corners() -> tuple[tuple[int, ...], ...]:
    """Returns the corners of greys whose smallest is shown as black and whose largest as white."""
    return tuple((round((grey - GREYS[0]) * 255 / (GREYS[-1] - GREYS[0])),) * 3 for grey in GREYS)


def check(frame: Frame, sample: Sample) -> None:
    """Asserts that a frame is what its sample says."""
    assert frame.size == sample.size
    off = np.abs(np.array(corners_of(frame)) - np.array(sample.corners)).max()
    assert off <= sample.tolerance, f"{corners_of(frame)} instead of {sample.corners}"
    assert sample.description in {None, frame.description}


def jpeg_samples() -> list[Sample]:
    """Returns the JPEG files of grey and colour."""
    image = Image.fromarray(colours())
    kinds: dict[str, dict[str, Any]] = {
        "baseline": {},
        "progressive": {"progressive": True},
        "restart markers": {"restart_marker_rows": 1},
    }
    grey = encoded(Image.fromarray(greys()), "JPEG")
    return [
        Sample(f"jpeg {name}", encoded(image, "JPEG", **options), tolerance=12, description="8-bit RGB")
        for name, options in kinds.items()
    ] + [Sample("jpeg grey", grey, grey_corners(), tolerance=4, description="8-bit grey")]


def cmyk_jpeg() -> Sample:
    """Returns the variety of JPEG that the fast decoder does not read."""
    data = encoded(Image.fromarray(colours()).convert("CMYK"), "JPEG")
    return Sample("jpeg cmyk", data, tolerance=12, description="8-bit CMYK")


def png_samples() -> list[Sample]:
    """Returns the PNG files of every colour type that all libraries read alike."""
    image = Image.fromarray(colours())
    opaque = png(colours(), 2)
    grey_alpha = np.dstack([greys(), np.full(SIZE[::-1], 128, np.uint8)])
    halved = tuple((round(grey * 128 / 255),) * 3 for grey in GREYS)
    palette = image.quantize(4, dither=Image.Dither.NONE)
    clear_red = image.quantize(4, dither=Image.Dither.NONE)
    red = np.asarray(palette)[0, 0].item()
    bits = Image.fromarray(greys() > 100)  # the lower half is white
    black, white = (0, 0, 0), (255, 255, 255)
    return [
        Sample("png rgb", opaque, description="8-bit RGB"),
        Sample("png rgba", encoded(rgba(), "PNG"), OVER_BLACK, tolerance=1, description="8-bit RGBA"),
        Sample("png grey", png(greys(), 0), grey_corners(), description="8-bit grey"),
        Sample("png grey with alpha", png(grey_alpha, 4), halved, tolerance=1, description="8-bit grey with alpha"),
        Sample("png palette", encoded(palette, "PNG"), description="palette"),
        Sample("png clear palette", encoded(clear_red, "PNG", transparency=red), (black, *CORNERS[1:])),
        Sample("png 1-bit", encoded(bits, "PNG"), (black, black, white, white)),
        Sample("png 16-bit grey", png(greys(np.uint16, 257), 0), stretched_corners(), 1, "16-bit grey"),
        Sample("png odd width", png(colours(Size(62, 32))[:, :61], 2), size=Size(61, 32)),
    ]


def webp_samples() -> list[Sample]:
    """Returns the WebP files; of an animation the first image counts."""
    image = Image.fromarray(colours())
    black = Image.new("RGB", SIZE)
    animated = encoded(image, "WEBP", lossless=True, save_all=True, append_images=[black], duration=100)
    return [
        Sample("webp", encoded(image, "WEBP"), tolerance=12, description="8-bit RGB"),
        Sample("webp lossless", encoded(image, "WEBP", lossless=True)),
        Sample("webp rgba", encoded(rgba(), "WEBP", lossless=True), OVER_BLACK, tolerance=1, description="8-bit RGBA"),
        Sample("webp animated", animated, tolerance=2),
    ]


def tiff_samples() -> list[Sample]:
    """Returns the TIFF files that tifffile is for."""
    rgb, deep = colours(), colours().astype(np.uint16) * 257
    planes = np.moveaxis(rgb, -1, 0)
    grey16 = greys(np.uint16, 257)
    white_is_0 = tuple((255 - grey,) * 3 for grey in GREYS)
    numbers: dict[str, tuple[Any, float]] = {
        "16-bit signed grey": (np.int16, 50),
        "32-bit grey": (np.uint32, 9_000_000),
        "32-bit signed grey": (np.int32, 50_000),
        "16-bit float grey": (np.float16, 0.001),
        "32-bit float grey": (np.float32, 0.001),
        "64-bit float grey": (np.float64, 1e9),
    }
    alpha = np.asarray(rgba())
    from_minus_128 = tuple((128 + grey // 2,) * 3 for grey in GREYS)
    signed = tiff(greys(np.int8, 0.5), photometric="minisblack")
    samples = [
        Sample("tiff 8-bit signed grey", signed, from_minus_128, description="8-bit signed grey"),
        Sample("tiff rgb", tiff(rgb, photometric="rgb"), description="8-bit RGB"),
        Sample("tiff rgb planar", tiff(planes, photometric="rgb", planarconfig="separate"), description="8-bit RGB"),
        Sample("tiff rgb strips", tiff(rgb, photometric="rgb", rowsperstrip=3)),
        Sample("tiff rgb tiles", tiff(rgb, photometric="rgb", tile=(16, 16))),
        Sample("tiff rgb deflate", tiff(rgb, photometric="rgb", compression="zlib"), description="8-bit RGB"),
        Sample("tiff rgb big-endian", tiff(rgb, photometric="rgb", byteorder=">")),
        Sample("bigtiff rgb", tiff(rgb, photometric="rgb", bigtiff=True)),
        Sample(
            "tiff rgba",
            tiff(alpha, photometric="rgb", extrasamples=["unassalpha"]),
            OVER_BLACK,
            tolerance=1,
            description="8-bit RGBA",
        ),
        Sample("tiff grey", tiff(greys(), photometric="minisblack"), grey_corners(), description="8-bit grey"),
        Sample("tiff white is 0", tiff(greys(), photometric="miniswhite"), white_is_0, description="8-bit grey"),
        Sample("tiff two pages", tiff(np.stack([greys(), greys() // 2]), photometric="minisblack"), grey_corners()),
    ]
    for order in "<>":
        samples += [
            Sample(
                f"tiff 16-bit grey {order}",
                tiff(grey16, photometric="minisblack", byteorder=order),
                stretched_corners(),
                1,
                "16-bit grey",
            ),
            Sample(
                f"tiff 16-bit rgb {order}",
                tiff(deep, photometric="rgb", byteorder=order),
                CORNERS,
                0,
                "16-bit RGB",
            ),
        ]
    return samples + [
        Sample(
            f"tiff {name}",
            tiff(greys(dtype, factor), photometric="minisblack"),
            stretched_corners(),
            tolerance=1,
            description=name,
        )
        for name, (dtype, factor) in numbers.items()
    ]


def other_samples() -> list[Sample]:
    """Returns the files that only Pillow reads, or reads best."""
    image = Image.fromarray(colours())
    palette = image.quantize(4, dither=Image.Dither.NONE)
    gif = encoded(palette, "GIF", save_all=True, append_images=[Image.new("P", SIZE)])
    float_grey = encoded(Image.fromarray(greys(np.float32)), "TIFF")
    lab = Image.merge("LAB", [Image.fromarray(greys()), *(Image.new("L", SIZE, 128),) * 2])
    return [
        cmyk_jpeg(),
        Sample("bmp", encoded(image, "BMP"), description="8-bit RGB"),
        Sample("bmp grey", encoded(Image.fromarray(greys()), "BMP"), grey_corners()),
        Sample("tga", encoded(image, "TGA"), description="8-bit RGB"),
        Sample("tga rgba", encoded(rgba(), "TGA"), OVER_BLACK, tolerance=1),
        Sample("ppm", encoded(image, "PPM"), description="8-bit RGB"),
        Sample("pgm 16-bit", encoded(Image.fromarray(greys(np.uint16, 257)), "PPM"), stretched_corners(), tolerance=1),
        Sample("gif animated", gif, description="palette"),
        Sample("jpeg 2000", encoded(image, "JPEG2000"), description="8-bit RGB"),
        Sample("avif", encoded(image, "AVIF", quality=90), tolerance=12),
        Sample("tiff lzw", encoded(image, "TIFF", compression="tiff_lzw"), description="8-bit RGB"),
        Sample("tiff jpeg", encoded(image, "TIFF", compression="jpeg"), tolerance=12),
        Sample("tiff palette", encoded(palette, "TIFF"), tolerance=1, description="palette"),
        Sample("tiff cmyk", encoded(image.convert("CMYK"), "TIFF"), description="8-bit CMYK"),
        Sample("tiff lab", encoded(lab, "TIFF"), grey_corners(), tolerance=12, description="8-bit Lab"),
        Sample("tiff ycbcr", encoded(image.convert("YCbCr"), "TIFF"), tolerance=3),
        Sample("tiff float by Pillow", float_grey, stretched_corners(), tolerance=1, description="32-bit float grey"),
    ]


def exif_with_thumbnail(thumbnail: bytes, orientation: int = 1, order: str = "<", kind: int = 4) -> bytes:
    """Returns an EXIF segment (marker, length, contents) as cameras write it, its second directory for a thumbnail.

    Args:
        thumbnail: a JPEG file.
        orientation: of the picture and its thumbnail.
        order: of the bytes of a number, ``<`` or ``>``.
        kind: of the thumbnail's offset and length: 4 (LONG) as the standard says, or 3 (SHORT).
    """

    def directory(following: int, *entries: tuple[int, int, int]) -> bytes:
        rows = [struct.pack(order + ("HHIHxx" if form == 3 else "HHII"), tag, form, 1, n) for tag, form, n in entries]
        return struct.pack(order + "H", len(rows)) + b"".join(rows) + struct.pack(order + "I", following)

    first = 8  # behind the header
    second = first + 2 + 2 * 12 + 4  # behind a directory of two entries
    start = second + 2 + 3 * 12 + 4  # behind one of three
    exif = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, first)
    exif += directory(second, (0x0102, 3, 8), (ORIENTATION, 3, orientation))
    exif += directory(0, (0x0103, 3, 6), (0x0201, kind, start), (0x0202, kind, len(thumbnail)))
    contents = b"Exif\0\0" + exif + thumbnail
    return b"\xff\xe1" + struct.pack(">H", 2 + len(contents)) + contents


def with_segment(jpeg: bytes, segment: bytes) -> bytes:
    """Returns a JPEG file with one more segment before all others."""
    return jpeg[:2] + segment + jpeg[2:]


def lying(orientation: int, size: Size) -> Image.Image:
    """Returns the four blocks as they lie in a file of this orientation; ``size`` is that of the upright picture."""
    stored = Image.open(io.BytesIO(turned("PNG", orientation))).convert("RGB")
    upright = stored.width > stored.height
    return stored.resize(size if upright else (size.height, size.width), Image.Resampling.NEAREST)
