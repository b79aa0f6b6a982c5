"""Letters that name places, which no one reads as digits."""

from string import ascii_uppercase


def letter(place: int) -> str:
    """Return the letter of a place, from 0: A to Z, then AA, AB and so on up to ZZ."""
    first, second = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[first - 1 : first] + ascii_uppercase[second]
