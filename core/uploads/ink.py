"""A picture → how much ink there is at each of its pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

_THUMB = 128
"""Paper changes slowly, so it is judged on a picture no longer than this."""

WIDE, NARROW = 1 / 4, 1 / 12
"""Paper is looked for within this part of the picture's longer side. The wide one finds some from
the middle of the fattest stroke; the narrow one does not take shadows for ink."""

_SEEN_THROUGH = np.array([[0.299, 0.587, 0.114], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
"""A picture is turned grey by its luminance, or by one of its colours alone…"""

_BETTER = 1.3
"""…where ink stands out so many times as much in that: blue ink in red light, red ink in green."""

_CLEAR, _CLEAR_IF_EVEN = 2, 3
"""The picture as a whole shows its polarity where it is this many times nearer to one extreme, and
evenly lit this many."""

_FITS = 3

_SMOOTH_FROM = 200
"""Pictures longer than this have more pixels than ink has detail, and are smoothed."""

_SMOOTHING = 1 / 600
"""The smoothing's standard deviation, as a part of the picture's longer side."""


def find_ink(pixels: NDArray[np.uint8], within: float = WIDE) -> NDArray[np.uint8]:
    """Subtract the paper, be it light or dark, evenly or unevenly lit, white or coloured.

    Args:
        pixels: (h, w, 3) RGB.
        within: this part of the longer side paper is found near any ink: `WIDE` or `NARROW`.

    Returns:
        (h, w) how far each pixel is from the paper around it, on the ink's side of it.
    """
    rows, columns, _ = pixels.shape
    longer = min(max(rows, columns), 2 * min(rows, columns))  # a strip is many pictures in a row
    shrink = -(-longer // _THUMB)
    thumb = _resize(pixels, max(columns // shrink, 1), max(rows // shrink, 1))
    reach = max(int(longer / shrink * within), 2)
    weights = _clearest(thumb, reach)
    grey = _as_grey(cv2.transform(pixels, weights))
    thumb = _as_grey(cv2.transform(thumb, weights))
    dark_on_light = _is_dark_on_light(thumb, reach)
    paper = _paper(thumb, reach, dark_on_light=dark_on_light)
    if shrink > 1:
        paper = _resize(_blur(paper, 2), columns, rows)
    ink = _ink(paper, grey, dark_on_light=dark_on_light)
    return _blur(ink, longer * _SMOOTHING) if longer > _SMOOTH_FROM else ink


def _clearest(thumb: NDArray[np.uint8], reach: int) -> NDArray[np.float32]:
    """Choose the weights of the colours, (1, 3), by which ink stands out most."""
    contrasts = []
    for weights in _SEEN_THROUGH:
        grey = _as_grey(cv2.transform(thumb, weights[None]))
        near = _square(reach)
        darker = cv2.subtract(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, near), grey)
        lighter = cv2.subtract(grey, cv2.morphologyEx(grey, cv2.MORPH_OPEN, near))
        contrasts.append(max(np.percentile(darker, 98), np.percentile(lighter, 98)))
    contrasts[0] *= _BETTER
    best = int(np.argmax(contrasts))
    return _SEEN_THROUGH[best : best + 1]


def _evenly_lit(thumb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take out light that falls off smoothly: a quadratic surface, fitted to most pixels.

    Those farthest from it have less of a say in the next fit, as ink would have.
    """
    rows, columns = thumb.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].reshape(2, -1)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float32)
    grey, weights = thumb.ravel().astype(np.float32), np.ones(thumb.size, np.float32)
    for _ in range(_FITS):
        weighted = terms * weights[:, None]
        surface = terms @ np.linalg.lstsq(weighted.T @ terms, weighted.T @ grey, rcond=None)[0]
        away = np.abs(grey - surface)
        weights = 1 / (1 + (away / (np.median(away) + 1)) ** 2)
    even = grey - surface + np.median(surface)
    return _as_grey(np.clip(np.rint(even), 0, 255).astype(np.uint8).reshape(rows, columns))


def _is_dark_on_light(thumb: NDArray[np.uint8], reach: int) -> bool:
    """Tell whether the picture is mostly like the lightest, or like the darkest, that is near.

    Where there is no ink the two are alike and have no say, and a shadow has none either, since
    only what is near is compared. Evenly lit, pictures tell it more clearly. In a tight crop there
    may be as much ink as paper: there the picture's edge tells, which a digit touches in few
    places. It is not asked first, because of frames.
    """
    lighter, darker = _differences(_evenly_lit(thumb), reach)
    to_light, to_dark = float(lighter.mean()), float(darker.mean())
    if max(to_light, to_dark) < _CLEAR_IF_EVEN * min(to_light, to_dark):
        lighter, darker = _differences(thumb, reach)
        to_light, to_dark = float(lighter.mean()), float(darker.mean())
    if max(to_light, to_dark) < _CLEAR * min(to_light, to_dark):
        to_light, to_dark = _edge_mean(lighter), _edge_mean(darker)
    return to_light <= to_dark


def _differences(
    grey: NDArray[np.uint8], reach: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Measure how much lighter, and how much darker, it is near each pixel."""
    near = _square(reach)
    lighter = cv2.subtract(cv2.dilate(grey, near), grey)
    darker = cv2.subtract(grey, cv2.erode(grey, near))
    return _as_grey(lighter), _as_grey(darker)


def _paper(thumb: NDArray[np.uint8], reach: int, *, dark_on_light: bool) -> NDArray[np.uint8]:
    """Carry the paper that is seen on under the ink.

    What is ink is told by a morphological closing, or an opening, which fills every stroke with the
    lightest, or the darkest, paper near it. The paper itself is then the mean of what is near and
    is no ink, weighted by its distance (Knutsson and Westin 1993, "Normalized convolution").
    """
    margin = min(reach, min(thumb.shape) - 1)
    # Carried on beyond its edges, or light that falls off there would pass for ink.
    wide = np.pad(thumb.astype(np.int16), margin, mode="reflect", reflect_type="odd")
    fill = cv2.MORPH_CLOSE if dark_on_light else cv2.MORPH_OPEN
    filled = cv2.morphologyEx(np.clip(wide, 0, 255).astype(np.uint8), fill, _square(reach))
    rows, columns = thumb.shape
    filled = _as_grey(filled[margin : margin + rows, margin : margin + columns])
    bare = _bare(_as_grey(cv2.absdiff(filled, thumb)))
    for _ in range(2):
        paper = _mean_of(thumb, bare, reach)
        bare = _bare(_ink(paper, thumb, dark_on_light=dark_on_light))
    return paper


def _ink(
    paper: NDArray[np.uint8], grey: NDArray[np.uint8], *, dark_on_light: bool
) -> NDArray[np.uint8]:
    return _as_grey(cv2.subtract(paper, grey) if dark_on_light else cv2.subtract(grey, paper))


def _bare(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Where no ink is, nor its blurred edge."""
    threshold = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)[0]
    inked = (ink > threshold * 0.7).astype(np.uint8)
    return np.equal(cv2.dilate(inked, _square(1)), 0).astype(np.float32)


def _mean_of(thumb: NDArray[np.uint8], bare: NDArray[np.float32], reach: int) -> NDArray[np.uint8]:
    """Average the bare paper around each pixel; farther off counts where nearer there is none."""
    total = np.zeros(thumb.shape, np.float32)
    weight = np.full(thumb.shape, 1e-9, np.float32)
    for within, share in ((reach / 2, 1.0), (1.5 * reach, 1e-2), (6 * reach, 1e-4)):
        side = min(2 * int(within) + 1, 2 * min(thumb.shape) - 1)
        total += share * _smooth(thumb * bare, side)
        weight += share * _smooth(bare, side)
    return _as_grey(np.clip(np.rint(total / weight), 0, 255).astype(np.uint8))


def _smooth(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Twice a mean over squares: nearly a Gaussian's, and as quick at any size."""
    return np.asarray(cv2.blur(cv2.blur(values, (side, side)), (side, side)), np.float32)


def _edge_mean(grey: cv2.typing.MatLike) -> float:
    edges = (grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1])
    return float(np.concatenate(edges).mean())


def _square(reach: int) -> NDArray[np.uint8]:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)


def _as_grey(grey: cv2.typing.MatLike) -> NDArray[np.uint8]:
    """Give OpenCV's result, whose element type it does not state, its type."""
    return np.asarray(grey, np.uint8)


def _blur(grey: NDArray[np.uint8], deviation: float) -> NDArray[np.uint8]:
    return _as_grey(cv2.GaussianBlur(grey, (0, 0), deviation))


def _resize(grey: NDArray[np.uint8], columns: int, rows: int) -> NDArray[np.uint8]:
    shrinks = columns < grey.shape[1] or rows < grey.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return _as_grey(cv2.resize(grey, (columns, rows), interpolation=method))
