"""The controls under an answer about an uploaded picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

from discord import SelectOption
from discord.ui import Button, Select

from bot.explain.answers import Opinion, region_of
from bot.explain.control_state import STATE, QuestionControl
from bot.explain.names import REGION_NAMES
from bot.explain.questions import NO_DIGIT, Correction, HowDecided, HowRead, Question
from bot.i18n import Say
from core.figures.percent import format_percent
from core.uploads import Reading

_MOST = 25  # options of a select


class DigitSelect(QuestionControl[Select[Any]], template=rf"digit:(?P<first>\d{{1,2}}):{STATE}"):
    """One of several digits; of more than a select can offer, there is a select for each part."""

    @classmethod
    def all_drawn(
        cls,
        state: str,
        reading: Reading,
        opinions: Sequence[Opinion],
        place: int | None,
        say: Say,
    ) -> list[Self]:
        """Offer the digits, with what each was read as."""
        parts = -(-len(opinions) // _MOST)
        edges = [len(opinions) * i // parts for i in range(parts + 1)]
        return [
            cls._drawn(state, reading, opinions, range(*part), place, say)
            for part in pairwise(edges)
        ]

    @classmethod
    def _drawn(
        cls,
        state: str,
        reading: Reading,
        opinions: Sequence[Opinion],
        part: range,
        place: int | None,
        say: Say,
    ) -> Self:
        options = [
            SelectOption(
                label=say(
                    "control.digit",
                    number=i + 1,
                    digit=opinions[i].prediction,
                    confidence=format_percent(opinions[i].confidence),
                ),
                value=str(i),
                description=say(REGION_NAMES[region_of(reading.digits[i], reading)]),
                default=i == place,
            )
            for i in part
        ]
        placeholder = say("control.digits", first=part.start + 1, last=part.stop)
        custom_id = f"digit:{part.start}:{state}"
        return cls(Select(custom_id=custom_id, options=options, placeholder=placeholder))

    def changed(self, values: Sequence[str]) -> Question:
        """See `QuestionControl.changed`."""
        return self.question.enter(int(values[0]))


class AllDigitsButton(QuestionControl[Button[Any]], template=rf"all:{STATE}"):
    """All digits of the picture again."""

    @classmethod
    def drawn(cls, state: str, count: int, say: Say) -> Self:
        """Say how many there are."""
        label = say("control.all_digits", count=count)
        return cls(Button(label=label, emoji="🔢", custom_id=f"all:{state}"))

    def changed(self, values: Sequence[str]) -> Question:  # noqa: ARG002 - a button has none
        """See `QuestionControl.changed`."""
        return self.question.enter(None)


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

    private = True

    @classmethod
    def drawn(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_read"), emoji="🔍", custom_id=f"steps:{state}"))

    def asked(self, values: Sequence[str]) -> HowRead:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return HowRead(self.question)


class HowDecidedButton(QuestionControl[Button[Any]], template=rf"rule:{STATE}"):
    """How was this decided? The rule and its error rates, to the presser alone."""

    private = True

    @classmethod
    def drawn(cls, state: str, say: Say) -> Self:
        """Draw the button."""
        return cls(Button(label=say("control.how_decided"), emoji="⚖️", custom_id=f"rule:{state}"))

    def asked(self, values: Sequence[str]) -> HowDecided:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return HowDecided()
