"""Untrusted bytes → a picture, upright, on paper, at a working size.

This runs in a process of its own: see `core.uploads.worker`.
"""

import io
import os
import re
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.uploads.decoded_image import DecodedImage
from core.uploads.exif import orientation
from core.uploads.flatten import flatten
from core.uploads.limits import MAX_BYTES, MAX_PIXELS, MAX_PIXELS_WEBP, MAX_SECONDS, MAX_SIDE
from core.uploads.problems import UploadError, UploadProblem
from core.uploads.recognise import recognise

_BLOCK = 1024
"""A decoder is handed so many bytes at a time, and the clock is looked at in between."""

_STRIP = 1 << 20
"""So many pixels are converted at a time, because a converted picture is four times its size."""

_DRAWING = 256 * 256
"""A picture of up to so many pixels is kept as a PNG, for it is as likely a drawing as a photograph
and is small in any case."""

_QUALITY = 92
"""Of the JPEG that is kept of others."""

_DECODER_ERRORS = (
    OSError,  # cut short, broken data stream
    SyntaxError,  # headers that the readers cannot follow
    ValueError,  # impossible sizes and chunks; text chunks that grow too large
    RuntimeError,  # what libheif and libavif do not like
    AssertionError,  # parts that do not fit together, such as a palette picture without palette
    AttributeError,  # the same, where Python runs without assertions
    EOFError,  # no whole frame
    LookupError,  # chunks after the picture that are shorter than they say: these four
    TypeError,
    struct.error,
    zlib.error,
    ArithmeticError,  # sizes that C cannot hold, animations whose seconds have no parts
    UserWarning,  # broken metadata, where warnings are made errors
)
"""What the readers were seen to raise, or may raise by their source, on broken files."""

_OUT_OF_MEMORY = re.compile("out of memory|memory allocation error", re.IGNORECASE)
"""How libheif, libavif and Pillow's decoders say so, whose errors are the same as for the rest."""

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

# A file is not worth more than two processors, and each thread costs address space.
pillow_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = min(
    os.cpu_count() or 1, 2
)

# Pillow warns of broken metadata, none of which is used here. The filter is set once, because a
# filter for the moment (`catch_warnings`) changes those of all threads.
warnings.filterwarnings("ignore", module=r"PIL\.")


class _TimedBytes(io.BytesIO):
    """A file that is no longer handed out when the time is up.

    Most readers come back for more bytes again and again, so this ends in good order whatever a
    hostile file can make one of them do many times: a million chunks, thousands of scans over the
    same picture.
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


def decode(data: bytes) -> DecodedImage:
    """Decode the first frame of a PNG, JPEG, WebP, GIF, HEIC or AVIF.

    Args:
        data: a file from anywhere.

    Raises:
        UploadError: it is no picture that can be read.
    """
    with _opened(data) as image:
        width, height = image.size
        small = _load(image)
        turn = orientation(image.info.get("exif") or b"")
        animated = _is_animated(image)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    if turn >= 5:
        width, height = height, width
    pixels, file = _keep(flatten(small))
    return DecodedImage(pixels, (width, height), file, animated)


def reopen(file: bytes) -> DecodedImage:
    """Read the file of a `DecodedImage` again: its pixels are the same.

    Args:
        file: from `DecodedImage.file`. Its own size is the only one it tells of.

    Raises:
        UploadError: it is no such file.
    """
    with _opened(file) as image:
        if not isinstance(image, PngImageFile | JpegImageFile) or max(image.size) > MAX_SIDE:
            raise UploadError(UploadProblem.UNSUPPORTED)
        return DecodedImage(np.asarray(image.convert("RGB")), image.size, file, animated=False)


@contextmanager
def _opened(data: bytes) -> Iterator[ImageFile]:
    """Open a picture, of which the header alone is read; what goes wrong is told in one way."""
    if not data:
        raise UploadError(UploadProblem.EMPTY)
    if len(data) > MAX_BYTES:
        raise UploadError(UploadProblem.TOO_LARGE)
    reader = recognise(data)
    try:
        # Closing frees the pixels even while a traceback still holds the picture.
        with closing(reader(_TimedBytes(data))) as image:
            _check_size(image)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadError(UploadProblem.TOO_MANY_PIXELS) from error
    except UploadError:
        raise
    except (TimeoutError, MemoryError) as error:
        raise UploadError(UploadProblem.GAVE_UP) from error
    except _DECODER_ERRORS as error:
        is_large = _OUT_OF_MEMORY.search(str(error))
        raise UploadError(UploadProblem.GAVE_UP if is_large else UploadProblem.DAMAGED) from error


def _check_size(image: ImageFile) -> None:
    limit = MAX_PIXELS_WEBP if isinstance(image, WebPImageFile) else MAX_PIXELS
    if image.width * image.height > limit:
        raise UploadError(UploadProblem.TOO_MANY_PIXELS)


def _load(image: ImageFile) -> Image.Image:
    """Load an opened picture at its working size: RGB, or RGBA where it has transparency."""
    factor = _factor(image)
    # JPEG is shrunk while it is decoded; of HEIC a thumbnail may do, if it is large enough.
    image.draft("RGB", (max(image.width // factor, 1), max(image.height // factor, 1)))
    image.decodermaxblock = _BLOCK
    image.load()
    return _shrink(image)


def _factor(image: Image.Image) -> int:
    """How many times a picture is larger than it need be, along each side."""
    return -(-max(image.size) // MAX_SIDE)


def _shrink(image: Image.Image) -> Image.Image:
    """Convert a picture to RGB, or RGBA where it has transparency, at its working size."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    factor = _factor(image)
    if factor == 1:
        return _convert(image, mode)
    if image.mode == mode == "RGB":  # no conversion, no strips
        return image.reduce(factor)
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


def _keep(image: Image.Image) -> tuple[NDArray[np.uint8], bytes]:
    """Save a picture, without whatever came with it, and say what pixels its file has.

    Args:
        image: of mode RGB.
    """
    image.info = {}  # the comment and colour profile in it would be saved too
    kept = io.BytesIO()
    if image.width * image.height <= _DRAWING:
        image.save(kept, "PNG", compress_level=1)
        pixels = np.asarray(image)
    else:
        image.save(kept, "JPEG", quality=_QUALITY, subsampling="4:4:4")
        with JpegImageFile(io.BytesIO(kept.getvalue())) as saved:
            pixels = np.asarray(saved)
    return pixels, kept.getvalue()


def _is_animated(image: ImageFile) -> bool:
    """Whether there are frames after the first; they are not decoded."""
    try:
        return bool(getattr(image, "is_animated", False))
    except _DECODER_ERRORS:
        return False
