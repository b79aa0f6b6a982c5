"""The training of the network that reads photographs: the tutorial's layers, other examples.

The network learns to say "none of the ten" without an output for it. Beside the ten logits stands
an eleventh that is always zero, and the cross-entropy is taken over all eleven; letters, signs and
scribbles are of that class. So:

* `logsumexp(logits)` is the log-odds of "a digit" to "none", the evidence that `core.uploads` asks;
* `softmax(logits)`, the network's own output, is each digit's probability given that it is one.

Showing a network what it is not to know is Hendrycks, Mazeika and Dietterich's "Deep Anomaly
Detection with Outlier Exposure" (2019); the free eleventh logit keeps the layers and their 50,186
parameters as they are.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core._keras import keras, tf
from core.augmentation import photograph
from core.calibration import calibration_error, fit_temperature, softmax
from core.dataset import DigitSet
from core.evaluation import evaluate
from core.examples import NEGATIVE, draw_examples, sources
from core.figures.plots import confusion_matrix, training_curves
from core.modelcard import model_card
from core.network import NETWORK_FILE, load_network
from core.record import CARD_FILE, History, ModelRecord, Recipe, UploadsMetrics
from core.training import Progress, Run, make_record, save_weights, whole_or_not_at_all
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
"""How many examples are drawn; every one is seen once an epoch."""

_HELD_OUT_DIGITS, _HELD_OUT_NEGATIVES = 20_000, 20_000
THRESHOLD = 0.0
"""The least evidence of what is taken for a digit: as likely a digit as not."""


def train_for_uploads(
    digits: DigitSet, test: DigitSet, folder: Path, seed: int, progress: Progress
) -> ModelRecord:
    """Train the network that reads photographs, calibrate it, and write its folder.

    Args:
        digits: MNIST's training digits; the last tenth is kept out, to calibrate and to choose the
            threshold.
        test: what the network is measured on.
        folder: where the result goes; an earlier training's is replaced.
        seed: of all chance.
        progress: is told how it goes.

    Returns:
        What was written.

    Raises:
        core.training.OutputError: the folder holds something else or cannot be written.
    """
    # The same numbers each time, however the work falls to the threads.
    tf.config.experimental.enable_op_determinism()
    train_from, held_out = sources(digits, int(len(digits) * RECIPE.validation_split))
    with whole_or_not_at_all(folder) as fresh:
        images, labels = draw_examples(train_from, DIGITS, NEGATIVES, seed)
        kept = draw_examples(held_out, _HELD_OUT_DIGITS, _HELD_OUT_NEGATIVES, seed + 1)
        keras.utils.set_random_seed(seed)
        model = get_basic_cnn()
        untrained = evaluate(model, test)
        history = _fit(model, (images, labels), kept, seed, progress)
        temperature, before, after = _calibrate(model, *kept)
        save_weights(model, fresh / NETWORK_FILE)
        digits_refused, negatives_refused = _refused(model, *kept)
        uploads = UploadsMetrics(
            threshold=THRESHOLD,
            digits_refused=digits_refused,
            negatives_refused=negatives_refused,
            temperature=temperature,
            ece_before=before,
            ece_after=after,
            changed_accuracy=_accuracy_when_read(model, test),
            changed_accuracy_tutorial=_accuracy_when_shrunk(load_network(), test),
            digits_drawn=DIGITS,
            negatives_drawn=NEGATIVES,
        )
        run = Run(seed, history, evaluate(model, test), untrained.accuracy)
        record = make_record(fresh, run, [run], RECIPE, digits, test, uploads)
        record.save()
        record.curves_file.write_bytes(training_curves(run.history))
        record.confusion_file.write_bytes(confusion_matrix(run.evaluation.confusion))
        (fresh / CARD_FILE).write_text(model_card(record), encoding="utf-8")
    return ModelRecord(folder, record.metrics, record.history)


_Examples = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def _fit(
    model: keras.Model, examples: _Examples, kept: _Examples, seed: int, progress: Progress
) -> History:
    """Train all layers but the softmax, which the silent eleventh logit has no part in."""
    logits = model.get_layer("dense").output
    trained = keras.Model(model.inputs, keras.ops.pad(logits, ((0, 0), (0, 1))))
    steps = len(examples[0]) // RECIPE.batch_size
    falling = keras.optimizers.schedules.CosineDecay(2e-3, steps * RECIPE.epochs, alpha=0.01)
    trained.compile(
        optimizer=keras.optimizers.Adam(falling),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    class Tell(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Tells how it goes."""

        now = 0

        def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
            self.now = epoch + 1

        def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
            progress.batch(seed, self.now, (batch + 1) / steps)

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            progress.epoch(seed, epoch + 1, logs or {})

    fitted = trained.fit(
        _batches(*examples).shuffle(len(examples[0]), seed).batch(RECIPE.batch_size, True).map(_in),
        validation_data=_batches(*kept).batch(1000).map(_in),
        epochs=RECIPE.epochs,
        shuffle=False,  # it is already
        callbacks=[Tell()],
        verbose=0,
    )
    return History(**{name: tuple(map(float, x)) for name, x in fitted.history.items()})


def _batches(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((images[..., None], labels.astype(np.int32)))


def _in(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(images, tf.float32) / 255, labels


def _calibrate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[float, float, float]:
    """Divide the logits by a temperature for good, in the weights that make them.

    Returns:
        The temperature, and the expected calibration error without and with it.
    """
    is_digit = labels != NEGATIVE
    logits, labels = _logits(model, images[is_digit]), labels[is_digit]
    temperature = fit_temperature(logits, labels)
    errors = []
    for divided in (logits, logits / temperature):
        probabilities = softmax(divided)
        right = probabilities.argmax(axis=1) == labels
        errors.append(calibration_error(probabilities.max(axis=1), right))
    dense = model.get_layer("dense")
    dense.set_weights([weights / temperature for weights in dense.get_weights()])
    before, after = errors
    return temperature, before, after


def _refused(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[float, float]:
    """Measure the shares of digits and of negatives that have less evidence than the threshold."""
    refused = np.logaddexp.reduce(_logits(model, images), axis=1) < THRESHOLD
    is_digit = labels != NEGATIVE
    return float(refused[is_digit].mean()), float(refused[~is_digit].mean())


def _logits(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    until_logits = keras.Model(model.inputs, model.get_layer("dense").output)
    x = images[..., None].astype(np.float32) / 255
    return np.asarray(until_logits.predict(x, batch_size=1000, verbose=0), np.float64)


def _accuracy_when_read(model: keras.Model, test: DigitSet) -> float:
    """The share of test digits, changed and photographed, that are read as what they are."""
    until_logits = keras.Model(model.inputs, model.get_layer("dense").output)
    judge = tf.function(until_logits, [tf.TensorSpec((None, 28, 28, 1), tf.float32)])
    reader = Reader(lambda images: judge(images[..., None]).numpy(), THRESHOLD)
    found = []
    for sheet in _sheets(test):
        reading = reader.read(
            DecodedImage(sheet, (sheet.shape[1], sheet.shape[0]), b"", animated=False)
        )
        found.append(reading.digits[0].image if len(reading.digits) == 1 else None)
    images = [image for image in found if image is not None]
    if not images:
        return 0.0
    read = model.predict(np.stack(images)[..., None], batch_size=1000, verbose=0).argmax(axis=1)
    labels = test.labels[[image is not None for image in found]]
    return float((read == labels).sum() / len(test))


def _accuracy_when_shrunk(model: keras.Model, test: DigitSet) -> float:
    """The same, of a network that is shown each sheet in grey at 28 x 28 pixels, as it is."""
    shrunk = [sheet.mean(axis=2).reshape(28, 4, 28, 4).mean(axis=(1, 3)) for sheet in _sheets(test)]
    x = np.stack(shrunk)[..., None].astype(np.float32) / 255
    read = model.predict(x, batch_size=1000, verbose=0).argmax(axis=1)
    return float((read == test.labels).mean())


def _sheets(test: DigitSet) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    return [photograph(image, rng) for image in test.images]
