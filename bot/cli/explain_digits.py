"""`gradcam-bot explain` of digits: those in pictures, and test digits, by the bot's networks."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.cards import write_heatmaps, write_pictures
from bot.cli.common import FAILED, fail
from bot.cli.sources import Source, read_sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.digit import Box
    from core.explain.explanation import Explanation
    from core.uploads import Reading

_WHOLE = (0, 0, 28, 28)  # the box of a test digit


@dataclass(frozen=True, slots=True)
class DigitQuestion:
    """What is asked about each digit, by the names of the options.

    Attributes:
        network: `None` for the one that is made for the source.
    """

    layer: str
    target: int | None
    method: str
    score: str
    against: int | None
    network: str | None


@dataclass(frozen=True, slots=True)
class ExplainedDigit:
    """What is told of one digit, by the names that it has in JSON.

    Attributes:
        box: in the pixels of the picture as it is shown, also if it is turned.
        line: the line in the picture, from 0.
        evidence: `heat`, the fields of a 3x3 grid with most of the evidence, the strongest first,
            none where the map is empty; `objectness`, the log-odds of a digit to no digit, `None`
            for a test digit.
    """

    digit: int
    confidence: float
    box: "Box"
    line: int
    probabilities: list[float]
    target: int
    layer: str
    score: str
    against: int | None
    method: str
    evidence: dict[str, Any]


def explain_digits(
    sources: list[Source],
    question: DigitQuestion,
    colours: str,
    output: Path | None,
    heatmap: Path | None,
    *,
    as_json: bool,
) -> None:
    """Explain the digits of sources, tell of them, and write what is asked for.

    Args:
        sources: as they were found.
        question: about each digit.
        colours: the colormap of the pictures.
        output: where the pictures go; has been checked, as has `heatmap`.
        heatmap: where the maps go.
        as_json: whether to print JSON.
    """
    weights = _find_weights()

    import numpy as np

    from bot.runtime.networks import load_explainer
    from core.figures.heatmaps import Colormap
    from core.network import WeightsError

    maps: list[NDArray[np.float32]] = []
    failed = False
    try:
        for source in read_sources(sources):
            digits: list[ExplainedDigit] = []
            if source.digits:
                answers = question.network or ("tutorial" if source.image is None else "uploads")
                images = np.stack([digit.image for digit in source.digits])
                explanation = load_explainer(weights[answers]).explain(
                    images,
                    question.layer,
                    question.target,
                    question.method,
                    question.score,
                    question.against,
                )
                digits = _explained(source, images, explanation)
                if output is not None:
                    colormap = Colormap(colours)
                    write_pictures(output, sources, len(maps), source, explanation, colormap)
                maps.extend(explanation.heatmaps)
            failed = failed or source.error is not None
            _print(source, digits, as_json=as_json, wants_card=output is not None)
    except WeightsError as error:
        fail(error)
    if heatmap is not None:
        write_heatmaps(heatmap, maps, "No digit was found")
    if maps and not as_json and output is None:
        typer.echo(f"For the picture{': -o card.png' if len(maps) == 1 else 's: -o cards'}")
    if failed:
        raise typer.Exit(FAILED)


def _find_weights() -> dict[str, Path]:
    """Return where each of `NETWORKS` is; end the command where the operator's is not there."""
    from bot.settings import NetworkSettings, SettingsError
    from core.network import UPLOADS_WEIGHTS, WeightsError, weights_file

    try:
        tutorial = NetworkSettings.read().tutorial_weights
        weights_file(tutorial)
    except SettingsError as error:
        fail(error)
    except WeightsError as error:
        fail(f"WEIGHTS: {error}")
    return {"tutorial": tutorial, "uploads": UPLOADS_WEIGHTS}


def _explained(
    source: Source, images: "NDArray[np.float32]", explanation: "Explanation"
) -> list[ExplainedDigit]:
    import numpy as np

    from bot.runtime.networks import load_explainer
    from core.explain.regions import strongest_regions
    from core.network import UPLOADS_WEIGHTS

    objectness: list[float | None] = [None] * len(images)
    if source.image is not None:  # as the network saw it that found the digits
        logits = load_explainer(UPLOADS_WEIGHTS).logits(images)
        objectness = [round(float(odds), 4) for odds in np.logaddexp.reduce(logits, axis=1)]
    explained = []
    for i, digit in enumerate(source.digits):
        predicted = int(explanation.predictions[i])
        probabilities = [round(float(p), 6) for p in explanation.probabilities[i]]
        heat = [each.replace("_", " ") for each in strongest_regions(explanation.positive[i])]
        explained.append(
            ExplainedDigit(
                digit=predicted,
                confidence=probabilities[predicted],
                box=digit.box or _WHOLE,
                line=source.reading.lines[i] if source.reading is not None else 0,
                probabilities=probabilities,
                target=int(explanation.targets[i]),
                layer=explanation.layer or "input",
                score=explanation.score,
                against=explanation.against,
                method=explanation.method,
                evidence={"heat": heat, "objectness": objectness[i]},
            )
        )
    return explained


def _print(
    source: Source, digits: list[ExplainedDigit], *, as_json: bool, wants_card: bool
) -> None:
    name, error = source.name, source.error
    if as_json:
        turned = source.reading.turned if source.reading is not None else 0
        fields = {"digits": [*map(asdict, digits)], "turned": turned, "error": error}
        typer.echo(json.dumps({"source": name, **fields}, ensure_ascii=False))
    elif error is not None:
        typer.echo(f"{name}: {error}", err=True)
    elif len(digits) == 1:
        typer.echo(f"{name}: {_sentence(digits[0])}")
    elif digits:
        _print_lines(name, digits)
    if source.reading is not None and not as_json:
        for note in _notes(source.reading):
            typer.echo(f"  {note}")
    if error is None and not digits and (wants_card or not as_json):
        no_card = ", no card written" if wants_card else ""
        typer.echo(f"{name}: no digit found{no_card}", err=as_json)


def _print_lines(name: str, digits: list[ExplainedDigit]) -> None:
    """Print several digits line by line, and what is told of each."""
    lines = [list(line) for _, line in groupby(digits, key=lambda digit: digit.line)]
    several = len(lines) > 1
    if several:
        typer.echo(f"{name}: {len(digits)} digits in {len(lines)} lines")
    for number, line in enumerate(lines, 1):
        read = " ".join(str(digit.digit) for digit in line)
        typer.echo(f"  line {number}: {read}" if several else f"{name}: {read}")
        for digit in line:
            typer.echo(f"{'    ' if several else '  '}{_sentence(digit)}")


def _notes(reading: "Reading") -> Iterator[str]:
    """Tell which way up a picture was read, how it would be read another way, what was left out."""
    if reading.turned:
        yield f"The picture is turned by {reading.turned}° clockwise, and was read upright."
    if reading.other is not None:
        yield f"Turned by {reading.other.turned}°, it would be {reading.other.answer}."
    if reading.left_out:
        yield f"Further digits that were left out: {reading.left_out}."


def _sentence(digit: ExplainedDigit) -> str:
    """Say what a digit was read as, and where its heatmap is brightest."""
    from core.figures.probabilities import format_percent

    read = f"{digit.digit} ({format_percent(digit.confidence)})."
    if not digit.evidence["heat"]:
        why = f"nothing is evidence for {digit.target} at {digit.layer} by {digit.score}"
        return f"{read} Empty heatmap: {why}."
    explained = "" if digit.target == digit.digit else f" for {digit.target}"
    return f"{read} Brightest regions{explained}: {', '.join(digit.evidence['heat'])}."
