"""A picture in which no digit was found → what in it comes nearest to one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.uploads.candidates import Judge
from core.uploads.normalise import normalise
from core.uploads.reader import Reading
from core.uploads.strokes import Piece, Seen, Strokes, find_strokes


@dataclass(frozen=True, eq=False, slots=True)
class Likeliest:
    """The shape of a picture that is likeliest to be a digit.

    Attributes:
        digit: the shape, as if it were one.
        evidence: log-odds of its being one at all.
    """

    digit: Digit
    evidence: float


def find_likeliest(reading: Reading, judge: Judge) -> Likeliest | None:
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
    forms = [normalise(piece.ink) for piece in pieces]
    logits = judge(np.stack([form.image for form in forms]))
    evidence = np.logaddexp.reduce(logits, axis=1)
    best = int(evidence.argmax())
    rows, columns = reading.ink.shape
    width, height = reading.picture.size
    scale = np.array([[width / columns], [height / rows]])
    warp = forms[best].warp.copy()
    warp[:, 2] += pieces[best].left, pieces[best].top
    digit = Digit(forms[best].image, box=_scaled(pieces[best], scale), warp=warp * scale)
    return Likeliest(digit, float(evidence[best]))


def _pieces(strokes: Strokes | None) -> list[Piece]:
    if strokes is None:
        return []
    numbers = range(1, len(strokes.boxes))
    return [strokes.together(group) for group in (numbers, *((n,) for n in numbers))]


def _scaled(piece: Piece, scale: NDArray[np.float64]) -> Box:
    (across,), (down,) = scale.tolist()
    left, top, right, bottom = piece.box
    return (
        math.floor(left * across),
        math.floor(top * down),
        math.ceil(right * across),
        math.ceil(bottom * down),
    )
