"""The networks, loaded once a process."""

import gc
import weakref

import numpy as np
import pytest

from bot.runtime.networks import load_and_warm_up, load_explainer
from core._keras import tf
from core.network import UPLOADS_WEIGHTS


def test_the_garbage_collector_leaves_out_what_tensorflow_keeps() -> None:
    load_explainer(UPLOADS_WEIGHTS)

    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold()[2] > 10


def test_garbage_is_collected_although_a_network_is_loaded_later() -> None:
    class Request:
        itself: "Request"

    load_explainer(UPLOADS_WEIGHTS)
    request = Request()
    request.itself = request
    alive = weakref.ref(request)
    gc.disable()
    try:
        del request
        load_explainer.__wrapped__(UPLOADS_WEIGHTS)
    finally:
        gc.enable()
    gc.collect()

    assert alive() is None


def test_most_requests_find_what_they_need_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    explainer = load_and_warm_up.__wrapped__(UPLOADS_WEIGHTS)
    digits = np.ones((3, 28, 28), np.float32)

    monkeypatch.setattr(tf, "function", lambda *_, **__: pytest.fail("a graph was compiled"))

    assert len(explainer.explain_all(digits)) == len(explainer.logits(digits)) == 3
