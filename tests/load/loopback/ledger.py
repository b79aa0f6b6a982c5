"""What became of every interaction, and everything that was wrong with a request."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.load.loopback.world import LOADING, Payload

AUTOCOMPLETE = 4


class Callback(IntEnum):
    """The types of a response to an interaction."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass
class Interaction:
    """One use of a command or a control, and what the bot did about it.

    Attributes:
        label: what a person would call it, such as `/explain` or `press layer:…`.
        created: when the person did it; times are of `time.monotonic`.
        delivered: when it was written to the gateway's connection; `None` before.
        acknowledged: when the bot acknowledged it.
        answered: when there was something to see.
        lost: whether it never reached the bot, or can never be answered, by harm.
        expired: whether Discord does not know it any more, by harm.
        harmed: whether a request about it was failed, delayed or cut, by harm.
        source: the message whose control was used.
        original: what `@original` is.
        shown: the messages of the answer, in the order in which they came.
    """

    id: int
    token: str
    type: int
    label: str
    channel_id: int
    metadata: Payload
    source: Payload | None = None
    created: float = field(default_factory=time.monotonic)
    delivered: float | None = None
    acknowledged: float | None = None
    answered: float | None = None
    lost: bool = False
    expired: bool = False
    harmed: bool = False
    response: Callback | None = None
    private: bool = False
    original: Payload | None = None
    shown: list[Payload] = field(default_factory=list)
    choices: list[Payload] = field(default_factory=list)
    modal: Payload | None = None
    errors: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_loading(self) -> bool:
        """Whether the person still sees that the bot is thinking."""
        return self.original is not None and bool(self.original["flags"] & LOADING)

    @property
    def seconds_to_acknowledge(self) -> float | None:
        """From the gateway's connection to the acknowledgement."""
        if self.acknowledged is None or self.delivered is None:
            return None
        return self.acknowledged - self.delivered

    def show(self, message: Payload | None = None) -> None:
        """Note that there is something to see now."""
        if message is not None and not any(each is message for each in self.shown):
            self.shown.append(message)
        if self.answered is None:
            self.answered = time.monotonic()
        self.done.set()

    def lose(self) -> None:
        """Note that it will not be answered, and that the bot is not to blame."""
        if self.answered is None:
            self.lost = True
            self.done.set()


@dataclass
class Ledger:
    """Everything that happened.

    Attributes:
        errors: how often each error was returned, by its code or status and its route.
        violations: requests that Discord would not understand.
        duplicates: messages that were sent twice.
    """

    interactions: dict[int, Interaction] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    _sent: set[tuple[object, ...]] = field(default_factory=set)
    _tokens: dict[str, Interaction] = field(default_factory=dict)

    def add(self, interaction: Interaction) -> None:
        """Add an interaction."""
        self.interactions[interaction.id] = interaction
        self._tokens[interaction.token] = interaction

    def by_token(self, token: str) -> Interaction | None:
        """The interaction with a token."""
        return self._tokens.get(token)

    def sent(self, place: str, message: Payload, files: Sequence[Any]) -> None:
        """Note a new message, and whether the same was sent there before."""
        parts = json.dumps([message["content"], message["components"]], sort_keys=True, default=str)
        body = json.dumps(_without_addresses(json.loads(parts)))
        key = (place, body, *(hash(file.data) for file in files))
        if key in self._sent:
            self.duplicates.append(f"{place}: {body[:200]}")
        self._sent.add(key)

    def counts(self) -> Counter[str]:
        """How many interactions were sent, delivered, acknowledged, answered and so on."""
        counted: Counter[str] = Counter()
        for each in self.interactions.values():
            counted["sent"] += 1
            counted["delivered"] += each.delivered is not None
            counted["acknowledged"] += each.acknowledged is not None
            counted["answered"] += each.answered is not None
            counted["lost"] += each.lost
            excused = each.lost or each.harmed
            counted["unanswered"] += each.answered is None and not excused
            counted["unanswered by harm"] += each.answered is None and excused
        counted["duplicates"] = len(self.duplicates)
        counted["violations"] = len(self.violations)
        return counted

    def acknowledgements(self) -> list[float]:
        """The seconds that the bot took to acknowledge each interaction, in ascending order.

        Those about which a request was harmed are left out.
        """
        return sorted(
            seconds
            for each in self.interactions.values()
            if not each.harmed and (seconds := each.seconds_to_acknowledge) is not None
        )


def quantile(ascending: Sequence[float], share: float) -> float:
    """The value that a share of the values do not exceed; 0 if there are none."""
    if not ascending:
        return 0.0
    return ascending[min(int(share * len(ascending)), len(ascending) - 1)]


def _without_addresses(part: Any) -> Any:
    """The same components without ids and addresses, which are new in every message."""
    if isinstance(part, dict):
        left_out = {"id", "url", "proxy_url", "attachment_id"}
        return {key: _without_addresses(each) for key, each in part.items() if key not in left_out}
    if isinstance(part, list):
        return [_without_addresses(each) for each in part]
    return part
