"""That each row of the formats is complete: whoever adds a format learns here what is missing."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pictures
import pytest
from PIL import Image

from viewer.core.decode.decoder import core_decoder
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.formats import (
    DECODERS,
    FORMATS,
    HEAD,
    OWN,
    PICTURE_SUFFIXES,
    PILLOW_READERS,
    UNRECOGNISED,
    Format,
    may_be_picture,
    recognise,
)
from viewer.gui.bridge.qt_decoder import QtDecoder

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
SCRIPTS, WINDOW = DecoderRegistry(), DecoderRegistry((QtDecoder(),))
MODES = {"BLP": "P", "GIF": "P", "ICNS": "RGBA", "MSP": "1", "XBM": "1"}
"""Formats that Pillow writes in one mode only."""


def file_of(suffix: str) -> bytes | None:
    """Returns a file of a format as Pillow writes it; None if Pillow does not."""
    Image.init()
    form = Image.registered_extensions().get(suffix, "")
    if form not in Image.OPEN:
        return None
    square = Image.fromarray(pictures.colours()).resize((64, 64)).convert(MODES.get(form, "RGB"))
    return pictures.encoded(square, form) if form in Image.SAVE else None


@pytest.mark.filterwarnings("ignore:IM image format is deprecated")
@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_row_is_complete(row: Format) -> None:
    assert row.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in row.suffixes)
    assert row.decoders
    assert set(row.decoders) <= DECODERS.keys()
    assert set(row.holds_gil) <= set(row.decoders)
    assert ("Pillow" in row.decoders) == bool(row.pillow)
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


@pytest.mark.parametrize("name", DECODERS)
def test_each_reader_has_a_decoder_of_its_name_and_is_installed(name: str) -> None:
    decoder = core_decoder(name) or QtDecoder()
    assert decoder.name == name
    assert any(name in row.decoders for row in FORMATS)
    extras = PROJECT["optional-dependencies"]
    brought_by = extras[DECODERS[name].extra] if DECODERS[name].extra else PROJECT["dependencies"]
    assert name.startswith(OWN) or name in " ".join(brought_by)
