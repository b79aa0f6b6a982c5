import numpy as np
import pytest

from core.figures import canvas
from core.figures.canvas import text_mask


@pytest.mark.parametrize("size", [24, 28, 36, 48, 140])
def test_a_digit_is_in_the_middle_of_its_mask(size: int) -> None:
    mask = text_mask("8", size)
    rows = np.flatnonzero(mask.max(axis=1) > 128)

    assert (rows[0] + rows[-1]) / 2 == pytest.approx(mask.shape[0] / 2, abs=1.5)
    assert rows[-1] - rows[0] + 1 == pytest.approx(0.73 * size, abs=0.03 * size + 1)


@pytest.mark.parametrize("symbol", "▶✓✗ŷ×·")
def test_the_font_has_every_symbol(symbol: str) -> None:
    missing = text_mask("가", 28)  # drawn as an empty box

    assert not np.array_equal(text_mask(symbol, 28), missing)


@pytest.mark.parametrize("size", [26, 28])
def test_no_letter_is_cut_off(size: int) -> None:
    text = "(gjpqy_ŷ)"
    whole = np.asarray(canvas._font(size, bold=False).getmask(text))

    assert text_mask(text, size).sum(dtype=np.int64) == whole.sum(dtype=np.int64)


def test_a_cached_mask_is_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        text_mask("8", 28)[0, 0] = 1
