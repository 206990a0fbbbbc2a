"""What the pages say is what happens: their examples run, their links and paths lead somewhere, nothing is left out.

A page is a series of sections, and the examples of one section run in one go, in an empty folder beside a folder
"shots" with twelve small pictures and a folder "deep" with as many of 16 bits. In a section stand ``pycon`` blocks,
which are doctests, and ``python`` blocks; those that ask for ``__name__`` are whole scripts, run as such, and print the
``text`` block that follows. Where a library is not installed, what stands in for it in ``stand_ins`` is taken, or else
the example is left out.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doc_pages import FENCE, PAGES, ROOT, Section, blocks_of, code_of, sections_of

import viewer.core

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STAND_INS = ROOT / "tests" / "stand_ins"
RUN = ROOT / "resources" / "docs" / "run.md"
CONTRIBUTING = ROOT / "resources" / "docs" / "contributing.md"
FRONT_PAGES = [ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]
ROOMS = ("export", "prefetch", "requests", "results", "views", "workers")

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/(?:[\w.-]+)?)`")


SECTIONS = [section for page in PAGES for section in sections_of(page)]


@pytest.fixture
def shots(frames: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve small pictures in "shots", beside which the examples run."""
    frames("shots", 12, "png", (64, 36))
    monkeypatch.chdir(tmp_path)
    Path("deep").mkdir()
    for number in range(1, 13):
        samples = (1000 * number).to_bytes(2, "big") * 64
        Path(f"deep/deep.{number:04d}.pgm").write_bytes(b"P5 8 8 65535\n" + samples)
    if importlib.util.find_spec("dask") is not None:  # which would keep its threads for the next time
        monkeypatch.setitem(importlib.import_module("dask.config").config, "scheduler", "synchronous")


def missing_from(code: str) -> str | None:
    """Returns the name of a library that ``code`` imports and that is not installed here."""
    names = {
        name
        for node in ast.walk(ast.parse(code))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    tops = sorted({name.partition(".")[0] for name in names})
    return next((name for name in tops if importlib.util.find_spec(name) is None), None)


def failures(test: doctest.DocTest, *, clear_globs: bool = True) -> str:
    """Runs a doctest and returns what is wrong with it."""
    report: list[str] = []
    # Printing goes through the doctest's own stand-in for sys.stdout; what it finds comes here.
    doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(
        test, out=report.append, clear_globs=clear_globs
    )
    return "".join(report)


@pytest.mark.parametrize("section", [each for each in SECTIONS if each.blocks], ids=str)
@pytest.mark.usefixtures("shots")
def test_the_examples_do_what_the_page_says(section: Section) -> None:
    absent = set()
    names: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(section.blocks):
        if block.language not in {"pycon", "python"}:
            continue
        where = f"{section.page}, line {block.line}"
        code = compile(code_of(block), where, "exec", dont_inherit=True)
        library = missing_from(code_of(block))
        if library is not None and not (STAND_INS / f"{library}.py").exists():
            absent.add(library)
        elif block.language == "pycon":
            test = doctest.DocTestParser().get_doctest(block.text, names, str(section), str(section.page), block.line)
            test.globs = names  # the parser has made a copy, and the blocks of a section know one another
            assert failures(test, clear_globs=False) == ""
        elif "__name__" in code.co_names:
            expected = section.blocks[number + 1]
            assert expected.language == "text", f"{where}: what does the script print?"
            assert printed_by(block.text, others=[STAND_INS] if library else []) == expected.text
    if absent:
        pytest.skip(f"Not installed, so the examples with them did not run: {', '.join(sorted(absent))}")


def printed_by(script: str, *arguments: str, others: Sequence[Path] = ()) -> str:
    """Runs a script, or what ``arguments`` name beside it, and returns what that prints; ``others`` hold modules."""
    Path("script.py").write_text(script, "utf-8")
    result = subprocess.run(
        [sys.executable, "-W", "error", *(arguments or ["script.py"])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *others]))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_whole_programs_of_the_pages_are_typed(tmp_path: Path) -> None:
    scripts = [
        block.text for page in PAGES for block in blocks_of(page) if "__main__" in block.text and "import" in block.text
    ]
    assert len(scripts) > 7
    for number, script in enumerate(scripts):
        (tmp_path / f"program_{number}.py").write_text(script, "utf-8")
    environment = {**os.environ, "MYPYPATH": os.pathsep.join([str(ROOT), str(STAND_INS)])}
    mypy = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache")]  # that of make check
    result = subprocess.run(
        [*mypy, *cache, *map(str, sorted(tmp_path.iterdir()))],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "script",
    [block.text for block in blocks_of(RUN) if block.language == "python"],
    ids=lambda script: script.partition("(")[0].rpartition(" ")[2],
)
@pytest.mark.usefixtures("shots")
def test_the_functions_on_the_page_of_the_command_run(script: str) -> None:
    [name] = [node.name for node in ast.parse(script).body if isinstance(node, ast.FunctionDef)]
    table = printed_by(script, "-m", "viewer.run", f"script.py:{name}", "shots", "--output", "-")
    assert len(table.splitlines()) == 1 + 12


def modules() -> list[str]:
    found = []
    for room in ROOMS:
        module = importlib.import_module(f"viewer.core.{room}")
        found.append(module.__name__)
        if hasattr(module, "__path__"):
            found += [each.name for each in pkgutil.iter_modules(module.__path__, f"{module.__name__}.")]
    return found


@pytest.mark.parametrize("name", modules())
@pytest.mark.usefixtures("shots")
def test_the_examples_in_docstrings_do_what_they_say(name: str) -> None:
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        assert failures(test) == ""


@pytest.mark.parametrize("page", PAGES + FRONT_PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_the_links_of_the_pages_lead_somewhere(page: Path) -> None:
    for path, heading in _LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        if heading:
            assert heading in anchors(target), f"{path}#{heading}"


def test_the_paths_on_the_page_for_contributors_are_there() -> None:
    paths = set(_PATH.findall(FENCE.sub("", CONTRIBUTING.read_text("utf-8"))))
    assert len(paths) > 80
    assert sorted(path for path in paths if not ((ROOT / path).exists() or (ROOT / "viewer" / path).exists())) == []


def anchors(page: Path) -> set[str]:
    """Returns what the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_reference_as_make_docs_makes_it_without_a_warning_has_every_public_name(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    recipe = re.search(r"python -m (pdoc .*)", (ROOT / "Makefile").read_text("utf-8"))
    assert recipe is not None
    arguments = [str(folder) if each == "dist/docs" else each for each in recipe[1].split()]
    assert str(folder) in arguments
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    page = (folder / "viewer" / "core.html").read_text("utf-8")
    # One text for each name at the top of the page; those of members have a dot in them.
    reference = dict(re.findall(r'<section id="([^".]+)">(.*?)(?=<section id="[^".]+">|\Z)', page, re.DOTALL))
    described = {name for name, text in reference.items() if 'class="docstring"' in text}
    values = {name for name in reference if not callable(getattr(viewer.core, name, None))}  # they show what they are
    assert set(viewer.core.__all__) - described - values == set()


def test_every_public_name_is_described() -> None:
    # What has no docstring of its own would show that of its class.
    values = {name: getattr(viewer.core, name) for name in viewer.core.__all__}
    silent = [name for name, value in values.items() if not (value.__doc__ or "").strip()]
    methods = [
        f"{name}.{member}"
        for name, value in values.items()
        if isinstance(value, type)
        for member, each in vars(value).items()
        if not member.startswith("_") and (callable(each) or isinstance(each, property)) and not each.__doc__
    ]
    assert silent + methods == []


def test_the_guide_mentions_every_public_name() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert [name for name in viewer.core.__all__ if not re.search(rf"\b{name}\b", text)] == []
