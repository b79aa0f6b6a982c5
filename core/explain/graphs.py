"""Compiled graphs of functions of a network: made once, kept, and run on batches of a few sizes."""

import threading
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from core._keras import tf
from core.explain.network import Network, images_at_once

_PASSES = 8
"""Largest batch of large images, in multiples of `images_at_once`, to bound the memory."""

_MOST_AT_ONCE = 256
"""Largest batch of images: larger ones are no faster."""

MAX_GRAPHS = 54
"""Graphs that are kept, of a megabyte and more: all that can be asked of the tutorial's network. A
dropped graph gives back its memory only in parts and late."""

Function: TypeAlias = Callable[..., tuple[tf.Tensor, ...]]
"""A function of a network and tensors that can be traced."""

Graph: TypeAlias = Callable[..., Sequence[tf.Tensor]]
"""A compiled function of the tensors."""


class _Compiled:
    """A function compiled for a network, and for others that differ in their weights only."""

    def __init__(
        self, function: Function, signature: Sequence[tf.TensorSpec], network: Network
    ) -> None:
        traced = tf.function(partial(function, network), signature, autograph=False)
        self._graph = traced.get_concrete_function()
        self._weights = [id(each) for each in network.weights]

    def of(self, network: Network) -> Graph:
        """Return the graph with the weights of a network."""
        # The weights could be arguments: TensorFlow takes much longer to check these.
        own = dict(zip(self._weights, network.weights, strict=True))
        graph = copy(self._graph)
        graph.set_external_captures([own.get(id(each), each) for each in graph.captured_inputs])
        called: Graph = graph
        return called


class Graphs:
    """Compiled graphs of networks that differ in their weights only. Thread-safe.

    Each is compiled when it is first asked for; the last ones used are kept.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[Hashable, _Compiled] = LRUCache(MAX_GRAPHS)
        self._lock = threading.Lock()
        self._compiling = threading.Lock()  # others, which are kept, can be had meanwhile

    def get(
        self,
        key: Hashable,
        function: Function,
        signature: Sequence[tf.TensorSpec],
        network: Network,
    ) -> Graph:
        """Return the graph of a function of a network and tensors, with the network's weights.

        Args:
            key: Stands for the function: what is kept under it is returned.
            function: The function.
            signature: The types of the tensors.
            network: The network.
        """
        compiled = self._find(key)
        if compiled is None:
            with self._compiling:
                compiled = self._find(key)  # another thread may have compiled it
                if compiled is None:
                    compiled = _Compiled(function, signature, network)
                    with self._lock:
                        self._kept[key] = compiled
        return compiled.of(network)

    def _find(self, key: Hashable) -> _Compiled | None:
        with self._lock:
            compiled: _Compiled | None = self._kept.get(key)
            return compiled


def run(
    graph: Graph,
    images: NDArray[np.float32],
    classes: Sequence[NDArray[np.int32]] = (),
    rest: Sequence[int | tuple[int, int]] = (),
) -> list[NDArray[Any]]:
    """Run a graph on images, the classes of each and the rest, and return its outputs as arrays.

    Images run in batches of 1, 2, 4, … 256, filled up with blank ones: oneDNN cannot convolve an
    empty batch, and for each size that it meets it keeps memory, the more the larger the size.
    """
    fitting = min(_MOST_AT_ONCE, _PASSES * images_at_once(*images.shape[1:3]))
    most = 1 << (fitting.bit_length() - 1)
    runs = []
    for start in range(0, max(len(images), 1), most):
        given = [array[start : start + most] for array in (images, *classes)]
        n = len(given[0])
        if blanks := (1 << max(n - 1, 0).bit_length()) - n:
            given = [
                np.append(each, np.zeros((blanks, *each.shape[1:]), each.dtype), 0)
                for each in given
            ]
        outputs = graph(*map(tf.constant, (*given, *rest)))
        runs.append([tensor.numpy()[:n] for tensor in outputs])
    return runs[0] if len(runs) == 1 else [np.concatenate(o) for o in zip(*runs, strict=True)]
