"""What others build on stays: the names of the public interfaces, and what they take."""

import inspect

import pytest
from discord.ext import commands

import core
from bot.app import create_bot
from bot.settings import Settings
from core import tutorial
from core.explain.explanation import Explanation


def _parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]  # any callable


async def test_a_bot_is_created_and_not_started() -> None:
    bot = create_bot(Settings(_env_file=None))

    assert isinstance(bot, commands.AutoShardedBot)
    assert not bot.is_ready()
    assert _parameters(create_bot) == ["settings", "now"]


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (core.Explainer.load, ["path"]),
        (core.Explainer, ["model", "labels"]),
        (
            core.Explainer.explain,
            ["self", "images", "layer", "targets", "method", "score", "against", "seed"],
        ),
        (tutorial.get_basic_cnn, []),
        (
            tutorial.make_gradcam_heatmap,
            ["img_array", "model", "last_conv_layer_name", "pred_index"],
        ),
        (tutorial.display_gradcam_with_img, ["img", "heatmap", "alpha"]),
    ],
)
def test_a_function_takes_what_it_took(function: object, parameters: list[str]) -> None:
    assert _parameters(function)[: len(parameters)] == parameters


def test_an_explanation_says_what_it_said() -> None:
    for name in (
        "predictions",
        "probabilities",
        "targets",
        "heatmaps",
        "raw",
        "signed",
        "empty",
    ):
        assert name in Explanation.__slots__ or hasattr(Explanation, name)


def test_a_method_says_what_it_said() -> None:
    assert {"gradcam", "hirescam", "integrated_gradients", "rise"} <= set(core.METHODS)
    for name, method in core.METHODS.items():
        assert method.name == name
        assert isinstance(method.signed, bool)
        assert isinstance(method.per_layer, bool)
