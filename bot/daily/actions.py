"""The digit of the day, sent when it is due."""

import datetime as dt
import logging
from hashlib import blake2b

import discord
from discord.ext import commands

from bot.app import GradcamBot
from bot.daily.daily import Closer, Due, Past, Problem
from bot.daily.messages import CloserButton, daily, file_name
from bot.explain.messages import answer
from bot.explain.query import Query
from bot.explain.query_control import Ownership
from bot.explain.results import DigitResult
from bot.i18n import speaker
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import reply
from core.dataset import test_digit
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_digit

_log = logging.getLogger(__name__)

_LOOKED_THROUGH = 100  # messages, for one that may have been sent already


class Daily(commands.Cog):
    """Sends digits of the day, as a job of the scheduler."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the control where Discord's events find it; begin to send."""
        register(self.bot, self.bot, CloserButton)
        self.bot.handle(Closer, self.look_closer)
        self.bot.scheduler.add(self)

    async def next_due(self) -> dt.datetime | None:
        """See `bot.runtime.scheduler.Job`."""
        return await self.bot.daily.next_due()

    async def run(self) -> None:
        """Send all that are due."""
        while (due := await self.bot.daily.claim()) is not None:
            await self._send(due)

    async def look_closer(self, interaction: Interaction, asked: Closer) -> None:
        """Explain a digit whose day is past, to the presser alone."""
        result = await self.bot.explaining.answer(Query.test_digit(asked.digit))
        me = interaction.user.id
        message = answer(result, speaker(interaction.locale), Ownership(me, me, public=False))
        await reply(interaction, message)

    async def _send(self, due: Due) -> None:
        channel = self.bot.get_partial_messageable(due.channel_id, guild_id=due.server_id)
        try:
            message_id = await self._find(channel, due) if due.again else None
            if message_id is None:
                message = await self._message(due)
                sent = await channel.send(view=message.view, files=message.files, nonce=_nonce(due))
                message_id = sent.id
        except discord.HTTPException as error:
            problem = _problem(error)
            _log.warning(
                "The digit of the day for server %d cannot be sent to channel %d (%s): %s",
                due.server_id,
                due.channel_id,
                problem,
                error,
            )
            await self.bot.daily.failed(due, problem)
        else:
            await self.bot.daily.sent(due, message_id)

    async def _message(self, due: Due) -> Message:
        image = test_digit(due.digit).image
        picture = await self.bot.engine.picture(draw_digit, image, due.day.toordinal())
        before: tuple[Past, DigitResult] | None = None
        if due.before is not None:
            result = await self.bot.explaining.answer(Query.test_digit(due.before.digit))
            if isinstance(result, DigitResult):
                before = due.before, result
        return daily(due, picture, strongest_regions(image), before)

    async def _find(self, channel: discord.PartialMessageable, due: Due) -> int | None:
        """Find the message that whoever was to send it has sent, where this can be seen."""
        midnight = dt.datetime.combine(due.day, dt.time(), dt.UTC)
        name = file_name(due.day)
        try:
            async for message in channel.history(limit=_LOOKED_THROUGH, after=midnight):
                if message.author == self.bot.user and name in _files(message):
                    return message.id
        except discord.Forbidden:
            _log.info("Messages of channel %d cannot be read", due.channel_id)
        return None


def _files(message: discord.Message) -> set[str]:
    """The names of the pictures in a message."""
    return {
        item.media.url.partition("?")[0].rpartition("/")[2]
        for container in message.components
        for part in getattr(container, "children", ())
        if isinstance(part, discord.MediaGalleryComponent)
        for item in part.items
    }


def _problem(error: discord.HTTPException) -> Problem:
    if isinstance(error, discord.NotFound):
        return Problem.GONE
    return Problem.FORBIDDEN if isinstance(error, discord.Forbidden) else Problem.FAILED


def _nonce(due: Due) -> str:
    """Name a server's day in 25 characters: Discord sends what has the same name only once."""
    return blake2b(f"{due.server_id}/{due.day}".encode(), digest_size=12).hexdigest()


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Daily(bot))
