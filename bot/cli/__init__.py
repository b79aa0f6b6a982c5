"""The command line, `gradcam-bot`: one file a subcommand.

TensorFlow takes seconds to import, so a subcommand imports what it needs when it runs: `--help` is
quick.
"""

import typer

from bot.cli.backup import backup, restore
from bot.cli.doctor import doctor
from bot.cli.evaluate import evaluate
from bot.cli.explain import explain
from bot.cli.preview import preview
from bot.cli.run import run
from bot.cli.train import train

app = typer.Typer(
    name="gradcam-bot",
    help=(
        "See how a neural network reads a handwritten digit, and where it looks.\n\n"
        "Start with **gradcam-bot preview**: the whole Discord bot in a browser page, "
        "with no token and no account. **gradcam-bot run** takes it to Discord. "
        "**explain** does on the command line what /explain does in a channel; "
        "**train** and **evaluate** make the network and measure it."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (preview, run, explain, train, evaluate, doctor, backup, restore):
    app.command()(command)
