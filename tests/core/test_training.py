"""The tutorial's recipe, on a few digits."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from core import training
from core.dataset import load_test_digits
from core.faithfulness.measurement import EXPLANATIONS_FILE, EXPLANATIONS_PLOT
from core.network import epoch_file, load_network
from core.record import ModelRecord, Recipe
from tests.builders import some_digits

_RECIPE = Recipe(epochs=2, batch_size=32)


@dataclass
class _Heard:
    """Keeps what it is told of a training."""

    batches: list[float] = field(default_factory=list)
    epochs: list[tuple[int, int]] = field(default_factory=list)

    def batch(self, seed: int, epoch: int, share: float) -> None:  # noqa: ARG002
        self.batches.append(share)

    def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:
        assert set(measured) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        self.epochs.append((seed, epoch))


def _train(folder: Path, seeds: tuple[int, ...] = (3,), heard: _Heard | None = None) -> ModelRecord:
    train, test = (some_digits(load_test_digits(), *which) for which in ((0, 320), (320, 520)))
    return training.train(train, test, folder, seeds, _RECIPE, heard or _Heard())


def test_the_default_recipe_is_the_tutorials() -> None:
    assert Recipe() == Recipe(
        epochs=10,
        batch_size=64,
        validation_split=0.2,
        optimizer="adam",
        loss="categorical_crossentropy",
    )


def test_a_training_replaces_an_earlier_one_by_everything_that_is_kept_of_it(
    tmp_path: Path,
) -> None:
    folder, heard = tmp_path / "net", _Heard()
    stale = epoch_file(99, folder)
    stale.parent.mkdir(parents=True)
    for file in (stale, folder / EXPLANATIONS_FILE, folder / EXPLANATIONS_PLOT):
        file.write_text("of the old network")

    record = _train(folder, (3, 4), heard)

    assert sorted(p.name for p in folder.iterdir()) == [
        "MODEL_CARD.md",
        "confusion.png",
        "curves.png",
        "epochs",
        "history.json",
        "metrics.json",
        "network.weights.h5",
    ]
    assert sorted(p.name for p in (folder / "epochs").iterdir()) == [
        f"epoch-{epoch:02}.weights.h5" for epoch in range(3)
    ]
    assert list(tmp_path.iterdir()) == [folder]
    assert heard.epochs == [(3, 1), (3, 2), (4, 1), (4, 2)]
    assert heard.batches[:8] == [pytest.approx(n / 8) for n in range(1, 9)]

    sizes = {file.stat().st_size for file in (folder / "epochs").iterdir()}
    assert max(sizes) < 50_186 * 4 * 1.25  # the weights, and no optimiser's state
    assert ModelRecord.load(folder) == record
    assert len(record.history.val_accuracy) == 2
    assert record.metrics.digits == 200
    assert {run.seed for run in record.metrics.runs} == {3, 4}
    assert np.sum(record.metrics.confusion) == 200
    for picture in (record.curves_file, record.confusion_file):
        with Image.open(picture) as drawn:
            assert drawn.width == 1200
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{record.metrics.accuracy:.2%}" in card
    assert "0.9888" in card

    for weights, last in zip(
        load_network(folder).get_weights(),
        load_network(epoch_file(2, folder)).get_weights(),
        strict=True,
    ):
        assert np.array_equal(weights, last)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_network_and_another_seed_another(tmp_path: Path) -> None:
    first, again, other = (
        _train(tmp_path / name, (seed,)) for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )

    assert first.history == again.history
    assert first.history != other.history
    for one, same in zip(
        load_network(first.folder).get_weights(),
        load_network(again.folder).get_weights(),
        strict=True,
    ):
        assert np.array_equal(one, same)


def test_a_folder_of_something_else_is_refused_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    heard = _Heard()

    with pytest.raises(training.OutputError, match=r"no training wrote, such as thesis\.txt"):
        _train(tmp_path, heard=heard)
    with pytest.raises(training.OutputError, match="is a file"):
        _train(tmp_path / "thesis.txt", heard=heard)
    with pytest.raises(training.OutputError, match="cannot be written"):
        _train(tmp_path / "thesis.txt" / "net", heard=heard)

    assert heard.batches == []
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_earlier_training_survives_a_failure_to_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, rename = tmp_path / "net", Path.rename
    folder.mkdir()
    (folder / "MODEL_CARD.md").write_text("old")

    def fail_for_the_fresh_one(path: Path, target: Path) -> Path:
        if path.name == "fresh":
            raise OSError("disk full")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_fresh_one)
    with pytest.raises(OSError, match="disk full"):
        _train(folder)

    assert [p.name for p in tmp_path.rglob("*")] == ["net", "MODEL_CARD.md"]
    assert (folder / "MODEL_CARD.md").read_text() == "old"


def test_interrupted_it_leaves_nothing_and_the_old_folder_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "MODEL_CARD.md").write_text("old")

    class Interrupted(_Heard):
        def epoch(self, seed: int, epoch: int, measured: dict[str, float]) -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _train(folder, heard=Interrupted())

    assert [p.name for p in tmp_path.rglob("*")] == ["net", "MODEL_CARD.md"]


@pytest.mark.parametrize(
    ("accuracies", "chosen"),
    [
        ({1: 0.98, 2: 0.99, 3: 0.97}, 1),
        ({1: 0.99, 2: 0.98, 3: 0.97, 4: 0.96}, 2),
        ({5: 0.98, 4: 0.98}, 4),
    ],
)
def test_the_seed_median_run_is_kept(accuracies: dict[int, float], chosen: int) -> None:
    runs: list[Any] = [
        SimpleNamespace(seed=seed, evaluation=SimpleNamespace(accuracy=accuracy))
        for seed, accuracy in accuracies.items()
    ]

    assert training.median_run(cast("Any", runs)).seed == chosen
