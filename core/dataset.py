"""MNIST: the 10,000 test digits, which ship with the project, and the 60,000 training digits."""

import gzip
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core import idx
from core.digit import Digit

SHIPPED = "mnist-test.npz"
"""File of the test digits in `core/data`, made by `scripts/derive_digits.py`."""

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"

ORIGINAL_MD5 = {
    TRAIN_IMAGES: "6bbc9ace898e44ae57da46a324031adb",
    TRAIN_LABELS: "a25bea736e30d166cdddb491f175f624",
    TEST_IMAGES: "2646ac647ad5339dbf082846283269ea",
    TEST_LABELS: "27ae3e4e09519cfbb04c329615203637",
}
"""md5 of the idx content of the four files as LeCun, Cortes and Burges published them."""

TEST_DIGITS = 10_000

_NPZ_ERRORS = (OSError, ValueError, LookupError, TypeError, EOFError, BadZipFile, zlib.error)


class DataError(Exception):
    """The digits cannot be read; the message is one sentence for the user."""


@dataclass(frozen=True, eq=False, slots=True)
class DigitSet:
    """Digits in MNIST's format.

    Attributes:
        images: (n, 28, 28) uint8, ink is 255.
        labels: (n,) uint8, 0 to 9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert (n, 28, 28) uint8 to the network's input, (n, 28, 28, 1) float32 in [0, 1]."""
    return np.divide(images, 255, dtype=np.float32)[..., np.newaxis]


@cache
def load_test_digits() -> DigitSet:
    """Load the 10,000 test digits in MNIST's order.

    Cached and shared, so the arrays are read-only.
    """
    shipped = resources.files("core") / "data" / SHIPPED
    with resources.as_file(shipped) as path:
        digits = _from_npz(path, "test")
    digits.images.setflags(write=False)
    digits.labels.setflags(write=False)
    return digits


def test_digit(index: int) -> Digit:
    """Return the digit at an index in MNIST's test set, 0 to 9,999. Number 7 is a 9.

    Raises:
        IndexError: If there is no such digit.
    """
    digits = load_test_digits()
    if not 0 <= index < len(digits):
        raise IndexError(f"There is no test digit {index}: they go from 0 to {len(digits) - 1}.")
    image = as_input(digits.images[index : index + 1])[0, :, :, 0]
    return Digit(image=image, index=index, label=int(digits.labels[index]))


test_digit.__test__ = False  # type: ignore[attr-defined]  # not a test, though pytest would think so


def load_training_digits(data: Path | None = None) -> DigitSet:
    """Load the training digits in MNIST's order.

    Args:
        data: Keras's `mnist.npz`, or a folder with the original idx files, gzipped or not.
            Defaults to Keras's cache, which is downloaded first if it is empty.

    Raises:
        DataError: If `data` does not exist or is anything else, or if it is `None` and nothing is
            cached or can be downloaded.
    """
    if data is None:
        return _from_keras()
    if data.is_dir():
        images, labels = _read_idx(data, TRAIN_IMAGES, 3), _read_idx(data, TRAIN_LABELS, 1)
        return _checked(images, labels, str(data))
    if data.is_file():
        return _from_npz(data, "train")
    raise DataError(f"There is no file or folder {data}.")


def md5_by_file(training: DigitSet, test: DigitSet) -> dict[str, str]:
    """Return the md5 of the idx content of digits, by MNIST's file names as in `ORIGINAL_MD5`."""
    arrays = (training.images, training.labels, test.images, test.labels)
    return {name: idx.md5(array) for name, array in zip(ORIGINAL_MD5, arrays, strict=True)}


def _from_keras() -> DigitSet:
    from core._keras import keras  # noqa: PLC0415 - takes two seconds

    try:
        (images, labels), _ = keras.datasets.mnist.load_data()
    except Exception as error:
        raise DataError(
            "MNIST's training digits are not on this machine and cannot be downloaded: "
            "put mnist.npz in ~/.keras/datasets, or name it with --data FILE, "
            "or a folder of the four original idx files with --data FOLDER."
        ) from error
    return _checked(images, labels, "Keras's mnist.npz")


def _from_npz(path: Path, part: str) -> DigitSet:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    except _NPZ_ERRORS as error:
        raise DataError(f"{path} is not a whole mnist.npz with x_{part} and y_{part}.") from error
    return _checked(images, labels, str(path))


def _read_idx(folder: Path, name: str, dimensions: int) -> NDArray[np.uint8]:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            break
    else:
        raise DataError(f"{folder} holds neither {name} nor {name}.gz.")
    try:
        raw = path.read_bytes()
        return idx.decode(gzip.decompress(raw) if path.suffix == ".gz" else raw, dimensions)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: it is damaged or cut short.") from error
    except ValueError as error:
        raise DataError(f"{path} {error}.") from error


def _checked(images: NDArray[np.uint8], labels: NDArray[np.uint8], source: str) -> DigitSet:
    """Check shapes and values of digits from a file."""
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise DataError(
            f"{source} must hold images of 28 x 28 uint8, and has {images.shape} {images.dtype}."
        )
    if labels.dtype != np.uint8 or labels.shape != images.shape[:1] or not len(labels):
        raise DataError(
            f"{source} must hold one uint8 label for each of its {len(images):,} images, "
            f"and has {labels.shape} {labels.dtype}."
        )
    if labels.max() > 9:
        raise DataError(f"{source} has a label {labels.max()}, where 9 is the highest digit.")
    return DigitSet(images, labels)
