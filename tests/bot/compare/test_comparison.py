"""What is compared, and how messages hold it."""

from itertools import product

import pytest
from discord.ui import Button

from bot.compare.comparison import Axis, Comparison, value_on
from bot.compare.controls import PairButton
from bot.explain.query import DEFAULT_METHOD, Ownership, Query
from bot.runtime.networks import Network

_MINE = Ownership(1, 1, public=True)


def _held(comparison: Comparison) -> Comparison:
    state = comparison.encode(_MINE)
    return Comparison.decode(PairButton(Button(custom_id=f"pair-step:on:{state}")).state)


@pytest.mark.parametrize("axis", Axis)
def test_a_control_holds_every_value_of_an_axis(axis: Axis) -> None:
    for second in axis.codes:
        comparison = Comparison(Query(7, target=3), axis, second)
        assert _held(comparison) == comparison


def test_codes_are_what_sent_messages_hold() -> None:
    assert Comparison(Query(7), Axis.CLASSES, None).encode(_MINE) == "c-:7/3/-/0/0/0/-/-/1/1"
    assert Comparison(Query(7), Axis.METHODS, "rise").encode(_MINE) == "mn:7/3/-/0/0/0/-/-/1/1"
    assert Comparison(Query(7), Axis.LAYERS, "conv2d").encode(_MINE) == "l0:7/3/-/0/0/0/-/-/1/1"
    assert Comparison(Query(7), Axis.NETWORKS, "uploads").encode(_MINE) == "n1:7/3/-/0/0/0/-/-/1/1"


@pytest.mark.parametrize("axis", Axis)
def test_nothing_is_compared_with_itself_at_first(axis: Axis) -> None:
    for method, layer, network in product(
        (DEFAULT_METHOD, "hirescam"), ("max_pooling2d_1", "conv2d_1"), Network
    ):
        first = Query(7, layer=layer, network=network, method=method)
        comparison = Comparison.on(axis, first)
        second = comparison.query(runner_up=4)
        assert value_on(axis, second) != value_on(axis, first)
        assert value_on(axis, second) in axis.codes


def test_the_longest_custom_id_is_short_enough() -> None:
    snowflake = 2**64 - 1
    first = Query(9999, "conv2d", 9, position=99, correction=-1, method="rise", against=9)
    state = Comparison(first, Axis.METHODS, "gradcam").encode(
        Ownership(snowflake, snowflake, public=True)
    )
    assert len(f"pair:second:{state}") <= 100
