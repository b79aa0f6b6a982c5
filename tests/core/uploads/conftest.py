"""The shipped uploads' network, reading."""

from collections.abc import Callable

import numpy as np
import pytest

from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader
from core.uploads.candidates import Judge
from core.uploads.decoded_image import DecodedImage


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Explainer.load(UPLOADS_WEIGHTS).logits


@pytest.fixture(scope="session")
def reader(judge: Judge) -> Reader:
    return Reader(judge)


@pytest.fixture(scope="session")
def said(judge: Judge, reader: Reader) -> Callable[[DecodedImage], str]:
    """What is read in a picture, as a string of digits."""

    def say(picture: DecodedImage) -> str:
        digits = reader.read(picture).digits
        if not digits:
            return ""
        return "".join(map(str, judge(np.stack([d.image for d in digits])).argmax(axis=1)))

    return say
