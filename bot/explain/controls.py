"""The controls under an answer: each asks the same query with one thing changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Protocol

from discord import SelectOption
from discord.ui import ActionRow, Button, Select
from typing_extensions import override

from bot.explain.phrases import (
    REGION_NAMES,
    SCORE_NAMES,
    SCORE_NOTES,
    has_lines,
    in_order,
    lines_of,
    method_note,
    suggested,
)
from bot.explain.query import (
    NO_DIGIT,
    STATE,
    Ownership,
    Query,
    decode,
    encode,
    random_index,
)
from bot.explain.results import (
    Answer,
    DigitResult,
    NoDigitResult,
    PictureResult,
    Prediction,
    Records,
    Shapes,
    line_positions,
    region_of,
)
from bot.i18n import Say
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.control import Control, ItemT
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.figures.letters import letter_in_line
from core.figures.probabilities import format_percent
from core.uploads import Reading

PREDICTED = "p"
"""The option for the predicted class, whichever it is."""
NOTHING = "n"
"""The option to compare the explained class with no other."""
_UNDO, _NO = "u", "no"
_MAX_OPTIONS = 25  # of a select


def layer_options(layers: Shapes, chosen: str, say: Say) -> list[SelectOption]:
    """Offer every layer with the size of its maps."""
    return [
        SelectOption(
            label=say("control.layer", layer=layer),
            value=layer,
            description=say("control.layer_option", h=h, w=w),
            default=layer == chosen,
        )
        for layer, (h, w) in layers.items()
    ]


def method_options(records: Records, layer: str, chosen: str, say: Say) -> list[SelectOption]:
    """Offer every method; of those that fail the sanity check at the layer, say so."""
    return [
        SelectOption(
            label=say("control.method", method=method.title),
            value=name,
            description=method_note(name, layer, records, say),
            default=name == chosen,
        )
        for name, method in METHODS.items()
    ]


def against_options(target: int | None, chosen: int | None, say: Say) -> list[SelectOption]:
    """Offer to compare the explained class with each other one, or with none."""
    nothing = say("control.against_nothing")
    return [SelectOption(label=nothing, value=NOTHING, default=chosen is None)] + [
        SelectOption(label=say("control.against", against=k), value=str(k), default=k == chosen)
        for k in range(10)
        if k != target
    ]


def target_options(
    prediction: Prediction | None, chosen: int | None, say: Say
) -> list[SelectOption]:
    """Offer the predicted class and each of the ten.

    Args:
        prediction: the digit's; `None` for several digits, each with its own predicted class.
        chosen: the class that is explained; `None` for the predicted one.
        say: speaks the reader's language.
    """
    predicted = say("control.target_each")
    probabilities: list[str | None] = [None] * 10
    if prediction is not None:
        predicted = say("control.target_predicted", target=prediction.digit)
        probabilities = [format_percent(p) for p in prediction.probabilities]
    about = say("control.target_predicted.about")
    return [
        SelectOption(label=predicted, value=PREDICTED, description=about, default=chosen is None)
    ] + [
        SelectOption(
            label=say("control.target_option", target=target),
            value=str(target),
            description=probability,
            default=target == chosen,
        )
        for target, probability in enumerate(probabilities)
    ]


def score_options(chosen: Score, say: Say) -> list[SelectOption]:
    """Offer every score."""
    return [
        SelectOption(
            label=say("control.score", score=say(name)),
            value=score,
            description=say(SCORE_NOTES[score]),
            default=score is chosen,
        )
        for score, name in SCORE_NAMES.items()
    ]


class _Presses(Protocol):
    async def answer(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None: ...
    async def correct(
        self,
        interaction: Interaction,
        query: Query,
        label: int | None,
        owner: int,
        uploader: int,
        *,
        confirmed: bool = False,
    ) -> None: ...
    async def show_steps(self, interaction: Interaction, query: Query) -> None: ...
    async def show_rule(
        self, interaction: Interaction, query: Query, weights: str | None
    ) -> None: ...


class QueryControl(Control[ItemT, _Presses], template=r"(?!)"):
    """A control whose `custom_id` holds the query that its message answers.

    Attributes:
        query: that query.
        uploader: the id of the user whose picture it is about.
    """

    computes = True

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.query = decode(self.state)
        self.uploader = int(self.state["uploader"])

    async def ask(self, feature: _Presses, interaction: Interaction, query: Query) -> None:
        """Answer another query, in the message's place or to the presser alone."""
        owner = self.owner_of_answer(interaction)
        await feature.answer(interaction, query, owner, self.uploader)


class QuerySelect(
    QueryControl[Select[Any]],
    template=rf"(?P<field>method|layer|target|against|score|(?:line|digit):\d{{1,2}}):{STATE}",
):
    """Changes one field of the query to what is chosen."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        match self.state["field"], self.values[0]:
            case "method", method:
                query = self.query.by_method(method)
            case "layer", layer:
                query = replace(self.query, layer=layer)
            case "target", target:
                query = replace(self.query, target=None if target == PREDICTED else int(target))
            case "against", other:
                query = replace(self.query, against=None if other == NOTHING else int(other))
            case "score", score:
                query = replace(self.query, score=Score(score))
            case field, line if field.startswith("line"):
                query = self.query.at_line(int(line))
            case _, position:
                query = self.query.at_position(int(position))
        await self.ask(feature, interaction, query)


class QueryButton(
    QueryControl[Button[Any]],
    template=rf"(?P<change>step:back|step:any|step:on|network|suggested|whole|all):{STATE}",
):
    """Changes the query to another test digit, network or method, or to more digits of the picture.

    That is a whole line, which the button holds in place of its message's query, or all of them.
    """

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        match self.state["change"]:
            case "network":
                query = replace(self.query, network=self.query.network.other)
            case "suggested":
                query = self.query.by_method(suggested(self.query.method))
            case "whole":
                query = self.query
            case "all":
                query = self.query.at_position(None)
            case step:
                query = self.query.at_index(stepped(self.query.index, step))
        await self.ask(feature, interaction, query)


class HowButton(
    QueryControl[Button[Any]],
    template=rf"(?P<what>steps|rule):{STATE}(?:/(?P<weights>[0-9a-f]*))?",
):
    """Shows how the picture was read, or how that was decided, to the presser alone.

    With the weights of the network that answered, what was decided can be repeated; answers of
    version 0.1, and those without a digit, leave them out.
    """

    private = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        if self.state["what"] == "steps":
            await feature.show_steps(interaction, self.query)
        else:
            await feature.show_rule(interaction, self.query, self.state["weights"])


class UploaderControl(QueryControl[ItemT], template=r"(?!)"):
    """A control for the uploader, whose press changes the message, no matter who owns it."""

    @override
    def in_place(self, interaction: Interaction) -> bool:
        return interaction.user.id == self.uploader


class CorrectSelect(UploaderControl[Select[Any]], template=rf"correct:{STATE}"):
    """Chooses the digit's label, or takes it back."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        label = None if self.values[0] == _UNDO else int(self.values[0])
        await feature.correct(interaction, self.query, label, self.owner, self.uploader)


class ConfirmButton(
    UploaderControl[Button[Any]], template=rf"confirm:(?P<label>-?\d|{_NO}):{STATE}"
):
    """Confirms a label that contradicts an almost certain network, or leaves it."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        query, owner, uploader = self.query, self.owner, self.uploader
        if self.state["label"] == _NO:
            await feature.answer(interaction, query, owner, uploader)
        else:
            label = int(self.state["label"])
            await feature.correct(interaction, query, label, owner, uploader, confirmed=True)


CONTROLS = (QuerySelect, QueryButton, HowButton, CorrectSelect, ConfirmButton)
"""All controls under an answer."""


def controls(
    result: Answer, say: Say, ownership: Ownership, confirm: int | None = None
) -> list[ActionRow[Any]]:
    """Lay out the controls under an answer; the uploader is asked to `confirm` a label."""
    query, state = result.query, encode(result.query, ownership)

    def button(label: str, emoji: str, action: str) -> Button[Any]:
        return Button(label=label, emoji=emoji, custom_id=f"{action}:{state}")

    decided = _decided(result, say, ownership)
    rows, changes = list[ActionRow[Any]](), list[Button[Any]]()
    if not isinstance(result, NoDigitResult):
        opening = _opening(result, state, say)
        rows = [ActionRow(QuerySelect(select)) for select in opening]
        if back := _back(result, say, ownership):
            rows.append(ActionRow(*map(QueryButton, back)))
        rows += [ActionRow(QuerySelect(select)) for select in _selects(result, state, say)]
        changes.append(button(say(_ASK_NETWORK[query.network.other]), "🔀", "network"))
        method = METHODS[suggested(query.method)].title
        changes.append(button(say("control.suggested", method=method), "🎯", "suggested"))
    if query.index is not None:
        changes[:0] = (button(say(key), emoji, step) for step, (emoji, key) in STEPS.items())
        return [*rows, ActionRow(*map(QueryButton, changes)), ActionRow(decided)]
    if ownership.correctable and not isinstance(result, PictureResult):
        rows.append(_correcting(query.correction, confirm, state, say))
    how_read = HowButton(button(say("control.how_read"), "🔍", "steps"))
    return [*rows, ActionRow(*map(QueryButton, changes), how_read, decided)]


def _decided(result: Answer, say: Say, ownership: Ownership) -> HowButton:
    """Offer to tell how an answer was decided, with all that is needed to repeat it."""
    query, weights = result.query, f"/{result.weights}"
    if isinstance(result, DigitResult):
        query = replace(query, target=result.target)
    elif isinstance(result, NoDigitResult):
        weights = ""
    custom_id = f"rule:{encode(query, ownership)}{weights}"
    return HowButton(Button(label=say("control.how_decided"), emoji="⚖️", custom_id=custom_id))


def stepped(index: int | None, step: str) -> int:
    """Return the index of the test digit that one of `STEPS` leads to."""
    index = index or 0
    return {"step:back": index - 1, "step:any": random_index(), "step:on": index + 1}[step]


def _opening(result: DigitResult | PictureResult, state: str, say: Say) -> list[Select[Any]]:
    """Offer the lines of the picture, and the digits of the line that is shown."""
    reading = result.reading
    if reading is None or len(reading.digits) == 1:
        return []
    opened = result.position if isinstance(result, DigitResult) else None
    line = result.query.line if opened is None else reading.lines[opened]
    lines = lines_of(reading, range(len(reading.digits)))
    selects = list[Select[Any]]()
    if len(lines) == 1:
        (line,) = lines
    else:
        options = {
            str(each + 1): _line_option(result, each, within, line, say)
            for each, within in lines.items()
        }
        selects += _parts("line", options, "control.lines", state, say)
    if line is not None and len(lines[line]) > 1:
        options = {
            letter_in_line(i, reading.lines): _digit_option(result, reading, i, opened, say)
            for i in lines[line]
        }
        selects += _parts("digit", options, "control.digits", state, say)
    return selects


def _parts(
    kind: str, options: Mapping[str, SelectOption], label: str, state: str, say: Say
) -> list[Select[Any]]:
    """Offer options by their names, in as many selects as they need."""
    names, parts = list(options), -(-len(options) // _MAX_OPTIONS)
    edges = [len(options) * i // parts for i in range(parts + 1)]
    return [
        Select(
            custom_id=f"{kind}:{first}:{state}",
            options=[options[name] for name in names[first:end]],
            placeholder=say(label, first=names[first], last=names[end - 1]),
        )
        for first, end in pairwise(edges)
    ]


def _line_option(
    result: DigitResult | PictureResult,
    line: int,
    positions: Sequence[int],
    opened: int | None,
    say: Say,
) -> SelectOption:
    predictions = [result.predictions[i] for i in positions]
    least = format_percent(min(each.confidence for each in predictions))
    return SelectOption(
        label=say("control.line", line=line + 1, digits=in_order(predictions, "")),
        value=str(line),
        description=say("control.line_option", count=len(predictions), confidence=least),
        default=line == opened,
    )


def _digit_option(
    result: DigitResult | PictureResult,
    reading: Reading,
    position: int,
    opened: int | None,
    say: Say,
) -> SelectOption:
    prediction = result.predictions[position]
    return SelectOption(
        label=say(
            "control.digit",
            letter=letter_in_line(position, reading.lines),
            digit=prediction.digit,
            confidence=format_percent(prediction.confidence),
        ),
        value=str(position),
        description=say(REGION_NAMES[region_of(reading.digits[position], reading)]),
        default=position == opened,
    )


def _back(result: DigitResult | PictureResult, say: Say, ownership: Ownership) -> list[Button[Any]]:
    """Offer the way back from a digit to its line, and to the page."""
    reading = result.reading
    if reading is None or len(reading.digits) == 1:
        return []
    steps = []
    if isinstance(result, DigitResult) and has_lines(reading):
        line = reading.lines[result.position]
        if len(line_positions(reading, line)) > 1:
            custom_id = f"whole:{encode(result.query.at_line(line), ownership)}"
            steps.append((say("control.whole_line", line=line + 1), "↩️", custom_id))
    if isinstance(result, DigitResult) or result.query.line is not None:
        custom_id = f"all:{encode(result.query, ownership)}"
        steps.append((say("control.all_digits", count=len(reading.digits)), "🔢", custom_id))
    return [Button(label=name, emoji=emoji, custom_id=id_) for name, emoji, id_ in steps]


def _selects(result: DigitResult | PictureResult, state: str, say: Say) -> list[Select[Any]]:
    """Offer what fits the method: layers, classes and scores."""
    query = result.query
    prediction = result.prediction if isinstance(result, DigitResult) else None
    method = METHODS[query.method]
    explained = result.target if isinstance(result, DigitResult) else query.target
    options = {
        "method": method_options(result.records, query.layer, query.method, say),
        "layer": layer_options(result.layers, query.layer, say),
        "target": target_options(prediction, query.target, say),
        "against": against_options(explained, query.against, say),
        "score": score_options(query.score, say),
    }
    # What does not fit stays in its place, but cannot be opened and says why.
    unfit = {}
    if query.layer_read is None:
        unfit["layer"] = say("control.no_layer")
    if not method.class_specific:
        no_class = say("control.no_class")
        unfit = unfit | dict.fromkeys(("target", "against", "score"), no_class)
    elif query.against is not None:
        unfit["score"] = say("control.lead", against=query.against)
    options |= {field: [SelectOption(label=why, default=True)] for field, why in unfit.items()}
    return [
        Select(custom_id=f"{field}:{state}", options=each, disabled=field in unfit)
        for field, each in options.items()
    ]


def _correcting(
    correction: int | None, confirm: int | None, state: str, say: Say
) -> ActionRow[Any]:
    """Offer the labels, or to confirm one."""
    if confirm is not None:
        answers = {confirm: _label(confirm, say), _NO: say("control.correct_cancel")}
        buttons = (
            Button[Any](label=label, custom_id=f"confirm:{answer}:{state}")
            for answer, label in answers.items()
        )
        return ActionRow(*map(ConfirmButton, buttons))
    options = [
        SelectOption(label=_label(label, say), value=str(label), default=label == correction)
        for label in (*range(10), NO_DIGIT)
    ]
    if correction is not None:
        options.append(SelectOption(label=say("control.correct_undo"), value=_UNDO, emoji="↩️"))
    placeholder, custom_id = say("control.correct"), f"correct:{state}"
    select = Select[Any](custom_id=custom_id, options=options, placeholder=placeholder)
    return ActionRow(CorrectSelect(select))


def _label(label: int, say: Say) -> str:
    if label == NO_DIGIT:
        return say("control.correct_none")
    return say("control.correct_digit", digit=label)


STEPS = {
    "step:back": ("◀️", "control.previous"),
    "step:any": ("🎲", "control.random"),
    "step:on": ("▶️", "control.next"),
}
"""The steps from one test digit to another, with an emoji and the key of a label."""
_ASK_NETWORK = {
    Network.TUTORIAL: "control.ask_tutorial",
    Network.UPLOADS: "control.ask_uploads",
}
