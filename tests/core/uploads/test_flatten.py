"""Whatever is transparent, the ink stays visible and nothing else becomes ink."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.uploads.flatten import flatten


def _drawn(ink: tuple[int, int, int, int], ground: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (60, 60), ground)
    ImageDraw.Draw(image).line((30, 10, 30, 50), fill=ink, width=8)
    return image


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 255), (160, 0), (255, 0)])
def test_ink_on_nothing_gets_paper_unlike_it(ink: int, paper: int) -> None:
    grey = flatten(_drawn((ink, ink, ink, 255), (ink, ink, ink, 0)))

    assert grey[30, 30] == ink
    assert grey[5, 5] == paper


def test_the_colour_of_what_is_not_seen_does_not_matter() -> None:
    seen = (20, 20, 20, 255)

    assert np.array_equal(
        flatten(_drawn(seen, (255, 0, 0, 0))), flatten(_drawn(seen, (0, 0, 0, 0)))
    )


def test_ink_that_is_half_transparent_is_ink() -> None:
    grey = flatten(_drawn((0, 0, 0, 100), (0, 0, 0, 0)))

    assert grey[5, 5] == 255
    assert grey[30, 30] == pytest.approx(155, abs=1)


def test_ink_of_many_colours_is_ink() -> None:
    image = _drawn((0, 0, 0, 255), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((10, 15, 50, 15), fill=(110, 110, 110, 255), width=8)

    assert flatten(image)[50, 10] == 255


@pytest.mark.parametrize(("ink", "paper"), [(0, 230), (255, 30)])
def test_a_cut_out_with_its_own_paper_gets_more_of_it(ink: int, paper: int) -> None:
    image = Image.new("RGBA", (100, 100))
    ImageDraw.Draw(image).ellipse((20, 20, 80, 80), fill=(paper, paper, paper, 255))
    ImageDraw.Draw(image).line((50, 35, 50, 65), fill=(ink, ink, ink, 255), width=6)

    grey = flatten(image)

    assert grey[5, 5] == paper
    assert grey[50, 50] == ink


def test_what_is_all_transparent_is_blank() -> None:
    assert np.ptp(flatten(Image.new("RGBA", (9, 9), (1, 2, 3, 0)))) == 0


def test_what_is_opaque_is_left_as_it_is() -> None:
    grey = flatten(_drawn((50, 50, 50, 255), (70, 70, 70, 255)))

    assert set(np.unique(grey)) == {50, 70}
