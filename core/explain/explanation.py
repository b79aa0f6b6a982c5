"""The results of an explanation."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.explain.scores import Score


class EmptyReason(StrEnum):
    """Why a heatmap is empty."""

    ZERO = "zero"
    """The method found nothing: every value is zero."""
    NEGATIVE = "negative"
    """No value is positive: all that was found speaks against the class."""


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """The classification of n images, and where the evidence for one class of each lies.

    Attributes:
        predictions: (n,) int32, the most probable classes.
        probabilities: (n, classes) float32.
        targets: (n,) int32, the classes explained.
        heatmaps: (n, h, w) float32, each scaled to a largest magnitude of 1: in [0, 1], or in
            [-1, 1] if `signed`; all zeros if the map is empty. Never NaN.
        raw: (n, h, w) float32, the method's values before ReLU and scaling.
        signed: Whether negative values are evidence against the class; else they are cut off.
        layer: The layer explained; `None` for a method that explains the input.
        method: The name of the method.
        score: The score of the class that was explained.
        against: The class that the explained class was compared with, if any.
    """

    predictions: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    targets: NDArray[np.int32]
    heatmaps: NDArray[np.float32]
    raw: NDArray[np.float32]
    signed: bool
    layer: str | None
    method: str
    score: Score
    against: int | None = None

    @property
    def positive(self) -> NDArray[np.float32]:
        """(n, h, w) in [0, 1], the evidence for the class, without that against it."""
        return np.maximum(self.heatmaps, 0)

    @property
    def empty(self) -> NDArray[np.bool_]:
        """(n,) bool, which heatmaps are all zeros."""
        return np.logical_not(self.heatmaps.any(axis=(1, 2)))

    @property
    def empty_reasons(self) -> tuple[EmptyReason | None, ...]:
        """Why each heatmap is empty; `None` for those that are not."""
        return tuple(
            None if not empty else EmptyReason.NEGATIVE if raw.any() else EmptyReason.ZERO
            for empty, raw in zip(self.empty, self.raw, strict=True)
        )


@dataclass(frozen=True, eq=False, slots=True)
class ExplanationSet:
    """All Grad-CAM heatmaps of one digit by one score: ten classes at every layer.

    Attributes:
        prediction: The most probable class.
        probabilities: (10,) float32.
        heatmaps: By layer, (10, h, w) float32 in [0, 1], one heatmap a class; all zeros if no cell
            is evidence for the class.
    """

    prediction: int
    probabilities: NDArray[np.float32]
    heatmaps: dict[str, NDArray[np.float32]]
