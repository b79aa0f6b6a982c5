"""Model cards, in Markdown."""

from collections.abc import Iterable, Sequence
from importlib import resources

from core.faithfulness.measurement import EXPLANATIONS_PLOT, INK, MethodRecord, load_records
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
        kinds_learned=", ".join(metrics.uploads.kinds_learned) if metrics.uploads else "",
        kinds=_kinds(metrics),
        explanations=_explanations(load_records(record.folder)),
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


def _kinds(metrics: Metrics) -> str:
    """Return the shares refused by kind of negative; empty if they were not measured."""
    if metrics.uploads is None or not metrics.uploads.refused_by_kind:
        return ""
    rows = [(kind, f"{share:.1%}") for kind, share in metrics.uploads.refused_by_kind.items()]
    return f"""
{_table(("negatives", "below it"), rows)}
"""


def _explanations(records: Sequence[MethodRecord]) -> str:
    """Return the section on how faithful the heatmaps are; empty if they were not measured."""
    if not records:
        return ""
    rows = [
        (
            f"`{each.method}`",
            f"`{each.layer}`" if each.layer else "",
            f"{each.p_left_20:.3f} ({each.p_left_20_interval.low:.3f} to "
            f"{each.p_left_20_interval.high:.3f})",
            f"{each.beats_random:.0%}",
            f"{each.worse_than_random:.0%}",
            f"{each.deletion_auc:.3f}",
            f"{each.insertion_auc:.3f}",
            _sanity(each),
            f"{each.empty:.1%}",
        )
        for each in sorted(records, key=lambda each: each.p_left_20)
    ]
    head = (
        "method",
        "layer",
        "p left (95% interval)",
        "lowers p more than random",
        "less",
        "deletion",
        "insertion",
        "sanity",
        "empty",
    )
    first = records[0]
    return f"""
## How faithful its heatmaps are

Measured by `gradcam-bot evaluate --explanations` on the first {first.digits:,} test digits, for the
log-odds of the predicted class. The 20% of the ink where a map is brightest is removed: *p left* is
the mean probability that the class keeps (random ink: {first.random_20:.3f}; lower is better), and
the next two columns compare each digit with random ink. *Deletion* and *insertion* are mean areas
under the curves of Petsiuk et al., 2018 (lower and higher is better). *Sanity* is the rank
correlation with the maps of the network with a random last layer (Adebayo et al., 2018): a method
whose maps stay as they are does not explain the class. Deletion favours maps as fine as the ink, so
compare the methods of one layer with each other. `ink` is not a method: it takes the brightest ink.

{_table(head, rows)}

![Probability left, by method and layer]({EXPLANATIONS_PLOT})
"""


def _sanity(record: MethodRecord) -> str:
    if record.method == INK:
        return ""
    return f"{record.sanity:.2f}" if record.sane else f"**{record.sanity:.2f}, fails**"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
