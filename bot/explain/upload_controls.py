"""The controls under an answer about an uploaded picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

from discord import SelectOption
from discord.ui import Button, Select
from typing_extensions import override

from bot.explain.phrases import REGION_NAMES
from bot.explain.query import NO_DIGIT, Query
from bot.explain.query_control import STATE, Presses, QueryControl
from bot.explain.results import Prediction, region_of
from bot.i18n import Say
from bot.ui.client import Interaction
from bot.ui.control import ItemT
from core.figures.percent import format_percent
from core.uploads import Reading

_MAX_OPTIONS = 25  # of a select
_UNDO = "u"


class DigitSelect(QueryControl[Select[Any]], template=rf"digit:(?P<first>\d{{1,2}}):{STATE}"):
    """Chooses one of several digits; of more than a select can offer, there are several selects."""

    @classmethod
    def all_of(
        cls,
        state: str,
        reading: Reading,
        predictions: Sequence[Prediction],
        position: int | None,
        say: Say,
    ) -> list[Self]:
        """Offer the digits of a picture with their predictions.

        Args:
            state: of the controls.
            reading: the picture.
            predictions: one for each digit, at least two.
            position: of the digit that is shown; `None` if all are.
            say: the reader's language.
        """
        options = [
            SelectOption(
                label=say(
                    "control.digit",
                    number=i + 1,
                    digit=prediction.digit,
                    confidence=format_percent(prediction.confidence),
                ),
                value=str(i),
                description=say(REGION_NAMES[region_of(reading.digits[i], reading)]),
                default=i == position,
            )
            for i, prediction in enumerate(predictions)
        ]
        parts = -(-len(options) // _MAX_OPTIONS)
        edges = [len(options) * i // parts for i in range(parts + 1)]
        return [
            cls(
                Select(
                    custom_id=f"digit:{first}:{state}",
                    options=options[first:end],
                    placeholder=say("control.digits", first=first + 1, last=end),
                )
            )
            for first, end in pairwise(edges)
        ]

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return self.query.at_position(int(values[0]))


class AllDigitsButton(QueryControl[Button[Any]], template=rf"all:{STATE}"):
    """Goes back to all digits of the picture."""

    @classmethod
    def of(cls, state: str, count: int, say: Say) -> Self:
        """Name their number."""
        label = say("control.all_digits", count=count)
        return cls(Button(label=label, emoji="🔢", custom_id=f"all:{state}"))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return self.query.at_position(None)


class UploaderControl(QueryControl[ItemT], template=r"(?!)"):
    """A control for the uploader, whose press changes the message, whoever owns it."""

    @override
    def in_place(self, interaction: Interaction) -> bool:
        return interaction.user.id == self.uploader


class CorrectSelect(UploaderControl[Select[Any]], template=rf"correct:{STATE}"):
    """Chooses the digit's label, or takes it back."""

    @classmethod
    def of(cls, state: str, correction: int | None, say: Say) -> Self:
        """Offer the ten digits and no digit; to take a correction back, where there is one."""
        options = [
            SelectOption(label=_label(label, say), value=str(label), default=label == correction)
            for label in (*range(10), NO_DIGIT)
        ]
        if correction is not None:
            options.append(SelectOption(label=say("control.correct_undo"), value=_UNDO, emoji="↩️"))
        placeholder = say("control.correct")
        return cls(Select(custom_id=f"correct:{state}", options=options, placeholder=placeholder))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        label = None if values[0] == _UNDO else int(values[0])
        await feature.correct(interaction, self.query, label, self.owner, self.uploader)


class ConfirmButton(UploaderControl[Button[Any]], template=rf"confirm:(?P<label>-?\d):{STATE}"):
    """Confirms a correction that contradicts an almost certain network."""

    @classmethod
    def of(cls, state: str, label: int, say: Say) -> Self:
        """Repeat the label."""
        return cls(Button(label=_label(label, say), custom_id=f"confirm:{label}:{state}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        label = int(self.state["label"])
        await feature.correct(
            interaction, self.query, label, self.owner, self.uploader, confirmed=True
        )


class CancelButton(UploaderControl[Button[Any]], template=rf"cancel:{STATE}"):
    """Leaves a correction that was to be confirmed."""

    @classmethod
    def of(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.correct_cancel"), custom_id=f"cancel:{state}"))

    @override
    def changed(self, values: Sequence[str]) -> Query:
        return self.query


class HowReadButton(QueryControl[Button[Any]], template=rf"steps:{STATE}"):
    """Shows how the picture was read, to the presser alone."""

    private = True

    @classmethod
    def of(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_read"), emoji="🔍", custom_id=f"steps:{state}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.show_steps(interaction, self.query)


class HowDecidedButton(QueryControl[Button[Any]], template=rf"rule:{STATE}"):
    """Shows the rule by which a shape is taken for a digit, to the presser alone."""

    private = True

    @classmethod
    def of(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_decided"), emoji="⚖️", custom_id=f"rule:{state}"))

    @override
    async def press(
        self, feature: Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.show_rule(interaction)


def _label(label: int, say: Say) -> str:
    if label == NO_DIGIT:
        return say("control.correct_none")
    return say("control.correct_digit", digit=label)
