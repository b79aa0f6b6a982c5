"""How the preview starts and ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

from bot.cli import app
from tests.preview.conftest import Open
from tests.preview.serving import Serving, until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.slow  # loads everything twice
def test_ctrl_c_ends_it_and_the_same_port_serves_again(tmp_path: Path, visit: Open) -> None:
    port = free_port()
    with Serving(tmp_path, port=port) as first:
        assert f":{port}/" in first.address
        visit(first)
        assert first.send(signal.SIGINT) == 0
        assert first.stderr == ""
        assert first.stdout.splitlines()[-1].startswith("The preview has ended.")

    # Started again at once, now on a machine whose user reads Korean; and the page ends it.
    with Serving(tmp_path, port=port, language="ko_KR.UTF-8") as second:
        page = visit(second)
        expect(page.page.get_by_label("Viewing as").locator("option:checked")).to_have_text("민지")
        page.page.get_by_text("More", exact=True).click()
        page.page.get_by_role("button", name="End preview session").click()
        assert second.wait() == 0
        assert second.stderr == ""


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "bot", "preview", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert told.returncode == 1
    assert told.stdout == ""
    said = [line for line in told.stderr.splitlines() if not line.startswith("import time:")]
    assert said == [f"Port {port} is taken: end what uses it, or choose another with --port."]
    assert "tensorflow" not in told.stderr


def test_of_two_started_at_once_the_second_ends_before_it_loads_anything() -> None:
    port = free_port()
    command = [sys.executable, "-m", "bot", "preview", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        try:
            until(lambda: _answers(port))  # long before there is a page
            second = subprocess.run(command, capture_output=True, text=True, check=False)
            assert first.poll() is None
        finally:
            first.kill()

    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith(f"Port {port} is taken: ")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_without_simcord_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bot.cli.preview"], "find_spec", lambda _: None)

    told = CliRunner().invoke(app, ["preview"])

    assert told.exit_code == 1
    assert told.output == "simcord is missing: pip install 'gradcam-bot[preview]'\n"
