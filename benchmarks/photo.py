"""An ordinary photograph of 12 megapixels, from its file to the pictures of a reply."""

import asyncio
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.rows import Row, at_most
from benchmarks.timing import Samples, interleave
from bot.explain.explaining import Explaining
from bot.explain.query import Query
from bot.explain.results import DigitResult, Result
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.dataset import load_test_digits
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.record import ModelRecord
from core.uploads.decode import decode

_WIDTH, _HEIGHT = 4000, 3000
_DIGIT = 900
_FACTOR, _SECONDS = 1.5, 0.05
_BAR = "(1.5 × decoding it alone + 50 ms)"


def replying_to_a_photo(explainer: Explainer) -> list[Row]:
    """All that the bot does between having a photograph and having the pictures to send."""
    photo = photograph()
    explainers = {
        Network.TUTORIAL: explainer,
        Network.UPLOADS: Explainer.load(UPLOADS_WEIGHTS),
    }
    least = ModelRecord.load(UPLOADS_WEIGHTS).decision.threshold
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


async def _reply(engine: Engine, photo: bytes) -> Result:
    """Answer as the bot does, which has not seen this photograph before."""
    reading = await engine.read(photo, ours=False)
    result = await Explaining(engine, {network: {} for network in Network}).answer(
        Query.upload(), reading
    )
    if not isinstance(result, DigitResult):
        raise TypeError(f"one digit was to be found, not {len(reading.digits)}")
    return result


def photograph() -> bytes:
    """Blue ink on grainy paper under a lamp at one side, as a phone saves it: a JPEG."""
    rng = np.random.default_rng(0)
    ink = np.zeros((_HEIGHT, _WIDTH), np.float32)
    ink[800 : 800 + _DIGIT, 1400 : 1400 + _DIGIT] = _written(7)
    light = np.linspace(245, 190, _WIDTH, dtype=np.float32)[None, :, None]
    grain = rng.normal(0, 4, (_HEIGHT, _WIDTH, 1)).astype(np.float32)
    paper = light * np.array([1, 0.97, 0.9], np.float32) + grain
    sheet = paper + (np.array([40, 50, 120], np.float32) - paper) * ink[..., None]
    jpeg = io.BytesIO()
    Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()


def _written(index: int) -> NDArray[np.float32]:
    """A test digit, large."""
    digit = Image.fromarray(load_test_digits().images[index])
    large = digit.resize((_DIGIT, _DIGIT), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float32) / np.float32(255)
