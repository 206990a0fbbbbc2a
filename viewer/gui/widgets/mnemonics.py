"""The underlined letters of menus: each row has one of its own, whatever stands in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt5.QtWidgets import QMenu


def give_mnemonics(menu: QMenu) -> None:
    """Underlines a letter in each row of a menu, now and whenever it opens, as its rows may have changed by then."""

    def underline() -> None:
        rows = [action for action in menu.actions() if not action.isSeparator()]
        for action, text in zip(rows, with_mnemonics([action.text() for action in rows]), strict=True):
            action.setText(text)

    menu.aboutToShow.connect(underline)
    underline()


def plain(text: str) -> str:
    """Returns the text of a menu's row as it is read: "&Save" is Save, "R&&B" is R&B."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """Returns texts for the rows of a menu, in each the ``&`` before another letter, as long as there are letters.

    The first letters of words are taken first.
    """
    rows = [plain(text) for text in texts]
    places = [_places(row) for row in rows]
    taken: dict[str, int] = {}

    def place(row: int, asked: set[str]) -> bool:
        """Finds a letter for a row: a free one, else one whose row finds another."""
        for letter in places[row]:
            if letter not in taken:
                taken[letter] = row
                return True
        for letter in places[row]:
            if letter not in asked:
                asked.add(letter)
                if place(taken[letter], asked):
                    taken[letter] = row
                    return True
        return False

    for row in range(len(rows)):
        place(row, set())
    letters = {row: letter for letter, row in taken.items()}
    made = []
    for row, text in enumerate(rows):
        at = places[row].get(letters.get(row, ""), -1)
        made.append(
            "".join(
                f"&{each}" if position == at else "&&" if each == "&" else each for position, each in enumerate(text)
            )
        )
    return made


def _places(text: str) -> dict[str, int]:
    """Returns where each letter and digit of a text stands, those first that begin a word."""
    found = [(at > 0 and text[at - 1].isalnum(), at) for at, each in enumerate(text) if each.isalnum()]
    places: dict[str, int] = {}
    for _, at in sorted(found):
        places.setdefault(text[at].lower(), at)
    return places
