"""A sample name in its parts, and the pattern that says what they are."""

from __future__ import annotations

from itertools import product

import pytest

from viewer.core.frame import FrameIndex
from viewer.core.sequence.folder_rule import FolderRule
from viewer.core.sequence.naming import group_names, longest
from viewer.core.sequence.sample import NamePart, Role, Sample, pattern_of, with_role

SHORT = {Role.FRAME: "f", Role.NAME: "n", Role.ANY: "*", Role.TEXT: "."}


def sample_of(*names: str, pattern: str = "") -> Sample:
    sequence = longest(group_names("", names, FolderRule(pattern=pattern)))
    return Sample.of(sequence, FrameIndex(len(sequence) - 1), pattern)


def roles(parts: tuple[NamePart, ...]) -> str:
    return " ".join(f"{part.text}{SHORT[part.role]}" for part in parts)


@pytest.mark.parametrize(
    ("names", "pattern", "parts"),
    [
        (("cam1_03_7.png", "cam1_04_9.png", "cam1_05_2.png"), "cam{cam}_{frame}_*.png", "cam. 1n _. 05f _. 2* .png."),
        (("u_0.5.png", "u_1.5.png"), "u_{frame}.png", "u. _. 1.5f .png."),
        (("1_oak.png", "2_fir.png"), "{frame}_*.png", "2f _. fir* .png."),
        (("a-2024-03-30.png", "a-2024-03-31.png"), "a-{frame}.png", "a. -. 2024-03-31f .png."),
        (("x9.png",), "x{frame}.png", "x. 9f .png."),
        (("tree.png",), "tree.png", "tree. .png."),
    ],
)
def test_a_sample_begins_with_what_the_usual_rule_says(names: tuple[str, ...], pattern: str, parts: str) -> None:
    sample = sample_of(*names)
    assert sample.pattern == pattern
    assert roles(sample.parts(pattern)) == parts
    assert pattern_of(sample.parts(pattern)) == pattern


def test_parts_follow_the_pattern_and_keep_its_names() -> None:
    pattern = "{eye}_{frame}_*.png"
    sample = sample_of("left_a_03_7.png", "left_a_04_9.png", pattern=pattern)
    assert roles(sample.parts(pattern)) == "leftn _n an _. 04f _. 9* .png."
    assert pattern_of(sample.parts(pattern)) == pattern
    assert roles(sample.parts("nothing{frame}.png")) == "left. _. a. _. 04. _. 9. .png."
    assert roles(sample.parts("{broken")) == roles(sample.parts("nothing{frame}.png"))


@pytest.mark.parametrize(
    ("place", "role", "pattern"),
    [
        (3, Role.FRAME, "cam{cam}_{frame}_*.png"),
        (5, Role.FRAME, "cam{cam}_*_{frame}.png"),
        (0, Role.NAME, "{name}_*_{frame}.png"),
        (0, Role.ANY, "{cam}_*_{frame}.png"),
        (1, Role.TEXT, "cam1_*_{frame}.png"),
        (1, Role.ANY, "cam*_*_{frame}.png"),
        (3, Role.NAME, "cam{cam}_{cam2}_{frame}.png"),
    ],
)
def test_another_role_makes_another_pattern(place: int, role: Role, pattern: str) -> None:
    parts = sample_of("cam1_03_7.png", "cam1_04_9.png").parts("cam{cam}_*_{frame}.png")
    assert pattern_of(with_role(parts, place, role)) == pattern


@pytest.mark.parametrize(
    ("names", "name", "parts", "place", "pattern"),
    [
        (("U_", "0.05 0.5 10.5", "_t", "001 002 003"), "U_0.5_t002", "U. _. 0.5n _. t. 002f", 2, "U_{frame}_t*.png"),
        (("U_", "0.05 0.5 10.5", "_t", "001 002 003"), "U_10.5_t001", "U. _. 10.5n _. t. 001f", 2, "U_{frame}_t*.png"),
        (("", "a b", "_", "1 2"), "b_2", "bn _. 2f", 2, "{name}_{frame}.png"),
        (("x=", "-1.5 -0.5 2.5", "_", "3 4"), "x=-0.5_4", "x. =. -0.5f _. 4n", 4, "x=*_{frame}.png"),
        (("", "2026-07-01 2026-07-02", "_n", "5 6"), "2026-07-02_n5", "2026-07-02n _. n. 5f", 0, "{frame}_n*.png"),
    ],
)
def test_a_number_is_one_part_and_what_varies_in_the_folder_is_no_text(
    names: tuple[str, ...], name: str, parts: str, place: int, pattern: str
) -> None:
    folder = group_names("", (f"{''.join(each)}.png" for each in product(*(text.split(" ") for text in names))))
    [(sequence, index)] = [(each, at) for each in folder if (at := each.index_of_name(f"{name}.png")) is not None]
    sample = Sample.of(sequence, index, "", folder)
    found = sample.parts(sample.pattern)
    assert roles(found) == f"{parts} .png."
    assert found[place].is_choice
    changed = pattern_of(with_role(found, place, Role.FRAME))
    assert changed == pattern
    assert [part.text for part in sample.parts(changed)] == [part.text for part in found]


def test_a_date_that_is_the_frame_no_more_is_one_part_of_no_matter() -> None:
    names = [f"f 2026-07-01 23.5{number}.00_n{number * 3 % 5}.png" for number in range(5)]
    sample = sample_of(*names)
    parts = sample.parts(sample.pattern)
    assert roles(parts) == "f.  . 2026-07-01 23.54.00f _. n. 2* .png."
    changed = pattern_of(with_role(parts, 5, Role.FRAME))
    assert changed == "f *_n{frame}.png"
    assert roles(sample.parts(changed)) == "f.  . 2026-07-01 23.54.00* _. n. 2f .png."


def test_characters_that_patterns_use_are_written_as_any_character() -> None:
    assert pattern_of((NamePart("a{b}*?"), NamePart("1", Role.FRAME), NamePart(".png"))) == "a?b???{frame}.png"
