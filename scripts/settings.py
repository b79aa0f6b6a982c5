"""Write what operators read about the settings, from their declarations in `bot/settings.py`.

    python -m scripts.settings

That is `.env.example` and `docs/settings.md`. A test holds both to the code.
"""

import textwrap
from pathlib import Path

from bot.settings import Settings, expected, is_secret

_ROOT = Path(__file__).parents[1]
_WIDTH = 110
_NAMES = sorted(Settings.model_fields, key=is_secret, reverse=True)  # what must be filled in first

_EXAMPLE = """\
# The bot's settings. Copy this file to .env and fill in the token; everything else works as it is.
# Environment variables of the same names win over the file. Written by `make settings`.
"""

_PAGE = """\
# Settings

Every setting has a default that works, except for the token. The bot takes each of them, by its
name, from the first of these places that has it:

1. an environment variable;
2. a line `NAME=value` in the file `.env`, in the folder that the bot is started in:
   `cp .env.example .env`, then `chmod 600 .env`, because it holds the token;
3. a file of that name with nothing but the value in it: in the folder that `CREDENTIALS_DIRECTORY`
   names (systemd: `LoadCredential=DISCORD_TOKEN:/etc/gradcam-bot/token`), or in `/run/secrets`
   (Docker: `secrets: [DISCORD_TOKEN]`).

A wrong value ends the bot at once, with a sentence that says what it must be; the value itself is
never printed. `gradcam-bot doctor` also finds misspelt names in `.env`. This page is written by
`make settings`.
"""


def main() -> None:
    """Write both files."""
    for name, text in files().items():
        (_ROOT / name).write_text(text, encoding="utf-8")


def files() -> dict[str, str]:
    """Return what each file must hold, by its path in the repository."""
    return {".env.example": _example(), "docs/settings.md": _page()}


def _example() -> str:
    parts = [_EXAMPLE]
    for name in _NAMES:
        told = f"{_description(name)}{_value(name)}"
        comment = textwrap.fill(
            told, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        line = f"{name.upper()}={_default(name)}"
        parts.append(f"{comment}\n{line if is_secret(name) else f'# {line}'}\n")
    return "\n".join(parts)


def _page() -> str:
    parts = [_PAGE]
    for name in _NAMES:
        default = f"`{_default(name)}`" if _default(name) else "none"
        told = f"{_description(name)}\n\nDefault: {default}.{_value(name)}"
        parts.append(f"## `{name.upper()}`\n\n{told}\n")
    return "\n".join(parts)


def _description(name: str) -> str:
    description = Settings.model_fields[name].description
    if description is None:
        raise ValueError(f"{name} has no description")
    return description


def _value(name: str) -> str:
    return "" if is_secret(name) else f" Value: {expected(name)}."


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default is None else str(default)


if __name__ == "__main__":
    main()
