"""Time and memory of a start, each in a fresh process."""

import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row

_TENSORFLOW = "import tensorflow"
_EXPLAINER = "from core import Explainer; Explainer.load()"
_REPORT = """
import time, psutil
process = psutil.Process()
print(time.time() - process.create_time(), process.memory_info().rss / 2**20)
"""


def starting(times: int = 3) -> list[Row]:
    """TensorFlow alone, and everything that has to be there before the first explanation."""
    measured = np.array([[_start(_TENSORFLOW), _start(_EXPLAINER)] for _ in range(times)])
    alone, whole = measured[:, 0], measured[:, 1]
    seconds, mebibytes = np.median(whole / alone, axis=0)
    return [
        Row(f"start of TensorFlow alone, best and worst of {times}", _described(alone)),
        Row(
            "start until the first explanation, all compiled",
            _described(whole),
            f"{seconds:.2f} × in time, {mebibytes:.2f} × in memory",
        ),
    ]


def _start(statement: str) -> list[float]:
    """Seconds from the process's creation, and MiB resident, once a statement has run."""
    run = subprocess.run(  # noqa: S603 - the two statements above
        [sys.executable, "-c", statement + _REPORT], capture_output=True, text=True, check=True
    )
    return [float(figure) for figure in run.stdout.split()]


def _described(measured: NDArray[np.float64]) -> str:
    (fast, small), (slow, large) = measured.min(0), measured.max(0)
    return f"{fast:.1f} to {slow:.1f} s, {small:.0f} to {large:.0f} MiB"
