"""Untrusted bytes → an upright image on paper, at a working size.

Runs in a separate process; see `core.uploads.worker`.
"""

import io
import os
import re
import struct
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
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
from core.uploads.flatten import flatten, on_white
from core.uploads.formats import detect_format
from core.uploads.limits import (
    MAX_BYTES,
    MAX_DECODED,
    MAX_PIXELS,
    MAX_PIXELS_WEBP,
    MAX_SECONDS,
    MAX_SIDE,
)
from core.uploads.problems import UploadError, UploadProblem

_BLOCK = 1024  # bytes that a decoder reads between two looks at the clock
_STRIP = 1 << 20  # pixels that are converted at a time; a conversion can take four times them
_MAX_PNG = 256 * 256  # pixels up to which `DecodedImage.file` is a PNG, as for drawings
_QUALITY = 92  # of the JPEG for larger images

_DECODER_ERRORS = (
    OSError,  # truncated or broken data streams
    SyntaxError,  # malformed headers
    ValueError,  # impossible sizes and chunks; decompressed text that is too large
    RuntimeError,  # from libheif and libavif
    AssertionError,  # inconsistent parts, such as a palette image without a palette
    AttributeError,  # the same when Python runs without assertions
    EOFError,  # no whole frame
    LookupError,  # trailing chunks that are shorter than declared, as for the next three
    TypeError,
    struct.error,
    zlib.error,
    ArithmeticError,  # sizes that overflow, animations with a zero time base
    UserWarning,  # broken metadata, where warnings are errors
)
"""What Pillow's readers raise on broken files."""

_OUT_OF_MEMORY = re.compile("out of memory|memory allocation error", re.IGNORECASE)
"""Messages of libheif, libavif and Pillow's decoders, which use the same exceptions for it."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to make an image upright, by its EXIF orientation."""

# Each thread costs address space.
pillow_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = min(
    os.cpu_count() or 1, 2
)

# Pillow warns of broken metadata, which is not used. `catch_warnings` is not thread-safe.
warnings.filterwarnings("ignore", module=r"PIL\.")


class _TimedBytes(io.BytesIO):
    """A file whose reading raises `TimeoutError` after `MAX_SECONDS` of processor time.

    Most readers read in small pieces, so this ends what a hostile file makes them repeat: a million
    chunks, thousands of scans over the same image.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._end = time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read bytes, if there is time left."""
        if time.thread_time() > self._end:
            raise TimeoutError
        return super().read(size)


def decode(data: bytes, to_rgb: Callable[[Image.Image], Image.Image] = flatten) -> DecodedImage:
    """Decode the first frame of an untrusted PNG, JPEG, WebP, GIF, HEIC or AVIF.

    Args:
        data: The file.
        to_rgb: Replaces the transparency of an image, RGB or RGBA.

    Raises:
        UploadError: If the file cannot be read.
    """
    with _open(data) as image:
        width, height = image.size
        small = _load(image)
        turn = orientation(image.info.get("exif") or b"")
        animated = _is_animated(image)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    if turn >= 5:
        width, height = height, width
    pixels, file = _keep(to_rgb(small))
    return DecodedImage(pixels, (width, height), file, animated)


def decode_on_white(data: bytes) -> DecodedImage:
    """Decode as `decode` does, with white where the image is transparent.

    Raises:
        UploadError: If the file cannot be read.
    """
    return decode(data, on_white)


def reopen(file: bytes) -> DecodedImage:
    """Read the file of a `DecodedImage` again: the same pixels, without the original's size.

    Raises:
        UploadError: If it is no such file.
    """
    with _open(file) as image:
        if not isinstance(image, PngImageFile | JpegImageFile) or _factor(image) > 1:
            raise UploadError(UploadProblem.UNSUPPORTED)
        return DecodedImage(np.asarray(image.convert("RGB")), image.size, file, animated=False)


@contextmanager
def _open(data: bytes) -> Iterator[ImageFile]:
    """Read the header of an image, and raise all errors as `UploadError`."""
    if not data:
        raise UploadError(UploadProblem.EMPTY)
    if len(data) > MAX_BYTES:
        raise UploadError(UploadProblem.TOO_LARGE)
    reader = detect_format(data)
    try:
        # Closing frees the pixels even if a traceback refers to the image.
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
    """Decode an image at its working size, in RGB, or RGBA if it has transparency."""
    factor = _factor(image)
    # JPEG is shrunk while it is decoded; HEIC may have a thumbnail that is large enough.
    image.draft("RGB", (max(image.width // factor, 1), max(image.height // factor, 1)))
    image.decodermaxblock = _BLOCK
    image.load()
    return _shrink(image)


def _factor(image: Image.Image) -> int:
    """Return the factor by which an image is shrunk."""
    factor = -(-max(image.size) // MAX_SIDE)
    while -(-image.width // factor) * -(-image.height // factor) > MAX_DECODED:
        factor += 1
    return factor


def _shrink(image: Image.Image) -> Image.Image:
    """Convert an image to RGB or RGBA, at its working size."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    factor = _factor(image)
    if factor == 1:
        return _convert(image, mode)
    if image.mode == mode == "RGB":  # nothing to convert
        return image.reduce(factor)
    width, height = image.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = max(_STRIP // width // factor, 1) * factor
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        small.paste(_convert(strip, mode).reduce(factor), (0, top // factor))
    return small


def _convert(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow clips 16 bits at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert(mode)


def _keep(image: Image.Image) -> tuple[NDArray[np.uint8], bytes]:
    """Save an image in mode RGB without metadata, and return the pixels of the file.

    They differ from the image's, because JPEG is lossy.
    """
    image.info = {}  # comment and colour profile would be saved
    kept = io.BytesIO()
    if image.width * image.height <= _MAX_PNG:
        image.save(kept, "PNG", compress_level=1)
        pixels = np.asarray(image)
    else:
        image.save(kept, "JPEG", quality=_QUALITY, subsampling="4:4:4")
        with JpegImageFile(io.BytesIO(kept.getvalue())) as saved:
            pixels = np.asarray(saved)
    return pixels, kept.getvalue()


def _is_animated(image: ImageFile) -> bool:
    """Whether there are further frames, which are not decoded."""
    try:
        return bool(getattr(image, "is_animated", False))
    except _DECODER_ERRORS:
        return False
