"""The pages of animations: each as Pillow composes it, decoded forward once, whoever asks for what in which order."""

from __future__ import annotations

import functools
import io
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import GifImagePlugin, Image

from viewer.core.decode import faults
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.decode.tiff import TiffDecoder
from viewer.core.display.look import to_bgrx
from viewer.core.display.pixels import as_array
from viewer.core.errors import (
    CancelledError,
    DamagedImageError,
    DecodeError,
    ImageTooLargeError,
    UnsupportedFormatError,
)
from viewer.core.frame import Size
from viewer.core.pages.animation import Animation, PageStore
from viewer.core.pages.containers import MOST_PAGES, may_be_animated

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

REGISTRY = DecoderRegistry()
SIZE = (40, 24)
FRAMES = 7
PLENTY = 10_000_000


def go_on() -> None:
    """A checkpoint that lets everything pass."""


def frame(number: int, *, clear: bool, mode: str = "RGBA") -> Image.Image:
    """Returns a picture with a block that moves; if ``clear``, around it nothing, else bars."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0) if clear else (40, 60, 80 + number, 255))
    image.paste((200 - 20 * number, 30 * number, 90, 255), (4 * number, 2 * number, 4 * number + 12, 2 * number + 9))
    image.paste((10, 250 - number, 20, 255 if number % 2 else 128), (30 - number, 3, 36 - number, 8))
    return image.convert(mode)


def animated(form: str, *, clear: bool = False, mode: str = "RGBA", count: int = FRAMES, **options: Any) -> bytes:  # noqa: ANN401 - what Pillow takes
    """Returns a file of ``count`` frames."""
    first, *others = (frame(number, clear=clear, mode=mode) for number in range(count))
    return pictures.encoded(first, form, save_all=True, append_images=others, duration=40, **options)


def gif_image(pixels: npt.NDArray[np.uint8], at: tuple[int, int] = (0, 0), control: bytes = b"") -> bytes:
    """Returns an image block with a palette of its own, cut out of a GIF that Pillow wrote."""
    image = Image.fromarray(pixels).convert("P")
    image.putpalette([(7 * value + 50 * channel + at[0]) % 256 for value in range(16) for channel in range(3)])
    data = pictures.encoded(image, "GIF", interlace=0)
    start = 13 + (3 << (data[10] & 7) + 1)
    palette = data[13:start]
    assert data[start : start + 1] == b","
    bits = (data[10] & 7) | 0x80
    return control + b"," + struct.pack("<4HB", *at, image.width, image.height, bits) + palette + data[start + 10 : -1]


def gif_control(disposal: int, transparent: int | None = None) -> bytes:
    """Returns a graphic control extension."""
    return b"!\xf9\x04" + struct.pack("<BHBB", disposal << 2 | (transparent is not None), 4, transparent or 0, 0)


def gif(*blocks: bytes, end: bytes = b";") -> bytes:
    """Returns a GIF without a palette for all its images."""
    return b"GIF89a" + struct.pack("<HHBBB", *SIZE, 0, 0, 0) + b"".join(blocks) + end


def gif_of_all_kinds() -> bytes:
    """Returns partial frames with palettes of their own, every disposal, transparent parts, and zeros in between."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    whole = ((x // 4 + y // 3) % 16).astype(np.uint8)
    part = whole[:10, :12]
    disposals = [1, 2, 3, 1, 3, 2, 0, 1]
    parts = [
        gif_image(part, (3 * number, number), gif_control(disposal, 5 if number % 2 else None))
        for number, disposal in enumerate(disposals)
    ]
    return gif(gif_image(whole, (0, 0), gif_control(1)), *parts[:4], b"\0\0", b"!\xfe\x03abc\0", *parts[4:])


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Returns the kinds and contents of the chunks of a PNG."""
    chunks, at = [], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunks.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Returns a PNG of these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def png_of_16_bits() -> bytes:
    """Returns an animated PNG of 16-bit grey."""
    deep = [Image.fromarray(pictures.greys(np.uint16, factor)) for factor in (257, 200, 100)]
    datas = [dict(png_chunks(pictures.encoded(image, "PNG"))) for image in deep]
    chunks = [(b"IHDR", datas[0][b"IHDR"]), (b"acTL", struct.pack(">II", 3, 0))]
    for number, data in enumerate(datas):
        control = struct.pack(">5IHHBB", max(0, 2 * number - 1), *deep[0].size, 0, 0, 1, 25, 0, 0)
        pixels = (b"fdAT", struct.pack(">I", 2 * number) + data[b"IDAT"]) if number else (b"IDAT", data[b"IDAT"])
        chunks += [(b"fcTL", control), pixels]
    return png_of([*chunks, (b"IEND", b"")])


@functools.cache
def samples() -> dict[str, bytes]:
    """Returns files of every kind by what is special about them."""
    return {
        "gif": animated("GIF"),
        "gif, transparent": animated("GIF", clear=True),
        "gif, disposal 0": animated("GIF", clear=True, disposal=0),
        "gif, disposal 1": animated("GIF", clear=True, disposal=1),
        "gif, disposal 2": animated("GIF", clear=True, disposal=2),
        "gif, disposal 3": animated("GIF", clear=True, disposal=3),
        "gif, disposals in turn": animated("GIF", clear=True, disposal=[2, 3, 1, 2, 2, 3, 1]),
        "gif, grey": animated("GIF", mode="L"),
        "gif, of all kinds": gif_of_all_kinds(),
        "gif, without an end": gif_of_all_kinds()[:-1],
        "gif, larger than it says": gif(gif_image(np.eye(40, dtype=np.uint8)), gif_image(np.eye(50, dtype=np.uint8))),
        "webp": animated("WEBP", quality=70),
        "webp, lossless": animated("WEBP", lossless=True),
        "webp, transparent": animated("WEBP", lossless=True, clear=True),
        "webp, mixed": animated("WEBP", allow_mixed=True, clear=True, minimize_size=True),
        "png": animated("PNG"),
        "png, opaque": animated("PNG", mode="RGB"),
        "png, grey": animated("PNG", mode="L"),
        "png, palette": animated("PNG", mode="P"),
        "png, over": animated("PNG", clear=True, blend=1),
        "png, to the background": animated("PNG", clear=True, disposal=1, blend=1),
        "png, to the previous": animated("PNG", clear=True, disposal=2, blend=1),
        "png, disposals in turn": animated(
            "PNG", clear=True, disposal=[0, 1, 2, 0, 2, 1, 0], blend=[0, 1, 1, 0, 1, 1, 1]
        ),
        "png, default image left out": animated("PNG", default_image=True),
    }


@functools.cache
def expected(name: str) -> tuple[Image.Image, ...]:
    """Returns what Pillow makes of the frames of a sample, each read forward."""
    image = Image.open(io.BytesIO(samples()[name]))
    frames = []
    for number in range(image.n_frames):  # type: ignore[attr-defined]  # of files of several frames
        image.seek(number)
        frames.append(image.convert("RGBA"))
    return tuple(frames)


def rgba_of(page: bytes) -> npt.NDArray[np.uint8]:
    """Returns the samples of a page as they are in its TIFF, as RGBA."""
    array = tifffile.imread(io.BytesIO(page))
    if array.ndim == 2:
        array = np.dstack([array] * 3)
    if array.shape[2] == 3:
        array = np.dstack([array, np.full(array.shape[:2], 255, np.uint8)])
    assert array.dtype == np.uint8
    return np.asarray(array)


def pixels_of(data: bytes) -> npt.NDArray[np.uint32]:
    """Returns what is shown of a file."""
    return as_array(to_bgrx(REGISTRY.decode(data, for_screen=True)))


def is_right(page: bytes, image: Image.Image) -> bool:
    """Returns whether a page has the pixels of an image, in the file and decoded."""
    shown = to_bgrx(TiffDecoder().decode(page))  # the registry would hand what it does not read on to Pillow
    wanted = pixels_of(pictures.encoded(image, "PNG"))
    return (
        np.array_equal(rgba_of(page), np.asarray(image))
        and np.array_equal(as_array(shown), wanted)
        and np.array_equal(pixels_of(page), wanted)
    )


def opened(name: str, budget: int = PLENTY) -> Animation:
    """Returns a sample with a store of its own."""
    return Animation(samples()[name], PageStore(budget), name)


@pytest.mark.parametrize("name", samples())
def test_each_page_is_as_pillow_composes_it(name: str) -> None:
    animation = opened(name)
    assert animation.count == len(expected(name)) >= 2
    assert animation.decoded == 0
    for index, image in enumerate(expected(name)):
        assert is_right(animation.page(index, go_on), image), index
    assert animation.decoded == animation.count


@pytest.mark.parametrize("name", samples())
def test_what_is_animated_is_told_by_its_beginning(name: str) -> None:
    assert may_be_animated(samples()[name][:4096])


def test_what_is_not_animated() -> None:
    assert may_be_animated(b"GIF87a")
    for form in ("PNG", "WEBP", "JPEG", "TIFF", "BMP"):
        assert not may_be_animated(pictures.encoded(frame(0, clear=False, mode="RGB"), form)), form
    assert not may_be_animated(pictures.encoded(frame(0, clear=True), "WEBP", exif=Image.Exif()))  # VP8X all the same
    one_frame = [
        (kind, struct.pack(">II", 1, 0) if kind == b"acTL" else content)
        for kind, content in png_chunks(samples()["png"])
    ]
    assert not may_be_animated(png_of(one_frame))


@given(st.sampled_from(["gif", "webp", "png"]), st.integers(0, 80))
def test_a_short_beginning_raises_nothing(name: str, length: int) -> None:
    head = samples()[name][:length]
    assert may_be_animated(head) in {True, False}
    assert not may_be_animated(b"x" + head)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_a_single_frame(form: str) -> None:
    data = pictures.encoded(frame(3, clear=True), form, **({"lossless": True} if form == "WEBP" else {}))
    animation = Animation(data, PageStore(PLENTY), 0)
    assert animation.count == 1
    assert is_right(animation.page(0, go_on), Image.open(io.BytesIO(data)).convert("RGBA"))
    for index in (-1, 1):
        with pytest.raises(IndexError):
            animation.page(index, go_on)


def test_grey_of_16_bits_keeps_them() -> None:
    animation = Animation(png_of_16_bits(), PageStore(PLENTY), 0)
    assert animation.count == 3
    for index, factor in enumerate((257, 200, 100)):
        page = animation.page(index, go_on)
        assert np.array_equal(tifffile.imread(io.BytesIO(page)), pictures.greys(np.uint16, factor))
        assert REGISTRY.decode(page).description == "16-bit grey"


def test_pages_stand_as_upright_as_the_file() -> None:
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6
    data = animated("WEBP", lossless=True, exif=exif)
    page = Animation(data, PageStore(PLENTY), 0).page(0, go_on)
    assert np.array_equal(pixels_of(page), pixels_of(data))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer(kind: Callable[[bytes], Any]) -> None:
    data = kind(samples()["gif"])
    assert is_right(Animation(data, PageStore(PLENTY), 0).page(2, go_on), expected("gif")[2])


def test_few_colours_are_deflated_and_many_are_not() -> None:
    noise = [Image.fromarray(pictures.noise(Size(320, 200), seed)) for seed in (1, 2)]
    flat = [Image.new("RGB", (320, 200), colour) for colour in ("red", "green")]
    sizes = {}
    for name, (first, second) in {"noise": noise, "flat": flat}.items():
        data = pictures.encoded(first, "PNG", save_all=True, append_images=[second])
        page = Animation(data, PageStore(PLENTY), 0).page(1, go_on)
        assert is_right(page, second.convert("RGBA"))
        sizes[name] = len(page)
    assert sizes["flat"] < 10_000
    assert 320 * 200 * 3 <= sizes["noise"] < 320 * 200 * 3 + 500


# Order.

SEQUENCES = st.lists(st.integers(0, FRAMES - 1), min_size=1, max_size=20)


@given(
    name=st.sampled_from(["gif, disposals in turn", "webp, transparent", "png, disposals in turn"]),
    indexes=SEQUENCES,
    budget=st.sampled_from([0, 1_500, 4_000, PLENTY]),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_gives_the_right_pages(name: str, indexes: list[int], budget: int) -> None:
    animation = opened(name, budget)
    for index in indexes:
        assert np.array_equal(rgba_of(animation.page(index, go_on)), np.asarray(expected(name)[index]))
    if budget == PLENTY:
        assert animation.decoded == max(indexes) + 1


def test_stepping_back_decodes_nothing_again() -> None:
    animation = opened("gif")
    for index in [*range(FRAMES), *reversed(range(FRAMES))]:
        animation.page(index, go_on)
    assert animation.decoded == FRAMES


def test_what_was_given_up_is_decoded_from_the_first_frame_on() -> None:
    animation = opened("gif", budget=0)
    animation.page(4, go_on)
    assert animation.decoded == 5
    animation.page(5, go_on)
    assert animation.decoded == 6
    assert is_right(animation.page(2, go_on), expected("gif")[2])
    assert animation.decoded == 6 + 3


def test_files_share_a_store_and_are_told_apart() -> None:
    store = PageStore(PLENTY)
    first, second = (Animation(samples()[name], store, name) for name in ("gif", "png"))
    for _ in range(2):
        assert is_right(first.page(1, go_on), expected("gif")[1])
        assert is_right(second.page(1, go_on), expected("png")[1])
    assert first.decoded == second.decoded == 2
    again = Animation(samples()["gif"], store, "gif")
    assert is_right(again.page(1, go_on), expected("gif")[1])
    assert again.decoded == 0


# Threads and cancelling.


def test_cancelled_on_the_way_keeps_what_is_decoded() -> None:
    animation = opened("gif")
    calls = 0

    def give_up() -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        animation.page(6, give_up)
    assert animation.decoded == 3
    animation.page(2, go_on)
    assert animation.decoded == 3
    assert is_right(animation.page(6, go_on), expected("gif")[6])
    assert animation.decoded == FRAMES


def test_a_page_that_is_kept_asks_nobody() -> None:
    animation = opened("gif")
    page = animation.page(3, go_on)

    def never() -> None:
        pytest.fail("There is nothing to give up.")

    assert animation.page(3, never) is page


def test_waiting_at_a_checkpoint_keeps_nobody_else_waiting() -> None:
    animation = opened("gif", budget=0)
    waiting, on = threading.Event(), threading.Event()
    pages: list[bytes] = []

    def wait() -> None:
        if animation.decoded == 2:
            waiting.set()
            assert on.wait(10)

    thread = threading.Thread(target=lambda: pages.append(animation.page(4, wait)))
    thread.start()
    assert waiting.wait(10)
    # The one who waits wants a page ahead, so all up to there is decoded before the first frame is begun with again.
    assert is_right(animation.page(0, go_on), expected("gif")[0])
    assert animation.decoded == 5 + 1
    on.set()
    thread.join()
    assert is_right(pages[0], expected("gif")[4])
    assert animation.decoded == 5 + 1


@pytest.mark.parametrize("name", ["gif, disposals in turn", "webp, transparent", "png, disposals in turn"])
@pytest.mark.parametrize("budget", [0, 3_000, PLENTY])
def test_eight_threads_get_the_right_pages(name: str, budget: int) -> None:
    animation = opened(name, budget)
    start = threading.Barrier(8)

    def work(seed: int) -> None:
        order = np.random.default_rng(seed).permutation(FRAMES).tolist()
        start.wait()
        for index in order:
            page = animation.page(index, go_on)
            assert np.array_equal(rgba_of(page), np.asarray(expected(name)[index])), f"{seed}: {index}"

    expected(name)
    with ThreadPoolExecutor(8) as eight:
        list(eight.map(work, range(8)))
    if budget == PLENTY:
        assert animation.decoded == FRAMES


# Damage.


@pytest.mark.parametrize("name", samples())
def test_a_file_that_is_cut_off_has_the_pages_that_are_whole(name: str) -> None:
    data = samples()[name]
    counts = []
    right: set[tuple[int, bytes]] = set()  # a page comes again at most lengths
    for length in range(0, len(data), max(1, len(data) // 40)):
        animation = Animation(data[:length], PageStore(PLENTY), 0)
        counts.append(animation.count)
        pages = []
        try:
            pages = [animation.page(index, go_on) for index in range(animation.count)]
        except DecodeError:
            assert animation.count == 1, length
            assert animation.decoded == 0
        for index, (page, image) in enumerate(zip(pages, expected(name), strict=False)):
            assert (index, page) in right or is_right(page, image), length
            right.add((index, page))
    assert counts == sorted(counts)
    assert counts[-1] >= len(expected(name)) - 1


def test_a_file_without_a_whole_page_says_so() -> None:
    for name in ("gif", "png"):
        with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
            Animation(samples()[name][:60], PageStore(PLENTY), 0).page(0, go_on)
    for data, sentence in ((samples()["gif"][:20], faults.CUT_OFF), (b"", faults.EMPTY)):
        with pytest.raises(DamagedImageError, match=sentence):
            Animation(data, PageStore(PLENTY), 0).page(0, go_on)
    with pytest.raises(DamagedImageError, match="holds no picture"):
        Animation(gif(), PageStore(PLENTY), 0).page(0, go_on)


def test_behind_a_broken_frame_there_is_nothing_and_it_is_not_tried_again() -> None:
    blocks = [gif_image(np.full((8, 8), value, np.uint8)) for value in range(4)]
    broken = b"," + struct.pack("<4HB", 0, 0, 8, 8, 0) + b"\x02\x03\xff\xff\xff\0"  # a code that nothing defined
    animation = Animation(gif(*blocks[:2], broken, *blocks[2:]), PageStore(0), 0)
    assert animation.count == 5
    for index in (4, 2, 3):
        with pytest.raises(DamagedImageError):
            animation.page(index, go_on)
    assert animation.decoded == 2
    assert rgba_of(animation.page(1, go_on)).shape == (*reversed(SIZE), 4)


def test_a_number_of_frames_that_is_not_there_is_not_believed() -> None:
    def promising(number: int) -> Animation:
        chunks = png_chunks(samples()["png"])
        data = png_of([(k, struct.pack(">II", number, 0) if k == b"acTL" else c) for k, c in chunks])
        return Animation(data, PageStore(PLENTY), 0)

    assert promising(2_000_000_000).count == FRAMES
    assert is_right(promising(2_000_000_000).page(FRAMES - 1, go_on), expected("png")[FRAMES - 1])
    assert promising(3).count == 3
    assert is_right(promising(3).page(2, go_on), expected("png")[2])


def test_frames_beyond_all_reason_are_not_counted() -> None:
    empty = b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\0"
    assert Animation(gif(empty * (MOST_PAGES + 5)), PageStore(PLENTY), 0).count == MOST_PAGES


def test_sizes_are_checked_before_anything_is_decoded() -> None:
    one = gif_image(np.eye(8, dtype=np.uint8))
    large = struct.pack("<4H", 0, 0, 60_000, 60_000)
    far = one.replace(struct.pack("<4H", 0, 0, 8, 8), large)
    header = b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0)
    webp = samples()["webp"]
    for data in (
        gif(one, far),
        header + one + b";",
        pictures.huge_png(),
        webp[:24] + b"\xff\xff\xff\x5f\xea\0" + webp[30:],
    ):
        animation = Animation(data, PageStore(PLENTY), 0)
        with pytest.raises(ImageTooLargeError):
            animation.page(0, go_on)
        assert animation.decoded == 0


def test_what_is_no_animation_is_unsupported() -> None:
    for data in (b"text", pictures.jpeg_samples()[0].data):
        animation = Animation(data, PageStore(PLENTY), 0)
        assert animation.count == 1
        with pytest.raises(UnsupportedFormatError):
            animation.page(0, go_on)


@pytest.mark.parametrize(("where", "what"), [(zlib, "compress"), (GifImagePlugin.GifImageFile, "load_prepare")])
def test_without_the_memory_it_is_tried_again(where: object, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    animation = opened("gif")
    animation.page(1, go_on)

    def full(*_: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(where, what, full)
        with pytest.raises(ImageTooLargeError, match="memory"):
            animation.page(2, go_on)
    assert is_right(animation.page(2, go_on), expected("gif")[2])


@pytest.fixture
def _only_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses what damage has made large: that is right, but takes half a minute."""
    real = faults.check_size

    def check(width: int, height: int, most_bytes: int, bytes_per_pixel: float = 4) -> None:
        real(width, height, min(most_bytes, 4_000_000), bytes_per_pixel)

    monkeypatch.setattr(faults, "check_size", check)


@given(
    name=st.sampled_from(sorted(samples())),
    kept=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("_only_small_ones")
def test_broken_files_raise_nothing_but_decode_errors(name: str, kept: float, changes: list[tuple[float, int]]) -> None:
    data = bytearray(samples()[name])
    for position, value in changes:
        data[int(position * len(data))] = value
    animation = Animation(bytes(data[: max(40, int(len(data) * kept))]), PageStore(PLENTY), 0)
    for index in {0, animation.count // 2, animation.count - 1}:
        try:
            page = animation.page(index, go_on)
        except ImageTooLargeError:
            assert animation.decoded == 0
        except DecodeError as error:
            assert str(error).endswith(".")  # noqa: PT017 - some damage does no harm
        else:
            TiffDecoder().decode(page)
