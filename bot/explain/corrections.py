"""Labels that uploaders give to what the networks misread, counted."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from bot.explain.results import Classification
from bot.store import Store
from bot.store.models import Correction


@dataclass(frozen=True, slots=True)
class Confusion:
    """One class mistaken for another.

    Attributes:
        prediction: the class that the network predicted, or -1 if it refused the shape.
        label: the class according to the uploader, or -1 for no digit.
        count: the number of digits.
    """

    prediction: int
    label: int
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many digits of a network were corrected, and its most frequent confusions in order."""

    total: int
    confusions: tuple[Confusion, ...]


class Corrections:
    """Records corrections and counts them; `bot.store.models.Correction` says what is stored."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(
        self, message_id: int, classification: Classification, label: int | None
    ) -> None:
        """Record the label of a digit, in place of an earlier one.

        Args:
            message_id: the id of the reply.
            classification: the network's.
            label: 0 to 9, or -1 for no digit. The network's own label, or `None`, takes an earlier
                correction back.
        """
        key = {
            "network": classification.weights,
            "message_id": message_id,
            "place": classification.position,
        }
        corrected = {"prediction": classification.prediction, "label": label}
        async with self._store.begin() as transaction:
            if label in {None, classification.prediction}:
                await transaction.execute(delete(Correction).filter_by(**key))
            else:
                await transaction.execute(
                    self._store.insert(Correction)
                    .values(**key, **corrected)
                    .on_conflict_do_update(index_elements=list(key), set_=corrected)
                )

    async def tally(self, network: str, limit: int = 5) -> Tally:
        """Count the corrections of a network, by the hash of its weights."""
        count = func.count().label("count")
        statement = (
            select(Correction.prediction, Correction.label, count)
            .where(Correction.network == network)
            .group_by(Correction.prediction, Correction.label)
            .order_by(count.desc(), Correction.prediction, Correction.label)
        )
        async with self._store.read() as transaction:
            confusions = [Confusion(*row) for row in await transaction.execute(statement)]
        return Tally(sum(confusion.count for confusion in confusions), tuple(confusions[:limit]))
