"""What people do with an answer about their picture: go into it, doubt it, correct it."""

import asyncio
import io
import re
from collections.abc import Callable
from typing import Any

import discord
import numpy as np
import psutil
import pytest
from PIL import Image

from bot.explain.phrases import way_up
from bot.explain.query import Query
from bot.explain.results import DigitResult
from bot.i18n import speaker
from bot.runtime.networks import Network
from core.dataset import load_test_digits
from core.uploads import MAX_DIGITS, DecodedImage, OtherWay, Reading
from tests.builders import blank, picture, row, saved, sideways
from tests.core.uploads.hostile import hostile_files
from tests.core.uploads.sheets import placed, printed
from tests.discord.conftest import Server
from tests.discord.looking import (
    alt_texts,
    answer,
    components,
    control,
    options,
    pictures,
    receipt,
    refusal,
    text,
)

_SEVEN, _ONE, _ZERO = 0, 2, 3  # the test digits that are so

english = speaker("en")


async def _upload(server: Server, file: bytes) -> discord.Message:
    """Have alex upload a picture, and return the answer as it stands in the channel."""
    await server.alex.slash(server.channel, "explain", image=("a.png", file))
    return server.last


async def _choose(server: Server, kind: str, value: str) -> None:
    """Have alex choose something below the newest message."""
    message = server.last
    result = await server.alex.select(message, [value], custom_id=control(message, kind))
    assert result.acknowledged


async def _correct(server: Server, label: str) -> None:
    """Have alex say what the newest message's digit is, and confirm it if that is asked."""
    await _choose(server, "correct", label)
    if _has(server.last, "confirm"):
        await _press(server, "confirm")


def _has(message: Any, kind: str) -> bool:
    """Whether a message has a control."""
    ids = [str(getattr(part, "custom_id", "")) for part in components(message)]
    return any(custom_id.startswith(f"{kind}:") for custom_id in ids)


def _said(server: Server, key: str, **fields: object) -> str:
    """What a shared message tells of alex's correction."""
    return english(key, by=english("correct.by", uploader=server.alex.id), **fields)


async def _press(server: Server, kind: str) -> Any:
    """Have alex press a button below the newest message."""
    message = server.last
    result = await server.alex.click(message, custom_id=control(message, kind))
    assert result.acknowledged
    return result


def _colour(message: discord.Message) -> int | None:
    (container,) = message.components
    assert isinstance(container, discord.Container)
    return container.accent_colour.value if container.accent_colour else None


async def test_several_digits_are_shown_together_and_each_can_be_gone_into(
    server: Server,
) -> None:
    overview = await _upload(server, row(_SEVEN, _ONE, _ZERO))

    words = text(overview)
    assert "## 7 1 0\n" in words
    assert "The uploads' network reads 3 digits. Lowest confidence: " in words
    assert "· class as read ·" in await receipt(server.bora, overview)
    assert "(A: a 7, left; B: a 1, centre; C: a 0, right)" in alt_texts(overview)[1]
    assert len(await pictures(server.bot, overview)) == 1
    assert [option[:4] for option in options(overview, "digit")] == ["A: 7", "B: 1", "C: 0"]
    seen = {(await pictures(server.bot, overview))[0]}

    for place, digit, region in ((0, 7, "left"), (2, 0, "right"), (1, 1, "centre")):
        await server.restart()
        await _choose(server, "digit", str(place))
        words = text(server.last)
        assert f"reads a **{digit}**." in words
        assert english("explain.place", place="ABC"[place], count=3, region=region) in words
        photo, _ = await pictures(server.bot, server.last)
        assert photo not in seen
        seen.add(photo)
        assert (
            f"a heatmap over digit {'ABC'[place]}, for class {digit}." in alt_texts(server.last)[1]
        )

    await _press(server, "all")
    assert text(server.last) == text(overview)
    assert (await pictures(server.bot, server.last))[0] in seen


async def test_a_class_that_was_asked_for_is_explained_in_each_digit(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", image=("a.png", row(_SEVEN, _ONE)), target=4)
    overview = server.last
    of_four = (await pictures(server.bot, overview))[0]
    assert "evidence for **4** in each digit" in text(overview)
    assert "· class 4 ·" in await receipt(server.bora, overview)
    assert "a heatmap over each, for class 4." in alt_texts(overview)[1]

    for place in ("0", "1"):
        await _choose(server, "digit", place)
        assert "· class 4 ·" in await receipt(server.bora, server.last)
    await _choose(server, "target", "p")
    assert "· class 1 ·" in await receipt(server.alex, server.last)
    await _press(server, "all")
    assert "evidence for the class that each digit is read as" in text(server.last)
    assert (await pictures(server.bot, server.last))[0] != of_four
    await _choose(server, "target", "4")
    assert text(server.last) == text(overview)
    assert (await pictures(server.bot, server.last))[0] == of_four


async def test_a_class_that_was_explained_to_correct_one_digit_is_of_that_digit(
    server: Server,
) -> None:
    await _upload(server, row(_SEVEN, _ONE))
    await _choose(server, "digit", "0")
    await _correct(server, "1")
    assert "· class 1 ·" in await receipt(server.alex, server.last)

    await _choose(server, "digit", "1")
    await _choose(server, "digit", "0")

    assert "· class 7 ·" in await receipt(server.alex, server.last)
    assert f"<@{server.alex.id}> says" not in text(server.last)


async def test_an_overview_can_be_asked_on(server: Server) -> None:
    await _upload(server, row(_SEVEN, _ONE))

    await _choose(server, "layer", "conv2d_1")
    await _choose(server, "score", "logit")
    words = text(server.last)
    assert "where `conv2d_1` has evidence for the class that each digit is read as" in words
    assert "score: logit" in words
    overview = server.last
    result = await server.bora.select(overview, ["1"], custom_id=control(overview, "digit"))
    assert result.ephemeral
    assert "This is digit **B**" in text(result.response)
    assert "## 7 1\n" in text(server.last)


def _page(count: int, per_line: int = 12) -> bytes:
    """Sevens and zeros by turns, by default twelve in a line."""
    size = per_line * 60 + 60, -(-count // per_line) * 90 + 60
    sheet = Image.new("L", size, 255)
    digits = 255 - np.asarray(load_test_digits().images[[_SEVEN, _ZERO] * (count // 2)])
    for i, image in enumerate(digits):
        digit = Image.fromarray(image).resize((56, 56), Image.Resampling.BICUBIC)
        sheet.paste(digit, (30 + i % per_line * 60, 30 + i // per_line * 90))
    return saved(sheet)


def _offered(message: discord.Message, kind: str) -> list[discord.SelectMenu]:
    """The selects that open lines or digits."""
    selects = [part for part in components(message) if isinstance(part, discord.SelectMenu)]
    return [part for part in selects if str(part.custom_id).startswith(f"{kind}:")]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("member", ["alex", "minji"])
@pytest.mark.parametrize(("count", "selects"), [(2, ["A–B"]), (24, ["A–X"]), (30, ["A–O", "P–AD"])])
async def test_every_digit_of_a_line_can_be_opened(
    server: Server, count: int, selects: list[str], member: str
) -> None:
    actor = getattr(server, member)
    say = speaker(server.locales.get(actor.id, "en"))
    await actor.slash(server.channel, "explain", image=("a.png", _page(count, count)))
    message = server.last

    assert text(message).startswith(f"## {' '.join(['7 0'] * (count // 2))}\n")
    assert _offered(message, "line") == []
    offered = _offered(message, "digit")
    ends = [names.split("–") for names in selects]
    expected = [say("control.digits", first=first, last=last) for first, last in ends]
    assert [part.placeholder for part in offered] == expected
    shown = [option for part in offered for option in part.options]
    assert [option.value for option in shown] == [str(i) for i in range(count)]
    for part, names in zip(offered, selects, strict=True):
        for option, name in zip(
            part.options[:: len(part.options) - 1], names.split("–"), strict=True
        ):
            assert re.match(rf"{name}\b", option.label)

    last = str(offered[-1].custom_id)
    result = await actor.select(message, [str(count - 1)], custom_id=last)

    assert result.acknowledged
    name = selects[-1].split("–")[1]
    place, _, _ = say("explain.place", place=name, count=count, region="|").partition("|")
    assert place in text(server.last)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("member", ["alex", "minji"])
@pytest.mark.parametrize(("count", "lines"), [(24, 2), (38, 4), (60, 5)])
async def test_a_page_is_read_line_by_line_and_each_line_and_digit_can_be_opened(
    server: Server, count: int, lines: int, member: str
) -> None:
    actor, read = getattr(server, member), min(count, MAX_DIGITS)
    say = speaker(server.locales.get(actor.id, "en"))
    await actor.slash(server.channel, "explain", image=("a.png", _page(count)))
    page = server.last
    words = text(page).splitlines()

    in_last = read - 12 * (lines - 1)
    full, rest = " ".join(["7 0"] * 6), " ".join(["7 0"] * (in_last // 2))
    assert words[:lines] == [
        *(f"`{i}` **{full}**" for i in range(1, lines)),
        f"`{lines}` **{rest}**",
    ]
    assert "#" not in words[lines]
    left_out = say("upload.left_out", left_out=count - read, read=read)
    assert (left_out in words) == (count > read)
    assert all(0 < len(alt) <= 1024 for alt in alt_texts(page))
    assert _offered(page, "digit") == []
    (offered,) = _offered(page, "line")
    assert offered.placeholder == say("control.lines", first=1, last=lines)
    last = {"line": lines, "digits": rest.replace(" ", "")}
    assert [option.value for option in offered.options] == [str(i) for i in range(lines)]
    assert offered.options[-1].label == say("control.line", **last)

    await server.restart()
    result = await actor.select(page, [str(lines - 1)], custom_id=str(offered.custom_id))

    assert result.acknowledged
    line = server.last
    assert text(line).startswith(f"## {rest}\n")
    network = say("network.uploads")
    fields = {"network": network, "count": in_last, "line": lines, "lines": lines}
    assert say("overview.reads_line", **fields) in text(line)
    assert [option.default for option in _offered(line, "line")[0].options][-1]
    (digits,) = _offered(line, "digit")
    assert [option.value for option in digits.options] == [str(i) for i in range(read)][-in_last:]
    assert [option.label[:1] for option in digits.options] == list("ABCDEFGHIJKL"[:in_last])
    assert (await pictures(server.bot, line))[0] != (await pictures(server.bot, page))[0]

    result = await actor.select(line, [str(read - 1)], custom_id=str(digits.custom_id))

    assert result.acknowledged
    name = say("place.in_line", line=lines, letters="ABCDEFGHIJKL"[in_last - 1])
    place, _, _ = say("explain.place", place=name, count=read, region="|").partition("|")
    assert place in text(server.last)
    assert all(0 < len(alt) <= 1024 for alt in alt_texts(server.last))
    for button, before in (("whole", line), ("all", page)):
        result = await actor.click(server.last, custom_id=control(server.last, button))
        assert result.acknowledged
        assert text(server.last) == text(before)
        assert await pictures(server.bot, server.last) == await pictures(server.bot, before)


async def test_the_line_of_someone_else_is_opened_in_private(server: Server) -> None:
    page = await _upload(server, _page(24))
    before = text(page)

    result = await server.bora.select(page, ["1"], custom_id=control(page, "line"))

    assert result.ephemeral
    assert text(result.response).startswith("## 7 0")
    assert text(server.last) == before


async def test_a_line_of_one_digit_is_that_digit(server: Server) -> None:
    sheet = Image.new("L", (400, 420), 255)
    for index, at in ((_SEVEN, (30, 30)), (_ONE, (150, 30)), (_ZERO, (60, 220))):
        with Image.open(io.BytesIO(picture(index, side=112))) as drawing:
            sheet.paste(drawing, at)
    page = await _upload(server, saved(sheet))
    assert text(page).startswith("`1` **7 1**\n`2` **0**\n")

    await _choose(server, "line", "1")

    assert "reads a **0**" in text(server.last)
    assert "This is digit **A in line 2**" in text(server.last)
    assert _offered(server.last, "digit") == []
    assert not _has(server.last, "whole")
    await _correct(server, "6")
    assert f"{_said(server, 'correct.wrong', said=6, prediction=0)}" in text(server.last)
    steps = await _press(server, "steps")
    assert "This is digit **A in line 2**" in text(steps.response)
    await _press(server, "all")
    assert text(server.last) == text(page)


@pytest.mark.parametrize("index", [_SEVEN, None])
async def test_a_turned_picture_is_shown_upright(
    server: Server, index: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader turns no picture yet: here its reading is given."""
    file = row(_SEVEN, _ONE) if index is None else picture(index)
    upright = await _upload(server, file)
    drawn = (await pictures(server.bot, upright))[0]
    read = server.bot.engine.read

    async def turned(data: bytes, *, ours: bool) -> Reading:
        reading = await read(data, ours=ours)
        return sideways(reading)

    monkeypatch.setattr(server.bot.engine, "read", turned)
    message = await _upload(server, file)

    assert english("upload.on_side") in text(message)
    assert english("upload.on_side") not in text(upright)
    assert (await pictures(server.bot, message))[0] == drawn
    assert alt_texts(message) == alt_texts(upright)
    steps = [await server.alex.click(m, custom_id=control(m, "steps")) for m in (message, upright)]
    one, other = [(await pictures(server.bot, each.response))[0] for each in steps]
    assert one == other


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("turned", "other", "told"),
    [
        (0, None, []),
        (90, None, ["upload.on_side"]),
        (180, None, ["upload.upside_down"]),
        (270, None, ["upload.on_side"]),
        (0, OtherWay(180, "9"), ["upload.as_it_came", "upload.other_upside_down"]),
        (0, OtherWay(90, "9"), ["upload.as_it_came", "upload.other_on_side"]),
        (90, OtherWay(270, "9"), ["upload.on_side", "upload.other_upside_down"]),
        (180, OtherWay(0, "9"), ["upload.upside_down", "upload.other_as_it_came"]),
        (270, OtherWay(180, "9"), ["upload.on_side", "upload.other_on_side"]),
    ],
)
def test_it_is_told_which_way_up_a_picture_was_read(
    turned: int, other: OtherWay | None, told: list[str], language: str
) -> None:
    say = speaker(language)
    decoded = DecodedImage(np.zeros((4, 4, 3), np.uint8), (4, 4), b"", animated=False)
    reading = Reading(decoded, np.zeros((4, 4), np.uint8), (), (), 0, turned, other)

    assert way_up(reading, say) == " ".join(say(key, answer="9") for key in told)


def _refused() -> bytes:
    """A K, which is no digit any way up."""
    ink = placed(printed("K", 14), (280, 280))
    return saved(Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)))


def _beside_a_block() -> bytes:
    """A small 7 beside a black block, which has nearly all the ink."""
    sheet = Image.new("L", (900, 600), 255)
    sheet.paste(0, (40, 40, 340, 340))
    with Image.open(io.BytesIO(picture(0))) as drawing:
        sheet.paste(drawing.resize((112, 112)), (700, 400))
    return saved(sheet)


def _shaded() -> bytes:
    """A bar that fades into the paper, as things in photographs do."""
    y, x = np.mgrid[:280, :280] - 140
    bar = np.clip(1 - np.abs(x) / 28, 0, 1) ** 2 * np.clip((y + 100) / 200, 0, 1) ** 2
    return saved(Image.fromarray(np.rint(255 * (1 - bar * (np.abs(y) < 100))).astype(np.uint8)))


_TOO_LITTLE = re.escape(english("refused.too_little", value="E", needed="0.0")).replace(
    "E", r"(−\d\.\d)"
)


@pytest.mark.parametrize(
    ("draw", "reasons"),
    [
        (blank, [english("nothing.no_stroke")]),
        (
            _refused,
            [r"The nearest thing to a digit is a shape like an? \d \(centre\)\.", _TOO_LITTLE],
        ),
        (
            _beside_a_block,
            [
                english("nothing.nearest", digit=7, region="lower right"),
                english("refused.little_ink", value="1%", needed="50%"),
            ],
        ),
        (
            _shaded,
            [
                english("nothing.nearest", digit=1, region="centre"),
                english("refused.two_tone", value="72%", needed="76%"),
            ],
        ),
    ],
    ids=["blank", "a letter", "little ink", "not in two tones"],
)
async def test_a_refusal_begins_with_its_reason_for_this_picture_and_the_rule_repeats_it(
    server: Server, draw: Callable[[], bytes], reasons: list[str]
) -> None:
    message = await _upload(server, draw())

    words = text(message)
    assert words.startswith("## ")
    for line, reason in zip(words.removeprefix("## ").splitlines(), reasons, strict=False):
        assert line == reason or re.fullmatch(reason, line)
    assert english("nothing.found") in words
    assert "What helps:" in words
    assert "reads a" not in words
    result = await _press(server, "rule")
    assert result.ephemeral
    rule = text(result.response)
    told = words.removeprefix("## ").splitlines()[: len(reasons)]
    assert rule.splitlines()[1 : 1 + len(reasons)] == told
    metrics = server.bot.about[Network.UPLOADS].record.uploads_metrics
    for figure in (
        f"{metrics.threshold:.1f} or more",
        f"rejects {metrics.digits_refused:.1%} of the digits",
        f"{metrics.negatives_refused:.1%} of the letters",
        f"from {metrics.ece_before:.4f} to {metrics.ece_after:.4f}",
        f"{metrics.changed_accuracy:.2%} right",
        f"{metrics.changed_accuracy_tutorial:.2%}",
        "Below 90%, I say that I am not sure.",
    ):
        assert figure in rule
    assert text(server.last) == words


async def test_a_refusal_shows_what_came_nearest_to_a_digit(server: Server) -> None:
    message = await _upload(server, _refused())
    await server.restart()

    result = await _press(server, "steps")

    assert result.ephemeral
    assert text(server.last) == text(message)
    heading, *lines, last = text(result.response).splitlines()
    assert heading == "## Why no digit was found"
    assert [line[:2] for line in lines] == ["1.", "2.", "3.", "4.", "5."]
    assert "this one (centre) is the most likely to be a digit" in lines[2]
    said = re.search(_TOO_LITTLE, lines[4])
    assert said
    assert re.fullmatch(r"If it had to be a digit, it would be a \*\*\d\*\*\.", last)
    (alt,) = alt_texts(result.response)
    assert alt.endswith(english("refused.too_little", value=said[1], needed="0.0"))
    (strip,) = await pictures(server.bot, result.response)
    assert Image.open(io.BytesIO(strip)).size == (768, 712)


async def test_where_nothing_comes_near_a_refusal_shows_two_steps(server: Server) -> None:
    await _upload(server, blank())

    result = await _press(server, "steps")

    assert "1. " in text(result.response)
    assert "2. " in text(result.response)
    assert "3. " not in text(result.response)
    assert english("nothing.no_stroke") in text(result.response)
    (strip,) = await pictures(server.bot, result.response)
    assert Image.open(io.BytesIO(strip)).size == (768, 420)


async def test_a_digit_that_was_refused_is_taken_in_explained_and_counted(server: Server) -> None:
    message = await _upload(server, _refused())
    weights = server.bot.about[Network.UPLOADS].record.metrics.fingerprint

    await _choose(server, "correct", "2")

    words = text(server.last)
    assert words.startswith("## 2: wrongly rejected\n")
    assert _said(server, "correct.refused", said=2) in words
    assert english("correct.stored") in words
    assert re.search(f"{re.escape(english('refused.shape'))} {_TOO_LITTLE}", words)
    assert re.search(r"The uploads' network would read it as a \*\*\d\*\* \(", words)
    told = await receipt(server.alex, server.last)
    assert told.startswith(f"-# uploads weights {weights} · upload · max_pooling2d_1 · class 2 ·")
    assert _colour(server.last) == 0xE69F00
    assert len(await pictures(server.bot, server.last)) == 2
    assert "Most often: 2 rejected as not a digit (1×)." in await _model(server)

    await server.restart()
    await _choose(server, "layer", "conv2d_1")
    await _choose(server, "target", "7")
    await _press(server, "network")
    assert text(server.last).startswith("## 2: wrongly rejected\n")
    assert "· conv2d_1 · class 7 ·" in await receipt(server.alex, server.last)
    steps = await _press(server, "steps")
    assert "## Why no digit was found" in text(steps.response)

    await _choose(server, "correct", "5")
    assert "uploaded pictures: 1. Most often: 5 rejected as not a digit (1×)." in await _model(
        server
    )
    await _choose(server, "correct", "-1")
    assert _said(server, "correct.agreed") in text(server.last)
    assert text(server.last).startswith("## The nearest thing to a digit")
    assert english("model.no_corrections") in await _model(server)
    assert len(server.channel.history()) == 1
    assert text(message) != text(server.last)


async def test_a_digit_of_which_no_stroke_is_seen_is_counted_too(server: Server) -> None:
    await _upload(server, blank())

    await _choose(server, "correct", "3")

    words = text(server.last)
    assert _said(server, "correct.refused", said=3) in words
    assert english("nothing.no_stroke") in words
    assert "3 rejected as not a digit (1×)" in await _model(server)


async def test_only_the_uploader_corrects_a_refusal(server: Server) -> None:
    message = await _upload(server, _refused())

    result = await server.bora.select(message, ["2"], custom_id=control(message, "correct"))

    assert english("correct.not_yours") in text(result.response)
    assert english("model.no_corrections") in await _model(server)


async def test_how_a_picture_was_read_is_shown_step_by_step_to_whoever_asks(
    server: Server,
) -> None:
    message = await _upload(server, picture(_SEVEN))
    before = text(message)
    await server.restart()

    result = await _press(server, "steps")
    other = await server.minji.click(message, custom_id=control(message, "steps"))

    assert result.ephemeral
    assert other.ephemeral
    assert text(server.last) == before
    words = text(result.response).splitlines()
    assert [line[:2] for line in words[1:]] == ["1.", "2.", "3.", "4.", "5."]
    assert "evidence for **7**" in words[-1]
    assert "4. **입력**" in text(other.response)
    (strip,) = await pictures(server.bot, result.response)
    assert Image.open(io.BytesIO(strip)).width == 768
    assert "the heatmap for class 7 over it. Brightest regions" in alt_texts(result.response)[0]


async def test_the_strip_follows_the_digit_and_the_class_that_are_looked_at(
    server: Server,
) -> None:
    await _upload(server, row(_SEVEN, _ONE))
    of_all = await _press(server, "steps")
    assert "This is digit **A**, one of 2." in text(of_all.response)

    await _choose(server, "digit", "1")
    await _choose(server, "target", "4")
    of_one = await _press(server, "steps")

    assert "This is digit **B**, one of 2." in text(of_one.response)
    assert "evidence for **4**" in text(of_one.response)


async def test_the_tutorials_network_can_be_asked_about_an_upload_and_disagreement_is_told(
    server: Server,
) -> None:
    """Digits that are tilted, as MNIST's are not: the tutorial's network misreads some."""
    for index in range(30):
        with Image.open(io.BytesIO(picture(index))) as drawing:
            message = await _upload(server, saved(drawing.rotate(35, fillcolor=255)))
        if "The tutorial's network disagrees" in text(message):
            break
    ours = text(message)
    assert (await receipt(server.alex, message)).startswith("-# uploads weights ")

    await _press(server, "network")

    theirs = text(server.last)
    assert (await receipt(server.alex, server.last)).startswith("-# tutorial weights ")
    said = ours.split("The tutorial's network disagrees: it reads a ")[1]
    assert theirs.startswith(f"## {said[0]}")
    assert f"The uploads' network disagrees: it reads a {ours[3]}" in theirs
    await _press(server, "network")
    assert text(server.last) == ours


@pytest.mark.sampled(1)
@pytest.mark.parametrize("member", ["alex", "minji"])
async def test_an_upload_that_the_network_is_unsure_of_is_told_with_its_candidates(
    server: Server, member: str
) -> None:
    actor = getattr(server, member)
    say = speaker(server.locales.get(actor.id, "en"))
    images = load_test_digits().images.astype(np.float32) / 255
    explain = server.bot.engine.explainers[Network.UPLOADS].explain
    parts = (explain(part) for part in np.array_split(images, 100))  # all at once take a gigabyte
    confidence = np.concatenate([part.probabilities.max(axis=1) for part in parts])
    for index in np.argsort(confidence)[:20]:
        await actor.slash(server.channel, "explain", image=("a.png", picture(int(index))))
        if text(server.last)[4] == "?":
            break

    heading, unsure, *_ = text(server.last).splitlines()
    digit, first = re.findall(r"[\d.]+", heading)
    assert f"**{say('network.uploads')}" in unsure
    assert "90%" in unsure
    candidates = re.findall(r"\*\*(\d)\*\* \((< )?([\d.]+)%\)", unsure)
    assert 2 <= len(candidates) <= 3
    assert candidates[0] == (digit, "", first)
    chances = [float(chance) for _, _, chance in candidates]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] < 90
    assert _colour(server.last) == 0xE69F00


async def test_the_uploader_corrects_it_and_it_is_counted_once(server: Server) -> None:
    await _upload(server, picture(_SEVEN))
    weights = server.bot.about[Network.UPLOADS].record.metrics.fingerprint
    assert english("model.no_corrections") in await _model(server)

    for _ in range(2):
        await _correct(server, "1")
        await server.restart()

    words = text(server.last)
    assert _said(server, "correct.wrong", said=1, prediction=7) in words
    assert english("correct.stored") in words
    told = await receipt(server.alex, server.last)
    assert told.startswith(f"-# uploads weights {weights} · upload · max_pooling2d_1 · class 1 ·")
    assert _colour(server.last) == 0xE69F00
    assert len(server.channel.history()) == 1
    assert "uploaded pictures: 1. Most often: 1 read as 7 (1×)." in await _model(server)

    await _choose(server, "layer", "conv2d_1")
    assert _said(server, "correct.wrong", said=1, prediction=7) in text(server.last)
    await _correct(server, "-1")
    assert _said(server, "correct.none", prediction=7) in text(server.last)
    assert "uploaded pictures: 1. Most often: not a digit, read as 7 (1×)." in await _model(server)
    await _choose(server, "correct", "7")
    assert _said(server, "correct.right", said=7) in text(server.last)
    assert _colour(server.last) == 0x56B4E9
    assert english("model.no_corrections") in await _model(server)


async def test_a_correction_is_taken_back(server: Server) -> None:
    before = text(await _upload(server, picture(_SEVEN)))
    await _correct(server, "1")
    assert "1 read as 7 (1×)" in await _model(server)
    await server.restart()

    await _choose(server, "correct", "u")

    assert text(server.last) == before
    assert english("model.no_corrections") in await _model(server)
    assert english("control.correct_undo") not in options(server.last, "correct")


async def test_a_refusals_correction_is_taken_back(server: Server) -> None:
    before = text(await _upload(server, _refused()))
    await _correct(server, "2")
    assert "2 rejected as not a digit (1×)" in await _model(server)

    await _choose(server, "correct", "u")

    assert text(server.last) == before
    assert english("model.no_corrections") in await _model(server)


@pytest.mark.parametrize(
    ("label", "key"), [("1", "correct.confirm"), ("-1", "correct.confirm_none")]
)
async def test_an_almost_certain_network_is_contradicted_only_once_confirmed(
    server: Server, label: str, key: str
) -> None:
    message = await _upload(server, picture(_SEVEN))
    assert "99.9%" in text(message).splitlines()[0]
    before = text(message)

    await _choose(server, "correct", label)

    question = english(key, prediction=7, label=label)
    assert question in text(server.last)
    assert text(server.last).replace(f"{question}\n", "") == before
    assert english("model.no_corrections") in await _model(server)
    other = await server.bora.click(server.last, custom_id=control(server.last, "confirm"))
    assert text(other.response) == english("correct.not_yours")
    assert english("model.no_corrections") in await _model(server)

    await _press(server, "confirm:no")
    assert text(server.last) == before
    assert english("model.no_corrections") in await _model(server)

    await _choose(server, "correct", label)
    await server.restart()
    await _press(server, "confirm")
    assert english("correct.stored") in text(server.last)
    assert not _has(server.last, "confirm")
    assert "uploaded pictures: 1." in await _model(server)


async def test_an_unsure_network_is_contradicted_at_once(server: Server) -> None:
    explain = server.bot.engine.explainers[Network.UPLOADS].explain
    images = load_test_digits().images.astype(np.float32) / 255
    probabilities = explain(images).probabilities
    for index in probabilities.max(axis=1).argsort()[:20]:
        message = await _upload(server, picture(int(index)))
        if _has(message, "target") and not _has(message, "digit"):
            break

    await _choose(server, "correct", "-1")

    assert not _has(server.last, "confirm")
    assert english("correct.stored") in text(server.last)


async def test_in_private_a_correction_is_told_as_the_readers_own(server: Server) -> None:
    shown = await server.alex.slash(
        server.channel, "explain", image=("a.png", picture(_SEVEN)), private=True
    )
    message = answer(shown)
    chosen = await server.alex.select(message, ["1"], custom_id=control(message, "correct"))
    message = answer(chosen)

    confirmed = await server.alex.click(message, custom_id=control(message, "confirm"))

    you = english("correct.by_you")
    assert english("correct.wrong", by=you, said=1, prediction=7) in text(confirmed.response)


async def _model(server: Server) -> str:
    """What /model says of the uploads' network; bora asks in another channel."""
    result = await server.bora.slash(server.elsewhere, "model", network="uploads")
    return text(result.response)


async def test_several_digits_are_corrected_each_for_itself(server: Server) -> None:
    await _upload(server, row(_SEVEN, _ONE))

    for place, said in (("0", "1"), ("1", "7")):
        await _choose(server, "digit", place)
        assert f"<@{server.alex.id}> says" not in text(server.last)
        await _correct(server, said)

    told = await _model(server)
    assert "uploaded pictures: 2." in told
    assert "1 read as 7 (1×)" in told
    assert "7 read as 1 (1×)" in told


async def test_only_the_uploader_corrects(server: Server) -> None:
    message = await _upload(server, picture(_SEVEN))
    before = text(message)

    result = await server.bora.select(message, ["1"], custom_id=control(message, "correct"))

    assert result.ephemeral
    assert text(result.response) == english("correct.not_yours")
    assert text(server.last) == before
    assert english("model.no_corrections") in await _model(server)
    own = await server.bora.select(message, ["1"], custom_id=control(message, "target"))
    kinds = [getattr(part, "custom_id", "") for part in components(own.response)]
    assert not any(kind.startswith("correct:") for kind in kinds)


async def test_on_somebody_elses_message_it_is_they_who_correct(server: Server) -> None:
    sent = await server.bora.send(server.channel, "", attachments=[("a.png", picture(_SEVEN))])
    await server.alex.context_menu(server.channel, "Explain", sent)
    message = server.last

    refused = await server.alex.select(message, ["1"], custom_id=control(message, "correct"))
    assert english("correct.not_yours") in text(refused.response)
    asked = await server.bora.select(message, ["1"], custom_id=control(message, "correct"))
    assert asked.acknowledged
    taken = await server.bora.click(server.last, custom_id=control(server.last, "confirm"))

    assert taken.acknowledged
    assert f"<@{server.bora.id}> says **1**" in text(server.last)
    assert f"Asked by <@{server.alex.id}>" in text(server.last)
    assert "1 read as 7 (1×)" in await _model(server)


async def test_of_a_moving_picture_the_first_frame_is_read_and_that_is_said(
    server: Server,
) -> None:
    first, second = (Image.open(io.BytesIO(picture(index))) for index in (_SEVEN, _ZERO))

    message = await _upload(server, saved(first, "GIF", save_all=True, append_images=[second]))

    assert "reads a **7**" in text(message)
    assert english("upload.animated") in text(message)


def _decoders() -> list[psutil.Process]:
    return [
        child for child in psutil.Process().children() if "core.uploads.process" in child.cmdline()
    ]


async def test_a_killed_decoding_process_that_had_no_file_is_not_noticed(server: Server) -> None:
    for decoder in _decoders():
        decoder.kill()

    assert "reads a **7**" in text(await _upload(server, picture(_SEVEN)))


async def test_a_decoding_process_killed_at_a_file_costs_one_sentence_and_keeps_nobody_waiting(
    server: Server,
) -> None:
    await _upload(server, picture(_SEVEN))
    slow = hostile_files()["jpeg-million-scans"]
    worked = {decoder: decoder.cpu_times().user for decoder in _decoders()}

    upload = asyncio.create_task(
        server.minji.slash(server.channel, "explain", image=("a.jpg", slow))
    )
    at_it: list[psutil.Process] = []
    while not at_it:
        await asyncio.sleep(0.01)
        at_it = [each for each in worked if each.cpu_times().user > worked[each] + 0.2]
    (decoder,) = at_it
    decoder.suspend()
    ordinary = await server.bot.explaining.answer(Query.test_digit(4321))
    assert isinstance(ordinary, DigitResult)
    assert not upload.done()
    decoder.kill()

    result = await upload
    assert refusal(result) == speaker("ko")("upload.gave_up")
    assert "reads a **1**" in text(await _upload(server, picture(_ONE)))


async def test_presses_need_no_decoding_while_the_reading_is_remembered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _upload(server, row(_SEVEN, _ONE))
    monkeypatch.setattr(server.bot.engine, "read", None)

    await _choose(server, "digit", "1")

    assert "This is digit **B**" in text(server.last)


async def test_after_a_restart_the_same_picture_is_read_the_same(server: Server) -> None:
    """A photograph larger than what is kept of it, so that its own size is forgotten."""
    with Image.open(io.BytesIO(row(_SEVEN, _ONE, _ZERO))) as drawn:
        file = saved(drawn.resize((4200, 1900)).convert("RGB"), "JPEG", quality=90)
    message = await _upload(server, file)
    before = await pictures(server.bot, message)
    assert "## 7 1 0" in text(message)
    await server.restart()

    await _choose(server, "layer", "conv2d_1")
    await _choose(server, "layer", "max_pooling2d_1")

    assert text(server.last) == text(message)
    assert await pictures(server.bot, server.last) == before


def _check_korean(message: Any) -> None:
    def hangul(words: str) -> bool:
        return any("가" <= letter <= "힣" for letter in words)

    for line in text(message).splitlines():
        assert not line or hangul(line) or line.startswith("## "), line
    for part in components(message):
        named = [getattr(part, "label", None), getattr(part, "placeholder", None)]
        named += [option.label for option in getattr(part, "options", [])]
        assert all(hangul(name) for name in named if name), named
    assert all(hangul(alt) for alt in alt_texts(message))


async def test_every_answer_about_an_upload_is_korean_for_koreans(server: Server) -> None:
    for file in (row(_SEVEN, _ONE), _refused(), blank()):
        shown = await server.minji.slash(server.channel, "explain", image=("a.png", file))
        message = answer(shown)
        assert message == server.last
        _check_korean(message)
        for kind in ("steps", "rule"):
            result = await server.minji.click(message, custom_id=control(message, kind))
            _check_korean(result.response)
        if file == row(_SEVEN, _ONE):
            await server.minji.select(message, ["0"], custom_id=control(message, "digit"))
        for said in ("1", "7", "-1"):
            message = server.last
            await server.minji.select(message, [said], custom_id=control(message, "correct"))
            _check_korean(server.last)
            if _has(server.last, "confirm"):
                confirm = control(server.last, "confirm")
                await server.minji.click(server.last, custom_id=confirm)
                _check_korean(server.last)
