"""The reader's language, in everything."""

import pytest

from tests.builders import blank, picture, row
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, components, control, options, text

_PARTICLES = dict(
    zip(range(10), ["으로", "로", "로", "으로", "로", "로", "으로", "로", "로", "로"], strict=True)
)


def _hangul(words: str) -> bool:
    return any("가" <= letter <= "힣" for letter in words)


async def test_a_korean_reader_reads_korean(server: Server) -> None:
    result = await server.minji.slash(server.channel, "explain", index=7)

    words = text(result.response)
    assert "튜토리얼 모델은 이 숫자를 **9**로 읽었어요." in words
    assert "테스트 데이터 7번의 정답은 9예요" in words
    assert "예측 9" in alt_texts(result.response)[0]
    assert options(result.response, "target")[0] == "설명할 클래스: 9(예측값)"
    labels = [part.label for part in components(result.response) if getattr(part, "label", None)]
    assert labels == [
        "이전 숫자",
        "무작위 숫자",
        "다음 숫자",
        "업로드용 모델에 묻기",
        "HiResCAM 히트맵 보기",
        "어떻게 판단했나요?",
    ]


async def test_particles_are_right_after_every_digit(server: Server) -> None:
    seen: dict[int, str] = {}
    index = 0
    while len(seen) < 10:
        result = await server.minji.slash(server.channel, "explain", index=index)
        _, _, sentence = text(result.response).partition("모델은 이 숫자를 **")
        if sentence:  # of a digit that it is not sure of, it says otherwise
            seen[int(sentence[0])] = sentence[3:].split(" ")[0]
        index += 1

    assert seen == _PARTICLES


async def test_a_press_is_answered_in_the_language_of_who_presses(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    public = server.last

    result = await server.minji.select(public, ["conv2d_1"], custom_id=control(public, "layer"))

    assert "모델은" in text(result.response)
    assert "The tutorial's network reads" in text(server.last)


async def test_every_answer_of_every_command_is_korean_throughout(server: Server) -> None:
    for name, given in (
        ("explain", {"index": 3, "private": True}),
        ("explain", {"index": 3, "layer": "dense"}),
        ("explain", {"image": ("a.png", picture(3))}),
        ("explain", {"image": ("a.png", row(3, 4, 5))}),
        ("explain", {"image": ("a.png", blank())}),
        ("explain", {"image": ("a.png", b"no picture")}),
        ("explain", {"image": ("a.png", b""), "index": 3}),
        ("model", {}),
        ("model", {"network": "uploads"}),
        ("help", {}),
    ):
        result = await server.minji.slash(server.channel, name, **given)

        assert result.acknowledged
        told = result.response or result.followups[0]  # a refusal, after the bot has thought
        for line in text(told).split("```")[0].splitlines():
            assert _hangul(line) or line.startswith("## "), line
        assert all(_hangul(alt) for alt in alt_texts(told))


@pytest.mark.parametrize("locale", ["en-GB", "ja", "de"])
async def test_other_languages_are_answered_in_english(server: Server, locale: str) -> None:
    server.locales[server.alex.id] = locale

    result = await server.alex.slash(server.channel, "explain", index=7)

    assert "network reads a **9**." in text(result.response)


async def test_a_message_is_answered_in_its_language_or_its_authors(server: Server) -> None:
    mention = server.mention

    await server.alex.send(server.channel, f"{mention} 이 숫자 뭐예요?")
    assert "이미지가 없어요" in text(server.last)

    await server.alex.send(server.channel, f"{mention} what is this?")
    assert "has no picture" in text(server.last)

    await server.minji.slash(server.channel, "help")
    await server.minji.send(server.channel, f"{mention} ?")
    assert "이미지가 없어요" in text(server.last)
