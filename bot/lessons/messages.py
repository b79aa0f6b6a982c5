"""The messages of lessons: a page, for one learner or for a group; the course; the glossary."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ButtonStyle, MediaGalleryItem, SelectOption
from discord.ui import (
    ActionRow,
    Button,
    Item,
    MediaGallery,
    Section,
    Select,
    Separator,
    TextDisplay,
    Thumbnail,
)
from discord.utils import as_chunks

from bot.explain.controls import layer_options, score_options, target_options
from bot.explain.phrases import SCORE_NAMES, describe_regions
from bot.explain.results import Prediction
from bot.i18n import Say
from bot.lessons.controls import (
    TRANSFORMS,
    CourseButton,
    CourseSelect,
    PageButton,
    ViewSelect,
    encode,
)
from bot.lessons.course import Lesson, Lessons, Page, Question, Term, Try
from bot.lessons.illustrations import Illustration
from bot.lessons.picture import Subject
from bot.lessons.pictures import PICTURES
from bot.lessons.state import LessonState, View
from bot.store.models import LessonProgress
from bot.ui.control import EVERYONE
from bot.ui.layout import Message, attached, framed
from core.explain.explanation import ExplanationSet
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
    page, say, encoded = pages[0], voices[0], encode(state, owner)
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
        parts += _tries(page, illustration, state.view, encoded, say)
    questions = [each.question for each in pages if each.question is not None]
    if questions:
        parts += _question(questions, encoded, chosen)
        if owner != EVERYONE:
            verdict = say("lesson.answer")
            if chosen is not None:
                verdict = answered(questions[0], chosen, say)
            parts.append(TextDisplay(verdict))
    if page.terms:
        terms = [(name, _title(lessons, name, voices)) for name in page.terms]
        parts.append(_term_row(terms, _beside("lesson.terms", voices)))
    if owner == EVERYONE:
        label, own = _beside("lesson.own", voices), f"own:{encoded}"
        button = Button[Any](label=label, emoji="🧪", style=ButtonStyle.primary, custom_id=own)
        parts.append(ActionRow(PageButton(button)))
    elif not state.session:
        done = page.question is None or chosen is not None
        parts.append(_navigation(lessons, state, owner, say, done=done))
    return framed(*parts, *more, files=files)


def answered(question: Question, choice: int, say: Say) -> str:
    """Say whether an option is right, and why."""
    key = "lesson.right_answer" if choice == question.right else "lesson.wrong_answer"
    return f"{say(key, choice=LETTERS[choice])} {question.feedback[choice]}"


def contents(
    lessons: Lessons, progress: Mapping[str, LessonProgress], say: Say, owner: int
) -> Message:
    """List the lessons, with a learner's progress as `ProgressStore.of` returns it."""
    course = [lessons.lesson(name, say.language) for name in lessons.names]
    lines, options = [say("lesson.course")], list[SelectOption]()
    for lesson in course:
        title, seen = f"{lesson.order}. {lesson.title}", ""
        emoji, at = _NEW, progress.get(lesson.name)
        if at is not None and at.finished_at is not None:
            emoji = _FINISHED
        elif at is not None:
            emoji, page = _BEGUN, at.screen + 1
            seen = f" · {say('lesson.page', page=page, pages=len(lesson.pages))}"
        lines.append(f"{emoji} {title}{seen}")
        options.append(SelectOption(label=title, value=lesson.name, emoji=emoji))
    parts: Parts = [TextDisplay("\n".join(lines))]
    following = _following(course, progress)
    if following is not None:
        key = "lesson.resume" if following.name in progress else "lesson.begin"
        label = say(key, title=following.title)
        parts.append(ActionRow(_open_button(following.name, owner, label, ButtonStyle.primary)))
    for part, some in enumerate(as_chunks(options, _MAX_OPTIONS)):
        custom_id, ask = f"lessons:{part}:{owner}", say("lesson.choose")
        menu = Select[Any](custom_id=custom_id, options=some, placeholder=ask)
        parts.append(ActionRow(CourseSelect(menu)))
    return framed(*parts)


def term_page(lessons: Lessons, term: Term, say: Say) -> Message:
    """Explain a term, and offer related ones."""
    parts: Parts = [TextDisplay(f"## {term.title}\n{term.text}")]
    if term.see:
        related = [(name, lessons.term(name, say.language).title) for name in term.see]
        parts.append(_term_row(related, say("term.see")))
    return framed(*parts)


def glossary(lessons: Lessons, say: Say) -> Message:
    """List all terms by the lesson that uses them first."""
    titles = {term.name: term.title for term in lessons.terms(say.language)}
    lines, listed = [say("term.all")], list[tuple[str, str]]()
    for name in lessons.names:
        lesson = lessons.lesson(name, say.language)
        used = dict.fromkeys(term for page in lesson.pages for term in page.terms)
        terms = [(term, titles.pop(term)) for term in used if term in titles]
        if terms:
            lines.append(f"**{lesson.title}** · {', '.join(title for _, title in terms)}")
        listed += terms
    if titles:
        lines.append(f"**{say('term.others')}** · {', '.join(titles.values())}")
        listed += titles.items()
    parts: Parts = [TextDisplay("\n".join(lines))]
    for part, some in enumerate(as_chunks(listed, _MAX_OPTIONS)):
        # What some terms have in brackets would be cut off on a narrow screen.
        first, last = (title.partition("(")[0] for _, title in (some[0], some[-1]))
        placeholder = say("term.choose", first=first, last=last)
        parts.append(_term_row(some, placeholder, part))
    return framed(*parts)


def _following(course: Sequence[Lesson], progress: Mapping[str, LessonProgress]) -> Lesson | None:
    """Return the lesson to go on with: the unfinished one touched last, or the first new one."""
    by_name = {lesson.name: lesson for lesson in course}
    for name, at in progress.items():
        if at.finished_at is None and name in by_name:
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
    picture = PICTURES[illustration.picture]
    if picture.shows_heat:
        lines.append(_heat(subject, say))
    if picture.caption is not None:
        lines.append(say(picture.caption, target=subject.target, **illustration.drawing.fields))
    return f"-# {' '.join(lines)}"


def _alt(illustration: Illustration, say: Say) -> str:
    subject, view = illustration.subject, illustration.subject.view
    before, (h, w) = _read(subject.original), illustration.layers[view.layer]
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
    return describe_regions(strongest_regions(subject.map_in(subject.explained)), say)


def _tries(
    page: Page, illustration: Illustration, view: View, encoded: str, say: Say
) -> list[ActionRow[Any]]:
    """Offer what can be tried; the rows stay the same from press to press."""
    prediction = Prediction(illustration.subject.explained.probabilities)
    rows = list[list[Item[Any]]]()

    def select(field: str, options: list[SelectOption], placeholder: str) -> None:
        custom_id = f"study{field}:{encoded}"
        menu = Select[Any](custom_id=custom_id, options=options, placeholder=placeholder)
        rows.append([ViewSelect(menu)])

    def button(act: str) -> Item[Any]:
        emoji, key = _ACTS[act]
        idle = act in TRANSFORMS and TRANSFORMS[act](view.transform) == view.transform
        custom_id = f"study:{act}:{encoded}"
        return PageButton(Button(label=say(key), emoji=emoji, custom_id=custom_id, disabled=idle))

    if Try.CLASS in page.tries:
        select("class", target_options(prediction, view.target, say), say("lesson.class_menu"))
    if Try.LAYER in page.tries:
        layers = layer_options(illustration.layers, view.layer, say)
        select("layer", layers, say("lesson.layer_menu"))
    if Try.SCORE in page.tries:
        select("score", score_options(view.score, say), say("lesson.score_menu"))
    shifts = ("left", "up", "down", "right") if Try.SHIFT in page.tries else ()
    changes: tuple[str, ...] = ("thinner", "thicker") if Try.THICKEN in page.tries else ()
    changes += ("rub",) if Try.RUB in page.tries else ()
    undo = ("undo",) if shifts or changes else ()
    rows += [[*map(button, shifts)], [*map(button, changes + undo)]]
    digits = list[Item[Any]]()
    if Try.DIGIT in page.tries:
        digits += map(button, ("any",) if view.index is None else ("back", "any", "on"))
    if page.example is not None:
        label = say("lesson.example", index=page.example)
        custom_id = f"study:example.{page.example}:{encoded}"
        digits.append(PageButton(Button(label=label, emoji="🔎", custom_id=custom_id)))
    return [ActionRow(*row) for row in [*rows, digits] if row]


def _question(questions: Sequence[Question], encoded: str, chosen: int | None) -> Parts:
    """Lay out a question, given in each language, with its options."""
    question, texts = questions[0], []
    for each in questions:
        options = (f"**{LETTERS[i]}** {text}" for i, text in enumerate(each.options))
        texts.append("\n".join((f"### {each.text}", *options)))
    styles = [ButtonStyle.secondary] * len(question.options)
    if chosen is not None:
        styles[chosen] = ButtonStyle.success if chosen == question.right else ButtonStyle.danger
    buttons = (
        PageButton(Button(label=LETTERS[i], style=style, custom_id=f"choice:{i}:{encoded}"))
        for i, style in enumerate(styles)
    )
    return [Separator(), TextDisplay("\n\n".join(texts)), ActionRow(*buttons)]


def _navigation(
    lessons: Lessons, state: LessonState, owner: int, say: Say, *, done: bool
) -> ActionRow[Any]:
    """Offer other pages; the way on stands out once the page is done."""
    row, page, encoded = ActionRow[Any](), state.page, encode(state, owner)
    style = ButtonStyle.primary if done else ButtonStyle.secondary
    if page:
        back = f"page:{page - 1}:{encoded}"
        row.add_item(PageButton(Button(label=say("lesson.back"), emoji="⏮️", custom_id=back)))
    following = lessons.names[lessons.names.index(state.lesson) + 1 :]
    if page + 1 < len(lessons.lesson(state.lesson, say.language).pages):
        label, custom_id = say("lesson.next"), f"page:{page + 1}:{encoded}"
        row.add_item(PageButton(Button(label=label, emoji="⏭️", style=style, custom_id=custom_id)))
    elif following:
        title = lessons.lesson(following[0], say.language).title
        label = say("lesson.following", title=title)
        row.add_item(_open_button(following[0], owner, label, style))
    label, custom_id = say("lesson.contents"), f"contents:{owner}"
    return row.add_item(CourseButton(Button(label=label, emoji="📚", custom_id=custom_id)))


def _open_button(lesson: str, owner: int, label: str, style: ButtonStyle) -> CourseButton:
    custom_id = f"open:{lesson}:{owner}"
    return CourseButton(Button(label=label[:80], emoji="▶️", style=style, custom_id=custom_id))


def _term_row(terms: Sequence[tuple[str, str]], placeholder: str, part: int = 0) -> ActionRow[Any]:
    """Offer at most 25 terms, by name and title; their meaning is shown to the presser alone."""
    options = [SelectOption(label=title, value=name) for name, title in terms]
    custom_id = f"term:{part}:{EVERYONE}"
    return ActionRow(
        CourseSelect(Select(custom_id=custom_id, options=options, placeholder=placeholder))
    )


def _beside(key: str, voices: Sequence[Say]) -> str:
    return " · ".join(dict.fromkeys(say(key) for say in voices))[:80]


def _title(lessons: Lessons, term: str, voices: Sequence[Say]) -> str:
    titles = (lessons.term(term, say.language).title for say in voices)
    return " · ".join(dict.fromkeys(titles))[:100]
