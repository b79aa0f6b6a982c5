"""A lively server: people who use every command and press what they find."""

import asyncio
import itertools
import math
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.builders import picture, row
from tests.load.loopback.ledger import quantile
from tests.load.loopback.people import Answer, Channel, Guild, Message, NotAnsweredError, Person
from tests.load.loopback.process import Process
from tests.load.loopback.server import Loopback
from tests.load.loopback.stalls import read_stalls, watch_loop
from tests.load.loopback.world import Payload

_GIVEN_UP = 60.0  # seconds
_REMEMBERED = 30  # messages of a channel whose controls people still use
_STRING, _INTEGER, _BOOLEAN, _ATTACHMENT = 3, 4, 5, 11
_BUTTON, _SELECT, _CHANNEL_SELECT = 2, 3, 8
_TYPED = ("", "pool", "gradcam", "conv", "소프트", "a")
_SAID = ("hello", "이거 봐", "what is this?")

_WEIGHTS = {
    "explain": 6.0,
    "quiz": 2.0,
    "lesson": 2.0,
    "session start": 0.5,
}
"""How often a command is used, where others are used once."""


@dataclass
class Place:
    """A channel, its server, and the messages in it whose controls are used."""

    guild: Guild
    channel: Channel
    messages: list[Message] = field(default_factory=list)
    private: dict[int, list[Message]] = field(default_factory=dict)

    def remember(self, person: Person, answer: Answer) -> None:
        for message in answer.messages:
            if message.controls:
                private = self.private.setdefault(person.id, [])
                kept = private if message.is_private else self.messages
                if all(each.id != message.id for each in kept):
                    kept.append(message)
                del kept[:-_REMEMBERED]


class Crowd:
    """People in servers, each of whom does one thing after the other."""

    def __init__(self, discord: Loopback, *, people: int, servers: int, seed: int = 0) -> None:
        self._discord = discord
        self._random = random.Random(seed)
        self._pictures = [
            *(("digit.png", picture(index)) for index in range(8)),
            *(("digit.jpg", picture(index, kind="JPEG")) for index in range(8, 12)),
            ("row.png", row(1, 2, 3)),
            ("broken.png", b"\x89PNG\r\n\x1a\nbroken"),
        ]
        self.places = []
        for number in range(servers):
            guild = discord.guild(f"Server {number}")
            for name in ("grad-cam", "quiz"):
                self.places.append(Place(guild, guild.channel(name)))
        self.people = [
            discord.person(f"person{number}", "ko" if number % 3 == 0 else "en-US")
            for number in range(people)
        ]
        self._home = {}
        for number, person in enumerate(self.people):
            home = self.places[number % servers * 2 : number % servers * 2 + 2]
            home[0].guild.join(person, manager=number < servers)
            self._home[person.id] = home
        self.used: Counter[str] = Counter()
        self._numbers = itertools.count()

    async def act(
        self, *, interactions: int | None, at_once: int, pause: float = 0.0
    ) -> AsyncIterator[int]:
        """Let them do so many things, so many at a time; for ever if there is no number.

        Yields how many are done, after each.
        """
        idle = self._random.sample(self.people, len(self.people))
        numbers = range(sys.maxsize if interactions is None else interactions)
        begun, done = iter(numbers), asyncio.Semaphore(0)

        async def turns() -> None:
            for _ in begun:
                person = idle.pop(0)
                try:
                    await self._act(person)
                finally:
                    idle.append(person)
                done.release()
                await asyncio.sleep(self._random.uniform(0, 2 * pause))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(self.people))):
                group.create_task(turns())
            for number in numbers:
                await done.acquire()
                yield number + 1

    async def act_for_ever(self, *, at_once: int, pause: float = 0.0) -> None:
        """Let them do so many things at a time, until this is cancelled."""
        async for _ in self.act(interactions=None, at_once=at_once, pause=pause):
            pass

    async def ask_everywhere(self) -> float:
        """Ask in every server at once until all are answered, and return the seconds it took.

        Infinity if some are not within `_GIVEN_UP` seconds.
        """
        began = time.monotonic()
        channels = {self._home[each.id][0].channel.id: each for each in self.people}

        async def ask(channel: int, person: Person) -> None:
            with suppress(NotAnsweredError):
                await person.slash(self._home[person.id][0].channel, "explain", index=7)
                del channels[channel]

        while channels:
            if time.monotonic() - began > _GIVEN_UP:
                return math.inf
            await asyncio.gather(*(ask(*each) for each in list(channels.items())))
        return time.monotonic() - began

    async def _act(self, person: Person) -> None:
        place = self._random.choice(self._home[person.id])
        ways = (self._command, self._press, self._complete, self._menu)
        (way,) = self._random.choices(ways, (5, 5, 1, 0.5))
        with suppress(NotAnsweredError):  # the ledger has it
            answer = await (way(person, place) or self._command(person, place))
            place.remember(person, answer)
        if self._random.random() < 0.05:
            person.mention(place.channel, self._random.choice(_SAID), self._picture())

    def _command(self, person: Person, place: Place) -> Awaitable[Answer]:
        commands = dict(self._commands())
        weights = [_WEIGHTS.get(each, 1.0) for each in commands]
        (command,) = self._random.choices([*commands], weights)
        self.used[f"/{command}"] += 1
        options = {
            each["name"]: self._value(each)
            for each in commands[command]
            if self._is_known(each) and (each.get("required") or self._random.random() < 0.25)
        }
        return person.slash(place.channel, command, **options)

    def _press(self, person: Person, place: Place) -> Awaitable[Answer] | None:
        seen = [*place.messages, *place.private.get(person.id, ())]
        found = [
            (message, control)
            for message in seen
            if not message.is_deleted
            for control in message.controls
            if control["type"] in (_BUTTON, _SELECT, _CHANNEL_SELECT)
        ]
        if not found:
            return None
        message, control = self._random.choice(found)
        self.used[f"press {control['custom_id'].partition(':')[0]}"] += 1
        if control["type"] == _BUTTON:
            return person.press(message, control["custom_id"])
        if control["type"] == _CHANNEL_SELECT:
            return person.choose(message, control["custom_id"], str(place.channel.id))
        option = self._random.choice(control["options"])
        return person.choose(message, control["custom_id"], option["value"])

    def _complete(self, person: Person, place: Place) -> Awaitable[Answer]:
        found = [
            (command, option["name"])
            for command, options in self._commands()
            for option in options
            if option.get("autocomplete")
        ]
        command, option = self._random.choice(found)
        self.used[f"/{command} {option}…"] += 1
        return person.autocomplete(place.channel, command, option, self._random.choice(_TYPED))

    def _menu(self, person: Person, place: Place) -> Awaitable[Answer]:
        menus = [each["name"] for each in self._discord.rest.commands if each["type"] == 3]
        message = person.say(place.channel, self._random.choice(_SAID), self._picture())
        name = self._random.choice(menus)
        self.used[f"menu {name}"] += 1
        return person.context_menu(place.channel, name, message)

    def _commands(self) -> list[tuple[str, list[Payload]]]:
        """The commands and subcommands, each with its options."""
        found = []
        for command in self._discord.rest.commands:
            if command["type"] == 1:
                name, options = command["name"], command.get("options") or []
                subcommands = [each for each in options if each["type"] == 1]
                found += [
                    (f"{name} {each['name']}", each.get("options") or []) for each in subcommands
                ] or [(name, options)]
        return found

    def _is_known(self, option: Payload) -> bool:
        return option["type"] in (_STRING, _INTEGER, _BOOLEAN, _ATTACHMENT)

    def _value(self, option: Payload) -> Any:
        if option.get("choices"):
            return self._random.choice(option["choices"])["value"]
        if option["type"] == _INTEGER:
            least, most = option.get("min_value", 0), option.get("max_value", 1000)
            return self._random.randint(least, most)
        if option["type"] == _BOOLEAN:
            return self._random.random() < 0.5
        if option["type"] == _ATTACHMENT:
            return self._picture()
        return f"{self._random.choice(_SAID)} {next(self._numbers)}"

    def _picture(self) -> tuple[str, bytes]:
        return self._random.choice(self._pictures)


@dataclass(frozen=True)
class Report:
    """What a load has shown.

    Attributes:
        memory: of the process in bytes, at half of the interactions and at the end.
        recovered: seconds after the end of all harm until people in every server were answered.
        stalls: when the process's loop stood still for more than 100 ms.
        own_stalls: the same of the loopback's loop; the process is measured the worse for it.
    """

    discord: Loopback
    began: float
    seconds: float
    memory: tuple[int, int]
    recovered: float
    stalls: list[dict[str, Any]]
    own_stalls: list[dict[str, Any]]
    leaks: list[str]
    used: Counter[str]

    def lines(self) -> list[str]:
        """For people to read."""
        ledger = self.discord.ledger
        counts, took = ledger.counts(), ledger.acknowledgements()
        half, end = (each / 1e6 for each in self.memory)
        lines = [
            f"{counts['sent']} interactions in {self.seconds:.0f} s, of {len(self.used)} kinds",
            f"acknowledged {counts['acknowledged']}: p50 {_ms(quantile(took, 0.5))}, "
            f"p99 {_ms(quantile(took, 0.99))}, largest {_ms(took[-1] if took else 0)}",
            f"answered {counts['answered']}, twice {counts['duplicates']}, "
            f"unanswered {counts['unanswered']} (by harm {counts['unanswered by harm']})",
            f"memory {half:.0f} MB at half, {end:.0f} MB at the end",
            f"afterwards every server was answered within {self.recovered:.1f} s",
            f"the bot's loop stood still {_told(self.stalls)}",
            f"the loopback's own, by which this is too slow, {_told(self.own_stalls)}",
            f"refused by Discord's description: {counts['violations']}",
        ]
        slowest = sorted(
            (each for each in ledger.interactions.values() if each.seconds_to_acknowledge),
            key=lambda each: each.seconds_to_acknowledge or 0,
        )[:-6:-1]
        lines += [
            f"slowest: {each.label} {_ms(each.seconds_to_acknowledge or 0)}, "
            f"{each.created - self.began:.1f} s after the beginning"
            for each in slowest
        ]
        lines += [f"  {each}" for each in ledger.violations[:5]]
        lines += [f"sent twice: {each}" for each in ledger.duplicates[:5]]
        stacks = Counter(" > ".join(each["stack"]) for each in self.stalls)
        lines += [f"stood still in {stack}: {n}" for stack, n in stacks.most_common(5)]
        lines += [f"error {each}: {n}" for each, n in ledger.errors.most_common(10)]
        lines += [f"{n} times {each}" for each, n in Counter(self.leaks).most_common(10)]
        harm = self.discord.rest.happened + self.discord.gateway.happened
        lines.append("happened: " + ", ".join(f"{each} {n}" for each, n in harm.items()))
        unanswered = Counter(
            f"{each.label} {each.errors[-1:]}"
            for each in ledger.interactions.values()
            if each.answered is None
        )
        lines += [f"not answered: {each}: {n}" for each, n in unanswered.most_common(10)]
        return lines


async def run_load(
    discord: Loopback, process: Process, crowd: Crowd, *, interactions: int, at_once: int
) -> Report:
    """Let a crowd do a number of things, end all harm, and tell what came of it."""
    began = time.monotonic()
    stalled = len(process.stalls)
    own = process.folder / "loopback-stalls"
    watch_loop(own)
    memory = 0
    async for done in crowd.act(interactions=interactions, at_once=at_once):
        if done == interactions // 2:
            memory = process.memory
    discord.harm()
    recovered = await crowd.ask_everywhere()
    await discord.quiet()
    seconds = time.monotonic() - began
    await asyncio.to_thread(discord.rest.check)
    return Report(
        discord,
        began,
        seconds,
        (memory, process.memory),
        recovered,
        process.stalls[stalled:],
        read_stalls(own),
        process.leaks,
        crowd.used,
    )


async def status_lines(
    discord: Loopback, process: Process, every: float = 1.0
) -> AsyncIterator[str]:
    """How it goes, once a second."""
    while process.is_running:
        counts, took = discord.ledger.counts(), discord.ledger.acknowledgements()
        yield (
            f"{counts['sent']} interactions, acknowledged p50 {_ms(quantile(took, 0.5))} "
            f"p99 {_ms(quantile(took, 0.99))} max {_ms(took[-1] if took else 0)}, "
            f"{counts['unanswered']} unanswered, {process.memory / 1e6:.0f} MB"
        )
        await asyncio.sleep(every)


def _told(stalls: list[dict[str, Any]]) -> str:
    longest = max((each["seconds"] for each in stalls), default=0.0)
    return f"{len(stalls)} times, at most {_ms(longest)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
