"""All methods at all layers, measured on digits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from scipy.special import softmax

from core.evaluation import wilson_interval
from core.faithfulness.agreement import rank_correlation
from core.faithfulness.completeness import completeness_error
from core.faithfulness.deletion import SHARE, measure_curves, random_orders, remove
from core.faithfulness.stability import measure_stability

if TYPE_CHECKING:
    from core.explain.explainer import Explainer
    from core.explain.explanation import Explanation

EXPLANATIONS_FILE = "explanations.json"
"""Name of the measurements in a folder of weights."""

EXPLANATIONS_PLOT = "explanations.png"
"""Name of their plot."""

INK = "ink"
"""Name of the baseline that ranks pixels by their own brightness, which a method should beat."""

FAILED = 0.5
"""A method fails if its maps keep at least this rank correlation when the last layer is random."""

_RANDOM = 4  # random orders, of which the mean is taken
_TIE = 0.001  # probabilities that differ by less are called equal
_SANITY_DIGITS, _STABILITY_DIGITS = 100, 25
_RESAMPLES = 1000


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MethodRecord:
    """How faithful the maps of one method at one layer are, over many digits. Shares are in [0, 1].

    Attributes:
        method: A key of `core.METHODS`, or `INK`.
        layer: The layer explained; `None` for a method that explains the input.
        score: The score of the predicted class that was explained.
        digits: The number of digits.
        p_left_20: Mean probability of the predicted class without the 20% of the ink where the
            map is brightest; lower is better.
        p_left_20_interval: The interval of this mean, by bootstrapping.
        random_20: The same for random ink: the mean of four random orders.
        beats_random: Share of the digits whose probability falls further than for random ink.
        beats_random_interval: By Wilson's method.
        worse_than_random: Share of the digits whose probability falls less. The rest differs by
            less than 0.001.
        worse_than_random_interval: By Wilson's method.
        deletion_auc: Mean area under the deletion curve, lower is better.
        insertion_auc: Mean area under the insertion curve, higher is better.
        sanity: Mean rank correlation over the ink of the map and that of the network whose last
            layer is random; lower is better.
        sanity_by_layer: The same by layer, with all layers from there to the top random.
        stability: Mean rank correlation of the map and those of noisy copies; higher is better.
        completeness: Median distance from what the map should add up to, where theory demands it.
        empty: Share of the digits whose map is empty.
    """

    method: str
    layer: str | None
    score: str
    digits: int
    p_left_20: float
    p_left_20_interval: Interval
    random_20: float
    beats_random: float
    beats_random_interval: Interval
    worse_than_random: float
    worse_than_random_interval: Interval
    deletion_auc: float
    insertion_auc: float
    sanity: float
    sanity_by_layer: dict[str, float]
    stability: float
    completeness: float | None
    empty: float

    @property
    def sane(self) -> bool:
        """Whether the maps change when the weights of the last layer are random."""
        return self.sanity < FAILED


_RECORDS = TypeAdapter(tuple[MethodRecord, ...])


def load_records(folder: Path) -> tuple[MethodRecord, ...]:
    """Read the measurements in a folder of weights; there are none if the file is missing.

    Raises:
        ValueError: If the file is damaged.
    """
    file = folder / EXPLANATIONS_FILE
    if not file.is_file():
        return ()
    try:
        return _RECORDS.validate_json(file.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{file} does not hold measurements of explanations.") from error


def save_records(records: Sequence[MethodRecord], folder: Path) -> None:
    """Write measurements into a folder, which must exist."""
    (folder / EXPLANATIONS_FILE).write_bytes(_RECORDS.dump_json(tuple(records), indent=1) + b"\n")


class Measurement:
    """Measures the methods of a network, one after the other, on the same digits."""

    def __init__(self, explainer: "Explainer", images: NDArray[np.float32], seed: int = 0) -> None:
        """Classify the digits, whole and without random ink.

        Args:
            explainer: Explains the network of digits.
            images: (n, 28, 28) float32 in [0, 1].
            seed: The seed of all that is random.
        """
        from core.explain.methods import METHODS  # noqa: PLC0415 - imports TensorFlow

        self._explainer, self._images, self._seed = explainer, images, seed
        self.combinations: list[tuple[str, str | None]] = [
            (name, layer)
            for name, method in METHODS.items()
            for layer in (explainer.layers if method.per_layer else (None,))
        ]
        """All pairs of a method and a layer that are measured."""
        self.targets = self._classify(images).argmax(1)
        self._random = self._measure_random()
        self._randomised: list[tuple[str, Explainer]] = []

    def measure(self) -> Iterator[MethodRecord]:
        """Measure the ink itself, and every pair of `combinations`, in order."""
        from core.explain.explainer import Explainer  # noqa: PLC0415 - imports TensorFlow
        from core.faithfulness.randomisation import randomise_from_top  # noqa: PLC0415

        self._randomised = [
            (layer, Explainer(model))
            for layer, model in randomise_from_top(self._explainer.model, self._seed)
        ]
        unchanged = dict.fromkeys((layer for layer, _ in self._randomised), 1.0)
        empty = np.zeros(len(self._images), bool)
        yield self._record(INK, None, self._images, empty, unchanged, 1, None)
        for method, layer in self.combinations:
            explanation = self._explain(self._explainer, method, layer, len(self._images))
            yield self._record(
                method,
                layer,
                explanation.heatmaps,
                explanation.empty,
                self._sanity(method, layer, explanation.heatmaps),
                self._stability(method, layer),
                self._completeness(explanation),
            )

    def _record(
        self,
        method: str,
        layer: str | None,
        heatmaps: NDArray[np.float32],
        empty: NDArray[np.bool_],
        sanity: dict[str, float],
        stability: float,
        completeness: float | None,
    ) -> MethodRecord:
        left, deletion, insertion = self._delete(heatmaps)
        n = len(left)
        beats, worse = (
            int(each.sum()) for each in (left < self._random - _TIE, left > self._random + _TIE)
        )
        return MethodRecord(
            method=method,
            layer=layer,
            score="log_odds",
            digits=n,
            p_left_20=float(left.mean()),
            p_left_20_interval=_bootstrap(left, self._seed),
            random_20=float(self._random.mean()),
            beats_random=beats / n,
            beats_random_interval=Interval(*wilson_interval(beats, n)),
            worse_than_random=worse / n,
            worse_than_random_interval=Interval(*wilson_interval(worse, n)),
            deletion_auc=float(deletion.mean()),
            insertion_auc=float(insertion.mean()),
            sanity=next(iter(sanity.values())),
            sanity_by_layer=sanity,
            stability=stability,
            completeness=completeness,
            empty=float(empty.mean()),
        )

    def _delete(
        self, heatmaps: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return what is left of each probability, and the areas of both curves, (n,) each."""
        left, deletion, insertion = [], [], []
        for image, heatmap, target in zip(self._images, heatmaps, self.targets, strict=True):
            curves = measure_curves(self._classify, image, heatmap, int(target))
            left.append(np.interp(SHARE, curves.shares, curves.deletion))  # a point of the curve
            deletion.append(curves.deletion_auc)
            insertion.append(curves.insertion_auc)
        return np.array(left), np.array(deletion), np.array(insertion)

    def _measure_random(self) -> NDArray[np.float32]:
        """Return the mean probability without a random 20% of each digit's ink, (n,)."""
        orders = [
            random_orders(image, _RANDOM, self._seed + i) for i, image in enumerate(self._images)
        ]
        left = [
            self._probability(
                np.stack([remove(x, each[k]) for x, each in zip(self._images, orders, strict=True)])
            )
            for k in range(_RANDOM)
        ]
        mean: NDArray[np.float32] = np.mean(left, axis=0)
        return mean

    def _sanity(
        self, method: str, layer: str | None, heatmaps: NDArray[np.float32]
    ) -> dict[str, float]:
        n = min(_SANITY_DIGITS, len(self._images))
        return {
            name: float(
                np.mean(
                    [
                        rank_correlation(one, other, image)
                        for one, other, image in zip(
                            heatmaps[:n],
                            self._explain(randomised, method, layer, n).heatmaps,
                            self._images[:n],
                            strict=True,
                        )
                    ]
                )
            )
            for name, randomised in self._randomised
        }

    def _stability(self, method: str, layer: str | None) -> float:
        def explain(copies: NDArray[np.float32], target: int) -> NDArray[np.float32]:
            return self._explainer.explain(copies, layer, target, method, seed=self._seed).heatmaps

        return float(
            np.mean(
                [
                    measure_stability(partial(explain, target=int(target)), image, seed=self._seed)
                    for image, target in zip(
                        self._images[:_STABILITY_DIGITS],
                        self.targets[:_STABILITY_DIGITS],
                        strict=True,
                    )
                ]
            )
        )

    def _completeness(self, explanation: "Explanation") -> float | None:
        """Return the median completeness error; `None` where theory demands no completeness."""
        if explanation.method == "integrated_gradients":
            score, baseline = (
                explanation.score.compute(self._explainer.logits(images), self.targets).numpy()
                for images in (self._images, np.zeros_like(self._images))
            )
            return float(np.median(completeness_error(explanation.raw, score, baseline)))
        if explanation.method == "hirescam" and explanation.layer == self._explainer.layers[-1]:
            rows = np.arange(len(self._images))
            logit = self._explainer.logits(self._images)[rows, self.targets]
            exact = self._explainer.explain(
                self._images, explanation.layer, self.targets, "hirescam", "logit"
            )
            bias = self._explainer.closed_form.bias[self.targets]
            return float(np.median(completeness_error(exact.raw, logit, bias)))
        return None

    def _explain(
        self, explainer: "Explainer", method: str, layer: str | None, n: int
    ) -> "Explanation":
        return explainer.explain(self._images[:n], layer, self.targets[:n], method, seed=self._seed)

    def _classify(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = softmax(self._explainer.logits(images), axis=1)
        return probabilities

    def _probability(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each digit's predicted class, (n,)."""
        probabilities: NDArray[np.float32] = self._classify(images)[
            np.arange(len(images)), self.targets
        ]
        return probabilities


def _bootstrap(values: NDArray[np.float64], seed: int) -> Interval:
    """Return the 95 % interval of a mean, by the percentiles of resampled means."""
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(1), (0.025, 0.975))
    return Interval(float(low), float(high))
