"""Untrusted bytes → digits that the network can read.

| step | from | to |
| --- | --- | --- |
| `worker`, `decode` | bytes | an upright image |
| `ink` | the image | an ink map |
| `strokes` | the ink map | connected strokes, without specks and lines |
| `segmentation` | strokes | digits, scored by the network |
| `normalise` | a digit's ink | MNIST's normal form |
| `reader` | the image | its digits in reading order |
"""

from core.uploads.candidates import LogitsFn
from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_BYTES, MAX_PIXELS
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.reader import MAX_DIGITS, OtherWay, Reader, Reading

__all__ = [
    "MAX_BYTES",
    "MAX_DIGITS",
    "MAX_PIXELS",
    "DecodedImage",
    "LogitsFn",
    "OtherWay",
    "Reader",
    "Reading",
    "UploadError",
    "UploadProblem",
]
