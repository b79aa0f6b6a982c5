"""Sending the digits of the day."""

import datetime as dt
from hashlib import blake2b

import discord

from bot.daily.daily import DailyDigits, DailyProblem, DigitOfTheDay
from bot.daily.messages import daily_message, file_name
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.explain.results import DigitResult
from bot.runtime.engine import Engine
from bot.runtime.outbox import Outbox
from bot.store.models import Delivery, DeliveryKind
from bot.ui.client import Client
from bot.ui.codes import UNKNOWN_CHANNEL
from bot.ui.layout import Message
from bot.ui.sent import find_sent
from core.dataset import test_digit
from core.explain.regions import strongest_regions
from core.figures.quiz import draw_digit


class DailyPublisher:
    """Sends the digits of the day, as deliveries of the outbox."""

    def __init__(
        self,
        client: Client,
        digits: DailyDigits,
        outbox: Outbox,
        explaining: Explaining,
        engine: Engine,
    ) -> None:
        self._client = client
        self._digits = digits
        self._explaining = explaining
        self._engine = engine
        outbox.add(DeliveryKind.DAILY, self.deliver, Delivery.subject_id)

    async def deliver(self, server_id: int) -> None:
        """Send a server's digit of the day, unless it is sent already or its day is over.

        Raises:
            discord.HTTPException: If Discord does not accept it; `/settings` shows why.
        """
        digit = await self._digits.to_send(server_id)
        if digit is None:
            return
        channel = self._client.get_partial_messageable(digit.channel_id, guild_id=server_id)
        try:
            midnight = dt.datetime.combine(digit.day, dt.time(), dt.UTC)
            name = file_name(digit.day)
            message_id = await find_sent(self._client, channel, name, after=midnight)
            if message_id is None:
                message = await self._message(digit)
                # Discord sends messages of the same nonce once. It has at most 25 characters.
                day = f"{server_id}/{digit.day}".encode()
                nonce = blake2b(day, digest_size=12).hexdigest()
                sent = await channel.send(view=message.view, files=message.files, nonce=nonce)
                message_id = sent.id
        except discord.HTTPException as error:
            await self._digits.failed(digit, _problem(error))
            raise
        await self._digits.sent(digit, message_id)

    async def _message(self, digit: DigitOfTheDay) -> Message:
        image = test_digit(digit.digit).image
        picture = await self._engine.run_drawing(draw_digit, image, digit.day.toordinal())
        previous = None
        if digit.previous is not None:
            result = await self._explaining.answer(Query.test_digit(digit.previous.digit))
            previous = result if isinstance(result, DigitResult) else None
        return daily_message(digit, picture, strongest_regions(image), previous)


def _problem(error: discord.HTTPException) -> DailyProblem:
    if error.code == UNKNOWN_CHANNEL:
        return DailyProblem.GONE
    forbidden = isinstance(error, discord.Forbidden)
    return DailyProblem.FORBIDDEN if forbidden else DailyProblem.FAILED
