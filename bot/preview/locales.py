"""Readers of different languages on the simulated server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import simcord.interactions


@contextmanager
def reading(locales: Mapping[int, str]) -> Iterator[None]:
    """Let simulated users have Discord in the language they read.

    The simulator reports `en-US` for everybody, and no installation. Until this ends, its
    interactions carry each user's own locale and the server's, and say that the app is installed in
    the server they come from.

    Args:
        locales: Discord's names of locales by user id; who is not in it reads English.
    """
    original = simcord.interactions.base_payload

    def base_payload(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401
        record, payload = original(*args, **kwargs)
        payload["locale"] = locales.get(kwargs["user_id"], "en-US")
        guild_id = kwargs["guild_id"]
        if guild_id is not None:
            payload["guild_locale"] = args[0].get_guild(guild_id).preferred_locale
            payload["authorizing_integration_owners"] = {"0": str(guild_id)}
        return record, payload

    simcord.interactions.base_payload = base_payload
    try:
        yield
    finally:
        simcord.interactions.base_payload = original
