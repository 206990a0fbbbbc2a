"""What is packed in a strip or tile of a TIFF: from its bytes to samples.

Formats: TIFF 6.0, sections 3 (bits of a sample) and 14 (differences); TIFF Technical Note 3 (differences of floats).

zlib is Python's own. LZW, PackBits, zstd, LZMA, CCITT and ordinary JPEG are unpacked by libtiff inside Pillow, for
which a small TIFF is made around the strips: it says no more of them than libtiff must know, so that Pillow has nothing
to convert. The package imagecodecs does the rest, and where it is installed what it does faster.
"""

from __future__ import annotations

import itertools
import math
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults, jpeg_head
from viewer.core.decode.pillow import PillowDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from tifffile import TiffPage

    from viewer.core.errors import UnsupportedFormatError

# Values of the tag of the compression.
PLAIN, CCITT, LZW, OLD_JPEG, JPEG, PACKBITS = 1, {2, 3, 4, 32771}, 5, 6, 7, 32773
DEFLATE, LZMA, ZSTD = {8, 32946}, 34925, {50000, 34926}
CODECS = {
    **dict.fromkeys((33003, 33004, 33005, 34712), ("JPEG 2000", "jpeg2k_decode")),
    34887: ("LERC", "lerc_decode"),
    34892: ("JPEG", "jpeg8_decode"),
    34933: ("PNG", "png_decode"),
    **dict.fromkeys((22610, 34934), ("JPEG XR", "jpegxr_decode")),
    **dict.fromkeys((34927, 50001), ("WebP", "webp_decode")),
    **dict.fromkeys((50002, 52546), ("JPEG XL", "jpegxl_decode")),
}
"""What imagecodecs unpacks: the name for people, and its function."""
_PREDICTED = {LZW, LZMA, *DEFLATE, *ZSTD}
"""Compressions of differences where the file says so; the others take no notice of it."""
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
WHOLE = {8, 16, 32, 64}
_NARROW, _TWELVE = {1, 2, 4}, 12
_RGB, _YCBCR, _TABLES = 2, 6, 347
_LOSSLESS = {jpeg_head.LOSSLESS, 0xFFC7, 0xFFCB, 0xFFCF}
"""Markers of lossless JPEG."""


class Grid(NamedTuple):
    """How the samples of a page lie in its strips or tiles.

    Attributes:
        width, height: of the page.
        samples: next to each other for a pixel.
        planes: of which each has all rows, one plane behind the other.
        bits: of a sample.
        part_width, part_height: of a strip or tile.
        tiled: whether they are tiles; the last strip is shorter, a tile never is.
        compression: the value of its tag.
        kind, order: what a sample is, ``u``, ``i`` or ``f``, and the order of its bytes, ``<`` or ``>``.
        predictor, backwards: the value of its tag, and whether the first bit of a byte is its lowest.
        codecs: the package imagecodecs; None if it is not installed.
    """

    width: int
    height: int
    samples: int
    planes: int
    bits: int
    part_width: int
    part_height: int
    tiled: bool
    compression: int
    kind: str = "u"
    order: str = "<"
    predictor: int = 1
    backwards: bool = False
    codecs: Any = None

    @property
    def across(self) -> int:
        """How many parts lie beside each other."""
        return -(-self.width // self.part_width)

    @property
    def parts(self) -> int:
        """How many parts a plane has."""
        return self.across * -(-self.height // self.part_height)

    @property
    def row(self) -> int:
        """The bytes of a row of a part."""
        return (self.part_width * self.samples * self.bits + 7) // 8

    @property
    def size(self) -> int:
        """The bytes of a sample in memory."""
        return 1 if self.bits <= 8 else 2 if self.bits <= 16 else 4 if self.bits <= 32 else 8  # noqa: PLR2004 - bits

    def rows(self, part: int) -> int:
        """Returns the rows of a part, counted within its plane."""
        top = part // self.across * self.part_height
        return self.part_height if self.tiled else min(self.part_height, self.height - top)


def unpacker(grid: Grid, page: TiffPage) -> Callable[[list[memoryview], list[int]], npt.NDArray[Any]]:
    """Returns what takes packed parts of a page that follow each other, and the rows of each.

    It returns (rows of all, samples of a row). If one is a picture of its own (:func:`is_alone`), it takes one only.

    Raises:
        UnsupportedFormatError: that compression is not read, or not without imagecodecs.
    """
    compression = grid.compression
    if compression in CCITT:
        tags = {tag: (page.tags.valueof(tag, default=0),) for tag in (292, 293)}
        return lambda parts, rows: _by_libtiff(grid, parts, rows, tags)
    if compression == JPEG:
        return lambda parts, rows: _jpeg(grid, page, parts, rows)
    if compression in CODECS:
        return lambda parts, rows: _by_codec(grid, parts[0], rows[0])
    if grid.predictor not in {1, _DIFFERENCES, _FLOAT_DIFFERENCES} and compression in _PREDICTED:
        raise faults.unsupported(f"This TIFF holds differences of a kind of their own ({grid.predictor})")
    direct = _direct(grid)
    if direct is not None:
        return lambda parts, rows: _by_libtiff(grid, parts, rows, direct)
    unpack = _bytes_unpacker(grid)
    return lambda parts, rows: _samples(grid, unpack(parts, rows))


def is_alone(grid: Grid) -> bool:
    """Returns whether parts are unpacked one by one."""
    return grid.compression in CODECS or (grid.compression == JPEG and grid.codecs is not None)


def _bytes_unpacker(grid: Grid) -> Callable[..., npt.NDArray[np.uint8]]:
    """Returns what unpacks parts to (rows, bytes of a row)."""
    if grid.compression in {LZW, PACKBITS, LZMA, *ZSTD}:
        width = grid._replace(part_width=grid.row, samples=1, bits=8, kind="u", predictor=1)
        return lambda parts, rows: _by_libtiff(width, parts, rows, {})
    one: Callable[[memoryview, int, Any], Any]
    if grid.compression == PLAIN:
        one = _as_it_is
    elif grid.compression in DEFLATE:
        one = _inflated
    else:
        raise faults.unsupported(f"This TIFF is compressed in a way of its own ({grid.compression})")

    def unpack(parts: list[memoryview], rows: list[int]) -> npt.NDArray[np.uint8]:
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        pieces = [one(part, count * grid.row, grid.codecs) for part, count in zip(parts, rows, strict=True)]
        whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return np.frombuffer(whole, np.uint8).reshape(-1, grid.row)

    return unpack


def _as_it_is(part: memoryview, _size: int, _codecs: Any) -> memoryview:  # noqa: ANN401 - unused
    return part


def _inflated(part: memoryview, size: int, codecs: Any) -> Any:  # noqa: ANN401 - any bytes
    """Returns ``size`` bytes that zlib packed; never more, though a small file might hold them."""
    if codecs is not None:
        try:
            unpacked = codecs.deflate_decode(part, out=size)
            if len(unpacked) == size:
                return unpacked
        except Exception:  # noqa: BLE001, S110 - it refuses what holds more than is needed; zlib has the last word
            pass
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(part, size + 1)  # one more, so that the checksum is looked at
    if len(unpacked) < size or not (inflater.eof or len(unpacked) > size):
        raise faults.damaged("a strip holds fewer pixels than it says")
    return unpacked[:size]


# From bytes to samples


def _samples(grid: Grid, rows: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """Returns (rows, samples of a row) of (rows, bytes of a row)."""
    predictor = grid.predictor if grid.compression in _PREDICTED else 1
    if grid.bits not in WHOLE:
        if predictor != 1:
            raise faults.unsupported(f"This TIFF holds differences of {grid.bits} bits")
        return _wide(rows, grid)
    if predictor == _FLOAT_DIFFERENCES:
        if grid.kind != "f":
            raise faults.unsupported("This TIFF holds differences of floats, but no floats")
        return _float_sums(rows, grid)
    samples = rows.view(f"{grid.order}{grid.kind}{grid.size}")
    return _sums(samples, grid) if predictor == _DIFFERENCES else samples


def _sums(samples: npt.NDArray[Any], grid: Grid) -> npt.NDArray[Any]:
    """Returns the samples of which the differences from pixel to pixel are given, floats by their bits."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    samples = samples.view(f"{grid.order}u{grid.size}").astype(f"u{grid.size}", copy=False)
    pixels = samples.reshape(len(samples), -1, grid.samples)
    if grid.codecs is not None:
        summed = grid.codecs.delta_decode(pixels, axis=1)
    else:
        summed = np.add.accumulate(pixels, axis=1, dtype=pixels.dtype)
    whole: npt.NDArray[Any] = summed.reshape(samples.shape).view(f"{grid.kind}{grid.size}")
    return whole


def _float_sums(rows: npt.NDArray[np.uint8], grid: Grid) -> npt.NDArray[Any]:
    """Returns floats of which the differences are given: first the highest bytes of a row, then the next, ...."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    height, count = len(rows), rows.shape[1] // grid.size
    if grid.codecs is not None:
        floats = rows.view(f"f{grid.size}").reshape(height, -1, grid.samples)
        unpacked: npt.NDArray[Any] = grid.codecs.floatpred_decode(floats, axis=1).reshape(height, count)
        return unpacked
    summed = np.add.accumulate(rows.reshape(height, -1, grid.samples), axis=1, dtype=np.uint8)
    summed = summed.reshape(height, grid.size, count)
    out = np.empty((height, count, grid.size), np.uint8)
    for byte in range(grid.size):
        out[..., byte if sys.byteorder == "big" else grid.size - 1 - byte] = summed[:, byte]
    return out.view(f"f{grid.size}")[..., 0]


def _wide(rows: npt.NDArray[np.uint8], grid: Grid) -> npt.NDArray[Any]:
    """Returns samples that are packed, the highest bit first, as whole bytes."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    bits, count = grid.bits, grid.part_width * grid.samples
    dtype: np.dtype[Any] = np.dtype(f"u{grid.size}")
    wide: npt.NDArray[Any]
    if grid.codecs is not None and bits <= 16:  # noqa: PLR2004 - bits
        wide = grid.codecs.packints_decode(rows.reshape(-1), dtype, bits, runlen=count)
        wide = wide.reshape(len(rows), count)
    elif bits in _NARROW:
        shifts = np.arange(8 - bits, -1, -bits)
        table = (np.arange(256)[:, None] >> shifts & (1 << bits) - 1).astype(np.uint8)
        wide = table.view(f"V{8 // bits}")[:, 0].take(rows).view(np.uint8)[:, :count]
    else:
        wide = _by_groups(rows, bits, dtype)[:, :count]
    if grid.kind == "i":
        sign = dtype.type(1 << bits - 1)
        wide = ((wide ^ sign) - sign).view(f"i{grid.size}")
    return wide


def _by_groups(rows: npt.NDArray[np.uint8], bits: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Returns packed samples of any number of bits, up to 31: groups of as many as end together with a byte."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    size = bits // math.gcd(bits, 8)  # bytes of a group
    groups = np.pad(rows, ((0, 0), (0, -rows.shape[1] % size))).reshape(-1, size)
    wide = np.empty((len(groups), 8 * size // bits), dtype)
    for index in range(wide.shape[1]):
        first, last = index * bits // 8, (index * bits + bits - 1) // 8
        work = np.uint64 if last - first > 3 else np.uint32  # noqa: PLR2004 - a number of four bytes
        number: npt.NDArray[Any] = groups[:, first].astype(work)
        for byte in range(first + 1, last + 1):
            number <<= 8
            number |= groups[:, byte]
        number >>= work(8 * (last + 1) - (index + 1) * bits)
        number &= work((1 << bits) - 1)
        wide[:, index] = number
    return wide.reshape(len(rows), -1)


# libtiff inside Pillow


def _direct(grid: Grid) -> dict[int, tuple[int, ...]] | None:
    """Returns the tags by which Pillow has samples at once, exactly: a mode fits, and libtiff takes the sums faster.

    None for all others, of which libtiff unpacks the bytes.
    """
    predictor: dict[int, tuple[int, ...]] = {317: (grid.predictor,)}
    packed, kind = grid.compression in {LZW, LZMA, *DEFLATE, *ZSTD}, (grid.bits, grid.samples)
    if packed and grid.predictor == _FLOAT_DIFFERENCES and (*kind, grid.kind) == (32, 1, "f"):
        return {**predictor, 339: (3,)}
    fits = kind in {(8, 1), (8, 3)} or (kind == (16, 1) and grid.order == "<")
    if fits and packed and grid.predictor == _DIFFERENCES and grid.codecs is None:
        return predictor
    if grid.bits == _TWELVE and grid.kind == "u" and grid.compression in {PLAIN, LZW, PACKBITS, *DEFLATE, *ZSTD}:
        return {} if grid.predictor == 1 or grid.compression not in _PREDICTED else None
    return None


def _by_libtiff(
    grid: Grid, parts: list[memoryview], rows: list[int], tags: Mapping[int, bytes | tuple[int, ...]]
) -> npt.NDArray[Any]:
    """Returns (rows of all, samples of a row) as libtiff unpacks them."""
    samples = grid.samples
    if grid.bits == _TWELVE:  # Pillow knows grey of 12 bits only: a row is a row
        grid, samples = grid._replace(part_width=grid.part_width * samples), 1
    if grid.compression == PLAIN:
        parts, rows = [memoryview(b"".join(parts))], [sum(rows)]
    compression = 50000 if grid.compression in ZSTD else grid.compression
    more = {2: {338: (2,)}, 4: {338: (2,)}}.get(samples, {})  # as straight alpha, of which Pillow does nothing
    about: dict[int, bytes | tuple[int, ...]] = {256: (grid.part_width,), 257: (sum(rows),), 278: (rows[0],)}
    about |= {258: (grid.bits,) * samples, 277: (samples,), 262: (2 if samples > 2 else 1,)}  # noqa: PLR2004
    about |= {259: (compression,), **more, **tags}
    frame = PillowDecoder().decode(_file_around(parts, about), sys.maxsize)
    array = frame.planes[0]
    if array.shape[:2] != (sum(rows), grid.part_width) or array[0, 0].size != samples:
        raise faults.damaged("its strips are of another kind than it says")
    array = array.reshape(len(array), -1)
    return array.view(f"{grid.kind}{grid.size}") if array.itemsize == grid.size else array


def _file_around(parts: Sequence[memoryview], tags: Mapping[int, bytes | tuple[int, ...]]) -> bytes:
    """Returns a TIFF of ``tags`` whose strips are ``parts``."""
    starts = list(itertools.accumulate((part.nbytes for part in parts), initial=8))
    end = starts[-1] + starts[-1] % 2
    tags = {**tags, 273: tuple(starts[:-1]), 279: tuple(part.nbytes for part in parts)}
    entries, behind = [struct.pack("<H", len(tags))], [b""]
    free = end + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        is_bytes = isinstance(values, bytes)
        value = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}I", *values)
        if len(value) > 4:  # noqa: PLR2004 - what has room in an entry
            behind.append(value + bytes(len(value) % 2))
            value, free = struct.pack("<I", free), free + len(behind[-1])
        entries.append(struct.pack("<HHI4s", tag, 7 if is_bytes else 4, len(values), value))
    padding = bytes(end - starts[-1])
    return b"".join([b"II*\0", struct.pack("<I", end), *parts, padding, *entries, bytes(4), *behind])


# JPEG, and what imagecodecs unpacks


def _jpeg(grid: Grid, page: TiffPage, parts: list[memoryview], rows: list[int]) -> npt.NDArray[Any]:
    """Returns the samples of JPEGs, YCbCr as RGB: by Pillow if they are ordinary ones, else by imagecodecs."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    heads = [head for part in parts if (head := jpeg_head.head(part))]
    if len(heads) < len(parts):
        raise faults.damaged("a strip is no JPEG")
    way, precision = heads[0][:2]
    sizes = [(head.height, head.width) for head in heads]
    heights, widths = _extents(grid)
    for count, (height, width) in zip(rows, sizes, strict=True):
        if width not in widths or height > grid.part_height or (height < count and height not in heights):
            raise faults.damaged("a strip has another size than it says")
    is_rgb = page.photometric == _RGB and bytes(parts[0][6:10]) != b"JFIF"  # JFIF is YCbCr, whatever the TIFF says
    is_ycbcr = page.photometric in {_RGB, _YCBCR} and grid.samples == 3 and not is_rgb  # noqa: PLR2004
    tables = page.tags.valueof(_TABLES)
    is_known = precision == 8 or (precision, grid.samples) == (_TWELVE, 1)  # noqa: PLR2004 - bits
    is_ordinary = way in jpeg_head.HUFFMAN and precision == grid.bits and is_known
    if not is_ordinary or (grid.codecs is not None and grid.samples in {1, 3}):
        decode = _needed(grid, "lossless JPEG" if way in _LOSSLESS else f"{precision}-bit JPEG").jpeg_decode
        space = {} if grid.samples != 3 else {"outcolorspace": 2} | ({} if is_ycbcr else {"colorspace": 2})  # noqa: PLR2004
        more = {"bitspersample": grid.bits, "tables": tables, **space}
        return _whole(grid, decode, parts[0], rows[0], more)  # alone, as all that imagecodecs has
    tags: dict[int, bytes | tuple[int, ...]] = {} if tables is None else {_TABLES: tables}
    if is_ycbcr:
        tags[262] = (_YCBCR,)
    if all(width == grid.part_width and height >= count for count, (height, width) in zip(rows, sizes, strict=True)):
        return _by_libtiff(grid, parts, rows, tags)
    whole = np.zeros((sum(rows), grid.part_width * grid.samples), f"u{grid.size}")
    tops = itertools.accumulate(rows, initial=0)
    for part, (height, width), top in zip(parts, sizes, tops, strict=False):  # smaller ones at the edge
        small = _by_libtiff(grid._replace(part_width=width), [part], [height], tags)
        whole[top : top + height, : width * grid.samples] = small
    return whole


def _extents(grid: Grid) -> tuple[dict[int, None], dict[int, None]]:
    """Returns the heights and the widths that a picture in a strip or tile may have; at the edge it may be smaller."""
    return (
        dict.fromkeys((grid.part_height, grid.height % grid.part_height or grid.part_height)),
        dict.fromkeys((grid.part_width, grid.width % grid.part_width or grid.part_width)),
    )


def _by_codec(grid: Grid, part: memoryview, rows: int) -> npt.NDArray[Any]:
    """Returns the samples of a strip or tile that is a picture of its own."""
    name, function = CODECS[grid.compression]
    more = {"hasalpha": True} if name == "WebP" and grid.samples == 4 else {}  # noqa: PLR2004 - red, green, blue, alpha
    return _whole(grid, getattr(_needed(grid, name), function), part, rows, more)


def _whole(
    grid: Grid, decode: Callable[..., Any], part: memoryview, rows: int, more: dict[str, Any]
) -> npt.NDArray[Any]:
    """Returns (rows, samples of a row) by a codec; what the picture leaves free, at the edge of the page, is 0.

    The codec gets an array of the right shape, so that it refuses whatever unpacks to more.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    shape, dtype = (rows, grid.part_width, grid.samples), f"{grid.kind}{grid.size}"
    heights, widths = _extents(grid)
    errors: list[Exception] = []
    for height, width in itertools.product({rows: 0, **heights}, widths):
        small = np.empty((height, width, grid.samples)[: 2 + (grid.samples > 1)], dtype)
        try:
            decoded = decode(part, out=small, **more)
        except ImportError as error:  # this build of imagecodecs lacks it
            raise _missing(CODECS[grid.compression][0]) from error
        except Exception as error:  # noqa: BLE001 - of all kinds
            errors.append(error)
            continue
        whole: npt.NDArray[Any] = decoded.reshape(height, width, -1)[:rows]
        if whole.shape != shape:
            whole = np.pad(whole, ((0, rows - len(whole)), (0, grid.part_width - width), (0, 0)))
        return whole.reshape(rows, -1)
    raise faults.damaged(errors[0]) from errors[0]


def _needed(grid: Grid, what: str) -> Any:  # noqa: ANN401 - an extra, which need not be there
    if grid.codecs is None:
        raise _missing(what)
    return grid.codecs


def _missing(what: str) -> UnsupportedFormatError:
    return faults.missing(f"This TIFF is compressed with {what}", "imagecodecs", "codecs")
