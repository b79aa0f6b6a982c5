"""A picture → its digits, in reading order.

Time and memory are bounded: a picture is read at up to `MAX_PIXELS_READ`, and so is the part with
writing where that is small; in at most seven attempts, each with up to 400 strokes, of which ten
are split where digits may touch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.digit import Digit
from core.uploads.attempt import Attempt, Interpreter
from core.uploads.candidates import LogitsFn
from core.uploads.decoded_image import DecodedImage
from core.uploads.ink import NARROW, WIDE, find_fine_ink, find_ink
from core.uploads.lines import typical_height
from core.uploads.paper import find_paper
from core.uploads.patch import Patch
from core.uploads.strokes import InkStyle, find_strokes

MAX_DIGITS = 50
"""Largest number of digits that are returned."""

MAX_PIXELS_READ = 1024 * 768
"""Number of pixels at which a picture, or the part with its writing, is read at most."""

_MIN_HEIGHT = 32  # pixels of strokes, below which writing is small

_ON_PAPER = 0.5  # explained share of whole paper beside which nothing is read
_MIN_PAGE = 200  # pixels of the longer side, below which strokes are too coarse for a page
_LARGE, _LARGE_OF_SEVERAL = 0.15, 0.3
"""Height of a digit, and of the highest of several, beside which no fine writing is looked for, by
the picture's longer side."""


@dataclass(frozen=True, slots=True)
class OtherWay:
    """What a picture would be read as if it were turned.

    Attributes:
        turned: Degrees clockwise by which the picture would be turned from upright.
        answer: The digits in reading order.
    """

    turned: int
    answer: str


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """The digits that were found in a picture.

    Attributes:
        ink: (h, w) uint8, the picture's ink map, which may be smaller than it.
        digits: The digits in reading order, at most `MAX_DIGITS`. Their boxes and warps are in the
            picture as it was uploaded, also if it is turned.
        lines: The line of each digit, from 0.
        left_out: Number of further digits.
        turned: Degrees clockwise by which the picture is turned from upright: 0, 90, 180 or 270.
        other: How the picture would be read another way up, if that is as likely and not the same.
    """

    picture: DecodedImage
    ink: NDArray[np.uint8]
    digits: tuple[Digit, ...]
    lines: tuple[int, ...]
    left_out: int
    turned: int = 0
    other: OtherWay | None = None


class Reader:
    """Finds digits in pictures with a network that was trained to reject negatives. Thread-safe."""

    def __init__(self, logits_fn: LogitsFn, min_objectness: float = 0.0) -> None:
        """Create a reader.

        Args:
            logits_fn: The network, from (n, 28, 28) float32 in [0, 1] to logits, (n, 10).
            min_objectness: The least objectness of a digit: the log-odds of "a digit" to "none",
                which are the `logsumexp` of the logits.
        """
        self._interpret = Interpreter(logits_fn, min_objectness)

    def read(self, picture: DecodedImage) -> Reading:
        """Find the digits in a picture."""
        full = Patch.whole(picture)
        whole = full.shrunk(MAX_PIXELS_READ)
        best = self._best(full, whole)
        other = self._interpret.another_way(best)
        numbered = [(number, one) for number, line in enumerate(best.lines) for one in line]
        shown = numbered[:MAX_DIGITS]
        return Reading(
            picture,
            best.ink_in(whole),
            digits=tuple(one.as_digit(best.matrix) for _, one in shown),
            lines=tuple(number for number, _ in shown),
            left_out=len(numbered) - len(shown),
            turned=best.turned,
            other=None if other is None else OtherWay(other.turned, other.answer),
        )

    def _best(self, full: Patch, whole: Patch) -> Attempt:
        """Return the attempt that explains the picture best; the most likely are made first."""
        wide = find_ink(whole.pixels, WIDE)
        best = self._interpret(whole, wide, InkStyle.PLAIN)
        large = _LARGE if len(best.digits) == 1 else _LARGE_OF_SEVERAL
        is_large = best.height >= large * max(whole.pixels.shape)
        if best.is_settled and is_large and best.answer != "1":  # a pen beside fine writing is a 1
            return best
        is_drawn = best.is_drawing()
        if max(whole.pixels.shape) >= _MIN_PAGE:
            for page in self._pages(full, best, wide):
                is_drawn = is_drawn or page.is_drawing()
                best = max(best, page, key=Attempt.evidence)
        if best.is_settled or not is_drawn:
            return best
        narrow = find_ink(whole.pixels, NARROW)
        for ink, style in (
            (narrow, InkStyle.PLAIN),
            (narrow, InkStyle.LINED),
            (wide, InkStyle.OUTLINED),
        ):
            best = max(best, self._interpret(whole, ink, style, wide), key=Attempt.evidence)
            if best.is_settled:
                break
        return best

    def _pages(self, full: Patch, whole: Attempt, wide: NDArray[np.uint8]) -> Iterator[Attempt]:
        """Read fine strokes, on the paper that is seen in the picture and on the whole of it."""
        paper = find_paper(full, MAX_PIXELS_READ)
        if paper is not None:
            on_paper = find_ink(paper.patch.pixels, WIDE)
            on_paper[~paper.mask] = 0
            plain = self._interpret(paper.patch, on_paper, InkStyle.PLAIN)
            yield plain
            page = self._page(full, plain, on_paper, paper.mask)
            is_all = paper.is_whole and page.explained >= _ON_PAPER
            yield page
            del paper, on_paper, plain, page
            if is_all:
                return
        yield self._page(full, whole, wide)

    def _page(
        self,
        full: Patch,
        plain: Attempt,
        wide: NDArray[np.uint8],
        mask: NDArray[np.bool_] | None = None,
    ) -> Attempt:
        """Read fine strokes, within a mask, at the resolution that they need.

        If a plain attempt at the same patch has read them all, it is returned.
        """
        patch = plain.patch
        ink = find_fine_ink(patch.pixels)
        if mask is not None:
            ink[~mask] = 0
        strokes = find_strokes(ink, InkStyle.PAGE)
        if strokes is not None:
            height = typical_height(strokes.boxes[1:])
            low, high = strokes.boxes[1:, :2].min(axis=0), strokes.boxes[1:, 2:].max(axis=0)
            finer = patch.seen_in(full, (*(low - height), *(high + height)))
            if height < _MIN_HEIGHT and finer.is_finer_than(patch):
                del ink, strokes  # so that they take no memory any more
                finer = finer.shrunk(MAX_PIXELS_READ)
                return self._interpret(finer, find_fine_ink(finer.pixels), InkStyle.PAGE)
            if plain.is_settled and plain.has_read(strokes):
                return plain
        return self._interpret(patch, ink, InkStyle.PAGE, wide, strokes)
