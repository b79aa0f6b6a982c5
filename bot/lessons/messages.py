"""A screen of a lesson, for one person or for everybody; and the contents of the course."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import MediaGalleryItem
from discord.ui import (
    ActionRow,
    Item,
    MediaGallery,
    Section,
    Separator,
    TextDisplay,
    Thumbnail,
)

from bot.explain.phrases import SCORE_NAMES, where
from bot.i18n import Say
from bot.lessons.controls import (
    LETTERS,
    SHARED,
    ChoiceButton,
    ContentsButton,
    LessonSelect,
    OpenButton,
    OwnButton,
    PageButton,
    StudyButton,
    StudyClassSelect,
    StudyLayerSelect,
    StudyScoreSelect,
    TermSelect,
)
from bot.lessons.course import Lesson, Lessons, Picture, Question, Screen, Try
from bot.lessons.illustrations import Exhibit, Place
from bot.lessons.progress import Progress
from bot.ui.layout import Message, attached, framed
from core.figures.percent import format_percent
from core.transforms import Transform

_CHOICES = 25  # of a select
_DONE, _BEGUN, _NEW = "✅", "📖", "▫️"

_ALTS = {
    Picture.DIGIT: "lesson.alt_digit",
    Picture.SAMPLES: "lesson.alt_samples",
    Picture.NUMBERS: "lesson.alt_numbers",
    Picture.SCALED: "lesson.alt_scaled",
    Picture.BARS: "lesson.alt_bars",
    Picture.CONVOLUTION: "lesson.alt_convolution",
    Picture.POOLING: "lesson.alt_pooling",
    Picture.LAYERS: "lesson.alt_layers",
    Picture.MAPS: "lesson.alt_maps",
    Picture.LOSS: "lesson.alt_loss",
    Picture.EPOCHS: "lesson.alt_epochs",
    Picture.TANGENT: "lesson.alt_tangent",
    Picture.ALPHAS: "lesson.alt_alphas",
    Picture.CAM: "lesson.alt_cam",
    Picture.HEAT: "lesson.alt_heat",
    Picture.CHANGE: "lesson.alt_change",
    Picture.SCORES: "lesson.alt_scores",
    Picture.COARSE: "lesson.alt_coarse",
    Picture.TWIN: "lesson.alt_twin",
    Picture.CURVES: "lesson.alt_curves",
    Picture.CONFUSION: "lesson.alt_confusion",
}
_NOT_OF_A_DIGIT = {Picture.CURVES, Picture.CONFUSION}
_OF_A_MAP = {Picture.CAM, Picture.HEAT, Picture.CHANGE, Picture.TWIN}

_LABELS = {
    "back": "control.previous",
    "any": "control.random",
    "on": "control.next",
    "left": "lesson.left",
    "up": "lesson.up",
    "down": "lesson.down",
    "right": "lesson.right",
    "thinner": "lesson.thinner",
    "thicker": "lesson.thicker",
    "rub": "lesson.rub",
    "undo": "lesson.undo",
}
_STEPS, _SHIFTS = ("back", "any", "on"), ("left", "up", "down", "right")


def lesson_screen(
    lessons: Lessons,
    place: Place,
    exhibit: Exhibit,
    voices: Sequence[Say],
    *,
    owner: int = SHARED,
    chosen: int | None = None,
    more: Sequence[ActionRow[Any]] = (),
) -> Message:
    """Lay a screen out.

    Args:
        lessons: the course.
        place: which screen.
        exhibit: what it shows.
        voices: in which languages, one under the other; for one person, theirs.
        owner: whose message it is; `SHARED` for everybody's, where each tries it on their own.
        chosen: what the owner answered to its question.
        more: further rows, at the end.
    """
    say = voices[0]
    screen = lessons.lesson(place.lesson, say.language).screens[place.screen]
    alt = "\n".join(_alt(exhibit, each) for each in voices)
    picture = attached(exhibit.file, f"{exhibit.picture}.png", alt[:1024])
    files = [picture]
    parts: list[Item[Any]] = [
        TextDisplay(_words(lessons, place, voices)),
        MediaGallery(MediaGalleryItem(picture)),
    ]
    if exhibit.picture not in _NOT_OF_A_DIGIT or exhibit.own is not None:
        parts.append(_below(exhibit, voices, files))
    if owner != SHARED:
        parts += _tries(screen, place, exhibit, owner, say)
    if screen.question is not None:
        parts += _question(lessons, place, voices, owner, chosen)
    if screen.terms:
        titles = [_term_titles(lessons, name, voices) for name in screen.terms]
        placeholder = _beside("lesson.terms", voices)
        options = list(zip(screen.terms, titles, strict=True))
        parts.append(ActionRow(TermSelect.drawn(options, placeholder)))
    if owner == SHARED:
        parts.append(ActionRow(OwnButton.drawn(place, _beside("lesson.own", voices))))
    elif not place.session:
        parts.append(_navigation(lessons, place, owner, say))
    return framed(*parts, *more, files=files)


def answered(question: Question, choice: int, say: Say) -> str:
    """Say whether an option is right, and why."""
    key = "lesson.right_answer" if choice == question.right else "lesson.wrong_answer"
    return f"{say(key, choice=LETTERS[choice])} {question.feedback[choice]}"


def contents(lessons: Lessons, progress: Mapping[str, Progress], say: Say, owner: int) -> Message:
    """List the lessons, with how far somebody is in each.

    Args:
        lessons: the course.
        progress: how far they are, what they touched last first.
        say: the reader's language.
        owner: the reader.
    """
    course = [lessons.lesson(name, say.language) for name in lessons.names]
    lines = [say("lesson.course")]
    for lesson in course:
        line = f"{_sign(lesson, progress)} {lesson.order}. {lesson.title}"
        at = progress.get(lesson.name)
        if at is not None and not at.finished:
            seen = say("lesson.page", page=at.screen + 1, pages=len(lesson.screens))
            line = f"{line} · {seen}"
        lines.append(line)
    parts: list[Item[Any]] = [TextDisplay("\n".join(lines))]
    following = _following(course, progress)
    if following is not None:
        key = "lesson.resume" if following.name in progress else "lesson.begin"
        label = say(key, title=following.title)
        parts.append(ActionRow(OpenButton.drawn(owner, following.name, label[:80])))
    for part, start in enumerate(range(0, len(course), _CHOICES)):
        some = [(each, _sign(each, progress)) for each in course[start : start + _CHOICES]]
        parts.append(ActionRow(LessonSelect.drawn(owner, some, say, part)))
    return framed(*parts)


def _following(course: Sequence[Lesson], progress: Mapping[str, Progress]) -> Lesson | None:
    """Find what to go on with: what was begun last, or else the first lesson that is new."""
    by_name = {lesson.name: lesson for lesson in course}
    for name, at in progress.items():
        if not at.finished and name in by_name:
            return by_name[name]
    return next((lesson for lesson in course if lesson.name not in progress), None)


def _sign(lesson: Lesson, progress: Mapping[str, Progress]) -> str:
    at = progress.get(lesson.name)
    return _NEW if at is None else _DONE if at.finished else _BEGUN


def _words(lessons: Lessons, place: Place, voices: Sequence[Say]) -> str:
    told = []
    for say in voices:
        lesson = lessons.lesson(place.lesson, say.language)
        screen = lesson.screens[place.screen]
        page = say("lesson.page", page=place.screen + 1, pages=len(lesson.screens))
        told.append(f"-# {lesson.title} · {page}\n## {screen.title}\n{screen.text}")
    return "\n\n".join(told)


def _below(exhibit: Exhibit, voices: Sequence[Say], files: list[discord.File]) -> Item[Any]:
    """Say what the picture is of, beside the digit itself where it is the learner's own.

    Nothing of it is kept anywhere: the controls read it again from here.
    """
    words = TextDisplay[Any]("\n".join(_caption(exhibit, each) for each in voices))
    if exhibit.own is None:
        return words
    own = attached(exhibit.own, "digit.png", voices[0]("lesson.alt_own"))
    files.append(own)
    return Section(words, accessory=Thumbnail(own))


def _caption(exhibit: Exhibit, say: Say) -> str:
    digit, first = _ranked(exhibit.probabilities)
    fields = {"label": exhibit.label, "digit": digit, "confidence": first}
    if exhibit.own is None:
        lines = [say("lesson.caption", index=exhibit.look.index, **fields)]
    else:
        lines = [say("lesson.caption_own", **fields)]
    if exhibit.before is not None:
        was, confidence = _ranked(exhibit.before)
        lines.append(say("lesson.before", digit=was, confidence=confidence))
    if exhibit.untouched:
        lines.append(say("lesson.untouched"))
    if exhibit.picture in _OF_A_MAP:
        lines.append(where(exhibit.regions, say))
    return f"-# {' '.join(lines)}"


def _alt(exhibit: Exhibit, say: Say) -> str:
    digit, confidence = _ranked(exhibit.probabilities)
    was, was_confidence = _ranked(
        exhibit.probabilities if exhibit.before is None else exhibit.before
    )
    h, w = exhibit.layers[exhibit.look.layer]
    fields: dict[str, object] = {
        "index": exhibit.look.index,
        "label": exhibit.label,
        "digit": digit,
        "confidence": confidence,
        "was": was,
        "was_confidence": was_confidence,
        "target": exhibit.target,
        "layer": exhibit.look.layer,
        "h": h,
        "w": w,
        "score": say(SCORE_NAMES[exhibit.look.score]),
        "heat": where(exhibit.regions, say),
        **exhibit.fields,
    }
    if "empty" in fields:
        fields["empty"] = fields["empty"] or say("lesson.none")
    return say(_ALTS[exhibit.picture], **fields)


def _ranked(probabilities: Any) -> tuple[int, str]:  # noqa: ANN401 - an array
    digit = int(probabilities.argmax())
    return digit, format_percent(probabilities[digit])


def _tries(screen: Screen, place: Place, exhibit: Exhibit, owner: int, say: Say) -> list[Item[Any]]:
    tries, rows = set(screen.tries), list[Item[Any]]()

    def buttons(*acts: str) -> list[Any]:
        return [StudyButton.drawn(place, owner, act, say(_LABELS[act])) for act in acts]

    if Try.CLASS in tries:
        rows.append(ActionRow(StudyClassSelect.drawn(place, owner, exhibit, say)))
    if Try.LAYER in tries:
        rows.append(ActionRow(StudyLayerSelect.drawn(place, owner, exhibit, say)))
    if Try.SCORE in tries:
        rows.append(ActionRow(StudyScoreSelect.drawn(place, owner, say)))
    if Try.SHIFT in tries:
        rows.append(ActionRow(*buttons(*_SHIFTS)))
    acts = [*(["thinner", "thicker"] if Try.THICKEN in tries else [])]
    acts += [*(["rub"] if Try.RUB in tries else [])]
    acts += [*(["undo"] if place.look.transform != Transform() else [])]
    if acts:
        rows.append(ActionRow(*buttons(*acts)))
    steps = _STEPS if place.look.index is not None else ("any",)
    digits = buttons(*steps) if Try.DIGIT in tries else []
    if screen.example is not None:
        label = say("lesson.example", index=screen.example)
        digits.append(StudyButton.drawn(place, owner, "example", label, to=screen.example))
    if digits:
        rows.append(ActionRow(*digits))
    return rows


def _question(
    lessons: Lessons, place: Place, voices: Sequence[Say], owner: int, chosen: int | None
) -> list[Item[Any]]:
    asked = [_asked(lessons, place, say) for say in voices]
    question, told = asked[-1], []
    for each in asked:
        options = (f"**{LETTERS[i]}** {text}" for i, text in enumerate(each.options))
        told.append("\n".join((f"### {each.text}", *options)))
    buttons = [
        ChoiceButton.drawn(place, owner, question, choice, chosen)
        for choice in range(len(question.options))
    ]
    parts: list[Item[Any]] = [
        Separator(),
        TextDisplay("\n\n".join(told)),
        ActionRow(*buttons),
    ]
    if chosen is not None:
        parts.append(TextDisplay(answered(question, chosen, voices[-1])))
    return parts


def _asked(lessons: Lessons, place: Place, say: Say) -> Question:
    question = lessons.lesson(place.lesson, say.language).screens[place.screen].question
    assert question is not None  # noqa: S101 - every language has the same questions
    return question


def _navigation(lessons: Lessons, place: Place, owner: int, say: Say) -> ActionRow[Any]:
    pages = len(lessons.lesson(place.lesson, say.language).screens)
    buttons: list[Any] = []
    if place.screen:
        back = place.screen - 1
        buttons.append(PageButton.drawn(place, owner, back, say("lesson.back"), "⏮️"))
    if place.screen + 1 < pages:
        on = place.screen + 1
        buttons.append(PageButton.drawn(place, owner, on, say("lesson.next"), "⏭️"))
    else:
        following = lessons.names.index(place.lesson) + 1
        if following < len(lessons.names):
            lesson = lessons.lesson(lessons.names[following], say.language)
            label = say("lesson.following", title=lesson.title)
            buttons.append(OpenButton.drawn(owner, lesson.name, label[:80]))
    buttons.append(ContentsButton.drawn(owner, say))
    return ActionRow(*buttons)


def _beside(key: str, voices: Sequence[Say]) -> str:
    return " · ".join(dict.fromkeys(say(key) for say in voices))[:80]


def _term_titles(lessons: Lessons, name: str, voices: Sequence[Say]) -> str:
    titles = (lessons.term(name, say.language).title for say in voices)
    return " · ".join(dict.fromkeys(titles))[:100]
