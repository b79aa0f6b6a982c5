"""Letters that look like digits are none in a word, and digits beside a word are digits."""

import pytest

from core.uploads.words import digit_runs


@pytest.mark.parametrize(
    ("evidence", "gaps", "expected"),
    [
        ([8, 8, 8], [0.2, 0.2], [True, True, True]),
        ([-4, 2, -4, -4], [0.1, 0.1, 0.1], [False, False, False, False]),
        ([-4, -4, 8, 8, 8], [0.1, 0.6, 0.1, 0.1], [False, False, True, True, True]),
        ([8, 8, -1, 8, 8], [0.3, 0.3, 0.3, 0.3], [True, True, True, True, True]),
        ([-4, 3], [3.0], [False, True]),
        ([], [], []),
    ],
    ids=["a number", "an o in a word", "a number after a word", "a dash", "far from", "nothing"],
)
def test_runs_of_digits_are_found(
    evidence: list[float], gaps: list[float], expected: list[bool]
) -> None:
    assert digit_runs(evidence, gaps) == expected
