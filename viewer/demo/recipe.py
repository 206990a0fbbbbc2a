"""What the demo shows, in numbers and colours."""

from __future__ import annotations

import json
from typing import Any

from viewer.core.records import dataclass
from viewer.core.resources import resource


@dataclass(frozen=True, slots=True)
class Curtain:
    """One curtain of light; lengths are in heights or widths of the picture."""

    base: float  # where its lower edge hangs, from the top
    height: float  # how far up it fades to a third
    sway: float  # how far the edge rises and falls
    fold: float  # how far it folds over itself to the sides
    glow: float  # its brightness
    cycles: int  # how often it goes round in the sequence


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``resources/demo.json`` says; colours are written ``#rrggbb``."""

    name: str  # the name of a file, with ``{number}`` in it
    count: int  # the number of frames, counted from 1
    width: int  # of the picture in pixels, an even number
    height: int  # of the picture in pixels, an even number
    quality: int  # of the JPEG files
    seed: int  # another seed, other mountains and stars
    grain: float  # strength of the film grain that keeps the dark gradients from showing bands, in grey levels
    horizon: float  # where the lake begins, in heights of the picture
    sky: tuple[str, ...]  # colours from the zenith to the horizon
    green: str  # of the curtains
    violet: str  # of their upper ends
    fringe: str  # of their lower edges
    mist: str  # of the air over the lake
    far_ridge: str  # of the highest mountains
    middle_ridge: str  # of the hills before them
    near_ridge: str  # of the wood at the other shore
    shore: str  # of the shore in front
    star_count: int  # the number of stars
    twinkle_cycles: int  # how often the fastest star flickers in the sequence
    ripple_cycles: int  # how often the fastest ripple comes by in the sequence
    meteor_frames: tuple[int, int]  # the first frame with the shooting star and the first without
    curtains: tuple[Curtain, ...]  # the northern lights, the nearest last

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
