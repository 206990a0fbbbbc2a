"""The raw files of cameras by rawpy (LibRaw), outside the GIL.

Formats: DNG (Adobe, 1.7) and those of the makers, most of them TIFF files (Adobe TIFF 6.0, section 2; TIFF/EP, ISO
12234-2) that hold a mosaic of colours; RAF of Fujifilm; CR3 of Canon, made of boxes.
"""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, Any

from viewer.core.decode import boxes, exif, faults
from viewer.core.decode.camera_raw import COLOURS, DNG, INNER, MAKER, MOSAIC, directories
from viewer.core.decode.decoder import MOST_BYTES, Decoder, PassedOnError
from viewer.core.decode.plain import described
from viewer.core.display import pixels
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, RGB, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

_RAF, _CR3, _DNG = "RAF", "CR3", "DNG"
_SIGNATURES = {_RAF: rb"FUJIFILMCCD-RAW", "RW2": rb"IIU\0", "ORF": rb"II(?:RO|RS)|MMOR", _CR3: rb"....ftypcrx "}
_SIGNATURES |= {"CR2": rb"II\*\0....CR\x02\0", "": rb"II\*\0|MM\0\*"}
_KINDS = {kind: re.compile(signature, re.DOTALL) for kind, signature in _SIGNATURES.items()}
"""How the files begin; those of kind "" may be any TIFF."""
_MAKERS = {"NIKON": "NEF", "SONY": "ARW", "PENTAX": "PEF", "RICOH": "PEF", "SAMSUNG": "SRW", "CANON": "TIF"}
_MAKERS |= {"HASSELBLAD": "3FR", "PHASE": "IIQ", "EPSON": "ERF", "KODAK": "DCR", "EASTMAN": "DCR", "LEAF": "MOS"}
_RAF_PLACES = 84
"""Where a RAF says where its parts are: three offsets, each with its length."""

_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 273, 279, 324, 325
_WANTED = {COLOURS, MAKER, INNER, DNG, _STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES}
_LINEAR_RAW, _NOWHERE = 34892, 0xFFFFFFFF

_FLIPS = {3: 3, 5: 8, 6: 6}
"""EXIF orientations by the flips of LibRaw."""
_STORED = ("R", "G", "B", "G2")
_MOST_SAMPLE_BYTES = 8


class RawDecoder(Decoder):
    """Reads camera raw files; a TIFF that no camera wrote is left to the next decoder."""

    name = "rawpy"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the numbers that the sensor gave, without its dark edges.

        For the screen a picture of half their size or more: the one that the camera made, BGRX, if the file holds it
        as large as that, else one of linear RGB.
        """
        view = memoryview(data).cast("B")
        with faults.translated():
            kind = _checked_kind(view)
        what = f"This is a camera raw file ({kind})"
        try:
            import rawpy  # noqa: PLC0415 - an extra, loaded by the first picture that needs it
        except ImportError as error:
            raise faults.missing(what, "rawpy", "raw") from error
        with faults.translated(), rawpy.RawPy() as raw:
            try:
                raw.open_buffer(io.BytesIO(data))
                faults.check_size(raw.sizes.raw_width, raw.sizes.raw_height, most_bytes, _MOST_SAMPLE_BYTES)
                if for_screen:
                    return _preview(raw, kind, most_bytes) or _developed(raw, kind)
                raw.unpack()
                return _of_sensor(raw)
            except rawpy.LibRawFileUnsupportedError as error:
                raise faults.unsupported(f"{what} of a camera that rawpy does not know") from error
            except rawpy.LibRawIOError as error:
                raise DamagedImageError(faults.CUT_OFF) from error


def _of_sensor(raw: Any) -> Frame:  # noqa: ANN401 - the types are in the extra
    """Returns the numbers of the sensor: of a mosaic one a pixel, of others three or four."""
    turn = _FLIPS.get(raw.sizes.flip, exif.UPRIGHT)
    samples = raw.raw_image_visible.copy()  # they are in memory of LibRaw
    channels: tuple[str, ...] = GREY
    if samples.ndim > 2:  # noqa: PLR2004 - with channels
        samples = samples[..., : max(len(RGB), raw.num_colors)]
        channels = _STORED[: samples.shape[2]]
    white, aspect = int(raw.white_level), raw.sizes.pixel_aspect or 1.0
    aspect = 1 / aspect if turn in exif.ON_ITS_SIDE else aspect
    info = SampleInfo(white.bit_length(), float(white), transfer=TransferCurve.LINEAR, pixel_aspect=aspect)
    samples = pixels.upright(samples, turn)
    return Frame((samples,), channels, described(samples.dtype, channels, info.bits) + ", camera raw", info)


def _preview(raw: Any, kind: str, most_bytes: int) -> Frame | None:  # noqa: ANN401 - the types are in the extra
    """Returns the JPEG picture that the camera put into the file; None if it is too small, or is not read."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start
    import simplejpeg  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    try:
        data = raw.extract_thumb().data
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
        faults.check_size(width, height, most_bytes)
        if 2 * max(width, height) < max(raw.sizes.width, raw.sizes.height):
            return None
        bgrx = simplejpeg.decode_jpeg(data, "BGRX")
    except Exception:  # noqa: BLE001 - of all kinds: no preview, of another format, or damaged
        return None
    is_turned = (width < height) != (raw.sizes.width < raw.sizes.height)  # already, by the camera
    turn = exif.UPRIGHT if is_turned else _FLIPS.get(raw.sizes.flip, exif.UPRIGHT)
    return pixels.frame_of(pixels.upright(bgrx.view(np.uint32)[..., 0], turn), f"camera raw ({kind})")


def _developed(raw: Any, kind: str) -> Frame:  # noqa: ANN401 - the types are in the extra
    """Returns a picture of half the size, which LibRaw turns upright."""
    rgb = raw.postprocess(half_size=True, output_bps=16, gamma=(1, 1), no_auto_bright=True, use_camera_wb=True)
    is_grey = rgb.ndim == 2 or rgb.shape[2] == 1  # noqa: PLR2004 - no channels
    plane = rgb.reshape(rgb.shape[:2]) if is_grey else rgb
    info = SampleInfo(16, transfer=TransferCurve.LINEAR)
    return Frame((plane,), GREY if is_grey else RGB, f"camera raw ({kind})", info)


def _checked_kind(view: memoryview) -> str:
    """Returns the kind of a file, such as "DNG"; raises DamagedImageError if it ends before what the camera wrote."""
    kind = next((kind for kind, signature in _KINDS.items() if signature.match(view[:16])), None)
    if kind is None:
        raise PassedOnError("It is no camera raw file.")
    ends = [0]
    if kind == _CR3:
        boxes.check_whole(view)
    elif kind == _RAF:
        places = struct.unpack_from(">6I", view, _RAF_PLACES)
        ends += [start + length for start, length in zip(places[::2], places[1::2], strict=True)]
    else:
        found = [tags for tags, _ in directories(view, _WANTED)]
        kind = kind or _kind_of_tiff(found)
        checked = [each for each in found if kind == _DNG or _is_of_sensor(each)]
        ends += [end for each in checked for end in _ends(each)]
    if max(ends) > len(view):
        raise faults.cut_off(len(view), max(ends))
    return kind


def _kind_of_tiff(found: list[dict[int, Any]]) -> str:
    """Returns the kind of raw file that a TIFF is; raises PassedOnError if it is none."""
    if any(DNG in each for each in found):
        return _DNG
    maker = next((str(each[MAKER]) for each in found if each.get(MAKER)), "")
    if not maker or all(each.get(COLOURS) != (MOSAIC,) for each in found):
        raise PassedOnError("It is a TIFF that no camera wrote.")
    return _MAKERS.get(maker.split()[0].upper(), maker)


def _is_of_sensor(directory: dict[int, Any]) -> bool:
    """Returns whether a directory is of what the sensor gave; of smaller pictures, makers write what they like."""
    return directory.get(COLOURS, (MOSAIC,))[0] in {MOSAIC, _LINEAR_RAW}


def _ends(directory: dict[int, Any]) -> Iterator[int]:
    """Yields where the pieces of a picture end."""
    for starts, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        for start, size in zip(directory.get(starts, ()), directory.get(sizes, ()), strict=False):
            if start != _NOWHERE:
                yield start + size
