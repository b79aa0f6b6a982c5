"""An operator's network in place of the tutorial's: all that is said of it is said of theirs."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.lessons.state import View
from bot.runtime.networks import Network
from bot.settings import Settings
from core.dataset import test_digit
from core.epochs import network_after
from core.explain.explainer import Explainer
from core.figures.plots import training_curves
from core.network import NETWORK_FILE, WEIGHTS, epoch_file
from core.record import ModelRecord
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, receipt

_EPOCH = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that began where the shipped one was after an epoch, and ended there at once."""
    folder = tmp_path_factory.mktemp("own") / "net"
    shutil.copytree(WEIGHTS, folder)
    ours = epoch_file(_EPOCH).read_bytes()
    for file in (folder / NETWORK_FILE, *(folder / "epochs").iterdir()):
        file.write_bytes(ours)
    shipped = ModelRecord.load(folder)
    history = replace(shipped.history, loss=(9.875, *shipped.history.loss[1:]))
    (record := replace(shipped, history=history)).save()
    record.curves_file.write_bytes(training_curves(record.history))
    return folder


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    """With a network of the operator's own."""
    return settings.model_copy(update={"weights": folder})


async def test_an_answer_comes_from_the_operators_network(server: Server, folder: Path) -> None:
    result = await server.alex.slash(server.channel, "explain", index=7)

    told = await receipt(server.alex, answer(result))
    assert f"tutorial weights {Explainer.load(folder).weights_hash} ·" in told
    (ours,) = await server.bot.engine.explain_all_untrained(test_digit(7).image[None])
    theirs = server.bot.engine.explainers[Network.TUTORIAL].explain(test_digit(7).image[None])
    np.testing.assert_allclose(ours.probabilities, theirs.probabilities[0], atol=1e-6)


async def test_lessons_show_the_operators_training(server: Server, folder: Path) -> None:
    epochs = await server.bot.illustrator.illustrate("epochs", View(18))
    curves = await server.bot.illustrator.illustrate("curves", View(18))

    read = network_after(_EPOCH).forward(test_digit(18).image[None, :, :, None]).logits
    assert set(str(epochs.drawing.fields["read"]).split()) == {str(int(np.argmax(read)))}
    assert curves.drawing.file == (folder / "curves.png").read_bytes()
    assert curves.drawing.file != (WEIGHTS / "curves.png").read_bytes()
    assert curves.drawing.fields["loss_first"] == "9.875"


async def test_the_model_and_its_curves_are_told_from_the_operators_record(server: Server) -> None:
    result = await server.alex.slash(server.channel, "model")

    assert "loss falls from 9.875" in alt_texts(result.response)[0]
