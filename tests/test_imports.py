"""The finder of imports sees each form of them."""

import pytest

from tests.imports import cycles, imports_of

_KNOWN = {"bot", "bot.app", "bot.daily", "bot.daily.messages", "bot.quiz", "bot.quiz.rounds"}


@pytest.mark.parametrize(
    "source",
    [
        "import bot.app",
        "import os, bot.app as application",
        "from bot import app",
        "from bot import (quiz, app as application)",
        "from bot.app import GradcamBot",
        "from bot.app import *",
        "def later():\n    from bot.app import GradcamBot",
        "class Bot:\n    def load(self):\n        import bot.app",
        "try:\n    import bot.app\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    from bot.app import GradcamBot",
        "if typing.TYPE_CHECKING:\n    import bot.app",
        "from .. import app",
        "from ..app import GradcamBot",
        "import importlib\nimportlib.import_module('bot.app')",
        "from importlib import import_module\nimport_module('..app', 'bot.daily')",
        "import_module('..app', package='bot.daily')",
        "import_module(name='..app', package=__package__)",
        "__import__('bot.app')",
        "await self.load_extension('bot.app')",
        "EXTENSIONS = ('bot.app',)",
    ],
)
def test_every_form_of_import_is_found(source: str) -> None:
    assert "bot.app" in imports_of(source, "bot.daily.messages", _KNOWN)


def test_a_relative_import_of_a_package_starts_in_the_package() -> None:
    source = "from . import messages"

    assert imports_of(source, "bot.daily", _KNOWN, is_package=True) == {"bot.daily.messages"}
    assert imports_of(source, "bot.daily.commands", _KNOWN) == {"bot.daily.messages"}


def test_what_is_in_a_module_is_told_apart_from_modules_in_a_package() -> None:
    source = "from bot.quiz import rounds, Rounds\nfrom bot.quiz.rounds import Rounds"

    assert imports_of(source, "bot.app", _KNOWN) == {"bot.quiz", "bot.quiz.rounds"}


@pytest.mark.parametrize(
    "source",
    [
        '"""See `bot.app`, and bot.app."""',
        "name = 'bot'",
        "from discord import app_commands\nimport bot_app",
        "import_module(name)",
        "from bot.application import app",
    ],
)
def test_what_only_looks_like_an_import_of_a_module_is_none(source: str) -> None:
    assert "bot.app" not in imports_of(source, "bot.daily.messages", _KNOWN)


def test_modules_that_import_each_other_are_found_also_by_way_of_others() -> None:
    graph = {
        "a": {"b", "discord"},
        "b": {"c"},
        "c": {"a"},
        "d": {"a"},
        "e": {"f"},
        "f": {"e"},
        "g": set(),
    }

    assert cycles(graph) == [["a", "b", "c"], ["e", "f"]]
