"""`/quiz`, the votes, and what rounds do by themselves when their time is over."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.quiz import KINDS, SECONDS, Asked, Difficulty, Place, Wish
from bot.quiz.controls import CONTROLS
from bot.quiz.messages import answer, question
from bot.quiz.phrases import KIND_NAMES
from bot.quiz.presses import Betting, Choosing
from bot.quiz.private_messages import review_answer, review_question, voted, which_field
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import reply, reporting_errors

if TYPE_CHECKING:
    from discord.abc import MessageableChannel

_log = logging.getLogger(__name__)

AGAIN = "again"
"""In place of a kind: what the group got wrong."""

_DIFFICULTIES = {
    Difficulty.EASY: "quiz.easy",
    Difficulty.MEDIUM: "quiz.medium",
    Difficulty.HARD: "quiz.hard",
}
_TRY_AGAIN, _AT_MOST = timedelta(seconds=30), timedelta(hours=1)
_GIVE_UP = timedelta(days=1)


class Quizzes(commands.Cog):
    """Rounds that anybody in a channel may join. It is a job of the scheduler, too."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot
        # When to try again to reveal a round, and how long was waited for that.
        self._failed: dict[int, tuple[datetime, timedelta]] = {}

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them, and the job into the scheduler."""
        self.bot.quizzes = self
        register(self.bot, self.bot, *CONTROLS)
        self.bot.handle(Choosing, self.vote)
        self.bot.handle(Betting, self.bet)
        self.bot.scheduler.add(self)

    @app_commands.command(
        name=label("command.quiz.name"), description=label("command.quiz.description")
    )
    @app_commands.rename(
        kind=label("command.quiz.kind.name"),
        difficulty=label("command.quiz.difficulty.name"),
        seconds=label("command.quiz.seconds.name"),
    )
    @app_commands.describe(
        kind=label("command.quiz.kind.description"),
        difficulty=label("command.quiz.difficulty.description"),
        seconds=label("command.quiz.seconds.description"),
    )
    @app_commands.choices(
        kind=[
            *(app_commands.Choice(name=label(key), value=kind) for kind, key in KIND_NAMES.items()),
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
        async with reporting_errors(interaction):
            # Without that the bot could not give the answer, however it could ask.
            unseen = interaction.guild is not None and not interaction.app_permissions.view_channel
            if interaction.channel_id is None or unseen:
                raise UserError("quiz.not_here")
            await self._check_free(interaction.channel_id)
            await interaction.response.defer(thinking=True)
            server_id = interaction.guild_id
            evening = await self.bot.sessions.in_thread(interaction.channel_id)
            session_id = evening.session_id if evening and evening.under_way else None
            language: str | None = speaker(interaction.locale).language
            if server_id is not None:
                language = await self.bot.servers.language(server_id)
                language = evening.language if evening else language

            async def post(message: Message) -> discord.Message:
                return await interaction.edit_original_response(
                    view=message.view, attachments=message.files
                )

            place = Place(server_id, interaction.channel_id, session_id, language)
            await self._start(place, kind, seconds, Difficulty(difficulty), post)

    async def start(
        self,
        channel: "MessageableChannel",
        session_id: int | None = None,
        kind: str | None = None,
        *,
        language: str | None = None,
        seconds: int = SECONDS,
        difficulty: Difficulty = Difficulty.MEDIUM,
    ) -> int:
        """Start a round in a channel.

        Args:
            channel: where.
            session_id: in which session, if in one.
            kind: a name in `KINDS`, or `AGAIN` for what the group got wrong; `None`: any.
            language: of the message; `None`: what the server wants.
            seconds: how long it is open.
            difficulty: by the margin of its digit.

        Returns:
            The round's id.

        Raises:
            UserError: another round is open there, or there is nothing to ask again.
        """
        server_id = channel.guild.id if channel.guild else None
        if language is None:
            language = await self.bot.servers.language(server_id)
        await self._check_free(channel.id)

        async def post(message: Message) -> discord.Message:
            return await channel.send(view=message.view, files=message.files)

        place = Place(server_id, channel.id, session_id, language)
        return await self._start(place, kind, seconds, difficulty, post)

    async def vote(self, interaction: Interaction, choice: Choosing) -> None:
        """Take a vote in, and confirm it to its voter alone; in a review, give the answer."""
        asked = await self._heard(
            interaction,
            choice.round_id,
            self.bot.quiz.vote(choice.round_id, interaction.user.id, choice.choice),
        )
        say, me = speaker(interaction.locale), interaction.user.id
        if asked.user_id is None:
            view = voted(asked, choice.choice, me, say)
            await reply(interaction, view)
            return
        await self.bot.quiz.close(asked.round_id)
        done = await self.bot.quiz.round(asked.round_id) or asked
        picture = await self.bot.quiz.answer(done.riddle)
        status = await self.bot.reviews.status(me)
        message = review_answer(done, picture, self.bot.explaining.layers, status, me, say)
        await reply(interaction, message)

    async def bet(self, interaction: Interaction, betting: Betting) -> None:
        """Ask for the second half of a bet."""
        me, say = interaction.user.id, speaker(interaction.locale)
        asked = await self._heard(
            interaction, betting.round_id, self.bot.quiz.still_open(betting.round_id, me)
        )
        if asked.user_id is None:
            await reply(interaction, which_field(asked, betting.digit, me, say))
            return
        picture, shapes = await self.bot.quiz.question(asked.riddle), self.bot.explaining.layers
        status = await self.bot.reviews.status(me)
        message = review_question(asked, picture, shapes, status, me, say, betting.digit)
        await reply(interaction, message)

    async def next_due(self) -> datetime | None:
        """See `bot.runtime.scheduler.Job`."""
        now, close = self.bot.now(), await self.bot.quiz.next_close()
        moments = [self._again_at(each, now) for each in await self.bot.quiz.unrevealed()]
        return min(moments if close is None else [*moments, close], default=None)

    async def run(self) -> None:
        """Close the rounds whose time is over, and give the answers of all that are closed.

        What was closed and not revealed when the bot was ended is revealed at its next start. To
        reveal twice does no harm: the message is changed to what it is already.
        """
        await self.bot.quiz.close_due()
        for round_id in await self.bot.quiz.unrevealed():
            now = self.bot.now()
            if self._again_at(round_id, now) > now:
                continue
            try:
                await self._reveal(round_id)
            except Exception:  # noqa: BLE001 - the other rounds are not to wait for this one
                _log.exception("Round %s could not be revealed", round_id)
                _, waited = self._failed.get(round_id, (now, _TRY_AGAIN / 2))
                wait = min(2 * waited, _AT_MOST)
                self._failed[round_id] = now + wait, wait
            else:
                self._failed.pop(round_id, None)

    def _again_at(self, round_id: int, now: datetime) -> datetime:
        """When to reveal a round: at once, unless that has just failed."""
        return self._failed[round_id][0] if round_id in self._failed else now

    async def _check_free(self, channel_id: int) -> None:
        if await self.bot.quiz.open_in(channel_id) is not None:
            raise UserError("quiz.under_way")

    async def _start(
        self,
        place: Place,
        kind: str | None,
        seconds: int,
        difficulty: Difficulty,
        post: Callable[[Message], Awaitable[discord.Message]],
    ) -> int:
        quiz, topic = self.bot.quiz, None
        if kind == AGAIN:
            kind, topic = await self._again(place)
        riddle = await quiz.riddle(kind, Wish(difficulty, topic, await quiz.seen(place.channel_id)))
        picture = await quiz.question(riddle)
        asked = await quiz.open(riddle, place, seconds)
        try:
            sent = await post(question(asked, picture, self.bot.explaining.layers))
        except BaseException:
            await quiz.withdraw(asked.round_id)
            raise
        await quiz.sent(asked.round_id, sent.id)
        self.bot.scheduler.wake()
        return asked.round_id

    async def _again(self, place: Place) -> tuple[str, str]:
        """Find what the group got wrong."""
        due = None
        if place.server_id is not None:
            due = await self.bot.reviews.next_due_in_group(place.server_id, place.session_id)
        if due is None:
            review = self.bot.command_ids.get("review")
            mention = "`/review`" if review is None else f"</review:{review}>"
            raise UserError("quiz.nothing_again", review=mention)
        return due.kind, due.topic

    async def _heard(
        self, interaction: Interaction, round_id: int, heard: Awaitable[Asked]
    ) -> Asked:
        """Learn from a press which message a round is, where a crash has kept us from knowing."""
        message = interaction.message
        shown = message is not None and not message.flags.ephemeral
        try:
            asked = await heard
        except UserError:
            if message is not None and shown:
                await self.bot.quiz.sent(round_id, message.id)
                self.bot.scheduler.wake()
            raise
        if asked.message_id is None and asked.user_id is None and message is not None and shown:
            await self.bot.quiz.sent(round_id, message.id)
        return asked

    async def _reveal(self, round_id: int) -> None:
        asked = await self.bot.quiz.round(round_id)
        if asked is None or asked.message_id is None or asked.closed_at is None:
            return
        picture = await self.bot.quiz.answer(asked.riddle)
        message = answer(asked, picture, self.bot.explaining.layers)
        channel = self.bot.get_partial_messageable(
            asked.place.channel_id, guild_id=asked.place.server_id
        )
        try:
            await channel.get_partial_message(asked.message_id).edit(
                view=message.view, attachments=message.files
            )
        except (discord.NotFound, discord.Forbidden):
            _log.info("The message of round %s can no longer be changed", round_id)
        except discord.HTTPException:
            if self.bot.now() - asked.closed_at < _GIVE_UP:
                raise
            _log.exception("Round %s is given up", round_id)
        await self.bot.quiz.revealed(round_id)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    if KINDS.keys() != KIND_NAMES.keys():
        raise RuntimeError("a kind of round has no name, or a name no kind")
    await bot.add_cog(Quizzes(bot))
