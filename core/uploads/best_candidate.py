"""The shape in a picture that comes closest to a digit, where none was found."""

from dataclasses import dataclass

import numpy as np

from core.digit import Digit
from core.uploads.candidates import LogitsFn, candidate, score
from core.uploads.patch import Patch
from core.uploads.reader import MAX_PIXELS_READ, Reading
from core.uploads.strokes import InkStyle, find_strokes, runs_on, two_tone


@dataclass(frozen=True, eq=False, slots=True)
class BestCandidate:
    """The shape with the highest objectness, and how it does by the rules for a digit.

    Attributes:
        prediction: The class that it would have.
        objectness: Log-odds that it is a digit at all.
        min_objectness: The least objectness of a digit.
        two_tone: Share of the variance around it that lies between ink and paper, 0 to 1; see
            `core.uploads.segmentation.MIN_TWO_TONE`.
        thickness: Thickness of its thickest place, as a share of its longer side; see
            `core.uploads.attempt.MAX_THICKNESS`.
        runs_on: Share of what surrounds it that has its colour, 0 to 1; see
            `core.uploads.attempt.MAX_RUNS_ON`.
        ink: Share of the picture's ink, 0 to 1; see `core.uploads.attempt.MIN_INK`.
    """

    digit: Digit
    prediction: int
    objectness: float
    min_objectness: float
    two_tone: float
    thickness: float
    runs_on: float
    ink: float


def find_best_candidate(
    reading: Reading, logits_fn: LogitsFn, min_objectness: float = 0.0
) -> BestCandidate | None:
    """Score each stroke of a picture without digits, and all strokes together.

    Ruled lines are left out.

    Returns:
        The best candidate, however low its objectness; `None` if there are no strokes.
    """
    strokes = find_strokes(reading.ink, InkStyle.LINED) or find_strokes(reading.ink)
    if strokes is None:
        return None
    numbers = range(1, len(strokes.boxes))
    pixels = Patch.whole(reading.picture).shrunk(MAX_PIXELS_READ).pixels
    crops = [strokes.crop(group) for group in (numbers, *((n,) for n in numbers))]
    best = max(score(map(candidate, crops), logits_fn), key=lambda one: one.objectness)
    return BestCandidate(
        digit=best.as_digit(np.diag([*reading.picture.scale_of(reading.ink), 1.0])),
        prediction=int(logits_fn(best.form.image[np.newaxis]).argmax()),
        objectness=best.objectness,
        min_objectness=min_objectness,
        two_tone=two_tone(reading.ink, best.box),
        thickness=best.form.thickness,
        runs_on=runs_on(pixels, strokes, best.box),
        ink=best.mass / float(strokes.masses.sum()),
    )
