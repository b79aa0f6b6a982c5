"""Questions of rounds, asked again in reviews."""

from bot.i18n import speaker
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import KINDS, make_question
from bot.quiz.messages import review_question
from bot.quiz.question import Criteria, Venue
from bot.quiz.rounds import Rounds
from bot.reviews.asking import Item, ReviewStatus
from bot.ui.client import Interaction
from bot.ui.layout import Message


class RoundAsker:
    """Asks the questions of rounds again, with test digits that the user has not seen lately."""

    def __init__(self, rounds: Rounds, pool: DigitPool) -> None:
        self._rounds = rounds
        self._pool = pool

    async def ask_again(
        self, interaction: Interaction, item: Item, status: ReviewStatus
    ) -> Message:
        """Open a round for the user of an interaction; see `bot.reviews.asking.Asker`."""
        user_id, say = interaction.user.id, speaker(interaction.locale)
        criteria = Criteria(topic=item.topic, avoid=await self._rounds.seen(0, user_id))
        question = await make_question(self._pool, item.kind, criteria)
        figure = await KINDS[item.kind].draw_question(self._pool, question)
        venue = Venue(None, interaction.channel_id or 0, language=say.language)
        round_ = await self._rounds.open(question, venue, user_id=user_id)
        return review_question(round_, figure, status, user_id, say)
