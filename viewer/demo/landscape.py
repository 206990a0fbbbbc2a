"""Everything in the demo that stands still: the sky, the mountains, the shore and its trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageColor, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.demo.recipe import Recipe

    Floats = NDArray[np.float32]


def paint_sky(random: np.random.Generator, colours: Sequence[str], rows: int, columns: int) -> Floats:
    """Returns the sky without lights: three planes of rows and columns."""
    stops = np.array([rgb(colour) for colour in colours])
    position = np.linspace(0.0, 1.0, rows) ** 1.4 * (len(stops) - 1)
    gradient = np.stack([np.interp(position, np.arange(len(stops)), stops[:, c]) for c in range(3)])
    across, down = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    # The Milky Way: a slanting band of clouds of light, with darker clouds in its middle.
    distance = (down - 0.95 + 1.25 * across) / 1.25
    clouds = _clouds(random, (rows, columns))
    band = np.exp(-((distance / 0.16) ** 2)) * (0.25 + 0.75 * clouds) * (1 - 0.55 * np.exp(-((distance / 0.035) ** 2)))
    dust = np.array([24.0, 26.0, 38.0])[:, None, None] * band
    sky: Floats = (gradient[:, :, None] + dust).astype(np.float32)
    return sky


def paint_land(random: np.random.Generator, recipe: Recipe, shore: int) -> tuple[Floats, Floats]:
    """Paints the mountains, the wood, the mist and the shore in front.

    Args:
        random: gives the shapes.
        recipe: the size and the colours.
        shore: the row in which the lake begins.

    Returns:
        How much of the background each pixel keeps, and three planes of the colour that is added.
    """
    width, height = recipe.width, recipe.height
    keep = np.ones((height, width), np.float32)
    add = np.zeros((3, height, width), np.float32)
    x = np.arange(width)
    y = np.arange(height)[:, None]
    mist = rgb(recipe.mist)
    above = y < shore

    def cover(alpha: Floats, colour: Floats) -> None:
        keep[:] *= 1 - alpha
        add[:] = add * (1 - alpha) + colour * alpha

    ridges = (
        (recipe.far_ridge, 0.215, 3.1, 0.62, 0.75),
        (recipe.middle_ridge, 0.105, 5.3, 0.55, 0.55),
        (recipe.near_ridge, 0.042, 7.7, 0.45, 0.25),
    )
    for position, (name, rise, frequency, roughness, haze) in enumerate(ridges):
        top = shore - height * rise * _ridge(random, x / width, frequency, roughness)
        if position == len(ridges) - 1:
            top -= _treetops(random, width)
        depth = (y - top).astype(np.float32)
        colour = np.broadcast_to(rgb(name)[:, None, None], (3, height, width))
        if position == 0:
            colour = colour + _snow(random, x, depth, height)
        veil = np.clip((y - (shore - height * rise * 0.9)) / (height * rise * 0.9), 0, 1) ** 2.2 * haze
        cover(np.clip(depth + 0.5, 0, 1) * above, colour * (1 - veil) + mist[:, None, None] * veil)
    # A thread of light where the mist lies on the water.
    line = np.exp(-(((y - shore) / 3.0) ** 2)) * 0.35 * (0.4 + 0.6 * _smooth_noise(random, x / width, 9.0))
    cover(line.astype(np.float32), np.broadcast_to(mist[:, None, None] * 1.25, (3, height, width)))
    cover(_foreground(random, width, height), np.broadcast_to(rgb(recipe.shore)[:, None, None], (3, 1, 1)))
    return keep, add


def _snow(random: np.random.Generator, x: NDArray[np.int_], depth: Floats, height: int) -> Floats:
    """Returns the light on the far slopes: gullies that run down to both sides of each peak."""
    table = random.random(512)
    positions = np.arange(512)

    def gullies(lean: float, size: float) -> Floats:
        found = np.interp((x / size + depth * lean / size) % 511, positions, table)
        narrowed: Floats = found.astype(np.float32)
        return narrowed

    light = gullies(0.75, 17.0) * 0.6 + gullies(1.1, 7.0) * 0.4 - gullies(-0.8, 15.0) * 0.55
    fade = np.exp(-np.maximum(depth, 0) / (height * 0.055))
    amount = np.clip(light * 1.6, 0, 1) * fade
    snow: Floats = (np.array([62.0, 88.0, 98.0])[:, None, None] * amount).astype(np.float32)
    return snow


def rgb(name: str) -> Floats:
    """Returns red, green and blue, 0 to 255, of a colour written ``#rrggbb``."""
    return np.array(ImageColor.getrgb(name)[:3], np.float32)


def resized(picture: Floats, size: tuple[int, int], how: Image.Resampling) -> Floats:
    """Returns a plane at another width and height."""
    return np.array(Image.fromarray(picture).resize(size, how))


def _clouds(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Returns clouds between 0 and 1: noise of several sizes, each half as strong as the one before."""
    rows, columns = shape
    total = np.zeros(shape, np.float32)
    for octave in range(5):
        cells = 3 * 2**octave
        noise = random.random((cells * rows // columns + 2, cells + 2)).astype(np.float32)
        total += resized(noise, (columns, rows), Image.Resampling.BICUBIC) / 2**octave
    total -= total.min()
    total /= total.max()
    return total


def _smooth_noise(random: np.random.Generator, x: NDArray[np.float64], frequency: float) -> NDArray[np.float64]:
    """Returns noise between 0 and 1 along ``x``, rounded between its knots."""
    knots = random.random(int(frequency) + 3)
    position = x * frequency
    first = position.astype(int)
    part = position - first
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
        position, tall = random.uniform(0, width), random.uniform(4, 17)
        tops = np.maximum(tops, tall - np.abs(x - position) * random.uniform(2.2, 3.6))
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
    pines = [(0.985, 0.50), (0.93, 0.40), (0.882, 0.29), (0.842, 0.335), (0.80, 0.20), (0.765, 0.14), (0.735, 0.17)]
    pines += [(0.957, 0.26), (0.905, 0.21), (0.71, 0.09), (0.862, 0.15)]
    for position, tall in pines:
        foot = float(np.interp(position, x, ground)) + 0.012
        _pine(draw, random, (position * width * scale, foot * height * scale), tall * height * scale)
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
            low = (x + side * reach * 0.45, middle + thick * 0.75)
            draw.polygon([(x, middle - thick * 0.7), tip, low, (x, middle + thick * 0.6)], 255)
