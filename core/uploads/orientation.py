"""Which way up writing is: the network's evidence over all four ways."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.uploads.candidates import (
    MAX_OBJECTNESS,
    Candidate,
    Group,
    LogitsFn,
    candidate_of,
    with_logits,
)
from core.uploads.strokes import Strokes, weighted_median

WAYS = (0, 90, 180, 270)
"""Degrees clockwise by which writing may be turned from upright."""

_MAX_SHAPES = 60  # the heaviest strokes, on which the ways are compared
_MANY, _MIN_DIGITS = 30, 0.1  # strokes of a texture, and share of digits that it may have by chance
_MIN_LENGTH = 0.4  # of a stroke that is compared, as a share of the typical one


@dataclass(frozen=True, eq=False, slots=True)
class Ways:
    """Evidence for each way up.

    Attributes:
        objectness: (4, n), of n strokes the log-odds that each is a digit that way up, at most
            `MAX_OBJECTNESS` and no less than its negative.
        as_they_came: The n strokes by their numbers, scored as they came.
    """

    objectness: NDArray[np.float64]
    as_they_came: Mapping[Group, Candidate]

    def gain(self, way: int) -> float:
        """Return the mean log-odds for a way up, minus those for the picture as it was uploaded."""
        mean = self.objectness.mean(axis=1)
        return float(mean[WAYS.index(way)] - mean[0])

    @property
    def is_hopeless(self) -> bool:
        """Whether there are many strokes, and hardly any is a digit either way up."""
        most = (self.objectness > 0).mean(axis=1).max()
        return bool(self.objectness.shape[1] >= _MANY and most < _MIN_DIGITS)

    @property
    def best(self) -> int:
        """The way up with the most evidence."""
        return WAYS[int(self.objectness.mean(axis=1).argmax())]


def compare_ways(strokes: Strokes, logits_fn: LogitsFn) -> Ways:
    """Score strokes, each on its own, all four ways up."""
    lengths = (strokes.boxes[:, 2:] - strokes.boxes[:, :2]).max(axis=1)[1:]
    masses = strokes.masses[1:]
    typical = weighted_median(lengths, masses)
    large = np.flatnonzero((lengths >= _MIN_LENGTH * typical) & (lengths <= typical / _MIN_LENGTH))
    heaviest = large[np.argsort(-masses[large], kind="stable")][:_MAX_SHAPES] + 1
    candidates = [candidate_of(strokes, (number,)) for number in heaviest.tolist()]
    forms = np.stack([one.form.image for one in candidates])
    # A normal form is centred on pixel 14, which is the middle of 29 pixels, not of 28.
    framed = np.pad(forms, ((0, 0), (0, 1), (0, 1)))
    ways = [np.rot90(framed, way // 90, axes=(1, 2))[:, :-1, :-1] for way in WAYS]
    logits = logits_fn(np.concatenate(ways))
    objectness = np.logaddexp.reduce(logits, axis=1)
    clipped = np.clip(objectness, -MAX_OBJECTNESS, MAX_OBJECTNESS)
    scored = with_logits(candidates, logits[: len(candidates)])  # the first of `WAYS`
    return Ways(
        clipped.reshape(len(WAYS), -1).astype(np.float64), {one.strokes: one for one in scored}
    )


def made_upright(strokes: Strokes, way: int) -> Strokes:
    """Rotate strokes by `way` degrees counterclockwise, which makes them upright.

    Args:
        strokes: As they were found, turned clockwise from upright.
        way: By how many degrees: one of `WAYS`.
    """
    if way == 0:
        return strokes
    rows, columns = strokes.ink.shape
    left, top, right, bottom = strokes.boxes.T
    boxes = {
        90: (top, columns - right, bottom, columns - left),
        180: (columns - right, rows - bottom, columns - left, rows - top),
        270: (rows - bottom, left, rows - top, right),
    }[way]
    return replace(
        strokes,
        ink=np.ascontiguousarray(np.rot90(strokes.ink, way // 90)),
        contrast=np.ascontiguousarray(np.rot90(strokes.contrast, way // 90)),
        labels=np.ascontiguousarray(np.rot90(strokes.labels, way // 90)),
        boxes=np.stack(boxes, axis=1),
    )


def from_upright(way: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the map, (3, 3), from points of an upright ink map to the one that it was turned from.

    Args:
        way: Degrees clockwise by which the latter is turned.
        shape: Height and width of the latter.
    """
    rows, columns = shape
    maps = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, columns], [1, 0, 0]],
        180: [[-1, 0, columns], [0, -1, rows]],
        270: [[0, 1, 0], [-1, 0, rows]],
    }
    return np.array([*maps[way], [0, 0, 1]], np.float64)
