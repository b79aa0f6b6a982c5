"""Untrusted bytes → the picture in grey, upright and at a working size."""

import io
import math
import struct
import threading
import time
import warnings
import zlib
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.digit import Box
from core.uploads.exif import orientation
from core.uploads.flatten import flatten
from core.uploads.limits import MAX_BYTES, MAX_PIXELS, MAX_PIXELS_WEBP, MAX_SECONDS
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.recognise import recognise

_WORKING_SIZE = 1280
"""A longer side is shrunk to at most this, and to no less than half of it."""

_BLOCK = 1024
"""A decoder is handed so many bytes at a time, and the clock is looked at in between."""

_STRIP = 1 << 20
"""So many pixels are converted at a time, because a converted picture is four times its size."""

_DECODER_ERRORS = (
    OSError,  # cut short, broken data stream; the TimeoutError of _TimedBytes
    SyntaxError,  # headers that Pillow's readers cannot follow
    ValueError,  # impossible sizes and chunks; text chunks that grow too large
    AssertionError,  # parts that do not fit together, such as a palette picture without palette
    AttributeError,  # the same, where Python runs without assertions
    EOFError,  # no whole frame
    LookupError,  # chunks after the picture that are shorter than they say: these four
    TypeError,
    struct.error,
    zlib.error,
    OverflowError,  # sizes that C cannot hold
    MemoryError,
    UserWarning,  # broken metadata, where warnings are made errors
)
"""What Pillow was seen to raise, or may raise by its source, on broken files."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by its EXIF orientation."""

# Pillow warns of broken metadata, none of which is used here. The filter is set once, because a
# filter for the moment (`catch_warnings`) changes those of all threads.
warnings.filterwarnings("ignore", module=r"PIL\.")

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        grey: (h, w) uint8, its luminance; large pictures are shrunk.
        size: width and height of the picture as it is shown, in its own pixels.
    """

    grey: NDArray[np.uint8]
    size: tuple[int, int]

    def box_as_shown(self, box: Box) -> Box:
        """Turn a box in the pixels of `grey` into one in the picture's own."""
        rows, columns = self.grey.shape
        across, down = self.size[0] / columns, self.size[1] / rows
        left, top, right, bottom = box
        return (
            math.floor(left * across),
            math.floor(top * down),
            math.ceil(right * across),
            math.ceil(bottom * down),
        )


class _TimedBytes(io.BytesIO):
    """A file that is no longer handed out when the time is up.

    Every reader comes back for more bytes again and again, so this ends whatever a hostile file can
    make one of them do many times: a million chunks, thousands of scans over the same picture.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._end = time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does.

        Raises:
            TimeoutError: the time is up.
        """
        if time.thread_time() > self._end:
            raise TimeoutError
        return super().read(size)


def decode(data: bytes) -> Picture:
    """Decode the first frame of a PNG, JPEG, WebP or GIF.

    One picture is decoded at a time, whatever the number of threads, so that the memory it takes
    stays at about 200 MB.

    Args:
        data: a file from anywhere.

    Raises:
        UploadError: it is no picture that can be read.
    """
    if not data:
        raise UploadError(UploadProblem.EMPTY)
    if len(data) > MAX_BYTES:
        raise UploadError(UploadProblem.TOO_LARGE)
    reader = recognise(data)
    with _one_at_a_time:
        try:
            # Closing frees the pixels even while a traceback still holds the picture.
            with closing(reader(_TimedBytes(data))) as image:
                return _decode(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UploadError(UploadProblem.TOO_MANY_PIXELS) from error
        except UploadError:
            raise
        except _DECODER_ERRORS as error:
            raise UploadError(UploadProblem.DAMAGED) from error


def _decode(image: ImageFile) -> Picture:
    """Load an opened picture, whose header alone has been read."""
    width, height = image.size
    limit = MAX_PIXELS_WEBP if isinstance(image, WebPImageFile) else MAX_PIXELS
    if width * height > limit:
        raise UploadError(UploadProblem.TOO_MANY_PIXELS)
    factor = -(-max(width, height) // _WORKING_SIZE)
    image.draft("L", (max(width // factor, 1), max(height // factor, 1)))  # for JPEG alone
    image.decodermaxblock = _BLOCK
    image.load()
    small = _shrink(image)
    turn = orientation(image.info.get("exif", b""))
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    if turn >= 5:
        width, height = height, width
    return Picture(flatten(small), (width, height))


def _shrink(image: Image.Image) -> Image.Image:
    """Convert a picture to L, or RGBA where it has transparency, at its working size."""
    mode = "RGBA" if image.has_transparency_data else "L"
    factor = -(-max(image.size) // _WORKING_SIZE)
    if factor == 1:
        return _convert(image, mode)
    width, height = image.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = max(_STRIP // width // factor, 1) * factor
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        small.paste(_convert(strip, mode).reduce(factor), (0, top // factor))
    return small


def _convert(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow would cut 16 bits off at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert(mode)
