"""What Discord shows of a session, brought up to what the database says of it."""

import asyncio
import datetime as dt
import logging
from weakref import WeakValueDictionary

import discord
from discord import ChannelType, PartialMessageable

from bot.app import GradcamBot
from bot.runtime.errors import UserError
from bot.sessions.messages import panel
from bot.sessions.sessions import NOWHERE, Evening
from bot.sessions.step import screen_of, step, step_place
from bot.sessions.summary import Summaries
from bot.sessions.summary_messages import summary_message
from bot.ui.layout import Message

_log = logging.getLogger(__name__)

_ARCHIVED = 50083
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_ABANDONED = dt.timedelta(minutes=5)
"""So long a session may be without a thread: it is being made."""
_ASKED_AT_ONCE = 100  # members


class SessionMessages:
    """Sends and edits the panel, the steps and the summary.

    Whoever changes a session has it tended afterwards. What was cut short, by a crash or by an
    error of Discord's, is made good the next time.
    """

    def __init__(self, bot: GradcamBot) -> None:
        """See `tend`."""
        self._bot = bot
        self._summaries = Summaries(bot.store, bot.sessions, bot.scores)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._waiting: set[int] = set()

    async def tend(self, session_id: int) -> None:
        """Bring the messages of a session up to date; of several calls at a time one does it.

        Raises:
            UserError: Discord does not let us.
        """
        self._waiting.add(session_id)
        lock = self._locks.setdefault(session_id, asyncio.Lock())
        async with lock:
            if session_id in self._waiting:
                self._waiting.discard(session_id)
                await self._tend(await self._bot.sessions.get(session_id))

    async def tend_all(self) -> None:
        """Make good what was cut short, in every session of the servers that this process has."""
        for evening in await self._bot.sessions.unfinished():
            if self._bot.get_guild(evening.server_id) is None:
                continue
            try:
                await self.tend(evening.session_id)
            except Exception:  # noqa: BLE001 - whatever it is, the others are waiting
                _log.exception("Session %s cannot be brought up to date", evening.session_id)

    async def _tend(self, evening: Evening) -> None:
        if evening.thread_id is None:
            if evening.started_at < self._bot.now() - _ABANDONED:
                await self._bot.sessions.discard(evening.session_id)
            return
        thread = self._bot.get_partial_messageable(
            evening.thread_id, guild_id=evening.server_id, type=ChannelType.public_thread
        )
        try:
            try:
                await self._bring_up_to_date(evening, thread)
            except discord.HTTPException as error:
                if error.code != _ARCHIVED:
                    raise
                await self._bot.http.edit_channel(evening.thread_id, archived=False)
                await self._bring_up_to_date(
                    await self._bot.sessions.get(evening.session_id), thread
                )
        except discord.NotFound as error:
            if error.code != _UNKNOWN_CHANNEL:
                raise
            await self.thread_is_gone(evening)
        except discord.Forbidden as error:
            raise UserError("session.forbidden") from error

    async def thread_is_gone(self, evening: Evening) -> None:
        """End a session whose thread somebody has deleted; there is nowhere to say more."""
        await self._bot.sessions.end(evening.session_id, at_once=True)
        await self._bot.sessions.summary_sent(evening.session_id, NOWHERE)

    async def _bring_up_to_date(self, evening: Evening, thread: PartialMessageable) -> None:
        shown = await self._show_panel(evening, thread)
        if evening.under_way and evening.lesson is not None and evening.step_id is None:
            await self._send_step(evening, thread)
            shown = False
        if not evening.under_way and evening.summary_id is None:
            await self._send_summary(evening, thread)
        if not shown:
            await self._show_panel(await self._bot.sessions.get(evening.session_id), thread)

    async def _show_panel(self, evening: Evening, thread: PartialMessageable) -> bool:
        """Draw the panel, unless a step is sent first and changes it; tells whether it is drawn."""
        if evening.panel_id is None:
            await self._send_panel(evening, thread)
            return True
        if evening.under_way and evening.lesson is not None and evening.step_id is None:
            return False
        try:
            await thread.get_partial_message(evening.panel_id).edit(view=self._panel(evening).view)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            await self._send_panel(evening, thread)
        return True

    async def _send_panel(self, evening: Evening, thread: PartialMessageable) -> None:
        # Discord sends once what is asked with the same nonce, also after a crash.
        nonce = f"p{evening.session_id}-{(evening.panel_id or 0) % 10**12}"
        message = await thread.send(view=self._panel(evening).view, nonce=nonce)
        await self._bot.sessions.panel_sent(evening.session_id, message.id)
        try:
            await message.pin()
        except discord.HTTPException:
            _log.info("The panel of session %s cannot be pinned", evening.session_id)

    def _panel(self, evening: Evening) -> Message:
        return panel(evening, self._bot.lessons)

    async def _send_step(self, evening: Evening, thread: PartialMessageable) -> None:
        message = await self._step(evening)
        nonce = f"m{evening.session_id}-{evening.moves}"
        sent = await thread.send(view=message.view, files=message.files, nonce=nonce)
        await self._bot.sessions.step_sent(evening.session_id, evening.moves, sent.id)

    async def _step(self, evening: Evening) -> Message:
        place = step_place(evening, self._bot.lessons)
        picture = screen_of(evening, self._bot.lessons).picture
        illustration = await self._bot.illustrator.illustrate(picture, place.view)
        return step(evening, self._bot.lessons, place, illustration)

    async def _send_summary(self, evening: Evening, thread: PartialMessageable) -> None:
        summary = await self._summaries.of(evening.session_id)
        names = await self._names(evening, [person.user_id for person in summary.people])
        message = summary_message(summary, names, self._bot.lessons)
        nonce = f"s{evening.session_id}"
        sent = await thread.send(view=message.view, files=message.files, nonce=nonce)
        await self._bot.sessions.summary_sent(evening.session_id, sent.id)

    async def _names(self, evening: Evening, user_ids: list[int]) -> dict[int, str]:
        """Ask Discord what people are called: a file cannot mention them."""
        guild = self._bot.get_guild(evening.server_id)
        names: dict[int, str] = {}
        for start in range(0, len(user_ids) if guild else 0, _ASKED_AT_ONCE):
            assert guild is not None  # noqa: S101 - or else there is nothing to go through
            part = user_ids[start : start + _ASKED_AT_ONCE]
            try:
                members = await guild.query_members(
                    user_ids=part, limit=_ASKED_AT_ONCE, cache=False
                )
            except TimeoutError:
                break
            names |= {member.id: member.display_name for member in members}
        return names
