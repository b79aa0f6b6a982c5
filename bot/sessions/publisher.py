"""Brings what Discord shows of a session up to date with the database."""

import logging
from contextlib import suppress

import discord
from discord import ChannelType, PartialMessageable
from discord.utils import as_chunks

from bot.lessons.course import Lessons, Page
from bot.lessons.illustrations import Illustrator
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.runtime.outbox import Outbox, Undeliverable
from bot.sessions.messages import current_page, panel, step, step_state
from bot.sessions.sessions import DELIVERED_SERVER, Session, Sessions
from bot.sessions.summary import Summaries
from bot.sessions.summary_messages import summary_message
from bot.store.models import DeliveryKind
from bot.ui.client import Client
from bot.ui.codes import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from bot.ui.threads import reopening

_log = logging.getLogger(__name__)

_MEMBERS_PER_QUERY = 100


class SessionPublisher:
    """Sends and edits the panels, the steps and the summaries of sessions.

    It carries out the outbox's deliveries of the kind `session`: what is missing or old in the
    thread is sent or edited, and the next try makes up for a crash or an error of Discord's.
    """

    def __init__(
        self,
        client: Client,
        outbox: Outbox,
        sessions: Sessions,
        summaries: Summaries,
        lessons: Lessons,
        illustrator: Illustrator,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._sessions = sessions
        self._summaries = summaries
        self._lessons = lessons
        self._illustrator = illustrator
        outbox.add(DeliveryKind.SESSION, self._deliver, DELIVERED_SERVER)

    async def publish(self, session_id: int) -> None:
        """Bring the messages of a session up to date now, if it has changed.

        Raises:
            UserError: If Discord refuses it; it is tried again later.
        """
        try:
            await self._outbox.deliver(DeliveryKind.SESSION, session_id)
        except discord.Forbidden as error:
            locked = await self._is_locked(session_id)
            raise UserError("session.locked" if locked else "session.forbidden") from error
        except REQUEST_ERRORS as error:
            _log.warning("Session %d failed: %s", session_id, error)
            raise UserError("session.later") from error

    async def _is_locked(self, session_id: int) -> bool:
        thread_id = (await self._sessions.get(session_id)).thread_id
        with suppress(*REQUEST_ERRORS):  # perhaps the bot cannot even see it
            thread = await self._client.fetch_channel(thread_id or 0)
            return isinstance(thread, discord.Thread) and thread.locked
        return False

    async def _deliver(self, session_id: int) -> None:
        try:
            session = await self._sessions.get(session_id)
        except UserError as error:
            raise Undeliverable("the session was deleted") from error
        if session.thread_id is None:
            if not session.is_open:  # the bot was stopped before it could make the thread
                await self._sessions.discard(session_id)
            return
        thread = self._client.get_partial_messageable(
            session.thread_id, guild_id=session.server_id, type=ChannelType.public_thread
        )
        try:
            await reopening(self._client, thread.id, lambda: self._update(session_id, thread))
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            await self._sessions.lose_thread(session_id)
            raise Undeliverable("the thread was deleted") from error

    async def _update(self, session_id: int, thread: PartialMessageable) -> None:
        session = await self._sessions.get(session_id)
        step_is_due = session.is_open and session.step_id is None
        page = current_page(session, self._lessons) if step_is_due else None
        if page is None or session.panel_id is None:
            await self._show_panel(session, thread)
        if page is not None:
            await self._send_step(session, page, thread)
            # The panel links to the step.
            await self._show_panel(await self._sessions.get(session.session_id), thread)
        if not session.is_open and session.summary_id is None:
            await self._send_summary(session, thread)

    async def _show_panel(self, session: Session, thread: PartialMessageable) -> None:
        message = panel(session, self._lessons)
        if session.panel_id is not None:
            try:
                await thread.get_partial_message(session.panel_id).edit(view=message.view)
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
            else:
                return
        # Discord sends a message with the same nonce only once, also after a crash.
        nonce = f"p{session.session_id}-{(session.panel_id or 0) % 10**12}"
        sent = await thread.send(view=message.view, nonce=nonce)
        await self._sessions.set_panel(session.session_id, sent.id)
        try:
            await sent.pin()
        except REQUEST_ERRORS:
            _log.info("The panel of session %s cannot be pinned", session.session_id)

    async def _send_step(self, session: Session, page: Page, thread: PartialMessageable) -> None:
        state = step_state(session, page)
        illustration = await self._illustrator.illustrate(page.picture, state.view)
        message = step(session, self._lessons, state, illustration)
        nonce = f"m{session.session_id}-{session.revision}"
        sent = await thread.send(view=message.view, files=message.files, nonce=nonce)
        await self._sessions.set_step(session.session_id, session.revision, sent.id)

    async def _send_summary(self, session: Session, thread: PartialMessageable) -> None:
        summary = await self._summaries.of(session.session_id)
        names = await self._names(session, [person.user_id for person in summary.people])
        message = summary_message(summary, names, self._lessons)
        nonce = f"s{session.session_id}"
        sent = await thread.send(view=message.view, files=message.files, nonce=nonce)
        await self._sessions.set_summary(session.session_id, sent.id)

    async def _names(self, session: Session, user_ids: list[int]) -> dict[int, str]:
        """Ask Discord for the display names of members, for the files: these cannot mention."""
        await self._client.wait_until_ready()
        guild = self._client.get_guild(session.server_id)
        if guild is None:
            return {}
        members: list[discord.Member] = []
        with suppress(TimeoutError):
            for part in as_chunks(user_ids, _MEMBERS_PER_QUERY):
                members += await guild.query_members(user_ids=part, limit=len(part), cache=False)
        return {member.id: member.display_name for member in members}
