"""Codes of Discord's errors."""

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
INVALID_WEBHOOK_TOKEN = 50027
THREAD_ARCHIVED = 50083
MAY_NOT_REFER = 160002
"""A message cannot refer to another one without the permission to read the channel's history."""

UNANSWERABLE = frozenset(
    {UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED, INVALID_WEBHOOK_TOKEN}
)
"""An interaction has expired, or another process answers it."""
