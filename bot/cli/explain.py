"""`gradcam-bot explain`."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from core.digit import Digit
    from core.explain.explainer import Explanation
    from core.figures.colours import Colours

_WHOLE = (0, 0, 28, 28)  # where a test digit stands in its own picture


@dataclass(slots=True)
class _Source:
    """What one picture or test digit gave; printed as JSON in this order."""

    source: str
    digits: list[dict[str, object]] = field(default_factory=list)
    error: str | None = None


def explain(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures of a handwritten digit.", show_default=False),
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
    colours: Annotated[
        Literal["viridis", "jet"],
        typer.Option(help="How the heat is coloured; jet as in the tutorial."),
    ] = "viridis",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where the picture goes; a folder for several."),
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

    from core.explain.explainer import Explainer
    from core.figures.colours import Colours

    sources, digits = _gather(files or [], index or [])
    try:
        explanation = Explainer.load().explain(
            np.array([digit.image for _, digit in digits], np.float32).reshape(-1, 28, 28),
            layer,
            target,
            method,
            score,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    for i, (source, digit) in enumerate(digits):
        prediction = int(explanation.digits[i])
        confidence = round(float(explanation.probabilities[i, prediction]), 6)
        source.digits.append(
            {"digit": prediction, "confidence": confidence, "box": digit.box or _WHOLE}
        )
    if heatmap is not None:
        maps = explanation.heatmaps
        np.save(heatmap, maps[0] if len(maps) == 1 else maps)
    if output is not None:
        _write_cards(output, digits, explanation, Colours(colours))
    for source in sources:
        _report(source, as_json=as_json)
    if any(source.error for source in sources):
        raise typer.Exit(1)


def _gather(
    files: list[Path], indexes: list[int]
) -> tuple[list[_Source], list[tuple[_Source, "Digit"]]]:
    """Read every source: the sources in order, and the digits with the source each is from."""
    from core.dataset import test_digit
    from core.uploads import UploadError, read

    sources: list[_Source] = []
    digits: list[tuple[_Source, Digit]] = []
    for file in files:
        source = _Source(str(file))
        sources.append(source)
        try:
            digits += [(source, digit) for digit in read(file.read_bytes()).digits]
        except UploadError as error:
            source.error = str(error)
        except OSError as error:
            source.error = f"The file cannot be read: {error.strerror or error}."
    for index in indexes:
        source = _Source(f"index:{index}")
        sources.append(source)
        digits.append((source, test_digit(index)))
    return sources, digits


def _write_cards(
    output: Path,
    digits: list[tuple[_Source, "Digit"]],
    explanation: "Explanation",
    colours: "Colours",
) -> None:
    """Draw each digit's card: into the file named, or for several into a folder of that name."""
    from core.figures.card import Card, draw_card

    several = len(digits) > 1 or output.is_dir()
    if several:
        output.mkdir(parents=True, exist_ok=True)
    for i, (source, digit) in enumerate(digits):
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
        name = f"{i:02d}-{Path(source.source).stem.replace(':', '-')}.png"
        (output / name if several else output).write_bytes(draw_card(card))


def _report(source: _Source, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(source), ensure_ascii=False))
    elif source.error is not None:
        typer.echo(f"{source.source}: {source.error}", err=True)
    elif not source.digits:
        typer.echo(f"{source.source}: no digit found")
    else:
        read = ", ".join(f"{digit['digit']} ({digit['confidence']:.2%})" for digit in source.digits)
        typer.echo(f"{source.source}: {read}")
