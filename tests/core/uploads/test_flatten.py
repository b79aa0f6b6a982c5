"""Whatever is transparent, the ink stays visible and nothing else becomes ink."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.uploads.flatten import flatten, on_white


def _flattened(image: Image.Image) -> NDArray[np.uint8]:
    flat = flatten(image)
    assert flat.mode == "RGB"
    assert flat.size == image.size
    return np.asarray(flat)


def _drawn(ink: tuple[int, int, int, int], ground: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (60, 60), ground)
    ImageDraw.Draw(image).line((30, 10, 30, 50), fill=ink, width=8)
    return image


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 255), (160, 0), (255, 0)])
def test_ink_on_nothing_gets_paper_unlike_it(ink: int, paper: int) -> None:
    pixels = _flattened(_drawn((ink, ink, ink, 255), (ink, ink, ink, 0)))

    assert (pixels[30, 30] == ink).all()
    assert (pixels[5, 5] == paper).all()


def test_ink_keeps_its_colour() -> None:
    pixels = _flattened(_drawn((20, 40, 160, 255), (0, 0, 0, 0)))

    assert pixels[30, 30].tolist() == [20, 40, 160]
    assert pixels[5, 5].tolist() == [255, 255, 255]


def test_the_colour_of_what_is_not_seen_does_not_matter() -> None:
    seen = (20, 20, 20, 255)

    one, other = (_drawn(seen, ground) for ground in ((255, 0, 0, 0), (0, 0, 0, 0)))

    assert np.array_equal(_flattened(one), _flattened(other))


def test_ink_that_is_half_transparent_is_ink() -> None:
    pixels = _flattened(_drawn((0, 0, 0, 100), (0, 0, 0, 0)))

    assert pixels[5, 5, 0] == 255
    assert pixels[30, 30, 0] == pytest.approx(155, abs=1)


def test_ink_of_many_colours_is_ink() -> None:
    image = _drawn((0, 0, 0, 255), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((10, 15, 50, 15), fill=(110, 110, 110, 255), width=8)

    assert (_flattened(image)[50, 10] == 255).all()


@pytest.mark.parametrize(
    ("ink", "paper"), [((0, 0, 0), (230, 220, 180)), ((255, 255, 255), (10, 60, 30))]
)
def test_a_cut_out_with_its_own_paper_gets_more_of_it(
    ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    image = Image.new("RGBA", (100, 100))
    ImageDraw.Draw(image).ellipse((20, 20, 80, 80), fill=(*paper, 255))
    ImageDraw.Draw(image).line((50, 35, 50, 65), fill=(*ink, 255), width=6)

    pixels = _flattened(image)

    assert pixels[5, 5].tolist() == list(paper)
    assert pixels[50, 50].tolist() == list(ink)


def test_what_is_all_transparent_is_blank() -> None:
    assert np.ptp(_flattened(Image.new("RGBA", (9, 9), (1, 2, 3, 0)))) == 0


def test_what_is_opaque_is_left_as_it_is() -> None:
    pixels = _flattened(_drawn((50, 50, 50, 255), (70, 70, 70, 255)))

    assert set(np.unique(pixels)) == {50, 70}


def test_what_has_no_transparency_is_left_as_it_is() -> None:
    page = Image.new("RGB", (9, 9), (1, 2, 3))

    assert flatten(page) is page


@pytest.mark.parametrize("ink", [0, 90, 255])
def test_on_white_whatever_is_transparent_is_white(ink: int) -> None:
    image = _drawn((ink, ink, ink, 255), (0, 0, 0, 0))
    image.putpixel((5, 30), (0, 0, 0, 102))

    flat = on_white(image)

    assert flat.mode == "RGB"
    assert flat.getpixel((30, 30)) == (ink, ink, ink)
    assert flat.getpixel((5, 5)) == (255, 255, 255)
    assert flat.getpixel((5, 30)) == (153, 153, 153)
    assert on_white(flat) is flat
