"""The one bridge between the event loop and what computes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from bot.runtime.fairness import FairExecutor, Turns, begin, current_asker
from bot.runtime.networks import Network, load_explainer
from core.explain.explainer import Explainer
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.scores import Score
from core.faithfulness.deletion import DeletionTest, run_deletion_test
from core.network import epoch_file
from core.uploads import DecodedImage, Reader, Reading
from core.uploads.best_candidate import BestCandidate, find_best_candidate
from core.uploads.worker import DecodingWorker

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST_BATCH = 64  # of digits to explain
_LARGEST_LOOK = 64  # of shapes that may be digits
_LARGEST_PART = 256  # of digits to classify


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    images: NDArray[np.float32]  # (n, 28, 28)
    network: Network
    score: Score
    done: Future[list[ExplanationSet]] = field(default_factory=Future)


class Engine:
    """Runs the networks on one thread, drawing on two others, and uploads on two more.

    Untrusted files are decoded in processes of their own, for which only the threads for uploads
    wait: a slow file delays other uploads at most. A person has one of these threads at a time, so
    that slow pictures of one person do not keep all others waiting.

    All of these threads serve servers, and the people in them, in turn; see `FairExecutor`.

    Requests for a network are batched without a background task: each adds itself to a queue and
    asks the thread to work the queue off once. The thread takes all that wait, so while one batch
    runs the next one gathers; later turns find their work done already.
    """

    def __init__(
        self,
        explainers: Mapping[Network, Explainer],
        min_objectness: float,
        *,
        untrained: Path | None = None,
    ) -> None:
        """Take compiled explainers, and the weights of the tutorial's network before its training.

        Args:
            explainers: one for each network.
            min_objectness: the least objectness of a digit; see `core.uploads.Reader`.
            untrained: the shipped weights by default.
        """
        self.explainers = explainers
        self.min_objectness = min_objectness
        self._untrained = untrained or epoch_file(0)
        self._jobs = Turns[_Job]()
        self._network_thread = FairExecutor(1, "network")
        self._picture_threads = FairExecutor(2, "pictures")
        self._upload_threads = FairExecutor(2, "uploads")
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.worker = DecodingWorker()
        self._reader = Reader(self._judge, min_objectness)

    async def explain_all(
        self, images: NDArray[np.float32], network: Network, score: Score
    ) -> list[ExplanationSet]:
        """Explain digits, all classes at all layers, in a batch with whatever else waits.

        The images are (n, 28, 28) float32 in [0, 1].
        """
        job = _Job(images, network, score)
        await begin()
        self._jobs.put(job, current_asker())
        # Not awaited: the turn may serve another request, and outlives this one.
        asyncio.get_running_loop().run_in_executor(self._network_thread, self._work_off)
        return await asyncio.wrap_future(job.done)

    async def explain(
        self,
        images: NDArray[np.float32],
        network: Network,
        layer: str,
        targets: Sequence[int],
        method: str,
        score: Score,
        against: int | None,
    ) -> Explanation:
        """Explain one class of each digit by any method; see `core.Explainer.explain`.

        The images are (n, 28, 28) float32 in [0, 1].
        """
        explain = self.explainers[network].explain
        return await self.study(explain, images, layer, targets, method, score, against)

    async def test_heatmaps(
        self,
        images: Sequence[NDArray[np.float32]],
        network: Network,
        heatmaps: Sequence[NDArray[np.float32]],
        targets: Sequence[int],
    ) -> list[DeletionTest]:
        """Run the deletion test on heatmaps of digits, one run of the network each.

        Args:
            images: (28, 28) float32 in [0, 1] each.
            network: that explained them.
            heatmaps: (h, w) each.
            targets: the classes explained.
        """
        logits = self.explainers[network].logits

        def classify(changed: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.asarray(softmax(logits(changed), axis=1))

        return [
            await self.study(run_deletion_test, classify, *each)
            for each in zip(images, heatmaps, targets, strict=True)
        ]

    async def logits(self, images: NDArray[np.float32], network: Network) -> NDArray[np.float32]:
        """Classify many digits without explaining them, a part at a time: others come in between.

        The images are (n, 28, 28) float32 in [0, 1], the logits (n, 10).
        """
        explainer = self.explainers[network]
        parts = np.split(images, range(_LARGEST_PART, len(images), _LARGEST_PART))
        return np.concatenate([await self.study(explainer.logits, part) for part in parts])

    async def explain_all_untrained(self, images: NDArray[np.float32]) -> list[ExplanationSet]:
        """Explain digits by the tutorial's network as it was before training, with random weights.

        The images are (n, 28, 28) float32 in [0, 1].
        """
        # Loading takes a second: not on the thread for which all others wait.
        untrained = await self.picture(load_explainer, self._untrained)
        return await self.study(untrained.explain_all, images)

    async def study(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that computes with a network, in turn with all else that networks do."""
        return await self._run(self._network_thread, partial(work, *args, **kwargs))

    async def picture(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that draws a picture, off the event loop."""
        return await self._run(self._picture_threads, partial(work, *args, **kwargs))

    async def read(self, file: bytes, *, person: int, ours: bool) -> Reading:
        """Find the digits in an untrusted picture file for which a person waits.

        Positions are in the pixels of the `DecodedImage`, which may be fewer than the file's. A
        file of `ours` claims to be that of a `DecodedImage`, and is opened as it is.

        Raises:
            core.uploads.UploadError: If the file gives no picture.
        """
        decode = self.worker.reopen if ours else self.worker.decode
        return await self._in_turn(person, lambda: self._reader.read(_as_kept(decode(file))))

    async def best_candidate(self, reading: Reading, *, person: int) -> BestCandidate | None:
        """Find the shape of a picture without digits that is most likely to be one.

        A picture without strokes has none. `person` is the id of the user who waits for it.
        """
        return await self._in_turn(
            person, lambda: find_best_candidate(reading, self._judge, self.min_objectness)
        )

    def close(self) -> None:
        """End the threads and the decoding processes, and give up what is being decoded."""
        self.worker.close()
        self._upload_threads.shutdown()
        self._network_thread.shutdown()
        self._picture_threads.shutdown()

    async def _run(self, threads: FairExecutor, work: Callable[[], T]) -> T:
        await begin()
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    async def _in_turn(self, person: int, work: Callable[[], T]) -> T:
        """Run a function on a thread for uploads, once the person's earlier ones have ended."""
        await begin()
        turn = self._turns.setdefault(person, asyncio.Lock())
        await turn.acquire()
        running = asyncio.get_running_loop().run_in_executor(self._upload_threads, work)
        # A cancelled request gives its turn away only when its thread is free again.
        running.add_done_callback(lambda _: turn.release())
        return await asyncio.shield(running)

    def _judge(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify shapes that may be digits, in turn with all else that the networks do.

        A picture of noise has thousands of them. They are classified a part at a time, so that
        other requests come in between and the network's layers take little memory.
        """
        explainer = self.explainers[Network.UPLOADS]
        parts = np.split(images, range(_LARGEST_LOOK, len(images), _LARGEST_LOOK))
        logits = [self._network_thread.submit(explainer.logits, part).result() for part in parts]
        return np.concatenate(logits)

    def _work_off(self) -> None:
        """Explain the waiting jobs that have the network and score of the first one, in one run.

        At least one job leaves a turn, and every job brings a turn: none is left behind.
        """
        batch: list[_Job] = []

        def fits(job: _Job) -> bool:
            return not batch or (job.network, job.score) == (batch[0].network, batch[0].score)

        while sum(len(job.images) for job in batch) < _LARGEST_BATCH:
            job = self._jobs.take(fits)
            if job is None:
                break
            if job.done.set_running_or_notify_cancel():
                batch.append(job)
        if not batch:
            return
        try:
            images = np.concatenate([job.images for job in batch])
            explainer = self.explainers[batch[0].network]
            explanations = iter(explainer.explain_all(images, batch[0].score))
        except Exception as error:  # noqa: BLE001 - raised where each job is awaited
            for job in batch:
                job.done.set_exception(error)
        else:
            for job in batch:
                job.done.set_result(list(islice(explanations, len(job.images))))


def _as_kept(picture: DecodedImage) -> DecodedImage:
    """Return a picture without its file's own size, which its copy in a message does not tell."""
    rows, columns, _ = picture.pixels.shape
    return replace(picture, size=(columns, rows))
