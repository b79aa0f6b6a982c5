import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.digit import Box
from core.figures import photo
from core.figures.heatmaps import Colormap
from core.figures.line_numbers import GUTTER
from core.figures.photo import Detection, draw_photo
from core.figures.tags import Tag, Tone
from core.uploads.decoded_image import DecodedImage

Pixels = NDArray[np.int16]

DARK_PAPER, WHITE_PAPER = (130, 125, 120), (255, 255, 255)
COLD, HOT = np.zeros((7, 7), np.float32), np.ones((7, 7), np.float32)
LUMA = np.array([0.2126, 0.7152, 0.0722])


def paper(
    width: int,
    height: int,
    shown: tuple[int, int] | None = None,
    colour: tuple[int, int, int] = DARK_PAPER,
) -> DecodedImage:
    pixels = np.full((height, width, 3), colour, np.uint8)
    return DecodedImage(pixels, shown or (width, height), b"", animated=False)


def upright(box: Box) -> NDArray[np.float64]:
    """Return the warp of a digit that fills its box and has its mass in the middle."""
    left, top, right, bottom = box
    scale = max(right - left, bottom - top) / 20
    x, y = (left + right) / 2 - 14 * scale, (top + bottom) / 2 - 14 * scale
    return np.array([[scale, 0, x], [0, scale, y]])


def detection(
    box: Box, heatmap: NDArray[np.float32] = COLD, *, confident: bool = True, line: int = 0
) -> Detection:
    return Detection(box, upright(box), heatmap, 7, confident, line)


def one_cell(row: int, column: int, side: int = 7) -> NDArray[np.float32]:
    heatmap = np.zeros((side, side), np.float32)
    heatmap[row, column] = 1
    return heatmap


def drawn(
    picture: DecodedImage,
    *detections: Detection,
    shown: Sequence[int] | None = None,
    colormap: Colormap = Colormap.VIRIDIS,
) -> Pixels:
    places = range(len(detections)) if shown is None else shown
    with Image.open(io.BytesIO(draw_photo(picture, detections, places, colormap))) as image:
        assert image.format == "JPEG"
        assert image.width == 1080
        return np.asarray(image).astype(np.int16)


def hue(pixels: Pixels) -> Pixels:
    """Return how much greener than blue pixels are: of all that is drawn, only viridis is."""
    excess: Pixels = np.maximum(pixels[..., 1] - pixels[..., 2] - 40, 0)
    return excess


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("shown", [(600, 450), (2400, 1800)], ids=["as large", "shrunk"])
@pytest.mark.parametrize("degrees", [0, 25])
def test_the_heatmap_is_mapped_by_the_warp(side: int, shown: tuple[int, int], degrees: int) -> None:
    row, column = side // 4, side // 2
    turn = np.deg2rad(degrees)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    scale = shown[0] / 600
    warp = np.hstack([7 * scale * turned, [[250 * scale], [150 * scale]]])
    one = Detection((0, 0, *shown), warp, one_cell(row, column, side), 7, confident=True)

    heat = hue(drawn(paper(600, 450, shown), one)[-810:])  # the tag is above it
    rows, columns = np.nonzero(heat[20:-20, 20:-20])  # within the box

    cell = np.array([(column + 0.5) / side * 28, (row + 0.5) / side * 28, 1])
    expected = warp @ cell * 1080 / shown[0] - 20
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx(tuple(expected), abs=4)


def test_without_heat_only_box_and_tag_are_drawn_on_a_dark_picture() -> None:
    picture = paper(800, 600)
    picture.pixels[:] = np.random.default_rng(0).integers(60, 116, (600, 800, 1), np.uint8)
    bare = drawn(picture)

    read = drawn(picture, detection((200, 150, 600, 550)))

    changed = np.abs(read - bare).max(axis=-1) > 40
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.max()) == pytest.approx((270, 742), abs=20)
    assert columns.max() == pytest.approx(810, abs=20)
    assert rows.min() > 110  # the tag
    assert not changed[230:720, 290:790].any()


def test_the_pixels_of_the_upload_are_not_changed() -> None:
    picture = paper(400, 300)
    draw_photo(picture, [detection((100, 100, 150, 200), HOT)], [0], Colormap.VIRIDIS)
    assert (picture.pixels == DARK_PAPER).all()


@pytest.mark.parametrize("colour", [DARK_PAPER, WHITE_PAPER])
def test_heat_fades_out_before_the_edge_of_the_image(colour: tuple[int, int, int]) -> None:
    one = detection((300, 250, 500, 550), HOT)  # its image: 190 to 610, 190 to 610

    seen = drawn(paper(800, 600, colour=colour), one) @ LUMA

    across = seen[540, :382]  # up to the box, through the middle
    assert abs(across[:256] - across[0]).max() < 4
    assert abs(across[-1] - across[0]) > 30
    assert abs(np.diff(across)).max() < 8


@pytest.mark.parametrize("shown", [[0], [0, 1]])
def test_heat_fades_out_on_the_way_to_other_digits(shown: list[int]) -> None:
    left, right = detection((250, 150, 350, 400), HOT), detection((380, 150, 550, 400))

    seen = drawn(paper(800, 600), left, right, shown=shown)

    between = seen[540, int(350 * 1.35) + 16 : int(380 * 1.35) - 16] @ LUMA
    assert abs(np.diff(between)).max() < 8
    assert (hue(seen[540, int(385 * 1.35) + 16 : int(545 * 1.35) - 16]) == 0).all()


@pytest.mark.parametrize("colormap", [Colormap.VIRIDIS, Colormap.JET])
@pytest.mark.parametrize("strength", [0.5, 0.75, 1.0])
def test_heat_is_visible_on_white_paper(strength: float, colormap: Colormap) -> None:
    one = detection((200, 100, 600, 500), HOT * np.float32(strength))

    seen = drawn(paper(800, 600, colour=WHITE_PAPER), one, colormap=colormap)

    assert np.abs(seen[400, 540] - seen[20, 20]).max() > 35


def test_heat_is_visible_on_a_narrow_strip_of_white_paper() -> None:
    boxes: list[Box] = [(20, 150 * i + 20, 90, 150 * i + 120) for i in range(10)]

    seen = drawn(paper(110, 1520, colour=WHITE_PAPER), *[detection(box, HOT) for box in boxes])

    assert (seen.min(axis=-1) > 200).mean() < 0.05  # of the labels and boxes
    assert (hue(seen) > 40).any()


def test_more_heat_is_brighter_on_any_paper() -> None:
    for grey in (0, 100, 255):
        seen = [
            (
                drawn(
                    paper(800, 600, colour=(grey, grey, grey)),
                    detection((200, 100, 600, 500), HOT * np.float32(strength)),
                )
                @ LUMA
            )[400, 540]
            for strength in (0, 0.5, 0.75, 1)
        ]
        assert seen == sorted(seen)
        assert seen[-1] - seen[0] > 60


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("colormap", Colormap)
@pytest.mark.parametrize("strength", [0.1, 0.3, 0.5, 0.75, 1.0])
def test_ink_is_readable_under_heat(ink: int, colormap: Colormap, strength: float) -> None:
    picture = paper(400, 400, colour=(255 - ink,) * 3)
    picture.pixels[100:300, 210:] = ink
    one = detection((100, 100, 300, 300), HOT * np.float32(strength))

    seen = drawn(picture, one, colormap=colormap)[-1080:][400:680] @ LUMA

    assert abs(seen[:, 600:700].mean() - seen[:, 400:500].mean()) > 80


@pytest.mark.parametrize(
    "size", [(1, 1), (28, 28), (89, 28), (1600, 100), (100, 1600), (2000, 1500), (1200, 2048)]
)
def test_what_is_drawn_is_never_too_high_for_a_phone(size: tuple[int, int]) -> None:
    width, height = size
    box = (width // 3, height // 3, width // 3 + 1 + width // 8, height // 3 + 1 + height // 8)

    assert len(drawn(paper(*size), detection(box), detection(box))) <= 1440 + 100
    if height < 2 * width:
        assert len(drawn(paper(*size), detection(box))) <= 1080 + 100


def test_only_the_digits_shown_have_heat_and_a_single_one_orange() -> None:
    boxes: list[Box] = [(60, 150, 160, 300), (260, 150, 360, 300), (460, 150, 560, 300)]
    detections = [detection(box, HOT) for box in boxes]

    all_three = drawn(paper(620, 460), *detections)
    second = drawn(paper(620, 460), *detections, shown=[1])

    zoom = 1080 / 620
    for place, (left, top, right, bottom) in enumerate(boxes):
        inside = np.s_[
            round((top + 20) * zoom) : round((bottom - 20) * zoom),
            round((left + 20) * zoom) : round((right - 20) * zoom),
        ]
        assert (hue(all_three[inside]) > 0).any()
        assert (hue(second[inside]) > 0).any() == (place == 1)
    orange = np.abs(second - np.array((230, 159, 0))).max(axis=-1) < 40
    columns = np.nonzero(orange.sum(axis=0) > 100)[0]
    assert columns.min() > 250 * zoom
    assert columns.max() < 370 * zoom


def test_a_tag_shows_prediction_doubt_and_letter_without_colours() -> None:
    here, there = (200, 100, 350, 350), (400, 100, 550, 350)
    pair = [detection(here), detection(there)]
    variants = [
        pair,
        [detection(here, confident=False), pair[1]],
        [replace(pair[0], prediction=8), pair[1]],
        [pair[0]],
    ]

    greys = [(drawn(paper(700, 450), *each) @ LUMA).round().astype(int) for each in variants]

    for one, other in product(greys, greys):
        if one is not other:
            rows = min(len(one), len(other))
            assert (np.abs(one[-rows:, 300:560] - other[-rows:, 300:560]) > 80).sum() > 100


def _page(lines: int, per_line: int) -> tuple[DecodedImage, list[Detection]]:
    boxes: list[tuple[Box, int]] = [
        ((60 + 80 * i, 60 + 120 * j, 110 + 80 * i, 120 + 120 * j), j)
        for j in range(lines)
        for i in range(per_line)
    ]
    size = 80 * per_line + 120, 120 * lines + 100
    return paper(*size), [detection(box, line=line) for box, line in boxes]


def test_lines_have_their_numbers_at_the_left() -> None:
    picture, detections = _page(5, 10)
    gutter = np.s_[:, : GUTTER - 16]

    page = drawn(picture, *detections)
    third = drawn(picture, *detections, shown=range(20, 30))
    alone = drawn(picture, *[replace(one, line=0) for one in detections[:10]])

    written = (page[gutter].min(axis=-1) > 150).any(axis=1)
    assert int(np.diff(written.astype(int)).clip(0).sum()) == 5
    written = (third[gutter].min(axis=-1) > 150).any(axis=1)
    assert int(np.diff(written.astype(int)).clip(0).sum()) == 1
    assert np.abs(alone[gutter] - DARK_PAPER).max() < 30  # one line needs no number


@pytest.mark.parametrize(
    ("shown", "letters"),
    [
        (range(12), [None] * 12),
        (range(6, 12), list("ABCDEF")),
        ([8], list("BCD")),  # the others are not in the part that is shown
    ],
)
def test_digits_have_letters_where_a_line_is_shown(
    shown: Sequence[int], letters: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = list[Tag]()

    def draw_tags(
        canvas: NDArray[np.uint8], tags: Sequence[Tag], others: Sequence[Box]
    ) -> tuple[NDArray[np.uint8], int]:
        given.extend(tags)
        assert len(tags) + len(others) == 12
        return canvas, 0

    monkeypatch.setattr(photo, "draw_tags", draw_tags)
    picture, detections = _page(2, 6)

    drawn(picture, *detections, shown=shown)

    assert [tag.letter for tag in given] == letters
    tones = {i: Tone.CHOSEN if len(shown) == 1 else Tone.PLAIN for i in shown}
    places = shown if len(shown) > 1 else range(7, 10)
    assert [tag.tone for tag in given] == [tones.get(i, Tone.DIM) for i in places]


def test_the_same_arguments_give_the_same_bytes() -> None:
    one = detection((100, 100, 200, 250), one_cell(2, 3))

    first = draw_photo(paper(640, 480), [one], [0], Colormap.JET)

    assert draw_photo(paper(640, 480), [replace(one)], [0], Colormap.JET) == first
    assert draw_photo(paper(640, 480), [one], [0], Colormap.VIRIDIS) != first
