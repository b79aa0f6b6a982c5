"""A session's panel, its announcement, and what is answered privately about it."""

from collections.abc import Sequence
from typing import Any

from discord import Colour
from discord.ui import ActionRow, Separator, TextDisplay
from discord.utils import escape_markdown, format_dt

from bot.i18n import Say
from bot.lessons.course import Lessons
from bot.sessions.controls import (
    EndButton,
    HandOverButton,
    HostSelect,
    JoinButton,
    LeaveButton,
    MoveButton,
    QuizButton,
    SureButton,
    TakeSelect,
    WhoFollowsButton,
)
from bot.sessions.sessions import Evening, Followed
from bot.ui.languages import beside, both
from bot.ui.layout import CALM, Message, framed

_OVER = Colour.light_grey()
_MOST_NAMES = 40


def panel(evening: Evening, lessons: Lessons) -> Message:
    """Lay the pinned message out: what, who, how far, and the controls.

    Args:
        evening: the session.
        lessons: the course.
    """
    parts: list[TextDisplay[Any]] = [
        TextDisplay(
            f"## {topic(evening)}\n{both(lambda say: _led(evening, say), evening.language)}"
        ),
        TextDisplay(_present(evening)),
    ]
    if not evening.under_way:
        return framed(*parts, colour=_OVER)
    where = both(lambda say: step_of(evening, lessons, say), evening.language)
    return framed(
        *parts,
        ActionRow(JoinButton.drawn(evening), LeaveButton.drawn(evening)),
        Separator(),
        TextDisplay(where),
        ActionRow(TakeSelect.drawn(evening, titles(lessons, evening.language))),
        ActionRow(*moves(evening, lessons), QuizButton.drawn(evening)),
        ActionRow(
            WhoFollowsButton.drawn(evening),
            HandOverButton.drawn(evening),
            EndButton.drawn(evening),
        ),
    )


def announcement(evening: Evening) -> Message:
    """Lay out what the channel is told, above the thread."""
    words = both(lambda say: _led(evening, say), evening.language)
    return framed(
        TextDisplay(f"## {topic(evening)}\n{words}"), ActionRow(JoinButton.drawn(evening))
    )


def sure(evening: Evening, say: Say) -> Message:
    """Ask again before it ends."""
    return framed(
        TextDisplay(say("session.sure", topic=topic(evening))),
        ActionRow(SureButton.drawn(evening, say)),
    )


def to_whom(evening: Evening, say: Say) -> Message:
    """Ask who is to lead."""
    return framed(
        TextDisplay(say("session.to_whom", topic=topic(evening))),
        ActionRow(HostSelect.drawn(evening, say)),
    )


def told(text: str) -> Message:
    """Lay a private answer out."""
    return framed(TextDisplay(text), colour=CALM)


def followed(
    evening: Evening, following: Sequence[Followed], lessons: Lessons, say: Say
) -> Message:
    """Tell the host how many can follow: on this screen, and where most could not."""
    here = next(
        (
            each
            for each in following
            if (each.lesson, each.screen) == (evening.lesson, evening.screen)
        ),
        None,
    )
    yes, no = (here.yes, here.no) if here else (0, 0)
    present = len(evening.present) + evening.unnamed
    lines = [
        step_of(evening, lessons, say),
        say("session.follow_counts", yes=yes, no=no, silent=max(0, present - yes - no)),
    ]
    lost = sorted((each for each in following if each.no and each is not here), key=_by_lost)
    if lost:
        lines.append(say("session.lost_before"))
        lines += [
            f"- {place_of(each.lesson, each.screen, lessons, say)} · "
            f"{say('session.lost_count', no=each.no, all=each.yes + each.no)}"
            for each in lost[:10]
        ]
    return told("\n".join(lines))


def under_way(evenings: Sequence[Evening], say: Say) -> Message:
    """List the sessions of a server."""
    if not evenings:
        return told(say("session.none"))
    lines = [
        say(
            "session.listed",
            thread=f"<#{each.thread_id}>",
            host=_host(each, say),
            count=len(each.present) + each.unnamed,
        )
        for each in evenings[:25]
    ]
    return told("\n".join(f"- {line}" for line in lines))


def moves(evening: Evening, lessons: Lessons) -> tuple[MoveButton, MoveButton]:
    """Draw back and next."""
    last = screens(lessons, evening.lesson) - 1 if evening.lesson else 0
    return (
        MoveButton.drawn(evening, "back", possible=evening.screen > 0),
        MoveButton.drawn(evening, "next", possible=evening.screen < last),
    )


def topic(evening: Evening) -> str:
    """What it is called, in Markdown."""
    return escape_markdown(evening.topic)


def screens(lessons: Lessons, lesson: str) -> int:
    """How many screens a lesson has: as many in every language; none if it is there no more."""
    return len(lessons.lesson(lesson, "en").pages) if lesson in lessons.names else 0


def titles(lessons: Lessons, language: str | None) -> list[tuple[str, str]]:
    """What the lessons are called, each by its name."""

    def title(name: str) -> str:
        return beside(lambda say: lessons.lesson(name, say.language).title, language)

    return [(name, title(name)) for name in lessons.names]


def place_of(lesson: str, screen: int, lessons: Lessons, say: Say) -> str:
    """Say which screen of which lesson."""
    return say(
        "session.place",
        lesson=lessons.lesson(lesson, say.language).title if lesson in lessons.names else lesson,
        screen=screen + 1,
        screens=screens(lessons, lesson) or screen + 1,
    )


def step_of(evening: Evening, lessons: Lessons, say: Say) -> str:
    """Say how far the group is."""
    if evening.lesson is None:
        return say("session.no_lesson")
    place = place_of(evening.lesson, evening.screen, lessons, say)
    if evening.step_id is None:
        return place
    link = f"https://discord.com/channels/{evening.server_id}/{evening.thread_id}/{evening.step_id}"
    return f"[{place}]({link})"


def _led(evening: Evening, say: Say) -> str:
    start = format_dt(evening.started_at, "f")
    led = say("session.led", host=_host(evening, say), when=start)
    if evening.ended_at is None:
        return led
    return f"{led} {say('session.over', when=format_dt(evening.ended_at, 'f'))}"


def _host(evening: Evening, say: Say) -> str:
    return f"<@{evening.host_id}>" if evening.host_id else say("session.nobody")


def _present(evening: Evening) -> str:
    count = len(evening.present) + evening.unnamed
    counted = beside(lambda say: say("session.present", count=count), evening.language)
    names = " ".join(f"<@{user_id}>" for user_id in evening.present[:_MOST_NAMES])
    more = count - min(len(evening.present), _MOST_NAMES)
    return f"{counted}\n{names}" + (f" +{more}" if more else "")


def _by_lost(each: Followed) -> tuple[float, int, str, int]:
    return -each.no / (each.yes + each.no), -each.no, each.lesson, each.screen
