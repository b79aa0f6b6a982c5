"""The summary of a session as people read it: in the thread, in a file, in a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterable

import pytest
from discord.ui import Container, TextDisplay

from bot.i18n import speaker
from bot.lessons.course import Lessons
from bot.lessons.parsing import load_lessons
from bot.quiz.kinds import KINDS
from bot.quiz.question import QuizQuestion
from bot.scores.scores import Standing
from bot.sessions.sessions import PageUnderstanding, Session
from bot.sessions.summary import Attendance, MissedQuestion, MissedRound, Summary
from bot.sessions.summary_messages import csvs, markdown, summary_message

_START = dt.datetime(2027, 1, 6, 20, tzinfo=dt.UTC)
_SESSION = Session(
    session_id=3,
    server_id=7,
    channel_id=70,
    thread_id=700,
    panel_id=701,
    host_id=1,
    topic="Heat [here](https://example.com) <@1>",
    lesson="data",
    page=0,
    revision=1,
    step_id=702,
    language=None,
    started_at=_START,
    ended_at=_START + dt.timedelta(hours=1),
    summary_id=None,
    present=(1, 2),
    unnamed=1,
)
_BET = QuizQuestion("bet", 7, 9, 9, "max_pooling2d_1", "9@8", "9", 3, (0.0,) * 7 + (1.0, 0.0))
_SUMMARY = Summary(
    session=_SESSION,
    people=(
        Attendance(1, _START, None, 2, 1, Standing(1, 1, 20, 2, 2)),
        Attendance(2, None, None, 0, 0, None),
    ),
    unnamed=1,
    rounds=2,
    missed=(MissedRound(2, _BET, 2, 3), MissedQuestion("data", 0, 1, 2)),
    understanding=(PageUnderstanding("data", 0, 2, 1),),
    digits={7: 3, 18: 1},
)
_NAMES = {1: "=alex", 2: "minji | 민지"}


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return load_lessons()


def texts(lessons: Lessons, summary: Summary = _SUMMARY) -> list[str]:
    (container,) = summary_message(summary, _NAMES, lessons).view.children
    assert isinstance(container, Container)
    return [part.content for part in container.children if isinstance(part, TextDisplay)]


def test_a_list_ends_before_the_next_language_begins(lessons: Lessons) -> None:
    (missed,) = [part for part in texts(lessons) if speaker("ko")("summary.missed_head") in part]

    english, korean = missed.split("\n\n")
    assert english.startswith(f"**{speaker('en')('summary.missed_head')}**\n- ")
    assert korean.startswith(f"**{speaker('ko')('summary.missed_head')}**\n- ")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_was_missed_is_told_with_its_digit_and_its_right_answer(
    lessons: Lessons, language: str
) -> None:
    say = speaker(language)
    missed = next(part for part in texts(lessons) if say("summary.missed_head") in part)

    kind = KINDS["bet"]
    asked = lessons.lesson("data", language).questions[0]
    assert say("summary.round", number=2, kind=say(kind.title), digit=7, answer="9 ▦ H") in missed
    assert asked.options[asked.right] in missed


def test_a_title_is_shown_as_it_was_typed(lessons: Lessons) -> None:
    title = texts(lessons)[0].splitlines()[0]

    assert title == r"## Heat \[here](https\://example.com) \<@1>"


def test_each_table_is_a_file_for_a_spreadsheet(lessons: Lessons) -> None:
    tables = {name: read(data) for name, data in csvs(_SUMMARY, _NAMES, lessons).items()}

    assert list(tables) == ["people", "missed", "understanding", "digits"]
    for table in tables.values():
        assert len({len(row) for row in table}) == 1
    assert tables["people"][1][0] == "'=alex"  # or else it would be a formula
    assert [row[3:] for row in tables["people"][1:]] == [["20", "2", "2", "1", "2"], ["0"] * 5]
    assert [row[1:] for row in tables["missed"][1:]] == [["2", "3"], ["1", "2"]]
    assert tables["digits"][1:] == [["7", "3"], ["18", "1"]]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
        ("\u200b\t=1", "'=1"),
        (" @alex", "'@alex"),
        ("\u202e=xela", "'=xela"),
        ("a\u202eb\u200bc", "abc"),
        ("\u3164\u200b", "1"),  # nothing to be seen: the id
        ("가" * 32, "가" * 32),
        ("Ann-Lee + 1 👩\u200d🔬", "Ann-Lee + 1 👩\u200d🔬"),
    ],
)
def test_a_name_in_a_file_is_no_formula_and_turns_nothing_round(
    lessons: Lessons, name: str, cell: str
) -> None:
    names = {**_NAMES, 1: name}

    assert read(csvs(_SUMMARY, names, lessons)["people"])[1][0] == cell
    assert not set(markdown(_SUMMARY, names, lessons).decode()) & set("\u202e\u200b\t")


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_table_without_rows_is_no_file(lessons: Lessons) -> None:
    nothing = Summary(_SESSION, _SUMMARY.people, 0, 0, (), (), {})

    assert list(csvs(nothing, _NAMES, lessons)) == ["people"]
    assert len(texts(lessons, nothing)) == 2


def test_the_file_to_read_has_a_chapter_in_each_language(lessons: Lessons) -> None:
    both = markdown(_SUMMARY, _NAMES, lessons).decode()

    for say in map(speaker, ("en", "ko")):
        for key in ("missed_head", "following_head", "digits_head"):
            assert f"\n\n## {say(f'summary.{key}')}\n\n| " in both
        assert say("summary.unnamed", count=1) in both
    assert r"minji \| 민지" in both
    assert rows(both.splitlines()) == 2 * (2 + 2 + 1 + 2)


def rows(lines: Iterable[str]) -> int:
    """Count the rows of tables, without their heads."""
    bars = [line for line in lines if line.startswith("|")]
    return len(bars) - 2 * sum(line.startswith("| ---") for line in bars)
