"""A grey picture → how much ink there is at each of its pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

_THUMB = 128
"""Paper changes slowly, so it is judged on a picture no longer than this."""

_REACH = 1 / 4
"""Paper is looked for within this part of the picture's longer side, so that from the middle of any
stroke some is found."""

_CLEAR = 2
"""The picture as a whole shows its polarity where it is this many times nearer to one extreme."""

_SMOOTH_FROM = 200
"""Pictures longer than this have more pixels than ink has detail, and are smoothed."""

_SMOOTHING = 1 / 600
"""The smoothing's standard deviation, as a part of the picture's longer side."""


def find_ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Subtract the paper, be it light or dark, evenly or unevenly lit.

    Args:
        grey: (h, w) luminance.

    Returns:
        (h, w) how far each pixel is from the paper around it, on the ink's side of it.
    """
    rows, columns = grey.shape
    longer = max(rows, columns)
    shrink = -(-longer // _THUMB)
    thumb = _resize(grey, max(columns // shrink, 1), max(rows // shrink, 1))
    reach = max(int(max(thumb.shape) * _REACH), 1)
    dark_on_light = _is_dark_on_light(thumb, reach)
    paper = _paper(thumb, reach, cv2.MORPH_CLOSE if dark_on_light else cv2.MORPH_OPEN)
    if shrink > 1:
        paper = _resize(_blur(paper, 2), columns, rows)
    ink = _as_grey(cv2.subtract(paper, grey) if dark_on_light else cv2.subtract(grey, paper))
    return _blur(ink, longer * _SMOOTHING) if longer > _SMOOTH_FROM else ink


def _is_dark_on_light(thumb: NDArray[np.uint8], reach: int) -> bool:
    """Tell whether the picture is mostly like the lightest, or like the darkest, that is near.

    Where there is no ink the two are alike and have no say, and a shadow has none either, since
    only what is near is compared. In a tight crop there may be as much ink as paper: there the
    picture's edge tells, which a digit touches in few places. It is not asked first, because of
    frames.
    """
    near = _square(reach)
    lighter = cv2.subtract(cv2.dilate(thumb, near), thumb)
    darker = cv2.subtract(thumb, cv2.erode(thumb, near))
    to_light, to_dark = float(lighter.mean()), float(darker.mean())
    if max(to_light, to_dark) < _CLEAR * min(to_light, to_dark):
        to_light, to_dark = _edge_mean(lighter), _edge_mean(darker)
    return to_light <= to_dark


def _paper(thumb: NDArray[np.uint8], reach: int, close_or_open: int) -> NDArray[np.uint8]:
    """Fill every stroke with the paper beside it: a morphological closing, or an opening.

    The picture is first carried on beyond its edges, where light that falls off would otherwise
    pass for ink.
    """
    margin = min(reach, min(thumb.shape) - 1)
    wide = np.pad(thumb.astype(np.int16), margin, mode="reflect", reflect_type="odd")
    filled = cv2.morphologyEx(np.clip(wide, 0, 255).astype(np.uint8), close_or_open, _square(reach))
    rows, columns = thumb.shape
    return _as_grey(filled[margin : margin + rows, margin : margin + columns])


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
