"""HEIC and HEIF of 8, 10 and 12 bits by pillow-heif (libheif), outside the GIL.

Format: HEIF (ISO/IEC 23008-12). libheif turns and crops the picture as the file says; EXIF data do not count (6.5.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.decode import boxes, faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import described
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve

if TYPE_CHECKING:
    from typing_extensions import Buffer

_CHANNELS = {"L": GREY, "I": GREY, "LA": GREY_ALPHA, "La": GREY_ALPHA, "RGB": RGB, "RGBA": RGBA, "RGBa": RGBA}
"""The channels by the modes of pillow-heif, without their bits."""
_LINEAR = 8
"""The number of that transfer in ITU-T H.273."""


class HeicDecoder(Decoder):
    """Reads the primary picture of a file."""

    name = "pillow-heif"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - nothing is faster
        """Returns the primary picture, with as many bits as it has."""
        view = memoryview(data).cast("B")
        with faults.translated():
            boxes.check_whole(view)
        try:
            import pillow_heif  # noqa: PLC0415 - an extra, loaded by the first picture that needs it
        except ImportError as error:
            raise faults.missing("This is a HEIC picture", "pillow-heif", "heic") from error
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        with faults.translated():
            file = pillow_heif.open_heif(view, convert_hdr_to_8bit=False, hdr_to_16bit=False)
            picture = file[file.primary_index]
            mode, said = picture.mode.partition(";")[0], picture.info
            channels, bits, (width, height) = _CHANNELS[mode], int(said["bit_depth"]), picture.size
            faults.check_size(width, height, most_bytes, len(channels) * (1 if bits <= 8 else 2))  # noqa: PLR2004 - bits
            samples = np.asarray(picture)
            across, down = said.get("pixel_aspect_ratio") or (1, 1)
        is_linear = said.get("nclx_profile", {}).get("transfer_characteristics") == _LINEAR
        info = SampleInfo(
            bits,
            alpha={"A": Alpha.STRAIGHT, "a": Alpha.PREMULTIPLIED}.get(mode[-1]),
            transfer=TransferCurve.LINEAR if is_linear else TransferCurve.DISPLAY,
            icc=said.get("icc_profile", b""),
            pixel_aspect=across / down,
        )
        return Frame((samples,), channels, described(samples.dtype, channels, bits), info)
