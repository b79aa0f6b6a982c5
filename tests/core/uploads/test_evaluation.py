"""The figures that labelled pictures come to, on results made by hand."""

import pytest

from core.evaluation import wilson_interval
from core.figures.contact_sheet import Entry
from core.uploads.evaluation import Share, evaluate_uploads
from core.uploads.labels import LabelledPicture
from core.uploads.reader import MAX_DIGITS
from core.uploads.results import Result


def result(
    label: str,
    answer: str = "",
    *confidences: float,
    source: str = "s1",
    error: str | None = None,
    decoding: float = 0.1,
    reading: float = 0.2,
) -> Result:
    mistake = (
        None if error is None and answer == label else Entry(label, answer, (), None, None, ())
    )
    picture = LabelledPicture("a.png", label, {"source": source})
    return Result(picture, answer, confidences, error, decoding, reading, mistake)


def test_one_digit_is_right_only_when_exactly_it_was_read() -> None:
    one = evaluate_uploads(
        [
            result("7", "7", 0.99),
            result("7", "1", 0.95),
            result("7", "77", 0.99, 0.6),
            result("7"),
            result("7", error="It is damaged."),
        ],
        sure=0.9,
    ).one_digit

    assert one.right == Share(1, 5, 0.2, wilson_interval(1, 5))
    assert (one.refused.count, one.refused.total) == (1, 5)
    assert (one.sure.count, one.sure.total) == (2, 5)
    assert (one.right_when_sure.count, one.right_when_sure.total) == (1, 2)
    assert (one.right_when_unsure.count, one.right_when_unsure.total) == (0, 1)


def test_an_answer_of_exactly_the_least_confidence_is_sure() -> None:
    one = evaluate_uploads([result("7", "7", 0.9), result("7", "7", 0.8999)], sure=0.9).one_digit

    assert (one.sure.count, one.right_when_unsure.count) == (1, 1)


def test_calibration_compares_confidence_with_what_was_right() -> None:
    one = evaluate_uploads(
        [
            result("7", "7", 0.96),
            result("7", "1", 0.98),
            result("7", "7", 1.0),
            result("7", "7", 0.55),
            result("7"),
        ],
        sure=0.9,
    ).one_digit

    # In the one bin, 0.96, 0.98 and 1 with two of three right; in the other, 0.55 and right.
    assert one.calibration_error == pytest.approx((abs(2.94 - 2) + 0.45) / 4)
    assert [(b.low, b.high, b.right.count, b.right.total) for b in one.bins] == [
        (0.5, 0.7, 1, 1),
        (0.95, 0.99, 1, 2),
        (0.99, 1.0, 1, 1),
    ]
    assert one.bins[1].confidence == pytest.approx(0.97)


def test_without_a_digit_a_refusal_is_right_and_an_unreadable_file_is_not() -> None:
    none = [result(""), result("", "8", 0.6), result("", error="Bad.")]

    figures = evaluate_uploads([*none, result("7"), result("71")], 0.9)

    assert (figures.no_digit.count, figures.no_digit.total) == (1, 3)
    assert evaluate_uploads(none, 0.9).one_digit.right == Share(0, 0, None, None)
    assert figures.one_digit.calibration_error is None


def test_several_digits_are_counted_by_edit_distance() -> None:
    many = evaluate_uploads(
        [
            result("1234", "1234", 1, 1, 1, 1),
            result("1234", "124", 1, 1, 1),
            result("12", "9123", 1, 1, 1, 1),
            result("12"),
        ],
        sure=0.9,
    ).many_digits

    assert (many.digits, many.distance) == (12, 0 + 1 + 2 + 2)
    assert many.found == pytest.approx(7 / 12)
    assert (many.exact.count, many.refused.count) == (1, 1)


def test_sources_count_alike_however_many_pictures_they_have() -> None:
    results = [result("7", "7", 1, source="b") for _ in range(9)] + [result("7", source="a")]

    by = evaluate_uploads(results, 0.9).by["source"]

    assert [(g.name, g.right.count, g.right.total, g.refused.count) for g in by.groups] == [
        ("a", 0, 1, 1),
        ("b", 9, 9, 0),
    ]
    assert by.mean == 0.5


def test_times_are_of_the_files_that_took_them() -> None:
    results = [result("7", "7", 1, decoding=t, reading=2 * t) for t in (1.0, 2.0, 3.0)]
    results.append(result("7", error="Bad.", decoding=9, reading=0))

    figures = evaluate_uploads(results, 0.9)

    assert figures.in_all.slowest == 9
    assert figures.decoding.median == 2.5
    assert figures.reading is not None
    assert (figures.reading.median, figures.reading.slowest) == (4, 6)
    assert evaluate_uploads(results[3:], 0.9).reading is None


@pytest.mark.parametrize(
    ("label", "answer", "distance"),
    [
        ("123", "", 3),
        ("123", "123", 0),
        ("9103264", "9103254", 1),
        ("1234", "2341", 2),
        ("7" * 60, "7" * MAX_DIGITS, 0),
    ],
)
def test_edit_distances_known_by_hand(label: str, answer: str, distance: int) -> None:
    figures = evaluate_uploads([result(label, answer, *(1.0 for _ in answer))], 0.9)

    assert figures.many_digits.distance == distance
