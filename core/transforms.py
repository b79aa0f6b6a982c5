"""Changes that a learner makes to a digit: thickness, position, erased cells."""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_SHIFT, MAX_THICKNESS, MAX_ERASED = 9, 2, 9
"""Largest shift in pixels, largest change of thickness in steps, most cells erased."""

_SIDE = 28
_PEN = np.ones((2, 2), np.uint8)


@dataclass(frozen=True, slots=True)
class Transform:
    """A change of a digit, applied in the order of the attributes.

    Attributes:
        thickness: Steps by which the strokes are dilated, -2 to 2; negative erodes.
        right: Pixels by which the digit is shifted to the right, -9 to 9.
        down: Pixels by which it is shifted down, -9 to 9.
        erased: How many times the brightest cell is erased, 0 to 9.
    """

    thickness: int = 0
    right: int = 0
    down: int = 0
    erased: int = 0

    def thicken(self, by: int) -> Self:
        """Return the transform with thicker strokes, within the limit."""
        return replace(self, thickness=_clamp(self.thickness + by, MAX_THICKNESS))

    def shift(self, right: int, down: int) -> Self:
        """Return the transform with a further shift, within the limit."""
        return replace(
            self,
            right=_clamp(self.right + right, MAX_SHIFT),
            down=_clamp(self.down + down, MAX_SHIFT),
        )

    def erase(self) -> Self:
        """Return the transform with one more cell erased, within the limit."""
        return replace(self, erased=min(self.erased + 1, MAX_ERASED))

    def apply(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Change thickness and position of a digit, (28, 28) float32 in [0, 1].

        What leaves the frame is lost. Erasing is not part of it, because it depends on the network:
        see `erase_hottest_cell`.
        """
        drawn = image
        for _ in range(abs(self.thickness)):
            step = cv2.dilate if self.thickness > 0 else cv2.erode
            drawn = np.asarray(step(drawn, _PEN, borderValue=0), np.float32)
        shifted = np.zeros_like(drawn)
        rows, columns = _overlap(self.down), _overlap(self.right)
        shifted[rows[0], columns[0]] = drawn[rows[1], columns[1]]
        return shifted


def erase_hottest_cell(
    image: NDArray[np.float32], heatmap: NDArray[np.float32], erased: set[tuple[int, int]]
) -> NDArray[np.float32]:
    """Erase the pixels under the brightest cell of a heatmap.

    Args:
        image: (28, 28) float32 in [0, 1].
        heatmap: (h, w), of 7, 14 or 28 cells a side.
        erased: Row and column of the cells erased before, which are skipped. The new cell is added.

    Returns:
        A copy of the image with the cell set to 0, or the image itself if no other cell is hot.
    """
    left = heatmap.copy()
    for cell in erased:
        left[cell] = 0
    if not left.any():
        return image
    row, column = divmod(int(left.argmax()), left.shape[1])
    erased.add((row, column))
    side = _SIDE // len(left)
    without = image.copy()
    without[row * side : (row + 1) * side, column * side : (column + 1) * side] = 0
    return without


def _clamp(value: int, limit: int) -> int:
    return min(max(value, -limit), limit)


def _overlap(by: int) -> tuple[slice, slice]:
    """Return where shifted pixels go, and where they come from."""
    return slice(max(by, 0), _SIDE + min(by, 0)), slice(max(-by, 0), _SIDE - max(by, 0))
