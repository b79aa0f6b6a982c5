"""The messages of lessons: a page, for one learner or for a group; the course; the glossary."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ButtonStyle, MediaGalleryItem, SelectOption
from discord.ui import ActionRow, Item, MediaGallery, Section, Separator, TextDisplay, Thumbnail
from discord.utils import as_chunks

from bot.explain.controls import layer_options, score_options, target_options
from bot.explain.phrases import SCORE_NAMES, where
from bot.explain.results import Prediction
from bot.i18n import Say
from bot.lessons.controls import (
    TRANSFORMS,
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
from bot.lessons.pictures import PICTURES, Subject
from bot.lessons.progress import Progress
from bot.lessons.state import LessonState
from bot.ui.control import EVERYONE
from bot.ui.layout import Message, attached, framed
from core.explain.explainer import ExplanationSet
from core.explain.regions import strongest_regions
from core.figures.probabilities import format_percent
from core.transforms import Transform

_MAX_OPTIONS = 25  # of a select
LETTERS = "ABCDE"
"""The options of a question."""

_ACTS = {
    "back": ("◀️", "lesson.previous_digit"),
    "any": ("🎲", "control.random"),
    "on": ("▶️", "lesson.next_digit"),
    "left": ("⬅️", "lesson.left"),
    "up": ("⬆️", "lesson.up"),
    "down": ("⬇️", "lesson.down"),
    "right": ("➡️", "lesson.right"),
    "thinner": ("✏️", "lesson.thinner"),
    "thicker": ("🖌️", "lesson.thicker"),
    "rub": ("🧽", "lesson.rub"),
    "undo": ("↩️", "lesson.undo"),
}
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
    lines, options = [say("lesson.course")], list[SelectOption]()
    for lesson in course:
        title, seen = f"{lesson.order}. {lesson.title}", ""
        emoji, at = _NEW, progress.get(lesson.name)
        if at is not None and at.finished:
            emoji = _FINISHED
        elif at is not None:
            emoji, page = _BEGUN, at.page + 1
            seen = f" · {say('lesson.page', page=page, pages=len(lesson.pages))}"
        lines.append(f"{emoji} {title}{seen}")
        options.append(SelectOption(label=title, value=lesson.name, emoji=emoji))
    parts: Parts = [TextDisplay("\n".join(lines))]
    following = _following(course, progress)
    if following is not None:
        key = "lesson.resume" if following.name in progress else "lesson.begin"
        label = say(key, title=following.title)
        button = OpenButton.of(owner, following.name, label, ButtonStyle.primary)
        parts.append(ActionRow(button))
    for part, some in enumerate(as_chunks(options, _MAX_OPTIONS)):
        parts.append(ActionRow(LessonSelect.of(owner, some, say("lesson.choose"), part)))
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
    for part, some in enumerate(as_chunks(terms, _MAX_OPTIONS)):
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
    subject, view = illustration.subject, illustration.subject.view
    key = "lesson.caption" if illustration.own is None else "lesson.caption_own"
    read = _read(subject.explained)
    lines = [say(key, index=view.index, label=subject.label, **read)]
    if view.transform != Transform():
        lines.append(say("lesson.before", **_read(subject.original)))
        if not subject.changed:
            lines.append(say("lesson.untouched"))
    if PICTURES[illustration.picture].shows_heat:
        lines.append(_heat(subject, say))
    return f"-# {' '.join(lines)}"


def _alt(illustration: Illustration, say: Say) -> str:
    subject, view = illustration.subject, illustration.subject.view
    before = _read(subject.original)
    h, w = illustration.layers[view.layer]
    fields = {
        "index": view.index,
        "label": subject.label,
        **_read(subject.explained),
        "was": before["digit"],
        "was_confidence": before["confidence"],
        "target": subject.target,
        "layer": view.layer,
        "h": h,
        "w": w,
        "score": say(SCORE_NAMES[view.score]),
        "heat": _heat(subject, say),
        **illustration.drawing.fields,
    }
    if "empty" in fields:
        fields["empty"] = fields["empty"] or say("lesson.none")
    return say(PICTURES[illustration.picture].alt, **fields)


def _read(explained: ExplanationSet) -> dict[str, object]:
    prediction = Prediction(explained.probabilities)
    return {"digit": prediction.digit, "confidence": format_percent(prediction.confidence)}


def _heat(subject: Subject, say: Say) -> str:
    return where(strongest_regions(subject.map_in(subject.explained)), say)


def _tries(
    page: Page, state: LessonState, illustration: Illustration, owner: int, say: Say
) -> list[ActionRow[Any]]:
    """Offer what can be tried; the rows stay the same from press to press."""
    view, explained, rows = state.view, illustration.subject.explained, list[list[Item[Any]]]()

    def select(field: str, options: list[SelectOption], key: str) -> list[Item[Any]]:
        return [ViewSelect.of(field, state, owner, options, say(key))]

    def buttons(*acts: str) -> list[Item[Any]]:
        return [_act_button(act, state, owner, say) for act in acts]

    if Try.CLASS in page.tries:
        options = target_options(Prediction(explained.probabilities), view.target, say)
        rows.append(select("class", options, "lesson.class_menu"))
    if Try.LAYER in page.tries:
        options = layer_options(illustration.layers, view.layer, say)
        rows.append(select("layer", options, "lesson.layer_menu"))
    if Try.SCORE in page.tries:
        rows.append(select("score", score_options(view.score, say), "lesson.score_menu"))
    if Try.SHIFT in page.tries:
        rows.append(buttons("left", "up", "down", "right"))
    changes = buttons("thinner", "thicker") if Try.THICKEN in page.tries else []
    changes += buttons("rub") if Try.RUB in page.tries else []
    if changes or Try.SHIFT in page.tries:
        rows.append([*changes, *buttons("undo")])
    digits = list[Item[Any]]()
    if Try.DIGIT in page.tries:
        digits += buttons("any") if view.index is None else buttons("back", "any", "on")
    if page.example is not None:
        label = say("lesson.example", index=page.example)
        digits.append(DigitButton.of(f"example.{page.example}", state, owner, label, "🔎"))
    return [ActionRow(*row) for row in [*rows, digits] if row]


def _act_button(act: str, state: LessonState, owner: int, say: Say) -> Item[Any]:
    emoji, key = _ACTS[act]
    if act not in TRANSFORMS:
        return DigitButton.of(act, state, owner, say(key), emoji)
    unchanged = TRANSFORMS[act](state.view.transform) == state.view.transform
    return TransformButton.of(act, state, owner, say(key), emoji, disabled=unchanged)


def _question(
    questions: Sequence[Question], state: LessonState, owner: int, chosen: int | None, say: Say
) -> Parts:
    """Lay out a question, given in each language."""
    question, texts = questions[0], []
    for each in questions:
        options = (f"**{LETTERS[i]}** {text}" for i, text in enumerate(each.options))
        texts.append("\n".join((f"### {each.text}", *options)))
    styles = [ButtonStyle.secondary] * len(question.options)
    if chosen is not None:
        styles[chosen] = ButtonStyle.success if chosen == question.right else ButtonStyle.danger
    buttons = [
        ChoiceButton.of(choice, state, owner, LETTERS[choice], style=style)
        for choice, style in enumerate(styles)
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
        label, page = say("lesson.back"), state.page - 1
        buttons.append(PageButton.of(page, state, owner, label, "⏮️"))
    following = lessons.names[lessons.names.index(state.lesson) + 1 :]
    if state.page + 1 < len(lessons.lesson(state.lesson, say.language).pages):
        label, page = say("lesson.next"), state.page + 1
        buttons.append(PageButton.of(page, state, owner, label, "⏭️", style))
    elif following:
        title = lessons.lesson(following[0], say.language).title
        label = say("lesson.following", title=title)
        buttons.append(OpenButton.of(owner, following[0], label, style))
    buttons.append(ContentsButton.of(owner, say("lesson.contents")))
    return ActionRow(*buttons)


def _beside(key: str, voices: Sequence[Say]) -> str:
    return " · ".join(dict.fromkeys(say(key) for say in voices))[:80]


def _title(lessons: Lessons, term: str, voices: Sequence[Say]) -> str:
    titles = (lessons.term(term, say.language).title for say in voices)
    return " · ".join(dict.fromkeys(titles))[:100]
