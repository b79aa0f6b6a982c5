"""What `gradcam-bot explain` writes: the pictures of -o, and where; the maps of --heatmap."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.common import USAGE, fail, unwritable, write
from bot.cli.sources import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.explain.explanation import Explanation
    from core.figures.heatmaps import Colormap
    from core.uploads import Reading

_FORMATS = {".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_NAMED = "a name that ends in .png, .jpg, .jpeg or .webp is a picture's, one without is a folder's"


def check_output(path: Path, sources: Sequence[Source]) -> None:
    """End the command where no pictures can be written to the path given by `-o`.

    With the suffix of a picture it is a file, and of a single source; without, a folder. Neither
    has to be there.
    """
    folder = is_folder(path)
    if not folder and path.suffix.lower() not in _FORMATS:
        fail(f"-o {path}: {_NAMED}.", USAGE)
    if not folder and len(sources) > 1:
        fail(
            f"-o {path} is one picture, and there are {len(sources)} sources: "
            f"name a folder, such as -o {path.with_suffix('')}.",
            USAGE,
        )
    if not folder and _is_source(path, sources):
        fail(f"-o {path} is the picture itself: name another file.", USAGE)
    if folder and path.is_file():
        fail(f"-o {path} is a file already: {_NAMED}.", USAGE)
    if problem := unwritable(path, is_folder=folder):
        fail(problem, USAGE)


def write_pictures(
    path: Path,
    sources: Sequence[Source],
    number: int,
    source: Source,
    explanation: "Explanation",
    colours: "Colormap",
) -> None:
    """Draw a source's digits, and write the pictures; end the command where that fails.

    A folder gets a card for each digit, and for a picture an overlay. A file is the card of the
    only digit, with the overlay beside it; or the overlay where there are several.

    Args:
        path: has been checked.
        sources: all of them, whose files are not written over.
        number: the number of the first digit among all, from 0.
        source: has been read, and has at least one digit.
        explanation: the explanation of these digits.
        colours: the colour map of heatmaps.
    """
    cards = [_card(source, explanation, i, colours) for i in range(len(source.digits))]
    if is_folder(path):
        stem = Path(source.name).stem.replace(":", "-")
        pictures = {path / f"{number + i:02d}-{stem}.png": card for i, card in enumerate(cards)}
        photo = path / f"{number:02d}-{stem}-photo.jpg"
    elif len(cards) == 1:
        pictures = {path: in_format(cards[0], path.suffix)}
        photo = path.with_name(f"{path.stem}-photo.jpg")
    else:
        pictures, photo = {}, path
    if source.reading is not None:
        overlay = _overlay(source.reading, explanation, colours)
        pictures[photo] = in_format(overlay, photo.suffix)
    write_files(pictures, sources)


def write_files(files: Mapping[Path, bytes], sources: Sequence[Source]) -> None:
    """Write files, but none over a source; end the command where that fails."""
    for file, data in files.items():
        if _is_source(file, sources):
            fail(f"{file} is a picture to explain, and is not written over: choose another -o.")
        write(file, data)


def write_heatmaps(path: Path, maps: "Sequence[NDArray[np.float32]]", nothing: str) -> None:
    """Write one map, (h, w), or several, (n, h, w); say so if there is nothing.

    Args:
        path: has been checked.
        maps: the maps; the command ends if they differ in size.
        nothing: why there is none, without a full stop.
    """
    import numpy as np

    if not maps:
        typer.echo(f"{nothing}: {path} is not written.", err=True)
        return
    if len({each.shape for each in maps}) > 1:
        fail(f"{path} is not written: the maps differ in size, so explain one picture at a time.")
    np.save(buffer := BytesIO(), maps[0] if len(maps) == 1 else np.stack(maps))
    write(path, buffer.getvalue())


def is_folder(path: Path) -> bool:
    """Whether -o names a folder, and not a file."""
    return path.is_dir() or not path.suffix


def _is_source(path: Path, sources: Sequence[Source]) -> bool:
    return any(each.file and each.file.resolve() == path.resolve() for each in sources)


def _card(source: Source, explanation: "Explanation", i: int, colours: "Colormap") -> bytes:
    from core.explain.methods import METHODS
    from core.figures.card import Card, draw_card
    from core.figures.heatmaps import Colormap

    digit, method = source.digits[i], METHODS[explanation.method]
    return draw_card(
        Card(
            image=digit.image,
            heatmap=explanation.heatmaps[i],
            probabilities=explanation.probabilities[i],
            target=int(explanation.targets[i]) if method.class_specific else None,
            layer=explanation.layer,
            method=method.title,
            label=digit.label,
            colormap=Colormap.DIVERGING if explanation.signed else colours,
            against=explanation.against,
        )
    )


def _overlay(reading: "Reading", explanation: "Explanation", colours: "Colormap") -> bytes:
    from bot.explain.overlay import draw_overlay
    from bot.explain.results import Prediction

    predictions = list(map(Prediction, explanation.probabilities))
    return draw_overlay(reading, predictions, dict(enumerate(explanation.positive)), colours)


def in_format(picture: bytes, suffix: str) -> bytes:
    """Convert a picture if its format is not that of the suffix."""
    from PIL import Image

    wanted = _FORMATS[suffix.lower()]
    with Image.open(BytesIO(picture)) as image:
        if image.format == wanted:
            return picture
        image.convert("RGB").save(buffer := BytesIO(), wanted, quality=95)
    return buffer.getvalue()
