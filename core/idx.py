"""The idx format, in which MNIST was published.

Two zero bytes, the type of the values (8: unsigned byte), the number of dimensions, each dimension
as a big-endian 32-bit integer, then the values in C order.
"""

import hashlib
import struct

import numpy as np
from numpy.typing import NDArray

_UNSIGNED_BYTE = 8


def decode(raw: bytes, dimensions: int) -> NDArray[np.uint8]:
    """Read the content of an idx file of unsigned bytes: labels in 1 dimension, or images in 3.

    Returns:
        The array, read-only: it shares the memory of `raw`.

    Raises:
        ValueError: If the content is anything else, cut short or too long.
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
    """Return an array as the content of an idx file."""
    header = bytes([0, 0, _UNSIGNED_BYTE, values.ndim])
    return header + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def md5(values: NDArray[np.uint8]) -> str:
    """Return the md5 of an array's idx content, by which MNIST's files are known."""
    return hashlib.md5(encode(values), usedforsecurity=False).hexdigest()
