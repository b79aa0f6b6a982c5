"""How much of a stranger's file is taken on."""

MAX_BYTES = 10 << 20
"""The largest file: 10 MiB, as Discord itself has it."""

MAX_PIXELS = 25_000_000
"""The largest picture, by its header and before it is decoded. Phones make up to 24.5 million."""

MAX_PIXELS_WEBP = MAX_PIXELS // 2
"""Less for WebP, whose decoder holds a frame four times over: 16 bytes a pixel, where a PNG takes 4
and a JPEG, which is shrunk while it is decoded, 8 at most."""

MAX_SECONDS = 1.5
"""Processor time for decoding; the slowest honest pictures take a third of it."""
