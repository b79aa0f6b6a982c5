"""Questions of rounds, asked again in reviews."""

from bot.explain.explaining import Explaining
from bot.i18n import speaker
from bot.quiz import Difficulty, Place, Quiz, Wish
from bot.quiz.private_messages import review_question
from bot.reviews.asking import Item, ReviewStatus
from bot.ui.client import Interaction
from bot.ui.layout import Message


class RoundAsker:
    """Asks the questions of rounds again, with test digits that a person has not seen."""

    def __init__(self, quiz: Quiz, explaining: Explaining) -> None:
        self._quiz = quiz
        self._explaining = explaining

    async def ask_again(
        self, interaction: Interaction, item: Item, status: ReviewStatus
    ) -> Message:
        """Open a round for one person; see `bot.reviews.asking.Asker`."""
        me, say = interaction.user.id, speaker(interaction.locale)
        wish = Wish(Difficulty.MEDIUM, item.topic, await self._quiz.seen(0, me))
        riddle = await self._quiz.riddle(item.kind, wish)
        picture = await self._quiz.question(riddle)
        place = Place(None, interaction.channel_id or 0, language=say.language)
        asked = await self._quiz.open(riddle, place, user_id=me)
        return review_question(asked, picture, self._explaining.layers, status, me, say)
