"""Accuracy and calibration on labelled pictures. Shares are in [0, 1]."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Self

import numpy as np
from rapidfuzz.distance import Levenshtein

from core.calibration import calibration_error
from core.evaluation import wilson_interval
from core.uploads.results import Result

_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Edges of the bins of confidence: narrow where most answers are."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of some cases, with Wilson's 95 % interval; both are `None` without cases."""

    count: int
    total: int
    share: float | None
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, flags: Iterable[bool]) -> Self:
        """Return the share of true flags."""
        counted = list(flags)
        count, total = sum(counted), len(counted)
        if not total:
            return cls(0, 0, None, None)
        return cls(count, total, count / total, wilson_interval(count, total))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence from `low` up to `high`, which is exclusive except for 1.

    `confidence` is their mean. If the network is calibrated, this share of them is right.
    """

    low: float
    high: float
    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class OneDigit:
    """Figures of pictures with one digit.

    An answer is right if it is exactly that digit. Its confidence is the lowest of its digits.

    Attributes:
        right: Right answers among all pictures.
        refused: Pictures in which no digit was found, among all.
        sure: Answers with at least the confidence at which no doubt is mentioned, among all.
        right_when_sure: Right answers among these.
        right_when_unsure: Right answers among the others.
        calibration_error: Expected calibration error; `None` without answers.
        bins: The answers by confidence, without empty bins.
    """

    right: Share
    refused: Share
    sure: Share
    right_when_sure: Share
    right_when_unsure: Share
    calibration_error: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class ManyDigits:
    """Figures of pictures with several digits: `digits` of them are to be read.

    Attributes:
        distance: Sum of the Levenshtein distances between answers and labels.
        found: `1 - distance / digits`, which can be negative; `None` without digits.
        exact: Pictures whose answer is the label.
        refused: Pictures in which no digit was found.
    """

    digits: int
    distance: int
    found: float | None
    exact: Share
    refused: Share


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of the pictures from one source, or with one defect, whose name may be empty."""

    name: str
    right: Share
    refused: Share


@dataclass(frozen=True, slots=True)
class Grouping:
    """Figures by the values of a column, and the mean of the groups' shares of right answers."""

    mean: float
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """Time per picture, in seconds."""

    median: float
    percentile_95: float
    slowest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Summarise at least one time."""
        return cls(*(float(np.percentile(seconds, share)) for share in (50, 95, 100)))


@dataclass(frozen=True, slots=True)
class UploadsEvaluation:
    """Figures of a folder of labelled pictures.

    Attributes:
        no_digit: Share of the pictures without digits in which none was found.
        by: The groupings, by column.
        in_all: Time from the file's bytes to the answer.
        reading: Time for finding and classifying digits; `None` if no file could be decoded.
    """

    one_digit: OneDigit
    no_digit: Share
    many_digits: ManyDigits
    by: dict[str, Grouping]
    in_all: Seconds
    decoding: Seconds
    reading: Seconds | None


def evaluate_uploads(results: Sequence[Result], sure: float) -> UploadsEvaluation:
    """Compute the figures of at least one result; from `sure` on, no doubt is mentioned."""
    read = [result for result in results if result.error is None]
    return UploadsEvaluation(
        one_digit=_one_digit([r for r in results if len(r.picture.label) == 1], sure),
        no_digit=Share.of(r.refused for r in results if not r.picture.label),
        many_digits=_many_digits([r for r in results if len(r.picture.label) > 1]),
        by={column: _grouping(results, column) for column in results[0].picture.groups},
        in_all=Seconds.of([r.decoding + r.reading for r in results]),
        decoding=Seconds.of([r.decoding for r in results]),
        reading=Seconds.of([r.reading for r in read]) if read else None,
    )


def _one_digit(results: Sequence[Result], sure: float) -> OneDigit:
    answers = [(r.confidence, r.right) for r in results if r.confidence is not None]
    confidences = np.array([confidence for confidence, _ in answers], np.float64)
    right = np.array([is_right for _, is_right in answers], np.bool_)
    return OneDigit(
        right=Share.of(r.right for r in results),
        refused=Share.of(r.refused for r in results),
        sure=Share.of(r.confidence is not None and r.confidence >= sure for r in results),
        right_when_sure=Share.of(right[confidences >= sure].tolist()),
        right_when_unsure=Share.of(right[confidences < sure].tolist()),
        calibration_error=calibration_error(confidences, right) if answers else None,
        bins=_bins(answers),
    )


def _bins(answers: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    bins = []
    for low, high in pairwise(_EDGES):
        here = [a for a in answers if low <= a[0] < high or a[0] == high == _EDGES[-1]]
        if here:
            mean = float(np.mean([confidence for confidence, _ in here]))
            bins.append(Bin(low, high, mean, Share.of(is_right for _, is_right in here)))
    return tuple(bins)


def _many_digits(results: Sequence[Result]) -> ManyDigits:
    digits = sum(len(r.picture.expected) for r in results)
    distance = sum(Levenshtein.distance(r.answer, r.picture.expected) for r in results)
    return ManyDigits(
        digits=digits,
        distance=distance,
        found=1 - distance / digits if digits else None,
        exact=Share.of(r.right for r in results),
        refused=Share.of(r.refused for r in results),
    )


def _grouping(results: Sequence[Result], column: str) -> Grouping:
    by_name: dict[str, list[Result]] = {}
    for result in results:
        by_name.setdefault(result.picture.groups[column], []).append(result)
    groups = tuple(
        Group(name, Share.of(r.right for r in here), Share.of(r.refused for r in here))
        for name, here in sorted(by_name.items())
    )
    return Grouping(fmean(group.right.count / group.right.total for group in groups), groups)
