"""`DecodedImage`: what the decoding of an upload results in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class DecodedImage:
    """A decoded image, upright, with transparency replaced by paper of one colour.

    Attributes:
        pixels: (h, w, 3) uint8 RGB; large images are shrunk.
        size: Width and height of the upright image before shrinking.
        file: A PNG or JPEG of exactly `pixels`, without metadata and further frames.
        animated: Whether the file has further frames.
    """

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    file: bytes
    animated: bool

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the original per pixel of `pixels`, in x and y."""
        return self.scale_of(self.pixels)

    def scale_of(self, shrunk: NDArray[np.uint8]) -> tuple[float, float]:
        """Pixels of the original per pixel of a shrunk version (h', w', …), in x and y."""
        rows, columns = shrunk.shape[:2]
        return self.size[0] / columns, self.size[1] / rows
