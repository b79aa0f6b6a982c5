"""`/scores`."""

from collections.abc import Awaitable, Callable

from discord import InteractionResponseType, app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.i18n import label, speaker
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.scheduler import Scheduler
from bot.scores.controls import ScoreButton
from bot.scores.messages import PERIODS, history, own_board, shared_board
from bot.scores.scores import Period, Scores
from bot.ui.client import Client, Interaction
from bot.ui.commands import localized
from bot.ui.control import register
from bot.ui.reply import reply
from core.figures.history import draw_history

_MINE = "mine"


class ScoreCommands(commands.Cog):
    """Scoreboards, and each person's points by week."""

    def __init__(
        self,
        client: Client,
        scores: Scores,
        engine: Engine,
        language: Callable[[int | None], Awaitable[str | None]],
        scheduler: Scheduler,
    ) -> None:
        """Show scores; `language` returns that of a server's shared messages, `None` for all."""
        self._scores = scores
        self._engine = engine
        self._language = language
        self._scheduler = scheduler
        register(client, self, ScoreButton)

    @localized("scores")
    @app_commands.choices(
        period=[
            *(Choice(name=label(key), value=str(period)) for period, key in PERIODS.items()),
            Choice(name=label("scores.mine"), value=_MINE),
        ]
    )
    async def scores(
        self, interaction: Interaction, period: Choice[str] | None = None, share: bool = False
    ) -> None:
        """Show a scoreboard, or the person's own points by week."""
        mine = interaction.guild_id is None or (period is not None and period.value == _MINE)
        shared = share and not mine
        await interaction.response.defer(ephemeral=not shared, thinking=True)
        if mine:
            await self.show_history(interaction)
        else:
            chosen = Period(period.value) if period else None
            await self._show_board(interaction, chosen, shared=shared)

    async def show_board(self, interaction: Interaction, period: Period) -> None:
        """Show a scoreboard; a shared message that its owner pressed stays shared."""
        message = interaction.message
        in_place = interaction.response.type is InteractionResponseType.deferred_message_update
        shared = in_place and message is not None and not message.flags.ephemeral
        await self._show_board(interaction, period, shared=shared)

    async def show_history(self, interaction: Interaction) -> None:
        """Show the person's points by week: in this server, and in a direct message in all."""
        me = interaction.user.id
        weeks = await self._scores.history(me, interaction.guild_id)
        bars = [(f"W{week.number}", week.points) for week in weeks]
        picture = await self._engine.run_drawing(draw_history, bars)
        in_server = interaction.guild_id is not None
        in_session = await self._scores.session_in(interaction.channel_id or 0) is not None
        say = speaker(interaction.locale)
        message = history(weeks, picture, say, me, in_server=in_server, in_session=in_session)
        await reply(interaction, message)

    async def set_shown(self, interaction: Interaction, period: Period, *, shown: bool) -> None:
        """Put the person on scoreboards or take them off, and show the scoreboard again."""
        _server_id(interaction)
        await self._scores.set_shown(interaction.user.id, shown=shown)
        self._scheduler.wake()
        await self._show_board(interaction, period, shared=False)

    async def _show_board(
        self, interaction: Interaction, period: Period | None, *, shared: bool
    ) -> None:
        server_id, me = _server_id(interaction), interaction.user.id
        session_id = await self._scores.session_in(interaction.channel_id or 0)
        in_session = session_id is not None
        if period is None:
            period = Period.SESSION if in_session else Period.WEEK
        if period is Period.SESSION and not in_session:
            raise UserError("scores.no_session")
        rounds = self._scores.rounds(period, server_id, session_id)
        if shared:
            standings = await self._scores.standings(rounds)
            language = await self._language(server_id)
            message = shared_board(standings, period, language, me, in_session=in_session)
        else:
            board = await self._scores.board(me, rounds)
            say = speaker(interaction.locale)
            message = own_board(board, period, say, me, in_session=in_session)
        await reply(interaction, message)


def _server_id(interaction: Interaction) -> int:
    if interaction.guild_id is None:
        raise UserError("scores.no_server")
    return interaction.guild_id
