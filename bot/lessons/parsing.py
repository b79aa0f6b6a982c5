"""Reading the course's files: what may stand in them, and where they are wrong.

A lesson is a file `lessons/NAME.md`:

    ---
    title: The data
    order: 1
    ---

    ## A heading begins a page
    picture: numbers
    try: digit, shift
    terms: pixel, label

    What the page says. Lines of one paragraph are joined.

    ### A question, which ends the page
    - [ ] An option
      > What is said to whoever chose it.
    - [x] The right one
      > What is said to whoever chose this one.

Of a page's header only `picture` must be there; `layer`, `class`, `score` and `example` may be.
The glossary is a file `terms.md`, with a heading for each term, `name` and perhaps `see` below it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import TypeVar

from bot.lessons.course import Course, Lesson, Lessons, Page, Question, Term, Try
from bot.lessons.pictures import PICTURES
from core.dataset import TEST_DIGITS
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.scores import Score

LONGEST_PAGE = 1600
"""Characters of a page's heading, text, question and options: two languages and their captions
must fit in one message, and a feedback."""
LONGEST_TEXT = 900
"""Characters of a term's text, and of a feedback."""
LONGEST_LINE = 80
"""Characters of a title, which is an option of a select."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,23}")
_HEADER = re.compile(r"([a-z]+):\s*(.*)")
_OPTION = re.compile(r"- \[([ x])\] +(.+)")
_PAGE_FIELDS = frozenset({"picture", "layer", "class", "score", "try", "terms", "example"})
_LESSON_FIELDS = frozenset({"title", "order"})
_TERM_FIELDS = frozenset({"name", "see"})
_OPTIONS = (2, 5)
_MOST_TERMS = 25

ItemT = TypeVar("ItemT")


COURSES = resources.files("bot.i18n")
"""A folder for each language, with its `lessons/*.md` and `terms.md`."""


class LessonError(Exception):
    """A file of the course is wrong; the message names the file, the line and the problem."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")


def load_lessons(folder: Traversable = COURSES) -> Lessons:
    """Read and check the course.

    Args:
        folder: has a folder for each language.

    Raises:
        LessonError: if a file is wrong, or differs from the other languages' in more than words.
    """
    languages = sorted(each.name for each in folder.iterdir() if (each / "lessons").is_dir())
    if not languages:
        raise LessonError(str(folder), 1, "there is no folder of a language with lessons in it")
    courses = {language: _read_course(folder / language, language) for language in languages}
    first = languages[0]
    for language in languages[1:]:
        _compare(courses[first], first, courses[language], language)
    return Lessons(courses)


def _read_course(folder: Traversable, language: str) -> Course:
    terms = parse_terms((folder / "terms.md").read_text(encoding="utf-8"), f"{language}/terms.md")
    files = sorted((folder / "lessons").iterdir(), key=lambda file: file.name)
    lessons = [
        parse_lesson(file.read_text(encoding="utf-8"), f"{language}/lessons/{file.name}", terms)
        for file in files
        if file.name.endswith(".md")
    ]
    lessons.sort(key=lambda lesson: lesson.order)
    for one, other in pairwise(lessons):
        if one.order == other.order:
            raise LessonError(other.file, 1, f"{one.file} has the order {one.order} already")
    if not lessons:
        raise LessonError(f"{language}/lessons", 1, "there is no lesson")
    return Course({lesson.name: lesson for lesson in lessons}, terms)


def _compare(course: Course, language: str, other: Course, other_language: str) -> None:
    for mine, yours, whose in ((course, other, other_language), (other, course, language)):
        for name, lesson in mine.lessons.items():
            if name not in yours.lessons:
                raise LessonError(lesson.file, 1, f"there is no {whose}/lessons/{name}.md")
    for name, lesson in other.lessons.items():
        _compare_lessons(course.lessons[name], lesson)
    for name in other.terms.keys() ^ course.terms.keys():
        line = (other.terms.get(name) or course.terms[name]).line
        has, lacks = language, other_language
        if name in other.terms:
            has, lacks = lacks, has
        raise LessonError(f"{has}/terms.md", line, f"the term {name!r} is not in {lacks}/terms.md")


def _compare_lessons(lesson: Lesson, other: Lesson) -> None:
    if other.order != lesson.order:
        problem = f"order is {other.order}, and {lesson.order} in {lesson.file}"
        raise LessonError(other.file, 1, problem)
    for mine, yours in zip(lesson.pages, other.pages, strict=False):
        for field, value in mine.structure.items():
            if yours.structure[field] != value:
                problem = f"{field} is not as in {lesson.file}:{mine.line}"
                raise LessonError(other.file, yours.line, problem)
    if len(other.pages) != len(lesson.pages):
        problem = f"{len(other.pages)} pages, and {len(lesson.pages)} in {lesson.file}"
        raise LessonError(other.file, other.pages[-1].line, problem)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, the fields right below it, and the rest up to the next heading of its kind."""

    heading: _Line
    fields: Mapping[str, _Line]
    rest: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """Knows how to complain of a line."""

    name: str

    def wrong(self, line: int, problem: str) -> LessonError:
        return LessonError(self.name, line, problem)

    def fields(self, lines: Sequence[_Line], allowed: frozenset[str]) -> dict[str, _Line]:
        found: dict[str, _Line] = {}
        for line in lines:
            match = _HEADER.fullmatch(line.text.strip())
            if match is None:
                raise self.wrong(line.number, f"{line.text!r} is not like `field: value`")
            field, value = match.groups()
            if field not in allowed:
                names = ", ".join(sorted(allowed))
                raise self.wrong(line.number, f"there is no field {field!r}: there are {names}")
            if field in found:
                raise self.wrong(line.number, f"{field} is here twice")
            if not value:
                raise self.wrong(line.number, f"{field} has no value")
            found[field] = _Line(line.number, value)
        return found

    def blocks(self, lines: Sequence[_Line], allowed: frozenset[str]) -> Iterator[_Block]:
        starts = [i for i, line in enumerate(lines) if line.text.startswith("## ")]
        for line in lines[: starts[0] if starts else len(lines)]:
            if line.text.strip():
                raise self.wrong(line.number, "a heading, `## …`, must come before any text")
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            body = lines[start + 1 : end]
            head = next((i for i, line in enumerate(body) if not line.text.strip()), len(body))
            heading = _Line(lines[start].number, lines[start].text.removeprefix("## ").strip())
            self.short(heading, LONGEST_LINE)
            fields = self.fields(body[:head], allowed)
            yield _Block(heading, fields, tuple(body[head:]))

    def short(self, line: _Line, most: int) -> str:
        if not line.text or len(line.text) > most:
            problem = f"{len(line.text)} characters, where 1 to {most} are meant"
            raise self.wrong(line.number, problem)
        return line.text

    def one_of(self, line: _Line, value: str, choices: Sequence[str], what: str) -> str:
        if value not in choices:
            names = ", ".join(choices)
            raise self.wrong(line.number, f"there is no {what} {value!r}: there are {names}")
        return value

    def number(self, line: _Line, least: int, most: int) -> int:
        if (
            not line.text.isascii()
            or not line.text.isdigit()
            or not least <= int(line.text) <= most
        ):
            problem = f"{line.text!r} is not a number from {least} to {most}"
            raise self.wrong(line.number, problem)
        return int(line.text)


def parse_lesson(text: str, file: str, terms: Mapping[str, Term]) -> Lesson:
    """Read a lesson.

    Args:
        text: what is in the file.
        file: what it is called: its stem is the lesson's name.
        terms: those that pages may name.

    Raises:
        LessonError: something is not as it should be.
    """
    at = _File(file)
    lines = _numbered(text)
    name = file.rpartition("/")[2].removesuffix(".md")
    if not _NAME.fullmatch(name):
        problem = "a lesson's file is named by 1 to 24 small letters, digits and hyphens"
        raise at.wrong(1, problem)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.text.strip() == "---"), None)
    if not lines or lines[0].text.strip() != "---" or end is None:
        raise at.wrong(1, "the file must begin with a header between two lines of `---`")
    header = at.fields(lines[1:end], _LESSON_FIELDS)
    for field in sorted(_LESSON_FIELDS - header.keys()):
        raise at.wrong(1, f"the header has no {field}")
    pages: list[Page] = []
    for block in at.blocks(lines[end + 1 :], _PAGE_FIELDS):
        number = sum(page.question is not None for page in pages)
        pages.append(_page(at, block, terms, number))
    if not pages:
        raise at.wrong(end + 1, "there is no page: a page begins with `## ` and a heading")
    title = at.short(header["title"], LONGEST_LINE)
    order = at.number(header["order"], 1, 999)
    return Lesson(name, order, title, tuple(pages), file)


def parse_terms(text: str, file: str) -> dict[str, Term]:
    """Read the glossary.

    Args:
        text: what is in the file.
        file: what it is called.

    Raises:
        LessonError: something is not as it should be.
    """
    at = _File(file)
    terms: dict[str, Term] = {}
    blocks = list(at.blocks(_numbered(text), _TERM_FIELDS))
    for block in blocks:
        if "name" not in block.fields:
            raise at.wrong(block.heading.number, "the term has no name")
        name = block.fields["name"]
        if not _NAME.fullmatch(name.text) or name.text in terms:
            problem = f"{name.text!r} is no name of small letters, digits and hyphens, or is taken"
            raise at.wrong(name.number, problem)
        words = _unwrapped(block.rest)
        at.short(_Line(block.heading.number, words), LONGEST_TEXT)
        see = _listed(block.fields.get("see"))
        line = block.heading.number
        terms[name.text] = Term(name.text, block.heading.text, words, see, line)
    for block in blocks:
        if "see" in block.fields:
            for other in _listed(block.fields["see"]):
                at.one_of(block.fields["see"], other, tuple(terms), "term")
    return terms


def _page(at: _File, block: _Block, terms: Mapping[str, Term], number: int) -> Page:
    fields, line = block.fields, block.heading.number
    if "picture" not in fields:
        raise at.wrong(line, f"the page has no picture: there are {', '.join(PICTURES)}")

    def chosen(field: str, choices: Sequence[str], default: str) -> str:
        if field not in fields:
            return default
        return at.one_of(fields[field], fields[field].text, choices, field)

    def every(field: str, choices: Sequence[str], what: str) -> tuple[str, ...]:
        listed = _listed(fields.get(field))
        for each in listed:
            at.one_of(fields[field], each, choices, what)
        if len(set(listed)) < len(listed) or len(listed) > _MOST_TERMS:
            raise at.wrong(fields[field].number, f"{field} names something twice, or too much")
        return listed

    asked = next((i for i, ln in enumerate(block.rest) if ln.text.startswith("### ")), None)
    question = None if asked is None else _question(at, block.rest[asked:], number)
    text = _unwrapped(block.rest[:asked])
    words = [block.heading.text, text]
    if question is not None:
        words += [question.text, *question.options]
    at.short(_Line(line, "\n".join(words) if text else ""), LONGEST_PAGE)
    return Page(
        title=block.heading.text,
        text=text,
        picture=chosen("picture", tuple(PICTURES), ""),
        layer=chosen("layer", SPATIAL_LAYERS, SPATIAL_LAYERS[-1]),
        target=at.number(fields["class"], 0, 9) if "class" in fields else None,
        score=Score(chosen("score", tuple(Score), Score.LOG_ODDS)),
        tries=tuple(map(Try, every("try", tuple(Try), "thing to try"))),
        terms=every("terms", tuple(terms), "term"),
        example=_maybe(fields.get("example"), lambda ln: at.number(ln, 0, TEST_DIGITS - 1)),
        question=question,
        line=line,
    )


def _question(at: _File, lines: Sequence[_Line], number: int) -> Question:
    first = lines[0]
    text = at.short(_Line(first.number, first.text.removeprefix("### ").strip()), 400)
    options: list[str] = []
    feedback: list[str] = []
    right: list[int] = []
    for line in lines[1:]:
        stripped = line.text.strip()
        if not stripped:
            continue
        if match := _OPTION.fullmatch(stripped):
            if len(feedback) < len(options):
                raise at.wrong(line.number - 1, "the option before has no feedback, `> …`")
            options.append(at.short(_Line(line.number, match[2]), 200))
            if match[1] == "x":
                right.append(len(options) - 1)
        elif stripped.startswith("> ") and len(feedback) < len(options):
            feedback.append(at.short(_Line(line.number, stripped[2:].strip()), LONGEST_TEXT))
        elif stripped.startswith("> ") and feedback:
            feedback[-1] = f"{feedback[-1]} {stripped[2:].strip()}"
            at.short(_Line(line.number, feedback[-1]), LONGEST_TEXT)
        else:
            raise at.wrong(line.number, "below a question there are options and feedback only")
    if len(feedback) < len(options):
        raise at.wrong(lines[-1].number, "the last option has no feedback, `> …`")
    least, most = _OPTIONS
    if not least <= len(options) <= most or len(right) != 1:
        problem = f"a question has {least} to {most} options, `- [ ] …`, and one right, `- [x] …`"
        raise at.wrong(first.number, problem)
    return Question(number, text, tuple(options), right[0], tuple(feedback))


def _numbered(text: str) -> list[_Line]:
    return [_Line(number, line.rstrip()) for number, line in enumerate(text.splitlines(), 1)]


def _listed(line: _Line | None) -> tuple[str, ...]:
    return () if line is None else tuple(each.strip() for each in line.text.split(","))


def _maybe(line: _Line | None, read: Callable[[_Line], ItemT]) -> ItemT | None:
    return None if line is None else read(line)


def _unwrapped(lines: Sequence[_Line]) -> str:
    """Join the lines of each paragraph: Discord breaks lines where the text does."""
    paragraphs: list[str] = []
    fresh = True
    for line in lines:
        stripped = line.text.strip()
        if not stripped:
            fresh = True
        elif fresh or stripped.startswith(("- ", "-# ")):
            paragraphs.append(stripped)
            fresh = False
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {stripped}"
    text = ""
    for before, after in zip(["", *paragraphs], paragraphs, strict=False):
        both_listed = before.startswith("- ") and after.startswith("- ")
        text += f"{'' if not text else chr(10) if both_listed else chr(10) * 2}{after}"
    return text
