"""How many pages a file holds, told from its bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from viewer.core.decode.registry import DecoderRegistry
from viewer.core.frame import Size
from viewer.core.pages.counting import MOST, counted, pages_in

THREE = np.arange(3 * 8 * 10, dtype=np.uint16).reshape(3, 8, 10)


def tiff(*pages: int, bigtiff: bool = False) -> bytes:
    """Returns a TIFF whose pages are of these kinds: 0 for a picture, 1 for a smaller version of one."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, bigtiff=bigtiff) as writer:
        for kind in pages:
            writer.write(THREE[0], subfiletype=kind, contiguous=False)
    return file.getvalue()


def imagej() -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, THREE, imagej=True)
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, THREE)
    return file.getvalue()


def animated(form: str) -> bytes:
    file = io.BytesIO()
    first, *rest = (Image.new("RGB", (9, 7), (60 * number, 0, 0)) for number in range(4))
    first.save(file, form, save_all=True, append_images=rest)
    return file.getvalue()


def single(form: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(THREE[0].astype(np.uint8)).save(file, form)
    return file.getvalue()


FILES: dict[str, tuple[bytes, int]] = {
    "TIFF": (tiff(0, 0, 0), 3),
    "BigTIFF": (tiff(0, 0, 0, bigtiff=True), 3),
    "TIFF of one page": (tiff(0), 1),
    "TIFF with smaller versions": (tiff(0, 1, 1), 1),
    "TIFF of ImageJ": (imagej(), 3),
    "TIFF cut in its first directory": (tiff(0, 0, 0)[:20], 1),
    "NPY": (npy(), 3),
    **{f"animated {form}": (animated(form), 4) for form in ("GIF", "PNG", "WEBP")},
    **{form: (single(form), 1) for form in ("GIF", "PNG", "WEBP", "JPEG", "BMP")},
    "nothing": (b"", 1),
    "a text": (b"no picture at all", 1),
}


@pytest.mark.parametrize(("data", "pages"), FILES.values(), ids=FILES)
def test_pages_are_counted(data: bytes, pages: int) -> None:
    assert pages_in(data) == pages
    assert pages_in(memoryview(data)) == pages


def test_not_more_are_counted_than_can_be_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 10_000
    monkeypatch.setattr("viewer.core.pages.counting.MOST", 2)
    assert pages_in(tiff(0, 0, 0)) == 2


def test_a_picture_says_how_many_pages_its_file_holds() -> None:
    registry = DecoderRegistry()
    for name in ("TIFF", "animated GIF", "PNG"):
        data, pages = FILES[name]
        for decode in (registry.picture, registry.quick_picture):
            assert counted(decode)(data, Size(4, 4), 10**9).pages == pages
