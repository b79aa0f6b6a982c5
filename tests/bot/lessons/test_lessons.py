"""The course: its files, every page of it in every language, and what is kept of learners."""

import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from discord.ui import Item, LayoutView, Select
from PIL import Image

from bot.i18n import LANGUAGES, Say, speaker
from bot.lessons.controls import CONTROLS, decode, encode
from bot.lessons.course import Try
from bot.lessons.illustrations import Illustration, Illustrator
from bot.lessons.messages import contents, glossary, lesson_page, term_page
from bot.lessons.parsing import COURSES, LessonError, load_lessons, parse_lesson, parse_terms
from bot.lessons.pictures import PICTURES
from bot.lessons.progress import ProgressStore
from bot.lessons.state import LessonState, View
from bot.reviews.asking import ReviewStatus
from bot.reviews.controls import ReviewButton
from bot.reviews.messages import review_rows
from bot.runtime.errors import UserError
from bot.store import Store
from bot.store.models import LessonProgress
from bot.ui.layout import Message
from core.dataset import test_digit as digit_of_the_test_set
from core.explain.explainer import Explainer
from core.explain.scores import Score
from core.transforms import Transform, erase_hottest_cell
from tests.bot.lessons.builders import a_lesson
from tests.builders import saved

LESSONS = load_lessons()
PAGES = [
    (name, page) for name in LESSONS.names for page in range(len(LESSONS.lesson(name, "en").pages))
]
SOMEBODY = 2**63
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)

TERMS = "## Pixel\nname: pixel\n\nA dot.\n"
LESSON = """---
title: Colours
order: 20
---

## The first
picture: digit
try: digit
terms: pixel

Grey is
enough.

### How many channels?
- [x] One
  > Yes.
- [ ] Three
  > That would be
  > colour.
"""


def parsed(text: str, name: str = "en/lessons/colours.md") -> Any:
    return parse_lesson(text, name, parse_terms(TERMS, "en/terms.md"))


def test_a_lesson_is_read() -> None:
    lesson = parsed(LESSON)

    assert (lesson.name, lesson.title, lesson.order) == ("colours", "Colours", 20)
    (page,) = lesson.pages
    assert (page.title, page.text) == ("The first", "Grey is enough.")
    assert (page.picture, page.tries, page.terms) == ("digit", (Try.DIGIT,), ("pixel",))
    assert page.question.options == ("One", "Three")
    assert page.question.feedback == ("Yes.", "That would be colour.")
    assert page.question.right == 0


def test_lines_of_paragraphs_are_joined_and_those_of_code_are_kept() -> None:
    text = """One
paragraph.

- An item
  of two lines
- Another
-# In small print.

```python
## no heading
weights = gradients.mean((0, 1))
```
"""
    page = parsed(LESSON.replace("Grey is\nenough.\n", text)).pages[0]

    assert page.text == (
        "One paragraph.\n\n- An item of two lines\n- Another\n-# In small print.\n\n"
        "```python\n## no heading\nweights = gradients.mean((0, 1))\n```"
    )
    assert page.question.text == "How many channels?"


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        ("---\ntitle", "title", 1, "header"),
        ("order: 20\n", "", 1, "no order"),
        ("order: 20", "order: first", 3, "not a number"),
        ("order: 20", "sequence: 20", 3, "no field 'sequence'"),
        ("order: 20", "order: 20\norder: 21", 4, "twice"),
        ("picture: digit\n", "", 6, "no picture"),
        ("picture: digit", "picture: cat", 7, "no picture 'cat'"),
        ("picture: digit", "picture digit", 7, "field: value"),
        ("picture: digit", "picture:", 7, "no value"),
        ("try: digit", "try: digit, jump", 8, "no thing to try 'jump'"),
        ("try: digit", "try: digit, digit", 8, "twice"),
        ("terms: pixel", "terms: voxel", 9, "no term 'voxel'"),
        ("terms: pixel", "example: 10000", 9, "0 to 9999"),
        ("terms: pixel", "layer: dense", 9, "no layer 'dense'"),
        ("terms: pixel", "class: 10", 9, "0 to 9"),
        ("Grey is\nenough.\n", "", 6, "characters"),
        ("Grey is", "Grey " * 400, 6, "characters"),
        ("- [ ] Three", "- [x] Three", 14, "one right"),
        ("- [x] One\n  > Yes.\n", "", 14, "one right"),
        ("  > Yes.\n", "", 15, "no feedback"),
        ("  > That would be\n  > colour.\n", "", 17, "no feedback"),
        ("- [ ] Three", "Three", 17, "options and feedback only"),
        ("## The first", "Hello\n## The first", 6, "heading"),
    ],
)
def test_what_is_wrong_in_a_lesson_is_told_with_file_and_line(
    before: str, after: str, line: int, problem: str
) -> None:
    assert before in LESSON

    with pytest.raises(LessonError) as raised:
        parsed(LESSON.replace(before, after, 1))

    assert str(raised.value).startswith(f"en/lessons/colours.md:{line}: ")
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("## Pixel\n\nA dot.", 1, "no name"),
        (TERMS + TERMS, 6, "taken"),
        (TERMS.replace("\n\n", "\nsee: voxel\n\n"), 3, "no term 'voxel'"),
        ("## Pixel\nname: pixel\n", 1, "characters"),
    ],
)
def test_what_is_wrong_in_the_glossary_is_told_with_file_and_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(LessonError, match=f"en/terms.md:{line}: .*{problem}"):
        parse_terms(text, "en/terms.md")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course, for a teacher to change."""
    for language in LANGUAGES:
        shutil.copytree(Path(str(COURSES)) / language, tmp_path / language)
    return tmp_path


def test_a_teacher_adds_a_lesson_without_touching_code(course: Path) -> None:
    for language in LANGUAGES:
        (course / language / "lessons" / "colours.md").write_text(LESSON, encoding="utf-8")

    assert load_lessons(course).names == (*LESSONS.names, "colours")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("picture: digit", "picture: numbers", "picture is not as in en/lessons/colours.md:6"),
        ("try: digit", "try: shift", "try is not as in"),
        ("order: 20", "order: 21", "order is 21"),
        (
            "## The first",
            "## One more\npicture: digit\n\nText.\n\n## The first",
            "try is not as in",
        ),
        ("- [x] One\n  > Yes.\n- [ ] Three", "- [ ] One\n  > Yes.\n- [x] Three", "question"),
    ],
)
def test_a_lesson_that_differs_between_languages_is_refused(
    course: Path, before: str, after: str, problem: str
) -> None:
    for language, text in (("en", LESSON), ("ko", LESSON.replace(before, after))):
        (course / language / "lessons" / "colours.md").write_text(text, encoding="utf-8")

    with pytest.raises(LessonError, match=f"ko/lessons/colours.md:[16]: {problem}"):
        load_lessons(course)


def test_a_page_too_many_in_a_language_is_refused(course: Path) -> None:
    more = LESSON + "\n## One more\npicture: digit\n\nText.\n"
    for language, text in (("en", LESSON), ("ko", more)):
        (course / language / "lessons" / "colours.md").write_text(text, encoding="utf-8")

    with pytest.raises(LessonError, match=r"ko/lessons/colours\.md:21: 2 pages, and 1 in en"):
        load_lessons(course)


def test_a_lesson_that_is_missing_in_a_language_is_named(course: Path) -> None:
    (course / "en" / "lessons" / "colours.md").write_text(LESSON, encoding="utf-8")

    with pytest.raises(LessonError, match=r"there is no ko/lessons/colours\.md"):
        load_lessons(course)


def test_two_lessons_of_one_order_are_refused(course: Path) -> None:
    for language in LANGUAGES:
        text = LESSON.replace("order: 20", "order: 1")
        (course / language / "lessons" / "colours.md").write_text(text, encoding="utf-8")

    with pytest.raises(LessonError, match="has the order 1 already"):
        load_lessons(course)


def test_a_term_that_is_missing_in_a_language_is_named(course: Path) -> None:
    with (course / "ko" / "terms.md").open("a", encoding="utf-8") as file:
        file.write("\n## 새말\nname: fresh\n\n새로 생긴 말.\n")

    with pytest.raises(LessonError, match=r"'fresh' is not in en/terms\.md"):
        load_lessons(course)


def test_there_are_nine_lessons_or_more_of_three_to_five_pages_that_end_in_a_question() -> None:
    assert len(LESSONS.names) >= 9
    for name in LESSONS.names:
        pages = LESSONS.lesson(name, "en").pages
        most = 5 if "```" not in pages[0].text else 14  # code goes on from page to page
        assert 3 <= len(pages) <= most, name
        assert pages[-1].question is not None, name
        assert any(page.tries for page in pages), name


def test_every_picture_and_everything_to_try_is_in_a_lesson() -> None:
    pages = [LESSONS.lesson(name, "en").pages[page] for name, page in PAGES]

    assert {page.picture for page in pages} == set(PICTURES)
    assert {each for page in pages for each in page.tries} == set(Try)


def test_every_term_is_linked_from_a_page_or_another_term() -> None:
    linked = {term for n, p in PAGES for term in LESSONS.lesson(n, "en").pages[p].terms}
    linked |= {other for term in LESSONS.terms("en") for other in term.see}

    assert set(LESSONS.term_names) - linked == set()


def test_korean_lessons_hold_no_english_sentence() -> None:
    for file in (Path(str(COURSES)) / "ko").rglob("*.md"):
        text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"(picture|try|terms|see|name|layer|score|title|order): ?", line):
                continue
            prose = re.sub(r"`[^`]*`", "", line)
            assert not re.search(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}\W+[A-Za-z]{2,}", prose), (
                f"{file.name}:{number}: {line}"
            )


def test_pronounced_digits_take_their_particles_in_korean_lessons() -> None:
    with_final = {"0", "1", "3", "6", "7", "8"}
    wrong = []
    for file in (Path(str(COURSES)) / "ko").rglob("*.md"):
        text = file.read_text(encoding="utf-8")
        for digit, particle in re.findall(r"(?<![\d.,])(\d)(은|는|이|가|을|를)(?=\s)", text):
            if (particle in "은이을") != (digit in with_final):
                wrong.append(f"{file.name}: {digit}{particle}")
    assert wrong == []


def walk(view: LayoutView) -> Iterator[Item[Any]]:
    """Every part of a message, controls as Discord knows them."""
    for item in view.walk_children():
        yield getattr(item, "item", item)


def _template(kind: Any) -> re.Pattern[str]:
    pattern: re.Pattern[str] = kind.__discord_ui_compiled_template__
    return pattern


def fits(message: Message, pictures: int) -> None:
    """Hold a message against Discord's limits."""
    view = message.view
    assert view.total_children_count <= 40
    assert view.content_length() <= 4000
    ids: list[str] = []
    for item in walk(view):
        custom_id = getattr(item, "custom_id", None)
        if custom_id is not None and item.is_dispatchable():
            ids.append(custom_id)
            kinds = [
                kind for kind in (*CONTROLS, ReviewButton) if _template(kind).fullmatch(custom_id)
            ]
            assert len(kinds) == 1, custom_id
            assert len(custom_id) <= 100
        label = getattr(item, "label", None)
        assert label is None or 1 <= len(label) <= 80
        if isinstance(item, Select):
            assert all(1 <= len(option.label) <= 100 for option in item.options)
            assert len(item.options) <= 25
            assert 1 <= len(item.placeholder or "") <= 150
    assert len(set(ids)) == len(ids)
    labels_ = labels(message)
    assert len(set(labels_)) == len(labels_)
    assert len(message.files) == pictures
    for file in message.files:
        file.reset()
        assert file.description is not None
        assert 20 <= len(file.description) <= 1024
        with Image.open(io.BytesIO(file.fp.read())) as image:
            assert image.format == "PNG"
            assert image.width >= 700 or file.filename == "digit.png"


async def shown(
    illustrator: Illustrator, name: str, page: int, index: int
) -> tuple[LessonState, Illustration]:
    shown_page = LESSONS.lesson(name, "en").pages[page]
    view = View.of(shown_page, index)
    illustration = await illustrator.illustrate(shown_page.picture, view)
    return LessonState(name, page, view, 999_999_999), illustration


@pytest.mark.sampled(24)
@pytest.mark.parametrize(("name", "page"), PAGES)
async def test_every_page_keeps_within_discords_limits_in_every_language(
    illustrator: Illustrator, name: str, page: int
) -> None:
    edited = View(9999, "max_pooling2d_1", 9, transform=Transform(-2, -9, -9, 9))
    for index in (7, 10):
        state, illustration = await shown(illustrator, name, page, index)
        for language in LANGUAGES:
            say = speaker(language)
            question = LESSONS.lesson(name, language).pages[page].question
            more = review_rows(ReviewStatus(9, 9, NOON, in_groups=True), SOMEBODY, say)
            options = range(len(question.options)) if question else [None]
            for chosen in options:
                for session in (0, 999_999_999):
                    at = LessonState(name, page, edited, session)
                    message = lesson_page(
                        LESSONS, at, illustration, (say,), owner=SOMEBODY, chosen=chosen, more=more
                    )
                    fits(message, 1)
        fits(lesson_page(LESSONS, state, illustration, tuple(map(speaker, LANGUAGES))), 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_contents_and_glossary_keep_within_discords_limits(language: str) -> None:
    say = speaker(language)

    fits(contents(LESSONS, {}, say, SOMEBODY), 0)
    fits(glossary(LESSONS, say), 0)
    for term in LESSONS.terms(language):
        fits(term_page(LESSONS, term, say), 0)


def words(message: Message) -> str:
    return "\n".join(getattr(item, "content", "") for item in walk(message.view))


async def test_a_shared_page_speaks_both_languages_and_gives_no_answer_away(
    illustrator: Illustrator,
) -> None:
    name, number = next(
        (n, p) for n, p in PAGES if LESSONS.lesson(n, "en").pages[p].question is not None
    )
    state, illustration = await shown(illustrator, name, number, 7)

    told = words(lesson_page(LESSONS, state, illustration, tuple(map(speaker, LANGUAGES))))

    for language in LANGUAGES:
        page = LESSONS.lesson(name, language).pages[number]
        assert page.question is not None
        assert page.title in told
        assert all(option in told for option in page.question.options)
        assert not any(feedback in told for feedback in page.question.feedback)


async def drawn(illustrator: Illustrator, picture: str, view: View) -> bytes:
    return (await illustrator.illustrate(picture, view)).drawing.file


@pytest.mark.sampled(15)
@pytest.mark.parametrize(
    "picture", sorted(name for name, kind in PICTURES.items() if kind.shows_digit)
)
async def test_a_picture_is_of_the_learners_own_digit_and_always_the_same(
    illustrator: Illustrator, picture: str
) -> None:
    first = await drawn(illustrator, picture, View(7))

    assert await drawn(illustrator, picture, View(7)) == first
    assert await drawn(illustrator, picture, View(8)) != first


@pytest.mark.sampled(15)
@pytest.mark.parametrize("picture", sorted(PICTURES))
async def test_every_picture_can_be_of_ones_own_handwriting(
    illustrator: Illustrator, picture: str
) -> None:
    own = digit_of_the_test_set(12).image

    illustration = await illustrator.illustrate(
        picture, View(None, transform=Transform(right=1)), own
    )

    fits(
        lesson_page(
            LESSONS, LessonState("loss", 0, View(None)), illustration, (speaker("ko"),), owner=1
        ),
        2,
    )
    assert illustration.own is not None
    assert np.array_equal(await illustrator.read_own(illustration.own), own)


async def test_what_a_message_carries_must_be_a_digit_of_ours(illustrator: Illustrator) -> None:
    for file in (
        b"",
        b"GIF89a",
        saved(Image.new("L", (225, 224))),
        saved(Image.new("1", (224, 224))),
    ):
        with pytest.raises(UserError):
            await illustrator.read_own(file)


@pytest.mark.parametrize(
    ("picture", "transform"),
    [
        (picture, transform)
        for picture in ("change", "cam", "bars")
        for transform in (Transform(thickness=1), Transform(right=2), Transform(erased=1))
    ],
)
async def test_what_is_tried_goes_through_the_real_network(
    illustrator: Illustrator, explainer: Explainer, picture: str, transform: Transform
) -> None:
    view = View(161, transform=transform)
    image = transform.apply(digit_of_the_test_set(161).image)
    if transform.erased:
        image = erase_hottest_cell(image, explainer.explain(image[np.newaxis]).heatmaps[0], set())
    expected = explainer.explain(image[np.newaxis])

    illustration = await illustrator.illustrate(picture, view)

    np.testing.assert_allclose(
        illustration.subject.explained.probabilities, expected.probabilities[0], atol=1e-5
    )
    assert illustration.drawing.file != await drawn(illustrator, picture, View(161))


async def test_rubbing_out_the_hottest_cell_makes_a_five_of_test_digit_161(
    illustrator: Illustrator,
) -> None:
    illustration = await illustrator.illustrate("change", View(161, transform=Transform(erased=1)))

    assert illustration.subject.original.prediction == 6
    assert illustration.subject.explained.prediction == 5
    assert illustration.subject.target == 6


async def test_it_is_told_where_there_is_no_ink_to_rub_out(
    illustrator: Illustrator,
) -> None:
    illustration = await illustrator.illustrate("change", View(7, transform=Transform(erased=1)))

    told = words(
        lesson_page(LESSONS, LessonState("data", 0, View(7)), illustration, (speaker("en"),))
    )

    assert "there was no ink" in told


SENT_BY_0_1 = {
    "studylayer:reading/3/161/0/-/1/-2.-9.9.3/4/123456789012345678": LessonState(
        "reading", 3, View(161, "conv2d", None, Score.LOGIT, Transform(-2, -9, 9, 3)), 4
    ),
    "studyscore:reading/3/161/1/-/2/0.0.0.0/0/123456789012345678": LessonState(
        "reading", 3, View(161, "max_pooling2d", None, Score.PROBABILITY)
    ),
    "studyclass:reading/0/u/2/4/0/0.0.0.0/0/123456789012345678": LessonState(
        "reading", 0, View(None, "conv2d_1", 4, Score.LOG_ODDS)
    ),
    "page:1:data/0/7/3/-/0/0.0.0.0/0/123456789012345678": LessonState("data", 0, View(7)),
    "choice:1:data/2/7/3/-/0/0.0.0.0/0/123456789012345678": LessonState("data", 2, View(7)),
    "own:data/2/7/3/-/0/0.0.0.0/7/0": LessonState("data", 2, View(7), 7),
    **{
        f"study:{act}:preparing/3/7/3/-/0/0.0.0.0/0/123456789012345678": LessonState(
            "preparing", 3, View(7)
        )
        for act in (
            *("back", "any", "on", "example.161", "left", "up"),
            *("down", "right", "thinner", "thicker", "rub", "undo"),
        )
    },
}
"""What version 0.1 wrote into the `custom_id`s of messages, and what it meant."""


@pytest.mark.parametrize("custom_id", SENT_BY_0_1)
def test_controls_of_messages_that_0_1_has_sent_mean_what_they_meant(custom_id: str) -> None:
    (match,) = [found for kind in CONTROLS if (found := _template(kind).fullmatch(custom_id))]

    state = decode(match)

    assert state == SENT_BY_0_1[custom_id]
    assert custom_id.endswith(encode(state, int(match["owner"])))


def test_the_next_cell_that_is_rubbed_out_is_another() -> None:
    heatmap = np.zeros((7, 7), np.float32)
    heatmap[1, 2], heatmap[5, 6] = 1, 0.5
    rubbed: set[tuple[int, int]] = set()
    first = erase_hottest_cell(np.ones((28, 28), np.float32), heatmap, rubbed)
    second = erase_hottest_cell(first, heatmap, rubbed)

    assert not first[4:8, 8:12].any()
    assert first.sum() == 28 * 28 - 16
    assert not second[20:24, 24:28].any()
    assert second.sum() == 28 * 28 - 32
    assert erase_hottest_cell(second, heatmap, rubbed) is second


def test_a_digit_is_shifted_and_its_strokes_change() -> None:
    image = digit_of_the_test_set(7).image

    assert np.array_equal(Transform(right=3).apply(image)[:, 3:], image[:, :-3])
    assert np.array_equal(Transform(down=-2).apply(image)[:-2], image[2:])
    assert (
        Transform(thickness=-1).apply(image).sum()
        < image.sum()
        < Transform(thickness=1).apply(image).sum()
    )
    assert Transform().shift(99, -99) == Transform(right=9, down=-9)
    assert Transform().thicken(9) == Transform(thickness=2)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


async def test_progress_is_kept(store: Store) -> None:
    clock = Clock()
    progress = ProgressStore(store, clock)
    data, loss = a_lesson("data"), a_lesson("loss")
    for lesson, page, digit in ((data, 0, 7), (loss, 1, 8), (data, 2, 9), (data, 0, None)):
        clock.time += timedelta(minutes=1)
        await progress.visit(SOMEBODY - 1, lesson, page, digit)

    kept = await progress.of(SOMEBODY - 1)

    assert list(kept) == ["data", "loss"]
    data_row = kept["data"]
    assert (data_row.screen, data_row.digit, data_row.finished_at) == (0, 9, None)
    assert data_row.touched_at == clock.time
    assert (kept["loss"].screen, kept["loss"].digit) == (1, 8)
    assert await progress.of(1) == {}


async def test_a_lesson_is_finished_when_its_last_question_is_answered(store: Store) -> None:
    clock = Clock()
    progress = ProgressStore(store, clock)
    lesson = a_lesson(questions=2)
    await progress.visit(1, lesson, 2, 9)
    for question, session in ((0, 0), (0, 0), (1, 5)):
        await progress.answer(1, session, lesson, lesson.questions[question], 0)
        assert (await progress.of(1))["data"].finished_at is None

    finished = clock.time = clock.time + timedelta(days=1)
    await progress.answer(1, 0, lesson, lesson.questions[1], 0)
    clock.time += timedelta(days=1)
    await progress.answer(1, 0, lesson, lesson.questions[1], 1)
    await progress.visit(1, lesson, 0, 9)

    assert (await progress.of(1))["data"].finished_at
    async with store.begin() as transaction:
        row = await transaction.get_one(LessonProgress, (1, "data"))
    assert row.finished_at == finished


async def test_a_lesson_without_questions_is_finished_on_its_last_page(store: Store) -> None:
    progress = ProgressStore(store, Clock())
    lesson = a_lesson(questions=0)
    await progress.visit(1, lesson, 1, 9)
    assert (await progress.of(1))["data"].finished_at is None

    await progress.visit(1, lesson, 2, 9)

    assert (await progress.of(1))["data"].finished_at


async def test_what_was_finished_before_its_questions_counted_stays_finished(store: Store) -> None:
    progress = ProgressStore(store, Clock())
    async with store.begin() as transaction:
        row = {"user_id": 1, "lesson": "data", "screen": 2, "digit": 9, "touched_at": NOON}
        transaction.add(LessonProgress(**row, finished_at=NOON))

    await progress.visit(1, a_lesson(), 0, 9)

    assert (await progress.of(1))["data"].finished_at


async def test_an_answer_in_a_review_begins_no_lesson(store: Store) -> None:
    progress = ProgressStore(store, Clock())
    lesson = a_lesson()
    await progress.answer(1, 0, lesson, lesson.questions[0], 1)

    assert await progress.of(1) == {}


async def test_the_last_answer_counts_alone_and_in_each_session(store: Store) -> None:
    progress = ProgressStore(store, Clock())
    lesson = a_lesson()
    for session, choice in ((0, 0), (0, 1), (5, 2)):
        await progress.answer(1, session, lesson, lesson.questions[0], choice)

    assert await progress.choice(1, 0, "data", 0) == 1
    assert await progress.choice(1, 5, "data", 0) == 2
    assert await progress.choice(2, 0, "data", 0) is None


def test_contents_go_on_with_what_was_begun_last() -> None:
    say: Say = speaker("en")
    done = {name: LessonProgress(screen=2, finished_at=NOON) for name in LESSONS.names}
    begun = {"loss": LessonProgress(screen=1)}

    assert "Start: The data" in labels(contents(LESSONS, {}, say, 1))
    assert "Continue: Loss, optimiser and metric" in labels(contents(LESSONS, begun, say, 1))
    assert f"📖 5. Loss, optimiser and metric · {say('lesson.page', page=2, pages=5)}" in words(
        contents(LESSONS, begun, say, 1)
    )
    assert "✅ 1. The data" in words(contents(LESSONS, done, say, 1))
    assert labels(contents(LESSONS, done, say, 1)) == []


def labels(message: Message) -> list[str]:
    return [str(label) for item in walk(message.view) if (label := getattr(item, "label", None))]
