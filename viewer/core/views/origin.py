"""Where a sequence was made, for the text of its errors."""

from __future__ import annotations

import sys


def caller() -> str:
    """Returns the file and line that called into this package, as in ``script.py, line 12``; a look at the stack."""
    package = __name__.partition(".")[0]
    frame = sys._getframe()  # noqa: SLF001 - inspect.stack() reads source files: 1000 times slower
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"
