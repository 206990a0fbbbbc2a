"""Folder rules: how the owner of a folder wants its pictures grouped and ordered."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from fnmatch import translate
from types import MappingProxyType
from typing import TYPE_CHECKING

from viewer.core.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Order(Enum):
    """How the pictures of a folder are put in order."""

    SEQUENCES = "sequences"
    """Each sequence by itself, as their names say."""
    BY_NAME = "by name"
    """All in one sequence, in the natural order of their names."""
    BY_NUMBER = "by number"
    """All in one sequence, by the last number in their names; of equal ones by name."""
    BY_DATE = "by date"
    """All in one sequence, by when their files were changed; of equal ones by name."""


@dataclass(frozen=True)
class FolderRule:
    """What the user has chosen for a folder; immutable.

    Attributes:
        order: how the pictures are put in order.
        pattern: which part of a name is what, as ``cam{camera}_{frame}_*.png``; "" to find out.
        filter: a text that names must hold; or a glob with ``*`` or ``?`` that they must match, with their suffix or
            without it, from their beginning or, where none does, from anywhere. In any case; "" for all.
    """

    order: Order = Order.SEQUENCES
    pattern: str = ""
    filter: str = ""

    def anywhere(self) -> FolderRule:
        """Returns it with a glob that may begin anywhere in a name; itself with a text, or a glob that does so."""
        wanted = self.filter.strip()
        return replace(self, filter=f"*{wanted}") if re.search(r"[*?]", wanted) and wanted[0] != "*" else self

    def passes(self) -> Callable[[str], bool]:
        """Returns what says of a name whether the filter lets it pass."""
        wanted = _folded(self.filter.strip())
        if not re.search(r"[*?]", wanted):
            return lambda name: wanted in _folded(name)
        matches = re.compile(translate(wanted.replace("[", "[[]"))).match  # it takes a time that grows with the name

        def passes(name: str) -> bool:
            folded = _folded(name)
            return matches(folded) is not None or matches(folded.rpartition(".")[0]) is not None

        return passes


def _folded(text: str) -> str:
    """Returns a text as it counts for the filter: without case, composed."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


AS_NAMED = FolderRule()
"""The rule of folders for which the user has chosen nothing."""

ORDERS = {order.value.removeprefix("by "): order for order in Order}
"""How scripts and the command line call each order: "sequences", "name", "number", "date"."""
NO_TIMES: Mapping[str, int] = MappingProxyType({})
"""The change times of files where none is known."""
