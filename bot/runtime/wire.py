"""What goes between the bot and a cluster: named values as the bytes of an `.npz` file."""

import zlib
from dataclasses import fields
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.explain.explanation import Explanation, ExplanationSet
from core.explain.scores import Score

_NOT_WRITTEN_BY_PACK = (
    AttributeError,
    BadZipFile,
    EOFError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What NumPy and `zipfile` raise if a file is no archive, or is damaged or encrypted."""


class WireError(Exception):
    """These bytes are not what was expected."""


def pack(**values: object) -> bytes:
    """Write arrays, strings, numbers and lists of these; what is `None` is left out."""
    given = {name: np.asarray(value) for name, value in values.items() if value is not None}
    file = BytesIO()
    np.savez(file, allow_pickle=False, **given)
    return file.getvalue()


def unpack(file: bytes) -> dict[str, Any]:
    """Read what `pack` wrote: arrays by name, and strings and numbers as those of Python.

    Nothing in the file is run: it may come from a stranger.

    Raises:
        WireError: If it is something else.
    """
    try:
        with np.load(BytesIO(file), allow_pickle=False) as arrays:
            return {name: each if each.ndim else each.item() for name, each in arrays.items()}
    except _NOT_WRITTEN_BY_PACK as error:
        raise WireError("not an .npz file of numbers and strings") from error


def unpack_logits(file: bytes) -> NDArray[np.float32]:
    """Read what `core.Explainer.logits` returned.

    Raises:
        WireError: If it is something else.
    """
    try:
        logits: NDArray[np.float32] = unpack(file)["logits"]
    except KeyError as error:
        raise WireError(f"no {error} in it") from error
    return logits


def pack_sets(explained: list[ExplanationSet]) -> bytes:
    """Write what `core.Explainer.explain_all` returned for one digit or more."""
    return pack(
        predictions=[each.prediction for each in explained],
        probabilities=[each.probabilities for each in explained],
        **{layer: [each.heatmaps[layer] for each in explained] for layer in explained[0].heatmaps},
    )


def unpack_sets(file: bytes) -> list[ExplanationSet]:
    """Read what `pack_sets` wrote.

    Raises:
        WireError: If it is something else.
    """
    values = unpack(file)
    try:
        predictions, probabilities = values.pop("predictions"), values.pop("probabilities")
    except KeyError as error:
        raise WireError(f"no {error} in it") from error
    return [
        # Copies, because a view would keep the arrays of the whole batch in memory.
        ExplanationSet(
            int(prediction),
            probabilities[i].copy(),
            {layer: heatmaps[i].copy() for layer, heatmaps in values.items()},
        )
        for i, prediction in enumerate(predictions)
    ]


def pack_explanation(explanation: Explanation) -> bytes:
    """Write what `core.Explainer.explain` returned."""
    return pack(**{field.name: getattr(explanation, field.name) for field in fields(explanation)})


def unpack_explanation(file: bytes) -> Explanation:
    """Read what `pack_explanation` wrote.

    Raises:
        WireError: If it is something else.
    """
    values = {"layer": None, "against": None, **unpack(file)}
    try:
        return Explanation(**{**values, "score": Score(values["score"])})
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("not an explanation") from error
