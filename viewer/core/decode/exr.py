"""OpenEXR by the library of that name: the first part, the channels without a layer, half floats as half floats.

The layout is that of "OpenEXR File Layout": headers, a table of offsets, and chunks of lines or tiles. It is looked
through here first, since the library takes some files that were cut off for whole, and knows no largest size.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import struct
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES, Decoder
from viewer.core.decode.plain import NUMBERS, MemoryFile
from viewer.core.frame import Alpha, Frame, SampleInfo, TransferCurve
from viewer.core.units import MB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from typing_extensions import Buffer

_TILED, _LONG_NAMES, _NOT_FLAT, _MULTI_PART = 0x200, 0x400, 0x800, 0x1000
"""Bits of the version field; that for what is not flat is set if any part is deep."""
_LINES = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1)
"""Lines of a chunk by the number of the compression: none, RLE, ZIPS, ZIP, PIZ, PXR24, B44(A), DWAA, DWAB, …"""
_DTYPES = ("<u4", "<f2", "<f4")
_LARGE_TILE = 128 * MB
"""Tiles of more bytes, and larger than the picture, are not believed."""
_LONGEST_NAME = 255
_CALLS = threading.Semaphore(64)
"""One for each call of the library in a thread that Python does not wait for; more than there are decoders."""
_LONGEST_END = 10.0
"""Seconds that the end of a program waits for these calls."""
_WORDS = {("Y",): "grey", ("Y", "A"): "grey with alpha", ("Y", "RY", "BY"): "luma and chroma"}

_Header = dict[str, memoryview]
_Box = tuple[int, int, int, int]


class ExrDecoder(Decoder):
    """Reads flat OpenEXR, whatever its compression. Linear, alpha as the format has it: colours are multiplied by it.

    Of the layers it takes the one without a name, or else the first that has colours or luma; of tiles the finest
    level. Channels of fewer samples, as chroma has them, are repeated to the size of the others.
    """

    name = "OpenEXR"

    def decode(self, data: Buffer, most_bytes: int = MOST_BYTES, *, for_screen: bool = False) -> Frame:
        """Returns the data window of the first part, in the types of the file: all in one array, or one a channel."""
        with faults.translated():
            view = memoryview(data).cast("B")
            part = _first_part(view, most_bytes)
            names = _shown(part.channels)
            planes = _lines_of(view, part, names) or _by_library(data, part, names, is_apart=for_screen)
        lasts = tuple(name.rpartition(".")[2] for name in names)
        alpha = Alpha.PREMULTIPLIED if "A" in lasts else None
        info = SampleInfo(
            alpha=alpha, transfer=TransferCurve.LINEAR, window=part.window(most_bytes), pixel_aspect=part.pixel_aspect
        )
        return Frame(planes, names, _description(planes, names, lasts, part), info)


class _Source(MemoryFile):
    """A file for the library: the first part alone, with what the library must know of its header.

    It decodes all parts there are, and fails at texts that are not UTF-8. The chunks stay where they are.
    """

    def __init__(self, data: Buffer, head: bytes) -> None:
        super().__init__(data)
        self._head = head

    def read(self, size: int | None = -1) -> bytes:
        """Returns the next ``size`` bytes, those of the new header first."""
        at = self.tell()
        if at >= len(self._head) or not size:
            return super().read(size)
        piece = self._head[at : at + size]
        self.seek(at + len(piece))
        return piece + super().read(size - len(piece))


class _Channel(NamedTuple):
    """The type of its samples, and of how many columns and lines it has one."""

    dtype: str
    x_step: int
    y_step: int


class _Part(NamedTuple):
    """What a part is, by its header.

    ``starts`` are the places of its chunks, and ``head`` is a header for a file of it alone, its chunks where they are;
    ``parts`` is how many there are.
    """

    header: _Header
    width: int
    height: int
    channels: dict[str, _Channel]
    starts: NDArray[Any]
    head: bytes
    parts: int

    @property
    def pixel_aspect(self) -> float:
        ratio: float = _numbers(self.header, "pixelAspectRatio", "<f", (1.0,))[0]
        return ratio if 0 < ratio < float("inf") else 1.0

    def window(self, most_bytes: int) -> _Box | None:
        """Returns the display window from the first pixel; None for all, or if it is too large to be shown."""
        data_window = _numbers(self.header, "dataWindow", "<4i")
        left, top, right, bottom = _numbers(self.header, "displayWindow", "<4i", data_window)
        window = (left - data_window[0], top - data_window[1], right - left + 1, bottom - top + 1)
        is_of_use = min(window[2:]) > 0 and 4 * window[2] * window[3] <= most_bytes
        return window if is_of_use and window != (0, 0, self.width, self.height) else None


def _first_part(view: memoryview, most_bytes: int) -> _Part:
    """Returns the first part after a look at its header; the chunks of all parts must be there."""
    (version,) = struct.unpack_from("<I", view, 4)
    is_one_of_several = bool(version & _MULTI_PART)
    header, at = _header(view, 8)
    others = []
    while is_one_of_several and bytes(view[at : at + 1]) != b"\0":  # an empty header is the last
        other, at = _header(view, at)
        others.append(other)
    at += is_one_of_several
    kind = _kind(header)
    if kind.startswith(b"deep") or (version & _NOT_FLAT and not is_one_of_several):
        raise faults.unsupported("This EXR holds deep pixels")
    is_tiled = kind == b"tiledimage" if is_one_of_several else bool(version & _TILED)
    left, top, right, bottom = _numbers(header, "dataWindow", "<4i")
    width, height = right - left + 1, bottom - top + 1
    channels = _channels(header)
    depth = sum(int(each.dtype[-1]) / each.x_step / each.y_step for each in channels.values())
    faults.check_size(width, height, most_bytes, depth)  # of all channels: the library decodes them all
    largest = min(most_bytes, max(_LARGE_TILE, 4 * width * height * depth))
    count = _tiles(header, width, height, largest / depth) if is_tiled else -(-height // _lines(header))
    number = 4 * is_one_of_several  # bytes of the number of its part, first in a chunk
    starts = _chunks(view, at, count, number + (16 if is_tiled else 4)) + number
    at += 8 * count
    for other in others:
        (count,) = _numbers(other, "chunkCount", "<i")
        lead = number + (16 if b"tile" in _kind(other) else 4)
        _chunks(view, at, count, lead, is_deep=b"deep" in _kind(other))
        at += 8 * count
    head = _head(header, version & _LONG_NAMES | _TILED * is_tiled) + starts.astype("<i8").tobytes()
    return _Part(header, width, height, channels, starts, head, 1 + len(others))


def _head(header: _Header, flags: int) -> bytes:
    """Returns the header of a file of one part, with what it takes to decode it."""
    head = struct.pack("<II", 20000630, 2 | flags)
    kinds = {"channels": "chlist", "compression": "compression", "dataWindow": "box2i", "tiles": "tiledesc"}
    attributes = [(name, kind, bytes(header[name])) for name, kind in kinds.items() if name in header]
    attributes += [("displayWindow", "box2i", bytes(header["dataWindow"])), ("lineOrder", "lineOrder", b"\0")]
    attributes += [(name, "float", struct.pack("<f", 1)) for name in ("pixelAspectRatio", "screenWindowWidth")]
    for name, kind, value in [*attributes, ("screenWindowCenter", "v2f", bytes(8))]:
        head += f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value
    return head + b"\0"


def _header(view: memoryview, at: int) -> tuple[_Header, int]:
    """Returns the attributes of a part, and where its header ends."""
    header = {}
    while name := _text(view, at):
        at += len(name) + 1
        at += len(_text(view, at)) + 1  # its type
        (size,) = struct.unpack_from("<i", view, at)
        at += 4
        if not 0 <= size <= len(view) - at:
            raise faults.damaged("its header does not end")
        header[name.decode("utf-8", "replace")] = view[at : at + size]
        at += size
    return header, at + 1


def _text(view: memoryview, at: int) -> bytes:
    text, end, _ = bytes(view[at : at + _LONGEST_NAME + 1]).partition(b"\0")
    if not end:
        raise faults.damaged("its header does not end")
    return text


def _numbers(header: _Header, name: str, layout: str, otherwise: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    if name in header and len(header[name]) == struct.calcsize(layout):
        return struct.unpack(layout, header[name])
    if not otherwise:
        raise faults.damaged(f"its header has no {name}")
    return otherwise


def _kind(header: _Header) -> bytes:
    return bytes(header.get("type", b"")).rstrip(b"\0")


def _lines(header: _Header) -> int:
    compression: int = _numbers(header, "compression", "<B")[0]
    if compression >= len(_LINES):
        raise faults.unsupported(f"This EXR is compressed by method {compression}")
    return _LINES[compression]


def _channels(header: _Header) -> dict[str, _Channel]:
    raw, at, channels = header.get("channels", memoryview(b"\0")), 0, {}
    while name := _text(raw, at):
        at += len(name) + 1
        kind, x_step, y_step = struct.unpack_from("<I4xii", raw, at)
        at += 16
        if kind >= len(_DTYPES) or x_step < 1 or y_step < 1:
            raise faults.damaged("its list of channels")
        channels[name.decode()] = _Channel(_DTYPES[kind], x_step, y_step)
    if not channels:
        raise faults.damaged("it has no channels")
    return channels


def _tiles(header: _Header, width: int, height: int, most_pixels: float) -> int:
    """Returns the number of tiles of all levels."""
    tile_width, tile_height, mode = map(int, _numbers(header, "tiles", "<IIB"))
    if not 0 < tile_width * tile_height <= most_pixels:
        raise faults.damaged(f"its tiles have {tile_width} x {tile_height} pixels")
    columns = [-(-size // tile_width) for size in _level_sizes(width, mode >> 4)]
    rows = [-(-size // tile_height) for size in _level_sizes(height, mode >> 4)]
    mip_map, rip_map = 1, 2
    if mode & 15 == mip_map:
        return sum(x * y for x, y in itertools.zip_longest(columns, rows, fillvalue=1))
    return sum(columns) * sum(rows) if mode & 15 == rip_map else columns[0] * rows[0]


def _level_sizes(size: int, rounded_up: int) -> list[int]:
    sizes = [size]
    while sizes[-1] > 1:
        sizes.append((sizes[-1] + (rounded_up == 1)) // 2)
    return sizes


def _chunks(view: memoryview, at: int, count: int, lead: int, *, is_deep: bool = False) -> NDArray[Any]:
    """Returns where the chunks of a part begin, by its table at ``at``; all of them must be there.

    ``lead`` are the bytes before the size of a chunk: the number of its part, its line or its tile.
    """
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    first = at + 8 * count
    if count < 1 or first > len(view):
        raise faults.cut_off(len(view), first)
    starts = np.frombuffer(view, "<i8", count, at).astype(np.int64)
    if not starts.all():
        raise faults.damaged("it was not written to its end")
    if starts.min() < first:
        raise faults.damaged("a chunk lies in its header")
    body = lead + (24 if is_deep else 4)
    if starts.max() > len(view) - body:
        raise faults.cut_off(len(view), int(starts.max()) + body)
    fields = np.arange(lead, lead + (16 if is_deep else 4))  # of deep pixels: two packed sizes, and an unpacked one
    sizes = np.frombuffer(view, np.uint8)[starts[:, None] + fields].view("<i8" if is_deep else "<i4")
    ends = starts + body + sizes.sum(axis=1)
    if sizes.min() < 0:
        raise faults.damaged("a chunk has no size")
    if ends.max() > len(view):
        raise faults.cut_off(len(view), int(ends.max()))
    return starts


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    """Returns the channels of the layer that is taken, red first."""
    layers: dict[str, dict[str, str]] = {}
    for name in sorted(names, key=lambda name: "." in name):  # those without a layer first, else as in the file
        layer, _, last = name.rpartition(".")
        layers.setdefault(layer, {})[last] = name
    for each in layers.values():
        if each.keys() >= {"R", "G", "B"}:
            return tuple(each[last] for last in "RGBA" if last in each)
        if "Y" in each and "X" not in each:  # X, Y and Z are places or CIE XYZ
            return tuple(each[last] for last in ("Y", "RY", "BY", "A") if last in each)
    first = next(iter(layers.values()))
    return tuple(first[last] for last in sorted(first, key=lambda last: "RGBA".find(last.upper()) % 9))  # others last


def _lines_of(view: memoryview, part: _Part, names: tuple[str, ...]) -> tuple[NDArray[Any], ...]:
    """Returns channels that are not compressed, in lines one after another; nothing where they lie otherwise.

    The library, which reads each line by itself, takes three times as long.
    """
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    is_whole = all(each[1:] == (1, 1) for each in part.channels.values())
    if bytes(part.header["compression"]) != b"\0" or len(part.starts) != part.height or not is_whole:
        return ()
    ends = list(itertools.accumulate(int(each.dtype[-1]) * part.width for each in part.channels.values()))
    line = np.dtype([("y", "<i4"), ("size", "<i4"), ("samples", np.uint8, ends[-1])])
    steps = set(np.diff(part.starts).tolist()) or {line.itemsize}
    if len(steps) > 1:
        return ()
    lines = np.ndarray(part.height, line, view, int(part.starts[0]), tuple(steps))
    top = struct.unpack("<4i", part.header["dataWindow"])[1]
    if (lines["size"] != ends[-1]).any() or (lines["y"] != np.arange(top, top + part.height)).any():
        return ()
    at = dict(zip(part.channels, [0, *ends], strict=False))
    wanted = ((at[name], part.channels[name].dtype) for name in names)
    pieces = ((lines["samples"][:, at : at + part.width * int(dtype[-1])], dtype) for at, dtype in wanted)
    return tuple(piece.copy().view(dtype).astype(dtype[1:], copy=False) for piece, dtype in pieces)


def _by_library(data: Buffer, part: _Part, names: tuple[str, ...], *, is_apart: bool) -> tuple[NDArray[Any], ...]:
    """Returns colours in one array, for scripts at no second copy; one a channel is faster to show."""
    try:
        import OpenEXR  # noqa: PLC0415 - loaded by the first EXR
    except ImportError:
        raise faults.missing("This is an OpenEXR picture", "OpenEXR") from None
    if len(part.head) > part.starts.min():
        raise faults.damaged("its header is not complete")
    lasts = "".join(name.rpartition(".")[2] for name in names)
    is_even = len({part.channels[name] for name in names}) == 1 and part.channels[names[0]][1:] == (1, 1)
    pixels = None
    if is_even and not is_apart and lasts in {"RGB", "RGBA"}:
        with contextlib.suppress(ValueError):  # the library cannot have another layer, or a name, in that way
            pixels = _pixels(OpenEXR, data, part, is_apart=False).get(names[0].rpartition(".")[0] or lasts)
    if pixels is not None and pixels.shape == (part.height, part.width, len(names)):
        return (pixels,)
    channels = _pixels(OpenEXR, data, part, is_apart=True)
    planes = []
    for name in names:
        channel, plane = part.channels[name], channels[name]
        if channel[1:] != (1, 1):
            plane = plane.repeat(channel.y_step, 0).repeat(channel.x_step, 1)
        if plane.shape != (part.height, part.width):
            raise faults.damaged("a channel has another size")
        planes.append(plane)
    return tuple(planes)


def _pixels(library: Any, data: Buffer, part: _Part, *, is_apart: bool) -> dict[str, NDArray[Any]]:  # noqa: ANN401 - a module
    with _CALLS if threading.current_thread().daemon else contextlib.nullcontext():
        file = library.File(_Source(data, part.head), separate_channels=is_apart, num_threads=1)
    if not file.parts:  # it prints why
        raise faults.damaged("its pixels cannot be decoded")
    return {name: channel.pixels for name, channel in file.channels().items()}


@atexit.register
def _wait_for_calls() -> None:
    """Waits until no thread is inside the library, and lets none in any more.

    Python ends a thread that comes back to it after this; inside C++ that aborts the program.
    """
    until = time.monotonic() + _LONGEST_END
    for _ in range(64):
        _CALLS.acquire(timeout=max(0.0, until - time.monotonic()))


def _description(planes: tuple[NDArray[Any], ...], names: tuple[str, ...], lasts: tuple[str, ...], part: _Part) -> str:
    """Returns what is in the frame, and how much more is in the file."""
    layers = Counter(name.rpartition(".")[0] for name in part.channels)
    layer = names[0].rpartition(".")[0]
    what = "".join(lasts) if lasts[:3] == ("R", "G", "B") else _WORDS.get(lasts[:3], ", ".join(lasts))
    dtype = planes[0].dtype
    words = [f"{8 * dtype.itemsize}-bit{NUMBERS[dtype.kind]} {what}" + (f" of {layer}" if layer else "")]
    for more, name in ((layers[layer] - len(names), "channel"), (len(layers) - 1, "layer")):
        words += [f"{more} more {name}{'s' * (more > 1)}"] * (more > 0)
    words += [f"part 1 of {part.parts}"] * (part.parts > 1)
    return ", ".join(words)
