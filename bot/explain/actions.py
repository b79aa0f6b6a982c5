"""What is asked with the controls below an answer."""

import discord
from discord import InteractionResponseType
from discord.ext import commands

from bot.app import GradcamBot
from bot.explain.answers import Outcome, Overview, RefusalSteps
from bot.explain.attachments import fetch_again
from bot.explain.audience import Audience
from bot.explain.control_rows import CONTROLS
from bot.explain.outcome import answered
from bot.explain.questions import Asked, Correction, HowDecided, HowRead
from bot.explain.rule import rule
from bot.explain.steps import refusal, steps
from bot.i18n import speaker
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import reply


class Presses(commands.Cog):
    """Carries out what the controls ask for."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them."""
        register(self.bot, self.bot, *CONTROLS)
        self.bot.handle(Asked, self.answer)
        self.bot.handle(Correction, self.correct)
        self.bot.handle(HowRead, self.show_steps)
        self.bot.handle(HowDecided, self.show_rule)

    async def answer(self, interaction: Interaction, asked: Asked) -> None:
        """Answer the same question with one thing changed."""
        message, question = _message(interaction), asked.question
        reading = await fetch_again(self.bot, message) if question.index is None else None
        outcome = await self.bot.explaining.answer(question, reading)
        await self._show(interaction, outcome, interaction.user.id, asked.uploader)

    async def correct(self, interaction: Interaction, correction: Correction) -> None:
        """Take in what the uploader says, and count it where the network was wrong."""
        if interaction.user.id != correction.uploader:
            raise UserError("correct.not_yours")
        message = _message(interaction)
        question = correction.before.correct(correction.said)
        outcome = await self.bot.explaining.answer(question, await fetch_again(self.bot, message))
        if not isinstance(outcome, Overview):
            await self.bot.corrections.say(message.id, outcome.verdict, correction.said)
        await self._show(interaction, outcome, correction.owner, correction.uploader)

    async def show_steps(self, interaction: Interaction, asked: HowRead) -> None:
        """Show how a picture was read, or why it was refused."""
        reading = await fetch_again(self.bot, _message(interaction))
        shown = await self.bot.explaining.steps(asked.question, reading)
        say = speaker(interaction.locale)
        laid_out = refusal(shown, say) if isinstance(shown, RefusalSteps) else steps(shown, say)
        await _send(interaction, laid_out)

    async def show_rule(self, interaction: Interaction, _: HowDecided) -> None:
        """Show how it is decided what is a digit, and how sure that is."""
        decision = self.bot.about[Network.UPLOADS].record.decision
        await _send(interaction, rule(decision, speaker(interaction.locale)))

    async def _show(
        self, interaction: Interaction, outcome: Outcome, owner: int, uploader: int
    ) -> None:
        own = interaction.response.type is InteractionResponseType.deferred_message_update
        shared = own and not _message(interaction).flags.ephemeral
        shared = shared and not interaction.context.dm_channel
        audience = Audience(owner, uploader, shared)
        await _send(interaction, answered(outcome, speaker(interaction.locale), audience))


async def _send(interaction: Interaction, message: Message) -> None:
    await reply(interaction, message)


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise RuntimeError("a control was pressed on no message")
    return interaction.message


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Presses(bot))
