"""One line of the results: what was measured, against what, and whether the bar is met."""

from dataclasses import dataclass

from benchmarks.timing import Samples


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results.

    Attributes:
        what: what was measured.
        measured: the figure, with its spread.
        compared: beside what, and the ratio.
        bar: what is asked of it.
        met: whether the bar is met; `None` where there is none.
    """

    what: str
    measured: str
    compared: str = ""
    bar: str = ""
    met: bool | None = None


def at_most(what: str, samples: Samples, other: Samples, name: str, bar: float) -> Row:
    """Return a row that passes if `samples` take at most `bar` times as long as `other`."""
    ratio = samples.over(other)
    return Row(what, str(samples), f"{ratio:.2f} × {name}", f"≤ {bar:g}", ratio <= bar)


def at_least(what: str, samples: Samples, other: Samples, name: str, bar: float) -> Row:
    """Return a row that passes if `samples` are at least `bar` times as fast as `other`."""
    speed = other.over(samples)
    return Row(what, str(samples), f"{name} / {speed:.1f}", f"≥ {bar:g}", speed >= bar)
