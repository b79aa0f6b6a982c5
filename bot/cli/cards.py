"""The pictures that `gradcam-bot explain -o` writes, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import USAGE, fail, unwritable, write
from bot.cli.sources import Source

if TYPE_CHECKING:
    from core.digit import Digit
    from core.explain.explainer import Explanation
    from core.figures.heatmaps import Colormap
    from core.uploads import DecodedImage

_FORMATS = {".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_NAMED = "a name that ends in .png, .jpg, .jpeg or .webp is a picture's, one without is a folder's"


@dataclass(frozen=True, slots=True)
class Output:
    """Where pictures go.

    Attributes:
        path: a folder, or the file for the only source's picture.
        is_folder: which of the two.
        sources: files that are not written over.
    """

    path: Path
    is_folder: bool
    sources: frozenset[Path]


def find_output(path: Path, sources: Sequence[Source]) -> Output:
    """Decide what the path given by `-o` is, and end the command where nothing can be written.

    Args:
        path: with the suffix of a picture, a file, and of a single source; without, a folder.
            Neither has to be there.
        sources: what is to be explained.
    """
    files = frozenset(source.file.resolve() for source in sources if source.file is not None)
    is_folder = path.is_dir() or not path.suffix
    if not is_folder and path.suffix.lower() not in _FORMATS:
        fail(f"-o {path}: {_NAMED}.", USAGE)
    if not is_folder and len(sources) > 1:
        fail(
            f"-o {path} is one picture, and there are {len(sources)} sources: "
            f"name a folder, such as -o {path.with_suffix('')}.",
            USAGE,
        )
    if not is_folder and path.resolve() in files:
        fail(f"-o {path} is the picture itself: name another file.", USAGE)
    if is_folder and path.is_file():
        fail(f"-o {path} is a file already: {_NAMED}.", USAGE)
    if problem := unwritable(path, is_folder=is_folder):
        fail(problem, USAGE)
    return Output(path, is_folder, files)


def write_pictures(
    output: Output, number: int, source: Source, explanation: "Explanation", colours: "Colormap"
) -> None:
    """Draw a source's digits, and write the pictures; end the command where that fails.

    A folder gets a card for each digit, and for a picture an overlay. A file is the card of the
    only digit, with the overlay beside it; or the overlay where there are several.

    Args:
        output: where they go.
        number: of the first digit among all, from 0.
        source: has been read, and has at least one digit.
        explanation: of these digits.
        colours: of the heat.
    """
    path = output.path
    cards = [_card(source, explanation, i, colours) for i in range(len(source.digits))]
    if output.is_folder:
        stem = Path(source.name).stem.replace(":", "-")
        pictures = {path / f"{number + i:02d}-{stem}.png": card for i, card in enumerate(cards)}
        photo = path / f"{number:02d}-{stem}-photo.jpg"
    elif len(cards) == 1:
        pictures = {path: _in_format(cards[0], path.suffix)}
        photo = path.with_name(f"{path.stem}-photo.jpg")
    else:
        pictures, photo = {}, path
    if source.image is not None:
        overlay = _overlay(source.image, source.digits, explanation, colours)
        pictures[photo] = _in_format(overlay, photo.suffix)
    for file, data in pictures.items():
        if file.resolve() in output.sources:
            fail(f"{file} is a picture to explain, and is not written over: choose another -o.")
        write(file, data)


def _card(source: Source, explanation: "Explanation", i: int, colours: "Colormap") -> bytes:
    from core.figures.card import Card, draw_card

    digit = source.digits[i]
    return draw_card(
        Card(
            image=digit.image,
            heatmap=explanation.heatmaps[i],
            probabilities=explanation.probabilities[i],
            target=int(explanation.targets[i]),
            layer=explanation.layer,
            score=explanation.score,
            label=digit.label,
            colormap=colours,
        )
    )


def _overlay(
    image: "DecodedImage",
    digits: "Sequence[Digit]",
    explanation: "Explanation",
    colours: "Colormap",
) -> bytes:
    from bot.explain.results import Prediction, marked
    from core.figures.photo import draw_photo

    predictions = map(Prediction, explanation.probabilities)
    marks = list(map(marked, digits, predictions, explanation.heatmaps))
    return draw_photo(image, marks, None if len(marks) > 1 else 0, colours)


def _in_format(picture: bytes, suffix: str) -> bytes:
    """Save a picture anew where its format is not the one that a suffix stands for."""
    from PIL import Image

    wanted = _FORMATS[suffix.lower()]
    with Image.open(BytesIO(picture)) as image:
        if image.format == wanted:
            return picture
        image.convert("RGB").save(buffer := BytesIO(), wanted, quality=95)
    return buffer.getvalue()
