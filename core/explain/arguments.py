"""Checks of the images and classes that callers pass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.explain.network import Network

PREDICTED = -1
"""Stands for the predicted class, whichever it is."""


def as_batch(images: ArrayLike, network: Network) -> NDArray[np.float32]:
    """Check images and reshape them to (n, h, w, c).

    Args:
        images: (n, h, w, c) or, for grey images, (n, h, w).
        network: The network that takes them.

    Raises:
        ValueError: If shape, type or values are not what the network takes.
    """
    batch = np.asarray(images)
    height, width, channels = network.image_shape
    if channels == 1 and batch.ndim == 3:
        batch = batch[..., np.newaxis]
    expected = (height, width, channels)
    fits = (e in {None, size} for e, size in zip(expected, batch.shape[1:], strict=False))
    if batch.ndim != 4 or not all(fits):
        sizes = ", ".join("any" if size is None else str(size) for size in expected)
        raise ValueError(f"images must be (n, {sizes}), not {np.shape(images)}")
    if batch.dtype.kind != "f":
        raise ValueError(
            f"images must be float32 as the network takes them, not {batch.dtype}: "
            "digits are divided by 255"
        )
    least, most = (batch.min(), batch.max()) if batch.size else (0, 0)  # NaN if one pixel is
    if not (np.isfinite(least) and np.isfinite(most)):
        raise ValueError("images must hold finite numbers only, and they hold NaN or infinity")
    low, high = network.image_range or (least, most)
    if least < low or most > high:
        raise ValueError(f"images must lie in [{low:g}, {high:g}], not in [{least:g}, {most:g}]")
    return batch.astype(np.float32, copy=False)


def as_classes(
    classes: int | Sequence[int] | NDArray[np.integer] | None, n: int, count: int, name: str
) -> NDArray[np.int32]:
    """Check classes and reshape them to (n,).

    Args:
        classes: One class for all images, one for each, or `None` for the predicted ones.
        n: The number of images.
        count: The number of classes.
        name: The name of the argument.

    Raises:
        ValueError: If a class is not an integer from 0 to `count` - 1.
    """
    if classes is None:
        return np.full(n, PREDICTED, np.int32)
    given = np.asarray(classes)
    if given.dtype.kind not in "iu" or given.shape not in {(), (n,)}:
        raise ValueError(f"{name} must be None, one integer or {n} integers, not {classes!r}")
    if given.size and not (given.min() >= 0 and given.max() < count):
        raise ValueError(f"{name} must be classes from 0 to {count - 1}, not {classes!r}")
    return np.resize(given.astype(np.int32), n)
