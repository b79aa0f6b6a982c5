from string import ascii_uppercase

from core.figures.letters import letter


def test_every_digit_of_a_picture_has_a_letter_of_its_own() -> None:
    letters = [letter(place) for place in range(702)]

    assert letters[:26] == list(ascii_uppercase)
    assert letters[26:29] == ["AA", "AB", "AC"]
    assert letters[51:53] == ["AZ", "BA"]
    assert letters[-1] == "ZZ"
    assert len(set(letters)) == len(letters)
