"""Pictures of quiz questions: a digit, a heatmap, both, two heatmaps, and a grid of fields.

Invisible noise, drawn from a salt, makes every file different, so that the answer cannot be looked
up by the file. The same salt always gives the same bytes.
"""

from collections.abc import Sequence

import numpy as np

from core.faithfulness.deletion import DeletionTest, hottest_first, random_orders, remove
from core.figures.arrays import DigitImage, Heatmap, Pixels
from core.figures.canvas import blank, fill, frame, outline, to_jpeg, write
from core.figures.heatmaps import Colormap, draw_colorbar, grey, heatmap_cells, overlay_digit
from core.figures.letters import letter
from core.figures.probabilities import format_percent
from core.figures.style import BAR, EXPLAINED, LINE, MARGIN, RGB, TRACK, WHITE, Rgb

_LARGE, _SMALL = 448, 336  # a side of a panel: whole pixels for 7, 14 and 28 cells
_HEADER, _FOOTER = 44, 40  # the heights of the names above panels, and of the colour scale
_NOISE = 3
_FIELDS = 3
_THUMB, _ROW = 84, 96  # a side of the digits beside bars: whole pixels; and from one to the next


def draw_heatmap(heatmap: Heatmap, salt: int) -> bytes:
    """Draw the cells of a heatmap, without the digit, as a JPEG."""
    return _single_panel(heatmap_cells(heatmap, _LARGE), salt, colorbar=True)


def draw_overlay(image: DigitImage, heatmap: Heatmap, salt: int) -> bytes:
    """Draw an upsampled heatmap over a digit, which hides the size of its cells, as a JPEG."""
    return _single_panel(overlay_digit(image, heatmap, _LARGE), salt, colorbar=True)


def draw_digit(image: DigitImage, salt: int) -> bytes:
    """Draw a digit as a JPEG."""
    return _single_panel(grey(image, _LARGE), salt)


def draw_grid(image: DigitImage, salt: int) -> bytes:
    """Draw a digit under nine fields, A to I, as a JPEG."""
    panel = grey(image, _LARGE)
    _draw_fields(panel, [letter(place) for place in range(_FIELDS**2)])
    return _single_panel(panel, salt)


def draw_shares(
    image: DigitImage,
    heatmaps: Sequence[Heatmap],
    shares: Sequence[Sequence[float]],
    names: Sequence[str],
    salt: int,
) -> bytes:
    """Draw named heatmaps over a digit, with the share of each in nine fields, as a JPEG.

    The shares are 0 to 1, in reading order. The largest of the first heatmap is framed.
    """
    panels = [overlay_digit(image, heatmap, _SMALL) for heatmap in heatmaps]
    for panel, each in zip(panels, shares, strict=True):
        _draw_fields(panel, [f"{letter(i)}  {share:.0%}" for i, share in enumerate(each)])
    row, column = divmod(int(np.argmax(shares[0])), _FIELDS)
    edges = _edges(_SMALL)
    largest = (edges[column], edges[row], edges[column + 1], edges[row + 1])
    outline(panels[0], largest, EXPLAINED, width=5)
    return _encode(_side_by_side(panels, names, marked=0), salt)


def draw_pair(
    image: DigitImage, heatmaps: Sequence[Heatmap], salt: int, right: int | None = None
) -> bytes:
    """Draw a digit with each of two heatmaps over it, A and B, as a JPEG.

    The one at place `right`, 0 or 1, is marked.
    """
    panels = [overlay_digit(image, heatmap, _SMALL) for heatmap in heatmaps]
    return _encode(_side_by_side(panels, "AB", right), salt)


def draw_tests(
    image: DigitImage,
    heatmaps: Sequence[Heatmap],
    tests: Sequence[DeletionTest],
    names: Sequence[str],
    salt: int,
    right: int,
) -> bytes:
    """Draw two named heatmaps, A and B, with their deletion tests below, as a JPEG.

    A test is three digits, each with its probability: the whole one, and without the 20% of the
    ink where the heatmap is brightest, and without a random 20%. The heatmap at place `right` is
    marked.
    """
    panels = [overlay_digit(image, heatmap, _SMALL) for heatmap in heatmaps]
    titles = [f"{letter}  {name}" for letter, name in zip("AB", names, strict=True)]
    canvas = _side_by_side(panels, titles, right, below=3 * _ROW)
    random = remove(image, random_orders(image, 1)[0])
    for i, (heatmap, test) in enumerate(zip(heatmaps, tests, strict=True)):
        rest = remove(image, hottest_first(heatmap, image))
        at = MARGIN + i * (_SMALL + MARGIN), len(canvas) - MARGIN - 3 * _ROW + _ROW - _THUMB
        _draw_bar(canvas, at, image, test.before, BAR)
        _draw_bar(canvas, (at[0], at[1] + _ROW), rest, test.after, EXPLAINED)
        _draw_bar(canvas, (at[0], at[1] + 2 * _ROW), random, test.random, BAR)
    return _encode(canvas, salt)


def _side_by_side(
    panels: Sequence[Pixels], names: Sequence[str], marked: int | None, *, below: int = 0
) -> Pixels:
    """Return a canvas with named panels, the colour scale and free rows; one panel is marked."""
    height = _HEADER + _SMALL + _FOOTER + below + 2 * MARGIN
    canvas = blank(height, len(panels) * (_SMALL + MARGIN) + MARGIN)
    top = MARGIN + _HEADER
    for i, (panel, name) in enumerate(zip(panels, names, strict=True)):
        left, is_marked = MARGIN + i * (_SMALL + MARGIN), i == marked
        text, colour = (f"{name} ✓", EXPLAINED) if is_marked else (name, WHITE)
        write(canvas, text, (left + _SMALL // 2, top - 22), colour, size=32, bold=True, ha="center")
        canvas[top : top + _SMALL, left : left + _SMALL] = panel
        if is_marked:
            frame(canvas, (left, top, left + _SMALL, top + _SMALL))
    _draw_colorbar(canvas, top + _SMALL)
    return canvas


def _draw_bar(
    canvas: Pixels, at: tuple[int, int], image: DigitImage, probability: float, colour: Rgb
) -> None:
    """Draw a small digit, and a bar of its probability beside it, as wide as a panel."""
    left, top = at
    canvas[top : top + _THUMB, left : left + _THUMB] = grey(image, _THUMB)
    middle, start, end = top + _THUMB // 2, left + _THUMB + 14, left + _SMALL - 118
    fill(canvas, (start, middle - 12, end, middle + 12), TRACK)
    length = max(round(probability * (end - start)), 2)  # 0 is visible too
    fill(canvas, (start, middle - 12, start + length, middle + 12), colour)
    write(canvas, format_percent(probability), (left + _SMALL, middle), bold=True, ha="right")


def _single_panel(panel: Pixels, salt: int, *, colorbar: bool = False) -> bytes:
    height = _LARGE + (_FOOTER if colorbar else 0)
    canvas = blank(height + 2 * MARGIN, _LARGE + 2 * MARGIN)
    canvas[MARGIN : MARGIN + _LARGE, MARGIN : MARGIN + _LARGE] = panel
    if colorbar:
        _draw_colorbar(canvas, MARGIN + _LARGE)
    return _encode(canvas, salt)


def _draw_colorbar(canvas: Pixels, top: int) -> None:
    right, middle = canvas.shape[1] - MARGIN, top + _FOOTER - 12
    draw_colorbar(canvas, MARGIN, right, middle, Colormap.VIRIDIS.table, RGB)


def _edges(side: int) -> list[int]:
    """Return where the fields of a panel begin and end."""
    return [round(side * i / _FIELDS) for i in range(_FIELDS + 1)]


def _draw_fields(panel: Pixels, texts: Sequence[str]) -> None:
    """Divide a panel into nine fields, each with a text in its upper left corner."""
    side, edges = len(panel), _edges(len(panel))
    for edge in edges[1:-1]:
        fill(panel, (0, edge - 1, side, edge + 1), WHITE)
        fill(panel, (edge - 1, 0, edge + 1, side), WHITE)
    for i, text in enumerate(texts):
        row, column = divmod(i, _FIELDS)
        left, top = edges[column] + 4, edges[row] + 4
        fill(panel, (left, top, left + 16 + 13 * len(text), top + 30), LINE)
        write(panel, text, (left + 8, top + 15), bold=True)


def _encode(canvas: Pixels, salt: int) -> bytes:
    """Add noise and encode as a JPEG."""
    noise = np.random.default_rng(salt).integers(-_NOISE, _NOISE + 1, canvas.shape[:2], np.int16)
    return to_jpeg(np.clip(canvas + noise[..., np.newaxis], 0, 255).astype(np.uint8))
