"""`/privacy`."""

from collections.abc import Callable

from discord.ext import commands

from bot.i18n import speaker
from bot.privacy.controls import PrivacyButton
from bot.privacy.messages import confirmation, deleted, exported, stored_data
from bot.privacy.privacy import Privacy
from bot.runtime.scheduler import Scheduler
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply


class PrivacyCommands(commands.Cog):
    """Shows, exports and deletes what is stored about a person."""

    def __init__(
        self,
        client: Client,
        privacy: Privacy,
        forget: Callable[[int], None],
        scheduler: Scheduler,
    ) -> None:
        """Serve the data in `privacy`; `forget` drops a person's last digit, kept in memory."""
        self._privacy = privacy
        self._forget = forget
        self._scheduler = scheduler
        register(client, self, PrivacyButton)

    @localized("privacy")
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is stored about the person, privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.show(interaction)

    async def show(self, interaction: Interaction) -> None:
        """Show what is stored about the person."""
        me = interaction.user.id
        counts = await self._privacy.count(me)
        await reply(interaction, stored_data(counts, speaker(interaction.locale), me))

    async def export(self, interaction: Interaction) -> None:
        """Send what is stored about the person as a file."""
        data = await self._privacy.export(interaction.user.id)
        await reply(interaction, exported(data, speaker(interaction.locale)))

    async def confirm(self, interaction: Interaction) -> None:
        """Ask the person whether to delete everything."""
        say = speaker(interaction.locale)
        await reply(interaction, confirmation(say, interaction.user.id))

    async def delete(self, interaction: Interaction) -> None:
        """Delete everything that is stored about the person."""
        report = await self._privacy.delete(interaction.user.id)
        self._forget(interaction.user.id)
        self._scheduler.wake()
        await reply(interaction, deleted(report, speaker(interaction.locale)))
