"""The harm that the loopback Discord does on request, by chance but the same for the same seed."""

import random
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Harm:
    """How often what goes wrong: shares from 0 to 1, and a few switches.

    Attributes:
        seed: of the chances.
        drop_events: gateway events that never come.
        delay_events: gateway events that come late, by up to `delay` seconds.
        duplicate_events: gateway events that come twice.
        reorder_events: gateway events that come after the next one.
        refuse_resume: every RESUME is answered with an invalid session.
        rate_limit: requests answered with 429.
        rate_limit_globally: how many of these are global.
        fail_before: requests answered with 500 or 502, without effect.
        fail_after: the same, after the request has taken effect.
        cut_upload: connections cut in the middle of a request's body.
        cut_download: connections cut in the middle of a response's body, after its effect.
        slow_files: downloads that take `delay` seconds.
        missing_files: downloads answered with 404.
        changed_files: downloads of other bytes than were uploaded.
        cut_files: downloads that are cut in the middle.
        expire: interactions that have expired when they arrive.
    """

    seed: int = 0
    delay: float = 1.0
    drop_events: float = 0
    delay_events: float = 0
    duplicate_events: float = 0
    reorder_events: float = 0
    refuse_resume: bool = False
    rate_limit: float = 0
    rate_limit_globally: float = 0
    fail_before: float = 0
    fail_after: float = 0
    cut_upload: float = 0
    cut_download: float = 0
    slow_files: float = 0
    missing_files: float = 0
    changed_files: float = 0
    cut_files: float = 0
    expire: float = 0

    @classmethod
    def of_everything(cls, seed: int = 0, share: float = 0.01) -> "Harm":
        """A little of everything."""
        rates = {each.name: share for each in fields(cls) if each.type is float}
        return cls(**rates | {"seed": seed, "delay": 1.0, "rate_limit_globally": 0.2})  # type: ignore[arg-type]


class Chance:
    """Draws what goes wrong."""

    def __init__(self, harm: Harm) -> None:
        self.harm = harm
        self._random = random.Random(harm.seed)

    def __call__(self, name: str) -> bool:
        """Whether a kind of harm is to be done now."""
        share: float = getattr(self.harm, name)
        return share > 0 and self._random.random() < share

    def delay(self) -> float:
        """Seconds by which something is late."""
        return self._random.uniform(0.05, self.harm.delay)

    def either(self, *statuses: int) -> int:
        """One of some values."""
        return self._random.choice(statuses)
