"""`gradcam-bot evaluate`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.cli.common import NETWORKS, USAGE, choice, fail, number, table, unwritable
from core.dataset import TEST_DIGITS

if TYPE_CHECKING:
    from core.evaluation import Evaluation

_PAIRS, _EXAMPLES = 10, 3
_DIGITS = 1_000
_SHEETS = Path("out/uploads")


def evaluate(
    weights: Annotated[
        Path | None,
        typer.Option(help="A .weights.h5 or .keras file, or a folder that train wrote."),
    ] = None,
    network: Annotated[
        str | None,
        choice(
            "network",
            NETWORKS,
            "By default uploads with --uploads, and tutorial for test digits. The setting WEIGHTS "
            "replaces the tutorial's network by another one.",
        ),
    ] = None,
    uploads: Annotated[
        Path | None,
        typer.Option(
            help="Measure on the pictures in this folder. Its labels.csv has the columns file and "
            "label (the digits in reading order, lines from top to bottom; empty if there are "
            "none). Optional columns source and defect group the figures."
        ),
    ] = None,
    explanations: Annotated[
        bool,
        typer.Option(
            "--explanations",
            help="Measure how faithful the heatmaps of all methods at all layers are. Takes "
            "minutes.",
        ),
    ] = False,
    digits: Annotated[
        int, number("digits", 1, TEST_DIGITS, "With --explanations, the number of test digits.")
    ] = _DIGITS,
    seed: Annotated[
        int, typer.Option(min=0, help="With --explanations, the seed of everything random.")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="With --uploads, the folder for contact sheets of the mistakes; by default "
            f"{_SHEETS}. With --explanations, the folder for the measurements, their plot and, if "
            "train wrote the folder, its model card.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Measure a network on all 10,000 test digits, or on a folder of pictures.

    For test digits, it prints the accuracy with its uncertainty, the figures for each class, and
    the pairs of digits that are confused, with examples.

    For pictures, it prints how many are read exactly, rejected, and answered with confidence; the
    calibration; all by source and defect; and the time per picture. Contact sheets show the
    mistakes: what was uploaded, what the network saw and what it said, with the numbers of the
    printed list. Nothing is trained.

    For heatmaps, it prints for every method and layer how far the probability falls without the ink
    that they mark most, compared with random ink; the areas under the deletion and insertion
    curves; and whether the heatmaps change if the network's weights are random.

    gradcam-bot evaluate --network uploads

    gradcam-bot evaluate --explanations --digits 200

    gradcam-bot evaluate --uploads my-class -o out/my-class

    Exit status:

    - 0: the network was measured, however many mistakes it makes
    - 1: the network, labels or pictures are missing, or the folder cannot be written
    - 2: an option is wrong
    """
    if weights is not None and network is not None:
        fail("Give --weights or --network, not both.", USAGE)
    if output is not None and uploads is None and not explanations:
        fail("-o goes with --uploads or --explanations.", USAGE)
    if uploads is not None and explanations:
        fail("Give --uploads or --explanations, not both.", USAGE)
    problem = unwritable(output, is_folder=True) if output is not None and explanations else None
    if problem is not None:
        fail(problem)
    from bot.cli.evaluate_explanations import evaluate_explanations
    from bot.cli.evaluate_uploads import evaluate_folder
    from bot.cli.uploads_tables import print_report
    from bot.settings import NetworkSettings, SettingsError
    from core.network import UPLOADS_WEIGHTS, WeightsError, weights_file
    from core.uploads.labels import LabelsError

    network = network or ("tutorial" if uploads is None else "uploads")
    try:
        if weights is None and network == "uploads":
            weights = UPLOADS_WEIGHTS
        weights = weights or NetworkSettings.read().tutorial_weights
        weights_file(weights)
        if explanations:
            evaluate_explanations(weights, digits, seed, output, as_json=as_json)
            return
        if uploads is None:
            _evaluate_on_test_digits(weights, as_json=as_json)
            return
        report = evaluate_folder(uploads, weights, output or _SHEETS)
    except (SettingsError, WeightsError, LabelsError) as error:
        fail(error)
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        print_report(report)


def _evaluate_on_test_digits(weights: Path, *, as_json: bool) -> None:
    from core.dataset import load_test_digits
    from core.evaluation import evaluate as measure
    from core.network import fingerprint, load_network

    evaluation = measure(load_network(weights), load_test_digits())
    if not as_json:
        _print(evaluation, fingerprint(weights))
        return
    figures = {
        "weights": fingerprint(weights),
        "digits": len(evaluation.labels),
        "correct": evaluation.correct,
        "accuracy": evaluation.accuracy,
        "interval": evaluation.interval,
        "classes": [asdict(c) for c in evaluation.classes],
        "confusion": evaluation.confusion.tolist(),
        "confused": [asdict(pair) for pair in evaluation.confused],
    }
    typer.echo(json.dumps(figures))


def _print(evaluation: "Evaluation", name: str) -> None:
    console = Console(highlight=False)
    low, high = evaluation.interval
    console.print(
        f"Weights {name}: [bold]{evaluation.accuracy:.2%}[/bold] of {len(evaluation.labels):,} "
        f"test digits right (95% interval {low:.2%} to {high:.2%})",
        soft_wrap=True,
    )
    classes = (
        (str(c.digit), f"{c.precision:.4f}", f"{c.recall:.4f}", f"{c.f1:.4f}", f"{c.support:,}")
        for c in evaluation.classes
    )
    console.print(table(("digit", "precision", "recall", "F1", "test digits"), classes))
    confused = (
        (*map(str, (p.label, p.predicted, p.count)), ", ".join(map(str, p.indexes[:_EXAMPLES])))
        for p in evaluation.confused[:_PAIRS]
    )
    columns = ("digit", "read as", "times", "to look at with explain --index")
    console.print(table(columns, confused))
