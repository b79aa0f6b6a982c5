import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.digit import Box
from core.figures.heatmaps import Colormap
from core.figures.photo import Detection, draw_photo
from core.uploads.decoded_image import DecodedImage

Pixels = NDArray[np.int16]

PAPER = (210, 205, 190)
COLD, HOT = np.zeros((7, 7), np.float32), np.ones((7, 7), np.float32)


def paper(width: int, height: int, shown: tuple[int, int] | None = None) -> DecodedImage:
    pixels = np.full((height, width, 3), PAPER, np.uint8)
    return DecodedImage(pixels, shown or (width, height), b"", animated=False)


def upright(box: Box) -> NDArray[np.float64]:
    """Return the warp of a digit that fills its box and has its mass in the middle."""
    left, top, right, bottom = box
    scale = max(right - left, bottom - top) / 20
    x, y = (left + right) / 2 - 14 * scale, (top + bottom) / 2 - 14 * scale
    return np.array([[scale, 0, x], [0, scale, y]])


def detection(
    box: Box, heatmap: NDArray[np.float32] = COLD, *, confident: bool = True
) -> Detection:
    return Detection(box, upright(box), heatmap, 7, confident)


def one_cell(row: int, column: int, side: int = 7) -> NDArray[np.float32]:
    heatmap = np.zeros((side, side), np.float32)
    heatmap[row, column] = 1
    return heatmap


def drawn(
    picture: DecodedImage,
    *detections: Detection,
    selected: int | None = None,
    colormap: Colormap = Colormap.VIRIDIS,
) -> Pixels:
    with Image.open(io.BytesIO(draw_photo(picture, detections, selected, colormap))) as image:
        assert image.format == "JPEG"
        return np.asarray(image).astype(np.int16)


def hue(pixels: Pixels) -> Pixels:
    """Return how much greener than blue pixels are: of all that is drawn, only viridis is."""
    excess: Pixels = np.maximum(pixels[..., 1] - pixels[..., 2] - 40, 0)
    return excess


def unlike(pixels: Pixels, colour: tuple[int, int, int] = PAPER) -> NDArray[np.bool_]:
    """Return where pixels differ from a colour by more than JPEG does."""
    different: NDArray[np.bool_] = np.abs(pixels - np.array(colour)).max(axis=-1) > 24
    return different


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("shown", [(600, 450), (2400, 1800)], ids=["as large", "shrunk"])
@pytest.mark.parametrize("degrees", [0, 25])
def test_the_heatmap_is_mapped_by_the_warp(side: int, shown: tuple[int, int], degrees: int) -> None:
    row, column = side // 4, side // 2
    turn = np.deg2rad(degrees)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    scale = shown[0] / 600
    warp = np.hstack([7 * scale * turned, [[250 * scale], [150 * scale]]])
    one = Detection((0, 0, 30, 30), warp, one_cell(row, column, side), 7, confident=True)

    rows, columns = np.nonzero(hue(drawn(paper(600, 450, shown), one)))

    cell = np.array([(column + 0.5) / side * 28, (row + 0.5) / side * 28, 1])
    expected = warp @ cell / scale
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx(tuple(expected), abs=2)


def test_an_empty_heatmap_changes_nothing_outside_box_and_tag() -> None:
    picture = paper(800, 600)
    picture.pixels[:] = np.random.default_rng(0).integers(100, 156, (600, 800, 1), np.uint8)
    bare = drawn(picture)

    read = drawn(picture, detection((300, 200, 400, 400)))

    changed = np.abs(read - bare).max(axis=-1) > 0
    rows, columns = np.nonzero(changed)
    assert columns.min() >= 280
    assert columns.max() < 420
    assert rows.min() >= 140
    assert rows.max() < 420
    assert not changed[220:380, 320:380].any()  # nor within the box


def test_the_pixels_of_the_upload_are_not_changed() -> None:
    picture = paper(400, 300)
    draw_photo(picture, [detection((100, 100, 150, 200), HOT)], 0, Colormap.VIRIDIS)
    assert (picture.pixels == PAPER).all()


def test_there_is_no_heat_outside_the_input_of_the_network() -> None:
    one = detection((300, 200, 400, 400), HOT)  # its image: 210 to 490, 160 to 440

    heat = unlike(drawn(paper(800, 600), one))

    assert heat[170:430, 220:480].mean() > 0.97  # the rest is lines
    assert not heat[:, :200].any()
    assert not heat[450:].any()


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("colormap", Colormap)
@pytest.mark.parametrize("strength", [0.1, 0.3, 0.5, 0.75, 1.0])
def test_ink_is_readable_under_heat(ink: int, colormap: Colormap, strength: float) -> None:
    picture = paper(400, 400)
    picture.pixels[:] = 255 - ink
    picture.pixels[100:300, 200:] = ink
    one = detection((100, 100, 300, 300), HOT * np.float32(strength))

    seen = drawn(picture, one, colormap=colormap)[120:280] @ np.array([0.2126, 0.7152, 0.0722])

    assert abs(seen[:, 220:280].mean() - seen[:, 120:180].mean()) > 80


@pytest.mark.parametrize("size", [(28, 28), (64, 40), (90, 300), (1, 1), (319, 20)])
def test_a_small_picture_is_enlarged_by_a_whole_number(size: tuple[int, int]) -> None:
    rows, columns, _ = drawn(paper(*size)).shape
    assert columns % size[0] == 0
    assert rows % size[1] == 0
    assert columns // size[0] == rows // size[1]
    assert 320 <= max(rows, columns) < 640


@pytest.mark.parametrize("size", [(320, 200), (1600, 100), (2000, 1500), (1200, 2048)])
def test_other_pictures_keep_their_size(size: tuple[int, int]) -> None:
    read = drawn(paper(*size), detection((size[0] // 3, 60, size[0] // 3 + 30, 90)))
    assert read.shape[1::-1] == size


def test_only_the_selected_digit_has_heat_and_orange() -> None:
    boxes: list[Box] = [(60, 200, 120, 300), (260, 200, 320, 300), (460, 200, 520, 300)]
    detections = [detection(box, HOT) for box in boxes]

    all_three = hue(drawn(paper(600, 450), *detections))
    second = drawn(paper(600, 450), *detections, selected=1)

    assert [(all_three[200:300, x : x + 60] > 0).any() for x in (60, 260, 460)] == [True] * 3
    assert [(hue(second)[210:290, x : x + 40] > 0).any() for x in (70, 270, 470)] == [
        False,
        True,
        False,
    ]
    orange = np.abs(second - np.array((230, 159, 0))).max(axis=-1) < 40
    assert orange[180:320, 250:330].sum() > 300
    orange[140:320, 250:330] = False
    assert orange.sum() < 20


@pytest.mark.parametrize("selected", [None, 0])
def test_the_heat_of_a_digit_is_not_in_the_boxes_of_others(selected: int | None) -> None:
    left, right = detection((100, 200, 200, 300), HOT), detection((203, 200, 263, 300))

    heat = hue(drawn(paper(600, 450), left, right, selected=selected))

    assert heat[215:285, 115:185].all()
    assert not heat[215:285, 206:216].any()  # within the first image, 80 to 220
    assert heat[180:190, 80:190].any()  # there is no digit


def test_a_tag_shows_prediction_doubt_and_letter() -> None:
    here, there = (100, 200, 150, 300), (400, 200, 450, 300)
    alone = drawn(paper(600, 450), detection(here))
    unsure = drawn(paper(600, 450), detection(here, confident=False))
    one_of_two = drawn(paper(600, 450), detection(here), detection(there))
    eight = drawn(paper(600, 450), replace(detection(here), prediction=8))

    tag = np.s_[150:195, 90:250]
    seen = {pixels[tag].tobytes() for pixels in (alone, unsure, one_of_two, eight)}
    assert len(seen) == 4


def test_the_tags_of_a_row_cover_no_digit() -> None:
    picture = paper(900, 300)
    boxes: list[Box] = [(20 + 140 * i, 100, 150 + 140 * i, 250) for i in range(6)]
    read = drawn(picture, *[detection(box) for box in boxes])

    for left, top, right, bottom in boxes:
        assert not unlike(read[top:bottom, left:right])[8:-8, 8:-8].any()


def test_the_same_arguments_give_the_same_bytes() -> None:
    one = detection((100, 100, 200, 250), one_cell(2, 3))

    first = draw_photo(paper(640, 480), [one], 0, Colormap.JET)

    assert draw_photo(paper(640, 480), [replace(one)], 0, Colormap.JET) == first
    assert draw_photo(paper(640, 480), [one], 0, Colormap.VIRIDIS) != first
