"""Libraries that the program has imported already: no value is of their kinds before that."""

from __future__ import annotations

import sys
from typing import Any


def loaded(module: str) -> Any:  # noqa: ANN401 - a module of another library
    """Returns a module if it has been imported, None otherwise; any thread.

    None too for one that another thread is importing just now: it stands among the modules, but without its names.
    """
    found = sys.modules.get(module)
    if found is None:
        return None
    is_partial = getattr(getattr(found, "__spec__", None), "_initializing", False)  # as importlib marks it
    return None if is_partial else found
