"""Training of the uploads' network: the tutorial's layers on augmented digits and negatives.

The network learns to reject what is not a digit without an output for it. During training an
eleventh logit that is always zero stands beside the ten, and the cross-entropy is taken over all
eleven; negatives belong to the eleventh class. So:

* `logsumexp(logits)` is the log-odds of "a digit" to "none", the objectness in `core.uploads`;
* `softmax(logits)`, the network's own output, is each class's probability given that it is a digit.

Training on negatives is Outlier Exposure (Hendrycks, Mazeika and Dietterich, "Deep Anomaly
Detection with Outlier Exposure", 2019, https://arxiv.org/abs/1812.04606). The fixed eleventh logit
keeps the layers and their 50,186 parameters as they are.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from core._keras import keras, tf
from core.augmentation import photograph
from core.calibration import calibration_error, fit_temperature
from core.dataset import DigitSet
from core.evaluation import evaluate
from core.examples import NEGATIVE, draw_examples, draw_kinds, split_sources
from core.network import NETWORK_FILE, load_network
from core.record import History, ModelRecord, Recipe, UploadsMetrics
from core.training import Progress, Run, atomic_folder, fit, save_weights, write_record
from core.tutorial import get_basic_cnn
from core.uploads import DecodedImage, Reader

RECIPE = Recipe(
    epochs=12,
    batch_size=128,
    validation_split=0.1,
    optimizer="adam, from 0.002 down a half cosine",
    loss="sparse_categorical_crossentropy with an eleventh logit of 0",
)
DIGITS, NEGATIVES = 320_000, 160_000
"""Number of examples that are drawn; each is seen once per epoch."""

THRESHOLD = 0.0
"""The lowest objectness that counts as a digit: as likely a digit as not."""

_HELD_OUT_DIGITS, _HELD_OUT_NEGATIVES, _HELD_OUT_OF_A_KIND = 20_000, 20_000, 1_000

_Examples = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def train_for_uploads(
    digits: DigitSet, test: DigitSet, folder: Path, seed: int, progress: Progress
) -> ModelRecord:
    """Train the uploads' network, calibrate it, and write its folder as `core.training.train` does.

    The last tenth of the digits is held out for validation and calibration.

    Raises:
        core.training.OutputError: If the folder holds anything else or cannot be written.
    """
    tf.config.experimental.enable_op_determinism()
    train_from, held_out = split_sources(digits, int(len(digits) * RECIPE.validation_split))
    with atomic_folder(folder) as fresh:
        examples = draw_examples(train_from, DIGITS, NEGATIVES, seed)
        kept = draw_examples(held_out, _HELD_OUT_DIGITS, _HELD_OUT_NEGATIVES, seed + 1)
        by_kind = draw_kinds(held_out, _HELD_OUT_OF_A_KIND, seed + 2)
        keras.utils.set_random_seed(seed)
        model = get_basic_cnn()
        untrained = evaluate(model, test)
        history = _fit(model, examples, kept, seed, progress)
        temperature, before, after = _calibrate(model, *kept)
        save_weights(model, fresh / NETWORK_FILE)
        is_digit = kept[1] != NEGATIVE
        uploads = UploadsMetrics(
            threshold=THRESHOLD,
            digits_refused=_refused(model, kept[0][is_digit]),
            negatives_refused=_refused(model, kept[0][~is_digit]),
            temperature=temperature,
            ece_before=before,
            ece_after=after,
            changed_accuracy=_accuracy_when_read(model, test),
            changed_accuracy_tutorial=_accuracy_when_shrunk(load_network(), test),
            digits_drawn=DIGITS,
            negatives_drawn=NEGATIVES,
            refused_by_kind={kind: _refused(model, images) for kind, images in by_kind.items()},
            kinds_learned=tuple(by_kind),
        )
        run = Run(seed, history, evaluate(model, test), untrained.accuracy)
        record = write_record(fresh, run, [run], RECIPE, digits, test, uploads)
    return ModelRecord(folder, record.metrics, record.history)


def _fit(
    model: keras.Model, examples: _Examples, kept: _Examples, seed: int, progress: Progress
) -> History:
    """Train up to the logits, with the eleventh one appended."""
    logits = model.get_layer("dense").output
    trained = keras.Model(model.inputs, keras.ops.pad(logits, ((0, 0), (0, 1))))
    steps = len(examples[0]) // RECIPE.batch_size
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, steps * RECIPE.epochs, alpha=0.01)
    trained.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    shuffled = _dataset(*examples).shuffle(len(examples[0]), seed)
    return fit(
        trained,
        shuffled.batch(RECIPE.batch_size, drop_remainder=True).map(_scale),
        seed=seed,
        steps=steps,
        progress=progress,
        validation_data=_dataset(*kept).batch(1000).map(_scale),
        epochs=RECIPE.epochs,
        shuffle=False,  # it is already
    )


def _dataset(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((images[..., None], labels.astype(np.int32)))


def _scale(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(images, tf.float32) / 255, labels


def _calibrate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[float, float, float]:
    """Divide the weights of `dense` by the temperature that calibrates the digits.

    Returns:
        The temperature, and the expected calibration error before and after.
    """
    is_digit = labels != NEGATIVE
    logits, labels = _logits(model, images[is_digit]), labels[is_digit]
    temperature = fit_temperature(logits, labels)
    before, after = (_error(scaled, labels) for scaled in (logits, logits / temperature))
    dense = model.get_layer("dense")
    dense.set_weights([weights / temperature for weights in dense.get_weights()])
    return temperature, before, after


def _error(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    probabilities = softmax(logits, axis=1)
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def _refused(model: keras.Model, images: NDArray[np.uint8]) -> float:
    """Return the share of the images that are below the threshold."""
    return float((logsumexp(_logits(model, images), axis=1) < THRESHOLD).mean())


def _logits(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    until_logits = keras.Model(model.inputs, model.get_layer("dense").output)
    x = images[..., None].astype(np.float32) / 255
    return np.asarray(until_logits.predict(x, batch_size=1000, verbose=0), np.float64)


def _accuracy_when_read(model: keras.Model, test: DigitSet) -> float:
    """Return the accuracy on photographed test digits, found as in an upload."""
    until_logits = keras.Model(model.inputs, model.get_layer("dense").output)
    logits = tf.function(until_logits, [tf.TensorSpec((None, 28, 28, 1), tf.float32)])
    reader = Reader(lambda images: logits(images[..., None]).numpy(), THRESHOLD)
    found, labels = [], []
    for sheet, label in zip(_sheets(test), test.labels, strict=True):
        size = (sheet.shape[1], sheet.shape[0])
        digits = reader.read(DecodedImage(sheet, size, b"", animated=False)).digits
        if len(digits) == 1:
            found.append(digits[0].image)
            labels.append(label)
    if not found:
        return 0.0
    read = model.predict(np.stack(found)[..., None], batch_size=1000, verbose=0).argmax(axis=1)
    return float((read == labels).sum() / len(test))


def _accuracy_when_shrunk(model: keras.Model, test: DigitSet) -> float:
    """Return the accuracy on the same sheets, shrunk to 28 x 28 in greyscale."""
    shrunk = [sheet.mean(axis=2).reshape(28, 4, 28, 4).mean(axis=(1, 3)) for sheet in _sheets(test)]
    x = np.stack(shrunk)[..., None].astype(np.float32) / 255
    read = model.predict(x, batch_size=1000, verbose=0).argmax(axis=1)
    return float((read == test.labels).mean())


def _sheets(test: DigitSet) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    return [photograph(image, rng) for image in test.images]
