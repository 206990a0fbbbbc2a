"""Patterns people type, and the sentences they read when one is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import folders

from viewer.core.errors import PatternError, SequenceError
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.pattern import Pattern, is_pattern

FOUND = group_names(
    "/shots",
    [
        *(f"shot.{number:04d}.png" for number in range(1, 21)),
        *(f"shot.{number}.png" for number in range(10_000, 10_003)),
        *(f"plain.{number}.png" for number in range(8, 13)),
        *(f"neg.{number}.png" for number in ("-003", "-002", "-001", "0000", "0001")),
        "tree 5.png",
    ],
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("shot.####.png", [*range(1, 21), 10_000, 10_001, 10_002]),
        ("shot.%04d.png", [*range(1, 21), 10_000, 10_001, 10_002]),
        ("shot.#####.png", [10_000, 10_001, 10_002]),
        ("shot.%d.png", [10_000, 10_001, 10_002]),
        ("plain.#.png", [8, 9, 10, 11, 12]),
        ("plain.%d.png", [8, 9, 10, 11, 12]),
        ("plain.##.png", [10, 11, 12]),
        ("plain.%02d.png", [10, 11, 12]),
        ("plain.1%d.png", [0, 1, 2]),
        ("shot.[1-3].png", [1, 2, 3]),
        ("shot.[0001-0003].png", [1, 2, 3]),
        ("shot.[1-3, 7,19-40].png", [1, 2, 3, 7, 19, 20]),
        ("shot.[1-20x10].png", [1, 11]),
        ("shot.[5].png", [5]),
        ("plain.[1-10].png", [8, 9, 10]),
        ("neg.####.png", [-3, -2, -1, 0, 1]),
        ("neg.[-2-0].png", [-2, -1, 0]),
        ("neg.[-10--2].png", [-3, -2]),
        ("shot.1-20x10#.png", [1, 11]),
        ("shot.1-3####.png", [1, 2, 3]),
        ("shot.1-3@@@@.png", [1, 2, 3]),
        ("shot.1-2,5#.png", [1, 2, 5]),
        ("plain.9-10@.png", [9, 10]),
        ("neg.-3-0#.png", [-3, -2, -1, 0]),
        ("tree #.png", [5]),
        ("shot.@@@@.png", [*range(1, 21), 10_000, 10_001, 10_002]),
        ("plain.@@.png", [10, 11, 12]),
        ("plain.@.png", [8, 9, 10, 11, 12]),
    ],
)
def test_a_pattern_selects(text: str, numbers: list[int]) -> None:
    assert is_pattern(text)
    sequence = Pattern.parse(text).select(FOUND)
    assert list(sequence.numbers) == numbers
    assert sequence.folder == "/shots"
    assert not sequence.is_loose


def test_the_folder_is_kept() -> None:
    assert Pattern.parse("/shots/v#2/shot.####.png").select(["shot.0001.png"]).folder == "/shots/v#2"
    assert Pattern.parse("shot.####.png").folder == ""


def test_a_pattern_behind_a_hyphen_or_a_digit_and_names_that_differ_by_zeros() -> None:
    assert list(Pattern.parse("shot-010-###.png").select(["shot-010-001.png"]).numbers) == [1]
    assert list(Pattern.parse("shot####.png").select(["shot-001.png", "shot0002.png"]).numbers) == [2]
    assert list(Pattern.parse("cam1####.png").select(["cam10007.png"]).numbers) == [7]
    assert list(Pattern.parse("a[1-9].png").select(["a1.png", "a01.png", "a02.png"]).names()) == ["a01.png", "a02.png"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("100%%_%04d.png", "100%_0001.png"),
        ("%04d_100%%.png", "0001_100%.png"),
        ("%%%d%%.png", "%1%.png"),
        ("100%%_####.png", "100%%_0001.png"),
    ],
)
def test_two_percent_signs_are_one_where_the_number_is_written_as_c_does(text: str, name: str) -> None:
    assert list(Pattern.parse(text).select([name, "100_0001.png"]).names()) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "shot.0001.png",
        "/a/b#/shot.png",
        "img[draft].png",
        "a[].png",
        "a[1080p].png",
        "100%.png",
        "a%20day.png",
        "a@2x.png",
        "me @ home.png",
        "a%%04d.png",
    ],
)
def test_names_that_are_no_patterns(text: str) -> None:
    assert not is_pattern(text)
    with pytest.raises(PatternError, match=r"has no place for the frame number\. Write, for example, "):
        Pattern.parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a.##.b.##.png", r"has several places for the frame number: ## and ##\. Keep only one of them\."),
        ("a.[1-].png", r'The numbers "1-" cannot be read\.'),
        ("a.[1,,2].png", r'The numbers "" cannot be read\.'),
        ("a.[1-2-3].png", r'The numbers "1-2-3" cannot be read\.'),
        ("a.[1x2].png", r'The numbers "1x2" cannot be read\.'),
        ("a.[9-1].png", r'The numbers "9-1" run backwards\. Write the lower number first\.'),
        ("a.9-1#.png", r'The numbers "9-1" run backwards\.'),
        ("a.[1-9x0].png", r'The numbers "1-9x0" have a step of 0\.'),
        ("a.%099d.png", r"asks for 99 digits\. Use 18 at most\."),
        (f"a.{'#' * 19}.png", r"asks for 19 digits\. Use 18 at most\."),
    ],
)
def test_a_malformed_pattern_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    assert is_pattern(text)
    with pytest.raises(PatternError, match=sentence):
        Pattern.parse(text)


@pytest.mark.parametrize(
    "text", ["other.####.png", "shot.[50-60].png", "shot.####.jpg", "Shot.####.png", "shot.%03d.png "]
)
def test_nothing_matches(text: str) -> None:
    with pytest.raises(SequenceError, match=r"^No picture in /shots has a name like .* Check the name and the numbers"):
        Pattern.parse(text).select(FOUND)
    with pytest.raises(SequenceError, match=r"^No picture here has"):
        Pattern.parse(text).select([])


@given(st.text(alphabet="a.[]0123456789-,x#@%d /", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        pattern = Pattern.parse(text)
    except PatternError:
        return
    assert is_pattern(text)
    assert all(len(numbers) > 0 for numbers in pattern.wanted)


@given(folders())
def test_a_label_is_a_pattern_for_its_sequence(names: list[str]) -> None:
    for sequence in group_names("", names):
        label = sequence.label
        regular = len(sequence) > 1 and not sequence.is_loose and not sequence.exceptions
        if regular and not any(mark in label for mark in ("%d", "\ufffd", " gaps)")):
            selected = Pattern.parse(label).select(names)
            assert set(sequence.numbers) <= set(selected.numbers)
