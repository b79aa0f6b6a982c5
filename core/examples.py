"""Examples for the uploads' network: augmented digits and negatives, drawn on all processors."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.augmentation import augment, enlarge, jitter
from core.dataset import DigitSet
from core.negatives import DIGITS, draw_negative, glyphs

NEGATIVE = 10
"""The label of negatives."""

_CHUNK = 10_000
_JITTERED, _PRINTED = 0.2, 0.3
"""20 % of the digits are MNIST's with a slight jitter, 10 % are augmented glyphs of fonts, and the
rest are augmented MNIST digits. The bounds are cumulative."""


@dataclass(frozen=True, eq=False, slots=True)
class Sources:
    """What examples are drawn from.

    Attributes:
        digits: MNIST digits.
        printed: (n, 64, 64) bool, glyphs of digits.
        printed_labels: (n,) uint8, their classes.
        letters: (m, 64, 64) bool, glyphs of letters and signs.
    """

    digits: DigitSet
    printed: NDArray[np.bool_]
    printed_labels: NDArray[np.uint8]
    letters: NDArray[np.bool_]


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
    """Draw so many digits and then negatives, on all processors.

    The same seed gives the same examples on any number of processors.

    Returns:
        (n, 28, 28) uint8, and (n,) uint8, their labels: 0 to 9, or `NEGATIVE`.
    """
    chunks = [
        ((seed, number, are_negatives), min(_CHUNK, count - start))
        for count, are_negatives in ((digits, False), (negatives, True))
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
    seed: tuple[int, int, bool], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw one chunk; the last part of the seed is whether of negatives."""
    draw = _negatives if seed[2] else _digits
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


def _negatives(sources: Sources, rng: Generator) -> Iterator[tuple[NDArray[np.float32], int]]:
    while True:
        negative = draw_negative(sources.letters, sources.digits.images, rng)
        yield augment(negative, rng), NEGATIVE
