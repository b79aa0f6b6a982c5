"""The value that everything starts from: one digit, in the form the network reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in the pixels of the picture as it is shown."""


@dataclass(frozen=True, eq=False, slots=True)
class Digit:
    """One digit as the network reads it: bright ink on black.

    Attributes:
        image: (28, 28) float32 in [0, 1].
        index: its place in the MNIST test set, 0 to 9,999; `None` for an upload.
        label: what a person said it is, 0 to 9; `None` where nobody did.
        box: where it stands in the picture it was found in; `None` for a test digit.
        warp: (2, 3) float64, takes a point (x, y) of `image`, 0 to 28 from edge to edge, to the
            point of that picture that it was read from; `None` for a test digit.
    """

    image: NDArray[np.float32]
    index: int | None = None
    label: int | None = None
    box: Box | None = None
    warp: NDArray[np.float64] | None = None
