"""What there is to tell about a network itself."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from core._keras import keras
from core.record import ModelRecord

_COLUMNS = 52  # as many as a message shows without breaking lines


@dataclass(frozen=True, slots=True)
class About:
    """A network's layers and its record.

    Attributes:
        record: how it was trained and measured.
        summary: its layers, as Keras prints them.
    """

    record: ModelRecord
    summary: str

    @classmethod
    def of(cls, model: keras.Model, folder: Path) -> Self:
        """Gather what is known of a network in the folder where the training wrote it.

        Raises:
            core.record.RecordError: If the folder holds no record.
        """
        return cls(ModelRecord.load(folder), _summary(model))


@cache
def _summary(model: keras.Model) -> str:
    lines: list[str] = []
    model.summary(line_length=_COLUMNS, print_fn=lines.append)
    return "\n".join(lines).strip()
