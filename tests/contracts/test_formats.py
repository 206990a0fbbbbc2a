"""That each row of the formats is complete: whoever adds a format learns here what is missing."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pictures
import pytest
from PIL import Image

from viewer.core.decode.decoder import SampleDecoder
from viewer.core.decode.registry import DecoderRegistry, core_decoders
from viewer.core.formats import (
    DECODERS,
    FORMATS,
    HEAD,
    PICTURE_SUFFIXES,
    PILLOW_READERS,
    UNRECOGNISED,
    Format,
    may_be_picture,
    recognise,
)
from viewer.gui.bridge.qt_decoder import QtDecoder

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
SCRIPTS, WINDOW = DecoderRegistry(core_decoders()), DecoderRegistry((*core_decoders(), QtDecoder()))
FILES: dict[str, bytes] = {}
"""A file of each suffix of a format that Pillow does not know."""
MODES = {"BLP": "P", "GIF": "P", "ICNS": "RGBA", "MSP": "1", "XBM": "1"}
"""Formats that Pillow writes in one mode only."""


def file_of(suffix: str) -> bytes | None:
    """Returns a file of a format as Pillow writes it; None if Pillow only reads it."""
    Image.init()
    form = Image.registered_extensions().get(suffix, "")
    if form not in Image.OPEN:
        return FILES[suffix]
    square = Image.fromarray(pictures.colours()).resize((64, 64)).convert(MODES.get(form, "RGB"))
    return pictures.encoded(square, form) if form in Image.SAVE else None


@pytest.mark.filterwarnings("ignore:IM image format is deprecated")
@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_row_is_complete(row: Format) -> None:
    assert row.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in row.suffixes)
    assert row.decoders
    assert set(row.decoders) <= DECODERS.keys()
    assert row.read_by.startswith(row.decoders[0])
    assert ("no other thread" in row.read_by) == row.holds_gil
    for data in filter(None, map(file_of, row.suffixes)):
        assert recognise(data[:HEAD]) == (row if row.signatures else UNRECOGNISED)
        assert may_be_picture(data[:HEAD], ".jpg" if row.signatures else row.suffixes[0])
        for registry in (SCRIPTS, WINDOW):
            assert min(registry.decode(data).size) >= 64


def test_a_name_or_suffix_is_in_one_row_only() -> None:
    found = Counter(word for row in FORMATS for word in (row.name, *row.suffixes))
    assert found.most_common(1)[0][1] == 1
    assert found.keys() > PICTURE_SUFFIXES


def test_the_readers_of_pillow_are_those_that_are_named() -> None:
    Image.init()
    assert Image.OPEN.keys() >= PILLOW_READERS
    assert not PILLOW_READERS & {"EPS", "WMF", "MPEG", "IPTC", "GRIB", "BUFR", "HDF5", "SPIDER", "FPX", "MIC"}


def test_each_library_has_a_decoder_of_its_name_and_is_installed() -> None:
    assert {decoder.name for decoder in (*core_decoders(), QtDecoder())} == DECODERS.keys()
    assert all(SampleDecoder in type(decoder).mro() for decoder in core_decoders())
    extras = (one for extra in PROJECT["optional-dependencies"].values() for one in extra)
    requirements = " ".join((*PROJECT["dependencies"], *extras))
    assert all(name in requirements for name in DECODERS)
