"""`/methods` and `/compare`."""

import re

import discord
import numpy as np
import pytest

from bot.i18n import speaker
from bot.runtime.networks import Network
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.methods import METHODS
from core.faithfulness.agreement import rank_correlation
from tests.builders import blank, row
from tests.discord.conftest import Server
from tests.discord.looking import (
    alt_texts,
    answer,
    components,
    control,
    options,
    pictures,
    refusal,
    text,
)


async def test_a_sheet_has_every_method_best_first_with_its_test(server: Server) -> None:
    shown = await server.alex.slash(server.channel, "methods", index=7)

    records = server.bot.explaining.records[Network.TUTORIAL]
    best_first = sorted(
        METHODS,
        key=lambda m: records[m, "max_pooling2d_1" if METHODS[m].per_layer else None].p_left_20,
    )
    titles = [METHODS[name].title for name in best_first]
    assert options(shown.response, "open") == titles
    (alt,) = alt_texts(shown.response)
    told = re.findall(r"([A-Z][\w×+ -]+?) ([<>]?\xa0?[\d.]+%)[,.]", alt.partition("most: ")[2])
    assert [title for title, _ in told] == titles
    words = text(shown.response)
    failed = re.search(r"⚠️ .*: (.*)\.", words)
    assert failed
    assert set(failed[1].split(", ")) == {"Grad-CAM++", "Eigen-CAM"}
    single = await server.alex.slash(server.channel, "explain", index=7, method="hirescam")
    assert f"**{dict(told)['HiResCAM']}** without" in text(single.response)


async def test_one_press_opens_any_method_privately(server: Server) -> None:
    shown = await server.alex.slash(server.channel, "methods", index=7)
    sheet = answer(shown)
    before = text(server.last)
    for person in (server.alex, server.bora):
        result = await person.select(sheet, ["occlusion"], custom_id=control(sheet, "open"))
        assert result.acknowledged
        assert result.ephemeral
        assert "(Occlusion; score: log-odds)" in text(result.response)
    assert text(server.last) == before


async def test_a_sheet_goes_to_other_layers_classes_and_digits(server: Server) -> None:
    await server.alex.slash(server.channel, "methods", index=7)
    seen = set(await pictures(server.bot, server.last))
    for kind, value, expected in (
        ("sheet:layer", "conv2d_1", "use `conv2d_1`"),
        ("sheet:target", "4", "explain class **4**"),
    ):
        message = server.last
        result = await server.alex.select(message, [value], custom_id=control(message, kind))
        assert result.acknowledged
        assert expected in text(server.last)
        seen |= set(await pictures(server.bot, server.last))
    await server.alex.click(server.last, custom_id=control(server.last, "sheet-step:on"))
    assert "· index 8 · conv2d_1 ·" in text(server.last)
    seen |= set(await pictures(server.bot, server.last))
    assert len(seen) == 4
    assert len(server.channel.history()) == 1


@pytest.mark.parametrize(
    ("by", "first", "second"),
    [
        ("classes", "9", "4"),
        ("methods", "Grad-CAM", "HiResCAM"),
        ("layers", "`max_pooling2d_1`", "`conv2d_1`"),
        ("networks", "The tutorial's network", "The uploads' network"),
    ],
)
async def test_two_of_anything_are_shown_side_by_side(
    server: Server, by: str, first: str, second: str
) -> None:
    shown = await server.alex.slash(server.channel, "compare", index=7, by=by)

    words = text(shown.response)
    assert f"side by side: **{first}** and **{second}**" in words
    assert words.count("**Deletion test**") == 2
    assert ("the same scale" in words) == (by == "classes")
    (alt,) = alt_texts(shown.response)
    assert f"{first}: Brightest regions" in alt
    assert f"{second}: Brightest regions" in alt


async def test_the_agreement_is_that_of_the_two_heatmaps(server: Server) -> None:
    shown = await server.alex.slash(server.channel, "compare", index=18, by="methods")

    image = digit_of_the_test_set(18).image
    explainer = server.bot.engine.explainers[Network.TUTORIAL]
    one, other = (
        explainer.explain(image[np.newaxis], method=name).heatmaps[0]
        for name in ("gradcam", "hirescam")
    )
    expected = f"{rank_correlation(one, other, image):.2f}".replace("-", "−")
    assert f"over the ink: {expected} (" in text(shown.response)


async def test_a_comparison_is_changed_in_place(server: Server) -> None:
    await server.alex.slash(server.channel, "compare", index=7, by="classes")
    for kind, value, expected in (
        ("pair:second", "7", "**9** and **7**"),
        ("pair:first", "4", "**4** and **7**"),
        ("pair:axis", "methods", "**Grad-CAM** and **HiResCAM**"),
        ("pair:first", "rise", "**RISE** and **HiResCAM**"),
        ("pair:axis", "layers", "**`max_pooling2d_1`** and **`conv2d_1`**"),
        ("pair:axis", "networks", "network** and **The uploads' network"),
    ):
        message = server.last
        result = await server.alex.select(message, [value], custom_id=control(message, kind))
        assert result.acknowledged
        assert expected in text(server.last)
        chosen = [
            option.value
            for part in components(server.last)
            if isinstance(part, discord.SelectMenu) and str(part.custom_id).startswith(kind)
            for option in part.options
            if option.default
        ]
        assert chosen == [value]
    await server.alex.click(server.last, custom_id=control(server.last, "pair-step:back"))
    assert "· index 6 ·" in text(server.last)
    assert len(server.channel.history()) == 1


async def test_the_two_likeliest_classes_are_compared_on_every_digit(server: Server) -> None:
    await server.alex.slash(server.channel, "compare", index=7, by="classes")
    for _ in range(3):
        await server.alex.click(server.last, custom_id=control(server.last, "pair-step:on"))
        words = text(server.last)
        likeliest = re.search(r"reads an? \*\*(\d)\*\*\.\nRunners-up: (\d)", words)
        assert likeliest
        assert f"**{likeliest[1]}** and **{likeliest[2]}**" in words


@pytest.mark.parametrize("command", ["methods", "compare"])
async def test_uploads_are_compared_too_and_their_controls_work_after_a_restart(
    server: Server, command: str
) -> None:
    await server.alex.slash(server.channel, command, image=("a.png", row(3)))
    assert "The uploads' network reads a **0**" in text(server.last)
    await server.restart()

    kind, value = ("sheet:target", "5") if command == "methods" else ("pair:axis", "classes")
    message = server.last
    result = await server.alex.select(message, [value], custom_id=control(message, kind))
    assert result.acknowledged
    assert "· upload ·" in text(server.last)
    assert ("class **5**" if command == "methods" else "Classes side by side") in text(server.last)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("command", ["methods", "compare"])
async def test_what_cannot_be_compared_is_refused_in_private(
    server: Server, command: str, language: str
) -> None:
    person = server.alex if language == "en" else server.minji
    say = speaker(language)
    both = await person.slash(server.channel, command, index=7, image=("a.png", row(3)))
    assert refusal(both) == say("explain.index_or_image")
    nothing = await person.slash(server.channel, command, image=("a.png", blank()))
    assert refusal(nothing) == say("compare.no_digit")


async def test_a_korean_reader_reads_korean(server: Server) -> None:
    sheet = await server.minji.slash(server.channel, "methods", index=7)
    assert "방법 14가지로 클래스 **9**를 설명했어요" in text(sheet.response)
    pair = await server.minji.slash(server.channel, "compare", index=7)
    assert "방법 비교: **Grad-CAM**, **HiResCAM**." in text(pair.response)
    assert options(pair.response, "pair:axis") == [
        "비교 기준: 클래스",
        "비교 기준: 방법",
        "비교 기준: 층",
        "비교 기준: 모델",
    ]
