"""What rounds ask: questions of every kind, and messages that keep the answer to themselves."""

import asyncio
import datetime as dt
import json
import random
from collections.abc import Iterator
from copy import copy
from dataclasses import asdict, replace
from io import BytesIO
from itertools import product
from typing import Any

import cv2
import numpy as np
import pytest
from discord.ui import LayoutView, TextDisplay
from PIL import Image

from bot.i18n import speaker
from bot.quiz.digit_pool import DigitPool
from bot.quiz.kinds import KINDS, make_question
from bot.quiz.messages import answer_message, field_message, question_message, vote_message
from bot.quiz.question import Criteria, Difficulty, QuizQuestion, Round, Venue, VoteResult
from bot.quiz.scoring import speed_bonus
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from bot.ui.layout import Message
from core._keras import keras
from core.dataset import test_digit as digit_of
from core.explain.explainer import Explainer
from core.explain.methods import METHODS
from core.explain.regions import region_shares, strongest_regions
from core.figures.probabilities import format_percent

_NOW = dt.datetime(2030, 1, 1, 20, tzinfo=dt.UTC)
_MINUTE = dt.timedelta(minutes=1)
_ANY = Criteria()


@pytest.fixture(scope="module")
def measured(explainer: Explainer) -> Iterator[DigitPool]:
    """The test digits, classified once for all tests."""
    engine = Engine({Network.TUTORIAL: explainer}, 0.0)
    pool = DigitPool(engine)
    with asyncio.Runner() as runner:
        runner.run(pool.measure())
    yield pool
    engine.close()


@pytest.fixture
def pool(measured: DigitPool) -> DigitPool:
    """What questions are made of, by a chance that repeats itself."""
    pool = copy(measured)
    pool.random = random.Random(1)
    return pool


def round_of(question: QuizQuestion, language: str | None = None) -> Round:
    return Round(1, question, Venue(7, 70, None, language), None, 5, _NOW, _NOW + _MINUTE)


def sent(message: Message) -> str:
    """All that is sent of a message, but for the bytes of its pictures."""
    named = [(file.filename, file.description) for file in message.files]
    return json.dumps([laid_out(message.view), named])


def texts(message: Message) -> list[TextDisplay[Any]]:
    """The texts of a message, from the top."""
    return [item for item in message.view.walk_children() if isinstance(item, TextDisplay)]


def laid_out(view: LayoutView) -> Any:
    """What Discord is told of a view."""
    return view.to_components()  # type: ignore[no-untyped-call]  # discord.py's


def twin(question: QuizQuestion) -> QuizQuestion:
    """The same question as far as it is shown, with everything else about it another."""
    choices = KINDS[question.kind].choices
    other = choices[(choices.index(question.answer) + 1) % len(choices)]
    strange = replace(question, answer=other, topic="?", digit=(question.digit + 1) % 10_000)
    match question.kind:
        case "heat":
            return replace(
                strange, label=(question.label + 1) % 10, target=(question.target + 1) % 10
            )
        case "said":
            return replace(strange, target=(question.target + 1) % 10)
        case "layer":
            return replace(strange, layer=other)
        case "bet":
            return replace(
                strange,
                label=(question.label + 1) % 10,
                target=(question.target + 1) % 10,
                heat=question.heat[::-1],
            )
        case "true":
            return replace(strange, methods=question.methods[::-1])
        case _:
            return strange


@pytest.mark.parametrize(("kind", "difficulty"), list(product(KINDS, Difficulty)))
async def test_a_question_can_be_answered(
    pool: DigitPool, kind: str, difficulty: Difficulty
) -> None:
    question = await KINDS[kind].make(pool, Criteria(difficulty))

    grades = KINDS[kind].grades(question)
    assert grades.keys() == set(KINDS[kind].choices)
    assert grades[question.answer].right
    assert grades[question.answer].points == max(grade.points for grade in grades.values()) == 10
    assert all(len(choice) <= 16 for choice in grades)
    assert QuizQuestion.from_json(json.loads(json.dumps(asdict(question)))) == question
    shown, *_ = await KINDS[kind].explain(pool, question)
    assert not shown.empty.any()
    assert pool.labels[question.digit] == question.label


@pytest.mark.parametrize("kind", ["heat", "layer", "real", "true"])
async def test_what_the_network_understands_is_asked_by_its_label(
    pool: DigitPool, kind: str
) -> None:
    question = await KINDS[kind].make(pool, _ANY)

    assert pool.predictions[question.digit] == question.label == question.target


async def test_what_the_network_said_is_one_of_its_mistakes(pool: DigitPool) -> None:
    question = await KINDS["said"].make(pool, _ANY)

    assert int(question.answer) == pool.predictions[question.digit] == question.target
    assert int(question.answer) != question.label


async def test_a_bet_is_on_the_hottest_field_of_what_the_network_reads(pool: DigitPool) -> None:
    question = await KINDS["bet"].make(pool, _ANY)

    digit, _, field = question.answer.partition("@")
    assert int(digit) == pool.predictions[question.digit]
    assert sum(question.heat) == pytest.approx(1)
    assert int(field) - 1 == int(np.argmax(question.heat))


async def test_a_bet_is_judged_by_the_cells_that_add_up_to_the_logit(
    pool: DigitPool, explainer: Explainer
) -> None:
    model = explainer.model
    until = keras.Model(model.inputs[0], model.get_layer("max_pooling2d_1").output)
    weights, bias = model.get_layer("dense").get_weights()
    for _ in range(10):
        question = await KINDS["bet"].make(pool, _ANY)
        image = digit_of(question.digit).image[None]
        features = until(image[..., None]).numpy()[0]
        cells = (features * weights[:, question.target].reshape(features.shape)).sum(axis=2)

        assert cells.sum() + bias[question.target] == pytest.approx(
            explainer.logits(image)[0, question.target], abs=1e-3
        )
        fine = np.kron(np.maximum(cells, 0), np.ones((3, 3)))  # a field is 7 of the 21 rows
        fields = fine.reshape(3, 7, 3, 7).sum(axis=(1, 3)).ravel()
        assert question.heat == pytest.approx(fields / fields.sum(), abs=1e-4)
        assert question.answer == f"{pool.predictions[question.digit]}@{fields.argmax() + 1}"


async def test_a_bet_of_version_0_1_is_judged_by_its_own_heat(pool: DigitPool) -> None:
    stored = {
        "kind": "bet",
        "digit": 8335,
        "label": 0,
        "target": 0,
        "layer": "max_pooling2d_1",
        "answer": "0@1",
        "topic": "0",
        "salt": 1492361189,
        "heat": [0.9519041480775071, 0.04809585192249288, *[0.0] * 7],
    }
    kind, question = KINDS["bet"], QuizQuestion.from_json(stored)
    (grad_cam,) = await pool.explain_all([question.digit])

    grades = kind.grades(question)
    assert grades["0@1"].points == 10
    assert [choice for choice, grade in grades.items() if grade.right] == ["0@1"]
    picture = await kind.draw_answer(pool, question)
    assert picture.shares == (question.heat,)
    assert picture.regions == (strongest_regions(grad_cam.heatmaps[question.layer][0]),)
    asked = sent(question_message(round_of(question), await kind.draw_question(pool, question)))
    told = sent(answer_message(round_of(question, "en"), picture))
    assert "Grad-CAM: A 95%, B 5%, C 0%" in told
    assert "log-odds \\u00b7 gradcam" in told
    assert "(Grad-CAM)" in asked
    assert "HiResCAM" not in asked + told


async def test_the_answer_to_a_bet_shows_both_maps_and_says_which_one_counts(
    pool: DigitPool,
) -> None:
    question = await KINDS["bet"].make(pool, _ANY)
    picture = await KINDS["bet"].draw_answer(pool, question)
    (grad_cam,) = await pool.explain_all([question.digit])

    by_grad_cam = region_shares(grad_cam.heatmaps[question.layer][question.target])
    exact, beside = picture.shares
    assert exact == question.heat
    assert beside == pytest.approx(by_grad_cam, abs=1e-4)
    told = sent(answer_message(round_of(question, "en"), picture))
    for name, shares in zip(("HiResCAM", "Grad-CAM"), picture.shares, strict=True):
        assert f"{name}: A {shares[0]:.0%}, B {shares[1]:.0%}" in told
    assert speaker("en")("quiz.bet.exact") in told
    assert "logit \\u00b7 hirescam \\u00b7 log-odds \\u00b7 gradcam" in told
    korean = "".join(
        part.content for part in texts(answer_message(round_of(question, "ko"), picture))
    )
    assert speaker("ko")("quiz.bet.exact") in korean
    assert "로짓 · hirescam · 로그 오즈 · gradcam" in korean


async def test_the_true_map_is_the_one_whose_ink_the_network_misses_more(
    pool: DigitPool, explainer: Explainer
) -> None:
    kind = KINDS["true"]
    for difficulty in [*Difficulty] * 4:
        question = await kind.make(pool, Criteria(difficulty))
        image = digit_of(question.digit).image
        left = []
        for method in question.methods:
            explained = explainer.explain(image[None], question.layer, question.label, method)
            heat = cv2.resize(explained.heatmaps[0], (28, 28))
            ink = sorted(zip(*np.nonzero(image > 0.1), strict=True), key=lambda at: -heat[at])
            rest = image.copy()
            for at in ink[: round(len(ink) / 5)]:
                rest[at] = 0
            left.append(float(explainer.model(rest[None, ..., None])[0, question.label]))

        assert abs(left[0] - left[1]) >= 0.2
        assert question.answer == "ab"[int(np.argmin(left))]
        picture = await kind.draw_answer(pool, question)
        assert [test.after for test in picture.tests] == pytest.approx(left, abs=1e-4)
        assert picture.probabilities is not None
        for test in picture.tests:
            assert test.before == pytest.approx(picture.probabilities[question.label], abs=1e-5)


async def test_any_of_the_methods_may_be_the_true_one(pool: DigitPool) -> None:
    right = set[str]()
    for _ in range(40):
        question = await KINDS["true"].make(pool, _ANY)
        right.add(question.methods[KINDS["true"].choices.index(question.answer)])
        if len(right) == 4:
            return
    pytest.fail(f"only {right}")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "## Which heatmap is true? {answer}",
                "**{answer}** points at ink that the network needs",
                "- the whole digit: {before}",
                "- without the 20% of the ink that A, {a}, highlights most: **{after_a}**",
                "- without the 20% that B, {b}, highlights most: **{after_b}**",
                "- without a random 20%: {random}",
            ),
        ),
        (
            "ko",
            (
                "## 어느 히트맵이 맞을까요? {answer}",
                "모델에 필요한 획을 가리켜요. 삭제 실험에서",
                "- 지우기 전: {before}",
                "- A, {a}: 획에서 히트맵 값이 가장 큰 20%를 지우면 **{after_a}**",
                "- B, {b}: 획에서 히트맵 값이 가장 큰 20%를 지우면 **{after_b}**",
                "- 무작위로 20%를 지우면 {random}",
            ),
        ),
    ],
)
async def test_the_true_map_is_told_in_words_numbers_and_alt_text(
    pool: DigitPool, language: str, words: tuple[str, ...]
) -> None:
    question = await KINDS["true"].make(pool, _ANY)
    asked = question_message(
        round_of(question, language), await KINDS["true"].draw_question(pool, question)
    )
    picture = await KINDS["true"].draw_answer(pool, question)
    told = answer_message(round_of(question, language), picture)
    first, second = picture.tests
    fields = {
        "answer": question.answer.upper(),
        "a": METHODS[question.methods[0]].title,
        "b": METHODS[question.methods[1]].title,
        "before": format_percent(first.before),
        "after_a": format_percent(first.after),
        "after_b": format_percent(second.after),
        "random": format_percent(first.random),
    }

    content = "\n".join(part.content for part in texts(told))
    for line in words:
        assert line.format_map(fields) in content
    alt = told.files[0].description or ""
    assert all(value in alt for value in fields.values())
    hidden = (*question.methods, fields["a"], fields["b"])
    assert not any(name in sent(asked) for name in hidden)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["real", "layer", "heat", "bet", "true"])
async def test_what_is_right_is_left_to_chance(pool: DigitPool, kind: str) -> None:
    answers = {(await KINDS[kind].make(pool, _ANY)).answer for _ in range(24)}

    assert len(answers) >= min(len(KINDS[kind].choices), 5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", list(KINDS))
async def test_the_harder_the_narrower(pool: DigitPool, kind: str) -> None:
    margins = {
        difficulty: [
            float(pool.margins[(await KINDS[kind].make(pool, Criteria(difficulty))).digit])
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
    pool: DigitPool, kind: str
) -> None:
    first = await KINDS[kind].make(pool, _ANY)

    for _ in range(5):
        again = await KINDS[kind].make(
            pool, Criteria(topic=first.topic, avoid=frozenset({first.digit}))
        )
        assert again.topic == first.topic
        assert again.digit != first.digit


async def test_where_nothing_else_is_left_a_digit_may_come_again(pool: DigitPool) -> None:
    all_of_them = frozenset(range(10_000))

    question = await KINDS["said"].make(pool, Criteria(avoid=all_of_them))

    assert question.answer in KINDS["said"].choices


async def test_another_mistake_is_asked_where_the_only_one_of_a_class_was_seen(
    pool: DigitPool,
) -> None:
    mistakes = {
        label: {int(i) for i in np.flatnonzero(~pool.recognised() & pool.of_label(str(label)))}
        for label in range(10)
    }
    rarest = min(mistakes, key=lambda label: len(mistakes[label]))
    seen = frozenset(mistakes[rarest])

    for _ in range(10):
        question = await KINDS["said"].make(pool, Criteria(topic=str(rarest), avoid=seen))

        assert question.digit not in seen
        assert question.label != rarest
        assert question.topic == str(rarest)


async def test_who_waits_for_the_pool_is_not_told_of_a_success_that_was_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine({Network.TUTORIAL: Explainer.load()}, 0.0)  # has classified no digit yet
    pool = DigitPool(engine)
    real, calls = engine.run_drawing, iter((False, True))

    async def fails_once(*arguments: Any) -> Any:
        await asyncio.sleep(0.01)  # the other caller is waiting by then
        if next(calls):
            return await real(*arguments)
        raise UserError("problem.busy")

    monkeypatch.setattr(engine, "run_drawing", fails_once)
    done = await asyncio.gather(pool.measure(), pool.measure(), return_exceptions=True)
    engine.close()

    assert [type(each) for each in done] == [UserError, type(None)]
    assert len(pool.predictions) == 10_000


async def test_any_kind_may_be_asked(pool: DigitPool) -> None:
    kinds = {(await make_question(pool, None, _ANY)).kind for _ in range(40)}

    assert kinds == set(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
async def test_a_question_shows_nothing_of_its_answer(pool: DigitPool, kind: str) -> None:
    question = await KINDS[kind].make(pool, _ANY)
    picture = await KINDS[kind].draw_question(pool, question)
    other = twin(question)
    say = speaker("ko")

    # Their pictures are the same here, so whatever else differs would come from the answer.
    assert sent(question_message(round_of(question), picture)) == sent(
        question_message(round_of(other), picture)
    )
    for private, choice in ((vote_message, KINDS[kind].choices[0]), (field_message, "0")):
        views = [private(round_of(each), choice, 9, say).view for each in (question, other)]
        assert laid_out(views[0]) == laid_out(views[1])


@pytest.mark.parametrize("kind", list(KINDS))
async def test_a_questions_picture_can_be_compared_with_no_other(
    pool: DigitPool, kind: str
) -> None:
    question = await KINDS[kind].make(pool, _ANY)
    kind_ = KINDS[kind]

    first = await kind_.draw_question(pool, question)
    again = await kind_.draw_question(pool, question)
    salted = await kind_.draw_question(pool, replace(question, salt=question.salt ^ 1))
    answered = await kind_.draw_answer(pool, question)

    assert first.file == again.file
    assert len({first.file, salted.file, answered.file}) == 3
    with Image.open(BytesIO(first.file)) as picture:
        assert not picture.getexif()
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_a_digit_under_the_grid_is_drawn_the_same_whatever_was_bet_on(
    pool: DigitPool,
) -> None:
    question = await KINDS["bet"].make(pool, _ANY)
    other = replace(twin(question), digit=question.digit)

    pictures = [await KINDS["bet"].draw_question(pool, each) for each in (question, other)]

    assert pictures[0].file == pictures[1].file


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("en", "ko", None))))
async def test_every_message_keeps_discords_limits(
    pool: DigitPool, kind: str, language: str | None
) -> None:
    question = await KINDS[kind].make(pool, _ANY)
    open_, done = round_of(question, language), round_of(question, language)
    choices = KINDS[kind].choices
    many = tuple(
        VoteResult(2**63 + i, choices[i % len(choices)], bool(i % 2), 1 + i % 17)
        for i in range(200)
    )
    done = replace(done, closed_at=_NOW + _MINUTE, results=many)
    asked_picture = await KINDS[kind].draw_question(pool, question)
    answer_picture = await KINDS[kind].draw_answer(pool, question)

    for message in (
        question_message(open_, asked_picture),
        answer_message(done, answer_picture),
        answer_message(replace(done, results=()), answer_picture),
    ):
        within_limits(message)


def within_limits(message: Message) -> None:
    assert message.view.total_children_count <= 40
    assert message.view.content_length() <= 4_000
    assert all(len(file.description or "") in range(1, 1_025) for file in message.files)


async def test_who_stays_off_scoreboards_is_counted_and_not_named(pool: DigitPool) -> None:
    question = await KINDS["said"].make(pool, _ANY)
    picture = await KINDS["said"].draw_answer(pool, question)
    results = (
        VoteResult(11, question.answer, True, 13),
        VoteResult(22, question.answer, True, 10, named=False),
    )

    shown = sent(answer_message(replace(round_of(question, "en"), results=results), picture))

    assert "<@11>" in shown
    assert "<@22>" not in shown
    assert "Right: 2 of 2" in shown
    assert "1 more with points" in shown


@pytest.mark.parametrize(
    ("after", "points"),
    [(0, 0), (4.999, 0), (5, 3), (23.33, 3), (23.34, 2), (41.66, 2), (41.67, 1), (59.999, 1)],
)
def test_speed_counts_a_little_and_not_at_once(after: float, points: int) -> None:
    assert speed_bonus(_NOW + dt.timedelta(seconds=after), _NOW, _NOW + _MINUTE) == points


def test_a_round_shorter_than_the_first_seconds_has_no_speed() -> None:
    soon = _NOW + dt.timedelta(seconds=4)

    assert speed_bonus(_NOW + dt.timedelta(seconds=3), _NOW, soon) == 0
