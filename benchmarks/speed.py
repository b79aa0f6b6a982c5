"""Explaining and drawing beside a bare forward pass and the tutorial's functions."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import reference
from benchmarks.rows import Row, at_least, at_most
from benchmarks.timing import interleave
from core._keras import keras, tf
from core.dataset import as_input, load_test_digits
from core.explain.explainer import Explainer
from core.figures.card import Card, draw_card
from core.network import UPLOADS_WEIGHTS
from core.uploads import Reader
from core.uploads.decode import decode

_BARE, _TUTORIAL = "bare forward pass", "the tutorial's function"
_LAYER = "max_pooling2d_1"
_KIBIBYTE = 1024


def forward_pass(model: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compile the network alone, for any number of digits, tensors in and tensors out."""
    digits = tf.TensorSpec((None, 28, 28, 1), tf.float32)
    compiled: Callable[[tf.Tensor], tf.Tensor] = tf.function(
        model, input_signature=[digits]
    ).get_concrete_function()
    return compiled


def explaining_one(explainer: Explainer) -> list[Row]:
    """One digit, an array in and arrays out."""
    digit, bare = _images(1), forward_pass(explainer.model)
    tensor = tf.constant(digit)
    timed = interleave(
        {
            _BARE: lambda: bare(tensor),
            _TUTORIAL: lambda: reference.make_gradcam_heatmap(digit, explainer.model, _LAYER),
            "explain_all": lambda: explainer.explain_all(digit),
            **_explanations(explainer, digit),
        },
        rounds=80,
    )
    return [
        Row("bare compiled forward pass, 1 digit", str(timed[_BARE])),
        Row("the tutorial's heatmap, 1 digit", str(timed[_TUTORIAL])),
        *(
            at_most(f"explain, 1 digit, `{layer}`", timed[layer], timed[_BARE], _BARE, 1.3)
            for layer in explainer.layers
        ),
        at_least(f"explain, 1 digit, `{_LAYER}`", timed[_LAYER], timed[_TUTORIAL], _TUTORIAL, 12),
        at_most("all classes at all layers, 1 digit", timed["explain_all"], timed[_BARE], _BARE, 2),
    ]


def explaining_many(explainer: Explainer, n: int = 256) -> list[Row]:
    """Grad-CAM of a batch at each layer, beside a bare forward pass."""
    digits, bare = _images(n), forward_pass(explainer.model)
    tensor = tf.constant(digits)
    timed = interleave({_BARE: lambda: bare(tensor), **_explanations(explainer, digits)}, rounds=15)
    return [
        Row(f"bare compiled forward pass, {n} digits", str(timed[_BARE])),
        *(
            at_most(f"explain, {n} digits, `{layer}`", timed[layer], timed[_BARE], _BARE, 1.25)
            for layer in explainer.layers
        ),
    ]


def drawing(explainer: Explainer) -> list[Row]:
    """The picture of a reply."""
    digits = _images(200)
    explained = explainer.explain(digits, _LAYER)
    cards = [
        Card(image, heatmap, probabilities, int(target), _LAYER)
        for image, heatmap, probabilities, target in zip(
            digits[..., 0],
            explained.heatmaps,
            explained.probabilities,
            explained.targets,
            strict=True,
        )
    ]
    figure = "the tutorial's figure"
    timed = interleave(
        {
            "card": lambda: draw_card(cards[0]),
            figure: lambda: reference.display_gradcam_with_img(digits[0] * 255, cards[0].heatmap),
        },
        rounds=15,
    )
    sizes = np.array([len(draw_card(card)) for card in cards]) / _KIBIBYTE
    return [
        Row(figure, str(timed[figure])),
        at_least("picture of a reply", timed["card"], timed[figure], figure, 15),
        Row(
            "its size",
            f"{np.median(sizes):.0f} KiB, at most {sizes.max():.0f} of {len(cards)}",
            bar="< 60",
            met=bool(sizes.max() < 60),
        ),
    ]


def replying(explainer: Explainer) -> list[Row]:
    """A whole reply, PNG in to PNG out."""
    png, reader = _drawing_of_a_digit(), Reader(Explainer.load(UPLOADS_WEIGHTS).logits)

    def reply() -> bytes:
        image = reader.read(decode(png)).digits[0].image
        [explained] = explainer.explain_all(image[None])
        heatmap = explained.heatmaps[_LAYER][explained.prediction]
        return draw_card(
            Card(image, heatmap, explained.probabilities, explained.prediction, _LAYER)
        )

    image = reader.read(decode(png)).digits[0].image[..., None]

    def tutorial() -> bytes:
        heatmap = reference.make_gradcam_heatmap(image[None], explainer.model, _LAYER)
        return reference.display_gradcam_with_img(image * 255, heatmap)

    both = "the tutorial's two functions"
    timed = interleave({"reply": reply, both: tutorial}, rounds=15)
    return [
        Row(both, str(timed[both])),
        at_least("a whole reply, PNG in to PNG out", timed["reply"], timed[both], both, 25),
    ]


def _images(n: int) -> NDArray[np.float32]:
    return as_input(load_test_digits().images[:n])


def _explanations(
    explainer: Explainer, digits: NDArray[np.float32]
) -> dict[str, Callable[[], object]]:
    def explain(layer: str) -> Callable[[], object]:
        return lambda: explainer.explain(digits, layer)

    return {layer: explain(layer) for layer in explainer.layers}


def _drawing_of_a_digit() -> bytes:
    """A dark digit on light paper, 280 pixels wide, as a PNG."""
    ink = Image.fromarray(load_test_digits().images[7]).resize((280, 280))
    png = io.BytesIO()
    ink.point(lambda grey: 255 - grey).save(png, "PNG")
    return png.getvalue()
