"""FITS whose tiles are compressed, by astropy.

Format: FITS standard 4.0, section 10. astropy gets the bytes, never a path, and what it reads needs no data of its own
from the network.
"""

from __future__ import annotations

import functools
import io
import math
import warnings
from typing import TYPE_CHECKING

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.fits import frame_of_planes, upright, whole_picture
from viewer.core.decode.plain import first_of, kept

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.decode.fits import Hdu
    from viewer.core.frame import Frame


class PackedFitsDecoder(Decoder):
    """Reads the first picture of a file, if it is compressed in tiles, by any algorithm."""

    name = "astropy"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first page as :class:`~viewer.core.decode.fits.FitsDecoder` does; scaled numbers have 32 bits."""
        with faults.translated():
            index, hdu = whole_picture(data)
            try:
                from astropy.io import fits  # noqa: PLC0415 - an extra
            except ImportError as error:
                algorithm = hdu.values.get("ZCMPTYPE", "by an unknown algorithm")
                raise faults.missing(f"This FITS is tile-compressed ({algorithm})", "astropy", "fits") from error
            pages, channels, height, width = hdu.shape("Z")
            faults.check_size(width, height, most_bytes, 8 * channels)
            _check_tiles(hdu, most_bytes)
            _silence()
            with fits.open(io.BytesIO(data), memmap=False) as file:
                leading = len(hdu.axes("Z")) - (2 if channels == 1 else 3)
                samples = file[index].section[(0,) * leading + (...,)]
            planes = samples.reshape(channels, height, width)
            return first_of(frame_of_planes([kept(upright(plane, hdu)) for plane in planes]), "page", pages)


@functools.cache
def _silence() -> None:
    """Has astropy print nothing of what it finds odd in a file: what matters it raises."""
    warnings.filterwarnings("ignore", module=r"astropy\.io\.fits")


def _check_tiles(hdu: Hdu, most_bytes: int) -> None:
    """Raises DamagedImageError unless the table has a row for each tile; a tile is unpacked as a whole."""
    axes = hdu.axes("Z")
    tile = [int(hdu.number(f"ZTILE{axis}", 1 if axis > 1 else axes[0])) for axis in range(1, len(axes) + 1)]
    if min(tile) < 1 or hdu.axes()[1:] != (math.prod(-(-a // b) for a, b in zip(axes, tile, strict=True)),):
        raise faults.damaged("it does not have the tiles that its size needs")
    faults.check_size(math.prod(tile), 1, most_bytes, 8)
