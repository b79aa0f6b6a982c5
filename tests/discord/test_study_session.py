"""Two study sessions at once: eight people, three lessons, twelve rounds, two restarts.

Every point is reckoned here a second time, from what people pressed and when.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import discord
import pytest
import simcord
from sqlalchemy import URL

from bot.quiz.kinds import KINDS
from bot.quiz.question import Round
from bot.scores.scores import RoundFilter
from bot.settings import Settings
from tests.discord.conftest import Server
from tests.discord.looking import answer, components, control, text
from tests.postgresql import slow_on_postgresql

_SECONDS = 45
_FAST = _SECONDS + 1  # by then a round is over


@dataclass
class Game:
    """A round as it is played: when each person's last vote was made, and what it was."""

    group: "Group"
    question: discord.Message
    round_: Round
    votes: dict[simcord.MemberActor, tuple[float, str]] = field(default_factory=dict)


@dataclass
class Group:
    """A session, what its people did, and what that brings them."""

    server: Server
    thread: simcord.ChannelHandle
    host: simcord.MemberActor
    people: Sequence[simcord.MemberActor]
    session_id: int
    points: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)
    streak: Counter[str] = field(default_factory=Counter)
    answers: dict[tuple[str, str], bool] = field(default_factory=dict)
    digits: Counter[int] = field(default_factory=Counter)
    missed: list[tuple[int, int]] = field(default_factory=list)

    def newest(self, kind: str) -> discord.Message:
        """The newest message with such a control."""
        return [message for message in self.thread.history() if _has(message, kind)][-1]

    async def controls(self) -> discord.Message:
        """The host's own controls, opened from the newest message that offers them."""
        shown = self.newest("session_manage")
        return answer(await self.host.click(shown, custom_id=control(shown, "session_manage")))

    async def lead(self, kind: str) -> discord.Message:
        """Press one of the host's controls."""
        shown = await self.controls()
        return answer(await self.host.click(shown, custom_id=control(shown, kind)))

    async def take(self, lesson: str) -> None:
        """Go to a lesson, by the menu of the host."""
        shown = await self.controls()
        custom_id = control(shown, "session_take")
        chosen = await self.host.select(shown, [lesson], custom_id=custom_id)
        assert chosen.acknowledged
        assert self._title(lesson, 0) in text(self.newest("own"))

    async def go_on(self, lesson: str, screen: int) -> None:
        """Go to the next screen."""
        await self.lead("session_next")
        assert self._title(lesson, screen) in text(self.newest("own"))

    async def try_own(self, person: simcord.MemberActor) -> discord.Message:
        """Look at the group's screen with a digit of one's own."""
        step = self.newest("own")
        own = answer(await person.click(step, custom_id=control(step, "own")))
        assert own.flags.ephemeral
        self.digits[_digit(own)] += 1
        return own

    async def reply(
        self, person: simcord.MemberActor, own: discord.Message, lesson: str, choice: int
    ) -> None:
        """Answer a screen's question, privately."""
        custom_id = control(own, f"choice:{choice}")
        assert (await person.click(own, custom_id=custom_id)).acknowledged
        place = custom_id.split(":")[2].split("/")
        question = self.server.bot.lessons.lesson(lesson, "en").pages[int(place[1])].question
        assert question is not None
        self.answers[person.name, f"{lesson} {question.number}"] = choice == question.right

    async def open(self, kind: str | None) -> Game:
        """Begin a round: of a kind by the command, of any by the host's button."""
        if kind is None:
            shown = await self.controls()
            custom_id = control(shown, "session_quiz")
            assert (await self.host.click(shown, custom_id=custom_id)).acknowledged
        else:
            assert (await self.host.slash(self.thread, "quiz", kind=kind)).acknowledged
        round_ = await self.server.bot.rounds.open_in(self.thread.id)
        assert round_ is not None
        assert round_.venue.session_id == self.session_id
        question = self.newest("bet" if round_.question.kind == "bet" else "vote")
        assert question.id == round_.message_id
        return Game(self, question, round_)

    def score(self, game: Game) -> dict[str, int]:
        """Reckon a round's points."""
        given: dict[str, int] = {}
        right_now = set()
        for person, (after, choice) in game.votes.items():
            right, points = _worth(game.round_, choice)
            if right:
                right_now.add(person.name)
                points += _quick(after) + min(self.streak[person.name], 3)
            given[person.name] = points
            self.points[person.name] += points
            self.right[person.name] += right
            self.rounds[person.name] += 1
        for person in self.people:
            self.streak[person.name] += 1
            if person.name not in right_now:
                self.streak[person.name] = 0
        if wrong := len(given) - len(right_now):
            self.missed.append((wrong, len(given)))
        return given

    def _title(self, lesson: str, screen: int) -> str:
        return self.server.bot.lessons.lesson(lesson, "ko").pages[screen].title


def _quick(after: float) -> int:
    """Reckon what speed adds: nothing at once, then less with each third of the time."""
    third = (_SECONDS - 5) / 3
    return 0 if after < 5 else 3 if after < 5 + third else 2 if after < 5 + 2 * third else 1


def _worth(round_: Round, choice: str) -> tuple[bool, int]:
    question = round_.question
    if question.kind != "bet":
        return choice == question.answer, 10 if choice == question.answer else 0
    digit, _, place = choice.partition("@")
    share = question.heat[int(place) - 1] / max(question.heat)
    read = digit == str(question.target)
    return read and share >= 0.5, (5 if read else 0) + round(5 * share)


def _has(message: discord.Message, kind: str) -> bool:
    return any(
        str(getattr(part, "custom_id", "")).startswith(f"{kind}:") for part in components(message)
    )


def _digit(own: discord.Message) -> int:
    """The test digit that a private screen shows."""
    custom_ids = [str(getattr(part, "custom_id", "")) for part in components(own)]
    place = next(each for each in custom_ids if each.startswith(("page:", "study:", "choice:")))
    return int(place.split(":")[2].split("/")[2])


@pytest.fixture
def settings(settings: Settings, url: URL) -> Settings:
    """The same, with each of the databases."""
    return settings.model_copy(update={"database_url": url})


@pytest.fixture
def people(server: Server) -> list[simcord.MemberActor]:
    """Eight people, half of whom read Korean; the first two may lead, the bot may pin."""
    guild = server.channel.guild
    assert guild is not None
    more = [
        guild.add_member(server.env.create_user(name))
        for name in ("chris", "dana", "haneul", "jihun", "seoyeon")
    ]
    server.locales.update({person.id: "ko" for person in more[2:]})
    leader = guild.create_role("Leader", permissions=discord.Permissions(manage_threads=True))
    keeper = guild.create_role("Keeper", permissions=discord.Permissions(pin_messages=True))
    for user_id, role in (
        (server.alex.id, leader),
        (server.bora.id, leader),
        (server.env.backend.bot_user.id, keeper),
    ):
        server.env.backend.edit_member(guild.id, user_id, {"role_ids": [role.id]})
    return [server.alex, server.bora, server.minji, *more]


async def meet(
    server: Server, topic: str, host: simcord.MemberActor, others: Sequence[simcord.MemberActor]
) -> Group:
    """Open a session that others join."""
    opened = await host.slash(server.channel, "session start", topic=topic)
    assert opened.acknowledged
    thread = server.channel.threads[-1]
    session = await server.bot.sessions.in_thread(thread.id)
    assert session is not None
    group = Group(server, thread, host, [host, *others], session.session_id)
    panel = group.newest("session_join")
    for person in others:
        assert (await person.click(panel, custom_id=control(panel, "session_join"))).acknowledged
    return group


def votes(game: Game, chance: random.Random) -> Iterator[tuple[float, simcord.MemberActor, str]]:
    """What the group's people vote and when: some not at all, some twice, some at once."""
    kind, right = KINDS[game.round_.question.kind], game.round_.question.answer
    for person in game.group.people:
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            choice = right if chance.random() < 0.6 else chance.choice(kind.choices)
            yield chance.randrange(1, 44) + 0.5, person, choice


async def vote(game: Game, person: simcord.MemberActor, choice: str) -> None:
    """Press what there is to press for a choice."""
    round_id = game.round_.round_id
    if game.round_.question.kind == "bet":
        digit, _, place = choice.partition("@")
        half = answer(await person.click(game.question, custom_id=f"bet:{round_id}:{digit}:0"))
        assert half.flags.ephemeral
        fields = [
            str(part.custom_id)
            for part in components(half)
            if str(getattr(part, "custom_id", "")).startswith(f"field:{round_id}:{digit}:{place}:")
        ]
        assert (await person.click(half, custom_id=fields[0])).acknowledged
    else:
        heard = answer(await person.click(game.question, custom_id=f"vote:{round_id}:{choice}:0"))
        assert heard.flags.ephemeral


async def play(
    server: Server, games: Sequence[Game], chance: random.Random, *, restart: bool = False
) -> None:
    """Play rounds that are open at the same time to their end, and look at their answers."""
    presses = [(*press, game) for game in games for press in votes(game, chance)]
    now = 0.0
    for at, person, choice, game in sorted(presses, key=lambda press: press[0]):
        if restart and at > _SECONDS / 2:
            await server.restart()
            restart = False
        await server.env.advance_time(at - now)
        now = at
        await vote(game, person, choice)
        game.votes[person] = (at, choice)
    assert not restart
    await server.env.advance_time(_FAST - now)

    for game in games:
        given = game.group.score(game)
        revealed = next(m for m in game.group.thread.history() if m.id == game.question.id)
        words = text(revealed)
        for person in game.group.people:
            points = given.get(person.name, 0)
            assert (f"<@{person.id}> **+{points}**" in words) == (points > 0), (person, words)
        assert not _has(revealed, "vote")
        assert not _has(revealed, "bet")


async def end(group: Group) -> None:
    """End a session, and hold its summary against what was reckoned."""
    asked = await group.lead("session_end")
    assert (await group.host.click(asked, custom_id=control(asked, "session_sure"))).acknowledged

    (summary,) = [
        message
        for message in group.thread.history()
        if any(file.filename.endswith(".csv") for file in message.attachments)
    ]
    people, missed_rows, digits = [
        await table(summary, name) for name in ("people", "missed", "digits")
    ]
    shown = {name: tuple(map(int, numbers)) for name, _, _, *numbers in people}
    assert shown == {
        person.name: (
            group.points[person.name],
            group.right[person.name],
            group.rounds[person.name],
            sum(right for (name, _), right in group.answers.items() if name == person.name),
            sum(name == person.name for name, _ in group.answers),
        )
        for person in group.people
    }
    asked_of = Counter(question for _, question in group.answers)
    wrong = Counter(question for (_, question), right in group.answers.items() if not right)
    missed = group.missed + [(count, asked_of[question]) for question, count in wrong.items()]
    assert Counter((int(row[1]), int(row[2])) for row in missed_rows) == Counter(missed)
    assert {int(digit): int(times) for digit, times in digits} == dict(group.digits)
    for person in group.people:
        assert f"<@{person.id}>" in text(summary)


async def table(summary: discord.Message, name: str) -> list[list[str]]:
    """The rows of one of a summary's tables, without its head; one without rows is not sent."""
    files = [each for each in summary.attachments if each.filename.endswith(f"-{name}.csv")]
    if not files:
        return []
    (file,) = files
    return list(csv.reader(io.StringIO((await file.read()).decode("utf-8-sig"))))[1:]


@pytest.mark.timeout(600)
@slow_on_postgresql
async def test_a_study_session(
    server: Server, people: list[simcord.MemberActor], thorough: bool
) -> None:
    chance = random.Random(6)
    alex, bora, *others = people
    large = await meet(server, "Grad-CAM, step by step", alex, [bora, *others])
    small = await meet(server, "The data", bora, others[:3])
    names = server.bot.lessons.names
    kinds = iter([*KINDS, None, None, None, None])

    for lesson in (names[0], names[3], names[7])[: 3 if thorough else 2]:
        await large.take(lesson)
        screens = server.bot.lessons.lesson(lesson, "en").pages
        for number, screen in enumerate(screens):
            if number:
                await large.go_on(lesson, number)
            trying = chance.sample(large.people, 3)
            own = [await large.try_own(person) for person in trying]
            if lesson == names[3] and number == 1:
                await server.restart()  # in the middle of a lesson
            if screen.question is not None:
                for person, message in zip(trying, own, strict=True):
                    choice = chance.randrange(len(screen.question.options))
                    await large.reply(person, message, lesson, choice)
        if lesson == names[0]:
            await small.take(names[1])
            await small.try_own(others[0])
        for number in range(3):
            games = [await large.open(next(kinds))]
            if number == 0 and lesson != names[7]:
                games.append(await small.open("said"))
            in_the_middle = lesson == names[3] and number == 0
            await play(server, games, chance, restart=in_the_middle)
    await play(server, [await large.open(next(kinds))], chance)

    assert large.server.channel.guild is not None
    board = await server.bot.scores.standings(RoundFilter(large.server.channel.guild.id))
    both = large.points + small.points
    ids = {person.id: person.name for person in people}
    assert {ids[each.user_id]: each.points for each in board} == {
        name: both[name] for name in (large.rounds + small.rounds)
    }
    await end(small)
    await end(large)
