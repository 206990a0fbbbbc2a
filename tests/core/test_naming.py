"""Grouping: what people see in a folder is what the program sees."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import folders

from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import group_names, is_picture_name, longest, sorted_naturally
from viewer.core.sequence.sequence import FrameSequence


def groups(*names: str) -> dict[str, list[int]]:
    """Returns the numbers of each sequence by its label."""
    return {sequence.label: list(sequence.numbers) for sequence in group_names("/shots", names)}


def members(*names: str) -> list[list[str]]:
    """Returns the names of each sequence."""
    return [list(sequence.names()) for sequence in group_names("/shots", names)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["shot.0001.png", "shot.0002.png"], {"shot.[0001-0002].png": [1, 2]}),
        (["shot1.png", "shot2.png", "shot10.png"], {"shot[1-2,10].png": [1, 2, 10]}),
        (["a.998.png", "a.999.png", "a.1000.png"], {"a.[998-1000].png": [998, 999, 1000]}),
        (["a.098.png", "a.099.png", "a.100.png", "a.1000.png"], {"a.[098-100,1000].png": [98, 99, 100, 1000]}),
        (["1.png", "2.png", "3.png"], {"[1-3].png": [1, 2, 3]}),
        (["-1.png", "0.png", "1.png"], {"[-1-1].png": [-1, 0, 1]}),
        (["x (1).png", "x (2).png"], {"x ([1-2]).png": [1, 2]}),
        (["my shot 1.png", "my shot 2.png"], {"my shot [1-2].png": [1, 2]}),
        (["A_1_L.png", "A_2_L.png"], {"A_[1-2]_L.png": [1, 2]}),
        (["Bär 1é.png", "Bär 2é.png"], {"Bär [1-2]é.png": [1, 2]}),
        (["b.1.JPG", "b.2.JPG"], {"b.[1-2].JPG": [1, 2]}),
        (["b.1.jp2", "b.2.jp2"], {"b.[1-2].jp2": [1, 2]}),
        (["\udcff1.png", "\udcff2.png"], {"\ufffd[1-2].png": [1, 2]}),
    ],
    ids=lambda value: ascii(value[0]) if isinstance(value, list) else "",
)
def test_one_number_differs(names: list[str], expected: dict[str, list[int]]) -> None:
    assert groups(*names) == expected


@pytest.mark.parametrize("before", ["a.", "a_", "a ", ""])
def test_a_hyphen_is_a_sign_where_a_number_can_begin(before: str) -> None:
    [sequence] = group_names("", [f"{before}{number}.png" for number in ("-003", "-002", "-001", "0000", "0001")])
    assert list(sequence.numbers) == [-3, -2, -1, 0, 1]
    assert list(sequence.names())[0::3] == [f"{before}-003.png", f"{before}0000.png"]


@pytest.mark.parametrize("before", ["shot", "2024", "x)", "é"])
def test_a_hyphen_behind_other_characters_separates(before: str) -> None:
    [sequence] = group_names("", [f"{before}-001.png", f"{before}-002.png"])
    assert list(sequence.numbers) == [1, 2]


def test_negative_numbers_in_the_middle() -> None:
    assert groups("a.-2.left.png", "a.-1.left.png", "a.0.left.png") == {"a.[-2-0].left.png": [-2, -1, 0]}


def test_there_is_no_minus_zero() -> None:
    assert groups("a.-00.png", "a.00.png", "a.01.png") == {"a.[00-01].png": [0, 1], "a.-00.png": [1]}


def test_the_frame_number_is_the_one_that_varies() -> None:
    names = [f"cam1_t2_{number:04d}_L2.png" for number in range(1, 5)]
    assert groups(*names) == {"cam1_t2_[0001-0004]_L2.png": [1, 2, 3, 4]}


def test_numbers_with_fewer_values_tell_sequences_apart() -> None:
    names = [f"cam{camera}_{number:04d}.png" for camera in (1, 2, 10) for number in range(1, 5)]
    assert list(groups(*names)) == [f"cam{camera}_[0001-0004].png" for camera in (1, 2, 10)]


def test_of_equally_many_values_the_last_number_counts() -> None:
    assert list(groups("a1_1.png", "a1_2.png", "a2_1.png", "a2_2.png")) == ["a1_[1-2].png", "a2_[1-2].png"]


def test_a_number_that_never_repeats_wins() -> None:
    names = [f"img_{number:06d}_t0.{number * 40 % 70:03d}.tif" for number in range(1, 9)]
    [sequence] = group_names("", names)
    assert sequence.label == "img_[000001-000008]_t0.*.tif"
    assert list(sequence.numbers) == list(range(1, 9))
    assert list(sequence.names()) == names


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (
            [f"cam1_{n:04d}.png" for n in range(1, 101)] + [f"cam2_{n:04d}.png" for n in range(101, 201)],
            ["cam1_[0001-0100].png", "cam2_[0101-0200].png"],
        ),
        (
            [f"shot{10 * (n // 50 + 1):03d}_v{n // 50}.{n:04d}.png" for n in range(150)],
            ["shot010_v0.[0000-0049].png", "shot020_v1.[0050-0099].png", "shot030_v2.[0100-0149].png"],
        ),
        ([f"img_{n:04d}_iso{100 * (n % 2 + 1)}.png" for n in range(20)], ["img_[0000-0019]_iso*.png"]),
        ([f"img_{n:04d}_t{n // 4}.{n % 4 * 250:03d}.png" for n in range(20)], ["img_[0000-0019]_t*.*.png"]),
    ],
    ids=["cameras", "shots", "going along", "times"],
)
def test_shots_whose_numbers_never_overlap_are_not_joined(names: list[str], labels: list[str]) -> None:
    assert list(groups(*names)) == labels


def test_of_two_numbers_that_never_repeat_the_denser_wins() -> None:
    [sequence] = group_names("", [f"img_{number}_t{number * 40}.png" for number in range(1, 5)])
    assert list(sequence.numbers) == [1, 2, 3, 4]


def test_of_two_equally_dense_numbers_the_last_wins() -> None:
    [sequence] = group_names("", ["100%s_a1_7.png", "100%s_a2_8.png"])
    assert list(sequence.numbers) == [7, 8]
    assert list(sequence.names()) == ["100%s_a1_7.png", "100%s_a2_8.png"]


def test_equal_numbers_are_told_apart_by_padding() -> None:
    names = ["1", "01", "001", "2", "02", "002", "10", "010"]
    assert sorted(members(*(f"a{name}.png" for name in names))) == [
        ["a001.png", "a002.png", "a010.png"],
        ["a01.png", "a02.png", "a10.png"],
        ["a1.png", "a2.png"],
    ]


def test_mixed_padding_without_equal_numbers_is_one_sequence() -> None:
    assert members("a1.png", "a02.png", "a3.png") == [["a1.png", "a02.png", "a3.png"]]


def test_long_runs_of_digits_are_text() -> None:
    run = "1234567890123456789"
    assert groups(f"{run}_1.png", f"{run}_2.png") == {f"{run}_[1-2].png": [1, 2]}
    assert groups("1" * 19 + ".png", "2" * 19 + ".png") == {"2 single pictures": [1, 2]}
    assert groups("1" * 18 + ".png", "2" * 18 + ".png") == {
        f"[{'1' * 18},{'2' * 18}].png": [int("1" * 18), int("2" * 18)]
    }


def test_only_ascii_digits_are_digits() -> None:
    assert groups("a٣.png", "a٤.png", "a².png") == {"3 single pictures": [1, 2, 3]}


def test_loose_pictures_are_one_sequence_behind_the_others() -> None:
    found = group_names("/shots", ["z1.png", "tree.png", "z2.png", "Bird 10.jpg", "bird 2.png"])
    assert [sequence.label for sequence in found] == ["z[1-2].png", "3 single pictures"]
    assert found[1].is_loose
    assert list(found[1].names()) == ["bird 2.png", "Bird 10.jpg", "tree.png"]


def test_one_loose_picture_beside_a_sequence() -> None:
    assert groups("a1.png", "a2.png", "b7.png") == {"a[1-2].png": [1, 2], "b7.png": [1]}


def test_a_single_picture_keeps_its_number() -> None:
    [sequence] = group_names("/shots", ["notes.txt", "shot.0042.png"])
    assert (sequence.first, sequence.is_loose) == (42, False)
    assert sequence == FrameSequence.single("/shots/shot.0042.png")


def test_sequences_come_in_natural_order() -> None:
    names = [f"{shot}.{number}.png" for shot in ("Shot10", "shot9", "alpha") for number in (1, 2)]
    assert list(groups(*names)) == ["alpha.[1-2].png", "shot9.[1-2].png", "Shot10.[1-2].png"]


def test_suffixes_tell_sequences_apart() -> None:
    assert list(groups("a1.png", "a2.png", "a1.jpg", "a2.jpg")) == ["a[1-2].jpg", "a[1-2].png"]


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.b.Tiff", "1.jp2", " .gif", "a..jpeg"])
def test_pictures(name: str) -> None:
    assert is_picture_name(name)


@pytest.mark.parametrize("name", ["", "a", "png", ".png", "._shot.0001.png", "a.txt", "a.png.tmp", "a.", "a.png "])
def test_no_pictures(name: str) -> None:
    assert not is_picture_name(name)
    assert group_names("", [name]) == []


def test_the_longest_is_the_one_with_the_most_frames() -> None:
    found = group_names("", ["a1.png", "a2.png", "b1.png", "b2.png", "b3.png", "x.png", "y.png", "z.png"])
    assert longest(found).label == "b[1-3].png"
    with pytest.raises(ValueError, match="empty"):
        longest([])


def test_natural_order_counts_case_and_zeros_last() -> None:
    texts = ["a10", "B1", "a2", "b1", "a02", "A2", "a", "a.1", "a1"]
    assert sorted_naturally(texts, str) == ["a", "a.1", "a1", "A2", "a02", "a2", "a10", "B1", "b1"]


def test_many_items_are_sorted_like_few() -> None:
    texts = [f"a{number}" for number in range(30_000)]
    assert sorted_naturally(random.Random(1).sample(texts, len(texts)), str) == texts  # noqa: S311 - no secret


@given(folders())
def test_every_picture_is_in_exactly_one_sequence(names: list[str]) -> None:
    found = Counter(name for sequence in group_names("/shots", names) for name in sequence.names())
    assert found == Counter(name for name in names if is_picture_name(name))


@given(folders())
def test_numbers_ascend_and_lead_back_to_their_names(names: list[str]) -> None:
    for sequence in group_names("/shots", names):
        assert list(sequence.numbers) == sorted(set(sequence.numbers))
        for index in map(FrameIndex, range(len(sequence))):
            assert sequence.index_of(sequence.number(index)) == index
            assert sequence.index_of_name(sequence.name(index)) == index


@given(folders(), st.randoms(use_true_random=False))
def test_the_order_of_the_listing_does_not_matter(names: list[str], chance: random.Random) -> None:
    shuffled = chance.sample(names, len(names))
    assert group_names("/shots", shuffled) == group_names("/shots", names)


@given(folders())
def test_a_name_that_is_listed_twice_counts_once(names: list[str]) -> None:
    assert group_names("/shots", [*names, *names]) == group_names("/shots", names)


@given(folders())
def test_at_most_one_sequence_is_loose_and_it_is_the_last(names: list[str]) -> None:
    found = group_names("/shots", names)
    assert not any(sequence.is_loose for sequence in found[:-1])
    assert all(len(sequence) > 1 for sequence in found[:-1])
