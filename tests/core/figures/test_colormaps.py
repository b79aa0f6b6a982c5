import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from core.figures.arrays import ColourTable
from core.figures.heatmaps import Colormap
from core.figures.style import EXPLAINED, GROUND, SKY


def lightness(table: ColourTable) -> NDArray[np.float64]:
    """Return CIELAB's L* of sRGB colours, 0 to 100: IEC 61966-2-1, then CIE 15, white at Y = 1."""
    srgb = table / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    cube_root = np.where(y > (6 / 29) ** 3, np.cbrt(y), y * (29 / 6) ** 2 / 3 + 4 / 29)
    result: NDArray[np.float64] = 116 * cube_root - 16
    return result


@pytest.mark.parametrize("colormap", Colormap)
def test_a_table_has_256_colours_and_is_read_only(colormap: Colormap) -> None:
    assert colormap.table.shape == (256, 3)
    assert colormap.table.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        colormap.table[0] = 0


@pytest.mark.parametrize("colormap", Colormap)
def test_a_table_equals_matplotlib(colormap: Colormap) -> None:
    ends = [tuple(each / 255 for each in colour) for colour in (SKY, GROUND, EXPLAINED)]
    diverging = LinearSegmentedColormap.from_list("diverging", ends)
    signed = colormap is Colormap.DIVERGING
    theirs = 255 * (diverging if signed else mpl.colormaps[colormap])(np.arange(256))[:, :3]
    assert np.abs(colormap.table - theirs).max() <= 1


def test_viridis_gets_lighter_from_step_to_step() -> None:
    steps = np.diff(lightness(Colormap.VIRIDIS.table))
    # Rounded to 8 bits, single steps may be equal; sixteenths of the table may not.
    assert steps.min() > -0.1
    assert np.diff(lightness(Colormap.VIRIDIS.table)[::16]).min() > 3


def test_jet_does_not_get_lighter_from_step_to_step() -> None:
    assert np.diff(lightness(Colormap.JET.table)).min() < -1
