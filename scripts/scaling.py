"""Write the figures in docs/scaling.md from their assumptions: `python -m scripts.scaling`."""

import textwrap
from collections.abc import Sequence
from math import ceil
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"

SERVERS = 100, 10_000, 1_000_000

# Assumed, of a server that is active on a day; one in ten is.
_ACTIVE = 0.1
_INTERACTIONS, _ROUNDS, _VOTES, _ANSWERS = 200, 3, 60, 30
_REQUESTS = 8  # of the bot's own, beside its answers: 3 reveals, 2 for the digit, 3 of a session
_PEAK = 5  # times the mean of a day, in the busiest second
_PEOPLE, _LESSONS, _TOPICS = 20, 13, 20  # of any server; each with all lessons, and reviews

# Measured; the page says how.
_CAPACITY = 37  # interactions a second of one process
_PROCESS = 1029  # MB of one process under that load
_CACHED = 18 * 1024  # bytes a server in discord.py's cache
_ROW = {"rounds": 262, "votes": 125, "answers": 111, "progress": 94, "reviews": 127, "digits": 102}

# Discord's and the database's.
_SERVERS_A_SHARD = 1_000  # what Discord recommends; it allows 2,500
_SECONDS_TO_IDENTIFY = 5
_CONNECTIONS = 15  # to PostgreSQL, of one process at most

_DAY, _YEAR, _DAYS_OF_DIGITS = 86_400, 365, 180


_ASSUMED = (
    f"Assumed: on a day {_ACTIVE:.0%} of the servers are active, each with {_INTERACTIONS} "
    f"interactions, {_ROUNDS} rounds, {_VOTES} votes, {_ANSWERS} answers in lessons, and "
    f"{_REQUESTS} requests of the bot's own (3 reveals, 2 for the digit of the day, 3 of a "
    f"session). The busiest second has {_PEAK} times the mean. Each server has {_PEOPLE} people "
    f"who have begun all {_LESSONS} lessons and have {_TOPICS} topics to review. Figures have two "
    "significant digits."
)
_MEASURED_ROWS = (
    "Measured with 20,000 rows a table in PostgreSQL 15: with indexes, a round takes "
    f"{_ROW['rounds']} bytes, a vote {_ROW['votes']}, an answer {_ROW['answers']}, the progress in "
    f"a lesson {_ROW['progress']}, a topic to review {_ROW['reviews']}, and a digit of the day, "
    f"which is kept for {_DAYS_OF_DIGITS} days, {_ROW['digits']}."
)
_MEASURED_PROCESS = (
    "Measured: on two cores, shared with the loopback Discord, one process answered "
    f"{_CAPACITY} interactions a second of 55 kinds, 99% of them acknowledged within 149 ms, and "
    f"held {_PROCESS:,} MB at the end (`python -m tests.load.loopback --people 200 --servers 40 "
    "--interactions 2000 --at-once 100`). A server of 25 channels, 15 roles and 20 emojis takes "
    f"{_CACHED >> 10} KiB in discord.py's cache. Discord recommends a shard for every "
    f"{_SERVERS_A_SHARD:,} servers or so, "
    "[allows 2,500](https://docs.discord.com/developers/events/gateway#sharding), and lets one "
    f"shard connect every {_SECONDS_TO_IDENTIFY} seconds for each unit of `max_concurrency`. "
    f"SQLAlchemy opens {_CONNECTIONS} connections at most."
)


def page() -> str:
    """Return the page with the tables as the assumptions give them."""
    text = PAGE.read_text(encoding="utf-8")
    parts = {
        "load": f"{_wrapped(_ASSUMED)}\n\n{_table(_load())}",
        "kept": f"{_wrapped(_MEASURED_ROWS)}\n\n{_table(_kept())}",
        "run": f"{_wrapped(_MEASURED_PROCESS)}\n\n{_table(_run())}",
    }
    for name, part in parts.items():
        start, end = f"<!-- {name} -->\n\n", "\n\n<!-- end -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}{part}{end}{rest.partition(end)[2]}"
    return text


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _table(rows: list[list[str]]) -> str:
    head = ["", *(f"{servers:,} servers" for servers in SERVERS)]
    lines = [head, ["---"] + ["---:"] * len(SERVERS), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _load() -> list[list[str]]:
    active = [servers * _ACTIVE for servers in SERVERS]
    busiest = [each * _PEAK / _DAY for each in active]
    return [
        _row("interactions a day", [each * _INTERACTIONS for each in active]),
        _row("interactions in the busiest second", [each * _INTERACTIONS for each in busiest]),
        _row("votes and answers written in it", [each * (_VOTES + _ANSWERS) for each in busiest]),
        _row("rounds closed in it", [each * _ROUNDS for each in busiest]),
        _row("requests in it that Discord counts", [each * _REQUESTS for each in busiest]),
    ]


def _kept() -> list[list[str]]:
    a_day = _ROUNDS * _ROW["rounds"] + _VOTES * _ROW["votes"] + _ANSWERS * _ROW["answers"]
    rows = _ROUNDS + _VOTES + _ANSWERS
    a_person = _LESSONS * _ROW["progress"] + _TOPICS * _ROW["reviews"]
    digits = _ACTIVE * _DAYS_OF_DIGITS * _ROW["digits"]
    return [
        _row("rows more a year", [each * _ACTIVE * rows * _YEAR for each in SERVERS]),
        _row("GB more a year", [each * _ACTIVE * a_day * _YEAR / 1e9 for each in SERVERS]),
        _row(
            "GB of what does not grow: progress, reviews, digits of the day",
            [each * (_PEOPLE * a_person + digits) / 1e9 for each in SERVERS],
        ),
    ]


def _run() -> list[list[str]]:
    shards = [ceil(each / _SERVERS_A_SHARD) for each in SERVERS]
    busiest = [each * _ACTIVE * _INTERACTIONS * _PEAK / _DAY for each in SERVERS]
    processes = [ceil(each / (_CAPACITY / 2)) for each in busiest]
    memory = [
        _PROCESS + each / count * _CACHED / 1e6
        for each, count in zip(SERVERS, processes, strict=True)
    ]
    return [
        _row("shards", shards),
        _row("processes, each at most half busy", processes),
        _row("shards a process", [a / b for a, b in zip(shards, processes, strict=True)]),
        _row("MB of memory a process", memory),
        _row("GB of memory in all", [a * b / 1e3 for a, b in zip(memory, processes, strict=True)]),
        _row("connections to PostgreSQL, at most", [each * _CONNECTIONS for each in processes]),
        _row(
            "minutes to connect all shards, one at a time",
            [each * _SECONDS_TO_IDENTIFY / 60 for each in shards],
        ),
    ]


def _row(name: str, values: Sequence[float]) -> list[str]:
    return [name, *map(_written, values)]


def _written(value: float) -> str:
    """Write a figure with two significant digits, the precision of the assumptions."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 or rounded.is_integer() else f"{rounded:g}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
