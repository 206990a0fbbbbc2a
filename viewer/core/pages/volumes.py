"""The pages of FITS cubes, MRC and EDF stacks and NPY arrays of three axes or more, each as a file of its own.

All pages of such a file have the same kind and size, and its header alone says where they are. Formats as in
:mod:`viewer.core.decode.fits`, :mod:`viewer.core.decode.mrc`, :mod:`viewer.core.decode.edf` and
:mod:`viewer.core.decode.npy`.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from viewer.core.decode import edf, faults, fits, mrc, npy
from viewer.core.errors import UnsupportedFormatError
from viewer.core.formats import HEAD, recognise

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.storage.storage import OpenFile

MOST_BYTES = 2 * 1024**3
"""Bytes of a page that are believed; of all pages where these cannot be read one by one."""
MOST_PAGES = 1_000_000
_BLOCK = 4096
"""Bytes in which the header of an NPY is looked for: nearly all have 128, and no picture needs more."""
_LONGEST_TEXT = 64 * 1024
"""Bytes in which the first header of an EDF is looked for."""
_STRUCTURE = (b"SIMPLE ", b"XTENSION", b"BITPIX ", b"NAXIS", b"PCOUNT ", b"GCOUNT ", b"GROUPS ", b"EXTEND ")


class _Volume(NamedTuple):
    """Where the pages of a file are, and what is around the samples of one in a file of its own.

    Attributes:
        start: where the first page begins.
        length: bytes of a page.
        pages: how many there are.
        head: the bytes before the samples of a page.
        filling: how many zeros follow them.
        scattered: bytes of a sample if the first samples of all pages come first; 0 if the pages follow each other.
        stack: the axes of pages in that case.
    """

    start: int
    length: int
    pages: int
    head: bytes
    filling: int = 0
    scattered: int = 0
    stack: tuple[int, ...] = ()


class VolumeIndex:
    """Where the pages of a file are; not thread-safe.

    What takes a file raises :class:`StorageError` if it cannot be read, :class:`CancelledError` if that was cancelled.

    Attributes:
        complete: whether all pages are known: always.
        fault: why there is not even one page; there is.
    """

    complete, fault = True, ""

    def __init__(self, file: OpenFile) -> None:
        """Reads the header of a file; raises DecodeError if it holds no pages, not even one."""
        self._volume = _volume(file)

    def __len__(self) -> int:
        return self._volume.pages

    def find_more(self, file: OpenFile, wanted: int) -> None:
        """Does nothing: all pages are known."""

    def go_on(self, file: OpenFile) -> bool:
        """Takes over the pages that were added to a file; returns False if it is another file, or has fewer."""
        again = _volume(file)
        if again.pages < len(self) or again._replace(pages=len(self)) != self._volume:
            return False
        self._volume = again
        return True

    def page(self, file: OpenFile, index: int, weigh: Callable[[int], Exception | None] | None = None) -> bytes:
        """Returns a whole file with nothing but page ``index``, from 0, in it: its samples are as they are in the file.

        ``weigh`` is asked, before they are read, why not to; see :class:`viewer.core.storage.transfer.Judge`.

        Raises:
            IndexError: there is no such page.
            DamagedImageError: the page is cut off.
        """
        volume, length = self._volume, self.page_length(file, index)
        fault = None if weigh is None else weigh(length)
        if fault is not None:
            raise fault
        samples = (
            self._scattered(file, index) if volume.scattered else self._read(file, index * volume.length, volume.length)
        )
        return b"".join([volume.head, samples, bytes(volume.filling)])

    def page_length(self, file: OpenFile, index: int) -> int:  # noqa: ARG002 - as that of a TIFF
        """Returns the bytes that :meth:`page` returns, by the header alone."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        return len(self._volume.head) + self._volume.length + self._volume.filling

    def _read(self, file: OpenFile, offset: int, length: int) -> memoryview:
        """Returns the bytes behind the start of the first page."""
        end = self._volume.start + offset + length
        data = file.read(end - length, length) if end <= file.stamp.size else memoryview(b"")
        if data.nbytes < length:
            raise faults.cut_off(file.stamp.size, end)
        return data

    def _scattered(self, file: OpenFile, index: int) -> bytes:
        """Returns the samples of a page that lie between those of the others: all of the file is read."""
        import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

        volume = self._volume
        if volume.length * volume.pages > MOST_BYTES:
            raise faults.unsupported("This stack is too large for the order in which its numbers lie, that of Fortran")
        whole = np.frombuffer(self._read(file, 0, volume.length * volume.pages), f"V{volume.scattered}")
        place = np.ravel_multi_index(np.unravel_index(index, volume.stack), volume.stack, order="F")
        return whole.reshape(-1, volume.pages)[:, place].tobytes()


def _volume(file: OpenFile) -> _Volume:
    head = bytes(file.read(0, HEAD))
    form = recognise(head).name
    if form not in _VOLUMES:
        raise faults.no_picture(head)
    with faults.translated():
        volume = _VOLUMES[form](file)
    if not 0 < volume.length <= MOST_BYTES or not 0 < volume.pages <= MOST_PAGES:
        raise faults.damaged("its pages make no sense")
    return volume


def _fits(file: OpenFile) -> _Volume:
    for hdu in fits.hdus(file.read, file.stamp.size):
        if hdu.is_packed and hdu.shape("Z")[0] > 1:
            raise UnsupportedFormatError(
                "This FITS holds several pages, which are not read one by one, because they are tile-compressed; a list"
                " of its path alone gives the first."
            )
        if hdu.is_packed:
            return _Volume(0, file.stamp.size, 1, b"")
        if hdu.is_picture:
            count, channels, height, width = hdu.shape()
            axes = (width, height) if channels == 1 else (width, height, channels)
            bits = int(hdu.number("BITPIX"))
            values = [("SIMPLE", "T"), ("BITPIX", bits), ("NAXIS", len(axes))]
            values += [(f"NAXIS{axis}", size) for axis, size in enumerate(axes, 1)]
            cards = [f"{key:<8}= {value:>20}".ljust(fits.CARD).encode() for key, value in values]
            cards += [card for card in hdu.cards if not card.startswith(_STRUCTURE)] + [b"END".ljust(fits.CARD)]
            head, length = b"".join(cards), math.prod(axes) * abs(bits) // 8
            return _Volume(hdu.start, length, count, head + b" " * (-len(head) % fits.BLOCK), -length % fits.BLOCK)
    raise faults.unsupported(fits.NO_PICTURE)


def _mrc(file: OpenFile) -> _Volume:
    head = bytearray(file.read(0, mrc.HEADER))
    header = mrc.header_of(bytes(head))
    for at, value in ((mrc.SECTIONS_AT, 1), (mrc.EXTENDED_AT, 0)):
        struct.pack_into(header.order + "i", head, at, value)
    length = math.prod(header.shape) * int(header.kind[2:])
    return _Volume(header.start, length, header.sections, bytes(head))


def _npy(file: OpenFile) -> _Volume:
    header = npy.header_of(bytes(file.read(0, _BLOCK)))
    page, stack, size = header.page_shape, header.stack_shape, int(header.kind[2:])
    text = f"{{'descr': '{header.kind}', 'fortran_order': {header.by_column}, 'shape': {page}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
    volume = _Volume(header.start, math.prod(page) * size, math.prod(stack), head)
    return volume._replace(scattered=size, stack=stack) if header.by_column and volume.pages > 1 else volume


def _edf(file: OpenFile) -> _Volume:
    """Several pictures are a third axis, or blocks one after another, each with a header of its own."""
    block = edf.block_at(file.read(0, _LONGEST_TEXT), 0)
    kind, (count, height, width) = edf.layout(block.fields)
    length = height * width * int(kind[2:])
    if count > 1:
        text = f"{{\nByteOrder = {block.fields.get('byteorder')} ;\nDataType = {block.fields['datatype']} ;\n"
        text += f"Dim_1 = {width} ;\nDim_2 = {height} ;\n"
        return _Volume(block.start, length, count, f"{text.ljust(edf.BLOCK - 2)}}}\n".encode())
    step = block.start + length
    count = -(-file.stamp.size // step)
    is_stack = edf.BEGIN.match(file.read((count - 1) * step, edf.BLOCK))
    return _Volume(0, step, count if is_stack else 1, b"")


_VOLUMES = {"FITS": _fits, "MRC": _mrc, "EDF": _edf, "NPY": _npy}
