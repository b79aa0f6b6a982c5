"""The boxes of HEIC and AVIF, taken out and put together by hand."""

import struct


def head(file: bytes, kind: bytes) -> bytes:
    """The length and kind of a box, as they stand in a file."""
    at = file.index(kind) - 4
    return file[at : at + 8]


def content(file: bytes, kind: bytes) -> bytes:
    """What is in the first box of a kind."""
    at = file.index(kind)
    (length,) = struct.unpack_from(">I", file, at - 4)
    return file[at + 4 : at - 4 + length]


def with_size(file: bytes, width: int, height: int) -> bytes:
    """A file that says another size, wherever it says one."""
    size = content(file, b"ispe")
    return file.replace(size, size[:4] + struct.pack(">II", width, height))


def grid(heic: bytes, side: int, *, tile: int = 2) -> bytes:
    """A HEIC of tiles, which are all the same one.

    Args:
        heic: a picture, and nothing else in the file.
        side: how many tiles there are along each side.
        tile: the number of the item that is the tile; 1 is the grid itself.
    """
    coded, (width, height) = content(heic, b"mdat"), _size(heic)
    plan = struct.pack(">BBBBII", 0, 1, side - 1, side - 1, side * width, side * height)
    ftyp = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    tiles = struct.pack(">HH", 1, side * side) + struct.pack(">H", tile) * side * side
    properties = (
        _box(b"hvcC", content(heic, b"hvcC")),
        _box(b"ispe", content(heic, b"ispe")),
        _box(b"pixi", content(heic, b"pixi")),
        _full_box(b"ispe", struct.pack(">II", side * width, side * height)),
    )
    of_items = struct.pack(">I HBBB HBBBB", 2, 1, 2, 4, 3, 2, 3, 1, 2, 3)
    meta = (
        _full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
        _full_box(b"pitm", struct.pack(">H", 1)),
        _full_box(
            b"iinf",
            struct.pack(">H", 2),
            _full_box(b"infe", struct.pack(">HH4sB", 1, 0, b"grid", 0), version=2),
            _full_box(b"infe", struct.pack(">HH4sB", 2, 0, b"hvc1", 0), version=2, flags=1),
        ),
        _box(b"iprp", _box(b"ipco", *properties), _full_box(b"ipma", of_items)),
        _full_box(b"iref", _box(b"dimg", tiles)),
        _box(b"idat", plan),
    )
    for start in (0, len(ftyp) + len(_meta(meta, plan, coded, 0)) + 8):
        file = ftyp + _meta(meta, plan, coded, start) + _box(b"mdat", coded)
    return file


def _size(file: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content(file, b"ispe")[4:])
    return width, height


def _meta(boxes: tuple[bytes, ...], plan: bytes, coded: bytes, start: int) -> bytes:
    in_idat = struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(plan))
    in_file = struct.pack(">HHHHII", 2, 0, 0, 1, start, len(coded))
    where = _full_box(b"iloc", struct.pack(">BBH", 0x44, 0, 2), in_idat, in_file, version=1)
    return _full_box(b"meta", *boxes, where)


def _box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + kind + data


def _full_box(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, bytes((version, 0, 0, flags)), *parts)
