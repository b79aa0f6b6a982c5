"""The controls under an answer about an uploaded picture."""

from collections.abc import Sequence
from typing import Any, Self

from discord import SelectOption
from discord.ui import Button, Select

from bot.i18n import Say
from bot.services.answers import Opinion, region_of
from bot.services.questions import NO_DIGIT, Correction, HowDecided, HowRead, Question
from bot.views.names import REGION_NAMES
from bot.views.question_control import STATE, QuestionControl
from core.figures.percent import format_percent
from core.uploads import Reading

_ALL = "all"
_AT_A_TIME = 24  # of a select's 25 options, one leads back to all


class DigitSelect(QuestionControl[Select[Any]], template=rf"digit:{STATE}"):
    """One of several digits, or all of them again."""

    @classmethod
    def drawn(
        cls,
        state: str,
        reading: Reading,
        opinions: Sequence[Opinion],
        place: int | None,
        say: Say,
    ) -> Self:
        """Offer the digits, with what each was read as; of very many, those around this one."""
        options = [
            SelectOption(
                label=say("control.all_digits", count=len(opinions)),
                value=_ALL,
                default=place is None,
            )
        ]
        last = max(len(opinions) - _AT_A_TIME, 0)
        first = min(max((place or 0) - _AT_A_TIME // 2, 0), last)
        for i in range(first, min(first + _AT_A_TIME, len(opinions))):
            opinion = opinions[i]
            option = SelectOption(
                label=say(
                    "control.digit",
                    number=i + 1,
                    digit=opinion.prediction,
                    confidence=format_percent(opinion.confidence),
                ),
                value=str(i),
                description=say(REGION_NAMES[region_of(reading.digits[i], reading)]),
                default=i == place,
            )
            options.append(option)
        return cls(Select(custom_id=f"digit:{state}", options=options))

    def changed(self, values: Sequence[str]) -> Question:
        """See `QuestionControl.changed`."""
        return self.question.enter(None if values[0] == _ALL else int(values[0]))


class CorrectSelect(QuestionControl[Select[Any]], template=rf"correct:{STATE}"):
    """What the digit really is, by whoever uploaded it: their press changes the message."""

    def __init__(self, item: Select[Any]) -> None:
        super().__init__(item)
        self.message_owner, self.owner = self.owner, self.uploader

    @classmethod
    def drawn(cls, state: str, said: int | None, say: Say) -> Self:
        """Offer the ten digits, and that it is none."""
        options = [
            SelectOption(
                label=say("control.correct_digit", digit=digit),
                value=str(digit),
                default=digit == said,
            )
            for digit in range(10)
        ]
        options.append(
            SelectOption(
                label=say("control.correct_none"), value=str(NO_DIGIT), default=said == NO_DIGIT
            )
        )
        placeholder = say("control.correct")
        return cls(Select(custom_id=f"correct:{state}", options=options, placeholder=placeholder))

    def asked(self, values: Sequence[str]) -> Correction:
        """See `Control.asked`."""
        return Correction(self.question, int(values[0]), self.message_owner, self.uploader)


class HowReadButton(QuestionControl[Button[Any]], template=rf"steps:{STATE}"):
    """How was my picture read? The steps, to the presser alone."""

    beside = True

    @classmethod
    def drawn(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_read"), emoji="🔍", custom_id=f"steps:{state}"))

    def asked(self, values: Sequence[str]) -> HowRead:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return HowRead(self.question)


class HowDecidedButton(QuestionControl[Button[Any]], template=rf"rule:{STATE}"):
    """How was this decided? The rule and its error rates, to the presser alone."""

    beside = True

    @classmethod
    def drawn(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_decided"), emoji="⚖️", custom_id=f"rule:{state}"))

    def asked(self, values: Sequence[str]) -> HowDecided:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return HowDecided()
