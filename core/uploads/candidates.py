"""Pieces of ink that may be digits, and the network's score for each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit, scale_box
from core.uploads.normalise import NormalForm, normalise
from core.uploads.strokes import Crop, Strokes

LogitsFn = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""A network: from n digits (n, 28, 28) in [0, 1] to their logits (n, 10)."""

Group = tuple[int, ...]
"""Numbers of strokes that are taken together."""

MAX_OBJECTNESS = 8.0
"""Objectness, less the least that is asked for, counts up to this."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """Ink that may be a digit.

    Attributes:
        form: The normal form; its warp leads to the pixels of the ink map.
        box: In the ink map.
        mass: Sum of the ink.
        objectness: Log-odds that it is a digit at all: `logsumexp` of the logits.
        strokes: Numbers of its strokes.
        penalty: Objectness to subtract for the cuts at its sides.
    """

    form: NormalForm
    box: Box
    mass: float
    objectness: float = 0.0
    strokes: Group = ()
    penalty: float = 0.0

    def as_digit(self, scale: tuple[float, float]) -> Digit:
        """Convert to a digit in a picture, of `scale` pixels (x, y) per pixel of the ink map."""
        warp = self.form.warp * np.array(scale)[:, np.newaxis]
        return Digit(self.form.image, box=scale_box(self.box, scale), warp=warp)


def candidate(crop: Crop) -> Candidate:
    """Normalise a crop of ink; the crop itself, which may be large, is not kept."""
    form = normalise(crop.ink)
    form.warp[:, 2] += crop.left, crop.top
    return Candidate(form, crop.box, float(crop.ink.sum()))


def score(candidates: Iterable[Candidate], logits_fn: LogitsFn) -> list[Candidate]:
    """Set the objectness of candidates, in one batch."""
    batch = list(candidates)
    if not batch:
        return []
    logits = logits_fn(np.stack([one.form.image for one in batch]))
    objectness = np.logaddexp.reduce(logits, axis=1).tolist()
    return [replace(one, objectness=each) for one, each in zip(batch, objectness, strict=True)]


def score_groups(
    strokes: Strokes, groups: Sequence[Group], logits_fn: LogitsFn
) -> dict[Group, Candidate]:
    """Score groups of strokes, each as one candidate."""
    scored = score((candidate(strokes.crop(group)) for group in groups), logits_fn)
    return {group: replace(one, strokes=group) for group, one in zip(groups, scored, strict=True)}


def total_score(digits: Sequence[Candidate], min_objectness: float) -> float:
    """Return the ink that digits explain, weighted by their objectness.

    The candidates share no ink.
    """
    return sum(
        (min(one.objectness - min_objectness, MAX_OBJECTNESS) - one.penalty) * one.mass
        for one in digits
    )
