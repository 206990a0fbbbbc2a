"""A sequence for whoever has none at hand: northern lights over a lake, drawn frame by frame when first read.

The frames are kept as files in a folder of the caller's choice; the scene is told by ``resources/demo.json``. All that
moves goes round a whole number of times from the first frame to the last, so that the sequence loops without a seam.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from PIL import Image, ImageColor, ImageDraw, ImageFont

from viewer.core.files import open_storage
from viewer.core.resources import resource
from viewer.core.storage.slow import SlowStorage
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from typing_extensions import Buffer

    from viewer.core.storage.storage import OpenFile, Storage

    Floats = NDArray[np.float32]

DEMO_LATENCY = 0.025
"""Seconds that a round trip takes in the demo."""

DEMO_BANDWIDTH = 6e6
"""Bytes a second that pass in the demo: slow enough to watch the timeline fill."""

_BATCH = 100
_BLACK = 6.0  # the darkest grey and the brightest: the grain stays inside a byte without clipping
_WHITE = 242.0


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


def recipe() -> Recipe:
    """Returns the recipe that comes with the program."""
    values: dict[str, Any] = json.loads(resource("demo.json").read_text(encoding="utf-8"))
    values["curtains"] = tuple(Curtain(**curtain) for curtain in values["curtains"])
    values["sky"] = tuple(values["sky"])
    values["meteor_frames"] = tuple(values["meteor_frames"])
    return Recipe(**values)


def demo_storage(folder: str) -> Storage:
    """Returns the demo in ``folder`` as if it were on a slow share, so that a newcomer sees the timeline fill."""
    return SlowStorage(DemoStorage(folder), DEMO_LATENCY, DEMO_BANDWIDTH)


class DemoStorage:
    """Implements :class:`~viewer.core.storage.storage.Storage`: a folder that holds the demo, whatever it holds.

    A frame is drawn when it is read first and then kept; where it cannot be kept (a full disk), it is drawn again.
    Paths anywhere else are read as :func:`open_storage` reads them.

    Args:
        folder: where the frames are kept; made when the first is drawn.
        told: what to draw; the recipe that comes with the program if None.
    """

    def __init__(self, folder: str, told: Recipe | None = None) -> None:
        self._folder = os.path.normpath(folder)
        self._recipe = told or recipe()
        self._numbers = {name: number for number, name in enumerate(self._recipe.names, start=1)}
        self._local = open_storage()

    def list_names(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """See :meth:`Storage.list_names`."""
        if os.path.normpath(folder) != self._folder:
            yield from self._local.list_names(folder, transfer)
            return
        names = self._recipe.names
        for start in range(0, len(names), _BATCH):
            transfer.checkpoint()
            yield names[start : start + _BATCH]

    def read(self, path: str, transfer: Transfer, limit: int | None = None) -> Buffer:
        """See :meth:`Storage.read`."""
        content = self._draw_unless_kept(path, transfer)
        if content is None:
            return self._local.read(path, transfer, limit)
        transfer.latency = 0.0
        with transfer.filling(Stamp(len(content), 0), lambda _: memoryview(bytearray(content))) as drawn:
            transfer.received = len(content)
        return drawn[:limit].toreadonly()

    @contextlib.contextmanager
    def opened(self, path: str, transfer: Transfer) -> Iterator[OpenFile]:
        """See :meth:`Storage.opened`."""
        content = self._draw_unless_kept(path, transfer)
        if content is None:
            with self._local.opened(path, transfer) as file:
                yield file
        else:
            transfer.latency = 0.0
            yield FileInMemory(content, Stamp(len(content), 0), transfer)

    def list_folders(self, folder: str, transfer: Transfer) -> Iterator[Sequence[str]]:
        """See :meth:`Storage.list_folders`."""
        if os.path.normpath(folder) != self._folder:  # in which there are none
            yield from self._local.list_folders(folder, transfer)

    def stamp(self, path: str) -> Stamp:
        """See :meth:`Storage.stamp`."""
        content = self._draw_unless_kept(path, Transfer())
        return self._local.stamp(path) if content is None else Stamp(len(content), 0)

    def is_folder(self, path: str) -> bool:
        """See :meth:`Storage.is_folder`."""
        return os.path.normpath(path) == self._folder or self._local.is_folder(path)

    def _draw_unless_kept(self, path: str, transfer: Transfer) -> bytes | None:
        """Draws the frame of ``path`` if it is one that is not there; returns it if it cannot be kept either."""
        folder, name = os.path.split(os.path.normpath(path))
        number = self._numbers.get(name)
        if folder != self._folder or number is None or Path(path).exists():
            return None
        transfer.checkpoint()
        content = draw_frame(self._recipe, number)
        return None if _keep(Path(path), content) else content


def draw_frame(told: Recipe, number: int) -> bytes:
    """Returns the JPEG file of frame ``number``, always the same; any thread."""
    with _drawing:
        content: bytes = simplejpeg.encode_jpeg(_scene(told).draw(number), told.quality, "RGB", "420")
    return content


def _keep(path: Path, content: bytes) -> bool:
    """Writes a file that is there either whole or not at all; returns whether it is there."""
    unfinished: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".drawing-", dir=path.parent, delete=False) as file:
            unfinished = Path(file.name)
            file.write(content)
        unfinished.replace(path)
    except OSError:
        if unfinished is not None:
            with contextlib.suppress(OSError):
                unfinished.unlink()
        return False
    return True


_drawing = threading.Lock()
"""Held while one frame is drawn: drawing takes a whole core, and the others are for the window and the decoders."""


@cache
def _scene(told: Recipe) -> _Scene:
    return _Scene(told)


class _Scene:
    """All that stays the same from frame to frame, made once and never changed, and how to draw a frame over it.

    What is soft (the sky, the lake) is drawn at half the size and enlarged; what is sharp (stars, ridges, trees) is
    prepared at full size. Values run from 0 to 255 as 32-bit floats in planes of one colour, until the grain is in.
    """

    def __init__(self, told: Recipe) -> None:
        self._told = told
        self._random = random = np.random.default_rng(told.seed)
        self._width, self._height = told.width, told.height
        self._half = (told.height // 2, told.width // 2)
        self._shoreline = round(told.horizon * self._half[0])  # in rows of the half-size picture
        self._green, self._violet, self._fringe = (_colour(c) for c in (told.green, told.violet, told.fringe))
        self._waves = [_Waves(random, curtain.cycles) for curtain in told.curtains]
        self._sky = self._paint_sky()
        down = np.linspace(0, 1, self._shoreline, dtype=np.float32)[:, None]
        self._zenith = np.clip(down / 0.42 + 0.10, 0, 1) ** 1.3
        self._keep, self._add = self._paint_land()
        small = (slice(0, self._shoreline * 2), slice(None))
        self._land_keep = _halved(self._keep[small])
        self._land_add = np.stack([_halved(plane[small]) for plane in self._add])
        self._prepare_stars()
        self._prepare_ripples()
        grain = np.clip(random.normal(0.0, told.grain, (self._height + 64, self._width + 64)), -5.5, 5.5)
        self._grain = grain.astype(np.float32) + np.float32(0.5)  # and half a level, to round instead of cut
        self._label = _Label(told)

    # prepared once

    def _paint_sky(self) -> Floats:
        rows, columns = self._shoreline, self._half[1]
        stops = np.array([_colour(colour) for colour in self._told.sky])
        place = np.linspace(0.0, 1.0, rows) ** 1.4 * (len(stops) - 1)
        gradient = np.stack([np.interp(place, np.arange(len(stops)), stops[:, c]) for c in range(3)])
        across, down = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
        # The Milky Way: a slanting band of clouds of light, with darker clouds in its middle.
        distance = (down - 0.95 + 1.25 * across) / 1.25
        clouds = _clouds(self._random, (rows, columns))
        band = (
            np.exp(-((distance / 0.16) ** 2)) * (0.25 + 0.75 * clouds) * (1 - 0.55 * np.exp(-((distance / 0.035) ** 2)))
        )
        dust = np.array([24.0, 26.0, 38.0])[:, None, None] * band
        sky: Floats = (gradient[:, :, None] + dust).astype(np.float32)
        return sky

    def _paint_land(self) -> tuple[Floats, Floats]:
        """Returns how much of what lies behind is kept, and the colour that is added, for each pixel."""
        random, told = self._random, self._told
        width, height = self._width, self._height
        keep = np.ones((height, width), np.float32)
        add = np.zeros((3, height, width), np.float32)
        x = np.arange(width)
        y = np.arange(height)[:, None]
        shore = self._shoreline * 2
        mist = _colour(told.mist)
        above = y < shore

        def cover(alpha: Floats, colour: Floats) -> None:
            keep[:] *= 1 - alpha
            add[:] = add * (1 - alpha) + colour * alpha

        ridges = (
            (told.far_ridge, 0.215, 3.1, 0.62, 0.75),
            (told.middle_ridge, 0.105, 5.3, 0.55, 0.55),
            (told.near_ridge, 0.042, 7.7, 0.45, 0.25),
        )
        for position, (name, rise, frequency, roughness, haze) in enumerate(ridges):
            top = shore - height * rise * _ridge(random, x / width, frequency, roughness)
            if position == len(ridges) - 1:
                top -= _treetops(random, width)
            depth = (y - top).astype(np.float32)
            colour = np.broadcast_to(_colour(name)[:, None, None], (3, height, width))
            if position == 0:
                colour = colour + self._snow(x, depth, height)
            veil = np.clip((y - (shore - height * rise * 0.9)) / (height * rise * 0.9), 0, 1) ** 2.2 * haze
            cover(np.clip(depth + 0.5, 0, 1) * above, colour * (1 - veil) + mist[:, None, None] * veil)
        # A thread of light where the mist lies on the water.
        line = np.exp(-(((y - shore) / 3.0) ** 2)) * 0.35 * (0.4 + 0.6 * _smooth_noise(random, x / width, 9.0))
        cover(line.astype(np.float32), np.broadcast_to(mist[:, None, None] * 1.25, (3, height, width)))
        cover(_foreground(random, width, height), np.broadcast_to(_colour(told.shore)[:, None, None], (3, 1, 1)))
        return keep, add

    def _snow(self, x: NDArray[np.int_], depth: Floats, height: int) -> Floats:
        """Returns the light on the far slopes: gullies that run down to both sides of each peak."""
        random = self._random
        table = random.random(512)
        place = np.arange(512)

        def gullies(lean: float, size: float) -> Floats:
            found = np.interp((x / size + depth * lean / size) % 511, place, table)
            narrowed: Floats = found.astype(np.float32)
            return narrowed

        light = gullies(0.75, 17.0) * 0.6 + gullies(1.1, 7.0) * 0.4 - gullies(-0.8, 15.0) * 0.55
        fade = np.exp(-np.maximum(depth, 0) / (height * 0.055))
        amount = np.clip(light * 1.6, 0, 1) * fade
        snow: Floats = (np.array([62.0, 88.0, 98.0])[:, None, None] * amount).astype(np.float32)
        return snow

    def _prepare_stars(self) -> None:
        random, told = self._random, self._told
        rows = self._shoreline * 2 - 4
        count = told.star_count
        x, y = random.uniform(2, self._width - 3, count), random.uniform(2, rows, count)
        brightness = 14 + 215 * random.power(0.24, count)
        tint = 1 + random.normal(0, 0.10, count)
        near = np.arange(-2, 3)
        offsets_y, offsets_x = (grid.ravel() for grid in np.meshgrid(near, near, indexing="ij"))
        pixel_x, pixel_y = np.round(x)[:, None] + offsets_x, np.clip(np.round(y)[:, None] + offsets_y, 0, None)
        spread = 0.46 + brightness / 330
        weight = np.exp(-((pixel_x - x[:, None]) ** 2 + (pixel_y - y[:, None]) ** 2) / (2 * spread[:, None] ** 2))
        pixels = (pixel_y * self._width + pixel_x).astype(np.int64)
        behind = self._keep.ravel()[pixels] > 0.99  # noqa: PLR2004 - no star shines through the edge of a ridge
        bright = (weight > 0.02) & behind  # noqa: PLR2004 - what would not be seen is not drawn
        self._star_of, column = np.nonzero(bright)
        self._star_pixels = pixels[self._star_of, column]
        colours = np.stack([tint, np.ones(count), 2 - tint]) * brightness
        self._star_light = (colours[:, self._star_of] * weight[bright]).astype(np.float32)
        self._twinkle_phase = random.uniform(0, math.tau, count)
        self._twinkle_cycles = random.integers(1, told.twinkle_cycles + 1, count)

    def _prepare_ripples(self) -> None:
        rows, columns = self._half[0] - self._shoreline, self._half[1]
        row = np.arange(rows, dtype=np.float32)[:, None]
        nearness = row + 9.0
        across = (np.arange(columns, dtype=np.float32) - columns / 2) / nearness
        along = 1200.0 / nearness
        cycles = self._told.ripple_cycles
        self._ripples = [
            (wave.astype(np.float32), turns, strength)
            for wave, turns, strength in (
                (along * 2.1 + across * 0.9, cycles, 0.9),
                (along * 1.3 - across * 1.7, cycles - 2, 0.7),
                (along * 3.9 + across * 3.3 + 2 * np.sin(across * 0.8), cycles + 3, 0.5),
            )
        ]
        self._ripple_height = (0.25 + row * 0.05).astype(np.float32)
        self._mirrored = self._shoreline - 1.0 - row * 1.22
        clear = np.clip(row / rows, 0, 1)
        self._mirror_strength = (0.80 - 0.42 * clear**0.8).astype(np.float32)
        self._deep = (np.array([3.0, 8.0, 14.0])[:, None, None] * (0.5 + 0.5 * clear)).astype(np.float32)

    # drawn for each frame

    def draw(self, number: int) -> NDArray[np.uint8]:
        """Returns the picture of frame ``number``, rows of red, green and blue."""
        turn = math.tau * (number - 1) / self._told.count
        soft = self._draw_soft(turn)
        picture = np.empty((self._height, self._width, 3), np.uint8)
        twinkle = (0.72 + 0.28 * np.sin(turn * self._twinkle_cycles + self._twinkle_phase)).astype(np.float32)
        stars = self._star_light * twinkle[self._star_of]
        random = np.random.default_rng((self._told.seed, number))
        down, right = random.integers(0, 64, 2)
        grain = self._grain[down : down + self._height, right : right + self._width]
        for colour in range(3):
            plane = np.array(
                Image.fromarray(soft[colour]).resize((self._width, self._height), Image.Resampling.BILINEAR)
            )
            plane.ravel()[self._star_pixels] += stars[colour]
            self._draw_meteor(plane, number)
            plane *= self._keep
            plane += self._add[colour]
            self._label.draw(plane, number)
            np.clip(plane, _BLACK, _WHITE, out=plane)
            np.add(plane, grain, out=picture[:, :, colour], casting="unsafe")
        return picture

    def _draw_soft(self, turn: float) -> Floats:
        green, violet, fringe = self._draw_lights(turn)
        whole = np.empty((3, *self._half), np.float32)
        sky = whole[:, : self._shoreline]
        glow = _blurred(green)
        for colour in range(3):
            light = green * (self._green[colour] / 255)
            light += violet * (self._violet[colour] / 255)
            light += fringe * (self._fringe[colour] / 255)
            light += glow * (0.30 * self._green[colour] / 255)
            np.negative(light, out=light)
            np.exp(light, out=light)  # light adds up softly and never burns out
            np.multiply(self._sky[colour] - np.float32(_WHITE), light, out=sky[colour])
            sky[colour] += np.float32(_WHITE)
        self._draw_lake(sky, whole[:, self._shoreline :], turn)
        return whole

    def _draw_lights(self, turn: float) -> tuple[Floats, Floats, Floats]:
        """Returns the three kinds of light in the sky.

        A curtain is a folded ribbon seen from the side: its lower edge is scattered into a picture as points, thousands
        of them, denser where the ribbon turns; then each row hands the light on to the row above, a little less of it.
        """
        rows, columns = self._shoreline, self._half[1]
        curtains = self._told.curtains
        edges = np.zeros((rows, len(curtains), columns), np.float32)
        fading = np.empty((len(curtains), columns), np.float32)
        x = np.linspace(0, 1, columns)
        for position, (curtain, waves) in enumerate(zip(curtains, self._waves, strict=True)):
            edges[:, position] = waves.edge(curtain, turn, (rows, columns), self._half[0])
            reach = curtain.height * self._half[0] * (0.42 + 0.55 * waves.reach(x, turn))
            fading[position] = np.exp(-1 / reach)
        soft = np.zeros((len(curtains), columns), np.float32)
        for row in range(rows):  # the edges are soft below, too
            soft *= np.float32(0.80)
            soft += edges[row] * np.float32(0.20)
            edges[row] = soft
        for _ in range(2):  # and to the sides, where a ribbon turns
            edges[:, :, 1:-1] = (edges[:, :, :-2] + edges[:, :, 1:-1] + edges[:, :, 2:]) / 3
        layers = np.zeros((3, len(curtains), columns), np.float32)
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

    def _draw_lake(self, sky: Floats, lake: Floats, turn: float) -> None:
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
            scene = (sky[colour] * self._land_keep + self._land_add[colour]).ravel()
            above, below = scene.take(index), scene.take(index + columns)
            lake[colour] = (above + (below - above) * part) * self._mirror_strength + self._deep[colour]

    def _draw_meteor(self, plane: Floats, number: int) -> None:
        first, end = self._told.meteor_frames
        if not first <= number < end:
            return
        passed = (number - first + 1) / (end - first)
        light = math.sin(math.pi * passed)
        tail = np.linspace(max(0.0, passed - 0.35), passed, 400)
        x, y = self._width * (0.80 - 0.27 * tail), self._height * (0.07 + 0.17 * tail)
        strength = np.linspace(0, 1, len(tail)) ** 2.5 * light * 130
        for down in (0, 1):
            for right in (0, 1):
                column, row = x.astype(int) + right, y.astype(int) + down
                share = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
                np.add.at(plane, (row, column), (strength * share).astype(np.float32))


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
        shares = (
            (1 - right_part) * (1 - low_part),
            right_part * (1 - low_part),
            (1 - right_part) * low_part,
            right_part * low_part,
        )
        found = np.bincount(index, np.concatenate([light * share for share in shares]), rows * columns)
        points: Floats = found.reshape(shape).astype(np.float32)
        return points


class _Label:
    """The frame number in a corner: figures of equal width, the count, and a line that fills from frame to frame."""

    def __init__(self, told: Recipe) -> None:
        unit = told.height / 900
        self._count = told.count
        self._digits = len(str(told.count))
        large, small = ImageFont.load_default(round(84 * unit)), ImageFont.load_default(round(21 * unit))
        self._cell = round(56 * unit)
        self._size = (self._cell * self._digits + round(130 * unit), round(112 * unit))
        self._place = (round(64 * unit), told.height - round(64 * unit) - self._size[1])
        self._glyphs = [self._figure(str(figure), large) for figure in range(10)]
        self._rest = Image.new("L", self._size)
        draw = ImageDraw.Draw(self._rest)
        draw.text((self._cell * self._digits + 10 * unit, 78 * unit), f"of {told.count}", 165, small, anchor="ls")
        self._line = (0, round(101 * unit), self._cell * self._digits - 1, round(104 * unit))
        draw.rectangle(self._line, 70)

    def _figure(self, text: str, font: Any) -> Image.Image:  # noqa: ANN401 - one of two kinds, told by the build of Pillow
        cell = Image.new("L", (self._cell, self._size[1]))
        ImageDraw.Draw(cell).text((self._cell / 2, self._size[1] * 0.696), text, 245, font, anchor="ms")
        return cell

    def draw(self, plane: Floats, number: int) -> None:
        """Draws the label of frame ``number`` into a plane."""
        image = self._rest.copy()
        for position, figure in enumerate(f"{number:0{self._digits}}"):
            image.paste(self._glyphs[int(figure)], (position * self._cell, 0))
        left, top, right, bottom = self._line
        draw = ImageDraw.Draw(image)
        draw.rectangle(self._line, 70)
        draw.rectangle((left, top, left + (right - left) * number / self._count, bottom), 235)
        mask = np.asarray(image, np.float32) / 255
        x, y = self._place
        area = plane[y : y + self._size[1], x : x + self._size[0]]
        area += (np.float32(236) - area) * mask


def _colour(name: str) -> Floats:
    return np.array(ImageColor.getrgb(name)[:3], np.float32)


def _resized(picture: Floats, size: tuple[int, int], how: Image.Resampling) -> Floats:
    return np.array(Image.fromarray(picture).resize(size, how))


def _halved(plane: Floats) -> Floats:
    return _resized(np.ascontiguousarray(plane), (plane.shape[1] // 2, plane.shape[0] // 2), Image.Resampling.BOX)


def _blurred(plane: Floats) -> Floats:
    rows, columns = plane.shape
    small = _resized(plane, (columns // 32, rows // 32), Image.Resampling.BOX)
    return _resized(small, (columns, rows), Image.Resampling.BICUBIC)


def _clouds(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Returns clouds between 0 and 1: noise of several sizes, each half as strong as the one before."""
    rows, columns = shape
    total = np.zeros(shape, np.float32)
    for octave in range(5):
        cells = 3 * 2**octave
        noise = random.random((cells * rows // columns + 2, cells + 2)).astype(np.float32)
        total += _resized(noise, (columns, rows), Image.Resampling.BICUBIC) / 2**octave
    total -= total.min()
    total /= total.max()
    return total


def _smooth_noise(random: np.random.Generator, x: NDArray[np.float64], frequency: float) -> NDArray[np.float64]:
    """Returns noise between 0 and 1 along ``x``, rounded between its knots."""
    knots = random.random(int(frequency) + 3)
    place = x * frequency
    first = place.astype(int)
    part = place - first
    part = part * part * (3 - 2 * part)
    smooth: NDArray[np.float64] = knots[first] * (1 - part) + knots[first + 1] * part
    return smooth


def _ridge(
    random: np.random.Generator, x: NDArray[np.float64], frequency: float, roughness: float
) -> NDArray[np.float64]:
    """Returns the outline of mountains between 0.1 and 1: noise folded at its middle, which makes peaks."""
    total = np.zeros_like(x)
    strength = 1.0
    for octave in range(7):
        scale = frequency * 2**octave
        knots = random.random(int(scale) + 3)
        noise = np.interp(x * scale, np.arange(len(knots)), knots) if octave > 1 else _smooth_noise(random, x, scale)
        total += strength * (1 - np.abs(2 * noise - 1))
        strength *= roughness * 0.85
    total -= total.min()
    total *= 0.88 / total.max()
    total += 0.12
    return total


def _treetops(random: np.random.Generator, width: int) -> NDArray[np.float64]:
    """Returns how far the far wood stands out over the ridge at each column."""
    tops = np.zeros(width)
    x = np.arange(width)
    for _ in range(width // 4):
        place, tall = random.uniform(0, width), random.uniform(4, 17)
        tops = np.maximum(tops, tall - np.abs(x - place) * random.uniform(2.2, 3.6))
    return tops


def _foreground(random: np.random.Generator, width: int, height: int) -> Floats:
    """Returns where the near shore and its trees cover the picture, 0 to 1."""
    scale = 2  # drawn at twice the size, for smooth edges
    image = Image.new("L", (width * scale, height * scale))
    draw = ImageDraw.Draw(image)
    x = np.linspace(0, 1, 200)
    ground = 0.985 - 0.13 * np.clip((x - 0.60) / 0.40, 0, 1) ** 1.8 - 0.035 * np.clip((0.10 - x) / 0.10, 0, 1) ** 1.5
    ground -= 0.006 * _smooth_noise(random, x, 30)
    outline = [(a * width * scale, b * height * scale) for a, b in zip(x, ground, strict=True)]
    draw.polygon([*outline, (width * scale, height * scale), (0, height * scale)], 255)
    places = [(0.985, 0.50), (0.93, 0.40), (0.882, 0.29), (0.842, 0.335), (0.80, 0.20), (0.765, 0.14), (0.735, 0.17)]
    places += [(0.957, 0.26), (0.905, 0.21), (0.71, 0.09), (0.862, 0.15)]
    for place, tall in places:
        foot = float(np.interp(place, x, ground)) + 0.012
        _pine(draw, random, (place * width * scale, foot * height * scale), tall * height * scale)
    full = image.resize((width, height), Image.Resampling.BOX)
    return np.asarray(full, np.float32) / np.float32(255)


def _pine(draw: ImageDraw.ImageDraw, random: np.random.Generator, foot: tuple[float, float], tall: float) -> None:
    x, y = foot
    draw.polygon([(x - tall * 0.012, y), (x + tall * 0.012, y), (x, y - tall)], 255)
    branches = int(16 + tall / 14)
    for branch in range(branches):
        part = (branch + 0.5) / branches
        middle = y - tall * (0.995 - 0.90 * part)
        for side in (-1, 1):
            reach = tall * 0.17 * part**0.85 * random.uniform(0.55, 1.1)
            thick = tall / branches * random.uniform(0.7, 1.15)
            tip = (x + side * reach, middle + reach * random.uniform(0.22, 0.42))
            draw.polygon(
                [
                    (x, middle - thick * 0.7),
                    tip,
                    (x + side * reach * 0.45, middle + thick * 0.75),
                    (x, middle + thick * 0.6),
                ],
                255,
            )
