"""A round's clock and its answer, where Discord is slow or refuses."""

import asyncio
from typing import Any

import discord
import pytest
from sqlalchemy import func, select

from bot.i18n import speaker
from bot.quiz.question import Round
from bot.store import models
from tests.discord.conftest import Server
from tests.discord.looking import answer, control, text
from tests.discord.test_quiz import ask, now_as_it_is, right_and_wrong

_UNKNOWN_CHANNEL, _MISSING_ACCESS, _THREAD_ARCHIVED = 10003, 50001, 50083


def refuse_edits(server: Server, message: discord.Message, status: int, code: int) -> None:
    """Have Discord refuse all edits of a message."""
    path = f"/channels/{message.channel.id}/messages/{message.id}"
    server.env.inject_error("PATCH", path, status=status, code=code, times=None)


async def with_a_vote(server: Server) -> tuple[discord.Message, Round]:
    """Have Alex start a round, and Bora answer it rightly."""
    question, round_ = await ask(server, "said")
    right, _ = right_and_wrong(round_)
    assert (await server.bora.click(question, custom_id=right)).acknowledged
    return question, round_


async def points_of_bora(server: Server, round_: Round) -> int:
    done = await server.bot.rounds.get(round_.round_id)
    assert done is not None
    (result,) = done.results
    return result.points


def answers(server: Server) -> list[discord.Message]:
    """The messages of the channel that give an answer."""
    return [each for each in server.channel.history() if "✅" in text(each)]


async def waiting(server: Server) -> int:
    """How many reveals are still to be delivered."""
    count = select(func.count()).select_from(models.Delivery).filter_by(kind="reveal")
    async with server.bot.store.read() as transaction:
        return await transaction.scalar(count) or 0


async def test_an_answer_whose_question_was_deleted_is_given_in_a_new_message(
    server: Server,
) -> None:
    question, round_ = await with_a_vote(server)
    server.env.backend.delete_message(question.channel.id, question.id)
    await server.env.advance_time(50)

    (given,) = answers(server)
    assert f"<@{server.bora.id}> **+10**" in text(given)

    await server.env.advance_time(3 * 60 * 60)
    await server.restart()
    assert [each.id for each in answers(server)] == [given.id]
    assert await points_of_bora(server, round_) == 10


async def test_a_new_message_is_not_sent_twice_though_the_bot_forgot_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, _ = await with_a_vote(server)
    server.env.backend.delete_message(question.channel.id, question.id)
    real, crashes = server.bot.rounds.revealed, iter((True,))

    async def crashes_once(*arguments: Any) -> None:
        if next(crashes, False):
            raise RuntimeError("the database is gone")
        await real(*arguments)

    monkeypatch.setattr(server.bot.rounds, "revealed", crashes_once)
    await server.env.advance_time(50)
    assert await waiting(server) == 1
    await server.env.advance_time(5 * 60)

    assert len(answers(server)) == 1
    assert await waiting(server) == 0


async def test_an_answer_that_may_not_be_given_yet_is_given_once_it_may(server: Server) -> None:
    question, round_ = await with_a_vote(server)
    refuse_edits(server, question, 403, _MISSING_ACCESS)
    await server.env.advance_time(60 * 60)
    assert not answers(server)
    assert await points_of_bora(server, round_) == 10

    server.env.backend.faults.clear()
    await server.env.advance_time(60 * 60)

    assert [each.id for each in answers(server)] == [question.id]
    assert await waiting(server) == 0


async def test_an_answer_is_given_as_soon_as_the_bot_sees_the_channel_again(
    server: Server,
) -> None:
    question, round_ = await with_a_vote(server)
    await server.forbid(server.channel, "view_channel")
    await server.env.advance_time(60 * 60)
    assert not answers(server)
    assert await points_of_bora(server, round_) == 10

    await server.forbid(server.channel)

    assert [each.id for each in answers(server)] == [question.id]


async def test_an_answer_in_an_archived_thread_opens_it_again_or_waits_until_it_is_unlocked(
    server: Server,
) -> None:
    backend = server.env.backend
    backend.create_thread(server.channel.id, "Talk", server.alex.id)
    (thread,) = server.channel.threads
    question = answer(await server.alex.slash(thread, "quiz", kind="said"))
    archived = {"archived": True, "locked": True}
    backend.edit_channel(thread.id, {}, thread_metadata=archived)
    # What Discord refuses, the simulation would not.
    refuse_edits(server, question, 400, _THREAD_ARCHIVED)
    server.env.inject_error("PATCH", f"/channels/{thread.id}", status=403, times=None)
    await server.env.advance_time(60 * 60)
    assert control(await now_as_it_is(server, question), "vote")
    assert await waiting(server) == 1

    backend.faults.clear()
    server.env.inject_error("PATCH", f"/channels/{thread.id}/*", status=400, code=_THREAD_ARCHIVED)
    backend.edit_channel(thread.id, {}, thread_metadata={"locked": False})
    await server.env.advance_time(1)

    answered = await now_as_it_is(server, question)
    assert speaker("en")("quiz.nobody") in text(answered)
    now = await server.bot.fetch_channel(thread.id)
    assert isinstance(now, discord.Thread)
    assert not now.archived
    assert await waiting(server) == 0


@pytest.mark.parametrize("code", [0, _UNKNOWN_CHANNEL])
async def test_only_an_answer_in_a_channel_that_is_gone_is_given_up(
    server: Server, code: int
) -> None:
    question, round_ = await with_a_vote(server)
    refuse_edits(server, question, 404, code)
    await server.env.advance_time(50)

    assert await waiting(server) == (code != _UNKNOWN_CHANNEL)
    assert not answers(server)
    assert await points_of_bora(server, round_) == 10


async def test_rounds_are_played_wherever_people_write(server: Server) -> None:
    guild, backend = server.alex.guild, server.env.backend
    forum = guild.create_forum_channel("forum")
    backend.create_thread(forum.id, "Post", server.alex.id)
    await server.forbid(server.channel, "send_messages", "send_messages_in_threads")
    places = [
        guild.create_voice_channel("voice"),
        guild.create_stage_channel("stage"),
        guild.create_news_channel("news"),
        *forum.threads,
        server.channel,
    ]
    asked = [answer(await server.alex.slash(each, "quiz", kind="said")) for each in places]
    await server.env.advance_time(50)

    for question in asked:
        assert speaker("en")("quiz.nobody") in text(await now_as_it_is(server, question))

    await server.forbid(server.channel, "attach_files")
    refused = await server.minji.slash(server.channel, "quiz")
    say = speaker("ko")
    lacks = say("explain.lacks", permission=say("permission.attach_files"))
    assert text(refused.response) == lacks


async def test_a_round_begins_when_its_message_is_there(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = discord.Interaction.edit_original_response

    async def slowly(*arguments: Any, **message: Any) -> Any:
        monkeypatch.undo()
        await asyncio.sleep(60)  # longer than the round is open
        return await send(*arguments, **message)

    monkeypatch.setattr(discord.Interaction, "edit_original_response", slowly)
    started = await server.alex.slash(server.channel, "quiz", kind="said", seconds=30)
    await server.env.advance_time(61)
    question = answer(started)
    round_ = await server.bot.rounds.open_in(server.channel.id)
    assert round_ is not None

    assert f"<t:{int(round_.closes_at.timestamp())}:R>" in text(question)
    right, _ = right_and_wrong(round_)
    await server.env.advance_time(10)
    assert (await server.bora.click(question, custom_id=right)).acknowledged
    await server.env.advance_time(20)

    assert f"<@{server.bora.id}> **+13**" in text(await now_as_it_is(server, question))


async def test_a_round_that_a_crash_kept_from_beginning_begins_with_a_press(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    async with server.bot.store.begin() as transaction:
        row = await transaction.get_one(models.Round, round_.round_id)
        row.message_id = None
    await server.restart()
    await server.env.advance_time(100)
    right, _ = right_and_wrong(round_)

    assert (await server.bora.click(question, custom_id=right)).acknowledged

    begun = await server.bot.rounds.get(round_.round_id)
    assert begun is not None
    assert begun.closes_at == server.time.now() + (round_.closes_at - round_.opened_at)
    shown = await now_as_it_is(server, question)
    assert f"<t:{int(begun.closes_at.timestamp())}:R>" in text(shown)
    assert control(shown, "vote")
