"""Points week by week, as bars."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.figures import palette
from core.figures.canvas import Align, write
from core.figures.colours import Colours
from core.figures.palette import Indices

_WIDTH, _HEIGHT = 768, 320
_LEFT, _RIGHT = 24, 744
_TOP, _BOTTOM = 56, 264  # of the tallest bar
_LABELS = 292  # the middle of the line below
_TEXT = 22  # pixels: 10 where it is shown 360 wide
_FEWEST, _MOST = 6, 12  # slots; fewer bars would be walls
_GAP = 8


def draw_history(bars: Sequence[tuple[str, int]]) -> bytes:
    """Draw bars, the last one in blue.

    Args:
        bars: at most twelve, the oldest first: a short name such as `W48`, and how much. Whatever
            is above 0 has a bar that is seen.

    Returns:
        A PNG of 768 by 320 pixels, always the same for the same bars.

    Raises:
        ValueError: there are more than twelve bars, or one is negative.
    """
    if len(bars) > _MOST or any(amount < 0 for _, amount in bars):
        raise ValueError(f"At most {_MOST} bars of 0 or more can be drawn, not {list(bars)}.")
    canvas = np.full((_HEIGHT, _WIDTH), palette.GROUND, np.uint8)
    canvas[_BOTTOM : _BOTTOM + 2, _LEFT:_RIGHT] = palette.LINE
    tallest = max((amount for _, amount in bars), default=0)
    slot = (_RIGHT - _LEFT) // max(len(bars), _FEWEST)
    for place, (name, amount) in enumerate(bars):
        left = _LEFT + place * slot
        _draw_bar(canvas, left, slot, amount, tallest, last=place == len(bars) - 1)
        at = (left + slot // 2, _LABELS)
        write(canvas, name, at, palette.WHITE_TEXT, size=_TEXT, align=Align.CENTRE)
    picture = Image.fromarray(canvas)
    picture.putpalette(palette.palette(Colours.VIRIDIS))
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=1)
    return png.getvalue()


def _draw_bar(
    canvas: Indices, left: int, slot: int, amount: int, tallest: int, *, last: bool
) -> None:
    height = max(round((_BOTTOM - _TOP) * amount / tallest), 2) if amount else 0
    top = _BOTTOM - height
    canvas[top:_BOTTOM, left + _GAP : left + slot - _GAP] = (
        palette.PREDICTED if last else palette.BAR
    )
    ramp = palette.WHITE_TEXT if amount else palette.DIM_TEXT
    at = (left + slot // 2, top - 18)
    write(canvas, _short(amount), at, ramp, size=_TEXT, bold=last, align=Align.CENTRE)


def _short(amount: int) -> str:
    """Write a number in four characters at most, up to a million."""
    if amount < 10_000:
        return str(amount)
    return f"{amount // 1000}k"
