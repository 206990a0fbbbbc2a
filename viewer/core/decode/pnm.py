"""PBM, PGM, PPM, PAM and the float maps PFM and PHM: the numbers as they are stored, whatever the largest is.

Sources: the pages pbm(5), pgm(5), ppm(5) and pam(5) of Netpbm; Debevec's page on PFM; PHM is PFM with half floats.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import described
from viewer.core.errors import DamagedImageError
from viewer.core.frame import GREY, GREY_ALPHA, RGB, RGBA, Alpha, Frame, SampleInfo, TransferCurve
from viewer.core.patterns import late_pattern

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Buffer

_LONGEST_HEADER = 1 << 16
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NUMBER = _GAP + rb"(\d{1,10})"
_END = rb"(?:\s|#[^\r\n]*[\r\n])"
_BITS = late_pattern(rb"P[14]" + _NUMBER * 2 + _END)
_MAP = late_pattern(rb"P[2356]" + _NUMBER * 3 + _END)
_FLOATS = late_pattern(rb"P[FfHh]4?" + _NUMBER * 2 + _GAP + rb"([-+]?[\d.]+(?:[eE][-+]?\d+)?)" + _END)
_PAM = late_pattern(rb"P7[ \t\r]*\n(.*?^[ \t]*ENDHDR[ \t\r]*)\n", re.DOTALL | re.MULTILINE)
_PAM_LINE = late_pattern(rb"^[ \t]*(WIDTH|HEIGHT|DEPTH|MAXVAL|TUPLTYPE)[ \t]+(.*?)[ \t\r]*$", re.MULTILINE)
_TUPLES = {
    b"BLACKANDWHITE": GREY,
    b"GRAYSCALE": GREY,
    b"RGB": RGB,
    b"CMYK": ("C", "M", "Y", "K"),
    b"BLACKANDWHITE_ALPHA": GREY_ALPHA,
    b"GRAYSCALE_ALPHA": GREY_ALPHA,
    b"RGB_ALPHA": RGBA,
    b"CMYK_ALPHA": ("C", "M", "Y", "K", "A"),
}
_USUAL = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}
_LARGEST = 65535
_PIECE = 1 << 16
"""Bytes of text that are turned into numbers at a time: other threads wait no longer than for one of them."""
_REMARK, _NUMBERS = re.compile(rb"#[^\r\n]*"), re.compile(rb"[\s\d]*")
_DIGITS, _SPACES = b"0123456789", b" \t\n\r\v\f"


class _Header(NamedTuple):
    """What the beginning of a file says; ``end`` is where the samples begin, and the largest number is 0 for floats."""

    kind: bytes
    width: int
    height: int
    largest: int
    dtype: str
    channels: tuple[str, ...]
    alpha: Alpha | None
    end: int


class PnmDecoder(Decoder):
    """Reads the first picture of a file, text or binary. Of PBM 1 is black, as it is stored.

    Numbers of up to 8 bits come as uint8, others as uint16, and the largest one allowed is white. Floats are linear.
    """

    name = "own PNM"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:  # noqa: ARG002 - the samples do for both
        """Returns the samples; of 8 bits they are those of the file itself, without a copy."""
        import numpy as np  # noqa: PLC0415 - the core is of use without numpy

        view = memoryview(data).cast("B")
        with faults.translated():
            header = _header(bytes(view[:_LONGEST_HEADER]))
            dtype, depth = np.dtype(header.dtype), len(header.channels)
            faults.check_size(header.width, header.height, most_bytes, dtype.itemsize * depth)
            samples = _samples(view, header)
        shape = (header.height, header.width, depth) if depth > 1 else (header.height, header.width)
        samples = samples.reshape(shape)[:: -1 if dtype.kind == "f" else 1]  # floats begin with the lowest row
        samples = np.ascontiguousarray(samples, dtype.newbyteorder("="))
        return Frame((samples,), header.channels, _description(header, dtype), _info(header, dtype))


def _info(header: _Header, dtype: np.dtype[Any]) -> SampleInfo:
    if dtype.kind == "f":
        return SampleInfo(alpha=header.alpha, transfer=TransferCurve.LINEAR)
    largest, is_inverted = header.largest, header.kind in {b"P1", b"P4"}
    if largest == 2 ** (8 * dtype.itemsize) - 1:
        return SampleInfo(alpha=header.alpha)
    bits = largest.bit_length() if not largest & (largest + 1) else 0
    return SampleInfo(bits=bits, white=largest, alpha=header.alpha, is_inverted=is_inverted)


def _description(header: _Header, dtype: np.dtype[Any]) -> str:
    largest = header.largest  # 0 of floats
    more = f" up to {largest:,}" if largest & (largest + 1) else ""
    return described(dtype, header.channels, largest.bit_length()) + more


def _header(head: bytes) -> _Header:
    kind = head[:2]
    if kind == b"P7":
        return _pam_header(head)
    is_float = kind[1:] in b"FfHh"
    found = (_BITS if kind in {b"P1", b"P4"} else _FLOATS if is_float else _MAP).match(head)
    if found is None:
        raise faults.damaged("its header does not end")
    channels = GREY if kind[1:] in b"1245fh" else RGBA if head[2:3] == b"4" else RGB
    width, height = int(found[1]), int(found[2])
    if is_float:
        order = "<" if found[3].startswith(b"-") else ">"
        dtype = order + ("f2" if kind[1:] in b"Hh" else "f4")
        return _Header(kind, width, height, 0, dtype, channels, _alpha(channels), found.end())
    largest = 1 if kind in {b"P1", b"P4"} else int(found[3])
    return _Header(kind, width, height, largest, _dtype(largest), channels, None, found.end())


def _pam_header(head: bytes) -> _Header:
    found = _PAM.match(head)
    if found is None:
        if re.match(rb"P7 332\s", head):
            raise faults.unsupported("This file is a thumbnail of xv")
        raise faults.damaged("its header does not end")
    lines = _PAM_LINE.findall(found[1])
    numbers = {name: int(value) for name, value in lines if value.isdigit()}
    if not numbers.keys() >= {b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"}:
        raise faults.damaged("its header is not complete")
    width, height, depth, largest = (numbers[name] for name in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"))
    if not 1 <= depth <= _LARGEST:
        raise faults.damaged(f"it has {depth} channels")
    kind = b" ".join(value for name, value in lines if name == b"TUPLTYPE")
    names = _TUPLES.get(kind, ()) if kind else _USUAL.get(depth, ())
    if len(names) > depth:
        raise faults.damaged(f"it has {depth} channels")
    names += tuple(str(number) for number in range(len(names) + 1, depth + 1))
    alpha = _alpha(names) if kind else Alpha.UNSPECIFIED if "A" in names else None
    return _Header(b"P7", width, height, largest, _dtype(largest), names, alpha, found.end())


def _alpha(channels: tuple[str, ...]) -> Alpha | None:
    return Alpha.STRAIGHT if "A" in channels else None


def _dtype(largest: int) -> str:
    if not 1 <= largest <= _LARGEST:
        raise faults.damaged(f"its largest number is {largest}")
    return "u1" if largest < 256 else ">u2"  # noqa: PLR2004 - of one byte


def _samples(view: memoryview, header: _Header) -> NDArray[Any]:
    """Returns all samples in the order of the file."""
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    count = header.width * header.height * len(header.channels)
    if header.kind in {b"P1", b"P2", b"P3"}:
        return _text(view, count, header)
    row = -(-header.width // 8) if header.kind == b"P4" else 0
    needed = row * header.height or count * np.dtype(header.dtype).itemsize
    at = header.end
    if bytes(view[at - 1 : at + 1]) == b"\r\n" and len(view) - at > needed:
        at += 1  # one byte ends the header by the rules, but some write two
    if len(view) - at < needed:
        raise faults.cut_off(len(view), at + needed)
    if row:
        packed = np.frombuffer(view, np.uint8, needed, at).reshape(header.height, row)
        return np.unpackbits(packed, axis=1, count=header.width)
    return np.frombuffer(view, header.dtype, count, at)


def _text(view: memoryview, count: int, header: _Header) -> NDArray[Any]:
    """Returns numbers written in digits with white space between; in PBM each digit is one."""
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    is_bits = header.kind == b"P1"
    if len(view) - header.end < count * (1 if is_bits else 2) - 1:
        raise DamagedImageError(faults.CUT_OFF)
    numbers = np.empty(count, np.dtype(header.dtype).newbyteorder("="))
    done, at = 0, header.end
    while done < count and at < len(view):
        piece = bytes(view[at : at + _PIECE])
        if at + _PIECE < len(view):  # neither a number nor a remark is cut in two
            ends = b"\n\r" if b"#" in piece else _SPACES + _DIGITS * is_bits
            piece = piece[: max(piece.rfind(end) for end in ends) + 1]
        at += len(piece)
        piece = _REMARK.sub(b" ", piece)
        is_end = not piece or bool(piece.translate(None, _DIGITS + _SPACES))
        if is_end:  # of the numbers; the text behind them does no harm
            piece = _NUMBERS.findall(piece)[0]
        if is_bits:
            found = np.frombuffer(piece.translate(None, _SPACES), np.uint8) - ord("0")
        else:
            found = np.fromstring(piece, np.int64, sep=" ")
        found = found[: count - done]
        if len(found) and found.max() > header.largest:
            raise faults.damaged(f"a number is larger than {header.largest:,}")
        numbers[done : done + len(found)] = found
        done += len(found)
        if is_end and done < count:
            raise faults.damaged("there is something else among its numbers")
    if done < count:
        raise DamagedImageError(faults.CUT_OFF)
    return numbers
