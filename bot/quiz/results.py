"""The results of votes in the database."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.quiz.kinds import KINDS
from bot.quiz.question import QuizQuestion, VoteResult
from bot.quiz.scoring import MAX_STREAK_BONUS, speed_bonus
from bot.reviews.asking import Item
from bot.reviews.schedule import record_answers
from bot.store import Store, models


async def score_votes(
    store: Store, transaction: AsyncSession, row: models.Round, now: dt.datetime
) -> None:
    """Score the votes of a round that is closed in a transaction, and plan its reviews.

    The vote of a review scores no points. A review without a vote is deleted.
    """
    question = QuizQuestion.from_json(row.question)
    grades = KINDS[row.kind].grades(question)
    votes = list(
        await transaction.scalars(select(models.Vote).where(models.Vote.round_id == row.round_id))
    )
    if row.user_id is not None and not votes:
        await transaction.delete(row)
    streaks = await _streaks(transaction, row)
    for vote in votes:
        grade, points = grades[vote.choice], 0
        if row.user_id is None:
            points = grade.points
            if grade.right:
                points += speed_bonus(vote.voted_at, row.opened_at, row.closes_at)
                points += streaks[vote.user_id]
        vote.right, vote.points = grade.right, points
    right = {vote.user_id: grades[vote.choice].right for vote in votes}
    await record_answers(store, transaction, Item(row.kind, question.topic), right, now)


def results_of(
    row: models.Round, votes: Iterable[tuple[models.Vote, bool | None]]
) -> list[VoteResult]:
    """Return the results of a closed round, the most points first.

    Each vote comes with whether the voter may be named to others; `None` if they never said.
    """
    grades = KINDS[row.kind].grades(QuizQuestion.from_json(row.question))
    results = []
    for vote, named in votes:
        base = speed = 0
        if row.user_id is None:
            base = grades[vote.choice].points
            speed = speed_bonus(vote.voted_at, row.opened_at, row.closes_at) if vote.right else 0
        streak = (vote.points or 0) - base - speed
        right, may_be_named = bool(vote.right), named is not False
        results.append(
            VoteResult(vote.user_id, vote.choice, right, base, speed, streak, may_be_named)
        )
    return sorted(results, key=lambda result: (-result.points, result.user_id))


async def _streaks(transaction: AsyncSession, row: models.Round) -> Mapping[int, int]:
    """Count how many of the rounds just before, in the same channel, each person had right."""
    before = list(
        await transaction.scalars(
            select(models.Round.round_id)
            .where(
                models.Round.channel_id == row.channel_id,
                models.Round.user_id.is_(None),
                models.Round.closed_at.is_not(None),
                models.Round.round_id != row.round_id,
            )
            .order_by(models.Round.closed_at.desc(), models.Round.round_id.desc())
            .limit(MAX_STREAK_BONUS)
        )
    )
    rows = await transaction.execute(
        select(models.Vote.round_id, models.Vote.user_id).where(
            models.Vote.round_id.in_(before), models.Vote.right.is_(True)
        )
    )
    streaks = Counter[int]()
    for place, user_id in sorted((before.index(round_id), user_id) for round_id, user_id in rows):
        if streaks[user_id] == place:  # their streak is unbroken so far
            streaks[user_id] += 1
    return streaks
