"""The picture of a lesson's page: of the learner's own digit, by the real network."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.lessons.picture import LAST_LAYER, NETWORK, Drawing, Subject
from bot.lessons.pictures import PICTURES
from bot.lessons.state import View
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from core.dataset import test_digit
from core.digit import Digit
from core.explain.explanation import ExplanationSet
from core.explain.scores import Score
from core.record import ModelRecord
from core.transforms import Transform, erase_hottest_cell

_ZOOM = 8  # of the small picture that carries the learner's own digit


@dataclass(frozen=True, eq=False, slots=True)
class Illustration:
    """A picture, and what its message says of it.

    Attributes:
        picture: its kind, a name in `PICTURES`.
        subject: what it is about.
        own: the learner's own digit before any change, as a PNG that `read_own` reads; `None` for
            a test digit.
        drawing: the file, and fields of its description.
        layers: the height and width of each layer's maps, in order.
    """

    picture: str
    subject: Subject
    own: bytes | None
    drawing: Drawing
    layers: dict[str, tuple[int, int]]


class Illustrator:
    """Draws the pictures of lessons."""

    def __init__(self, engine: Engine, record: ModelRecord) -> None:
        self._engine = engine
        self._record = record

    async def illustrate(
        self, picture: str, view: View, own: NDArray[np.float32] | None = None
    ) -> Illustration:
        """Draw a picture.

        Args:
            picture: its kind, a name in `PICTURES`.
            view: what the learner looks at.
            own: (28, 28) float32 in [0, 1], the learner's own digit; needed if the view has none.

        Raises:
            UserError: If too many requests wait.
        """
        digit = _digit(view, own)
        original = explained = await self._explain(digit.image, view.score)
        image, explainer = digit.image, self._engine.explainers[NETWORK]
        if view.transform != Transform():
            image = await self._edited(image, view)
            explained = await self._explain(image, view.score)
        # A change is judged by the class that was predicted before it.
        predicted = original.prediction if picture == "change" else explained.prediction
        subject = Subject(
            digit=digit,
            label=original.prediction if digit.label is None else digit.label,
            image=image,
            original=original,
            explained=explained,
            target=predicted if view.target is None else view.target,
            view=view,
            model=explainer.model,
            record=self._record,
        )
        drawing = await PICTURES[picture].render(self._engine, subject)
        carried = None if own is None else await self._engine.run_drawing(write_own, own)
        return Illustration(picture, subject, carried, drawing, explainer.shapes)

    async def read_own(self, file: bytes) -> NDArray[np.float32]:
        """Read the learner's own digit from the small picture that a message carries.

        Raises:
            UserError: If the file is not `Illustration.own`, but something else.
        """
        return await self._engine.run_drawing(_read_own, file)

    async def _explain(self, image: NDArray[np.float32], score: Score) -> ExplanationSet:
        (explained,) = await self._engine.explain_all(image[np.newaxis], NETWORK, score)
        return explained

    async def _edited(self, image: NDArray[np.float32], view: View) -> NDArray[np.float32]:
        """Transform a digit, then erase cells one by one where its current map is brightest."""
        image = view.transform.apply(image)
        target, erased = view.target, set[tuple[int, int]]()
        for _ in range(view.transform.erased):
            explained = await self._explain(image, Score.LOG_ODDS)
            target = explained.prediction if target is None else target
            image = erase_hottest_cell(image, explained.heatmaps[LAST_LAYER][target], erased)
        return image


def _digit(view: View, own: NDArray[np.float32] | None) -> Digit:
    if view.index is not None:
        return test_digit(view.index)
    if own is None:
        raise ValueError("the view is of the learner's own digit, and none is given")
    return Digit(own)


def write_own(image: NDArray[np.float32]) -> bytes:
    """Write a digit as a small PNG from which `Illustrator.read_own` reads the same digit."""
    grey = np.rint(image * 255).astype(np.uint8).repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
    file = BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def _read_own(file: bytes) -> NDArray[np.float32]:
    side = 28 * _ZOOM
    try:
        with Image.open(BytesIO(file), formats=["PNG"]) as picture:
            if picture.size != (side, side) or picture.mode != "L":
                raise UserError("explain.gone")
            grey = np.asarray(picture)[_ZOOM // 2 :: _ZOOM, _ZOOM // 2 :: _ZOOM]
    except (OSError, ValueError, SyntaxError) as error:
        raise UserError("explain.gone") from error
    image: NDArray[np.float32] = np.divide(grey, 255, dtype=np.float32)
    return image
