"""A sheet of methods and a comparison as messages."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import MediaGalleryItem
from discord.ui import ActionRow, Item, MediaGallery, Separator, TextDisplay

from bot.compare.comparing import Pair, Sheet
from bot.compare.comparison import Axis
from bot.compare.controls import AXIS_NAMES, pair_controls, sheet_controls
from bot.explain.messages import header, shared
from bot.explain.phrases import (
    NETWORK_NAMES,
    SCORE_NAMES,
    deletion,
    describe_regions,
    read_as,
    receipt,
)
from bot.explain.query import Ownership
from bot.explain.results import Explained, Shapes
from bot.i18n import Say
from bot.ui.layout import Message, attached, framed
from core.digit import Digit
from core.explain.methods import METHODS
from core.explain.regions import strongest_regions
from core.figures.probabilities import format_percent
from core.uploads import Reading


def sheet(result: Sheet, layers: Shapes, say: Say, ownership: Ownership) -> Message:
    """Lay a sheet of methods out."""
    first, query = result.methods[0], result.query
    tests = {each.query.method: each.test for each in result.methods}
    random = next((test.random for test in tests.values() if test is not None), None)
    words = [
        *_read(first, result.digit, say),
        say("methods.about", target=first.target, count=len(result.methods), layer=query.layer),
    ]
    if random is not None:
        words.append(say("methods.left", target=first.target, random=format_percent(random)))
    if first.record is not None:
        best = METHODS[first.query.method].title
        share = f"{first.record.beats_random:.0%}"
        words.append(say("methods.record", count=first.record.digits, best=best, share=share))
    failed = [each for each in result.methods if each.record is not None and not each.record.sane]
    if failed:
        titles = ", ".join(METHODS[each.query.method].title for each in failed)
        words.append(say("methods.failed", methods=titles))
    left = ", ".join(
        f"{METHODS[name].title} {'–' if test is None else format_percent(test.after)}"
        for name, test in tests.items()
    )
    alt = say("alt.methods", target=first.target, left=left)
    return _framed(
        words,
        attached(result.picture, "methods.jpg", alt),
        sheet_controls(result, layers, say, ownership),
        [
            receipt(query, first.weights, first.target, say, say("methods.all")),
            *shared(say, ownership),
        ],
        result.reading,
        say,
    )


def pair(result: Pair, layers: Shapes, say: Say, ownership: Ownership) -> Message:
    """Lay a comparison out."""
    both, axis = (result.first, result.second), result.comparison.axis
    names = [_name(axis, each, say) for each in both]
    words = [
        *_read(result.first, result.digit, say),
        say("compare.about", axis=say(AXIS_NAMES[axis]), first=names[0], second=names[1]),
        say("compare.agreement", agreement=f"{result.agreement:.2f}".replace("-", "−")),
        say("compare.one_scale" if result.same_scale else "compare.own_scale"),
        *(f"- **{name}** · {_tested(each, say)}" for name, each in zip(names, both, strict=True)),
    ]
    heat = [describe_regions(strongest_regions(each.heatmap.clip(0)), say) for each in both]
    fields = {"first": names[0], "second": names[1], "heat": heat[0], "other_heat": heat[1]}
    small_print = [receipt(each.query, each.weights, each.target, say) for each in both]
    return _framed(
        words,
        attached(result.picture, "comparison.jpg", say("alt.compare", **fields)),
        pair_controls(result, layers, say, ownership),
        [*small_print, *shared(say, ownership)],
        result.reading,
        say,
    )


def _framed(
    words: Sequence[str],
    picture: discord.File,
    controls: Sequence[ActionRow[Any]],
    small_print: Sequence[str],
    reading: Reading | None,
    say: Say,
) -> Message:
    head: Item[Any] = TextDisplay("\n".join(words))
    files = [picture]
    if reading is not None:
        head, carried = header("\n".join(words), reading.picture, say)
        files = [carried, picture]
    return framed(
        head,
        MediaGallery(MediaGalleryItem(picture)),
        *controls,
        Separator(),
        TextDisplay("\n".join(small_print)),
        files=files,
    )


def _read(explained: Explained, digit: Digit, say: Say) -> list[str]:
    query, prediction = explained.query, explained.prediction
    told = read_as(prediction, query.network, say)
    if query.index is None:
        return told
    key = "explain.right" if prediction.digit == digit.label else "explain.wrong"
    return [*told, say(key, index=query.index, label=digit.label)]


def _tested(explained: Explained, say: Say) -> str:
    if explained.test is None:
        score, layer = say(SCORE_NAMES[explained.query.score]), explained.query.layer_read
        fields = {"method": METHODS[explained.query.method].title, "score": score}
        layer = layer or say("explain.input")
        return say("explain.empty", **fields, layer=layer, target=explained.target)
    return deletion(explained.test, explained.query, explained.target, say, advise=False)


def _name(axis: Axis, explained: Explained, say: Say) -> str:
    query = explained.query
    match axis:
        case Axis.CLASSES:
            return str(explained.target)
        case Axis.METHODS:
            return METHODS[query.method].title
        case Axis.LAYERS:
            return f"`{query.layer}`"
        case Axis.NETWORKS:
            return say(NETWORK_NAMES[query.network])
