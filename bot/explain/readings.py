"""From a picture file to the digits in it."""

from hashlib import sha256

from cachetools import LRUCache

from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from core.uploads import MAX_BYTES, Reading, UploadError, UploadProblem

_REMEMBERED = 48 << 20  # bytes; the largest picture takes 16 MB, an ordinary screenshot 2


class Readings:
    """Reads pictures; remembers those it read last, by the digest of their clean file."""

    def __init__(self, engine: Engine) -> None:
        """Read with the decoding process and the network of an engine."""
        self._engine = engine
        self._readings: LRUCache[bytes, Reading] = LRUCache(_REMEMBERED, _size)

    async def read(self, data: bytes) -> Reading:
        """Find the digits in an uploaded picture.

        Args:
            data: a file from anywhere.

        Raises:
            UserError: it is no picture that can be read.
        """
        reading = await self._read(data, ours=False)
        self._readings[sha256(reading.picture.file).digest()] = reading
        return reading

    async def reopen(self, file: bytes) -> Reading:
        """Find the same digits again in what an answer carries of an upload.

        Args:
            file: `DecodedImage.file`, as it was sent; from a place that others can write to.

        Raises:
            UserError: it is no picture that can be read.
        """
        key = sha256(file).digest()
        reading = self._readings.get(key)
        if reading is None:
            reading = self._readings[key] = await self._read(file, ours=True)
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
