"""Labels of a folder of pictures, from its `labels.csv`."""

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.uploads.reader import MAX_DIGITS

LABELS_FILE = "labels.csv"

GROUPED_BY = ("source", "defect")
"""The columns by which pictures are grouped, if present."""

_NEEDED = ("file", "label")
_LABEL = re.compile(r"[0-9]*")


class LabelsError(Exception):
    """A folder cannot be evaluated; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture and its label.

    Attributes:
        file: Path within the folder.
        label: The digits in reading order, lines from top to bottom; empty if there are none.
        groups: Its value in each column of `GROUPED_BY` that is present.
    """

    file: str
    label: str
    groups: dict[str, str]

    @property
    def expected(self) -> str:
        """The digits that are to be read: the first ones of the label, as many as are returned."""
        return self.label[:MAX_DIGITS]


def load_labels(folder: Path) -> list[LabelledPicture]:
    """Read the `labels.csv` of a folder.

    The first line names the columns: `file` and `label`, optionally `source` and `defect`. Others
    are ignored. Whether the files exist is not checked.

    Raises:
        LabelsError: If `labels.csv` is missing or malformed, or names a file outside of the folder
            or twice.
    """
    try:
        # Spreadsheets may write a byte order mark.
        text = (folder / LABELS_FILE).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise LabelsError(f"{LABELS_FILE} in {folder} is not in UTF-8: save it as such.") from None
    except OSError as error:
        why = error.strerror or error
        raise LabelsError(f"{LABELS_FILE} in {folder} cannot be read: {why}.") from None
    try:
        labelled = list(_rows(folder, text))
    except csv.Error as error:
        raise LabelsError(f"{LABELS_FILE} in {folder} is not in CSV: {error}.") from None
    if not labelled:
        raise LabelsError(f"{LABELS_FILE} in {folder} names no file.")
    return labelled


def _rows(folder: Path, text: str) -> Iterator[LabelledPicture]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    columns = [name.strip() for name in reader.fieldnames or ()]
    if missing := [name for name in _NEEDED if name not in columns]:
        raise LabelsError(f"The first line of {LABELS_FILE} names no column {missing[0]!r}.")
    reader.fieldnames = columns
    named = set()
    for row in reader:
        where = f"Line {reader.line_num} of {LABELS_FILE}"
        file, label = (row[name].strip() for name in _NEEDED)
        if not (file and file.isprintable()):
            raise LabelsError(f"{where} names no file that can be: {file!r}.")
        inside = Path(os.path.realpath(folder / file)).is_relative_to(os.path.realpath(folder))
        if not inside:  # after all links are resolved
            raise LabelsError(f"{where} names a file outside the folder: {file!r}.")
        if (path := os.path.normpath(file)) in named:
            raise LabelsError(f"{where} names a file again: {file!r}.")
        named.add(path)
        if not _LABEL.fullmatch(label):
            raise LabelsError(
                f"{where} has the label {label!r}: a label is digits from 0 to 9, or empty where "
                "the picture has none."
            )
        groups = {name: _on_one_line(row[name]) for name in GROUPED_BY if name in columns}
        yield LabelledPicture(file, label, groups)


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
