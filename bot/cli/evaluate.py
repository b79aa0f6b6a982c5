"""`gradcam-bot evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from core.evaluation import Evaluation

_PAIRS, _EXAMPLES = 10, 3


def evaluate(
    weights: Annotated[
        Path | None,
        typer.Option(help="A .weights.h5 or .keras file, or a folder that train wrote."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
) -> None:
    """Measure a network, the shipped one by default, on all 10,000 test digits.

    Prints the accuracy with its uncertainty, the figures of each class, and the pairs that are
    confused, with test digits to look at.
    """
    from core.dataset import load_test_digits
    from core.evaluation import evaluate as measure
    from core.network import WeightsError, fingerprint, load_network

    try:
        evaluation = measure(load_network(weights), load_test_digits())
        name = fingerprint(weights)
    except WeightsError as error:
        Console(stderr=True, highlight=False).print(str(error), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
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
