"""The standard output for the table alone: what the user's function prints goes to the standard error meanwhile."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, BinaryIO

from viewer.core.errors import LookaheadError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Yields the standard output, which all others lose to the standard error: Python, C libraries, child processes.

    Raises LookaheadError if there is none. One thread at a time.
    """
    if sys.stdout is None:
        raise LookaheadError("The standard output is closed. Use --output FILE.csv.")
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "wb", buffering=0) as table:  # which child processes do not get
        _turn(1, 2)
        try:
            with redirect_stdout(sys.stderr):  # for the order of the lines: the file behind it has a buffer
                yield table
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
            os.dup2(table.fileno(), 1)


def _turn(descriptor: int, to: int) -> None:
    """Has what is written to ``descriptor`` go to another one, or nowhere if that is closed."""
    try:
        os.dup2(to, descriptor)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
