"""What every control below a page holds: the page's state, and the owner of the message."""

import re
from typing import Any, ClassVar, Protocol, Self

from discord import ButtonStyle
from discord.ui import Button

from bot.explain.query import LAYER_CODES, SCORE_CODES
from bot.lessons.state import LessonState, View
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control
from core.transforms import Transform

_OWN = "u"
_LAYERS = {code: layer for layer, code in LAYER_CODES.items()}
_SCORES = {code: score for score, code in SCORE_CODES.items()}
NAME = r"[a-z][a-z0-9-]{0,23}"
STATE = (
    rf"(?P<lesson>{NAME})/(?P<page>\d{{1,2}})/(?P<index>\d{{1,4}}|u)/(?P<layer>\d)/(?P<target>\d|-)"
    rf"/(?P<score>\d)/(?P<transform>-?\d\.-?\d\.-?\d\.\d)/(?P<session>\d{{1,9}})/{OWNER}"
)
"""A lesson's state and the owner of its message: 83 characters at most."""


class Presses(Protocol):
    """What the controls of lessons call."""

    async def show(self, interaction: Interaction, state: LessonState) -> None:
        """Show a page with another view."""

    async def take_digit(self, interaction: Interaction, state: LessonState, index: int) -> None:
        """Show a page with another test digit."""

    async def turn_to(self, interaction: Interaction, state: LessonState, page: int) -> None:
        """Show another page as it begins, with the same digit."""

    async def try_own(self, interaction: Interaction, state: LessonState) -> None:
        """Show the page of a session to one learner, with their own digit."""

    async def answer(self, interaction: Interaction, state: LessonState, choice: int) -> None:
        """Take an answer to the page's question."""

    async def resume(self, interaction: Interaction, name: str) -> None:
        """Go on with a lesson."""

    async def contents(self, interaction: Interaction) -> None:
        """Show all lessons."""

    async def look_up(self, interaction: Interaction, word: str) -> None:
        """Explain a term."""


def encode(state: LessonState, owner: int) -> str:
    """Write a state and the owner of its message as `STATE` has them."""
    view, transform = state.view, state.view.transform
    fields = (
        state.lesson,
        state.page,
        _OWN if view.index is None else view.index,
        LAYER_CODES[view.layer],
        "-" if view.target is None else view.target,
        SCORE_CODES[view.score],
        f"{transform.thickness}.{transform.right}.{transform.down}.{transform.erased}",
        state.session,
        owner,
    )
    return "/".join(map(str, fields))


def decode(match: re.Match[str]) -> LessonState:
    """Read the state in a `custom_id` that matched `STATE`.

    Raises:
        UserError: If it names a layer or a score that is gone.
    """
    if match["layer"] not in _LAYERS or match["score"] not in _SCORES:
        raise UserError("lesson.changed")
    view = View(
        index=None if match["index"] == _OWN else int(match["index"]),
        layer=_LAYERS[match["layer"]],
        target=None if match["target"] == "-" else int(match["target"]),
        score=_SCORES[match["score"]],
        transform=Transform(*map(int, match["transform"].split("."))),
    )
    return LessonState(match["lesson"], int(match["page"]), view, int(match["session"]))


class StateButton(Control[Button[Any], Presses], template=r"(?!)"):
    """A button that knows the state of its page."""

    prefix: ClassVar[str]

    @classmethod
    def of(
        cls,
        act: object,
        state: LessonState,
        owner: int,
        label: str,
        emoji: str | None = None,
        style: ButtonStyle = ButtonStyle.secondary,
        *,
        disabled: bool = False,
    ) -> Self:
        """Make a button.

        Args:
            act: what it does: the page, the option, or the name in the template.
            state: of the page.
            owner: of the message.
            label: in the reader's language.
            emoji: before the label.
            style: its colour.
            disabled: whether it cannot be pressed.
        """
        custom_id = f"{cls.prefix}:{act}:{encode(state, owner)}"
        return cls(
            Button(label=label, emoji=emoji, style=style, disabled=disabled, custom_id=custom_id)
        )
