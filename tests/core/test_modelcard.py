"""The model cards, and what the documents quote of them, say what was measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.explain.results import SURE
from core.modelcard import model_card
from core.negatives import KINDS
from core.network import UPLOADS_WEIGHTS, WEIGHTS
from core.record import CARD_FILE, ModelRecord, UploadsMetrics
from core.uploads import MAX_BYTES, MAX_DIGITS, MAX_PIXELS
from core.uploads.reader import MAX_PIXELS_READ
from scripts.derive_glyphs import FONTS, OWN_FONTS

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", [WEIGHTS, UPLOADS_WEIGHTS], ids=lambda folder: folder.name)
def test_the_shipped_card_is_of_the_shipped_record(folder: Path) -> None:
    card = (folder / CARD_FILE).read_text(encoding="utf-8")

    assert card == model_card(ModelRecord.load(folder))


@pytest.mark.parametrize(
    ("figure", "value", "said"),
    [
        ("threshold", 1.25, "below 1.25"),
        ("digits_refused", 0.1234, "12.34% of the digits"),
        ("negatives_refused", 0.8765, "87.65% of the negatives"),
        ("temperature", 1.4567, "divided by 1.457"),
        ("ece_before", 0.04321, "0.0432 before"),
        ("ece_after", 0.01234, "0.0123 after"),
        ("changed_accuracy", 0.5432, "**54.32%**"),
        ("changed_accuracy_tutorial", 0.2345, "23.45%"),
        ("digits_drawn", 123_456, "123,456 digits"),
        ("negatives_drawn", 65_432, "65,432 negatives"),
        ("kinds_learned", ("hands", "lines"), "negatives are: hands, lines."),
    ],
)
def test_every_figure_of_uploads_is_the_records(figure: str, value: object, said: str) -> None:
    record = ModelRecord.load(UPLOADS_WEIGHTS)
    uploads = replace(_uploads_metrics(), **{figure: value})  # type: ignore[arg-type]  # any figure
    card = " ".join(model_card(record).split())
    other = replace(record, metrics=replace(record.metrics, uploads=uploads))

    assert said not in card
    assert said in " ".join(model_card(other).split())


def test_every_kind_of_negative_is_in_the_card_if_it_was_measured() -> None:
    record = ModelRecord.load(UPLOADS_WEIGHTS)
    card = model_card(record)
    for kind in KINDS:
        assert f"| {kind} | {_uploads_metrics().refused_by_kind[kind]:.1%} |" in card

    before = replace(record.metrics, uploads=replace(_uploads_metrics(), refused_by_kind={}))
    earlier = model_card(replace(record, metrics=before))
    assert "| negatives |" in card
    assert "| negatives |" not in earlier
    assert "as many people do.\n\n## Calibration" in earlier


def test_it_counts_the_fonts_that_there_are() -> None:
    card = model_card(ModelRecord.load(UPLOADS_WEIGHTS))

    assert f"glyphs of {len(FONTS + OWN_FONTS)} fonts" in " ".join(card.split())


def test_the_documents_quote_the_records() -> None:
    metrics, uploads = ModelRecord.load(UPLOADS_WEIGHTS).metrics, _uploads_metrics()
    readme, page = (_words(_ROOT / name) for name in ("README.md", "docs/uploads.md"))

    assert f"({metrics.accuracy:.2%} of the test digits)" in readme
    tutorial = ModelRecord.load(WEIGHTS).metrics.accuracy
    assert f"| {tutorial:.2%} | {metrics.accuracy:.2%} |" in page
    assert f"| {uploads.changed_accuracy_tutorial:.2%}, shrunk" in page
    assert f"| {uploads.changed_accuracy:.2%}, read" in page
    assert f"an objectness of {uploads.threshold:g} or more" in page
    assert f"rejects {uploads.digits_refused:.1%} of the digits" in page
    assert f"{uploads.negatives_refused:.1%} of the letters" in page
    assert f"divided by {uploads.temperature:.3f}" in page
    assert f"from {uploads.ece_before:.4f} to {uploads.ece_after:.4f}" in page
    assert f"{uploads.digits_drawn:,} digits and {uploads.negatives_drawn:,} negatives" in page
    assert f"up to {MAX_DIGITS} are read" in page
    assert f"read at up to {MAX_PIXELS_READ / 1e6:.1f} megapixels" in page
    assert f"{MAX_BYTES >> 20} MiB and {MAX_PIXELS / 1e6:.0f} megapixels" in page
    assert f"Below {SURE:.0%}" in page


def _uploads_metrics() -> UploadsMetrics:
    return ModelRecord.load(UPLOADS_WEIGHTS).uploads_metrics


def _words(file: Path) -> str:
    return " ".join(file.read_text(encoding="utf-8").split())
