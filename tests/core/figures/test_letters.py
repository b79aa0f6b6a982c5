from string import ascii_uppercase

from core.figures.letters import letter, letter_in_line


def test_every_digit_of_a_picture_has_a_letter_of_its_own() -> None:
    letters = [letter(place) for place in range(702)]

    assert letters[:26] == list(ascii_uppercase)
    assert letters[26:29] == ["AA", "AB", "AC"]
    assert letters[51:53] == ["AZ", "BA"]
    assert letters[-1] == "ZZ"
    assert len(set(letters)) == len(letters)


def test_each_line_has_its_letters_from_the_beginning() -> None:
    lines = (0, 0, 0, 1, 2, 2)

    assert "".join(letter_in_line(i, lines) for i in range(6)) == "ABCAAB"
