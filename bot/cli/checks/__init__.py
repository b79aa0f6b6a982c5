"""The checks of `gradcam-bot doctor`, each a function, in files by what they look at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import import_module


class Level(Enum):
    """How well something is; the value is the mark before it."""

    FINE = "✓"
    UNCHECKED = "–"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        level: how well it is.
        text: what is so, in one sentence or less, without a secret.
        advice: what to do; empty where there is nothing to do.
    """

    level: Level
    text: str
    advice: str = ""


def fine(text: str) -> Finding:
    """Find that something is as it should be."""
    return Finding(Level.FINE, text)


def unchecked(text: str) -> Finding:
    """Say that something could not be looked at, and why."""
    return Finding(Level.UNCHECKED, text)


def warning(text: str, advice: str) -> Finding:
    """Find something with which the bot runs, but not as it should."""
    return Finding(Level.WARNING, text, advice)


def wrong(text: str, advice: str) -> Finding:
    """Find something with which the bot does not run."""
    return Finding(Level.WRONG, text, advice)


def measured(amount: int, least: int, enough: int, text: str, advice: str) -> Finding:
    """Find whether there is enough of something: less is a warning, less than the least wrong."""
    if amount < least:
        return wrong(text, advice)
    return warning(text, advice) if amount < enough else fine(text)


Check = Callable[[], Iterable[Finding]]
"""Checks one thing; an exception that it raises is reported as wrong."""


CHECKS = {
    "Python": "installation.python",
    "Packages": "installation.packages",
    "Settings": "configuration.values",
    ".env": "configuration.env_file",
    "Database": "store.database",
    "Disk": "store.disk",
    "Memory": "installation.memory",
    "Clock": "account.clock",
    "Token": "account.token",
    "Application": "account.application",
    "Permissions": "account.permissions",
    "Fonts": "installation.fonts",
    "Digits": "installation.digits",
    "Lessons": "installation.lessons",
    "Network": "weights.tutorial",
    "Uploads' network": "weights.uploads",
    "Cluster": "inference.cluster",
    "Pictures": "installation.pictures",
}
"""Where each check is: a module is imported for its checks, so that a missing package fails few."""


def examine(*names: str) -> Iterator[tuple[str, Finding]]:
    """Run checks, all unless some are named, and give what each finds as soon as it is found."""
    for name in names or CHECKS:
        module, _, function = CHECKS[name].partition(".")
        try:
            check: Check = getattr(import_module(f"{__name__}.{module}"), function)
            for finding in check():
                yield name, finding
        except Exception as error:  # noqa: BLE001 - whatever it is, the next check still runs
            yield name, wrong(str(error) or type(error).__name__, "Run make install again.")
