"""The two networks that answer."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.network import WeightsError

if TYPE_CHECKING:
    from core.explain.explainer import Explainer


_COLLECTIONS = (700, 10, 100)
"""Thresholds for `gc.set_threshold`: full collections are a tenth as frequent as by default,
because every graph that is compiled later adds thousands of objects to traverse."""


class Network(StrEnum):
    """Which network answers: both have the same layers, and differ in what they were trained on."""

    TUTORIAL = "tutorial"
    """By the tutorial's recipe on MNIST, or what the operator put in its place."""
    UPLOADS = "uploads"
    """For digits in photographs and drawings."""

    @property
    def other(self) -> "Network":
        """The one to compare with."""
        return Network.UPLOADS if self is Network.TUTORIAL else Network.TUTORIAL


@cache
def load_explainer(weights: Path) -> "Explainer":
    """Load the tutorial's network, with any weights, once a process.

    Args:
        weights: a `.weights.h5` or `.keras` file, or a folder that the training wrote.

    Raises:
        core.network.WeightsError: If there is no such network.
    """
    with _uncollected():
        from core.explain.explainer import Explainer  # noqa: PLC0415 - TensorFlow takes seconds

        explainer = Explainer.load(weights)
    try:
        explainer.closed_form  # noqa: B018 - raises for any other network
    except ValueError as error:
        raise WeightsError(f"{weights} cannot be used here: {error}.") from error
    return explainer


@cache
def load_and_warm_up(weights: Path) -> "Explainer":
    """Load an explainer as `load_explainer` does, and compile what most requests need of it.

    Compiling takes as long as many answers: not on the thread for which they wait.
    """
    explainer, blank = load_explainer(weights), np.zeros((1, 28, 28), np.float32)
    explainer.explain_all(blank)
    explainer.logits(blank)
    return explainer


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable garbage collection in this context, and freeze the objects alive at its end.

    TensorFlow keeps hundreds of thousands of objects. Each full collection would traverse them all,
    often during start-up, and later while the event loop stands still. This happens once a process:
    later there is garbage too, which would be kept for good.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*_COLLECTIONS)
        gc.enable()
