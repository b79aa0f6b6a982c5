"""The machine, in as few words as figures need beside them."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from core._keras import tf

_PACKAGES = ("keras", "numpy", "pillow", "matplotlib")


def describe() -> str:
    """Name the processor and its cores, Python, and the packages that do the work."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()}; "
        f"Python {platform.python_version()}, tensorflow {tf.__version__}, {packages}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
