"""Lessons that tests make up."""

from bot.lessons.course import Lesson, Page, Question
from core.explain.scores import Score


def a_lesson(name: str = "data", *, pages: int = 3, questions: int = 1) -> Lesson:
    """A lesson whose last pages each end in a question; its second option is the right one."""
    without = pages - questions
    return Lesson(name, 1, name.title(), tuple(_page(i - without) for i in range(pages)), "")


def _page(number: int) -> Page:
    question = None
    if number >= 0:
        question = Question(
            number, "Which?", ("This", "That", "Neither"), 1, ("No.", "Yes.", "No.")
        )
    return Page(
        title="A page",
        text="Text.",
        picture="digit",
        layer="max_pooling2d_1",
        target=None,
        score=Score.LOG_ODDS,
        tries=(),
        terms=(),
        example=None,
        question=question,
        line=1,
    )
