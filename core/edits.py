"""What a learner does to a digit, to see what the network makes of it."""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 28
FARTHEST, THICKEST, MOST_RUBBED = 9, 2, 9
"""Pixels that a digit can be shifted by, steps of the pen, and cells that can be rubbed out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to a digit, made in this order.

    Attributes:
        pen: how many steps thicker its strokes are; thinner, below zero.
        right: pixels that it is shifted to the right; to the left, below zero.
        down: the same downwards.
        rubbed: how often the hottest cell is rubbed out.
    """

    pen: int = 0
    right: int = 0
    down: int = 0
    rubbed: int = 0

    def thicken(self, by: int) -> Self:
        """Take another pen."""
        return replace(self, pen=min(max(self.pen + by, -THICKEST), THICKEST))

    def shift(self, right: int, down: int) -> Self:
        """Shift further."""
        x, y = (
            min(max(at + by, -FARTHEST), FARTHEST)
            for at, by in ((self.right, right), (self.down, down))
        )
        return replace(self, right=x, down=y)

    def rub(self) -> Self:
        """Rub out one cell more."""
        return replace(self, rubbed=min(self.rubbed + 1, MOST_RUBBED))

    def redrawn(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Change pen and place; what is rubbed out depends on the network, see `rub_out`.

        Args:
            image: (28, 28) float32 in [0, 1].
        """
        drawn = image
        for _ in range(abs(self.pen)):
            step = cv2.dilate if self.pen > 0 else cv2.erode
            drawn = np.asarray(step(drawn, _PEN, borderValue=0), np.float32)
        shifted = np.zeros_like(drawn)
        rows, columns = _overlap(self.down), _overlap(self.right)
        shifted[rows[0], columns[0]] = drawn[rows[1], columns[1]]
        return shifted


_PEN = np.ones((2, 2), np.uint8)


def rub_out(
    image: NDArray[np.float32], heatmap: NDArray[np.float32], rubbed: set[tuple[int, int]]
) -> NDArray[np.float32]:
    """Rub out the pixels under a map's hottest cell.

    Args:
        image: (28, 28) float32 in [0, 1].
        heatmap: (h, w), of 7, 14 or 28 cells a side.
        rubbed: rows and columns of the cells that were rubbed out before, and stay out of it; the
            new one is added.

    Returns:
        The digit without them. A map that is empty otherwise rubs out nothing.
    """
    left = heatmap.copy()
    for cell in rubbed:
        left[cell] = 0
    if not left.any():
        return image
    row, column = divmod(int(left.argmax()), left.shape[1])
    rubbed.add((row, column))
    side = _SIDE // len(left)
    without = image.copy()
    without[row * side : (row + 1) * side, column * side : (column + 1) * side] = 0
    return without


def _overlap(by: int) -> tuple[slice, slice]:
    """Where shifted pixels go, and where they come from."""
    return slice(max(by, 0), _SIDE + min(by, 0)), slice(max(-by, 0), _SIDE - max(by, 0))
