"""The summary of a session: a message, a Markdown file to read, and a CSV file for each table."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from unicodedata import normalize

import discord
from discord.ui import File, Separator, TextDisplay
from discord.utils import escape_markdown

from bot.i18n import Say
from bot.i18n.names import plain
from bot.lessons.course import Lessons
from bot.quiz.kinds import KINDS
from bot.sessions.messages import page_name, title
from bot.sessions.summary import Attendance, MissedQuestion, MissedRound, Summary
from bot.ui.languages import in_languages, in_languages_inline, voices
from bot.ui.layout import Message, framed

_MAX_PEOPLE, _MAX_MISSED, _MAX_DIGITS = 20, 5, 12
_MAX_QUESTION = 120
_FORMULA_MARKS = ("=", "+", "-", "@")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it a spreadsheet garbles Hangul

_PEOPLE = (
    "summary.name",
    "summary.joined",
    "summary.left",
    "summary.points",
    "summary.rounds_right",
    "summary.rounds",
    "summary.answers_right",
    "summary.answers",
)
_HEADINGS = {
    "missed": "summary.missed_head",
    "understanding": "summary.following_head",
    "digits": "summary.digits_head",
}

Table = list[Sequence[object]]
"""Rows of cells, the first of which are the names of the columns."""
Write = Callable[[Callable[[Say], str]], str]
"""Writes a text in one language, or in all languages of the session."""


def summary_message(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> Message:
    """Lay a summary out, with its files, for which `names` are the display names by id."""
    write = partial(in_languages, language=summary.session.language)
    counts = write(partial(_counts, summary))
    texts = [f"## {title(summary.session)}\n{counts}", _standings(summary)]
    if summary.missed:
        texts.append(write(partial(_most_missed, summary, lessons)))
    if summary.digits:
        texts.append(write(partial(_most_viewed, summary)))
    stem = f"session-{summary.session.session_id}"
    files = {f"{stem}.md": markdown(summary, names, lessons)}
    files |= {f"{stem}-{name}.csv": data for name, data in csvs(summary, names, lessons).items()}
    return framed(
        *(TextDisplay[Any](text) for text in texts),
        Separator(),
        *(File[Any](f"attachment://{name}") for name in files),
        files=[discord.File(io.BytesIO(data), name) for name, data in files.items()],
    )


def markdown(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> bytes:
    """Write a summary as a Markdown file, with a chapter for each language of the session."""
    chapters = [_chapter(summary, names, lessons, say) for say in voices(summary.session.language)]
    return "\n".join(chapters).encode()


def csvs(summary: Summary, names: Mapping[int, str], lessons: Lessons) -> dict[str, bytes]:
    """Write each table of a summary as a CSV file, by its name: `people`, `missed` and so on."""
    write = partial(in_languages_inline, language=summary.session.language)
    return {name: _csv(table) for name, table in _tables(summary, names, lessons, write).items()}


def _tables(
    summary: Summary, names: Mapping[int, str], lessons: Lessons, write: Write
) -> dict[str, Table]:
    """Return the tables that have any rows."""
    tables: dict[str, tuple[Sequence[str], Table]] = {
        "people": (_PEOPLE, [_person(person, names) for person in summary.people]),
        "missed": (
            ("summary.asked", "summary.wrong", "summary.given"),
            [
                [write(partial(_what, each, lessons)), each.wrong, each.answers]
                for each in summary.missed
            ],
        ),
        "understanding": (
            ("summary.screen", "session.clear", "session.lost"),
            [
                [write(partial(page_name, each.lesson, each.page, lessons)), each.yes, each.no]
                for each in summary.understanding
            ],
        ),
        "digits": (("summary.digit", "summary.times"), [*summary.digits.items()]),
    }
    return {
        name: [[write(partial(_say, key)) for key in keys], *rows]
        for name, (keys, rows) in tables.items()
        if rows
    }


def _say(key: str, say: Say) -> str:
    return say(key)


def _person(person: Attendance, names: Mapping[int, str]) -> Sequence[object]:
    standing = person.standing
    return [
        plain(names.get(person.user_id, "")) or str(person.user_id),
        _time(person.joined_at),
        _time(person.left_at),
        *((standing.points, standing.right, standing.rounds) if standing else (0, 0, 0)),
        person.right,
        person.answers,
    ]


def _csv(table: Table) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_cell(value) for value in row] for row in table)
    return _BYTE_ORDER_MARK + buffer.getvalue().encode()


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    if not isinstance(value, str):
        return value
    # A spreadsheet also starts a formula at a full-width =, +, - or @, which NFKC makes ASCII.
    formula = normalize("NFKC", value).lstrip().startswith(_FORMULA_MARKS)
    return f"'{value}" if formula else value


def _chapter(summary: Summary, names: Mapping[int, str], lessons: Lessons, say: Say) -> str:
    session = summary.session
    times = f"{_time(session.started_at)} – {_time(session.ended_at) or '…'}"
    lines = [f"# {title(session)}", "", times, "", _counts(summary, say)]
    for name, table in _tables(summary, names, lessons, lambda text: text(say)).items():
        if name in _HEADINGS:
            lines += ["", f"## {say(_HEADINGS[name])}"]
        lines += ["", *_markdown_table(table)]
        if name == "people" and summary.unnamed:
            lines += ["", say("summary.unnamed", count=summary.unnamed)]
    return "\n".join([*lines, ""])


def _markdown_table(table: Table) -> list[str]:
    head, *rows = [[_escaped(str(value)) for value in row] for row in table]
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _escaped(text: str) -> str:
    return escape_markdown(text, ignore_links=False).replace("\n", " ")


def _time(moment: dt.datetime | None) -> str:
    return "" if moment is None else moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _counts(summary: Summary, say: Say) -> str:
    return say("summary.counts", people=summary.size, rounds=summary.rounds)


def _standings(summary: Summary) -> str:
    """List the people in no language: ranks, names and points."""
    lines = []
    for person in summary.people[:_MAX_PEOPLE]:
        standing = person.standing
        rank = f"{standing.rank}\\." if standing else "·"
        score = f"**{standing.points}** ({standing.right}/{standing.rounds})" if standing else "–"
        lines.append(f"{rank} <@{person.user_id}> {score}")
    more = summary.size - len(lines)
    return "\n".join([*lines, f"+{more}"] if more else lines) or "–"


def _most_missed(summary: Summary, lessons: Lessons, say: Say) -> str:
    lines = [f"**{say('summary.missed_head')}**"]
    for missed in summary.missed[:_MAX_MISSED]:
        wrong = say("summary.wrong_of", wrong=missed.wrong, answers=missed.answers)
        lines.append(f"- {_what(missed, lessons, say)} · {wrong}")
    return "\n".join(lines)


def _what(missed: MissedQuestion | MissedRound, lessons: Lessons, say: Say) -> str:
    """Say what was asked, and the right answer."""
    if isinstance(missed, MissedRound):
        question = missed.question
        kind = KINDS[question.kind]
        return say(
            "summary.round",
            number=missed.number,
            kind=say(kind.title),
            digit=question.digit,
            answer=kind.choice_label(question.answer),
        )
    if missed.lesson not in lessons.names:
        return missed.lesson
    lesson = lessons.lesson(missed.lesson, say.language)
    if missed.question >= len(lesson.questions):
        return lesson.title
    asked = lesson.questions[missed.question]
    more = "…" if len(asked.text) > _MAX_QUESTION else ""
    text, answer = asked.text[:_MAX_QUESTION] + more, asked.options[asked.right]
    return say("summary.question", lesson=lesson.title, question=text, answer=answer)


def _most_viewed(summary: Summary, say: Say) -> str:
    most = list(summary.digits.items())[:_MAX_DIGITS]
    digits = ", ".join(f"{digit} ({times}×)" for digit, times in most)
    more = len(summary.digits) - _MAX_DIGITS
    return say("summary.digits", digits=f"{digits} +{more}" if more > 0 else digits)
