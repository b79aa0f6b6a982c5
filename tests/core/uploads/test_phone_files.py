"""Files as phones make them, read by the process that may load nothing any more."""

import io

import pillow_heif
import pytest
from PIL import Image
from PIL.ExifTags import Base

from core.uploads.worker import DecodingWorker
from tests.builders import picture


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_file_with_exif_is_read_in_the_bounded_process(kind: str) -> None:
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[Base.XResolution] = 72.0
    exif[Base.Make] = "a phone"
    file = io.BytesIO()
    with Image.open(io.BytesIO(picture(0))) as drawing:
        drawing.convert("RGB").save(file, kind, exif=exif)

    with DecodingWorker(processes=1) as worker:
        read = worker.decode(file.getvalue())

    assert read.size == (280, 280)
    assert b"phone" not in read.file
