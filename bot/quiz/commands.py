"""`/quiz`, and closing rounds when their time is over."""

import datetime as dt
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

import discord
from discord import app_commands
from discord.ext import commands

from bot.i18n import Say, label, speaker
from bot.quiz.actions import RoundActions
from bot.quiz.controls import CONTROLS
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import KINDS, draw_question, make_question
from bot.quiz.messages import host_message, question_message, review_question
from bot.quiz.publisher import RoundPublisher
from bot.quiz.question import Criteria, Difficulty, Round, Venue
from bot.quiz.rounds import REVEALED_SERVER, SECONDS, Rounds
from bot.reviews.asking import Item, ReviewStatus
from bot.reviews.schedule import Reviews
from bot.runtime.clock import Clock
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.runtime.fairness import enter
from bot.runtime.outbox import Outbox
from bot.runtime.scheduler import Scheduler
from bot.store.models import DeliveryKind
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import follow_up, replace

if TYPE_CHECKING:
    from discord.abc import MessageableChannel

AGAIN = "again"
"""In place of a kind: what the group answered wrongly."""

_DIFFICULTIES = {
    Difficulty.EASY: "quiz.easy",
    Difficulty.MEDIUM: "quiz.medium",
    Difficulty.HARD: "quiz.hard",
}

_log = logging.getLogger(__name__)


class _StudySession(Protocol):
    @property
    def session_id(self) -> int: ...
    @property
    def language(self) -> str | None: ...
    @property
    def is_open(self) -> bool: ...


class QuizCommands(commands.Cog):
    """Starts rounds that anyone in a channel may join; as a job of the scheduler, closes them."""

    def __init__(
        self,
        client: Client,
        rounds: Rounds,
        pool: DigitPool,
        reviews: Reviews,
        session_in: Callable[[int], Awaitable[_StudySession | None]],
        language_of: Callable[[int | None], Awaitable[str | None]],
        outbox: Outbox,
        scheduler: Scheduler,
        now: Clock,
    ) -> None:
        """Answer the controls of rounds, close rounds when they are due, and show their answers.

        `session_in` returns the study session of a thread, if it is one's; `language_of` the
        language of a server's public messages, `None` for all.
        """
        self._client = client
        self._rounds = rounds
        self._pool = pool
        self._reviews = reviews
        self._session_in = session_in
        self._language_of = language_of
        self._scheduler = scheduler
        self._publisher = RoundPublisher(client, rounds, pool, scheduler)
        self._actions = RoundActions(rounds, pool, reviews, self._publisher, scheduler, now)
        register(client, self._actions, *CONTROLS)
        outbox.add(DeliveryKind.REVEAL, self._reveal, REVEALED_SERVER)
        scheduler.add(self)

    async def cog_unload(self) -> None:
        """Stop what runs in the background."""
        self._actions.stop()

    @localized("quiz")
    @app_commands.choices(
        kind=[
            *(
                app_commands.Choice(name=label(kind.title), value=kind.name)
                for kind in KINDS.values()
            ),
            app_commands.Choice(name=label("quiz.again"), value=AGAIN),
        ],
        difficulty=[
            app_commands.Choice(name=label(key), value=difficulty.value)
            for difficulty, key in _DIFFICULTIES.items()
        ],
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def quiz(
        self,
        interaction: Interaction,
        kind: str | None = None,
        difficulty: str = Difficulty.MEDIUM,
        seconds: app_commands.Range[int, 15, 300] = SECONDS,
    ) -> None:
        """Start a round."""
        # The bot reveals the answer by editing the message as itself, so it must be in the server:
        # an app may have been added there with its commands alone.
        mine, server_id = interaction.app_permissions, interaction.guild_id
        if interaction.channel_id is None or (
            server_id and not (mine.view_channel and self._client.get_guild(server_id))
        ):
            raise UserError("quiz.not_here")
        if server_id and not mine.attach_files:
            permission = speaker(interaction.locale)("permission.attach_files")
            raise UserError("explain.lacks", permission=permission)
        enter()
        await interaction.response.defer(thinking=True)
        if await self._rounds.open_in(interaction.channel_id) is not None:
            raise UserError("quiz.under_way")
        venue = await self._venue(interaction, interaction.channel_id)
        round_ = await self._start(
            venue, kind, seconds, Difficulty(difficulty), partial(replace, interaction)
        )
        message = host_message(round_, 0, interaction.user.id, speaker(interaction.locale))
        try:
            await follow_up(interaction, message)
        except REQUEST_ERRORS as error:  # the round goes on without
            _log.warning("The host of round %d has no controls: %s", round_.round_id, error)

    async def play(
        self,
        channel: "MessageableChannel",
        session_id: int,
        language: str | None,
        owner: int,
        say: Say,
    ) -> Message:
        """Start a round in a session's thread, unless one is open there.

        Args:
            channel: the thread.
            session_id: the session.
            language: the language of the public message; `None` for the server's.
            owner: the id of the host.
            say: the host's language.

        Returns:
            A private message in which the host sees the votes, extends the round and closes it.
        """

        async def post(message: Message) -> discord.Message:
            # Discord sends it once, even if it is told again because its answer was lost.
            return await channel.send(view=message.view, files=message.files, nonce=nonce)

        nonce = secrets.token_hex(12)  # at most 25 characters
        round_ = await self._rounds.open_in(channel.id)
        if round_ is None:
            server_id = channel.guild.id if channel.guild else None
            language = language or await self._language_of(server_id)
            venue = Venue(server_id, channel.id, session_id, language)
            round_ = await self._start(venue, None, SECONDS, Difficulty.MEDIUM, post)
        votes = await self._rounds.count_votes(round_.round_id)
        return host_message(round_, votes, owner, say)

    async def ask_again(
        self, interaction: Interaction, item: Item, status: ReviewStatus
    ) -> Message:
        """Ask about a topic again, with a test digit that the user has not seen lately."""
        user_id, say = interaction.user.id, speaker(interaction.locale)
        criteria = Criteria(topic=item.topic, avoid=await self._rounds.seen(0, user_id))
        question = await make_question(self._pool, item.kind, criteria)
        figure = await draw_question(self._pool, question)
        venue = Venue(None, interaction.channel_id or 0, language=say.language)
        round_ = await self._rounds.open(question, venue, user_id=user_id)
        return review_question(round_, figure, status, user_id, say)

    async def next_due(self) -> dt.datetime | None:
        """Return when a round is to be closed next."""
        return await self._rounds.next_due()

    async def run(self) -> None:
        """Close the rounds whose time is over; their answers are shown by the outbox."""
        await self._rounds.close_due()
        self._scheduler.wake()

    async def _reveal(self, round_id: int) -> None:
        round_ = await self._publisher.reveal(round_id)
        if round_ is not None:
            self._actions.tell_results(round_)

    async def _venue(self, interaction: Interaction, channel_id: int) -> Venue:
        server_id = interaction.guild_id
        session = await self._session_in(channel_id)
        session_id = session.session_id if session and session.is_open else None
        if session is not None:
            language = session.language
        elif server_id is not None:
            language = await self._language_of(server_id)
        else:
            language = speaker(interaction.locale).language
        return Venue(server_id, channel_id, session_id, language)

    async def _start(
        self,
        venue: Venue,
        kind: str | None,
        seconds: int,
        difficulty: Difficulty,
        post: Callable[[Message], Awaitable[discord.Message]],
    ) -> Round:
        topic = None
        if kind == AGAIN:
            kind, topic = await self._asked_again(venue)
        criteria = Criteria(difficulty, topic, await self._rounds.seen(venue.channel_id))
        question = await make_question(self._pool, kind, criteria)
        figure = await draw_question(self._pool, question)
        round_ = await self._rounds.open(question, venue, seconds)
        try:
            message = await post(question_message(round_, figure))
        except BaseException:
            await self._rounds.withdraw(round_.round_id)
            raise
        return await self._publisher.begin(round_, message.id)

    async def _asked_again(self, venue: Venue) -> tuple[str, str]:
        """Return the kind and topic that the group is to be asked again."""
        due = None
        if venue.server_id is not None:
            due = await self._reviews.next_due_in_group(venue.server_id, venue.session_id)
        if due is None:
            raise UserError("quiz.nothing_again", review=self._client.mention("review"))
        return due.kind, due.topic
