"""The places visited, to go back to and forward again, as in a web browser."""

from __future__ import annotations

from typing import NamedTuple

MOST_PLACES = 100
"""Places remembered at most."""


class Visit(NamedTuple):
    """Somewhere that somebody has been.

    Attributes:
        text: what was opened, as it was typed or chosen.
        key: which sequence of it.
        number: the frame number.
    """

    text: str
    key: str
    number: int


class History:
    """The places behind and ahead of where somebody is; owner thread only, in memory only.

    Where somebody is now is not among them, as steps to neighbours are not noted: each call is told.
    """

    def __init__(self) -> None:
        self._behind: list[Visit] = []
        self._ahead: list[Visit] = []

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place behind."""
        return bool(self._behind)

    @property
    def can_go_forward(self) -> bool:
        """Whether somebody has gone back from another place."""
        return bool(self._ahead)

    def note(self, place: Visit) -> None:
        """Notes the place that is being left for a new one; what was ahead is dropped.

        A place noted twice in a row is there once, and the oldest beyond :data:`MOST_PLACES` is forgotten.
        """
        self._ahead.clear()
        if self._behind[-1:] != [place]:
            self._behind.append(place)
            del self._behind[:-MOST_PLACES]

    def back(self, here: Visit | None) -> Visit | None:
        """Returns the place before ``here``, which is ahead from then on; None if there is none."""
        return _move(here, self._behind, self._ahead)

    def forward(self, here: Visit | None) -> Visit | None:
        """Returns the place that somebody went back from, with ``here`` behind from then on; None if there is none."""
        return _move(here, self._ahead, self._behind)


def _move(here: Visit | None, source: list[Visit], target: list[Visit]) -> Visit | None:
    while source[-1:] == [here]:  # somebody has stepped back there meanwhile: going there would do nothing
        source.pop()
    if not source:
        return None
    if here is not None:  # nothing is open
        target.append(here)
    return source.pop()
