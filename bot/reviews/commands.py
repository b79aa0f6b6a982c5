"""`/review`."""

from discord import app_commands
from discord.ext import commands

from bot.app import GradcamBot
from bot.explain.query import random_index
from bot.i18n import label, speaker
from bot.lessons.course import Screen
from bot.lessons.illustrations import Look
from bot.lessons.illustrations import Place as Page
from bot.lessons.messages import lesson_screen
from bot.quiz import Difficulty, Place, Wish
from bot.quiz.presses import Reviewing, Sharing
from bot.quiz.private_messages import below, nothing_due, review_question, shared
from bot.reviews.schedule import LESSON, Box, Due
from bot.ui.client import Interaction
from bot.ui.reply import reply, reporting_errors


class Review(commands.Cog):
    """What somebody got wrong comes back, to them alone."""

    def __init__(self, bot: GradcamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Say who carries out what the controls ask for."""
        self.bot.handle(Reviewing, self.ask)
        self.bot.handle(Sharing, self.share)

    @app_commands.command(
        name=label("command.review.name"), description=label("command.review.description")
    )
    async def review(self, interaction: Interaction) -> None:
        """Ask what is due."""
        async with reporting_errors(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.ask(interaction, Reviewing())

    async def ask(self, interaction: Interaction, _: Reviewing) -> None:
        """Ask what has waited longest, with a picture that the person has not seen."""
        me, say, quiz = interaction.user.id, speaker(interaction.locale), self.bot.quiz
        box, due = await self.bot.reviews.box(me), await self.bot.reviews.due(me)
        if due is None:
            view = nothing_due(box, me, say)
            await reply(interaction, view)
            return
        if due.kind == LESSON:
            await self._ask_lesson(interaction, due, box)
            return
        wish = Wish(Difficulty.MEDIUM, due.topic, await quiz.seen(0, me))
        riddle = await quiz.riddle(due.kind, wish)
        picture = await quiz.question(riddle)
        place = Place(None, interaction.channel_id or 0, language=say.language)
        asked = await quiz.open(riddle, place, user_id=me)
        message = review_question(asked, picture, self.bot.explaining.layers, box, me, say)
        await reply(interaction, message)

    async def _ask_lesson(self, interaction: Interaction, due: Due, box: Box) -> None:
        """Show the screen of a lesson with its question, not answered, and with another digit."""
        me, say = interaction.user.id, speaker(interaction.locale)
        name, _, number = due.topic.rpartition("/")
        found = self._find(name, int(number), say.language)
        if found is None:
            await self.bot.reviews.drop(me, due)
            await self.ask(interaction, Reviewing())
            return
        page, screen = found
        digit = random_index() if screen.example is None else screen.example
        place = Page(name, page, Look.at(screen, digit))
        exhibit = await self.bot.studying.show(screen.picture, place.look)
        more = below(box, me, say)
        message = lesson_screen(self.bot.lessons, place, exhibit, (say,), owner=me, more=more)
        await reply(interaction, message)

    def _find(self, name: str, number: int, language: str) -> tuple[int, Screen] | None:
        """Find the screen that asks a lesson's question; lessons change."""
        if name not in self.bot.lessons.names:
            return None
        for page, screen in enumerate(self.bot.lessons.lesson(name, language).screens):
            if screen.question is not None and screen.question.number == number:
                return page, screen
        return None

    async def share(self, interaction: Interaction, sharing: Sharing) -> None:
        """Let what somebody got wrong come back as a group's round, or not."""
        me = interaction.user.id
        await self.bot.reviews.share(me, in_groups=sharing.in_groups)
        box = await self.bot.reviews.box(me)
        view = shared(box, me, speaker(interaction.locale))
        await reply(interaction, view)


async def setup(bot: GradcamBot) -> None:
    """Add the cog; see `discord.ext.commands.Bot.load_extension`."""
    await bot.add_cog(Review(bot))
