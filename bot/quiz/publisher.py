"""The public message of a round, from its question to its answer."""

import datetime as dt
import logging

import discord

from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import draw_answer, draw_question
from bot.quiz.messages import answer_message, question_message
from bot.quiz.question import Round
from bot.quiz.rounds import Rounds
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.runtime.outbox import Undeliverable
from bot.runtime.scheduler import Scheduler
from bot.ui.client import Client
from bot.ui.codes import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from bot.ui.layout import Message
from bot.ui.sent import find_sent
from bot.ui.threads import reopening

_TOLERANCE = dt.timedelta(seconds=2)  # by which the end that a message shows may be wrong

_log = logging.getLogger(__name__)


class RoundPublisher:
    """Keeps the public messages of rounds up to date."""

    def __init__(
        self, client: Client, rounds: Rounds, pool: DigitPool, scheduler: Scheduler
    ) -> None:
        self._client = client
        self._rounds = rounds
        self._pool = pool
        self._scheduler = scheduler

    async def begin(self, round_: Round, message_id: int) -> Round:
        """Start the clock of a round, now that Discord has taken the message that shows it.

        Raises:
            UserError: If sending took so long that the round was withdrawn.
        """
        begun = await self._rounds.sent(round_.round_id, message_id)
        if begun is None:
            raise UserError("quiz.late")
        self._scheduler.wake()
        if begun.closes_at - round_.closes_at > _TOLERANCE:
            await self.update(begun)
        return begun

    async def update(self, round_: Round) -> None:
        """Show the question again, since its end has moved; failing that, leave it as it is."""
        try:
            figure = await draw_question(self._pool, round_.question)
            await self._edit(round_, question_message(round_, figure))
        except (*REQUEST_ERRORS, UserError) as error:
            _log.warning("The end of round %d cannot be updated: %s", round_.round_id, error)

    async def reveal(self, round_id: int) -> Round | None:
        """Show the answer of a closed round, unless that is done.

        The answer takes the place of the question. If the question was deleted, it is a new
        message.

        Returns:
            The round; `None` if there was nothing to show.

        Raises:
            Undeliverable: the channel was deleted.
        """
        round_ = await self._rounds.get(round_id)
        if round_ is None or round_.closed_at is None or round_.revealed_at is not None:
            return None
        try:
            message_id = await reopening(
                self._client, round_.venue.channel_id, lambda: self._show_answer(round_)
            )
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            raise Undeliverable(str(error)) from error
        await self._rounds.revealed(round_id, message_id)
        return round_

    async def _show_answer(self, round_: Round) -> int:
        figure = await draw_answer(self._pool, round_.question)
        try:
            return await self._edit(round_, answer_message(round_, figure))
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
        message, channel = answer_message(round_, figure), self._channel(round_)
        name = message.files[0].filename
        sent_id = await find_sent(self._client, channel, name, after=round_.opened_at)
        if sent_id is None:
            nonce = f"answer {round_.round_id}"
            sent = await channel.send(view=message.view, files=message.files, nonce=nonce)
            sent_id = sent.id
        return sent_id

    async def _edit(self, round_: Round, message: Message) -> int:
        if round_.message_id is None:
            raise ValueError(f"the message of round {round_.round_id} is not known")
        public = self._channel(round_).get_partial_message(round_.message_id)
        await public.edit(view=message.view, attachments=message.files)
        return public.id

    def _channel(self, round_: Round) -> discord.PartialMessageable:
        venue = round_.venue
        return self._client.get_partial_messageable(venue.channel_id, guild_id=venue.server_id)
