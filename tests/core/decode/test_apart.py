"""Readers that hold the GIL, in processes of their own."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from PIL import Image

from viewer.core.decode import apart
from viewer.core.decode.apart import DecoderProcesses
from viewer.core.decode.decoder import MOST_BYTES
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = 1024
"""Pixels of the largest picture that Pillow writes into an icon."""
ICON = pictures.encoded(Image.fromarray(pictures.colours()).resize((64, 64)), "ICNS")


@pytest.fixture
def processes() -> Iterator[DecoderProcesses]:
    """Processes that are ended with the test."""
    made = DecoderProcesses()
    yield made
    made.close()


def test_what_holds_the_gil_is_decoded_apart_and_all_else_here(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart_from_here = []
    decode = processes.decode

    def noted(name: str, data: bytes, most_bytes: int, *, for_screen: bool) -> object:
        apart_from_here.append((name, for_screen))
        return decode(name, data, most_bytes, for_screen=for_screen)

    monkeypatch.setattr(processes, "decode", noted)
    window, here = DecoderRegistry(processes=processes), DecoderRegistry()
    for data in (ICON, pictures.encoded(Image.fromarray(pictures.colours()), "BMP")):
        for for_screen in (True, False):
            found = window.decode(data, for_screen=for_screen)
            right = here.decode(data, for_screen=for_screen)
            assert np.array_equal(found.array(), right.array())
            assert (found.channels, found.description, found.info) == (right.channels, right.description, right.info)
    assert apart_from_here == [("Pillow", True), ("Pillow", False)]


def test_errors_come_as_what_they_are(processes: DecoderProcesses) -> None:
    with pytest.raises(DamagedImageError):
        processes.decode("Pillow", ICON[:-40], MOST_BYTES, for_screen=True)
    with pytest.raises(ImageTooLargeError) as caught:
        processes.decode("Pillow", ICON, 100, for_screen=True)
    assert caught.value.nbytes == 4 * SIDE * SIDE


def test_a_process_that_ends_over_a_file_is_that_files_fault_and_another_goes_on(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(apart, "_decoded", _end)
        with pytest.raises(DecodeError, match=r"ended over it\.$"):
            processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True)
    assert processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True).size == (SIDE, SIDE)


def _end(*_arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_threads_share_the_processes(processes: DecoderProcesses) -> None:
    sizes = []
    threads = [
        threading.Thread(
            target=lambda: sizes.append(processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True).size)
        )
        for _ in range(2 * apart.MOST)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [(SIDE, SIDE)] * len(threads)


def test_what_is_closed_decodes_no_more(processes: DecoderProcesses) -> None:
    processes.close()
    with pytest.raises(DecodeError):
        processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True)
