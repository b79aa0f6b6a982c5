"""Files that are broken, or made to hurt whoever opens them."""

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.builders import picture


def hostile_files() -> dict[str, bytes]:
    """Each by what is wrong with it."""
    png, jpeg, gif, webp = (picture(0, kind=kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))
    return {
        "empty": b"",
        "one-byte": b"\x89",
        "random": np.random.default_rng(0).bytes(20_000),
        "zeros": bytes(5_000),
        "text": b"this is not a picture\n" * 50,
        "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "svg-billion-laughs": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]><svg>&a;</svg>',
        "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
        "zip": _zip(),
        "gzip-bomb": zlib.compress(bytes(10**7)),
        "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(200),
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(200),
        "avif-header": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(200),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
        "tiff": _saved("TIFF"),
        "bmp": _saved("BMP"),
        "icon": _saved("ICO"),
        "executable": b"\x7fELF" + bytes(500),
        "png-bomb-13000": _flat_png(13_000, 13_000),
        "png-bomb-wide": _flat_png(2**31 - 1, 1, rows=0),
        "png-bomb-tall": _flat_png(1, 2**31 - 1, rows=0),
        "png-no-size": _flat_png(0, 0, rows=0),
        "png-cut-header": png[:20],
        "png-cut-half": png[: len(png) // 2],
        "png-cut-end": png[:-30],
        "png-wrong-sums": png.replace(b"IDAT", b"IDAT\0", 1),
        "png-wrong-depth": _png((_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 77, 0, 0, 0, 0)),)),
        "png-no-data": _png((_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0)),)),
        "png-palette-without-palette": _png(
            (
                _chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 3, 0, 0, 0)),
                _chunk(b"IDAT", zlib.compress(bytes(90))),
            )
        ),
        "png-text-bomb": _text_bomb(),
        "png-then-html": png + b"<script>alert(1)</script>",
        "jpeg-bomb": _with_size(jpeg, 65_500, 65_500),
        "jpeg-no-size": _with_size(jpeg, 0, 0),
        "jpeg-cut-header": jpeg[:30],
        "jpeg-cut-half": jpeg[: len(jpeg) // 2],
        "jpeg-only-start": b"\xff\xd8\xff\xe0",
        "jpeg-noise-inside": jpeg[:400] + np.random.default_rng(1).bytes(400) + jpeg[800:],
        "gif-bomb": gif[:6] + struct.pack("<HH", 65_535, 65_535) + gif[10:],
        "gif-cut": gif[: len(gif) // 2],
        "gif-many-frames": _many_frames(),
        "gif-only-header": b"GIF89a",
        "webp-cut": webp[: len(webp) // 2],
        "webp-only-header": b"RIFF\x20\0\0\0WEBPVP8 ",
        "webp-lying-size": webp[:4] + struct.pack("<I", 2**32 - 1) + webp[8:],
    }


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _png(chunks: tuple[bytes, ...]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


def _flat_png(width: int, height: int, rows: int | None = None) -> bytes:
    """A picture of one colour: however large, it is a few kilobytes."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    count = height if rows is None else rows
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(width + 1)) for _ in range(count)) + packer.flush()
    return _png((header, _chunk(b"IDAT", packed)))


def _text_bomb() -> bytes:
    text = PngInfo()
    text.add_text("comment", "A" * 40_000_000, zip=True)
    buffer = io.BytesIO()
    Image.new("L", (28, 28)).save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header says another size."""
    frame = jpeg.index(b"\xff\xc0")
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def _saved(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), "white").save(buffer, kind)
    return buffer.getvalue()


def _many_frames() -> bytes:
    frames = [Image.new("L", (64, 64), grey % 256) for grey in range(300)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("digit.png", picture(0))
    return buffer.getvalue()
