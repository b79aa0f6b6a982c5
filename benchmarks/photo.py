"""An ordinary photograph of 12 megapixels, from its file to the pictures of a reply."""

import asyncio
import io
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.rows import Row, at_most
from benchmarks.timing import Samples, interleave
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.explain.results import DigitResult
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.dataset import load_test_digits
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.record import ModelRecord
from core.uploads import Reader
from core.uploads.decode import decode

_WIDTH, _HEIGHT = 4000, 3000
_DIGIT = 900
_ROWS, _COLUMNS, _SMALL = 5, 10, 200  # digits of a page, and their height in pixels
_FACTOR, _SECONDS = 1.5, 0.05
_PAGE = range(100, 100 + _ROWS * _COLUMNS)
_BAR = "(1.5 × decoding it alone + 50 ms)"


def replying_to_a_photo(explainer: Explainer) -> list[Row]:
    """All that the bot does between having a photograph and having the pictures to send."""
    photo = photograph()
    explainers = {
        Network.TUTORIAL: explainer,
        Network.UPLOADS: Explainer.load(UPLOADS_WEIGHTS),
    }
    least = ModelRecord.load(UPLOADS_WEIGHTS).uploads_metrics.threshold
    engine = Engine(explainers, least)
    with asyncio.Runner() as runner:
        timed = interleave(
            {"reply": lambda: runner.run(_reply(engine, photo)), "alone": lambda: decode(photo)},
            rounds=9,
        )
    engine.close()
    reply, alone = timed["reply"], timed["alone"]
    allowed = Samples(_FACTOR * alone.seconds + _SECONDS)
    return [
        Row(f"decoding a photo of 12 megapixels, {len(photo) / 1e6:.1f} MB, alone", str(alone)),
        at_most("a whole reply to it, JPEG in to card and overlay out", reply, allowed, _BAR, 1),
    ]


async def _reply(engine: Engine, photo: bytes) -> None:
    """Answer a photograph that the bot has not seen before.

    Returns nothing, because `asyncio.Runner.run` formats the task with its result, arrays included,
    within the time measured.
    """
    reading = await engine.read(photo, ours=False)
    result = await Explaining(engine, {network: {} for network in Network}).answer(
        Query.upload(), reading
    )
    if not isinstance(result, DigitResult):
        raise TypeError(f"one digit was to be found, not {len(reading.digits)}")


def reading_photos(_: Explainer) -> list[Row]:
    """From a file of 12 megapixels to the digits in it: cost grows with the ink."""
    network = Explainer.load(UPLOADS_WEIGHTS)
    least = ModelRecord.load(UPLOADS_WEIGHTS).uploads_metrics.threshold
    reader = Reader(network.logits, least)
    photos = {"one": photograph(), "page": _photograph(_page()), "thing": _thing()}
    found = {name: len(reader.read(decode(photo)).digits) for name, photo in photos.items()}
    if found != {"one": 1, "page": _ROWS * _COLUMNS, "thing": 0}:
        raise ValueError(f"found {found}")

    def read(photo: bytes) -> Callable[[], object]:
        return lambda: reader.read(decode(photo))

    timed = interleave({name: read(photo) for name, photo in photos.items()}, rounds=9)
    one = timed["one"]
    return [
        Row("reading a photo of 12 megapixels with one digit, JPEG in to digits out", str(one)),
        at_most("reading one with a page of fifty digits", timed["page"], one, "one digit", 2.5),
        at_most("reading one of something else", timed["thing"], one, "one digit", 1.5),
    ]


def photograph() -> bytes:
    """Blue ink on grainy paper under a lamp at one side, as a phone saves it: a JPEG."""
    ink = np.zeros((_HEIGHT, _WIDTH), np.float32)
    ink[800 : 800 + _DIGIT, 1400 : 1400 + _DIGIT] = _written(7, _DIGIT)
    return _photograph(ink)


def _page() -> NDArray[np.float32]:
    """Five lines of ten digits."""
    ink = np.zeros((_HEIGHT, _WIDTH), np.float32)
    for i, index in enumerate(_PAGE):
        top, left = 400 + 450 * (i // _COLUMNS), 400 + 320 * (i % _COLUMNS)
        ink[top : top + _SMALL, left : left + _SMALL] = _written(index, _SMALL)
    return ink


def _thing() -> bytes:
    """Something out of focus before a rough wall, in colour: shapes and texture without strokes."""
    rng = np.random.default_rng(1)
    sheet = np.full((_HEIGHT, _WIDTH, 3), 120, np.float32)
    for size, strength in ((800, 60), (200, 35), (50, 15), (12, 8)):
        shape = (_HEIGHT // size, _WIDTH // size, 3)
        coarse = rng.normal(0, strength, shape).astype(np.float32)
        sheet += cv2.resize(coarse, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    return _jpeg(sheet)


def _photograph(ink: NDArray[np.float32]) -> bytes:
    rng = np.random.default_rng(0)
    light = np.linspace(245, 190, _WIDTH, dtype=np.float32)[None, :, None]
    grain = rng.normal(0, 4, (_HEIGHT, _WIDTH, 1)).astype(np.float32)
    paper = light * np.array([1, 0.97, 0.9], np.float32) + grain
    sheet = paper + (np.array([40, 50, 120], np.float32) - paper) * ink[..., None]
    return _jpeg(sheet)


def _jpeg(sheet: NDArray[np.floating]) -> bytes:
    jpeg = io.BytesIO()
    Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()


def _written(index: int, side: int) -> NDArray[np.float32]:
    """A test digit, large."""
    digit = Image.fromarray(load_test_digits().images[index])
    large = digit.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float32) / np.float32(255)
