"""JPEG XL, AVIF of more than 8 bits, JPEG 2000, JPEG of more than 8 bits, JPEG-LS and QOI by imagecodecs.

Its codecs do not notice all damage, and some change samples by a colour profile. So what a file says of its picture is
read here first, and compared with what comes out. All of them work without the GIL.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import boxes, exif, faults, j2k, jpeg_head, jxl
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError, UnsupportedFormatError
from viewer.core.frame import GREY, GREY_ALPHA, PLAIN, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve
from viewer.core.records import replace

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_JP2, _JXL = b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n"
_QOI, _QOI_HEAD, _QOI_END, _QOI_MOST_RUN = b"qoif", 14, bytes(7) + b"\1", 62
_MOST_FRAMES = 1 << 20
_BYTE, _SHORT = 8, 16
"""Bits."""
_MOST_J2K = 24
"""Bits of JPEG 2000 that come back as they were written; of more the library loses some."""
_FLOATS = {(16, 5), (32, 8)}
"""Floats that numpy has, by their bits and those of the exponent."""
_WANTS_MORE = "NEED_MORE_INPUT"
"""What the library of JPEG XL says of a file that is cut off."""
_ANY_DATA = b"\x55" * 64
"""Of a JPEG: nothing comes of them if all pixels lie before them."""
_NAMES = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}


class _Wanted(NamedTuple):
    """What must come out of a codec.

    Attributes:
        what: the picture, in a sentence: "This is a JPEG XL picture".
        width: in pixels, as it comes out.
        height: the same.
        channels: their names; empty for those that there usually are of so many.
        info: what the samples mean.
        turn: the EXIF orientation that the codec does not apply.
        is_for_next: whether the next decoder reads it too, if imagecodecs is missing.
    """

    what: str
    width: int
    height: int
    channels: tuple[str, ...]
    info: SampleInfo = PLAIN
    turn: int = exif.UPRIGHT
    is_for_next: bool = False


class CodecsDecoder(Decoder):
    """Reads what no other decoder does, or not as fast; the rest of a format is left to the next one of its row."""

    name = "imagecodecs"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - nothing is faster
        """Returns the picture, or the first of an animation."""
        view = memoryview(data).cast("B")
        start = bytes(view[:12])
        if start[:3] == jpeg_head.START:
            return _jpeg(view, most_bytes)
        if start[:2] == jxl.CODESTREAM or start == _JXL:
            return _jpeg_xl(view, most_bytes)
        if start[:4] == j2k.CODESTREAM or start == _JP2:
            return _jpeg_2000(view, most_bytes)
        if start[4:8] == b"ftyp":
            return _avif(view, most_bytes)
        if start[:4] == _QOI:
            return _qoi(view, most_bytes)
        raise PassedOnError("It is of no format that is read by imagecodecs here.")


def _jpeg(view: memoryview, most_bytes: int) -> Frame:
    """JPEG-LS, lossless JPEG and that of 12 bits."""
    head = jpeg_head.head(view)
    if head is None:
        raise DamagedImageError(faults.CUT_OFF)
    if head.way in jpeg_head.OTHER_WAYS:
        raise faults.unsupported("This JPEG is hierarchical, or lossless with arithmetic coding")
    is_ls, is_lossless = head.way == jpeg_head.JPEG_LS, head.way == jpeg_head.LOSSLESS
    if head.bits <= _BYTE and not is_ls and not is_lossless:
        raise PassedOnError("JPEG of 8 bits is read by other libraries.")
    if head.has_palette:
        raise faults.unsupported("This JPEG-LS picture has a palette")
    if head.channels == len(RGBA) and not is_ls and not is_lossless:
        raise faults.unsupported(f"This {head.bits}-bit JPEG holds CMYK colours")
    kind = "JPEG-LS picture" if is_ls else "lossless JPEG" if is_lossless else f"{head.bits}-bit JPEG"
    channels = _named(head.channels)
    info = SampleInfo(head.bits, alpha=Alpha.UNSPECIFIED if "A" in channels else None, icc=head.icc)
    wanted = _Wanted(f"This is a {kind}", head.width, head.height, channels, info, exif.turn(view))
    _check_size(wanted, most_bytes, head.bits)
    if is_ls:
        return _frame(
            _called("jpegls", wanted, view) if head.has_end else _ended("jpegls", wanted, bytes(view)), wanted
        )
    as_they_are = {"colorspace": "RGB", "outcolorspace": "RGB"} if is_lossless and channels == RGB else {}
    if head.has_end:
        return _frame(_called("jpeg8", wanted, view, **as_they_are), wanted)
    # libjpeg makes up pixels that are missing and says nothing. Those that are there do not depend on what follows.
    samples = _ended("jpeg8", wanted, bytes(view), **as_they_are)
    others = _ended("jpeg8", wanted, bytes(view) + _ANY_DATA, **as_they_are)
    if (samples != others).any():
        raise DamagedImageError(faults.CUT_OFF)
    return _frame(samples, wanted)


def _ended(codec: str, wanted: _Wanted, data: bytes, **options: object) -> NDArray[Any]:
    """Returns what a codec makes of a JPEG whose end is missing, with one: what it calls damaged is not there."""
    try:
        return _called(codec, wanted, data + jpeg_head.END, **options)
    except DamagedImageError as error:
        raise DamagedImageError(faults.CUT_OFF) from error


def _jpeg_xl(view: memoryview, most_bytes: int) -> Frame:
    """JPEG XL, which the codec turns upright."""
    head = jxl.head(view)
    is_float = head.exponent > 0
    if jxl.BLACK in head.extras:
        raise faults.unsupported("This JPEG XL picture holds CMYK colours")
    if (head.bits, head.exponent) not in _FLOATS if is_float else head.bits > _SHORT:  # that the codec changes
        numbers = "floating-point numbers" if is_float else "integers"
        raise faults.unsupported(f"This JPEG XL picture holds {head.bits}-bit {numbers}")
    alpha, channels = None, GREY if head.colours == 1 else RGB
    if jxl.ALPHA in head.extras:
        alpha, channels = Alpha.PREMULTIPLIED if head.is_premultiplied else Alpha.STRAIGHT, (*channels, "A")
    elif head.colours == 1:
        channels = (*channels, *(str(2 + each) for each in range(len(head.extras))))
    transfer = TransferCurve.LINEAR if head.is_linear else TransferCurve.DISPLAY
    bits, white = (0, 1.0) if is_float else (head.bits, None)
    info = SampleInfo(bits, white, alpha=alpha, transfer=transfer)
    size = (head.height, head.width) if head.turn in exif.ON_ITS_SIDE else (head.width, head.height)
    wanted = _Wanted("This is a JPEG XL picture", *size, channels, info)
    _check_size(wanted, most_bytes, head.bits)
    samples = _called("jpegxl", wanted, view, index=0, numthreads=1)
    if head.has_frames:
        _check_last_frame(view, wanted, samples)
    return _frame(samples.transpose(1, 2, 0) if "2" in channels else samples, wanted)


def _check_last_frame(view: memoryview, wanted: _Wanted, first: NDArray[Any]) -> None:
    """Raises DamagedImageError if not all of an animation is there: the codec notices it at the frame that it decodes.

    Beyond the last one it says nothing and does nothing; so that is found by halves.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    last, beyond = 0, _MOST_FRAMES
    while beyond - last > 1:
        middle, samples = (last + beyond) // 2, np.zeros_like(first)
        _called("jpegxl", wanted, view, index=middle, numthreads=1, out=samples)
        last, beyond = (middle, beyond) if samples.any() else (last, middle)


def _jpeg_2000(view: memoryview, most_bytes: int) -> Frame:
    """JPEG 2000 and HTJ2K."""
    head = j2k.head(view)
    (bits, is_signed, *_), count = head.components[0], len(head.components)
    are_alike = len({each[:2] for each in head.components}) == 1 and not head.is_sub_sampled
    is_for_next = are_alike and not is_signed and bits in ({_BYTE, _SHORT} if count == 1 else {_BYTE})
    is_for_next = is_for_next and count in _NAMES
    if head.other_colours:
        if head.space == j2k.CMYK and is_for_next:
            raise PassedOnError("CMYK is read by Pillow.")
        raise faults.unsupported(f"This JPEG 2000 picture holds {head.other_colours} colours")
    if not are_alike:
        raise faults.unsupported("This JPEG 2000 picture has components of different bits or sizes")
    if bits > _MOST_J2K:
        raise faults.unsupported(f"This JPEG 2000 picture holds samples of {bits} bits")
    channels = _NAMES.get(count, _named(count))
    kinds = {j2k.STRAIGHT: Alpha.STRAIGHT, j2k.PREMULTIPLIED: Alpha.PREMULTIPLIED}
    alpha = kinds.get(head.alpha, Alpha.UNSPECIFIED) if "A" in channels else None
    info = SampleInfo(bits, alpha=alpha, icc=head.icc)
    wanted = _Wanted("This is a JPEG 2000 picture", head.width, head.height, channels, info, is_for_next=is_for_next)
    _check_size(wanted, most_bytes, bits)
    if head.is_fast and not head.has_palette and head.space != j2k.SYCC:
        return _frame(_called("htj2k", wanted, head.codestream, planar=False), wanted)
    return _frame(_called("jpeg2k", wanted, j2k.for_library(view, head), numthreads=1), wanted)


def _avif(view: memoryview, most_bytes: int) -> Frame:
    """AVIF of 10 and 12 bits, which the codec does not turn upright."""
    still = boxes.still(view)
    if still.bits <= _BYTE:
        raise PassedOnError("AVIF of 8 bits is read by Pillow, as fast.")
    transfer = TransferCurve.LINEAR if still.is_linear else TransferCurve.DISPLAY
    info = SampleInfo(still.bits, transfer=transfer, icc=still.icc, pixel_aspect=still.aspect)
    wanted = _Wanted(f"This is a {still.bits}-bit AVIF", still.width, still.height, (), info, still.turn)
    _check_size(wanted, most_bytes, still.bits)
    # Of a file of several pictures, its codec takes one by writing all of them into the memory of one.
    data = boxes.without_film(view) if still.has_film else view
    return _frame(_called("avif", wanted, data, numthreads=1), wanted)


def _qoi(view: memoryview, most_bytes: int) -> Frame:
    """QOI ("The Quite OK Image Format", 1.0); the codec goes on with the last pixel where data are missing."""
    if len(view) < _QOI_HEAD:
        raise faults.cut_off(len(view), _QOI_HEAD)
    width, height, count = struct.unpack_from(">IIB", view, 4)
    if count not in {len(RGB), len(RGBA)}:
        raise faults.damaged(f"{count} channels")
    wanted = _Wanted("This is a QOI picture", width, height, _NAMES[count], SampleInfo(_BYTE), is_for_next=True)
    _check_size(wanted, most_bytes, _BYTE)
    if width * height > _QOI_MOST_RUN * len(view) or view[-len(_QOI_END) :] != _QOI_END:
        raise DamagedImageError(faults.CUT_OFF)
    return _frame(_called("qoi", wanted, view), wanted)


def _named(count: int) -> tuple[str, ...]:
    """Returns the names of so many channels of which a file does not say what they are."""
    return {1: GREY, 3: RGB, 4: RGBA}.get(count, tuple(str(1 + each) for each in range(count)))


def _check_size(wanted: _Wanted, most_bytes: int, bits: int) -> None:
    sample = 1 if bits <= _BYTE else 2 if bits <= _SHORT else 4
    faults.check_size(wanted.width, wanted.height, most_bytes, sample * (len(wanted.channels) or len(RGBA)))


def _called(codec: str, wanted: _Wanted, data: Buffer, **options: object) -> NDArray[Any]:
    """Returns what a codec makes of a file."""
    try:
        import imagecodecs  # noqa: PLC0415 - an extra, loaded by the first picture that needs it
    except ImportError as error:
        raise _missing(wanted, "imagecodecs") from error
    decode, lacking = getattr(imagecodecs, f"{codec}_decode", None), f"an imagecodecs that has its codec {codec}"
    if decode is None:  # it is older than this codec
        raise _missing(wanted, lacking)
    with faults.translated(_verdict):
        try:
            samples: NDArray[Any] = decode(data, **options)
        except ImportError as error:  # it was built without it
            raise _missing(wanted, lacking) from error
    return samples


def _verdict(error: Exception) -> DamagedImageError:
    return DamagedImageError(faults.CUT_OFF) if _WANTS_MORE in str(error) else faults.damaged(error)


def _missing(wanted: _Wanted, library: str) -> UnsupportedFormatError:
    if wanted.is_for_next:
        return PassedOnError("Pillow reads it as well, if not as fast.")
    return faults.missing(wanted.what, library, "codecs")


def _frame(samples: NDArray[Any], wanted: _Wanted) -> Frame:
    """Returns the frame of what a codec made; DamagedImageError if that is not what the header says."""
    count = samples.shape[2] if samples.ndim > len(("height", "width")) else 1
    channels, info = wanted.channels or _NAMES.get(count, ()), wanted.info
    if samples.shape[:2] != (wanted.height, wanted.width) or len(channels) != count:
        raise faults.damaged("its header says something else of its picture")
    if "A" in channels and info.alpha is None:
        info = replace(info, alpha=Alpha.STRAIGHT)
    described_as = described(samples.dtype, channels, info.bits)
    if count > 1 and samples.strides[-1] != samples.itemsize:  # one channel behind the other
        planes = tuple(pixels.upright(samples[..., each], wanted.turn) for each in range(count))
    else:
        planes = (pixels.upright(samples.reshape(*samples.shape[:2], *[count] * (count > 1)), wanted.turn),)
    return Frame(planes, channels, described_as, info)
