"""What the tests share: the shipped network and the shipped digits."""

import pytest

from core.dataset import DigitSet, load_test_digits
from core.explain.explainer import Explainer


@pytest.fixture(scope="session")
def explainer() -> Explainer:
    """The shipped network, compiled once for all tests."""
    return Explainer.load()


@pytest.fixture(scope="session")
def digits() -> DigitSet:
    """The 10,000 test digits."""
    return load_test_digits()
