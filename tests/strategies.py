"""What Hypothesis draws: names of files, many that belong together, many that nearly do; playheads; and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from viewer.core.play.playhead import Playhead, Repeat

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TEXTS = [*["", "shot", "Shot", "a", "cam", "_v", ".", "_", "-", " ", "._", " (", ")", ".-", "_L", "%d"], *"é٣\udcff²"]
SUFFIXES = [".png", ".PNG", ".jpg", ".jp2", ".txt", ""]


def number_texts() -> SearchStrategy[str]:
    """Draws digits: mostly small numbers with few paddings, so that they collide, and some too long to be numbers."""
    small = st.builds(lambda number, width: f"{number:0{width}d}", st.integers(0, 12), st.integers(1, 4))
    growing = st.integers(998, 1002).map(str)
    long = st.integers(10**17, 10**19).map(str)
    return st.one_of(small, small, growing, long)


def names() -> SearchStrategy[str]:
    """Draws one name: texts and numbers in turn, then a suffix."""
    parts = st.lists(st.tuples(st.sampled_from(TEXTS), number_texts() | st.just("")), min_size=1, max_size=3)
    return st.builds(
        lambda parts, end, suffix: "".join(text + digits for text, digits in parts) + end + suffix,
        parts,
        st.sampled_from(TEXTS),
        st.sampled_from(SUFFIXES),
    ).filter(bool)


def folders() -> SearchStrategy[list[str]]:
    """Draws the names in a folder, each once: a few at random, and some of one shape that differ in numbers."""
    shaped = st.builds(
        lambda texts, rows: [
            "".join(text + digits for text, digits in zip(texts, row, strict=True)) + ".png" for row in rows
        ],
        st.lists(st.sampled_from(TEXTS), min_size=2, max_size=2),
        st.lists(st.lists(number_texts(), min_size=2, max_size=2), max_size=12),
    )
    return st.builds(lambda some, more: list(dict.fromkeys([*some, *more])), st.lists(names(), max_size=12), shaped)


@st.composite
def playheads(draw: st.DrawFn) -> Playhead:
    """Playheads anywhere in short sequences, in and out of their range."""
    count = draw(st.integers(1, 60))
    first = draw(st.integers(0, count - 1))
    last = draw(st.integers(first, count - 1))
    stride = draw(st.integers(-8, 8).filter(bool))
    return Playhead(
        count,
        draw(st.integers(0, count - 1)),
        stride,
        first,
        last,
        draw(st.sampled_from(Repeat)),
        playing=draw(st.booleans()),
    )


def json_values(*leaves: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Draws what JSON may hold, also with other ``leaves``."""
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        st.one_of(plain, *leaves),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )
