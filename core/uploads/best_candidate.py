"""A picture in which no digit was found → what in it comes nearest to one."""

from dataclasses import dataclass

from core.digit import Digit
from core.uploads.candidates import Judge, candidate, judged
from core.uploads.reader import Reading
from core.uploads.strokes import Piece, Seen, Strokes, find_strokes


@dataclass(frozen=True, eq=False, slots=True)
class BestCandidate:
    """The shape of a picture that is likeliest to be a digit.

    Attributes:
        digit: the shape, as if it were one.
        objectness: log-odds of its being one at all.
    """

    digit: Digit
    objectness: float


def find_best_candidate(reading: Reading, judge: Judge) -> BestCandidate | None:
    """Look again at a picture's ink, off long lines: at each stroke, and at all of them together.

    Args:
        reading: of a picture in which no digit was found.
        judge: the network by which it was read.

    Returns:
        The shape with the most evidence, however little; `None` where there are no strokes.
    """
    pieces = _pieces(find_strokes(reading.ink, Seen.LINED)) or _pieces(find_strokes(reading.ink))
    if not pieces:
        return None
    best = max(judged(map(candidate, pieces), judge), key=lambda one: one.evidence)
    return BestCandidate(best.as_digit(reading.picture.scale_of(reading.ink)), best.evidence)


def _pieces(strokes: Strokes | None) -> list[Piece]:
    if strokes is None:
        return []
    numbers = range(1, len(strokes.boxes))
    return [strokes.together(group) for group in (numbers, *((n,) for n in numbers))]
