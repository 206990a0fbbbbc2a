"""DICOM by pydicom; samples that are compressed by imagecodecs.

Format: DICOM PS3.3 C.7.6.3 (image pixel module), PS3.5 8 (encoding of pixel data), A.4 (compressed ones), G (RLE).
pydicom would unpack compressed pictures itself, but no other thread could run in the meantime.
"""

from __future__ import annotations

import functools
import io
import logging
import re
import struct
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults, stated_range
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import first_of, frame_of, kept
from viewer.core.errors import DamagedImageError
from viewer.core.frame import RGB, SampleInfo
from viewer.core.patterns import late_pattern
from viewer.core.records import replace

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset
    from typing_extensions import Buffer

    from viewer.core.frame import Frame, Range

_SYNTAX = "1.2.840.10008.1.2."
"""How the transfer syntaxes begin."""
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_RLE, _JPEG = "5", "4.50"
_CODECS = {
    **dict.fromkeys(("4.50", "4.51", "4.57", "4.70"), ("JPEG", "jpeg8")),
    **dict.fromkeys(("4.80", "4.81"), ("JPEG-LS", "jpegls")),
    **dict.fromkeys(("4.90", "4.91", "4.92", "4.93", "4.201", "4.202", "4.203"), ("JPEG 2000", "jpeg2k")),
    **dict.fromkeys(("4.110", "4.111", "4.112"), ("JPEG XL", "jpegxl")),
}
"""What compresses a picture, for people and in imagecodecs, by the end of its transfer syntax."""
_ROWS = late_pattern(rb"\x28\0\x10\0(?:US)?\x02\0|\0\x28\0\x10US\0\x02")
"""The height of a picture, in the bytes of a file."""
_SIZE = late_pattern(rb"\xff[\xc0-\xc3\xf7]...(..)(..)|\xff\x4f\xff\x51.{4}(....)(....)(....)(....)", re.DOTALL)
"""The size in a JPEG, height first, and in a JPEG 2000: right and lower end, left and upper one."""

_WINDOW = {"WindowCenter": 0, "WindowWidth": 0, "RescaleSlope": 1, "RescaleIntercept": 0}
"""What the window is made of, and what counts where it is missing; without a width there is none."""


class DicomDecoder(Decoder):
    """Reads the first frame, as it is stored: neither rescaled nor through a window. Palettes and YBR come as RGB."""

    name = "pydicom"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first frame, its first row on top."""
        try:
            import pydicom  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise faults.missing("This is a DICOM picture", "pydicom", "dicom") from error
        with faults.translated():
            _silence()
            if _DEFLATED in bytes(memoryview(data)[:4096]):  # pydicom would inflate it, however large it gets
                raise faults.unsupported("This DICOM is deflated as a whole")
            dataset = pydicom.dcmread(io.BytesIO(data))
            if "Rows" not in dataset and _ROWS.search(data):  # pydicom leaves all out if the end of pixels is missing
                raise DamagedImageError(faults.CUT_OFF)
            if not dataset.get("Rows") or not dataset.get("Columns"):
                raise faults.unsupported("This DICOM holds no picture")
            samples, allocated = dataset.get("SamplesPerPixel", 1), dataset.BitsAllocated
            faults.check_size(dataset.Columns, dataset.Rows, most_bytes, samples * max(8, allocated) / 8)
            if samples not in {1, len(RGB)} or allocated not in {1, 8, 16, 32, 64}:
                raise faults.unsupported(f"This DICOM holds {samples} samples of {allocated} bits a pixel")
            return _frame(_significant(_stored(dataset), dataset), dataset)


@functools.cache
def _silence() -> None:
    """Has pydicom print nothing of what it finds odd in a file: what matters it raises."""
    warnings.filterwarnings("ignore", module=r"pydicom\.")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


def _syntax(dataset: Dataset) -> str:
    """Returns the end of the transfer syntax where samples are compressed, else nothing."""
    uid = dataset.file_meta.get("TransferSyntaxUID", "")
    return "" if not uid or uid in {_SYNTAX[:-1], _SYNTAX + "1", _SYNTAX + "2"} else uid.removeprefix(_SYNTAX)


def _frames(dataset: Dataset) -> int:
    return int(dataset.get("NumberOfFrames") or 1)


def _stored(dataset: Dataset) -> NDArray[Any]:
    """Returns the samples of the first frame: (height, width), or (height, width, channels)."""
    from pydicom.encaps import get_frame  # noqa: PLC0415 - an extra
    from pydicom.pixels import pixel_array  # noqa: PLC0415 - an extra

    syntax, frames = _syntax(dataset), _frames(dataset)
    if not syntax:
        length = memoryview(dataset.get("PixelData") or b"").nbytes * 8
        bits = dataset.Rows * dataset.Columns * dataset.get("SamplesPerPixel", 1) * dataset.BitsAllocated * frames
        if "422" in dataset.PhotometricInterpretation:
            bits = bits * 2 // 3
        if "PixelData" in dataset and length < bits:
            raise faults.cut_off(length // 8, -(-bits // 8))
        return pixel_array(dataset, index=0, raw=True)  # type: ignore[no-any-return]
    if syntax != _RLE and syntax not in _CODECS:
        raise faults.unsupported(f"This DICOM is packed as {dataset.file_meta.TransferSyntaxUID.name}")
    packed = get_frame(dataset.PixelData, 0, number_of_frames=frames)
    array = _run_lengths(packed, dataset) if syntax == _RLE else _unpacked(packed, *_CODECS[syntax], dataset)
    if array.shape[:2] != (dataset.Rows, dataset.Columns) or array[0, 0].size != dataset.get("SamplesPerPixel", 1):
        raise faults.damaged("its pixels are those of a picture of another size")
    return array


def _unpacked(packed: bytes, name: str, codec: str, dataset: Dataset) -> NDArray[Any]:
    """Returns the samples of a compressed frame, by a codec of imagecodecs."""
    size = _SIZE.search(packed)
    if size is not None:
        height, width, right, lower, left, upper = (int.from_bytes(each or b"") for each in size.groups())
        if (height or lower - upper, width or right - left) != (dataset.Rows, dataset.Columns):
            raise faults.damaged("its pixels are those of a picture of another size")
    is_colour = dataset.get("SamplesPerPixel", 1) > 1
    stored = "YCBCR" if dataset.PhotometricInterpretation.startswith("YBR") else "RGB"
    try:
        import imagecodecs  # noqa: PLC0415 - an extra
    except ImportError as error:
        if _syntax(dataset) != _JPEG or (is_colour and stored == "RGB"):
            raise faults.missing(f"This DICOM is compressed with {name}", "imagecodecs", "codecs") from error
        import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded by the first picture, not at start

        array = simplejpeg.decode_jpeg(packed, "RGB" if is_colour else "GRAY")
        return array if is_colour else array[..., 0]  # type: ignore[no-any-return]
    options = {"colorspace": stored, "outcolorspace": "RGB"} if codec == "jpeg8" and is_colour else {}
    return getattr(imagecodecs, f"{codec}_decode")(packed, **options)  # type: ignore[no-any-return]


def _run_lengths(packed: bytes, dataset: Dataset) -> NDArray[Any]:
    """Returns the samples of run lengths: a segment for each of their bytes, the highest first, channel by channel.

    Pillow takes a segment as a single row, because some programs let runs go on in the next row.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    from PIL import Image  # noqa: PLC0415 - loaded by the first picture, not at start

    rows, columns, samples = dataset.Rows, dataset.Columns, dataset.get("SamplesPerPixel", 1)
    size = dataset.BitsAllocated // 8
    count, *offsets = struct.unpack_from("<16I", packed)
    if count != samples * size:
        raise faults.damaged("it does not have the segments that its samples need")
    whole = np.empty((rows, columns, samples, size), np.uint8)
    for at, (start, end) in enumerate(zip(offsets[:count], [*offsets[1:count], len(packed)], strict=True)):
        segment = Image.frombytes("L", (rows * columns, 1), packed[start:end], "packbits", "L")
        whole[..., at // size, size - 1 - at % size] = np.asarray(segment).reshape(rows, columns)
    array = whole.view(f"<u{size}")[..., 0]
    return array[..., 0] if samples == 1 else array


def _significant(samples: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """Returns samples of which only the stored bits count, with their sign.

    What lies above them may be anything, and was once an overlay.
    """
    bits = samples.dtype.itemsize * 8
    used = int(dataset.get("BitsStored") or bits)
    if samples.dtype.kind == "f" or dataset.BitsAllocated == 1:
        return samples
    if dataset.get("PixelRepresentation"):
        samples = samples.view(f"{samples.dtype.str[0]}i{bits // 8}")
    if not 0 < used <= bits:
        raise faults.damaged("its bits make no sense")
    if dataset.get("HighBit", used - 1) != used - 1:
        raise faults.unsupported("This DICOM holds samples that are not in the lowest bits")
    return samples if used == bits else samples << bits - used >> bits - used


def _coloured(samples: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """Returns palettes and YBR as RGB, unless the codec has done so."""
    from pydicom.pixels import apply_color_lut, convert_color_space  # noqa: PLC0415 - an extra

    colours = dataset.PhotometricInterpretation
    if colours == "PALETTE COLOR":
        return apply_color_lut(samples, dataset)  # type: ignore[no-any-return]
    if colours in {"YBR_FULL", "YBR_FULL_422"} and _CODECS.get(_syntax(dataset), ("", ""))[0] not in {
        "JPEG",
        "JPEG XL",
    }:
        return convert_color_space(samples, colours, "RGB")  # type: ignore[no-any-return]
    return samples


def _window(samples: NDArray[Any], dataset: Dataset) -> Range | None:
    """Returns which stored numbers the first window of grey shows as black and white (PS3.3 C.11.2.1.2).

    It is of the numbers that the rescaling makes of them (C.11.1.1). None if that is more than a factor above 0 and an
    offset, or if there is no window.
    """
    if samples.ndim > 2 or "ModalityLUTSequence" in dataset:  # noqa: PLR2004 - colours
        return None
    try:
        centre, width, slope, intercept = (_first(dataset.get(key), default) for key, default in _WINDOW.items())
    except (TypeError, ValueError):
        return None
    if slope <= 0:
        return None
    is_exact = dataset.get("VOILUTFunction", "LINEAR") != "LINEAR"
    middle, half = (centre, width / 2) if is_exact else (centre - 0.5, (width - 1) / 2)
    low, high = ((end - intercept) / slope for end in (middle - half, middle + half))
    bits = int(dataset.get("BitsStored") or 8 * samples.dtype.itemsize)
    return stated_range.believed(low, high, samples.dtype.kind, bits)


def _first(value: Any, default: float) -> float:  # noqa: ANN401 - whatever is in the file
    """Returns the first of several numbers."""
    value = value[0] if isinstance(value, Sequence) and value and not isinstance(value, str) else value
    return default if value is None else float(value)


def _frame(stored_samples: NDArray[Any], dataset: Dataset) -> Frame:
    samples = _coloured(stored_samples, dataset)
    stored, padding = int(dataset.get("BitsStored") or 0), dataset.get("PixelPaddingValue")
    has_spare_bits = samples.dtype.kind != "f" and stored < samples.dtype.itemsize * 8
    across, down = _pixel_size(dataset)
    info = SampleInfo(
        range=_window(samples, dataset),
        bits=stored if has_spare_bits and dataset.PhotometricInterpretation != "PALETTE COLOR" else 0,
        is_inverted=dataset.PhotometricInterpretation == "MONOCHROME1",
        no_data=padding if isinstance(padding, int | float) else None,
        pixel_aspect=across / down if across > 0 and down > 0 else 1.0,
    )
    frame = first_of(frame_of(kept(samples), info), "frame", _frames(dataset))
    is_palette = dataset.PhotometricInterpretation == "PALETTE COLOR"
    return replace(frame, indices=kept(stored_samples)) if is_palette else frame


def _pixel_size(dataset: Dataset) -> tuple[float, float]:
    """Returns the width and height of a pixel, in any unit."""
    for key in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
        if dataset.get(key):
            down, across = (float(each) for each in dataset[key].value)
            return across, down
    return 1.0, 1.0
