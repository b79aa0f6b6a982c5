"""A session's panel, its steps, its announcement, and the private messages of its host."""

import re
from collections.abc import Sequence
from typing import Any

from discord import Colour
from discord.ui import ActionRow, Separator, TextDisplay
from discord.utils import format_dt

from bot.i18n import FALLBACK, Say
from bot.lessons.course import Lessons, Page
from bot.lessons.illustrations import Illustration
from bot.lessons.messages import lesson_page
from bot.lessons.state import LessonState, View
from bot.sessions.controls import (
    HostSelect,
    LessonSelect,
    SessionButton,
    TurnButton,
    UnderstandingButton,
)
from bot.sessions.sessions import PageUnderstanding, Session
from bot.ui.languages import in_languages, in_languages_inline, voices
from bot.ui.layout import CALM, Message, framed, notice

_ENDED = Colour.light_grey()
_MAX_NAMES, _MAX_PAGES, _MAX_SESSIONS = 40, 10, 25
_MARKDOWN = re.compile(r"([\\*_~`|<\[:])")
_DIGIT = 0  # a plain 7, shown on pages that have no example of their own


def panel(session: Session, lessons: Lessons) -> Message:
    """Lay out the pinned message: the title, the host, the participants, the page."""
    head, participants = _head(session), TextDisplay[Any](_participants(session))
    if not session.is_open:
        return framed(head, participants, colour=_ENDED)
    return framed(
        head,
        participants,
        Separator(),
        TextDisplay(in_languages(lambda say: _place(session, lessons, say), session.language)),
        ActionRow(*(SessionButton.drawn(session, each) for each in ("join", "leave", "manage"))),
    )


def announcement(session: Session) -> Message:
    """Lay out the message above the thread."""
    return framed(_head(session), ActionRow(SessionButton.drawn(session, "join")))


def step(
    session: Session, lessons: Lessons, state: LessonState, illustration: Illustration
) -> Message:
    """Lay out the page that the group looks at, with its picture, in the state of `step_state`."""
    row = ActionRow[Any](
        UnderstandingButton.drawn(session, "clear"),
        UnderstandingButton.drawn(session, "lost"),
        SessionButton.drawn(session, "manage"),
    )
    return lesson_page(lessons, state, illustration, voices(session.language), more=(row,))


def current_page(session: Session, lessons: Lessons) -> Page | None:
    """Return the page that the group looks at; `None` without a lesson, or if it was removed."""
    if session.lesson not in lessons.names:
        return None
    pages = lessons.lesson(session.lesson, FALLBACK).pages
    return pages[session.page] if session.page < len(pages) else None


def step_state(session: Session, page: Page) -> LessonState:
    """Return what the group looks at on its page: the page's own digit."""
    view = View.of(page, _DIGIT if page.example is None else page.example)
    return LessonState(str(session.lesson), session.page, view, session.session_id)


def host_controls(
    session: Session, votes: Sequence[PageUnderstanding], lessons: Lessons, say: Say
) -> Message:
    """Lay out the private message with which a host leads."""
    titles = [(name, lessons.lesson(name, say.language).title) for name in lessons.names]
    last = page_count(lessons, session.lesson) - 1 if session.lesson else 0
    return framed(
        TextDisplay(_place(session, lessons, say)),
        TextDisplay(_understanding(session, votes, lessons, say)),
        ActionRow(LessonSelect.drawn(session, titles, say)),
        ActionRow(
            TurnButton.drawn(session, "back", say, enabled=session.page > 0),
            TurnButton.drawn(session, "next", say, enabled=session.page < last),
            SessionButton.drawn(session, "quiz", say),
        ),
        ActionRow(*(SessionButton.drawn(session, each, say) for each in ("who", "hand", "end"))),
    )


def confirm_end(session: Session, say: Say) -> Message:
    """Ask whether to end a session."""
    question = TextDisplay[Any](say("session.sure", topic=title(session)))
    return framed(question, ActionRow(SessionButton.drawn(session, "sure", say)))


def choose_host(session: Session, say: Say) -> Message:
    """Ask who is to be the host."""
    question = TextDisplay[Any](say("session.to_whom", topic=title(session)))
    return framed(question, ActionRow(HostSelect.drawn(session, say)))


def session_list(sessions: Sequence[Session], say: Say) -> Message:
    """List the open sessions of a server that have a thread."""
    lines = []
    for session in [each for each in sessions if each.thread_id is not None][:_MAX_SESSIONS]:
        thread, host = f"<#{session.thread_id}>", f"<@{session.host_id}>"
        lines.append(f"- {say('session.listed', thread=thread, host=host, count=session.size)}")
    return notice("\n".join(lines) or say("session.none"), CALM)


def title(session: Session) -> str:
    """Return what the host called a session, without any markup in it."""
    return _MARKDOWN.sub(r"\\\1", session.topic)


def page_count(lessons: Lessons, lesson: str) -> int:
    """Return how many pages a lesson has, in every language; 0 if it was removed."""
    return len(lessons.lesson(lesson, FALLBACK).pages) if lesson in lessons.names else 0


def page_name(lesson: str, page: int, lessons: Lessons, say: Say) -> str:
    """Name a page of a lesson."""
    return say(
        "session.place",
        lesson=lessons.lesson(lesson, say.language).title if lesson in lessons.names else lesson,
        screen=page + 1,
        screens=page_count(lessons, lesson) or page + 1,
    )


def _place(session: Session, lessons: Lessons, say: Say) -> str:
    if session.lesson is None:
        return say("session.no_lesson")
    name = page_name(session.lesson, session.page, lessons, say)
    if session.step_id is None:
        return name
    ids = f"{session.server_id}/{session.thread_id}/{session.step_id}"
    return f"[{name}](https://discord.com/channels/{ids})"


def _head(session: Session) -> TextDisplay[Any]:
    def led(say: Say) -> str:
        start = format_dt(session.started_at, "f")
        by = say("session.nobody", when=start)
        if session.host_id:  # who has deleted their data no longer hosts what has ended
            by = say("session.led", host=f"<@{session.host_id}>", when=start)
        if session.ended_at is None:
            return by
        return f"{by} {say('session.over', when=format_dt(session.ended_at, 'f'))}"

    return TextDisplay(f"## {title(session)}\n{in_languages(led, session.language)}")


def _participants(session: Session) -> str:
    count = in_languages_inline(
        lambda say: say("session.present", count=session.size), session.language
    )
    names = session.present[:_MAX_NAMES]
    more = session.size - len(names)
    mentions = " ".join(f"<@{user_id}>" for user_id in names)
    return f"{count}\n{mentions}" + (f" +{more}" if more else "")


def _understanding(
    session: Session, votes: Sequence[PageUnderstanding], lessons: Lessons, say: Say
) -> str:
    """Count who follows the page, and list the other pages on which most were lost."""
    current = (session.lesson, session.page)
    here = [each for each in votes if (each.lesson, each.page) == current]
    yes, no = sum(each.yes for each in here), sum(each.no for each in here)
    silent = max(0, session.size - yes - no)
    lines = [say("session.follow_counts", yes=yes, no=no, silent=silent)]
    lost = sorted(
        (each for each in votes if each.no and each not in here),
        key=lambda each: (-each.no / (each.yes + each.no), -each.no, each.lesson, each.page),
    )
    if lost:
        lines.append(say("session.lost_before"))
    for each in lost[:_MAX_PAGES]:
        count = say("session.lost_count", no=each.no, all=each.yes + each.no)
        lines.append(f"- {page_name(each.lesson, each.page, lessons, say)} · {count}")
    return "\n".join(lines)
