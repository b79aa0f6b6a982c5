"""What the controls of rounds do."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable

from cachetools import TTLCache

from bot.i18n import speaker
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import draw_answer, draw_question
from bot.quiz.messages import (
    field_message,
    host_message,
    result_message,
    review_answer,
    review_question,
    vote_message,
)
from bot.quiz.publisher import RoundPublisher
from bot.quiz.question import Round, VoteResult
from bot.quiz.rounds import Rounds
from bot.reviews.schedule import Reviews
from bot.runtime.clock import Clock
from bot.runtime.errors import REQUEST_ERRORS, UserError
from bot.runtime.scheduler import Scheduler
from bot.ui.client import Interaction
from bot.ui.reply import reply

_EXTENSION = dt.timedelta(seconds=30)
_TOKEN_SECONDS = 15 * 60  # after which Discord no longer lets an answer be changed
_MAX_CONFIRMATIONS = 2_000
_MAX_EDITS = 4  # at a time, so that they do not use up the rate limit

_log = logging.getLogger(__name__)


class RoundActions:
    """Takes votes, and lets hosts extend and close rounds.

    Confirmations of votes are remembered in memory while Discord lets them be changed, so that each
    voter can be told privately how their vote did.
    """

    def __init__(
        self,
        rounds: Rounds,
        pool: DigitPool,
        reviews: Reviews,
        publisher: RoundPublisher,
        scheduler: Scheduler,
        now: Clock,
    ) -> None:
        self._rounds = rounds
        self._pool = pool
        self._reviews = reviews
        self._publisher = publisher
        self._scheduler = scheduler
        # By round, and by the press or the private message that they are in.
        self._confirmations: TTLCache[tuple[int, int], Interaction] = TTLCache(
            _MAX_CONFIRMATIONS, _TOKEN_SECONDS, timer=lambda: now().timestamp()
        )
        self._edits = asyncio.Semaphore(_MAX_EDITS)
        self._telling: set[asyncio.Task[None]] = set()

    async def vote(self, interaction: Interaction, round_id: int, choice: str) -> None:
        """Take a vote and confirm it to its voter; in a review, give the answer."""
        user_id, say = interaction.user.id, speaker(interaction.locale)
        voting = self._rounds.vote(round_id, user_id, choice)
        round_ = await self._pressed(interaction, voting)
        if round_.user_id is not None:
            await self._answer_review(interaction, round_id)
            return
        await reply(interaction, vote_message(round_, choice, user_id, say))
        message = interaction.message
        in_private = message is not None and message.flags.ephemeral
        place = message.id if message is not None and in_private else interaction.id
        self._confirmations[round_id, place] = interaction

    async def ask_for_field(self, interaction: Interaction, round_id: int, digit: str) -> None:
        """Ask for the second half of a bet."""
        user_id, say = interaction.user.id, speaker(interaction.locale)
        round_ = await self._pressed(interaction, self._rounds.require_open(round_id, user_id))
        if round_.user_id is None:
            await reply(interaction, field_message(round_, digit, user_id, say))
            return
        figure = await draw_question(self._pool, round_.question)
        status = await self._reviews.status(user_id)
        await reply(interaction, review_question(round_, figure, status, user_id, say, digit))

    async def count(self, interaction: Interaction, round_id: int) -> None:
        """Tell the host of a round how many have voted."""
        round_ = await self._rounds.get(round_id)
        if round_ is None:
            raise UserError("quiz.closed")
        await self._show_host(interaction, round_)

    async def extend(self, interaction: Interaction, round_id: int) -> None:
        """Keep a round open for longer, and show its new end to everyone."""
        round_ = await self._rounds.extend(round_id, _EXTENSION)
        await self._publisher.update(round_)
        await self._show_host(interaction, round_)

    async def close(self, interaction: Interaction, round_id: int) -> None:
        """Close a round now; the answer is shown in the background."""
        await self._rounds.close(round_id)
        self._scheduler.wake()
        await self.count(interaction, round_id)

    def tell_results(self, round_: Round) -> None:
        """Edit the confirmations of votes, in the background, to tell voters how they did."""
        results = {result.user_id: result for result in round_.results}
        for place in [each for each in self._confirmations if each[0] == round_.round_id]:
            interaction = self._confirmations.pop(place, None)
            if interaction is not None and (result := results.get(interaction.user.id)):
                task = asyncio.create_task(self._tell(interaction, round_, result))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)

    def stop(self) -> None:
        """Stop telling voters how their votes did."""
        for task in self._telling:
            task.cancel()

    async def _tell(self, interaction: Interaction, round_: Round, result: VoteResult) -> None:
        message = result_message(round_, result, speaker(interaction.locale))
        async with self._edits:
            try:
                await reply(interaction, message)
            except REQUEST_ERRORS as error:
                _log.info("A voter of round %d cannot be told: %s", round_.round_id, error)

    async def _answer_review(self, interaction: Interaction, round_id: int) -> None:
        user_id, say = interaction.user.id, speaker(interaction.locale)
        await self._rounds.close(round_id)
        round_ = await self._rounds.get(round_id)
        if round_ is None:
            raise UserError("quiz.late")
        figure = await draw_answer(self._pool, round_.question)
        status = await self._reviews.status(user_id)
        await reply(interaction, review_answer(round_, figure, status, user_id, say))

    async def _show_host(self, interaction: Interaction, round_: Round) -> None:
        votes = await self._rounds.count_votes(round_.round_id)
        user_id, say = interaction.user.id, speaker(interaction.locale)
        await reply(interaction, host_message(round_, votes, user_id, say))

    async def _pressed(self, interaction: Interaction, pressing: Awaitable[Round]) -> Round:
        """Start the clock of a round whose message was sent just before a crash."""
        round_, message = await pressing, interaction.message
        unsent = round_.user_id is None and round_.message_id is None
        if unsent and message is not None and not message.flags.ephemeral:
            return await self._publisher.begin(round_, message.id)
        return round_
