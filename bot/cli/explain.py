"""`gradcam-bot explain`."""

import json
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.cards import check_output, write_pictures
from bot.cli.common import FAILED, NETWORKS, USAGE, choice, fail, number, unwritable, write
from bot.cli.sources import Source, find_sources, read_sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.digit import Box
    from core.explain.explanation import Explanation

# Known without TensorFlow, which takes seconds to import.
LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")
METHODS = (
    "gradcam",
    "gradcam++",
    "hirescam",
    "layercam",
    "xgradcam",
    "eigencam",
    "scorecam",
    "ablationcam",
    "saliency",
    "gradient_x_input",
    "integrated_gradients",
    "smoothgrad",
    "occlusion",
    "rise",
)
SCORES = ("log_odds", "logit", "probability")
COLOURS = ("viridis", "jet")

_WHOLE = (0, 0, 28, 28)  # the box of a test digit


@dataclass(frozen=True, slots=True)
class ExplainedDigit:
    """What is told of one digit, by the names that it has in JSON.

    Attributes:
        evidence: `heat`, the fields of a 3x3 grid that hold most of the heat, the strongest first,
            none where the map is empty; `objectness`, the log-odds of a digit to no digit, `None`
            for a test digit.
    """

    digit: int
    confidence: float
    box: "Box"
    probabilities: list[float]
    target: int
    layer: str
    score: str
    against: int | None
    method: str
    evidence: dict[str, Any]


def explain(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Pictures of handwritten digits, and folders of pictures.", show_default=False
        ),
    ] = None,
    index: Annotated[
        list[int] | None,
        number("test digit", 0, 9999, "A test digit; may be given several times."),
    ] = None,
    layer: Annotated[
        str,
        choice("layer", LAYERS, "Whose feature maps are read, by the methods up to ablationcam."),
    ] = "max_pooling2d_1",
    target: Annotated[
        int | None, number("class", 0, 9, "The class to explain; else the predicted one.")
    ] = None,
    method: Annotated[
        str,
        choice(
            "method",
            METHODS,
            "How the map is made. Pictures show the evidence for the class; --heatmap keeps the "
            "evidence against it too, where the method tells them apart.",
        ),
    ] = "gradcam",
    against: Annotated[
        int | None,
        number("class", 0, 9, "Explain why the class and not this one, in place of the score."),
    ] = None,
    score: Annotated[str, choice("score", SCORES, "What is differentiated.")] = "log_odds",
    network: Annotated[
        str | None,
        choice(
            "network",
            NETWORKS,
            "Who answers; else uploads for pictures, tutorial for test digits. The setting WEIGHTS "
            "puts another network in the place of the tutorial's.",
        ),
    ] = None,
    colours: Annotated[
        str, choice("colours", COLOURS, "How the heat is coloured; jet as in the tutorial.")
    ] = "viridis",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Where the pictures go. A name that ends in .png, .jpg, .jpeg or .webp is a file, "
            "for one source: the card of its digit, and beside it …-photo.jpg with the heat on the "
            "picture itself; or only that where it has several digits. A name without a suffix is "
            "a folder. Folders are made where they are missing; files that have the same names are "
            "replaced, but never a picture that is explained.",
        ),
    ] = None,
    heatmap: Annotated[
        Path | None,
        typer.Option(
            help="The .npy file for the raw map: (h, w), or (n, h, w) for several digits. Made and "
            "replaced as those of -o."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a source, on its own line.")
    ] = False,
) -> None:
    """Explain pictures and test digits on the command line, as /explain does in a channel.

    Of a folder the pictures in it are taken, in the order of their names.

    gradcam-bot explain --index 7 -o out.png

    gradcam-bot explain a.jpg my-class -o cards --json

    Exit status:

    - 0: every source was read, though there may be no digit in it
    - 1: a source could not be read, or something not loaded or written
    - 2: an option is wrong, and nothing was done
    """
    sources = find_sources(files or [], index or [])
    if not sources:
        fail("Name at least one picture or folder, or a test digit with --index.", USAGE)
    _check_outputs(output, heatmap, sources)
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
                answers = network or ("tutorial" if source.image is None else "uploads")
                images = np.stack([digit.image for digit in source.digits])
                explainer = load_explainer(weights[answers])
                explanation = explainer.explain(images, layer, target, method, score, against)
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
        _write_heatmap(heatmap, maps)
    if maps and not as_json and output is None:
        typer.echo(f"For the picture{': -o card.png' if len(maps) == 1 else 's: -o cards'}")
    if failed:
        raise typer.Exit(FAILED)


def _check_outputs(output: Path | None, heatmap: Path | None, sources: list[Source]) -> None:
    if output is not None:
        check_output(output, sources)
    if heatmap is not None:
        if heatmap.suffix != ".npy":
            fail(f"--heatmap {heatmap}: the name of the file must end in .npy.", USAGE)
        if problem := unwritable(heatmap):
            fail(problem, USAGE)


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
        told = {"source": name, "digits": [*map(asdict, digits)], "error": error}
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif error is not None:
        typer.echo(f"{name}: {error}", err=True)
    elif len(digits) == 1:
        typer.echo(f"{name}: {_sentence(digits[0])}")
    elif digits:
        typer.echo(f"{name}: {' '.join(str(digit.digit) for digit in digits)}")
        for digit in digits:
            typer.echo(f"  {_sentence(digit)}")
    if error is None and not digits and (wants_card or not as_json):
        no_card = ", no card written" if wants_card else ""
        typer.echo(f"{name}: no digit found{no_card}", err=as_json)


def _sentence(digit: ExplainedDigit) -> str:
    """Say what a digit was read as, and where the heat is."""
    from core.figures.probabilities import format_percent

    read = f"{digit.digit} ({format_percent(digit.confidence)})."
    if not digit.evidence["heat"]:
        why = f"nothing speaks for {digit.target} at {digit.layer} by {digit.score}"
        return f"{read} No heat: {why}."
    explained = "" if digit.target == digit.digit else f" for {digit.target}"
    return f"{read} Most of the heat{explained}: {', '.join(digit.evidence['heat'])}."


def _write_heatmap(path: Path, maps: "list[NDArray[np.float32]]") -> None:
    import numpy as np

    if not maps:
        typer.echo(f"No digit was found: {path} is not written.", err=True)
        return
    np.save(buffer := BytesIO(), maps[0] if len(maps) == 1 else np.stack(maps))
    write(path, buffer.getvalue())
