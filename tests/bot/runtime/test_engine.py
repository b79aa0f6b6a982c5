"""Requests share threads and batches, and none of them suffers for another."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.runtime.engine import Engine
from bot.runtime.fairness import Admission
from bot.runtime.networks import Network, load_and_warm_up
from core.dataset import DigitSet, as_input
from core.dataset import test_digit as digit_of
from core.explain.explainer import Explainer
from core.explain.scores import Score
from core.uploads import DecodedImage, Reading
from tests.builders import picture


@pytest.fixture
def engine(explainer: Explainer) -> Iterator[Engine]:
    """An engine with the shipped network, ended after the test."""
    engine = Engine({Network.TUTORIAL: explainer, Network.UPLOADS: explainer}, 0.0)
    yield engine
    engine.close()


@contextmanager
def _busy(engine: Engine) -> Iterator[None]:
    """Keep the networks' thread busy."""
    free = threading.Event()
    engine._network_thread.submit(free.wait)
    try:
        yield
    finally:
        free.set()


async def test_a_cancelled_request_fails_no_other(engine: Engine) -> None:
    image = digit_of(7).image[None]
    with _busy(engine):
        first, cancelled, last = (
            asyncio.create_task(engine.explain_all(image, Network.TUTORIAL, score))
            for score in Score
        )
        await asyncio.sleep(0)  # until all three wait
        cancelled.cancel()
        await asyncio.wait([cancelled])

    assert cancelled.cancelled()
    for task in (first, last):
        (explained,) = await task
        assert explained.prediction == 9


async def test_a_request_cancelled_in_the_middle_of_its_batch_fails_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    explainer, started, free = engine.explainers[Network.TUTORIAL], *_events()
    explain_all = explainer.explain_all

    def slow(images: object, score: str) -> object:
        started.set()
        free.wait()
        return explain_all(images, score)  # type: ignore[arg-type]

    monkeypatch.setattr(explainer, "explain_all", slow)
    image = digit_of(7).image[None]
    with _busy(engine):
        cancelled, other = (
            asyncio.create_task(engine.explain_all(image, Network.TUTORIAL, Score.LOGIT))
            for _ in range(2)
        )
        await asyncio.sleep(0)
    await asyncio.to_thread(started.wait)
    cancelled.cancel()
    free.set()

    assert (await other)[0].prediction == 9
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_a_batch_that_fails_tells_each_of_its_requests_why(engine: Engine) -> None:
    image = digit_of(7).image[None]
    with _busy(engine):
        tasks = [
            asyncio.create_task(engine.explain_all(images, Network.TUTORIAL, Score.LOGIT))
            for images in (image, np.full_like(image, 2))
        ]
        await asyncio.sleep(0)

    for failed in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(failed, ValueError)
        assert "images must lie in [0, 1]" in str(failed)
    assert (await engine.explain_all(image, Network.TUTORIAL, Score.LOGIT))[0].prediction == 9


async def test_the_test_digits_are_classified_once_in_a_process(
    digits: DigitSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    explainer, parts = Explainer.load(), list[int]()
    real = explainer.logits

    def counted(images: NDArray[np.float32]) -> NDArray[np.float32]:
        parts.append(len(images))
        return real(images)

    monkeypatch.setattr(explainer, "logits", counted)
    engines = [Engine({Network.TUTORIAL: explainer}, 0.0) for _ in range(2)]
    first, same = await asyncio.gather(*(engines[0].test_logits() for _ in range(2)))
    again = await engines[1].test_logits()
    for engine in engines:
        engine.close()

    assert sum(parts) == len(first) == len(digits)
    assert first is same is again
    assert not first.flags.writeable
    some = slice(250, 270)  # of two parts
    np.testing.assert_allclose(first[some], real(as_input(digits.images[some])), atol=1e-4)


async def test_an_upload_is_read_while_others_are_explained(engine: Engine) -> None:
    with _busy(engine):
        async with asyncio.timeout(10):
            reading = await engine.read(picture(7), ours=False)
            await engine.test_logits()

    assert len(reading.digits) == 1


async def test_the_untrained_network_is_loaded_while_the_others_compute(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()

    def load(weights: Path) -> Explainer:
        explainer = load_and_warm_up(weights)
        loaded.set()
        return explainer

    monkeypatch.setattr("bot.runtime.engine.load_and_warm_up", load)
    with _busy(engine):
        asked = asyncio.create_task(engine.explain_all_untrained(digit_of(7).image[None]))
        assert await asyncio.to_thread(loaded.wait, 60)

    (explained,) = await asked
    assert explained.probabilities.max() < 0.5


async def test_one_persons_slow_pictures_keep_nobody_waiting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, free = engine.worker.decode, threading.Event()
    slow_picture, quick_picture = picture(0), picture(2)

    def slow(data: bytes) -> DecodedImage:
        if data == slow_picture:
            free.wait()
        return decode(data)

    monkeypatch.setattr(engine.worker, "decode", slow)
    admission = Admission(9, 9, 9)

    async def read(person: int, file: bytes) -> Reading:
        with admission.request(person, server=1):
            return await engine.read(file, ours=False)

    mine = [asyncio.create_task(read(1, slow_picture)) for _ in range(4)]
    await asyncio.sleep(0.05)

    try:
        async with asyncio.timeout(30):
            await read(2, quick_picture)
    finally:
        free.set()

    for reading in await asyncio.gather(*mine):
        assert len(reading.digits) == 1
    mine.clear()
    gc.collect()
    assert not admission._turns  # nothing is remembered of those who have been here


def _events() -> tuple[threading.Event, threading.Event]:
    return threading.Event(), threading.Event()
