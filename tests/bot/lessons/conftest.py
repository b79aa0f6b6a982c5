"""What tests of lessons share."""

from collections.abc import Iterator

import pytest

from bot.lessons.illustrations import Illustrator
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.explain.explainer import Explainer
from core.network import WEIGHTS
from core.record import ModelRecord


@pytest.fixture(scope="session")
def illustrator(explainer: Explainer) -> Iterator[Illustrator]:
    """The real network, without Discord."""
    engine = Engine({Network.TUTORIAL: explainer, Network.UPLOADS: explainer}, 0)
    yield Illustrator(engine, ModelRecord.load_tutorial(WEIGHTS))
    engine.close()
