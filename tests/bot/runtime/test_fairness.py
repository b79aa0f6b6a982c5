"""Servers take turns, and in each server people: one who asks much slows nobody else."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import pytest

from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.fairness import Admission, FairExecutor, begin
from bot.runtime.networks import Network
from core.dataset import as_input, load_test_digits
from core.explain.explainer import Explainer
from core.explain.scores import Score

_HERE, _THERE = 1, 2
_HEAVY = 99
_DIGITS = as_input(load_test_digits().images[:30])[..., 0]

Work = Callable[[Engine, int], Awaitable[object]]


def _explain(engine: Engine, digits: int) -> Awaitable[object]:
    layer, targets = "max_pooling2d_1", [9] * digits
    return engine.explain(
        _DIGITS[:digits], Network.TUTORIAL, layer, targets, "layercam", Score.LOGIT, None
    )


def _explain_all(engine: Engine, digits: int) -> Awaitable[object]:
    return engine.explain_all(_DIGITS[:digits], Network.TUTORIAL, Score.LOGIT)


def _draw(engine: Engine, digits: int) -> Awaitable[object]:
    return engine.run_drawing(np.sort, _DIGITS[:digits])


def _read(engine: Engine, digits: int) -> Awaitable[object]:
    """As in an upload, whose thread hands its shapes to that of the networks."""
    return asyncio.wrap_future(engine._upload_threads.submit(engine._judge, _DIGITS[:digits]))


@pytest.mark.parametrize("work", [_explain, _explain_all, _draw, _read])
async def test_fifty_requests_of_one_person_let_ten_others_pass(
    work: Work, explainer: Explainer
) -> None:
    engine = Engine(dict.fromkeys(Network, explainer), 0.0)
    finished = await _finished(
        engine, work, [(_HEAVY, _HERE)] * 50, [(p, _HERE) for p in range(1, 11)]
    )
    engine.close()

    # One piece of theirs was begun already on each thread, and one has its turn.
    assert _passed(finished, _HEAVY) <= 4


async def test_a_server_full_of_people_lets_another_pass(explainer: Explainer) -> None:
    engine = Engine(dict.fromkeys(Network, explainer), 0.0)
    crowd = [(person, _HERE) for person in range(100, 150)]
    finished = await _finished(engine, _explain, crowd, [(1, _THERE), (2, None)])
    engine.close()

    assert max(finished.index(1), finished.index(2)) <= 5


async def test_a_persons_requests_wait_for_their_earlier_ones_and_nobody_elses(
    explainer: Explainer,
) -> None:
    engine, admission = Engine(dict.fromkeys(Network, explainer), 0.0), Admission(9, 9, 9)
    begun, drawn, answered = list[str](), asyncio.Queue[str](), asyncio.Event()

    async def ask(person: int, name: str) -> None:
        with admission.request(person, _HERE):
            await asyncio.gather(*(engine.run_drawing(begun.append, name) for _ in range(2)))
            drawn.put_nowait(name)
            await answered.wait()

    first, second, third, other = (
        asyncio.create_task(ask(person, name))
        for person, name in ((1, "first"), (1, "second"), (1, "third"), (2, "other"))
    )
    assert {await drawn.get(), await drawn.get()} == {"first", "other"}
    assert sorted(begun) == ["first", "first", "other", "other"]
    second.cancel()  # while it waits for its turn, which it must not take with it
    answered.set()
    await asyncio.gather(first, second, third, other, return_exceptions=True)
    engine.close()

    assert begun[4:] == ["third", "third"]


async def _finished(
    engine: Engine,
    work: Work,
    first: Sequence[tuple[int, int | None]],
    later: Sequence[tuple[int, int | None]],
) -> list[int]:
    """The people who ask, in the order in which they were answered."""
    admission, finished = Admission(100, 100, 100), list[int]()

    async def ask(person: int, server: int | None, digits: int) -> None:
        with admission.request(person, server):
            await work(engine, digits)
        finished.append(person)

    # Of two threads, one may be at a short piece while the other does many.
    engine._picture_threads = FairExecutor(1, "pictures")
    engine._upload_threads = FairExecutor(1, "uploads")
    free = threading.Event()
    for threads in (engine._network_thread, engine._picture_threads):
        threads.submit(free.wait)
    tasks = [asyncio.create_task(ask(*who, 30)) for who in first]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(ask(*who, 1)) for who in later]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(*tasks)
    return finished


def _passed(finished: list[int], person: int) -> int:
    """How many of a person's requests were answered before the last of anyone else's."""
    last = max(place for place, each in enumerate(finished) if each != person)
    return finished[:last].count(person)


class _Crowd:
    """People who ask for something at the same time, and are answered together."""

    def __init__(self, *bounds: int) -> None:
        self._admission = Admission(*bounds)
        self._answered = asyncio.Event()
        self._tasks = list[asyncio.Task[None]]()

    async def ask(self, person: int, server: int | None) -> int:
        """Let one more ask, and return how many come before them."""
        told = asyncio.get_running_loop().create_future()
        self._tasks.append(asyncio.create_task(self._request(person, server, told)))
        before: int = await told
        return before

    async def answer(self) -> None:
        """Let all requests end."""
        self._answered.set()
        await asyncio.gather(*self._tasks)

    async def _request(self, person: int, server: int | None, told: asyncio.Future[int]) -> None:
        with self._admission.request(person, server) as before:
            waiting = asyncio.create_task(begin())
            await asyncio.sleep(0)
            if waiting.done() and (error := waiting.exception()):
                told.set_exception(error)
                return
            told.set_result(before())
            await self._answered.wait()
        await waiting


async def test_who_comes_later_waits_for_one_of_each_and_for_their_own() -> None:
    crowd = _Crowd(100, 100, 100)

    assert [await crowd.ask(1, _HERE) for _ in range(10)] == [*range(10)]
    assert await crowd.ask(2, _HERE) == 1
    assert await crowd.ask(2, _HERE) == 3
    assert await crowd.ask(3, _THERE) == 1
    assert await crowd.ask(4, None) == 2
    await crowd.answer()


@pytest.mark.parametrize(
    ("bounds", "key"),
    [
        ((9, 9, 2), "problem.yours_wait"),
        ((9, 2, 9), "problem.server_busy"),
        ((2, 9, 9), "problem.busy"),
    ],
)
async def test_each_bound_refuses_for_as_long_as_it_is_reached(
    bounds: tuple[int, int, int], key: str
) -> None:
    crowd = _Crowd(*bounds)
    for _ in range(2):
        await crowd.ask(1, _HERE)
    with pytest.raises(UserError, match=key):
        await crowd.ask(1, _HERE)
    with crowd._admission.request(1, _HERE) as before:
        assert before() == 0  # whoever has nothing computed is not refused, and waits for nobody
    await crowd.answer()

    assert await crowd.ask(1, _HERE) == 0
    await crowd.answer()


def test_what_fails_or_is_cancelled_in_its_turn_takes_nobody_elses() -> None:
    threads, free = FairExecutor(1, "test"), threading.Event()
    threads.submit(free.wait)
    cancelled, failed = threads.submit(print, "never"), threads.submit(int, "no number")
    last = threads.submit(int, "3")
    assert cancelled.cancel()
    free.set()

    assert last.result() == 3
    with pytest.raises(ValueError, match="no number"):
        failed.result()
    threads.shutdown()


def test_what_has_not_begun_when_the_threads_end_is_cancelled() -> None:
    threads, begun, free = FairExecutor(1, "test"), threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        free.wait()
        return "done"

    first, never = threads.submit(work), threads.submit(print, "never")
    begun.wait()
    threads.shutdown(wait=False, cancel_futures=True)
    free.set()

    assert first.result() == "done"
    assert never.cancelled()
