"""How large a class and a module may get, and that an object's private fields are its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from sources import TEXTS, TREES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_METHODS = 45
MOST_FIELDS = 24
MOST_LINES = 620


class Members(NamedTuple):
    """What a class has, that of its bases among our own classes included."""

    methods: frozenset[str]
    fields: frozenset[str]


def members(trees: Mapping[str, ast.Module]) -> dict[str, Members]:
    """Returns what each class has, by its full name."""
    classes: dict[str, tuple[str, ast.ClassDef]] = {}
    for module, tree in trees.items():
        classes |= {
            f"{module}.{node.name}": (module, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
        }
    origins = {f"{module}.{name}": origin for module, tree in trees.items() for name, origin in imports(tree).items()}

    def of(name: str) -> Members:
        module, node = classes[name]
        own = frozenset(each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
        together = Members(own, frozenset(fields(node)))
        for base in node.bases:
            found = resolved(module, base.value if isinstance(base, ast.Subscript) else base)
            if found in classes and found != name:
                together = Members(*map(frozenset.union, together, of(found)))
        return together

    def resolved(module: str, base: ast.expr) -> str:
        first, _, rest = ast.unparse(base).partition(".")
        found = f"{module}.{first}"
        while found in origins:
            found = origins[found]
        return f"{found}.{rest}".rstrip(".")

    return {name: of(name) for name in classes}


def imports(tree: ast.Module) -> dict[str, str]:
    """Returns the names that a module imports, and where each is from."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found |= {alias.asname or alias.name: home + alias.name for alias in node.names}
    return found


def fields(node: ast.ClassDef) -> Iterator[str]:
    """Yields the names that the methods of a class assign to their own object, or a dataclass does for them.

    Those of a frozen dataclass are the parts of a value, as those of a named tuple are, and no state.
    """
    decorators = [ast.unparse(each) for each in node.decorator_list]
    if any(each.startswith("dataclass") and "frozen=True" not in each for each in decorators):
        for statement in node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    yield name
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.args.args:
            own = method.args.args[0].arg
            for each in ast.walk(method):
                match each:
                    case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if name == own:
                        yield each.attr


def private_names(trees: Iterable[ast.Module]) -> set[str]:
    """Returns the names of private methods and fields of classes; what other libraries call private is their affair."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names = {name for each in classes for name in fields(each)}
    for each in (each for node in classes for each in node.body):
        match each:
            case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if name.startswith("_")}


def trespasses(tree: ast.Module, private: set[str]) -> Iterator[str]:
    """Yields the places where a private field of another object is used; a function of a module is no such field."""
    own = {"self", "cls", *(name for name, origin in imports(tree).items() if name == origin)}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                continue
            case ast.Attribute(value=owner, attr=name):
                pass
            case ast.Call(
                func=ast.Name(id="getattr" | "setattr" | "hasattr" | "delattr"),
                args=[owner, ast.Constant(value=str() as name), *_],
            ):
                pass
            case _:
                continue
        if name in private and not name.endswith("_") and ast.unparse(owner) not in own:
            yield f"{node.lineno}: {ast.unparse(node)}"


def test_no_class_is_larger_than_can_be_understood() -> None:
    sizes = {name: (len(each.methods), len(each.fields)) for name, each in members(TREES).items()}
    assert len(sizes) > 300
    large = {name: (m, f) for name, (m, f) in sizes.items() if m > MOST_METHODS or f > MOST_FIELDS}
    assert large == {}, "methods and fields"


def test_no_module_is_longer_than_can_be_understood() -> None:
    lengths = {module: len(text.splitlines()) for module, text in TEXTS.items()}
    assert {module: length for module, length in lengths.items() if length > MOST_LINES} == {}


def test_no_object_uses_the_private_fields_of_another() -> None:
    private = private_names(TREES.values())
    assert len(private) > 500
    assert [f"{module}:{each}" for module, tree in TREES.items() for each in trespasses(tree, private)] == []


def test_the_measures_see_what_they_are_to_see() -> None:
    base = "class Base:\n  def __init__(self): self.a = 1\n  def one(self): ...\n  @property\n  def two(self): ..."
    derived = (
        "import viewer.base as b\nfrom viewer.door import Base as Other\n"
        "class One(Other[int]):\n  def two(me):\n    me.b, (self.c, me.d) = x\n    for me.a in x: me.e.f += 1\n"
        "class Two(b.Base): ...\nclass Three(One, Two, list): ...\n"
        "@dataclass(eq=False)\nclass Four(b.Base):\n  f: int\n  g = 1\n"
        "@dataclass(frozen=True)\nclass Value:\n  f: int"
    )
    trees = {"viewer.base": base, "viewer.door": "from viewer.base import Base", "viewer.derived": derived}
    seen = members({module: ast.parse(text) for module, text in trees.items()})
    methods = frozenset({"__init__", "one", "two"})
    assert seen["viewer.derived.One"] == Members(methods, frozenset("abd"))
    assert seen["viewer.derived.Two"] == seen["viewer.base.Base"] == Members(methods, frozenset("a"))
    assert seen["viewer.derived.Three"] == seen["viewer.derived.One"]
    assert (seen["viewer.derived.Four"].fields, seen["viewer.derived.Value"].fields) == (frozenset("af"), frozenset())
    own = "import os\nos._exit(self._a), cls._a, super()._a, x.__dict__, pair._replace(a=1), getattr(self, '_a')"
    private = private_names([ast.parse("class One:\n  def _a(self): self._b = self._c = self._d = 1")])
    assert list(trespasses(ast.parse(own), private)) == []
    others = ["x._a", "self.x._b", "f()._c", "getattr(x, '_d')"]
    assert sorted(trespasses(ast.parse(", ".join(others)), private)) == sorted(f"1: {each}" for each in others)
