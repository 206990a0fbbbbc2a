"""The pages of FITS cubes, MRC stacks and NPY arrays, each as a file of its own."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doubles import MemoryStorage

from viewer.core.decode.edf import EdfDecoder
from viewer.core.decode.fits import FitsDecoder
from viewer.core.decode.mrc import MrcDecoder
from viewer.core.decode.npy import NpyDecoder
from viewer.core.errors import DamagedImageError, DecodeError, NotFoundError, UnsupportedFormatError
from viewer.core.pages.counting import pages_in
from viewer.core.pages.paged import PagedStorage
from viewer.core.pages.volumes import VolumeIndex
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp, Transfer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.core.decode.decoder import Decoder

STACK = np.arange(4 * 3 * 5, dtype="i2").reshape(4, 3, 5) - 20


def npy(stack: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, stack)
    return file.getvalue()


def mrc(stack: NDArray[Any]) -> bytes:
    pages, rows, columns = stack.shape
    head = struct.pack(">4i", columns, rows, pages, 1).ljust(92, b"\0") + struct.pack(">i", 48)
    return (head.ljust(208, b"\0") + b"MAP \x11\x11").ljust(1024 + 48, b"\0") + stack[:, ::-1].astype(">i2").tobytes()


def fits(stack: NDArray[Any], *more: str, first: str = "SIMPLE  = T", before: bytes = b"") -> bytes:
    axes = [f"NAXIS{axis}  = {size}" for axis, size in enumerate(reversed(stack.shape), 1)]
    cards = [first, "BITPIX  = 16", f"NAXIS   = {stack.ndim}", *axes, *more, "END"]
    head = "".join(card.ljust(80) for card in cards).encode()
    samples = stack[..., ::-1, :].astype(">i2").tobytes()
    return before + head + b" " * (-len(head) % 2880) + samples + b"\0" * (-len(samples) % 2880)


EMPTY = b"".join(card.ljust(80) for card in (b"SIMPLE  = T", b"BITPIX  = 8", b"NAXIS   = 0", b"END")).ljust(2880)
COLOURS = np.moveaxis(np.arange(90, dtype="i2").reshape(2, 3, 5, 3), -1, 1)


def edf(stack: NDArray[Any], *, third_axis: bool = False) -> bytes:
    out = b""
    for pages in [stack] if third_axis else stack:
        dims = "".join(f"Dim_{axis} = {size} ;\n" for axis, size in enumerate(reversed(pages.shape), 1))
        head = f"{{\nByteOrder = HighByteFirst ;\nDataType = SignedShort ;\n{dims}"
        out += f"{head:<510}}}\n".encode() + pages.astype(">i2").tobytes()
    return out


KINDS: dict[str, tuple[bytes, Decoder, NDArray[Any]]] = {
    "npy": (npy(STACK), NpyDecoder(), STACK),
    "npy colours": (npy(np.zeros((4, 3, 5, 3), "u1")), NpyDecoder(), np.zeros((4, 3, 5, 3), "u1")),
    "npy five axes": (npy(STACK.reshape(2, 2, 1, 3, 5)), NpyDecoder(), STACK),
    "npy by column": (npy(np.asfortranarray(STACK)), NpyDecoder(), STACK),
    "npy by column four axes": (npy(np.asfortranarray(STACK.reshape(2, 2, 3, 5))), NpyDecoder(), STACK),
    "mrc": (mrc(STACK), MrcDecoder(), STACK),
    "edf": (edf(STACK), EdfDecoder(), STACK),
    "edf of three axes": (edf(STACK, third_axis=True), EdfDecoder(), STACK),
    "fits": (fits(STACK), FitsDecoder(), STACK),
    "fits scaled": (fits(STACK, "BZERO   = 32768"), FitsDecoder(), STACK.astype("i4") + 32768),
    "fits in an extension": (
        fits(STACK, "PCOUNT  = 0", "GCOUNT  = 1", first="XTENSION= 'IMAGE   '", before=EMPTY),
        FitsDecoder(),
        STACK,
    ),
    "fits four axes": (fits(STACK.reshape(2, 2, 3, 5)), FitsDecoder(), STACK),
    "fits colours": (fits(COLOURS, "CTYPE3  = 'RGB'"), FitsDecoder(), np.moveaxis(COLOURS, 1, -1)),
}


def opened(content: bytes) -> FileInMemory:
    return FileInMemory(content, Stamp(len(content), 0), Transfer())


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_is_a_file_with_its_numbers(kind: str) -> None:
    content, decoder, stack = KINDS[kind]
    file = opened(content)
    index = VolumeIndex(file)
    assert (len(index), index.complete) == (len(stack), True)
    assert pages_in(content) == len(stack)
    for number, right in enumerate(stack):
        page = index.page(file, number)
        assert len(page) == index.page_length(file, number)
        np.testing.assert_array_equal(decoder.decode(page).array(), right)
        assert len(VolumeIndex(opened(page))) == 1
    with pytest.raises(IndexError):
        index.page(file, len(stack))


@pytest.mark.parametrize("kind", ["npy", "mrc", "fits", "edf of three axes"])
def test_of_a_stack_that_is_cut_off_the_whole_pages_are_read(kind: str) -> None:
    content, decoder, stack = KINDS[kind]
    start = VolumeIndex(opened(content))._volume.start  # noqa: SLF001 - where to cut
    file = opened(content[: start + 3 * 30 - 1])
    index = VolumeIndex(file)
    np.testing.assert_array_equal(decoder.decode(index.page(file, 1)).array(), stack[1])
    with pytest.raises(DamagedImageError, match="ends after"):
        index.page(file, 2)


def test_of_an_edf_the_blocks_that_are_whole_are_read() -> None:
    for end, pages in ((-1, 4), (-60, 4), (-542, 3), (-543, 3)):
        file = opened(edf(STACK)[:end])
        index = VolumeIndex(file)
        assert len(index) == pages
        np.testing.assert_array_equal(EdfDecoder().decode(index.page(file, 1)).array(), STACK[1])
        if end != -542:
            with pytest.raises(DamagedImageError, match="ends after"):
                index.page(file, pages - 1)
    assert len(VolumeIndex(opened(edf(STACK[:2]) + edf(STACK[:, :1])))) == 1  # of several sizes


def packed_fits(*axes: int) -> bytes:
    """The headers of a picture in compressed tiles."""
    sizes = [f"ZNAXIS{axis} = {size}" for axis, size in enumerate(axes, 1)]
    cards = ["XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 0", "ZIMAGE  = T"]
    head = "".join(card.ljust(80) for card in [*cards, f"ZNAXIS  = {len(axes)}", *sizes, "END"]).encode()
    return EMPTY + head + b" " * (-len(head) % 2880)


def test_a_fits_in_compressed_tiles_has_one_page_or_says_why_not() -> None:
    file = opened(packed_fits(5, 3))
    assert len(VolumeIndex(file)) == 1
    assert VolumeIndex(file).page(file, 0) == packed_fits(5, 3)
    with pytest.raises(UnsupportedFormatError, match=r"^This FITS holds several pages, .* tile-compressed; a list of"):
        VolumeIndex(opened(packed_fits(5, 3, 4)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        EMPTY,
        npy(np.zeros(5)),
        npy(np.array([[{}]])),
        mrc(STACK)[:900],
        mrc(STACK[:0]),
        fits(STACK)[:400],
    ],
)
def test_what_holds_no_pages_is_told(content: bytes) -> None:
    with pytest.raises(DecodeError):
        VolumeIndex(opened(content))


def test_pages_that_are_weighed_and_found_too_heavy_are_not_read() -> None:
    file = opened(npy(STACK))
    with pytest.raises(DamagedImageError, match="heavy"):
        VolumeIndex(file).page(file, 0, lambda length: DamagedImageError(f"heavy: {length}"))


def test_a_volume_is_a_folder_of_its_pages() -> None:
    inner = MemoryStorage({"/d/cube.fits": fits(STACK), "/d/one.fits": fits(STACK[0]), "/d/no.npy": b"text"})
    storage = PagedStorage(inner)
    assert [storage.is_folder(f"/d/{name}") for name in ("cube.fits", "one.fits", "no.npy")] == [True, False, False]
    names = [name for names in storage.list_names("/d/cube.fits", Transfer()) for name in names]
    assert names == [f"cube page 000{number}.fits" for number in (1, 2, 3, 4)]
    for name, right in zip(names, STACK, strict=True):
        path = f"/d/cube.fits/{name}"
        content = storage.read(path, Transfer())
        assert storage.stamp(path).size == memoryview(content).nbytes
        np.testing.assert_array_equal(FitsDecoder().decode(content).array(), right)
    with pytest.raises(NotFoundError):
        storage.read("/d/cube.fits/cube page 0005.fits", Transfer())


def test_a_stack_that_grows_keeps_its_pages() -> None:
    index = VolumeIndex(opened(npy(STACK[:2])))
    assert index.go_on(opened(npy(STACK)))
    assert len(index) == 4
    assert not index.go_on(opened(npy(STACK[:3])))
    assert not index.go_on(opened(npy(STACK.astype("i4"))))
