"""`gradcam-bot explain --model`: any Keras network explains any picture."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.cards import in_format, is_folder, write_files, write_heatmaps
from bot.cli.common import FAILED, USAGE, fail
from bot.cli.sources import Source, decode_sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.explain.explainer import Explainer
    from core.explain.explanation import Explanation

_MOST = 5  # classes that are told
_WEAK = 0.1  # evidence of one sign is left out if its maximum is below this share of all
_MANY = 20  # more layers or labels than this are abbreviated in a message


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """What is asked about each picture, by the names of the options, as they were typed."""

    layer: str | None
    target: str | None
    method: str
    score: str
    against: str | None
    preprocess: str


@dataclass(frozen=True, slots=True)
class PictureAnswer:
    """What is told of one picture, by the names that it has in JSON.

    Attributes:
        classes: the five most likely, in order: `class`, its name; `index`, its number;
            `probability`. None where the picture was not explained.
        target: the number of the class explained; `None` where it would have been the predicted one
            of a picture that was not explained.
        against: the number of the class that it was compared with.
        evidence: fields of a 3x3 grid, the strongest first: `heat`, with most of the evidence for
            the class; `against`, with most of the evidence against it, none where the map has no
            sign.
    """

    source: str
    classes: list[dict[str, Any]]
    target: int | None
    layer: str
    score: str
    against: int | None
    method: str
    evidence: dict[str, list[str]]
    error: str | None


def explain_with_model(
    sources: list[Source],
    model: Path,
    labels: Path | None,
    question: ModelQuestion,
    colours: str,
    output: Path | None,
    heatmap: Path | None,
    *,
    as_json: bool,
) -> None:
    """Explain pictures by a network from a file, tell of them, and write what is asked for.

    Args:
        sources: pictures, as they were found.
        model: the file of the network.
        labels: the file of its classes' names.
        question: about each picture.
        colours: the colormap of maps without a sign.
        output: where the pictures go; has been checked, as has `heatmap`.
        heatmap: where the maps go.
        as_json: whether to print JSON.
    """
    asked = _load(model, labels, question)
    maps: list[NDArray[np.float32]] = []
    failed = False
    for source in decode_sources(sources, on_white=True):
        explanation, error = None, source.error
        if source.image is not None:
            explanation = _explain(asked, source.image.pixels)
            if explanation is None:
                error = "The network cannot be run on a picture of this size."
            else:
                if output is not None:
                    picture = _draw(asked, source.image.pixels, explanation, colours)
                    _write_picture(output, sources, len(maps), source, picture)
                maps.extend(explanation.heatmaps)
        failed = failed or explanation is None
        answer = _answer(asked, source.name, explanation, error)
        if as_json:
            typer.echo(json.dumps(asdict(answer), ensure_ascii=False))
        elif explanation is None:
            typer.echo(f"{source.name}: {error}", err=True)
        else:
            typer.echo(f"{source.name}: {_sentence(asked, answer, explanation)}")
    if heatmap is not None:
        write_heatmaps(heatmap, maps, "No picture was explained")
    if maps and not as_json and output is None:
        typer.echo(f"For the picture{': -o heatmap.png' if len(maps) == 1 else 's: -o heatmaps'}")
    if failed:
        raise typer.Exit(FAILED)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A network that was loaded, and what is asked of it: the classes by their numbers."""

    explainer: "Explainer"
    names: Sequence[str]
    question: ModelQuestion
    layer: str | None
    target: int | None
    against: int | None


def _load(model: Path, labels: Path | None, question: ModelQuestion) -> _Asked:
    """Load a network; end the command where that fails, or where the question does not fit it."""
    from core.network import WeightsError, weights_file

    names = None if labels is None else _read_labels(labels)
    try:
        weights_file(model)  # before TensorFlow is imported
        from core.explain.explainer import Explainer
        from core.explain.methods import METHODS

        explainer = Explainer.load(model)
    except WeightsError as error:
        fail(error)
    if names is None:
        names = explainer.labels
    elif len(names) != explainer.network.classes:
        classes = explainer.network.classes
        fail(f"{labels} has {len(names)} labels, and the network {classes} classes.", USAGE)
    if problem := _unfit(question.preprocess, explainer):
        fail(f"{model} with --preprocess {question.preprocess}: {problem}.", USAGE)
    layer = question.layer
    if layer is None:
        layer = explainer.default_layer if METHODS[question.method].per_layer else None
    elif layer not in explainer.layers:
        fail(f"No layer {layer!r}: choose {_some(layer, explainer.layers)}.", USAGE)
    target = _find_class(question.target, names)
    against = _find_class(question.against, names)
    if target is not None and target == against:
        fail(f"--against {question.against} is the class to explain: name another.", USAGE)
    return _Asked(explainer, names, question, layer, target, against)


def _read_labels(file: Path) -> tuple[str, ...]:
    """Read the names of classes, one a line; end the command where that fails."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        fail(f"--labels {file}: the file is not a text in UTF-8.", USAGE)
    except OSError as error:
        fail(f"--labels {file} cannot be read: {error.strerror}.", USAGE)
    names = tuple(line.strip() for line in lines)
    if "" in names:
        fail(f"--labels {file}: line {names.index('') + 1} is empty.", USAGE)
    return names


def _unfit(preprocess: str, explainer: "Explainer") -> str | None:
    """Say why pixels cannot be prepared like this for a network."""
    import numpy as np

    from core.explain.arguments import as_batch
    from core.preprocessing import Preprocessing, prepare

    darkest_and_brightest = np.array([[[0] * 3, [255] * 3]], np.uint8)
    network = explainer.network
    try:
        as_batch(
            prepare(darkest_and_brightest, network.image_shape, Preprocessing(preprocess)), network
        )
    except ValueError as error:
        return str(error)
    return None


def _find_class(value: str | None, names: Sequence[str]) -> int | None:
    """Return the number of a class, given that or its name; end the command if there is none."""
    if value is None:
        return None
    named = [index for index, name in enumerate(names) if name == value]
    if len(named) == 1:
        return named[0]
    if named:
        fail(f"Classes {', '.join(map(str, named))} are all {value!r}: name one by number.", USAGE)
    with suppress(ValueError):
        if 0 <= int(value) < len(names):
            return int(value)
    labels = "" if names[0] == "0" else f", or {_some(value, names)}"
    return fail(f"No class {value!r}: choose 0 to {len(names) - 1}{labels}.", USAGE)


def _some(value: str, choices: Sequence[str]) -> str:
    """List choices; of many, those that are most like a value, and the last."""
    if len(choices) <= _MANY:
        return ", ".join(choices)
    alike = get_close_matches(value, choices, 5, 0.4)
    chosen = dict.fromkeys([*alike, *choices[-2:]])
    return f"one of {len(choices)}, such as {', '.join(chosen)}"


def _explain(asked: _Asked, pixels: "NDArray[np.uint8]") -> "Explanation | None":
    """Explain a picture; `None` where the network cannot be run at its size."""
    from core._keras import tf
    from core.preprocessing import Preprocessing, prepare

    question = asked.question
    shape = asked.explainer.network.image_shape
    batch = prepare(pixels, shape, Preprocessing(question.preprocess))
    try:
        return asked.explainer.explain(
            batch, asked.layer, asked.target, question.method, question.score, asked.against
        )
    except (ValueError, RuntimeError, tf.errors.OpError):  # of a layer
        return None


def _draw(
    asked: _Asked, pixels: "NDArray[np.uint8]", explanation: "Explanation", colours: str
) -> bytes:
    """Draw a picture beside its overlay, PNG."""
    from core.explain.methods import METHODS
    from core.figures.explained import ExplainedPicture, draw_explained_picture
    from core.figures.heatmaps import Colormap

    target, against = int(explanation.targets[0]), explanation.against
    score = f"{explanation.score.replace('_', '-')}({target})"
    rows, columns = explanation.heatmaps.shape[1:]
    return draw_explained_picture(
        ExplainedPicture(
            pixels=pixels,
            heatmap=explanation.heatmaps[0],
            probabilities=explanation.probabilities[0],
            labels=asked.names,
            target=target,
            against=against,
            receipt=(
                METHODS[explanation.method].title,
                f"{explanation.layer or 'input'} · {rows}×{columns}",
                score if against is None else f"z({target}) − z({against})",
                asked.explainer.weights_hash,
            ),
            colormap=Colormap.DIVERGING if explanation.signed else Colormap(colours),
        )
    )


def _write_picture(
    output: Path, sources: Sequence[Source], number: int, source: Source, picture: bytes
) -> None:
    file = output
    if is_folder(output):
        file = output / f"{number:02d}-{Path(source.name).stem.replace(':', '-')}.png"
    write_files({file: in_format(picture, file.suffix)}, sources)


def _answer(
    asked: _Asked, source: str, explanation: "Explanation | None", error: str | None
) -> PictureAnswer:
    import numpy as np

    from core.explain.regions import strongest_regions

    classes: list[dict[str, Any]] = []
    heat: list[str] = []
    opposed: list[str] = []
    if explanation is not None:
        probabilities = explanation.probabilities[0]
        classes = [
            {
                "class": asked.names[index],
                "index": index,
                "probability": round(float(probabilities[index]), 6),
            }
            for index in np.argsort(-probabilities, kind="stable")[:_MOST].tolist()
        ]
        heat, opposed = (
            [region.replace("_", " ") for region in strongest_regions(np.maximum(values, 0))]
            if values.max() >= _WEAK
            else []
            for values in (explanation.heatmaps[0], -explanation.heatmaps[0])
        )
    return PictureAnswer(
        source=source,
        classes=classes,
        target=asked.target if explanation is None else int(explanation.targets[0]),
        layer=asked.layer or "input",
        score=asked.question.score,
        against=asked.against,
        method=asked.question.method,
        evidence={"heat": heat, "against": opposed},
        error=error,
    )


def _sentence(asked: _Asked, answer: PictureAnswer, explanation: "Explanation") -> str:
    """Say how a picture was classified, and where its heatmap is brightest."""
    from core.figures.probabilities import format_percent

    read = ", ".join(
        f"{each['class']} ({format_percent(each['probability'])})" for each in answer.classes
    )
    target = asked.names[int(explanation.targets[0])]
    heat, opposed = (", ".join(places) for places in answer.evidence.values())
    if asked.against == int(explanation.targets[0]):
        where = f"Empty heatmap: {target} is compared with itself, so name another "
        where += "--target or --against."
    elif asked.against is not None:
        other = asked.names[asked.against]
        where = f"Evidence for {target} and not {other}: {heat or 'hardly any'}"
        where += f"; for {other} and not {target}: {opposed or 'hardly any'}."
    elif explanation.signed:
        where = (
            f"Evidence for {target}: {heat or 'hardly any'}; against it: {opposed or 'hardly any'}."
        )
    elif heat:
        explained = "" if answer.target == answer.classes[0]["index"] else f" for {target}"
        where = f"Brightest regions{explained}: {heat}."
    else:
        where = (
            f"Empty heatmap: nothing is evidence for {target} at {answer.layer} by {answer.score}."
        )
    return f"{read}. {where}"
