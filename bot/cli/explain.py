"""`gradcam-bot explain`."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import typer

if TYPE_CHECKING:
    from bot.runtime.networks import Network
    from core.digit import Box, Digit
    from core.explain.explainer import Explainer, Explanation
    from core.figures.colours import Colours
    from core.uploads import DecodedImage

_WHOLE = (0, 0, 28, 28)  # where a test digit stands in its own picture


@dataclass(frozen=True, slots=True)
class _Source:
    """What one picture or test digit is.

    Attributes:
        name: as it was given.
        network: who answers.
        digits: those in it.
        picture: where they stand; `None` for a test digit, and for what cannot be read.
        error: why it cannot be read.
    """

    name: str
    network: "Network"
    digits: "Sequence[Digit]" = ()
    picture: "DecodedImage | None" = None
    error: str | None = None


class _Found(TypedDict):
    digit: int
    confidence: float
    box: "Box"


@dataclass(frozen=True, slots=True)
class _Report:
    """What one source gave; printed as JSON in this order."""

    source: str
    digits: list[_Found]
    error: str | None


def explain(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures of handwritten digits.", show_default=False),
    ] = None,
    index: Annotated[
        list[int] | None,
        typer.Option(min=0, max=9999, help="A test digit; may be given several times."),
    ] = None,
    layer: Annotated[str, typer.Option(help="Whose feature maps are read.")] = "max_pooling2d_1",
    target: Annotated[
        int | None, typer.Option(min=0, max=9, help="The class to explain; else the predicted one.")
    ] = None,
    method: Annotated[str, typer.Option(help="How the map is made.")] = "gradcam",
    score: Annotated[
        Literal["log_odds", "logit", "probability"], typer.Option(help="What is differentiated.")
    ] = "log_odds",
    network: Annotated[
        Literal["tutorial", "uploads"] | None,
        typer.Option(help="Who answers; else uploads for pictures, tutorial for test digits."),
    ] = None,
    colours: Annotated[
        Literal["viridis", "jet"],
        typer.Option(help="How the heat is coloured; jet as in the tutorial."),
    ] = "viridis",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Where the picture goes, a folder for several; beside a picture file's, one "
            "named …-photo.jpg shows the heat on the file's own picture.",
        ),
    ] = None,
    heatmap: Annotated[
        Path | None,
        typer.Option(help="Where the raw map goes, as .npy: (h, w), or (n, h, w) for several."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a source, on its own line.")
    ] = False,
) -> None:
    """Explain pictures and test digits on the command line, as /explain does in a channel.

    Examples:  gradcam-bot explain --index 7 -o out.png      gradcam-bot explain a.jpg b.png --json
    """
    if not files and not index:
        raise typer.BadParameter("name at least one picture, or a test digit with --index")
    import numpy as np

    from bot.runtime.networks import Network
    from core.figures.colours import Colours

    forced = None if network is None else Network(network)
    sources = [
        *_from_files(files or [], forced or Network.UPLOADS),
        *_from_test_set(index or [], forced or Network.TUTORIAL),
    ]
    try:
        explained = [
            _explainer(source.network).explain(
                np.array([digit.image for digit in source.digits], np.float32).reshape(-1, 28, 28),
                layer,
                target,
                method,
                score,
            )
            for source in sources
        ]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if heatmap is not None:
        maps = np.concatenate([each.heatmaps for each in explained])
        np.save(heatmap, maps[0] if len(maps) == 1 else maps)
    if output is not None:
        _write_pictures(output, sources, explained, Colours(colours))
    for source, explanation in zip(sources, explained, strict=True):
        _print(_report(source, explanation), as_json=as_json)
    if any(source.error for source in sources):
        raise typer.Exit(1)


@cache
def _explainer(network: "Network") -> "Explainer":
    from bot.runtime.networks import Network
    from core.explain.explainer import Explainer
    from core.network import UPLOADS_WEIGHTS, WEIGHTS

    return Explainer.load(UPLOADS_WEIGHTS if network is Network.UPLOADS else WEIGHTS)


def _from_files(files: list[Path], network: "Network") -> Iterator[_Source]:
    """Read picture files; which shapes are digits the uploads' network says, whoever answers."""
    if not files:
        return
    from bot.runtime.networks import Network
    from core.network import UPLOADS_WEIGHTS
    from core.record import ModelRecord
    from core.uploads import Reader, UploadError
    from core.uploads.worker import DecodingWorker

    least = ModelRecord.load(UPLOADS_WEIGHTS).decision.threshold
    reader = Reader(_explainer(Network.UPLOADS).logits, least)
    with closing(DecodingWorker()) as worker:
        for file in files:
            try:
                reading = reader.read(worker.decode(file.read_bytes()))
            except UploadError as error:
                yield _Source(str(file), network, error=str(error))
            except OSError as error:
                told = f"The file cannot be read: {error.strerror or error}."
                yield _Source(str(file), network, error=told)
            else:
                yield _Source(str(file), network, reading.digits, reading.picture)


def _from_test_set(indexes: list[int], network: "Network") -> Iterator[_Source]:
    from core.dataset import test_digit

    for index in indexes:
        yield _Source(f"index:{index}", network, (test_digit(index),))


def _write_pictures(
    output: Path,
    sources: "Sequence[_Source]",
    explained: "Sequence[Explanation]",
    colours: "Colours",
) -> None:
    """Draw each digit's card, and each picture's overlay.

    A single card goes into the file named, several into a folder of that name.
    """
    from core.figures.card import Card, draw_card

    several = sum(len(source.digits) for source in sources) > 1 or output.is_dir()
    if several:
        output.mkdir(parents=True, exist_ok=True)
    number = 0
    for source, explanation in zip(sources, explained, strict=True):
        stem = f"{number:02d}-{Path(source.name).stem.replace(':', '-')}"
        if source.picture is not None and source.digits:
            photo = output / stem if several else output.with_suffix("")
            photo.with_name(f"{photo.name}-photo.jpg").write_bytes(
                _photo(source.picture, source.digits, explanation, colours)
            )
        for i, digit in enumerate(source.digits):
            card = Card(
                image=digit.image,
                heatmap=explanation.heatmaps[i],
                probabilities=explanation.probabilities[i],
                target=int(explanation.targets[i]),
                layer=explanation.layer,
                score=explanation.score,
                label=digit.label,
                colours=colours,
            )
            stem = f"{number:02d}-{Path(source.name).stem.replace(':', '-')}"
            (output / f"{stem}.png" if several else output).write_bytes(draw_card(card))
            number += 1


def _photo(
    picture: "DecodedImage",
    digits: "Sequence[Digit]",
    explanation: "Explanation",
    colours: "Colours",
) -> bytes:
    from bot.explain.results import Prediction, marked
    from core.figures.photo import draw_photo

    predictions = map(Prediction, explanation.probabilities)
    marks = list(map(marked, digits, predictions, explanation.heatmaps))
    return draw_photo(picture, marks, None if len(marks) > 1 else 0, colours)


def _report(source: _Source, explanation: "Explanation") -> _Report:
    from bot.explain.results import Prediction

    predictions = map(Prediction, explanation.probabilities)
    return _Report(
        source.name,
        [
            {
                "digit": prediction.digit,
                "confidence": round(prediction.confidence, 6),
                "box": digit.box or _WHOLE,
            }
            for digit, prediction in zip(source.digits, predictions, strict=True)
        ],
        source.error,
    )


def _print(report: _Report, *, as_json: bool) -> None:
    from core.figures.percent import format_percent

    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    elif report.error is not None:
        typer.echo(f"{report.source}: {report.error}", err=True)
    elif not report.digits:
        typer.echo(f"{report.source}: no digit found")
    else:
        read = ", ".join(
            f"{digit['digit']} ({format_percent(digit['confidence'])})" for digit in report.digits
        )
        typer.echo(f"{report.source}: {read}")
