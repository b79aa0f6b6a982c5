"""Which controls stand under which answer."""

from typing import Any

from discord.ui import ActionRow

from bot.explain.answers import Answer, Nothing, Outcome, Overview
from bot.explain.audience import Audience
from bot.explain.control_state import encode
from bot.explain.controls import (
    STEPS,
    LayerSelect,
    NetworkButton,
    ScoreSelect,
    StepButton,
    TargetSelect,
)
from bot.explain.upload_controls import (
    AllDigitsButton,
    CorrectSelect,
    DigitSelect,
    HowDecidedButton,
    HowReadButton,
)
from bot.i18n import Say

CONTROLS = (
    LayerSelect,
    TargetSelect,
    ScoreSelect,
    StepButton,
    NetworkButton,
    DigitSelect,
    AllDigitsButton,
    CorrectSelect,
    HowReadButton,
    HowDecidedButton,
)
"""All that there are."""

Rows = list[ActionRow[Any]]


def controls(outcome: Outcome, say: Say, audience: Audience) -> Rows:
    """Draw the controls of an answer, row by row."""
    state = encode(outcome.question, audience)
    match outcome:
        case Answer(spot=None):
            return _of_test_digit(outcome, state, say)
        case Answer():
            return _of_digit(outcome, state, say, correctable=audience.has_uploader)
        case Overview():
            return _of_several(outcome, state, say)
        case Nothing():
            return _of_refused(outcome, state, say, correctable=audience.has_uploader)


def _of_test_digit(answer: Answer, state: str, say: Say) -> Rows:
    steps = (StepButton.drawn(state, step, say) for step in STEPS)
    return [
        ActionRow(LayerSelect.drawn(state, answer, say)),
        ActionRow(TargetSelect.drawn(state, answer, say)),
        ActionRow(ScoreSelect.drawn(state, answer, say)),
        ActionRow(*steps, NetworkButton.drawn(state, answer, say)),
    ]


def _of_digit(answer: Answer, state: str, say: Say, *, correctable: bool) -> Rows:
    selects: list[Any] = [
        LayerSelect.drawn(state, answer, say),
        TargetSelect.drawn(state, answer, say),
        ScoreSelect.drawn(state, answer, say),
    ]
    buttons: list[Any] = [NetworkButton.drawn(state, answer, say), *_how(state, say)]
    if answer.spot is not None and len(answer.opinions) > 1:
        reading, place = answer.spot.reading, answer.spot.place
        selects[:0] = DigitSelect.all_drawn(state, reading, answer.opinions, place, say)
        buttons.insert(0, AllDigitsButton.drawn(state, len(answer.opinions), say))
    if correctable:
        selects.append(CorrectSelect.drawn(state, answer.question.said, say))
    return [*map(ActionRow, selects), ActionRow(*buttons)]


def _of_several(overview: Overview, state: str, say: Say) -> Rows:
    selects: list[Any] = [
        *DigitSelect.all_drawn(state, overview.reading, overview.opinions, None, say),
        LayerSelect.drawn(state, overview, say),
        TargetSelect.drawn(state, overview, say),
        ScoreSelect.drawn(state, overview, say),
    ]
    buttons = (NetworkButton.drawn(state, overview, say), *_how(state, say))
    return [*map(ActionRow, selects), ActionRow(*buttons)]


def _of_refused(nothing: Nothing, state: str, say: Say, *, correctable: bool) -> Rows:
    rows: Rows = [ActionRow(*_how(state, say))]
    if correctable:
        rows.insert(0, ActionRow(CorrectSelect.drawn(state, nothing.question.said, say)))
    return rows


def _how(state: str, say: Say) -> tuple[HowReadButton, HowDecidedButton]:
    return HowReadButton.drawn(state, say), HowDecidedButton.drawn(state, say)
