"""The one bridge between the event loop and what computes."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from bot.runtime.cluster import AT_ONCE, AwayError, Cluster, RemoteExplainer
from bot.runtime.fairness import FairExecutor, Turns, begin, current_requester
from bot.runtime.metrics import BATCH_SIZE, QUEUE_LENGTH, STAGE, timed
from bot.runtime.networks import Network, load_and_warm_up
from core.dataset import as_input, load_test_digits
from core.explain.explainer import Explainer
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.scores import Score
from core.faithfulness.deletion import DeletionTest, run_deletion_test
from core.network import epoch_file
from core.uploads import DecodedImage, Reader, Reading
from core.uploads.best_candidate import BestCandidate, find_best_candidate
from core.uploads.candidates import in_batches
from core.uploads.worker import DecodingWorker

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST_BATCH = 64  # of digits to explain

_TEST_LOGITS: WeakKeyDictionary[Explainer, NDArray[np.float32]] = WeakKeyDictionary()
"""The logits of all test digits, by explainer; dropped together with the explainer."""

_Work: TypeAlias = Callable[[Explainer | RemoteExplainer], T]


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    images: NDArray[np.float32]  # (n, 28, 28)
    network: Network
    score: Score
    done: Future[list[ExplanationSet]] = field(default_factory=Future)
    asked: float = field(default_factory=time.perf_counter)


class Engine:
    """Explains on one thread, draws on two others, and reads uploads on two more.

    Untrusted files are decoded in processes of their own, for which only the threads for uploads
    wait: a slow file delays other uploads at most. These threads run their network themselves:
    several times for a picture, which would wait among all explanations each time. A person's
    requests wait for each other (see `Admission`), so that slow pictures of one person do not keep
    all others waiting.

    All of these threads serve servers, and the people in them, in turn; see `FairExecutor`.

    Requests for a network are batched without a background task: each adds itself to a queue and
    asks the thread to work the queue off once. The thread takes all that wait, so while one batch
    runs the next one gathers; later turns find their work done already.

    With a cluster, its explainers are asked first, by threads that only wait for them. While it is
    away, all is computed here.
    """

    def __init__(
        self,
        explainers: Mapping[Network, Explainer],
        min_objectness: float,
        *,
        untrained: Path | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        """Take explainers, and the weights of the tutorial's network before its training.

        Args:
            explainers: one for each network.
            min_objectness: the least objectness of a digit; see `core.uploads.Reader`.
            untrained: the shipped weights by default.
            cluster: other machines with the same networks.
        """
        self.explainers = explainers
        self.min_objectness = min_objectness
        self._untrained = untrained or epoch_file(0)
        self._jobs = Turns[_Job]()
        self._network_thread = FairExecutor(1, "network")
        self._picture_threads = FairExecutor(2, "pictures")
        self._upload_threads = FairExecutor(2, "uploads")
        self._cluster = cluster
        self._cluster_threads = FairExecutor(AT_ONCE, "cluster")
        self._classifying = asyncio.Lock()
        self.worker = DecodingWorker()
        self._reader = Reader(self._judge, min_objectness)

    async def explain_all(
        self, images: NDArray[np.float32], network: Network, score: Score
    ) -> list[ExplanationSet]:
        """Explain digits, all classes at all layers, in a batch with whatever else waits.

        The images are (n, 28, 28) float32 in [0, 1].
        """
        with suppress(AwayError):
            return await self._by_cluster(network, lambda e: e.explain_all(images, score))
        job = _Job(images, network, score)
        with QUEUE_LENGTH.track_inprogress():
            await begin()
            self._jobs.put(job, current_requester())
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
        return await self._compute(
            network, lambda e: e.explain(images, layer, targets, method, score, against)
        )

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

        def test(
            explainer: Explainer | RemoteExplainer,
            image: NDArray[np.float32],
            heatmap: NDArray[np.float32],
            target: int,
        ) -> DeletionTest:
            def classify(changed: NDArray[np.float32]) -> NDArray[np.float32]:
                return np.asarray(softmax(explainer.logits(changed), axis=1))

            return run_deletion_test(classify, image, heatmap, target)

        return [
            await self._compute(network, partial(test, image=image, heatmap=heatmap, target=target))
            for image, heatmap, target in zip(images, heatmaps, targets, strict=True)
        ]

    async def logits(self, images: NDArray[np.float32], network: Network) -> NDArray[np.float32]:
        """Classify digits without explaining them.

        The images are (n, 28, 28) float32 in [0, 1], the logits (n, 10).
        """
        return await self._compute(network, lambda e: in_batches(e.logits)(images))

    async def test_logits(self) -> NDArray[np.float32]:
        """Classify all test digits by the tutorial's network, once in a process: it takes seconds.

        Returns:
            (10,000, 10), in the order of the test digits.

        Raises:
            UserError: If too many requests wait.
        """
        explainer = self.explainers[Network.TUTORIAL]
        async with self._classifying:
            if explainer not in _TEST_LOGITS:
                # On the networks' thread, explanations would wait for it.
                logits = await self.run_drawing(_classify_test_digits, explainer)
                logits.setflags(write=False)
                _TEST_LOGITS[explainer] = logits
        return _TEST_LOGITS[explainer]

    async def explain_all_untrained(self, images: NDArray[np.float32]) -> list[ExplanationSet]:
        """Explain digits by the tutorial's network as it was before training, with random weights.

        The images are (n, 28, 28) float32 in [0, 1].
        """
        # Loading and compiling take a second: not on the thread for which all others wait.
        untrained = await self.run_drawing(load_and_warm_up, self._untrained)
        return await self.run_network(untrained.explain_all, images)

    async def run_network(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that computes with a network, in turn with all that is explained."""
        return await self._run("compute", self._network_thread, partial(work, *args, **kwargs))

    async def run_drawing(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that draws a picture, off the event loop."""
        return await self._run("draw", self._picture_threads, partial(work, *args, **kwargs))

    async def read(self, file: bytes, *, ours: bool) -> Reading:
        """Find the digits in an untrusted picture file.

        Positions are in the pixels of the `DecodedImage`, which may be fewer than the file's. A
        file of `ours` claims to be that of a `DecodedImage`, and is opened as it is.

        Raises:
            core.uploads.UploadError: If the file gives no picture.
        """
        decode = self.worker.reopen if ours else self.worker.decode
        return await self._run(
            "read", self._upload_threads, lambda: self._reader.read(_as_kept(decode(file)))
        )

    async def best_candidate(self, reading: Reading) -> BestCandidate | None:
        """Find the shape of a picture without digits that is most likely to be one.

        A picture without strokes has none.
        """
        find = partial(find_best_candidate, reading, self._judge, self.min_objectness)
        return await self._run("read", self._upload_threads, find)

    @property
    def threads(self) -> tuple[ThreadPoolExecutor, ...]:
        """All threads that compute here, to see whether they still take work."""
        return self._network_thread, self._picture_threads, self._upload_threads

    def close(self) -> None:
        """End the threads and the decoding processes; what has not begun by then never does."""
        self.worker.close()
        # An upload may wait for the cluster or the network, so these end after it.
        for threads in (
            self._upload_threads,
            self._cluster_threads,
            self._network_thread,
            self._picture_threads,
        ):
            threads.shutdown(cancel_futures=True)

    async def _compute(self, network: Network, work: _Work[T]) -> T:
        """Run work that only calls an explainer's methods: on the cluster, or else here."""
        with suppress(AwayError):
            return await self._by_cluster(network, work)
        return await self.run_network(work, self.explainers[network])

    async def _by_cluster(self, network: Network, work: _Work[T]) -> T:
        if self._cluster is None or not self._cluster.present:
            raise AwayError
        explainer = self._cluster.explainers[network]
        return await self._run("compute", self._cluster_threads, partial(work, explainer))

    async def _run(self, stage: str, threads: FairExecutor, work: Callable[[], T]) -> T:
        with QUEUE_LENGTH.track_inprogress():
            await begin()
            return await asyncio.get_running_loop().run_in_executor(threads, timed(stage, work))

    def _judge(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify shapes that may be digits.

        A picture of noise has thousands of them. They are classified a part at a time, so that the
        network's layers take little memory.
        """
        explainer = self.explainers[Network.UPLOADS]

        def classify(part: NDArray[np.float32]) -> NDArray[np.float32]:
            with suppress(AwayError):
                if self._cluster is not None:
                    return self._cluster.explainers[Network.UPLOADS].logits(part)
            return explainer.logits(part)

        return in_batches(classify)(images)

    def _work_off(self) -> None:
        """Explain the waiting jobs that have the network and score of the first one, in one run.

        Every job schedules a turn, and a turn takes at least one job: none is left behind.
        """
        batch = self._next_batch()
        if not batch:
            return
        for job in batch:
            STAGE.labels("queue").observe(time.perf_counter() - job.asked)
        try:
            images = np.concatenate([job.images for job in batch])
            BATCH_SIZE.observe(len(images))
            explainer = self.explainers[batch[0].network]
            with STAGE.labels("compute").time():
                explanations = iter(explainer.explain_all(images, batch[0].score))
        except Exception as error:  # noqa: BLE001 - raised where each job is awaited
            for job in batch:
                job.done.set_exception(error)
        else:
            for job in batch:
                job.done.set_result(list(islice(explanations, len(job.images))))

    def _next_batch(self) -> list[_Job]:
        """Take waiting jobs that can be explained in one run, unless they are given up."""
        batch: list[_Job] = []

        def fits(job: _Job) -> bool:
            return not batch or (job.network, job.score) == (batch[0].network, batch[0].score)

        while sum(len(job.images) for job in batch) < _LARGEST_BATCH:
            job = self._jobs.take(fits)
            if job is None:
                break
            if job.done.set_running_or_notify_cancel():
                batch.append(job)
        return batch


def _classify_test_digits(explainer: Explainer) -> NDArray[np.float32]:
    def classify(part: NDArray[np.uint8]) -> NDArray[np.float32]:
        return explainer.logits(as_input(part))

    return in_batches(classify)(load_test_digits().images)


def _as_kept(picture: DecodedImage) -> DecodedImage:
    """Return a picture without its file's own size, which its copy in a message does not tell."""
    rows, columns, _ = picture.pixels.shape
    return replace(picture, size=(columns, rows))
