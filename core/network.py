"""Locating, loading and fingerprinting of trained networks.

Keras is imported when a network is loaded, so that locating files is fast.
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
"""Folder of the tutorial's network: weights, weights of every epoch, record, model card."""

UPLOADS_WEIGHTS = _SHIPPED / "uploads"
"""Folder of the network that was trained for photographs of digits."""

NETWORK_FILE = "network.weights.h5"
"""Name of the trained weights in such a folder."""


class WeightsError(Exception):
    """A network cannot be loaded; the message is one sentence for the user."""


def weights_file(path: str | Path | None = None) -> Path:
    """Return the file that a network is loaded from.

    Args:
        path: A `.weights.h5`, `.keras` or `.h5` file, or a folder that the training wrote. Defaults
            to the tutorial's network.

    Raises:
        WeightsError: If there is no such file, or it is of another kind.
    """
    file = WEIGHTS if path is None else Path(path)
    if file.is_dir():
        file /= NETWORK_FILE
    if not file.is_file():
        raise WeightsError(f"There is no network at {file}.")
    if file.suffix not in {".keras", ".h5"}:
        raise WeightsError(f"{file} is neither a .weights.h5, a .keras nor a .h5 file.")
    return file


def epoch_file(epoch: int, folder: Path = WEIGHTS) -> Path:
    """Return the file of the weights after an epoch, 0 for the untrained network."""
    return folder / "epochs" / f"epoch-{epoch:02d}.weights.h5"


def load_network(path: str | Path | None = None) -> "keras.Model":
    """Load a trained network of digits, not compiled.

    Args:
        path: As for `load_model`.

    Returns:
        A model from (n, 28, 28, 1) float32 to (n, 10) probabilities.

    Raises:
        WeightsError: As `load_model`, or if the network is not from digits to ten classes.
    """
    model = load_model(path)
    shapes = [getattr(model, name, None) for name in ("input_shape", "output_shape")]
    if shapes != [(None, 28, 28, 1), (None, 10)]:
        raise WeightsError(
            f"{weights_file(path)} goes from {shapes[0]} to {shapes[1]}, "
            "not from (None, 28, 28, 1) to (None, 10)."
        )
    return model


def load_model(path: str | Path | None = None) -> "keras.Model":
    """Load a trained network, not compiled.

    Args:
        path: A `.keras` or whole `.h5` file of any network, a `.weights.h5` file of the tutorial's
            network, or a folder that the training wrote. Defaults to the tutorial's network.

    Raises:
        WeightsError: If the file is missing or damaged, holds code, does not fit, or holds NaN or
            infinity.
    """
    file = weights_file(path)
    model = _load_weights(file) if file.name.endswith(".weights.h5") else _load_whole(file)
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
        # Safe mode refuses code inside the file.
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:
        raise WeightsError(f"{file} is not a Keras network that is safe to load.") from error
    return model


def fingerprint(path: str | Path | None = None) -> str:
    """Return the first 8 hexadecimal digits of the SHA-256 of a network's file."""
    return hashlib.sha256(weights_file(path).read_bytes()).hexdigest()[:8]
