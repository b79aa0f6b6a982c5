"""`/model`."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from discord.ext import commands

from bot.explain.actions import ExplainActions
from bot.explain.corrections import Corrections
from bot.explain.query import Query
from bot.i18n import speaker
from bot.model.about import About
from bot.model.controls import CONTROLS
from bot.model.messages import model
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply


class Model(commands.Cog):
    """Shows the networks behind the answers."""

    def __init__(
        self,
        client: Client,
        about: Mapping[Network, About],
        corrections: Corrections,
        answers: ExplainActions,
    ) -> None:
        self._about = about
        self._corrections = corrections
        self._answers = answers
        register(client, self, *CONTROLS)

    @localized("model")
    async def model(
        self,
        interaction: Interaction,
        network: Literal["tutorial", "uploads"] = "tutorial",
    ) -> None:
        """Show a network's layers, training and measured accuracy."""
        await interaction.response.defer(thinking=True)
        await self.show(interaction, Network(network), interaction.user.id)

    async def show(self, interaction: Interaction, network: Network, owner: int) -> None:
        """Show a network in the message's place, or privately."""
        about = self._about[network]
        tally = await self._corrections.tally(about.record.metrics.fingerprint)
        message = model(network, about, tally, owner, speaker(interaction.locale))
        await reply(interaction, message)

    async def show_example(
        self, interaction: Interaction, network: Network, label: int, predicted: int
    ) -> None:
        """Explain a random test digit of a confused pair, to the presser alone.

        Raises:
            UserError: If the network no longer confuses this pair.
        """
        confused = self._about[network].record.metrics.confused
        pairs = {(pair.label, pair.predicted): pair.indexes for pair in confused}
        if (label, predicted) not in pairs:
            raise UserError("model.no_example")
        index = random.choice(pairs[label, predicted])  # noqa: S311 - not a secret
        query, me = replace(Query.test_digit(index), network=network), interaction.user.id
        await self._answers.answer(interaction, query, me, me)
