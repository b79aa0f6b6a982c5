"""The command as a process of its own: what it loads, prints and ends with."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.builders import picture

_QUICK = """
import json, sys
from typer.testing import CliRunner
from bot.cli import app
told = []
for arguments in json.load(sys.stdin):
    told.append((CliRunner().invoke(app, arguments).exit_code, "tensorflow" in sys.modules))
print(json.dumps(told))
"""


def _run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # What TensorFlow may say was settled in this process, when it was imported; not in that one.
    kept = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**kept, **environment},
    )


def test_help_is_worth_reading_and_quick_to_come() -> None:
    told = _run("--help")

    assert told.returncode == 0
    for command in ("preview", "run", "explain", "train", "evaluate", "doctor"):
        assert f" {command} " in told.stdout
    assert "tensorflow" not in told.stderr
    assert "\x1b" not in told.stdout


def test_help_does_not_wait_for_tensorflow() -> None:
    code = "import sys, bot.cli; sys.exit('tensorflow' in sys.modules or 'discord' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_can_be_known_is_told_before_tensorflow_is_loaded(tmp_path: Path) -> None:
    (seven := tmp_path / "seven.png").write_bytes(picture(0))
    (labels := tmp_path / "labels.csv").write_text("file,label\nseven.png,7\n")
    absent, shut, port = str(tmp_path / "absent"), "/proc/out", "99999"
    commands = {
        (): 2,
        ("explain",): 2,
        ("explain", "--help"): 0,
        ("explain", absent): 1,
        ("explain", "--index=7", "--layer=conv9"): 2,
        ("explain", "--index=7", "--method=magic"): 2,
        ("explain", "--index=7", "--score=luck"): 2,
        ("explain", "--index=10000"): 2,
        ("explain", str(seven), "-o", shut): 2,
        ("explain", str(seven), "--heatmap", f"{shut}.npy"): 2,
        ("explain", str(seven), "--labels", str(labels)): 2,
        ("explain", str(seven), "--preprocess=tf"): 2,
        ("explain", str(seven), "--model", absent): 1,
        ("explain", str(seven), "--model", str(labels)): 1,
        ("explain", str(seven), f"--model={absent}", "--labels", absent): 2,
        ("explain", str(seven), f"--model={absent}", "--index=7"): 2,
        ("explain", str(seven), f"--model={absent}", "--network=uploads"): 2,
        ("explain", str(seven), f"--model={absent}", "--preprocess=luck"): 2,
        ("explain", str(seven), f"--model={absent}", "--method=rise", "--layer=conv"): 2,
        ("explain", str(seven), f"--model={absent}", "--method=rise", "--colours=jet"): 2,
        ("explain", str(seven), f"--model={absent}", "-o", shut): 2,
        ("evaluate", "--weights", absent): 1,
        ("evaluate", "--uploads", absent): 1,
        ("evaluate", "--uploads", str(tmp_path), "-o", shut): 1,
        ("evaluate", "--uploads", str(tmp_path), "-o", str(labels)): 1,
        ("train", "--data", absent): 1,
        ("train", "--network=brain"): 2,
        ("preview", "--port", port): 2,
        ("run",): 1,
    }
    environment = {key: value for key, value in os.environ.items() if key != "DISCORD_TOKEN"}

    told = subprocess.run(
        [sys.executable, "-c", _QUICK],
        input=json.dumps([*commands]),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment,
    )

    statuses = dict(zip(commands, json.loads(told.stdout), strict=True))
    assert statuses == {command: [status, False] for command, status in commands.items()}


def test_a_real_process_explains_and_ends_as_it_says(tmp_path: Path) -> None:
    (seven := tmp_path / "seven.png").write_bytes(picture(0))

    told = _run("explain", seven, tmp_path / "absent.png", "-o", tmp_path / "cards")

    assert told.returncode == 1
    assert told.stdout.startswith(f"{seven}: 7 (>\u00a099.9%). Brightest regions: ")
    assert told.stderr == (
        f"{tmp_path / 'absent.png'}: The file cannot be read: No such file or directory.\n"
    )
    assert len(list((tmp_path / "cards").iterdir())) == 2
