"""Python, the packages, what they bring, and the machine."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from bot.cli.checks import Finding, fine, measured, unchecked, wrong

_US = "gradcam-bot"
_SHOWN = ("tensorflow", "tensorflow-cpu", "keras", "discord-py", "numpy", "pillow")
_INSTALL = "Run make install."
_LIMIT, _USED = (Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory.current"))
_MEMORY = Path("/proc/meminfo")
_ENOUGH, _LEAST = 1024, 512  # MiB


def python() -> Iterator[Finding]:
    """Compare the interpreter with the versions that the project declares."""
    mine, needed = platform.python_version(), str(metadata(_US)["Requires-Python"])
    if SpecifierSet(needed).contains(mine, prereleases=True):
        yield fine(mine)
    else:
        yield wrong(f"{mine}, and {needed} is needed", "make PYTHON=python3.11 install")


def packages() -> Iterator[Finding]:
    """Compare the packages that are installed with those that the project declares."""
    faults, shown = False, [f"{_US} {version(_US)}"]
    for declared in map(Requirement, requires(_US) or ()):
        if declared.marker is not None and not declared.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(declared.name)
        except PackageNotFoundError:
            faults = True
            yield wrong(f"{declared.name} is missing", _INSTALL)
            continue
        if not declared.specifier.contains(installed, prereleases=True):
            faults = True
            needed = f"{declared.specifier} is needed"
            yield wrong(f"{declared.name} is {installed}, and {needed}", _INSTALL)
        if canonicalize_name(declared.name) in _SHOWN:
            shown.append(f"{declared.name} {installed}")
    if not faults:
        yield fine(", ".join(shown))


def fonts() -> Iterator[Finding]:
    """Open the fonts that pictures are lettered with."""
    from PIL import ImageFont

    from core.figures.canvas import font_file

    for bold in (False, True):
        file = font_file(bold=bold)
        try:
            ImageFont.truetype(file)
        except OSError as error:
            yield wrong(
                f"{file} cannot be read: {error}", "Install matplotlib again: make install."
            )
            return
    yield fine("DejaVu Sans, from matplotlib")


def memory() -> Iterator[Finding]:
    """Look for the memory that two networks and the decoding of pictures take."""
    free = _available_memory()
    if free is None:
        yield unchecked("not checked: this system does not tell how much is free")
        return
    told = f"{free:,} MiB free"
    advice = f"Give the bot {_ENOUGH:,} MiB: a larger machine, or a higher limit of its container."
    yield measured(free, _LEAST, _ENOUGH, told, advice)


def _available_memory() -> int | None:
    """What is free of the machine, and of the container's limit if it has one, in MiB."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
        (free,) = (int(line.split()[1]) >> 10 for line in lines if line.startswith("MemAvailable"))
    except (OSError, ValueError):
        return None
    try:
        limit = int(_LIMIT.read_text(encoding="ascii"))
        used = int(_USED.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no container, or "max"
        return free
    return min(free, (limit - used) >> 20)


def digits() -> Iterator[Finding]:
    """Read the test digits."""
    from core.dataset import load_test_digits

    yield fine(f"{len(load_test_digits()):,} test digits")


def lessons() -> Iterator[Finding]:
    """Read the lessons and the glossary."""
    from bot.lessons.parsing import load_lessons

    course = load_lessons()
    named, terms = len(course.names), len(course.term_names)
    yield fine(f"{named} lessons and {terms} terms, alike in each language")


def pictures() -> Iterator[Finding]:
    """Draw a picture, decode it in a process of its own, and find the digit in it."""
    import io

    from PIL import Image

    from bot.runtime.networks import load_explainer
    from core.dataset import load_test_digits
    from core.network import UPLOADS_WEIGHTS
    from core.uploads import Reader
    from core.uploads.worker import DecodingWorker

    drawing = io.BytesIO()
    Image.fromarray(load_test_digits().images[7]).resize((280, 280)).save(drawing, "PNG")
    with DecodingWorker(processes=1) as worker:
        picture = worker.decode(drawing.getvalue())
    found = Reader(load_explainer(UPLOADS_WEIGHTS).logits).read(picture).digits
    if len(found) == 1:
        yield fine("drawn, decoded in a process of its own, and its digit found")
    else:
        yield wrong(f"{len(found)} digits found in the picture of one", _INSTALL)
