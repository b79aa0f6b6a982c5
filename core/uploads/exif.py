"""The one thing that is read of a picture's EXIF block: how the camera was held."""

import struct

_ORIENTATION = 0x0112
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(exif: bytes) -> int:
    """Find the orientation in an EXIF block.

    Pillow's own parser reads every tag, and warns about or fails on whatever is wrong in any of
    them. A picture with a broken EXIF block is still a picture, so nothing here raises.

    Args:
        exif: the block, with or without the `Exif` prefix that JPEG puts before it.

    Returns:
        1 to 8 as the EXIF standard numbers them; 1, "as stored", where the block does not say.
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
