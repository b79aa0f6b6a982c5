"""`gradcam-bot evaluate --explanations`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import track

from bot.cli.common import table, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.faithfulness.measurement import MethodRecord

_WIDTH = 132
"""Characters of the table, in which no figure is cut off."""


def evaluate_explanations(
    weights: Path, digits: int, seed: int, output: Path | None, *, as_json: bool
) -> None:
    """Measure all methods at all layers on the first test digits, and print or write the result.

    Args:
        weights: A network of digits.
        digits: How many test digits.
        seed: The seed of all that is random.
        output: The folder for the measurements, their plot and, if it holds the record of a
            training, its model card.
        as_json: Whether to print one JSON object a line in place of a table.
    """
    from bot.runtime.networks import load_explainer
    from core.dataset import as_input, load_test_digits
    from core.faithfulness.measurement import EXPLANATIONS_PLOT, Measurement, save_records
    from core.figures.faithfulness import plot_faithfulness
    from core.modelcard import model_card
    from core.record import CARD_FILE, METRICS_FILE, ModelRecord

    images = as_input(load_test_digits().images[:digits])[..., 0]
    measurement = Measurement(load_explainer(weights), images, seed)
    progress = track(
        measurement.measure(),
        "Measuring",
        total=len(measurement.combinations) + 1,
        console=Console(stderr=True),
    )
    records = []
    for record in progress:
        records.append(record)
        if as_json:
            typer.echo(json.dumps(asdict(record)))
    if not as_json:
        _print(records)
    if output is not None:
        write(output / EXPLANATIONS_PLOT, plot_faithfulness(records))
        save_records(records, output)
        if (output / METRICS_FILE).is_file():
            write(output / CARD_FILE, model_card(ModelRecord.load(output)).encode())


def _print(records: "Sequence[MethodRecord]") -> None:
    first = records[0]
    console = Console(highlight=False)
    console.width = max(console.width, _WIDTH)
    console.print(
        f"{first.digits:,} test digits; p left: mean probability without the 20% of the ink "
        f"where a map is brightest; random ink: {first.random_20:.3f}; [] is a 95% interval.",
        soft_wrap=True,
        markup=False,
    )
    columns = (
        "method",
        "layer",
        "p left",
        "95%",
        "beats random",
        "worse",
        "deletion",
        "insertion",
        "sanity",
        "stability",
        "empty",
    )
    rows = (
        (
            each.method,
            each.layer or "",
            f"{each.p_left_20:.3f}",
            f"[{each.p_left_20_interval.low:.3f}, {each.p_left_20_interval.high:.3f}]",
            f"{each.beats_random:.1%}",
            f"{each.worse_than_random:.1%}",
            f"{each.deletion_auc:.3f}",
            f"{each.insertion_auc:.3f}",
            f"{each.sanity:.2f}" if each.sane else f"{each.sanity:.2f} fails",
            f"{each.stability:.2f}",
            f"{each.empty:.1%}",
        )
        for each in sorted(records, key=lambda each: each.p_left_20)
    )
    console.print(table(columns, rows))
