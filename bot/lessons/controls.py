"""The controls of a lesson: what they need to know stands in their `custom_id`."""

import re
from abc import ABC
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from discord import ButtonStyle, SelectOption
from discord.ui import Button, Select

from bot.explain.phrases import SCORE_NAMES
from bot.explain.query import random_index
from bot.i18n import Say
from bot.lessons.course import Lesson, Question, Term
from bot.lessons.illustrations import (
    Choosing,
    Contents,
    Exhibit,
    Look,
    LookingUp,
    Opening,
    Page,
    Place,
    TryOwn,
    Turn,
)
from bot.ui.control import OWNER, ItemT, LegacyControl
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.scores import Score
from core.figures.percent import format_percent
from core.transforms import Transform

SHARED = 0
"""The owner of a message that is everybody's: each press is answered to its presser alone."""

LETTERS = "ABCDE"
"""The options of a question."""

_SCORES = tuple(Score)
_PREDICTED, _OWN = "p", "u"
_NAME = r"[a-z][a-z0-9-]{0,23}"
_PLACE = (
    rf"(?P<lesson>{_NAME})/(?P<screen>\d{{1,2}})/(?P<index>\d{{1,4}}|u)/(?P<layer>\d)"
    rf"/(?P<target>\d|-)/(?P<score>\d)/(?P<edit>-?\d\.-?\d\.-?\d\.\d)/(?P<session>\d{{1,9}})/{OWNER}"
)
"""A place and the message's owner: 83 characters at most."""


def encode(place: Place, owner: int) -> str:
    """Write a place down, as the controls' templates have it."""
    look, transform = place.look, place.look.transform
    fields = (
        place.lesson,
        place.screen,
        _OWN if look.index is None else look.index,
        SPATIAL_LAYERS.index(look.layer),
        "-" if look.target is None else look.target,
        _SCORES.index(look.score),
        f"{transform.thickness}.{transform.right}.{transform.down}.{transform.erased}",
        place.session,
        owner,
    )
    return "/".join(map(str, fields))


def _decode(match: re.Match[str]) -> Place:
    thickness, right, down, erased = map(int, match["edit"].split("."))
    look = Look(
        index=None if match["index"] == _OWN else int(match["index"]),
        layer=SPATIAL_LAYERS[int(match["layer"])],
        target=None if match["target"] == "-" else int(match["target"]),
        score=_SCORES[int(match["score"])],
        transform=Transform(thickness, right, down, erased),
    )
    return Place(match["lesson"], int(match["screen"]), look, int(match["session"]))


class PlaceControl(LegacyControl[ItemT], ABC, template=r"(?!)"):
    """Knows where in the course its message is."""

    @property
    def place(self) -> Place:
        """Where its message is."""
        return _decode(self.state)

    def turned(self, look: Look) -> Turn:
        """Look at something else on the same screen."""
        return Turn(replace(self.place, look=look))


class PageButton(PlaceControl[Button[Any]], template=rf"page:(?P<page>\d{{1,2}}):{_PLACE}"):
    """To another screen of the lesson."""

    @classmethod
    def drawn(cls, place: Place, owner: int, page: int, label: str, emoji: str) -> Self:
        """Draw it."""
        custom_id = f"page:{page}:{encode(place, owner)}"
        style = ButtonStyle.primary if page > place.screen else ButtonStyle.secondary
        return cls(Button(label=label, emoji=emoji, style=style, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Page(self.place, int(self.state["page"]))


class StudyButton(
    PlaceControl[Button[Any]], template=rf"study:(?P<act>[a-z]+)\.?(?P<to>\d{{0,4}}):{_PLACE}"
):
    """Something to try with the digit."""

    @classmethod
    def drawn(
        cls, place: Place, owner: int, act: str, label: str, *, to: int | None = None
    ) -> Self:
        """Draw one of `ACTS`, or `example` with the digit that it shows."""
        emoji, _ = ACTS[act]
        to_ = "" if to is None else f".{to}"
        custom_id = f"study:{act}{to_}:{encode(place, owner)}"
        return cls(Button(label=label, emoji=emoji, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        look, act = self.place.look, self.state["act"]
        if act == "example":
            return self.turned(look.take(int(self.state["to"])))
        return self.turned(ACTS[act][1](look))


def _edited(change: Callable[[Transform], Transform]) -> Callable[[Look], Look]:
    return lambda look: replace(look, transform=change(look.transform))


def _any(look: Look) -> Look:
    return look.take(random_index())


ACTS: dict[str, tuple[str, Callable[[Look], Look]]] = {
    "back": ("◀️", lambda look: look.take((look.index or 0) - 1)),
    "any": ("🎲", _any),
    "on": ("▶️", lambda look: look.take((look.index or 0) + 1)),
    "example": ("🔎", lambda look: look),
    "left": ("⬅️", _edited(lambda transform: transform.shift(-2, 0))),
    "up": ("⬆️", _edited(lambda transform: transform.shift(0, -2))),
    "down": ("⬇️", _edited(lambda transform: transform.shift(0, 2))),
    "right": ("➡️", _edited(lambda transform: transform.shift(2, 0))),
    "thinner": ("✏️", _edited(lambda transform: transform.thicken(-1))),
    "thicker": ("🖌️", _edited(lambda transform: transform.thicken(1))),
    "rub": ("🧽", _edited(lambda transform: transform.erase())),
    "undo": ("↩️", _edited(lambda _: Transform())),
}
"""What buttons do to what is looked at."""


class StudyLayerSelect(PlaceControl[Select[Any]], template=rf"studylayer:{_PLACE}"):
    """Another layer."""

    @classmethod
    def drawn(cls, place: Place, owner: int, exhibit: Exhibit, say: Say) -> Self:
        """Offer every layer."""
        options = [
            SelectOption(
                label=say("control.layer", layer=layer),
                value=layer,
                description=say("control.layer_option", h=h, w=w),
                default=layer == place.look.layer,
            )
            for layer, (h, w) in exhibit.layers.items()
        ]
        return cls(Select(custom_id=f"studylayer:{encode(place, owner)}", options=options))

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        return self.turned(replace(self.place.look, layer=values[0]))


class StudyClassSelect(PlaceControl[Select[Any]], template=rf"studyclass:{_PLACE}"):
    """Another class."""

    @classmethod
    def drawn(cls, place: Place, owner: int, exhibit: Exhibit, say: Say) -> Self:
        """Offer the predicted class, and all ten."""
        predicted = int(exhibit.probabilities.argmax())
        options = [
            SelectOption(
                label=say("control.target_predicted", target=predicted),
                value=_PREDICTED,
                default=place.look.target is None,
            )
        ]
        options += [
            SelectOption(
                label=say("control.target_option", target=target),
                value=str(target),
                description=format_percent(probability),
                default=target == place.look.target,
            )
            for target, probability in enumerate(exhibit.probabilities)
        ]
        return cls(Select(custom_id=f"studyclass:{encode(place, owner)}", options=options))

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        target = None if values[0] == _PREDICTED else int(values[0])
        return self.turned(replace(self.place.look, target=target))


class StudyScoreSelect(PlaceControl[Select[Any]], template=rf"studyscore:{_PLACE}"):
    """Another score."""

    @classmethod
    def drawn(cls, place: Place, owner: int, say: Say) -> Self:
        """Offer the three."""
        options = [
            SelectOption(
                label=say("control.score", score=say(SCORE_NAMES[score])),
                value=score,
                default=score is place.look.score,
            )
            for score in Score
        ]
        return cls(Select(custom_id=f"studyscore:{encode(place, owner)}", options=options))

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        return self.turned(replace(self.place.look, score=Score(values[0])))


class OwnButton(PlaceControl[Button[Any]], template=rf"own:{_PLACE}"):
    """The screen of a session, for oneself and with one's own digit."""

    @classmethod
    def drawn(cls, place: Place, label: str) -> Self:
        """Draw it."""
        custom_id = f"own:{encode(place, SHARED)}"
        return cls(Button(label=label, emoji="🧪", style=ButtonStyle.primary, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return TryOwn(self.place)


class ChoiceButton(PlaceControl[Button[Any]], template=rf"choice:(?P<choice>\d):{_PLACE}"):
    """One option of a question."""

    @classmethod
    def drawn(
        cls, place: Place, owner: int, question: Question, choice: int, chosen: int | None
    ) -> Self:
        """Draw it: green or red where it was chosen."""
        style = ButtonStyle.secondary
        if choice == chosen:
            style = ButtonStyle.success if choice == question.right else ButtonStyle.danger
        custom_id = f"choice:{choice}:{encode(place, owner)}"
        return cls(Button(label=LETTERS[choice], style=style, custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Choosing(self.place, int(self.state["choice"]))


class TermSelect(LegacyControl[Select[Any]], template=rf"term:(?P<part>\d{{1,2}}):{OWNER}"):
    """What does this word mean? Its answer never takes the message's place: that is nobody's."""

    @classmethod
    def drawn(cls, terms: Sequence[tuple[str, str]], placeholder: str, part: int = 0) -> Self:
        """Offer terms, at most 25: names and what they are called."""
        options = [SelectOption(label=title, value=name) for name, title in terms]
        return cls(
            Select(custom_id=f"term:{part}:{SHARED}", placeholder=placeholder, options=options)
        )

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        return LookingUp(values[0])


class LessonSelect(LegacyControl[Select[Any]], template=rf"lessons:(?P<part>\d):{OWNER}"):
    """Another lesson."""

    @classmethod
    def drawn(
        cls, owner: int, lessons: Sequence[tuple[Lesson, str]], say: Say, part: int = 0
    ) -> Self:
        """Offer lessons, at most 25, each with a sign of how far the reader is."""
        options = [
            SelectOption(label=f"{lesson.order}. {lesson.title}", value=lesson.name, emoji=sign)
            for lesson, sign in lessons
        ]
        return cls(
            Select(
                custom_id=f"lessons:{part}:{owner}",
                placeholder=say("lesson.choose"),
                options=options,
            )
        )

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        return Opening(values[0])


class OpenButton(LegacyControl[Button[Any]], template=rf"open:(?P<lesson>{_NAME}):{OWNER}"):
    """On with a lesson."""

    @classmethod
    def drawn(cls, owner: int, lesson: str, label: str) -> Self:
        """Draw it."""
        return cls(
            Button(
                label=label,
                emoji="▶️",
                style=ButtonStyle.primary,
                custom_id=f"open:{lesson}:{owner}",
            )
        )

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Opening(self.state["lesson"])


class ContentsButton(LegacyControl[Button[Any]], template=rf"contents:{OWNER}"):
    """All lessons."""

    @classmethod
    def drawn(cls, owner: int, say: Say) -> Self:
        """Draw it."""
        label, custom_id = say("lesson.contents"), f"contents:{owner}"
        return cls(Button(label=label, emoji="📚", custom_id=custom_id))

    def asked(self, values: Sequence[str]) -> object:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Contents()


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
"""All that there are."""


def named(terms: Sequence[Term]) -> list[tuple[str, str]]:
    """Take names and titles."""
    return [(term.name, term.title) for term in terms]
