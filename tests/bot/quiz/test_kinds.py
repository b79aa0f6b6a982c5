"""What rounds ask: riddles of every kind, and messages that keep the answer to themselves."""

import datetime as dt
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import pytest
from discord.ui import LayoutView
from PIL import Image

from bot.i18n import speaker
from bot.quiz import (
    KINDS,
    Asked,
    Award,
    Difficulty,
    Picture,
    Place,
    Quiz,
    Riddle,
    Source,
    Wish,
)
from bot.quiz.messages import answer, question
from bot.quiz.private_messages import voted, which_field
from bot.quiz.scoring import quickness
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.store import Store
from bot.ui.layout import Message
from core.explain.explainer import Explainer

_NOW = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_MINUTE = dt.timedelta(minutes=1)
_ANY = Wish()


@pytest.fixture
async def source(explainer: Explainer) -> AsyncIterator[Source]:
    """What riddles are made of, by a chance that repeats itself."""
    engine = Engine({Network.TUTORIAL: explainer}, 0.0, 64)
    source = Source(engine, random.Random(1))
    await source.measure()
    yield source
    engine.close()


@pytest.fixture
def shapes(explainer: Explainer) -> dict[str, tuple[int, int]]:
    return explainer.shapes


def asked_of(riddle: Riddle, language: str | None = None) -> Asked:
    return Asked(1, riddle, Place(7, 70, None, language), None, 5, _NOW, _NOW + _MINUTE)


def sent(message: Message) -> str:
    """All that is sent of a message, but for the bytes of its pictures."""
    named = [(file.filename, file.description) for file in message.files]
    return json.dumps([laid_out(message.view), named])


def laid_out(view: LayoutView) -> Any:
    """What Discord is told of a view."""
    return view.to_components()  # type: ignore[no-untyped-call]  # discord.py's


def twin(riddle: Riddle) -> Riddle:
    """The same question as far as it is shown, with everything else about it another."""
    choices = KINDS[riddle.kind].choices
    other = choices[(choices.index(riddle.answer) + 1) % len(choices)]
    strange = replace(riddle, answer=other, topic="?", digit=(riddle.digit + 1) % 10_000)
    match riddle.kind:
        case "heat":
            return replace(strange, label=(riddle.label + 1) % 10, target=(riddle.target + 1) % 10)
        case "said":
            return replace(strange, target=(riddle.target + 1) % 10)
        case "layer":
            return replace(strange, layer=other)
        case "bet":
            return replace(
                strange,
                label=(riddle.label + 1) % 10,
                target=(riddle.target + 1) % 10,
                heat=riddle.heat[::-1],
            )
        case _:
            return strange


@pytest.mark.parametrize(("kind", "difficulty"), list(product(KINDS, Difficulty)))
async def test_a_riddle_can_be_answered(source: Source, kind: str, difficulty: Difficulty) -> None:
    riddle = await KINDS[kind].riddle(source, Wish(difficulty))

    marks = KINDS[kind].marks(riddle)
    assert marks.keys() == set(KINDS[kind].choices)
    assert marks[riddle.answer].right
    assert marks[riddle.answer].points == max(mark.points for mark in marks.values()) == 10
    assert all(len(choice) <= 16 for choice in marks)
    assert Riddle.from_json(json.loads(json.dumps(riddle.as_json()))) == riddle
    (explained,) = await source.explain_all([riddle.digit])
    assert explained.heatmaps[riddle.layer][riddle.target].any()
    assert source.labels[riddle.digit] == riddle.label


@pytest.mark.parametrize("kind", ["heat", "layer", "real"])
async def test_what_the_network_understands_is_asked_by_its_label(
    source: Source, kind: str
) -> None:
    riddle = await KINDS[kind].riddle(source, _ANY)

    assert source.predictions[riddle.digit] == riddle.label == riddle.target


async def test_what_the_network_said_is_one_of_its_mistakes(source: Source) -> None:
    riddle = await KINDS["said"].riddle(source, _ANY)

    assert int(riddle.answer) == source.predictions[riddle.digit] == riddle.target
    assert int(riddle.answer) != riddle.label


async def test_a_bet_is_on_the_hottest_field_of_what_the_network_reads(source: Source) -> None:
    riddle = await KINDS["bet"].riddle(source, _ANY)

    digit, _, field = riddle.answer.partition("@")
    assert int(digit) == source.predictions[riddle.digit]
    assert sum(riddle.heat) == pytest.approx(1)
    assert int(field) - 1 == int(np.argmax(riddle.heat))


@pytest.mark.parametrize("kind", ["real", "layer", "heat", "bet"])
async def test_what_is_right_is_left_to_chance(source: Source, kind: str) -> None:
    answers = {(await KINDS[kind].riddle(source, _ANY)).answer for _ in range(24)}

    assert len(answers) >= min(len(KINDS[kind].choices), 5)


@pytest.mark.parametrize("kind", list(KINDS))
async def test_the_harder_the_narrower(source: Source, kind: str) -> None:
    margins = {
        difficulty: [
            float(source.margins[(await KINDS[kind].riddle(source, Wish(difficulty))).digit])
            for _ in range(8)
        ]
        for difficulty in Difficulty
    }

    assert (
        max(margins[Difficulty.HARD])
        <= min(margins[Difficulty.MEDIUM])
        <= max(margins[Difficulty.MEDIUM])
        <= min(margins[Difficulty.EASY])
    )


@pytest.mark.parametrize("kind", list(KINDS))
async def test_what_comes_back_is_of_its_kind_with_another_picture(
    source: Source, kind: str
) -> None:
    first = await KINDS[kind].riddle(source, _ANY)

    for _ in range(5):
        again = await KINDS[kind].riddle(
            source, Wish(topic=first.topic, avoid=frozenset({first.digit}))
        )
        assert again.topic == first.topic
        assert again.digit != first.digit


async def test_where_nothing_else_is_left_a_digit_may_come_again(source: Source) -> None:
    all_of_them = frozenset(range(10_000))

    riddle = await KINDS["said"].riddle(source, Wish(avoid=all_of_them))

    assert riddle.answer in KINDS["said"].choices


async def test_any_kind_may_be_asked(store: Store, source: Source) -> None:
    quiz = Quiz(store, source, lambda: _NOW)

    kinds = {(await quiz.riddle(None, _ANY)).kind for _ in range(40)}

    assert kinds == set(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
async def test_a_question_shows_nothing_of_its_answer(
    source: Source, shapes: dict[str, tuple[int, int]], kind: str
) -> None:
    riddle = await KINDS[kind].riddle(source, _ANY)
    picture = await KINDS[kind].question(source, riddle)
    other = twin(riddle)
    say = speaker("ko")

    # Their pictures are the same here, so whatever else differs would come from the answer.
    assert sent(question(asked_of(riddle), picture, shapes)) == sent(
        question(asked_of(other), picture, shapes)
    )
    for private, choice in ((voted, KINDS[kind].choices[0]), (which_field, "0")):
        views = [private(asked_of(each), choice, 9, say).view for each in (riddle, other)]
        assert laid_out(views[0]) == laid_out(views[1])


@pytest.mark.parametrize("kind", list(KINDS))
async def test_a_questions_picture_can_be_compared_with_no_other(source: Source, kind: str) -> None:
    riddle = await KINDS[kind].riddle(source, _ANY)
    kind_ = KINDS[kind]

    first = await kind_.question(source, riddle)
    again = await kind_.question(source, riddle)
    salted = await kind_.question(source, replace(riddle, salt=riddle.salt ^ 1))
    answered = await kind_.answer(source, riddle)

    assert first.file == again.file
    assert len({first.file, salted.file, answered.file}) == 3
    with Image.open(BytesIO(first.file)) as picture:
        assert not picture.getexif()
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_a_digit_under_the_grid_is_drawn_the_same_whatever_was_bet_on(
    source: Source,
) -> None:
    riddle = await KINDS["bet"].riddle(source, _ANY)
    other = replace(twin(riddle), digit=riddle.digit)

    pictures = [await KINDS["bet"].question(source, each) for each in (riddle, other)]

    assert pictures[0].file == pictures[1].file


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("en", "ko", None))))
async def test_every_message_keeps_discords_limits(
    source: Source, shapes: dict[str, tuple[int, int]], kind: str, language: str | None
) -> None:
    riddle = await KINDS[kind].riddle(source, _ANY)
    open_, done = asked_of(riddle, language), asked_of(riddle, language)
    choices = KINDS[kind].choices
    many = tuple(
        Award(2**63 + i, choices[i % len(choices)], bool(i % 2), 1 + i % 17) for i in range(200)
    )
    done = replace(done, closed_at=_NOW + _MINUTE, awards=many)
    asked_picture = await KINDS[kind].question(source, riddle)
    answer_picture = await KINDS[kind].answer(source, riddle)

    for message in (
        question(open_, asked_picture, shapes),
        answer(done, answer_picture, shapes),
        answer(replace(done, awards=()), answer_picture, shapes),
    ):
        within_limits(message)


def within_limits(message: Message) -> None:
    assert message.view.total_children_count <= 40
    assert message.view.content_length() <= 4_000
    assert all(len(file.description or "") in range(1, 1_025) for file in message.files)


async def test_who_stays_off_scoreboards_is_counted_and_not_named(
    source: Source, shapes: dict[str, tuple[int, int]]
) -> None:
    riddle = await KINDS["said"].riddle(source, _ANY)
    picture: Picture = await KINDS["said"].answer(source, riddle)
    awards = (Award(11, riddle.answer, True, 13), Award(22, riddle.answer, True, 10, named=False))

    shown = sent(answer(replace(asked_of(riddle, "en"), awards=awards), picture, shapes))

    assert "<@11>" in shown
    assert "<@22>" not in shown
    assert "2 of 2 were right" in shown
    assert "1 more with points" in shown


@pytest.mark.parametrize(
    ("after", "points"),
    [(0, 0), (4.999, 0), (5, 3), (23.33, 3), (23.34, 2), (41.66, 2), (41.67, 1), (59.999, 1)],
)
def test_speed_counts_a_little_and_not_at_once(after: float, points: int) -> None:
    assert quickness(_NOW + dt.timedelta(seconds=after), _NOW, _NOW + _MINUTE) == points


def test_a_round_shorter_than_the_first_seconds_has_no_speed() -> None:
    soon = _NOW + dt.timedelta(seconds=4)

    assert quickness(_NOW + dt.timedelta(seconds=3), _NOW, soon) == 0
