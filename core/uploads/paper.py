"""The sheet of paper in a picture of a scene."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.uploads.ink import square
from core.uploads.normalise import ink_window
from core.uploads.patch import Patch

_THUMB = 256  # pixels of the longer side of the thumbnail on which paper is looked for
_INK = 6  # pixels of the thumbnail by which ink on the paper is closed
_MIN_AREA, _MAX_AREA = 0.06, 0.97  # of the paper, as a share of the picture
_MIN_SOLIDITY = 0.85  # area of the paper as a share of its convex hull
_MIN_QUADRILATERAL = 0.92  # area of the hull, as a share of the quadrilateral around it
_MIN_CONTRAST = 22  # brightness of the paper above that of what is around it, of 255
_SHARP, _BAND = 0.5, 4
"""Least share of this contrast that lies within `_BAND` pixels of the edge; a shadow's edge is
soft."""

_INSET = 0.012  # by which the edge of the paper is cut, as a share of the longer side


@dataclass(frozen=True, eq=False, slots=True)
class Paper:
    """Paper in a patch.

    Attributes:
        patch: The paper and what is around it within its bounding box; straightened if all four
            corners are visible.
        mask: (h, w) bool, where the patch shows paper.
    """

    patch: Patch
    mask: NDArray[np.bool_]

    @property
    def is_whole(self) -> bool:
        """Whether all four corners are visible; else it may be a lit part of a larger sheet."""
        return bool(self.mask.all())


def find_paper(full: Patch, max_pixels: int) -> Paper | None:
    """Find light paper on something darker, and cut it out with at most `max_pixels`.

    Returns:
        `None` if no such paper is seen with an edge.
    """
    thumb = full.shrunk(_THUMB * _THUMB * 3 // 4)
    rows, columns, _ = thumb.pixels.shape
    if min(rows, columns) < 8 * _INK:
        return None
    mask = _light_region(thumb.pixels)
    if mask is None:
        return None
    corners = _corners(mask)
    if corners is not None:
        corners = corners + (corners.mean(axis=0) - corners) * (2 * _INSET)
        patch = full.straightened(thumb.to_picture(corners), max_pixels)
        return Paper(patch, np.ones(patch.pixels.shape[:2], np.bool_))
    inset = max(round(_INSET * max(rows, columns)), 1)
    framed = np.pad(mask, inset, mode="edge")
    kept = cv2.erode(framed, square(inset))[inset:-inset, inset:-inset]
    if not kept.any():
        return None
    rows_kept, columns_kept = ink_window(kept)
    box = columns_kept.start, rows_kept.start, columns_kept.stop, rows_kept.stop
    patch = thumb.seen_in(full, box).shrunk(max_pixels)
    size = patch.pixels.shape[1::-1]
    large = cv2.resize(kept[rows_kept, columns_kept], size, interpolation=cv2.INTER_NEAREST)
    return Paper(patch, np.asarray(large, np.uint8) > 0)


def _light_region(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the largest light region as 0 and 1, holes filled, if it may be paper."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    near = square(_INK)
    # Framed, or else what is between light paper and the picture's edge would be closed too.
    framed = cv2.copyMakeBorder(grey, *(2 * _INK,) * 4, cv2.BORDER_REPLICATE)
    closed = np.asarray(cv2.morphologyEx(framed, cv2.MORPH_CLOSE, near), np.uint8)
    closed = closed[2 * _INK : -2 * _INK, 2 * _INK : -2 * _INK]
    light = cv2.threshold(closed, 0, 1, cv2.THRESH_OTSU)[1]
    opened = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return None
    largest = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1
    region: NDArray[np.uint8] = (labels == largest).astype(np.uint8)
    outlines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    cv2.drawContours(region, [outline], 0, 1, cv2.FILLED)
    area = float(region.mean())
    if not _MIN_AREA <= area <= _MAX_AREA:
        return None
    if cv2.contourArea(outline) < _MIN_SOLIDITY * cv2.contourArea(cv2.convexHull(outline)):
        return None
    contrast = float(closed[region > 0].mean()) - float(closed[region == 0].mean())
    if contrast < _MIN_CONTRAST or _step(closed, region) < _SHARP * contrast:
        return None
    return region


def _step(grey: NDArray[np.uint8], region: NDArray[np.uint8]) -> float:
    """Return the mean difference between a band within a region's edge and one outside of it."""
    near = square(_BAND)
    inner, outer = cv2.erode(region, near, borderValue=1), cv2.dilate(region, near, borderValue=0)
    inside, outside = grey[(region > 0) & (inner == 0)], grey[(outer > 0) & (region == 0)]
    if not (len(inside) and len(outside)):
        return 0.0
    return float(inside.mean()) - float(outside.mean())


def _corners(mask: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the corners of a quadrilateral, clockwise from the upper left, if all are visible."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    for tolerance in (0.02, 0.03, 0.05, 0.08):
        found = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(found) <= 4:
            break
    if len(found) != 4:
        return None
    corners = found[:, 0].astype(np.float64)
    rows, columns = mask.shape
    inside = (corners > 1) & (corners < np.array([columns - 2, rows - 2]))
    if not inside.all() or cv2.contourArea(hull) < _MIN_QUADRILATERAL * cv2.contourArea(found):
        return None
    middle = corners.mean(axis=0)
    around = np.arctan2(*(corners - middle).T[::-1])  # clockwise, as y points down
    corners = corners[np.argsort(around)]
    return np.roll(corners, -int((corners.sum(axis=1)).argmin()), axis=0)
