"""The course as values: lessons, their pages and questions, and the terms of the glossary."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.explain.scores import Score


class Try(StrEnum):
    """What a learner can try on a page."""

    DIGIT = "digit"
    SHIFT = "shift"
    THICKEN = "thicken"
    RUB = "rub"
    CLASS = "class"
    LAYER = "layer"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with options, exactly one of them right.

    Attributes:
        number: its number among the questions of its lesson, from 0.
        text: the question.
        options: two to five.
        right: the index of the right option.
        feedback: the reply to each option.
    """

    number: int
    text: str
    options: tuple[str, ...]
    right: int
    feedback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a lesson.

    Attributes:
        title: its heading.
        text: what it says, in Discord's Markdown.
        picture: the kind of picture, a name in `bot.lessons.pictures.PICTURES`.
        layer: the layer that the picture shows at first.
        target: the class explained, at first; `None` for the predicted one.
        score: the score of that class that it shows at first.
        tries: what can be tried.
        terms: names of the terms that it uses.
        example: a test digit that shows the point well, if there is one.
        question: about the text, if there is one.
        line: where it begins in its file.
    """

    title: str
    text: str
    picture: str
    layer: str
    target: int | None
    score: Score
    tries: tuple[Try, ...]
    terms: tuple[str, ...]
    example: int | None
    question: Question | None
    line: int

    @property
    def structure(self) -> Mapping[str, object]:
        """What must be the same in every language, by its name in the file."""
        asked = self.question and (len(self.question.options), self.question.right)
        return {
            "picture": self.picture,
            "layer": self.layer,
            "class": self.target,
            "score": self.score,
            "try": self.tries,
            "terms": self.terms,
            "example": self.example,
            "question (options, and which is right)": asked,
        }


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson in one language.

    Attributes:
        name: the file's, the same in every language.
        order: its place in the course.
        title: its title.
        pages: in order, at least one.
        file: where it is written.
    """

    name: str
    order: int
    title: str
    pages: tuple[Page, ...]
    file: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of all pages, in order."""
        return tuple(page.question for page in self.pages if page.question)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field, explained in one language.

    Attributes:
        name: the same in every language.
        title: the term.
        text: its meaning.
        see: names of related terms.
        line: where it begins in its file.
    """

    name: str
    title: str
    text: str
    see: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Course:
    """The course in one language: lessons in order and terms as in their file, by name."""

    lessons: Mapping[str, Lesson]
    terms: Mapping[str, Term]


class Lessons:
    """The course in every language; languages differ in their words only.

    Attributes:
        names: the names of the lessons, in order.
        term_names: the names of the terms.
    """

    def __init__(self, courses: Mapping[str, Course]) -> None:
        self._courses = courses
        first = next(iter(courses.values()))
        self.names = tuple(first.lessons)
        self.term_names = tuple(first.terms)

    def lesson(self, name: str, language: str) -> Lesson:
        """Return a lesson in a language."""
        return self._courses[language].lessons[name]

    def term(self, name: str, language: str) -> Term:
        """Return a term in a language."""
        return self._courses[language].terms[name]

    def terms(self, language: str) -> tuple[Term, ...]:
        """Return all terms, in the order of that language's file."""
        return tuple(self._courses[language].terms.values())
