"""`gradcam-bot evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from core.evaluation import Evaluation

_PAIRS, _EXAMPLES = 10, 3
_SHEETS = Path("out/uploads")


def evaluate(
    weights: Annotated[
        Path | None,
        typer.Option(help="A .weights.h5 or .keras file, or a folder that train wrote."),
    ] = None,
    network: Annotated[
        Literal["tutorial", "uploads"] | None,
        typer.Option(help="A shipped one; else uploads for --uploads, tutorial for test digits."),
    ] = None,
    uploads: Annotated[
        Path | None,
        typer.Option(
            help="Measure on this folder's pictures. Its labels.csv has the columns file and label "
            "(the digits in reading order, lines from top to bottom; empty where there are none), "
            "and may have source and defect, by which the figures are told apart."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="With --uploads, the folder for contact sheets of what went wrong; else "
            f"{_SHEETS}.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
) -> None:
    """Measure a network on all 10,000 test digits, or on a folder of pictures.

    Of test digits it prints the accuracy with its uncertainty, the figures of each class, and the
    pairs that are confused, with test digits to look at.

    Of pictures it prints how many are read exactly, refused, and answered with confidence; how well
    calibrated that is; all by source and defect; and the time a picture takes. Contact sheets show
    what went wrong: what was uploaded, what the network saw, what it said, each with the number by
    which the printed list names its file. Nothing is trained.

    gradcam-bot evaluate --network uploads

    gradcam-bot evaluate --uploads my-class -o out/my-class
    """
    if weights is not None and network is not None:
        raise typer.BadParameter("give --weights or --network, not both")
    if output is not None and uploads is None:
        raise typer.BadParameter("-o goes with --uploads")
    from bot.cli.evaluate_uploads import evaluate_folder
    from core.network import UPLOADS_WEIGHTS, WEIGHTS, WeightsError
    from core.record import RecordError
    from core.training import OutputError
    from core.uploads.labels import LabelsError

    network = network or ("tutorial" if uploads is None else "uploads")
    weights = weights or (UPLOADS_WEIGHTS if network == "uploads" else WEIGHTS)
    try:
        if uploads is None:
            _evaluate_on_test_digits(weights, as_json=as_json)
        else:
            evaluate_folder(uploads, weights, output or _SHEETS, as_json=as_json)
    except (WeightsError, RecordError, LabelsError, OutputError) as error:
        Console(stderr=True, highlight=False).print(str(error), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None


def _evaluate_on_test_digits(weights: Path, *, as_json: bool) -> None:
    from core.dataset import load_test_digits
    from core.evaluation import evaluate as measure
    from core.network import fingerprint, load_network

    evaluation = measure(load_network(weights), load_test_digits())
    name = fingerprint(weights)
    if as_json:
        typer.echo(json.dumps(_as_json(evaluation, name)))
    else:
        _print(evaluation, name)


def _print(evaluation: "Evaluation", name: str) -> None:
    console = Console(highlight=False)
    low, high = evaluation.interval
    console.print(
        f"Weights {name}: [bold]{evaluation.accuracy:.2%}[/bold] of {len(evaluation.labels):,} "
        f"test digits right (95% interval {low:.2%} to {high:.2%})",
        soft_wrap=True,
    )
    classes = Table("digit", "precision", "recall", "F1", "test digits")
    for c in evaluation.classes:
        figures = (f"{figure:.4f}" for figure in (c.precision, c.recall, c.f1))
        classes.add_row(str(c.digit), *figures, f"{c.support:,}")
    console.print(classes)
    confused = Table("digit", "read as", "times", "to look at with explain --index")
    for pair in evaluation.confused[:_PAIRS]:
        examples = ", ".join(map(str, pair.indexes[:_EXAMPLES]))
        confused.add_row(str(pair.label), str(pair.predicted), str(pair.count), examples)
    console.print(confused)


def _as_json(evaluation: "Evaluation", name: str) -> dict[str, object]:
    return {
        "weights": name,
        "digits": len(evaluation.labels),
        "correct": evaluation.correct,
        "accuracy": evaluation.accuracy,
        "interval": evaluation.interval,
        "classes": [
            {
                "digit": c.digit,
                "precision": c.precision,
                "recall": c.recall,
                "f1": c.f1,
                "support": c.support,
            }
            for c in evaluation.classes
        ],
        "confusion": evaluation.confusion.tolist(),
        "confused": [
            {"label": pair.label, "predicted": pair.predicted, "indexes": pair.indexes}
            for pair in evaluation.confused
        ],
    }
