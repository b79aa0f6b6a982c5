"""Letters that name the digits of a line, which no one reads as digits."""

from collections.abc import Sequence
from string import ascii_uppercase


def letter(place: int) -> str:
    """Return the letter of a place, from 0: A to Z, then AA, AB and so on up to ZZ."""
    first, second = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[first - 1 : first] + ascii_uppercase[second]


def letter_in_line(position: int, lines: Sequence[int]) -> str:
    """Return the letter of a digit within its line, by the line of each digit in reading order."""
    return letter(position - lines.index(lines[position]))
