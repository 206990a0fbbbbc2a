"""The frames visited, to go back to and forward again, as in a web browser."""

from __future__ import annotations

from viewer.core.records import NamedTuple

MOST_VISITS = 100
"""Visits remembered at most."""


class Visit(NamedTuple):
    """A frame that the user has looked at.

    Attributes:
        text: what was opened, as it was typed or chosen.
        key: which sequence of it.
        number: the frame number.
    """

    text: str
    key: str
    number: int


class History:
    """The visits before and after the present one; owner thread only, in memory only.

    The present visit is not among them, as steps to neighbours are not noted: each call gets it.

    Attributes:
        behind: the visits before the present one, the last one last.
        ahead: those that the user has gone back from, the next one last.
    """

    def __init__(self) -> None:
        self.behind: list[Visit] = []
        self.ahead: list[Visit] = []

    def note(self, visit: Visit) -> None:
        """Notes the visit that ends with a jump; the visits ahead are dropped.

        A visit noted twice in a row is there once, and the oldest beyond :data:`MOST_VISITS` is forgotten.
        """
        self.ahead.clear()
        if self.behind[-1:] != [visit]:
            self.behind.append(visit)
            del self.behind[:-MOST_VISITS]

    def go(self, direction: int, here: Visit | None) -> Visit | None:
        """Returns the visit that the user went back from, with -1 the one before ``here``; None if there is none.

        From then on ``here``, None when nothing is open, is on the other side of it.
        """
        source, target = (self.ahead, self.behind) if direction > 0 else (self.behind, self.ahead)
        while source[-1:] == [here]:  # the user has stepped back there meanwhile: going there would do nothing
            source.pop()
        if not source:
            return None
        if here is not None:
            target.append(here)
        return source.pop()
