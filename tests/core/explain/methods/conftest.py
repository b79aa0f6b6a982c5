"""What the methods' tests share."""

import pytest

from tests.core.explain.methods.networks import SmoothNetwork


@pytest.fixture(scope="package")
def smooth() -> SmoothNetwork:
    """A network without corners, for finite differences."""
    return SmoothNetwork()
