"""The controls of lessons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select
from typing_extensions import override

from bot.explain.controls import PREDICTED
from bot.explain.query import LAYER_CODES, random_index
from bot.lessons.page_control import NAME, STATE, Presses, StateButton, decode, encode
from bot.lessons.state import LessonState
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import EVERYONE, OWNER, Control
from core.dataset import TEST_DIGITS
from core.explain.scores import Score
from core.transforms import Transform


class PageButton(StateButton, template=rf"page:(?P<to>\d{{1,2}}):{STATE}"):
    """Turns to another page of the lesson."""

    prefix = "page"

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.turn_to(interaction, decode(self.state), int(self.state["to"]))


class ChoiceButton(StateButton, template=rf"choice:(?P<choice>\d):{STATE}"):
    """Answers the question of a page."""

    prefix = "choice"

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.answer(interaction, decode(self.state), int(self.state["choice"]))


class DigitButton(
    StateButton, template=rf"study:(?P<act>back|any|on|example)\.?(?P<example>\d{{0,4}}):{STATE}"
):
    """Takes another test digit: the previous, any, the next, or `example.` and its index."""

    prefix = "study"

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        state = decode(self.state)
        index = state.view.index or 0
        match self.state["act"]:
            case "back":
                index -= 1
            case "on":
                index += 1
            case "any":
                index = random_index()
            case _:
                index = int(self.state["example"])
        await feature.take_digit(interaction, state, index % TEST_DIGITS)


TRANSFORMS: Mapping[str, Callable[[Transform], Transform]] = {
    "left": lambda transform: transform.shift(-2, 0),
    "up": lambda transform: transform.shift(0, -2),
    "down": lambda transform: transform.shift(0, 2),
    "right": lambda transform: transform.shift(2, 0),
    "thinner": lambda transform: transform.thicken(-1),
    "thicker": lambda transform: transform.thicken(1),
    "rub": lambda transform: transform.erase(),
    "undo": lambda _: Transform(),
}
"""What each `TransformButton` does."""


class TransformButton(StateButton, template=rf"study:(?P<act>{'|'.join(TRANSFORMS)})\.?:{STATE}"):
    """Changes the digit."""

    prefix = "study"

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        state = decode(self.state)
        transform = TRANSFORMS[self.state["act"]](state.view.transform)
        view = replace(state.view, transform=transform)
        await feature.show(interaction, replace(state, view=view))


class OwnButton(Control[Button[Any], Presses], template=rf"own:{STATE}"):
    """Shows the page of a session to the person who presses, with their own digit."""

    @classmethod
    def of(cls, state: LessonState, label: str) -> Self:
        """Make the button."""
        custom_id = f"own:{encode(state, EVERYONE)}"
        return cls(Button(label=label, emoji="🧪", style=ButtonStyle.primary, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.try_own(interaction, decode(self.state))


class ViewSelect(
    Control[Select[Any], Presses], template=rf"study(?P<field>layer|class|score):{STATE}"
):
    """Chooses the layer, the class to explain, or its score."""

    @classmethod
    def of(
        cls,
        field: str,
        state: LessonState,
        owner: int,
        options: list[SelectOption],
        placeholder: str,
    ) -> Self:
        """Make the select of `layer`, `class` or `score`; see `bot.explain.controls`."""
        custom_id = f"study{field}:{encode(state, owner)}"
        return cls(Select(custom_id=custom_id, placeholder=placeholder, options=options))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        state, value = decode(self.state), values[0]
        view = state.view
        match self.state["field"]:
            case "layer" if value in LAYER_CODES:
                view = replace(view, layer=value)
            case "class":
                view = replace(view, target=None if value == PREDICTED else int(value))
            case "score" if value in tuple(Score):
                view = replace(view, score=Score(value))
            case _:
                raise UserError("lesson.changed")
        await feature.show(interaction, replace(state, view=view))


class TermSelect(Control[Select[Any], Presses], template=rf"term:(?P<part>\d{{1,2}}):{OWNER}"):
    """Explains a term, privately: its message stays."""

    @classmethod
    def of(cls, terms: Sequence[tuple[str, str]], placeholder: str, part: int = 0) -> Self:
        """Make a select of at most 25 terms.

        Args:
            terms: the name and the title of each.
            placeholder: what the select is for.
            part: tells several selects of a message apart.
        """
        options = [SelectOption(label=title, value=name) for name, title in terms]
        custom_id = f"term:{part}:{EVERYONE}"
        return cls(Select(custom_id=custom_id, placeholder=placeholder, options=options))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.look_up(interaction, values[0])


class LessonSelect(Control[Select[Any], Presses], template=rf"lessons:(?P<part>\d):{OWNER}"):
    """Goes on with a lesson of the course."""

    @classmethod
    def of(cls, owner: int, options: list[SelectOption], placeholder: str, part: int) -> Self:
        """Make the select of the contents' part."""
        custom_id = f"lessons:{part}:{owner}"
        return cls(Select(custom_id=custom_id, placeholder=placeholder, options=options))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.resume(interaction, values[0])


class OpenButton(Control[Button[Any], Presses], template=rf"open:(?P<lesson>{NAME}):{OWNER}"):
    """Goes on with one lesson."""

    @classmethod
    def of(cls, owner: int, lesson: str, label: str, style: ButtonStyle) -> Self:
        """Make the button."""
        custom_id = f"open:{lesson}:{owner}"
        return cls(Button(label=label[:80], emoji="▶️", style=style, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.resume(interaction, self.state["lesson"])


class ContentsButton(Control[Button[Any], Presses], template=rf"contents:{OWNER}"):
    """Shows all lessons."""

    @classmethod
    def of(cls, owner: int, label: str) -> Self:
        """Make the button."""
        return cls(Button(label=label, emoji="📚", custom_id=f"contents:{owner}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.contents(interaction)


CONTROLS = (
    PageButton,
    ChoiceButton,
    DigitButton,
    TransformButton,
    OwnButton,
    ViewSelect,
    TermSelect,
    LessonSelect,
    OpenButton,
    ContentsButton,
)
