import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.probabilities import format_percent


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.98123, "98.1%"),
        (0.5, "50.0%"),
        (0.001, "0.1%"),
        (0.0002, "<\u00a00.1%"),
        (0.0, "<\u00a00.1%"),
        (0.999, "99.9%"),
        (0.99996, ">\u00a099.9%"),
        (1.0, ">\u00a099.9%"),
    ],
)
def test_probabilities_are_rounded_and_never_0_or_100(probability: float, text: str) -> None:
    assert format_percent(probability) == text


@given(st.floats(0, 1, width=32))
def test_any_probability_is_within_a_tenth_and_never_0_or_100(probability: float) -> None:
    text = format_percent(probability)
    assert text not in {"100.0%", "0.0%"}
    assert abs(float(text.strip("<>%\u00a0")) - 100 * probability) <= 0.1001
