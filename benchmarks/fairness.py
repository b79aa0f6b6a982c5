"""How long ten people wait for their answers, alone and beside one who asks without end."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from itertools import count

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.fairness import Admission
from bot.runtime.networks import Network
from bot.settings import Settings
from core.dataset import TEST_DIGITS
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS

_PEOPLE, _EACH, _PAUSE = 10, 5, 1.0  # people, requests of each, and seconds between these
_HEAVY, _A_SECOND = 99, 50
_ROUNDS = 4
_BAR = 2.0

_SERVER = 1


class _Server:
    """A server's people, who ask about digits that nobody has asked about before."""

    def __init__(self, engine: Engine) -> None:
        fields = Settings.model_fields
        self._admission = Admission(
            fields["max_waiting"].default,
            fields["max_waiting_per_server"].default,
            fields["max_waiting_per_person"].default,
        )
        self._explaining = Explaining(engine, {network: {} for network in Network})
        self._digits = count()
        self.heavy = Counter[str]()

    async def seconds(self, *, beside_heavy: bool) -> list[float]:
        """Let ten people ask, and return how long each of their answers took."""
        asking = asyncio.create_task(self._ask_without_end()) if beside_heavy else None
        took = await asyncio.gather(*(self._person(person) for person in range(1, _PEOPLE + 1)))
        if asking is not None:
            asking.cancel()
        return [each for of_one in took for each in of_one]

    async def _person(self, person: int) -> list[float]:
        await asyncio.sleep(_PAUSE * person / _PEOPLE)
        took = []
        for _ in range(_EACH):
            began = time.perf_counter()
            await self._answer(person)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(_PAUSE)
        return took

    async def _ask_without_end(self) -> None:
        async with asyncio.TaskGroup() as asked:
            while True:
                asked.create_task(self._ask_in_vain())
                await asyncio.sleep(1 / _A_SECOND)

    async def _ask_in_vain(self) -> None:
        self.heavy["asked"] += 1
        with suppress(UserError):
            await self._answer(_HEAVY)
            self.heavy["answered"] += 1

    async def _answer(self, person: int) -> None:
        with self._admission.request(person, _SERVER):
            await self._explaining.answer(Query.test_digit(next(self._digits) % TEST_DIGITS))


def sharing(explainer: Explainer) -> list[Row]:
    """Answers to ten people, by turns alone and beside one who asks 50 times a second."""
    explainers = {Network.TUTORIAL: explainer, Network.UPLOADS: Explainer.load(UPLOADS_WEIGHTS)}
    engine = Engine(explainers, 0.0)
    server = _Server(engine)
    with asyncio.Runner() as runner:
        runner.run(server.seconds(beside_heavy=False))
        rounds = [
            [runner.run(server.seconds(beside_heavy=heavy)) for heavy in (False, True)]
            for _ in range(_ROUNDS)
        ]
    engine.close()
    milliseconds = np.array(rounds).transpose(1, 0, 2).reshape(2, -1) * 1e3
    ratio = float(np.divide(*np.percentile(milliseconds, 95, axis=1)[::-1]))
    what = f"answers to {_PEOPLE} people, p95"
    heavy = f"{server.heavy['answered']} of {server.heavy['asked']} answered"
    return [
        Row(what, _described(milliseconds[0])),
        Row(
            f"the same beside one who asks {_A_SECOND} times a second ({heavy})",
            _described(milliseconds[1]),
            f"{ratio:.2f} × without",
            f"≤ {_BAR:g}",
            ratio <= _BAR,
        ),
    ]


def _described(milliseconds: NDArray[np.float64]) -> str:
    median, late = np.percentile(milliseconds, [50, 95])
    return f"{late:.3g} ms (median {median:.3g})"
