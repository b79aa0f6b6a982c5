"""The clock, which a simulation replaces."""

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Returns the time, in UTC."""


def utc_now() -> dt.datetime:
    """Return the machine's time, in UTC."""
    return dt.datetime.now(dt.UTC)
