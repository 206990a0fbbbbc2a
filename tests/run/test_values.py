"""What a function returned, as columns and as files."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from viewer.run.values import WrongOutputError, columns, put, save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (3, {"result": "3"}),
        (True, {"result": "True"}),
        ("sharp", {"result": "sharp"}),
        (None, {"result": ""}),
        (np.float32(0.5), {"result": "0.5"}),
        (np.array(7), {"result": "7"}),
        ((1, 2.5), {"result1": "1", "result2": "2.5"}),
        (np.array([1, 2]), {"result1": "1", "result2": "2"}),
        ({"mean": np.float64(1.25), "name": "a"}, {"mean": "1.25", "name": "a"}),
        ({}, {}),
        (
            {"at": (1, 2), "of": {"red": np.array([3.0]), 1: None}},
            {"at1": "1", "at2": "2", "of.red1": "3.0", "of.1": ""},
        ),
        (np.zeros(1, [("x", "i4"), ("at", "f4", (2,))])[0], {"x": "0", "at1": "0.0", "at2": "0.0"}),
        ({"of": np.zeros(2, [("x", "i4")])}, {"of1.x": "0", "of2.x": "0"}),
        ([(1, 2)], {"result11": "1", "result12": "2"}),
        (np.datetime64("2024-01-02T03:04:05.000000006"), {"result": "2024-01-02T03:04:05.000000006"}),
        (np.array(["2024-01-02"], "M8[D]"), {"result1": "2024-01-02"}),
        (datetime(2024, 1, 2, 3, tzinfo=UTC), {"result": "2024-01-02T03:00:00+00:00"}),
        (PurePosixPath("/a b"), {"result": "/a b"}),
        (Decimal("1.10"), {"result": "1.10"}),
        (1j, {"result": "1j"}),
        ("=1+1\r\n", {"result": "=1+1\r\n"}),
    ],
)
def test_columns(value: object, row: dict[str, str]) -> None:
    assert columns(value) == row


@given(st.floats())
def test_numbers_are_read_back_exactly(number: float) -> None:
    for value in (number, np.float64(number)):
        again = float(columns(value)["result"])
        assert again == number or (math.isnan(again) and math.isnan(number))


@pytest.mark.parametrize("value", [np.zeros((2, 2)), b"bytes", Image.new("L", (1, 1))])
def test_what_belongs_into_a_file_is_refused_for_good(value: object) -> None:
    with pytest.raises(WrongOutputError, match="Add --output FOLDER"):
        columns(value)


@pytest.mark.parametrize("value", [object(), {"a": [object()]}, {1}, [].append])
def test_what_is_no_row_is_refused_for_this_frame(value: object) -> None:
    with pytest.raises(TypeError, match="does not fit into a table"):
        columns(value)


@pytest.mark.parametrize("value", [{"a": [1], "a1": 2}, {1: 1, "1": 2}])
def test_no_column_takes_the_place_of_another(value: object) -> None:
    with pytest.raises(ValueError, match="Two columns of the result are called"):
        columns(value)


def saved(value: object, folder: Path, stem: str, suffix: str | None) -> str:
    name = save(value, folder, stem, suffix)
    put(folder, name, is_own=False)
    return name


def test_an_array_becomes_npy_without_objects(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert saved(array, tmp_path, "shot.0001", None) == "shot.0001.npy"
    assert np.array_equal(np.load(tmp_path / "shot.0001.npy", allow_pickle=False), array)
    with pytest.raises(ValueError, match="Python objects"):
        save(np.array([object()]), tmp_path, "shot.0002", None)


def test_an_image_becomes_a_png(tmp_path: Path) -> None:
    image = Image.effect_noise((8, 6), 40)
    assert saved(image, tmp_path, "a", None) == "a.png"
    with Image.open(tmp_path / "a.png") as again:
        assert again.tobytes() == image.tobytes()


def test_an_array_becomes_a_picture_where_a_format_says_so(tmp_path: Path) -> None:
    array = np.full((4, 5, 3), 70, np.uint8)
    assert saved(array, tmp_path, "a", "tiff") == "a.tiff"
    with Image.open(tmp_path / "a.tiff") as again:
        assert again.getpixel((0, 0)) == (70, 70, 70)


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    assert saved(b"as it is", tmp_path, "a", None) == "a.bin"
    assert saved(b"as it is", tmp_path, "a", "jpg") == "a.jpg"
    assert (tmp_path / "a.jpg").read_bytes() == b"as it is"


@pytest.mark.parametrize(
    ("value", "suffix", "sentence"),
    [
        (np.zeros((2, 2, 7)), "png", "is no picture"),
        (Image.new("F", (2, 2)), None, "mode F cannot be written as png"),
        (Image.new("L", (2, 2)), "xyz", "knows no format of the name xyz"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    value: object, suffix: str | None, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=sentence):
        save(value, tmp_path, "a", suffix)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [None, 3, {"mean": 1}])
def test_what_makes_no_file_is_refused_for_good(value: object, tmp_path: Path) -> None:
    with pytest.raises(WrongOutputError, match=r"Add --output FILE\.csv"):
        save(value, tmp_path, "a", None)


def test_what_an_earlier_run_left_unfinished_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".a.bin.part").write_bytes(b"half")
    saved(b"whole", tmp_path, "a", None)
    saved(b"whole", tmp_path, "a", None)  # as a power cut leaves it, without its row
    with pytest.raises(ValueError, match="no result of an earlier run"):
        saved(b"another", tmp_path, "a", None)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.bin", b"whole")]
