"""What is asked of a digit, and how messages that were sent go on working."""

from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest
from discord.ui import Button
from numpy.typing import NDArray
from scipy.special import softmax

from bot.explain.controls import HowButton
from bot.explain.query import EXAMPLE, METHOD_CODES, NO_DIGIT, Ownership, Query, encode
from bot.runtime.networks import Network
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.explainer import Explainer
from core.explain.methods import METHODS
from core.explain.scores import Score
from core.faithfulness.deletion import run_deletion_test
from core.figures.heatmaps import Colormap

_SENT = {
    "7/3/-/0/0/0/-/-/1/1": Query(7),
    "9999/0/4/1/1/1/-/-/1/1": Query(9999, "conv2d", 4, Score.LOGIT, Colormap.JET, Network.UPLOADS),
    "0/1/0/2/0/0/-/-/1/1": Query(0, "max_pooling2d", 0, Score.PROBABILITY),
    "-/3/-/0/0/1/-/-/1/1": Query.upload(),
    "-/2/3/0/0/1/11/3/1/1": Query(
        None, "conv2d_1", 3, network=Network.UPLOADS, position=11, correction=3
    ),
    "-/3/-/0/0/1/0/-1/1/1": Query(None, network=Network.UPLOADS, position=0, correction=NO_DIGIT),
}
"""Queries by how version 0.1 wrote them."""


@pytest.mark.parametrize(("state", "query"), _SENT.items())
def test_what_was_sent_is_understood_and_still_written_so(state: str, query: Query) -> None:
    control = HowButton(Button(custom_id=f"steps:{state}"))

    assert control.query == query
    assert encode(query, Ownership(1, 1, public=True)) == state


def test_a_control_holds_a_line() -> None:
    query = Query.upload().at_line(11)
    state = encode(query, Ownership(1, 1, public=True))

    assert state == "-/3/-/0/0/1/l11/-/1/1"
    assert HowButton(Button(custom_id=f"steps:{state}")).query == query
    assert query.at_position(3) == replace(Query.upload(), position=3)


@pytest.mark.parametrize(
    ("queries", "codes"),
    [
        ({layer: Query(7, layer=layer) for layer in SPATIAL_LAYERS}, "0123"),
        ({score: Query(7, score=score) for score in Score}, "012"),
        ({each: Query(7, colours=each) for each in (Colormap.VIRIDIS, Colormap.JET)}, "01"),
        ({network: Query(7, network=network) for network in Network}, "01"),
    ],
)
def test_each_value_has_a_code_of_its_own(queries: dict[str, Query], codes: str) -> None:
    ownership = Ownership(1, 1, public=False)
    fields = zip(*(encode(query, ownership).split("/") for query in queries.values()), strict=True)

    (written,) = [field for field in fields if len(set(field)) > 1]

    assert sorted(written) == list(codes)


def test_a_control_holds_every_method_and_class_to_compare_with() -> None:
    ownership = Ownership(1, 1, public=True)
    for method, against in product(METHODS, (None, 0, 9)):
        query = Query(7, method=method, against=against)
        control = HowButton(Button(custom_id=f"steps:{encode(query, ownership)}"))

        assert control.query == query


def test_the_longest_custom_id_is_short_enough() -> None:
    snowflake = 2**64 - 1
    longest = Query(None, "conv2d", 9, position=99, correction=NO_DIGIT, method="rise", against=9)

    state = encode(longest, Ownership(snowflake, snowflake, public=True))

    assert len(f"confirm:-1:{state}") <= 100


def test_a_newcomer_begins_with_a_heatmap_that_can_be_read(explainer: Explainer) -> None:
    image = digit_of_the_test_set(EXAMPLE).image
    explained = explainer.explain(image[np.newaxis])
    heat = cv2.resize(explained.heatmaps[0], (28, 28))
    strokes = cv2.dilate((image > 0.1).astype(np.uint8), np.ones((3, 3)))

    def classify(images: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(softmax(explainer.logits(images), axis=1))

    test = run_deletion_test(classify, image, explained.heatmaps[0], 4)
    assert explained.predictions[0] == 4
    assert (heat * strokes).sum() > 0.8 * heat.sum()
    assert test.before > 0.99
    assert test.after < 0.3
    assert test.random > 0.95


def test_every_method_has_a_code() -> None:
    assert METHOD_CODES.keys() == METHODS.keys()
