"""What a screen of a lesson shows: a picture of the learner's own digit, by the real network."""

from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.lessons.course import Picture, Screen
from bot.runtime.engine import Engine
from bot.runtime.errors import UserError
from bot.runtime.networks import Network
from core.dataset import TEST_DIGITS, test_digit
from core.digit import Digit
from core.epochs import probabilities_by_epoch
from core.explain.explainer import ExplanationSet
from core.explain.intermediates import Intermediates, compute_intermediates
from core.explain.regions import Region, strongest_regions
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.lessons.digits import (
    draw_bars,
    draw_convolution,
    draw_digit,
    draw_numbers,
    draw_pooling,
    draw_samples,
)
from core.figures.lessons.gradients import draw_alphas, draw_cam, draw_tangent
from core.figures.lessons.maps import draw_layers, draw_maps
from core.figures.lessons.reading import Seen, draw_change, draw_row, likeness
from core.figures.lessons.training import draw_epochs, draw_loss
from core.record import History, Metrics, ModelRecord
from core.transforms import Transform, erase_hottest_cell

_LAST = "max_pooling2d_1"
_NETWORK = Network.TUTORIAL
_PLAIN = Transform()
_ZOOM = 8  # of the picture that carries a digit


@dataclass(frozen=True, slots=True)
class Look:
    """What a learner looks at.

    Attributes:
        index: their test digit; `None` for their own handwriting.
        layer: whose feature maps are read.
        target: the class to explain; `None` for the predicted one.
        score: what is differentiated.
        transform: what they did to the digit.
    """

    index: int | None
    layer: str = _LAST
    target: int | None = None
    score: Score = Score.LOG_ODDS
    transform: Transform = _PLAIN

    @classmethod
    def at(cls, screen: Screen, index: int | None) -> Self:
        """Begin a screen with a digit."""
        return cls(index, screen.layer, screen.target, screen.score)

    def take(self, index: int) -> Self:
        """Take another digit, as it is."""
        return replace(self, index=index % TEST_DIGITS, transform=_PLAIN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in the course, and what they look at.

    Attributes:
        lesson: its name.
        screen: which of its screens, from 0.
        look: what is looked at.
        session: in which session; 0: alone.
    """

    lesson: str
    screen: int
    look: Look
    session: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody looks at something else on their screen."""

    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody turns to another screen of a lesson.

    Attributes:
        place: where they are.
        screen: which they want, from 0.
    """

    place: Place
    screen: int


@dataclass(frozen=True, slots=True)
class TryOwn:
    """Somebody wants the screen of a session for themselves, with their own digit."""

    place: Place


@dataclass(frozen=True, slots=True)
class Choosing:
    """Somebody answers a screen's question with one of its options, from 0."""

    place: Place
    choice: int


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody goes on with a lesson, or begins it."""

    lesson: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Somebody wants to see all lessons."""


@dataclass(frozen=True, slots=True)
class LookingUp:
    """Somebody wants to know what a term means."""

    term: str


@dataclass(frozen=True, eq=False, slots=True)
class Exhibit:
    """What is shown on a screen, and what is to be said of it.

    Attributes:
        picture: what kind.
        look: what was looked at.
        label: of the test digit; of somebody's own, what the network reads it as.
        own: the digit as it was, if it is somebody's own: a PNG that `read_own` reads.
        probabilities: (10,), for the digit as it is after its changes.
        before: (10,), for the digit as it was; `None` where nothing was tried on it.
        untouched: whether what was tried changed no pixel: where it was rubbed there was no ink.
        target: the class explained.
        regions: where its map is strongest; none where it is empty.
        file: the picture, PNG.
        layers: the shape of each layer's maps, in order.
        fields: further numbers for those who cannot see it.
    """

    picture: Picture
    look: Look
    label: int
    own: bytes | None
    probabilities: NDArray[np.float32]
    before: NDArray[np.float32] | None
    untouched: bool
    target: int
    regions: tuple[Region, ...]
    file: bytes
    layers: dict[str, tuple[int, int]]
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    file: bytes
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class _Sight:
    """All that pictures are drawn from."""

    digit: Digit
    label: int
    image: NDArray[np.float32]
    explained: ExplanationSet
    original: ExplanationSet
    target: int
    look: Look

    @property
    def heatmap(self) -> NDArray[np.float32]:
        heatmap: NDArray[np.float32] = self.explained.heatmaps[self.look.layer][self.target]
        return heatmap


class Studying:
    """Draws what lessons show."""

    def __init__(self, engine: Engine, record: ModelRecord) -> None:
        """Draw with an engine's networks.

        Args:
            engine: computes and draws.
            record: of the tutorial's network, see `ModelRecord.load_tutorial`.
        """
        self._engine = engine
        self._record = record

    async def show(
        self, picture: Picture, look: Look, own: NDArray[np.float32] | None = None
    ) -> Exhibit:
        """Draw a picture.

        Args:
            picture: which.
            look: what is looked at.
            own: the learner's own digit, (28, 28), where it is not a test digit.

        Raises:
            UserError: too many requests wait.
        """
        digit = _digit(look, own)
        (original,) = await self._engine.explain_all(digit.image[np.newaxis], _NETWORK, look.score)
        image, explained = digit.image, original
        if look.transform != _PLAIN:
            image = await self._changed(digit.image, look)
            (explained,) = await self._engine.explain_all(image[np.newaxis], _NETWORK, look.score)
        compared = picture is Picture.CHANGE
        predicted = original.prediction if compared else explained.prediction
        target = predicted if look.target is None else look.target
        label = original.prediction if digit.label is None else digit.label
        sight = _Sight(digit, label, image, explained, original, target, look)
        drawn = await self._draw(picture, sight)
        return Exhibit(
            picture=picture,
            look=look,
            label=label,
            own=None if own is None else await self._engine.picture(write_own, own),
            probabilities=explained.probabilities,
            before=None if image is digit.image else original.probabilities,
            untouched=image is not digit.image and np.array_equal(image, digit.image),
            target=target,
            regions=strongest_regions(sight.heatmap),
            file=drawn.file,
            layers=self._engine.explainers[_NETWORK].shapes,
            fields=drawn.fields,
        )

    async def own(self, file: bytes) -> NDArray[np.float32]:
        """Read somebody's own digit from what a screen carries of it.

        Args:
            file: see `Exhibit.own`; from a place that others can write to.

        Raises:
            UserError: it is something else.
        """
        return await self._engine.picture(read_own, file)

    async def _changed(self, image: NDArray[np.float32], look: Look) -> NDArray[np.float32]:
        """Change a digit; each rubbing takes what the last layer's map finds hottest by then."""
        image = look.transform.apply(image)
        target, erased = look.target, set[tuple[int, int]]()
        for _ in range(look.transform.erased):
            (explained,) = await self._engine.explain_all(
                image[np.newaxis], _NETWORK, Score.LOG_ODDS
            )
            target = explained.prediction if target is None else target
            image = erase_hottest_cell(image, explained.heatmaps[_LAST][target], erased)
        return image

    async def _draw(self, picture: Picture, sight: _Sight) -> _Drawn:
        match picture:
            case Picture.CURVES | Picture.CONFUSION:
                return await self._plot(picture)
            case Picture.DIGIT | Picture.SAMPLES | Picture.NUMBERS | Picture.SCALED:
                return await self._draw_digit(picture, sight)
            case Picture.HEAT | Picture.CHANGE | Picture.SCORES | Picture.COARSE | Picture.TWIN:
                return await self._draw_maps(picture, sight)
            case Picture.EPOCHS:
                return await self._draw_epochs(sight)
            case _:
                return await self._draw_within(picture, sight)

    async def _plot(self, picture: Picture) -> _Drawn:
        is_curves, record = picture is Picture.CURVES, self._record
        file = record.curves_file if is_curves else record.confusion_file
        fields = _curves(record.history) if is_curves else _confusion(record.metrics)
        return _Drawn(await self._engine.picture(file.read_bytes), fields)

    async def _draw_digit(self, picture: Picture, sight: _Sight) -> _Drawn:
        draw = self._engine.picture
        if picture is Picture.DIGIT:
            return _Drawn(await draw(draw_digit, sight.image, sight.label))
        if picture is Picture.SAMPLES:
            return _Drawn(await draw(draw_samples, sight.digit, sight.label))
        scaled = picture is Picture.SCALED
        return _Drawn(await draw(draw_numbers, sight.image, scaled=scaled))

    async def _draw_maps(self, picture: Picture, sight: _Sight) -> _Drawn:
        target, look = sight.target, sight.look
        if picture is Picture.HEAT:
            card = Card(
                image=sight.image,
                heatmap=sight.heatmap,
                probabilities=sight.explained.probabilities,
                target=target,
                layer=look.layer,
                score=look.score,
                label=sight.label,
            )
            return _Drawn(await self._engine.picture(draw_card, card))
        if picture is Picture.CHANGE:
            before, after = (
                Seen(image, explained.probabilities, explained.heatmaps[look.layer][target])
                for image, explained in (
                    (sight.digit.image, sight.original),
                    (sight.image, sight.explained),
                )
            )
            return _Drawn(await self._engine.picture(draw_change, before, after, target))
        panels, fields = await self._panels(picture, sight)
        drawn = await self._engine.picture(draw_row, sight.image, panels, target)
        return _Drawn(drawn, fields)

    async def _panels(
        self, picture: Picture, sight: _Sight
    ) -> tuple[list[tuple[str, str, NDArray[np.float32]]], dict[str, object]]:
        target, layer = sight.target, sight.look.layer
        if picture is Picture.COARSE:
            maps = {name: each[target] for name, each in sight.explained.heatmaps.items()}
            panels = [(name, f"{len(m)}×{len(m[0])}", m) for name, m in maps.items()]
            return panels, {"empty": _listed(n for n, m in maps.items() if not m.any())}
        batch = sight.image[np.newaxis]
        if picture is Picture.SCORES:
            explanations = {
                s: (await self._engine.explain_all(batch, _NETWORK, s))[0] for s in Score
            }
            maps = {
                str(s): explained.heatmaps[layer][target] for s, explained in explanations.items()
            }
            panels = [(name.replace("_", "-"), "", m) for name, m in maps.items()]
            return panels, {"empty": _listed(n for n, m in maps.items() if not m.any())}
        (twin,) = await self._engine.explain_all_untrained(batch)
        random = twin.heatmaps[layer][target]
        alike = f"{likeness(sight.heatmap, random):+.2f}".replace("-", "−")
        panels = [
            ("trained", f"ŷ = {sight.explained.prediction}", sight.heatmap),
            ("random", f"ŷ = {twin.prediction} · r = {alike}", random),
        ]
        return panels, {"likeness": alike, "random": twin.prediction}

    async def _draw_epochs(self, sight: _Sight) -> _Drawn:
        by_epoch = await self._engine.study(
            probabilities_by_epoch, sight.image, self._record.folder
        )
        read = " ".join(str(digit) for digit in by_epoch.argmax(axis=1).tolist())
        label = sight.label
        return _Drawn(
            await self._engine.picture(draw_epochs, sight.image, by_epoch, label),
            {"read": read, "first": _percent(by_epoch[0, label])},
        )

    async def _draw_within(self, picture: Picture, sight: _Sight) -> _Drawn:
        explainer = self._engine.explainers[_NETWORK]
        layer = _LAST if picture is Picture.TANGENT else sight.look.layer
        intermediates = await self._engine.study(
            compute_intermediates,
            explainer.network,
            sight.image,
            layer,
            sight.target,
            sight.look.score,
        )
        return await self._engine.picture(
            _drawn_within, picture, intermediates, explainer.model.get_weights(), sight.label
        )


def _digit(look: Look, own: NDArray[np.float32] | None) -> Digit:
    if look.index is not None:
        return test_digit(look.index)
    if own is None:
        raise ValueError("somebody's own digit is looked at, and none is given")
    return Digit(own)


def write_own(image: NDArray[np.float32]) -> bytes:
    """Write a digit as a small picture from which `read_own` has the same digit again."""
    grey = np.rint(image * 255).astype(np.uint8).repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
    file = BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def read_own(file: bytes) -> NDArray[np.float32]:
    """See `Studying.own`."""
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


def _drawn_within(
    picture: Picture,
    intermediates: Intermediates,
    weights: Any,  # noqa: ANN401 - Keras says so
    label: int,
) -> _Drawn:
    kernel, bias, _, _, dense, _ = weights
    first = intermediates.features["conv2d"]
    k = int(first.sum((0, 1)).argmax())
    sums = intermediates.activations.sum((0, 1))
    within: dict[str, object] = {
        "count": len(sums),
        "silent": int((sums == 0).sum()),
        "positive": int((intermediates.alphas > 0).sum()),
    }
    match picture:
        case Picture.CONVOLUTION:
            file = draw_convolution(
                intermediates.image, kernel[:, :, 0, k], float(bias[k]), first[:, :, k]
            )
        case Picture.POOLING:
            file = draw_pooling(first[:, :, k], intermediates.features["max_pooling2d"][:, :, k])
        case Picture.LAYERS:
            file = draw_layers(intermediates)
        case Picture.MAPS:
            file = draw_maps(intermediates)
        case Picture.BARS:
            file = draw_bars(
                intermediates.image, intermediates.probabilities, intermediates.logits, label
            )
        case Picture.LOSS:
            z = intermediates.logits.astype(np.float64)
            loss = float(np.logaddexp.reduce(z) - z[label])
            within["loss"] = f"{loss:.3g}"
            file = draw_loss(intermediates.image, intermediates.probabilities, label, loss)
        case Picture.TANGENT:
            file = draw_tangent(intermediates, dense.reshape(49, -1, 10))
        case Picture.ALPHAS:
            file = draw_alphas(intermediates)
        case Picture.CAM:
            file = draw_cam(intermediates)
        case _:
            raise ValueError(f"{picture} is not drawn from within")
    return _Drawn(file, within)


def _curves(history: History) -> dict[str, object]:
    best = int(np.argmin(history.val_loss))
    return {
        "epochs": len(history.loss),
        "loss_first": f"{history.loss[0]:.3f}",
        "loss_last": f"{history.loss[-1]:.3f}",
        "best": best + 1,
        "val_loss_best": f"{history.val_loss[best]:.3f}",
        "val_loss_last": f"{history.val_loss[-1]:.3f}",
        "accuracy": _percent(history.accuracy[-1]),
        "val_accuracy": _percent(history.val_accuracy[-1]),
    }


def _confusion(metrics: Metrics) -> dict[str, object]:
    worst = metrics.confused[0]
    return {
        "right": metrics.correct,
        "digits": metrics.digits,
        "count": worst.count,
        "true": worst.label,
        "predicted": worst.predicted,
    }


def _listed(names: Any) -> str:  # noqa: ANN401
    return ", ".join(names)


def _percent(share: float) -> str:
    return f"{share:.1%}"
