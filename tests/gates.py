"""Loads that start and end when the test says so, alike in threads and in other processes."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

LONG = 20.0
"""Seconds after which a test gives up waiting for what should come at once."""


class Gate:
    """Where loads wait, each over a line of its own, until the test lets them go."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(LONG)
        self._waiting: dict[str, socket.socket] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def address(self) -> tuple[str, int]:
        """What :func:`load_at_gate` is called with."""
        host, port = self._server.getsockname()
        return host, port

    def next_started(self) -> str:
        """Waits for the next load to start, and returns its name; they are told in the order of their starts."""
        line, _ = self._server.accept()
        line.settimeout(LONG)
        with line.makefile("r", encoding="utf-8") as reader:
            name = reader.readline().strip()
        self._waiting[name] = line
        return name

    def open(self, name: str) -> None:
        """Lets a load that has started return."""
        self._waiting.pop(name).close()

    def close(self) -> None:
        """Lets all go, also those that come later."""
        self._server.close()
        for line in self._waiting.values():
            line.close()
        self._waiting.clear()


def load_at_gate(address: tuple[str, int], name: str) -> str:
    """Waits at a gate and returns its name; at a gate that is closed for good it does not wait."""
    try:
        with socket.create_connection(address) as line:
            line.sendall(f"{name}\n".encode())
            line.recv(1)
    except OSError:
        pass
    return name


def note(path: Path, name: str) -> str:
    """Adds a line to a file, whole, and returns its name."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{name}\n".encode())
    finally:
        os.close(handle)
    return name


def noted(path: Path) -> list[str]:
    """Returns the lines of a file, none if there is no file."""
    return path.read_text().splitlines() if path.exists() else []


def die_at_first(path: Path, name: str) -> str:
    """Ends its process the first time, returns its name after that."""
    first = not path.exists()
    note(path, name)
    if first:
        os.kill(os.getpid(), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    return name


def die(path: Path, name: str) -> None:
    """Ends its process."""
    note(path, name)
    os._exit(3)


def raise_it(kind: type[BaseException], *arguments: object) -> None:
    """Raises what it is told to."""
    raise kind(*arguments)
