"""The controls under a sheet of methods and under a comparison."""

from dataclasses import replace
from typing import Any, Protocol

from discord import SelectOption
from discord.ui import ActionRow, Button, Select
from typing_extensions import override

from bot.compare.comparing import Pair, Sheet
from bot.compare.comparison import COMPARISON, Axis, Comparison, value_on, with_value
from bot.explain.controls import PREDICTED, STEPS, layer_options, stepped, target_options
from bot.explain.phrases import NETWORK_NAMES, method_note
from bot.explain.query import STATE, Ownership, Query, decode, encode
from bot.explain.results import Shapes
from bot.i18n import Say
from bot.runtime.networks import Network
from bot.ui.client import Interaction
from bot.ui.control import Control
from core.explain.methods import METHODS
from core.figures.probabilities import format_percent


class _Presses(Protocol):
    async def sheet(
        self, interaction: Interaction, query: Query, owner: int, uploader: int
    ) -> None: ...
    async def pair(
        self, interaction: Interaction, comparison: Comparison, owner: int, uploader: int
    ) -> None: ...
    async def open(self, interaction: Interaction, query: Query, uploader: int) -> None: ...


class SheetSelect(
    Control[Select[Any], _Presses], template=rf"sheet:(?P<field>layer|target):{STATE}"
):
    """Shows the methods at another layer or for another class."""

    computes = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        query, value = decode(self.state), self.values[0]
        if self.state["field"] == "layer":
            query = replace(query, layer=value)
        else:
            query = replace(query, target=None if value == PREDICTED else int(value))
        owner = self.owner_of_answer(interaction)
        await feature.sheet(interaction, query, owner, int(self.state["uploader"]))


class OpenSelect(Control[Select[Any], _Presses], template=rf"open:{STATE}"):
    """Explains the digit by one of the methods, to the presser alone."""

    private = True
    computes = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        query = decode(self.state).by_method(self.values[0])
        await feature.open(interaction, query, int(self.state["uploader"]))


class SheetButton(
    Control[Button[Any], _Presses], template=rf"sheet-(?P<step>step:(?:back|any|on)):{STATE}"
):
    """Shows the methods on another test digit."""

    computes = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        query = decode(self.state)
        query = query.at_index(stepped(query.index, self.state["step"]))
        owner = self.owner_of_answer(interaction)
        await feature.sheet(interaction, query, owner, int(self.state["uploader"]))


class PairSelect(
    Control[Select[Any], _Presses], template=rf"pair:(?P<field>axis|first|second):{COMPARISON}"
):
    """Changes what is compared."""

    computes = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        comparison, value = Comparison.decode(self.state), self.values[0]
        match self.state["field"]:
            case "axis":
                comparison = Comparison.on(Axis(value), comparison.first)
            case "first":
                first = with_value(comparison.axis, comparison.first, value)
                comparison = replace(comparison, first=first)
            case _:
                comparison = replace(comparison, second=value)
        owner = self.owner_of_answer(interaction)
        await feature.pair(interaction, comparison, owner, int(self.state["uploader"]))


class PairButton(
    Control[Button[Any], _Presses], template=rf"pair-(?P<step>step:(?:back|any|on)):{COMPARISON}"
):
    """Compares on another test digit."""

    computes = True

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        comparison = Comparison.decode(self.state)
        index = stepped(comparison.first.index, self.state["step"])
        owner = self.owner_of_answer(interaction)
        uploader = int(self.state["uploader"])
        await feature.pair(interaction, comparison.at_index(index), owner, uploader)


CONTROLS = (SheetSelect, OpenSelect, SheetButton, PairSelect, PairButton)
"""All controls under a sheet and under a comparison."""


def sheet_controls(
    sheet: Sheet, layers: Shapes, say: Say, ownership: Ownership
) -> list[ActionRow[Any]]:
    """Lay out the controls under a sheet."""
    query, state = sheet.query, encode(sheet.query, ownership)
    prediction = sheet.methods[0].prediction
    opening = Select[Any](
        custom_id=f"open:{state}",
        placeholder=say("methods.open"),
        options=[
            SelectOption(
                label=METHODS[each.query.method].title,
                value=each.query.method,
                description=method_note(each.query.method, query.layer, sheet.records, say),
            )
            for each in sheet.methods
        ],
    )
    fields = {
        "layer": layer_options(layers, query.layer, say),
        "target": target_options(prediction, query.target, say),
    }
    rows: list[ActionRow[Any]] = [ActionRow(OpenSelect(opening))]
    rows += [
        ActionRow(SheetSelect(Select(custom_id=f"sheet:{field}:{state}", options=options)))
        for field, options in fields.items()
    ]
    if query.index is not None:
        rows.append(ActionRow(*map(SheetButton, _steps("sheet", state, say))))
    return rows


def pair_controls(
    pair: Pair, layers: Shapes, say: Say, ownership: Ownership
) -> list[ActionRow[Any]]:
    """Lay out the controls under a comparison."""
    comparison, state = pair.comparison, pair.comparison.encode(ownership)
    axes = [
        SelectOption(
            label=say("compare.axis", axis=say(AXIS_NAMES[axis])),
            value=axis,
            default=axis is comparison.axis,
        )
        for axis in Axis
    ]
    fields = {"axis": axes}
    for field, key, explained, other in (
        ("first", "compare.first", pair.first, pair.second),
        ("second", "compare.second", pair.second, pair.first),
    ):
        chosen, taken = (
            str(each.target)
            if comparison.axis is Axis.CLASSES
            else value_on(comparison.axis, each.query)
            for each in (explained, other)
        )
        fields[field] = [
            SelectOption(
                label=say(key, value=name),
                value=value,
                description=about,
                default=value == chosen,
            )
            for value, (name, about) in _values(comparison.axis, pair, layers, say).items()
            if value != taken
        ]
    rows: list[ActionRow[Any]] = [
        ActionRow(PairSelect(Select(custom_id=f"pair:{field}:{state}", options=options)))
        for field, options in fields.items()
    ]
    if comparison.first.index is not None:
        rows.append(ActionRow(*map(PairButton, _steps("pair", state, say))))
    return rows


def _values(axis: Axis, pair: Pair, layers: Shapes, say: Say) -> dict[str, tuple[str, str | None]]:
    """Name the values of an axis, each with a note."""
    query, records = pair.first.query, pair.records
    match axis:
        case Axis.CLASSES:
            shares = pair.first.prediction.probabilities
            return {str(k): (str(k), format_percent(shares[k])) for k in range(10)}
        case Axis.METHODS:
            return {
                name: (method.title, method_note(name, query.layer, records, say))
                for name, method in METHODS.items()
            }
        case Axis.LAYERS:
            return {n: (n, say("control.layer_option", h=h, w=w)) for n, (h, w) in layers.items()}
        case Axis.NETWORKS:
            return {str(each): (say(NETWORK_NAMES[each]), None) for each in Network}


def _steps(prefix: str, state: str, say: Say) -> list[Button[Any]]:
    return [
        Button(label=say(key), emoji=emoji, custom_id=f"{prefix}-{step}:{state}")
        for step, (emoji, key) in STEPS.items()
    ]


AXIS_NAMES = {
    Axis.CLASSES: "compare.classes",
    Axis.METHODS: "compare.methods",
    Axis.LAYERS: "compare.layers",
    Axis.NETWORKS: "compare.networks",
}
