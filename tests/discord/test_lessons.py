"""Somebody learns alone, in their own language, and comes back tomorrow."""

import re
from typing import Any

import discord
import pytest

from bot.i18n import LANGUAGES, Typed, speaker
from bot.lessons.messages import lesson_page
from bot.lessons.state import LessonState, View
from tests.builders import blank, picture, row
from tests.discord.conftest import Server
from tests.discord.looking import Seen, alt_texts, answer, card, components, control, options, text

say = speaker("en")


async def test_a_lesson_is_private_and_goes_from_screen_to_screen(server: Server) -> None:
    result = await server.alex.slash(server.channel, "lesson", lesson="data", digit=7)

    assert result.ephemeral
    message = answer(result)
    pages = server.bot.lessons.lesson("data", "en").pages
    assert pages[0].title in text(message)
    assert "Test digit 7, labelled 9." in text(message)
    assert "10×10" in alt_texts(message)[0]

    pressed = await server.alex.click(message, custom_id=control(message, "page:1"))

    assert pressed.acknowledged
    assert pressed.followups == []
    assert pages[1].title in text(answer(result))
    assert "Test digit 7," in text(answer(result))


async def test_code_is_stepped_through_line_by_line(server: Server) -> None:
    result = await server.minji.slash(server.channel, "lesson", lesson="heatmap-code", digit=901)
    pages = server.bot.lessons.lesson("heatmap-code", "ko").pages
    for number, page in enumerate(pages):
        if number:
            pressed = await server.minji.click(
                answer(result), custom_id=control(answer(result), f"page:{number}")
            )
            assert pressed.acknowledged
        assert page.title in text(answer(result))
        assert ("```py\n" in text(answer(result))) == (page != pages[-1])

    assert control(answer(result), "open:overlay-code")


async def test_the_contents_go_on_where_a_lesson_was_left_after_a_restart(server: Server) -> None:
    first = await server.minji.slash(server.channel, "lesson")
    assert first.ephemeral
    assert "나에게만 보이고" in text(first.response)
    opened = await server.minji.click(answer(first), custom_id=control(answer(first), "open:data"))
    assert opened.acknowledged
    screen = answer(first)
    pages = server.bot.lessons.lesson("data", "ko").pages
    assert pages[0].title in text(screen)
    digit = re.search(r"테스트 데이터 (\d+)번", text(screen))
    assert digit is not None
    await server.minji.click(screen, custom_id=control(screen, "page:1"))

    await server.restart()
    again = await server.minji.slash(server.channel, "lesson")
    assert "📖 1. 데이터 · 페이지 2/4" in text(again.response)
    await server.minji.click(answer(again), custom_id=control(answer(again), "open:data"))

    assert pages[1].title in text(answer(again))
    assert f"테스트 데이터 {digit[1]}번" in text(answer(again))


async def test_a_message_sent_before_a_restart_still_works(server: Server) -> None:
    result = await server.alex.slash(server.channel, "lesson", lesson="data", digit=7)
    await server.restart()

    pressed = await server.alex.click(answer(result), custom_id=control(answer(result), "study:on"))

    assert pressed.acknowledged
    assert "Test digit 8," in text(answer(result))


async def test_each_wrong_answer_has_its_own_feedback(server: Server) -> None:
    result = await server.alex.slash(server.channel, "lesson", lesson="data", digit=7)
    for page in (1, 2):
        message = answer(result)
        await server.alex.click(message, custom_id=control(message, f"page:{page}"))
    told = set()
    question = server.bot.lessons.lesson("data", "en").questions[0]

    for choice, letter in enumerate("ABC"):
        message = answer(result)
        pressed = await server.alex.click(message, custom_id=control(message, f"choice:{choice}"))
        assert pressed.acknowledged
        words = text(answer(result))
        assert question.feedback[choice] in words
        assert (f"✅ **{letter}.**" in words) == (choice == question.right)
        assert await server.bot.progress.choice(server.alex.id, 0, "data", 0) == choice
        told.add(words)

    assert len(told) == 3


@pytest.mark.parametrize(
    ("lesson", "page", "kind", "value", "expected"),
    [
        ("preparing", 3, "study:right", None, "Before your change: 9"),
        ("preparing", 3, "study:thinner", None, "Before your change: 9"),
        ("reading", 2, "study:rub", None, "Before your change: 6"),
        ("reading", 2, "study:example.161", None, "Test digit 161,"),
        ("reading", 2, "studyclass", "4", "Brightest regions"),
        ("reading", 0, "studylayer", "conv2d_1", "Brightest regions"),
        ("reading", 3, "studyscore", "logit", "Brightest regions"),
    ],
)
async def test_what_there_is_to_try_changes_the_picture(
    server: Server, lesson: str, page: int, kind: str, value: str | None, expected: str
) -> None:
    await visited(server, server.alex.id, lesson, page, 7)
    digit = 161 if kind == "study:rub" else 7
    result = await server.alex.slash(server.channel, "lesson", lesson=lesson, digit=digit)
    message = answer(result)
    before = await card(server.bot, message)
    custom_id = control(message, kind)

    if value is None:
        pressed = await server.alex.click(message, custom_id=custom_id)
    else:
        pressed = await server.alex.select(message, [value], custom_id=custom_id)

    assert pressed.acknowledged
    assert pressed.followups == []
    assert expected in text(answer(result))
    assert await card(server.bot, answer(result)) != before


async def test_changes_add_up_and_can_be_undone(server: Server) -> None:
    await visited(server, server.alex.id, "preparing", 3, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="preparing", digit=7)
    original = await card(server.bot, answer(result))
    seen = {original}
    for act in ("right", "right", "down", "thicker"):
        message = answer(result)
        await server.alex.click(message, custom_id=control(message, f"study:{act}"))
        seen.add(await card(server.bot, answer(result)))
    assert len(seen) == 5

    message = answer(result)
    await server.alex.click(message, custom_id=control(message, "study:undo"))

    assert await card(server.bot, answer(result)) == original
    assert "Before your change" not in text(answer(result))


async def test_menus_show_what_the_picture_shows(server: Server) -> None:
    await visited(server, server.alex.id, "reading", 3, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="reading", digit=7)
    log_odds, logit = (
        say("control.score", score=say(f"score.{score}")) for score in ("log_odds", "logit")
    )

    async def choose(kind: str, value: str) -> None:
        message = answer(result)
        await server.alex.select(message, [value], custom_id=control(message, kind))

    assert chosen(answer(result)) == [predicted(9), "Layer: max_pooling2d_1", log_odds]
    for kind, value in (("studyclass", "4"), ("studylayer", "conv2d"), ("studyscore", "logit")):
        await choose(kind, value)
    why_4 = say("control.target_option", target=4)
    assert chosen(answer(result)) == [why_4, "Layer: conv2d", logit]

    for act, digit in (("on", 5), ("back", 9)):
        await choose("studyclass", "4")
        message = answer(result)
        await server.alex.click(message, custom_id=control(message, f"study:{act}"))
        assert chosen(answer(result)) == [predicted(digit), "Layer: conv2d", logit]


async def test_a_page_about_a_class_explains_it_for_the_next_digit_too(server: Server) -> None:
    await visited(server, server.alex.id, "deceptions", 2, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="deceptions", digit=7)
    message = answer(result)
    await server.alex.select(message, ["1"], custom_id=control(message, "studyclass"))

    message = answer(result)
    await server.alex.click(message, custom_id=control(message, "study:any"))

    assert chosen(answer(result)) == [say("control.target_option", target=4)]


async def test_a_page_keeps_its_layout_from_press_to_press(server: Server) -> None:
    await visited(server, server.alex.id, "preparing", 3, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="preparing", digit=7)
    layout = [type(part) for part in components(answer(result))]
    undo = control(answer(result), "study:undo")
    assert [each.disabled for each in buttons(answer(result)) if each.custom_id == undo] == [True]

    for kind in ("study:right", "study:thicker", "study:on", "choice:0", "choice:1"):
        message = answer(result)
        pressed = await server.alex.click(message, custom_id=control(message, kind))
        assert pressed.acknowledged
        assert [type(part) for part in components(answer(result))] == layout


async def test_the_next_lesson_stands_out_and_counts_only_after_the_question(
    server: Server,
) -> None:
    lesson = server.bot.lessons.lesson("data", "en")
    for question in lesson.questions[:-1]:
        await server.bot.progress.answer(server.alex.id, 0, lesson, question, question.right)
    await visited(server, server.alex.id, "data", 2, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="data")
    await server.alex.click(answer(result), custom_id=control(answer(result), "page:3"))
    contents = await server.alex.slash(server.channel, "lesson")
    assert "📖 1. The data" in text(contents.response)
    assert style(answer(result), "open") is discord.ButtonStyle.secondary

    message = answer(result)
    await server.alex.click(message, custom_id=control(message, "choice:0"))

    assert style(answer(result), "open") is discord.ButtonStyle.primary
    contents = await server.alex.slash(server.channel, "lesson")
    assert "✅ 1. The data" in text(contents.response)


async def test_a_question_whose_chosen_option_is_gone_is_asked_anew(server: Server) -> None:
    lesson = server.bot.lessons.lesson("data", "en")
    question = lesson.questions[0]
    await server.bot.progress.answer(server.alex.id, 0, lesson, question, len(question.options))
    await visited(server, server.alex.id, "data", 1, 7)
    result = await server.alex.slash(server.channel, "lesson", lesson="data")

    pressed = await server.alex.click(answer(result), custom_id=control(answer(result), "page:2"))

    assert pressed.acknowledged
    assert say("lesson.answer") in text(answer(result))


_STATE = "7/3/-/0/0.0.0.0/0/0"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "custom_id",
    [
        f"choice:1:gone/2/{_STATE}",
        f"choice:1:data/9/{_STATE}",
        f"choice:1:data/0/{_STATE}",
        f"choice:4:data/2/{_STATE}",
        f"page:9:data/0/{_STATE}",
        f"page:1:gone/0/{_STATE}",
        f"study:on:data/9/{_STATE}",
        f"study:example.7:gone/0/{_STATE}",
        f"study:left:gone/0/{_STATE}",
        f"own:gone/0/{_STATE}",
        "study:right:data/0/7/9/-/0/0.0.0.0/0/0",
        "study:right:data/0/7/3/-/9/0.0.0.0/0/0",
    ],
)
async def test_a_button_of_what_a_lesson_no_longer_has_says_so(
    server: Server, custom_id: str
) -> None:
    message = await sent(server, discord.ui.Button(label="old", custom_id=custom_id))

    pressed = await server.alex.click(message, custom_id=custom_id)

    assert pressed.acknowledged
    assert text(pressed.response) == say("lesson.changed")


@pytest.mark.parametrize(
    ("custom_id", "value", "key", "fields"),
    [
        (f"studylayer:data/0/{_STATE}", "dense_1", "lesson.changed", {}),
        (f"studyscore:data/0/{_STATE}", "loss", "lesson.changed", {}),
        ("term:0:0", "`gone`", "term.unknown", {"word": Typed("`gone`")}),
        ("lessons:0:0", "gone", "lesson.unknown", {"lesson": Typed("gone")}),
    ],
)
async def test_a_menu_of_what_the_course_no_longer_has_says_so(
    server: Server, custom_id: str, value: str, key: str, fields: dict[str, object]
) -> None:
    option = discord.SelectOption(label="old", value=value)
    message = await sent(server, discord.ui.Select(custom_id=custom_id, options=[option]))

    chosen = await server.alex.select(message, [value], custom_id=custom_id)

    assert chosen.acknowledged
    assert text(chosen.response) == say(key, **fields)


async def test_the_button_of_a_lesson_that_is_gone_says_so(server: Server) -> None:
    button = discord.ui.Button[Any](label="old", custom_id="open:gone:0")
    message = await sent(server, button)

    pressed = await server.alex.click(message, custom_id="open:gone:0")

    assert text(pressed.response) == say("lesson.unknown", lesson=Typed("gone"))


async def test_typed_names_render_as_they_were_typed(server: Server) -> None:
    link = "[text](https://example.com) **bold**"

    lesson = await server.alex.slash(server.channel, "lesson", lesson=link)
    term = await server.alex.slash(server.channel, "term", word=link)

    assert f"`{link}`" in text(lesson.response)
    assert f"`{link}`" in text(term.response)


async def test_a_term_is_looked_up_beside_the_lesson(server: Server) -> None:
    result = await server.minji.slash(server.channel, "lesson", lesson="data", digit=7)
    message = answer(result)
    before = text(message)
    assert options(message, "term") == ["픽셀", "MNIST"]

    looked = await server.minji.select(message, ["mnist"], custom_id=control(message, "term"))

    assert looked.ephemeral
    assert "손으로 쓴 숫자 7만 개" in text(looked.response)
    assert text(answer(result)) == before


async def test_the_glossary_lists_all_and_finds_a_word_by_its_title(server: Server) -> None:
    everything = await server.alex.slash(server.channel, "term")
    assert everything.ephemeral
    assert "Receptive field" in text(everything.response)

    by_title = await server.alex.slash(server.channel, "term", word="receptive FIELD")
    assert "10×10 at `max_pooling2d_1`" in text(by_title.response)

    unknown = await server.minji.slash(server.channel, "term", word="고양이")
    assert text(unknown.response) == speaker("ko")("term.unknown", word=Typed("고양이"))


async def test_there_is_no_such_lesson(server: Server) -> None:
    result = await server.alex.slash(server.channel, "lesson", lesson="cats")

    assert text(result.response) == speaker("en")("lesson.unknown", lesson=Typed("cats"))


async def test_another_screen_begins_as_its_file_says(server: Server) -> None:
    await visited(server, server.alex.id, "deceptions", 0, 10)
    result = await server.alex.slash(server.channel, "lesson", lesson="deceptions")
    await server.alex.click(answer(result), custom_id=control(answer(result), "page:1"))

    assert "28×28 cells" in alt_texts(answer(result))[0]
    await server.alex.click(answer(result), custom_id=control(answer(result), "page:2"))

    assert "The heatmap for class 4 over the digit" in alt_texts(answer(result))[0]
    assert "cells at max_pooling2d_1" in alt_texts(answer(result))[0]


async def test_somebody_learns_with_their_own_handwriting(server: Server) -> None:
    photograph = ("mine.png", picture(7))
    result = await server.alex.slash(server.channel, "lesson", lesson="reading", image=photograph)
    assert "Your own handwriting. The network reads it as 9" in text(answer(result))
    before = await card(server.bot, answer(result))
    await server.restart()

    message = answer(result)
    await server.alex.select(message, ["4"], custom_id=control(message, "studyclass"))
    assert "Your own handwriting" in text(answer(result))
    assert await card(server.bot, answer(result)) != before

    message = answer(result)
    await server.alex.click(message, custom_id=control(message, "page:1"))
    assert server.bot.lessons.lesson("reading", "en").pages[1].title in text(answer(result))
    assert "Your own handwriting" in text(answer(result))

    message = answer(result)
    await server.alex.click(message, custom_id=control(message, "study:any"))
    assert "Test digit" in text(answer(result))


async def test_a_picture_without_a_digit_is_no_one_to_learn_with(server: Server) -> None:
    result = await server.minji.slash(server.channel, "lesson", image=("blank.png", blank()))

    assert "숫자를 찾지 못했어요" in text(result.response)


async def test_a_screen_for_all_is_tried_privately_with_ones_own_digit(server: Server) -> None:
    await visited(server, server.minji.id, "data", 0, 42)
    evening = await server.bot.sessions.start(1, server.channel.id, server.bora.id, "Grad-CAM")
    number = evening.session_id
    shared = await posted(server, LessonState("data", 2, View(7), session=number))

    own = await server.minji.click(shared, custom_id=control(shared, "own"))
    told = await server.alex.click(shared, custom_id=control(shared, "choice:1"))

    assert own.ephemeral
    assert "테스트 데이터 42번" in text(own.response)
    assert "page:" not in str([part.custom_id for part in buttons(own.response)])
    assert told.ephemeral
    assert "✅ **B.**" in text(told.response)
    assert await server.bot.progress.choice(server.alex.id, number, "data", 0) == 1
    assert await server.bot.progress.choice(server.alex.id, 0, "data", 0) is None
    progress = await server.bot.progress.of(server.minji.id)
    assert progress["data"].screen == 0
    assert "✅ **B.**" not in text(shared)


async def test_what_is_answered_after_a_session_is_told_but_counts_no_more(server: Server) -> None:
    evening = await server.bot.sessions.start(1, server.channel.id, server.bora.id, "Grad-CAM")
    shared = await posted(server, LessonState("data", 2, View(7), session=evening.session_id))
    await server.bot.sessions.end(evening.session_id)

    told = await server.alex.click(shared, custom_id=control(shared, "choice:0"))

    assert "❌ **Not quite: A.**" in text(told.response)
    number = evening.session_id
    assert await server.bot.progress.choice(server.alex.id, number, "data", 0) is None


async def visited(server: Server, user_id: int, name: str, page: int, digit: int) -> None:
    """Somebody has been on a page before."""
    await server.bot.progress.visit(user_id, server.bot.lessons.lesson(name, "en"), page, digit)


async def posted(server: Server, state: LessonState) -> discord.Message:
    """A screen of a session, as it stands in the channel for everybody."""
    illustration = await server.bot.illustrator.illustrate("digit", state.view)
    voices = tuple(map(speaker, LANGUAGES))
    message = lesson_page(server.bot.lessons, state, illustration, voices)
    channel = server.bot.get_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send(view=message.view, files=message.files)
    return server.last


async def sent(server: Server, item: discord.ui.Item[Any]) -> discord.Message:
    """A message with an old control, for everybody."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(item))
    message = await server.bot.get_partial_messageable(server.channel.id).send(view=view)
    view.stop()  # the bot that sent it has ended since
    return message


def chosen(message: Seen) -> list[str]:
    """What the menus that have a choice show, from the first to the last."""
    menus = [part for part in components(message) if isinstance(part, discord.SelectMenu)]
    return [option.label for menu in menus for option in menu.options if option.default]


def predicted(digit: int) -> str:
    return say("control.target_predicted", target=digit)


def style(message: Seen, kind: str) -> discord.ButtonStyle:
    return next(each.style for each in buttons(message) if each.custom_id == control(message, kind))


def buttons(message: Seen) -> list[discord.Button]:
    return [part for part in components(message) if isinstance(part, discord.Button)]


async def test_the_last_upload_is_ones_digit_until_it_is_deleted(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", image=("a.png", row(3)))
    shown = await server.alex.slash(server.channel, "lesson", lesson="data")
    assert control(answer(shown), "page").split("/")[2] == "u"
    turned = await server.alex.click(answer(shown), custom_id=control(answer(shown), "page:1"))
    assert control(answer(turned), "page").split("/")[2] == "u"
    others = await server.bora.slash(server.channel, "lesson", lesson="data")
    assert control(answer(others), "page").split("/")[2] != "u"

    asked = await server.alex.slash(server.channel, "privacy")
    sure = await server.alex.click(
        answer(asked), custom_id=control(answer(asked), "privacy_delete")
    )
    await server.alex.click(answer(sure), custom_id=control(answer(sure), "privacy_really"))
    again = await server.alex.slash(server.channel, "lesson", lesson="data")
    assert control(answer(again), "page").split("/")[2] != "u"


async def test_the_last_upload_is_forgotten_an_hour_after_its_last_use(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", image=("a.png", row(3)))
    begins_with_it = []
    for minutes in (50, 50, 61):
        await server.env.advance_time(minutes * 60)
        shown = await server.alex.slash(server.channel, "lesson", lesson="data")
        begins_with_it.append(control(answer(shown), "page").split("/")[2] == "u")

    assert begins_with_it == [True, True, False]


async def test_the_glossary_lists_words_by_the_lesson_that_uses_them_first(server: Server) -> None:
    shown = await server.alex.slash(server.channel, "term")
    lines = text(shown.response).splitlines()[1:]
    lessons = server.bot.lessons
    titles = [lessons.lesson(name, "en").title for name in lessons.names]
    headings = [line.split("**")[1] for line in lines]
    assert [each for each in headings if each in titles] == [t for t in titles if t in headings]
    listed = [word for line in lines for word in line.split(" · ", 1)[1].split(", ")]
    assert sorted(listed) == sorted(term.title for term in lessons.terms("en"))
