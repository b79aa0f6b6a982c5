"""Pieces of ink that may be digits, and the network's score for each."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.digit import Box, Digit
from core.uploads.normalise import NormalForm, normalise
from core.uploads.patch import map_points
from core.uploads.strokes import Crop, Strokes

T = TypeVar("T", bound=np.generic)

LogitsFn = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""A network: from n digits (n, 28, 28) in [0, 1] to their logits (n, 10)."""

Group = tuple[int, ...]
"""Numbers of strokes that are taken together."""

_BATCH = 64  # digits: oneDNN keeps memory for larger batches

_MAX_BAR = 2.0  # evidence of a 1

_EPSILON = 1e-6  # of a pixel, by which a box may be off through rounding

MAX_OBJECTNESS = 8.0
"""Cap on objectness beyond the least that is asked for, in log-odds: above it all are certain."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """Ink that may be a digit.

    Attributes:
        form: The normal form; its warp leads to the pixels of the ink map.
        box: In the ink map.
        mass: Sum of the ink.
        objectness: Log-odds that it is a digit at all: `logsumexp` of the logits.
        prediction: The class with the highest logit.
        strokes: Numbers of its strokes.
        penalty: Objectness to subtract for the cuts at its sides.
    """

    form: NormalForm
    box: Box
    mass: float
    objectness: float = 0.0
    prediction: int = 0
    strokes: Group = ()
    penalty: float = 0.0

    def as_digit(self, matrix: NDArray[np.float64]) -> Digit:
        """Convert to a digit in a picture.

        Args:
            matrix: (3, 3), the projective map from the ink map to the picture.
        """
        left, top, right, bottom = self.box
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
        points = map_points(matrix, corners)
        box = (
            *(math.floor(low + _EPSILON) for low in points.min(axis=0)),
            *(math.ceil(high - _EPSILON) for high in points.max(axis=0)),
        )
        return Digit(self.form.image, box=box, warp=_affine(matrix, self.form.warp))


def _affine(matrix: NDArray[np.float64], warp: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compose a projective map, linearised in the middle of the digit, with its warp."""
    middle = np.append(warp @ [14, 14, 1], 1)
    x, y, depth = matrix @ middle
    at = np.array([x, y]) / depth
    slope = (matrix[:2, :2] - np.outer(at, matrix[2, :2])) / depth
    linear = slope @ warp[:, :2]
    return np.column_stack([linear, at - linear @ [14, 14]])


def in_batches(
    logits_fn: Callable[[NDArray[T]], NDArray[np.float32]],
) -> Callable[[NDArray[T]], NDArray[np.float32]]:
    """Wrap a network so that it runs on at most `_BATCH` digits at once, to bound its memory."""

    def logits(images: NDArray[T]) -> NDArray[np.float32]:
        starts = range(0, max(len(images), 1), _BATCH)
        return np.concatenate([logits_fn(images[start : start + _BATCH]) for start in starts])

    return logits


def candidate(crop: Crop) -> Candidate:
    """Normalise a crop of ink; the crop itself, which may be large, is not kept."""
    form = normalise(crop.ink)
    form.warp[:, 2] += crop.left, crop.top
    return Candidate(form, crop.box, float(crop.ink.sum()))


def candidate_of(strokes: Strokes, group: Group) -> Candidate:
    """Normalise a group of strokes."""
    return replace(candidate(strokes.crop(group)), strokes=group)


def score(candidates: Iterable[Candidate], logits_fn: LogitsFn) -> list[Candidate]:
    """Set the objectness and the prediction of candidates, in one batch."""
    batch = list(candidates)
    if not batch:
        return []
    return with_logits(batch, logits_fn(np.stack([one.form.image for one in batch])))


def with_logits(batch: Sequence[Candidate], logits: NDArray[np.float32]) -> list[Candidate]:
    """Set the objectness and the prediction of candidates from their logits, (n, 10)."""
    objectness = np.logaddexp.reduce(logits, axis=1).tolist()
    predictions = logits.argmax(axis=1).tolist()
    return [
        replace(one, objectness=each, prediction=prediction)
        for one, each, prediction in zip(batch, objectness, predictions, strict=True)
    ]


def score_groups(
    strokes: Strokes,
    groups: Sequence[Group],
    logits_fn: LogitsFn,
    known: Mapping[Group, Candidate],
) -> dict[Group, Candidate]:
    """Score groups of strokes, each as one candidate, unless they are known already."""
    others = [group for group in groups if group not in known]
    scored = score((candidate_of(strokes, group) for group in others), logits_fn)
    return {group: known[group] for group in groups if group in known} | {
        one.strokes: one for one in scored
    }


def above(one: Candidate, least: float) -> float:
    """Return the objectness minus `least`, capped at `MAX_OBJECTNESS`."""
    return min(one.objectness - least, MAX_OBJECTNESS)


def evidence(one: Candidate, least: float) -> float:
    """Return the objectness minus `least`, with a lower cap for a 1: any bar looks like one."""
    return min(above(one, least), _MAX_BAR if one.prediction == 1 else MAX_OBJECTNESS)


def total_score(digits: Sequence[Candidate], min_objectness: float) -> float:
    """Return the ink that digits explain, weighted by their objectness.

    The candidates share no ink.
    """
    return sum((above(one, min_objectness) - one.penalty) * one.mass for one in digits)
