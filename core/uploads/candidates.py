"""Pieces of ink that may be digits, and what the network says of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit, scale_box
from core.uploads.normalise import NormalForm, normalise
from core.uploads.strokes import Piece, Strokes

Judge = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""The network's logits (n, 10) of n digits (n, 28, 28)."""

Group = tuple[int, ...]
"""The numbers of strokes that are taken together."""

ENOUGH = 8.0
"""More evidence than this counts for no more."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """What may be a digit, as it stands in the picture.

    Attributes:
        form: its normal form; the warp leads to the pixels of the ink map.
        box: where that is, in the same pixels.
        evidence: log-odds of its being a digit at all.
        mass: how much ink it has.
        strokes: of what it was made.
        doubt: what speaks against the cuts by which it was parted from others, in evidence.
    """

    form: NormalForm
    box: Box
    evidence: float
    mass: float
    strokes: Group = ()
    doubt: float = 0.0

    def as_digit(self, scale: tuple[float, float]) -> Digit:
        """Make a digit of it, in the picture's own pixels.

        Args:
            scale: how many of these one of the ink map spans, across and down.
        """
        warp = self.form.warp * np.array(scale)[:, np.newaxis]
        return Digit(self.form.image, box=scale_box(self.box, scale), warp=warp)

    @property
    def width(self) -> int:
        """Of its box."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Of its box."""
        return self.box[3] - self.box[1]


def candidate(piece: Piece) -> Candidate:
    """Bring a piece of ink to the normal form: it may be as large as the picture, and this not."""
    form = normalise(piece.ink)
    form.warp[:, 2] += piece.left, piece.top
    return Candidate(form, piece.box, evidence=0.0, mass=float(piece.ink.sum()))


def judged(candidates: Iterable[Candidate], judge: Judge) -> list[Candidate]:
    """Ask the network about all candidates at once."""
    asked = list(candidates)
    if not asked:
        return []
    logits = judge(np.stack([one.form.image for one in asked]))
    evidence = np.logaddexp.reduce(logits, axis=1).tolist()
    return [replace(one, evidence=log_odds) for one, log_odds in zip(asked, evidence, strict=True)]


def judged_groups(
    strokes: Strokes, groups: Sequence[Group], judge: Judge
) -> dict[Group, Candidate]:
    """Judge what some strokes make together, each group for itself."""
    found = judged((candidate(strokes.together(group)) for group in groups), judge)
    return {group: replace(one, strokes=group) for group, one in zip(groups, found, strict=True)}


def worth(digits: Sequence[Candidate], least: float) -> float:
    """Measure how much ink digits explain, weighted by the evidence for each.

    Args:
        digits: that share no ink.
        least: evidence that a digit must have.
    """
    return sum((min(one.evidence - least, ENOUGH) - one.doubt) * one.mass for one in digits)
