"""The pages of a TIFF, each as a file of its own, and the folder that a file of several pages is."""

from __future__ import annotations

import contextlib
import io
import itertools
import struct
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
import tifffile
from doubles import MemoryStorage
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from viewer.core.decode import stack_axes
from viewer.core.decode.faults import NO_PAGE
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.display.look import on_screen
from viewer.core.errors import CancelledError, DamagedImageError, DecodeError, LookaheadError, NotFoundError
from viewer.core.frame import PageAxis
from viewer.core.pages.naming import may_hold_pages, page_name, page_of
from viewer.core.pages.paged import AT_ONCE, PagedStorage
from viewer.core.pages.tiff import TiffIndex
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp, Transfer

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANDOM = np.random.default_rng(3)
DECODERS = DecoderRegistry()


def stack(
    pages: NDArray[np.generic],
    *,
    order: Literal["<", ">"] = "<",
    big: bool = False,
    tile: bool = False,
    compression: str | None = None,
) -> bytes:
    """Returns a TIFF of several pages as tifffile writes it."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, byteorder=order, bigtiff=big) as writer:
        for page in pages:
            writer.write(
                page,
                photometric="rgb" if page.ndim == 3 else "minisblack",
                compression=compression,
                tile=(16, 16) if tile else None,
                rowsperstrip=None if tile else 7,
                contiguous=False,
            )
    return file.getvalue()


def opened(content: bytes) -> FileInMemory:
    return FileInMemory(content, Stamp(len(content), 0), Transfer())


def pages_of(content: bytes) -> list[bytes]:
    """Returns each page as a file of its own."""
    file = opened(content)
    index = TiffIndex(file)
    index.find_more(file, 10**6)
    return [index.page(file, number) for number in range(len(index))]


def pixels(count: int, kind: str, *, colour: bool = False) -> NDArray[np.generic]:
    shape = (count, 30, 40, 3) if colour else (count, 30, 40)
    return (RANDOM.random(shape) * 200).astype(kind)


GREY = stack(pixels(3, "u1"))


# The pages


@pytest.mark.parametrize(("kind", "colour"), [("u1", False), ("u1", True), ("u2", False), ("u2", True), ("f4", False)])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_each_page_holds_the_pixels_it_had(kind: str, colour: bool, compression: str | None) -> None:  # noqa: FBT001 - parameters
    expected = pixels(3, kind, colour=colour)
    orders: tuple[Literal["<", ">"], ...] = ("<", ">")
    for order, big, tile in itertools.product(orders, (False, True), (False, True)):
        content = stack(expected, order=order, big=big, tile=tile, compression=compression)
        pages = pages_of(content)
        assert len(pages) == 3
        for page, whole in zip(pages, expected, strict=True):
            np.testing.assert_array_equal(tifffile.imread(io.BytesIO(page)), whole)
            assert len(page) < len(content)
            frame = DECODERS.decode(page)
            assert frame.size == (40, 30)


@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg", "packbits", "tiff_adobe_deflate", "group4"])
def test_pages_stay_compressed_as_they_were(compression: str) -> None:
    images = [Image.fromarray(page) for page in pixels(4, "u1")]
    if compression == "group4":
        images = [image.convert("1") for image in images]
    file = io.BytesIO()
    images[0].save(file, "TIFF", save_all=True, append_images=images[1:], compression=compression)
    whole = Image.open(file)
    for number, page in enumerate(pages_of(file.getvalue())):
        whole.seek(number)
        one = Image.open(io.BytesIO(page))
        assert one.info["compression"] == compression
        np.testing.assert_array_equal(np.asarray(one), np.asarray(whole))


def test_pages_may_differ_in_size_and_kind() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((10, 20), np.uint8))
        writer.write(np.zeros((30, 5, 3), np.uint16), photometric="rgb")
    assert [DECODERS.decode(page).size for page in pages_of(file.getvalue())] == [(20, 10), (5, 30)]


def test_smaller_versions_are_no_pages() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((40, 40), np.uint8))
        writer.write(np.zeros((20, 20), np.uint8), subfiletype=1)
        writer.write(np.zeros((10, 10), np.uint8), subfiletype=3)
        writer.write(np.zeros((41, 41), np.uint8))
    assert [DECODERS.decode(page).size for page in pages_of(file.getvalue())] == [(40, 40), (41, 41)]


def imagej_stack(count: int, kind: str = ">u2") -> tuple[bytes, NDArray[np.generic]]:
    """Returns a stack as ImageJ writes one that is larger than 4 GB: one directory, all pixels behind each other."""
    expected = (RANDOM.random((count, 6, 8)) * 60_000).astype(kind)
    description = f"ImageJ=1.54f\nimages={count}\nslices={count}\n\0".encode()
    start = 8 + 2 + 8 * 12 + 4
    entries = [(256, 4, 1, 8), (257, 4, 1, 6), (258, 4, 1, 16), (259, 4, 1, 1), (262, 4, 1, 1)]
    entries += [(270, 2, len(description), start), (273, 4, 1, start + len(description)), (277, 4, 1, 1)]
    head = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    table = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return head + table + struct.pack(">I", 0) + description + expected.tobytes(), expected


def test_a_stack_that_imagej_wrote_as_one_directory_has_all_its_pages() -> None:
    content, expected = imagej_stack(5)
    for page, whole in zip(pages_of(content), expected, strict=True):
        np.testing.assert_array_equal(tifffile.imread(io.BytesIO(page)), whole)


def test_a_stack_that_is_cut_off_has_its_whole_pages() -> None:
    content, expected = imagej_stack(5)
    file = opened(content[:-10])
    index = TiffIndex(file)
    index.find_more(file, 100)
    assert len(index) == 5
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(index.page(file, 3))), expected[3])
    with pytest.raises(DamagedImageError, match="ends after"):
        index.page(file, 4)


@given(st.integers(0, len(GREY)))
def test_wherever_a_file_is_cut_off_it_says_so_or_gives_whole_pages(length: int) -> None:
    try:
        pages = pages_of(GREY[:length])
    except DamagedImageError:
        return
    for page in pages:
        assert DECODERS.decode(page).size == (40, 30)


@given(st.data())
def test_whatever_is_written_into_a_file_it_ends_and_says_so(data: st.DataObject) -> None:
    content = bytearray(GREY)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = opened(bytes(content))
    try:
        index = TiffIndex(file)
    except DamagedImageError:
        return
    index.find_more(file, 1000)
    for number in range(min(len(index), 20)):
        with contextlib.suppress(LookaheadError):
            DECODERS.decode(index.page(file, number))


def test_directories_that_run_in_a_circle_come_to_an_end() -> None:
    content = bytearray(GREY)
    with tifffile.TiffFile(io.BytesIO(GREY)) as whole:
        first = whole.pages[0].offset
        last = whole.pages[2]
        entries = struct.unpack_from("<H", content, last.offset)[0]
    struct.pack_into("<I", content, last.offset + 2 + 12 * entries, first)
    assert len(pages_of(bytes(content))) == 3


# Their names


@given(st.integers(1, 10**6), st.sampled_from(["/d/stack.tif", "/d/a.b.TIFF", "/d/move.gif", "/page 0001.tif"]))
def test_a_page_is_known_by_its_name(number: int, container: str) -> None:
    assert page_of(f"{container}/{page_name(container, number)}") == (container, number)


@pytest.mark.parametrize(
    "path",
    [
        "/d/stack page 0001.tif",
        "/d/stack.tif",
        "/d/stack.tif/stack page 1.tif",
        "/d/stack.tif/other page 0001.tif",
        "/d/stack.tif/stack page 0001.jpg",
        "/d/stack.jpg/stack page 0001.jpg",
        "/d/stack.tif/stack page 00001.tif",
    ],
)
def test_other_names_are_those_of_files(path: str) -> None:
    assert page_of(path) is None


def test_only_some_files_can_hold_pages() -> None:
    assert may_hold_pages("/d/a.TIF")
    assert may_hold_pages("/d/a.gif")
    assert not may_hold_pages("/d/a.jpg")
    assert not may_hold_pages("/d/tif")


# The folder that such a file is

STACK = "/d/stack.tif"


def paged(content: bytes = GREY) -> tuple[PagedStorage, MemoryStorage]:
    inner = MemoryStorage({STACK: content, "/d/one.tif": stack(pixels(1, "u1")), "/d/a.jpg": b"jpeg"})
    return PagedStorage(inner), inner


def names(storage: PagedStorage, folder: str) -> list[str]:
    return [name for batch in storage.list_names(folder, Transfer()) for name in batch]


def test_a_file_of_several_pages_is_a_folder_of_them() -> None:
    storage, _ = paged()
    assert storage.is_folder(STACK)
    assert names(storage, STACK) == ["stack page 0001.tif", "stack page 0002.tif", "stack page 0003.tif"]
    assert [batch for batch in storage.list_folders(STACK, Transfer()) if batch] == []


def test_files_with_one_page_and_others_are_files() -> None:
    storage, inner = paged()
    assert storage.is_folder("/d")
    assert not storage.is_folder("/d/one.tif")
    assert not storage.is_folder("/d/a.jpg")
    assert not storage.is_folder("/d/gone.tif")
    inner.files["/d/text.tif"] = b"no picture at all"
    assert not storage.is_folder("/d/text.tif")
    assert bytes(storage.read("/d/a.jpg", Transfer())) == b"jpeg"
    assert sorted(names(storage, "/d"))[:2] == ["a.jpg", "one.tif"]


def one_page(*, big: bool = False, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels(16, "u1"), bigtiff=big, photometric="minisblack", **options)  # type: ignore[arg-type]  # as its signature has none
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"II*\0\0\0\0\0", NO_PAGE),
        (b"MM\0*\0\0\0\0", NO_PAGE),
        (b"II+\0\x08\0\0\0" + bytes(8), NO_PAGE),
        (b"II*\0\x08\0\0", "The file ends after 7 of 8 bytes."),
        (b"II+\0\x08\0\0\0", "The file ends after 8 of 16 bytes."),
        (GREY[:8], "The file ends after 8 of 10 bytes."),
        (GREY[:20], "The file ends after 20 of "),
        (stack(pixels(1, "u1"), big=True)[:20], "The file ends after 20 of 24 bytes."),
        (b"II*\0\xff\xff\xff\x7f" + bytes(30), "The file is damaged (a directory lies behind its end)."),
        (one_page(volumetric=True, tile=(1, 16, 16)), "This TIFF holds a volume in one page"),
        (one_page(volumetric=True, tile=(16, 16, 16), big=True), "This TIFF holds a volume in one page"),
    ],
)
def test_a_file_says_the_same_whether_it_is_read_as_a_file_or_as_pages(content: bytes, sentence: str) -> None:
    storage, _ = paged(content)
    with pytest.raises(DecodeError) as whole:
        DECODERS.decode(content)
    with pytest.raises(DecodeError) as page:
        DECODERS.decode(storage.read(f"{STACK}/{names(storage, STACK)[0]}", Transfer()))
    assert str(whole.value) == str(page.value)
    assert sentence in str(whole.value)


def test_a_page_is_read_without_the_others_and_has_a_stamp_of_its_own() -> None:
    storage, inner = paged(stack(pixels(50, "u1")))
    transfer = Transfer()
    page = storage.read(f"{STACK}/stack page 0007.tif", transfer)
    assert DECODERS.decode(page).size == (40, 30)
    inner.modified[STACK] = 7
    assert transfer.stamp == Stamp(memoryview(page).nbytes, 0)
    assert storage.stamp(f"{STACK}/stack page 0007.tif") == Stamp(memoryview(page).nbytes, 7)
    assert transfer.total == transfer.received == memoryview(page).nbytes
    assert inner.sent == 0  # nothing was read whole


def test_pages_are_told_as_they_are_found() -> None:
    storage, _ = paged(stack(pixels(2 * AT_ONCE + 5, "u1")))
    batches = [len(batch) for batch in storage.list_names(STACK, Transfer())]
    assert sum(batches) == 2 * AT_ONCE + 5
    assert max(batches) <= AT_ONCE


def test_listing_again_asks_for_the_stamp_only() -> None:
    storage, inner = paged()
    names(storage, STACK)
    inner.reads.clear()
    assert len(names(storage, STACK)) == 3
    assert inner.reads == []


def test_a_file_that_grows_gets_its_new_pages_and_keeps_the_others() -> None:
    expected = pixels(4, "u1")
    storage, inner = paged(stack(expected[:2]))
    assert len(names(storage, STACK)) == 2
    file = io.BytesIO(stack(expected[:2]))
    with tifffile.TiffWriter(file, append=True) as writer:
        for page in expected[2:]:
            writer.write(page, contiguous=False)
    inner.files[STACK] = file.getvalue()
    inner.modified[STACK] = 10**9
    assert len(names(storage, STACK)) == 4
    page = storage.read(f"{STACK}/stack page 0004.tif", Transfer())
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(bytes(page))), expected[3])


def test_a_file_that_was_written_anew_has_its_new_pages() -> None:
    storage, inner = paged()
    names(storage, STACK)
    expected = pixels(2, "u2")
    inner.files[STACK] = stack(expected)
    inner.modified[STACK] = 10**9
    page = storage.read(f"{STACK}/stack page 0002.tif", Transfer())
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(bytes(page))), expected[1])
    assert len(names(storage, STACK)) == 2
    with pytest.raises(NotFoundError, match="no page 3"):
        storage.read(f"{STACK}/stack page 0003.tif", Transfer())


def test_pages_of_a_file_that_is_gone_are_gone() -> None:
    storage, inner = paged()
    names(storage, STACK)
    del inner.files[STACK]
    with pytest.raises(NotFoundError):
        storage.read(f"{STACK}/stack page 0001.tif", Transfer())
    with pytest.raises(NotFoundError):
        names(storage, STACK)


def test_a_read_that_is_given_up_stops() -> None:
    storage, _ = paged()
    transfer = Transfer()
    transfer.cancel()
    with pytest.raises(CancelledError):
        storage.read(f"{STACK}/stack page 0001.tif", transfer)


def test_a_folder_that_is_named_like_a_stack_is_a_folder() -> None:
    inner = MemoryStorage({"/d/stack.tif/stack page 0001.tif": b"a file"})
    storage = PagedStorage(inner)
    assert names(storage, STACK) == ["stack page 0001.tif"]
    assert bytes(storage.read("/d/stack.tif/stack page 0001.tif", Transfer())) == b"a file"


def test_an_animation_is_a_folder_too_and_is_read_once() -> None:
    images = [Image.fromarray(page) for page in pixels(5, "u1")]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:])
    inner = MemoryStorage({"/d/move.gif": file.getvalue(), "/d/still.gif": b""})
    storage = PagedStorage(inner)
    assert storage.is_folder("/d/move.gif")
    assert not storage.is_folder("/d/still.gif")
    found = names(storage, "/d/move.gif")
    assert found == [f"move page {number:04d}.gif" for number in range(1, 6)]
    for name in [*found, *reversed(found)]:
        assert DECODERS.decode(storage.read(f"/d/move.gif/{name}", Transfer())).size == (40, 30)
    assert inner.sent == len(file.getvalue())
    with pytest.raises(NotFoundError, match="no page 6"):
        storage.read("/d/move.gif/move page 0006.gif", Transfer())


# Which channel, slice and time a page is

OME = (
    '<?xml version="1.0"?><OME><Image ID="0"><Pixels ID="0" DimensionOrder="XY{order}" Type="uint16" '
    'SizeX="8" SizeY="6" SizeZ="4" SizeC="3" SizeT="2">{rest}</Pixels></Image></OME>'
)
PLACES = "".join(
    f'<TiffData IFD="{c + 3 * z + 12 * t}" FirstC="{c}" FirstZ="{z}" FirstT="{t}" PlaneCount="1"></TiffData>'
    for t, z, c in itertools.product(range(2), range(4), range(3))
)
IMAGEJ = "ImageJ=1.54f\nimages=150\nchannels=3\nslices=10\nframes=5\nhyperstack=true\nmin=0.0\nmax=9.0\n"


@pytest.mark.parametrize(
    ("text", "index", "words"),
    [
        (IMAGEJ, 0, "channel 1 of 3, slice 1 of 10, time 1 of 5"),
        (IMAGEJ, 1 + 3 * 3, "channel 2 of 3, slice 4 of 10, time 1 of 5"),
        (IMAGEJ, 149, "channel 3 of 3, slice 10 of 10, time 5 of 5"),
        (IMAGEJ, 150, ""),
        (IMAGEJ.replace("images=150", "images=151"), 0, ""),
        ("ImageJ=1.54f\nimages=7\nslices=7\n", 6, "slice 7 of 7"),
        ("ImageJ=1.54f\nimages=7\n", 6, ""),
        ("channels=3\nimages=3\n", 1, ""),
        (OME.format(order="CZT", rest=""), 4, "channel 2 of 3, slice 2 of 4, time 1 of 2"),
        (OME.format(order="ZTC", rest="<TiffData/>"), 8, "channel 2 of 3, slice 1 of 4, time 1 of 2"),
        (OME.format(order="CZT", rest=PLACES), 23, "channel 3 of 3, slice 4 of 4, time 2 of 2"),
        (OME.format(order="ZCT", rest=PLACES), 23, ""),
        (OME.format(order="CZT", rest='<Channel SamplesPerPixel="3"/>'), 1, "slice 2 of 4, time 1 of 2"),
        (OME.format(order="CZT", rest='<U FileName="a"/><U FileName="b"/>'), 1, ""),
        (OME.format(order="CZT", rest="") * 2, 1, ""),
        (OME.format(order="CQT", rest=""), 1, ""),
        (OME.replace('SizeC="3"', 'SizeC="many"').format(order="CZT", rest=""), 1, ""),
        ("", 0, ""),
    ],
)
def test_where_a_page_is_is_said_where_the_file_says_it_beyond_doubt(text: str, index: int, words: str) -> None:
    page = stack_axes.page_at(stack_axes.of_text(text), index)
    assert stack_axes.written(page) == words
    assert stack_axes.read(words) == page


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("is_ome", [False, True])
def test_a_page_says_where_in_its_stack_it_is(kind: str, is_ome: bool) -> None:  # noqa: FBT001 - a parameter
    file = io.BytesIO()
    hyperstack = pixels(2 * 4 * 3, kind).reshape(2, 4, 3, 30, 40)
    form: dict[str, bool] = {"ome": True} if is_ome else {"imagej": True}
    tifffile.imwrite(file, hyperstack, metadata={"axes": "TZCYX"}, **form)  # type: ignore[arg-type]  # its stubs
    for number, page in enumerate(pages_of(file.getvalue())):
        frame = DECODERS.decode(page, for_screen=True)
        np.testing.assert_array_equal(
            np.ravel(frame.array()[..., 0] if frame.is_bgrx else frame.array()),
            np.ravel(hyperstack.reshape(24, 30, 40)[number]),
        )
        where = PageAxis("channel", number % 3 + 1, 3), PageAxis("slice", number // 3 % 4 + 1, 4)
        assert frame.info.page == (*where, PageAxis("time", number // 12 + 1, 2))
        assert on_screen(frame).info.page == frame.info.page
        assert frame.info.page[1].short == f"z:{where[1].number}/4"
    assert all(DECODERS.decode(page).info.page == () for page in pages_of(GREY))
