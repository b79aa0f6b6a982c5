"""Why no digit was found in a picture, in two panels, or in five if there is a candidate.

| panel | shows |
| --- | --- |
| 1 | the whole picture |
| 2 | its ink, separated from the paper |
| 3 | the candidate that is most like a digit, and the square that becomes the network's input |
| 4 | this input |
| 5 | the class it would have, and the rule that it fails: its number and the least that is needed |
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.figures.arrays import Greys
from core.figures.canvas import blank, to_jpeg, write
from core.figures.panels import Panel, View, draw_box, draw_panels, image_panel, locate
from core.figures.style import EXPLAINED
from core.uploads.attempt import MAX_RUNS_ON, MAX_THICKNESS, MIN_INK
from core.uploads.best_candidate import BestCandidate
from core.uploads.decoded_image import DecodedImage
from core.uploads.segmentation import MIN_TWO_TONE

_SHORT, _TALL = 420, 712
_LARGE, _SMALL = 28 * 12, 28 * 8

_MIN_INK = 24
"""Ink that differs less from the paper, of 255, is noise and is not shown as white."""


def format_objectness(objectness: float) -> str:
    """Return log-odds with one decimal, rounded down, so that too little never looks enough."""
    return f"{math.floor(objectness * 10) / 10:.1f}".replace("-", "−")


def format_share(share: float) -> str:
    """Return a share in percent, rounded down, so that too little never looks enough."""
    return f"{math.floor(round(100 * share, 6))}%"


def _format_limit(share: float) -> str:
    """Return a share in percent, rounded up, so that too much never looks little enough."""
    return f"{math.ceil(round(100 * share, 6))}%"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for a digit: a number that must reach a bound, or must not exceed it.

    Attributes:
        name: To choose words for it.
        value: The number of a candidate, and the bound.
        format: Writes either.
        is_limit: Whether the bound is the most, not the least.
    """

    name: str
    value: Callable[[BestCandidate], tuple[float, float]]
    format: Callable[[float], str]
    is_limit: bool = False

    def fails(self, candidate: BestCandidate) -> bool:
        """Whether a candidate fails the rule."""
        value, bound = self.value(candidate)
        return value > bound if self.is_limit else value < bound

    def written(self, candidate: BestCandidate) -> tuple[str, str]:
        """Return a candidate's number and the bound as text."""
        value, bound = self.value(candidate)
        return self.format(value), self.format(bound)


OBJECTNESS = Rule("objectness", lambda one: (one.objectness, one.min_objectness), format_objectness)

RULES = (
    OBJECTNESS,
    Rule("two_tone", lambda one: (one.two_tone, MIN_TWO_TONE), format_share),
    Rule("thickness", lambda one: (one.thickness, MAX_THICKNESS), _format_limit, is_limit=True),
    Rule("runs_on", lambda one: (one.runs_on, MAX_RUNS_ON), _format_limit, is_limit=True),
    Rule("ink", lambda one: (one.ink, MIN_INK), format_share),
)
"""The rules for a single candidate, in the order in which they are tried."""


def failed_rule(candidate: BestCandidate) -> Rule | None:
    """Return the first rule that a candidate fails.

    It is `None` if the candidate is like a digit, and what is around it is not like a page.
    """
    return next((rule for rule in RULES if rule.fails(candidate)), None)


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
    rule = failed_rule(candidate)
    why, at = "✗", (middle, 180)
    if rule is not None:
        sign = ">" if rule.is_limit else "<"
        why = f"✗ {f' {sign} '.join(rule.written(candidate))}"
    write(verdict, why, at, EXPLAINED, size=29, bold=True, ha="center")
    top = 464
    return [
        Panel(boxed, (24, top)),
        Panel(image_panel(candidate.digit.image, _SMALL), (272, top), "28×28"),
        Panel(verdict, (520, top)),
    ]
