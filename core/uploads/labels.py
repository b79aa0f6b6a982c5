"""Folders of labelled pictures: what `labels.csv` says of the files beside it."""

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LABELS_FILE = "labels.csv"

GROUPED_BY = ("source", "defect")
"""The columns that pictures are told apart by, where they are there."""

_NEEDED = ("file", "label")
_LABEL = re.compile(r"[0-9]*")


class LabelsError(Exception):
    """A folder cannot be evaluated; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what is in it.

    Attributes:
        file: its name as `labels.csv` has it, within the folder.
        label: its digits in reading order, lines from top to bottom; empty where there are none.
        groups: what it is by each column of `GROUPED_BY` that is there.
    """

    file: str
    label: str
    groups: dict[str, str]


def load_labels(folder: Path) -> list[Labelled]:
    """Read what a folder's `labels.csv` says.

    Its first line names the columns: `file` and `label`, perhaps `source` and `defect`, and any
    others, which are ignored.

    Args:
        folder: what it names lies in it or below; whether it is there is not looked at.

    Raises:
        LabelsError: the file is not there or is not as described, or names a file elsewhere or
            twice.
    """
    try:
        # With the mark that spreadsheets put before it, or without.
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


def _rows(folder: Path, text: str) -> Iterator[Labelled]:
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
        if not _lies_in(folder, file):
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
        yield Labelled(file, label, groups)


def _lies_in(folder: Path, file: str) -> bool:
    """Whether a name, and every link on its way, stays in a folder."""
    return Path(os.path.realpath(folder / file)).is_relative_to(os.path.realpath(folder))


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
