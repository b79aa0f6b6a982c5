"""`gradcam-bot train`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.cli.common import NETWORKS, choice, end_like_ctrl_c, fail, number, unwritable


class _Shown:
    """Shows how the training goes: a bar a seed, and a line an epoch."""

    def __init__(self, bars: Progress, epochs: int) -> None:
        self._bars = bars
        self._epochs = epochs
        self._tasks: dict[int, TaskID] = {}

    def batch(self, seed: int, epoch: int, share: float) -> None:
        if seed not in self._tasks:
            self._tasks[seed] = self._bars.add_task(f"seed {seed}", total=self._epochs)
        self._bars.update(self._tasks[seed], completed=epoch - 1 + share)

    def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:
        figures = "  ".join(f"{name} {value:.4f}" for name, value in measured.items())
        line = f"seed {seed}  epoch {epoch:2}/{self._epochs}  {figures}"
        self._bars.console.print(line, soft_wrap=True)


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="mnist.npz, or a folder of MNIST's four original files; else Keras's cache."
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="The folder to write; an earlier training's is replaced."
        ),
    ] = Path("out/weights"),
    network: Annotated[
        str,
        choice(
            "network",
            NETWORKS,
            "The tutorial's, by its recipe; or the one that reads photographs.",
        ),
    ] = "tutorial",
    seed: Annotated[
        list[int] | None,
        number(
            "seed",
            0,
            2**32 - 1,
            "The tutorial's may be given several times, and 1 to 5 if it is not.",
        ),
    ] = None,
) -> None:
    """Train a network of the tutorial's layers: a few minutes a seed, or half an hour for uploads.

    Writes weights, history, curves, confusion matrix and a model card. Of the tutorial's seeds, it
    keeps the one nearest the median, with the weights of every epoch. Interrupted, it leaves
    nothing behind. The shipped networks are made by:

    gradcam-bot train -o weights/tutorial

    gradcam-bot train --network uploads -o weights/uploads

    Exit status:

    - 0: the network was written
    - 1: the data cannot be read, or the folder not written
    - 2: an option is wrong
    - 130: it was interrupted
    """
    from core.dataset import DataError, load_test_digits, load_training_digits

    try:
        digits = load_training_digits(data)
    except DataError as error:
        fail(error)
    if problem := unwritable(output, is_folder=True):
        fail(problem)

    from core.record import Recipe
    from core.training import OutputError
    from core.training import train as train_tutorial
    from core.training_uploads import DIGITS, NEGATIVES, RECIPE, train_for_uploads

    end_like_ctrl_c()  # what was begun is cleared away
    console = Console(highlight=False)
    recipe = Recipe() if network == "tutorial" else RECIPE
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as bars:
            shown = _Shown(bars, recipe.epochs)
            seeds, test = list(dict.fromkeys(seed or ())), load_test_digits()
            if network == "uploads":
                console.print(f"Drawing {DIGITS + NEGATIVES:,} examples: some minutes.")
                record = train_for_uploads(digits, test, output, (seeds or [1])[0], shown)
            else:
                seeds = seeds or [1, 2, 3, 4, 5]
                record = train_tutorial(digits, test, output, seeds, recipe, shown)
    except OutputError as error:
        fail(error)
    except KeyboardInterrupt:
        console.print("Interrupted: nothing was written.")
        sys.stdout.flush()
        os._exit(130)  # TensorFlow's threads may still be at work, and crash as Python ends
    metrics = record.metrics
    console.print(
        f"Written to {output}: seed {metrics.seed}, {metrics.accuracy:.2%} of {metrics.digits:,} "
        f"test digits right; all seeds {metrics.test_accuracy.minimum:.2%} to "
        f"{metrics.test_accuracy.maximum:.2%}.",
        soft_wrap=True,
    )
