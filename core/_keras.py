"""Keras and TensorFlow, imported without the notices that TensorFlow prints while it starts.

`from core._keras import keras, tf` instead of the plain imports: on a machine with no graphics card
these write six lines to standard error, through a logger that no environment variable reaches. They
go here and nothing else does: warnings, errors and whatever another thread prints in the meantime
are passed on. `TF_CPP_MIN_LOG_LEVEL`, when it is set, is left alone and shows them all.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2  # The C++ side writes to the descriptor, whatever sys.stderr may be.
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


if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
    import keras
    import tensorflow as tf
else:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what matters to Python comes as an exception
    with _without_notices():
        import keras
        import tensorflow as tf

__all__ = ["keras", "tf"]
