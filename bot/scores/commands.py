"""`/scores`."""

from discord import InteractionResponseType, app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import GradcamBot
from bot.i18n import label, speaker
from bot.runtime.errors import UserError
from bot.scores.messages import CONTROLS, history, own_board, shared_board
from bot.scores.scores import BoardAsked, HistoryAsked, Period, ShownAsked
from bot.ui.client import Interaction
from bot.ui.control import register
from bot.ui.layout import Message
from bot.ui.reply import reply, reporting_errors
from core.figures.history import draw_history

_MINE = "mine"


class Scores(commands.Cog):
    """Who has how many points."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Put the controls where Discord's events find them."""
        register(self.bot, self.bot, *CONTROLS)
        self.bot.handle(BoardAsked, self.show_board)
        self.bot.handle(HistoryAsked, self.show_history)
        self.bot.handle(ShownAsked, self.change_shown)

    @app_commands.command(
        name=label("command.scores.name"), description=label("command.scores.description")
    )
    @app_commands.rename(
        period=label("command.scores.period.name"), share=label("command.scores.share.name")
    )
    @app_commands.describe(
        period=label("command.scores.period.description"),
        share=label("command.scores.share.description"),
    )
    @app_commands.choices(
        period=[
            Choice(name=label("scores.session"), value=Period.SESSION),
            Choice(name=label("scores.week"), value=Period.WEEK),
            Choice(name=label("scores.last"), value=Period.LAST_WEEK),
            Choice(name=label("scores.all"), value=Period.ALL),
            Choice(name=label("scores.mine"), value=_MINE),
        ]
    )
    async def scores(
        self, interaction: Interaction, period: Choice[str] | None = None, share: bool = False
    ) -> None:
        """Show a scoreboard, or the asker's own weeks."""
        async with reporting_errors(interaction):
            mine = interaction.guild_id is None or (period is not None and period.value == _MINE)
            shared = share and not mine
            await interaction.response.defer(ephemeral=not shared, thinking=True)
            if mine:
                await self.show_history(interaction, HistoryAsked())
                return
            chosen = Period(period.value) if period else await self._usual(interaction)
            await _show(interaction, await self._board(interaction, chosen, shared=shared))

    async def show_board(self, interaction: Interaction, asked: BoardAsked) -> None:
        """Show another board: in the message's place to whom it is of, to others in their own."""
        own = interaction.response.type is InteractionResponseType.deferred_message_update
        message = interaction.message
        shared = own and message is not None and not message.flags.ephemeral
        await _show(interaction, await self._board(interaction, asked.period, shared=shared))

    async def show_history(self, interaction: Interaction, _: HistoryAsked) -> None:
        """Show one's own weeks: in this server, and in a direct message everywhere."""
        me, say = interaction.user.id, speaker(interaction.locale)
        weeks = await self.bot.scores.history(me, interaction.guild_id)
        bars = [(f"W{week.number}", week.points) for week in weeks]
        picture = await self.bot.engine.picture(draw_history, bars)
        await _show(interaction, history(weeks, picture, say, me))

    async def change_shown(self, interaction: Interaction, asked: ShownAsked) -> None:
        """Put the presser on scoreboards, or keep them off."""
        await self.bot.scores.show(interaction.user.id, shown=asked.shown)
        for session_id in await self.bot.scores.sessions_of(interaction.user.id):
            self.bot.dispatch("session_changed", session_id)
        await _show(interaction, await self._board(interaction, asked.period, shared=False))

    async def _usual(self, interaction: Interaction) -> Period:
        return Period.WEEK if await self._session(interaction) is None else Period.SESSION

    async def _board(self, interaction: Interaction, period: Period, *, shared: bool) -> Message:
        server_id, me = interaction.guild_id, interaction.user.id
        if server_id is None:
            raise RuntimeError("a scoreboard is a server's")
        session_id = await self._session(interaction)
        in_session = session_id is not None
        if period is not Period.SESSION:
            session_id = None
        elif session_id is None:
            raise UserError("scores.no_session")
        since, before = self.bot.scores.span(period)
        if shared:
            standings = await self.bot.scores.board(server_id, since, session_id, before)
            language = await self.bot.servers.language(server_id)
            return shared_board(standings, period, language, me, in_session=in_session)
        board = await self.bot.scores.board_for(me, server_id, since, session_id, before)
        say = speaker(interaction.locale)
        return own_board(board, period, say, me, in_session=in_session)

    async def _session(self, interaction: Interaction) -> int | None:
        if interaction.channel_id is None:
            return None
        return await self.bot.scores.session_in(interaction.channel_id)


async def _show(interaction: Interaction, message: Message) -> None:
    await reply(interaction, message)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Scores(bot))
