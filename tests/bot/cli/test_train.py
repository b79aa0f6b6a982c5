"""`gradcam-bot train` and `gradcam-bot evaluate`, as they are typed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner

from bot.cli import app
from core.dataset import load_test_digits
from core.network import epoch_file
from core.record import ModelRecord
from tests.preview.serving import until

_RUN = CliRunner()

pytestmark = pytest.mark.timeout(300)  # a network is trained, and processes start


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few digits to train on, in Keras's format."""
    digits, file = load_test_digits(), tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez(file, x_train=digits.images[:640], y_train=digits.labels[:640])
    return file


@pytest.mark.slow
def test_train_writes_a_network_that_evaluate_measures(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "net"

    trained = _RUN.invoke(app, ["train", "--data", str(data), "--seed", "7", "-o", str(folder)])
    measured = _RUN.invoke(app, ["evaluate", "--weights", str(folder), "--json"])

    assert (trained.exit_code, measured.exit_code) == (0, 0)
    assert "seed 7  epoch 10/10" in trained.output
    metrics, figures = ModelRecord.load(folder).metrics, json.loads(measured.stdout)
    assert (metrics.seed, metrics.trained_on) == (7, 640)
    assert figures["weights"] == metrics.fingerprint
    assert figures["accuracy"] == metrics.accuracy > 0.8
    assert figures["confusion"] == [list(row) for row in metrics.confusion]
    mistakes = sum(len(pair["indexes"]) for pair in figures["confused"])
    assert mistakes == figures["digits"] - figures["correct"]


@pytest.mark.slow
def test_train_told_to_end_says_so_and_leaves_nothing(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "train", "--data", str(data), "-o", str(tmp_path / "n")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"seed 1  epoch  1/10")
        process.send_signal(signal.SIGTERM)
        said, complaint = process.stdout.read(), process.stderr.read()

    assert process.returncode == 130
    assert b"Interrupted: nothing was written." in said
    assert b"Traceback" not in complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_while_examples_are_drawn_is_heard_by_the_command_alone(
    data: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "bot", "train", "--network", "uploads", "--data", str(data)]
    with subprocess.Popen(
        [*command, "-o", str(tmp_path / "n")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"Drawing 480,000 examples: some minutes.\n"
        until(lambda: _seconds_of_work(process.pid) > 3, 120)
        for child in psutil.Process(process.pid).children():
            child.send_signal(signal.SIGINT)
        until(lambda: _seconds_of_work(process.pid) > 4, 120)
        os.killpg(process.pid, signal.SIGINT)
        said, complaint = process.stdout.read(), process.stderr.read()

    assert process.returncode == 130
    assert b"Interrupted: nothing was written." in said
    assert b"Process" not in complaint
    assert b"Traceback" not in complaint
    assert list(tmp_path.iterdir()) == []


def _seconds_of_work(pid: int) -> float:
    """Processor time of that process which has had most, of those that a process started."""
    return max((child.cpu_times().user for child in psutil.Process(pid).children()), default=0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--data", "absent.npz"], "There is no file or folder absent.npz."),
        (["train", "--data", "{data}", "-o", "{data}"], "is a file, not a folder."),
        (
            ["train", "--network", "uploads", "--data", "absent"],
            "There is no file or folder absent.",
        ),
        (["evaluate", "--weights", "absent.keras"], "There is no network at absent.keras."),
        (["evaluate", "--weights", "{data}"], "is neither a .weights.h5, a .keras nor a .h5 file."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    data: Path, arguments: list[str], sentence: str
) -> None:
    result = _RUN.invoke(app, [argument.format(data=data) for argument in arguments])

    assert result.exit_code == 1
    assert result.stderr.endswith(f"{sentence}\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_evaluate_prints_the_untrained_networks_figures() -> None:
    result = _RUN.invoke(app, ["evaluate", "--weights", str(epoch_file(0))])

    assert result.exit_code == 0
    assert "12.30% of 10,000 test digits right" in result.output
    assert "to look at with explain --index" in result.output
