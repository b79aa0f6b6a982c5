import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.dataset import test_digit as digit_of_the_test_set
from core.explain.methods import METHODS
from core.figures.canvas import text_mask
from core.figures.card import Card, draw_card
from core.figures.heatmaps import Colormap

Pixels = NDArray[np.uint8]

HEADER = np.s_[12:42, 24:744]
OVERLAY, DIGIT, CELLS = np.s_[51:387, 24:360], np.s_[51:219, 384:552], np.s_[51:219, 576:744]
SCALE = np.s_[233:263, 384:744]
PREDICTION, VERDICT, LABEL = np.s_[278:387, 384:616], np.s_[278:387, 620:668], np.s_[278:387, 672:]
WHITE, PREDICTED, EXPLAINED, COMPARED = (255,) * 3, (0, 114, 178), (230, 159, 0), (86, 180, 233)

NINE = digit_of_the_test_set(7).image
NINE_OR_FOUR = np.array(
    [0.0001, 0.001, 0.002, 0.01, 0.25, 0.003, 0.0001, 0.005, 0.028, 0.7008], np.float32
)


def noise(side: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((side, side), dtype=np.float32)


CARD = Card(NINE, noise(7), NINE_OR_FOUR, 9, "max_pooling2d_1", label=9)


def pixels(card: Card) -> Pixels:
    with Image.open(io.BytesIO(draw_card(card))) as picture:
        return np.asarray(picture.convert("RGB"))


def row(place: int, *, around: int = 0) -> tuple[slice, slice]:
    """Return where the bar of a class is, with so many pixels around it."""
    top, left = 411 + 42 * (place // 2), 24 + 384 * (place % 2)
    return np.s_[top - around : top + 34 + around, left - around : left + 336 + around]


def bars(picture: Pixels) -> list[float]:
    """Measure the bars, as shares of their whole length."""
    shown = []
    for place in range(4):
        track = picture[row(place)][17, 37:190]
        shown.append(1 - how_many(track, (49, 49, 49)) / len(track))
    return shown


def how_many(area: Pixels, colour: tuple[int, int, int]) -> int:
    return int((area == colour).all(axis=-1).sum())


def luminance(area: Pixels) -> float:
    return float((area @ np.array([0.2126, 0.7152, 0.0722])).mean())


def test_a_card_is_a_small_png_with_a_palette() -> None:
    png = draw_card(CARD)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (768, 512))
        assert len(picture.getpalette() or ()) == 3 * 256
    assert len(png) < 60_000


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("colormap", Colormap)
def test_even_a_card_of_noise_is_below_60_kb(side: int, colormap: Colormap) -> None:
    for image in (noise(28), np.rint(noise(28))):
        for heatmap in (noise(side, 1), np.rint(noise(side, 1))):
            card = replace(CARD, image=image, heatmap=heatmap, colormap=colormap)
            assert len(draw_card(card)) < 60_000


def test_the_same_card_gives_the_same_bytes() -> None:
    again = replace(CARD, image=NINE.copy(), heatmap=CARD.heatmap.copy())

    assert draw_card(CARD) == draw_card(again)


def test_the_digit_is_shown_pixel_by_pixel() -> None:
    panel = pixels(CARD)[DIGIT]
    shown = panel[::6, ::6]

    np.testing.assert_array_equal(panel, shown.repeat(6, 0).repeat(6, 1))
    for channel in np.moveaxis(shown, -1, 0):
        np.testing.assert_array_equal(channel, np.rint(np.rint(NINE * 63) * 255 / 63))
        assert np.abs(channel - NINE * 255).max() < 2.6  # too little to be seen


@pytest.mark.parametrize("side", [7, 14, 28])
@pytest.mark.parametrize("colormap", Colormap)
def test_the_cells_have_the_colours_of_the_table(side: int, colormap: Colormap) -> None:
    shares = noise(side)
    heatmap = 2 * shares - 1 if colormap is Colormap.DIVERGING else shares
    size = 168 // side
    panel = pixels(replace(CARD, heatmap=heatmap, colormap=colormap))[CELLS]
    shown = np.rint(np.rint(shares * 63) * 255 / 63).astype(np.intp)

    np.testing.assert_array_equal(
        panel[size // 2 :: size, size // 2 :: size], colormap.table[shown]
    )
    inner = panel[size + 1 : 2 * size, size + 1 : 2 * size]
    assert (inner == inner[0, 0]).all()


@pytest.mark.parametrize(("side", "lines"), [(7, 6), (14, 13), (28, 0)])
def test_there_are_thin_lines_between_cells_that_they_do_not_hide(side: int, lines: int) -> None:
    panel = pixels(replace(CARD, heatmap=np.ones((side, side), np.float32)))[CELLS]
    middle = 168 // side // 2

    assert how_many(panel[middle], (0, 0, 0)) == lines
    assert how_many(panel[:, middle], (0, 0, 0)) == lines


def test_the_sign_of_a_heatmap_is_seen_in_its_cells_and_on_the_digit() -> None:
    heatmap = np.zeros((7, 7), np.float32)
    heatmap[3, 1], heatmap[3, 5] = 1, -1
    picture = pixels(
        replace(CARD, image=np.zeros_like(NINE), heatmap=heatmap, colormap=Colormap.DIVERGING)
    )

    for panel in (picture[CELLS], picture[OVERLAY]):
        cell = len(panel) // 7
        hot, cold = (panel[7 * cell // 2, column * cell + cell // 2] for column in (1, 5))
        (red, _, blue), (cold_red, _, cold_blue) = hot.tolist(), cold.tolist()
        assert red > 2 * blue
        assert cold_blue > 2 * cold_red
    assert not picture[OVERLAY][168, 168].any()  # where it is zero, the digit shows


@pytest.mark.parametrize("side", [7, 14, 28])
def test_an_empty_heatmap_is_marked(side: int) -> None:
    empty = replace(CARD, heatmap=np.zeros((side, side), np.float32))
    faint = replace(CARD, heatmap=np.full((side, side), 1e-4, np.float32))

    def share_of_zero(card: Card) -> float:
        panel = pixels(card)[CELLS]
        return how_many(panel, tuple(Colormap.VIRIDIS.table[0].tolist())) / panel[..., 0].size

    assert share_of_zero(faint) > 0.77
    assert 0.5 < share_of_zero(empty) < 0.77  # the rest is hatching and text
    assert how_many(pixels(empty)[CELLS][66:102, 30:138], WHITE) > 100


def test_the_overlay_of_an_empty_heatmap_is_the_digit() -> None:
    picture = pixels(replace(CARD, heatmap=np.zeros((7, 7), np.float32)))

    np.testing.assert_array_equal(picture[OVERLAY][::2, ::2], picture[DIGIT])


@pytest.mark.parametrize("heat", [0.1, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("colormap", Colormap)
def test_the_digit_is_brighter_than_the_ground_under_any_heat(
    heat: float, colormap: Colormap
) -> None:
    image = np.zeros((28, 28), np.float32)
    image[:, 14:] = 1
    heatmap = np.full((7, 7), heat, np.float32)
    panel = pixels(replace(CARD, image=image, heatmap=heatmap, colormap=colormap))[OVERLAY]

    assert luminance(panel[:, 168:]) > luminance(panel[:, :168]) + 35


def test_the_overlay_has_heat_where_the_heatmap_has_it() -> None:
    heatmap = np.zeros((7, 7), np.float32)
    heatmap[1, 5] = 1
    cold = pixels(replace(CARD, image=np.zeros((28, 28), np.float32), heatmap=heatmap))[OVERLAY]
    rows, columns = np.nonzero(cold.any(axis=-1))

    assert rows.mean() == pytest.approx(72, abs=4)
    assert columns.mean() == pytest.approx(264, abs=4)


def test_dithering_shows_more_steps_of_heat_than_the_palette_has() -> None:
    heatmap = np.linspace(0.5, 0.6, 28, dtype=np.float32)[None].repeat(28, 0)
    panel = pixels(replace(CARD, image=np.zeros((28, 28), np.float32), heatmap=heatmap))[OVERLAY]
    patches = panel.reshape(336, 14, 24, 3).mean(axis=(0, 2)) @ [0.2126, 0.7152, 0.0722]

    assert len(np.unique(panel[120:126].reshape(-1, 3), axis=0)) <= 4  # of the 17 colours
    assert len(np.unique(patches.round(2))) >= 5  # more than these by their means


def test_the_colormap_changes_the_heat_and_nothing_else() -> None:
    viridis, jet = pixels(CARD), pixels(replace(CARD, colormap=Colormap.JET))
    different = (viridis != jet).any(axis=-1)

    for part in (CELLS, OVERLAY, SCALE):
        assert different[part].mean() > 0.2
        different[part] = False
    assert not different.any()


@pytest.mark.parametrize("colormap", Colormap)
def test_the_colour_scale_shows_the_whole_table(colormap: Colormap) -> None:
    left = 427 if colormap is Colormap.DIVERGING else 411
    scale = pixels(replace(CARD, colormap=colormap))[248, left:677]

    np.testing.assert_array_equal(scale[0], colormap.table[0])
    np.testing.assert_array_equal(scale[-1], colormap.table[255])
    assert len(np.unique(scale, axis=0)) >= 60


def test_the_colour_scale_ends_at_the_classes_that_its_colours_speak_for() -> None:
    signed = replace(CARD, colormap=Colormap.DIVERGING, against=4)
    nine, over_five, five = (
        pixels(card)[SCALE]
        for card in (signed, replace(signed, against=5), replace(signed, target=5))
    )

    assert how_many(nine[:, -30:], EXPLAINED) == how_many(nine[:, :30], COMPARED) == 4 * 3 * 27
    assert (nine[:, :30] != over_five[:, :30]).any()
    np.testing.assert_array_equal(nine[:, 30:], over_five[:, 30:])
    assert (nine[:, -30:] != five[:, -30:]).any()
    assert how_many(pixels(CARD)[SCALE], COMPARED) == 0


def test_a_card_of_a_method_without_a_class_frames_none() -> None:
    picture = pixels(replace(CARD, target=None))

    assert how_many(picture, EXPLAINED) == 0
    assert bars(picture) == bars(pixels(CARD))


@pytest.mark.parametrize(
    ("target", "against", "label", "classes"),
    [
        (9, None, 9, [9, 4, 8, 3]),
        (3, None, None, [9, 4, 8, 3]),
        (5, None, None, [9, 4, 8, 5]),
        (5, 0, None, [9, 4, 5, 0]),
        (5, 0, 6, [9, 5, 0, 6]),
    ],
)
def test_the_likeliest_classes_have_bars_and_all_that_the_card_is_about(
    target: int, against: int | None, label: int | None, classes: list[int]
) -> None:
    card = replace(CARD, target=target, against=against, label=label, colormap=Colormap.DIVERGING)
    picture = pixels(card)

    expected = [max(NINE_OR_FOUR[digit], 2 / 153) for digit in classes]
    assert bars(picture) == pytest.approx(expected, abs=1 / 153)
    for place, digit in enumerate(classes):
        y, x = row(place)
        arrow, framed = picture[y, x.start - 24 : x.start - 3], picture[row(place, around=3)]
        assert (how_many(arrow, EXPLAINED) > 60) == (digit == target)
        assert (how_many(framed, EXPLAINED) >= 2 * 3 * (336 + 34)) == (digit == target)
        assert (how_many(framed, COMPARED) >= 2 * 3 * (336 + 34)) == (digit == against)
        assert (how_many(framed, PREDICTED) > 0) == (digit == 9)


def test_the_box_of_the_prediction_does_not_depend_on_the_target() -> None:
    nine, four = (pixels(replace(CARD, target=digit))[PREDICTION] for digit in (9, 4))
    other = pixels(replace(CARD, probabilities=np.roll(NINE_OR_FOUR, 1)))[PREDICTION]

    assert how_many(nine, PREDICTED) > 0.6 * nine[..., 0].size
    np.testing.assert_array_equal(nine, four)
    assert (nine != other).any()


def test_right_and_wrong_are_told_beside_the_label_and_nothing_without_one() -> None:
    right, wrong, worse, unknown = (pixels(replace(CARD, label=n)) for n in (9, 4, 5, None))

    assert (right[LABEL] != wrong[LABEL]).any()
    assert (wrong[LABEL] != worse[LABEL]).any()
    for area, sign in ((right[VERDICT], "✓"), (wrong[VERDICT], "✗")):
        drawn = int((text_mask(sign, 56, bold=True) > 230).sum())
        assert how_many(area, WHITE) == pytest.approx(drawn, rel=0.15)
    np.testing.assert_array_equal(wrong[VERDICT], worse[VERDICT])
    assert (unknown[VERDICT] == PREDICTED).all(axis=-1).mean() > 0.5  # the prediction has its place


def test_the_header_names_method_layer_and_cells() -> None:
    headers = [
        pixels(card)[HEADER].tobytes()
        for card in (
            CARD,
            replace(CARD, method="HiResCAM"),
            replace(CARD, layer="conv2d_1"),
            replace(CARD, layer=None),
            replace(CARD, heatmap=noise(14)),
        )
    ]

    assert len(set(headers)) == len(headers)


def test_the_longest_header_fits() -> None:
    method = max((method.title for method in METHODS.values()), key=len)
    widths = [text_mask(text, 22).shape[1] for text in (method, "max_pooling2d_1 · 7×7")]

    assert sum(widths) <= 720 - 16


def test_text_has_the_contrast_that_wcag_asks_for() -> None:
    def relative(colour: tuple[int, ...] | Pixels) -> float:
        srgb = np.asarray(colour) / 255
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    def contrast(area: Pixels) -> float:
        lights = sorted(relative(colour) for colour in np.unique(area.reshape(-1, 3), axis=0))
        return (lights[-1] + 0.05) / (lights[0] + 0.05)

    picture = pixels(replace(CARD, target=0))
    assert contrast(picture[row(3)]) > 4.5  # the faintest: less than 0.1%
    assert contrast(picture[PREDICTION]) > 4.5  # white on blue
    assert contrast(picture[row(3)[0], 384:405]) > 4.5  # orange on the ground
