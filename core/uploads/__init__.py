"""Untrusted bytes → digits the network can read, step by step.

| step | from | to |
| --- | --- | --- |
| `worker`, `decode` | bytes | the picture, upright |
| `ink` | the picture | how much ink there is at each pixel |
| `find` | ink | the digit, apart from specks and frames |
| `normalise` | the digit's ink | MNIST's normal form |
| `reader` | the picture | the digits in it, in reading order |
"""

from core.uploads.candidates import Judge
from core.uploads.decoded_image import DecodedImage
from core.uploads.limits import MAX_BYTES, MAX_PIXELS
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.reader import MAX_DIGITS, Reader, Reading

__all__ = [
    "MAX_BYTES",
    "MAX_DIGITS",
    "MAX_PIXELS",
    "DecodedImage",
    "Judge",
    "Reader",
    "Reading",
    "UploadError",
    "UploadProblem",
]
