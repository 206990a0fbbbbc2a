"""EDF, the format of the detectors of synchrotrons, by hand.

Format: the ESRF data format (http://www.edfplus.info is another one): blocks of text in braces, each followed by its
samples. The names of types are those that the programs of the ESRF write.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import frame_of, kept, samples_at
from viewer.core.errors import UnsupportedFormatError
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

LONGEST_HEADER = 1024 * 1024
"""Bytes of a header that are read."""
BLOCK = 512
"""Bytes in whose multiples most headers come."""

BEGIN = late_pattern(rb"\s*\{")
_END = late_pattern(rb"\}\r?\n")
_TEXT = late_pattern(rb"[^\0-\x08\x0b\x0e-\x1f]*")
_TYPES = {
    **dict.fromkeys(("signedbyte", "signed8"), "i1"),
    **dict.fromkeys(("unsignedbyte", "unsigned8"), "u1"),
    **dict.fromkeys(("signedshort", "signedshortinteger", "signed16"), "i2"),
    **dict.fromkeys(("unsignedshort", "unsignedshortinteger", "unsigned16"), "u2"),
    **dict.fromkeys(("signedinteger", "signedlong", "signedlonginteger", "signed32"), "i4"),
    **dict.fromkeys(("unsignedinteger", "unsignedlong", "unsignedlonginteger", "unsigned32"), "u4"),
    **dict.fromkeys(("signed64", "signedlonglong"), "i8"),
    **dict.fromkeys(("unsigned64", "unsignedlonglong"), "u8"),
    **dict.fromkeys(("float", "floatvalue", "floatieee32", "float32", "real"), "f4"),
    **dict.fromkeys(("double", "doublevalue", "doubleieee64", "floatieee64", "float64"), "f8"),
}
"""The types by their names in lower case; "long" has 32 bits."""


class Block(NamedTuple):
    """A part of a file: its fields, by their names in lower case, and where its samples begin."""

    fields: dict[str, str]
    start: int


class EdfDecoder(Decoder):
    """Reads the first picture of any type of whole and floating-point numbers, in either byte order."""

    name = "own EDF"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first picture, its first row on top."""
        with faults.translated():
            view = memoryview(data).cast("B")
            block = block_at(view, 0)
            kind, shape = layout(block.fields)
            faults.check_size(shape[2], shape[1], most_bytes, int(kind[2:]))
            samples = samples_at(view, block.start, kind, shape)
            _check_rest(view, block.start + samples.nbytes)
            return frame_of(kept(samples[0]))


def block_at(view: memoryview, at: int) -> Block:
    """Returns the block that begins at ``at``. Its text ends at a multiple of 512 bytes, if it can."""
    text = _TEXT.match(bytes(view[at : at + LONGEST_HEADER]))[0]  # type: ignore[index]  # it matches nothing as well
    ends = [match.end() for match in _END.finditer(text)]
    if not ends:
        raise faults.damaged("its header does not end")
    end = next((each for each in ends if each % BLOCK == 0), ends[0])
    fields = (field.partition("=") for field in text[:end].decode("latin-1").partition("{")[2].split(";"))
    return Block({key.strip().lower(): value.strip() for key, _, value in fields}, at + end)


def layout(fields: dict[str, str]) -> tuple[str, tuple[int, int, int]]:
    """Returns the type of the samples, as numpy writes it, and the pictures, rows and columns."""
    if "dim_1" not in fields or "datatype" not in fields:
        raise UnsupportedFormatError(faults.UNKNOWN)  # any text in braces begins alike
    compression = fields.get("compression", "none")
    if compression.lower() not in {"", "none", "nocompression"}:
        raise faults.unsupported(f"This EDF is compressed ({compression})")
    name = fields["datatype"]
    if name.lower() not in _TYPES:
        raise faults.unsupported(f"This EDF holds numbers of the type {name}")
    order = ">" if fields.get("byteorder", "").lower() == "highbytefirst" else "<"
    width, height = int(fields["dim_1"]), int(fields.get("dim_2", "1"))
    pictures = math.prod(max(1, int(fields.get(f"dim_{axis}", "1"))) for axis in range(3, 8))
    return order + _TYPES[name.lower()], (pictures, height, width)


def _check_rest(view: memoryview, at: int) -> None:
    """Raises DamagedImageError if one of the pictures from ``at`` on is cut off; they are not read."""
    while BEGIN.match(view[at : at + 16]):
        block = block_at(view, at)
        kind, shape = layout(block.fields)
        at = block.start + math.prod(shape) * int(kind[2:])
        if at > view.nbytes:
            raise faults.cut_off(view.nbytes, at)
