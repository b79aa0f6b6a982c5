"""The controls of lessons. What they need to know is in their `custom_id`."""

import re
from abc import ABC
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self

from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select
from typing_extensions import override

from bot.explain.phrases import SCORE_NAMES
from bot.explain.query import random_index
from bot.i18n import Say
from bot.lessons.course import Lesson, Question
from bot.lessons.illustrations import Illustration
from bot.lessons.state import LessonState, View
from bot.ui.client import Interaction
from bot.ui.control import EVERYONE, OWNER, Control, ItemT
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.scores import Score
from core.figures.percent import format_percent
from core.transforms import Transform

LETTERS = "ABCDE"
"""The options of a question."""

_SCORES = tuple(Score)
_PREDICTED, _OWN = "p", "u"
_NAME = r"[a-z][a-z0-9-]{0,23}"
_STATE = (
    rf"(?P<lesson>{_NAME})/(?P<page>\d{{1,2}})/(?P<index>\d{{1,4}}|u)/(?P<layer>\d)"
    rf"/(?P<target>\d|-)/(?P<score>\d)/(?P<edit>-?\d\.-?\d\.-?\d\.\d)/(?P<session>\d{{1,9}})/{OWNER}"
)
"""A lesson's state and the message's owner: 83 characters at most."""


class Presses(Protocol):
    """What the controls of lessons call."""

    async def show(self, interaction: Interaction, state: LessonState) -> None:
        """Show a page with another view."""

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
        SPATIAL_LAYERS.index(view.layer),
        "-" if view.target is None else view.target,
        _SCORES.index(view.score),
        f"{transform.thickness}.{transform.right}.{transform.down}.{transform.erased}",
        state.session,
        owner,
    )
    return "/".join(map(str, fields))


def decode(match: re.Match[str]) -> LessonState:
    """Read the state in a `custom_id` that matched `_STATE`."""
    view = View(
        index=None if match["index"] == _OWN else int(match["index"]),
        layer=SPATIAL_LAYERS[int(match["layer"])],
        target=None if match["target"] == "-" else int(match["target"]),
        score=_SCORES[int(match["score"])],
        transform=Transform(*map(int, match["edit"].split("."))),
    )
    return LessonState(match["lesson"], int(match["page"]), view, int(match["session"]))


class ViewControl(Control[ItemT, Presses], ABC, template=r"(?!)"):
    """Shows the same page with another view."""

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        state = decode(self.state)
        await feature.show(interaction, replace(state, view=self.changed(state.view, values)))

    def changed(self, view: View, values: Sequence[str]) -> View:
        """Return the view after a press."""
        raise NotImplementedError


class StudyButton(
    ViewControl[Button[Any]], template=rf"study:(?P<act>[a-z]+)\.?(?P<to>\d{{0,4}}):{_STATE}"
):
    """Takes another digit, or changes the digit."""

    @classmethod
    def drawn(
        cls, state: LessonState, owner: int, act: str, label: str, *, to: int | None = None
    ) -> Self:
        """Make the button of an act in `ACTS`, or of `example` with a test digit."""
        emoji, _ = ACTS[act]
        to_ = "" if to is None else f".{to}"
        custom_id = f"study:{act}{to_}:{encode(state, owner)}"
        return cls(Button(label=label, emoji=emoji, custom_id=custom_id))

    @override
    def changed(self, view: View, values: Sequence[str]) -> View:
        if self.state["act"] == "example":
            return view.with_digit(int(self.state["to"]))
        return ACTS[self.state["act"]][1](view)


def _transformed(change: Callable[[Transform], Transform]) -> Callable[[View], View]:
    return lambda view: replace(view, transform=change(view.transform))


ACTS: dict[str, tuple[str, Callable[[View], View]]] = {
    "back": ("◀️", lambda view: view.with_digit((view.index or 0) - 1)),
    "any": ("🎲", lambda view: view.with_digit(random_index())),
    "on": ("▶️", lambda view: view.with_digit((view.index or 0) + 1)),
    "example": ("🔎", lambda view: view),
    "left": ("⬅️", _transformed(lambda transform: transform.shift(-2, 0))),
    "up": ("⬆️", _transformed(lambda transform: transform.shift(0, -2))),
    "down": ("⬇️", _transformed(lambda transform: transform.shift(0, 2))),
    "right": ("➡️", _transformed(lambda transform: transform.shift(2, 0))),
    "thinner": ("✏️", _transformed(lambda transform: transform.thicken(-1))),
    "thicker": ("🖌️", _transformed(lambda transform: transform.thicken(1))),
    "rub": ("🧽", _transformed(lambda transform: transform.erase())),
    "undo": ("↩️", _transformed(lambda _: Transform())),
}
"""What buttons do to a view, and their emoji."""


class StudyLayerSelect(ViewControl[Select[Any]], template=rf"studylayer:{_STATE}"):
    """Chooses the layer."""

    @classmethod
    def drawn(cls, state: LessonState, owner: int, illustration: Illustration, say: Say) -> Self:
        """Make the select, with the size of each layer's maps."""
        options = [
            SelectOption(
                label=say("control.layer", layer=layer),
                value=layer,
                description=say("control.layer_option", h=h, w=w),
                default=layer == state.view.layer,
            )
            for layer, (h, w) in illustration.layers.items()
        ]
        return cls(Select(custom_id=f"studylayer:{encode(state, owner)}", options=options))

    @override
    def changed(self, view: View, values: Sequence[str]) -> View:
        return replace(view, layer=values[0])


class StudyClassSelect(ViewControl[Select[Any]], template=rf"studyclass:{_STATE}"):
    """Chooses the class to explain."""

    @classmethod
    def drawn(cls, state: LessonState, owner: int, illustration: Illustration, say: Say) -> Self:
        """Make the select: the predicted class, and each of the ten."""
        probabilities = illustration.subject.explained.probabilities
        predicted = say("control.target_predicted", target=int(probabilities.argmax()))
        options = [
            SelectOption(label=predicted, value=_PREDICTED, default=state.view.target is None)
        ]
        options += [
            SelectOption(
                label=say("control.target_option", target=target),
                value=str(target),
                description=format_percent(probability),
                default=target == state.view.target,
            )
            for target, probability in enumerate(probabilities)
        ]
        return cls(Select(custom_id=f"studyclass:{encode(state, owner)}", options=options))

    @override
    def changed(self, view: View, values: Sequence[str]) -> View:
        return replace(view, target=None if values[0] == _PREDICTED else int(values[0]))


class StudyScoreSelect(ViewControl[Select[Any]], template=rf"studyscore:{_STATE}"):
    """Chooses the score."""

    @classmethod
    def drawn(cls, state: LessonState, owner: int, say: Say) -> Self:
        """Make the select."""
        options = [
            SelectOption(
                label=say("control.score", score=say(SCORE_NAMES[score])),
                value=score,
                default=score is state.view.score,
            )
            for score in Score
        ]
        return cls(Select(custom_id=f"studyscore:{encode(state, owner)}", options=options))

    @override
    def changed(self, view: View, values: Sequence[str]) -> View:
        return replace(view, score=Score(values[0]))


class PageButton(Control[Button[Any], Presses], template=rf"page:(?P<to>\d{{1,2}}):{_STATE}"):
    """Turns to another page of the lesson."""

    @classmethod
    def drawn(cls, state: LessonState, owner: int, page: int, label: str, emoji: str) -> Self:
        """Make the button of a page."""
        style = ButtonStyle.primary if page > state.page else ButtonStyle.secondary
        custom_id = f"page:{page}:{encode(state, owner)}"
        return cls(Button(label=label, emoji=emoji, style=style, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.turn_to(interaction, decode(self.state), int(self.state["to"]))


class OwnButton(Control[Button[Any], Presses], template=rf"own:{_STATE}"):
    """Shows the page of a session to the person who presses, with their own digit."""

    @classmethod
    def drawn(cls, state: LessonState, label: str) -> Self:
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
    def drawn(
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
    def drawn(cls, terms: Sequence[tuple[str, str]], placeholder: str, part: int = 0) -> Self:
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
    def drawn(
        cls, owner: int, lessons: Sequence[tuple[Lesson, str]], say: Say, part: int = 0
    ) -> Self:
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
    def drawn(cls, owner: int, lesson: str, label: str) -> Self:
        """Make the button."""
        custom_id = f"open:{lesson}:{owner}"
        return cls(Button(label=label, emoji="▶️", style=ButtonStyle.primary, custom_id=custom_id))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.resume(interaction, self.state["lesson"])


class ContentsButton(Control[Button[Any], Presses], template=rf"contents:{OWNER}"):
    """Shows all lessons."""

    @classmethod
    def drawn(cls, owner: int, say: Say) -> Self:
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
    StudyButton,
    StudyLayerSelect,
    StudyClassSelect,
    StudyScoreSelect,
    OwnButton,
    ChoiceButton,
    TermSelect,
    LessonSelect,
    OpenButton,
    ContentsButton,
)
