"""The digit of the day: its question, and beside it the answer to the one before."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from discord import MediaGalleryItem
from discord.ui import ActionRow, Button, Item, MediaGallery, Separator, TextDisplay

from bot.daily.daily import Closer, Due, Past
from bot.explain.messages import describe_card
from bot.explain.phrases import REGION_NAMES
from bot.explain.results import DigitResult
from bot.i18n import Say
from bot.ui.control import OWNER, LegacyControl
from bot.ui.languages import beside, both
from bot.ui.layout import Message, attached, framed
from core.explain.regions import Region
from core.figures.percent import format_percent

_NOBODY = 0


class CloserButton(LegacyControl[Button[Any]], template=rf"daily:(?P<digit>\d{{1,4}}):{OWNER}"):
    """All that there is to see of yesterday's digit, to the presser alone."""

    private: ClassVar[bool] = True

    @classmethod
    def drawn(cls, digit: int, language: str | None) -> Self:
        """Draw it."""
        label = beside(lambda say: say("daily.closer"), language)
        return cls(Button(label=label, emoji="🔎", custom_id=f"daily:{digit}:{_NOBODY}"))

    def asked(self, values: Sequence[str]) -> Closer:  # noqa: ARG002 - a button has none
        """See `Control.asked`."""
        return Closer(int(self.state["digit"]))


def file_name(day: dt.date) -> str:
    """Name the picture of a day's digit, by which its message is found again."""
    return f"digit-{day.isoformat()}.jpg"


def daily(
    due: Due, picture: bytes, ink: Sequence[Region], before: tuple[Past, DigitResult] | None
) -> Message:
    """Lay the digit of the day out; nothing in it tells what it is.

    Args:
        due: which digit, and for whom.
        picture: of it.
        ink: where most of it is.
        before: the one before, and what the network says of it.
    """
    question = "daily.mistaken" if due.mistaken else "daily.narrow"

    def asks(say: Say) -> str:
        return say(question)

    def described(say: Say) -> str:
        return say("daily.alt", regions=", ".join(say(REGION_NAMES[each]) for each in ink))

    language = due.language
    file = attached(picture, file_name(due.day), both(described, language))
    files = [file]
    parts: list[Item[Any]] = [
        TextDisplay(f"{both(lambda say: say('daily.heading'), language)}\n{both(asks, language)}"),
        MediaGallery(MediaGalleryItem(file)),
        TextDisplay(both(lambda say: say("daily.tomorrow"), language)),
    ]
    if before is not None:
        past, answer = before
        alt = both(lambda say: describe_card(answer, say), language)
        card = attached(answer.card, "gradcam.png", alt)
        files.append(card)
        words = both(lambda say: _answered(due.day, past, answer, say), language)
        parts += [
            Separator(),
            TextDisplay(words),
            MediaGallery(MediaGalleryItem(card)),
            ActionRow(CloserButton.drawn(past.digit, language)),
        ]
    return framed(*parts, files=files)


def _answered(day: dt.date, past: Past, answer: DigitResult, say: Say) -> str:
    first, second = answer.prediction.ranked[:2]
    yesterday = day - past.day == dt.timedelta(days=1)
    heading = say("daily.yesterday") if yesterday else say("daily.before", day=past.day.isoformat())
    words = say(
        "daily.answer",
        index=past.digit,
        label=answer.digit.label,
        prediction=first,
        confidence=format_percent(answer.prediction.confidence),
        second=second,
        second_confidence=format_percent(answer.prediction.probabilities[second]),
    )
    return f"{heading}\n{words} {say('daily.heat', target=answer.target)}"
