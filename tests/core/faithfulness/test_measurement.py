"""The measurements that are shipped with the networks, and how they are made."""

from pathlib import Path

import numpy as np
import pytest

from bot.runtime.networks import load_explainer
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.explain.methods import METHODS
from core.faithfulness.measurement import (
    EXPLANATIONS_FILE,
    INK,
    Measurement,
    MethodRecord,
    load_records,
    save_records,
)
from core.network import UPLOADS_WEIGHTS, WEIGHTS
from tests.core.explain.builders import images

_MEASURED_ELSEWHERE = {
    ("gradcam", "max_pooling2d_1"): (0.863, 0.33, 0.21),
    ("gradcam", "conv2d_1"): (0.871, 0.29, 0.22),
    ("gradcam++", "max_pooling2d_1"): (0.808, 0.43, 0.17),
    ("xgradcam", "max_pooling2d_1"): (0.693, 0.55, 0.10),
    ("hirescam", "max_pooling2d_1"): (0.593, 0.71, 0.06),
    ("layercam", "max_pooling2d_1"): (0.603, 0.70, 0.07),
    ("hirescam", "max_pooling2d"): (0.481, 0.85, 0.02),
    ("layercam", "max_pooling2d"): (0.485, 0.82, 0.02),
    ("saliency", None): (0.759, 0.68, 0.09),
    ("occlusion", None): (0.391, 0.91, 0.01),
    ("gradient_x_input", None): (0.279, 0.97, 0.0),
    ("integrated_gradients", None): (0.275, 0.98, 0.0),
    (INK, None): (0.924, 0.38, 0.17),
}
"""What is left of p, and how often it falls further and less than for random ink, by a script that
shares no code with this project, on the first 1,000 test digits."""


@pytest.fixture(scope="module")
def records() -> dict[tuple[str, str | None], MethodRecord]:
    return {(each.method, each.layer): each for each in load_records(WEIGHTS)}


@pytest.mark.parametrize("which", _MEASURED_ELSEWHERE, ids=str)
def test_the_shipped_measurements_agree_with_an_independent_script(
    records: dict[tuple[str, str | None], MethodRecord], which: tuple[str, str | None]
) -> None:
    record = records[which]

    assert record.digits == 1000
    assert record.random_20 == pytest.approx(0.962, abs=0.01)
    measured = (record.p_left_20, record.beats_random, record.worse_than_random)
    assert measured == pytest.approx(_MEASURED_ELSEWHERE[which], abs=0.03)


@pytest.mark.parametrize("folder", [WEIGHTS, UPLOADS_WEIGHTS], ids=lambda folder: folder.name)
def test_every_method_is_measured_at_every_layer(folder: Path, explainer: Explainer) -> None:
    expected = {
        (name, layer)
        for name, method in METHODS.items()
        for layer in (explainer.layers if method.per_layer else (None,))
    }

    assert {(r.method, r.layer) for r in load_records(folder)} == expected | {(INK, None)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "method", "layer"),
    [
        (WEIGHTS, "hirescam", "max_pooling2d_1"),
        (UPLOADS_WEIGHTS, "gradcam++", "conv2d_1"),
    ],
    ids=["tutorial", "uploads"],
)
def test_what_is_measured_is_what_is_shipped(
    digits: DigitSet,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    method: str,
    layer: str | None,
) -> None:
    shipped = {(each.method, each.layer): each for each in load_records(folder)}
    measurement = Measurement(load_explainer(folder), images(digits, slice(1000))[..., 0])
    assert len(measurement.combinations) == len(shipped) - 1
    monkeypatch.setattr(measurement, "combinations", [(method, layer)])

    for again in measurement.measure():  # the ink, and the method
        record = shipped[again.method, again.layer]
        assert again.digits == record.digits
        for share in ("p_left_20", "random_20", "deletion_auc", "insertion_auc", "empty"):
            assert getattr(again, share) == pytest.approx(getattr(record, share), abs=2e-3)
        assert again.beats_random == pytest.approx(record.beats_random, abs=5e-3)
        assert again.worse_than_random == pytest.approx(record.worse_than_random, abs=5e-3)
        assert again.sanity == pytest.approx(record.sanity, abs=0.05)
        assert again.stability == pytest.approx(record.stability, abs=0.02)
        low, high = again.p_left_20_interval
        assert low < again.p_left_20 < high
        if again.method == "hirescam":
            assert again.completeness is not None
            assert again.completeness < 1e-4


def test_methods_that_ignore_the_class_are_marked(
    records: dict[tuple[str, str | None], MethodRecord],
) -> None:
    failing = {method for (method, _), each in records.items() if not each.sane}

    assert {"eigencam", "gradcam++", INK} <= failing
    assert not failing & {"gradcam", "hirescam", "integrated_gradients", "occlusion"}


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records = load_records(WEIGHTS)
    save_records(records, tmp_path)

    assert load_records(tmp_path) == records
    (tmp_path / EXPLANATIONS_FILE).write_text("[{}]")
    with pytest.raises(ValueError, match="does not hold measurements"):
        load_records(tmp_path)


def test_a_folder_without_measurements_has_none(tmp_path: Path) -> None:
    assert load_records(tmp_path) == ()
    assert np.isfinite([each.p_left_20 for each in load_records(WEIGHTS)]).all()
