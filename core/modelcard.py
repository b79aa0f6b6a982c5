"""Model cards, in Markdown."""

from collections.abc import Iterable

from core.dataset import TEST_IMAGES, TRAIN_IMAGES
from core.record import TUTORIAL_VAL_ACCURACY, Metrics, ModelRecord, UploadsMetrics


def model_card(record: ModelRecord) -> str:
    """Return a network's model card, in Markdown, with the measured figures.

    The headings follow Mitchell et al., "Model Cards for Model Reporting", 2019,
    https://arxiv.org/abs/1810.03993.
    """
    metrics = record.metrics
    uploads = metrics.uploads
    return _tutorial_card(metrics) if uploads is None else _uploads_card(metrics, uploads)


def _tutorial_card(metrics: Metrics) -> str:
    recipe, (low, high) = metrics.recipe, metrics.interval
    return f"""\
# Model card: the tutorial's network

Weights `{metrics.fingerprint}`, the first eight digits of the SHA-256 of `network.weights.h5`.

## What it is

A convolutional network that reads one handwritten digit of 28×28 pixels, bright ink on black, as
0 to 9: `conv2d` → `max_pooling2d` → `conv2d_1` → `max_pooling2d_1` → `flatten` → `dense` →
`softmax`; {metrics.parameters:,} parameters. It is small and old-fashioned on purpose: it is there
to be looked into.

## What it is for

To be explained: in a study group, a lesson, a test. It is not for reading anything that matters. It
knows ten classes and nothing else: shown a letter or a blank page, it names a digit, often with
confidence.

## How it was trained

The tutorial's recipe: {metrics.trained_on:,} training digits of MNIST divided by 255, the last \
{recipe.validation_split:.0%} of them kept out for validation; {recipe.loss.replace("_", " ")}, \
{recipe.optimizer.capitalize()} with Keras's defaults, {recipe.epochs} epochs, batches of \
{recipe.batch_size}.
Seeded and deterministic, with {_versions(metrics)}.

The recipe was run from {len(metrics.runs)} seeds. The weights are those of the seed whose test
accuracy is nearest the median, so that they stand for the recipe and not for luck. `epochs/` has
the same network untrained (`epoch-00`) and after each epoch.

{_seeds(metrics)}

The tutorial's own run reads a validation accuracy of {TUTORIAL_VAL_ACCURACY} after its last epoch.

![Loss and accuracy over the epochs](curves.png)

## What it was measured at

**{metrics.accuracy:.2%}** of the {metrics.digits:,} test digits are read right \
({metrics.correct:,}; 95% interval {low:.2%} to {high:.2%}, Wilson). Untrained it reads \
{metrics.untrained_accuracy:.2%} right.

{_classes(metrics)}

## What to beware of

- MNIST is white on black, centred and of one size; pictures of other kinds have to be brought to
  that form first.
- The probabilities are not calibrated: many are closer to 1 than float32 can tell.
{_empty(metrics)}

## Data and licence

MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0. md5 of the images'
idx content: training `{metrics.data_md5[TRAIN_IMAGES]}`, test `{metrics.data_md5[TEST_IMAGES]}`.
"""


def _uploads_card(metrics: Metrics, uploads: UploadsMetrics) -> str:
    recipe, (low, high) = metrics.recipe, metrics.interval
    return f"""\
# Model card: the uploads' network

Weights `{metrics.fingerprint}`, the first eight digits of the SHA-256 of `network.weights.h5`.

## What it is

The tutorial's network, layer by layer and with the same {metrics.parameters:,} parameters, trained
on other examples: digits as photographs and drawings bring them, and what is no digit. It reads one
digit of 28×28 pixels, bright ink on black, as `core.uploads` finds it in a picture.

## What it is for

To read the pictures that people send to the bot, to say when there is no digit in them, and to be
looked into. It is not for reading anything that matters.

## How it was trained

{uploads.digits_drawn:,} digits and {uploads.negatives_drawn:,} negatives were drawn from the first
{1 - recipe.validation_split:.0%} of MNIST's {metrics.trained_on:,} training digits and from nine
tenths of the glyphs of 74 fonts: turned, slanted, stretched, wobbled, written with other pens,
worn, blurred, crossed by lines, cut off, and then brought to the normal form by the same function
as an upload. A fifth of the digits are MNIST's as they are, turned and shifted a little. Negatives
are letters of six scripts, signs, rows of digits, lines, scribbles, shapes and blots. Seed \
{metrics.seed}, {recipe.epochs} epochs, batches of {recipe.batch_size}, {recipe.optimizer};
deterministic, with {_versions(metrics)}.

The loss is the cross-entropy over the ten logits and an eleventh that is always 0 and stands for
"none". So `logsumexp` of the logits is the log-odds of "a digit" to "none", without any further
parameter.

![Loss and accuracy over the epochs](curves.png)

## What it was measured at

| on | right |
| --- | --- |
| the {metrics.digits:,} test digits as they are | **{metrics.accuracy:.2%}** \
(95% interval {low:.2%} to {high:.2%}, Wilson) |
| the same turned by up to 15°, shifted, scaled by 0.7 to 1.3, half of them inverted, on paper, \
read as uploads are | **{uploads.changed_accuracy:.2%}** |
| the same sheets shrunk to 28×28, by the tutorial's network | \
{uploads.changed_accuracy_tutorial:.2%} |

{_classes(metrics)}

## When it says that there is no digit

Where the objectness is less than {uploads.threshold:.2f}. Of drawn examples that it was not
trained on, {uploads.digits_refused:.2%} of the digits and {uploads.negatives_refused:.2%} of the \
negatives have less. A capital O, an l or an S is a digit to it, and to many people.

## Calibration

The logits were divided by {uploads.temperature:.3f} after the training (Guo et al., "On Calibration
of Modern Neural Networks", 2017), in the weights of `dense` themselves. The expected calibration
error, over 15 bins, on drawn digits that it was not trained on, the same that this number was found
with: {uploads.ece_before:.4f} before and {uploads.ece_after:.4f} after.

## What to beware of

- It is calibrated on drawn digits, whose defects are those that we thought of.
{_empty(metrics)}

## Data and licence

MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0. Glyphs of fonts
under the SIL Open Font License and the Apache License, listed in `core/data/LICENSE-GLYPHS.md`.
"""


def _versions(metrics: Metrics) -> str:
    return ", ".join(f"{name} {version}" for name, version in metrics.versions.items())


def _seeds(metrics: Metrics) -> str:
    rows: list[tuple[str, ...]] = [
        (
            f"{run.seed}{' (shipped)' if run.seed == metrics.seed else ''}",
            f"{run.val_accuracy:.4f}",
            f"{run.test_accuracy:.4f}",
        )
        for run in metrics.runs
    ]
    spreads = metrics.val_accuracy, metrics.test_accuracy
    rows.append(("median", *(f"{each.median:.4f}" for each in spreads)))
    ranges = (f"{each.minimum:.4f} to {each.maximum:.4f}" for each in spreads)
    rows.append(("lowest to highest", *ranges))
    return _table(("seed", "val_accuracy", "test accuracy"), rows)


def _classes(metrics: Metrics) -> str:
    rows = [
        (str(c.digit), f"{c.precision:.4f}", f"{c.recall:.4f}", f"{c.f1:.4f}", f"{c.support:,}")
        for c in metrics.classes
    ]
    confused = "\n".join(
        f"- {pair.label} read as {pair.predicted}: {pair.count}, as test digit {pair.indexes[0]}"
        for pair in metrics.confused[:5]
    )
    return f"""\
{_table(("digit", "precision", "recall", "F1", "test digits"), rows)}

Most often confused, true digit first:

{confused}

![Confusion matrix, true digit by predicted digit](confusion.png)"""


def _empty(metrics: Metrics) -> str:
    rows = [(f"`{layer}`", f"{share:.2%}") for layer, share in metrics.empty_maps.items()]
    return f"""\
- Some digits have an empty Grad-CAM map, with no positive evidence for the class in any cell:

{_table(("layer", "empty maps of the predicted class, by log-odds"), rows)}"""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
