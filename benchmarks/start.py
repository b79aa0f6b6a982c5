"""Time and memory of a start, each in a fresh process."""

import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row

_MAX_TIME_RATIO, _MAX_EXTRA_MEBIBYTES = 2.0, 150.0
"""Bounds for the bot: its start in multiples of TensorFlow's, and its memory beyond that."""

_REPORT = """
import time, psutil
process = psutil.Process()
print(time.time() - process.create_time(), process.memory_info().rss / 2**20)
"""
_TENSORFLOW = ("-c", f"import tensorflow{_REPORT}")
_EXPLAINER = (
    "-c",
    "import numpy as np; from core import Explainer; "
    f"Explainer.load().explain(np.zeros((1, 28, 28), np.float32)){_REPORT}",
)
_BOT = ("-m", "benchmarks.bot_start")


def starting(times: int = 3) -> list[Row]:
    """TensorFlow alone, and everything that has to be there before the first explanation."""
    programs = (_TENSORFLOW, _EXPLAINER, _BOT)
    measured = np.array([[_start(program) for program in programs] for _ in range(times)])
    alone, explainer, bot = measured.transpose(1, 0, 2)
    return [
        Row(f"start of TensorFlow alone, best and worst of {times}", _described(alone)),
        Row(
            "start until the first explanation",
            _described(explainer),
            _beside(explainer, alone),
        ),
        Row(
            "start of the bot until its first answer; its memory before that, when it is idle",
            _described(bot),
            _beside(bot, alone),
            f"≤ {_MAX_TIME_RATIO:g} × in time, ≤ {_MAX_EXTRA_MEBIBYTES:g} MiB more",
            bool(
                np.median(bot[:, 0] / alone[:, 0]) <= _MAX_TIME_RATIO
                and np.median(bot[:, 1] - alone[:, 1]) <= _MAX_EXTRA_MEBIBYTES
            ),
        ),
    ]


def _start(program: tuple[str, str]) -> list[float]:
    """Seconds from the process's creation, and MiB resident, once a program has come to report."""
    run = subprocess.run(  # noqa: S603 - the three programs above
        [sys.executable, *program], capture_output=True, text=True, check=True
    )
    return [float(figure) for figure in run.stdout.split()]


def _beside(measured: NDArray[np.float64], alone: NDArray[np.float64]) -> str:
    seconds = np.median(measured[:, 0] / alone[:, 0])
    more = np.median(measured[:, 1] - alone[:, 1])
    return f"{seconds:.2f} × in time, {more:.0f} MiB more"


def _described(measured: NDArray[np.float64]) -> str:
    (fast, small), (slow, large) = measured.min(0), measured.max(0)
    return f"{fast:.1f} to {slow:.1f} s, {small:.0f} to {large:.0f} MiB"
