"""What the commands share: choices, checks, how they say what is wrong, and how they end."""

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import typer
from rich.markup import escape
from rich.table import Table

FAILED = 1
"""The exit status of a command that could not do what it was asked for."""

USAGE = 2
"""The exit status of a command that was typed wrongly and did nothing."""

NETWORKS = ("tutorial", "uploads")
"""The values of `--network`: those of `bot.runtime.networks.Network`."""


def fail(problem: object, status: int = FAILED) -> NoReturn:
    """Print what is wrong to standard error, and end the command."""
    typer.echo(str(problem), err=True)
    raise typer.Exit(status)


def choice(noun: str, choices: Sequence[str], explained: str) -> Any:  # noqa: ANN401 - as typer.Option
    """Make an option that takes one of some values, and says which where it is given another."""

    def parse(value: str) -> str:
        return chosen(noun, value, choices)

    return typer.Option(parser=parse, metavar="|".join(choices), help=explained)


def chosen(noun: str, value: str, choices: Sequence[str]) -> str:
    """Return a value that is one of some; end the command where it is another."""
    if value not in choices:
        fail(f"No {noun} {value!r}: choose {', '.join(choices)}.", USAGE)
    return value


def number(noun: str, least: int, most: int, explained: str) -> Any:  # noqa: ANN401 - as typer.Option
    """Make an option that takes a whole number, and says which where it is given another."""

    def parse(value: str | int) -> int:
        return whole_number(noun, value, least, most)

    return typer.Option(parser=parse, metavar=f"{least}-{most}", help=explained)


def whole_number(noun: str, value: str | int, least: int, most: int) -> int:
    """Return a number within bounds; end the command if it is not."""
    with suppress(ValueError):
        if least <= int(value) <= most:
            return int(value)
    fail(f"No {noun} {value}: choose {least} to {most}.", USAGE)


def unwritable(path: Path, *, is_folder: bool = False) -> str | None:
    """Say why a file cannot be written, or files into a folder; what is there is not changed.

    Neither the path need be there, nor the folders that it is in. `None` means nothing stands in
    the way.
    """
    folder = path.absolute() if is_folder else path.absolute().parent
    # Path.exists raises where a folder on the way cannot be entered.
    while not os.path.lexists(folder):
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is a file, not a folder."
    try:
        if not is_folder and os.path.lexists(path):
            path.open("ab").close()
        else:
            with TemporaryDirectory(dir=folder):
                pass
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}."
    return None


def write(path: Path, data: bytes) -> None:
    """Write a file, and the folders that it is in; end the command where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}.")


def table(columns: Sequence[str], *sections: Iterable[Sequence[str]]) -> Table:
    """Return a table of texts, in which nothing is markup, with a line between its sections."""
    drawn = Table(*columns)
    for section in sections:
        drawn.add_section()
        for row in section:
            drawn.add_row(*map(escape, row))
    return drawn


def end_like_ctrl_c() -> None:
    """Let SIGTERM end this process as Ctrl-C does: cleanly, by a `KeyboardInterrupt`.

    A process that a script starts in the background ignores Ctrl-C; this one hears it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
