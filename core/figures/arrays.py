"""The arrays that figures are made from, and those that they are drawn on."""

import numpy as np
from numpy.typing import NDArray

DigitImage = NDArray[np.float32]
"""(28, 28) float32 in [0, 1], the network's input: bright ink on black."""

Heatmap = NDArray[np.float32]
"""(n, n) float32 in [0, 1], 7, 14 or 28 cells a side; all zeros where it is empty."""

FeatureMap = NDArray[np.float32]
"""(n, n) float32."""

Classes = NDArray[np.float32]
"""(10,) float32, a probability or a logit of each class."""

Pixels = NDArray[np.uint8]
"""(h, w, 3) uint8 RGB."""

Greys = NDArray[np.uint8]
"""(h, w) uint8, 0 to 255: a grey image, an amount of ink, or a heatmap."""

Indices = NDArray[np.uint8]
"""uint8 indices of a palette, of any shape."""

ColourTable = NDArray[np.uint8]
"""(256, 3) uint8 RGB, read-only: row `round(255 * x)` is the colour of x in [0, 1]."""

Warp = NDArray[np.float64]
"""(2, 3) float64, maps a point (x, y) of a digit's image, 0 to 28 from edge to edge, to the point
of the picture that it was read from."""
