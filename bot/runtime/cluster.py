"""The networks on a Ray Serve cluster; see `bot.serve` and docs/ray.md."""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import urllib3
from numpy.typing import NDArray
from urllib3.exceptions import HTTPError

from bot.runtime.networks import Network
from bot.runtime.wire import WireError, pack, unpack_explanation, unpack_logits, unpack_sets
from core.explain.explanation import Explanation, ExplanationSet
from core.explain.scores import Score

T = TypeVar("T")

AT_ONCE = 32
"""Requests to a cluster at the same time; more wait in this process."""

_TO_CHECK = urllib3.Timeout(connect=1, read=2)  # seconds
_TO_COMPUTE = urllib3.Timeout(connect=1, read=10)
_UNTIL_NEXT_CHECK = 5.0

_log = logging.getLogger(__name__)


class AwayError(Exception):
    """The cluster does not answer: compute it here."""


class Cluster:
    """The networks on a cluster, used while it answers and has the same weights. Thread-safe.

    After a request that failed, no other is sent for some seconds. Then, as soon as there is
    something to compute, a thread looks whether the cluster is back, and nobody waits for it.

    Attributes:
        explainers: one for each network.
    """

    def __init__(self, url: str, weights: Mapping[Network, str]) -> None:
        """Take the address; nothing is sent there before `check` has found the cluster.

        Args:
            url: the URL of the application, with its route: http://ray-head:8000/gradcam.
            weights: fingerprint of each network's weights; see `core.network.fingerprint`.
        """
        self.explainers = {network: RemoteExplainer(self, network) for network in weights}
        self._url = url
        self._weights = {str(network): each for network, each in weights.items()}
        self._http = urllib3.PoolManager(maxsize=AT_ONCE, retries=False)
        self._lock = threading.Lock()
        self._present = False
        self._told = ""
        self._next_check = 0.0

    @property
    def present(self) -> bool:
        """Whether the cluster is used; if it is not, looks from time to time whether it is back."""
        if self._present:
            return True
        with self._lock:
            due = time.monotonic() >= self._next_check
            if due:
                self._next_check = time.monotonic() + _UNTIL_NEXT_CHECK
        if due:
            threading.Thread(target=self.check, name="cluster", daemon=True).start()
        return False

    def check(self) -> str | None:
        """Ask the cluster for its weights, for three seconds at most, and log what has changed.

        Returns:
            Why it is not used; `None` if it is.
        """
        try:
            weights = json.loads(self._send("GET", _TO_CHECK))
        except AwayError as error:
            return f"no answer ({error})"
        except ValueError:
            return str(self._away("what answers is something else"))
        if weights == self._weights:
            self._change(True, "The networks run on the cluster at %s", self._url)
            return None
        text = "The cluster at %s has other weights and is not used: %s, not %s"
        self._change(False, text, self._url, weights, self._weights)
        return f"it has other weights: {weights}, not {self._weights}"

    def ask(
        self, read: Callable[[bytes], T], network: Network, call: str, **arguments: object
    ) -> T:
        """Call a method of the cluster's explainer of a network, and read the answer.

        Raises:
            AwayError: If the cluster does not answer.
        """
        if not self.present:
            raise AwayError
        weights = self._weights[network]
        body = pack(call=call, network=network, weights=weights, **arguments)
        try:
            return read(self._send("POST", _TO_COMPUTE, body))
        except WireError as error:
            raise self._away(repr(error)) from error

    def _send(self, verb: str, timeout: urllib3.Timeout, body: bytes | None = None) -> bytes:
        try:
            reply = self._http.request(verb, self._url, body=body, timeout=timeout)
        except HTTPError as error:
            raise self._away(type(error).__name__) from error
        if reply.status == 400:  # the request is wrong: computing it here raises the real error
            raise AwayError("HTTP status 400")
        if reply.status != 200:
            raise self._away(f"HTTP status {reply.status}")
        return reply.data

    def _away(self, reason: str) -> AwayError:
        text = "No answer from the cluster at %s (%s): until there is one, this process computes"
        self._change(False, text, self._url, reason)
        return AwayError(reason)

    def _change(self, present: bool, text: str, *args: object) -> None:
        with self._lock:
            changed = text != self._told
            self._present, self._told = present, text
            self._next_check = time.monotonic() + _UNTIL_NEXT_CHECK
        if changed:
            _log.log(logging.INFO if present else logging.WARNING, text, *args)


class RemoteExplainer:
    """The methods of a `core.Explainer` that a cluster computes, with the same results.

    Each raises `AwayError` if the cluster does not answer.
    """

    def __init__(self, cluster: Cluster, network: Network) -> None:
        self._cluster = cluster
        self._network = network

    def explain_all(self, images: NDArray[np.float32], score: Score) -> list[ExplanationSet]:
        """Explain digits, all classes at all layers; see `core.Explainer.explain_all`."""
        return self._cluster.ask(
            unpack_sets, self._network, "explain_all", images=images, score=score
        )

    def explain(
        self,
        images: NDArray[np.float32],
        layer: str,
        targets: Sequence[int],
        method: str,
        score: Score,
        against: int | None,
    ) -> Explanation:
        """Explain one class of each digit by any method; see `core.Explainer.explain`."""
        return self._cluster.ask(
            unpack_explanation,
            self._network,
            "explain",
            images=images,
            layer=layer,
            targets=targets,
            method=method,
            score=score,
            against=against,
        )

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify digits; see `core.Explainer.logits`."""
        return self._cluster.ask(unpack_logits, self._network, "logits", images=images)
