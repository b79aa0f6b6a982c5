"""Answering interactions, also when something goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, TypeAlias

import aiohttp
import discord
from discord import InteractionResponseType

from bot.i18n import speaker
from bot.runtime.errors import REQUEST_ERRORS, UserError, describe
from bot.runtime.metrics import INTERACTIONS
from bot.ui.client import Interaction
from bot.ui.codes import UNANSWERABLE, UNKNOWN_MESSAGE
from bot.ui.layout import CALM, Message, notice

_log = logging.getLogger(__name__)

Callback: TypeAlias = Callable[..., Coroutine[Any, Any, None]]
"""A method of a cog that answers an interaction."""

_PATIENCE = 2.0  # seconds
_UNTIL_REPEATED = (2.0, 3.0, 5.0)  # seconds until a message is sent again, or given up
_WAIT, _SENT = "wait", "sent"  # places among the interaction's extras


async def reply(interaction: Interaction, message: Message) -> None:
    """Show a message as the answer to an interaction.

    After a deferral it takes the place of what waits, or of the message whose control was pressed;
    otherwise it is sent to the user alone. So it is if the message whose control was pressed has
    been deleted since.
    """
    if interaction.response.is_done():
        try:
            await replace(interaction, message)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            message.rewind()
            await follow_up(interaction, message)
    else:
        await interaction.response.send_message(
            view=message.view, files=message.files, ephemeral=True
        )


async def replace(interaction: Interaction, message: Message) -> discord.InteractionMessage:
    """Show a message in the place of what waits, and return it as it is in the channel."""
    await _end_wait(interaction)
    return await interaction.edit_original_response(view=message.view, attachments=message.files)


async def reply_privately(interaction: Interaction, message: Message) -> None:
    """Show a message to the user alone, whatever the interaction was deferred as.

    A public "is thinking…" is deleted. A message that is there already stays.
    """
    if not interaction.response.is_done():
        await reply(interaction, message)
        return
    told = await _end_wait(interaction)
    waiting = False
    if interaction.response.type is InteractionResponseType.deferred_channel_message:
        flags = (await interaction.original_response()).flags
        waiting = flags.loading or told
        if waiting and flags.ephemeral:
            await reply(interaction, message)
            return
    if waiting:
        # Discord takes the first message after a deferral for the public one, and takes none once
        # that was deleted: something else must end the waiting.
        await reply(interaction, notice("…"))
    await follow_up(interaction, message)
    if waiting:
        await interaction.delete_original_response()


async def follow_up(interaction: Interaction, message: Message, *, private: bool = True) -> None:
    """Send one more message after the answer to an interaction.

    A follow-up has no nonce by which Discord would know it again. But Discord tells the bot of
    every message that it has taken, of private ones as if they were direct messages (to shard 0).
    So a message whose answer is lost is only sent again if nothing is heard of it.
    """
    sent: set[int] = interaction.extras.setdefault(_SENT, set())

    def is_echo(other: discord.Message) -> bool:
        told = other.interaction_metadata
        if told is None or told.original_response_message_id is None:  # no follow-up
            return False
        return told.id == interaction.id and other.id not in sent

    echo = asyncio.ensure_future(interaction.client.wait_for("message", check=is_echo))
    try:
        for seconds in _UNTIL_REPEATED:
            try:
                taken = await interaction.followup.send(
                    view=message.view, files=message.files, ephemeral=private, wait=True
                )
            except (aiohttp.ClientError, TimeoutError) as error:
                await asyncio.wait({echo}, timeout=seconds)
                if echo.done():
                    _log.info("Discord has taken the message whose answer was lost")
                    return
                if seconds == _UNTIL_REPEATED[-1]:
                    raise
                _log.warning("A message is sent again: %s", error)
                message.rewind()
            else:
                sent.add(taken.id)
                return
    finally:
        echo.cancel()


async def report(interaction: Interaction, error: Exception) -> None:
    """Tell the person who used an interaction what went wrong, in their language and privately.

    Where it cannot be answered any more, or another process answers it, that is only logged.
    """
    if isinstance(error, discord.HTTPException) and error.code in UNANSWERABLE:
        _log.warning("An interaction cannot be answered: %s", error)
        return
    if isinstance(error, discord.Forbidden):
        _log.warning("Discord forbids what was asked for: %s", error)
        error = UserError("problem.forbidden")
    await _tell(interaction, describe(error, speaker(interaction.locale)))


@asynccontextmanager
async def serving(interaction: Interaction, command: str) -> AsyncIterator[None]:
    """Answer an interaction in this context: errors are told, and the end of the bot waits for it.

    discord.py would only log them.

    Args:
        interaction: what is answered.
        command: its name, or that of the control that was pressed.
    """
    outcome = "cancelled"
    try:
        with interaction.client.answering():
            try:
                yield
                outcome = "answered"
            except asyncio.CancelledError:
                if (away := interaction.client.away) is not None:
                    await _tell(interaction, speaker(interaction.locale)(away))
                raise
            except Exception as error:  # noqa: BLE001 - a person is waiting, whatever it was
                outcome = "refused" if isinstance(error, UserError) else "failed"
                await report(interaction, error)
    finally:
        INTERACTIONS.labels(command, outcome).inc()
        _log.debug("The interaction was %s", outcome)


@asynccontextmanager
async def taking_turn(interaction: Interaction) -> AsyncIterator[None]:
    """Answer an interaction in its turn; who waits long is told how many come before them."""
    admission = interaction.client.admission
    with admission.request(interaction.user.id, interaction.guild_id) as before:
        wait = interaction.extras[_WAIT] = _Wait(interaction, before)
        try:
            yield
        finally:
            await wait.end()


def reporting(callback: Callback) -> Callback:
    """Let a method answer an interaction in its turn, and tell the person what goes wrong."""

    @wraps(callback)
    async def report_errors(
        self: object, interaction: Interaction, *args: object, **options: object
    ) -> None:
        command = interaction.command
        name = command.qualified_name if command else callback.__name__
        async with serving(interaction, name), taking_turn(interaction):
            await callback(self, interaction, *args, **options)

    return report_errors


class _Wait:
    """Tells a person who waits for longer than `_PATIENCE` how many requests come before theirs."""

    def __init__(self, interaction: Interaction, before: Callable[[], int]) -> None:
        self._interaction = interaction
        self._before = before
        self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._begin)
        self._telling: asyncio.Task[bool] | None = None

    async def end(self) -> bool:
        """Cancel the notice, and return whether it was already shown."""
        self._timer.cancel()
        return self._telling is not None and await self._telling

    def _begin(self) -> None:
        self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> bool:
        thinking = InteractionResponseType.deferred_channel_message
        count = self._before()
        if not count or self._interaction.response.type is not thinking:
            return False  # what is there already is not to be replaced
        text = speaker(self._interaction.locale)("problem.before", count=count)
        try:
            await self._interaction.edit_original_response(view=notice(text, CALM).view)
        except REQUEST_ERRORS:  # the answer comes all the same
            return False
        return True


async def _tell(interaction: Interaction, text: str) -> None:
    try:
        await reply_privately(interaction, notice(text))
    except REQUEST_ERRORS as error:  # such as of what was deleted
        _log.warning("A person cannot be told why there is no answer: %s", error)


async def _end_wait(interaction: Interaction) -> bool:
    """Cancel the waiting notice, and return whether it is shown; false if called again."""
    wait: _Wait | None = interaction.extras.pop(_WAIT, None)
    return wait is not None and await wait.end()
