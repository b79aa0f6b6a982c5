"""Digits among letters: which shapes of a line are digits, judged by their neighbours too.

Many letters look like digits: o, l, S, b. A line is therefore divided into runs of digits and runs
of other writing, such that the runs' shapes are explained best and there are few changes between
them where shapes stand close together. This is the Viterbi algorithm over two states.
"""

import math
from collections.abc import Sequence

_CHANGE = 7.0  # objectness that a change costs between shapes that touch
_CLOSE = 0.6  # distance over which that cost falls by a factor e, as a share of the line's height


def digit_runs(evidence: Sequence[float], gaps: Sequence[float]) -> list[bool]:
    """Decide which shapes of a line belong to runs of digits.

    Args:
        evidence: For each shape, from left to right, its objectness minus the least of a digit.
        gaps: (n - 1) distances between neighbours, in multiples of the line's height.

    Returns:
        Whether each shape is in a run of digits. Shapes of negative evidence may be, too: a dash.
    """
    if not evidence:
        return []
    digit, other = [evidence[0]], [0.0]
    came_from: list[tuple[bool, bool]] = []  # for digit and for other: whether from digit
    for each, gap in zip(evidence[1:], gaps, strict=True):
        change = _CHANGE * math.exp(-max(gap, 0) / _CLOSE)
        from_other, from_digit = other[-1] - change > digit[-1], digit[-1] - change > other[-1]
        came_from.append((not from_other, from_digit))
        digit_score = max(digit[-1], other[-1] - change) + each
        other_score = max(other[-1], digit[-1] - change)
        digit.append(digit_score)
        other.append(other_score)
    is_digit = [digit[-1] >= other[-1]]
    for to_digit, to_other in reversed(came_from):
        is_digit.append(to_digit if is_digit[-1] else to_other)
    return is_digit[::-1]
