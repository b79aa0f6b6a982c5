"""What the uploads' network is trained on and measured with: changed digits, and negatives."""

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

from core.augmentation import change, enlarged, shifted
from core.dataset import DigitSet
from core.negatives import DIGITS, draw_negative, glyphs

NEGATIVE = 10
"""The label of what is no digit."""

_CHUNK = 10_000
_PLAIN, _PRINTED = 0.2, 0.3
"""A fifth of the digits are MNIST's, turned and shifted a little; a tenth are of fonts; all others
are MNIST's, changed in every way."""


@dataclass(frozen=True, eq=False, slots=True)
class Sources:
    """What examples are made of.

    Attributes:
        digits: of MNIST.
        printed: (n, 64, 64) bool, digits of fonts.
        printed_labels: (n,) uint8.
        letters: (m, 64, 64) bool, letters and signs.
    """

    digits: DigitSet
    printed: NDArray[np.bool_]
    printed_labels: NDArray[np.uint8]
    letters: NDArray[np.bool_]


def sources(digits: DigitSet, held_out: int) -> tuple[Sources, Sources]:
    """Divide what there is into what is trained on and what is not.

    Args:
        digits: MNIST's training digits.
        held_out: how many of them, the last ones, are not trained on; every tenth glyph is not.
    """
    images, letters = glyphs()
    is_digit = np.isin(letters, [ord(digit) for digit in DIGITS])
    kept = np.arange(len(images)) % 10 == 0
    first = slice(0, len(digits) - held_out)
    last = slice(len(digits) - held_out, len(digits))
    train, measure = (
        Sources(
            DigitSet(digits.images[part], digits.labels[part]),
            images[is_digit & chosen],
            (letters[is_digit & chosen] - ord("0")).astype(np.uint8),
            images[~is_digit & chosen],
        )
        for part, chosen in ((first, ~kept), (last, kept))
    )
    return train, measure


def draw_examples(
    of: Sources, digits: int, negatives: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw examples, on all processors.

    Args:
        of: what they are made of.
        digits: how many digits.
        negatives: how many negatives.
        seed: the same seed gives the same examples on any number of processors.

    Returns:
        (n, 28, 28) uint8, and (n,) their labels, `NEGATIVE` for what is no digit.
    """
    chunks = [
        _Chunk((seed, number, are_negatives), min(_CHUNK, count - start))
        for count, are_negatives in ((digits, False), (negatives, True))
        for number, start in enumerate(range(0, count, _CHUNK))
    ]
    # Not by fork: TensorFlow may have threads by now.
    with get_context("spawn").Pool(os.cpu_count(), _set_sources, (of,)) as pool:
        drawn = pool.map(_draw_chunk, chunks, chunksize=1)
    images, labels = zip(*drawn, strict=True)
    return np.concatenate(images), np.concatenate(labels)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Examples to draw in one go: the seed, of which the last part says whether negatives."""

    seed: tuple[int, int, bool]
    count: int


_sources: Sources


def _set_sources(of: Sources) -> None:
    global _sources  # noqa: PLW0603 - of a worker process, which gets it once and not a chunk
    _sources = of
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this


def _draw_chunk(chunk: _Chunk) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    draw = _negatives if chunk.seed[2] else _digits
    drawn = islice(draw(_sources, np.random.default_rng(chunk.seed)), chunk.count)
    images, labels = zip(*drawn, strict=True)
    return np.rint(np.stack(images) * 255).astype(np.uint8), np.array(labels, np.uint8)


def _digits(of: Sources, rng: Generator) -> Iterator[tuple[NDArray[np.float32], int]]:
    while True:
        chance = rng.random()
        if _PLAIN <= chance < _PRINTED:
            i = rng.integers(len(of.printed))
            yield change(enlarged(of.printed[i]), rng), int(of.printed_labels[i])
        else:
            i = rng.integers(len(of.digits))
            image = of.digits.images[i]
            changed = shifted(image, rng) if chance < _PLAIN else change(enlarged(image), rng)
            yield changed, int(of.digits.labels[i])


def _negatives(of: Sources, rng: Generator) -> Iterator[tuple[NDArray[np.float32], int]]:
    while True:
        negative = draw_negative(of.letters, of.digits.images, rng)
        yield change(negative, rng), NEGATIVE
