"""Finds what modules import, in whatever way they do it."""

import ast
from collections.abc import Collection, Iterator, Mapping
from importlib.util import resolve_name
from pathlib import Path

Graph = Mapping[str, Collection[str]]
"""The modules that each module imports."""


def modules_in(root: Path, *packages: str) -> dict[str, Path]:
    """The files of packages, by the full names of their modules."""
    found = {}
    for package in packages:
        for file in (root / package).rglob("*.py"):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def import_graph(modules: Mapping[str, Path]) -> dict[str, set[str]]:
    """What each module imports of the others, and of packages elsewhere."""
    return {
        name: imports_of(
            file.read_text(encoding="utf-8"),
            name,
            modules,
            is_package=file.name == "__init__.py",
        )
        for name, file in modules.items()
    }


def imports_of(
    source: str, module: str, known: Collection[str], *, is_package: bool = False
) -> set[str]:
    """Every module that a source imports, wherever in it and for whatever purpose.

    That is also within functions, under `TYPE_CHECKING`, and by a string that is the full name of a
    known module, as `importlib.import_module` takes it.

    Args:
        source: of the module.
        module: its full name.
        known: the full names of modules, to tell `from package import module` from other names.
        is_package: whether it is an `__init__.py`, from which relative imports start elsewhere.
    """
    package = module if is_package else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(source)):
        found |= {_module_of(name, known) for name in _imported_by(node, package)}
        if isinstance(node, ast.Constant) and node.value in known and "." in str(node.value):
            found.add(str(node.value))
    return found - {module}


def _imported_by(node: ast.AST, package: str) -> Iterator[str]:
    """The full names that a statement or a call imports, be they modules or in modules."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = resolve_name("." * node.level + (node.module or ""), package)
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        names = [str(each.value) for each in given if isinstance(each, ast.Constant)]
        if names and names[0].startswith("."):
            yield resolve_name(names[0], names[1] if len(names) > 1 else package)


def _module_of(name: str, known: Collection[str]) -> str:
    """The module that holds what is named: `bot.app` for `bot.app.GradcamBot`."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if (prefix := ".".join(parts[:length])) in known:
            return prefix
    return parts[0]


def cycles(graph: Graph) -> list[list[str]]:
    """The groups of modules that import each other, each group sorted."""
    found: list[list[str]] = []
    for module in graph:
        group = sorted(
            other
            for other in _reachable(graph, module)
            if other in graph and module in _reachable(graph, other)
        )
        if group and group not in found:
            found.append(group)
    return found


def _reachable(graph: Graph, module: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(graph.get(module, ()))
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting.extend(graph.get(each, ()))
    return reached
