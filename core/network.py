"""Trained networks: where they are, how they are loaded, what they are called.

Keras is imported when a network is loaded: what only looks for files does not wait for it.
"""

import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core._keras import keras

_SHIPPED = Path(str(resources.files("weights")))

WEIGHTS = _SHIPPED / "tutorial"
"""The folder of the tutorial's network: weights, every epoch's weights, figures, model card."""

UPLOADS_WEIGHTS = _SHIPPED / "uploads"
"""The same of the network that was trained for photographs of digits."""

NETWORK_FILE = "network.weights.h5"
"""The trained weights, within such a folder."""


class WeightsError(Exception):
    """A network cannot be loaded; the message is one sentence for a person."""


def weights_file(path: str | Path | None = None) -> Path:
    """Return the file that a network is loaded from.

    Args:
        path: a `.weights.h5` or `.keras` file, or a folder written by the training; `None` for the
            shipped network.

    Raises:
        WeightsError: there is no such file.
    """
    file = WEIGHTS if path is None else Path(path)
    if file.is_dir():
        file /= NETWORK_FILE
    if not file.is_file():
        raise WeightsError(f"There is no network at {file}.")
    return file


def epoch_file(epoch: int, folder: Path = WEIGHTS) -> Path:
    """Name the weights as they were after an epoch; 0 is the untrained network."""
    return folder / "epochs" / f"epoch-{epoch:02d}.weights.h5"


def load_network(path: str | Path | None = None) -> "keras.Model":
    """Load a trained network, not compiled.

    Args:
        path: a `.weights.h5` file that fits the tutorial's network, a whole `.keras` network that
            reads 28 x 28 digits and gives ten numbers, or a folder written by the training; `None`
            for the shipped network.

    Returns:
        A model from (n, 28, 28, 1) float32 to (n, 10) probabilities.

    Raises:
        WeightsError: If the file is missing or damaged, does not fit, or holds NaN or infinity.
    """
    file = weights_file(path)
    if file.suffix == ".keras":
        model = _load_whole(file)
    elif file.name.endswith(".weights.h5"):
        model = _load_weights(file)
    else:
        raise WeightsError(f"{file} is neither a .weights.h5 file nor a .keras file.")
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise WeightsError(f"{file} holds weights that are not finite numbers.")
    return model


def _load_weights(file: Path) -> "keras.Model":
    from core.tutorial import get_basic_cnn  # noqa: PLC0415 - Keras takes seconds to import

    model = get_basic_cnn()
    try:
        model.load_weights(file)
    except Exception as error:
        raise WeightsError(f"{file} does not hold weights of the tutorial's network.") from error
    return model


def _load_whole(file: Path) -> "keras.Model":
    from core._keras import keras  # noqa: PLC0415 - takes seconds to import

    try:
        # Safe mode refuses code that is carried inside the file.
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:
        raise WeightsError(f"{file} is not a Keras network that is safe to load.") from error
    shapes = [getattr(model, name, None) for name in ("input_shape", "output_shape")]
    if shapes != [(None, 28, 28, 1), (None, 10)]:
        raise WeightsError(
            f"{file} goes from {shapes[0]} to {shapes[1]}, "
            "not from (None, 28, 28, 1) to (None, 10)."
        )
    return model


def fingerprint(path: str | Path | None = None) -> str:
    """Name a network by the first 8 hexadecimal digits of its file's SHA-256."""
    return hashlib.sha256(weights_file(path).read_bytes()).hexdigest()[:8]
