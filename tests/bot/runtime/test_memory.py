"""What strangers send does not fill the bot's memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.uploads.hostile import hostile_files, largest_pictures

_CODE = """
import asyncio, re, sys
from pathlib import Path

from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from core.explain.explainer import Explainer
from core.network import UPLOADS_WEIGHTS
from core.uploads import UploadError
from tests.builders import picture

def mebibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

async def read(engine, files):
    for file in files:
        try:
            await engine.read(file.read_bytes(), ours=False)
        except UploadError:
            pass

async def main():
    files = list(Path(sys.argv[1]).iterdir())
    engine = Engine({Network.UPLOADS: Explainer.load(UPLOADS_WEIGHTS)}, 0.0)
    await engine.read(picture(0), ours=False)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    idle = mebibytes("VmRSS")
    await asyncio.gather(read(engine, files[::2]), read(engine, files[1::2]))
    print(mebibytes("VmHWM") - idle)
    engine.close()

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured through /proc")
def test_the_bot_grows_little_by_hostile_files_and_the_largest_pictures(tmp_path: Path) -> None:
    """In a process of its own, because other tests have grown this one already."""
    for name, data in (hostile_files() | largest_pictures()).items():
        if "million" not in name:  # these take their time, and give nothing to read
            (tmp_path / name).write_bytes(data)

    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 100
