"""How the lessons and the glossary speak: their words, their sentences, and fair questions."""

import re
from pathlib import Path

import pytest

from bot.i18n import LANGUAGES
from bot.lessons.course import Question
from bot.lessons.parsing import COURSES, load_lessons

LESSONS = load_lessons()
PAGES = [
    (name, page) for name in LESSONS.names for page in range(len(LESSONS.lesson(name, "en").pages))
]
FILES = {
    language: [
        Path(str(COURSES)) / language / "terms.md",
        *sorted((Path(str(COURSES)) / language / "lessons").glob("*.md")),
    ]
    for language in LANGUAGES
}
BANNED = {
    "en": r"\b((some|any|every|no)body|whoever|weighed|of which|(?<!one-)hot|hotter|hottest|heat|"
    r"dice|anew|rub(bed|bing)? out|speaks? (for|against)|activation map)\b",
    "ko": r"열지도|(?<![가-힣])지도(?!사)|뜨거|신경망|네트워크|특징 ?맵(?!\))|그래디언트|"
    r"매개 ?변수|화면|무늬|걸음|레이블|라벨|학습 (데이터|숫자)|테스트 숫자|(?<!평가)지표|"
    r"교차 ?엔트로피|로그오즈|상관(?!계수|없)|저마다|까닭|무게를|성글|[0-9]번 칸|"
    r"(지우기|제거|삭제) ?(시험|검사|테스트)|(?<![가-힣])(?<!활성화 )맵(?!\))|(?<=[^(])softmax|"
    r"것이에요|당신|그것[은이을]|[—;]|에 의해|되어지",
}
"""Words with another one in their place in the glossary, or that no textbook would use."""
ABSOLUTE = {
    "en": r"\b(never|always|only|all|every|any|none|nothing|entirely|must|impossible)\b",
    "ko": "전혀|항상|언제나|오직|절대|뿐|모든|모두|반드시|아무",
}

ASKED_BY_0_1 = {
    "data": (2, 1),
    "preparing": (3, 2),
    "network": (3, 2),
    "feature-maps": (2, 0),
    "loss": (2, 2),
    "training": (2, 1),
    "derivatives": (2, 1),
    "grad-cam": (3, 2),
    "reading": (3, 1),
    "deceptions": (3, 2),
}
"""The page of a lesson's first question, and its right option, as databases have them."""


def questions(language: str) -> list[Question]:
    return [each for name in LESSONS.names for each in LESSONS.lesson(name, language).questions]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_used_that_the_glossary_replaces(language: str) -> None:
    found = [
        f"{file.name}:{number}: {match[0]}"
        for file in FILES[language]
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if not line.startswith(("picture: ", "try: ", "terms: ", "name: ", "see: "))
        and (match := re.search(BANNED[language], re.sub("`[^`]*`", "", line), re.IGNORECASE))
    ]

    assert found == []


def test_every_korean_sentence_ends_politely_and_every_option_plainly() -> None:
    said = [page.text for name, i in PAGES for page in [LESSONS.lesson(name, "ko").pages[i]]]
    said += [feedback for each in questions("ko") for feedback in each.feedback]
    said += [term.text for term in LESSONS.terms("ko")]
    plain = [
        sentence
        for text in said
        for sentence in re.findall(r"\S*(?:다|니까)[.?!](?=\s|$)", re.sub(r"‘[^’]*’", "", text))
    ]
    options = [option for each in questions("ko") for option in each.options]
    polite = [each for each in options if re.search(r"[가-힣]", each) and each.endswith("요.")]

    assert plain == []
    assert polite == []


def test_percentages_take_their_particles() -> None:
    for file in FILES["ko"]:
        text = file.read_text(encoding="utf-8")
        assert re.findall(r"%(?:을|은|이|과|으로)(?=\s)", text) == [], file.name


def test_code_is_the_same_in_every_language() -> None:
    for name, number in PAGES:
        code = [
            re.findall(r"```.*?```", LESSONS.lesson(name, each).pages[number].text, re.DOTALL)
            for each in LANGUAGES
        ]
        assert all(each == code[0] for each in code), (name, number)


def test_every_lesson_asks_two_or_three_questions() -> None:
    for name in LESSONS.names:
        asked = LESSONS.lesson(name, "en").questions
        assert 2 <= len(asked) <= 3, name
        assert all(len(each.options) >= 3 for each in asked), name


@pytest.mark.parametrize("name", ASKED_BY_0_1)
def test_pages_and_questions_that_are_stored_keep_their_numbers(name: str) -> None:
    pages = LESSONS.lesson(name, "en").pages
    page, right = ASKED_BY_0_1[name]
    first = pages[page].question

    assert all(each.question is None for each in pages[:page])
    assert first is not None
    assert (first.number, first.right, len(first.options)) == (0, right, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_option_is_not_told_by_its_place_or_length(language: str) -> None:
    asked = questions(language)
    lengths = [[len(option) for option in each.options] for each in asked]
    longest = sum(
        sizes[each.right] == max(sizes) > min(sizes)
        for each, sizes in zip(asked, lengths, strict=True)
    )
    shortest = sum(
        sizes[each.right] == min(sizes) < max(sizes)
        for each, sizes in zip(asked, lengths, strict=True)
    )
    places = [sum(each.right == place for each in asked) for place in range(3)]

    by_chance = sum(1 / len(each.options) for each in asked)
    assert longest <= by_chance
    assert shortest <= 1.5 * by_chance
    assert max(places) <= 1.5 * by_chance


@pytest.mark.parametrize("language", LANGUAGES)
def test_absolutes_tell_neither_a_right_nor_a_wrong_option(language: str) -> None:
    right, wrong = list[bool](), list[bool]()
    for each in questions(language):
        for place, option in enumerate(each.options):
            found = re.search(ABSOLUTE[language], option, re.IGNORECASE) is not None
            (right if place == each.right else wrong).append(found)

    assert sum(wrong) / len(wrong) == pytest.approx(sum(right) / len(right), abs=0.1)
