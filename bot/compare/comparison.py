"""What is compared, and how the controls of a comparison hold it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.explain.query import (
    LAYER_CODES,
    METHOD_CODES,
    NETWORK_CODES,
    STATE,
    Ownership,
    Query,
    decode,
    encode,
    value_of,
)
from bot.runtime.networks import Network


class Axis(StrEnum):
    """In what two explanations differ."""

    CLASSES = "classes"
    METHODS = "methods"
    LAYERS = "layers"
    NETWORKS = "networks"

    @property
    def codes(self) -> Mapping[str, str]:
        """How a control holds each value."""
        return _CODES[self]


# Messages that were sent long ago hold these codes: they never change.
_AXIS_CODES = {Axis.CLASSES: "c", Axis.METHODS: "m", Axis.LAYERS: "l", Axis.NETWORKS: "n"}
_CODES: Mapping[Axis, Mapping[str, str]] = {
    Axis.CLASSES: {str(digit): str(digit) for digit in range(10)},
    Axis.METHODS: METHOD_CODES,
    Axis.LAYERS: LAYER_CODES,
    Axis.NETWORKS: {str(network): code for network, code in NETWORK_CODES.items()},
}
_SECOND = {Axis.METHODS: "hirescam", Axis.LAYERS: "conv2d_1", Axis.NETWORKS: str(Network.UPLOADS)}
_RUNNER_UP = "-"
COMPARISON = rf"(?P<axis>[cmln])(?P<second>[0-9a-n-]):{STATE}"
"""Matches a comparison, the owner of its message and the uploader of its picture."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two explanations of one digit that differ in one thing.

    Attributes:
        first: the first explanation; of the predicted class if it names none.
        axis: what differs.
        second: the second one's value on the axis; `None` for the runner-up class.
    """

    first: Query
    axis: Axis
    second: str | None

    @classmethod
    def on(cls, axis: Axis, first: Query) -> Self:
        """Compare a query with what it is usually compared with on an axis."""
        second = _SECOND.get(axis)
        if axis is not Axis.CLASSES and second == value_on(axis, first):
            second = next(value for value in axis.codes if value != second)
        return cls(first, axis, second)

    def query(self, runner_up: int) -> Query:
        """Return the query of the second explanation."""
        return with_value(self.axis, self.first, self.second or str(runner_up))

    def encode(self, ownership: Ownership) -> str:
        """Write what a control holds, as `COMPARISON` matches it."""
        second = _RUNNER_UP if self.second is None else self.axis.codes[self.second]
        return f"{_AXIS_CODES[self.axis]}{second}:{encode(self.first, ownership)}"

    @classmethod
    def decode(cls, state: re.Match[str]) -> Self:
        """Return the comparison in what a control holds."""
        axis = value_of(state["axis"], _AXIS_CODES)
        runner_up = state["second"] == _RUNNER_UP
        return cls(
            decode(state), axis, None if runner_up else value_of(state["second"], axis.codes)
        )

    def at_index(self, index: int) -> Self:
        """Compare on another test digit; of classes, again the two most likely."""
        second = None if self.axis is Axis.CLASSES else self.second
        return replace(self, first=self.first.at_index(index), second=second)


def value_on(axis: Axis, query: Query) -> str | None:
    """Return a query's value on an axis; `None` for the predicted class."""
    match axis:
        case Axis.CLASSES:
            return None if query.target is None else str(query.target)
        case Axis.METHODS:
            return query.method
        case Axis.LAYERS:
            return query.layer
        case Axis.NETWORKS:
            return str(query.network)


def with_value(axis: Axis, query: Query, value: str) -> Query:
    """Return a query with another value on an axis."""
    match axis:
        case Axis.CLASSES:
            return replace(query, target=int(value))
        case Axis.METHODS:
            return query.by_method(value)
        case Axis.LAYERS:
            return replace(query, layer=value)
        case Axis.NETWORKS:
            return replace(query, network=Network(value))
