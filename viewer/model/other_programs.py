"""Other programs of this computer: the one that shows folders, and those that open pictures.

They are started by a command of the user's only, from a list of arguments, never through a shell, and get the path of
one file. The functions block, so they run on workers: what a desktop starts may ask the share first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDS_WITHIN = 3.0
"""Seconds in which a program ends that cannot do what it is asked; one that runs longer does it."""
_running: list[subprocess.Popen[bytes]] = []


def showing(path: str, platform: str = sys.platform) -> tuple[list[str], ...]:
    """Returns the commands that show a file in its folder, to be tried in this order."""
    if platform == "win32":
        return (["explorer", "/select,", path],)
    if platform == "darwin":
        return (["open", "-R", path],)
    bus = "org.freedesktop.FileManager1"
    address = f"file://{quote(os.fsencode(path))}"  # commas too, which would part one address from the next
    call = ["dbus-send", "--session", "--print-reply", "--reply-timeout=2500", f"--dest={bus}"]
    items = [f"/{bus.replace('.', '/')}", f"{bus}.ShowItems", f"array:string:{address}", "string:"]
    return [*call, *items], ["xdg-open", os.path.split(path)[0]]


def opening(path: str, program: str = "", platform: str = sys.platform) -> tuple[list[str], ...]:
    """Returns the commands that open a file, to be tried in this order.

    With ``program``, the path of a program or its name, or else the one that the system has for such files.
    """
    if program:
        return (["open", "-a", program, path] if platform == "darwin" else [program, path],)
    if platform == "win32":
        return (["explorer", path],)
    return (["open" if platform == "darwin" else "xdg-open", path],)


def run(commands: Iterable[list[str]]) -> None:
    """Starts the first of the commands that works; one that is still running after a while does.

    Raises:
        OSError: none of them works; it says why the last one does not.
    """
    _running[:] = [each for each in _running if each.poll() is None]
    trouble = OSError("there is no program for it")
    for command in commands:
        try:
            nothing = subprocess.DEVNULL
            process = subprocess.Popen(  # noqa: S603 - a list, without a shell
                command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
            )
        except FileNotFoundError as error:
            trouble = OSError(error.errno, f"{command[0]} is not installed here")
            continue
        except OSError as error:
            trouble = OSError(error.errno, f"{command[0]} cannot be started ({error.strerror})")
            continue
        try:
            code = process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            _running.append(process)
            return
        if code == 0 or command[0] == "explorer":  # which ends with 1 whatever it does
            return
        trouble = OSError(f"{command[0]} has ended with {code}")
    raise trouble
