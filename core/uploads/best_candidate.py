"""The shape in a picture that comes closest to a digit, where none was found."""

from dataclasses import dataclass

from core.digit import Digit
from core.uploads.candidates import LogitsFn, candidate, score
from core.uploads.reader import Reading
from core.uploads.strokes import InkStyle, find_strokes


@dataclass(frozen=True, eq=False, slots=True)
class BestCandidate:
    """The shape with the highest objectness, the log-odds that it is a digit at all."""

    digit: Digit
    objectness: float


def find_best_candidate(reading: Reading, logits_fn: LogitsFn) -> BestCandidate | None:
    """Score each stroke of a picture without digits, and all strokes together.

    Ruled lines are left out.

    Returns:
        The best candidate, however low its objectness; `None` if there are no strokes.
    """
    strokes = find_strokes(reading.ink, InkStyle.LINED) or find_strokes(reading.ink)
    if strokes is None:
        return None
    numbers = range(1, len(strokes.boxes))
    crops = [strokes.crop(group) for group in (numbers, *((n,) for n in numbers))]
    best = max(score(map(candidate, crops), logits_fn), key=lambda one: one.objectness)
    return BestCandidate(best.as_digit(reading.picture.scale_of(reading.ink)), best.objectness)
