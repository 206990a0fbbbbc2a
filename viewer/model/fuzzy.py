"""Finds what was typed in texts: its letters in their order, not necessarily beside one another."""

from __future__ import annotations

from typing import NamedTuple

WORD_BEGIN, BESIDE, LETTER, GAP = 12, 13, 1, 0.25
"""What a letter is worth that begins a word, stands beside the one before, or neither; what each left out costs."""


class Match(NamedTuple):
    """How well a text matches.

    Attributes:
        worth: the more, the better.
        places: the positions of the letters that were typed, in their order.
    """

    worth: float
    places: tuple[int, ...]


def fuzzy_match(typed: str, text: str) -> Match | None:
    """Returns how ``typed`` is found in ``text``, None if it is not; case and spaces make no difference.

    >>> fuzzy_match("gtf", "Go to frame").places
    (0, 3, 6)
    """
    wanted, lower = typed.lower().replace(" ", ""), text.lower()
    if not wanted or len(lower) != len(text):
        return Match(0.0, ()) if not wanted else None
    ways = {-1: Match(0.0, ())}  # for each place: the best way to have come there
    for letter in wanted:
        places = (place for place, each in enumerate(lower) if each == letter)
        ways = {place: best for place in places if (best := _best(ways, place, lower)) is not None}
        if not ways:
            return None
    return max(ways.values(), key=lambda way: way.worth)


def _best(ways: dict[int, Match], place: int, text: str) -> Match | None:
    """Returns the best way to a place from those before it."""
    own = WORD_BEGIN if place == 0 or not text[place - 1].isalnum() else LETTER
    found = (
        Match(
            way.worth + (BESIDE if before == place - 1 >= 0 else own - GAP * (place - before - 1)), (*way.places, place)
        )
        for before, way in ways.items()
        if before < place
    )
    return max(found, key=lambda way: way.worth, default=None)
