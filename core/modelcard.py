"""Model cards, in Markdown."""

from collections.abc import Iterable
from importlib import resources

from core.record import TUTORIAL_VAL_ACCURACY, Metrics, ModelRecord


def model_card(record: ModelRecord) -> str:
    """Return a network's model card, in Markdown, with the measured figures.

    The headings follow Mitchell et al., "Model Cards for Model Reporting", 2019,
    https://arxiv.org/abs/1810.03993. The texts are in `core/data`.
    """
    metrics = record.metrics
    recipe = metrics.recipe
    name = "tutorial" if metrics.uploads is None else "uploads"
    template = resources.files("core") / "data" / f"model-card-{name}.md"
    return template.read_text("utf-8").format(
        metrics=metrics,
        loss=recipe.loss.replace("_", " "),
        optimizer=recipe.optimizer.capitalize(),
        trained_share=1 - recipe.validation_split,
        runs=len(metrics.runs),
        tutorial_val_accuracy=TUTORIAL_VAL_ACCURACY,
        versions=", ".join(f"{name} {version}" for name, version in metrics.versions.items()),
        seeds=_seeds(metrics),
        classes=_classes(metrics),
        empty_maps=_empty(metrics),
    )


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
