"""The controls of a session: on its panel, below each of its steps, and in private answers."""

from abc import ABC
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import discord
from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select, UserSelect

from bot.i18n import Say
from bot.sessions.presses import (
    End,
    Follow,
    HandOver,
    Join,
    Leave,
    Move,
    PlayQuiz,
    Take,
    WhoFollows,
)
from bot.sessions.sessions import Evening
from bot.ui.control import ItemT, LegacyControl
from bot.ui.languages import beside

_SESSION = r"(?P<session>\d{1,10})"
_AT = rf"{_SESSION}/(?P<moves>\d{{1,10}})"
_SCREEN = rf"{_SESSION}/(?P<lesson>[a-z0-9-]{{1,32}})/(?P<screen>\d{{1,4}})"
_LONGEST_OPTION = 100


class SessionControl(LegacyControl[ItemT], ABC, template=r"(?!)"):
    """Knows its session, from its `custom_id`; the message is everybody's.

    Attributes:
        session_id: which session.
        beside: whether the presser is answered privately; else the messages themselves change.
    """

    private: ClassVar[bool] = True

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.session_id = int(self.state["session"])

    def in_place(self, interaction: discord.Interaction[Any]) -> bool:  # noqa: ARG002
        """See `Control.in_place`."""
        return not self.private


class JoinButton(SessionControl[Button[Any]], template=rf"session_join:{_SESSION}"):
    """Take part."""

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.join"), evening.language)
        custom_id = f"session_join:{evening.session_id}"
        return cls(Button(label=label, style=ButtonStyle.success, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> Join:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Join(self.session_id)


class LeaveButton(SessionControl[Button[Any]], template=rf"session_leave:{_SESSION}"):
    """Take part no more."""

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.leave"), evening.language)
        return cls(Button(label=label, custom_id=f"session_leave:{evening.session_id}"))

    def asked(self, values: Sequence[str]) -> Leave:  # noqa: ARG002
        """See `Control.asked`."""
        return Leave(self.session_id)


class MoveButton(SessionControl[Button[Any]], template=rf"session_(?P<to>back|next):{_AT}"):
    """The screen before, or the next one."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, evening: Evening, to: str, *, possible: bool) -> Self:
        """Draw one of the two.

        Args:
            evening: the session.
            to: `back` or `next`.
            possible: whether there is such a screen.
        """
        label = beside(lambda say: say(_MOVES[to][1]), evening.language)
        custom_id = f"session_{to}:{evening.session_id}/{evening.moves}"
        style = ButtonStyle.primary if to == "next" else ButtonStyle.secondary
        return cls(Button(label=label, style=style, disabled=not possible, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> Move:  # noqa: ARG002
        """See `Control.asked`."""
        return Move(self.session_id, int(self.state["moves"]), _MOVES[self.state["to"]][0])


class TakeSelect(SessionControl[Select[Any]], template=rf"session_take:{_AT}"):
    """A lesson."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, evening: Evening, titles: Sequence[tuple[str, str]]) -> Self:
        """Offer the lessons.

        Args:
            evening: the session.
            titles: of each lesson its name, and what it is called.
        """
        options = [
            SelectOption(label=title[:_LONGEST_OPTION], value=name, default=name == evening.lesson)
            for name, title in titles[:25]
        ]
        placeholder = beside(lambda say: say("session.take"), evening.language)
        custom_id = f"session_take:{evening.session_id}/{evening.moves}"
        return cls(Select(custom_id=custom_id, placeholder=placeholder, options=options))

    def asked(self, values: Sequence[str]) -> Take:
        """See `Control.asked`."""
        return Take(self.session_id, int(self.state["moves"]), values[0])


class FollowButton(SessionControl[Button[Any]], template=rf"session_(?P<how>clear|lost):{_SCREEN}"):
    """Did you follow?"""

    @classmethod
    def drawn(cls, evening: Evening, how: str) -> Self:
        """Draw one of the two answers, `clear` or `lost`."""
        label = beside(lambda say: say(_FOLLOWS[how]), evening.language)
        return cls(Button(label=label, custom_id=_at(how, evening)))

    def asked(self, values: Sequence[str]) -> Follow:  # noqa: ARG002
        """See `Control.asked`."""
        follows = self.state["how"] == "clear"
        return Follow(self.session_id, self.state["lesson"], int(self.state["screen"]), follows)


class WhoFollowsButton(SessionControl[Button[Any]], template=rf"session_who:{_SESSION}"):
    """How many could follow, for the host."""

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.who"), evening.language)
        return cls(Button(label=label, custom_id=f"session_who:{evening.session_id}"))

    def asked(self, values: Sequence[str]) -> WhoFollows:  # noqa: ARG002
        """See `Control.asked`."""
        return WhoFollows(self.session_id)


class QuizButton(SessionControl[Button[Any]], template=rf"session_quiz:{_SESSION}"):
    """A round of the quiz."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.quiz"), evening.language)
        return cls(Button(label=label, custom_id=f"session_quiz:{evening.session_id}"))

    def asked(self, values: Sequence[str]) -> PlayQuiz:  # noqa: ARG002
        """See `Control.asked`."""
        return PlayQuiz(self.session_id)


class HandOverButton(SessionControl[Button[Any]], template=rf"session_hand:{_SESSION}"):
    """Somebody else is to lead: asks who."""

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.hand_over"), evening.language)
        return cls(Button(label=label, custom_id=f"session_hand:{evening.session_id}"))

    def asked(self, values: Sequence[str]) -> HandOver:  # noqa: ARG002
        """See `Control.asked`."""
        return HandOver(self.session_id)


class HostSelect(SessionControl[UserSelect[Any]], template=rf"session_host:{_SESSION}"):
    """Who is to lead, of all members."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, evening: Evening, say: Say) -> Self:
        """Draw it."""
        custom_id = f"session_host:{evening.session_id}"
        return cls(UserSelect(custom_id=custom_id, placeholder=say("session.hand_over_to")))

    def asked(self, values: Sequence[str]) -> HandOver:
        """See `Control.asked`."""
        return HandOver(self.session_id, int(values[0]))


class EndButton(SessionControl[Button[Any]], template=rf"session_end:{_SESSION}"):
    """The evening is over: asks again."""

    @classmethod
    def drawn(cls, evening: Evening) -> Self:
        """Draw it."""
        label = beside(lambda say: say("session.end"), evening.language)
        custom_id = f"session_end:{evening.session_id}"
        return cls(Button(label=label, style=ButtonStyle.danger, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> End:  # noqa: ARG002
        """See `Control.asked`."""
        return End(self.session_id, sure=False)


class SureButton(SessionControl[Button[Any]], template=rf"session_sure:{_SESSION}"):
    """The evening is over, surely."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, evening: Evening, say: Say) -> Self:
        """Draw it."""
        custom_id = f"session_sure:{evening.session_id}"
        label = say("session.end_now")
        return cls(Button(label=label, style=ButtonStyle.danger, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> End:  # noqa: ARG002
        """See `Control.asked`."""
        return End(self.session_id, sure=True)


_MOVES = {"back": (-1, "session.back"), "next": (+1, "session.next")}
_FOLLOWS = {"clear": "session.clear", "lost": "session.lost"}

SESSION_CONTROLS = (
    JoinButton,
    LeaveButton,
    MoveButton,
    TakeSelect,
    FollowButton,
    WhoFollowsButton,
    QuizButton,
    HandOverButton,
    HostSelect,
    EndButton,
    SureButton,
)
"""All that there are."""


def _at(kind: str, evening: Evening) -> str:
    return f"session_{kind}:{evening.session_id}/{evening.lesson}/{evening.screen}"
