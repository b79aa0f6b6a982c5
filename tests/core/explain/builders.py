"""Images for tests: test digits, and what no pen draws."""

import numpy as np
from numpy.typing import NDArray

from core.dataset import DigitSet, as_input


def images(digits: DigitSet, where: slice) -> NDArray[np.float32]:
    """Test digits as the network reads them, (n, 28, 28, 1)."""
    return as_input(digits.images[where])


def at_the_border(digits: DigitSet) -> NDArray[np.float32]:
    """Digits pushed over each corner, so that their ink touches the border, (4, 28, 28, 1)."""
    shifts = ((9, 9), (9, -9), (-9, 9), (-9, -9))
    return np.concatenate(
        [np.roll(images(digits, slice(i, i + 1)), s, (1, 2)) for i, s in enumerate(shifts)]
    )


def noise(n: int = 8) -> NDArray[np.float32]:
    """Random pixels, (n, 28, 28, 1)."""
    return np.random.default_rng(1).random((n, 28, 28, 1), np.float32)


def extremes() -> NDArray[np.float32]:
    """Black, white, grey, checkerboards, stripes, one dot, a frame, (10, 28, 28, 1).

    Their feature maps are full of equal neighbours: ties in every pooling.
    """
    row, column = np.indices((28, 28))
    patterns = [
        np.zeros((28, 28)),
        np.ones((28, 28)),
        np.full((28, 28), 0.5),
        (row + column) % 2,
        (row // 2 + column // 2) % 2,
        row % 2,
        column // 2 % 2,
        (row == 13) & (column == 13),
        (row % 27 == 0) | (column % 27 == 0),
        np.full((28, 28), 1e-30),
    ]
    return np.stack(patterns).astype(np.float32)[..., np.newaxis]
