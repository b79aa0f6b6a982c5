"""The one bridge between the event loop and what computes."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.problems import Refusal
from core.explain.explainer import Atlas, Explainer
from core.explain.scores import Score

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST_BATCH = 64


@dataclass(slots=True)
class _Job:
    image: NDArray[np.float32]
    score: Score
    result: Atlas | None = None


class Engine:
    """Runs the network on a thread of its own, and pictures on two others.

    Requests for the network are batched without a background task: each adds itself to a queue and
    asks the thread to work the queue off once. The thread takes all that wait, so while one batch
    runs the next one gathers; later turns find their work done already.
    """

    def __init__(self, explainer: Explainer, max_waiting: int) -> None:
        """Take a compiled explainer.

        Args:
            explainer: answers every request.
            max_waiting: how many requests may be under way before the next is refused.
        """
        self.explainer = explainer
        self._max_waiting = max_waiting
        self._waiting = 0
        self._jobs: deque[_Job] = deque()
        self._network_thread = ThreadPoolExecutor(1, "network")
        self._picture_threads = ThreadPoolExecutor(2, "pictures")

    async def atlas(self, image: NDArray[np.float32], score: Score) -> Atlas:
        """Explain one digit, all classes at all layers, in a batch with whatever else waits.

        Args:
            image: (28, 28) float32 in [0, 1].
            score: what to differentiate.

        Raises:
            Refusal: too many requests wait.
        """
        job = _Job(image, score)
        with self._admitted():
            self._jobs.append(job)
            await asyncio.get_running_loop().run_in_executor(self._network_thread, self._work_off)
        if job.result is None:
            raise RuntimeError("the batch that this digit was in failed; the log has the reason")
        return job.result

    async def picture(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that reads or draws a picture, off the event loop.

        Raises:
            Refusal: too many requests wait.
        """
        with self._admitted():
            return await asyncio.get_running_loop().run_in_executor(
                self._picture_threads, lambda: work(*args, **kwargs)
            )

    def close(self) -> None:
        """Finish what is under way and end the threads."""
        self._network_thread.shutdown()
        self._picture_threads.shutdown()

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        if self._waiting >= self._max_waiting:
            raise Refusal("problem.busy")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    def _work_off(self) -> None:
        """Take the waiting jobs that share the first one's score, and explain them in one run.

        Jobs leave in the order they came, at least one a turn, and every job brings a turn: when a
        job's own turn has ended, the job is done.
        """
        batch: list[_Job] = []
        while self._jobs and len(batch) < _LARGEST_BATCH:
            if batch and self._jobs[0].score != batch[0].score:
                break
            batch.append(self._jobs.popleft())
        if not batch:
            return
        atlases = self.explainer.atlas(np.stack([job.image for job in batch]), batch[0].score)
        for job, atlas in zip(batch, atlases, strict=True):
            job.result = atlas
