"""What the controls under an answer do."""

from contextlib import suppress

import discord
from discord import InteractionResponseType

from bot.explain.corrections import Corrections
from bot.explain.explaining import Explaining
from bot.explain.messages import answer, carried_picture
from bot.explain.phrases import no_digit
from bot.explain.query import Ownership, Query
from bot.explain.reading_messages import decision, rule, steps
from bot.explain.results import Answer, DigitResult, PictureResult
from bot.explain.uploads import Uploads
from bot.i18n import speaker
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.reply import reply
from core.record import UploadsMetrics
from core.uploads import Reading


class ExplainActions:
    """Answers the presses of the controls under an answer."""

    def __init__(
        self,
        explaining: Explaining,
        uploads: Uploads,
        corrections: Corrections,
        metrics: UploadsMetrics,
    ) -> None:
        self._explaining = explaining
        self._uploads = uploads
        self._corrections = corrections
        self._metrics = metrics

    async def answer(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None:
        """Answer a query in the message's place, or privately."""
        await _show(interaction, await self._result(interaction, query), owner, uploader)

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
        """Record the label that an uploader gives to a digit, or take it back."""
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

    async def show_steps(self, interaction: Interaction, query: Query) -> None:
        """Show how the picture of an answer was read."""
        reading = await self._reread(interaction)
        shown = await self._explaining.steps(query, reading)
        await reply(interaction, steps(shown, speaker(interaction.locale)))

    async def show_rule(self, interaction: Interaction, query: Query, weights: str | None) -> None:
        """Show how an answer by the network of some `weights` was decided.

        Of a picture that is what counts as a digit, and why it has none, if it has none.
        """
        say, why = speaker(interaction.locale), list[str]()
        if query.index is not None:
            await reply(interaction, decision(query, weights, [], say))
            return
        with suppress(UserError):  # the rule is told where the picture is gone, too
            reading = await self._reread(interaction)
            if not reading.digits:
                shape = await self._explaining.best_candidate(reading)
                why = no_digit(shape, reading, say)
        told = [*why, *rule(self._metrics, say)]
        await reply(interaction, decision(query, weights, told, say))

    async def _result(self, interaction: Interaction, query: Query) -> Answer:
        reading = None if query.index is not None else await self._reread(interaction)
        return await self._explaining.answer(query, reading)

    async def _reread(self, interaction: Interaction) -> Reading:
        return await reread(interaction, self._uploads)


async def reread(interaction: Interaction, uploads: Uploads) -> Reading:
    """Read the picture again that the message of a pressed control carries.

    Raises:
        UserError: If it is gone.
    """
    return await uploads.reread(carried_picture(_message(interaction)))


def ownership_of(interaction: Interaction, owner: int, uploader: int) -> Ownership:
    """Tell whose the answer to the press of a control is, and whether others see it."""
    in_place = interaction.response.type is InteractionResponseType.deferred_message_update
    public = in_place and not _message(interaction).flags.ephemeral
    return Ownership(owner, uploader, public and not interaction.context.dm_channel)


async def _show(
    interaction: Interaction,
    result: Answer,
    owner: int,
    uploader: int,
    confirm: int | None = None,
) -> None:
    ownership = ownership_of(interaction, owner, uploader)
    await reply(interaction, answer(result, speaker(interaction.locale), ownership, confirm))


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise RuntimeError("a control was pressed on no message")
    return interaction.message
