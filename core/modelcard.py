"""The model card: what a network is, what it was measured at, and what it is not for."""

from core.dataset import TEST_IMAGES, TRAIN_IMAGES
from core.record import TUTORIAL_VAL_ACCURACY, Metrics, ModelRecord


def model_card(record: ModelRecord) -> str:
    """Write a network's model card, in Markdown, every figure of it measured.

    The headings follow Mitchell et al., "Model Cards for Model Reporting", 2019,
    https://arxiv.org/abs/1810.03993.
    """
    metrics, recipe = record.metrics, record.metrics.recipe
    low, high = metrics.interval
    versions = ", ".join(f"{name} {version}" for name, version in metrics.versions.items())
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
Seeded and deterministic, with {versions}.

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

Most often confused, true digit first:

{_confused(metrics)}

![Confusion matrix, true digit by predicted digit](confusion.png)

## What to beware of

- MNIST is white on black, centred and of one size; pictures of other kinds have to be brought to
  that form first.
- The probabilities are not calibrated: many are 1.0 to the last digit that float32 holds.
- Some digits have an empty Grad-CAM map, with no positive evidence for the class in any cell:

{_empty(metrics)}

## Data and licence

MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0. md5 of the images'
idx content: training `{metrics.data_md5[TRAIN_IMAGES]}`, test `{metrics.data_md5[TEST_IMAGES]}`.
"""


def _seeds(metrics: Metrics) -> str:
    rows = [
        f"| {run.seed}{' (shipped)' if run.seed == metrics.seed else ''} "
        f"| {run.val_accuracy:.4f} | {run.test_accuracy:.4f} |"
        for run in metrics.runs
    ]
    val, test = metrics.val_accuracy, metrics.test_accuracy
    rows += [
        f"| median | {val.median:.4f} | {test.median:.4f} |",
        f"| lowest to highest | {val.minimum:.4f} to {val.maximum:.4f} "
        f"| {test.minimum:.4f} to {test.maximum:.4f} |",
    ]
    return "\n".join(["| seed | val_accuracy | test accuracy |", "| --- | --- | --- |", *rows])


def _classes(metrics: Metrics) -> str:
    rows = [
        f"| {c.digit} | {c.precision:.4f} | {c.recall:.4f} | {c.f1:.4f} | {c.support:,} |"
        for c in metrics.classes
    ]
    head = ["| digit | precision | recall | F1 | test digits |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(head + rows)


def _empty(metrics: Metrics) -> str:
    rows = [f"| `{layer}` | {share:.2%} |" for layer, share in metrics.empty_maps.items()]
    head = ["| layer | empty maps of the predicted class, by log-odds |", "| --- | --- |"]
    return "\n".join(head + rows)


def _confused(metrics: Metrics) -> str:
    return "\n".join(
        f"- {pair.label} read as {pair.predicted}: {pair.count}, as test digit {pair.indexes[0]}"
        for pair in metrics.confused[:5]
    )
