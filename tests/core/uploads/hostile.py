"""Files that are broken, or made to hurt whoever opens them."""

import io
import struct
import zipfile
import zlib
from functools import cache
from itertools import islice, pairwise

import numpy as np
import pillow_heif
from PIL import Image

from core.uploads.limits import MAX_PIXELS, MAX_PIXELS_WEBP
from tests.builders import picture, saved
from tests.core.uploads import boxes

_JPEG_SIZE = 5  # from the frame header's marker to its height and width

_MUCH = bytes(range(251)) * 32_000
"""Eight megabytes of metadata."""


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
        **_broken_heics(),
        **_broken_avifs(),
        **_much_beside_the_picture(),
        **_two_things_at_once(),
    }


def some_hostile_files(*, thorough: bool) -> dict[str, bytes]:
    """All of them, or else every third."""
    return dict(islice(hostile_files().items(), 0, None, 1 if thorough else 3))


@cache
def largest_pictures() -> dict[str, bytes]:
    """Those that take the most memory of all that are not refused, by the names of their files."""
    side, side_webp = int(MAX_PIXELS**0.5), int(MAX_PIXELS_WEBP**0.5)
    ink = (9, 9, 9, 99)
    blots = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))
    cmyk = Image.new("CMYK", (side, side), 77)
    photograph = _page().resize((4_000, 3_000))  # a larger one takes long to make
    return {
        "blots.jpg": saved(blots.resize((side, side)), "JPEG", quality=60),
        "progressive.jpg": saved(cmyk, "JPEG", progressive=True, subsampling=0),
        "transparent.png": saved(Image.new("RGBA", (side, side), ink), compress_level=1),
        "palette.png": saved(Image.new("P", (side, side)), transparency=b"\x07\x55"),
        "transparent.gif": saved(Image.new("L", (side, side)), "GIF", transparency=3),
        "transparent.webp": saved(
            Image.new("RGBA", (side_webp, side_webp), ink), "WEBP", method=0, quality=1
        ),
        "enlarged.avif": _broken_avifs()["avif-much-larger-and-transparent"],
        "photograph.heic": saved(
            photograph, "HEIF", quality=30, enc_params={"preset": "ultrafast"}
        ),
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
        "tiff": saved(Image.new("L", (32, 32)), "TIFF"),
        "bmp": saved(Image.new("L", (32, 32)), "BMP"),
        "icon": saved(Image.new("L", (32, 32)), "ICO"),
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
        "png-animation-of-endless-frames": _png(
            9, 9, _chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), whole
        ),
        "png-million-pieces": _png(9, 9, _chunk(b"IDAT", b"") * 300_000, whole),
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
        "jpeg-exif-in-a-loop": start + _segment(0xE1, _looping_exif()) + rest,
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
        "gif-million-extensions": gif[: frame - 5] + b"!\xfe\0" * 1_000_000 + gif[frame - 5 :],
        "gif-many-frames": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
    }


def _broken_webps(webp: bytes) -> dict[str, bytes]:
    frame = webp[12:]
    moving = saved(_page(), "WEBP", save_all=True, append_images=[_page().rotate(9)])
    return {
        "webp-bomb": _riff(_canvas(16_383, 16_383) + frame),
        "webp-frame-beyond-canvas": _riff(_canvas(9, 9) + frame),
        "webp-cut-in-half": webp[: len(webp) // 2],
        "webp-only-header": webp[:20],
        "webp-animation-cut-in-half": moving[: len(moving) // 2],
        "webp-lossless-bomb": _riff(b"VP8L" + struct.pack("<I", 99) + b"\x2f" + b"\xff" * 99),
        "webp-lying-length": webp[:4] + struct.pack("<I", 2**32 - 1) + webp[8:],
    }


def _broken_heics() -> dict[str, bytes]:
    heic = saved(_page(), "HEIF")
    middle = len(heic) - len(boxes.content(heic, b"mdat")) // 2
    return {
        "heic-nothing-after-its-name": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(200),
        "heic-bomb": boxes.with_size(heic, 100_000, 100_000),
        "heic-larger-than-it-is": boxes.with_size(heic, 7_000, 7_000),
        "heic-smaller-than-it-is": boxes.with_size(heic, 5, 5),
        "heic-no-size": boxes.with_size(heic, 0, 0),
        "heic-endless-size": boxes.with_size(heic, 2**32 - 1, 2**32 - 1),
        "heic-cut-in-header": heic[:200],
        "heic-cut-in-half": heic[:middle],
        "heic-noise-inside": heic[:middle] + np.random.default_rng(2).bytes(len(heic) - middle),
        "heic-lying-box": heic.replace(boxes.head(heic, b"meta"), b"\xff\xff\xff\xffmeta"),
        "heic-box-of-no-length": heic.replace(boxes.head(heic, b"iprp"), bytes(4) + b"iprp"),
        "heic-of-itself": boxes.grid(heic, 2, tile=1),
        "heic-too-many-tiles": boxes.grid(heic, 250),
        "heic-tiles-missing": boxes.grid(heic, 2, tile=7),
        "heic-wants-too-much": wants_too_much(),
        "heic-as-a-film": b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc" + heic[28:],
    }


def wants_too_much() -> bytes:
    """A HEIC of 2 kB and of allowed size that takes a gigabyte: deep colours, a tile repeated."""
    side = 256
    deep = pillow_heif.from_bytes("RGB;16", (side, side), bytes(side * side * 6))
    file = io.BytesIO()
    deep.save(file, quality=-1, chroma=444)
    return boxes.grid(file.getvalue(), 27)


def _broken_avifs() -> dict[str, bytes]:
    avif = saved(_page(), "AVIF")
    ink = saved(Image.new("RGBA", (64, 64), (9, 9, 9, 99)), "AVIF", subsampling="4:4:4")
    frames = saved(_page(), "AVIF", save_all=True, append_images=[Image.new("RGB", (64, 64))] * 9)
    clock = boxes.content(frames, b"mdhd")  # version, created, modified, parts of a second
    middle = len(avif) - len(boxes.content(avif, b"mdat")) // 2
    return {
        "avif-nothing-after-its-name": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(200),
        "avif-bomb": boxes.with_size(avif, 100_000, 100_000),
        "avif-larger-than-it-is": boxes.with_size(avif, 7_000, 7_000),
        "avif-smaller-than-it-is": boxes.with_size(avif, 5, 5),
        "avif-much-larger-and-transparent": boxes.with_size(ink, 7_100, 7_100),
        "avif-no-size": boxes.with_size(avif, 0, 0),
        "avif-cut-in-header": avif[:150],
        "avif-cut-in-half": avif[:middle],
        "avif-noise-inside": avif[:middle] + np.random.default_rng(3).bytes(len(avif) - middle),
        "avif-lying-box": avif.replace(boxes.head(avif, b"meta"), b"\xff\xff\xff\xffmeta"),
        "avif-animation-without-time": frames.replace(clock, clock[:20] + bytes(4) + clock[24:]),
        "avif-animation-cut-in-half": frames[: len(frames) // 2],
        "avif-named-heic": avif.replace(b"avif", b"heic"),
    }


def _much_beside_the_picture() -> dict[str, bytes]:
    png, jpeg, gif, webp = (picture(0, kind=kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))
    start, rest = jpeg[:2], jpeg[2:]
    parts = [_MUCH[at : at + 60_000] for at in range(0, len(_MUCH), 60_000)]
    xmp = b"".join(_segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + part) for part in parts)
    profile = b"".join(
        _segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, 1)
    )
    comment = b"".join(b"\xff" + _MUCH[at : at + 255] for at in range(0, len(_MUCH) - 255, 255))
    body = gif.index(b",\0\0\0\0")
    canvas = _canvas(280, 280, flags=0x2C)  # profile, EXIF, XMP
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0" + _MUCH
    return {
        "png-much-exif": png[:33] + _chunk(b"eXIf", exif[6:]) + png[33:],
        "png-much-text": png[:33]
        + _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _MUCH)
        + png[33:],
        "jpeg-much-xmp": start + xmp + rest,
        "jpeg-much-profile": start + profile + rest,
        "gif-much-comment": gif[:body] + b"!\xfe" + comment + b"\0" + gif[body:],
        "webp-much-exif": _riff(canvas + webp[12:] + _riff_chunk(b"EXIF", exif)),
        "webp-much-profile": _riff(canvas + _riff_chunk(b"ICCP", _MUCH) + webp[12:]),
        "heic-much-exif": saved(_page(), "HEIF", exif=exif),
        "avif-much-exif": saved(_page(), "AVIF", exif=exif),
    }


def _two_things_at_once() -> dict[str, bytes]:
    png, jpeg, gif = (picture(0, kind=kind) for kind in ("PNG", "JPEG", "GIF"))
    archive = _no_pictures()["zip"]
    return {
        "png-then-html": png + b"<script>alert(1)</script>",
        "png-then-zip": png + archive,
        "png-with-svg-inside": png[:33] + _chunk(b"tEXt", b"a\0<svg onload=alert(1)>") + png[33:],
        "zip-then-png": archive + png,
        "jpeg-with-php-inside": jpeg[:2] + _segment(0xFE, b"<?php system($_GET[0]); ?>") + jpeg[2:],
        "jpeg-then-png": jpeg + png,
        "pdf-and-jpeg": b"%PDF-1.7\n" + jpeg,
        "gif-and-javascript": gif[:6] + b"/*" + gif[8:] + b"*/=1;alert(1)",
        "heic-then-jpeg": saved(_page(), "HEIF") + jpeg,
        "png-named-jpeg": b"\xff\xd8\xff" + png,
    }


def _page() -> Image.Image:
    pillow_heif.register_heif_opener()  # which saves them, too
    return Image.new("RGB", (64, 64), "#ffeecc")


def _looping_exif() -> bytes:
    """Its directories, and those of the places it was taken at, come after themselves."""
    entries = b"\x87\x69\0\4\0\0\0\1\0\0\0\x08\x88\x25\0\4\0\0\0\1\0\0\0\x08"
    return b"Exif\0\0MM\0*\0\0\0\x08\0\2" + entries + b"\0\0\0\x08"


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
    jpeg = saved(Image.new("L", (5_000, 4_000), "white"), "JPEG", progressive=True)
    starts = [at for at in range(len(jpeg)) if jpeg.startswith(b"\xff\xda", at)]
    scan = min((jpeg[a:b] for a, b in pairwise(starts[1:])), key=len)
    return jpeg[:-2] + scan * (4_000_000 // len(scan)) + jpeg[-2:]


def _canvas(width: int, height: int, flags: int = 0) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)


def _riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
