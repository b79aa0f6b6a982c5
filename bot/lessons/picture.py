"""What a kind of picture is: its description, and how it is computed and drawn."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.lessons.state import View
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.digit import Digit
from core.explain.explanation import ExplanationSet
from core.explain.intermediates import Intermediates, compute_intermediates
from core.explain.scores import Score
from core.figures.lessons.heatmaps import draw_heatmaps
from core.record import ModelRecord

NETWORK = Network.TUTORIAL
"""The network that lessons are about."""

LAST_LAYER = "max_pooling2d_1"

DataT = TypeVar("DataT")
Map = NDArray[np.float32]  # (h, w) in [0, 1]


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """What a picture is about.

    Attributes:
        digit: before the learner's changes.
        label: the label of the digit; for the learner's own, what the network reads.
        image: (28, 28) float32 in [0, 1], the digit with the changes.
        original: all maps of `digit`.
        explained: all maps of `image`.
        target: the class explained.
        view: what the learner looks at.
        model: the network, a Keras model.
        record: the record of the network's training.
    """

    digit: Digit
    label: int
    image: NDArray[np.float32]
    original: ExplanationSet
    explained: ExplanationSet
    target: int
    view: View
    model: Any
    record: ModelRecord

    @property
    def changed(self) -> bool:
        """Whether the learner's changes have changed a pixel."""
        return not np.array_equal(self.image, self.digit.image)

    def map_in(self, explained: ExplanationSet) -> Map:
        """Return the map of the class explained, at the layer that is looked at."""
        heatmap: Map = explained.heatmaps[self.view.layer][self.target]
        return heatmap


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """A picture as PNG, and the fields of its description beside those of every picture."""

    file: bytes
    fields: Mapping[str, object] = field(default_factory=dict)


async def _nothing(_: Engine, __: Subject) -> Any:  # noqa: ANN401
    """Compute nothing beside the subject's maps."""


@dataclass(frozen=True, slots=True)
class Picture(Generic[DataT]):
    """A kind of picture that a page can show.

    Attributes:
        alt: the key of the text that describes it.
        draw: draws the picture of a subject from computed data.
        compute: computes the data, where the subject's maps are not enough.
        shows_digit: whether the learner's digit is in it.
        shows_heat: whether its caption says where the map is strongest.
        caption: the key of what its caption says besides, with the fields of its description.
    """

    alt: str
    draw: Callable[[Subject, DataT], Drawing]
    compute: Callable[[Engine, Subject], Awaitable[DataT]] = _nothing
    shows_digit: bool = True
    shows_heat: bool = False
    caption: str | None = None

    async def render(self, engine: Engine, subject: Subject) -> Drawing:
        """Draw the picture of a subject.

        Raises:
            UserError: If too many requests wait.
        """
        return await engine.run_drawing(self.draw, subject, await self.compute(engine, subject))


async def last_intermediates(engine: Engine, s: Subject) -> Intermediates:
    """Compute the intermediate results of the log-odds at the last layer.

    Raises:
        UserError: If too many requests wait.
    """
    network = engine.explainers[NETWORK].closed_form
    return await engine.run_network(compute_intermediates, network, s.image, LAST_LAYER, s.target)


async def by_score(engine: Engine, s: Subject) -> dict[Score, Map]:
    """Compute the map of the class explained by every score.

    Raises:
        UserError: If too many requests wait.
    """
    explanations = {x: await engine.explain_all(s.image[np.newaxis], NETWORK, x) for x in Score}
    return {score: s.map_in(explained) for score, (explained,) in explanations.items()}


def draw_row(s: Subject, panels: Sequence[tuple[str, str, Map]], **fields: object) -> Drawing:
    """Draw maps side by side: of each, what is written above it and below it, and the map."""
    empty = ", ".join(above for above, _, heatmap in panels if not heatmap.any())
    return Drawing(draw_heatmaps(s.image, panels, s.target), {"empty": empty, **fields})
