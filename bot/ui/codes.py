"""Codes of Discord's errors."""

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
THREAD_ARCHIVED = 50083
MAY_NOT_REFER = 160002
"""A message cannot refer to another one without the permission to read the channel's history."""
