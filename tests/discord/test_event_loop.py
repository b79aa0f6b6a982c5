"""Nothing that computes runs on the event loop, and what waits is batched."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import product
from typing import Any, ParamSpec, Self, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.explain import explaining
from bot.i18n import speaker
from bot.runtime.errors import UserError
from bot.runtime.fairness import begin
from bot.runtime.networks import Network
from bot.ui import reply
from core.dataset import test_digit as digit_of
from core.explain.explanation import ExplanationSet
from core.explain.scores import Score
from tests.builders import picture, saved
from tests.discord.conftest import Server
from tests.discord.looking import answer, control, refusal, text

P = ParamSpec("P")
T = TypeVar("T")


class _Watch:
    """A foreign thread that asks the loop for signs of life, and keeps the longest wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.longest = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            alive = threading.Event()
            asked = time.perf_counter()
            self._loop.call_soon_threadsafe(alive.set)
            # Once this has ended, the loop does not answer: it waits for this thread.
            while not alive.wait(0.01) and not self._ended.is_set():
                pass
            self.longest = max(self.longest, time.perf_counter() - asked)
            time.sleep(0.001)


def _slowly(work: Callable[P, T]) -> Callable[P, T]:
    """The work of a slow machine."""

    def slow(*args: P.args, **kwargs: P.kwargs) -> T:
        time.sleep(0.3)
        return work(*args, **kwargs)

    return slow


async def test_the_loop_goes_on_while_the_network_and_the_pictures_are_at_work(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = server.bot.engine
    explainer = engine.explainers[Network.UPLOADS]
    monkeypatch.setattr(explainer, "explain_all", _slowly(explainer.explain_all))
    monkeypatch.setattr(engine.worker, "decode", _slowly(engine.worker.decode))
    for name in ("draw_card", "draw_overlay"):
        monkeypatch.setattr(explaining, name, _slowly(getattr(explaining, name)))

    with _Watch(asyncio.get_running_loop()) as watch:
        started = time.perf_counter()
        await server.alex.slash(server.channel, "explain", image=("a.png", picture(0)))
        took = time.perf_counter() - started

    assert took > 0.9  # decoding, the network, and both pictures side by side
    assert watch.longest < 0.25


async def test_requests_that_wait_are_explained_in_one_batch(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = server.bot.engine
    explainer = engine.explainers[Network.TUTORIAL]
    explain_all, batches = explainer.explain_all, list[int]()

    def recorded(images: NDArray[np.float32], score: Score) -> list[ExplanationSet]:
        batches.append(len(images))
        time.sleep(0.05)
        return explain_all(images, score)

    monkeypatch.setattr(explainer, "explain_all", recorded)
    pairs = [np.stack([digit_of(i).image, digit_of(i + 1).image]) for i in range(0, 40, 2)]

    found = await asyncio.gather(
        *(engine.explain_all(pair, Network.TUTORIAL, Score.LOG_ODDS) for pair in pairs)
    )

    assert sum(batches) == 40
    assert len(batches) <= 3
    alone = [[one.prediction for one in explain_all(pair, Score.LOG_ODDS)] for pair in pairs]
    assert [[one.prediction for one in pair] for pair in found] == alone


async def test_of_many_shapes_that_may_be_digits_a_part_is_judged_at_a_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    explainer = server.bot.engine.explainers[Network.UPLOADS]
    logits, looks = explainer.logits, list[int]()

    def recorded(images: NDArray[np.float32]) -> NDArray[np.float32]:
        looks.append(len(images))
        return logits(images)

    monkeypatch.setattr(explainer, "logits", recorded)
    grey = np.random.default_rng(0).integers(0, 256, (200, 300))

    await server.alex.slash(
        server.channel, "explain", image=("a.png", saved(Image.fromarray(grey.astype(np.uint8))))
    )

    assert sum(looks) > 300
    assert max(looks) <= 64


async def test_other_scores_and_other_networks_are_not_mixed(server: Server) -> None:
    engine = server.bot.engine
    image = digit_of(7).image[None]
    asked = list(product(Network, Score)) * 5

    several = await asyncio.gather(*(engine.explain_all(image, *how) for how in asked))

    for (network, score), (found,) in zip(asked, several, strict=True):
        (alone,) = engine.explainers[network].explain_all(image, score)
        assert found.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
        for layer, maps in alone.heatmaps.items():
            assert found.heatmaps[layer] == pytest.approx(maps, abs=1e-5)


async def test_who_waits_long_is_told_how_many_come_before_them(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, guild = server.bot.engine, server.alex.guild.id
    explain_all, begin = engine.explain_all, list[Callable[[], None]]()

    class Wait(reply._Wait):
        def __init__(self, *of: Any) -> None:
            super().__init__(*of)
            begin.append(self._begin)

    async def explain_after_two_seconds(*what: Any) -> list[ExplanationSet]:
        while begin:
            begin.pop()()
        return await explain_all(*what)

    monkeypatch.setattr(reply, "_Wait", Wait)
    monkeypatch.setattr(engine, "explain_all", explain_after_two_seconds)
    alone = await server.minji.slash(server.channel, "explain", index=4321)
    async with _asking(server, *((person, guild) for person in (1, 2, 2, 2))):
        answered = await server.minji.slash(server.channel, "explain", index=4322)
        monkeypatch.setattr(engine, "run_drawing", _refuse)
        refused = await server.minji.slash(server.channel, "explain", index=4323)

    told = speaker("ko")("problem.before", count=2)
    sent = json.dumps([each.json for each in server.env.http_requests], ensure_ascii=False)
    assert sent.count(told) == 2
    for result, index in ((alone, 4321), (answered, 4322)):
        assert f"{index}" in text(result.response)
    assert refusal(refused) == speaker("ko")("problem.busy")
    assert len(server.channel.history()) == 2


async def _refuse(*_: object) -> None:
    raise UserError("problem.busy")


async def test_who_asks_too_much_at_once_is_told_so_alone_and_nobody_else_is(
    server: Server,
) -> None:
    alex, guild = server.alex.id, server.alex.guild.id
    async with _asking(server, *[(alex, guild)] * server.settings.max_waiting_per_person):
        refused = await server.alex.slash(server.channel, "explain", index=4321)
        uncounted = await server.alex.slash(server.channel, "help")
        answered = await server.minji.slash(server.channel, "explain", index=4321)
    async with _asking(server, *((person, guild) for person in range(1000))):
        shown = answer(answered)
        crowded = await server.minji.click(shown, custom_id=control(shown, "step:on"))
    again = await server.alex.slash(server.channel, "explain", index=4321)

    # Refused before a public answer is promised: by the response itself, which cannot come twice.
    for result in (refused, crowded):
        assert result.deferred is False
        assert not result.followups
        assert result.response is not None
        assert result.response.ephemeral
    assert text(refused.response) == speaker("en")("problem.yours_wait", count=8)
    assert text(crowded.response) == speaker("ko")("problem.server_busy", count=128)
    for result in (answered, again):
        assert "4321" in text(result.response)
    assert "/explain" in text(uncounted.response)


@asynccontextmanager
async def _asking(server: Server, *askers: tuple[int, int]) -> AsyncIterator[None]:
    """As if people had asked for something, and waited."""
    done = asyncio.Event()

    async def ask(person: int, guild: int) -> None:
        with server.bot.admission.request(person, guild), suppress(UserError):
            waiting = asyncio.create_task(begin())
            await done.wait()
            await waiting

    tasks = [asyncio.create_task(ask(*asker)) for asker in askers]
    for _ in range(3):
        await asyncio.sleep(0)
    yield
    done.set()
    await asyncio.gather(*tasks)
