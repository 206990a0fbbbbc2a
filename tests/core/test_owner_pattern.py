"""The owner's patterns: which part of a name is the frame, and which tell sequences apart."""

from __future__ import annotations

import random
import time
import unicodedata
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import PatternError, SequenceError
from viewer.core.frame import FrameIndex
from viewer.core.sequence.folder_rule import FolderRule
from viewer.core.sequence.naming import group_names
from viewer.core.sequence.owner_pattern import OwnerPattern, holds_frame
from viewer.core.sequence.pattern import is_pattern, selected
from viewer.core.sequence.sample import Sample


def grouped(pattern: str, *names: str) -> list[list[str]]:
    """Returns the names of each sequence, whatever the order in which they come."""
    found = [list(each.names()) for each in group_names("", names, FolderRule(pattern=pattern))]
    assert found == [list(each.names()) for each in group_names("", names[::-1], FolderRule(pattern=pattern))]
    assert sorted(name for each in found for name in each) == sorted(set(names))
    return found


@pytest.mark.parametrize(
    ("pattern", "sequences"),
    [
        ("{camera}_{frame}_*.png", ["a_1_9.png a_2_1.png", "b_1_7.png b_2_3.png"]),
        ("cam{camera}_{frame}_*.png", ["cam1_01_9.png CAM1_02_1.PNG", "cam2_01_7.png cam2_02_3.png"]),
        ("{a}_{frame}_x.png", ["bar_9_3_x.png bar_9_4_x.png", "foo_1_2_x.png foo_1_3_x.png"]),
        ("{x}-{frame}-{y}.png", ["a-b-3-c-d.png a-b-4-c-d.png"]),
        ("{name}{frame}.png", ["left1.png left2.png", "right1.png right2.png"]),
        ("{frame}{eye}.png", ["12L.png 13L.png", "12R.png 13R.png"]),
        ("{eye}_{frame}.png", ["l_1.png L_2.png", "r_1.png R_2.png"]),
        ("{Frame}*.png", ["0001mask.png 0002mask.png 0003_mar12.png"]),
        ("?_{frame}.*", ["c_1.png a_2.jpg b_3.tif"]),
        ("1{frame}1.png", ["111.png 121.png 131.png"]),
        ("*{frame}*", ["z1_9.png b2_5.png a10_1.png"]),
        ("u_{frame}.png", ["u_-0.5.png u_1e-05.png u_0.05.png u_2.png u_10.5.png"]),
        ("{c}_{frame}_q.png", ["a_20240331_225800_q.png a_20240401_010203_q.png"]),
        ("{day}_{frame}.png", ["20240331_225800.png 20240331_225801.png", "20240401_010203.png 20240401_010204.png"]),
        ("{frame}_*.png", ["20240331_90.png 20240401_10.png"]),
        ("r{frame}.png", ["r31-12-2023.png r1-1-2024.png"]),
        ("{frame}_{eye}.png", ["3-Feb-2024_L.png 1-Mar-2024_L.png"]),
        ("n{frame}.png", ["n-2.png n-1.png n0.png"]),
    ],
)
def test_a_pattern_says_what_is_the_frame_and_what_tells_sequences_apart(pattern: str, sequences: list[str]) -> None:
    split = [text.split(" ") for text in sequences]
    assert grouped(pattern, *(name for names in split for name in names)) == split


START = datetime(2026, 7, 1, 23, 50)  # noqa: DTZ001 - only its digits count
WRITINGS = (
    "%Y-%m-%d", "%H-%M-%S", "%H_%M_%S", "%Hh%Mm%Ss", "%Y%m%dT%H%M%SZ", "%Y%m%d_%H%M%S", "%Y%m%d%H%M%S", "%d-%b-%Y",
    "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d %H.%M.%S", "%Y.%m.%d.%H.%M.%S", "%Y_%m_%d_%H_%M_%S", "%Y-%m-%dT%H:%M:%SZ",
)  # fmt: skip


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("pattern", ["garden_{frame}.jpg", "{place}_{frame}.jpg", "*_{frame}.jpg", "*{frame}.*"])
def test_a_date_or_a_time_is_the_frame_with_its_separators(writing: str, pattern: str) -> None:
    step = timedelta(days=1) if "%d" in writing and "%S" not in writing else timedelta(seconds=61)
    start = START if "%d" in writing else START.replace(hour=1)
    names = [f"garden_{(start + each * step).strftime(writing)}.jpg" for each in range(40)]
    [found] = group_names("", names, FolderRule(pattern=pattern))
    assert list(found.names()) == names
    assert not found.writing.is_count
    assert Sample.of(group_names("", names)[0], FrameIndex(7)).pattern == "garden_{frame}.jpg"


@pytest.mark.parametrize(
    ("pattern", "names", "labels"),
    [
        ("s_{frame}_*.png", "s_1_a s_1_b s_2_c s_2_d", ["s_[1-2]_a….png", "s_[1-2]_b….png"]),
        ("{eye}_{frame}.png", "l_1 L_2 r_1 R_2", ["l_[1-2].png", "r_[1-2].png"]),
        ("*_{frame}.png", "l_1 l_3 r_1 r_2 r_3", ["*_[1-3].png", "r_[1,3].png"]),
        ("*_{frame}.png", "l_1 m_1 l_2 m_2 m_3 r_3", ["l…_[1-3].png", "m…_[1-3].png"]),
    ],
)
def test_two_sequences_have_two_labels(pattern: str, names: str, labels: list[str]) -> None:
    found = group_names("", [f"{name}.png" for name in names.split()], FolderRule(pattern=pattern))
    assert [each.label for each in found] == labels
    assert all(each.index_of_name(name) is not None for each in found for name in each.names())


def test_what_does_not_match_goes_by_the_usual_rule() -> None:
    assert grouped("cam{camera}_{frame}.png", "cam1_1.png", "cam1_2.png", "s1.png", "s2.png", "tree.png") == [
        ["cam1_1.png", "cam1_2.png"],
        ["s1.png", "s2.png"],
        ["tree.png"],
    ]


def test_two_files_of_one_number_stay_apart() -> None:
    assert grouped("s_{frame}_*.png", "s_1_a.png", "s_1_b.png", "s_2_a.png", "s_2_b.png") == [
        ["s_1_a.png", "s_2_a.png"],
        ["s_1_b.png", "s_2_b.png"],
    ]
    assert grouped("s{frame}.png", "s1.png", "s01.png", "s2.png", "s02.png") == [
        ["s01.png", "s02.png"],
        ["s1.png", "s2.png"],
    ]


def test_moments_and_counts_are_not_mixed() -> None:
    names = [f"a{number}.png" for number in range(5)]
    assert grouped("a{frame}.png", *names, "a2024-03-31.png") == [names, ["a2024-03-31.png"]]


def test_decomposed_names_match_composed_patterns() -> None:
    names = [f"é_{number}_{9 - number}.png" for number in range(3)]
    apart = [unicodedata.normalize("NFD", name) for name in names]
    assert grouped("é_{frame}_*.png", *names) == [names]
    assert grouped("é_{frame}_*.png", *apart) == [apart]
    assert grouped("é_{frame}_*.png", *names[:1], *apart[1:]) == [[*names[:1], *apart[1:]]]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("cam{camera}_*.png", r"does not say which number is the frame\. Write \{frame\} in its place, for example "),
        ("", "does not say which number is the frame"),
        ("{frame}_{frame}.png", r"more than once\. Keep only one \{frame\}\."),
        ("{a}_{a}_{frame}.png", r"has two parts \{a\}\. Give one of them another name"),
        ("{a}{b}_{frame}.png", r"does not say where \{a\} ends and \{b\} begins\. Write the text between them"),
        ("*{a}_{frame}.png", r"does not say where \* ends and \{a\} begins"),
        ("{}_{frame}.png", r"has a part without a name\. Write one between the braces"),
        ("{a_{frame}.png", r"has a \{ of its own\. Write \? for a brace that names have\."),
        ("a}_{frame}.png", r"has a \} of its own\."),
    ],
)
def test_a_malformed_pattern_is_refused_with_a_sentence(pattern: str, sentence: str) -> None:
    with pytest.raises(PatternError, match=sentence):
        OwnerPattern.parse(pattern)
    with pytest.raises(PatternError, match=sentence):
        group_names("", ["a1.png"], FolderRule(pattern=pattern or "x"))


def test_a_path_with_a_frame_is_a_pattern_and_means_the_longest_sequence_that_matches() -> None:
    names = [f"cam{camera}_{frame}_{frame * 7 % 5}.png" for camera in (1, 2) for frame in range(camera + 1)]
    found = group_names("/shots", [*names, *(f"other.{number}.png" for number in range(9))])
    assert is_pattern("/shots/cam{camera}_{frame}_*.png")
    assert not is_pattern("/{frame}/cam{camera}.png")
    sequences, meant = selected("/shots/cam{camera}_{frame}_*.png", found)
    assert sequences[meant].head == "cam2_"
    assert sequences[meant].folder == "/shots"
    assert sum(map(len, sequences)) == len(names) + 9
    sequences, meant = selected("/shots/cam1_{frame}_*.png", found)
    assert list(sequences[meant].names()) == [name for name in names if "cam1" in name]
    with pytest.raises(SequenceError, match=r'^No picture in /shots has a name like "eye\{frame\}\.png"'):
        selected("/shots/eye{frame}.png", found)


@given(
    st.text(alphabet="ab1_.*?{}", max_size=12).map(lambda text: text + "{frame}*"),
    st.sets(st.from_regex(r"[ab_]?[ab019_.e+-]{0,14}\.png", fullmatch=True), max_size=12),
)
def test_nothing_is_lost_and_the_order_of_names_does_not_matter(pattern: str, names: set[str]) -> None:
    try:
        OwnerPattern.parse(pattern)
    except PatternError:
        return
    grouped(pattern, *(name for name in sorted(names) if not name.startswith(".")))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a*a*a*{frame}*a*b*a*.png", "a1" * 1000),
        ("{x}_{frame}_q.png", "_1" * 1000 + "a_q"),
        ("{x}_{frame}_q*_r.png", "_1a_1_q" * 300),
        ("*1{frame}1*.png", "1" * 4000),
        ("*{frame}a*?q*.png", "1" * 1_000_000),
    ],
)
def test_hostile_names_take_a_time_that_grows_with_their_length(pattern: str, name: str) -> None:
    matcher = OwnerPattern.parse(pattern)
    began = time.process_time()
    matcher.table([f"{name}{number}.png" for number in range(3)])
    assert time.process_time() - began < 1


def test_many_names_are_grouped_in_time() -> None:
    chance = random.Random(5)  # noqa: S311 - names
    names = [f"cam{number % 4}_{number // 4:05d}_{chance.randrange(999)}.png" for number in range(25_000)]
    began = time.process_time()
    found = group_names("", names, FolderRule(pattern="cam{camera}_{frame}_*.png"))
    assert time.process_time() - began < 1  # a quarter of the names, so four times what is promised
    assert list(map(len, found)) == [6250] * 4


def test_what_holds_a_frame() -> None:
    assert holds_frame("a{ Frame }.png")
    assert not any(map(holds_frame, ("a{camera}.png", "frame.png", "{frame", "")))
