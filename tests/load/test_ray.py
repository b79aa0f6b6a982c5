"""Networks on a Ray cluster: the same answers, and an answer whatever becomes of the cluster."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import simcord
from pydantic import HttpUrl
from sqlalchemy import make_url

from bot.preview.clock import SimulatedTime
from bot.runtime import cluster as runtime
from bot.runtime.cluster import AwayError, Cluster
from bot.runtime.engine import Engine
from bot.runtime.networks import Network, load_explainer
from bot.settings import Settings
from core.dataset import test_digit as digit_of
from core.explain.explainer import Explainer
from core.explain.explanation import ExplanationSet
from core.explain.scores import Score
from core.network import UPLOADS_WEIGHTS, WEIGHTS
from tests.discord.looking import alt_texts, answer, pictures, text
from tests.load.cluster import LocalCluster, a_cluster

pytestmark = pytest.mark.timeout(900)  # starts a cluster, twice


@pytest.fixture(scope="module")
def local() -> Iterator[LocalCluster]:
    """Two replicas on this machine."""
    with a_cluster() as local:
        local.start(replicas=2)
        yield local


@pytest.fixture
def explainers() -> dict[Network, Explainer]:
    """Both networks in this process."""
    return {
        Network.TUTORIAL: load_explainer(WEIGHTS),
        Network.UPLOADS: load_explainer(UPLOADS_WEIGHTS),
    }


@pytest.fixture
def cluster(local: LocalCluster, explainers: dict[Network, Explainer]) -> Cluster:
    """The bot's end of it, in use."""
    cluster = Cluster(
        local.url, {network: each.weights_hash for network, each in explainers.items()}
    )
    cluster.check()
    assert cluster.present
    return cluster


@pytest.mark.parametrize("network", Network)
def test_the_cluster_computes_the_same_bytes(
    network: Network, cluster: Cluster, explainers: dict[Network, Explainer]
) -> None:
    there, here = cluster.explainers[network], explainers[network]
    images = np.stack([digit_of(index).image for index in (7, 18, 4321)])

    for score in Score:
        for found, expected in zip(
            there.explain_all(images, score), here.explain_all(images, score), strict=True
        ):
            assert found.prediction == expected.prediction
            _same(found.probabilities, expected.probabilities)
            assert list(found.heatmaps) == list(expected.heatmaps)
            for layer, heatmaps in expected.heatmaps.items():
                _same(found.heatmaps[layer], heatmaps)
    _same(there.logits(images), here.logits(images))
    for method, against in (("layercam", 3), ("rise", None)):  # "rise" has no layer
        how = (images, "conv2d", [9, 3, 8], method, Score.LOGIT, against)
        explanation, expected_ = there.explain(*how), here.explain(*how)
        for field in fields(expected_):
            _same(getattr(explanation, field.name), getattr(expected_, field.name))
    with pytest.raises(AwayError):  # refused there, for this process to say why
        there.logits(images * 2)
    assert cluster.present


def _same(found: object, expected: object) -> None:
    """What was found is the same to the last bit, and of the same type."""
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray) and isinstance(found, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        assert found.tobytes() == expected.tobytes()
    else:
        assert found == expected


def test_a_cluster_with_other_weights_is_not_used(
    local: LocalCluster, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    other = Cluster(local.url, {Network.TUTORIAL: "0a1b2c3d", Network.UPLOADS: "51a2ff37"})
    other.check()
    assert not other.present
    (said,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert f"The cluster at {local.url} is not used: its weights are" in said
    assert "0a1b2c3d" in said

    cluster._weights[Network.UPLOADS] = "0a1b2c3d"  # as if they had changed since
    with pytest.raises(AwayError, match="409"):
        cluster.explainers[Network.UPLOADS].logits(digit_of(7).image[None])
    assert not cluster.present


async def test_explain_replies_with_the_same_pictures(
    local: LocalCluster, empty_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(empty_sqlite, tmp_path / "bot.sqlite3")
    settings = Settings(
        _env_file=None,
        weights=None,
        inference=None,
        database_url=make_url(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}"),
    )
    here = await _reply(settings)
    for name in ("explain", "explain_all", "logits"):
        monkeypatch.setattr(Explainer, name, None)  # not to be called
    there = await _reply(settings.model_copy(update={"inference": HttpUrl(local.url)}))

    assert there == here


async def _reply(settings: Settings) -> tuple[str, list[str], list[bytes]]:
    """The words, alt texts and pictures of a reply to /explain."""
    time = SimulatedTime()
    env = time.env = simcord.Env(time.bot(settings), settle_timeout=60, shard_count=1)
    await env.start()
    try:
        channel = env.create_guild("Study").create_text_channel("grad-cam")
        alex = channel.guild.add_member(env.create_user("alex"))
        result = await alex.slash(channel, "explain", index=7, layer="conv2d_1", method="rise")
        message = answer(result)
        return text(message), alt_texts(message), await pictures(time.env.bot, message)
    finally:
        await env.shutdown()
        await env.bot.close()


async def test_every_request_is_answered_whatever_dies(
    local: LocalCluster,
    cluster: Cluster,
    explainers: dict[Network, Explainer],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(runtime, "_UNTIL_NEXT_CHECK", 0.5)
    caplog.set_level(logging.INFO, runtime.__name__)
    explainer, image = explainers[Network.TUTORIAL], digit_of(7).image[None]
    explain_all, answered, here = explainer.explain_all, 0, 0
    (expected,) = explain_all(image, Score.LOGIT)

    def counted(images: np.ndarray, score: Score) -> list[ExplanationSet]:
        nonlocal here
        here += len(images)
        return explain_all(images, score)

    async def ask() -> None:
        nonlocal answered
        while True:
            (found,) = await engine.explain_all(image, Network.TUTORIAL, Score.LOGIT)
            assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
            answered += 1

    async def more() -> None:
        enough = answered + 100
        while answered < enough:
            await asyncio.sleep(0.01)

    async def back() -> None:
        while not cluster.present:
            await asyncio.sleep(0.01)

    monkeypatch.setattr(explainer, "explain_all", counted)
    engine = Engine(explainers, 0.0, 64, cluster=cluster)
    askers = [asyncio.create_task(ask()) for _ in range(8)]
    try:
        async with asyncio.timeout(600):
            await more()
            assert here == 0
            local.kill_a_replica()
            await more()
            await back()
            await asyncio.to_thread(local.kill)
            await more()
            assert here > 90
            await asyncio.to_thread(local.start, replicas=1)
            await back()
            await more()
    finally:
        for asker in askers:
            asker.cancel()
        ended = await asyncio.gather(*askers, return_exceptions=True)
        engine.close()
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    said = [record.message for record in caplog.records if record.name == runtime.__name__]
    assert [("does not answer" in each) for each in said][-2:] == [True, False]
    assert len(said) <= 5, said
