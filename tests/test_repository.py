"""The repository held to its own rules."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.imports import cycles, import_graph, modules_in

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


_SHARED = {"core", "i18n", "store", "runtime", "ui"}
_FEATURES: dict[str, set[str]] = {
    "explain": set(),
    "compare": {"explain"},
    "model": {"explain"},
    "daily": {"explain"},
    "servers": {"daily"},
    "reviews": set(),
    "scores": set(),
    "lessons": {"explain", "reviews"},
    "quiz": {"explain", "lessons", "reviews"},
    "sessions": {"explain", "lessons", "quiz", "reviews", "scores", "servers"},
    "privacy": set(),
    "help": {"explain"},
}
"""The other features that each feature may import."""
_MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "i18n": set(),
    "store": set(),
    "settings": {"core"},
    "runtime": {"core", "i18n", "store"},
    "serve": {"core", "runtime", "settings"},
    "ui": {"i18n", "runtime"},
    **{feature: _SHARED | others for feature, others in _FEATURES.items()},
    "app": {*_SHARED, *_FEATURES, "settings", "preview"},
    "preview": {*_SHARED, *_FEATURES, "settings", "app"},
    "cli": {*_SHARED, *_FEATURES, "settings", "app", "preview"},
    "__main__": {"cli"},
}
"""The other rooms that each room may import: core, and what is directly in bot/."""
_OF_DISCORD = re.compile(
    r"(.*_)?(commands|controls?|messages|actions|publisher|permissions|asking)"
)
"""The modules of a feature that may know Discord; the others hold its logic."""


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """What each module of the product imports."""
    return import_graph(modules_in(_ROOT, "bot", "core"))


def test_imports_go_one_way(imported: dict[str, set[str]]) -> None:
    for module, names in imported.items():
        room = _room(module)
        for name in names:
            other = _room(name)
            if other is not None and other != room:
                assert room is not None, f"{module} imports {name}"
                assert other in _MAY_IMPORT[room], f"{module} imports {name}"


def test_the_bot_needs_no_ray(imported: dict[str, set[str]]) -> None:
    assert {module for module, names in imported.items() if "ray" in names} == {"bot.serve"}
    assert not any("bot.serve" in names for names in imported.values())


def test_no_modules_import_each_other(imported: dict[str, set[str]]) -> None:
    assert cycles(imported) == []


def test_nothing_of_a_feature_but_what_talks_to_discord_imports_discord(
    imported: dict[str, set[str]],
) -> None:
    for module, names in imported.items():
        _, _, name = module.rpartition(".")
        if _room(module) == "core" or (
            _room(module) in _FEATURES and not _OF_DISCORD.fullmatch(name)
        ):
            discord = {each for each in names if each == "discord" or each.startswith("bot.ui")}
            assert not discord, module


def _room(module: str) -> str | None:
    """The room of a module; `None` for `bot` itself, and for what is not the product's."""
    package, _, rest = module.partition(".")
    if package == "core":
        return "core"
    return rest.partition(".")[0] or None if package == "bot" else None


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
