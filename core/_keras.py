"""Keras and TensorFlow, imported without the notices that TensorFlow prints while it starts.

Without a GPU, `import tensorflow` writes six lines to standard error through a logger that no
environment variable controls. Only these lines are dropped; warnings, errors and the output of
other threads are passed on. If `TF_CPP_MIN_LOG_LEVEL` is set, nothing is dropped.

Keras imports pyplot too where matplotlib is installed, for image galleries that nothing here draws.
That takes time and memory, so matplotlib is hidden while Keras is imported.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import ModuleType

_STDERR = 2  # the C++ side writes to the descriptor, whatever sys.stderr is
_NOTICES = (b"WARNING: All log messages before absl::InitializeLog()", b"I0000 ")


@contextmanager
def _without_notices() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, _STDERR)
            os.close(kept)
            caught.seek(0)
            for line in caught:
                if not line.startswith(_NOTICES):
                    os.write(_STDERR, line)


@contextmanager
def _without_matplotlib() -> Iterator[None]:
    hidden = {"matplotlib": None, "matplotlib.pyplot": None}
    kept = {name: sys.modules[name] for name in hidden if name in sys.modules}
    sys.modules.update(cast("dict[str, ModuleType]", hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        sys.modules.update(kept)


if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
    with _without_matplotlib():
        import keras
        import tensorflow as tf
else:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # errors are raised as exceptions
    with _without_notices(), _without_matplotlib():
        import keras
        import tensorflow as tf

__all__ = ["keras", "tf"]
