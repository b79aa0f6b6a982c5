"""A decoded picture: what the later steps read, and what an answer is drawn on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class DecodedImage:
    """A decoded picture, upright and on paper of one colour where it was transparent.

    Attributes:
        pixels: (h, w, 3) uint8 RGB; large pictures are shrunk.
        size: width and height of the picture as it is shown, in its own pixels.
        file: a PNG or JPEG of `pixels`, exactly, and of nothing else: no metadata, no later frames.
        animated: whether the file had frames after this one.
    """

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    file: bytes
    animated: bool

    @property
    def scale(self) -> tuple[float, float]:
        """How many of the picture's own pixels one of `pixels` spans, across and down."""
        return self.scale_of(self.pixels)

    def scale_of(self, shrunk: NDArray[np.uint8]) -> tuple[float, float]:
        """How many of the picture's own pixels one of (h, w, …) the same, shrunk, spans."""
        rows, columns = shrunk.shape[:2]
        return self.size[0] / columns, self.size[1] / rows
