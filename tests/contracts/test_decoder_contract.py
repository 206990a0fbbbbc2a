"""What every decoder must do, whichever library is behind it."""

from __future__ import annotations

import gc
import io
import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewer.core.decode.jpeg import JpegDecoder
from viewer.core.decode.pillow import PillowDecoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.decode.tiff import TiffDecoder
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, UnsupportedFormatError
from viewer.core.formats import HEAD, recognise
from viewer.core.frame import BGRA, BGRX, GREY
from viewer.gui.bridge.qt_decoder import QtDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.decode.decoder import Decoder


@dataclass(frozen=True)
class Case:
    """A decoder and the files it is for."""

    decoder: Decoder
    samples: tuple[pictures.Sample, ...]
    turned: tuple[str, ...]
    huge: tuple[Callable[[], bytes], ...]


CASES = (
    Case(JpegDecoder(), tuple(pictures.jpeg_samples()), ("JPEG",), (pictures.huge_jpeg,)),
    Case(TiffDecoder(), tuple(pictures.tiff_samples()), ("TIFF",), (pictures.huge_tiff,)),
    Case(
        QtDecoder(),
        (
            # single bits are left to Pillow
            *(sample for sample in pictures.png_samples() if "1-bit" not in sample.name),
            *pictures.webp_samples(),
        ),
        ("PNG", "WEBP"),
        (pictures.huge_png, pictures.huge_webp),
    ),
    Case(
        PillowDecoder(),
        (
            *pictures.jpeg_samples(),
            *pictures.png_samples(),
            *pictures.webp_samples(),
            *(sample for sample in pictures.other_samples() if sample.name[:3] not in {"ppm", "pgm"}),
        ),
        ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"),
        (pictures.huge_jpeg, pictures.huge_png, pictures.huge_tiff),
    ),
)
by_decoder = pytest.mark.parametrize("case", CASES, ids=[case.decoder.name for case in CASES])


by_sample = pytest.mark.parametrize(
    ("decoder", "sample"),
    [
        pytest.param(case.decoder, sample, id=f"{case.decoder.name} {sample.name}")
        for case in CASES
        for sample in case.samples
    ],
)


@by_decoder
def test_no_copy_of_a_file_stays(case: Case) -> None:
    def decode_all() -> int:
        for sample in case.samples:
            case.decoder.decode(sample.data, for_screen=case.decoder.name == "Qt")
        return sum(isinstance(each, io.IOBase) and not each.closed for each in gc.get_objects())

    decode_all()  # what is loaded by the first picture stays
    gc.collect()
    gc.disable()  # or it might end the circles of objects that keep a copy
    try:
        before = sum(isinstance(each, io.IOBase) and not each.closed for each in gc.get_objects())
        assert decode_all() == before
    finally:
        gc.enable()


@by_sample
def test_the_pixels_are_right(decoder: Decoder, sample: pictures.Sample) -> None:
    assert decoder.name in recognise(sample.data[:HEAD]).decoders
    for_screen = decoder.decode(sample.data, for_screen=True)
    pictures.check(for_screen, sample)
    if decoder.name != "Qt" and sample.description not in {"8-bit CMYK", "8-bit Lab"}:
        pictures.check(decoder.decode(sample.data), sample)


@by_sample
def test_the_screen_gets_the_same_numbers(decoder: Decoder, sample: pictures.Sample) -> None:
    """All but CMYK and Lab, which are made RGB."""
    frame, shown = (
        DecoderRegistry().decode(sample.data),
        DecoderRegistry([decoder]).decode(sample.data, for_screen=True),
    )
    array, found = frame.array(), shown.array()
    if shown.channels in {BGRX, BGRA}:
        found = found[..., [2, 1, 0, 3]]
        found = found[..., 0] if shown.info.is_grey else found[..., : len(frame.channels)]
    if sample.description not in {"8-bit CMYK", "8-bit Lab"} and sample.name != "webp animated":
        assert found.dtype == array.dtype
        assert np.array_equal(found, array, equal_nan=array.dtype.kind == "f")
        assert shown.info.alpha is frame.info.alpha
        assert (shown.indices is None) == (frame.indices is None)
        assert shown.info.is_grey == (shown.channels == BGRX and frame.channels == GREY)


@by_decoder
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_out_upright(case: Case, orientation: int) -> None:
    for form in case.turned:
        options = {"lossless": True} if form == "WEBP" else {}
        data = pictures.turned(form, orientation, **options)
        pictures.check(case.decoder.decode(data, for_screen=True), pictures.Sample(form, data, tolerance=14))


@by_decoder
def test_a_file_may_be_any_buffer_and_a_frame_lives_without_it(case: Case) -> None:
    for sample, kind in itertools.product(case.samples, (bytearray, memoryview)):
        data = bytearray(sample.data)
        frame = DecoderRegistry([case.decoder]).decode(kind(data), for_screen=True)
        data[:] = bytes(len(data))
        pictures.check(frame, sample)


@by_decoder
def test_a_file_that_is_cut_off_is_damaged(case: Case) -> None:
    for sample in case.samples:
        for kept in (0.45, 0.3):  # the first of two pages ends in the middle
            with pytest.raises((DamagedImageError, UnsupportedFormatError)) as caught:
                case.decoder.decode(sample.data[: int(len(sample.data) * kept)], for_screen=True)
            assert str(caught.value).endswith("."), sample.name


@by_decoder
def test_garbage_is_refused(case: Case) -> None:
    start = case.samples[0].data[:16]
    for garbage in (b"\0", b"no picture at all", bytes(1000), start, start + bytes(range(256)) * 40):
        with pytest.raises(DecodeError):
            case.decoder.decode(garbage, for_screen=True)


@pytest.mark.no_qt_log  # libpng says what it thinks of a chunk that is broken on purpose
@by_decoder
@given(
    which=st.integers(0, 99),
    kept=st.floats(0, 1) | st.just(1.0),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_broken_files_raise_nothing_but_decode_errors(
    case: Case, which: int, kept: float, changes: list[tuple[float, int]]
) -> None:
    valid = case.samples[which % len(case.samples)].data
    data = bytearray(valid[: int(len(valid) * kept)])
    for position, value in changes:
        if data:
            # half of the changes hit the header, where they do the most harm
            where = int(position * 2 * min(len(data), 120)) if position < 0.5 else int((position - 0.5) * 2 * len(data))
            data[min(where, len(data) - 1)] = value
    try:
        frame = DecoderRegistry([case.decoder, PillowDecoder()]).decode(bytes(data), for_screen=True)
    except DecodeError as error:
        assert str(error).endswith(".")  # noqa: PT017 - some damage does no harm
    else:
        assert frame.array().nbytes <= frame.nbytes  # with indices


@by_decoder
def test_a_giant_is_refused_before_decoding(case: Case) -> None:
    for make in case.huge:
        with pytest.raises(ImageTooLargeError, match="too large"):
            case.decoder.decode(make(), for_screen=True)


@by_decoder
def test_four_threads_at_once_see_the_same_pixels(case: Case) -> None:
    problems: list[BaseException] = []
    start = threading.Barrier(4)

    def decode_all() -> None:
        try:
            start.wait()
            for sample in case.samples:
                pictures.check(case.decoder.decode(sample.data, for_screen=True), sample)
        except BaseException as problem:  # noqa: BLE001 - shown by the test
            problems.append(problem)

    threads = [threading.Thread(target=decode_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.parametrize("with_qt", [False, True], ids=["without Qt", "with Qt"])
def test_the_registry_reads_everything(with_qt: bool) -> None:  # noqa: FBT001 - a parameter of the test
    registry = DecoderRegistry([QtDecoder()] if with_qt else [])
    for case in CASES:
        for sample in case.samples:
            pictures.check(registry.decode(sample.data, for_screen=True), sample)
