"""The README and the tables of its pages say what the program has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.formats import DECODERS, FORMATS, OWN
from viewer.core.units import format_bytes
from viewer.model.commands import COMMANDS, MOUSE
from viewer.model.preferences import Preferences, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

README = Path(__file__).parents[2] / "README.md"
PAGES = README.parent / "resources" / "docs"
_ARROWS = {"Right": "→", "Left": "←"}


def written(name: str, page_name: str = "") -> str:
    """Returns the table called ``name`` on its page, that of this name unless another is named."""
    page = (PAGES / f"{page_name or name}.md").read_text("utf-8")
    match = re.search(rf"<!-- {name}: .*?-->\n(.*?)<!-- end of {name} -->", page, re.DOTALL)
    assert match is not None
    return match[1].strip()


def table(head: str, lines: list[str]) -> str:
    """Returns a table of Markdown."""
    columns = head.count("|") - 1
    return "\n".join([head, "|" + " --- |" * columns, *lines])


def keys_table() -> str:
    """Returns the table of keys as its page must have it."""
    lines = []
    for command in COMMANDS:
        if command.keys:
            keys = " or ".join(
                "+".join(_ARROWS.get(part, part) for part in (key.split("+") if len(key) > 1 else [key]))
                for key in command.keys
            )
            lines.append(f"| {keys} | {command.text.rstrip('…')} |")
    return table("| key | does |", lines)


def preferences_table() -> str:
    """Returns the table of preferences as its page must have it."""
    lines = []
    defaults = Preferences()
    for name, row in rows():
        value = getattr(defaults, name)
        default = row.words(value)
        if name == "cache_bytes":
            default = f"a quarter of the free memory, 0.5 to 8 GB; from {format_bytes(row.minimum)}"
        elif row.unit == "bytes":
            default += f"; from {format_bytes(row.minimum)}"
        elif row.maximum:
            least = row.minimum + 1 if row.special else row.minimum
            default += f"{' or' if row.special else ','} from {least:g} to {row.maximum:g}"
            default += f" {row.unit}" if row.special and row.unit else ""
        lines.append(f"| {row.page}: {row.label} | {default} | {row.help} |")
    return table("| preference | default | |", lines)


def formats_table() -> str:
    """Returns the table of formats as its page must have it."""
    lines = []
    for row in FORMATS:
        readers = []
        for name in row.decoders:
            extra = DECODERS[name].extra
            words = ["Lookahead"] if name.startswith(OWN) else [name]
            words += [f"with `pip install lookahead[{extra}]`"] if extra else []
            words += ["in the window"] if name == "Qt" else []
            words += ["in a process of its own"] if name in row.holds_gil else []
            readers.append(" ".join(words))
        lines.append(f"| {row.name} | {' '.join(f'`{each}`' for each in row.suffixes)} | {'; '.join(readers)} |")
    return table("| format | files | read by, in this order |", lines)


def test_the_formats_are_those_of_the_decoders() -> None:
    assert written("formats") == formats_table()


def test_the_keys_are_those_of_the_commands() -> None:
    assert written("keys") == keys_table()
    assert written("mouse", "keys") == table("| where | does |", [f"| {where} | {does} |" for where, does in MOUSE])


def test_the_preferences_are_those_of_the_dialog() -> None:
    assert written("preferences") == preferences_table()


def test_the_example_for_scripts_runs(
    frames: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    monkeypatch.chdir(frames("shots", 12).parent)
    exec(compile(example[1], str(README), "exec"), {})  # noqa: S102 - our own README
    assert capsys.readouterr().out.startswith("12 frames, from number 1\n")
