"""Frames for scripts are shown in one range, so that pictures of one sequence compare."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from doubles import MemoryStorage
from PIL import Image

from viewer.core.errors import DamagedImageError, NotFoundError, ShareAwayError
from viewer.core.frame import BGRX, Frame, Size
from viewer.core.prefetch.one_range import OneRange
from viewer.core.prefetch.prefetcher import Prefetcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

FOLDER = "/shots"
JPEG = pictures.encoded(Image.fromarray(pictures.colours()), "JPEG")


def pnm(samples: Any, white: int = 65535) -> bytes:  # noqa: ANN401 - what numpy makes an array of
    """Returns a file of one row: grey, or colours if each sample is three numbers."""
    row = np.array(samples)
    head = f"P{5 if row.ndim == 1 else 6}\n{len(row)} 1\n{white}\n"
    return head.encode() + row.astype(">u2" if white > 255 else ">u1").tobytes()


FLAT = [pnm([value, value, 100, 300]) for value in (100, 200, 300, 400, 500)]
"""Frames of 16 bits, of which the first has the range 100 to 300."""
SHOWN = [[0, 0, 0, 255], [128, 128, 0, 255], [255, 255, 0, 255], [255, 255, 0, 255], [255, 255, 0, 255]]


def paths(count: int = len(FLAT)) -> list[str]:
    return [f"{FOLDER}/a.{number:04d}.pgm" for number in range(1, count + 1)]


def storage(files: list[bytes | BaseException]) -> MemoryStorage:
    return MemoryStorage(dict(zip(paths(len(files)), files, strict=True)))


def prefetcher(files: MemoryStorage, **settings: Any) -> Prefetcher[Frame]:  # noqa: ANN401 - those of a prefetcher
    return Prefetcher(FOLDER, kind="frame", storage=files, **settings)


def greys(frame: Frame) -> list[int]:
    assert frame.channels == BGRX
    array: npt.NDArray[np.uint8] = frame.array()
    assert (array[..., :3] == array[..., :1]).all()
    return array[0, :, 0].tolist()  # type: ignore[no-any-return]  # numpy does not say of what


@pytest.mark.usefixtures("main_without_name")
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [3, 4, 1, 0], [4]])
def test_all_frames_are_shown_in_the_range_of_the_first(order: list[int], backend: str) -> None:
    files = storage([*FLAT])
    with prefetcher(files, ahead=0, decoders=1, backend=backend) as frames:
        assert [greys(frames[position]) for position in order] == [SHOWN[position] for position in order]
    first, others = files.reads.count(paths()[0]), Counter(files.reads[:])
    assert first == (1 if order[0] == 0 or 0 not in order else 2)  # for the range, and as a frame
    assert all(others[paths()[position]] == 1 for position in order if position)


def test_the_first_is_read_once_however_many_ask() -> None:
    files = storage([*FLAT])
    with prefetcher(files, ahead=0, decoders=4) as frames, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda position: greys(frames[position]), [4, 3, 2, 1])) == SHOWN[:0:-1]
    assert files.reads.count(paths()[0]) == 1


@pytest.mark.parametrize(
    "file",
    [
        pnm([0, 7, 255], 255),
        pnm([0, 7, 15], 15),
        pnm([[0, 0, 0], [257, 257, 257]]),
        JPEG,
    ],
)
def test_no_other_file_is_read_where_the_range_follows_from_the_kind(file: bytes) -> None:
    files = storage([b"damaged", file, file])
    with prefetcher(files, ahead=0) as frames:
        assert frames[1].size == frames[2].size
    assert files.reads == paths(3)[1:]


def test_frames_of_another_kind_have_their_own_range() -> None:
    colours = pnm([[0, 0, 0], [65535, 65535, 65535], [25700, 25700, 25700]])
    floats = b"Pf\n3 1\n-1.0\n" + np.array([0, 0.2158605, 1], "<f4").tobytes()
    with prefetcher(storage([*FLAT[:2], pnm([0, 51, 255], 255), colours, floats])) as frames:
        assert [greys(each) for each in frames] == [*SHOWN[:2], [0, 51, 255], [0, 255, 100], [0, 128, 255]]


def test_measured_frames_of_another_kind_than_the_first_have_their_own_range() -> None:
    tiffs = [pictures.tiff(np.array([[0, high // 2, high]], np.int32)) for high in (10, 1000)]
    with prefetcher(storage([FLAT[0], *tiffs])) as frames:
        assert [greys(frames[position]) for position in (2, 1)] == [[0, 128, 255]] * 2


@pytest.mark.parametrize("bad", [b"P5\n9 9\n65535\n", b"", b"text", NotFoundError("It is gone.")])
def test_a_first_frame_that_cannot_be_had_is_passed_over(bad: bytes | BaseException) -> None:
    with prefetcher(storage([bad, *FLAT])) as frames:
        assert [greys(frames[position]) for position in (4, 1, 2)] == [SHOWN[3], SHOWN[0], SHOWN[1]]
    alone = prefetcher(storage([bad, FLAT[1]]))
    with alone as frames:
        assert greys(frames[1]) == [128, 128, 0, 255]  # in its own: 100 to 300


def pfm(*samples: float) -> bytes:
    return f"Pf\n{len(samples)} 1\n1.0\n".encode() + np.array(samples, ">f4").tobytes()


@pytest.mark.usefixtures("main_without_name")
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2], [1, 3]])
def test_frames_without_samples_that_count_are_passed_over_and_read_once_for_that(
    order: list[int], backend: str
) -> None:
    gap = pnm([65535] * 4)  # the largest number of 16 bits marks gaps
    files = storage([gap, gap, *FLAT[:2]])
    with prefetcher(files, ahead=0, decoders=1, backend=backend) as frames:
        shown = {2: SHOWN[0], 3: SHOWN[1]}
        found = [(position, greys(frames[position])) for position in order]
    assert [each for each in found if each[0] > 1] == [(each, shown[each]) for each in order if each > 1]
    assert files.reads.count(paths()[0]) <= 1 + (0 in order)


def test_each_channel_of_a_stack_has_the_range_of_its_own_first_page() -> None:
    def page(channel: int, samples: list[int]) -> bytes:
        return pictures.page_of(np.array([samples], np.uint16), f"channel {channel} of 2, slice 1 of 3")

    files = storage([page(1, [0, 10]), page(2, [0, 1000]), page(1, [5, 10]), page(2, [500, 1000])])
    expected = [[0, 255], [0, 255], [128, 255], [128, 255]]
    for order in ([0, 1, 2, 3], [3, 2], [2, 3], [3]):
        with prefetcher(files, ahead=0, decoders=1) as frames:
            assert [greys(frames[each]) for each in order] == [expected[each] for each in order]


def test_without_its_share_the_first_frame_is_not_passed_over() -> None:
    files = storage([*FLAT])
    files.files[paths()[0]] = ShareAwayError("The share is away.")
    with prefetcher(files, ahead=0, retry_after=0) as frames:
        with pytest.raises(ShareAwayError):
            frames[3]
        files.files[paths()[0]] = FLAT[0]
        assert greys(frames[3]) == SHOWN[3]


def test_a_damaged_frame_fails_as_before() -> None:
    with prefetcher(storage([*FLAT[:2], b"P5\n9 9\n65535\n"])) as frames, pytest.raises(DamagedImageError):
        frames[2]


@pytest.mark.usefixtures("main_without_name")
def test_a_given_range_is_for_all_frames(backend: str) -> None:
    files = storage([FLAT[4], pnm([0, 100, 200, 255], 255), pnm([[100, 200, 300]])])
    with prefetcher(files, range=(100, 200), ahead=0, decoders=1, backend=backend) as frames:
        assert greys(frames[1]) == [0, 0, 255, 255]
        assert greys(frames[0]) == [255, 255, 0, 255]
        assert frames[2].array()[0, 0].tolist() == [255, 255, 0, 255]
    assert Counter(files.reads) == Counter(paths(3))


def test_a_given_range_is_for_previews_too() -> None:
    picture = pictures.encoded(Image.fromarray(pictures.colours(Size(3000, 2000))), "JPEG")
    with prefetcher(storage([picture]), range=(254, 255)) as frames:
        small, large = (frame.array() for frame in frames.improving(0))
    assert small.shape < large.shape
    assert np.median(small[..., :3]) == np.median(large[..., :3]) == 0


def test_a_range_that_was_found_stays_when_the_folder_is_listed_again() -> None:
    files = storage([*FLAT])
    with prefetcher(files, ahead=0, behind=0) as frames:
        assert greys(frames[1]) == SHOWN[1]
        files.files[f"{FOLDER}/a.0000.pgm"] = pnm([0, 60000])
        frames.refresh()
        assert (len(frames), greys(frames[3])) == (6, SHOWN[2])


def test_where_frames_are_taken_the_range_goes_too(tmp_path: Path) -> None:
    for number, data in enumerate(FLAT):
        (tmp_path / f"a.{number}.pgm").write_bytes(data)
    with Prefetcher(tmp_path, kind="frame") as frames, Prefetcher(tmp_path, kind="frame", range=(0, 510)) as given:
        assert greys(pickle.loads(pickle.dumps(frames.plain()))[3]) == SHOWN[3]  # noqa: S301 - our own
        assert greys(given.plain()[1]) == [100, 100, 50, 150]
        with copy.copy(given) as twin:
            assert greys(twin[1]) == [100, 100, 50, 150]
        pytest.importorskip("dask")
        later = frames[2:].to_dask().compute(scheduler="synchronous")
        assert later[:, 0, :, 0].tolist() == SHOWN[2:]


def test_what_is_known_goes_to_another_process() -> None:
    def call(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - the result of the function
        return function(*arguments)

    def read(position: int) -> bytes:
        raise AssertionError(f"The file at {position} is read again.")

    known = OneRange()
    known.frame(FLAT[0], 0, call, read)
    assert greys(pickle.loads(pickle.dumps(known)).frame(FLAT[1], 1, call, read)) == SHOWN[1]  # noqa: S301 - our own


@pytest.mark.parametrize("given", [(1,), (5, 5), (9, 1), (0, float("nan")), (0, float("inf")), "ab", 7, (1, 2, 3)])
def test_what_is_no_range(given: Any) -> None:  # noqa: ANN401 - whatever a script gives
    with pytest.raises(ValueError, match="two numbers"):
        Prefetcher([], kind="frame", range=given)


@pytest.mark.parametrize("given", [(-1e308, 1e308), (1e300, 1e301)])
def test_a_range_beyond_what_can_be_chosen_is_refused_with_its_limits(given: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"from -1e\+200 to 1e\+200, that of black and a larger one"):
        Prefetcher([], kind="frame", range=given)


@pytest.mark.parametrize("settings", [{}, {"kind": "array"}, {"kind": "frame", "decode": bytes}, {"load": len}])
def test_a_range_is_for_frames(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match='needs kind="frame"'):
        Prefetcher([], range=(0, 1), **settings)
