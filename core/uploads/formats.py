"""Detection of a file's format by its first bytes; its name and declared type are not used."""

import re

from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from core.uploads.problems import UploadError, UploadProblem

_HEAD = 1024  # bytes within which a signature stands

_READERS: dict[re.Pattern[bytes], type[ImageFile]] = {
    re.compile(rb"\x89PNG\r\n\x1a\n"): PngImageFile,
    re.compile(rb"\xff\xd8\xff"): JpegImageFile,
    re.compile(rb"GIF8[79]a"): GifImageFile,
    re.compile(rb"RIFF.{4}WEBP", re.DOTALL): WebPImageFile,
    # AVIF and HEIF share a container. The major brand tells them apart, or, if that is the
    # container's own (mif1, msf1), one of the compatible brands.
    re.compile(rb".{4}ftyp(.{8}(.{4}){0,30}?)?avi[fs]", re.DOTALL): AvifImageFile,
    re.compile(rb".{4}ftyp(mif1|msf1|hei[cmsx]|hev[cmsx])", re.DOTALL): HeifImageFile,
}

_UNSUPPORTED: tuple[re.Pattern[bytes], ...] = (
    re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL),  # BMP
    re.compile(rb"II\*\x00|MM\x00\*"),  # TIFF, and the raw files of most cameras
    re.compile(rb"\x00\x00\x01\x00"),  # icon
    re.compile(rb"8BPS"),  # Photoshop
    re.compile(rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51"),  # JPEG 2000
    re.compile(rb"\x00\x00\x00\x0cJXL |\xff\x0a"),  # JPEG XL
    re.compile(rb"(\xef\xbb\xbf)?\s*(<[?!].*)?<svg\b", re.DOTALL),  # SVG
)


def detect_format(data: bytes) -> type[ImageFile]:
    """Return Pillow's reader for a file.

    `Image.open` is not used, because it tries several readers, and turns a JPEG with a second
    picture into another class.

    Raises:
        UploadError: If the format is not supported.
    """
    head = data[:_HEAD]
    for signature, reader in _READERS.items():
        if signature.match(head):
            return reader
    if any(signature.match(head) for signature in _UNSUPPORTED):
        raise UploadError(UploadProblem.UNSUPPORTED)
    raise UploadError(UploadProblem.NOT_A_PICTURE)
