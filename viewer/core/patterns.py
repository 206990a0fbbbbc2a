"""Regular expressions that are compiled when they are first used: 150 of them at the start took 20 ms."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LatePattern:
    """A pattern that is compiled when something of it is first asked for; any thread."""

    def __init__(self, text: Any, flags: int) -> None:  # noqa: ANN401 - text or bytes
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def late_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Returns what :func:`re.compile` does, for module level; whether ``text`` is a pattern shows at the first use."""
    return cast("re.Pattern[AnyStr]", _LatePattern(text, flags))
