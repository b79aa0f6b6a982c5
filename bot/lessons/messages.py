"""The messages of lessons: a page, for one learner or for a group; the course; the glossary."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
import numpy as np
from discord import ButtonStyle, MediaGalleryItem
from discord.ui import ActionRow, Item, MediaGallery, Section, Separator, TextDisplay, Thumbnail
from numpy.typing import NDArray

from bot.explain.phrases import SCORE_NAMES, where
from bot.i18n import Say
from bot.lessons.controls import (
    LETTERS,
    ChoiceButton,
    ContentsButton,
    DigitButton,
    LessonSelect,
    OpenButton,
    OwnButton,
    PageButton,
    TermSelect,
    TransformButton,
    ViewSelect,
)
from bot.lessons.course import Lesson, Lessons, Page, Question, Term, Try
from bot.lessons.illustrations import Illustration
from bot.lessons.pictures import PICTURES
from bot.lessons.progress import Progress
from bot.lessons.state import LessonState
from bot.ui.control import EVERYONE
from bot.ui.layout import Message, attached, framed
from core.explain.regions import strongest_regions
from core.figures.percent import format_percent
from core.transforms import Transform

_MAX_OPTIONS = 25  # of a select
_FINISHED, _BEGUN, _NEW = "✅", "📖", "▫️"

Parts = list[Item[Any]]


def lesson_page(
    lessons: Lessons,
    state: LessonState,
    illustration: Illustration,
    voices: Sequence[Say],
    *,
    owner: int = EVERYONE,
    chosen: int | None = None,
    more: Sequence[ActionRow[Any]] = (),
) -> Message:
    """Lay out a page.

    Args:
        lessons: the course.
        state: which page, and what is looked at.
        illustration: its picture.
        voices: the languages, one below the other; for one learner, theirs.
        owner: the learner; `EVERYONE` for a group, in which each tries the page on their own.
        chosen: the owner's answer to its question.
        more: further rows, at the end.
    """
    pages = [lessons.lesson(state.lesson, say.language).pages[state.page] for say in voices]
    page, say = pages[0], voices[0]
    alt = "\n".join(_alt(illustration, each) for each in voices)
    picture = attached(illustration.drawing.file, f"{illustration.picture}.png", alt[:1024])
    files = [picture]
    parts: Parts = [
        TextDisplay("\n\n".join(_words(lessons, state, each) for each in voices)),
        MediaGallery(MediaGalleryItem(picture)),
    ]
    if PICTURES[illustration.picture].shows_digit or illustration.own is not None:
        parts.append(_caption_row(illustration, voices, files))
    if owner != EVERYONE:
        parts += _tries(page, state, illustration, owner, say)
    questions = [each.question for each in pages if each.question is not None]
    if questions:
        parts += _question(questions, state, owner, chosen, say)
    if page.terms:
        terms = [(name, _title(lessons, name, voices)) for name in page.terms]
        parts.append(ActionRow(TermSelect.of(terms, _beside("lesson.terms", voices))))
    if owner == EVERYONE:
        parts.append(ActionRow(OwnButton.of(state, _beside("lesson.own", voices))))
    elif not state.session:
        done = page.question is None or chosen is not None
        parts.append(_navigation(lessons, state, owner, say, done=done))
    return framed(*parts, *more, files=files)


def answered(question: Question, choice: int, say: Say) -> str:
    """Say whether an option is right, and why."""
    key = "lesson.right_answer" if choice == question.right else "lesson.wrong_answer"
    return f"{say(key, choice=LETTERS[choice])} {question.feedback[choice]}"


def contents(lessons: Lessons, progress: Mapping[str, Progress], say: Say, owner: int) -> Message:
    """List the lessons, with a learner's progress in each.

    Args:
        lessons: the course.
        progress: by lesson, the lesson touched last first.
        say: the learner's language.
        owner: the learner.
    """
    course = [lessons.lesson(name, say.language) for name in lessons.names]
    lines = [say("lesson.course")]
    for lesson in course:
        line, at = (
            f"{_emoji(lesson, progress)} {lesson.order}. {lesson.title}",
            progress.get(lesson.name),
        )
        if at is not None and not at.finished:
            line += f" · {say('lesson.page', page=at.page + 1, pages=len(lesson.pages))}"
        lines.append(line)
    parts: Parts = [TextDisplay("\n".join(lines))]
    following = _following(course, progress)
    if following is not None:
        key = "lesson.resume" if following.name in progress else "lesson.begin"
        label = say(key, title=following.title)
        parts.append(ActionRow(OpenButton.of(owner, following.name, label)))
    for part, start in enumerate(range(0, len(course), _MAX_OPTIONS)):
        some = [(each, _emoji(each, progress)) for each in course[start : start + _MAX_OPTIONS]]
        parts.append(ActionRow(LessonSelect.of(owner, some, say, part)))
    return framed(*parts)


def term_page(lessons: Lessons, term: Term, say: Say) -> Message:
    """Explain a term, and offer related ones."""
    parts: Parts = [TextDisplay(f"## {term.title}\n{term.text}")]
    if term.see:
        related = [(name, lessons.term(name, say.language).title) for name in term.see]
        parts.append(ActionRow(TermSelect.of(related, say("term.see"))))
    return framed(*parts)


def glossary(lessons: Lessons, say: Say) -> Message:
    """List all terms."""
    terms = [(term.name, term.title) for term in lessons.terms(say.language)]
    terms.sort(key=lambda term: term[1].casefold())
    titles = ", ".join(title for _, title in terms)
    parts: Parts = [TextDisplay(f"{say('term.all')}\n{titles}")]
    for part, start in enumerate(range(0, len(terms), _MAX_OPTIONS)):
        some = terms[start : start + _MAX_OPTIONS]
        placeholder = say("term.choose", first=some[0][1], last=some[-1][1])
        parts.append(ActionRow(TermSelect.of(some, placeholder, part)))
    return framed(*parts)


def _following(course: Sequence[Lesson], progress: Mapping[str, Progress]) -> Lesson | None:
    """Return the lesson to go on with: the unfinished one touched last, or the first new one."""
    by_name = {lesson.name: lesson for lesson in course}
    for name, at in progress.items():
        if not at.finished and name in by_name:
            return by_name[name]
    return next((lesson for lesson in course if lesson.name not in progress), None)


def _emoji(lesson: Lesson, progress: Mapping[str, Progress]) -> str:
    at = progress.get(lesson.name)
    return _NEW if at is None else _FINISHED if at.finished else _BEGUN


def _words(lessons: Lessons, state: LessonState, say: Say) -> str:
    lesson = lessons.lesson(state.lesson, say.language)
    page = lesson.pages[state.page]
    number = say("lesson.page", page=state.page + 1, pages=len(lesson.pages))
    return f"-# {lesson.title} · {number}\n## {page.title}\n{page.text}"


def _caption_row(
    illustration: Illustration, voices: Sequence[Say], files: list[discord.File]
) -> Item[Any]:
    """Say what the picture is of, beside the digit itself if it is the learner's own.

    The message is the only place that keeps it: controls read it from there.
    """
    words = TextDisplay[Any]("\n".join(_caption(illustration, each) for each in voices))
    if illustration.own is None:
        return words
    own = attached(illustration.own, "digit.png", voices[0]("lesson.alt_own"))
    files.append(own)
    return Section(words, accessory=Thumbnail(own))


def _caption(illustration: Illustration, say: Say) -> str:
    subject = illustration.subject
    digit, confidence = _ranked(subject.explained.probabilities)
    fields = {"label": subject.label, "digit": digit, "confidence": confidence}
    if illustration.own is None:
        lines = [say("lesson.caption", index=subject.view.index, **fields)]
    else:
        lines = [say("lesson.caption_own", **fields)]
    if subject.view.transform != Transform():
        was, confidence = _ranked(subject.original.probabilities)
        lines.append(say("lesson.before", digit=was, confidence=confidence))
        if np.array_equal(subject.image, subject.digit.image):
            lines.append(say("lesson.untouched"))
    if PICTURES[illustration.picture].shows_heat:
        lines.append(where(strongest_regions(subject.map_in(subject.explained)), say))
    return f"-# {' '.join(lines)}"


def _alt(illustration: Illustration, say: Say) -> str:
    subject = illustration.subject
    view = subject.view
    digit, confidence = _ranked(subject.explained.probabilities)
    was, was_confidence = _ranked(subject.original.probabilities)
    h, w = illustration.layers[view.layer]
    fields: dict[str, object] = {
        "index": view.index,
        "label": subject.label,
        "digit": digit,
        "confidence": confidence,
        "was": was,
        "was_confidence": was_confidence,
        "target": subject.target,
        "layer": view.layer,
        "h": h,
        "w": w,
        "score": say(SCORE_NAMES[view.score]),
        "heat": where(strongest_regions(subject.map_in(subject.explained)), say),
        **illustration.drawing.fields,
    }
    if "empty" in fields:
        fields["empty"] = fields["empty"] or say("lesson.none")
    return say(PICTURES[illustration.picture].alt, **fields)


def _ranked(probabilities: NDArray[np.float32]) -> tuple[int, str]:
    digit = int(probabilities.argmax())
    return digit, format_percent(probabilities[digit])


def _tries(
    page: Page, state: LessonState, illustration: Illustration, owner: int, say: Say
) -> list[ActionRow[Any]]:
    tries = page.tries

    def buttons(*acts: str) -> list[Item[Any]]:
        return [TransformButton.of(state, owner, act, say) for act in acts]

    rows: list[list[Item[Any]]] = []
    if Try.CLASS in tries:
        rows.append([ViewSelect.of_class(state, owner, illustration, say)])
    if Try.LAYER in tries:
        rows.append([ViewSelect.of_layer(state, owner, illustration, say)])
    if Try.SCORE in tries:
        rows.append([ViewSelect.of_score(state, owner, say)])
    if Try.SHIFT in tries:
        rows.append(buttons("left", "up", "down", "right"))
    changes = buttons("thinner", "thicker") if Try.THICKEN in tries else []
    changes += buttons("rub") if Try.RUB in tries else []
    if changes or Try.SHIFT in tries:
        rows.append([*changes, *buttons("undo")])
    digits: list[Item[Any]] = []
    if Try.DIGIT in tries:
        acts = ("any",) if state.view.index is None else ("back", "any", "on")
        digits += [DigitButton.of(state, owner, act, say) for act in acts]
    if page.example is not None:
        digits.append(DigitButton.of_example(state, owner, page.example, say))
    rows.append(digits)
    return [ActionRow(*row) for row in rows if row]


def _question(
    questions: Sequence[Question], state: LessonState, owner: int, chosen: int | None, say: Say
) -> Parts:
    """Lay out a question, given in each language."""
    question, texts = questions[0], []
    for each in questions:
        options = (f"**{LETTERS[i]}** {text}" for i, text in enumerate(each.options))
        texts.append("\n".join((f"### {each.text}", *options)))
    buttons = [
        ChoiceButton.of(state, owner, question, choice, chosen)
        for choice in range(len(question.options))
    ]
    parts: Parts = [Separator(), TextDisplay("\n\n".join(texts)), ActionRow(*buttons)]
    if owner != EVERYONE:
        verdict = say("lesson.answer") if chosen is None else answered(question, chosen, say)
        parts.append(TextDisplay(verdict))
    return parts


def _navigation(
    lessons: Lessons, state: LessonState, owner: int, say: Say, *, done: bool
) -> ActionRow[Any]:
    """Offer other pages; the way on stands out once the page is done."""
    buttons: list[Item[Any]] = []
    style = ButtonStyle.primary if done else ButtonStyle.secondary
    if state.page:
        buttons.append(PageButton.back(state, owner, say))
    following = lessons.names[lessons.names.index(state.lesson) + 1 :]
    if state.page + 1 < len(lessons.lesson(state.lesson, say.language).pages):
        buttons.append(PageButton.next(state, owner, style, say))
    elif following:
        title = lessons.lesson(following[0], say.language).title
        label = say("lesson.following", title=title)
        buttons.append(OpenButton.of(owner, following[0], label, style))
    buttons.append(ContentsButton.of(owner, say))
    return ActionRow(*buttons)


def _beside(key: str, voices: Sequence[Say]) -> str:
    return " · ".join(dict.fromkeys(say(key) for say in voices))[:80]


def _title(lessons: Lessons, term: str, voices: Sequence[Say]) -> str:
    titles = (lessons.term(term, say.language).title for say in voices)
    return " · ".join(dict.fromkeys(titles))[:100]
