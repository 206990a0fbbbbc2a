"""Files that are no pictures, or want more than a picture may: none starts a program, opens a file or fills memory."""

from __future__ import annotations

import contextlib
import gzip
import lzma
import os
import struct
import sys
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest

from viewer.core.decode import faults
from viewer.core.decode.judge import PictureJudge
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError, NotReadAheadError
from viewer.core.formats import HEAD, LARGEST_FILE
from viewer.core.frame import Size
from viewer.core.storage.local import LocalStorage
from viewer.core.storage.transfer import PIECE, Transfer
from viewer.core.units import GB, MB
from viewer.gui.bridge.qt_decoder import QtDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\n0 0 64 64 rectfill\nshowpage\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
WMF = b"\xd7\xcd\xc6\x9a\0\0" + struct.pack("<4hH", 0, 0, 64, 64, 72) + bytes(6) + b"\1\0\x09\0" + bytes(60)
PREVIEWED = b"\xc5\xd0\xd3\xc6" + struct.pack("<6I", 32, len(POSTSCRIPT), 0, 0, 0, 0) + b"\xff\xff\0\0" + POSTSCRIPT
STRANGERS = {
    "PostScript": (POSTSCRIPT, "It is a PostScript document, not a picture."),
    "PostScript with a preview": (PREVIEWED, "PostScript"),
    "PostScript in gzip": (gzip.compress(POSTSCRIPT), "archive"),
    "PostScript in xz": (lzma.compress(POSTSCRIPT), "archive"),
    "PDF": (b"%PDF-1.7\n" + POSTSCRIPT, "PDF"),
    "SVG": (SVG, "SVG"),
    "a metafile": (WMF, "metafile"),
    "an enhanced metafile": (b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(64), "metafile"),
    "a page for logging in": (b"\n<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
    "MPEG": (b"\0\0\1\xb3\x04\0\x40" + bytes(64), "video"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5"),
    "GRIB": (b"GRIB" + bytes(3) + b"\1" + bytes(64), "GRIB"),
    "a file of the office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not a picture"),
    "a text with its fonts": (b"{\\rtf1\\ansi hello}", "document in RTF"),
    "JSON": (b'{"a": 1}\n', "not a picture"),
    "braces": (b"{ not an edf }\n", "not a picture"),
    "tar": (b"frames/".ljust(257, b"\0") + b"ustar\x0000" + bytes(250), "It is an archive, not a picture."),
    "words": (b"no picture at all, only words that go on", "not a picture"),
    "nothing yet": (bytes(5000), "has not been written"),
}
WINDOW = DecoderRegistry((QtDecoder(),))
WAYS: dict[str, Callable[[bytes], object]] = {
    "array": DecoderRegistry().decode,
    "frame": lambda data: DecoderRegistry().decode(data, for_screen=True),
    "image": lambda data: DecoderRegistry().image(data).load(),
    "window": lambda data: WINDOW.decode(data, for_screen=True),
}
_events: list[str] = []
_watched = [False]


def _note(event: str, arguments: tuple[object, ...], watched: list[bool] = _watched) -> None:
    """Notes what is done; ``watched`` outlives the module, as the hook does."""
    if not watched[0]:
        return
    if event.startswith(("subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.sp")):
        _events.append(event)
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        _events.append(f"open {arguments[0]}")


sys.addaudithook(_note)


@contextlib.contextmanager
def nothing_else() -> Iterator[None]:
    """Fails if a program is started, or a file opened, inside the block."""
    for way in WAYS.values():  # loads the libraries
        with contextlib.suppress(DecodeError):
            way(pictures.encoded(PNG, "PNG"))
    _events.clear()
    _watched[0] = True
    try:
        yield
    finally:
        _watched[0] = False
    assert _events == []


PNG = pictures.rgba()


@pytest.mark.parametrize(("data", "said"), STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_picture_is_refused_by_name_and_starts_nothing(data: bytes, said: str) -> None:
    with nothing_else():
        for way in WAYS.values():
            with pytest.raises(DecodeError, match=said):
                way(data)
    with pytest.raises(DecodeError, match=said):
        PictureJudge(".jpg").look(data.ljust(HEAD), len(data))


@pytest.mark.parametrize("data", [b"\xff\xd8", b"\x89PNG\r\n", b"8BP", b"SIMP", b"\x93NUM"])
def test_the_beginning_of_a_signature_is_cut_off(data: bytes) -> None:
    for look in (DecoderRegistry().decode, lambda data: PictureJudge(".jpg").look(data, len(data))):
        with pytest.raises(DamagedImageError, match=faults.CUT_OFF):
            look(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "ICO", "ICNS", "WEBP"])
def test_what_hides_behind_a_picture_or_in_an_icon_starts_nothing(form: str) -> None:
    data = pictures.encoded(PNG.convert("RGB"), form)
    at = data.find(b"\x89PNG")
    with nothing_else():
        for way in WAYS.values():
            way(data + POSTSCRIPT)
            with contextlib.suppress(DecodeError):
                way(data[:at] + POSTSCRIPT.ljust(len(data) - at) if at > 0 else data[:HEAD] + POSTSCRIPT)


# Pictures that are larger inside than they say


def deflated_tiff(strip: bytes) -> bytes:
    """A TIFF of 64 x 64 pixels of 16 bits, in one strip."""
    values = {256: 64, 257: 64, 258: 16, 259: 8, 262: 1, 273: 122, 277: 1, 278: 64, 279: len(strip)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    return (struct.pack("<4sIH", b"II*\0", 8, len(values)) + entries).ljust(122, b"\0") + strip


def test_a_strip_is_unpacked_no_further_than_its_picture_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = bytes(64 * 64 * 2)
    made = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self) -> None:
            self.inner = real()

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            out = self.inner.decompress(data, most)
            made.append(len(out))
            return out

        @property
        def eof(self) -> bool:
            return self.inner.eof

    monkeypatch.setitem(sys.modules, "imagecodecs", None)  # which unpacks no further, either
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert DecoderRegistry().decode(deflated_tiff(zlib.compress(pixels))).array().shape == (64, 64)
    assert DecoderRegistry().decode(deflated_tiff(zlib.compress(pixels + bytes(9 * MB)))).array().shape == (64, 64)
    assert made == [len(pixels), len(pixels) + 1]
    with pytest.raises(DamagedImageError):
        DecoderRegistry().decode(deflated_tiff(zlib.compress(pictures.noise(Size(64, 128)).tobytes())[:4000]))


@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt", b"iTXt"])
def test_a_text_or_profile_that_is_large_when_unpacked_does_not_spoil_a_picture(kind: bytes) -> None:
    head = b"a\0\1\0\0\0" if kind == b"iTXt" else b"a\0\0"
    data = pictures.png(pictures.colours(), 2, ((kind, head + zlib.compress(bytes(3 * MB))),))
    for way in WAYS.values():
        way(data)
    for registry in (DecoderRegistry(), WINDOW):
        assert np.array_equal(registry.decode(data).array()[..., :3], pictures.colours())


# A file is judged by its size and its first piece

SPARSE = {
    "zeros": (b"", ".jpg", "has not been written"),
    "words": (b"only words " * 10, ".png", "not a picture in a format"),
    "PostScript": (POSTSCRIPT, ".tif", "PostScript"),
    "a small JPEG": (pictures.encoded(PNG.convert("RGB"), "JPEG"), ".jpg", "has 3.0 GB, but the cache size is 1.0 GB"),
    "a TIFF, its pages behind": (b"II*\0\0\0\0\x70", ".tif", "has 3.0 GB"),
    "a huge PNG": (pictures.huge_png(), ".png", "too large: its 60,000 x 60,000 pixels|are the most"),
    "a kind without a signature": (b"Image type: x", ".im", "has 3.0 GB"),
}


@pytest.mark.parametrize(("content", "suffix", "said"), SPARSE.values(), ids=SPARSE)
def test_of_a_giant_no_more_than_its_first_piece_is_read(
    content: bytes, suffix: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / f"shot{suffix}"
    path.write_bytes(content)
    os.truncate(path, 3 * GB)
    for ahead, error, most in ((32 * MB, NotReadAheadError, 0), (None, DecodeError, PIECE)):
        transfer = Transfer()
        transfer.judge = PictureJudge(suffix, ahead, GB, GB)
        with pytest.raises(error, match="too much to be read ahead" if ahead else said):
            LocalStorage().read(str(path), transfer)
        assert transfer.received == most
        assert transfer.part is None
    os.truncate(path, LARGEST_FILE + 1)
    transfer = Transfer()
    transfer.judge = PictureJudge(suffix)
    with pytest.raises(DecodeError, match=said.replace("3.0", "4.3").partition(", but")[0]):
        LocalStorage().read(str(path), transfer)


@pytest.mark.parametrize("urgent", [False, True])
def test_what_is_no_picture_is_refused_at_its_first_piece(urgent: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    path = tmp_path / "shot.jpg"
    path.write_bytes(b"only words " * 1_000_000)
    transfer = Transfer()
    transfer.set_urgent(urgent=urgent)
    transfer.judge = PictureJudge(".jpg", None)
    with pytest.raises(DecodeError, match="not a picture"):
        LocalStorage().read(str(path), transfer)
    assert transfer.received == (1 << 20 if urgent else PIECE)


def test_a_large_picture_with_too_many_pixels_is_refused_at_its_first_piece() -> None:
    judge = PictureJudge(".png", None, decoded=4_000_000)
    judge.look(pictures.huge_png(), 1000)  # a small file is read whole, and its decoder says what is wrong
    with pytest.raises(ImageTooLargeError):
        judge.look(pictures.huge_png(), 100 * MB)
