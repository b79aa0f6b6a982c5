"""The value that everything starts from: one digit, in the form the network reads."""

import math
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


def enlarged_box(box: Box, scale: tuple[float, float]) -> Box:
    """Turn a box in a shrunk picture's pixels into the smallest one around it in the picture's own.

    Args:
        box: in the shrunk picture's pixels.
        scale: how many of the picture's own pixels one of these spans, across and down.
    """
    across, down = scale
    left, top, right, bottom = box
    return (
        math.floor(left * across),
        math.floor(top * down),
        math.ceil(right * across),
        math.ceil(bottom * down),
    )
