"""How the commands say what is wrong, and how they end."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import typer

FAILED = 1
"""The exit status of a command that could not do what it was asked for."""

USAGE = 2
"""The exit status of a command that was typed wrongly and did nothing."""


def fail(problem: object, status: int = FAILED) -> NoReturn:
    """Print what is wrong to standard error, and end the command."""
    typer.echo(str(problem), err=True)
    raise typer.Exit(status)


def one_of(noun: str, choices: Sequence[str]) -> Callable[[str], str]:
    """Make a parser of an option that says which choices there are.

    Args:
        noun: what is chosen.
        choices: the values that the option takes.
    """

    def parse(value: str) -> str:
        if value not in choices:
            fail(f"No {noun} {value!r}: choose {', '.join(choices)}.", USAGE)
        return value

    return parse


def unwritable(folder: Path) -> str | None:
    """Say why nothing can be written into a folder, whether it is there yet or not.

    Returns:
        A sentence, or `None` where nothing stands in the way. Nothing is changed.
    """
    place = folder.absolute()
    # Unlike Path.exists, this does not raise where a folder on the way cannot be entered.
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        return f"{place} is a file, not a folder."
    if not os.access(place, os.W_OK | os.X_OK):
        return f"{folder} cannot be written: {place} is not yours to write to."
    return None


def end_like_ctrl_c() -> None:
    """Let SIGTERM end this process as Ctrl-C does: cleanly, by a `KeyboardInterrupt`.

    A process that a script starts in the background ignores Ctrl-C; this one hears it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
