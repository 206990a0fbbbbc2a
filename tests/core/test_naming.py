"""Grouping: what people see in a folder is what the program sees."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import folders

from viewer.core.frame import FrameIndex
from viewer.core.sequence.naming import group_names, is_picture_name, longest
from viewer.core.sequence.natural import sorted_naturally
from viewer.core.sequence.sequence import FrameSequence

RUN = "1234567890123456789"


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
        (["a.-2.left.png", "a.-1.left.png", "a.0.left.png"], {"a.[-2-0].left.png": [-2, -1, 0]}),
        # there is no minus nought
        (["a.-00.png", "a.00.png", "a.01.png"], {"a.[00-01].png": [0, 1], "a.-00.png": [1]}),
        # the frame number is the one that varies
        ([f"cam1_t2_{n:04d}_L2.png" for n in range(1, 5)], {"cam1_t2_[0001-0004]_L2.png": [1, 2, 3, 4]}),
        # numbers with fewer values tell sequences apart
        (
            [f"cam{camera}_{n}.png" for camera in (1, 2, 10) for n in (1, 2, 3, 4)],
            {f"cam{camera}_[1-4].png": [1, 2, 3, 4] for camera in (1, 2, 10)},
        ),
        # of equally many values the last number counts
        (["a1_1.png", "a1_2.png", "a2_1.png", "a2_2.png"], {"a1_[1-2].png": [1, 2], "a2_[1-2].png": [1, 2]}),
        # of two numbers that never repeat the denser wins, of two equally dense ones the last
        ([f"img_{n}_t{n * 40}.png" for n in range(1, 5)], {"img_[1-4]_t*.png": [1, 2, 3, 4]}),
        (["100%s_a1_7.png", "100%s_a2_8.png"], {"100%s_a*_[7-8].png": [7, 8]}),
        # only ASCII digits are digits, and long runs of them are text
        (["a٣.png", "a٤.png", "a².png"], {"3 single pictures": [1, 2, 3]}),
        ([f"{RUN}_1.png", f"{RUN}_2.png"], {f"{RUN}_[1-2].png": [1, 2]}),
        (["9" * 19 + ".png", "2" * 20 + ".png"], {"2 single pictures": [1, 2]}),
        (["1" * 19 + ".png", "2" * 19 + ".png"], {f"[{'1' * 19},{'2' * 19}].png": [int("1" * 19), int("2" * 19)]}),
        (["1" * 18 + ".png", "2" * 18 + ".png"], {f"[{'1' * 18},{'2' * 18}].png": [int("1" * 18), int("2" * 18)]}),
        # one loose picture beside a sequence
        (["a1.png", "a2.png", "b7.png"], {"a[1-2].png": [1, 2], "b7.png": [1]}),
        # suffixes tell sequences apart
        (["a1.png", "a2.png", "a1.jpg", "a2.jpg"], {"a[1-2].jpg": [1, 2], "a[1-2].png": [1, 2]}),
    ],
    ids=lambda value: ascii(value[0]) if isinstance(value, list) else "",
)
def test_what_belongs_together(names: list[str], expected: dict[str, list[int]]) -> None:
    assert groups(*names) == expected
    assert list(groups(*names)) == list(expected)


@pytest.mark.parametrize("before", ["a.", "a_", "a ", ""])
def test_a_hyphen_is_a_sign_where_a_number_can_begin(before: str) -> None:
    [sequence] = group_names("", [f"{before}{number}.png" for number in ("-003", "-002", "-001", "0000", "0001")])
    assert list(sequence.numbers) == [-3, -2, -1, 0, 1]
    assert list(sequence.names())[0::3] == [f"{before}-003.png", f"{before}0000.png"]


@pytest.mark.parametrize("before", ["shot", "2024", "x)", "é"])
def test_a_hyphen_behind_other_characters_separates(before: str) -> None:
    [sequence] = group_names("", [f"{before}-001.png", f"{before}-002.png"])
    assert list(sequence.numbers) == [1, 2]


def test_a_number_that_never_repeats_wins() -> None:
    names = [f"img_{number:06d}_t0.{number * 40 % 70:03d}.tif" for number in range(1, 9)]
    [sequence] = group_names("", names)
    assert sequence.label == "img_[000001-000008]_t*.tif"
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
        ([f"img_{n:04d}_t{n // 4}.{n % 4 * 250:03d}.png" for n in range(20)], ["img_[0000-0019]_t*.png"]),
    ],
    ids=["cameras", "shots", "going along", "times"],
)
def test_shots_whose_numbers_never_overlap_are_not_joined(names: list[str], labels: list[str]) -> None:
    assert list(groups(*names)) == labels


def test_equal_numbers_are_told_apart_by_padding() -> None:
    names = ["1", "01", "001", "2", "02", "002", "10", "010"]
    assert sorted(members(*(f"a{name}.png" for name in names))) == [
        ["a001.png", "a002.png", "a010.png"],
        ["a01.png", "a02.png", "a10.png"],
        ["a1.png", "a2.png"],
    ]
    assert members("a1.png", "a02.png", "a3.png") == [["a1.png", "a02.png", "a3.png"]]


def test_loose_pictures_are_one_sequence_behind_the_others() -> None:
    found = group_names("/shots", ["z1.png", "tree.png", "z2.png", "Bird 10.jpg", "bird 2.png"])
    assert [sequence.label for sequence in found] == ["z[1-2].png", "3 single pictures"]
    assert found[1].is_loose
    assert list(found[1].names()) == ["bird 2.png", "Bird 10.jpg", "tree.png"]


def test_a_single_picture_keeps_its_number() -> None:
    [sequence] = group_names("/shots", ["notes.txt", "shot.0042.png"])
    assert (sequence.first, sequence.is_loose) == (42, False)
    assert sequence == FrameSequence.single("/shots/shot.0042.png")


def test_sequences_come_in_natural_order() -> None:
    names = [f"{shot}.{number}.png" for shot in ("Shot10", "shot9", "alpha") for number in (1, 2)]
    assert list(groups(*names)) == ["alpha.[1-2].png", "shot9.[1-2].png", "Shot10.[1-2].png"]


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


def test_natural_order_takes_digits_of_any_script_by_their_value_and_accents_beside_their_letters() -> None:
    texts = ["a\u0661\u0660", "b", "A\u0308b", "Zoo", "a2", "Äa", "a\u0663", "Ac", "éa", "ee", "ea", "Ab"]
    expected = ["a2", "a\u0663", "a\u0661\u0660", "Äa", "Ab", "A\u0308b", "Ac", "b", "ea", "éa", "ee", "Zoo"]
    assert sorted_naturally(texts, str) == expected


def test_many_items_are_sorted_like_few() -> None:
    texts = [f"a{number}" for number in range(30_000)]
    assert sorted_naturally(random.Random(1).sample(texts, len(texts)), str) == texts  # noqa: S311 - no secret


@given(folders(), st.randoms(use_true_random=False))
def test_whatever_names_there_are(names: list[str], chance: random.Random) -> None:
    found = group_names("/shots", names)
    # Every picture is in exactly one sequence.
    grouped = Counter(name for sequence in found for name in sequence.names())
    assert grouped == Counter(name for name in names if is_picture_name(name))
    # Numbers ascend and lead back to their names.
    for sequence in found:
        assert list(sequence.numbers) == sorted(set(sequence.numbers))
        for index in map(FrameIndex, range(len(sequence))):
            assert sequence.index_of(sequence.number(index)) == index
            assert sequence.index_of_name(sequence.name(index)) == index
    # At most one sequence is loose, and it is the last.
    assert not any(sequence.is_loose for sequence in found[:-1])
    assert all(len(sequence) > 1 for sequence in found[:-1])
    # Neither the order of the listing matters, nor a name that is listed twice.
    assert group_names("/shots", chance.sample(names, len(names))) == found
    assert group_names("/shots", [*names, *names]) == found


@pytest.mark.parametrize(
    "names",
    [
        ("a_+5.png", "a_-5.png", "a_0.png"),
        ("a0e1.27.png", "a185.71.png", "a805.png"),
        ("0.+5.1.png", "0.6.png"),
        ("01.png", "0.png", "+10.png", "-0.png"),
        ("01_10_10.PNG", "0.PNG", "0.png", "+0110.png"),
        ("-1e11.png", "1.PNG", "11.PNG", "1-e1.png"),
        ("0-+.png", "+0-+.png"),
        (",-1.png", ",-1.PNG", ",.png"),
    ],
)
def test_signs_and_exponents_lose_no_name_in_any_order(names: tuple[str, ...]) -> None:
    for each in permutations(names):
        assert sorted(name for sequence in group_names("", each) for name in sequence.names()) == sorted(names)
