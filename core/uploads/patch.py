"""`Patch`: a part of a picture at some resolution, and where it lies in the picture."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.decoded_image import DecodedImage

_NEAR_INTEGER = 0.15  # a shrink factor so close to an integer is rounded, which is faster

_FINER = 0.8  # size of a pixel of a patch that is finer than another


@dataclass(frozen=True, eq=False, slots=True)
class Patch:
    """A part of a picture.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        matrix: (3, 3) float64, the projective map from a point (x, y, 1) of the patch to the
            picture as it was uploaded.
    """

    pixels: NDArray[np.uint8]
    matrix: NDArray[np.float64]

    @classmethod
    def whole(cls, picture: DecodedImage) -> Self:
        """Return the whole picture as it was decoded."""
        return cls(picture.pixels, np.diag([*picture.scale, 1.0]))

    def shrunk(self, max_pixels: int) -> "Patch":
        """Shrink to at most `max_pixels`."""
        rows, columns, _ = self.pixels.shape
        factor = (rows * columns / max_pixels) ** 0.5
        if factor <= 1:
            return self
        if abs(factor - round(factor)) < _NEAR_INTEGER:
            factor = round(factor)
        size = (max(round(columns / factor), 1), max(round(rows / factor), 1))
        pixels = cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)
        scale = np.diag([columns / size[0], rows / size[1], 1.0])
        return Patch(np.asarray(pixels, np.uint8), self.matrix @ scale)

    def cropped(self, box: Box) -> "Patch":
        """Crop to a box, which lies within the patch."""
        left, top, right, bottom = box
        moved = np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])
        return Patch(self.pixels[top:bottom, left:right], self.matrix @ moved)

    def straightened(self, corners: NDArray[np.float64], max_pixels: int) -> "Patch":
        """Cut out a quadrilateral and straighten its perspective.

        Args:
            corners: (4, 2), upper left, upper right, lower right, lower left, in the picture.
            max_pixels: The largest number of pixels of the result.
        """
        corners = map_points(_inverse(self.matrix), corners)
        sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
        width, height = float(max(sides[::2])), float(max(sides[1::2]))
        factor = max((width * height / max_pixels) ** 0.5, 1.0)
        columns, rows = (max(round(side / factor), 2) for side in (width, height))
        corner_of = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        to_here = cv2.getPerspectiveTransform(corner_of, corners.astype(np.float32))
        pixels = cv2.warpPerspective(
            self.pixels,
            to_here,
            (columns, rows),
            flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return Patch(np.asarray(pixels, np.uint8), self.matrix @ to_here)

    def seen_in(self, other: "Patch", box: Box) -> "Patch":
        """Crop another patch of the same picture to what a box of this patch shows.

        Args:
            other: The patch to crop.
            box: In pixels of this patch; what lies outside of `other` is left out.
        """
        left, top, right, bottom = box
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
        there = map_points(_inverse(other.matrix), map_points(self.matrix, corners))
        rows, columns, _ = other.pixels.shape
        low = np.clip(np.floor(there.min(axis=0)), 0, (columns - 1, rows - 1)).astype(int)
        high = np.clip(np.ceil(there.max(axis=0)), low + 1, (columns, rows)).astype(int)
        return other.cropped((int(low[0]), int(low[1]), int(high[0]), int(high[1])))

    def is_finer_than(self, other: "Patch") -> bool:
        """Whether it shows the picture at a clearly higher resolution."""
        return bool(np.abs(np.diag(self.matrix)[:2]).max() < _FINER * other.matrix[0, 0])

    def to_picture(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points (n, 2) of the patch to the picture."""
        return map_points(self.matrix, points)


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.linalg.inv(matrix).astype(np.float64)


def map_points(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a projective map, (3, 3), to points, (n, 2)."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    flat: NDArray[np.float64] = mapped[:, :2] / mapped[:, 2:]
    return flat
