"""The naming schemes of the world: each folder as one sequence where its owner sees one, in the order they mean."""

from __future__ import annotations

import random

import pytest
from naming_schemes import CAMERAS, MESSAGES, SCREENS, TIME_LAPSE, Scheme
from naming_schemes_more import MORE
from naming_schemes_pixels import DEBATABLE, DESKTOP, RENDERS, ROBOTS
from naming_schemes_science import BEAMLINES, MEDICINE, MICROSCOPES, SIMULATIONS, SKY
from naming_traps import TRAPS

from viewer.core.sequence.naming import group_names, is_picture_name

SCHEMES = (
    *CAMERAS,
    *MESSAGES,
    *SCREENS,
    *TIME_LAPSE,
    *MICROSCOPES,
    *SKY,
    *BEAMLINES,
    *MEDICINE,
    *SIMULATIONS,
    *RENDERS,
    *ROBOTS,
    *DESKTOP,
    *MORE,
)


def grouped(scheme: Scheme) -> list[list[str]]:
    """Returns the sequences of a scheme's names, which come in a random order."""
    shuffled = random.Random(1).sample(scheme.names, len(scheme.names))  # noqa: S311 - no secret
    return [list(sequence.names()) for sequence in group_names("", shuffled)]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.title)
def test_a_folder_is_in_the_order_its_owner_means(scheme: Scheme) -> None:
    assert sorted(grouped(scheme)) == sorted(scheme.right)


@pytest.mark.parametrize("scheme", TRAPS, ids=lambda scheme: scheme.title)
def test_nothing_is_seen_in_names_that_is_not_there(scheme: Scheme) -> None:
    assert sorted(grouped(scheme)) == sorted(scheme.right)


@pytest.mark.parametrize("scheme", DEBATABLE, ids=lambda scheme: scheme.title)
def test_nothing_is_lost_where_opinions_differ(scheme: Scheme) -> None:
    assert sorted(name for names in grouped(scheme) for name in names) == sorted(scheme.names)


def test_the_tables_are_well_made() -> None:
    schemes = (*SCHEMES, *TRAPS, *DEBATABLE)
    assert len({scheme.title for scheme in schemes}) == len(schemes)
    for scheme in schemes:
        assert len(set(scheme.names)) == len(scheme.names), scheme.title
        assert 3 <= len(scheme.names) <= 24, scheme.title
        assert all(map(is_picture_name, scheme.names)), scheme.title
