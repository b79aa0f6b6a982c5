"""Where a learner is in the course, and what they look at."""

from dataclasses import dataclass
from typing import Self

from bot.lessons.course import Page
from core.explain.scores import Score
from core.transforms import Transform


@dataclass(frozen=True, slots=True)
class View:
    """What a learner looks at on a page.

    Attributes:
        index: the index of the test digit; `None` for the learner's own handwriting.
        layer: whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: what is differentiated.
        transform: the learner's changes to the digit.
    """

    index: int | None
    layer: str = "max_pooling2d_1"
    target: int | None = None
    score: Score = Score.LOG_ODDS
    transform: Transform = Transform()  # noqa: RUF009 - it is frozen

    @classmethod
    def of(cls, page: Page, index: int | None) -> Self:
        """Return the view that a page begins with."""
        return cls(index, page.layer, page.target, page.score)


@dataclass(frozen=True, slots=True)
class LessonState:
    """What a message of a lesson shows.

    Attributes:
        lesson: its name.
        page: the index of the page.
        view: what the learner looks at.
        session: the id of the session that shows it; 0 for a learner on their own.
    """

    lesson: str
    page: int
    view: View
    session: int = 0
