"""TIFF: its directories by tifffile, and the file's own numbers of every kind that they describe.

Formats: TIFF 6.0 (Adobe, 1992) and its supplements, BigTIFF; GDAL's tags for missing numbers (42113) and names (42112).
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import logging
import struct
from typing import IO, TYPE_CHECKING, Any, cast

from viewer.core.decode import faults, stack_axes, stated_range, tiff_colours, tiff_strips
from viewer.core.decode.camera_raw import is_camera_raw
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.exif import ON_ITS_SIDE
from viewer.core.decode.pillow import PillowDecoder
from viewer.core.decode.plain import MemoryFile, described
from viewer.core.decode.tiff_unpack import CODECS, JPEG, OLD_JPEG, PLAIN, Grid
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve
from viewer.core.patterns import late_pattern
from viewer.core.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from tifffile import TiffFile, TiffPage
    from typing_extensions import Buffer

    from viewer.core.frame import Range

# Values of tags, TIFF 6.0 sections 3, 4, 6, 8, 16, 18, 21 and 23, and of DNG.
_WHITE_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _OTHER_LABS, _LINEAR_RAW = 0, 2, 3, 5, 6, 8, {9, 10}, 34892
_LOG_LIGHT = {32844, 32845}
_ALPHAS = {1: Alpha.PREMULTIPLIED, 2: Alpha.STRAIGHT}
_UNSIGNED, _SIGNED, _FLOAT, _VOID = 1, 2, 3, 4
_SORTS = {_SIGNED: "i", _FLOAT: "f"}
"""Numpy's letters for the kinds of numbers; all others are u."""
_WITH_RANGE = {0, 1, _RGB, _LINEAR_RAW, 32803}
"""Photometric interpretations whose numbers are shown in proportion: grey, RGB and what a sensor gave."""
_FRACTIONS = {5, 10}
"""Types of values of which each is two numbers."""
_REDUCED_OR_MASK = 0b101
_SEPARATE, _LOWEST_BIT_FIRST = 2, 2
_APERIO_YCBCR = 33003
_GIVE_RGB = {JPEG, *CODECS} - {34712}
"""Compressions whose YCbCr is RGB when it is unpacked."""
_IMAGEJ = late_pattern(r"ImageJ=[^\n]*\nimages=([0-9]{1,9})\n")
"""How the text of a stack begins whose pictures follow each other without directories."""
_MOST_PAGES, _FURTHEST = 20_000, 64
"""Directories that are looked at, and how many times the length of a cut file the next may have been away."""
_BIG = 43
"""What stands where TIFF has 42, in either byte order."""
_ENTRY = 12
"""Bytes of an entry of a directory; of a BigTIFF it takes 20."""
_VALUE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value of a tag, by its type."""
_MOST_SMALL_PAGES = 64
"""Smaller versions and masks that may come before the picture."""
_LARGEST_PART = 1 << 32
"""Pixels of a strip or tile that are believed."""
_WIDEST_PIXEL = 10
"""A width ÷ height, or height ÷ width, of pixels that is believed."""
_GDAL_NAME = late_pattern(r'<Item name="DESCRIPTION" sample="(\d{1,5})" role="description">([^<]{1,80})<')
_INKS, _LAB_NAMES = ("C", "M", "Y", "K"), ("L", "a", "b")
_NAMES = {_RGB: RGB, _LINEAR_RAW: RGB, _YCBCR: RGB, _PALETTE: RGB, _CMYK: _INKS}
_NAMES |= dict.fromkeys((_LAB, *_OTHER_LABS), _LAB_NAMES)
"""The channels of a photometric interpretation; of all others, grey."""


class TiffDecoder(Decoder):
    """Reads the first picture of a TIFF that is no smaller version and no mask.

    Palettes and YCbCr come as RGB. CMYK and Lab come as they are, and as RGB for the screen. Files of cameras' raw data
    are left to the next decoder. A frame for the screen may be a view into the file's bytes.
    """

    name = "tifffile"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the samples of the picture, upright."""
        if is_camera_raw(data):
            raise PassedOnError("It is a camera raw file.")
        _check_start(memoryview(data).cast("B"))
        with _page(data) as page:
            _check_kind(page, most_bytes)
            if page.compression == OLD_JPEG:
                return _by_pillow(page, data, most_bytes, for_screen=for_screen)
            view = memoryview(data).cast("B").toreadonly()
            _check_end(page, view)
            planes, turn = _planes(page, view), _number(page, 274, 1)
            names = _names(page)
            info = _info(page, names)
            is_palette = page.photometric == _PALETTE
            indices = _owned(pixels.upright(_one(planes[0]), turn), is_short=for_screen) if is_palette else None
            about = described(
                planes[0].dtype, ("YCbCr",) if _is_ycbcr(page) else names, info.bits or page.bitspersample
            )
            planes = _with_colours(page, planes)
            if for_screen and (shown := _as_rgb(page, names, planes)) is not None:
                planes, names, info = shown, RGB, replace(info, icc=b"")
            owned = tuple(_owned(pixels.upright(plane, turn), is_short=for_screen) for plane in planes)
            return Frame(owned, names, "palette" if is_palette else about, info, indices)


@contextlib.contextmanager
def _page(data: Buffer) -> Iterator[TiffPage]:
    """Yields the page of the picture; what tifffile raises means that the file is damaged."""
    import tifffile  # noqa: PLC0415 - loaded by the first TIFF, not at start

    tifffile.logger().setLevel(logging.CRITICAL + 1)  # it logs what it finds odd, and raises what matters
    # The library's objects refer to each other: what is not closed stays until Python looks for circles.
    with faults.translated(), MemoryFile(data) as whole, tifffile.TiffFile(cast("IO[bytes]", whole)) as file:
        yield _picture(file)


def _picture(file: TiffFile) -> TiffPage:
    """Returns the first page that is no smaller version and no mask; of a DNG it may lie in an inner directory."""
    first = file.pages.first
    if not first.subfiletype & _REDUCED_OR_MASK:
        return first
    inner = first.pages or ()
    pages: Iterator[Any] = itertools.chain(itertools.islice(file.pages, 1, _MOST_SMALL_PAGES), inner)
    return next((page.aspage() for page in pages if not page.aspage().subfiletype & _REDUCED_OR_MASK), first)


def _number(page: TiffPage, tag: int, default: int) -> int:
    """Returns the number of a tag, the first of several."""
    value = page.tags.valueof(tag, default=default)
    value = value[0] if isinstance(value, tuple) and value else value
    return int(value) if isinstance(value, int) else default


def _numbers(page: TiffPage, tag: int) -> tuple[float, ...]:
    """Returns the numbers of a tag, nothing if it has other values."""
    entry = page.tags.get(tag)
    value = () if entry is None or entry.dtype in _FRACTIONS else entry.value
    values = value if isinstance(value, tuple) else (value,)
    return values if all(isinstance(each, int | float) for each in values) else ()


def _check_kind(page: TiffPage, most_bytes: int) -> None:
    """Raises the errors of pages that are too large, or of a kind that is not read."""
    bits: Any = page.bitspersample  # tuples where channels differ
    form: Any = page.sampleformat
    whole = max(bits) if isinstance(bits, tuple) else bits
    faults.check_size(page.imagewidth, page.imagelength, most_bytes, page.samplesperpixel * max(1, whole / 8))
    if form in {5, 6}:
        raise faults.unsupported("This TIFF holds complex numbers")
    if isinstance(bits, tuple) or isinstance(form, tuple):
        raise faults.unsupported("This TIFF holds channels of different kinds")
    if form == _FLOAT and bits not in {16, 32, 64}:
        raise faults.unsupported(f"This TIFF holds {bits}-bit floating-point numbers")
    if form not in {_UNSIGNED, _SIGNED, _FLOAT, _VOID} or not (1 <= bits < 32 or bits in {32, 64}):  # noqa: PLR2004
        raise faults.unsupported(f"This TIFF holds {bits}-bit numbers of an unknown kind")
    if page.imagedepth > 1:
        raise faults.unsupported("This TIFF holds a volume in one page")
    if page.photometric in _LOG_LIGHT:
        raise faults.unsupported("This TIFF holds the logarithm of light")
    is_plain = page.samplesperpixel == 3 and page.planarconfig != _SEPARATE  # noqa: PLR2004 - Y, Cb, Cr
    usual = {8, 12} if page.compression == JPEG else {8}
    if page.photometric == _YCBCR and page.compression != OLD_JPEG and (bits not in usual or not is_plain):
        raise faults.unsupported("This TIFF holds YCbCr of an unusual kind")


def _check_start(data: memoryview) -> None:
    """Raises DamagedImageError if the file ends before its first directory does, or has none."""
    order, big = "<" if data[0] == ord("I") else ">", _BIG in bytes(data[2:4])
    header, offset, count, entry = (16, "Q", "Q", 20) if big else (8, "I", "H", 12)
    if data.nbytes < header:
        raise faults.cut_off(data.nbytes, header)
    (at,) = struct.unpack_from(order + offset, data, 8 if big else 4)
    if not at:
        raise DamagedImageError(faults.NO_PAGE)
    needed = at + struct.calcsize(count)
    if needed <= data.nbytes:
        (entries,) = struct.unpack_from(order + count, data, at)
        needed += entries * entry + struct.calcsize(offset)
    if needed > data.nbytes:
        raise directory_missing(data.nbytes, needed)


def directory_missing(size: int, needed: int) -> DamagedImageError:
    """Returns the error of a file of ``size`` bytes, a directory of which would reach up to ``needed``."""
    if needed < _FURTHEST * size:
        return faults.cut_off(size, needed)
    return faults.damaged("a directory lies behind its end")


def _check_end(page: TiffPage, data: memoryview) -> None:
    """Raises DamagedImageError if the file ends before what its directories say of all pages and of the first one."""
    file, seen, end = page.parent, set[int](), data.nbytes
    form, needed, at = file.tiff, 0, file.pages.first.offset
    while at > 0 and at not in seen and len(seen) < _MOST_PAGES:
        if at + form.tagnosize > end:
            needed = at if at < _FURTHEST * end else 0  # else it was never written
            break
        (entries,) = struct.unpack_from(form.tagnoformat, data, at)
        behind = at + form.tagnosize + entries * form.tagsize
        if behind + form.offsetsize > end:
            needed = behind + form.offsetsize
            break
        if not seen:
            needed = _end_of_values(data[at + form.tagnosize : behind], file.byteorder, form.tagsize, end)
        seen.add(at)
        (at,) = struct.unpack_from(form.offsetformat, data, behind)
    match = _IMAGEJ.match(page.description)
    if len(seen) > 1:
        last = file.pages[len(file.pages) - 1].aspage()
        needed = max(needed, *(sum(each) for each in zip(last.dataoffsets, last.databytecounts, strict=False)), 0)
    elif match is not None and page.compression == PLAIN and page.dataoffsets and page.dtype is not None:
        first, size = page.dataoffsets[0], page.nbytes
        if end != first + size:  # else it is alone: it was taken from its stack
            needed = max(needed, first + int(match[1]) * size)
    if needed > end:
        raise faults.cut_off(end, needed)


def _end_of_values(entries: memoryview, order: str, size: int, end: int) -> int:
    """Returns where the values of a directory end, 0 if they lie where no end of the file can have been."""
    form, inside = struct.Struct(order + ("HHII" if size == _ENTRY else "HHQQ")), 4 if size == _ENTRY else 8
    ends = [0]
    for _, kind, count, start in form.iter_unpack(entries):
        length = _VALUE_SIZES.get(kind, 0) * count
        if length > inside and start < 2 * end and length < 2 * end:
            ends.append(start + length)
    return max(ends)


# Samples


def _planes(page: TiffPage, data: memoryview) -> list[npt.NDArray[Any]]:
    """Returns the planes of samples, not turned yet, in any byte order; a picture of one sample has no third axis."""
    units = _units(page)
    grid = _grid(page, units)
    offsets = page.tags.valueof(324, default=None) or page.tags.valueof(273, default=())
    sizes = page.tags.valueof(325, default=None) or page.tags.valueof(279, default=())
    marks = {page.offset, *(tag.valueoffset for tag in page.tags)}
    grid, parts = tiff_strips.places(grid, offsets, sizes, marks, data.nbytes)
    planes = tiff_strips.read(grid, page, data, parts, _missing(page, grid))
    if units is not None:
        planes = [tiff_colours.spread(planes[0], *units, page.imagewidth, page.imagelength)]
    return planes


def _units(page: TiffPage) -> tuple[int, int] | None:
    """Returns of how many pixels across and down the YCbCr of a page has one colour; None for all other kinds."""
    if page.photometric != _YCBCR or page.compression in {JPEG, *CODECS}:
        return None
    across, down = page.tags.valueof(530, default=(2, 2))
    if across not in {1, 2, 4} or down not in {1, 2, 4}:
        raise faults.damaged(f"{across} by {down} pixels share a colour")
    return across, down


def _grid(page: TiffPage, units: tuple[int, int] | None) -> Grid:
    """Returns how the samples lie; those of YCbCr as units, each a pixel of many samples."""
    is_tiled = page.tags.valueof(324, default=None) is not None
    width, height, samples = page.imagewidth, page.imagelength, page.samplesperpixel
    part = [page.tilewidth, page.tilelength] if is_tiled else [width, page.rowsperstrip or height]
    if min(part) < 1 or part[0] * part[1] > _LARGEST_PART:
        raise faults.damaged(f"its tiles have {part[0]} x {part[1]} pixels")
    is_split = page.planarconfig == _SEPARATE and samples > 1
    if units is not None:
        samples = units[0] * units[1] + 2
        width, height = -(-width // units[0]), -(-height // units[1])
        part = [-(-part[0] // units[0]), -(-part[1] // units[1])]
    try:
        codecs = importlib.import_module("imagecodecs")
    except ImportError:
        codecs = None
    return Grid(
        width=width,
        height=height,
        samples=1 if is_split else samples,
        planes=samples if is_split else 1,
        bits=page.bitspersample,
        part_width=part[0],
        part_height=part[1],
        tiled=is_tiled,
        compression=page.compression,
        kind=_SORTS.get(page.sampleformat, "u"),
        order=page.parent.byteorder,
        predictor=page.predictor,
        backwards=page.fillorder == _LOWEST_BIT_FIRST,
        codecs=codecs,
    )


def _missing(page: TiffPage, grid: Grid) -> float:
    """Returns the number of samples that are not in the file."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    number = _no_data(page)
    if number is None or grid.kind == "f":
        return number or 0
    limits = np.iinfo(f"{grid.kind}{grid.size}")
    return int(number) if limits.min <= number <= limits.max else 0


def _no_data(page: TiffPage) -> float | None:
    """Returns the number that stands for "nothing was measured"."""
    text = page.tags.valueof(42113)
    try:
        return float(text.strip(" \0").replace(",", ".")) if isinstance(text, str) else None
    except ValueError:
        return None


def _by_pillow(page: TiffPage, data: Buffer, most_bytes: int, *, for_screen: bool) -> Frame:
    """Returns a picture that only Pillow may read: the JPEG of the first TIFF 6.0, which was soon given up."""
    length = memoryview(data).nbytes
    needed = max((start + size for start, size in zip(page.dataoffsets, page.databytecounts, strict=False)), default=0)
    if needed > length:
        raise faults.cut_off(length, needed)
    refusal = faults.unsupported("This TIFF is compressed with JPEG of the old style")
    if page.index or page.bitspersample != 8:  # noqa: PLR2004
        raise refusal
    try:
        return PillowDecoder().decode(data, most_bytes, for_screen=for_screen)
    except DamagedImageError as error:
        raise refusal from error


# What the samples mean


def _names(page: TiffPage) -> tuple[str, ...]:
    """Returns the names of the channels."""
    count, base = page.samplesperpixel, _NAMES.get(page.photometric, GREY)
    if page.photometric == _PALETTE:
        return RGB
    own: dict[int, str] = {}
    if page.photometric == _CMYK and _number(page, 332, 1) != 1:
        base = ()
        own = dict(enumerate(str(page.tags.valueof(333, default="")).split("\0")))
    kinds = dict(enumerate(page.extrasamples[-(count - len(base)) :], len(base))) if count > len(base) else {}
    has_alpha = any(kind in _ALPHAS for kind in kinds.values())
    if count < len(base) or (base == GREY and count > (2 if has_alpha else 1)):
        base = ()
    metadata = page.tags.valueof(42112)
    own |= {
        int(index): name.strip() for index, name in _GDAL_NAME.findall(metadata if isinstance(metadata, str) else "")
    }
    names = list(base)
    for index in range(len(base), count):
        is_alpha = kinds.get(index) in _ALPHAS or (base == RGB and count == len(RGBA))
        names.append("A" if is_alpha and "A" not in names else own.get(index) or str(index + 1))
    return tuple(names)


def _info(page: TiffPage, names: tuple[str, ...]) -> SampleInfo:
    """Returns what the samples mean."""
    bits, largest, profile = page.bitspersample, _number(page, 281, 0), page.tags.valueof(34675)
    size = next(size for size in (8, 16, 32, 64) if size >= bits)
    if page.photometric == _PALETTE:
        bits = size
    elif 0 < largest < (1 << bits) - 1 and not largest & (largest + 1) and page.sampleformat == _UNSIGNED:
        bits = largest.bit_length()
    kinds = page.extrasamples[-(len(names) - names.index("A")) :] if "A" in names and page.extrasamples else ()
    return SampleInfo(
        bits=bits if bits < size and page.sampleformat != _FLOAT else 0,
        range=_range(page, names),
        alpha=_ALPHAS.get(kinds[0] if kinds else 0, Alpha.UNSPECIFIED) if "A" in names else None,
        transfer=TransferCurve.LINEAR if page.photometric == _LINEAR_RAW else TransferCurve.DISPLAY,
        is_inverted=page.photometric == _WHITE_IS_ZERO,
        no_data=_no_data(page),
        icc=profile if isinstance(profile, bytes) else b"",
        pixel_aspect=_pixel_aspect(page),
        page=stack_axes.read(str(page.tags.valueof(285, default=""))),
    )


def _range(page: TiffPage, names: tuple[str, ...]) -> Range | None:
    """Returns the range that the file states, of grey that of its first channel.

    What ImageJ or the page of one of its stacks says goes first. Of the tags that TIFF 6.0 has for unsigned numbers
    (280, 281) many writers know little: they are for whole numbers, and of use only if the larger one is there.
    """
    kind, colours = _SORTS.get(page.sampleformat, "u"), len(RGB) if names[: len(RGB)] == RGB else 1
    if page.photometric not in _WITH_RANGE:
        return None
    smallest, largest = _numbers(page, 340)[:colours], _numbers(page, 341)[:colours]
    stated = [(min(smallest), max(largest))] if smallest and largest else []
    if kind != "i" and colours == 1:  # signed numbers are not signed in ImageJ
        parts = page.tags.valueof(50839)
        limits = parts.get("Ranges") if isinstance(parts, dict) else None
        stated += [limits[:2]] if isinstance(limits, tuple) and len(limits) > 1 else []
        stated += stated_range.of_text(page.description)
    if kind == "u" and (largest := _numbers(page, 281)[:colours]):
        stated.append((min(_numbers(page, 280)[:colours], default=0), max(largest)))
    ranges = (stated_range.believed(low, high, kind, page.bitspersample) for low, high in stated)
    return next((each for each in ranges if each is not None), None)


def _pixel_aspect(page: TiffPage) -> float:
    """Returns width ÷ height of a pixel, upright, by the resolutions."""
    across, down = (page.tags.valueof(tag, default=(1, 1)) for tag in (282, 283))
    try:
        aspect = (down[0] / down[1]) / (across[0] / across[1])
    except (TypeError, IndexError, ZeroDivisionError):
        return 1.0
    if _number(page, 274, 1) in ON_ITS_SIDE and aspect:
        aspect = 1 / aspect
    is_sane = 1 / _WIDEST_PIXEL < aspect < _WIDEST_PIXEL and abs(aspect - 1) > 0.01  # noqa: PLR2004 - rounded dots
    return aspect if is_sane else 1.0


# Colours


def _with_colours(page: TiffPage, planes: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Returns palettes and YCbCr as RGB, all else as it is."""
    if page.photometric == _PALETTE:
        return [tiff_colours.by_palette(_one(planes[0]), page.bitspersample, page.tags.valueof(320))]
    if _is_ycbcr(page):
        luma = _ratios(page, 529, (0.299, 0.587, 0.114))
        return [tiff_colours.rgb_of_ycbcr(planes[0], luma, _ratios(page, 532, (0, 255, 128, 255, 128, 255)))]
    return planes


def _one(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Returns the first channel of a plane."""
    return plane[..., 0] if plane.ndim > 2 else plane  # noqa: PLR2004 - with channels


def _is_ycbcr(page: TiffPage) -> bool:
    """Returns whether what is unpacked is YCbCr."""
    is_ycbcr = page.photometric == _YCBCR and page.compression not in _GIVE_RGB
    return is_ycbcr or (page.compression == _APERIO_YCBCR and page.samplesperpixel == 3 and page.bitspersample == 8)  # noqa: PLR2004


def _ratios(page: TiffPage, tag: int, default: tuple[float, ...]) -> tuple[float, ...]:
    """Returns the fractions of a tag."""
    values = page.tags.valueof(tag)
    if not isinstance(values, tuple) or len(values) != 2 * len(default) or not all(values[1::2]):
        return default
    return tuple(above / below for above, below in zip(values[::2], values[1::2], strict=True))


def _as_rgb(page: TiffPage, names: tuple[str, ...], planes: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]] | None:
    """Returns CMYK and Lab as RGB; None for what is neither, and where there is no way."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    dtype = planes[0].dtype
    if dtype.kind not in "ui" or dtype.itemsize > 2 or names[:3] not in {_INKS[:3], _LAB_NAMES}:  # noqa: PLR2004
        return None
    together = planes[0] if len(planes) == 1 else np.stack(planes, -1)
    together = together.astype(f"u{dtype.itemsize}", copy=False)
    if names[:4] == _INKS:
        return [tiff_colours.rgb_of_cmyk(together)]
    return [tiff_colours.rgb_of_lab(together, signed=page.photometric == _LAB)]


def _owned(plane: npt.NDArray[Any], *, is_short: bool) -> npt.NDArray[Any]:
    """Returns a plane in native byte order, and unless it is for a short time only, no view into the file."""
    is_view = not plane.flags.writeable
    return plane.astype(plane.dtype.newbyteorder("="), copy=is_view and not is_short)
