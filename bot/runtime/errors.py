"""Errors, and what the person who meets one is told."""

import logging
import secrets
from typing import Final

import aiohttp
import discord

from bot.i18n import Say
from bot.store import StoreAwayError

_log = logging.getLogger(__name__)

REQUEST_ERRORS: Final = (discord.HTTPException, aiohttp.ClientError)
"""A request to Discord was refused, or its connection failed: discord.py lets both through."""


class UserError(Exception):
    """Something cannot be done as asked. Says why and what to do, in a text of the catalogue.

    Attributes:
        key: the text's key.
        fields: its fields. Wrap what a person typed in `bot.i18n.Typed`.
    """

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


def describe(error: BaseException, say: Say) -> str:
    """Describe an error to the person who met it.

    A `UserError` is told in its own words. That the database or Discord does not answer is logged
    in one line. Any other error is logged with its traceback under an id, and the person is told
    the id.
    """
    if isinstance(error, UserError):
        return say(error.key, **error.fields)
    if isinstance(error, StoreAwayError):
        _log.error("%s", error)
        return say("problem.store")
    if isinstance(error, (aiohttp.ClientError, discord.DiscordServerError)):
        _log.warning("Discord does not answer: %s", error)
        return say("problem.discord")
    error_id = secrets.token_hex(4)
    _log.error("Error %s", error_id, exc_info=error, extra={"error_id": error_id})
    return say("problem.fault", id=error_id)
