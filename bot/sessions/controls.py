"""The controls of a session: on its panel, below its steps, and in private messages."""

from abc import ABC
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self

import discord
from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select, UserSelect
from typing_extensions import override

from bot.i18n import Say
from bot.sessions.sessions import Session
from bot.ui.client import Interaction
from bot.ui.control import Control, ItemT
from bot.ui.languages import in_languages_inline

_SESSION = r"(?P<session>\d{1,10})"
_REVISION = rf"{_SESSION}/(?P<revision>\d{{1,10}})"
_PAGE = rf"{_SESSION}/(?P<lesson>[a-z0-9-]{{1,32}})/(?P<page>\d{{1,4}})"
_MAX_OPTION_LABEL = 100
_MAX_OPTIONS = 25

_BUTTONS = {
    "join": ("session.join", ButtonStyle.success),
    "leave": ("session.leave", ButtonStyle.secondary),
    "manage": ("session.manage", ButtonStyle.secondary),
    "who": ("session.who", ButtonStyle.secondary),
    "quiz": ("session.quiz", ButtonStyle.secondary),
    "hand": ("session.hand_over", ButtonStyle.secondary),
    "end": ("session.end", ButtonStyle.danger),
    "sure": ("session.end_now", ButtonStyle.danger),
    "back": ("session.back", ButtonStyle.secondary),
    "next": ("session.next", ButtonStyle.primary),
    "clear": ("session.clear", ButtonStyle.secondary),
    "lost": ("session.lost", ButtonStyle.secondary),
}


class _Presses(Protocol):
    async def join(self, interaction: Interaction, session_id: int) -> None: ...
    async def leave(self, interaction: Interaction, session_id: int) -> None: ...
    async def show_controls(self, interaction: Interaction, session_id: int) -> None: ...
    async def turn(
        self, interaction: Interaction, session_id: int, revision: int, by: int
    ) -> None: ...
    async def choose_lesson(
        self, interaction: Interaction, session_id: int, revision: int, lesson: str
    ) -> None: ...
    async def vote_understanding(
        self, interaction: Interaction, session_id: int, lesson: str, page: int, *, understood: bool
    ) -> None: ...
    async def start_quiz(self, interaction: Interaction, session_id: int) -> None: ...
    async def choose_host(self, interaction: Interaction, session_id: int) -> None: ...
    async def hand_over(self, interaction: Interaction, session_id: int, user_id: int) -> None: ...
    async def confirm_end(self, interaction: Interaction, session_id: int) -> None: ...
    async def end(self, interaction: Interaction, session_id: int) -> None: ...


class SessionControl(Control[ItemT, _Presses], ABC, template=r"(?!)"):
    """A control that works for everybody, and finds its session in its `custom_id`.

    A press is answered by a new private message, unless the class is not `private`.
    """

    private: ClassVar[bool] = True

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.session_id = int(self.state["session"])

    @override
    def in_place(self, interaction: discord.Interaction[Any]) -> bool:
        return not self.private


class SessionButton(
    SessionControl[Button[Any]],
    template=rf"session_(?P<action>join|leave|manage|who|quiz|hand|end|sure):{_SESSION}",
):
    """A button that needs to know nothing but its session."""

    @classmethod
    def drawn(cls, session: Session, action: str, say: Say | None = None) -> Self:
        """Make the button of an action; without `say` for a message that everybody sees."""
        return cls(_button(session, action, str(session.session_id), say))

    @override
    def in_place(self, interaction: discord.Interaction[Any]) -> bool:
        action = self.state["action"]
        if action in {"manage", "who"}:  # in the host's controls it brings them up to date
            return interaction.message is not None and interaction.message.flags.ephemeral
        return action == "sure"

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        presses = {
            "join": feature.join,
            "leave": feature.leave,
            "manage": feature.show_controls,
            "who": feature.show_controls,
            "quiz": feature.start_quiz,
            "hand": feature.choose_host,
            "end": feature.confirm_end,
            "sure": feature.end,
        }
        await presses[self.state["action"]](interaction, self.session_id)


class TurnButton(SessionControl[Button[Any]], template=rf"session_(?P<to>back|next):{_REVISION}"):
    """Takes the group to the previous or the next page."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, session: Session, to: str, say: Say, *, enabled: bool) -> Self:
        """Make one of the two buttons, `back` or `next`."""
        button = _button(session, to, f"{session.session_id}/{session.revision}", say)
        button.disabled = not enabled
        return cls(button)

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        by = 1 if self.state["to"] == "next" else -1
        await feature.turn(interaction, self.session_id, int(self.state["revision"]), by)


class LessonSelect(SessionControl[Select[Any]], template=rf"session_take:{_REVISION}"):
    """Takes the group to a lesson."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, session: Session, titles: Sequence[tuple[str, str]], say: Say) -> Self:
        """Make the menu from the name and the title of each lesson."""
        options = [
            SelectOption(
                label=title[:_MAX_OPTION_LABEL], value=name, default=name == session.lesson
            )
            for name, title in titles[:_MAX_OPTIONS]
        ]
        custom_id = f"session_take:{session.session_id}/{session.revision}"
        return cls(Select(custom_id=custom_id, placeholder=say("session.take"), options=options))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        revision = int(self.state["revision"])
        await feature.choose_lesson(interaction, self.session_id, revision, self.values[0])


class UnderstandingButton(
    SessionControl[Button[Any]], template=rf"session_(?P<vote>clear|lost):{_PAGE}"
):
    """Votes on whether a page is understood."""

    @classmethod
    def drawn(cls, session: Session, vote: str) -> Self:
        """Make one of the two buttons, `clear` or `lost`, for a message that everybody sees."""
        page = f"{session.session_id}/{session.lesson}/{session.page}"
        return cls(_button(session, vote, page))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        lesson, page = self.state["lesson"], int(self.state["page"])
        understood = self.state["vote"] == "clear"
        await feature.vote_understanding(
            interaction, self.session_id, lesson, page, understood=understood
        )


class HostSelect(SessionControl[UserSelect[Any]], template=rf"session_host:{_SESSION}"):
    """Makes a member the host."""

    private: ClassVar[bool] = False

    @classmethod
    def drawn(cls, session: Session, say: Say) -> Self:
        """Make the menu of all members."""
        custom_id = f"session_host:{session.session_id}"
        return cls(UserSelect(custom_id=custom_id, placeholder=say("session.hand_over_to")))

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        await feature.hand_over(interaction, self.session_id, int(self.values[0]))


CONTROLS = (SessionButton, TurnButton, LessonSelect, UnderstandingButton, HostSelect)


def _button(session: Session, action: str, state: str, say: Say | None = None) -> Button[Any]:
    key, style = _BUTTONS[action]
    label = say(key) if say else in_languages_inline(lambda each: each(key), session.language)
    return Button(label=label, style=style, custom_id=f"session_{action}:{state}")
