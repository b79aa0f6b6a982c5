"""Why no digit was found in a picture, in two panels, or in five if there is a candidate.

| panel | shows |
| --- | --- |
| 1 | the whole picture |
| 2 | its ink, separated from the paper |
| 3 | the candidate that is most like a digit, and the square that becomes the network's input |
| 4 | this input |
| 5 | the class it would have, and its objectness beside the least that is needed |
"""

import math

from core.figures.arrays import Greys
from core.figures.canvas import blank, to_jpeg, write
from core.figures.panels import Panel, View, draw_box, draw_panels, image_panel, locate
from core.figures.style import EXPLAINED
from core.uploads.best_candidate import BestCandidate
from core.uploads.decoded_image import DecodedImage

_SHORT, _TALL = 420, 712
_LARGE, _SMALL = 28 * 12, 28 * 8

_MIN_INK = 24
"""Ink that differs less from the paper, of 255, is noise and is not shown as white."""


def format_objectness(objectness: float) -> str:
    """Return log-odds with one decimal, rounded down, so that too little never looks enough."""
    return f"{math.floor(objectness * 10) / 10:.1f}".replace("-", "−")


def draw_rejection(picture: DecodedImage, ink: Greys, candidate: BestCandidate | None) -> bytes:
    """Draw why no digit was found in a picture with an ink map, which may be shrunk.

    Returns:
        A JPEG 768 pixels wide; the same arguments always give the same bytes.

    Raises:
        ValueError: If the candidate is a test digit, which is in no picture.
    """
    rows, columns, _ = picture.pixels.shape
    whole = (0, 0, columns, rows)
    view = View.around(picture, whole, _LARGE, context=1)
    width, height = picture.size
    panels = [
        Panel(view.show(), (24, 60), f"{width}×{height}"),
        Panel(view.show_ink(ink, whole, _MIN_INK), (408, 60)),
    ]
    if candidate is not None:
        panels += _candidate_panels(picture, ink, candidate)
    return to_jpeg(draw_panels(_SHORT if candidate is None else _TALL, panels))


def _candidate_panels(picture: DecodedImage, ink: Greys, candidate: BestCandidate) -> list[Panel]:
    box, warp = locate(candidate.digit, picture)
    view = View.around(picture, box, _SMALL)
    boxed = view.show_ink(ink, box)
    draw_box(boxed, view, box, warp)
    verdict, middle = blank(_SMALL, _SMALL), _SMALL // 2
    at = (middle, middle - 24)
    write(verdict, f"{candidate.prediction}?", at, size=96, bold=True, ha="center")
    sign = "<" if candidate.objectness < candidate.min_objectness else "≥"
    objectness, least = map(format_objectness, (candidate.objectness, candidate.min_objectness))
    text, at = f"{objectness} {sign} {least}", (middle, _SMALL - 44)
    write(verdict, text, at, EXPLAINED, size=29, bold=True, ha="center")
    top = 464
    return [
        Panel(boxed, (24, top)),
        Panel(image_panel(candidate.digit.image, _SMALL), (272, top), "28×28"),
        Panel(verdict, (520, top)),
    ]
