"""The networks as a Ray Serve application, for `INFERENCE`: `serve run bot.serve:app`.

See docs/ray.md. It has no authentication: run it in a private network only.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from ray import serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.runtime.networks import Network, load_and_warm_up
from bot.runtime.wire import WireError, pack, pack_explanation, pack_sets, unpack
from bot.settings import NetworkSettings
from core.explain.explainer import Explainer
from core.explain.explanation import ExplanationSet
from core.network import UPLOADS_WEIGHTS

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST_BATCH = 64  # of digits to explain, as in the bot's engine


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    explainer: Explainer
    images: NDArray[np.float32]  # (n, 28, 28)
    score: str


def load_explainers() -> dict[str, Explainer]:
    """Load both networks, the tutorial's from WEIGHTS of this machine if that is set."""
    return {
        Network.TUTORIAL: load_and_warm_up(NetworkSettings.read().tutorial_weights),
        Network.UPLOADS: load_and_warm_up(UPLOADS_WEIGHTS),
    }


class Networks:
    """A replica: one explainer of each network, which computes one batch at a time.

    `GET` tells the fingerprints of the weights. `POST` calls a method of an explainer, with its
    arguments and the caller's fingerprint in the body; see `bot.runtime.wire`. Status 409 means
    other weights, 400 arguments that the explainer refuses.
    """

    def __init__(self, load: Callable[[], Mapping[str, Explainer]] = load_explainers) -> None:
        self._explainers = load()
        self._turn = asyncio.Lock()

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if request.method == "GET":
            return JSONResponse(
                {name: each.weights_hash for name, each in self._explainers.items()}
            )
        try:
            asked = unpack(await request.body())
            explainer = self._explainers[asked.pop("network")]
            if asked.pop("weights") != explainer.weights_hash:
                return Response("other weights", 409)
            return Response(await self._answer(explainer, **asked))
        except (WireError, KeyError, TypeError, ValueError) as error:
            return Response(str(error), 400)

    async def _answer(self, explainer: Explainer, call: str, **arguments: Any) -> bytes:  # noqa: ANN401
        match call:
            case "explain_all":
                return pack_sets(await self._explain_all(_Job(explainer, **arguments)))
            case "explain":
                return pack_explanation(await self._in_turn(explainer.explain, **arguments))
            case "logits":
                return pack(logits=await self._in_turn(explainer.logits, **arguments))
        raise ValueError(f"no call {call!r}")

    # Without a wait: while one batch runs the next one gathers.
    @serve.batch(
        max_batch_size=_LARGEST_BATCH,
        batch_wait_timeout_s=0,
        batch_size_fn=lambda jobs: sum(min(len(job.images), _LARGEST_BATCH) for job in jobs),
    )
    async def _explain_all(self, jobs: list[_Job]) -> list[list[ExplanationSet]]:
        """Explain the waiting jobs, those with the same network and score in one run."""
        explained: dict[_Job, list[ExplanationSet]] = {}
        kinds = {(job.explainer, job.score) for job in jobs}
        for explainer, score in kinds:
            batch = [job for job in jobs if (job.explainer, job.score) == (explainer, score)]
            images = np.concatenate([job.images for job in batch])
            found = iter(await self._in_turn(explainer.explain_all, images, score))
            explained |= {job: list(islice(found, len(job.images))) for job in batch}
        return [explained[job] for job in jobs]

    async def _in_turn(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one thing after the other, off the event loop."""
        async with self._turn:
            return await asyncio.to_thread(work, *args, **kwargs)


deployment = serve.deployment(
    max_ongoing_requests=_LARGEST_BATCH,
    autoscaling_config={"min_replicas": 1, "max_replicas": 4, "target_ongoing_requests": 8},
)(Networks)
"""As many replicas as there are requests for, within these limits."""

app = deployment.bind()
"""What `serve run bot.serve:app` starts."""
