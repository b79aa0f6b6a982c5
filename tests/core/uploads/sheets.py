"""Pen and paper: digits of the test set, drawn large, put on sheets.

Ink is (h, w) float32 in [0, 1]; a sheet is (h, w, 3) uint8 RGB. What comes of them is in
`defects`, `several` and `nothing`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.dataset import load_test_digits
from core.uploads.decode import decode
from core.uploads.decoded_image import DecodedImage

Ink = NDArray[np.float32]
Sheet = NDArray[np.uint8]
Colour = tuple[int, int, int]

PAPER: Colour = (236, 232, 224)
PEN: Colour = (42, 44, 58)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def written(index: int, height: int = 200) -> Ink:
    """A test digit with smooth sharp outlines, cut to its ink."""
    image = load_test_digits().images[index]
    scale = height / np.ptp(np.flatnonzero(image.any(axis=1)))
    side = round(28 * scale)
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(large.astype(np.float32) / 255, (0, 0), scale / 2)
    return cut(clipped((smooth - 0.4) * max(scale / 2, 1) + 0.5))


def printed(text: str, thickness: int, size: float = 8) -> Ink:
    """Signs in strokes of one width, in pixels; a digit is some 21 times `size` high."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    (width, height), under = cv2.getTextSize(text, font, size, thickness)
    margin = thickness + 4
    ink = np.zeros((height + under + 2 * margin, width + 2 * margin), np.uint8)
    at = (margin, margin + height)
    cv2.putText(ink, text, at, font, size, 255, thickness, cv2.LINE_AA)
    return cut(clipped(ink / np.float32(255)))


def cut(ink: Ink) -> Ink:
    """Cut to where ink is."""
    rows, columns = np.flatnonzero((ink > 0.1).any(axis=1)), np.flatnonzero((ink > 0.1).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def placed(
    ink: Ink, size: tuple[int, int] = (360, 320), at: tuple[float, float] = (0.5, 0.5)
) -> Ink:
    """Put ink on a blank of (width, height); `at` (0, 0) is its upper left corner, (1, 1) the
    lower right one."""
    blank = np.zeros((size[1], size[0]), np.float32)
    top = round((blank.shape[0] - ink.shape[0]) * at[1])
    left = round((blank.shape[1] - ink.shape[1]) * at[0])
    blank[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return blank


def beside(ink: Ink, glyph: Ink, top: int, right: int) -> int:
    """The left edge with which a glyph just touches what is written up to the right edge."""
    rows, columns = glyph.shape
    for left in range(right, max(right - columns // 2, 0), -1):
        if (ink[top : top + rows, left : left + columns] * glyph).max() > 0.5:
            return left
    return right


def moved(ink: Ink, matrix: NDArray[np.float64]) -> Ink:
    """Turn, slant or scale about the middle, by a (2, 2) matrix."""
    middle = np.array([(ink.shape[1] - 1) / 2, (ink.shape[0] - 1) / 2])
    affine = np.hstack([matrix, (middle - matrix @ middle)[:, None]])
    return clipped(cv2.warpAffine(ink, affine, ink.shape[1::-1]))


def turned(ink: Ink, degrees: float) -> Ink:
    """Turn about the middle, counter-clockwise."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return moved(ink, np.array([[cos, sin], [-sin, cos]]))


def on_paper(ink: Ink, paper: Colour = PAPER, pen: Colour = PEN) -> Sheet:
    """Write with a pen on paper."""
    return over(np.full((*ink.shape, 3), paper, np.uint8), ink, pen)


def over(sheet: Sheet, ink: Ink, pen: Colour | Sheet = PEN) -> Sheet:
    """Write on a sheet with something on it, in one colour or in that of each pixel."""
    mixed = sheet + (np.array(pen, np.float32) - sheet) * ink[..., None]
    return as_sheet(mixed)


def lit(sheet: Sheet, light: NDArray[np.float64]) -> Sheet:
    """Look at it in (h, w) light, 1 is full."""
    return as_sheet(sheet * light[..., None])


def across(sheet: Sheet | Ink) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of each pixel, y and x, -1 to 1 from edge to edge."""
    y, x = np.mgrid[-1 : 1 : sheet.shape[0] * 1j, -1 : 1 : sheet.shape[1] * 1j]
    return y, x


def as_sheet(values: NDArray[np.floating]) -> Sheet:
    """Round to what a picture can hold."""
    sheet: Sheet = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return sheet


def clipped(values: NDArray[np.float32] | cv2.typing.MatLike) -> Ink:
    """Keep ink in its range."""
    return np.clip(values, 0, 1).astype(np.float32)


def as_jpeg(sheet: Sheet, quality: int) -> Sheet:
    """Lose what a JPEG loses."""
    _, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


def as_picture(sheet: Sheet | bytes) -> DecodedImage:
    """Look at a sheet, or at the file of one, as the product does."""
    if isinstance(sheet, bytes):
        return decode(sheet)
    return DecodedImage(sheet, (sheet.shape[1], sheet.shape[0]), b"", animated=False)
