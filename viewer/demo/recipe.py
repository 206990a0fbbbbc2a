"""What the demo shows, in numbers and colours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from viewer.core.resources import resource


@dataclass(frozen=True, slots=True)
class Curtain:
    """One curtain of light; lengths are in heights or widths of the picture.

    Attributes:
        base: where its lower edge hangs, from the top.
        height: how far up it fades to a third.
        sway: how far the edge rises and falls.
        fold: how far it folds over itself to the sides.
        glow: its brightness.
        cycles: how often it goes round in the sequence.
    """

    base: float
    height: float
    sway: float
    fold: float
    glow: float
    cycles: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``resources/demo.json`` says; colours are written ``#rrggbb``.

    Attributes:
        name: the name of a file, with ``{number}`` in it.
        count: the number of frames, counted from 1.
        width: of the picture in pixels, an even number.
        height: of the picture in pixels, an even number.
        quality: of the JPEG files.
        seed: another seed, other mountains and stars.
        grain: strength of the film grain that keeps the dark gradients from showing bands, in grey levels.
        horizon: where the lake begins, in heights of the picture.
        sky: colours from the zenith to the horizon.
        green: of the curtains.
        violet: of their upper ends.
        fringe: of their lower edges.
        mist: of the air over the lake.
        far_ridge: of the highest mountains.
        middle_ridge: of the hills before them.
        near_ridge: of the wood at the other shore.
        shore: of the shore in front.
        star_count: the number of stars.
        twinkle_cycles: how often the fastest star flickers in the sequence.
        ripple_cycles: how often the fastest ripple comes by in the sequence.
        meteor_frames: the first frame with the shooting star and the first without.
        curtains: the northern lights, the nearest last.
    """

    name: str
    count: int
    width: int
    height: int
    quality: int
    seed: int
    grain: float
    horizon: float
    sky: tuple[str, ...]
    green: str
    violet: str
    fringe: str
    mist: str
    far_ridge: str
    middle_ridge: str
    near_ridge: str
    shore: str
    star_count: int
    twinkle_cycles: int
    ripple_cycles: int
    meteor_frames: tuple[int, int]
    curtains: tuple[Curtain, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in order."""
        return tuple(self.name.format(number=number) for number in range(1, self.count + 1))


def default_recipe() -> Recipe:
    """Returns the recipe that comes with the program, ``resources/demo.json``."""
    values: dict[str, Any] = json.loads(resource("demo.json").read_text(encoding="utf-8"))
    values["curtains"] = tuple(Curtain(**curtain) for curtain in values["curtains"])
    values["sky"] = tuple(values["sky"])
    values["meteor_frames"] = tuple(values["meteor_frames"])
    return Recipe(**values)
