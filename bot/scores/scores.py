"""Points added up: by session, by server, by week, and those of one person over the weeks.

Votes get their points when a round closes. Rounds that one person reviews alone do not count. A
week is an ISO week, from Monday to Sunday, in UTC. Equal points share a rank, and the next rank
counts all before it: 1, 1, 3.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select

from bot.runtime.clock import Clock, utc_now
from bot.runtime.outbox import enqueue
from bot.store import Store
from bot.store.models import DeliveryKind, Participant, Person, Round, Session, Vote

WEEKS = 12
"""How many weeks a person's history covers, at most."""

_WEEK = dt.timedelta(weeks=1)


class Period(StrEnum):
    """The rounds that a scoreboard counts. The values are part of `custom_id`s."""

    SESSION = "session"
    """Those of the session in whose thread the scoreboard is shown."""
    WEEK = "week"
    """Those of this week."""
    LAST_WEEK = "last"
    """Those of the week before."""
    ALL = "all"
    """All of the server."""


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """A choice of rounds.

    Attributes:
        server_id: only rounds of this server.
        session_id: only rounds of this session; `None` for all.
        since: only rounds that closed at this time or later; `None` for all.
        before: only rounds that closed before this time; `None` for all.
    """

    server_id: int
    session_id: int | None = None
    since: dt.datetime | None = None
    before: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place on a scoreboard.

    Attributes:
        rank: from 1; shared by those with equal points.
        right: the number of rounds in which the person was right.
        rounds: the number of rounds in which the person voted.
    """

    rank: int
    user_id: int
    points: int
    right: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Board:
    """A scoreboard as one person may see it.

    Attributes:
        standings: the standings of those who are on scoreboards, the best first.
        own: the person's place among these; `None` if they have not voted.
        shown: whether the person is on scoreboards.
    """

    standings: tuple[Standing, ...]
    own: Standing | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A person's points of one week.

    Attributes:
        year: the year in the ISO calendar.
        number: the number of the week, 1 to 53.
        right: the number of rounds in which the person was right.
        rounds: the number of rounds in which the person voted.
    """

    year: int
    number: int
    points: int
    right: int
    rounds: int


class Scores:
    """Adds up points, and keeps who is on scoreboards."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    def rounds(self, period: Period, server_id: int, session_id: int | None) -> RoundFilter:
        """Return a server's rounds of a period; `Period.SESSION` means those of `session_id`."""
        week = week_of(self._now())
        match period:
            case Period.SESSION:
                return RoundFilter(server_id, session_id)
            case Period.WEEK:
                return RoundFilter(server_id, since=week)
            case Period.LAST_WEEK:
                return RoundFilter(server_id, since=week - _WEEK, before=week)
            case Period.ALL:
                return RoundFilter(server_id)

    async def standings(self, rounds: RoundFilter, also: int | None = None) -> list[Standing]:
        """Rank all who voted and are on scoreboards, and one person who may not be on them."""
        wanted: list[ColumnElement[bool]] = [
            Round.server_id == rounds.server_id,
            Round.user_id.is_(None),
            Round.closed_at.is_not(None),
            or_(Person.on_scoreboards.is_not(False), Vote.user_id == also),
        ]
        if rounds.since is not None:
            wanted.append(Round.closed_at >= rounds.since)
        if rounds.before is not None:
            wanted.append(Round.closed_at < rounds.before)
        if rounds.session_id is not None:
            wanted.append(Round.session_id == rounds.session_id)
        points: ColumnElement[int] = func.coalesce(func.sum(Vote.points), 0)
        right = func.count().filter(Vote.right.is_(True))
        rank = func.rank().over(order_by=points.desc())
        statement = (
            select(rank, Vote.user_id, points, right, func.count())
            .join(Round, Round.round_id == Vote.round_id)
            .outerjoin(Person, Person.user_id == Vote.user_id)
            .where(*wanted)
            .group_by(Vote.user_id)
            .order_by(points.desc(), right.desc(), Vote.user_id)
        )
        async with self._store.read() as transaction:
            return [Standing(*row) for row in await transaction.execute(statement)]

    async def board(self, user_id: int, rounds: RoundFilter) -> Board:
        """Return a scoreboard as one person may see it, who always sees their own points."""
        async with self._store.read() as transaction:
            person = await transaction.get(Person, user_id)
        visible = await self.standings(rounds, also=user_id)
        own = next((each for each in visible if each.user_id == user_id), None)
        if person is None or person.on_scoreboards:
            return Board(tuple(visible), own, shown=True)
        return Board(tuple(await self.standings(rounds)), own, shown=False)

    async def history(self, user_id: int, server_id: int | None = None) -> list[Week]:
        """Add up a person's points by week, in one server or in all.

        Returns:
            Every week from the first of the last twelve with any round to this one; none if there
            is no such round.
        """
        this_week = week_of(self._now())
        statement = (
            select(Round.closed_at, Vote.points, Vote.right)
            .join(Round)
            .where(
                Vote.user_id == user_id,
                Round.user_id.is_(None),
                Round.closed_at >= this_week - (WEEKS - 1) * _WEEK,
            )
        )
        if server_id is not None:
            statement = statement.where(Round.server_id == server_id)
        weeks: defaultdict[dt.datetime, list[tuple[int, bool]]] = defaultdict(list)
        async with self._store.read() as transaction:
            for closed_at, points, right in await transaction.execute(statement):
                weeks[week_of(closed_at or self._now())].append((points or 0, bool(right)))
        if not weeks:
            return []
        first = min(weeks)
        starts = [first + n * _WEEK for n in range((this_week - first) // _WEEK + 1)]
        return [_week(start, weeks[start]) for start in starts]

    async def session_in(self, thread_id: int) -> int | None:
        """Return the session that a thread belongs to."""
        statement = select(Session.session_id).where(Session.thread_id == thread_id)
        async with self._store.read() as transaction:
            found: int | None = await transaction.scalar(statement)
        return found

    async def set_shown(self, user_id: int, *, shown: bool) -> None:
        """Put a person on scoreboards, or take them off.

        The messages of the sessions that show their name are enqueued in the outbox.
        """
        sessions = (
            select(Session.session_id)
            .join(Participant)
            .where(
                Session.ended_at.is_(None),
                Participant.user_id == user_id,
                Participant.left_at.is_(None),
            )
            .order_by(Session.session_id)
        )
        async with self._store.begin() as transaction:
            await transaction.execute(
                self._store.insert(Person)
                .values(user_id=user_id, on_scoreboards=shown, reviews_in_groups=False)
                .on_conflict_do_update(index_elements=["user_id"], set_={"on_scoreboards": shown})
            )
            for session_id in (await transaction.scalars(sessions)).all():
                await enqueue(
                    self._store, transaction, DeliveryKind.SESSION, session_id, self._now()
                )


def week_of(moment: dt.datetime) -> dt.datetime:
    """Return when the ISO week of a moment began, in UTC."""
    utc = moment.astimezone(dt.UTC)
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - dt.timedelta(days=utc.weekday())


def _week(start: dt.datetime, votes: list[tuple[int, bool]]) -> Week:
    year, number, _ = start.isocalendar()
    points = sum(points for points, _ in votes)
    return Week(year, number, points, sum(right for _, right in votes), len(votes))
