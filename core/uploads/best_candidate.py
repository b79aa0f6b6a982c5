"""The shape in a picture that comes closest to a digit, where none was found."""

from dataclasses import dataclass

from core.digit import Digit
from core.uploads.candidates import LogitsFn, candidate, score
from core.uploads.reader import Reading
from core.uploads.strokes import Crop, InkStyle, Strokes, find_strokes


@dataclass(frozen=True, eq=False, slots=True)
class BestCandidate:
    """The shape with the highest objectness.

    Attributes:
        digit: The shape as a digit.
        objectness: Log-odds that it is a digit at all.
    """

    digit: Digit
    objectness: float


def find_best_candidate(reading: Reading, logits_fn: LogitsFn) -> BestCandidate | None:
    """Score each stroke of a picture, and all strokes together, without ruled lines.

    Args:
        reading: A reading without digits.
        logits_fn: The network that it was read with.

    Returns:
        The best candidate, however low its objectness; `None` if there are no strokes.
    """
    strokes = find_strokes(reading.ink, InkStyle.LINED)
    crops = _crops(strokes) or _crops(find_strokes(reading.ink))
    if not crops:
        return None
    best = max(score(map(candidate, crops), logits_fn), key=lambda one: one.objectness)
    return BestCandidate(best.as_digit(reading.picture.scale_of(reading.ink)), best.objectness)


def _crops(strokes: Strokes | None) -> list[Crop]:
    if strokes is None:
        return []
    numbers = range(1, len(strokes.boxes))
    return [strokes.crop(group) for group in (numbers, *((n,) for n in numbers))]
