"""A recorded session at the level of the services, in a process that may be killed at any moment.

    python -m tests.load.session FILE START

carries out the recording's steps from START on against an SQLite file, and writes the number of
each when it is done. Whether the step after the last number was done as well, nobody knows: it is
tried again, as a person presses again who was not answered.
"""

import asyncio
import datetime as dt
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL

from bot.lessons.progress import ProgressStore
from bot.privacy.privacy import Privacy
from bot.quiz.question import QuizQuestion, Venue
from bot.quiz.rounds import Rounds
from bot.runtime.errors import UserError
from bot.runtime.scheduler import Scheduler
from bot.sessions.sessions import Sessions
from bot.store import Store
from tests.bot.lessons.builders import a_lesson

_BEGIN = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_SERVER, _PERSON, _MESSAGE = 1 << 61, 1 << 62, 1 << 60
_LESSONS, _PAGES, _ROUNDS, _SECONDS = ("data", "layers", "gradcam"), 3, 3, 30
_HEAT = (0.0, 0.1, 0.0, 0.25, 0.0, 0.05, 0.1, 0.5, 0.0)
_QUESTIONS = (
    (QuizQuestion("heat", 7, 9, 9, "conv2d_1", "9", "9", 1), "4999"),
    (QuizQuestion("said", 18, 3, 8, "max_pooling2d_1", "8", "3", 2), "3588"),
    (
        QuizQuestion("bet", 7, 9, 9, "max_pooling2d_1", "9@8", "9", 3, _HEAT),
        ("9@8", "9@4", "4@8", "7@1"),
    ),
)

Step = Callable[["Services"], Awaitable[object]]


class Services:
    """The bot without Discord; it goes by a clock that is set before each step."""

    def __init__(self, store: Store) -> None:
        self.time = _BEGIN
        self.sessions = Sessions(store, Scheduler(self.now), self.now)
        self.learning = ProgressStore(store, self.now)
        self.privacy = Privacy(store, self.now)
        self.rounds = Rounds(store, self.now)

    def now(self) -> dt.datetime:
        return self.time


@dataclass(frozen=True)
class Group:
    """A group in a thread of its own; its first member is the host."""

    number: int
    people: tuple[int, ...]

    @property
    def thread(self) -> int:
        return (1 << 60) + self.number

    async def session_id(self, services: Services) -> int:
        session = await services.sessions.in_thread(self.thread)
        assert session is not None
        return session.session_id


def recorded() -> list[tuple[dt.datetime, Step]]:
    """The steps of three groups' sessions, mixed, each with its time; always the same."""
    chance = random.Random(6)
    groups = [
        Group(number, tuple(_PERSON + 5 * number + member for member in range(8)))
        for number in range(3)
    ]
    sessions = [list(_session(group, random.Random(group.number))) for group in groups]
    turns = [number for number, steps in enumerate(sessions) for _ in steps]
    chance.shuffle(turns)
    time, mixed = _BEGIN, []
    for number in turns:
        seconds, step = sessions[number].pop(0)
        time += dt.timedelta(seconds=seconds)
        mixed.append((time, step))
    return mixed


def _session(group: Group, chance: random.Random) -> Iterator[tuple[float, Step]]:
    """One group's steps, each with the seconds that go by before it."""
    _, *others = group.people
    revision = 0
    yield 0, partial(_start, group)
    for person in others:
        yield 0.1, partial(_join, group, person)
    for lesson in _LESSONS:
        for page in range(_PAGES):
            yield 0.1, partial(_go_to, group, revision, lesson, page)
            revision += 1
            for person in chance.sample(others, 4):
                yield (
                    0.1,
                    partial(
                        _vote_understanding, group, lesson, page, person, chance.random() < 0.7
                    ),
                )
                yield 0.1, partial(_answer, group, lesson, person, chance.randrange(3))
        for _ in range(_ROUNDS):
            question, choices = chance.choice(_QUESTIONS)
            yield 0.1, partial(_open, group, question)
            for _ in range(20):
                choice = chance.choice(choices)
                yield (
                    chance.uniform(0, 1),
                    partial(_vote, group, chance.choice(group.people), choice),
                )
            yield 0.1, partial(_close, group)
            yield 0.1, partial(_vote, group, others[0], choices[0])  # in a round that is closed
    yield 0.1, partial(_leave, group, others[0])
    yield 0.1, partial(_forget, others[1])
    yield 0.1, partial(_hand_over, group, others[2])
    yield 0.1, partial(_end, group)


async def _start(group: Group, services: Services) -> None:
    if await services.sessions.in_thread(group.thread) is not None:
        return
    topic = f"Group {group.number}"
    begun = [
        each for each in await services.sessions.open_in_server(_SERVER) if each.topic == topic
    ]
    if not begun:
        begun = [await services.sessions.start(_SERVER, 1, group.people[0], topic)]
    await services.sessions.set_thread(begun[0].session_id, group.thread)


async def _join(group: Group, person: int, services: Services) -> None:
    await services.sessions.join(await group.session_id(services), person)


async def _leave(group: Group, person: int, services: Services) -> None:
    await services.sessions.leave(await group.session_id(services), person)


async def _forget(person: int, services: Services) -> None:
    await services.privacy.delete(person)


async def _hand_over(group: Group, person: int, services: Services) -> None:
    await services.sessions.hand_over(await group.session_id(services), person)


async def _end(group: Group, services: Services) -> None:
    await services.sessions.end(await group.session_id(services))


async def _go_to(group: Group, revision: int, lesson: str, page: int, services: Services) -> None:
    await services.sessions.go_to(await group.session_id(services), revision, lesson, page)


async def _vote_understanding(
    group: Group, lesson: str, page: int, person: int, understood: bool, services: Services
) -> None:
    session_id = await group.session_id(services)
    await services.sessions.vote_understanding(
        session_id, lesson, page, person, understood=understood
    )


async def _answer(group: Group, lesson: str, person: int, choice: int, services: Services) -> None:
    session_id = await group.session_id(services)
    learnt = a_lesson(lesson, pages=_PAGES)
    await services.learning.visit(person, learnt, _PAGES - 1, 7)
    await services.learning.answer(person, session_id, learnt, learnt.questions[0], choice)


async def _open(group: Group, question: QuizQuestion, services: Services) -> None:
    venue = Venue(_SERVER, group.thread, await group.session_id(services), "ko")
    with suppress(UserError):  # it is open already
        await services.rounds.open(question, venue, _SECONDS)
    round_ = await services.rounds.open_in(group.thread)
    assert round_ is not None
    await services.rounds.sent(round_.round_id, _MESSAGE + round_.round_id)


async def _vote(group: Group, person: int, choice: str, services: Services) -> None:
    round_ = await services.rounds.open_in(group.thread)
    if round_ is not None:
        with suppress(UserError):  # it is too late
            await services.rounds.vote(round_.round_id, person, choice)


async def _close(group: Group, services: Services) -> None:
    round_ = await services.rounds.open_in(group.thread)
    if round_ is not None:
        await services.rounds.close(round_.round_id)


async def carry_out(file: Path, start: int) -> None:
    """Carry the recording's steps out, from one on."""
    store = await Store.open(URL.create("sqlite+aiosqlite", database=str(file)))
    services = Services(store)
    for number, (time, step) in enumerate(recorded()[start:], start):
        services.time = time
        await step(services)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    await store.close()


if __name__ == "__main__":
    asyncio.run(carry_out(Path(sys.argv[1]), int(sys.argv[2])))
