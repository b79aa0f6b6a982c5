"""Untrusted bytes → digits the network can read, step by step.

| step | from | to |
| --- | --- | --- |
| `decode` | bytes | the picture in grey, upright |
| `ink` | grey | how much ink there is at each pixel |
| `find` | ink | the digit, apart from specks and frames |
| `normalise` | the digit's ink | MNIST's normal form |
"""

from dataclasses import dataclass

from core.digit import Digit
from core.uploads.decode import decode
from core.uploads.find import find_digits
from core.uploads.ink import find_ink
from core.uploads.limits import MAX_BYTES, MAX_PIXELS
from core.uploads.normalise import normalise
from core.uploads.problems import UploadError, UploadProblem

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Reading", "UploadError", "UploadProblem", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a picture.

    Attributes:
        digits: the digits, with their boxes; none where the picture has none, at most one so far.
        size: width and height of the picture as it is shown.
    """

    digits: tuple[Digit, ...]
    size: tuple[int, int]


def read(data: bytes) -> Reading:
    """Find the digit in an uploaded picture, as the network reads it.

    Args:
        data: a file from anywhere. PNG, JPEG, WebP and GIF are read, known by their content, and
            of animations the first frame.

    Raises:
        UploadError: it is no picture that can be read; the message says what to do.
    """
    picture = decode(data)
    return Reading(
        digits=tuple(
            Digit(image=normalise(found.ink), box=picture.box_as_shown(found.box))
            for found in find_digits(find_ink(picture.grey))
        ),
        size=picture.size,
    )
