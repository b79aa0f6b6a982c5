"""The heatmaps of a reading, drawn on its picture turned upright."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.explain.results import Prediction
from core.figures.heatmaps import Colormap
from core.figures.photo import Detection, draw_photo
from core.figures.upright import upright
from core.uploads import Reading

_EMPTY = np.zeros((7, 7), np.float32)


def draw_overlay(
    reading: Reading,
    predictions: Sequence[Prediction],
    heatmaps: Mapping[int, NDArray[np.float32]],
    colormap: Colormap,
    *,
    refused: bool = False,
) -> bytes:
    """Draw the evidence for a class in some digits of a picture.

    Args:
        reading: the digits.
        predictions: one for each.
        heatmaps: the heatmaps of the digits to show, by position, without evidence against a class.
        colormap: the colormap of the heatmaps.
        refused: whether the shapes are no digits by the rules; then every prediction is doubtful.

    Returns:
        A JPEG, see `core.figures.photo.draw_photo`.

    Raises:
        ValueError: If one is a test digit.
    """
    shown = upright(reading)
    detections = []
    for i, (digit, prediction) in enumerate(zip(shown.digits, predictions, strict=True)):
        if digit.box is None or digit.warp is None:
            raise ValueError("a test digit has no box")
        heatmap = np.maximum(heatmaps.get(i, _EMPTY), 0)
        confident = prediction.sure and not refused
        found = (digit.box, digit.warp, heatmap, prediction.digit, confident, shown.lines[i])
        detections.append(Detection(*found))
    return draw_photo(shown.picture, detections, tuple(heatmaps), colormap)
