"""The northern lights over the lake, drawn frame by frame.

All that moves goes round a whole number of times from the first frame to the last, so the sequence loops without a
seam.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from viewer.demo.landscape import paint_land, paint_sky, resized, rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.demo.recipe import Curtain, Recipe

    Floats = NDArray[np.float32]

_BLACK = 6.0  # the darkest grey and the brightest: the grain stays inside a byte without clipping
_WHITE = 242.0


def draw_frame(recipe: Recipe, number: int) -> bytes:
    """Returns the JPEG file of frame ``number``, always the same; one thread at a time."""
    content: bytes = simplejpeg.encode_jpeg(_scene(recipe).draw(number), recipe.quality, "RGB", "420")
    return content


@cache
def _scene(recipe: Recipe) -> _Scene:
    return _Scene(recipe)


class _Scene:
    """All that stays the same from frame to frame, made once and never changed, and how to draw a frame over it.

    What is soft (the sky, the lake) is drawn at half the size and enlarged; what is sharp (stars, ridges, trees) is
    prepared at full size. Values run from 0 to 255 as 32-bit floats in planes of one colour, until the grain is in.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        random = np.random.default_rng(recipe.seed)
        self._half = rows, columns = (recipe.height // 2, recipe.width // 2)
        shoreline = round(recipe.horizon * rows)  # in rows of the half-size picture
        self._colours = [rgb(colour) for colour in (recipe.green, recipe.violet, recipe.fringe)]
        self._lights = _Lights(random, recipe.curtains, shoreline, self._half)
        self._sky = paint_sky(random, recipe.sky, shoreline, columns)
        self._keep, self._add = paint_land(random, recipe, shoreline * 2)
        small = (slice(0, shoreline * 2), slice(None))
        self._land_keep = _halved(self._keep[small])
        self._land_add = np.stack([_halved(plane[small]) for plane in self._add])
        self._stars = _Stars(random, recipe, shoreline * 2, self._keep)
        self._lake = _Lake(recipe.ripple_cycles, shoreline, rows - shoreline, columns)
        grain = np.clip(random.normal(0.0, recipe.grain, (recipe.height + 64, recipe.width + 64)), -5.5, 5.5)
        self._grain = grain.astype(np.float32) + np.float32(0.5)  # and half a level, to round instead of cut
        self._label = _FrameLabel(recipe)

    def draw(self, number: int) -> NDArray[np.uint8]:
        """Returns the picture of frame ``number``, rows of red, green and blue."""
        width, height = self._recipe.width, self._recipe.height
        turn = math.tau * (number - 1) / self._recipe.count
        soft = self._draw_soft(turn)
        picture = np.empty((height, width, 3), np.uint8)
        stars = self._stars.light(turn)
        random = np.random.default_rng((self._recipe.seed, number))
        down, right = random.integers(0, 64, 2)
        grain = self._grain[down : down + height, right : right + width]
        for colour in range(3):
            plane = np.array(Image.fromarray(soft[colour]).resize((width, height), Image.Resampling.BILINEAR))
            plane.ravel()[self._stars.pixels] += stars[colour]
            self._draw_meteor(plane, number)
            plane *= self._keep
            plane += self._add[colour]
            self._label.draw(plane, number)
            np.clip(plane, _BLACK, _WHITE, out=plane)
            np.add(plane, grain, out=picture[:, :, colour], casting="unsafe")
        return picture

    def _draw_soft(self, turn: float) -> Floats:
        green, violet, fringe = self._lights.draw(turn)
        whole = np.empty((3, *self._half), np.float32)
        sky = whole[:, : len(green)]
        glow = _blurred(green)
        for colour, (green_part, violet_part, fringe_part) in enumerate(zip(*self._colours, strict=True)):
            light = green * (green_part / 255)
            light += violet * (violet_part / 255)
            light += fringe * (fringe_part / 255)
            light += glow * (0.30 * green_part / 255)
            np.negative(light, out=light)
            np.exp(light, out=light)  # light adds up softly and never burns out
            np.multiply(self._sky[colour] - np.float32(_WHITE), light, out=sky[colour])
            sky[colour] += np.float32(_WHITE)
        self._lake.draw(sky * self._land_keep + self._land_add, whole[:, len(green) :], turn)
        return whole

    def _draw_meteor(self, plane: Floats, number: int) -> None:
        first, end = self._recipe.meteor_frames
        if not first <= number < end:
            return
        passed = (number - first + 1) / (end - first)
        light = math.sin(math.pi * passed)
        tail = np.linspace(max(0.0, passed - 0.35), passed, 400)
        x, y = self._recipe.width * (0.80 - 0.27 * tail), self._recipe.height * (0.07 + 0.17 * tail)
        strength = np.linspace(0, 1, len(tail)) ** 2.5 * light * 130
        for down in (0, 1):
            for right in (0, 1):
                column, row = x.astype(int) + right, y.astype(int) + down
                share = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
                np.add.at(plane, (row, column), (strength * share).astype(np.float32))


class _Stars:
    """Points of light that flicker; none where land covers the sky.

    Attributes:
        pixels: the positions in a plane that have starlight, counted along its rows.
    """

    def __init__(self, random: np.random.Generator, recipe: Recipe, shore: int, keep: Floats) -> None:
        count = recipe.star_count
        x, y = random.uniform(2, recipe.width - 3, count), random.uniform(2, shore - 4, count)
        brightness = 14 + 215 * random.power(0.24, count)
        tint = 1 + random.normal(0, 0.10, count)
        near = np.arange(-2, 3)
        offsets_y, offsets_x = (grid.ravel() for grid in np.meshgrid(near, near, indexing="ij"))
        pixel_x, pixel_y = np.round(x)[:, None] + offsets_x, np.clip(np.round(y)[:, None] + offsets_y, 0, None)
        spread = 0.46 + brightness / 330
        weight = np.exp(-((pixel_x - x[:, None]) ** 2 + (pixel_y - y[:, None]) ** 2) / (2 * spread[:, None] ** 2))
        pixels = (pixel_y * recipe.width + pixel_x).astype(np.int64)
        behind = keep.ravel()[pixels] > 0.99  # noqa: PLR2004 - no star shines through the edge of a ridge
        bright = (weight > 0.02) & behind  # noqa: PLR2004 - what would not be seen is not drawn
        self._star_of, column = np.nonzero(bright)
        self.pixels = pixels[self._star_of, column]
        colours = np.stack([tint, np.ones(count), 2 - tint]) * brightness
        self._light = (colours[:, self._star_of] * weight[bright]).astype(np.float32)
        self._twinkle_phase = random.uniform(0, math.tau, count)
        self._twinkle_cycles = random.integers(1, recipe.twinkle_cycles + 1, count)

    def light(self, turn: float) -> Floats:
        """Returns how much light is added to each of :attr:`pixels`, a row for each colour."""
        twinkle = (0.72 + 0.28 * np.sin(turn * self._twinkle_cycles + self._twinkle_phase)).astype(np.float32)
        return self._light * twinkle[self._star_of]


class _Lake:
    """Ripples that mirror the scenery above the shore; all in rows and columns of the half-size picture."""

    def __init__(self, cycles: int, shoreline: int, rows: int, columns: int) -> None:
        self._shoreline = shoreline
        row = np.arange(rows, dtype=np.float32)[:, None]
        nearness = row + 9.0
        across = (np.arange(columns, dtype=np.float32) - columns / 2) / nearness
        along = 1200.0 / nearness
        self._ripples = [
            (wave.astype(np.float32), turns, strength)
            for wave, turns, strength in (
                (along * 2.1 + across * 0.9, cycles, 0.9),
                (along * 1.3 - across * 1.7, cycles - 2, 0.7),
                (along * 3.9 + across * 3.3 + 2 * np.sin(across * 0.8), cycles + 3, 0.5),
            )
        ]
        self._ripple_height = (0.25 + row * 0.05).astype(np.float32)
        self._mirrored = shoreline - 1.0 - row * 1.22
        clear = np.clip(row / rows, 0, 1)
        self._mirror_strength = (0.80 - 0.42 * clear**0.8).astype(np.float32)
        self._deep = (np.array([3.0, 8.0, 14.0])[:, None, None] * (0.5 + 0.5 * clear)).astype(np.float32)

    def draw(self, scenery: Floats, lake: Floats, turn: float) -> None:
        """Draws the lake into its rows, from the planes of the scenery above it."""
        rows, columns = lake.shape[1:]
        moved = np.zeros((rows, columns), np.float32)
        for wave, turns, strength in self._ripples:
            moved += np.sin(wave + np.float32(turn * turns)) * np.float32(strength)
        source = np.clip(self._mirrored + moved * self._ripple_height, 0, self._shoreline - 1.001)
        upper = source.astype(np.intp)
        part = (source - upper).astype(np.float32)
        sideways = np.clip(np.arange(columns) + np.round(moved * 1.5).astype(np.intp), 0, columns - 1)
        index = upper * columns + sideways
        for colour in range(3):
            mirrored = scenery[colour].ravel()
            above, below = mirrored.take(index), mirrored.take(index + columns)
            lake[colour] = (above + (below - above) * part) * self._mirror_strength + self._deep[colour]


class _Lights:
    """The curtains of light in the sky, over ``shoreline`` rows of a picture of the size ``half``."""

    def __init__(
        self, random: np.random.Generator, curtains: Sequence[Curtain], shoreline: int, half: tuple[int, int]
    ) -> None:
        self._curtains = curtains
        self._half = half
        self._waves = [_Waves(random, curtain.cycles) for curtain in curtains]
        down = np.linspace(0, 1, shoreline, dtype=np.float32)[:, None]
        self._zenith = np.clip(down / 0.42 + 0.10, 0, 1) ** 1.3

    def draw(self, turn: float) -> tuple[Floats, Floats, Floats]:
        """Returns the three kinds of light in the sky.

        A curtain is a folded ribbon seen from the side: its lower edge is scattered into a picture as points, thousands
        of them, denser where the ribbon turns; then each row passes the light to the row above, a little less of it.
        """
        rows, columns = self._zenith.size, self._half[1]
        edges = np.zeros((rows, len(self._curtains), columns), np.float32)
        fading = np.empty((len(self._curtains), columns), np.float32)
        x = np.linspace(0, 1, columns)
        for position, (curtain, waves) in enumerate(zip(self._curtains, self._waves, strict=True)):
            edges[:, position] = waves.edge(curtain, turn, (rows, columns), self._half[0])
            reach = curtain.height * self._half[0] * (0.42 + 0.55 * waves.reach(x, turn))
            fading[position] = np.exp(-1 / reach)
        soft = np.zeros((len(self._curtains), columns), np.float32)
        for row in range(rows):  # the edges are soft below, too
            soft *= np.float32(0.80)
            soft += edges[row] * np.float32(0.20)
            edges[row] = soft
        for _ in range(2):  # and to the sides, where a ribbon turns
            edges[:, :, 1:-1] = (edges[:, :, :-2] + edges[:, :, 1:-1] + edges[:, :, 2:]) / 3
        layers = np.zeros((3, len(self._curtains), columns), np.float32)
        lights = np.empty((3, rows, columns), np.float32)
        slower = fading**0.75
        for row in range(rows - 1, -1, -1):
            green, violet, fringe = layers
            violet *= slower
            violet += green * np.float32(0.016)
            green *= fading
            green += edges[row]
            fringe *= np.float32(0.80)
            fringe += edges[row] * np.float32(0.55)
            np.sum(layers, axis=1, out=lights[:, row])
        lights *= self._zenith  # nothing is cut off by the upper edge of the picture
        green, violet, fringe = lights
        green /= 1 + green / 3  # where a ribbon turns, its points have no end of light
        violet /= 1 + violet / np.float32(1.6)
        fringe /= 1 + fringe * np.float32(1.2)
        return green, violet, fringe


class _Waves:
    """Slow noise along a curtain: sines that each go round a whole number of times."""

    def __init__(self, random: np.random.Generator, cycles: int) -> None:
        self._phases = random.uniform(0, math.tau, (5, 6))
        self._turns = random.choice([-2, -1, -1, 1, 1, 2], (5, 6)) * cycles
        self._lengths = random.uniform(0.85, 1.15, (5, 6))

    def _sum(self, row: int, s: NDArray[np.float64], turn: float, lengths: Sequence[float]) -> NDArray[np.float64]:
        total = np.zeros_like(s)
        for i, length in enumerate(lengths):
            angle = math.tau * s * length * self._lengths[row, i] + turn * self._turns[row, i] + self._phases[row, i]
            total += np.sin(angle) / (1 + 0.35 * i)
        return total / len(lengths)

    def reach(self, x: NDArray[np.float64], turn: float) -> NDArray[np.float64]:
        """Returns how high the rays go at each ``x``, 0 to 1."""
        return 0.5 + 0.5 * self._sum(4, x, turn, (1.6, 3.7, 9.0, 17.0))

    def edge(self, curtain: Curtain, turn: float, shape: tuple[int, int], height: int) -> Floats:
        """Returns the lower edge of the curtain as a picture of points."""
        rows, columns = shape
        s = np.linspace(-0.35, 1.35, 5200)
        x = s + curtain.fold * self._sum(0, s, turn, (0.9, 1.9, 3.1))
        y = curtain.base + curtain.sway * 2 * self._sum(1, s, turn, (0.7, 1.7, 4.1)) - 0.05 * (x - 0.5)
        y += curtain.sway * 0.35 * self._sum(3, s, turn, (14.0, 23.0, 41.0, 67.0))
        broad = 0.36 + 1.05 * self._sum(2, s, turn, (0.8, 1.5, 2.6))
        rays = 0.62 + 0.80 * self._sum(3, s, turn, (14.0, 23.0, 41.0, 67.0))
        light = np.clip(broad, 0.0, None) ** 1.4 * np.clip(rays, 0.06, None) * (curtain.glow * 3.0 * columns / len(s))
        column, row = x * (columns - 1), y * height
        inside = (column >= 0) & (column < columns - 1) & (row >= 0) & (row < rows - 1)
        column, row, light = column[inside], row[inside], light[inside]
        left, top = column.astype(np.intp), row.astype(np.intp)
        right_part, low_part = column - left, row - top
        first = top * columns + left
        index = np.concatenate([first, first + 1, first + columns, first + columns + 1])
        left_part, top_part = 1 - right_part, 1 - low_part
        shares = (left_part * top_part, right_part * top_part, left_part * low_part, right_part * low_part)
        found = np.bincount(index, np.concatenate([light * share for share in shares]), rows * columns)
        return found.reshape(shape).astype(np.float32)


class _FrameLabel:
    """The frame number in a corner: figures of equal width, the count, and a line that fills from frame to frame."""

    def __init__(self, recipe: Recipe) -> None:
        unit = recipe.height / 900
        self._count = recipe.count
        self._digits = len(str(recipe.count))
        large, small = ImageFont.load_default(round(84 * unit)), ImageFont.load_default(round(21 * unit))
        self._cell = round(56 * unit)
        self._size = (self._cell * self._digits + round(130 * unit), round(112 * unit))
        self._corner = (round(64 * unit), recipe.height - round(64 * unit) - self._size[1])
        self._glyphs = [self._figure(str(figure), large) for figure in range(10)]
        self._rest = Image.new("L", self._size)
        draw = ImageDraw.Draw(self._rest)
        draw.text((self._cell * self._digits + 10 * unit, 78 * unit), f"of {recipe.count}", 165, small, anchor="ls")
        self._line = (0, round(101 * unit), self._cell * self._digits - 1, round(104 * unit))
        draw.rectangle(self._line, 70)

    def _figure(self, text: str, font: Any) -> Image.Image:  # noqa: ANN401 - one of two kinds, chosen by the build of Pillow
        cell = Image.new("L", (self._cell, self._size[1]))
        ImageDraw.Draw(cell).text((self._cell / 2, self._size[1] * 0.696), text, 245, font, anchor="ms")
        return cell

    def draw(self, plane: Floats, number: int) -> None:
        """Draws the label of frame ``number`` into a plane."""
        image = self._rest.copy()
        for index, figure in enumerate(f"{number:0{self._digits}}"):
            image.paste(self._glyphs[int(figure)], (index * self._cell, 0))
        left, top, right, bottom = self._line
        draw = ImageDraw.Draw(image)
        draw.rectangle(self._line, 70)
        draw.rectangle((left, top, left + (right - left) * number / self._count, bottom), 235)
        mask = np.asarray(image, np.float32) / 255
        x, y = self._corner
        area = plane[y : y + self._size[1], x : x + self._size[0]]
        area += (np.float32(236) - area) * mask


def _halved(plane: Floats) -> Floats:
    return resized(np.ascontiguousarray(plane), (plane.shape[1] // 2, plane.shape[0] // 2), Image.Resampling.BOX)


def _blurred(plane: Floats) -> Floats:
    rows, columns = plane.shape
    small = resized(plane, (columns // 32, rows // 32), Image.Resampling.BOX)
    return resized(small, (columns, rows), Image.Resampling.BICUBIC)
