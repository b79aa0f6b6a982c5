"""Every text exists in every language, is used, and is said rightly."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import bot
from bot.explain.uploads import PROBLEMS
from bot.i18n import _FORMATTER, FALLBACK, LANGUAGES, Typed, catalogue, speaker
from core.uploads import UploadProblem

english = speaker("en")
_ROOT = Path(bot.__file__).parent
# The command line speaks English only, and has its texts where it says them.
_SOURCES = [file for file in _ROOT.rglob("*.py") if _ROOT / "cli" not in file.parents]
_KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
_INSTEAD = {
    "(some|any|every|no)body|whoever": "people, anyone, everyone, no one",
    "those who": "people who",
    "of which|of you": "a sentence of its own, about you",
    "if left out": "default: …",
    "weighed": "weighted",
    "heat|hot|hotter|hottest": "heatmap, bright, brighter, brightest",
    "speaks? (for|against)": "support, count against",
    "screens?": "page",
    "refuse[sd]?": "reject",
    "by lot|dice": "random, at random",
    "anew": "again",
    "lacks?": "need",
    "after it come": "runners-up",
    "led by": "hosted by",
}
"""What no English text says, and what it says in its place."""
_BANNED = {
    "히트맵": r"열지도|(?<![가-힣])지도(?!사)|뜨거|(?<![가-힣])열(이 (있|강)|에서|의 위치| 없음)",
    "모델": "신경망|네트워크",
    "feature map": "특징 ?맵(?!\\))|피처 ?맵|피쳐|(?<![가-힣])맵(?!\\))",
    "그레디언트": "그래디언트|그라디언트|경사도",
    "파라미터": "매개 ?변수",
    "이미지": "그림(?!자)|화상",
    "겹친 이미지": "오버레이|겹침",
    "페이지": r"화면|[0-9}]쪽",
    "패널": "진행판|그림 [0-9가-힣]+ 칸",
    "패턴": "무늬",
    "스텝": "걸음",
    "정답": "레이블|라벨",
    "훈련 데이터": "학습 (데이터|숫자)",
    "테스트 데이터": "테스트 (숫자|이미지)",
    "평가지표": "(?<!평가)지표",
    "크로스 엔트로피": "교차 ?엔트로피",
    "로그 오즈": "로그오즈|로그 승산",
    "확신도": "신뢰도|자신감",
    "상관계수": "상관(?!계수|없)",
    "삭제 실험": "(지우기|제거|삭제) ?(시험|검사|테스트)",
    "새너티 체크": "무작위화 검사|온전성 검사",
    "스터디": "모임|저녁",
    "진행자": "이끄는|이끌|호스트",
    "공개, 비공개": "같이보기|나만보기",
    "기타": "그 밖",
    "위치": "자리(?!수)",
    "각각": "저마다",
    "이유": "까닭",
    "거예요, 값이에요": "것이에요",
    "이, 또는 이름": "당신|그것[은이을]",
    "쉼표, 마침표": "[—;]",
    "능동": "에 의해|되어지",
    "-해요": r"(니다|니까|십시오|십시요)(?![가-힣])",
}
"""Korean words that are not used, by what is said instead."""


def _strings() -> set[str]:
    return _of_commands() | {
        node.value
        for file in _SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _of_commands() -> set[str]:
    """The keys that `localized` makes of a command's key and the names of its options."""
    keys: set[str] = set()
    for file in _SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "localized":
                    assert isinstance(node, ast.AsyncFunctionDef)
                    assert isinstance(decorator.args[0], ast.Constant)
                    prefix = f"command.{decorator.args[0].value!s}"
                    for name in (prefix, *(f"{prefix}.{o.arg}" for o in node.args.args[2:])):
                        keys |= {f"{name}.name", f"{name}.description"}
    return keys


def _called_with() -> set[str]:
    """What is given as a key to whatever says, labels or refuses."""
    keys = _of_commands()
    for file in _SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"say", "label", "UserError"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                keys.add(str(node.args[0].value))
    return keys


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_there_is_english_and_korean() -> None:
    assert set(LANGUAGES) >= {"en", "ko"}


def test_no_text_is_missing() -> None:
    assert _called_with() - set(catalogue(FALLBACK)) == set()


def test_no_text_is_unused() -> None:
    assert set(catalogue(FALLBACK)) - _strings() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    english, other = catalogue(FALLBACK), catalogue(language)

    assert list(other) == list(english)
    for key, template in other.items():
        assert template.strip(), key
        assert _fields(template) <= _fields(english[key]), key


def test_korean_texts_are_korean() -> None:
    # What is the same in both is a name or a symbol.
    same = {key for key, said in catalogue("ko").items() if not re.search("[가-힣]", said)}

    assert same == set()


@pytest.mark.parametrize(
    ("template", "takes"),
    [
        ("{n:은/는}", "은 은 는 은 는 는 은 은 은 는"),
        ("{n:이/가}", "이 이 가 이 가 가 이 이 이 가"),
        ("{n:을/를}", "을 을 를 을 를 를 을 을 을 를"),
        ("{n:~으로/로}", "으로 로 로 으로 로 로 으로 로 로 로"),
    ],
)
def test_particles_follow_how_a_digit_is_read(template: str, takes: str) -> None:
    for digit, particle in enumerate(takes.split()):
        said = _FORMATTER.vformat(template, (), {"n": digit})
        assert said == (particle if "~" in template else f"{digit}{particle}")


def test_every_particle_that_a_text_asks_for_is_known() -> None:
    specs = {
        spec
        for said in catalogue("ko").values()
        for _, _, spec, _ in Formatter().parse(said)
        if spec and "/" in spec
    }

    assert {_FORMATTER.vformat(f"{{n:{spec}}}", (), {"n": 9}) for spec in specs}


def test_articles_follow_how_a_digit_is_read() -> None:
    said = [english("control.correct_digit", digit=digit) for digit in range(10)]

    assert said == [f"It is {'an' if digit == 8 else 'a'} {digit}" for digit in range(10)]


def test_no_digit_follows_an_article_that_is_always_the_same() -> None:
    always = [key for key, said in catalogue("en").items() if re.search(r"\ba \**\{", said)]

    assert always == []


@pytest.mark.parametrize(("word", "instead"), _INSTEAD.items())
def test_english_is_plain(word: str, instead: str) -> None:
    banned = re.compile(rf"\b({word})\b", re.IGNORECASE)
    texts = {key: re.sub(r"{.*?}", "", said) for key, said in catalogue("en").items()}

    assert [key for key, said in texts.items() if banned.search(said)] == [], instead


def test_a_percentage_takes_the_particle_of_per_cent() -> None:
    said = [_FORMATTER.vformat("{p:을/를}", (), {"p": p}) for p in ("99.8%", "97%", "<\u00a00.1%")]

    assert said == ["99.8%를", "97%를", "<\u00a00.1%를"]


def test_no_particle_after_a_field_is_always_the_same() -> None:
    particle = "[은는이가을를와과]|으?로|이?라서|이?라고|이에요|예요|(이었|였)[가-힣]+"
    fixed = re.compile(rf"\}}[*`]*({particle})(?![가-힣])")
    always = [key for key, said in catalogue("ko").items() if fixed.search(said)]

    assert always == []


@pytest.mark.parametrize(("instead", "banned"), _BANNED.items())
def test_korean_has_one_word_for_one_thing(instead: str, banned: str) -> None:
    found = {key: said for key, said in catalogue("ko").items() if re.search(banned, said)}

    assert found == {}, instead


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("히트맵", "열이 있는 곳"),
        ("히트맵", "7의 열지도와 지도"),
        ("이미지", "올린 그림"),
        ("페이지", "3쪽 가운데 2쪽"),
        ("페이지", "{pages}쪽"),
        ("-해요", "읽었습니다."),
        ("-해요", "봅니다"),
        ("-해요", "몇 개입니까?"),
    ],
)
def test_other_words_are_found(instead: str, said: str) -> None:
    assert re.search(_BANNED[instead], said)


@pytest.mark.parametrize("said", ["그림자", "어느 픽셀인지도", "열을 세로로", "왼쪽", "행과 열"])
def test_words_that_look_like_them_are_not(said: str) -> None:
    assert [instead for instead, banned in _BANNED.items() if re.search(banned, said)] == []


def test_what_a_text_tells_to_type_is_the_name_of_a_command_or_option() -> None:
    ko = catalogue("ko")
    names = {ko[key] for key in ko if re.fullmatch(r"command\..+\.name", key)}
    for key, said in ko.items():
        for code in re.findall("`([^`]*)`", said):
            typed = code[1:].split() if code.startswith("/") else re.findall("^[가-힣]+", code)
            assert set(typed) <= names, key


def test_a_locale_without_a_catalogue_is_answered_in_english() -> None:
    assert speaker("ja").language == "en"
    assert speaker(None).language == "en"
    assert speaker("ko-KR").language == "ko"


def test_every_key_is_well_formed() -> None:
    assert all(_KEY.fullmatch(key) for key in catalogue(FALLBACK))


def test_there_is_a_text_for_whatever_is_wrong_with_an_upload() -> None:
    assert set(PROBLEMS) == set(UploadProblem)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("[text](https://example.org)", "`[text](https://example.org)`"),
        ("a`b` <@1> **c**", "`aˋbˋ <@1> **c**`"),
        ("two\nlines\n# heading", "`two lines # heading`"),
        (" ", "`–`"),
        ("x" * 80, f"`{'x' * 50}…`"),
    ],
)
def test_what_a_person_typed_is_shown_as_inline_code(typed: str, shown: str) -> None:
    assert english("lesson.unknown", lesson=Typed(typed)).count(shown) == 1
