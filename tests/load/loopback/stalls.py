"""Watches an event loop from another thread."""

import asyncio
import json
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

_ROOT = Path(__file__).parents[3]
_EVERY, _STALL = 0.02, 0.1  # seconds


def watch_loop(file: Path) -> None:
    """Watch the running loop until it is closed.

    Whenever it does nothing else for more than 100 ms, a line of JSON is added to a file: when, for
    how long, and where its thread was after the first 100 ms.
    """
    loop, thread = asyncio.get_running_loop(), threading.get_ident()
    threading.Thread(target=_measure, args=(loop, thread, file), daemon=True).start()


def read_stalls(file: Path) -> list[dict[str, Any]]:
    """What `watch_loop` has written: `at`, of `time.monotonic`, `seconds` and `stack`."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _measure(loop: asyncio.AbstractEventLoop, thread: int, file: Path) -> None:
    while not loop.is_closed():
        ran = threading.Event()
        asked = time.monotonic()
        try:
            loop.call_soon_threadsafe(ran.set)
        except RuntimeError:  # it was closed just now
            return
        stack: list[str] = []
        while not ran.wait(_STALL):
            frame = sys._current_frames().get(thread)
            stack = stack or _places(frame)
        took = time.monotonic() - asked
        if took > _STALL:
            line = json.dumps({"at": asked, "seconds": took, "stack": stack})
            with file.open("a", encoding="utf-8") as stalls:
                stalls.write(line + "\n")
        time.sleep(_EVERY)


def _places(frame: FrameType | None) -> list[str]:
    """Where a thread is: the last two places in this project, and the innermost of all."""
    places = [
        (each.filename.startswith(f"{_ROOT}/"), f"{each.filename}:{each.lineno} {each.name}")
        for each in traceback.extract_stack(frame)
    ]
    ours = [place.removeprefix(f"{_ROOT}/") for is_ours, place in places if is_ours]
    return [*ours[-2:], Path(places[-1][1]).name] if places else []
