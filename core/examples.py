"""Examples for the uploads' network: augmented digits and negatives, drawn on all processors."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.augmentation import augment, enlarge, jitter
from core.dataset import DigitSet
from core.negatives import DIGITS, KINDS, Sources, glyphs

NEGATIVE = 10
"""The label of negatives."""

_CHUNK = 10_000
_SLIM, _FILLED = 2.6, 0.65  # length of a bar by its width; ink in its box
_JITTERED, _PRINTED = 0.2, 0.3
"""20 % of the digits are MNIST's with a slight jitter, 10 % are augmented glyphs of fonts, and the
rest are augmented MNIST digits. The bounds are cumulative."""


def split_sources(digits: DigitSet, held_out: int) -> tuple[Sources, Sources]:
    """Split sources into those to train on and those held out.

    The last `held_out` digits are held out, and every tenth glyph.
    """
    images, letters = glyphs()
    is_digit = np.isin(letters, [ord(digit) for digit in DIGITS])
    kept = np.arange(len(images)) % 10 == 0
    start = len(digits) - held_out
    train, held = (
        Sources(
            DigitSet(digits.images[part], digits.labels[part]),
            images[is_digit & chosen],
            (letters[is_digit & chosen] - ord("0")).astype(np.uint8),
            images[~is_digit & chosen],
        )
        for part, chosen in ((slice(start), ~kept), (slice(start, None), kept))
    )
    return train, held


def draw_examples(
    sources: Sources, digits: int, negatives: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw digits and then negatives, as many as asked for, on all processors.

    The same seed gives the same examples on any number of processors.

    Returns:
        (n, 28, 28) uint8, and (n,) uint8, their labels: 0 to 9, or `NEGATIVE`.
    """
    return _draw(sources, ((_digits, digits), (_negatives, negatives)), seed)


def draw_kinds(sources: Sources, count: int, seed: int) -> dict[str, NDArray[np.uint8]]:
    """Draw `count` negatives of each kind, (count, 28, 28) uint8, on all processors."""
    images, _ = _draw(sources, [(partial(_negatives, kind=kind), count) for kind in KINDS], seed)
    return dict(zip(KINDS, images.reshape(len(KINDS), count, 28, 28), strict=True))


_Draw = Callable[[Sources, Generator], Iterator[tuple[NDArray[np.float32], int]]]
"""Yields examples, (28, 28) in [0, 1], and their labels."""


def _draw(
    sources: Sources, wanted: Sequence[tuple[_Draw, int]], seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    chunks = [
        ((seed, number, stream), draw, min(_CHUNK, count - start))
        for stream, (draw, count) in enumerate(wanted)
        for number, start in enumerate(range(0, count, _CHUNK))
    ]
    # Not by fork: TensorFlow may have started threads.
    with get_context("spawn").Pool(os.cpu_count(), _initialise, (sources,)) as pool:
        drawn = pool.starmap(_draw_chunk, chunks, chunksize=1)
    images, labels = zip(*drawn, strict=True)
    return np.concatenate(images), np.concatenate(labels)


_sources: Sources


def _initialise(sources: Sources) -> None:
    """Set up a worker process, which receives the sources once and not with every chunk."""
    global _sources  # noqa: PLW0603
    _sources = sources
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers on Ctrl-C


def _draw_chunk(
    seed: tuple[int, int, int], draw: _Draw, count: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    drawn = islice(draw(_sources, np.random.default_rng(seed)), count)
    images, labels = zip(*drawn, strict=True)
    return np.rint(np.stack(images) * 255).astype(np.uint8), np.array(labels, np.uint8)


def _digits(sources: Sources, rng: Generator) -> Iterator[tuple[NDArray[np.float32], int]]:
    while True:
        chance = rng.random()
        if _JITTERED <= chance < _PRINTED:
            i = rng.integers(len(sources.printed))
            yield augment(enlarge(sources.printed[i]), rng), int(sources.printed_labels[i])
        else:
            i = rng.integers(len(sources.digits))
            image = sources.digits.images[i]
            drawn = jitter(image, rng) if chance < _JITTERED else augment(enlarge(image), rng)
            yield drawn, int(sources.digits.labels[i])


def _negatives(
    sources: Sources, rng: Generator, kind: str | None = None
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Draw negatives of one kind, or of all by their shares."""
    kinds = list(KINDS.values()) if kind is None else [KINDS[kind]]
    shares = np.cumsum([each.share for each in kinds])
    while True:
        chosen = kinds[np.searchsorted(shares, rng.uniform(0, shares[-1]), "right")]
        image = augment(chosen.draw(sources, rng), rng, solid=chosen.solid)
        if not _is_bar(image):
            yield image, NEGATIVE


def _is_bar(image: NDArray[np.float32]) -> bool:
    """Whether an image shows nothing but a slim bar that stands, which is a 1."""
    points = np.argwhere(image > 0.5)[:, ::-1].astype(np.int32)
    if not len(points):
        return False
    corners = cv2.boxPoints(cv2.minAreaRect(points))
    one, other = corners[1] - corners[0], corners[2] - corners[1]
    if one @ one < other @ other:
        one, other = other, one
    # The box runs through the middles of the pixels at the edge.
    long, short = float(np.hypot(*one)) + 1, float(np.hypot(*other)) + 1
    is_slim = long > _SLIM * short and len(points) > _FILLED * long * short
    return is_slim and abs(one[1]) > abs(one[0])
