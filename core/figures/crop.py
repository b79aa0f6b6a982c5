"""The part of a picture that is shown: the writing, not the desk that it lies on."""

from collections.abc import Sequence

import numpy as np

from core.digit import Box

_MARGIN, _MOST_MARGIN = 0.08, 3
"""Margin around the digits: `_MARGIN` of the picture's longer side, but at least the height of a
digit and at most `_MOST_MARGIN` times that height."""

_WHOLE = 0.6
"""Share of the picture from which on it is shown whole, if it is not too high."""

LOWEST, HIGHEST, HIGHEST_OF_ONE = 1 / 3, 4 / 3, 3 / 4
"""Bounds on the height of what is shown, as a share of its width. One digit has less, because its
card follows below."""


def crop_to(boxes: Sequence[Box], width: int, height: int) -> Box:
    """Return the part of a picture around some boxes; of a picture without boxes, all.

    Its height is between a third of its width and 4/3 of it, or 3/4 around one box, as far as the
    picture is large enough and the boxes leave it a choice.
    """
    whole = (0, 0, width, height)
    if not boxes:
        return whole
    edges = np.array(boxes)
    typical = float(np.median(edges[:, 3] - edges[:, 1]))
    margin = round(min(max(typical, _MARGIN * max(width, height)), _MOST_MARGIN * typical))
    left, top = edges[:, :2].min(axis=0).tolist()
    right, bottom = edges[:, 2:].max(axis=0).tolist()
    across = _within(left - margin, right + margin, width)
    down = _within(top - margin, bottom + margin, height)
    highest = HIGHEST if len(boxes) > 1 else HIGHEST_OF_ONE
    across = _widened(across, round((down[1] - down[0]) / highest), width)
    margin = round(max(((across[1] - across[0]) * highest - bottom + top) / 2, typical / 4))
    down = max(down[0], top - margin), min(down[1], bottom + margin)
    down = _widened(down, round((across[1] - across[0]) * LOWEST), height)
    area = (across[1] - across[0]) * (down[1] - down[0])
    if area >= _WHOLE * width * height and height <= highest * width:
        return whole
    return across[0], down[0], across[1], down[1]


def _within(start: int, end: int, length: int) -> tuple[int, int]:
    return max(start, 0), min(end, length)


def _widened(part: tuple[int, int], length: int, limit: int) -> tuple[int, int]:
    """Widen an interval about its middle to at least `length`, and keep it within 0 to `limit`."""
    start, end = part
    length = min(max(length, end - start), limit)
    _, start, _ = sorted((0, (start + end - length) // 2, limit - length))
    return start, start + length
