"""Pictures that people send: as an option, by mention, by direct message, from a message's menu."""

import asyncio
import io
import json
import logging
from types import SimpleNamespace
from typing import Any, cast

import discord
import psutil
import pytest
from PIL import Image

from bot.explain.query import Query
from bot.explain.results import DigitResult
from bot.explain.uploads import PROBLEMS
from bot.i18n import speaker
from core.uploads import MAX_BYTES, Reading
from tests.builders import blank, picture, saved
from tests.core.uploads.hostile import hostile_files, some_hostile_files
from tests.discord.conftest import Server
from tests.discord.looking import (
    alt_texts,
    answer,
    card,
    components,
    control,
    files,
    pictures,
    receipt,
    refusal,
    text,
)

english = speaker("en")

_A_SEVEN = 0  # test digit 0 is a 7


async def test_an_image_option_brings_the_prediction_on_the_picture_itself(
    server: Server,
) -> None:
    result = await server.alex.slash(
        server.channel, "explain", image=("seven.png", picture(_A_SEVEN))
    )

    words = text(result.response)
    assert "The uploads' network reads a **7**." in words
    assert "labelled" not in words
    told = await receipt(server.bora, answer(result))
    assert told.startswith("-# uploads weights ")
    assert "· upload · max_pooling2d_1 · class 7 ·" in told
    upload, photo, card = alt_texts(result.response)
    assert upload == "The uploaded picture"
    assert "a box around the digit (a 7, centre)" in photo
    assert "a heatmap over it, for class 7. Brightest regions" in photo
    assert "Prediction 7" in card
    first, second = await pictures(server.bot, result.response)
    assert Image.open(io.BytesIO(first)).width == 1080  # a small one is enlarged
    assert Image.open(io.BytesIO(second)).size == (768, 512)


async def test_what_an_answer_carries_of_an_upload_is_the_picture_without_its_metadata(
    server: Server,
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "my home address"
    with Image.open(io.BytesIO(picture(_A_SEVEN))) as drawing:
        file = saved(drawing, "JPEG", exif=exif, comment=b"secret", quality=95)
    assert b"my home address" in file

    result = await server.alex.slash(server.channel, "explain", image=("../a b.jpg", file))

    thumbnail = next(
        part for part in components(result.response) if isinstance(part, discord.ThumbnailComponent)
    )
    carried = await server.bot.http.get_from_cdn(thumbnail.media.url)
    for sent in (carried, *await pictures(server.bot, result.response)):
        assert b"home" not in sent
        assert b"secret" not in sent
    assert "a b" not in thumbnail.media.url
    with Image.open(io.BytesIO(carried)) as kept:
        assert kept.size == (280, 280)


async def test_a_mention_with_pictures_brings_an_answer_for_each(server: Server) -> None:
    await server.alex.send(
        server.channel,
        f"{server.mention} what do you see?",
        attachments=[("a.png", picture(_A_SEVEN)), ("b.jpg", picture(2, kind="JPEG"))],
    )

    question, first, second = server.channel.history()
    assert "reads a **7**" in text(first)
    assert "reads a **1**" in text(second)
    assert first.reference is not None
    assert first.reference.message_id == question.id
    assert f"Asked by <@{server.alex.id}>" in text(first)


async def test_a_message_that_is_not_for_the_bot_is_left_alone(server: Server) -> None:
    await server.alex.send(server.channel, "look", attachments=[("a.png", picture(_A_SEVEN))])
    await server.alex.slash(server.channel, "explain", index=7)
    await server.alex.send(server.channel, "nice", reply_to=server.last)

    assert len(server.channel.history()) == 3


async def test_a_picture_in_a_direct_message_is_answered_there(server: Server) -> None:
    user = server.alex.user
    stored = server.env.backend.store_attachments(
        user.dm_channel.id, [("seven.png", picture(_A_SEVEN))]
    )
    await user.send_dm("", attachments=stored)

    answer = user.dm_channel.history()[-1]
    assert "reads a **7**" in text(answer)
    assert "Asked by" not in text(answer)

    pressed = await user.select(answer, ["conv2d_1"], custom_id=control(answer, "layer"))
    assert pressed.acknowledged
    assert "`conv2d_1`" in text(user.dm_channel.history()[-1])


async def test_a_direct_message_without_a_picture_says_what_to_send(server: Server) -> None:
    await server.alex.user.send_dm("hello")

    assert "has no picture" in text(server.alex.user.dm_channel.history()[-1])


async def test_the_message_menu_answers_each_picture_up_to_discords_limit(server: Server) -> None:
    homework = [(f"{i}.png", picture(i)) for i in range(10)]
    message = await server.bora.send(server.channel, "my homework", attachments=homework)

    result = await server.alex.context_menu(server.channel, "Explain", message)

    assert result.acknowledged
    answers = [result.response, *result.followups]
    assert len(answers) == 10
    read = [text(answer)[3] for answer in answers]  # of the heading
    assert sum(a == b for a, b in zip(read, "7210414959", strict=True)) >= 9
    assert all(f"Asked by <@{server.alex.id}>" in text(answer) for answer in answers)


async def test_a_menu_on_a_message_without_pictures_says_so(server: Server) -> None:
    message = await server.bora.send(server.channel, "no picture", attachments=[("a.txt", b"x")])

    result = await server.alex.context_menu(server.channel, "Explain", message)

    assert "has no picture" in refusal(result)
    assert len(server.channel.history()) == 1


@pytest.mark.parametrize("bad", [0, 1, 2])
async def test_one_bad_picture_among_several_is_told_to_whoever_asked_and_costs_no_other(
    server: Server, bad: int
) -> None:
    files = [("a.png", picture(_A_SEVEN)), ("b.png", picture(2))]
    files.insert(bad, ("c.png", b"oops"))
    message = await server.bora.send(server.channel, "", attachments=files)

    result = await server.alex.context_menu(server.channel, "Explain", message)

    first, second, told = (result.response, *result.followups)
    assert "reads a **7**" in text(first)
    assert "reads a **1**" in text(second)
    assert told.ephemeral
    assert not second.ephemeral
    problem = english("upload.not_a_picture")
    assert text(told) == english("explain.picture", number=bad + 1, count=3, problem=problem)


@pytest.mark.parametrize("count", [1, 2])
async def test_where_every_picture_is_bad_nothing_is_left_in_the_channel(
    server: Server, count: int
) -> None:
    files = [(f"{number}.png", b"oops") for number in range(count)]
    message = await server.bora.send(server.channel, "", attachments=files)

    result = await server.alex.context_menu(server.channel, "Explain", message)

    assert refusal(result).count(english("upload.not_a_picture")) == count
    assert len(server.channel.history()) == 1


async def test_a_bad_picture_of_a_public_command_is_told_in_private(server: Server) -> None:
    result = await server.alex.slash(server.channel, "explain", image=("a.png", b"oops"))

    assert refusal(result) == english("upload.not_a_picture")
    assert server.channel.history() == []


async def test_a_deleted_message_is_answered_all_the_same(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, files = server.bot.uploads.read, [("a.png", picture(_A_SEVEN)), ("b.png", picture(2))]

    async def read_and_delete(url: str, size: int, person: int) -> Reading:
        reading = await read(url, size, person)
        for message in server.channel.history():
            if message.author.id == server.alex.id:
                server.env.backend.delete_message(server.channel.id, message.id)
        return reading

    monkeypatch.setattr(server.bot.uploads, "read", read_and_delete)

    await server.alex.send(server.channel, server.mention, attachments=files)

    first, second = server.channel.history()
    assert "reads a **7**" in text(first)
    assert "reads a **1**" in text(second)


async def test_a_reply_that_discord_refuses_does_not_take_the_next_one_with_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    send, failures = server.bot.http.send_message, [1]

    async def refuse_once(*args: Any, **kwargs: Any) -> Any:
        if failures:
            failures.pop()
            raise discord.HTTPException(cast("Any", SimpleNamespace(status=400, reason="")), "no")
        return await send(*args, **kwargs)

    monkeypatch.setattr(server.bot.http, "send_message", refuse_once)

    await server.alex.send(
        server.channel,
        server.mention,
        attachments=[("a.png", picture(_A_SEVEN)), ("b.png", picture(2))],
    )

    assert "reads a **1**" in text(server.last)
    assert len(server.channel.history()) == 2
    assert "cannot be sent" in caplog.text


async def test_where_the_bot_may_not_read_the_history_it_answers_without_a_reference(
    server: Server,
) -> None:
    path = f"/channels/{server.channel.id}/messages"
    server.env.inject_error("POST", path, status=400, code=160002)

    await server.alex.send(
        server.channel, server.mention, attachments=[("a.png", picture(_A_SEVEN))]
    )

    assert "reads a **7**" in text(server.last)
    assert server.last.reference is None
    assert await card(server.bot, server.last)


async def test_where_the_bot_may_not_attach_files_a_mention_is_told_so_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, refused = server.bot.http.send_message, list[Any]()

    async def refuse_files(channel_id: int, *, params: Any) -> Any:
        if params.files:  # the simulation would take them
            refused.append(channel_id)
            raise discord.Forbidden(cast("Any", SimpleNamespace(status=403, reason="")), "no")
        return await send(channel_id, params=params)

    monkeypatch.setattr(server.bot.http, "send_message", refuse_files)
    files = [("a.png", picture(_A_SEVEN)), ("b.png", picture(2))]

    await server.minji.send(server.channel, f"{server.mention} 이거", attachments=files)

    say = speaker("ko")
    lacks = say("explain.lacks", permission=say("permission.attach_files"))
    assert text(server.last) == lacks
    assert len(server.channel.history()) == 2
    assert len(refused) == 1


async def test_one_answer_of_the_menu_that_is_refused_costs_no_other(server: Server) -> None:
    files = [("a.png", picture(_A_SEVEN)), ("b.png", picture(2))]
    message = await server.alex.send(server.channel, "look", attachments=files)
    server.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=400)

    result = await server.bora.context_menu(server.channel, "Explain", message)

    assert "reads a **1**" in text(result.response)
    (told,) = result.followups
    assert told.ephemeral


async def test_a_press_on_a_message_that_is_deleted_meanwhile_is_answered_in_private(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answer(await server.alex.slash(server.channel, "explain", index=7))
    explain = server.bot.explaining.answer

    async def delete_meanwhile(*args: Any) -> Any:
        server.env.backend.delete_message(server.channel.id, message.id)
        return await explain(*args)

    monkeypatch.setattr(server.bot.explaining, "answer", delete_meanwhile)

    pressed = await server.alex.click(message, custom_id=control(message, "step:on"))

    (told,) = pressed.followups
    assert told.ephemeral
    assert await card(server.bot, told)


async def test_an_uploads_controls_work_for_all_and_after_a_restart(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", image=("seven.png", picture(_A_SEVEN)))
    before = text(server.last)
    await server.restart()

    for kind, value in (("target", "2"), ("layer", "conv2d_1"), ("score", "probability")):
        message = server.last
        result = await server.alex.select(message, [value], custom_id=control(message, kind))
        assert result.acknowledged
    after = text(server.last)
    assert before.splitlines()[:4] == after.splitlines()[:4]  # the same digit, read the same
    told = await receipt(server.alex, server.last)
    assert "· upload · conv2d_1 · class 2 · probability ·" in told

    message = server.last
    other = await server.bora.select(message, ["p"], custom_id=control(message, "target"))
    assert other.ephemeral
    own = answer(other)
    assert "· class 7 ·" in await receipt(server.bora, own)
    further = await server.bora.select(own, ["3"], custom_id=control(own, "target"))
    assert "· class 3 ·" in await receipt(server.bora, answer(further))


async def test_a_file_too_large_is_refused_before_it_is_fetched(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(server.bot.http, "get_from_cdn", fetched.append)

    result = await server.alex.slash(
        server.channel, "explain", image=("a.png", bytes(MAX_BYTES + 1))
    )

    assert refusal(result) == english("upload.too_large", limit=10)
    assert fetched == []


async def test_an_upload_that_discord_does_not_hand_over_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: str) -> bytes:
        raise discord.NotFound(cast("Any", SimpleNamespace(status=404, reason="gone")), "")

    await server.alex.slash(server.channel, "explain", image=("a.png", picture(_A_SEVEN)))
    answer = server.last
    monkeypatch.setattr(server.bot.http, "get_from_cdn", refuse)

    asked = await server.alex.slash(server.channel, "explain", image=("a.png", picture(0)))
    pressed = await server.alex.select(answer, ["3"], custom_id=control(answer, "target"))

    assert english("upload.not_fetched") in refusal(asked)
    assert english("explain.gone") in text(pressed.followups[0])


@pytest.mark.sampled(1)
@pytest.mark.parametrize("member", ["alex", "minji"])
async def test_no_hostile_file_gets_more_than_a_sentence_and_others_are_answered_meanwhile(
    server: Server,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    thorough: bool,
    member: str,
) -> None:
    actor, say = getattr(server, member), speaker("en" if member == "alex" else "ko")
    sentences = {say(key, limit=MAX_BYTES >> 20) for key in PROBLEMS.values()}
    await actor.slash(server.channel, "explain", image=("a.png", picture(_A_SEVEN)))
    assert len(hostile_files()) >= 60
    process = psutil.Process()
    idle = process.memory_info().rss
    caplog.set_level(logging.ERROR)

    hostile = some_hostile_files(thorough=thorough)
    for index, (name, data) in enumerate(hostile.items()):
        result, ordinary = await asyncio.gather(
            actor.slash(server.channel, "explain", image=(f"{name}.png", data)),
            server.bot.explaining.answer(Query.test_digit(index)),
        )

        assert isinstance(ordinary, DigitResult)
        assert result.acknowledged, name
        if result.response is None:
            words = refusal(result)
            assert words in sentences, name
        else:
            words = text(result.response)
            assert control(result.response, "rule"), name
        assert f"{name}.png" not in words
        assert process.memory_info().rss - idle < 100 * 2**20, name

    assert caplog.records == []
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_neither_the_name_of_a_file_nor_what_is_known_of_its_place_is_repeated(
    server: Server,
) -> None:
    name = "../../etc/passwd\u202egnp.exe"
    exif = Image.Exif()
    exif[0x010E] = "my home address"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 28.0, 38.0), 29: "2026:01:02"})
    with Image.open(io.BytesIO(picture(_A_SEVEN))) as drawing:
        file = saved(drawing, "JPEG", exif=exif)
    assert b"2026:01:02" in file
    uploads = [file, blank(), file[:200], b"no picture"]

    answers: list[Any] = []
    for data in uploads:
        shown = await server.alex.slash(server.channel, "explain", image=(name, data))
        answers += [shown.response] if shown.response else shown.followups
    message = await server.bora.send(
        server.channel, server.mention, attachments=[(f"{name}.png", data) for data in uploads]
    )
    answers += server.channel.history()[-len(uploads) :]
    menu = await server.alex.context_menu(server.channel, "Explain", message)
    answers += [menu.response, *menu.followups]
    pressed = await server.alex.click(answers[0], custom_id=control(answers[0], "steps"))
    answers.append(pressed.response)

    assert len(answers) == len(uploads) + len(uploads) + 3 + 1  # the menu tells all errors at once
    assert "reads a **7**" in text(answers[0])
    sent = json.dumps([r.json for r in server.env.http_requests], ensure_ascii=False)
    assert "overlay.jpg" in sent
    for told in ("passwd", "gnp", "\u202e", ".exe", "2026:01:02", "home"):
        assert told not in sent
    for reply in answers:
        for carried in await files(server.bot, reply):
            assert not {told for told in (b"Exif", b"2026:01", b"home") if told in carried}


async def test_a_mention_is_not_taken_for_a_command(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """discord.py would log a traceback for each word that is no command of its own."""
    failed: list[Exception] = []

    async def on_command_error(_: object, error: Exception) -> None:
        failed.append(error)

    server.bot.on_command_error = on_command_error  # type: ignore[method-assign]

    await server.alex.send(server.channel, f"{server.mention} hello")

    assert failed == []
    assert caplog.records == []
    assert "has no picture" in text(server.last)
