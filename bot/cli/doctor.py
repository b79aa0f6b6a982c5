"""`gradcam-bot doctor`."""

import typer
from rich.console import Console
from rich.markup import escape

from bot.cli.checks import Level, examine
from bot.cli.common import FAILED


def doctor() -> None:
    """Check that everything the bot needs is here and works; says what to do where it is not.

    Marks: ✓ fine, ! a warning, ✗ wrong, – not checked.

    Exit status:

    - 0: all is well, but for warnings
    - 1: something is wrong
    """
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    colours = {Level.FINE: "green", Level.WARNING: "yellow", Level.WRONG: "red"}
    levels = set()
    for name, finding in examine():
        levels.add(finding.level)
        mark = f"[{colours.get(finding.level, 'dim')}]{finding.level.value}[/]"
        console.print(f"{mark} {name}: {escape(finding.text)}")
        if finding.advice:
            console.print(f"    {escape(finding.advice)}")
    if Level.WRONG in levels:
        raise typer.Exit(FAILED)
