"""`/explain` on test digits."""

import re
from typing import Any

import numpy as np
import pytest

from bot.i18n import Typed, speaker
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from core.dataset import load_test_digits
from core.explain.explainer import Explainer
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, card, control, options, receipt, refusal, text

english = speaker("en")


async def test_a_test_digit_is_answered_with_its_prediction_its_label_and_its_picture(
    server: Server,
) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, layer="max_pooling2d_1")

    assert result.acknowledged
    words = text(result.response)
    assert "The tutorial's network reads a **9**." in words
    assert "Test digit 7 is labelled 9: the network is right." in words
    assert "`max_pooling2d_1`" in words
    assert "7×7 cells" in words
    assert (await card(server.bot, result.response)).startswith(b"\x89PNG")


async def test_the_picture_is_described_to_those_who_cannot_see_it(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7)

    (alt,) = alt_texts(result.response)
    assert "Prediction 9" in alt
    assert "7×7 cells. Grad-CAM at max_pooling2d_1 for class 9." in alt
    assert "Label 9." in alt
    assert "Brightest regions, on average:" in alt


async def test_a_digit_that_the_network_gets_wrong_is_said_to_be_wrong(server: Server) -> None:
    read = _of_tutorial(server).explain(load_test_digits().images.astype(np.float32) / 255)
    sure = read.probabilities.max(axis=1) > 0.9
    wrong = int(np.flatnonzero((read.predictions != load_test_digits().labels) & sure)[0])

    result = await server.alex.slash(server.channel, "explain", index=wrong)

    words = text(result.response)
    label = load_test_digits().labels[wrong]
    assert f"Test digit {wrong} is labelled **{label}**: the network is wrong." in words
    assert f"The tutorial's network reads a **{read.predictions[wrong]}**." in words


async def test_below_90_percent_it_is_not_sure_and_shows_what_else_it_may_be(
    server: Server,
) -> None:
    read = _of_tutorial(server).explain(load_test_digits().images.astype(np.float32) / 255)
    unsure = int(read.probabilities.max(axis=1).argmin())
    first, second = np.argsort(-read.probabilities[unsure])[:2]

    result = await server.alex.slash(server.channel, "explain", index=unsure)

    words = text(result.response)
    assert f"## {first}? ·" in words
    assert "The tutorial's network is not sure**: no class reaches 90%." in words
    candidates = words.split("Candidates: ")[1].splitlines()[0]
    assert re.findall(r"\*\*(\d)\*\* \(\d", candidates)[:2] == [str(first), str(second)]
    assert "reads a **" not in words


async def test_the_other_network_can_be_asked_about_the_same_digit(server: Server) -> None:
    images = load_test_digits().images[:2000].astype(np.float32) / 255
    tutorial, uploads = (
        server.bot.engine.explainers[n].explain(images).predictions for n in Network
    )
    index = int(np.flatnonzero(tutorial != uploads)[0])
    one, other = tutorial[index], uploads[index]

    shown = await server.alex.slash(server.channel, "explain", index=index)
    before = text(shown.response)
    assert f"The uploads' network disagrees: it reads a {other} (" in before

    message = answer(shown)
    weights = _of_tutorial(server).weights_hash
    told = await receipt(server.bora, message)
    assert told.startswith(f"-# tutorial weights {weights} · index {index} ·")
    result = await server.alex.click(message, custom_id=control(message, "network"))

    assert result.acknowledged
    after = text(server.last)
    weights = server.bot.engine.explainers[Network.UPLOADS].weights_hash
    told = await receipt(server.bora, server.last)
    assert told.startswith(f"-# uploads weights {weights} · index {index} ·")
    assert f"The tutorial's network disagrees: it reads a {one} (" in after
    message = server.last
    await server.alex.click(message, custom_id=control(message, "network"))
    assert text(server.last) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "index 7 · max_pooling2d_1 · class 9 · log_odds · gradcam"),
        (
            {"target": 4, "layer": "conv2d", "method": "layercam"},
            "index 7 · conv2d · class 4 · log_odds · layercam",
        ),
        ({"against": 4}, "index 7 · max_pooling2d_1 · class 9 − 4 · lead · gradcam"),
        ({"method": "saliency"}, "index 7 · input · class 9 · log_odds · saliency"),
    ],
)
async def test_what_is_needed_to_repeat_an_answer_is_told_in_private_and_by_the_network_of_then(
    server: Server, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], told: str
) -> None:
    await server.alex.slash(server.channel, "explain", index=7, **options)
    message, weights = server.last, _of_tutorial(server).weights_hash
    assert weights not in text(message)
    await server.restart()
    monkeypatch.setattr(_of_tutorial(server), "weights_hash", "00000000")

    result = await server.minji.click(message, custom_id=control(message, "rule"))

    assert answer(result).flags.ephemeral
    words, korean = text(result.response), speaker("ko")
    assert words.startswith(korean("rule.heading"))
    assert korean("rule.repeat") in words
    assert korean("rule.evidence") not in words  # which is about uploads
    assert (await receipt(server.bora, message)) == f"-# tutorial weights {weights} · {told}"
    assert text(server.last) == text(message)


async def test_why_not_a_4(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, target=4, layer="conv2d_1")

    words = text(result.response)
    assert "evidence for **4**" in words
    assert "14×14 cells" in words


async def test_the_last_test_digit_can_be_asked_for(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=9999)

    assert "Test digit 9999 is labelled" in text(result.response)


async def test_an_index_out_of_range_cannot_be_typed(server: Server) -> None:
    for index in (-1, 10_000):
        with pytest.raises(Exception, match="index"):
            await server.alex.slash(server.channel, "explain", index=index)


async def test_without_index_and_image_one_is_drawn(server: Server) -> None:
    drawn = set()
    for _ in range(4):
        result = await server.alex.slash(server.channel, "explain")
        index = re.search(r"Test digit (\d+)", text(result.response))
        assert index
        drawn.add(index[1])

    assert len(drawn) > 1


async def test_a_private_answer_is_private_and_does_not_speak_of_others(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, private=True)

    assert result.ephemeral
    assert "Asked by" not in text(result.response)


async def test_jet_changes_the_picture_and_nothing_else(server: Server) -> None:
    viridis = await server.alex.slash(server.channel, "explain", index=7)
    jet = await server.alex.slash(server.channel, "explain", index=7, colours="jet")

    assert text(viridis.response) == text(jet.response)
    assert await card(server.bot, viridis.response) != await card(server.bot, jet.response)


async def test_the_same_question_brings_the_same_bytes(server: Server) -> None:
    first = await server.alex.slash(server.channel, "explain", index=123, target=3)
    again = await server.bora.slash(server.channel, "explain", index=123, target=3)

    assert await card(server.bot, first.response) == await card(server.bot, again.response)


async def test_layers_are_offered_while_typing(server: Server) -> None:
    every = await server.alex.autocomplete(server.channel, "explain", "layer", "")
    some = await server.alex.autocomplete(server.channel, "explain", "layer", "Max")

    assert [choice["value"] for choice in every] == [
        "conv2d",
        "max_pooling2d",
        "conv2d_1",
        "max_pooling2d_1",
    ]
    assert [choice["name"] for choice in some] == ["max_pooling2d (14×14)", "max_pooling2d_1 (7×7)"]


async def test_an_unknown_layer_is_answered_with_those_there_are(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, layer="@everyone dense")

    words = refusal(result)
    assert "no layer `@everyone dense`" in words
    assert "conv2d, max_pooling2d, conv2d_1, max_pooling2d_1" in words


async def test_index_and_image_together_are_refused(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, image=("a.png", b"x"))

    assert refusal(result) == english("explain.index_or_image")


@pytest.mark.parametrize(
    "typed",
    [
        "[free digits](https://example.org)",
        "a`b` **c** <@1>",
        "`",
        "x\n# heading",
        "y" * 3000,
        "\u202etupni\u200b",
    ],
)
async def test_a_layer_that_somebody_types_is_shown_as_typed(server: Server, typed: str) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7, layer=typed)

    words = refusal(result)
    outside = re.sub(r"`[^`\n]*`", "", words)
    assert words == english(
        "explain.no_layer", layer=Typed(typed), layers=", ".join(server.bot.explaining.layers)
    )
    assert not set("[]()<>#*`\n") & set(outside)
    assert len(words) < 300
    assert words.isprintable()


async def test_what_is_refused_while_the_bot_thinks_is_refused_in_private(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise UserError("problem.busy")

    monkeypatch.setattr(server.bot.engine, "explain_all", refuse)
    refused = await server.alex.slash(server.channel, "explain", index=4321)
    alone = await server.alex.slash(server.channel, "explain", index=4321, private=True)

    for result in (refused, alone):
        assert refusal(result) == english("problem.busy")
    assert server.channel.history() == []


async def test_an_empty_map_says_so_and_where_there_is_evidence(server: Server) -> None:
    explainer = _of_tutorial(server)
    images = load_test_digits().images[:500].astype(np.float32) / 255
    empty = explainer.explain(images, "max_pooling2d", score="logit").empty
    index = int(np.flatnonzero(empty)[0])

    shown = await server.alex.slash(server.channel, "explain", index=index, layer="max_pooling2d")
    result = await server.alex.select(
        answer(shown), ["logit"], custom_id=control(shown.response, "score")
    )

    assert result.acknowledged
    words = text(server.last)
    assert "**The heatmap is empty.** By Grad-CAM and logit, nothing in `max_pooling2d`" in words
    assert "Choose" in words
    assert english("alt.no_heat") in alt_texts(server.last)[0]


async def test_the_explained_class_is_chosen_among_all_with_their_probabilities(
    server: Server,
) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7)

    assert options(result.response, "target") == [
        english("control.target_predicted", target=9),
        *(english("control.target_option", target=n) for n in range(10)),
    ]


async def test_no_answer_pings_anybody(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    await server.alex.send(server.channel, f"{server.mention} hello")

    sent: list[Any] = [
        request.json for request in server.env.http_requests if _carries_words(request.json)
    ]
    assert len(sent) == 2
    for body in sent:
        assert body["allowed_mentions"]["parse"] == []
        assert not body["allowed_mentions"].get("replied_user", False)


def _of_tutorial(server: Server) -> Explainer:
    return server.bot.engine.explainers[Network.TUTORIAL]


def _carries_words(body: object) -> bool:
    return isinstance(body, dict) and "components" in body
