"""Files that are broken, or made to hurt whoever opens them."""

import io
import struct
import zipfile
import zlib
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image

from tests.builders import picture

_JPEG_SIZE = 5  # from the frame header's marker to its height and width


@cache
def hostile_files() -> dict[str, bytes]:
    """Each by what is wrong with it. The dictionary is shared: do not change it."""
    return {
        **_no_pictures(),
        **_other_pictures(),
        **_broken_pngs(picture(0)),
        **_broken_jpegs(picture(0, kind="JPEG")),
        **_broken_gifs(picture(0, kind="GIF")),
        **_broken_webps(picture(0, kind="WEBP")),
    }


def _no_pictures() -> dict[str, bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("digit.png", picture(0))
    return {
        "empty": b"",
        "one-byte": b"\x89",
        "random": np.random.default_rng(0).bytes(20_000),
        "zeros": bytes(5_000),
        "text": b"this is not a picture\n" * 50,
        "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
        "zip": archive.getvalue(),
        "zlib-bomb": zlib.compress(bytes(10**7)),
        "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(200),
        "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(200),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
        "executable": b"\x7fELF" + bytes(500),
    }


def _other_pictures() -> dict[str, bytes]:
    namespace = b'xmlns="http://www.w3.org/2000/svg"'
    return {
        "svg": b"<svg " + namespace + b'><image href="file:///etc/passwd"/></svg>',
        "svg-entities": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]>\n<svg>&a;</svg>',
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(200),
        "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(200),
        "tiff": _saved(Image.new("L", (32, 32)), "TIFF"),
        "bmp": _saved(Image.new("L", (32, 32)), "BMP"),
        "icon": _saved(Image.new("L", (32, 32)), "ICO"),
    }


def _broken_pngs(png: bytes) -> dict[str, bytes]:
    whole = _chunk(b"IDAT", zlib.compress(bytes(10 * 9)))
    data = png.index(b"IDAT")
    return {
        "png-bomb": _flat_png(13_000, 13_000),
        "png-bomb-inside": _png(9, 9, _chunk(b"IDAT", _squeezed(1 << 26))),
        "png-wide": _png(2**31 - 1, 1),
        "png-tall": _png(1, 2**31 - 1),
        "png-no-size": _png(0, 0),
        "png-no-data": _png(9, 9),
        "png-wrong-depth": _png(9, 9, whole, depth=77),
        "png-palette-without-palette": _png(9, 9, whole, colours=3),
        "png-cut-in-header": png[:20],
        "png-cut-in-half": png[: len(png) // 2],
        "png-cut-at-end": png[: data + 100],
        "png-interlaced-cut": _png(9, 9, whole[:-8], interlaced=1),
        "png-wrong-checksum": png[:29] + bytes(4) + png[33:],
        "png-text-bomb": _png(9, 9, _chunk(b"zTXt", b"a\0\0" + _squeezed(1 << 24)), whole),
        "png-profile-bomb": _png(9, 9, _chunk(b"iCCP", b"a\0\0" + _squeezed(1 << 24)), whole),
        "png-million-chunks": _png(9, 9, _chunk(b"teSt", b"") * 800_000, whole),
        "png-animation-of-no-frames": _png(9, 9, _chunk(b"acTL", bytes(8)), whole),
        "png-frame-beyond-canvas": _png(
            9,
            9,
            _chunk(b"acTL", struct.pack(">II", 2, 0)),
            _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 60_000, 60_000, 0, 0, 1, 1, 0, 0)),
            whole,
        ),
        "png-then-html": png + b"<script>alert(1)</script>",
    }


def _broken_jpegs(jpeg: bytes) -> dict[str, bytes]:
    start, rest = jpeg[:2], jpeg[2:]
    big_exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x00\0\2\0\0\xff\xff\0\0\0\0" * 5_000
    return {
        "jpeg-bomb": _with_size(jpeg, 65_500, 65_500),
        "jpeg-two-sizes": _with_second_frame_header(jpeg, 12_000, 12_000),
        "jpeg-no-size": _with_size(jpeg, 0, 0),
        "jpeg-million-scans": _many_scans(),
        "jpeg-cut-in-header": jpeg[:30],
        "jpeg-cut-in-half": jpeg[: len(jpeg) // 2],
        "jpeg-only-start": jpeg[:4],
        "jpeg-noise-inside": jpeg[:400] + np.random.default_rng(1).bytes(400) + jpeg[800:],
        "jpeg-broken-exif": start + _segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff") + rest,
        "jpeg-big-exif": start + _segment(0xE1, big_exif) + rest,
        "jpeg-broken-second-picture": start + _segment(0xE2, b"MPF\0MM\0*" + bytes(9)) + rest,
        "jpeg-profile-out-of-order": start + _segment(0xE2, b"ICC_PROFILE\0\x09\x02x") + rest,
    }


def _broken_gifs(gif: bytes) -> dict[str, bytes]:
    canvas, frame = 6, gif.index(b",\0\0\0\0") + 5
    frames = [Image.new("L", (64, 64), grey % 256) for grey in range(300)]
    return {
        "gif-bomb": gif[:canvas] + b"\xff" * 4 + gif[canvas + 4 :],
        "gif-frame-bomb": gif[:frame] + b"\xff" * 4 + gif[frame + 4 :],
        "gif-frame-beyond-canvas": gif[:canvas] + struct.pack("<HH", 5, 5) + gif[canvas + 4 :],
        "gif-cut-in-half": gif[: len(gif) // 2],
        "gif-only-header": gif[:6],
        "gif-many-frames": _saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
    }


def _broken_webps(webp: bytes) -> dict[str, bytes]:
    frame = webp[12:]
    return {
        "webp-bomb": _riff(_canvas(16_383, 16_383) + frame),
        "webp-frame-beyond-canvas": _riff(_canvas(9, 9) + frame),
        "webp-cut-in-half": webp[: len(webp) // 2],
        "webp-only-header": webp[:20],
        "webp-lying-length": webp[:4] + struct.pack("<I", 2**32 - 1) + webp[8:],
    }


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _squeezed(length: int) -> bytes:
    """Zeros, a thousandth as long as they say they are."""
    packer = zlib.compressobj()
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(length >> 20)) + packer.flush()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _png(
    width: int, height: int, *chunks: bytes, depth: int = 8, colours: int = 0, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced)
    body = (_chunk(b"IHDR", header), *chunks, _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _flat_png(width: int, height: int) -> bytes:
    """A picture of one colour, whole and right: however large, it is a few kilobytes."""
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    return _png(width, height, _chunk(b"IDAT", packed))


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header says another size."""
    size = jpeg.index(b"\xff\xc0") + _JPEG_SIZE
    return jpeg[:size] + struct.pack(">HH", height, width) + jpeg[size + 4 :]


def _with_second_frame_header(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG that is large to who believes its first frame header, and small by its second."""
    first = jpeg.index(b"\xff\xc0")
    (length,) = struct.unpack_from(">H", jpeg, first + 2)
    header = jpeg[first : first + 2 + length]
    return jpeg[:first] + _with_size(header, width, height) + jpeg[first:]


def _many_scans() -> bytes:
    """A progressive JPEG of allowed size that has its shortest scan some 100,000 times over."""
    jpeg = _saved(Image.new("L", (5_000, 4_000), "white"), "JPEG", progressive=True)
    starts = [at for at in range(len(jpeg)) if jpeg.startswith(b"\xff\xda", at)]
    scan = min((jpeg[a:b] for a, b in pairwise(starts[1:])), key=len)
    return jpeg[:-2] + scan * (4_000_000 // len(scan)) + jpeg[-2:]


def _canvas(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X" + struct.pack("<I", 10) + bytes(4) + size


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
