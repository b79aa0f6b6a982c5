"""Every kind of picture that a page of a lesson can show.

A new picture is a new entry in `PICTURES` and a text that describes it to people who cannot see it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.lessons import code, faithfulness
from bot.lessons.picture import (
    NETWORK,
    Drawing,
    Map,
    Picture,
    Subject,
    by_score,
    draw_row,
    last_intermediates,
)
from bot.runtime.engine import Engine
from core.epochs import probabilities_by_epoch
from core.explain.explanation import ExplanationSet
from core.explain.intermediates import Intermediates, compute_intermediates
from core.explain.scores import Score
from core.figures.card import Card, draw_card
from core.figures.lessons.digits import draw_bars, draw_digit, draw_numbers, draw_samples
from core.figures.lessons.gradcam import draw_alphas, draw_cam, draw_tangent
from core.figures.lessons.heatmaps import ExplainedDigit, correlation, draw_change
from core.figures.lessons.layers import draw_convolution, draw_layers, draw_maps, draw_pooling
from core.figures.lessons.tables import signed
from core.figures.lessons.training import draw_epochs, draw_loss, format_loss


async def _intermediates(engine: Engine, s: Subject) -> Intermediates:
    network = engine.explainers[NETWORK].closed_form
    return await engine.run_network(
        compute_intermediates, network, s.image, s.view.layer, s.target, s.view.score
    )


async def _by_epoch(engine: Engine, s: Subject) -> NDArray[np.float32]:
    """Compute (11, 10) probabilities: before the training and after each epoch."""
    return await engine.run_network(probabilities_by_epoch, s.image, s.record.folder)


async def _untrained(engine: Engine, s: Subject) -> ExplanationSet:
    (explained,) = await engine.explain_all_untrained(s.image[np.newaxis])
    return explained


def _strongest(intermediates: Intermediates) -> int:
    """Return the channel of `conv2d` with the strongest feature map."""
    return int(intermediates.features["conv2d"].sum((0, 1)).argmax())


def _convolution(s: Subject, intermediates: Intermediates) -> Drawing:
    (kernel, bias, *_), k = s.model.get_weights(), _strongest(intermediates)
    maps = intermediates.features["conv2d"]
    return Drawing(draw_convolution(s.image, kernel[:, :, 0, k], float(bias[k]), maps[:, :, k]))


def _pooling(_: Subject, intermediates: Intermediates) -> Drawing:
    k = _strongest(intermediates)
    before, after = intermediates.features["conv2d"], intermediates.features["max_pooling2d"]
    return Drawing(draw_pooling(before[:, :, k], after[:, :, k]))


def _maps(_: Subject, intermediates: Intermediates) -> Drawing:
    sums = intermediates.activations.sum((0, 1))
    fields = {"count": len(sums), "silent": int((sums == 0).sum())}
    return Drawing(draw_maps(intermediates), fields)


def _loss(s: Subject, intermediates: Intermediates) -> Drawing:
    logits = intermediates.logits.astype(np.float64)
    loss = float(np.logaddexp.reduce(logits) - logits[s.label])
    file = draw_loss(s.image, intermediates.probabilities, s.label, loss)
    return Drawing(file, {"loss": format_loss(loss)})


def _epochs(s: Subject, by_epoch: NDArray[np.float32]) -> Drawing:
    read = " ".join(map(str, by_epoch.argmax(axis=1)))
    fields = {"read": read, "first": f"{by_epoch[0, s.label]:.1%}"}
    return Drawing(draw_epochs(s.image, by_epoch, s.label), fields)


def _tangent(s: Subject, intermediates: Intermediates) -> Drawing:
    dense = s.model.get_weights()[4]
    alpha = float(intermediates.alphas[intermediates.channels_by_contribution[0]])
    fields = {"alpha": signed(alpha, 3), "slope": signed(49 * alpha)}
    return Drawing(draw_tangent(intermediates, dense.reshape(49, -1, 10)), fields)


def _alphas(_: Subject, intermediates: Intermediates) -> Drawing:
    fields = {"count": len(intermediates.alphas), "positive": int((intermediates.alphas > 0).sum())}
    return Drawing(draw_alphas(intermediates), fields)


def _heat(s: Subject, _: None) -> Drawing:
    card = Card(
        image=s.image,
        heatmap=s.map_in(s.explained),
        probabilities=s.explained.probabilities,
        target=s.target,
        layer=s.view.layer,
        label=s.label,
    )
    return Drawing(draw_card(card))


def _change(s: Subject, _: None) -> Drawing:
    before = ExplainedDigit(s.digit.image, s.original.probabilities, s.map_in(s.original))
    after = ExplainedDigit(s.image, s.explained.probabilities, s.map_in(s.explained))
    return Drawing(draw_change(before, after, s.target))


def _scores(s: Subject, maps: dict[Score, Map]) -> Drawing:
    return draw_row(s, [(score.replace("_", "-"), "", heatmap) for score, heatmap in maps.items()])


def _coarse(s: Subject, _: None) -> Drawing:
    maps = {layer: maps[s.target] for layer, maps in s.explained.heatmaps.items()}
    return draw_row(s, [(layer, f"{len(m)}×{len(m[0])}", m) for layer, m in maps.items()])


def _twin(s: Subject, untrained: ExplanationSet) -> Drawing:
    trained, random = s.map_in(s.explained), s.map_in(untrained)
    alike = signed(correlation(trained, random))
    panels = [
        ("trained", f"ŷ = {s.explained.prediction}", trained),
        ("random", f"ŷ = {untrained.prediction} · r = {alike}", random),
    ]
    return draw_row(s, panels, likeness=alike, random=untrained.prediction)


def _bars(s: Subject, intermediates: Intermediates) -> Drawing:
    return Drawing(draw_bars(s.image, intermediates.probabilities, intermediates.logits, s.label))


def _curves(s: Subject, _: None) -> Drawing:
    history = s.record.history
    best = int(np.argmin(history.val_loss))
    fields = {
        "epochs": len(history.loss),
        "loss_first": f"{history.loss[0]:.3f}",
        "loss_last": f"{history.loss[-1]:.3f}",
        "best": best + 1,
        "val_loss_best": f"{history.val_loss[best]:.3f}",
        "val_loss_last": f"{history.val_loss[-1]:.3f}",
        "accuracy": f"{history.accuracy[-1]:.1%}",
        "val_accuracy": f"{history.val_accuracy[-1]:.1%}",
    }
    return Drawing(s.record.curves_file.read_bytes(), fields)


def _confusion(s: Subject, _: None) -> Drawing:
    metrics, worst = s.record.metrics, s.record.metrics.confused[0]
    fields = {
        "right": metrics.correct,
        "digits": metrics.digits,
        "count": worst.count,
        "true": worst.label,
        "predicted": worst.predicted,
    }
    return Drawing(s.record.confusion_file.read_bytes(), fields)


PICTURES: Mapping[str, Picture[Any]] = {
    "digit": Picture("lesson.alt_digit", lambda s, _: Drawing(draw_digit(s.image, s.label))),
    "samples": Picture("lesson.alt_samples", lambda s, _: Drawing(draw_samples(s.digit, s.label))),
    "numbers": Picture(
        "lesson.alt_numbers", lambda s, _: Drawing(draw_numbers(s.image, scaled=False))
    ),
    "scaled": Picture(
        "lesson.alt_scaled", lambda s, _: Drawing(draw_numbers(s.image, scaled=True))
    ),
    "bars": Picture("lesson.alt_bars", _bars, _intermediates),
    "convolution": Picture("lesson.alt_convolution", _convolution, _intermediates),
    "pooling": Picture("lesson.alt_pooling", _pooling, _intermediates),
    "layers": Picture("lesson.alt_layers", lambda _, i: Drawing(draw_layers(i)), _intermediates),
    "maps": Picture("lesson.alt_maps", _maps, _intermediates),
    "loss": Picture("lesson.alt_loss", _loss, _intermediates),
    "epochs": Picture("lesson.alt_epochs", _epochs, _by_epoch),
    "tangent": Picture("lesson.alt_tangent", _tangent, last_intermediates),
    "alphas": Picture("lesson.alt_alphas", _alphas, _intermediates),
    "cam": Picture(
        "lesson.alt_cam", lambda _, i: Drawing(draw_cam(i)), _intermediates, shows_heat=True
    ),
    "heat": Picture("lesson.alt_heat", _heat, shows_heat=True),
    "change": Picture("lesson.alt_change", _change, shows_heat=True),
    "scores": Picture("lesson.alt_scores", _scores, by_score),
    "coarse": Picture("lesson.alt_coarse", _coarse),
    "twin": Picture("lesson.alt_twin", _twin, _untrained, shows_heat=True),
    **faithfulness.PICTURES,
    **code.PICTURES,
    "curves": Picture("lesson.alt_curves", _curves, shows_digit=False),
    "confusion": Picture("lesson.alt_confusion", _confusion, shows_digit=False),
}
"""Every kind of picture, by its name in the files of lessons."""
