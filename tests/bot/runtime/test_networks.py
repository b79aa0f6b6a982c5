"""The networks, loaded once a process."""

import gc

from bot.runtime.networks import load_explainer
from core.network import UPLOADS_WEIGHTS


def test_the_garbage_collector_leaves_out_what_tensorflow_keeps() -> None:
    load_explainer(UPLOADS_WEIGHTS)

    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold()[2] > 10
