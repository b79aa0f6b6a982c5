"""A file that is not the tutorial's network is one kind of error, told in one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.runtime.networks import load_explainer
from core._keras import keras
from core.dataset import DigitSet
from core.explain.explainer import Explainer
from core.network import WEIGHTS, WeightsError, fingerprint
from core.tutorial import get_basic_cnn
from tests.core.explain.builders import images


def _text(file: Path) -> None:
    file.write_text("not a network")


def _save(model: keras.Model, file: Path) -> None:
    model.save(file) if file.suffix == ".keras" else model.save_weights(file)


def _damaged(file: Path) -> None:
    _save(get_basic_cnn(), file)
    file.write_bytes(file.read_bytes()[:-4000])


def _of_nan(file: Path) -> None:
    network = get_basic_cnn()
    network.get_layer("conv2d_1").bias.assign([np.nan] * 64)
    _save(network, file)


def _chain(*layers: Callable[[], keras.layers.Layer]) -> Callable[[Path], None]:
    return lambda file: _save(keras.Sequential([layer() for layer in layers]), file)


def _with(**changes: object) -> Callable[[Path], None]:
    """The tutorial's network with the arguments of its second convolution changed."""
    convolution = {"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}

    def write(file: Path) -> None:
        network = get_basic_cnn()
        changed = keras.layers.Conv2D(**convolution | changes, name="conv2d_1")
        layers = [changed if layer.name == "conv2d_1" else layer for layer in network.layers]
        bare = [layer.__class__.from_config(layer.get_config()) for layer in layers]
        _save(keras.Sequential([keras.Input((28, 28, 1)), *bare]), file)

    return write


def _two_inputs(file: Path) -> None:
    inputs = [keras.Input((28, 28, 1)), keras.Input((28, 28, 1))]
    summed = keras.layers.Flatten()(keras.layers.add(inputs))
    _save(keras.Model(inputs, keras.layers.Dense(10)(summed)), file)


def _not_built(file: Path) -> None:
    with pytest.warns(UserWarning, match="not yet been built"):
        keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)]).save(file)


def _digit() -> keras.layers.Layer:
    return keras.Input((28, 28, 1))


def _halved() -> keras.layers.Layer:
    return keras.layers.Lambda(lambda x: x / 2, output_shape=(28, 28, 1))


def _ten() -> keras.layers.Layer:
    return keras.layers.Dense(10)


_OTHERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "absent": ("a.weights.h5", lambda _: None),
    "folder_without_weights": ("a", Path.mkdir),
    "folder_named_as_a_file": ("a.keras", Path.mkdir),
    "text": ("a.txt", _text),
    "text_named_as_weights": ("a.weights.h5", _text),
    "text_named_as_network": ("a.keras", _text),
    "damaged_weights": ("a.weights.h5", _damaged),
    "damaged_network": ("a.keras", _damaged),
    "weights_of_another": ("a.weights.h5", _chain(lambda: keras.Input((4,)), _ten)),
    "weights_of_other_shapes": ("a.weights.h5", _with(filters=32)),
    "weights_of_nan": ("a.weights.h5", _of_nan),
    "network_of_nan": ("a.keras", _of_nan),
    "other_input": ("a.keras", _chain(lambda: keras.Input((4,)), _ten)),
    "two_inputs": ("a.keras", _two_inputs),
    "not_built": ("a.keras", _not_built),
    "other_layers": ("a.keras", _chain(_digit, keras.layers.Flatten, _ten)),
    "lambda_layer": ("a.keras", _chain(_digit, _halved, keras.layers.Flatten, _ten)),
}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's saving
@pytest.mark.parametrize(("name", "write"), _OTHERS.values(), ids=list(_OTHERS))
def test_what_is_not_the_tutorial_s_network_is_refused_in_one_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)

    with pytest.raises(WeightsError) as told:
        Explainer.load(tmp_path / name)
    sentence = str(told.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300 + len(str(tmp_path))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's saving
@pytest.mark.parametrize("changes", [{"kernel_size": 5}, {"activation": "tanh"}, {"filters": 63}])
def test_another_network_is_explained_and_the_bot_refuses_it(
    tmp_path: Path, digits: DigitSet, changes: dict[str, object]
) -> None:
    _with(**changes)(tmp_path / "other.keras")
    other = Explainer.load(tmp_path / "other.keras")

    assert other.layers == ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1")
    assert other.explain(images(digits, slice(2))).heatmaps.shape == (2, 7, 7)
    with pytest.raises(WeightsError, match=r"other\.keras cannot be used here: .*not the tutorial"):
        load_explainer(tmp_path / "other.keras")


def test_a_file_is_named_by_a_string_too() -> None:
    assert Explainer.load(str(WEIGHTS)).weights_hash == fingerprint()
