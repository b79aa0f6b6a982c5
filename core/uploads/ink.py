"""A picture → its ink map: how much ink there is at each pixel."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

WIDE, NARROW = 1 / 4, 1 / 12
"""Reach within which paper is looked for, as a share of the longer side. The wide one reaches paper
from the middle of the thickest stroke; the narrow one does not take shadows for ink."""

_THUMB = 128  # pixels of the thumbnail on which paper, which varies slowly, is estimated

_CHANNELS = np.array([[0.299, 0.587, 0.114], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
"""Weights of the colours: luminance, or one channel alone."""

_FINE = 1 / 48
"""Reach for the fine strokes of a page, as a share of the longer side; see `WIDE`."""

_FINE_THUMB = 256  # pixels of the thumbnail on which paper is estimated for fine strokes
_BRIGHT = 110  # brightness of paper on which fine strokes are dark
_DARKEST = 64  # brightness of paper below which differences are not enlarged
_COLOUR = 0.8  # weight of a colour's contrast beside that of the luminance

_AS_INK, _UNSEEN = 0.5, 0.25  # ink of a colour, and of the best channel where it is hidden
_HIDDEN = 0.1  # share of the ink that is not seen in the best channel, from which all are used

_LUMINANCE_BONUS = 1.3  # least contrast of a channel that is used, in multiples of the luminance's

_CLEAR, _CLEAR_IF_EVEN = 2, 3
"""The polarity is clear if the picture is `_CLEAR` times nearer to one extreme than to the other,
or `_CLEAR_IF_EVEN` times with the lighting removed."""

_FITS = 3  # of the lighting
_SMOOTH_FROM = 200  # pixels of the longer side from which a picture is smoothed
_SMOOTHING = 1 / 600  # standard deviation, as a share of the longer side


def find_ink(pixels: NDArray[np.uint8], reach: float = WIDE) -> NDArray[np.uint8]:
    """Subtract the paper, light or dark, of any colour and with any lighting.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        reach: Within which there is paper: `WIDE` or `NARROW`.

    Returns:
        (h, w) uint8, the difference of each pixel from the paper around it, towards the ink.
    """
    rows, columns, _ = pixels.shape
    longer = min(max(rows, columns), 2 * min(rows, columns))  # a strip is a row of pictures
    shrink = -(-longer // _THUMB)
    thumb = _resize(pixels, max(columns // shrink, 1), max(rows // shrink, 1))
    radius = max(int(longer / shrink * reach), 2)
    weights = _best_channel(thumb, radius)
    best = _uint8(cv2.transform(thumb, weights))
    dark_on_light = _is_dark_on_light(best, radius)
    papers = [_paper(best, radius, dark_on_light=dark_on_light)]
    channels = [weights]
    seen = _ink(papers[0], best, dark_on_light=dark_on_light)
    full = _full(seen)
    if _may_hide_ink(thumb, full):
        others = [each[np.newaxis] for each in _CHANNELS[1:] if (each != weights).any()]
        colours = [_uint8(cv2.transform(thumb, each)) for each in others]
        of_colours = [_paper(each, radius, dark_on_light=dark_on_light) for each in colours]
        seen_there = [
            _ink(paper, each, dark_on_light=dark_on_light)
            for paper, each in zip(of_colours, colours, strict=True)
        ]
        if _hides_ink(seen, seen_there, full):
            papers += of_colours
            channels += others
    if shrink > 1:
        papers = [_resize(_blur(paper, 2), columns, rows) for paper in papers]
    inks = [
        _ink(paper, _uint8(cv2.transform(pixels, channel)), dark_on_light=dark_on_light)
        for paper, channel in zip(papers, channels, strict=True)
    ]
    ink = np.maximum.reduce(inks)
    return _blur(ink, longer * _SMOOTHING) if longer > _SMOOTH_FROM else ink


def find_fine_ink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Subtract the paper around fine strokes, in all colours, and divide by it.

    So a shadow's edge is no ink, and ink in a shadow is as strong as elsewhere. Strokes that are
    thicker than a 24th of the picture are seen by their outlines only.

    Args:
        pixels: (h, w, 3) uint8 RGB.

    Returns:
        (h, w) uint8, the part of the paper's light that the ink takes, or adds, of 255.
    """
    rows, columns, _ = pixels.shape
    longer = min(max(rows, columns), 2 * min(rows, columns))
    # The thumbnail of a strip would take too much memory at the scale of its shorter side.
    shrink = max(longer // _FINE_THUMB, math.ceil(math.sqrt(rows * columns) / (2 * _FINE_THUMB)))
    thumb = _resize(pixels, max(columns // shrink, 1), max(rows // shrink, 1))
    radius = max(round(longer / shrink * _FINE), 2)
    grey = _uint8(cv2.cvtColor(thumb, cv2.COLOR_RGB2GRAY))
    if np.median(grey) < _BRIGHT and not _is_dark_on_light(grey, radius):
        thumb, pixels = 255 - thumb, 255 - pixels
    paper = _blur(_uint8(cv2.morphologyEx(thumb, cv2.MORPH_CLOSE, square(radius))), radius / 2)
    paper = _resize(paper, columns, rows)
    share = cv2.subtract(paper, pixels)
    np.maximum(paper, _DARKEST, out=paper)
    cv2.divide(share, paper, dst=share, scale=255)
    luminance = _uint8(cv2.cvtColor(share, cv2.COLOR_RGB2GRAY))
    red, green, blue = cv2.split(share)
    colour = _uint8(cv2.max(cv2.max(red, green), blue))
    ink = _uint8(cv2.max(luminance, _uint8(cv2.convertScaleAbs(colour, alpha=_COLOUR))))
    return _blur(ink, longer * _SMOOTHING) if longer > _SMOOTH_FROM else ink


def _may_hide_ink(thumb: NDArray[np.uint8], full: float) -> bool:
    """Whether the picture has colours that differ enough for `_hides_ink`."""
    red, green, blue = (channel.astype(np.int16) for channel in cv2.split(thumb))
    variety = max(np.ptp(red - green), np.ptp(green - blue), np.ptp(blue - red))
    return bool(variety > (_AS_INK - _UNSEEN) * full)


def _hides_ink(seen: NDArray[np.uint8], others: Sequence[NDArray[np.uint8]], full: float) -> bool:
    """Whether strong ink of some colour is hardly seen in the best channel."""
    hidden = (np.maximum.reduce(others) > _AS_INK * full) & (seen < _UNSEEN * full)
    return bool(np.count_nonzero(hidden) > _HIDDEN * np.count_nonzero(seen > otsu(seen)))


def _full(ink: NDArray[np.uint8]) -> float:
    """Return the median of the ink that stands out; infinity if none does."""
    inked = ink > otsu(ink)
    return float(np.median(ink[inked])) if inked.any() else math.inf


def otsu(ink: NDArray[np.uint8]) -> float:
    """Return Otsu's threshold: ink is stronger."""
    return float(cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)[0])


def _best_channel(thumb: NDArray[np.uint8], radius: int) -> NDArray[np.float32]:
    """Return the weights of the colours with the highest contrast, (1, 3)."""
    contrasts = []
    for weights in _CHANNELS:
        grey = _uint8(cv2.transform(thumb, weights[None]))
        near = square(radius)
        darker = cv2.subtract(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, near), grey)
        lighter = cv2.subtract(grey, cv2.morphologyEx(grey, cv2.MORPH_OPEN, near))
        contrasts.append(max(np.percentile(darker, 98), np.percentile(lighter, 98)))
    contrasts[0] *= _LUMINANCE_BONUS
    best = int(np.argmax(contrasts))
    return _CHANNELS[best : best + 1]


def _evenly_lit(thumb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove smooth lighting: a quadratic surface, fitted with weights that discount ink."""
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
    return _round_to_uint8(even).reshape(rows, columns)


def _is_dark_on_light(thumb: NDArray[np.uint8], radius: int) -> bool:
    """Whether most pixels are close to the lightest nearby, rather than to the darkest.

    Without ink nearby the two are alike and cancel out, as they do in shadows. In a tight crop
    there may be as much ink as paper. Then the edge of the picture decides, which a digit touches
    in few places; it is not used first, because of frames.
    """
    lighter, darker = _differences(_evenly_lit(thumb), radius)
    to_light, to_dark = float(lighter.mean()), float(darker.mean())
    if max(to_light, to_dark) < _CLEAR_IF_EVEN * min(to_light, to_dark):
        lighter, darker = _differences(thumb, radius)
        to_light, to_dark = float(lighter.mean()), float(darker.mean())
    if max(to_light, to_dark) < _CLEAR * min(to_light, to_dark):
        to_light, to_dark = _edge_mean(lighter), _edge_mean(darker)
    return to_light <= to_dark


def _differences(
    grey: NDArray[np.uint8], radius: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the difference of each pixel to the lightest and to the darkest nearby."""
    near = square(radius)
    lighter = cv2.subtract(cv2.dilate(grey, near), grey)
    darker = cv2.subtract(grey, cv2.erode(grey, near))
    return _uint8(lighter), _uint8(darker)


def _paper(thumb: NDArray[np.uint8], radius: int, *, dark_on_light: bool) -> NDArray[np.uint8]:
    """Estimate the paper under the ink.

    A morphological closing, or opening, fills every stroke with nearby paper, which shows where the
    ink is. The paper is the mean of what is not ink, weighted by distance: normalized convolution
    (Knutsson and Westin, "Normalized and differential convolution", 1993).
    """
    margin = min(radius, min(thumb.shape) - 1)
    # Extrapolated beyond the edges, where a lighting gradient would otherwise look like ink.
    wide = np.pad(thumb.astype(np.int16), margin, mode="reflect", reflect_type="odd")
    fill = cv2.MORPH_CLOSE if dark_on_light else cv2.MORPH_OPEN
    filled = cv2.morphologyEx(np.clip(wide, 0, 255).astype(np.uint8), fill, square(radius))
    rows, columns = thumb.shape
    filled = _uint8(filled[margin : margin + rows, margin : margin + columns])
    bare = _bare(_uint8(cv2.absdiff(filled, thumb)))
    for _ in range(2):
        paper = _local_mean(thumb, bare, radius)
        bare = _bare(_ink(paper, thumb, dark_on_light=dark_on_light))
    return paper


def _ink(
    paper: NDArray[np.uint8], grey: NDArray[np.uint8], *, dark_on_light: bool
) -> NDArray[np.uint8]:
    return _uint8(cv2.subtract(paper, grey) if dark_on_light else cv2.subtract(grey, paper))


def _bare(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return 1 where there is neither ink nor its blurred edge, else 0."""
    inked = (ink > otsu(ink) * 0.7).astype(np.uint8)
    return np.equal(cv2.dilate(inked, square(1)), 0).astype(np.float32)


def _local_mean(
    thumb: NDArray[np.uint8], bare: NDArray[np.float32], radius: int
) -> NDArray[np.uint8]:
    """Average the bare paper around each pixel, from farther away if none is nearby."""
    total = np.zeros(thumb.shape, np.float32)
    weight = np.full(thumb.shape, 1e-9, np.float32)
    for within, share in ((radius / 2, 1.0), (1.5 * radius, 1e-2), (6 * radius, 1e-4)):
        side = min(2 * int(within) + 1, 2 * min(thumb.shape) - 1)
        total += share * _smooth(thumb * bare, side)
        weight += share * _smooth(bare, side)
    return _round_to_uint8(total / weight)


def _smooth(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Apply a box filter twice, which is nearly Gaussian and equally fast at any size."""
    return np.asarray(cv2.blur(cv2.blur(values, (side, side)), (side, side)), np.float32)


def _edge_mean(grey: NDArray[np.uint8]) -> float:
    edges = (grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1])
    return float(np.concatenate(edges).mean())


def square(radius: int) -> NDArray[np.uint8]:
    """Return the square structuring element that reaches `radius` pixels to all sides."""
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _uint8(image: cv2.typing.MatLike) -> NDArray[np.uint8]:
    """Type a result of OpenCV."""
    return np.asarray(image, np.uint8)


def _round_to_uint8(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return _uint8(np.clip(np.rint(values), 0, 255))


def _blur(grey: NDArray[np.uint8], deviation: float) -> NDArray[np.uint8]:
    return _uint8(cv2.GaussianBlur(grey, (0, 0), deviation))


def _resize(image: NDArray[np.uint8], columns: int, rows: int) -> NDArray[np.uint8]:
    shrinks = columns < image.shape[1] or rows < image.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return _uint8(cv2.resize(image, (columns, rows), interpolation=method))
