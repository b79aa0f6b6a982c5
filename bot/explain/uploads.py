"""From an uploaded picture to the digits in it."""

from hashlib import sha256

import numpy as np
from cachetools import LRUCache, TTLCache
from numpy.typing import NDArray

from bot.runtime.clock import Clock, utc_now
from bot.runtime.downloads import Downloads
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES, Reading, UploadError, UploadProblem

_CACHE_SIZE = 48 << 20  # bytes of pictures and their ink maps
_MAX_PEOPLE = 1000  # whose last digit is remembered, in 3 KB each
_REMEMBERED = 60 * 60  # seconds since the last use


class Uploads:
    """Reads uploaded pictures; caches the last ones by the hash of their clean file.

    The first digit of each person's last picture is remembered for an hour after its last use. It
    expires because only one process is told when a person deletes their data.
    """

    def __init__(self, engine: Engine, downloads: Downloads, now: Clock = utc_now) -> None:
        self._engine = engine
        self._downloads = downloads
        self._readings: LRUCache[bytes, Reading] = LRUCache(_CACHE_SIZE, _size)
        self._last: TTLCache[int, NDArray[np.float32]] = TTLCache(
            _MAX_PEOPLE, _REMEMBERED, timer=lambda: now().timestamp()
        )

    def check(self, size: int) -> None:
        """Check the size of a picture's file, in bytes, before it is downloaded.

        Raises:
            UserError: If it is too large.
        """
        if size > MAX_BYTES:
            raise UserError("upload.too_large", limit=MAX_BYTES >> 20)

    async def read(self, url: str, size: int, person: int) -> Reading:
        """Find the digits in a picture of some bytes that a person attached.

        Raises:
            UserError: If it cannot be downloaded or is not a readable picture.
        """
        self.check(size)
        reading = await self._read(await self._downloads.fetch(url), ours=False)
        self._readings[sha256(reading.picture.file).digest()] = reading
        if reading.digits:
            self._last[person] = reading.digits[0].image
        return reading

    def last_digit(self, person: int) -> NDArray[np.float32] | None:
        """Return the first digit of a person's last picture, (28, 28) float32 in [0, 1], if any."""
        last: NDArray[np.float32] | None = self._last.get(person)
        if last is not None:
            self._last[person] = last  # from now on for another hour
        return last

    def forget(self, person: int) -> None:
        """Forget a person's last digit."""
        self._last.pop(person, None)

    async def reread(self, url: str | None) -> Reading:
        """Find the same digits again in the copy of an upload that an answer carries.

        Raises:
            UserError: If the copy is gone; then its URL may be `None`.
        """
        if url is None:
            raise UserError("explain.gone")
        try:
            file = await self._downloads.fetch(url)
            key = sha256(file).digest()
            reading = self._readings.get(key)
            if reading is None:
                reading = self._readings[key] = await self._read(file, ours=True)
        except UserError as error:
            raise UserError("explain.gone") from error
        return reading

    async def _read(self, file: bytes, *, ours: bool) -> Reading:
        try:
            return await self._engine.read(file, ours=ours)
        except UploadError as error:
            raise UserError(PROBLEMS[error.problem], limit=MAX_BYTES >> 20) from error


def _size(reading: Reading) -> int:
    return reading.picture.pixels.nbytes + reading.ink.nbytes + len(reading.picture.file)


PROBLEMS = {
    UploadProblem.EMPTY: "upload.empty",
    UploadProblem.TOO_LARGE: "upload.too_large",
    UploadProblem.TOO_MANY_PIXELS: "upload.too_many_pixels",
    UploadProblem.NOT_A_PICTURE: "upload.not_a_picture",
    UploadProblem.UNSUPPORTED: "upload.unsupported",
    UploadProblem.DAMAGED: "upload.damaged",
    UploadProblem.GAVE_UP: "upload.gave_up",
}
"""The text for each problem of a file."""
