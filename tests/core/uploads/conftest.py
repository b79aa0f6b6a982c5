"""The shipped uploads' network, reading."""

from collections.abc import Callable

import numpy as np
import pytest

from bot.runtime.networks import load_explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader, Reading
from core.uploads.candidates import LogitsFn
from core.uploads.decoded_image import DecodedImage


@pytest.fixture(scope="session")
def logits_fn() -> LogitsFn:
    return load_explainer(UPLOADS_WEIGHTS).logits


@pytest.fixture(scope="session")
def reader(logits_fn: LogitsFn) -> Reader:
    return Reader(logits_fn)


@pytest.fixture(scope="session")
def answer(logits_fn: LogitsFn) -> Callable[[Reading], str]:
    """The digits of a reading, as a string."""

    def of(reading: Reading) -> str:
        if not reading.digits:
            return ""
        logits = logits_fn(np.stack([digit.image for digit in reading.digits]))
        return "".join(map(str, logits.argmax(axis=1)))

    return of


@pytest.fixture(scope="session")
def said(reader: Reader, answer: Callable[[Reading], str]) -> Callable[[DecodedImage], str]:
    """What is read in a picture, as a string of digits."""

    def say(picture: DecodedImage) -> str:
        return answer(reader.read(picture))

    return say
