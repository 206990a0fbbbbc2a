"""Grouping, whatever names there are: nothing is lost, and the result depends on the set of names only."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naming_schemes import CAMERAS, MESSAGES, SCREENS, TIME_LAPSE
from naming_schemes_pixels import DEBATABLE, DESKTOP, RENDERS, ROBOTS
from naming_schemes_science import BEAMLINES, MEDICINE, MICROSCOPES, SIMULATIONS, SKY
from naming_traps import TRAPS

from viewer.core.frame import FrameIndex
from viewer.core.sequence.grouping import Grouping
from viewer.core.sequence.naming import group_names, is_picture_name
from viewer.core.sequence.natural import sorted_naturally

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from viewer.core.sequence.sequence import FrameSequence

SCHEMES = (
    *(*CAMERAS, *MESSAGES, *SCREENS, *TIME_LAPSE, *MICROSCOPES, *SKY, *BEAMLINES, *MEDICINE, *SIMULATIONS),
    *(*RENDERS, *ROBOTS, *DESKTOP, *DEBATABLE, *TRAPS),
)
REAL = [scheme.names for scheme in SCHEMES]

counts = st.integers(0, 120)
days = st.tuples(st.integers(2019, 2024), st.integers(1, 12), st.integers(1, 28))
times = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
words = st.sampled_from(
    ["", "shot", "Shot", "SHOT", "cam1", "left", "r", "e", "at", "Jan", "may", "copy", "µ", "É", "E\u0301"]
)
separators = st.sampled_from(
    ["", "_", "-", ".", " ", " (", "=", "__", ",", "+", "h", "T", "x", "%s", "{}", "\n", "\udcff"]
)
suffixes = st.sampled_from([".png", ".PNG", ".jpg", ".jpeg", ".JPG", ".tif", ".tiff", ").png", "-copy.png", "_z1.png"])

KINDS: list[SearchStrategy[str]] = [
    counts.map(str),
    counts.map("{:04}".format),
    st.builds("{}{}".format, st.sampled_from("+-"), counts),
    days.map(lambda day: "{:04}{:02}{:02}".format(*day)),
    days.map(lambda day: "{:04}-{:02}-{:02}".format(*day)),
    days.map(lambda day: "{2:02}.{1:02}.{0:04}".format(*day)),
    times.map(lambda time: "{:02}{:02}{:02}".format(*time)),
    times.map(lambda time: "{:02}-{:02}-{:02}".format(*time)),
    times.map(lambda time: "{}h{:02}m{:02}s".format(*time)),
    st.builds(lambda day, time: "{:04}{:02}{:02}_{:02}{:02}{:02}".format(*day, *time), days, times),
    st.builds(lambda day, time: "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*day, *time), days, times),
    st.builds("{}.{}".format, counts, st.integers(0, 999)),
    st.builds("{}.{:03}".format, counts, st.integers(0, 999)),
    st.builds("{}e-{:02}".format, st.integers(1, 9), st.integers(0, 12)),
    st.builds("{}.{:06}".format, st.integers(1305031100, 1305031110), st.integers(0, 999_999)),
    st.integers(10**12, 10**12 + 50).map(str),
    st.integers(10**17, 10**19).map(str),
    st.sampled_from(["٣", "²", "1٣", "0" * 30, "9" * 40]),
]
"""Numbers as programs and devices write them, kind by kind."""


@st.composite
def series(draw: st.DrawFn) -> list[str]:
    """Draws names of one shape: the same words, the same kind of number at each place."""
    kinds = [draw(st.sampled_from(KINDS)) for _ in range(draw(st.integers(1, 3)))]
    around = [draw(words) + draw(separators) for _ in kinds]
    tails = draw(st.lists(suffixes, min_size=1, max_size=2))
    rows = draw(st.lists(st.tuples(*kinds, st.sampled_from(tails)), min_size=1, max_size=10))
    return ["".join(text + number for text, number in zip(around, row[:-1], strict=True)) + row[-1] for row in rows]


CHANGES: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    lambda name: name.replace(".", " (1).", 1),
    "copy of {}".format,
]
"""What happens to some names of a folder."""


@st.composite
def mixtures(draw: st.DrawFn) -> list[str]:
    """Draws the names of a folder: several series, parts of real ones, and names at random."""
    names = [name for one in draw(st.lists(series(), max_size=3)) for name in one]
    for real in draw(st.lists(st.sampled_from(REAL), max_size=2)):
        names += draw(st.lists(st.sampled_from(real), max_size=8))
    lone = st.builds("{}{}{}{}".format, words, separators, st.one_of(KINDS), suffixes)
    names += draw(st.lists(lone | words.map("{}.png".format) | st.text(max_size=6).map("{}.jpg".format), max_size=6))
    return [
        draw(st.sampled_from(CHANGES))(name) if draw(st.integers(0, 9)) == 0 else name for name in dict.fromkeys(names)
    ]


def well_formed(names: list[str], found: list[FrameSequence]) -> None:
    """Checks that each picture is in one sequence, once, and that the numbers of each ascend and lead to it."""
    grouped = Counter(name for sequence in found for name in sequence.names())
    assert grouped == Counter({name for name in names if is_picture_name(name)})
    for sequence in found:
        assert list(sequence.numbers) == sorted(set(sequence.numbers))
        for index in map(FrameIndex, range(len(sequence))):
            assert sequence.index_of(sequence.number(index)) == index
            assert sequence.index_of_name(sequence.name(index)) == index
            assert sequence.written(index)
            assert sequence.writing.text(sequence.number(index))
        assert sequence.prepare().label
    assert not any(sequence.is_loose for sequence in found[:-1])


@settings(max_examples=40)
@given(mixtures(), st.randoms(use_true_random=False))
def test_nothing_is_left_out_and_the_result_depends_on_the_set_of_names_only(
    names: list[str], chance: random.Random
) -> None:
    found = group_names("/shots", names)
    well_formed(names, found)
    assert group_names("/shots", chance.sample(names, len(names))) == found
    assert group_names("/shots", [*names, *names]) == found


@settings(max_examples=15)
@given(mixtures(), st.randoms(use_true_random=False))
def test_adding_one_by_one_equals_grouping_at_once(names: list[str], chance: random.Random) -> None:
    grouping, so_far = Grouping("/shots"), []
    for name in filter(is_picture_name, chance.sample(names, len(names))):
        grouping.add([name])
        so_far.append(name)
        if chance.random() < 0.3:
            assert grouping.sequences() == group_names("/shots", so_far)
    assert grouping.sequences() == group_names("/shots", names)


@settings(max_examples=40)
@given(
    words,
    st.sampled_from(["", "_", ".", " ", "frame_"]),
    st.sets(st.integers(0, 11_000), min_size=2, max_size=40),
    st.integers(1, 6),
)
def test_a_plain_counter_is_one_sequence_in_natural_order(
    head: str, between: str, values: set[int], width: int
) -> None:
    head = head.rstrip("1")  # "cam1.5" may be a decimal
    names = [f"a{head}{between}{value:0{width}}.png" for value in values]
    [sequence] = group_names("/shots", names)
    assert list(sequence.names()) == sorted_naturally(names, str)


FOUND = {
    "signs beside none": ["+5.png", "7.png", "10.png"],
    "a sign and none, one number": ["0.png", "+0.png"],
    "no counter in a part": [f"at 2023-12-13 14.40.{end}.jpg" for end in ("27", "27 (1)", "31")],
    "days of the year, suffixes in two cases": ["20223652351_a.jpg", "20223652356_a.JPG", "20230010001_a.jpg"],
    "a date beside decimals": ["0.png", "0.5.png", "1.0.png", "2019-01-01.png"],
    "decomposed, and capitals in a date": [f"{n}E\u0301 2019-01-01T00:00:00Z.png" for n in (10**12, 10**12 + 1)],
    "dates of which some have fewer digits": ["at 12-30-22 at 12.15 PM.jpg", "at 1-14-23 at 6.30 PM.jpg"],
}
"""What was wrong once."""


@pytest.mark.parametrize("kind", FOUND)
def test_what_was_wrong_once(kind: str) -> None:
    names = FOUND[kind]
    found = group_names("/shots", names)
    well_formed(names, found)
    assert group_names("/shots", names[::-1]) == found


HOSTILE: dict[str, Callable[[int], str]] = {
    "4,000 characters": lambda n: "x" * 4000 + f"_{n}.png",
    "4,000 digits": lambda n: f"{n}" * 4000 + ".png",
    "a million digits": lambda n: f"{n % 10}" * 1_000_000 + ".png",
    "2,000 numbers": lambda n: f"{n}_" * 2000 + ".png",
    "2,000 decimals": lambda n: f"{n}.5 " * 2000 + ".png",
    "2,000 dates": lambda n: f"20240{n % 9 + 1}01 " * 2000 + ".png",
    "newlines": lambda n: f"a\nb\n{n}\n.png",
    "not UTF-8": lambda n: f"\udcff\udce9{n}\udc80.png",
    "only digits": lambda n: f"{n}.png",
    "long exponents": lambda n: f"1e{n}00000.png",
    "brackets": lambda n: "(" * 500 + f"{n}" + ")" * 500 + ".png",
    "signs": lambda n: "-+" * 1000 + f"{n}.png",
    "NULs": lambda n: f"\0{n}\0.png",
    "templates": lambda n: f"%s%d{{}}{n}%.png",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_lose_nothing(kind: str) -> None:
    names = [HOSTILE[kind](number) for number in range(3)] + ["a.png", "a1.png", "a_0.5.png"]
    found = group_names("/shots", names)
    well_formed(names, found)
    assert group_names("/shots", names[::-1]) == found
