"""The digits: those that ship, and those that training finds."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import idx
from core._keras import keras
from core.dataset import (
    ORIGINAL_MD5,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    DataError,
    as_input,
    load_test_digits,
    load_training_digits,
)
from core.dataset import test_digit as digit_of


def test_the_shipped_digits_are_mnists_test_set_in_its_order() -> None:
    digits = load_test_digits()

    assert idx.md5(digits.images) == ORIGINAL_MD5[TEST_IMAGES] == "2646ac647ad5339dbf082846283269ea"
    assert idx.md5(digits.labels) == ORIGINAL_MD5[TEST_LABELS] == "27ae3e4e09519cfbb04c329615203637"


def test_number_7_is_a_9() -> None:
    digit = digit_of(7)

    assert (digit.index, digit.label, digit.box) == (7, 9, None)
    assert digit.image.dtype == np.float32
    assert digit.image.shape == (28, 28)
    assert digit.image.max() == 1


@pytest.mark.parametrize("index", [-1, 10_000])
def test_there_is_no_digit_outside_the_set(index: int) -> None:
    with pytest.raises(IndexError, match="from 0 to 9999"):
        digit_of(index)


def test_nobody_can_change_the_shared_digits() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_test_digits().images[0] = 0


def test_input_is_scaled_and_has_a_channel() -> None:
    images = as_input(np.array([[[0, 51, 255]]], np.uint8))

    assert images.shape == (1, 1, 3, 1)
    assert images.dtype == np.float32
    assert images.ravel() == pytest.approx([0, 0.2, 1])


def _folder(path: Path, *, zipped: bool = False) -> Path:
    digits = load_test_digits()
    for name, values in (
        (TRAIN_IMAGES, digits.images[:20]),
        (TRAIN_LABELS, digits.labels[:20]),
    ):
        content = idx.encode(values)
        file = path / (f"{name}.gz" if zipped else name)
        file.write_bytes(gzip.compress(content) if zipped else content)
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_training_digits_from_a_folder_of_the_original_files(tmp_path: Path, zipped: bool) -> None:
    digits = load_training_digits(_folder(tmp_path, zipped=zipped))

    assert np.array_equal(digits.images, load_test_digits().images[:20])
    assert np.array_equal(digits.labels, load_test_digits().labels[:20])


def test_training_digits_from_keras_format(tmp_path: Path) -> None:
    shipped = load_test_digits()
    file = tmp_path / "mnist.npz"
    np.savez(file, x_train=shipped.images[:20], y_train=shipped.labels[:20])

    assert np.array_equal(load_training_digits(file).images, shipped.images[:20])


def _truncated(path: Path) -> Path:
    file = _folder(path) / TRAIN_IMAGES
    file.write_bytes(file.read_bytes()[:-5])
    return path


def _not_idx(path: Path) -> Path:
    (_folder(path) / TRAIN_LABELS).write_bytes(b"hello")
    return path


def _bad_gzip(path: Path) -> Path:
    (_folder(path, zipped=True) / f"{TRAIN_IMAGES}.gz").write_bytes(b"\x1f\x8b\x08 cut short")
    return path


def _empty_folder(path: Path) -> Path:
    return path


def _absent(path: Path) -> Path:
    return path / "absent.npz"


def _text(path: Path) -> Path:
    file = path / "mnist.npz"
    file.write_text("not arrays")
    return file


def _wrong_names(path: Path) -> Path:
    np.savez(path / "m.npz", a=np.zeros(3))
    return path / "m.npz"


def _wrong_shape(path: Path) -> Path:
    np.savez(path / "m.npz", x_train=np.zeros((3, 2, 2), np.uint8), y_train=np.zeros(3, np.uint8))
    return path / "m.npz"


def _wrong_type(path: Path) -> Path:
    np.savez(path / "m.npz", x_train=np.zeros((3, 28, 28)), y_train=np.zeros(3, np.uint8))
    return path / "m.npz"


def _wrong_labels(path: Path) -> Path:
    labels = np.array([1, 2, 10], np.uint8)
    np.savez(path / "m.npz", x_train=np.zeros((3, 28, 28), np.uint8), y_train=labels)
    return path / "m.npz"


def _pickled(path: Path) -> Path:
    np.savez(path / "m.npz", x_train=np.array([{}], object), y_train=np.zeros(1, np.uint8))
    return path / "m.npz"


@pytest.mark.parametrize(
    "make",
    [
        _truncated,
        _not_idx,
        _bad_gzip,
        _empty_folder,
        _absent,
        _text,
        _wrong_names,
        _wrong_shape,
        _wrong_type,
        _wrong_labels,
        _pickled,
    ],
)
def test_wrong_data_is_told_in_one_sentence(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(DataError) as told:
        load_training_digits(make(tmp_path))

    sentence = str(told.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_without_a_network_the_ways_to_the_data_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", unreachable)

    with pytest.raises(DataError) as told:
        load_training_digits()

    assert "~/.keras/datasets" in str(told.value)
    assert "--data FILE" in str(told.value)
    assert "--data FOLDER" in str(told.value)


def test_idx_refuses_what_it_was_not_asked_for() -> None:
    with pytest.raises(ValueError, match="in 1 dimensions"):
        idx.decode(idx.encode(np.zeros((2, 2), np.uint8)), 1)
