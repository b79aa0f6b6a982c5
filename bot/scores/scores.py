"""Who has how many points: of a session, of a server, of a week, and one's own over the weeks.

Points are given to votes when a round closes, and only added up here; what one reviews alone counts
nowhere. A week is ISO's, from Monday to Sunday, in UTC. Equal points share a rank, and the next
rank counts those before it: 1, 1, 3.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, func, select

from bot.store import Store
from bot.store.models import Participant, Person, Round, Session, Vote

WEEKS = 12
"""So many weeks are one's own history."""

_WEEK = dt.timedelta(weeks=1)


class Period(StrEnum):
    """Over which rounds points are added up."""

    SESSION = "session"
    """Those of the session whose thread it is asked in."""
    WEEK = "week"
    """This week's."""
    LAST_WEEK = "last"
    """Those of the week before."""
    ALL = "all"
    """All of the server."""


@dataclass(frozen=True, slots=True)
class BoardAsked:
    """Who stands where?

    Attributes:
        period: over which rounds.
    """

    period: Period


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """How many points have I had, week by week?"""


@dataclass(frozen=True, slots=True)
class ShownAsked:
    """Show me to others, or keep me off.

    Attributes:
        shown: which.
        period: what the board is of, that it is asked below.
    """

    shown: bool
    period: Period


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands.

    Attributes:
        rank: from 1; shared by those with as many points.
        user_id: who.
        points: all together.
        right: in how many rounds they were right.
        rounds: in how many they voted.
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
        standings: of those who are on scoreboards, the best first.
        own: where the person stands among these; `None`: they have not voted.
        shown: whether the others see the person there.
    """

    standings: tuple[Standing, ...]
    own: Standing | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Week:
    """What somebody did in a week.

    Attributes:
        year: of ISO's calendar.
        number: of the week, 1 to 53.
        points: all together.
        right: in how many rounds they were right.
        rounds: in how many they voted.
    """

    year: int
    number: int
    points: int
    right: int
    rounds: int


@dataclass(frozen=True, slots=True)
class _Sum:
    user_id: int
    points: int
    right: int
    rounds: int
    shown: bool


class Scores:
    """Adds points up."""

    def __init__(
        self, store: Store, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """Read votes from a store.

        Args:
            store: where they are.
            now: the time, with its zone.
        """
        self._store = store
        self._now = now

    @property
    def week(self) -> dt.datetime:
        """When this week began."""
        return week_of(self._now())

    def span(self, period: Period) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Tell since when, and before when, a period's rounds closed."""
        match period:
            case Period.WEEK:
                return self.week, None
            case Period.LAST_WEEK:
                return self.week - _WEEK, self.week
            case _:
                return None, None

    async def board(
        self,
        server_id: int,
        since: dt.datetime | None = None,
        session_id: int | None = None,
        before: dt.datetime | None = None,
    ) -> list[Standing]:
        """Rank all who voted and are on scoreboards, the best first.

        Args:
            server_id: where the rounds were.
            since: when they closed, at the earliest; `None`: ever.
            session_id: of this session only.
            before: when they had closed; `None`: now.
        """
        sums = await self._sums(server_id, since, session_id, before)
        return _ranked(each for each in sums if each.shown)

    async def board_for(
        self,
        user_id: int,
        server_id: int,
        since: dt.datetime | None = None,
        session_id: int | None = None,
        before: dt.datetime | None = None,
    ) -> Board:
        """Rank them as one person may see it, who always sees their own points; see `board`."""
        sums = await self._sums(server_id, since, session_id, before)
        shown = await self.shown(user_id)
        known = _ranked(each for each in sums if each.shown or each.user_id == user_id)
        own = next((each for each in known if each.user_id == user_id), None)
        return Board(tuple(_ranked(each for each in sums if each.shown)), own, shown)

    async def history(self, user_id: int, server_id: int | None = None) -> list[Week]:
        """Add one's own points up by week, from the first of the last twelve with any to this one.

        Args:
            user_id: whose.
            server_id: where; `None`: everywhere.
        """
        statement = (
            select(Round.closed_at, Vote.points, Vote.right)
            .join(Round)
            .where(
                Vote.user_id == user_id,
                Round.user_id.is_(None),
                Round.closed_at >= self.week - (WEEKS - 1) * _WEEK,
            )
        )
        if server_id is not None:
            statement = statement.where(Round.server_id == server_id)
        weeks: defaultdict[dt.datetime, list[tuple[int, bool]]] = defaultdict(list)
        async with self._store.begin() as session:
            for closed_at, points, right in await session.execute(statement):
                weeks[week_of(closed_at or self._now())].append((points or 0, bool(right)))
        if not weeks:
            return []
        span = (self.week - min(weeks)) // _WEEK + 1
        return [
            _week(start, weeks[start]) for start in (min(weeks) + n * _WEEK for n in range(span))
        ]

    async def session_in(self, thread_id: int) -> int | None:
        """Find the session that a thread is of."""
        async with self._store.begin() as session:
            found: int | None = await session.scalar(
                select(Session.session_id).where(Session.thread_id == thread_id)
            )
        return found

    async def sessions_of(self, user_id: int) -> list[int]:
        """Find the sessions under way that somebody takes part in, where their name is seen."""
        statement = (
            select(Session.session_id)
            .join(Participant)
            .where(
                Session.ended_at.is_(None),
                Participant.user_id == user_id,
                Participant.left_at.is_(None),
            )
            .order_by(Session.session_id)
        )
        async with self._store.begin() as session:
            return list(await session.scalars(statement))

    async def shown(self, user_id: int) -> bool:
        """Whether others see somebody's points."""
        async with self._store.begin() as session:
            person = await session.get(Person, user_id)
        return person is None or person.on_scoreboards

    async def show(self, user_id: int, *, shown: bool) -> None:
        """Put somebody on scoreboards, or keep them off."""
        async with self._store.begin() as session:
            await session.execute(
                self._store.insert(Person)
                .values(user_id=user_id, on_scoreboards=shown, reviews_in_groups=False)
                .on_conflict_do_update(index_elements=["user_id"], set_={"on_scoreboards": shown})
            )

    async def _sums(
        self,
        server_id: int,
        since: dt.datetime | None,
        session_id: int | None,
        before: dt.datetime | None,
    ) -> list[_Sum]:
        wanted: list[ColumnElement[bool]] = [
            Round.server_id == server_id,
            Round.user_id.is_(None),
            Round.closed_at.is_not(None),
        ]
        if since is not None:
            wanted.append(Round.closed_at >= since)
        if before is not None:
            wanted.append(Round.closed_at < before)
        if session_id is not None:
            wanted.append(Round.session_id == session_id)
        statement = (
            select(
                Vote.user_id,
                func.coalesce(func.sum(Vote.points), 0),
                func.sum(case((Vote.right.is_(True), 1), else_=0)),
                func.count(),
                func.coalesce(Person.on_scoreboards, True),
            )
            .join(Round, Round.round_id == Vote.round_id)
            .outerjoin(Person, Person.user_id == Vote.user_id)
            .where(*wanted)
            .group_by(Vote.user_id, Person.on_scoreboards)
        )
        async with self._store.begin() as session:
            rows = (await session.execute(statement)).all()
        return [
            _Sum(user_id, int(points), int(right), rounds, bool(shown))
            for user_id, points, right, rounds, shown in rows
        ]


def week_of(moment: dt.datetime) -> dt.datetime:
    """Find when a moment's ISO week began, in UTC."""
    utc = moment.astimezone(dt.UTC)
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - dt.timedelta(days=utc.weekday())


def _week(start: dt.datetime, votes: list[tuple[int, bool]]) -> Week:
    year, number, _ = start.isocalendar()
    points = sum(points for points, _ in votes)
    return Week(year, number, points, sum(right for _, right in votes), len(votes))


def _ranked(sums: Iterable[_Sum]) -> list[Standing]:
    standings: list[Standing] = []
    best_first = sorted(sums, key=lambda each: (-each.points, -each.right, each.user_id))
    for place, each in enumerate(best_first, start=1):
        tied = standings and standings[-1].points == each.points
        rank = standings[-1].rank if tied else place
        standings.append(Standing(rank, each.user_id, each.points, each.right, each.rounds))
    return standings
