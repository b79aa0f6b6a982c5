"""Time several things turn by turn, so that what else the machine does falls on all alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CALLS = 5
"""How often a contestant is called in one turn."""


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """How long one contestant took.

    Attributes:
        seconds: (rounds,), the mean of the calls in each round.
    """

    seconds: NDArray[np.float64]

    def __str__(self) -> str:
        low, median, high = np.percentile(self.seconds * 1e3, [25, 50, 75])
        return f"{median:.3g} ms ({low:.3g} to {high:.3g})"

    def over(self, other: "Samples") -> float:
        """How many times as long as another took: the median of the ratios, round by round."""
        return float(np.median(self.seconds / other.seconds))


def interleave(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Samples]:
    """Time every contestant in turn, in another order each round, a few calls a turn.

    Args:
        contestants: what to call, by name.
        rounds: how many turns each has.
    """
    names = list(contestants)
    for name in names * _CALLS:
        contestants[name]()
    order = np.random.default_rng(0)
    seconds = np.empty((len(names), rounds))
    for turn in range(rounds):
        for i in order.permutation(len(names)):
            start = time.perf_counter()
            for _ in range(_CALLS):
                contestants[names[i]]()
            seconds[i, turn] = (time.perf_counter() - start) / _CALLS
    return {name: Samples(seconds[i]) for i, name in enumerate(names)}
