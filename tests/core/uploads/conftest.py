"""The shipped uploads' network, reading."""

from collections.abc import Callable

import numpy as np
import pytest

from bot.runtime.networks import load_explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader
from core.uploads.candidates import LogitsFn
from core.uploads.decoded_image import DecodedImage


@pytest.fixture(scope="session")
def logits_fn() -> LogitsFn:
    return load_explainer(UPLOADS_WEIGHTS).logits


@pytest.fixture(scope="session")
def reader(logits_fn: LogitsFn) -> Reader:
    return Reader(logits_fn)


@pytest.fixture(scope="session")
def said(logits_fn: LogitsFn, reader: Reader) -> Callable[[DecodedImage], str]:
    """What is read in a picture, as a string of digits."""

    def say(picture: DecodedImage) -> str:
        digits = reader.read(picture).digits
        if not digits:
            return ""
        return "".join(map(str, logits_fn(np.stack([d.image for d in digits])).argmax(axis=1)))

    return say
