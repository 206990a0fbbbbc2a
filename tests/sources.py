"""The modules of the package as the architecture tests read them: text and syntax, without importing anything."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXTS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text("utf-8")
    for path in sorted((ROOT / "viewer").rglob("*.py"))
}
"""Module name to source text."""
TREES = {module: ast.parse(text) for module, text in TEXTS.items()}
"""Module name to syntax tree."""
