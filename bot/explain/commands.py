"""`/explain`."""

from dataclasses import replace
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.explain.attachments import fetch
from bot.explain.audience import Audience
from bot.explain.outcome import answered
from bot.explain.questions import DEFAULT_LAYER, Question
from bot.i18n import label, speaker
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.reply import reply, reporting_errors
from core.dataset import TEST_DIGITS
from core.figures.colours import Colours


class Explain(commands.Cog):
    """Explains what somebody names or gives."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    @app_commands.command(
        name=label("command.explain.name"), description=label("command.explain.description")
    )
    @app_commands.rename(
        index=label("command.explain.index.name"),
        image=label("command.explain.image.name"),
        layer=label("command.explain.layer.name"),
        target=label("command.explain.target.name"),
        colours=label("command.explain.colours.name"),
        private=label("command.explain.private.name"),
    )
    @app_commands.describe(
        index=label("command.explain.index.description"),
        image=label("command.explain.image.description"),
        layer=label("command.explain.layer.description"),
        target=label("command.explain.target.description"),
        colours=label("command.explain.colours.description"),
        private=label("command.explain.private.description"),
    )
    async def explain(
        self,
        interaction: Interaction,
        index: app_commands.Range[int, 0, TEST_DIGITS - 1] | None = None,
        image: discord.Attachment | None = None,
        layer: str = DEFAULT_LAYER,
        target: app_commands.Range[int, 0, 9] | None = None,
        colours: Literal["viridis", "jet"] = "viridis",
        private: bool = False,
    ) -> None:
        """Explain a test digit or an uploaded picture."""
        async with reporting_errors(interaction):
            await interaction.response.defer(ephemeral=private, thinking=True)
            if index is not None and image is not None:
                raise UserError("explain.index_or_image")
            question = Question.upload() if image is not None else Question.test_digit(index)
            question = replace(question, layer=layer, target=target, colours=Colours(colours))
            self.bot.explaining.check(question)
            reading = await fetch(self.bot, image) if image is not None else None
            outcome = await self.bot.explaining.answer(question, reading)
            me = interaction.user.id
            audience = Audience(me, me, shared=not private and not interaction.context.dm_channel)
            message = answered(outcome, speaker(interaction.locale), audience)
            await reply(interaction, message)

    @explain.autocomplete("layer")
    async def layers(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the networks' real layers."""
        return [
            app_commands.Choice(name=f"{name} ({h}×{w})", value=name)
            for name, (h, w) in self.bot.explaining.layers.items()
            if typed.casefold() in name
        ]


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Explain(bot))
