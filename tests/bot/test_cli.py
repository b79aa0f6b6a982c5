"""The command line, as a person at a terminal meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.builders import picture, row
from tests.core.uploads.hostile import hostile_files


def _run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # What TensorFlow may say was settled in this process, when it was imported; not in that one.
    ours = {"DISCORD_TOKEN", "TF_CPP_MIN_LOG_LEVEL"}
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**kept, **environment, "NO_COLOR": "1", "COLUMNS": "100"},
    )


def test_help_is_worth_reading_and_quick_to_come() -> None:
    told = _run("--help")

    assert told.returncode == 0
    for command in ("preview", "run", "explain", "train", "evaluate", "doctor"):
        assert f" {command} " in told.stdout
    assert "tensorflow" not in told.stderr


def test_help_does_not_wait_for_tensorflow() -> None:
    code = "import sys, bot.cli; sys.exit('tensorflow' in sys.modules or 'discord' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_explain_a_test_digit(tmp_path: Path) -> None:
    out, heat = tmp_path / "out.png", tmp_path / "heat.npy"

    told = _run(
        "explain", "--index=7", "--layer=max_pooling2d_1", "-o", out, "--heatmap", heat, "--json"
    )

    assert told.stderr == ""
    assert told.returncode == 0
    (line,) = told.stdout.splitlines()
    answer = json.loads(line)
    assert answer["error"] is None
    assert answer["digits"][0]["digit"] == 9
    assert 0.5 < answer["digits"][0]["confidence"] <= 1
    with Image.open(out) as card:
        assert card.format == "PNG"
    heatmap = np.load(heat)
    assert heatmap.shape == (7, 7)
    assert heatmap.dtype == np.float32
    assert heatmap.max() == 1


def test_explain_several_sources_in_order_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    good, bad, blank = tmp_path / "seven.png", tmp_path / "bad.png", tmp_path / "blank.png"
    good.write_bytes(picture(0))
    bad.write_bytes(b"not a picture")
    Image.new("L", (200, 200), 255).save(blank)
    absent, cards = tmp_path / "absent.png", tmp_path / "cards"

    told = _run(
        "explain", good, bad, absent, blank, "--index", "2", "--index", "7", "--json", "-o", cards
    )

    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [len(answer["digits"]) for answer in answers] == [1, 0, 0, 0, 1, 1]
    assert [answer["error"] is None for answer in answers] == [True, False, False, True, True, True]
    assert answers[0]["source"] == str(good)
    assert answers[0]["digits"][0]["digit"] == 7
    left, top, right, bottom = answers[0]["digits"][0]["box"]
    assert 0 <= left < right <= 280
    assert 0 <= top < bottom <= 280
    assert sorted(file.name for file in cards.iterdir()) == [
        "00-seven-photo.jpg",
        "00-seven.png",
        "01-index-2.png",
        "02-index-7.png",
    ]


def test_explain_reads_every_digit_of_a_picture_and_draws_on_it(tmp_path: Path) -> None:
    sheet, out, heat = tmp_path / "sheet.png", tmp_path / "out", tmp_path / "heat.npy"
    sheet.write_bytes(row(0, 2, 3))

    told = _run("explain", sheet, "-o", out, "--heatmap", heat, "--json")

    assert told.stderr == ""
    (answer,) = map(json.loads, told.stdout.splitlines())
    assert set(answer) == {"source", "digits", "error"}
    assert [digit["digit"] for digit in answer["digits"]] == [7, 1, 0]
    lefts = [digit["box"][0] for digit in answer["digits"]]
    assert lefts == sorted(lefts)
    assert sorted(file.name for file in out.iterdir()) == [
        "00-sheet-photo.jpg",
        "00-sheet.png",
        "01-sheet.png",
        "02-sheet.png",
    ]
    with Image.open(out / "00-sheet-photo.jpg") as photo, Image.open(sheet) as drawn:
        assert photo.size >= drawn.size
    assert np.load(heat).shape == (3, 7, 7)


def test_explain_one_picture_into_one_file_and_its_overlay_beside_it(tmp_path: Path) -> None:
    seven, out = tmp_path / "seven.png", tmp_path / "answer.png"
    seven.write_bytes(picture(0))

    told = _run("explain", seven, "-o", out)

    assert told.stdout == f"{seven}: 7 (>\u00a099.9%)\n"
    assert {file.name for file in tmp_path.iterdir()} == {
        "seven.png",
        "answer.png",
        "answer-photo.jpg",
    }


def test_explain_with_either_network() -> None:
    told = [
        json.loads(_run("explain", "--index=7", "--json", *network).stdout)["digits"][0]
        for network in ((), ("--network=tutorial",), ("--network=uploads",))
    ]

    usual, tutorial, uploads = told
    assert usual == tutorial
    assert usual["confidence"] != uploads["confidence"]


def test_no_file_brings_a_traceback(tmp_path: Path) -> None:
    files = []
    for name, data in hostile_files().items():
        files.append(tmp_path / name)
        files[-1].write_bytes(data)

    told = _run("explain", *files, "--json")

    assert told.stderr == ""
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(answers) == len(files)
    assert told.returncode == int(any(answer["error"] for answer in answers))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name at least one picture"),
        (("--index", "10000"), "9999"),
        (("--index", "7", "--layer", "dense"), "conv2d"),
        (("--index", "7", "--score", "luck"), "log_odds"),
        (("--index", "7", "--method", "magic"), "gradcam"),
        (("--index", "7", "--colours", "pink"), "viridis"),
        (("--index", "7", "--network", "brain"), "uploads"),
    ],
)
def test_a_wrong_option_is_told_with_what_is_right(arguments: tuple[str, ...], said: str) -> None:
    told = _run("explain", *arguments)

    assert told.returncode == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_run_without_a_token_says_what_is_missing() -> None:
    told = _run("run", DISCORD_TOKEN="")

    assert told.returncode == 1
    assert told.stderr.startswith("DISCORD_TOKEN is missing.")
    assert "gradcam-bot preview" in told.stderr


def test_run_with_a_wrong_setting_names_it() -> None:
    told = _run("run", DISCORD_TOKEN="x", LOG_LEVEL="LOUD")

    assert told.returncode == 1
    assert told.stderr.startswith("LOG_LEVEL:")
    assert "Traceback" not in told.stderr


def test_the_doctor_finds_everything_in_order() -> None:
    told = _run("doctor")

    assert told.returncode == 0, told.stdout
    assert "10,000 test digits" in told.stdout
    assert "read test digit 7 as 9" in told.stdout
