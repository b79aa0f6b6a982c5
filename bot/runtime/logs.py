"""Logs: every library's lines in one form, with nothing private in them.

All modules log by `logging.getLogger(__name__)`; structlog only renders. What several lines share,
such as the command that they belong to, is bound once, by `bind`.
"""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Literal, TextIO

import structlog
from structlog.types import EventDict, Processor

from bot.runtime.metrics import ERRORS

_OURS = ("bot", "core")
_LEAST = 3  # letters: shorter texts stand in any line
_HIDDEN = "…"
_ADDRESSES = re.compile(
    r"(?<=/)((?:webhooks|interactions)/\d+/|(?:ephemeral-)?attachments/\d+/\d+/)[^\s/'\"]+"
)
"""Addresses that hold the token of an interaction, or the name of a file that a person sent."""

_typed: ContextVar[tuple[str, ...]] = ContextVar("typed", default=())


def configure(
    level: str,
    form: Literal["console", "json"],
    secrets: Iterable[str],
    out: TextIO | None = None,
) -> None:
    """Write what is logged, a line an event, and no secret.

    Other libraries' DEBUG lines never come through, whatever the level: they hold the token, what
    people write and the names of their files.

    Args:
        level: the least level of the bot's own lines; that of other libraries is INFO at least.
        form: for people, or a JSON object a line for programs.
        secrets: texts that are left out wherever they stand.
        out: the stream to write to; standard error if left out.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _count_errors,
        structlog.stdlib.ExtraAdder(allow={"error_id"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Redactor(secrets),
    ]
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        # discord.py takes the log of a container for a terminal; this has no colours anywhere.
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    levels = logging.getLevelNamesMapping()
    logging.basicConfig(handlers=[handler], level=max(levels[level], logging.INFO), force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # a dozen lines a start
    logging.captureWarnings(capture=True)


def bind(command: str, typed: Iterable[str], **ids: int | None) -> None:
    """Add the command to this task's log lines, and redact what the person typed from them.

    Args:
        command: the command's name, or the class of the control that was pressed.
        typed: the texts to redact, and the names of files.
        ids: Discord's ids to add, such as the interaction's and the server's.
    """
    structlog.contextvars.bind_contextvars(command=command, **ids)
    # The longest first, or a part of one would keep the rest of it from being found.
    texts = sorted((text for text in typed if len(text) >= _LEAST), key=len, reverse=True)
    _typed.set(tuple(texts))


class _Redactor:
    """Redacts secrets, tokens in addresses, and what the person who is being answered typed."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(filter(None, secrets))

    def __call__(self, _: object, __: str, event: EventDict) -> EventDict:
        return {
            key: self._redact(value) if isinstance(value, str) else value
            for key, value in event.items()
        }

    def _redact(self, text: str) -> str:
        for hidden in (*self._secrets, *_typed.get()):
            text = text.replace(hidden, _HIDDEN)
        return _ADDRESSES.sub(rf"\1{_HIDDEN}", text)


def _count_errors(_: object, __: str, event: EventDict) -> EventDict:
    if event["level"] in {"error", "critical"}:
        ERRORS.labels(event["logger"]).inc()
    return event
