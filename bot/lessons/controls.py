"""The controls of lessons."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from discord.ui import Button, Select
from typing_extensions import override

from bot.explain.controls import PREDICTED
from bot.explain.query import LAYER_CODES, SCORE_CODES, random_index
from bot.lessons.state import LessonState, View
from bot.runtime.errors import UserError
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control
from core.dataset import TEST_DIGITS
from core.explain.scores import Score
from core.transforms import Transform

_OWN = "u"
_LAYERS = {code: layer for layer, code in LAYER_CODES.items()}
_SCORES = {code: score for score, code in SCORE_CODES.items()}
_NAME = r"[a-z][a-z0-9-]{0,23}"
_STATE = (
    rf"(?P<lesson>{_NAME})/(?P<page>\d{{1,2}})/(?P<index>\d{{1,4}}|u)/(?P<layer>\d)"
    r"/(?P<target>\d|-)/(?P<score>\d)/(?P<transform>-?\d\.-?\d\.-?\d\.\d)/(?P<session>\d{1,9})"
    rf"/{OWNER}"
)
"""A lesson's state and the owner of its message: 83 characters at most."""

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
"""What the buttons that change the digit do."""

_VALUE = rf"(?P<value>\d{{1,2}}|back|any|on|example|{'|'.join(TRANSFORMS)})\.?(?P<example>\d*)"


class _Presses(Protocol):
    async def show(self, interaction: Interaction, state: LessonState) -> None: ...
    async def take_digit(
        self, interaction: Interaction, state: LessonState, index: int
    ) -> None: ...
    async def turn_to(self, interaction: Interaction, state: LessonState, page: int) -> None: ...
    async def try_own(self, interaction: Interaction, state: LessonState) -> None: ...
    async def answer(self, interaction: Interaction, state: LessonState, choice: int) -> None: ...
    async def resume(self, interaction: Interaction, name: str) -> None: ...
    async def contents(self, interaction: Interaction) -> None: ...
    async def look_up(self, interaction: Interaction, word: str) -> None: ...


def encode(state: LessonState, owner: int) -> str:
    """Write a state and the owner of its message, as the controls of a page hold them."""
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
    """Read the state in the `custom_id` of a page's control.

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


class PageButton(
    Control[Button[Any], _Presses],
    template=rf"(?P<act>page|choice|study|own):(?:{_VALUE}:)?{_STATE}",
):
    """A button of a page.

    It turns to page `page:…`, gives answer `choice:…`, or shows a session's page to the presser
    alone, `own`. With `study:…` it changes the digit, or takes another: the previous (`back`), the
    next (`on`), any, or `example.` and its index.
    """

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        state, value = decode(self.state), self.state["value"]
        index = state.view.index or 0
        match self.state["act"], value:
            case "own", _:
                await feature.try_own(interaction, state)
            case "page", _:
                await feature.turn_to(interaction, state, int(value))
            case "choice", _:
                await feature.answer(interaction, state, int(value))
            case _, "back":
                await feature.take_digit(interaction, state, (index - 1) % TEST_DIGITS)
            case _, "on":
                await feature.take_digit(interaction, state, (index + 1) % TEST_DIGITS)
            case _, "any":
                await feature.take_digit(interaction, state, random_index())
            case _, "example":
                await feature.take_digit(interaction, state, int(self.state["example"]))
            case _:
                transform = TRANSFORMS[value](state.view.transform)
                view = replace(state.view, transform=transform)
                await feature.show(interaction, replace(state, view=view))


class ViewSelect(
    Control[Select[Any], _Presses], template=rf"study(?P<field>layer|class|score):{_STATE}"
):
    """Chooses the layer, the class to explain, or its score."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        state, value = decode(self.state), self.values[0]
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


class CourseSelect(
    Control[Select[Any], _Presses], template=rf"(?P<of>term|lessons):(?P<part>\d{{1,2}}):{OWNER}"
):
    """Explains a term, or goes on with a lesson; a message may have several parts of its list."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        if self.state["of"] == "term":
            await feature.look_up(interaction, self.values[0])
        else:
            await feature.resume(interaction, self.values[0])


class CourseButton(
    Control[Button[Any], _Presses], template=rf"(?:open:(?P<lesson>{_NAME})|contents):{OWNER}"
):
    """Goes on with a lesson, or shows all lessons."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        if self.state["lesson"]:
            await feature.resume(interaction, self.state["lesson"])
        else:
            await feature.contents(interaction)


CONTROLS = (PageButton, ViewSelect, CourseSelect, CourseButton)
