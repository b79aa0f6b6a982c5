"""What the controls under a sheet and under a comparison do."""

from bot.compare.comparing import Comparing
from bot.compare.comparison import Comparison
from bot.compare.messages import pair, sheet
from bot.explain.actions import ExplainActions, ownership_of, reread
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.explain.uploads import Uploads
from bot.i18n import speaker
from bot.ui.client import Interaction
from bot.ui.reply import reply
from core.uploads import Reading


class CompareActions:
    """Answers the presses of the controls under a sheet and under a comparison."""

    def __init__(
        self,
        comparing: Comparing,
        explaining: Explaining,
        uploads: Uploads,
        explain: ExplainActions,
    ) -> None:
        self._comparing = comparing
        self._explaining = explaining
        self._uploads = uploads
        self._explain = explain

    async def sheet(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None:
        """Show every method, in the message's place or privately."""
        result = await self._comparing.sheet(query, await self._reading(interaction, query))
        ownership = ownership_of(interaction, owner, uploader)
        say = speaker(interaction.locale)
        await reply(interaction, sheet(result, self._explaining.layers, say, ownership))

    async def pair(
        self, interaction: Interaction, comparison: Comparison, owner: int, uploader: int
    ) -> None:
        """Show a comparison, in the message's place or privately."""
        reading = await self._reading(interaction, comparison.first)
        result = await self._comparing.pair(comparison, reading)
        ownership = ownership_of(interaction, owner, uploader)
        say = speaker(interaction.locale)
        await reply(interaction, pair(result, self._explaining.layers, say, ownership))

    async def open(self, interaction: Interaction, query: Query, uploader: int) -> None:
        """Show one explanation, privately."""
        await self._explain.answer(interaction, query, interaction.user.id, uploader)

    async def _reading(self, interaction: Interaction, query: Query) -> Reading | None:
        return None if query.index is not None else await reread(interaction, self._uploads)
