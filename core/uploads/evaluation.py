"""How well labelled pictures are read, in figures: a share is in [0, 1]."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Self

import numpy as np

from core.calibration import calibration_error
from core.evaluation import wilson_interval
from core.uploads.results import Result

_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Of the bins of confidence: narrow where most answers are, and where "sure" is said."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some.

    Attributes:
        count: how many.
        total: of how many.
        share: the one by the other; `None` of none.
        interval: Wilson's 95 % interval of it; `None` of none.
    """

    count: int
    total: int
    share: float | None
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, flags: Iterable[bool]) -> Self:
        """Count those that are true."""
        counted = list(flags)
        count, total = sum(counted), len(counted)
        if not total:
            return cls(0, 0, None, None)
        return cls(count, total, count / total, wilson_interval(count, total))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence.

    Attributes:
        low: the least confidence.
        high: the one that all are below, but for 1.
        confidence: their mean confidence.
        right: how many of them are right: where the network is calibrated, about this share.
    """

    low: float
    high: float
    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class OneDigit:
    """Pictures with one digit.

    An answer is right where it is exactly that digit. Its confidence is that in its digit or, where
    more than one was found, in the least certain.

    Attributes:
        right: of all; refusals and unreadable files are not.
        refused: of all, those in which no digit was found.
        sure: of all, those answered with so much confidence that it is told as plain fact.
        right_when_sure: of these.
        right_when_unsure: of the other answers.
        calibration_error: the expected one of the answers; `None` of none.
        bins: the answers by confidence, without empty bins.
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
    """Pictures with several digits.

    Attributes:
        digits: how many there are.
        distance: how many digits would have to be put in, taken out or changed to make the answers
            the labels: the sum of Levenshtein's edit distances.
        found: 1 - distance / digits; below 0 where much is read that is not there; `None` of none.
        exact: the pictures whose answer is the label.
        refused: those in which no digit was found.
    """

    digits: int
    distance: int
    found: float | None
    exact: Share
    refused: Share


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that are alike: of one source, or with one defect.

    Attributes:
        name: what they share; empty where nothing is said.
        right: those whose answer is the label; a refusal is, where there is no digit.
        refused: those in which no digit was found.
    """

    name: str
    right: Share
    refused: Share


@dataclass(frozen=True, slots=True)
class Grouping:
    """Pictures told apart by a column.

    Attributes:
        mean: of the groups' right shares, so that a large group counts no more than a small one.
        groups: in the order of their names.
    """

    mean: float
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """The time a picture takes."""

    median: float
    percentile_95: float
    slowest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Summarise at least one time."""
        return cls(*(float(np.percentile(seconds, share)) for share in (50, 95, 100)))


@dataclass(frozen=True, slots=True)
class UploadsEvaluation:
    """All figures of a folder of labelled pictures.

    Attributes:
        one_digit: of those with one digit.
        no_digit: of those without any, how many were refused.
        many_digits: of those with several.
        by: the groups, by each column that tells pictures apart.
        in_all: the time from a file's bytes to the answer.
        decoding: the part of it that is decoding.
        reading: and finding and classifying the digits, of files that could be decoded; `None`
            where none could.
    """

    one_digit: OneDigit
    no_digit: Share
    many_digits: ManyDigits
    by: dict[str, Grouping]
    in_all: Seconds
    decoding: Seconds
    reading: Seconds | None


def evaluate_uploads(results: Sequence[Result], sure: float) -> UploadsEvaluation:
    """Hold the answers against the labels.

    Args:
        results: at least one.
        sure: the least confidence of an answer that is told as plain fact.
    """
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


def edit_distance(one: str, other: str) -> int:
    """Count the letters to put in, take out or change that make one string another.

    Levenshtein (1966), "Binary codes capable of correcting deletions, insertions, and reversals".
    """
    row = list(range(len(other) + 1))  # row[j]: from what was seen of `one` to other[:j]
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, goal in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != goal)))
    return row[-1]


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
    digits = sum(len(r.picture.label) for r in results)
    distance = sum(edit_distance(r.answer, r.picture.label) for r in results)
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
