"""Limits for untrusted files."""

MAX_BYTES = 10 << 20
"""Largest file in bytes: 10 MiB, as on Discord."""

MAX_PIXELS = 51_000_000
"""Largest picture in pixels, by its header: the 50 megapixels of phones."""

MAX_PIXELS_WEBP = MAX_PIXELS // 2
"""Largest WebP. Its decoder takes 16 bytes per pixel; HEIC and AVIF take 9, PNG 4, and JPEG, which
is shrunk while it is decoded, at most 6."""

MAX_SIDE = 8192
"""Longest side of a decoded picture, as of a long screenshot."""

MAX_DECODED = 2048 * 2048
"""Largest number of pixels of a decoded picture. Larger ones are shrunk by a whole number."""

MAX_SECONDS = 2.5
"""Processor time of a decoder that keeps reading; the slowest legitimate pictures take a third."""

MAX_WAIT = 4.0
"""Seconds after which a decoding process is killed."""

MAX_MEMORY = 640 << 20
"""Bytes that a decoding process may allocate; the largest legitimate pictures take two thirds."""
