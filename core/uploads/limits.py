"""Limits for untrusted files."""

MAX_BYTES = 10 << 20
"""The largest file: 10 MiB, as Discord itself has it."""

MAX_PIXELS = 51_000_000
"""The largest picture, by its header and before it is decoded: phones' 50 megapixels."""

MAX_PIXELS_WEBP = MAX_PIXELS // 2
"""Less for WebP, whose decoder holds a frame four times over: 16 bytes a pixel, where HEIC and AVIF
take 9, a PNG 4, and a JPEG, which is shrunk while it is decoded, 6 at most."""

MAX_SIDE = 2048
"""A longer side is shrunk to at most this, and to no less than half of it."""

MAX_SECONDS = 2.5
"""Processor time for a reader that comes back for more bytes; the slowest honest pictures take a
third of it."""

MAX_WAIT = 4.0
"""Seconds for a file, after which the process that decodes it is ended."""

MAX_MEMORY = 640 << 20
"""Bytes that a file may take in the process that decodes it; the largest honest pictures take two
thirds of them."""
