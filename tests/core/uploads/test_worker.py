"""The processes that decode: they may die, and nobody else is the worse for it."""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import psutil
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.uploads import MAX_PIXELS, DecodedImage, UploadError, UploadProblem
from core.uploads.limits import MAX_MEMORY, MAX_SIDE
from core.uploads.worker import DecodingWorker
from tests.builders import picture, saved
from tests.core.uploads.hostile import hostile_files, some_hostile_files

pillow_heif.register_heif_opener()  # which saves them, too

_SLOW = hostile_files()["jpeg-million-scans"]
"""It keeps a process at work for two seconds and more."""

_PRIVATE = "not-for-strangers"

Processes = Callable[[], set[psutil.Process]]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def processes() -> Processes:
    """Those that decode, and were started since."""
    others = _decoding()
    return lambda: _decoding() - others


def _decoding() -> set[psutil.Process]:
    return {child for child in psutil.Process().children() if _decodes(child)}


def _decodes(process: psutil.Process) -> bool:
    try:
        return "core.uploads.process" in process.cmdline()
    except psutil.NoSuchProcess:  # or what is left of one
        return False


@pytest.fixture
def worker(processes: Processes) -> Iterator[DecodingWorker]:
    with DecodingWorker() as worker:
        _until(lambda: len(processes()) == 1)
        yield worker
    assert processes() == set()


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


def _is_read(worker: DecodingWorker) -> bool:
    return worker.decode(picture(0)).size == (280, 280)


def _gives_up(ask: Callable[[], DecodedImage]) -> bool:
    with pytest.raises(UploadError) as told:
        ask()
    return told.value.problem is UploadProblem.GAVE_UP


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def _at_work(
    worker: DecodingWorker, process: psutil.Process, thread: ThreadPoolExecutor
) -> Future[DecodedImage]:
    """Give a process something to do, and wait until it is at it."""
    assert _is_read(worker)
    idle = process.cpu_times().user
    asked = thread.submit(worker.decode, _SLOW)
    _until(lambda: asked.done() or process.cpu_times().user > idle + 0.2)
    assert not asked.done()
    return asked


def test_one_that_was_killed_while_idle_is_replaced_unseen(
    worker: DecodingWorker, processes: Processes
) -> None:
    assert _is_read(worker)
    (killed,) = processes()
    killed.kill()

    assert _is_read(worker)
    (other,) = processes()
    assert other != killed


def test_one_that_is_killed_before_it_decodes_anything_is_replaced_unseen(
    worker: DecodingWorker, processes: Processes
) -> None:
    (killed,) = processes()
    killed.kill()

    assert _is_read(worker)


def test_one_that_is_killed_at_work_costs_one_sentence(
    worker: DecodingWorker, processes: Processes, thread: ThreadPoolExecutor
) -> None:
    (killed,) = processes()
    asked = _at_work(worker, killed, thread)

    killed.kill()

    assert _gives_up(asked.result)
    assert _is_read(worker)
    assert killed not in processes()


def test_killed_again_and_again_it_goes_on(worker: DecodingWorker, processes: Processes) -> None:
    for _ in range(4):
        for process in processes():
            process.kill()
        assert _is_read(worker)


def test_a_slow_file_does_not_hold_up_the_next(
    worker: DecodingWorker, processes: Processes, thread: ThreadPoolExecutor
) -> None:
    assert _is_read(worker)
    (slow,) = processes()
    slow.suspend()  # as slow as can be
    try:
        asked = thread.submit(worker.decode, picture(0))

        _until(lambda: len(processes()) == 1 and asked.running())
        assert _is_read(worker)
        assert _is_read(worker)
        assert not asked.done()
        assert len(processes()) == 2
    finally:
        slow.resume()
    assert asked.result().size == (280, 280)


def test_what_is_transparent_may_be_asked_for_in_white(worker: DecodingWorker) -> None:
    light = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    light.paste((255, 255, 255, 255), (20, 20, 40, 40))

    usual, white = worker.decode(saved(light)), worker.decode_on_white(saved(light))

    assert tuple(usual.pixels[0, 0]) == (0, 0, 0)  # light ink
    assert (white.pixels == 255).all()


def test_any_number_of_people_may_ask_at_the_same_time(
    worker: DecodingWorker, processes: Processes
) -> None:
    sent = [picture(index, side=60) for index in range(30)]

    with ThreadPoolExecutor(8) as threads:
        decoded = list(threads.map(worker.decode, sent))

    assert [one.file for one in decoded] == [worker.decode(data).file for data in sent]
    assert len(processes()) <= 2


def test_whoever_waits_for_a_closed_one_is_told(
    worker: DecodingWorker, processes: Processes, thread: ThreadPoolExecutor
) -> None:
    assert _is_read(worker)
    (process,) = processes()
    process.suspend()  # so that it does not end by itself
    asked = thread.submit(worker.decode, picture(0))
    _until(asked.running)
    started = time.monotonic()

    worker.close()

    assert _gives_up(asked.result)
    assert time.monotonic() - started < 20  # it would be waited for longer
    assert not process.is_running()


def test_closing_one_at_work_gives_up_what_it_is_at(
    worker: DecodingWorker, processes: Processes, thread: ThreadPoolExecutor
) -> None:
    (process,) = processes()
    asked = _at_work(worker, process, thread)

    worker.close()

    assert _gives_up(asked.result)
    assert processes() == set()


def test_a_closed_one_gives_up(worker: DecodingWorker, processes: Processes) -> None:
    assert _is_read(worker)
    worker.close()
    worker.close()

    assert _gives_up(lambda: worker.decode(picture(0)))
    assert _gives_up(lambda: worker.reopen(picture(0)))
    assert processes() == set()


def test_closing_among_many_that_ask_ends_well(
    worker: DecodingWorker, processes: Processes
) -> None:
    data = picture(0)

    def ask(_: int) -> UploadProblem | None:
        try:
            worker.decode(data)
        except UploadError as error:
            return error.problem
        return None

    with ThreadPoolExecutor(6) as threads:
        asked: list[Future[UploadProblem | None]] = [threads.submit(ask, n) for n in range(400)]
        asked[20].result()
        worker.close()

    answers = {one.result() for one in asked}
    assert answers == {None, UploadProblem.GAVE_UP}
    assert processes() == set()


def test_it_knows_no_secrets(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", _PRIVATE)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:{_PRIVATE}@host/bot")
    with DecodingWorker(processes=1) as worker:
        assert _is_read(worker)
        (process,) = processes()

        environment = process.environ()

    assert environment
    assert _PRIVATE not in str(environment)


@linux_only
def test_it_holds_nothing_of_the_bots_and_can_open_nothing(
    processes: Processes, tmp_path: Path
) -> None:
    with (tmp_path / "database").open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        with DecodingWorker(processes=1) as worker:
            assert _is_read(worker)
            (process,) = processes()

            held = [link.readlink() for link in Path(f"/proc/{process.pid}/fd").iterdir()]
            _, limit = process.rlimit(psutil.RLIMIT_NOFILE)

    assert tmp_path / "database" not in held
    assert held.count(Path(os.devnull)) == 3  # the standard streams of libraries that print
    assert limit == len(held)


@linux_only
def test_it_leaves_nothing_behind(
    worker: DecodingWorker,
    processes: Processes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    thorough: bool,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert _is_read(worker)
    (process,) = processes()
    held = process.num_fds()

    for name, data in some_hostile_files(thorough=thorough).items():
        if "million" not in name:
            try:
                worker.decode(data)
            except UploadError:
                continue

    assert list(tmp_path.iterdir()) == []
    if process.is_running():
        assert process.num_fds() == held


@linux_only
def test_its_memory_is_bounded_and_the_bot_goes_first(
    worker: DecodingWorker, processes: Processes
) -> None:
    assert _is_read(worker)
    (process,) = processes()

    _, limit = process.rlimit(psutil.RLIMIT_AS)
    _, core = process.rlimit(psutil.RLIMIT_CORE)

    assert limit <= process.memory_info().vms + MAX_MEMORY
    assert core == 0
    assert process.nice() > psutil.Process().nice() or process.nice() == 19
    assert Path(f"/proc/{process.pid}/oom_score_adj").read_text().strip() == "1000"


@linux_only
def test_a_file_that_wants_too_much_memory_does_not_get_it(worker: DecodingWorker) -> None:
    ask = hostile_files()["heic-wants-too-much"]

    assert _gives_up(lambda: worker.decode(ask))
    assert _is_read(worker)


def _with_metadata(kind: str, side: int) -> bytes:
    page = Image.new("RGB", (side, side), "#ffeecc")
    page.paste("black", (9, 9, 20, 40))
    exif = Image.Exif()
    exif[0x010F] = _PRIVATE  # the camera's maker
    exif[0x8825] = {1: "N", 2: (37.0, 33.0, 59.0), 29: _PRIVATE}  # where it was taken, and when
    text = PngInfo()
    text.add_text("Comment", _PRIVATE)
    note = _PRIVATE.encode()
    options: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": text},
        "GIF": {"comment": note},
        "JPEG": {"comment": note, "xmp": note},
        "WEBP": {"xmp": note},
        "HEIF": {"xmp": note},
        "AVIF": {"xmp": note},
    }
    data = saved(page, kind, exif=exif, icc_profile=note, **options[kind])
    assert note in data
    return data


@pytest.mark.sampled(4)
@pytest.mark.parametrize("side", [99, 500])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "HEIF", "AVIF"])
def test_what_came_with_a_picture_does_not_go_on(
    kind: str, side: int, worker: DecodingWorker
) -> None:
    decoded = worker.decode(_with_metadata(kind, side))

    assert _PRIVATE.encode() not in decoded.file
    with Image.open(io.BytesIO(decoded.file)) as kept:
        assert not kept.getexif()
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("side", [60, 600])
def test_what_was_kept_is_opened_again_with_the_same_pixels(
    side: int, worker: DecodingWorker
) -> None:
    decoded = worker.decode(picture(0, side=side, kind="WEBP"))

    again = worker.reopen(decoded.file)

    assert np.array_equal(again.pixels, decoded.pixels)
    assert again.file == decoded.file
    assert again.size == (side, side)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", UploadProblem.EMPTY),
        (b"text", UploadProblem.NOT_A_PICTURE),
        (picture(0)[:900], UploadProblem.DAMAGED),
        (picture(0, kind="GIF"), UploadProblem.UNSUPPORTED),
        (picture(0, kind="WEBP"), UploadProblem.UNSUPPORTED),
        (picture(0, kind="HEIF"), UploadProblem.UNSUPPORTED),
        (picture(0, kind="AVIF"), UploadProblem.UNSUPPORTED),
        (saved(Image.new("L", (MAX_SIDE + 1, 9))), UploadProblem.UNSUPPORTED),
        (saved(Image.new("1", (MAX_PIXELS, 2))), UploadProblem.TOO_MANY_PIXELS),
    ],
    ids=["nothing", "text", "half", "GIF", "WebP", "HEIC", "AVIF", "large", "too large"],
)
def test_nothing_else_is_opened_again(
    data: bytes, problem: UploadProblem, worker: DecodingWorker
) -> None:
    with pytest.raises(UploadError) as told:
        worker.reopen(data)

    assert told.value.problem is problem
