"""Simulated members who act on their own, so that a visitor is not alone."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import simcord

from bot.quiz.kinds import KINDS
from bot.quiz.question import Round

if TYPE_CHECKING:
    from bot.app import GradcamBot

_THINKING = (4.0, 20.0)  # seconds, from a question to a member's answer
_GREETING = 4.0  # seconds after a visitor has joined
_RIGHT = 0.6  # probability that a member knows the answer

Action = Callable[[], Awaitable[object]]


class SimulatedMembers:
    """Members who vote in rounds and say whether they follow, each after a few seconds.

    When a visitor joins the session, the host greets them and starts a round.
    """

    def __init__(
        self,
        env: simcord.Env,
        thread: simcord.ChannelHandle,
        host: simcord.MemberActor,
        others: tuple[simcord.MemberActor, ...],
        welcomes: Mapping[simcord.MemberActor, str],
    ) -> None:
        """Take the thread of a session, its members, and what the host says to who joins."""
        self._env = env
        self._thread = thread
        self._host = host
        self._others = others
        self._welcomes = dict(welcomes)
        self._plans: list[tuple[float, Action]] = []
        self._seen: set[str] = set()
        self._chance = random.Random(7)  # noqa: S311 - nothing secret depends on it
        self._time = 0.0

    async def act(self, seconds: float) -> None:
        """Let the members do what they do within some seconds."""
        self._time += seconds
        await self._make_plans()
        due = [action for at, action in self._plans if at <= self._time]
        self._plans = [(at, action) for at, action in self._plans if at > self._time]
        for action in due:
            await action()

    async def _make_plans(self) -> None:
        bot = cast("GradcamBot", self._env.bot)
        session = await bot.sessions.in_thread(self._thread.id)
        if session is None or not session.is_open:
            return
        for visitor in [each for each in self._welcomes if each.id in session.present]:
            self._plan(_GREETING, partial(self._welcome, visitor, self._welcomes.pop(visitor)))
        round_ = await bot.rounds.open_in(self._thread.id)
        if round_ is not None and self._is_new(f"round {round_.round_id}"):
            for member in (*self._others, self._host):
                self._plan(self._chance.uniform(*_THINKING), partial(self._vote, member, round_))
        if session.step_id is not None and self._is_new(f"step {session.step_id}"):
            for member in self._others:
                how = self._chance.choice(("session_clear", "session_clear", "session_lost"))
                self._plan(
                    self._chance.uniform(*_THINKING), partial(press, member, self._thread, how)
                )

    def _is_new(self, what: str) -> bool:
        new = what not in self._seen
        self._seen.add(what)
        return new

    def _plan(self, after: float, action: Action) -> None:
        self._plans.append((self._time + after, action))

    async def _welcome(self, visitor: simcord.MemberActor, words: str) -> None:
        await self._host.send(self._thread, words.format(visitor.mention))
        if await cast("GradcamBot", self._env.bot).rounds.open_in(self._thread.id) is None:
            await self._host.slash(self._thread, "quiz")

    async def _vote(self, member: simcord.MemberActor, round_: Round) -> None:
        kind, number = round_.question.kind, round_.round_id
        choice = round_.question.answer
        if self._chance.random() >= _RIGHT:
            choice = self._chance.choice(KINDS[kind].choices)
        message = next((m for m in self._thread.history() if m.id == round_.message_id), None)
        if message is None or not any(custom_ids(message)):
            return  # the round is over, or its message deleted
        if kind != "bet":
            await member.click(message, custom_id=f"vote:{number}:{choice}:0")
            return
        digit, _, field = choice.partition("@")
        half = await member.click(message, custom_id=f"bet:{number}:{digit}:0")
        if half.response is not None:
            wanted = f"field:{number}:{digit}:{field}:"
            for custom_id in custom_ids(half.response.message):
                if custom_id.startswith(wanted):
                    await member.click(half.response.message, custom_id=custom_id)


async def press(member: simcord.MemberActor, thread: simcord.ChannelHandle, kind: str) -> None:
    """Press the newest button whose `custom_id` begins with a kind, if there is one."""
    for message in reversed(thread.history()):
        for custom_id in custom_ids(message):
            if custom_id.startswith(f"{kind}:"):
                await member.click(message, custom_id=custom_id)
                return


def custom_ids(message: Any) -> Iterator[str]:  # noqa: ANN401 - of what has components
    """Yield the ids of the enabled controls of a message."""
    for part in (*getattr(message, "components", ()), *getattr(message, "children", ())):
        custom_id = getattr(part, "custom_id", None)
        if custom_id is not None and not getattr(part, "disabled", False):
            yield str(custom_id)
        yield from custom_ids(part)
