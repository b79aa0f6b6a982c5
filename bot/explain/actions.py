"""What the controls under an answer do."""

import discord
from discord import InteractionResponseType
from typing_extensions import override

from bot.explain.controls import Presses
from bot.explain.corrections import Corrections
from bot.explain.explaining import Explaining
from bot.explain.messages import answer, carried_picture
from bot.explain.query import Ownership, Query
from bot.explain.reading_messages import rule, steps
from bot.explain.results import DigitResult, PictureResult, Result
from bot.explain.uploads import Uploads
from bot.i18n import speaker
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.reply import reply
from core.record import UploadsMetrics


class Actions(Presses):
    """Answers the presses of the controls under an answer."""

    def __init__(
        self,
        explaining: Explaining,
        uploads: Uploads,
        corrections: Corrections,
        decision: UploadsMetrics,
    ) -> None:
        """Take what answers.

        Args:
            explaining: answers queries.
            uploads: reads the pictures of answers again.
            corrections: counts corrections.
            decision: how well the uploads' network tells digits from other shapes.
        """
        self._explaining = explaining
        self._uploads = uploads
        self._corrections = corrections
        self._decision = decision

    @override
    async def answer(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None:
        await _show(interaction, await self._result(interaction, query), owner, uploader)

    @override
    async def correct(
        self,
        interaction: Interaction,
        query: Query,
        label: int | None,
        owner: int,
        uploader: int,
        *,
        confirmed: bool = False,
    ) -> None:
        if interaction.user.id != uploader:
            raise UserError("correct.not_yours")
        confirmed |= label == query.correction
        result = await self._result(interaction, query.corrected(label))
        if isinstance(result, DigitResult) and result.must_be_confirmed and not confirmed:
            # The network is almost certain: ask once more.
            unchanged = await self._result(interaction, query)
            await _show(interaction, unchanged, owner, uploader, confirm=label)
            return
        if not isinstance(result, PictureResult):
            message_id = _message(interaction).id
            await self._corrections.record(message_id, result.classification, label)
        await _show(interaction, result, owner, uploader)

    @override
    async def show_steps(self, interaction: Interaction, query: Query) -> None:
        me = interaction.user.id
        reading = await self._uploads.reread(carried_picture(_message(interaction)), me)
        shown = await self._explaining.steps(query, reading, me)
        await reply(interaction, steps(shown, speaker(interaction.locale)))

    @override
    async def show_rule(self, interaction: Interaction) -> None:
        await reply(interaction, rule(self._decision, speaker(interaction.locale)))

    async def _result(self, interaction: Interaction, query: Query) -> Result:
        if query.index is not None:
            return await self._explaining.answer(query)
        me = interaction.user.id
        reading = await self._uploads.reread(carried_picture(_message(interaction)), me)
        return await self._explaining.answer(query, reading, me)


async def _show(
    interaction: Interaction,
    result: Result,
    owner: int,
    uploader: int,
    confirm: int | None = None,
) -> None:
    in_place = interaction.response.type is InteractionResponseType.deferred_message_update
    public = in_place and not _message(interaction).flags.ephemeral
    public = public and not interaction.context.dm_channel
    ownership = Ownership(owner, uploader, public)
    await reply(interaction, answer(result, speaker(interaction.locale), ownership, confirm))


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise RuntimeError("a control was pressed on no message")
    return interaction.message
