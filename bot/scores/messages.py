"""What `/scores` shows: a scoreboard, and one's own weeks."""

from collections.abc import Callable, Sequence
from typing import Any, Self

from discord import ButtonStyle, MediaGalleryItem
from discord.ui import ActionRow, Button, Item, MediaGallery, Separator, TextDisplay

from bot.i18n import Say
from bot.scores.scores import (
    WEEKS,
    Board,
    BoardAsked,
    HistoryAsked,
    Period,
    ShownAsked,
    Standing,
    Week,
)
from bot.ui.control import OWNER, LegacyControl
from bot.ui.languages import beside, both
from bot.ui.layout import Message, attached, framed

PERIODS = {
    Period.SESSION: "scores.session",
    Period.WEEK: "scores.week",
    Period.LAST_WEEK: "scores.last",
    Period.ALL: "scores.all",
}
_NAMED = 20  # people on a board
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
_SHOWN = {True: "scores.hide", False: "scores.show"}

Spoken = Callable[[Callable[[Say], str]], str]
"""Says something in one language, or in two."""


class PeriodButton(
    LegacyControl[Button[Any]], template=rf"scores_of:(?P<period>{'|'.join(Period)}):{OWNER}"
):
    """The board of another period."""

    @classmethod
    def drawn(cls, period: Period, label: str, owner: int, *, chosen: bool) -> Self:
        """Draw it; the board's own period stands out."""
        style = ButtonStyle.primary if chosen else ButtonStyle.secondary
        return cls(Button(label=label, style=style, custom_id=f"scores_of:{period}:{owner}"))

    def asked(self, values: Sequence[str]) -> BoardAsked:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return BoardAsked(Period(self.state["period"]))


class HistoryButton(LegacyControl[Button[Any]], template=rf"scores_mine:{OWNER}"):
    """One's own weeks."""

    @classmethod
    def drawn(cls, owner: int, say: Say) -> Self:
        """Draw it."""
        label, custom_id = say("scores.mine"), f"scores_mine:{owner}"
        return cls(Button(label=label, emoji="📈", custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> HistoryAsked:  # noqa: ARG002
        """See `Control.asked`."""
        return HistoryAsked()


class ShownButton(
    LegacyControl[Button[Any]],
    template=rf"scores_(?P<to>show|hide):(?P<period>{'|'.join(Period)}):{OWNER}",
):
    """On scoreboards, or off."""

    @classmethod
    def drawn(cls, board: Board, period: Period, owner: int, say: Say) -> Self:
        """Draw what changes it."""
        to, label = "hide" if board.shown else "show", say(_SHOWN[board.shown])
        return cls(Button(label=label, custom_id=f"scores_{to}:{period}:{owner}"))

    def asked(self, values: Sequence[str]) -> ShownAsked:  # noqa: ARG002
        """See `Control.asked`."""
        return ShownAsked(self.state["to"] == "show", Period(self.state["period"]))


CONTROLS = (PeriodButton, HistoryButton, ShownButton)
"""All that there are."""


def own_board(board: Board, period: Period, say: Say, owner: int, *, in_session: bool) -> Message:
    """Lay a scoreboard out for one person.

    Args:
        board: what they may see.
        period: what it is of.
        say: their language.
        owner: their id.
        in_session: whether it is shown in the thread of a session.
    """
    parts = _board(board.standings, period, lambda text: text(say))
    parts += [Separator(), TextDisplay(_own(board, say))]
    parts.append(_periods(period, owner, in_session=in_session, label=lambda text: text(say)))
    shown = ShownButton.drawn(board, period, owner, say)
    parts.append(ActionRow(HistoryButton.drawn(owner, say), shown))
    return framed(*parts)


def shared_board(
    standings: Sequence[Standing],
    period: Period,
    language: str | None,
    owner: int,
    *,
    in_session: bool,
) -> Message:
    """Lay a scoreboard out for all in a channel; see `own_board`."""
    parts = _board(standings, period, lambda text: both(text, language))
    parts.append(
        _periods(period, owner, in_session=in_session, label=lambda text: beside(text, language))
    )
    return framed(*parts)


def ranks(standings: Sequence[Standing]) -> str:
    """Write standings down, a line each: mentions tell Discord's readers the names."""
    return "\n".join(
        f"{_MEDALS.get(each.rank, f'{each.rank}.')} <@{each.user_id}> · **{each.points:,}**"
        f" · {each.right}/{each.rounds}"
        for each in standings
    )


def history(weeks: Sequence[Week], picture: bytes, say: Say, owner: int) -> Message:
    """Lay one's own weeks out.

    Args:
        weeks: without a gap; none where there is nothing.
        picture: of them.
        say: the person's language.
        owner: their id.
    """
    heading = say("scores.history_heading")
    back = _periods(None, owner, in_session=False, label=lambda text: text(say))
    if not weeks:
        words = say("scores.history_empty", weeks=WEEKS)
        return framed(TextDisplay(f"{heading}\n{words}"), back)
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
    return framed(TextDisplay(f"{heading}\n{words}"), gallery, back, files=[file])


def _board(standings: Sequence[Standing], period: Period, spoken: Spoken) -> list[Item[Any]]:
    lines = [
        spoken(lambda say: say("scores.heading", period=say(PERIODS[period]))),
        ranks(standings[:_NAMED]) if standings else spoken(lambda say: say("scores.empty")),
    ]
    more = len(standings) - _NAMED
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
    chosen: Period | None, owner: int, *, in_session: bool, label: Spoken
) -> ActionRow[Any]:
    def named(period: Period) -> str:
        return label(lambda say: say(PERIODS[period]))

    return ActionRow(
        *(
            PeriodButton.drawn(period, named(period), owner, chosen=period is chosen)
            for period in Period
            if in_session or period is not Period.SESSION
        )
    )
