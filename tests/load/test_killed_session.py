"""A session whose process is killed again and again: nothing is lost, nothing done by halves."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.load.session import recorded

_LONGEST_DELAY = 0.004  # seconds; a step takes about as long

# Each is a fault if it finds anything.
_FAULTS = {
    "a vote of a closed round without points": """
        SELECT * FROM votes JOIN rounds USING (round_id)
        WHERE closed_at IS NOT NULL AND (points IS NULL OR votes."right" IS NULL)""",
    "points for a vote of an open round": """
        SELECT * FROM votes JOIN rounds USING (round_id)
        WHERE closed_at IS NULL AND (points IS NOT NULL OR votes."right" IS NOT NULL)""",
    "two open rounds in a channel": """
        SELECT channel_id FROM rounds WHERE closed_at IS NULL GROUP BY channel_id
        HAVING count(*) > 1""",
    "a late vote": "SELECT * FROM votes JOIN rounds USING (round_id) WHERE voted_at >= closes_at",
    "a host who does not take part": """
        SELECT * FROM sessions WHERE ended_at IS NULL AND host_id NOT IN
        (SELECT user_id FROM participants WHERE session_id = sessions.session_id)""",
    "what belongs to nothing": "PRAGMA foreign_key_check",
}


@pytest.mark.slow  # starts five processes, one after the other
@pytest.mark.timeout(3600)  # by the number of kills
def test_a_session_outlasts_its_process(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    moments = 50 if request.config.getoption("--soak") else 2
    steps = len(recorded())
    killed = tmp_path / "killed.sqlite3"
    start = 0
    for last in sorted(random.sample(range(steps - 20), moments)):
        start = _kill_after(killed, start, last, random.uniform(0, _LONGEST_DELAY))
        check(killed)
    assert _go_on(killed, start) == steps

    undisturbed = tmp_path / "undisturbed.sqlite3"
    assert _go_on(undisturbed, 0) == steps
    check(undisturbed)
    kept, expected = _everything(killed), _everything(undisturbed)
    assert len(expected["votes"]) > 150
    for table, rows in expected.items():
        assert kept[table] == rows, table


def _kill_after(file: Path, start: int, last: int, delay: float) -> int:
    """Kill a session some time after a step was done, and tell with which step to go on."""
    with _started(file, start) as process:
        done = start
        assert process.stdout is not None
        while done <= last and (line := process.stdout.readline()):
            done = int(line) + 1
        time.sleep(delay)
        process.kill()
        rest, _ = process.communicate()
    assert process.returncode == -9, process.returncode
    return max([done, *(int(line) + 1 for line in rest.splitlines())])


def _go_on(file: Path, start: int) -> int:
    with _started(file, start) as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    return int(out.splitlines()[-1]) + 1


def _started(file: Path, start: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.load.session", str(file), str(start)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def check(file: Path) -> None:
    """Look for faults in a store: damage, half-done rounds, late votes, what belongs to nothing."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for fault, question in _FAULTS.items():
            assert connection.execute(question).fetchall() == [], fault


def _everything(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ).fetchall()
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)  # noqa: S608
            for (name,) in tables
        }
