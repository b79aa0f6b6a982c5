"""The idx format, in which MNIST was published.

Two zero bytes, the type of the values (8: unsigned byte), the number of dimensions, each dimension
as a big-endian 32-bit number, then the values, the last dimension running fastest.
"""

import hashlib
import struct

import numpy as np
from numpy.typing import NDArray

_UNSIGNED_BYTE = 8


def decode(raw: bytes, dimensions: int) -> NDArray[np.uint8]:
    """Read one idx file of unsigned bytes.

    Args:
        raw: the file's content, not compressed.
        dimensions: how many the array must have: 1 for labels, 3 for images.

    Returns:
        The array, read-only: it shares the memory of `raw`.

    Raises:
        ValueError: it is something else, or cut short, or has bytes to spare.
    """
    start = 4 + 4 * dimensions
    if len(raw) < start or raw[:4] != bytes([0, 0, _UNSIGNED_BYTE, dimensions]):
        raise ValueError(f"is not an idx file of unsigned bytes in {dimensions} dimensions")
    shape = struct.unpack(f">{dimensions}I", raw[4:start])
    values = np.frombuffer(raw, np.uint8, offset=start)
    expected = int(np.prod(shape, dtype=np.uint64))
    if values.size != expected:
        raise ValueError(f"holds {values.size:,} values where its header promises {expected:,}")
    return values.reshape(shape)


def encode(values: NDArray[np.uint8]) -> bytes:
    """Write an array as the content of an idx file: the inverse of `decode`."""
    header = bytes([0, 0, _UNSIGNED_BYTE, values.ndim])
    return header + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def md5(values: NDArray[np.uint8]) -> str:
    """Name an array by the md5 sum of its idx file, as MNIST's mirrors publish it."""
    return hashlib.md5(encode(values), usedforsecurity=False).hexdigest()
