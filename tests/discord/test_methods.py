"""`/explain` by every method, the comparison with a class, and the deletion test in each answer."""

import re
from typing import Any

import discord
import numpy as np
import pytest

from bot.i18n import speaker
from bot.runtime.networks import Network
from core._keras import tf
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.methods import METHODS
from core.figures.probabilities import format_percent
from tests.builders import row
from tests.discord.conftest import Server
from tests.discord.looking import (
    alt_texts,
    answer,
    card,
    components,
    control,
    receipt,
    refusal,
    text,
)

english = speaker("en")


async def test_a_method_is_asked_for_and_named_everywhere(server: Server) -> None:
    usual = await server.alex.slash(server.channel, "explain", index=7)
    ordinary = await card(server.bot, usual.response)
    exact = await server.alex.slash(server.channel, "explain", index=7, method="hirescam")

    words = text(exact.response)
    assert "(7×7 cells) has evidence for **9** (HiResCAM; score: log-odds)." in words
    assert "HiResCAM at max_pooling2d_1 for class 9." in alt_texts(exact.response)[0]
    assert await card(server.bot, exact.response) != ordinary


async def test_each_method_is_chosen_below_and_offers_what_fits_it(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    cards = set()
    for name, method in METHODS.items():
        message = server.last
        result = await server.alex.select(message, [name], custom_id=control(message, "method"))

        assert result.acknowledged
        words = text(server.last)
        assert f"({method.title}" in words
        told = await receipt(server.alex, server.last)
        assert told.endswith(f" · {name}")
        assert f"· {'max_pooling2d_1' if method.per_layer else 'input'} ·" in told
        disabled = _disabled(server.last)
        assert ("layer" in disabled) != method.per_layer
        assert ("against" in disabled) == ("target" in disabled) != method.class_specific
        cards.add(await card(server.bot, server.last))
    assert len(cards) == len(METHODS)


@pytest.mark.parametrize(
    ("index", "method"), [(7, "gradcam"), (7, "hirescam"), (3, "occlusion"), (18, "gradcam++")]
)
async def test_the_test_line_is_what_the_network_says_of_the_changed_digit(
    server: Server, index: int, method: str
) -> None:
    shown = await server.alex.slash(server.channel, "explain", index=index, method=method)

    explainer = server.bot.engine.explainers[Network.TUTORIAL]
    image = digit_of_the_test_set(index).image
    explained = explainer.explain(image[np.newaxis], method=method)
    target = int(explained.targets[0])
    enlarged = tf.image.resize(explained.heatmaps[0][..., np.newaxis], (28, 28)).numpy()[..., 0]
    ink = np.flatnonzero(image > 0.1)
    fifth = round(len(ink) / 5)
    orders = np.random.default_rng(0)
    hottest = ink[np.argsort(-enlarged.ravel()[ink], kind="stable")]
    changed = [image.copy() for _ in range(18)]
    for copy, order in zip(
        changed[1:], [hottest, *(orders.permutation(ink) for _ in range(16))], strict=True
    ):
        copy.ravel()[order[:fifth]] = 0
    p = explainer.model.predict(np.stack(changed)[..., np.newaxis], verbose=0)
    before, after, random = p[0, target], p[1, target], float(np.median(p[2:, target]))

    words = text(shown.response)
    assert (
        f"probability of {target}: {format_percent(before)} → **{format_percent(after)}**" in words
    )
    assert f"{format_percent(random)} without a random 20%" in words
    better, equal = random - after >= 0.01, abs(random - after) < 0.01
    verdict = "points at ink" if better else "No better than" if equal else "Worse than"
    assert verdict in words


async def test_the_suggested_method_is_one_press_away(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=0)
    assert english("test.equal", suggested="HiResCAM") in text(server.last)

    for expected in ("hirescam", "integrated_gradients", "hirescam"):
        message = server.last
        result = await server.alex.click(message, custom_id=control(message, "suggested"))
        assert result.acknowledged
        assert (await receipt(server.alex, server.last)).endswith(f" · {expected}")


async def test_why_a_9_and_not_a_4(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7, against=4)
    first = await card(server.bot, server.last)
    words = text(server.last)
    assert "**Why 9 and not 4?** Orange is evidence for 9, blue is evidence for 4" in words
    assert english("alt.card_against", target=9, against=4) in alt_texts(server.last)[0]
    assert "score" in _disabled(server.last)

    await server.alex.select(server.last, ["7"], custom_id=control(server.last, "against"))
    assert "Why 9 and not 7?" in text(server.last)
    assert await card(server.bot, server.last) != first
    await server.alex.select(server.last, ["n"], custom_id=control(server.last, "against"))
    assert "has evidence for **9** (Grad-CAM; score: log-odds)" in text(server.last)
    await server.alex.select(server.last, ["3"], custom_id=control(server.last, "against"))
    await server.alex.click(server.last, custom_id=control(server.last, "step:on"))
    assert "Why" not in text(server.last)


@pytest.mark.parametrize(
    ("asked", "key", "fields"),
    [
        ({"method": "magic"}, "explain.no_method", {"method": "`magic`"}),
        ({"method": "eigencam", "against": 4}, "explain.no_class", {"method": "Eigen-CAM"}),
        (
            {"method": "saliency", "layer": "conv2d"},
            "explain.layer_unread",
            {"method": "Saliency"},
        ),
        ({"target": 4, "against": 4}, "explain.same_class", {"target": 4}),
        ({"against": 9}, "explain.same_class", {"target": 9}),  # which is predicted
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_does_not_fit_is_named_with_what_would(
    server: Server, asked: dict[str, Any], key: str, fields: dict[str, object], language: str
) -> None:
    person = server.alex if language == "en" else server.minji
    result = await person.slash(server.channel, "explain", index=7, **asked)

    fitting = {
        "explain.no_method": ", ".join(METHODS),
        "explain.no_class": ", ".join(m.title for m in METHODS.values() if m.class_specific),
        "explain.layer_unread": ", ".join(m.title for m in METHODS.values() if m.per_layer),
        "explain.same_class": "",
    }[key]
    assert refusal(result) == speaker(language)(key, **fields, methods=fitting)


async def test_a_method_that_fails_the_sanity_check_is_marked_where_it_is_offered(
    server: Server,
) -> None:
    shown = await server.alex.slash(server.channel, "explain", index=7, method="gradcam++")
    words = text(shown.response)
    records = server.bot.explaining.records[Network.TUTORIAL]
    sanity = records["gradcam++", "max_pooling2d_1"].sanity
    assert "⚠️ Grad-CAM++ hardly depends on what the network has learned" in words
    assert f"(mean rank correlation {sanity:.2f})" in words
    select = _select(answer(shown), "method")
    marked = {each.value for each in select.options if "⚠️" in (each.description or "")}
    assert marked == {
        name
        for name, method in METHODS.items()
        if not records[name, "max_pooling2d_1" if method.per_layer else None].sane
    }

    offered = await server.alex.autocomplete(server.channel, "explain", "method", "cam")
    told = {choice["value"]: choice["name"] for choice in offered}
    assert {name for name in told if "⚠️" in told[name]} == marked
    assert told["hirescam"].startswith("HiResCAM: ")
    usual = await server.alex.slash(server.channel, "explain", index=7)
    assert "⚠️" not in text(usual.response)


async def test_several_digits_are_explained_and_tested_by_any_method(server: Server) -> None:
    await server.alex.slash(
        server.channel, "explain", image=("a.png", row(0, 2, 7)), method="integrated_gradients"
    )
    words = text(server.last)
    assert "(Integrated Gradients; score: log-odds)" in words
    counted = re.search(r"heatmaps that point at ink that matters: (\d) of 3", words)
    assert counted
    assert int(counted[1]) >= 2
    await server.alex.select(server.last, ["1"], custom_id=control(server.last, "digit"))
    assert "**Deletion test** · probability of" in text(server.last)
    assert "(Integrated Gradients; score: log-odds)" in text(server.last)


async def test_a_class_that_is_next_to_impossible_is_not_tested_and_its_scale_is_told(
    server: Server,
) -> None:
    shown = await server.alex.slash(
        server.channel, "explain", index=7, target=1, method="integrated_gradients"
    )
    assert "the probability of 1 is only <\N{NO-BREAK SPACE}0.1%" in text(shown.response)
    assert english("explain.improbable", target=1) in text(shown.response)
    likely = await server.alex.slash(server.channel, "explain", index=7)
    assert "scaled to its own maximum" not in text(likely.response)


def _select(message: discord.Message, kind: str) -> discord.SelectMenu:
    custom_id = control(message, kind)
    (select,) = [
        part
        for part in components(message)
        if isinstance(part, discord.SelectMenu) and part.custom_id == custom_id
    ]
    return select


def _disabled(message: discord.Message) -> set[str]:
    """The menus of a message that cannot be opened."""
    return {
        str(part.custom_id).partition(":")[0]
        for part in components(message)
        if isinstance(part, discord.SelectMenu) and part.disabled
    }
