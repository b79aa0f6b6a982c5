"""A screen of a lesson as a session shows it to all."""

from typing import Any

from discord.ui import ActionRow

from bot.i18n import FALLBACK
from bot.lessons.course import Lessons, Page
from bot.lessons.illustrations import Illustration
from bot.lessons.messages import lesson_page
from bot.lessons.state import LessonState, View
from bot.sessions.controls import FollowButton
from bot.sessions.messages import moves
from bot.sessions.sessions import Evening
from bot.ui.languages import voices
from bot.ui.layout import Message

_DIGIT = 0
"""The test digit that all see first where the screen has no example of its own: a plain 7."""


def step(
    evening: Evening, lessons: Lessons, place: LessonState, illustration: Illustration
) -> Message:
    """Lay the screen out, with what everybody can say of it, and the host's way on.

    Args:
        evening: the session.
        lessons: the course.
        place: see `step_place`.
        illustration: what the screen shows there.
    """
    more: tuple[ActionRow[Any], ...] = (
        ActionRow(FollowButton.drawn(evening, "clear"), FollowButton.drawn(evening, "lost")),
        ActionRow(*moves(evening, lessons)),
    )
    return lesson_page(lessons, place, illustration, voices(evening.language), more=more)


def screen_of(evening: Evening, lessons: Lessons) -> Page:
    """Find the screen that the group has come to."""
    if evening.lesson is None:
        raise ValueError("the session has no lesson yet")
    return lessons.lesson(evening.lesson, FALLBACK).pages[evening.screen]


def step_place(evening: Evening, lessons: Lessons) -> LessonState:
    """Find where the group is, and what it looks at."""
    screen = screen_of(evening, lessons)
    digit = _DIGIT if screen.example is None else screen.example
    view = View.of(screen, digit)
    return LessonState(str(evening.lesson), evening.screen, view, evening.session_id)
