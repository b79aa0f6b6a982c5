"""`gradcam-bot explain`: its options, and which of them go together."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.cards import check_output
from bot.cli.common import NETWORKS, USAGE, choice, chosen, fail, number, unwritable, whole_number
from bot.cli.explain_digits import DigitQuestion, explain_digits
from bot.cli.explain_model import ModelQuestion, explain_with_model
from bot.cli.sources import Source, find_sources

# Known without TensorFlow, which takes seconds to import.
LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")
LAYER_METHODS = (
    "gradcam",
    "gradcam++",
    "hirescam",
    "layercam",
    "xgradcam",
    "eigencam",
    "scorecam",
    "ablationcam",
)
METHODS = (
    *LAYER_METHODS,
    "saliency",
    "gradient_x_input",
    "integrated_gradients",
    "smoothgrad",
    "occlusion",
    "rise",
)
SIGNED_METHODS = ("gradient_x_input", "integrated_gradients", "occlusion", "rise")
SCORES = ("log_odds", "logit", "probability")
COLOURS = ("viridis", "jet")
PREPROCESSING = ("none", "unit", "tf", "caffe", "torch")

_OWN = "Any Keras network"


def explain(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Pictures, or folders of pictures: of handwritten digits, or with --model of "
            "anything.",
            show_default=False,
        ),
    ] = None,
    index: Annotated[
        list[int] | None,
        number("test digit", 0, 9999, "A test digit; may be given several times."),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(LAYERS),
            help="The target layer, for methods that read feature maps (gradcam to ablationcam). "
            "With --model, any layer of that network with feature maps.",
            show_default="the last",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            help="The class to explain, 0 to 9; with --model, the number or the label of a class. "
            "By default the predicted class.",
        ),
    ] = None,
    method: Annotated[
        str,
        choice(
            "method",
            METHODS,
            "The explanation method. gradient_x_input, integrated_gradients, occlusion and rise "
            "also show evidence against the class. scorecam, ablationcam, occlusion and rise run "
            "the network hundreds of times, which takes minutes if it is large.",
        ),
    ] = "gradcam",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            help="Explain why the target class and not this one, in place of the score.",
        ),
    ] = None,
    score: Annotated[
        str, choice("score", SCORES, "The score of the class that is explained.")
    ] = "log_odds",
    network: Annotated[
        str | None,
        choice(
            "network",
            NETWORKS,
            "The network to ask; by default uploads for pictures, tutorial for test digits. The "
            "setting WEIGHTS replaces the tutorial's network by another one.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A network of your own, a .keras or whole .h5 file: any Keras classifier of one "
            "image. It gets each whole picture, stretched to the size of its input, in RGB, or in "
            "grey if it has one channel. If its input size is open, the picture keeps its own, "
            "with sides of 64 to 512 pixels. This is the same for a network of digits: to find and "
            "read digits in pictures, use --network instead.",
            rich_help_panel=_OWN,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The names of the classes of --model: a UTF-8 text file with one name a line. By "
            "default their numbers from 0, or not and is if the network ends in one probability.",
            rich_help_panel=_OWN,
        ),
    ] = None,
    preprocess: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(PREPROCESSING),
            help="The range of the pixels that --model takes: none, 0 to 255; unit, 0 to 1; tf, -1 "
            "to 1; caffe and torch as in keras.applications.imagenet_utils.preprocess_input. Use "
            "what it was trained with: explanations of other values mean nothing.",
            show_default="unit",
            rich_help_panel=_OWN,
        ),
    ] = None,
    colours: Annotated[
        str,
        choice(
            "colours",
            COLOURS,
            "The colormap of heatmaps; jet as in the tutorial. Heatmaps with evidence against the "
            "class are always orange and sky blue.",
        ),
    ] = "viridis",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Where the pictures go. A name that ends in .png, .jpg, .jpeg or .webp is a file, "
            "for one source: the card of its digit, and beside it …-photo.jpg with the heatmap on "
            "the picture itself; only the latter if it has several digits; with --model, the "
            "picture beside its overlay. A name without a suffix is a folder. Missing folders are "
            "created; existing files of the same name are replaced, but never a picture that is "
            "explained.",
        ),
    ] = None,
    heatmap: Annotated[
        Path | None,
        typer.Option(
            help="The .npy file for the raw map: (h, w), or (n, h, w) for several digits or, with "
            "--model, pictures. Created and replaced like the files of -o."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per source, each on its own line.")
    ] = False,
) -> None:
    """Explain pictures and test digits on the command line, as /explain does in a channel.

    Pictures in a folder are explained in the order of their names.

    gradcam-bot explain --index 7 -o out.png

    gradcam-bot explain a.jpg my-class -o cards --json

    gradcam-bot explain cat.jpg --model pets.keras --labels pets.txt --preprocess tf -o cat-out.png

    Exit status:

    - 0: every source was read, though there may be no digit in it
    - 1: a source could not be read, or something could not be loaded or written
    - 2: an option is wrong, and nothing was done
    """
    if preprocess is not None:
        chosen("preprocessing", preprocess, PREPROCESSING)
    if model is None:
        for option, value in (("--labels", labels), ("--preprocess", preprocess)):
            if value is not None:
                fail(f"{option} goes with --model: name the file of the network.", USAGE)
        layer = LAYERS[-1] if layer is None else chosen("layer", layer, LAYERS)
        digit, other = (
            None if each is None else whole_number("class", each, 0, 9)
            for each in (target, against)
        )
        of_digits = DigitQuestion(layer, digit, method, score, other, network)
        sources = _find(files, index, output, heatmap)
        explain_digits(sources, of_digits, colours, output, heatmap, as_json=as_json)
        return

    if index:
        fail("--index names test digits, which do not go with --model: name pictures.", USAGE)
    if network is not None:
        fail("--network names one of the bot's own networks: leave it or --model out.", USAGE)
    if layer is not None and method not in LAYER_METHODS:
        fail(
            f"--layer does not go with {method}, which explains the input: leave it out, or choose "
            f"{', '.join(LAYER_METHODS)}.",
            USAGE,
        )
    if colours != COLOURS[0] and (method in SIGNED_METHODS or against is not None):
        fail(f"--colours {colours} is for maps without evidence against the class.", USAGE)
    question = ModelQuestion(layer, target, method, score, against, preprocess or "unit")
    sources = _find(files, index, output, heatmap)
    explain_with_model(sources, model, labels, question, colours, output, heatmap, as_json=as_json)


def _find(
    files: list[Path] | None, index: list[int] | None, output: Path | None, heatmap: Path | None
) -> list[Source]:
    """Find the sources to explain; end the command if there are none, or nowhere to write."""
    sources = find_sources(files or [], index or [])
    if not sources:
        fail("Name at least one picture or folder, or a test digit with --index.", USAGE)
    if output is not None:
        check_output(output, sources)
    if heatmap is not None:
        if heatmap.suffix != ".npy":
            fail(f"--heatmap {heatmap}: the name of the file must end in .npy.", USAGE)
        if problem := unwritable(heatmap):
            fail(problem, USAGE)
    return sources
