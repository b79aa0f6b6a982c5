"""What is in deploy/, as far as it can be checked without the machines that it is for."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

_ROOT = Path(__file__).parents[1]
_DEPLOY = _ROOT / "deploy"
_OF_OTHERS = {"PATH", "PYTHONDONTWRITEBYTECODE", "TF_CPP_MIN_LOG_LEVEL"}
_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)((?:.*\\\n)*.*)", re.MULTILINE)


def test_the_systemd_unit_is_valid_and_confined(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        if "CI" in os.environ:
            pytest.fail("systemd is not installed")
        pytest.skip("systemd is not installed")
    unit = tmp_path / "gradcam-bot.service"
    text = (_DEPLOY / "gradcam-bot.service").read_text(encoding="utf-8")
    installed = Path(sys.executable).parent / "gradcam-bot"
    unit.write_text(text.replace("/opt/gradcam-bot/.venv/bin/gradcam-bot", str(installed)))

    verified = subprocess.run(
        [analyze, "verify", unit], capture_output=True, text=True, check=False
    )
    exposure = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", unit],  # of 100
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")
    assert exposure.returncode == 0, exposure.stdout


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "gradcam-bot.service"])
def test_what_deploy_sets_is_a_setting(file: str) -> None:
    text = (_DEPLOY / file).read_text(encoding="utf-8").partition("\n  database:\n")[0]

    named = set(re.findall(r"(?:\b|^      )([A-Z_]{4,})(?:=|: )", text, re.MULTILINE))

    assert "DATABASE_URL" in named
    assert named <= {name.upper() for name in Settings.model_fields} | _OF_OTHERS


def test_the_image_copies_what_is_there() -> None:
    text = (_DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        line.split()[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)
    ]

    assert len(copied) >= 5
    assert [name for names in copied for name in names if not (_ROOT / name).exists()] == []


def test_the_image_has_the_tested_versions_and_no_tools_of_developers() -> None:
    tested = _pinned(_ROOT / "requirements.lock")
    installed = _pinned(_DEPLOY / "requirements.lock")

    assert installed.items() <= tested.items()
    assert {"tensorflow", "discord-py"} <= installed.keys()
    assert not installed.keys() & {"pytest", "mypy", "simcord", "playwright"}


def _pinned(lock: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """The version and the hashes of each package in a lock file."""
    found = _PINNED.findall(lock.read_text(encoding="utf-8"))
    return {
        name: (version, frozenset(re.findall(r"sha256:\w+", rest))) for name, version, rest in found
    }
