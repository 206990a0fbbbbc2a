"""What things are called, and the words that explain them: plain ones, each for one thing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from typing import TYPE_CHECKING

from sources import TEXTS, TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_NAMES = frozenset({"told", "somebody", "whoever", "reins", "desk", "hand", "hands"})
"""Words that no identifier has: they do not say what a thing is."""
NO_WORDS = re.compile(r"(?i:\b(?:somebody|whoever)\b|\bis\s+told\s+that\b)|\bSee\s+:meth:")
"""What no docstring and no comment says: an agent and a verb say more."""


def identifiers(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Yields each name where it is made and where it is used, and the words in it."""
    for node in ast.walk(tree):
        for name in (getattr(node, field, None) for field in ("name", "id", "attr", "arg", "asname")):
            if isinstance(name, str):
                parts = re.findall("[A-Z]?[a-z]+", name) if isinstance(node, ast.ClassDef) else name.split("_")
                yield name, {part.lower() for part in parts}


def explanations(text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the line and the text of each docstring, and of the comments, of which those in a row are one."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str() as docstring)):
                yield node.lineno, docstring
    comments: list[tuple[int, str]] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            start = token.start[0]
            if comments and comments[-1][0] + comments[-1][1].count("\n") + 1 == start:
                comments[-1] = comments[-1][0], comments[-1][1] + "\n" + token.string.lstrip("# ")
            else:
                comments.append((start, token.string))
    yield from comments


def test_no_two_public_classes_have_one_name() -> None:
    homes = defaultdict(list)
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
    assert len(homes) > 200
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


def test_no_name_is_of_a_private_language() -> None:
    sample = (
        "import a as desk_1\nclass _InHand: at_hand, handle, HandCursor = f(reins=told)\ndef somebody(): self.hands"
    )
    found = {name for name, words in identifiers(ast.parse(sample)) if words & NO_NAMES}
    assert found == {"desk_1", "_InHand", "at_hand", "reins", "told", "somebody", "hands"}
    left = {
        module: names
        for module, tree in TREES.items()
        if (names := sorted({name for name, words in identifiers(tree) if words & NO_NAMES}))
    }
    assert left == {}


def test_explanations_say_who_does_what() -> None:
    sample = "def f():\n    '''Is told\n    that.'''\n    x  # who-\n    # ever\n    # for somebody\n"
    assert [len(NO_WORDS.findall(text)) for _, text in explanations(sample, ast.parse(sample))] == [1, 1]
    found = {
        module: lines
        for module, tree in TREES.items()
        if (lines := [line for line, text in explanations(TEXTS[module], tree) if NO_WORDS.search(text)])
    }
    assert found == {}, "the lines where the explanations begin"
