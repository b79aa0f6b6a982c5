"""`Digit`: one digit in the form that the network reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, eq=False, slots=True)
class Digit:
    """One digit as the network reads it: bright ink on black.

    Attributes:
        image: (28, 28) float32 in [0, 1].
        index: Index in the MNIST test set, 0 to 9,999; `None` for an upload.
        label: The class that a person assigned, 0 to 9, if any.
        box: Bounding box in the pixels of the uploaded image; `None` for a test digit.
        warp: (2, 3) float64, the affine map from a point (x, y) of `image`, 0 to 28, to the
            uploaded image; `None` for a test digit.
    """

    image: NDArray[np.float32]
    index: int | None = None
    label: int | None = None
    box: Box | None = None
    warp: NDArray[np.float64] | None = None
