"""Members of the simulated server who use Discord in different languages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import simcord.interactions


@contextmanager
def use_locales(locales: Mapping[int, str]) -> Iterator[None]:
    """Give interactions the locale of their user, within the context.

    The simulator reports `en-US` for every user, and no installation. Here interactions carry the
    user's locale and the server's, and say that the app is installed in that server. The locales
    are Discord's, by user id; others use `en-US`. They may be filled later.
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
