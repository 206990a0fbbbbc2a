"""The command as a process: how it ends, and with which exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from slow_share import SlowShare

SCRIPT = """
import os, signal, sys, threading
from viewer.core.executor import waited_for
from viewer.launch import launched, leave

is_asking = threading.Event()

def ask():
    is_asking.set()  # no other thread runs from here until it is in the call
    os.listdir(sys.argv[1])

def report():
    is_asking.wait()
    print("asked", flush=True)

def work():
    {work}

sys.exit(launched(work))
"""
HANGING = "threading.Thread(target=ask, daemon=True).start(); report(); "
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the command is one process")


def program(work: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts a program that does ``work``."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("{work}", work), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    )


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("print('done'); return 7", 7),
        ("print('done'); sys.exit(2)", 2),
        ("print('done'); leave(3)", 3),
        ("print('done'); raise ValueError('odd')", 1),
        ("print('done', flush=True); os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("print('done', flush=True); os.kill(os.getppid(), signal.SIGTERM); signal.pause()", 128 + signal.SIGTERM),
        ("print('done'); return waited_for(lambda: 5)", 5),
        ("print('done'); return waited_for(lambda: {}[5])", 1),
    ],
)
def test_the_exit_code_is_that_of_what_was_done(work: str, code: int) -> None:
    with program(work) as process:
        said, complained = process.communicate(timeout=20)
    assert (process.returncode, said) == (code, "done\n")
    assert bool(complained) == ("odd" in work or "[5]" in work)


@pytest.mark.parametrize(
    ("work", "number", "code"),
    [
        (HANGING + "return 7", 0, 7),
        (HANGING + "leave(7)", 0, 7),
        (HANGING + "raise KeyboardInterrupt", 0, 128 + signal.SIGINT),
        (HANGING + "signal.pause()", signal.SIGTERM, 128 + signal.SIGTERM),
        ("threading.Thread(target=report).start(); ask()", signal.SIGINT, 128 + signal.SIGINT),
        (  # as one that came just before the call
            "signal.signal(signal.SIGINT, signal.SIG_IGN); threading.Thread(target=report).start(); ask()",
            signal.SIGINT,
            128 + signal.SIGINT,
        ),
    ],
)
def test_it_ends_at_once_though_a_call_to_the_share_hangs(
    frames: Callable[..., Path], slow_share: Callable[..., SlowShare], work: str, number: int, code: int
) -> None:
    share = slow_share(frames("shots", 1, size=(16, 9)), profile="local")
    share.away("hang", 60)
    with program(work, str(share.mountpoint)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        began = time.monotonic()
        if number:
            process.send_signal(number)
        ended = process.wait(20)
        # Whether the signal that Python ends itself by gets through to the call is the kernel's affair; for shells
        # that is the same.
        assert (128 - ended if ended < 0 else ended) == code
        assert time.monotonic() - began < 2
        share.clear()


def test_the_child_does_not_outlive_its_parent() -> None:
    with program("print('begun', flush=True); signal.pause()") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        began = time.monotonic()
        process.kill()
        assert process.stdout.read() == "", "it ends when the last one has closed it"
        assert time.monotonic() - began < 30
