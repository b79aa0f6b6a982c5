"""Ink → strokes: connected components, without specks, ruled lines and frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from core.digit import Box
from core.uploads.ink import otsu, square
from core.uploads.normalise import ink_window

_MIN_CONTRAST = 14  # between ink and paper, of 255
_NOISE_MARGIN = 4  # least contrast, in multiples of the paper's own; less is noise or texture

_STRONG, _FAINT = 0.5, 0.25
"""A stroke is connected where ink is stronger than the lower level, and reaches the higher one."""

_DARK = 16  # brightness below which colours are hardly told apart
_NEAR_EDGE = 0.04  # where surroundings begin, beyond blurred edges, as a share of the length
_MIN_LINE = 0.45  # length of a ruled line, as a share of the picture
_RULE, _SHORTEST_RULE, _THIN_RULE = 4.0, 0.15, 0.4
"""A rule of a page: its least length, in multiples of the typical stroke's and as a share of the
page, and its largest thickness, as a share of the typical stroke's length."""

_THIN = 1 / 40  # largest thickness of a line, as a share of the longer side
_STRONGER = 1.4  # ink of writing on a line, in multiples of that of the line
_MIN_LINES = 0.01  # share of the ink that lines make up
_COARSE = 256  # pixels of the picture on which lines are looked for
_MAX_SLOPE, _SLOPE_STEP = 0.12, 0.02  # of lines
_SLACK = np.ones((3, 1), np.uint8)

_OUTLINED = 0.16  # largest distance to the ink between two outlines, as a share of the length
_MIN_FILLED = 0.3  # area between outlines, as a share of their own ink

_SPECK, _SMALLEST = 1 / 60, 5  # shortest stroke: as a share of the longest, and in pixels
_PAGE_SPECK = 0.2  # shortest stroke of a page, as a share of the typical one
_DOT = 0.6  # area of a dot, as a share of its box
_MIN_TYPICAL = 0.2  # share of the ink that strokes make up which are no dots
_GIANT = 0.4  # longest stroke that is typical, as a share of the picture's longer side

_BLOCK = 8  # pixels of the blocks in which a page's strongest ink is measured
_NEAR = 1 / 10  # distance within which it is compared, as a share of the longer side
_PALEST = 0.2  # ink of a page that is full, as a share of the page's full ink
_LEAVING = 4  # length of what leaves a page, such as a cable, in multiples of that of its strokes
_MARGIN = 0.04  # width of the margin of shadows and frames, as a share of the shorter side
_MAX_STROKES, _MAX_STROKES_PAGE = 100, 400  # the heaviest are kept


@dataclass(frozen=True, eq=False, slots=True)
class Crop:
    """Ink, (h, w) float32 in [0, 1], and its position in the ink map that it was cropped from."""

    ink: NDArray[np.float32]
    left: int
    top: int

    @property
    def box(self) -> Box:
        """Bounding box in the ink map."""
        rows, columns = self.ink.shape
        return self.left, self.top, self.left + columns, self.top + rows

    def masked(self, mask: NDArray[np.bool_]) -> "Crop | None":
        """Crop to the ink within a mask; `None` if there is no strong ink."""
        ink = np.where(mask, self.ink, 0).astype(np.float32)
        if ink.max() <= _STRONG:
            return None
        rows, columns = window = ink_window(ink)
        return Crop(ink[window], self.left + columns.start, self.top + rows.start)


@dataclass(frozen=True, eq=False, slots=True)
class Strokes:
    """Connected ink.

    Attributes:
        ink: (h, w) float32 in [0, 1], the strength of the ink.
        contrast: (h, w) uint8, the ink map that it was found in.
        labels: (h, w) int32, the number of the stroke at each pixel; 0 for paper and what is left
            out.
        boxes: (n, 4) int32 left, top, right, bottom; row 0 is unused.
        masses: (n,) float64, the sum of each stroke's ink.
        at_edge: Sum of the ink that is left out as a frame or a shadow.
    """

    ink: NDArray[np.float32]
    contrast: NDArray[np.uint8]
    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    masses: NDArray[np.float64]
    at_edge: float

    def crop(self, numbers: Sequence[int]) -> Crop:
        """Crop some strokes, without others in between."""
        left, top = self.boxes[list(numbers), :2].min(axis=0).tolist()
        right, bottom = self.boxes[list(numbers), 2:].max(axis=0).tolist()
        window = np.s_[top:bottom, left:right]
        labels = self.labels[window]
        own = labels == numbers[0]
        for number in numbers[1:]:
            own |= labels == number
        return Crop(np.where(own, self.ink[window], 0).astype(np.float32), left, top)

    def merge(self, pairs: Mapping[int, int]) -> "Strokes":
        """Merge pairs of strokes, from the number of one that disappears to the one that grows."""
        kept = [number for number in range(len(self.boxes)) if number not in pairs]
        new = np.zeros(len(self.boxes), np.int32)
        new[kept] = np.arange(len(kept))
        boxes, masses = self.boxes.copy(), self.masses.copy()
        for second, first in pairs.items():
            new[second] = new[first]
            boxes[first, :2] = np.minimum(boxes[first, :2], boxes[second, :2])
            boxes[first, 2:] = np.maximum(boxes[first, 2:], boxes[second, 2:])
            masses[first] += masses[second]
        return replace(self, labels=new[self.labels], boxes=boxes[kept], masses=masses[kept])


def two_tone(ink: NDArray[np.uint8], box: Box) -> float:
    """Return how clearly the ink around a box falls into two tones: ink and paper.

    This is Otsu's criterion, the variance between the two classes divided by the total variance
    (Otsu, "A Threshold Selection Method from Gray-Level Histograms", 1979).

    Args:
        ink: (h, w) uint8, an ink map.
        box: In its pixels; widened by a tenth of its height, at least 2 pixels.

    Returns:
        0 to 1: near 1 for a pen on paper, 0 if the ink is uniform.
    """
    left, top, right, bottom = box
    margin = max((bottom - top) // 10, 2)
    ink = ink[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]
    is_ink = ink > otsu(ink)
    share = float(is_ink.mean())
    if share in {0.0, 1.0}:
        return 0.0
    apart = float(ink[is_ink].mean()) - float(ink[~is_ink].mean())
    return share * (1 - share) * apart**2 / float(ink.var())


def runs_on(
    pixels: NDArray[np.uint8],
    strokes: Strokes,
    box: Box,
    wide: NDArray[np.uint8] | None = None,
) -> float:
    """Return the share of what surrounds the strokes in a box that has their colour.

    Paper surrounds a digit; a finger runs on into the hand. Other strokes do not count.

    Args:
        pixels: (h, w, 3) uint8 RGB, what the strokes were found in.
        strokes: As they lie in `pixels`.
        box: Within them.
        wide: (h, w) the wide ink map, if the strokes may be outlines of thick ones.
    """
    left, top, right, bottom = box
    near = max(round(_NEAR_EDGE * max(right - left, bottom - top)), 2)
    far = 2 * near
    window = np.s_[max(top - far, 0) : bottom + far, max(left - far, 0) : right + far]
    inked = strokes.labels[window] > 0
    own = np.zeros_like(inked)
    start = np.s_[top - window[0].start : bottom - window[0].start]
    across = np.s_[left - window[1].start : right - window[1].start]
    own[start, across] = inked[start, across]
    if wide is not None:
        there = wide[top:bottom, left:right]
        own[start, across] |= there > otsu(there)
    ring = _widened(own, far) & ~_widened(own | inked, near)
    full = own & (strokes.ink[window] > _STRONG)
    if not (ring.any() and full.any()):
        return 0.0
    # In logarithms, and beside the nearest ink, a shadow changes nothing.
    colours = np.log(pixels[window].astype(np.float32) + _DARK)
    side = (4 * far + 1, 4 * far + 1)
    weight = full.astype(np.float32)
    of_ink = cv2.blur(colours * weight[..., None], side)[ring]
    nearest = of_ink / np.maximum(cv2.blur(weight, side)[ring], 1e-6)[:, None]
    apart = np.linalg.norm(colours[ring] - nearest, axis=1)
    return float((apart < np.median(apart) / 2).mean())


def _widened(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), square(by)), np.bool_)


class InkStyle(Enum):
    """How ink is interpreted."""

    PLAIN = auto()
    """All ink is strokes."""
    LINED = auto()
    """Long thin lines are ruled paper or a frame."""
    OUTLINED = auto()
    """Strokes are drawn by their outlines."""
    PAGE = auto()
    """Strokes are fine, and paler in some places than in others."""


def find_strokes(ink: NDArray[np.uint8], style: InkStyle = InkStyle.PLAIN) -> Strokes | None:
    """Find the strokes in an ink map, (h, w) uint8.

    Returns:
        `None` if no ink stands out, or there is nothing to interpret that way.
    """
    paper, full = _levels(ink)
    if full - paper < max(_MIN_CONTRAST, _NOISE_MARGIN * (paper + 1)):
        return None
    if style is InkStyle.PAGE:
        strength = _local_strength(ink, paper, full)
        faint = (strength > _FAINT).astype(np.uint8)
    else:
        levels = np.arange(256, dtype=np.float32)
        table = np.clip((levels - paper) / (full - paper), 0, 1).astype(np.float32)
        strength = np.asarray(cv2.LUT(ink, table), np.float32)
        faint = (ink > np.searchsorted(table, _FAINT)).astype(np.uint8)
    if style is InkStyle.LINED and not _erase_lines(
        faint, ink, _MIN_LINE, max(int(max(faint.shape) * _THIN), 3)
    ):
        return None
    if style is InkStyle.PAGE:
        _erase_rules(faint, ink)
    if style is InkStyle.OUTLINED:
        filled = _between_outlines(faint)
        if np.count_nonzero(filled) < _MIN_FILLED * np.count_nonzero(faint):
            return None
        faint[filled] = 1
        strength[filled] = 1
    return _connected(faint, strength, ink, is_page=style is InkStyle.PAGE)


def _local_strength(ink: NDArray[np.uint8], paper: int, full: int) -> NDArray[np.float32]:
    """Compare ink with the strongest nearby, so that pencil counts beside a marker."""
    rows, columns = ink.shape
    down, across = -(-rows // _BLOCK), -(-columns // _BLOCK)
    padded = np.zeros((down * _BLOCK, across * _BLOCK), np.uint8)
    padded[:rows, :columns] = ink
    strongest = padded.reshape(down, _BLOCK, across, _BLOCK).max(axis=(1, 3))
    reach = max(int(max(strongest.shape) * _NEAR), 1)
    near = cv2.dilate(strongest, square(reach)).astype(np.float32)
    near = np.asarray(cv2.blur(near, (2 * reach + 1,) * 2), np.float32)
    near = np.clip(0.8 * near, max(paper + _PALEST * (full - paper), _MIN_CONTRAST), None)
    local = np.asarray(cv2.resize(near, (across * _BLOCK, down * _BLOCK)), np.float32)
    local = np.maximum(local[:rows, :columns] - np.float32(paper), 1)
    strength = np.maximum(ink, paper).astype(np.float32)
    strength -= paper
    strength /= local
    return np.minimum(strength, 1, out=strength)


def _connected(
    mask: NDArray[np.uint8],
    strength: NDArray[np.float32],
    contrast: NDArray[np.uint8],
    *,
    is_page: bool,
) -> Strokes | None:
    """Label the connected components of a mask, and leave out specks and margins."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = np.hstack([stats[:, :2], stats[:, :2] + stats[:, 2:4]])
    inked = np.flatnonzero(labels)
    label_of, strength_of = labels.ravel()[inked], strength.ravel()[inked]
    weights = np.bincount(label_of[strength_of > _STRONG], minlength=count)
    lengths = stats[:, 2:4].max(axis=1)
    lengths[0] = 0
    scale = _typical(stats, weights, mask.shape) if is_page else 0
    speck = _PAGE_SPECK * scale if scale else _SPECK * lengths.max()
    weights[lengths < max(_SMALLEST, speck)] = 0
    at_edge = _are_margins(boxes, weights, mask.shape) & (weights > 0)
    if scale:
        leaving = (edges_touched(boxes, mask.shape) > 0) & (lengths > _LEAVING * scale)
        at_edge |= leaving & (weights > 0)
    at_edge[0] = False
    weights[at_edge] = 0
    corners = labels[[0, 0, -1, -1], [0, -1, 0, -1]]
    if np.count_nonzero(weights) > np.count_nonzero(weights[corners]):
        weights[corners] = 0  # vignetting
    kept = np.flatnonzero(weights)
    most = _MAX_STROKES_PAGE if is_page else _MAX_STROKES
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(weights[kept])[-most:]])
    if not len(kept):
        return None
    new = np.zeros(count, np.int32)
    new[kept] = np.arange(1, len(kept) + 1)
    renumbered = np.zeros(labels.size, np.int32)
    renumbered[inked] = new[label_of]
    masses = np.bincount(label_of, strength_of, count)
    masses[0] = 0
    with_paper = np.concatenate([[0], kept])
    return Strokes(
        ink=strength,
        contrast=contrast,
        labels=renumbered.reshape(labels.shape),
        boxes=boxes[with_paper].astype(np.int32),
        masses=masses[with_paper].astype(np.float64),
        at_edge=float(masses[at_edge].sum()),
    )


def _typical(stats: MatLike, weights: MatLike, shape: tuple[int, ...]) -> float:
    """Return the median length of strokes, weighted by their ink.

    Rules and frames are longer, and dots have no stroke; neither counts if there is other ink.

    Args:
        stats: (n, 5) of connected components, as OpenCV gives them; row 0 is paper.
        weights: (n,) their ink.
        shape: Height and width of the ink map.
    """
    sides, weights = np.asarray(stats[:, 2:4]), np.asarray(weights)
    lengths = sides.max(axis=1)
    usual = (lengths < _GIANT * max(shape)) & (weights > 0)
    usual[0] = False
    is_dot = (stats[:, cv2.CC_STAT_AREA] > _DOT * sides.prod(axis=1)) & (
        lengths < 2 * sides.min(axis=1)
    )
    for some in (usual & ~is_dot, usual):
        if weights[some].sum() > _MIN_TYPICAL * weights[usual].sum():
            return weighted_median(lengths[some], weights[some])
    return 0.0


def weighted_median(values: NDArray[np.generic], weights: NDArray[np.generic]) -> float:
    """Return the weighted median: the least value at which half of the total weight is reached.

    Args:
        values: (n,), at least one.
        weights: (n,), not negative.
    """
    order = np.argsort(values)
    total = weights[order].cumsum()
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])


def _levels(ink: NDArray[np.uint8]) -> tuple[int, int]:
    """Measure the levels of paper and of full ink, on either side of Otsu's threshold.

    Returns:
        The median of the paper, and the upper quartile of the ink, whose edges are fainter.
    """
    threshold = int(otsu(ink))
    values = cv2.calcHist([ink], [0], None, [256], [0, 256]).ravel().cumsum()
    up_to_threshold, all_values = values[threshold], values[-1]
    paper = np.searchsorted(values, up_to_threshold / 2)
    full = np.searchsorted(values, up_to_threshold + (all_values - up_to_threshold) * 3 / 4)
    return int(paper), int(full)


def _between_outlines(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Find the paper that is enclosed by ink and everywhere close to it.

    The holes of an 8 can be so too, hence this is one of several styles.
    """
    paper = np.asarray(1 - mask, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    away = np.asarray(cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_3), np.float32)
    farthest = np.zeros(count, np.float32)
    np.maximum.at(farthest, np.asarray(labels, np.int32).ravel(), away.ravel())
    lengths = stats[:, 2:4].max(axis=1)
    rows, columns = mask.shape
    outside = (stats[:, 0] == 0) | (stats[:, 1] == 0)
    outside |= stats[:, 0] + stats[:, 2] == columns
    outside |= stats[:, 1] + stats[:, 3] == rows
    between = (farthest < _OUTLINED * lengths) & ~outside & (labels[0, 0] != np.arange(count))
    return np.asarray(between[labels] & (mask == 0), np.bool_)


def _erase_rules(mask: NDArray[np.uint8], ink: NDArray[np.uint8]) -> None:
    """Erase the rules of a page or a table, which are much longer than its strokes."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    lengths = stats[1:, 2:4].max(axis=1)
    typical = _typical(stats, stats[:, cv2.CC_STAT_AREA], mask.shape)
    longer = max(mask.shape)
    if not typical:  # squares or a table join all strokes
        _erase_lines(mask, ink, _MIN_LINE, max(int(_THIN * longer), 3))
    elif (lengths > _RULE * typical).any():
        shortest = max(_RULE * typical / longer, _SHORTEST_RULE)
        _erase_lines(mask, ink, shortest, max(int(_THIN_RULE * typical), 3))


def _erase_lines(
    mask: NDArray[np.uint8], ink: NDArray[np.uint8], shortest: float, thin: int
) -> bool:
    """Erase long thin lines along rows and columns, except where a stroke crosses them.

    Args:
        mask: (h, w) 0 or 1, changed in place.
        ink: (h, w), the ink map. What is stronger than most of the lines is writing on them.
        shortest: Length of such a line, as a share of the picture.
        thin: Pixels; thicker ones stay.

    Returns:
        Whether there were any.
    """
    before = np.count_nonzero(mask)
    for turned, strength in ((mask, ink), (mask.T, ink.T)):
        thick = cv2.morphologyEx(turned, cv2.MORPH_OPEN, np.ones((thin, 1), np.uint8))
        lines = np.greater(_long_lines(turned, shortest), thick)
        if lines.any():
            lines &= strength <= _STRONGER * np.median(strength[lines])
            turned[lines] = 0
    return bool(np.count_nonzero(mask) < (1 - _MIN_LINES) * before)


def _long_lines(mask: NDArray[np.uint8], shortest: float) -> NDArray[np.uint8]:
    """Find lines from left to right, nearly horizontal, as long runs in sheared pictures."""
    rows, columns = mask.shape
    block = -(-max(rows, columns) // _COARSE)
    down, across = -(-rows // block), -(-columns // block)
    padded = np.zeros((down * block, across * block), np.uint8)
    padded[:rows, :columns] = mask
    coarse = padded.reshape(down, block, across, block).max(axis=(1, 3))
    run = np.ones((1, max(int(across * shortest), 8)), np.uint8)
    room = int(_MAX_SLOPE * across / 2) + 1
    framed = np.pad(coarse, ((room, room), (0, 0)))
    lines = np.zeros_like(framed)
    size = (framed.shape[1], framed.shape[0])
    for slope in np.arange(-_MAX_SLOPE, _MAX_SLOPE + _SLOPE_STEP / 2, _SLOPE_STEP):
        shear = np.array([[1, 0, 0], [slope, 1, -slope * across / 2]])
        level = cv2.warpAffine(framed, shear, size, flags=cv2.INTER_NEAREST)
        # Lines are never quite straight: a slack of one pixel keeps their runs whole.
        runs = cv2.morphologyEx(cv2.dilate(level, _SLACK), cv2.MORPH_OPEN, run)
        if runs.any():
            back = cv2.invertAffineTransform(shear)
            lines |= cv2.warpAffine(runs, back, size, flags=cv2.INTER_NEAREST)
    fine = np.kron(lines[room : room + down], np.ones((block, block), np.uint8))
    return np.asarray(fine[:rows, :columns] & mask, np.uint8)


def edges_touched(boxes: NDArray[np.int32] | Box, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return how many of the picture's edges each box, of (n, 4) or a single one, touches.

    Args:
        boxes: Within the picture.
        shape: Height and width of the picture.
    """
    rows, columns = shape
    left, top, right, bottom = np.asarray(boxes).T
    edges = [left <= 0, top <= 0, right >= columns, bottom >= rows]
    return np.asarray(np.sum(edges, axis=0), np.int64)


def _are_margins(
    boxes: NDArray[np.int32], weights: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Whether each stroke is a shadow or a frame along the picture's edge.

    Those lie within a narrow margin, or touch at least three edges.
    """
    rows, columns = shape
    margin = max(round(min(rows, columns) * _MARGIN), 1)
    left, top, right, bottom = boxes.T
    within = (right <= margin) | (bottom <= margin)
    within |= (left >= columns - margin) | (top >= rows - margin)
    is_frame = (edges_touched(boxes, shape) >= 3) & (np.count_nonzero(weights) > 1)
    return np.asarray(within | is_frame, np.bool_)
