"""Reads the files of the course and checks them.

`docs/lessons.md` describes the format. Fields and options are read line by line, so that an error
names the line and what may stand there; what is Markdown is left to markdown-it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise

from markdown_it import MarkdownIt

from bot.lessons.course import Course, Lesson, Lessons, Page, Question, Term, Try
from bot.lessons.pictures import PICTURES
from core.dataset import TEST_DIGITS
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.scores import Score

COURSES = resources.files("bot.i18n")
"""A folder for each language, with its `lessons/*.md` and `terms.md`."""

_MAX_PAGE = 1600
"""Characters of a page's heading, text, question and options: two languages with their captions and
an answer's feedback fit in one message."""
_MAX_TEXT, _MAX_QUESTION, _MAX_OPTION, _MAX_TITLE = 900, 400, 200, 80
_MIN_OPTIONS, _MAX_OPTIONS, _MAX_NAMES = 2, 5, 25
_PAGE_FIELDS = frozenset({"picture", "layer", "class", "score", "try", "terms", "example"})
_LESSON_FIELDS = frozenset({"title", "order"})
_TERM_FIELDS = frozenset({"name", "see"})
_NAME = re.compile(r"[a-z][a-z0-9-]{0,23}")
_FIELD = re.compile(r"([a-z]+):\s*(.*)")
_OPTION = re.compile(r"- \[([ x])\] +(.+)")
_MARKDOWN = MarkdownIt("zero").enable(["heading", "fence", "list", "blockquote"])


class LessonError(Exception):
    """A file of the course is wrong; the message names the file, the line and the problem."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")


@cache
def load_lessons(folder: Traversable = COURSES) -> Lessons:
    """Read and check the course, from a folder that has one for each language; once a process.

    Raises:
        LessonError: If a file is wrong, or differs from the other languages' in more than words.
    """
    languages = sorted(each.name for each in folder.iterdir() if (each / "lessons").is_dir())
    if not languages:
        raise LessonError(str(folder), 1, "there is no folder of a language with lessons in it")
    courses = {language: _read_course(folder / language, language) for language in languages}
    for language in languages[1:]:
        _compare(languages[0], courses[languages[0]], language, courses[language])
    return Lessons(courses)


def parse_lesson(text: str, file: str, terms: Mapping[str, Term]) -> Lesson:
    """Read a lesson from the text of its file, whose stem is its name.

    Raises:
        LessonError: If something is wrong, such as a term that there is not.
    """
    lines, first = _lines(text, file), _Text(file, 1, "")
    name = file.rpartition("/")[2].removesuffix(".md")
    if not _NAME.fullmatch(name):
        raise first.error("a lesson's file is named by 1 to 24 small letters, digits and hyphens")
    rules = [i for i, line in enumerate(lines) if line.text.strip() == "---"]
    if len(rules) < 2 or rules[0] != 0:
        raise first.error("the file must begin with a header between two lines of `---`")
    header, body = lines[1 : rules[1]], lines[rules[1] + 1 :]
    fields = _fields(header, _LESSON_FIELDS)
    for field in sorted(_LESSON_FIELDS - fields.keys()):
        raise first.error(f"the header has no {field}")
    pages: list[Page] = []
    for section in _sections(body, _PAGE_FIELDS):
        number = sum(page.question is not None for page in pages)
        pages.append(_page(section, terms, number))
    if not pages:
        raise lines[rules[1]].error("there is no page: a page begins with `## ` and a heading")
    title = fields["title"].check_length(_MAX_TITLE)
    return Lesson(name, fields["order"].number(1, 999), title, tuple(pages), file)


def parse_terms(text: str, file: str) -> dict[str, Term]:
    """Read the glossary from the text of its file.

    Raises:
        LessonError: If something is wrong.
    """
    sections = list(_sections(_lines(text, file), _TERM_FIELDS))
    for section in sections:
        if "name" not in section.fields:
            raise section.heading.error("the term has no name")
    names = [section.fields["name"].text for section in sections]
    terms: dict[str, Term] = {}
    for section, name in zip(sections, names, strict=True):
        heading, fields = section.heading, section.fields
        if not _NAME.fullmatch(name) or name in terms:
            problem = f"{name!r} is no name of small letters, digits and hyphens, or is taken"
            raise fields["name"].error(problem)
        meaning = replace(heading, text=_unwrapped(section.text)).check_length(_MAX_TEXT)
        see = fields["see"].names(names, "term") if "see" in fields else ()
        terms[name] = Term(name, heading.text, meaning, see, heading.line)
    return terms


def _read_course(folder: Traversable, language: str) -> Course:
    terms = parse_terms((folder / "terms.md").read_text(encoding="utf-8"), f"{language}/terms.md")
    lessons = [
        parse_lesson(file.read_text(encoding="utf-8"), f"{language}/lessons/{file.name}", terms)
        for file in sorted((folder / "lessons").iterdir(), key=lambda file: file.name)
        if file.name.endswith(".md")
    ]
    if not lessons:
        raise LessonError(f"{language}/lessons", 1, "there is no lesson")
    lessons.sort(key=lambda lesson: lesson.order)
    for one, other in pairwise(lessons):
        if one.order == other.order:
            raise LessonError(other.file, 1, f"{one.file} has the order {one.order} already")
    return Course({lesson.name: lesson for lesson in lessons}, terms)


def _compare(language: str, course: Course, other_language: str, other: Course) -> None:
    """Check that two languages differ in their words only."""
    pairs = ((language, course, other_language, other), (other_language, other, language, course))
    for has, full, lacks, short in pairs:
        for name in full.lessons.keys() - short.lessons.keys():
            file = full.lessons[name].file
            raise LessonError(file, 1, f"there is no {lacks}/lessons/{name}.md")
        for name in full.terms.keys() - short.terms.keys():
            problem = f"the term {name!r} is not in {lacks}/terms.md"
            raise LessonError(f"{has}/terms.md", full.terms[name].line, problem)
    for name, lesson in course.lessons.items():
        _compare_lessons(lesson, other.lessons[name])


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
class _Text:
    """Some text of a file, and the line where it begins."""

    file: str
    line: int
    text: str

    def error(self, problem: str) -> LessonError:
        return LessonError(self.file, self.line, problem)

    def check_length(self, limit: int) -> str:
        if not 1 <= len(self.text) <= limit:
            raise self.error(f"{len(self.text)} characters; 1 to {limit} are allowed")
        return self.text

    def number(self, least: int, most: int) -> int:
        if not re.fullmatch("[0-9]{1,9}", self.text) or not least <= int(self.text) <= most:
            raise self.error(f"{self.text!r} is not a number from {least} to {most}")
        return int(self.text)

    def one_of(self, choices: Collection[str], what: str) -> str:
        if self.text not in choices:
            raise self.error(f"there is no {what} {self.text!r}: there are {', '.join(choices)}")
        return self.text

    def names(self, choices: Collection[str], what: str) -> tuple[str, ...]:
        """Read several, separated by commas."""
        names = tuple(name.strip() for name in self.text.split(","))
        for name in names:
            replace(self, text=name).one_of(choices, what)
        if len(set(names)) < len(names) or len(names) > _MAX_NAMES:
            raise self.error(f"a {what} is named twice, or there are more than {_MAX_NAMES}")
        return names


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading of the second level, the fields below it, the text, and the question."""

    heading: _Text
    fields: Mapping[str, _Text]
    text: Sequence[_Text]
    question: Sequence[_Text]


def _lines(text: str, file: str) -> list[_Text]:
    return [_Text(file, number, line) for number, line in enumerate(text.splitlines(), 1)]


def _fields(lines: Sequence[_Text], allowed: Collection[str]) -> dict[str, _Text]:
    found: dict[str, _Text] = {}
    for line in lines:
        match = _FIELD.fullmatch(line.text.strip())
        if match is None:
            raise line.error(f"{line.text!r} is not like `field: value`")
        field, value = match.groups()
        replace(line, text=field).one_of(sorted(allowed), "field")
        if field in found:
            raise line.error(f"{field} is here twice")
        if not value:
            raise line.error(f"{field} has no value")
        found[field] = replace(line, text=value)
    return found


def _sections(lines: Sequence[_Text], allowed: Collection[str]) -> Iterator[_Section]:
    tokens = _MARKDOWN.parse("\n".join(line.text for line in lines))
    levels = {token.map[0]: token.tag for token in tokens if token.map and token.tag[:1] == "h"}
    starts = [index for index, tag in levels.items() if tag == "h2"]
    for line in lines[: starts[0] if starts else len(lines)]:
        if line.text.strip():
            raise line.error("a heading, `## …`, must come before any text")
    for start, end in pairwise([*starts, len(lines)]):
        heading = replace(lines[start], text=lines[start].text.lstrip(" #").rstrip())
        heading.check_length(_MAX_TITLE)
        text = next((i for i in range(start, end) if not lines[i].text.strip()), end)
        question = next((i for i in range(text, end) if levels.get(i) == "h3"), end)
        fields = _fields(lines[start + 1 : text], allowed)
        yield _Section(heading, fields, lines[text:question], lines[question:end])


def _page(section: _Section, terms: Mapping[str, Term], number: int) -> Page:
    heading, fields = section.heading, section.fields
    if "picture" not in fields:
        raise heading.error(f"the page has no picture: there are {', '.join(PICTURES)}")

    def chosen(field: str, choices: Collection[str], default: str) -> str:
        return fields[field].one_of(choices, field) if field in fields else default

    def names(field: str, choices: Collection[str], what: str) -> tuple[str, ...]:
        return fields[field].names(choices, what) if field in fields else ()

    def index(field: str, most: int) -> int | None:
        return fields[field].number(0, most) if field in fields else None

    text = _unwrapped(section.text)
    question = _question(section.question, number) if section.question else None
    words = [heading.text, text]
    if question is not None:
        words += [question.text, *question.options]
    replace(heading, text="\n".join(words) if text else "").check_length(_MAX_PAGE)
    return Page(
        title=heading.text,
        text=text,
        picture=chosen("picture", PICTURES, ""),
        layer=chosen("layer", SPATIAL_LAYERS, SPATIAL_LAYERS[-1]),
        target=index("class", 9),
        score=Score(chosen("score", tuple(Score), Score.LOG_ODDS)),
        tries=tuple(map(Try, names("try", tuple(Try), "thing to try"))),
        terms=names("terms", terms, "term"),
        example=index("example", TEST_DIGITS - 1),
        question=question,
        line=heading.line,
    )


def _question(lines: Sequence[_Text], number: int) -> Question:
    first = lines[0]
    text = replace(first, text=first.text.lstrip(" #").rstrip()).check_length(_MAX_QUESTION)
    options, feedback, right = list[_Text](), list[_Text](), list[int]()
    for line in lines[1:]:
        stripped = line.text.strip()
        if match := _OPTION.fullmatch(stripped):
            if len(feedback) < len(options):
                break
            if match[1] == "x":
                right.append(len(options))
            options.append(replace(line, text=match[2]))
        elif stripped.startswith("> ") and options:
            said = replace(line, text=stripped[2:].strip())
            if len(feedback) == len(options):
                before = feedback.pop()
                said = replace(before, text=f"{before.text} {said.text}")
            feedback.append(said)
        elif stripped:
            raise line.error("below a question there are options and feedback only")
    if len(feedback) < len(options):
        raise options[-1].error("the option has no feedback, `> …`")
    if not _MIN_OPTIONS <= len(options) <= _MAX_OPTIONS or len(right) != 1:
        limits = f"{_MIN_OPTIONS} to {_MAX_OPTIONS}"
        raise first.error(f"a question has {limits} options, `- [ ] …`, and one right, `- [x] …`")
    texts = tuple(option.check_length(_MAX_OPTION) for option in options)
    replies = tuple(each.check_length(_MAX_TEXT) for each in feedback)
    return Question(number, text, texts, right[0], replies)


def _unwrapped(lines: Sequence[_Text]) -> str:
    """Join the lines of each paragraph: Discord breaks lines where the text does."""
    texts: list[str | None] = [line.text for line in lines]
    for token in _MARKDOWN.parse("\n".join(line.text for line in lines)):
        if token.type == "inline" and token.map:
            start, end = token.map
            marker = lines[start].text.partition(token.content.split("\n")[0])[0]
            words = re.sub(r"\n(?!-# )", " ", token.content)  # `-# ` begins small print
            texts[start:end] = [marker + words, *[None] * (end - start - 1)]
    return "\n".join(text for text in texts if text is not None).strip()
