"""Readers that hold the GIL, in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pictures
import pytest
from PIL import Image

from viewer.core.decode import apart
from viewer.core.decode.apart import DecoderProcesses
from viewer.core.decode.decoder import MOST_BYTES
from viewer.core.decode.registry import DecoderRegistry
from viewer.core.errors import DamagedImageError, DecodeError, ImageTooLargeError
from viewer.core.workers.processes import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIDE = 64
"""Pixels of the picture in the icon: a bitmap, so that it is Pillow's."""
ICON = pictures.encoded(
    Image.fromarray(pictures.colours()).resize((64, 64)), "ICO", bitmap_format="bmp", sizes=[(64, 64)]
)


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
    colours = Image.fromarray(pictures.colours())
    for data in (pictures.encoded(colours.convert("P"), "BLP"), pictures.encoded(colours, "BMP")):
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


@pytest.mark.parametrize(
    ("fault", "seconds", "how"),
    [("_end", 30.0, "was ended by SIGKILL"), ("_hang", 0.3, "was ended because its call was given up")],
)
def test_a_process_that_ends_or_hangs_over_a_file_gives_way_to_another(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch, fault: str, seconds: float, how: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(apart, "_decoded", globals()[fault])
        patched.setattr(apart, "HANGS_AFTER", seconds)
        patched.setattr(apart, "FOR_EACH_MB_DECODED", 0)
        with pytest.raises(DecodeError, match=rf"^It could not be decoded\. The worker process {how}") as caught:
            processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True)
    assert type(caught.value) is DecodeError  # not damaged: its copy on this disk is kept
    assert processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True).size == (SIDE, SIDE)


def _end(*_arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hang(*_arguments: object) -> None:
    signal.pause()


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


def test_what_has_nothing_to_do_is_ended_and_started_again(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "IDLE", 0.02)
    before = set(multiprocessing.active_children())
    for _ in range(2):
        assert processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True).size == (SIDE, SIDE)
        for child in set(multiprocessing.active_children()) - before:
            child.join(5)
        assert not set(multiprocessing.active_children()) - before


def test_closing_ends_what_is_being_decoded_at_once(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_decoded", _hang)
    begun, call = threading.Semaphore(0), InProcess.call

    def noted(worker: InProcess, function: Callable[..., object], *arguments: object) -> object:
        begun.release()
        return call(worker, function, *arguments)

    monkeypatch.setattr(InProcess, "call", noted)
    caught: list[BaseException] = []

    def decode() -> None:
        with pytest.raises(DecodeError) as error:
            processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True)
        caught.append(error.value)

    threads = [threading.Thread(target=decode) for _ in range(apart.MOST + 1)]
    for thread in threads:
        thread.start()
    for _ in range(apart.MOST):
        assert begun.acquire(timeout=5)
    began = time.monotonic()
    processes.close()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 1
    assert len(caught) == len(threads)


def test_what_is_closed_decodes_no_more(processes: DecoderProcesses) -> None:
    processes.close()
    with pytest.raises(DecodeError):
        processes.decode("Pillow", ICON, MOST_BYTES, for_screen=True)


def test_nothing_of_it_is_loaded_before_the_first_picture_and_a_process_holds_no_qt(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys, viewer.core.decode.apart as a; a.DecoderProcesses(); print('multiprocessing' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
    monkeypatch.setattr(apart, "_decoded", _modules)
    assert not {"PyQt5", "viewer.app", "viewer.gui", "viewer.model"} & set(_loaded_there(processes))


def _loaded_there(processes: DecoderProcesses) -> Any:  # noqa: ANN401 - a stand-in for a frame
    return processes.decode("Pillow", b"", MOST_BYTES, for_screen=True)


def _modules(*_arguments: object) -> list[str]:
    return list(sys.modules)
