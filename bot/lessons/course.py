"""The course: lessons and a glossary, from Markdown files that a teacher writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Self

from core.explain.scores import Score

COURSES = resources.files("bot.i18n")
"""A folder for each language, with its `lessons/*.md` and `terms.md`."""


class Picture(StrEnum):
    """What a screen can show, of the learner's own digit but for the last two."""

    DIGIT = "digit"
    SAMPLES = "samples"
    NUMBERS = "numbers"
    SCALED = "scaled"
    BARS = "bars"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    LAYERS = "layers"
    MAPS = "maps"
    LOSS = "loss"
    EPOCHS = "epochs"
    TANGENT = "tangent"
    ALPHAS = "alphas"
    CAM = "cam"
    HEAT = "heat"
    CHANGE = "change"
    SCORES = "scores"
    COARSE = "coarse"
    TWIN = "twin"
    CURVES = "curves"
    CONFUSION = "confusion"


class Try(StrEnum):
    """What a learner can try on a screen."""

    DIGIT = "digit"
    SHIFT = "shift"
    THICKEN = "thicken"
    RUB = "rub"
    CLASS = "class"
    LAYER = "layer"
    SCORE = "score"


class LessonError(Exception):
    """A lesson's file is not as it should be; the message names the file, the line, and why."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Question:
    """A question with options, one of which is right.

    Attributes:
        number: which of its lesson's questions it is, from 0.
        text: what is asked.
        options: two to five.
        right: the place of the right one, from 0.
        feedback: what is said to whoever chose an option, one for each.
    """

    number: int
    text: str
    options: tuple[str, ...]
    right: int
    feedback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of a lesson.

    Attributes:
        title: its heading.
        text: what it says, in Discord's Markdown.
        picture: what it shows.
        layer: of the picture, to begin with.
        target: the class explained, to begin with; `None` for the predicted one.
        score: of the class, to begin with.
        tries: what can be tried.
        terms: names of the terms that it uses.
        example: a test digit that shows well what is meant, if there is one.
        question: about what was said, if there is one.
        line: where it begins in its file.
    """

    title: str
    text: str
    picture: Picture
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
        """What must be the same in every language, by what it is called in the file."""
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
        name: the same in every language: the file's.
        order: its place in the course.
        title: what it is called.
        screens: in order, at least one.
        file: where it is written.
    """

    name: str
    order: int
    title: str
    screens: tuple[Screen, ...]
    file: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions, in order."""
        return tuple(screen.question for screen in self.screens if screen.question)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field, explained in one language.

    Attributes:
        name: the same in every language.
        title: the word.
        text: what it means.
        see: names of terms that belong to it.
        line: where it begins in its file.
    """

    name: str
    title: str
    text: str
    see: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Course:
    """All that there is in one language: lessons in order, and terms by title, each by its name."""

    lessons: Mapping[str, Lesson]
    terms: Mapping[str, Term]


class Lessons:
    """The course in every language, the same in each but for the words."""

    def __init__(self, courses: Mapping[str, Course]) -> None:
        """See `load`."""
        self._courses = courses
        first = next(iter(courses.values()))
        self.names = tuple(first.lessons)
        self.term_names = tuple(first.terms)

    @classmethod
    def load(cls, folder: Traversable = COURSES) -> Self:
        """Read and check the course.

        Args:
            folder: has a folder for each language.

        Raises:
            LessonError: a file is not as it should be, or not as in the other languages.
        """
        from bot.lessons.parsing import read_courses  # noqa: PLC0415 - builds what is here

        return cls(read_courses(folder))

    def lesson(self, name: str, language: str) -> Lesson:
        """Take a lesson.

        Args:
            name: one of `names`.
            language: one that there is.

        Raises:
            KeyError: there is no such lesson.
        """
        return self._courses[language].lessons[name]

    def term(self, name: str, language: str) -> Term:
        """Take a term.

        Args:
            name: one of `term_names`.
            language: one that there is.

        Raises:
            KeyError: there is no such term.
        """
        return self._courses[language].terms[name]

    def terms(self, language: str) -> tuple[Term, ...]:
        """Take all terms, in the order of that language's file."""
        return tuple(self._courses[language].terms.values())
