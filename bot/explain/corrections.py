"""What people say that the networks misread."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from bot.explain.answers import Verdict
from bot.store import Store
from bot.store.models import Correction


@dataclass(frozen=True, slots=True)
class Confusion:
    """One class taken for another.

    Attributes:
        prediction: the class that the network predicted, or -1 where it refused.
        label: what the digit is, or -1 where it is none.
        count: how often.
    """

    prediction: int
    label: int
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What was corrected of one network.

    Attributes:
        total: how many digits.
        confusions: the most frequent ones, the most frequent first.
    """

    total: int
    confusions: tuple[Confusion, ...]


class Corrections:
    """Takes corrections in, and counts them."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store; see `bot.store.models.Correction` for what is kept."""
        self._store = store

    async def say(self, message_id: int, verdict: Verdict, label: int) -> None:
        """Say what a digit is; the last word counts, and agreeing takes a correction back.

        Args:
            message_id: of the reply.
            verdict: what the network took it for.
            label: what it is, or -1 where it is no digit.
        """
        key = {"network": verdict.weights, "message_id": message_id, "place": verdict.place}
        said = {"prediction": verdict.prediction, "label": label}
        async with self._store.begin() as session:
            if label == verdict.prediction:
                await session.execute(delete(Correction).filter_by(**key))
            else:
                await session.execute(
                    self._store.insert(Correction)
                    .values(**key, **said)
                    .on_conflict_do_update(index_elements=list(key), set_=said)
                )

    async def tally(self, network: str, most: int = 5) -> Tally:
        """Count what was corrected of a network.

        Args:
            network: names the weights.
            most: how many kinds of confusion to name.
        """
        count = func.count().label("count")
        statement = (
            select(Correction.prediction, Correction.label, count)
            .where(Correction.network == network)
            .group_by(Correction.prediction, Correction.label)
            .order_by(count.desc(), Correction.prediction, Correction.label)
        )
        async with self._store.begin() as session:
            confusions = [Confusion(*row) for row in await session.execute(statement)]
        return Tally(sum(confusion.count for confusion in confusions), tuple(confusions[:most]))
