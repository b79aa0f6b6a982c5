"""What `/scores` shows: a scoreboard, or a person's own points by week."""

from collections.abc import Callable, Sequence
from typing import Any

from discord import MediaGalleryItem
from discord.ui import ActionRow, Item, MediaGallery, Separator, TextDisplay

from bot.i18n import Say
from bot.scores.controls import ScoreButton
from bot.scores.scores import WEEKS, Board, Period, Standing, Week
from bot.ui.languages import in_languages, in_languages_inline
from bot.ui.layout import Message, attached, framed

PERIODS = {
    Period.SESSION: "scores.session",
    Period.WEEK: "scores.week",
    Period.LAST_WEEK: "scores.last",
    Period.ALL: "scores.all",
}
_MAX_LINES = 20
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}

_Spoken = Callable[[Callable[[Say], str]], str]  # says something in one language or in two


def own_board(board: Board, period: Period, say: Say, owner: int, *, in_session: bool) -> Message:
    """Lay out a scoreboard for one person, in the thread of a session or elsewhere."""
    act = "hide" if board.shown else "show"
    label = say("scores.hide" if board.shown else "scores.show")
    return framed(
        *_board(board.standings, period, lambda text: text(say)),
        Separator(),
        TextDisplay(_own(board, say)),
        _periods(period, owner, lambda text: text(say), in_session=in_session),
        ActionRow(
            ScoreButton.drawn("mine", say("scores.mine"), owner),
            ScoreButton.drawn(act, label, owner, period),
        ),
    )


def shared_board(
    standings: Sequence[Standing],
    period: Period,
    language: str | None,
    owner: int,
    *,
    in_session: bool,
) -> Message:
    """Lay out a scoreboard for a channel."""
    return framed(
        *_board(standings, period, lambda text: in_languages(text, language)),
        _periods(
            period, owner, lambda text: in_languages_inline(text, language), in_session=in_session
        ),
    )


def ranks(standings: Sequence[Standing]) -> str:
    """Return standings as text, one a line; Discord shows mentions as names."""
    return "\n".join(
        f"{_MEDALS.get(each.rank, f'{each.rank}.')} <@{each.user_id}> · **{each.points:,}**"
        f" · {each.right}/{each.rounds}"
        for each in standings
    )


def history(
    weeks: Sequence[Week],
    picture: bytes,
    say: Say,
    owner: int,
    *,
    in_server: bool,
    in_session: bool,
) -> Message:
    """Lay out a person's points by week.

    Args:
        weeks: without a gap; none if the person took part in no round.
        picture: the bars of the weeks, PNG.
        say: speaks the person's language.
        owner: the person's id.
        in_server: whether it is shown in a server, which has scoreboards to go back to.
        in_session: whether it is shown in the thread of a session, which has one too.
    """
    heading = say("scores.history_heading")
    back: list[Item[Any]] = []
    if in_server:
        back = [_periods(None, owner, lambda text: text(say), in_session=in_session)]
    if not weeks:
        words = say("scores.history_empty", weeks=WEEKS)
        return framed(TextDisplay(f"{heading}\n{words}"), *back)
    words = say(
        "scores.history_words",
        points=sum(week.points for week in weeks),
        week=weeks[0].number,
        year=weeks[0].year,
        right=sum(week.right for week in weeks),
        rounds=sum(week.rounds for week in weeks),
    )
    bars = ", ".join(say("scores.alt_bar", week=week.number, points=week.points) for week in weeks)
    file = attached(picture, "weeks.png", say("scores.alt_history", bars=bars))
    gallery = MediaGallery[Any](MediaGalleryItem(file))
    when: TextDisplay[Any] = TextDisplay(say("scores.weeks"))
    return framed(TextDisplay(f"{heading}\n{words}"), gallery, when, *back, files=[file])


def _board(standings: Sequence[Standing], period: Period, spoken: _Spoken) -> list[Item[Any]]:
    lines = [
        spoken(lambda say: say("scores.heading", period=say(PERIODS[period]))),
        ranks(standings[:_MAX_LINES]) if standings else spoken(lambda say: say("scores.empty")),
    ]
    more = len(standings) - _MAX_LINES
    if more > 0:
        lines.append(spoken(lambda say: say("scores.more", count=more)))
    return [TextDisplay("\n".join(lines)), TextDisplay(spoken(lambda say: say("scores.legend")))]


def _own(board: Board, say: Say) -> str:
    own = board.own
    if own is None:
        return say("scores.own_none" if board.shown else "scores.own_none_hidden")
    key = "scores.own" if board.shown else "scores.own_hidden"
    return say(key, rank=own.rank, points=own.points, right=own.right, rounds=own.rounds)


def _periods(
    chosen: Period | None, owner: int, spoken: _Spoken, *, in_session: bool
) -> ActionRow[Any]:
    def button(period: Period) -> ScoreButton:
        label = spoken(lambda say: say(PERIODS[period]))
        return ScoreButton.drawn("of", label, owner, period, chosen=period is chosen)

    return ActionRow(*(button(each) for each in Period if in_session or each != Period.SESSION))
