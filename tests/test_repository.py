"""The repository held to its own rules."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_MEBIBYTE = 2**20


def _tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git there is
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [_ROOT / name for name in names if name and (_ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("room", "never"),
    [
        ("core", ("bot", "discord")),
    ],
)
def test_imports_go_one_way(room: str, never: tuple[str, ...]) -> None:
    for file in (_ROOT / room).rglob("*.py"):
        for name in _runtime_imports(file):
            assert not any(name == n or name.startswith(f"{n}.") for n in never), f"{file}: {name}"


def _runtime_imports(file: Path) -> set[str]:
    """Imports that are there when the program runs; those for type checkers alone do not count."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_nothing_is_too_large() -> None:
    sizes = {file: file.stat().st_size for file in _tracked()}

    assert sum(sizes.values()) < 12 * _MEBIBYTE
    assert max(sizes.values()) < 3 * _MEBIBYTE


def test_no_path_of_a_machine_and_no_registry_is_named() -> None:
    paths = re.compile(
        r"/(home|root|Users|work)/[\w.]+|files\.pythonhosted\.org|pypi\.org/simple|/opt/pypi"
    )
    for file in _tracked():
        if file.suffix in {".py", ".md", ".toml", ".lock", ".po", ".json", ""}:
            found = paths.search(file.read_text(encoding="utf-8", errors="replace"))
            assert found is None or file == Path(__file__), f"{file}: {found and found[0]}"


def test_no_file_is_empty_but_the_marks_of_packages() -> None:
    for file in _tracked():
        assert file.stat().st_size or file.name in {"__init__.py", ".gitkeep"}, file
