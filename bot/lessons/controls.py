"""The controls of lessons. What they need to know is in their `custom_id`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self

from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select
from typing_extensions import override

from bot.explain.phrases import SCORE_NAMES
from bot.explain.query import random_index
from bot.explain.query_control import LAYER_CODES, SCORE_CODES
from bot.i18n import Say
from bot.lessons.course import Lesson, Question
from bot.lessons.illustrations import Illustration
from bot.lessons.state import LessonState, View
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import EVERYONE, OWNER, Control
from core.dataset import TEST_DIGITS
from core.explain.scores import Score
from core.figures.percent import format_percent
from core.transforms import Transform

LETTERS = "ABCDE"
"""The options of a question."""

_PREDICTED, _OWN = "p", "u"
_LAYERS = {code: layer for layer, code in LAYER_CODES.items()}
_SCORES = {code: score for score, code in SCORE_CODES.items()}
_NAME = r"[a-z][a-z0-9-]{0,23}"
_STATE = (
    rf"(?P<lesson>{_NAME})/(?P<page>\d{{1,2}})/(?P<index>\d{{1,4}}|u)/(?P<layer>\d)/(?P<target>\d|-)"
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

    async def resume(self, interaction: Interaction, lesson: str) -> None:
        """Go on with a lesson."""

    async def contents(self, interaction: Interaction) -> None:
        """Show all lessons."""

    async def look_up(self, interaction: Interaction, term: str) -> None:
        """Explain a term."""


def encode(state: LessonState, owner: int) -> str:
    """Write a state and the owner of its message as `_STATE` has them."""
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
    """Read the state in a `custom_id` that matched `_STATE`.

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


class DigitButton(
    Control[Button[Any], Presses],
    template=rf"study:(?P<act>back|any|on|example)\.?(?P<example>\d{{0,4}}):{_STATE}",
):
    """Takes another test digit."""

    @classmethod
    def of(cls, state: LessonState, owner: int, act: str, say: Say) -> Self:
        """Make the button of an act in `DIGIT_ACTS`."""
        emoji, key = DIGIT_ACTS[act]
        custom_id = f"study:{act}:{encode(state, owner)}"
        return cls(Button(label=say(key), emoji=emoji, custom_id=custom_id))

    @classmethod
    def of_example(cls, state: LessonState, owner: int, index: int, say: Say) -> Self:
        """Make the button of the page's example."""
        label = say("lesson.example", index=index)
        custom_id = f"study:example.{index}:{encode(state, owner)}"
        return cls(Button(label=label, emoji="🔎", custom_id=custom_id))

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


DIGIT_ACTS = {
    "back": ("◀️", "lesson.previous_digit"),
    "any": ("🎲", "control.random"),
    "on": ("▶️", "lesson.next_digit"),
}
"""The emoji and the label of each act."""


class TransformButton(
    Control[Button[Any], Presses],
    template=rf"study:(?P<act>left|up|down|right|thinner|thicker|rub|undo)\.?:{_STATE}",
):
    """Changes the digit."""

    @classmethod
    def of(cls, state: LessonState, owner: int, act: str, say: Say) -> Self:
        """Make the button of an act in `TRANSFORM_ACTS`; disabled if it would change nothing."""
        emoji, key, change = TRANSFORM_ACTS[act]
        custom_id = f"study:{act}:{encode(state, owner)}"
        unchanged = change(state.view.transform) == state.view.transform
        return cls(Button(label=say(key), emoji=emoji, custom_id=custom_id, disabled=unchanged))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        state, change = decode(self.state), TRANSFORM_ACTS[self.state["act"]][2]
        view = replace(state.view, transform=change(state.view.transform))
        await feature.show(interaction, replace(state, view=view))


TRANSFORM_ACTS: Mapping[str, tuple[str, str, Callable[[Transform], Transform]]] = {
    "left": ("⬅️", "lesson.left", lambda transform: transform.shift(-2, 0)),
    "up": ("⬆️", "lesson.up", lambda transform: transform.shift(0, -2)),
    "down": ("⬇️", "lesson.down", lambda transform: transform.shift(0, 2)),
    "right": ("➡️", "lesson.right", lambda transform: transform.shift(2, 0)),
    "thinner": ("✏️", "lesson.thinner", lambda transform: transform.thicken(-1)),
    "thicker": ("🖌️", "lesson.thicker", lambda transform: transform.thicken(1)),
    "rub": ("🧽", "lesson.rub", lambda transform: transform.erase()),
    "undo": ("↩️", "lesson.undo", lambda _: Transform()),
}
"""The emoji, the label and the effect of each act."""


class ViewSelect(
    Control[Select[Any], Presses], template=rf"study(?P<field>layer|class|score):{_STATE}"
):
    """Chooses the layer, the class to explain, or its score."""

    @classmethod
    def of_layer(cls, state: LessonState, owner: int, picture: Illustration, say: Say) -> Self:
        """Offer the layers, with the size of their maps."""
        options = [
            SelectOption(
                label=say("control.layer", layer=layer),
                value=layer,
                description=say("control.layer_option", h=h, w=w),
                default=layer == state.view.layer,
            )
            for layer, (h, w) in picture.layers.items()
        ]
        return cls._of("layer", state, owner, options, say("lesson.layer_menu"))

    @classmethod
    def of_class(cls, state: LessonState, owner: int, picture: Illustration, say: Say) -> Self:
        """Offer the predicted class, and each of the ten with its probability."""
        explained, target = picture.subject.explained, state.view.target
        predicted = say("control.target_predicted", target=explained.prediction)
        options = [SelectOption(label=predicted, value=_PREDICTED, default=target is None)]
        options += [
            SelectOption(
                label=say("control.target_option", target=each),
                value=str(each),
                description=format_percent(probability),
                default=each == target,
            )
            for each, probability in enumerate(explained.probabilities)
        ]
        return cls._of("class", state, owner, options, say("lesson.class_menu"))

    @classmethod
    def of_score(cls, state: LessonState, owner: int, say: Say) -> Self:
        """Offer the scores."""
        options = [
            SelectOption(
                label=say("control.score", score=say(key)),
                value=score,
                default=score is state.view.score,
            )
            for score, key in SCORE_NAMES.items()
        ]
        return cls._of("score", state, owner, options, say("lesson.score_menu"))

    @classmethod
    def _of(
        cls,
        field: str,
        state: LessonState,
        owner: int,
        options: list[SelectOption],
        placeholder: str,
    ) -> Self:
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
                view = replace(view, target=None if value == _PREDICTED else int(value))
            case "score" if value in SCORE_NAMES:
                view = replace(view, score=Score(value))
            case _:
                raise UserError("lesson.changed")
        await feature.show(interaction, replace(state, view=view))


class PageButton(Control[Button[Any], Presses], template=rf"page:(?P<to>\d{{1,2}}):{_STATE}"):
    """Turns to another page of the lesson."""

    @classmethod
    def back(cls, state: LessonState, owner: int, say: Say) -> Self:
        """Make the button of the previous page."""
        custom_id = f"page:{state.page - 1}:{encode(state, owner)}"
        return cls(Button(label=say("lesson.back"), emoji="⏮️", custom_id=custom_id))

    @classmethod
    def next(cls, state: LessonState, owner: int, style: ButtonStyle, say: Say) -> Self:
        """Make the button of the next page."""
        custom_id = f"page:{state.page + 1}:{encode(state, owner)}"
        label = say("lesson.next")
        return cls(Button(label=label, emoji="⏭️", style=style, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.turn_to(interaction, decode(self.state), int(self.state["to"]))


class OwnButton(Control[Button[Any], Presses], template=rf"own:{_STATE}"):
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


class ChoiceButton(Control[Button[Any], Presses], template=rf"choice:(?P<choice>\d):{_STATE}"):
    """Answers the question of a page."""

    @classmethod
    def of(
        cls, state: LessonState, owner: int, question: Question, choice: int, chosen: int | None
    ) -> Self:
        """Make the button of an option; the chosen one is green if it is right, and else red."""
        style = ButtonStyle.secondary
        if choice == chosen:
            style = ButtonStyle.success if choice == question.right else ButtonStyle.danger
        custom_id = f"choice:{choice}:{encode(state, owner)}"
        return cls(Button(label=LETTERS[choice], style=style, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.answer(interaction, decode(self.state), int(self.state["choice"]))


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
    def of(cls, owner: int, lessons: Sequence[tuple[Lesson, str]], say: Say, part: int = 0) -> Self:
        """Make a select of at most 25 lessons, each with an emoji for the reader's progress."""
        options = [
            SelectOption(label=f"{lesson.order}. {lesson.title}", value=lesson.name, emoji=emoji)
            for lesson, emoji in lessons
        ]
        custom_id, placeholder = f"lessons:{part}:{owner}", say("lesson.choose")
        return cls(Select(custom_id=custom_id, placeholder=placeholder, options=options))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.resume(interaction, values[0])


class OpenButton(Control[Button[Any], Presses], template=rf"open:(?P<lesson>{_NAME}):{OWNER}"):
    """Goes on with one lesson."""

    @classmethod
    def of(
        cls, owner: int, lesson: str, label: str, style: ButtonStyle = ButtonStyle.primary
    ) -> Self:
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
    def of(cls, owner: int, say: Say) -> Self:
        """Make the button."""
        label, custom_id = say("lesson.contents"), f"contents:{owner}"
        return cls(Button(label=label, emoji="📚", custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.contents(interaction)


CONTROLS = (
    PageButton,
    DigitButton,
    TransformButton,
    ViewSelect,
    OwnButton,
    ChoiceButton,
    TermSelect,
    LessonSelect,
    OpenButton,
    ContentsButton,
)
