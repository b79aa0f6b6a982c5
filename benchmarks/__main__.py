"""Measure everything in one run, print it, and write it to `benchmarks/RESULTS.md`."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.fairness import sharing
from benchmarks.machine import describe
from benchmarks.methods import measuring_methods
from benchmarks.photo import reading_photos, replying_to_a_photo
from benchmarks.rows import Row
from benchmarks.speed import drawing, explaining_many, explaining_one, replying
from benchmarks.start import starting
from core.explain.explainer import Explainer

RESULTS = Path(__file__).with_name("RESULTS.md")
_COLUMNS = ("what", "measured", "beside", "bar", "met")
_MEASURED = (
    explaining_one,
    explaining_many,
    measuring_methods,
    drawing,
    replying,
    replying_to_a_photo,
    reading_photos,
    sharing,
)
_NOTE = """\
Written by `make bench`, in one run. Times are medians with their quartiles. What is compared was
timed turn by turn, five calls a turn, in another order each round; the ratio is the median over the
rounds. The tutorial's functions are those of `benchmarks/reference.py`.
"""


def main() -> None:
    console = Console()
    with console.status("Measuring: some minutes"):
        rows = starting()
        explainer = Explainer.load()
        for measure in _MEASURED:
            rows += measure(explainer)
    console.print(_table(rows))
    RESULTS.write_text(_markdown(rows), encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "no", None: ""}[row.met]
    return row.what, row.measured, row.compared, row.bar, met


def _table(rows: list[Row]) -> Table:
    table = Table(*_COLUMNS, caption=describe())
    for row in rows:
        table.add_row(*_cells(row), style="red" if row.met is False else None)
    return table


def _markdown(rows: list[Row]) -> str:
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *map(_cells, rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"# Results\n\n{_NOTE}\n{describe()}.\n\n{table}\n"


if __name__ == "__main__":
    main()
