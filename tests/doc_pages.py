"""The pages for people: their sections, and the code in them."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "resources" / "docs").glob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str
    line: int


class Section(NamedTuple):
    """A part of a page below one heading."""

    page: Path
    heading: str
    blocks: list[Block]

    def __str__(self) -> str:
        return f"{self.page.stem}: {self.heading}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [Block(match[1], match[2], text.count("\n", 0, match.start()) + 1) for match in FENCE.finditer(text)]


def sections_of(page: Path) -> Iterator[Section]:
    text = page.read_text("utf-8")
    inside = [(match.start(), match.end()) for match in FENCE.finditer(text)]
    headings = [
        (text.count("\n", 0, match.start()) + 1, match[1])
        for match in re.finditer(r"^## (.*)$", text, re.MULTILINE)
        if not any(start <= match.start() < end for start, end in inside)
    ]
    ends = [line for line, _ in headings[1:]] + [sys.maxsize]
    for (line, heading), end in zip(headings, ends, strict=True):
        yield Section(page, heading, [block for block in blocks_of(page) if line < block.line < end])


def code_of(block: Block) -> str:
    """Returns the code of a block without what it prints."""
    if block.language == "python":
        return block.text
    return "".join(example.source for example in doctest.DocTestParser().get_examples(block.text))
