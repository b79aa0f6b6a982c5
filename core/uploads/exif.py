"""The orientation in an EXIF block, read without the rest of it."""

import struct

_ORIENTATION = 0x0112
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(exif: bytes) -> int:
    """Return the orientation in an EXIF block, with or without the `Exif` prefix that JPEG has.

    Pillow's parser reads all tags, and warns or fails if any of them is malformed. A picture with a
    broken EXIF block is still a picture, so this never raises.

    Returns:
        1 to 8 by the EXIF standard; 1, "as stored", if the block does not say.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
