"""`gradcam-bot evaluate --uploads FOLDER`: how well labelled pictures are read."""

from dataclasses import asdict, dataclass
from itertools import compress, count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.special import softmax

from bot.cli.common import fail, unwritable, write
from bot.runtime.networks import load_explainer
from core.figures.contact_sheet import draw_contact_sheets
from core.network import UPLOADS_WEIGHTS, fingerprint, load_network
from core.record import ModelRecord, RecordError
from core.uploads import Reader
from core.uploads.evaluation import UploadsEvaluation, evaluate_uploads
from core.uploads.labels import LabelledPicture, LabelsError, load_labels
from core.uploads.results import ProbabilitiesFn, Result, is_there, read_pictures
from core.uploads.worker import DecodingWorker

_SHEET = "mistakes-{:02d}.jpg"


@dataclass(frozen=True, slots=True)
class Networks:
    """The weights that find digits, the objectness that they ask of one, and those that read it."""

    finds: str
    least: float
    classifies: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that is told of a folder.

    Attributes:
        sure: the least confidence of an answer that is told as plain fact.
        missing: files that `labels.csv` names and that are not there; they count nowhere.
        results: the results of the others, in order.
        sheets: the contact sheets that were written.
    """

    folder: Path
    networks: Networks
    sure: float
    missing: tuple[str, ...]
    results: tuple[Result, ...]
    figures: UploadsEvaluation
    sheets: tuple[Path, ...]

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The results' numbers on the contact sheets; `None` for those that are right."""
        numbers = count(1)
        return tuple(None if result.right else next(numbers) for result in self.results)

    def as_json(self) -> dict[str, object]:
        """Return the same as `--json` prints it."""
        return {
            "folder": str(self.folder),
            "networks": asdict(self.networks),
            "sure": self.sure,
            "missing": self.missing,
            **asdict(self.figures),
            "sheets": [str(sheet) for sheet in self.sheets],
            "results": [
                {
                    "file": result.picture.file,
                    **result.picture.groups,
                    "label": result.picture.label,
                    "answer": result.answer,
                    "right": result.right,
                    "number": number,
                    "confidences": result.confidences,
                    "error": result.error,
                    "decoding": result.decoding,
                    "reading": result.reading,
                }
                for result, number in zip(self.results, self.numbers, strict=True)
            ],
        }


def evaluate_folder(folder: Path, weights: Path, output: Path) -> Report:
    """Read a folder's pictures, and write contact sheets of what went wrong.

    The command ends where these cannot be written.

    Args:
        folder: Has a `labels.csv` (`core.uploads.labels.load_labels`).
        weights: A network. One that was not trained for uploads only classifies the digits that the
            shipped uploads' network found.
        output: The folder for the contact sheets; earlier ones are replaced.

    Raises:
        core.uploads.labels.LabelsError: If the labels cannot be read, or no picture is there.
        core.network.WeightsError: If the network cannot be loaded.
    """
    pictures = load_labels(folder)
    found = [is_there(folder, picture) for picture in pictures]
    there = list(compress(pictures, found))
    if not there:
        raise LabelsError(f"None of the files is there that labels.csv in {folder} names.")
    if problem := unwritable(output, is_folder=True):
        fail(problem)
    from bot.explain.results import SURE

    networks, reader, classify = _load(weights)
    _clear(output)
    results = _read(folder, there, reader, classify)
    return Report(
        folder=folder,
        networks=networks,
        sure=SURE,
        missing=tuple(p.file for p, is_found in zip(pictures, found, strict=True) if not is_found),
        results=results,
        figures=evaluate_uploads(results, SURE),
        sheets=_write_sheets(output, results),
    )


def _load(weights: Path) -> tuple[Networks, Reader, ProbabilitiesFn]:
    try:
        finds, least = weights, _threshold(weights)
    except RecordError:
        finds, least = UPLOADS_WEIGHTS, _threshold(UPLOADS_WEIGHTS)
    explainer = load_explainer(finds)
    names = Networks(fingerprint(finds), least, fingerprint(weights))
    reader = Reader(explainer.logits, least)
    if finds == weights:
        logits = explainer.logits
        return names, reader, lambda images: softmax(logits(images).astype(np.float64), axis=1)
    model = load_network(weights)

    def classify(images: NDArray[np.float32]) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = model(images[..., None], training=False).numpy()
        return probabilities

    return names, reader, classify


def _threshold(weights: Path) -> float:
    uploads = ModelRecord.load(weights).metrics.uploads
    if uploads is None:
        raise RecordError(f"{weights} was not trained for uploads.")
    return uploads.threshold


def _read(
    folder: Path, there: list[LabelledPicture], reader: Reader, classify: ProbabilitiesFn
) -> tuple[Result, ...]:
    console = Console(stderr=True)
    with DecodingWorker(processes=1) as worker:
        results = read_pictures(folder, there, worker, reader, classify)
        quiet, total = not console.is_terminal, len(there)
        shown = track(results, "reading", total, console=console, transient=True, disable=quiet)
        return tuple(shown)


def _clear(output: Path) -> None:
    """Make the folder, before any picture is read, and take an earlier run's sheets out of it."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        for earlier in output.glob(_SHEET.format(0).replace("00", "[0-9]*")):
            earlier.unlink()
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")


def _write_sheets(output: Path, results: tuple[Result, ...]) -> tuple[Path, ...]:
    mistakes = [result.mistake for result in results if result.mistake is not None]
    files = []
    for number, sheet in enumerate(draw_contact_sheets(mistakes), 1):
        files.append(output / _SHEET.format(number))
        write(files[-1], sheet)
    return tuple(files)
