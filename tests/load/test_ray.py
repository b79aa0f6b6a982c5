"""Networks on a Ray cluster: the same answers, and an answer whatever becomes of the cluster."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simcord
import urllib3
from numpy.typing import NDArray
from pydantic import HttpUrl
from sqlalchemy import make_url

from bot.preview.clock import SimulatedTime
from bot.runtime import cluster as runtime
from bot.runtime.cluster import AwayError, Cluster, RemoteExplainer
from bot.runtime.engine import Engine
from bot.runtime.networks import Network, load_explainer
from bot.settings import Settings
from core.dataset import test_digit as digit_of
from core.explain.explainer import Explainer
from core.explain.explanation import ExplanationSet
from core.explain.scores import Score
from core.network import UPLOADS_WEIGHTS, WEIGHTS
from tests.discord.looking import alt_texts, answer, pictures, text
from tests.load.cluster import LocalCluster, local_cluster

Explainers = dict[Network, Explainer]


# One test, because a cluster takes long to start.
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_cluster_answers_as_this_process_does_and_every_request_is_answered_when_it_dies(
    empty_sqlite: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    folders = {Network.TUTORIAL: WEIGHTS, Network.UPLOADS: UPLOADS_WEIGHTS}
    explainers = {network: load_explainer(folder) for network, folder in folders.items()}
    caplog.set_level(logging.INFO, runtime.__name__)
    with local_cluster() as local:
        await asyncio.to_thread(local.start, replicas=2)
        cluster = _checked(local, explainers)
        assert cluster.present

        for network, explainer in explainers.items():
            _compare(cluster.explainers[network], explainer)
        assert cluster.present
        shutil.copy(empty_sqlite, tmp_path / "bot.sqlite3")
        await _compare_replies(local, tmp_path / "bot.sqlite3", monkeypatch)
        _look_for_other_weights(local, explainers, caplog)

        monkeypatch.setattr(runtime, "_UNTIL_NEXT_CHECK", 0.5)
        async with asyncio.timeout(800):
            restart = request.config.getoption("--soak")
            await _ask_without_end(local, cluster, explainers, monkeypatch, restart=restart)
        said = [record.message for record in caplog.records if record.levelname == "WARNING"]
        assert f"No answer from the cluster at {local.url}" in said[-1]


def _checked(local: LocalCluster, explainers: Explainers, **others: str) -> Cluster:
    weights = {network: each.weights_hash for network, each in explainers.items()}
    cluster = Cluster(local.url, weights | {Network(name): each for name, each in others.items()})
    cluster.check()
    return cluster


def _compare(there: RemoteExplainer, here: Explainer) -> None:
    """The cluster computes the same bytes, and refuses what is refused here."""
    images = np.stack([digit_of(index).image for index in (7, 18, 4321)])

    for score in Score:
        pairs = zip(there.explain_all(images, score), here.explain_all(images, score), strict=True)
        for found, expected in pairs:
            assert found.prediction == expected.prediction
            _same(found.probabilities, expected.probabilities)
            assert list(found.heatmaps) == list(expected.heatmaps)
            for layer, heatmaps in expected.heatmaps.items():
                _same(found.heatmaps[layer], heatmaps)
    _same(there.logits(images), here.logits(images))
    for method, against in (("layercam", 3), ("rise", None)):  # of one layer, and of the input
        how: Any = (images, "conv2d", [9, 3, 8], method, Score.LOGIT, against)
        explanations = there.explain(*how), here.explain(*how)
        for field in fields(explanations[0]):
            _same(*(getattr(each, field.name) for each in explanations))
    with pytest.raises(AwayError):
        there.logits(images * 2)


def _same(found: object, expected: object) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray) and isinstance(found, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        assert found.tobytes() == expected.tobytes()
    else:
        assert found == expected


async def _compare_replies(
    local: LocalCluster, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a cluster, which computes all of it, /explain gives the same pictures."""
    url = make_url(f"sqlite+aiosqlite:///{database}")
    settings = Settings(_env_file=None, weights=None, inference=None, database_url=url)
    here = await _reply(settings)
    with monkeypatch.context() as patch:
        for name in ("explain", "explain_all", "logits"):
            patch.setattr(Explainer, name, None)
        there = await _reply(settings.model_copy(update={"inference": HttpUrl(local.url)}))

    assert there == here


async def _reply(settings: Settings) -> tuple[str, list[str], list[bytes]]:
    """The words, alt texts and pictures of a reply to /explain."""
    time = SimulatedTime()
    bot = time.bot(settings)
    env = time.env = simcord.Env(bot, settle_timeout=60, shard_count=1)
    await env.start()
    try:
        guild = env.create_guild("Study")
        channel, alex = guild.create_text_channel("x"), guild.add_member(env.create_user("alex"))
        message = answer(await alex.slash(channel, "explain", index=7, method="rise"))
        return text(message), alt_texts(message), await pictures(bot, message)
    finally:
        await env.shutdown()
        await bot.close()


def _look_for_other_weights(
    local: LocalCluster, explainers: Explainers, caplog: pytest.LogCaptureFixture
) -> None:
    """A cluster with other weights is refused, and refuses who has others."""
    other = _checked(local, explainers, tutorial="0a1b2c3d")
    assert not other.present
    assert f"The cluster at {local.url} has other weights" in caplog.messages[-1]
    assert "0a1b2c3d" in caplog.messages[-1]

    changed = _checked(local, explainers)
    changed._weights["tutorial"] = "0a1b2c3d"
    with pytest.raises(AwayError, match="409"):
        changed.explainers[Network.TUTORIAL].logits(digit_of(7).image[None])
    assert not changed.present


async def _ask_without_end(
    local: LocalCluster,
    cluster: Cluster,
    explainers: Explainers,
    monkeypatch: pytest.MonkeyPatch,
    *,
    restart: bool,
) -> None:
    """While many ask, the cluster loses a replica, stands still, comes back, and dies."""
    explainer, image = explainers[Network.TUTORIAL], digit_of(7).image[None]
    explain_all, answered, computed_here = explainer.explain_all, 0, 0
    (expected,) = explain_all(image, Score.LOGIT)

    def counted(images: NDArray[np.float32], score: Score) -> list[ExplanationSet]:
        nonlocal computed_here
        computed_here += len(images)
        return explain_all(images, score)

    async def ask() -> None:
        nonlocal answered
        while True:
            (found,) = await engine.explain_all(image, Network.TUTORIAL, Score.LOGIT)
            assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
            answered += 1

    async def more_are_answered() -> None:
        enough = answered + 50
        await _until(lambda: answered > enough)

    monkeypatch.setattr(explainer, "explain_all", counted)
    engine = Engine(explainers, 0.0, cluster=cluster)
    askers = [asyncio.create_task(ask()) for _ in range(8)]
    try:
        await _until(lambda: answered - computed_here > 50)
        local.kill_a_replica()
        await more_are_answered()
        await _until(lambda: cluster.present)
        monkeypatch.setattr(runtime, "_TO_COMPUTE", urllib3.Timeout(1))  # so as not to wait long
        local.freeze()
        await _until(lambda: not cluster.present)
        await more_are_answered()
        local.thaw()
        await _until(lambda: cluster.present)
        before = computed_here
        await asyncio.to_thread(local.kill)
        await more_are_answered()
        assert computed_here > before
        if restart:
            await asyncio.to_thread(local.start, replicas=1)
            await _until(lambda: cluster.present)
            await more_are_answered()
            await asyncio.to_thread(local.kill)
            await more_are_answered()
    finally:
        for asker in askers:
            asker.cancel()
        ended = await asyncio.gather(*askers, return_exceptions=True)
        engine.close()
    assert [str(each) for each in ended if not isinstance(each, asyncio.CancelledError)] == []


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - of several threads and processes
        await asyncio.sleep(0.01)
