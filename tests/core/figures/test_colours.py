import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray

from core.figures.colours import Colours, ColourTable


def lightness(table: ColourTable) -> NDArray[np.float64]:
    """CIELAB's L* of sRGB colours, 0 to 100: IEC 61966-2-1, then CIE 15 with white at Y = 1."""
    srgb = table / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    cube_root = np.where(y > (6 / 29) ** 3, np.cbrt(y), y * (29 / 6) ** 2 / 3 + 4 / 29)
    result: NDArray[np.float64] = 116 * cube_root - 16
    return result


@pytest.mark.parametrize("colours", Colours)
def test_a_table_has_a_colour_for_each_step(colours: Colours) -> None:
    assert colours.table.shape == (256, 3)
    assert colours.table.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        colours.table[0] = 0


@pytest.mark.parametrize("colours", Colours)
def test_a_table_is_the_one_that_matplotlib_has(colours: Colours) -> None:
    theirs = 255 * mpl.colormaps[colours](np.arange(256))[:, :3]
    assert np.abs(colours.table - theirs).max() <= 1


def test_the_default_gets_lighter_all_the_way() -> None:
    steps = np.diff(lightness(Colours.VIRIDIS.table))
    # Rounded to 8 bits, a single step may stand still; sixteenths of the way may not.
    assert steps.min() > -0.1
    assert np.diff(lightness(Colours.VIRIDIS.table)[::16]).min() > 3


def test_jet_does_not() -> None:
    assert np.diff(lightness(Colours.JET.table)).min() < -1
