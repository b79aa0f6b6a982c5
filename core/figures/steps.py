"""How a digit was read from a picture, in five steps.

| panel | shows |
| --- | --- |
| 1 | the picture around the digit |
| 2 | its ink, apart from the paper |
| 3 | the digit's box, and the square that becomes the normal form |
| 4 | MNIST's normal form: the digit in 20 x 20, its centre of mass in the middle of 28 x 28 |
| 5 | the map on it, cell by cell |
"""

import numpy as np
from numpy.typing import NDArray

from core.digit import Digit
from core.figures.canvas import Align
from core.figures.colours import Colours
from core.figures.heat import lay
from core.figures.paint import Pixels, fill, jpeg, scaled, write
from core.figures.palette import GROUND_RGB, WHITE_RGB
from core.figures.panels import Place, View, draw_box, draw_normal_form, squares, white_ink
from core.uploads.decoded_image import DecodedImage

_WIDTH, _HEIGHT = 768, 712
_SMALL, _LARGE = 224, 28 * 12
_UPPER, _LOWER = 60, 348
_PLACES = (
    *(Place(left, _UPPER, _SMALL) for left in (24, 272, 520)),
    *(Place(left, _LOWER, _LARGE) for left in (24, 408)),
)


def draw_steps(
    picture: DecodedImage,
    ink: NDArray[np.uint8],
    digit: Digit,
    heatmap: NDArray[np.float32],
    colours: Colours,
) -> bytes:
    """Draw how one digit was read.

    Args:
        picture: the person's own.
        ink: (h, w) how much ink there is at each pixel of it, perhaps shrunk.
        digit: one that was found in it.
        heatmap: (h, w) float32 in [0, 1], 7, 14 or 28 cells a side; all zeros where no cell speaks
            for the class.
        colours: of the heat.

    Returns:
        A JPEG of 768 by 712 pixels, always the same for the same arguments.

    Raises:
        ValueError: the digit is of the test set, and stands in no picture.
    """
    if digit.box is None or digit.warp is None:
        raise ValueError("a test digit stands in no picture")
    scale = 1 / np.array(picture.scale)
    box, warp = scaled(digit.box, scale), digit.warp * scale[:, np.newaxis]
    rows, columns, _ = picture.pixels.shape
    view = View.around(box, (rows, columns), _SMALL)
    canvas = np.full((_HEIGHT, _WIDTH, 3), GROUND_RGB, np.uint8)
    first, second, third, fourth, fifth = (place.framed(canvas) for place in _PLACES)

    view.show(picture.pixels, first)
    view.show(white_ink(ink, view.part, box, (rows, columns)), second)
    third[:] = second
    draw_box(third, view, box, warp)
    fourth[:] = fifth[:] = squares(digit.image, _LARGE)
    draw_normal_form(fourth, digit.image)
    _draw_cells(fifth, heatmap, colours)

    _draw_arrows(canvas)
    width, height = picture.size
    captions = (f"{width}×{height}", "", "", "28×28", f"{heatmap.shape[1]}×{heatmap.shape[0]}")
    for number, (place, caption) in enumerate(zip(_PLACES, captions, strict=True), 1):
        place.caption(canvas, number, caption)
    return jpeg(canvas)


def _draw_cells(panel: Pixels, heatmap: NDArray[np.float32], colours: Colours) -> None:
    """Lay a map on the digit as it is, in cells parted by thin lines."""
    cells = np.rint(heatmap * 255).astype(np.uint8)
    side = _LARGE // len(cells)
    lay(panel, cells.repeat(side, axis=0).repeat(side, axis=1), colours)
    panel[side::side] = panel[:, side::side] = GROUND_RGB
    if not cells.any():
        at = (_LARGE // 2, _LARGE - 28)
        fill(panel, (90, _LARGE - 52, _LARGE - 90, _LARGE - 4), GROUND_RGB)
        write(panel, "max = 0", at, WHITE_RGB, size=29, bold=True, align=Align.CENTRE)


def _draw_arrows(canvas: Pixels) -> None:
    """Point from each panel to the next."""
    middle = _UPPER + _SMALL // 2
    for x in (260, 508):
        write(canvas, "▶", (x, middle), WHITE_RGB, size=20, align=Align.CENTRE)
    write(canvas, "▶", (384, _LOWER + _LARGE // 2), WHITE_RGB, size=29, align=Align.CENTRE)
    start, turn, end = 520 + _SMALL // 2, _UPPER + _SMALL + 14, 24 + _LARGE // 2
    fill(canvas, (start - 1, _UPPER + _SMALL + 2, start + 2, turn + 2), WHITE_RGB)
    fill(canvas, (end - 1, turn - 1, start + 2, turn + 2), WHITE_RGB)
    fill(canvas, (end - 1, turn - 1, end + 2, _LOWER - 18), WHITE_RGB)
    write(canvas, "▼", (end, _LOWER - 13), WHITE_RGB, size=20, align=Align.CENTRE)
