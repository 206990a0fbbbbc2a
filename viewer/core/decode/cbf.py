"""CBF, the format of crystallographers, by hand.

Format: Crystallographic Binary File (https://www.iucr.org/resources/cif/dictionaries/cif_img, "Binary sections"): text
with a section of samples, whose own header is that of a mail, MD5 sum (RFC 1864) included; byte offsets as CBFlib
writes them: each sample is the difference to the one before, in as few bytes as it takes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import frame_of, kept, samples_at
from viewer.core.errors import DamagedImageError
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

    from viewer.core.frame import Frame

_LONGEST_HEADER = 1024 * 1024
_BEGIN = b"--CIF-BINARY-FORMAT-SECTION--"
_SECTION = late_pattern(_BEGIN + rb"(.*?)\x0c\x1a\x04\xd5", re.DOTALL)
_FIELD = late_pattern(rb'^[ \t]*(?:Content-Type:.*;[ \t]*)?([\w-]+)[ \t]*[:=][ \t]*"?([^"\r\n;]*)', re.MULTILINE)
_SUM = late_pattern(r"[A-Za-z0-9+/]{22}==")
_TOO_FEW = "it holds fewer pixels than its header says"
_TYPE = late_pattern(r"(un)?signed (8|16|32)-bit (integer|real IEEE)")
_WIDE = late_pattern(rb"\x80(?:(?!\x00\x80)..|\x00\x80(?:(?!\x00\x00\x00\x80)....|\x00\x00\x00\x80.{8}))", re.DOTALL)
"""A difference of 2, 4 or 8 bytes: the lowest number that is shorter says that it follows."""


class CbfDecoder(Decoder):
    """Reads samples that are differences ("byte offsets"), and those that are not compressed."""

    name = "own CBF"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - it is as fast
        """Returns the first picture, its first row on top."""
        with faults.translated():
            view = memoryview(data).cast("B")
            section = _SECTION.search(view[:_LONGEST_HEADER])
            if section is None and _BEGIN in bytes(view[:_LONGEST_HEADER]):
                raise DamagedImageError(faults.CUT_OFF)
            if section is None:
                raise faults.damaged("it has no section of samples")
            fields = {
                key.decode().lower(): value.decode("latin-1").strip() for key, value in _FIELD.findall(section[1])
            }
            kind = _TYPE.fullmatch(fields["x-binary-element-type"])
            if kind is None:
                raise faults.unsupported(f"This CBF holds numbers of the type {fields['x-binary-element-type']}")
            letter = "f" if kind[3] != "integer" else "u" if kind[1] else "i"
            dtype = (
                ">" if "BIG" in fields.get("x-binary-element-byte-order", "") else "<"
            ) + f"{letter}{int(kind[2]) // 8}"
            width, height = (int(fields[f"x-binary-size-{axis}-dimension"]) for axis in ("fastest", "second"))
            faults.check_size(width, height, most_bytes, int(dtype[2:]))
            conversions, start, length = fields.get("conversions"), section.end(), int(fields["x-binary-size"])
            if start + length > view.nbytes:
                raise faults.cut_off(view.nbytes, start + length)
            if conversions is not None and conversions.lower() != "x-cbf_byte_offset":
                raise faults.unsupported(f"This CBF is compressed ({conversions})")
            count = width * height
            all_pictures = count * max(1, int(fields.get("x-binary-size-third-dimension", "1")))
            if int(fields.get("x-binary-number-of-elements", all_pictures)) != all_pictures:
                raise faults.damaged("its header says two numbers of pixels")
            if conversions is None and length < all_pictures * int(dtype[2:]):
                raise faults.damaged(_TOO_FEW)
            packed = view[start : start + length]
            _check_sum(packed, fields.get("content-md5", ""))
            if conversions is None:
                return frame_of(kept(samples_at(packed, 0, dtype, (height, width))))
            return frame_of(_summed(bytes(packed), count, all_pictures, dtype[1:]).reshape(height, width))


def _check_sum(packed: memoryview, said: str) -> None:
    """Raises DamagedImageError if the MD5 sum of a section is not the one that is ``said``, if any is."""
    if _SUM.fullmatch(said) and base64.b64decode(said) != hashlib.md5(packed, usedforsecurity=False).digest():
        raise faults.damaged(faults.WRONG_SUM)


def _summed(packed: bytes, count: int, there: int, dtype: str) -> NDArray[Any]:
    """Returns the first ``count`` samples of those that are ``there`` and differ from each other by ``packed``."""
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    spans = np.fromiter((place for match in _WIDE.finditer(packed) for place in match.span()), np.int64)
    starts, sizes = spans[::2], spans[1::2] - spans[::2]
    padded = np.frombuffer(packed + bytes(16), np.int8)
    is_first = np.ones(len(packed), bool)
    for byte in range(1, sizes.max(initial=0)):
        is_first[starts[sizes > byte] + byte] = False
    differences = padded[: len(packed)][is_first].astype(np.int32)
    if len(differences) < there:
        raise faults.damaged(_TOO_FEW)
    if differences[there:].any():  # zeros may fill the section
        raise faults.damaged("it holds more pixels than its header says")
    positions = starts - np.cumsum(sizes - 1) + sizes - 1
    for size, number in ((3, "<i2"), (7, "<i4"), (15, "<i8")):
        # Numbers of that type at every byte: they are not aligned.
        everywhere: NDArray[Any] = np.ndarray(len(packed) + 8, number, padded, 0, (1,))
        differences[positions[sizes == size]] = everywhere[starts[sizes == size] + size // 2]
    return np.cumsum(differences[:count], dtype=np.int32).astype(dtype)
