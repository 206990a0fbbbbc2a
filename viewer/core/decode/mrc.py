"""MRC, the format of electron microscopes, by hand.

Formats: MRC2014 (https://www.ccpem.ac.uk/mrc_format/mrc2014.php), and IMOD's description of its own additions: modes 16
and 101, and bytes without sign (https://bio3d.colorado.edu/imod/doc/mrc_format.txt).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import frame_of, kept, samples_at
from viewer.core.frame import SampleInfo

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

HEADER = 1024
"""Bytes of the header; a further one of any length may follow."""
SECTIONS_AT, EXTENDED_AT = 8, 92
"""Where the header has the number of pictures, and the bytes of the further header."""

_IMOD_STAMP, _IMOD_SIGNED = 1_146_047_817, 1
_BIG, _LITTLE = 0x11, 0x44
_PLAUSIBLE = 65_536
"""No picture is that wide, but all are if the bytes of their width are taken in the wrong order."""
_MODES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2", 16: "u1", 101: "u1"}
_RGB, _PACKED = 16, 101


class MrcHeader(NamedTuple):
    """What the header of a file says.

    Attributes:
        start: where the samples begin.
        order: of their bytes, ``<`` or ``>``.
        kind: their type, as numpy writes it.
        mode: the number of the format for it.
        shape: rows, samples of a row as they lie in the file, and channels if there are any.
        width: of a picture in pixels.
        sections: how many pictures there are.
    """

    start: int
    order: str
    kind: str
    mode: int
    shape: tuple[int, ...]
    width: int
    sections: int


class MrcDecoder(Decoder):
    """Reads all modes but the complex ones. The lowest row is the first in the file."""

    name = "own MRC"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first picture, its last row on top."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        header = header_of(bytes(memoryview(data)[:HEADER]))
        faults.check_size(
            header.width, header.shape[0], most_bytes, 12 if header.mode == _RGB else int(header.kind[2:])
        )
        with faults.translated():
            samples = samples_at(data, header.start, header.kind, (header.sections, *header.shape))[0, ::-1]
            if header.mode != _PACKED:
                return frame_of(kept(samples))
            halves = np.empty((header.shape[0], 2 * header.shape[1]), np.uint8)
            np.bitwise_and(samples, 0xF, out=halves[:, ::2])
            np.right_shift(samples, 4, out=halves[:, 1::2])
            return frame_of(kept(halves[:, : header.width]), SampleInfo(bits=4))


def header_of(data: bytes) -> MrcHeader:
    """Returns what the :data:`HEADER` bytes at the start of a file say; raises what :meth:`MrcDecoder.decode` does."""
    if len(data) < HEADER:
        raise faults.cut_off(len(data), HEADER)
    order = {_BIG: ">", _LITTLE: "<"}.get(data[212])
    order = order or ("<" if 0 < struct.unpack_from("<i", data)[0] < _PLAUSIBLE else ">")
    width, height, sections, mode = struct.unpack_from(order + "4i", data)
    (extended,) = struct.unpack_from(order + "i", data, EXTENDED_AT)
    stamp, flags = struct.unpack_from(order + "2i", data, 152)
    if mode in {3, 4}:
        raise faults.unsupported("This MRC holds complex numbers")
    if mode not in _MODES:
        raise faults.unsupported(f"This MRC holds numbers of the mode {mode}")
    if sections < 1 or extended < 0:
        raise faults.damaged("its header makes no sense")
    kind = _MODES[mode]
    if mode == 0 and stamp == _IMOD_STAMP and not flags & _IMOD_SIGNED:
        kind = "u1"
    shape = {_RGB: (height, width, 3), _PACKED: (height, (width + 1) // 2)}.get(mode, (height, width))
    return MrcHeader(HEADER + extended, order, order + kind, mode, shape, width, sections)
