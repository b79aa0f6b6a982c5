"""`/review`."""

from collections.abc import Mapping

from discord.ext import commands

from bot.i18n import speaker
from bot.reviews.asking import Asker
from bot.reviews.controls import ReviewButton
from bot.reviews.messages import nothing_due, sharing
from bot.reviews.schedule import Reviews
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply


class ReviewCommands(commands.Cog):
    """Asks people again, privately, what they answered wrongly."""

    def __init__(self, client: Client, reviews: Reviews, askers: Mapping[str, Asker]) -> None:
        """Ask the questions that are due; `askers` are by kind of question."""
        self._reviews = reviews
        self._askers = askers
        register(client, self, ReviewButton)

    @localized("review")
    async def review(self, interaction: Interaction) -> None:
        """Ask the question that is due."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.ask(interaction)

    async def ask(self, interaction: Interaction) -> None:
        """Ask the item that has been due for longest; drop items that cannot be asked any more."""
        me = interaction.user.id
        while (item := await self._reviews.next_due(me)) is not None:
            status = await self._reviews.status(me)
            message = await self._askers[item.kind].ask_again(interaction, item, status)
            if message is not None:
                await reply(interaction, message)
                return
            await self._reviews.drop(me, item)
        status = await self._reviews.status(me)
        await reply(interaction, nothing_due(status, me, speaker(interaction.locale)))

    async def share(self, interaction: Interaction, *, in_groups: bool) -> None:
        """Let a person's items come back in rounds of a group, or not."""
        me = interaction.user.id
        await self._reviews.share(me, in_groups=in_groups)
        status = await self._reviews.status(me)
        await reply(interaction, sharing(status, me, speaker(interaction.locale)))
