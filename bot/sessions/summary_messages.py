"""What an evening was, as a message and as files to keep."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import discord
from discord.ui import File, Separator, TextDisplay
from discord.utils import escape_markdown

from bot.i18n import Say
from bot.lessons.course import Lessons
from bot.quiz.kinds import KINDS
from bot.sessions.messages import place_of, topic
from bot.sessions.summary import Attendance, MissedQuestion, MissedRound, Summary
from bot.ui.languages import beside, both, voices
from bot.ui.layout import Message, framed

_MOST_PEOPLE, _MOST_MISSED, _MOST_DIGITS = 20, 5, 12
_LONGEST_QUESTION = 120
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What begins like this a spreadsheet would calculate."""


def summary_message(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> Message:
    """Lay a summary out, with a Markdown and a CSV file.

    Args:
        summary: of the evening.
        names: of those who took part, by id, for the files.
        lessons: the course.
    """
    evening = summary.evening
    language = evening.language

    def each(say_one: Callable[[Say], str]) -> str:
        return both(say_one, language)

    parts: list[TextDisplay[Any]] = [
        TextDisplay(f"## {topic(evening)}\n{each(lambda say: _counts(summary, say))}"),
        TextDisplay(_people(summary)),
    ]
    if summary.missed:
        parts.append(TextDisplay(each(lambda say: _missed(summary, lessons, say))))
    if summary.digits:
        parts.append(TextDisplay(each(lambda say: _digits(summary, say))))
    stem = f"session-{evening.session_id}"
    files = {
        f"{stem}.md": markdown(summary, names, lessons),
        f"{stem}.csv": table(summary, names, lessons),
    }
    return framed(
        *parts,
        Separator(),
        *(File(f"attachment://{name}") for name in files),
        files=[discord.File(io.BytesIO(data), name) for name, data in files.items()],
    )


def markdown(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> bytes:
    """Write a summary down as a Markdown file, in each language of the evening."""
    written = [_chapter(summary, names, lessons, say) for say in voices(summary.evening.language)]
    return "\n".join(written).encode()


def table(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> bytes:
    """Write a summary down as a CSV file: people, then what was missed, then the digits.

    It begins with a byte order mark, without which a spreadsheet takes Hangul for something else.
    """
    language = summary.evening.language

    def head(*keys: str) -> list[str]:
        return [beside(lambda say, key=key: say(key), language) for key in keys]  # type: ignore[misc]

    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def write(row: Sequence[object]) -> None:
        writer.writerow([_cell(value) for value in row])

    write(head(*_COLUMNS))
    for person in summary.people:
        write(_row(person, names))
    if summary.missed:
        write([])
        write(head("summary.missed_head", "summary.wrong", "summary.answers"))
    for missed in summary.missed:
        what = beside(lambda say, one=missed: _what(one, lessons, say), language)  # type: ignore[misc]
        write([what, missed.wrong, missed.answers])
    if summary.digits:
        write([])
        write(head("summary.digit", "summary.times"))
    for seen in summary.digits:
        write([seen.digit, seen.times])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


_COLUMNS = (
    "summary.name",
    "summary.joined",
    "summary.left",
    "summary.points",
    "summary.rounds_right",
    "summary.rounds",
    "summary.answers_right",
    "summary.answers",
)


def _row(person: Attendance, names: Mapping[int, str]) -> list[object]:
    standing = person.standing
    return [
        names.get(person.user_id, str(person.user_id)),
        _clock(person.joined_at),
        _clock(person.left_at),
        standing.points if standing else 0,
        standing.right if standing else 0,
        standing.rounds if standing else 0,
        person.right,
        person.answers,
    ]


def _chapter(
    summary: Summary,
    names: Mapping[int, str],
    lessons: Lessons,
    say: Say,
) -> str:
    evening = summary.evening
    start, end = _clock(evening.started_at), _clock(evening.ended_at)
    lines = [f"# {topic(evening)}", "", f"{start} – {end or '…'}", ""]
    lines += [_counts(summary, say), ""]
    lines += _lines([say(key) for key in _COLUMNS], [_row(each, names) for each in summary.people])
    if summary.unnamed:
        lines += ["", say("summary.unnamed", count=summary.unnamed)]
    if summary.missed:
        lines += ["", f"## {say('summary.missed_head')}", ""]
        lines += _lines(
            [say("summary.missed_head"), say("summary.wrong"), say("summary.answers")],
            [[_what(each, lessons, say), each.wrong, each.answers] for each in summary.missed],
        )
    if summary.following:
        lines += ["", f"## {say('summary.following_head')}", ""]
        lines += _lines(
            [say("summary.screen"), say("session.clear"), say("session.lost")],
            [
                [place_of(each.lesson, each.screen, lessons, say), each.yes, each.no]
                for each in summary.following
            ],
        )
    if summary.digits:
        lines += ["", f"## {say('summary.digits_head')}", ""]
        lines += _lines(
            [say("summary.digit"), say("summary.times")],
            [[each.digit, each.times] for each in summary.digits],
        )
    return "\n".join([*lines, ""])


def _lines(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Draw a table in Markdown."""
    return [
        _line(head),
        _line(["---"] * len(head)),
        *(_line([_plain(str(value)) for value in row]) for row in rows),
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return escape_markdown(text).replace("|", "\\|").replace("\n", " ")


def _cell(value: object) -> object:
    """Keep what people are called from being a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _clock(moment: dt.datetime | None) -> str:
    return "" if moment is None else moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _counts(summary: Summary, say: Say) -> str:
    count = len(summary.people) + summary.unnamed
    return say("summary.counts", people=count, rounds=summary.rounds)


def _people(summary: Summary) -> str:
    """List them without a word: places, names, points."""
    lines = []
    for person in summary.people[:_MOST_PEOPLE]:
        standing = person.standing
        score = f"**{standing.points}** ({standing.right}/{standing.rounds})" if standing else "–"
        place = f"{standing.rank}\\." if standing else "·"
        lines.append(f"{place} <@{person.user_id}> {score}")
    more = len(summary.people) + summary.unnamed - len(lines)
    return "\n".join([*lines, f"+{more}"] if more else lines) or "–"


def _missed(summary: Summary, lessons: Lessons, say: Say) -> str:
    lines = [f"**{say('summary.missed_head')}**"]
    for missed in summary.missed[:_MOST_MISSED]:
        wrong = say("summary.wrong_of", wrong=missed.wrong, answers=missed.answers)
        lines.append(f"- {_what(missed, lessons, say)} · {wrong}")
    return "\n".join(lines)


def _what(missed: MissedQuestion | MissedRound, lessons: Lessons, say: Say) -> str:
    if isinstance(missed, MissedRound):
        kind = say(KINDS[missed.kind].title) if missed.kind in KINDS else missed.kind
        return say("summary.round", number=missed.number, kind=kind)
    if missed.lesson not in lessons.names:
        return missed.lesson
    lesson = lessons.lesson(missed.lesson, say.language)
    if missed.question >= len(lesson.questions):
        return lesson.title
    text = lesson.questions[missed.question].text
    if len(text) > _LONGEST_QUESTION:
        text = f"{text[:_LONGEST_QUESTION]}…"
    return f"{lesson.title}: “{text}”"


def _digits(summary: Summary, say: Say) -> str:
    seen = ", ".join(f"{each.digit} ({each.times}×)" for each in summary.digits[:_MOST_DIGITS])
    more = len(summary.digits) - _MOST_DIGITS
    return say("summary.digits", digits=f"{seen} +{more}" if more > 0 else seen)
