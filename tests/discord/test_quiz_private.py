"""What voters and the host of a round are told privately."""

import asyncio
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import select

import bot.quiz.actions
from bot.i18n import speaker
from bot.quiz.kinds import KINDS
from bot.quiz.kinds.bet import field_letter
from bot.store import models
from tests.discord.conftest import Server
from tests.discord.looking import answer, control, text
from tests.discord.test_quiz import ask, buttons, now_as_it_is, right_and_wrong

english, korean = speaker("en"), speaker("ko")


def words(key: str) -> str:
    """The beginning of an English text, up to its first field."""
    return english(key, **dict.fromkeys(("answer", "count", "when"), "{")).partition("{")[0]


async def start(server: Server) -> tuple[simcord.InteractionResult, discord.Message]:
    """Have Alex start a round; returns what came of it, and what Alex alone sees."""
    started = await server.alex.slash(server.channel, "quiz", kind="said")
    (private,) = started.followups
    assert private.ephemeral
    return started, private.message


async def test_every_voter_is_told_privately_how_their_vote_did(server: Server) -> None:
    question, round_ = await ask(server, "said")
    right, wrong = right_and_wrong(round_)
    await server.env.advance_time(10)
    good = await server.bora.click(question, custom_id=right)
    bad = await server.minji.click(question, custom_id=wrong)
    changed = await server.minji.click(question, custom_id=wrong)
    assert english("quiz.yours", answer=f"**{round_.question.answer}**") in text(answer(good))

    await server.env.advance_time(40)

    told = text(answer(good))
    assert english("quiz.result.right", answer=f"**{round_.question.answer}**") in told
    assert english("quiz.result.points", total=13, base=10, speed=3, streak=0) in told
    for confirmation in (bad, changed):
        told = text(answer(confirmation))
        assert korean("quiz.result.best", answer=f"**{round_.question.answer}**") in told
        assert korean("quiz.result.wrong", answer=f"**{wrong.split(':')[2]}**") in told


async def test_a_bet_is_told_privately_too_without_its_buttons(server: Server) -> None:
    question, round_ = await ask(server, "bet")
    digit, _, field = round_.question.answer.partition("@")
    half = answer(await server.bora.click(question, custom_id=f"bet:{round_.round_id}:{digit}:0"))
    placed = await server.bora.click(half, custom_id=buttons(half, "field")[field_letter(field)])
    assert buttons(answer(placed), "field")

    await server.env.advance_time(50)

    told = answer(placed)
    assert english("quiz.result.points", total=10, base=10, speed=0, streak=0) in text(told)
    assert not buttons(told, "field")


async def test_telling_voters_delays_no_reveal(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.sleep(600)

    questions = []
    for channel in (server.channel, server.elsewhere):
        question = answer(await server.alex.slash(channel, "quiz", kind="said"))
        for member in (server.bora, server.minji):
            vote = control(question, "vote")
            assert (await member.click(question, custom_id=vote)).acknowledged
        questions.append(question)
    monkeypatch.setattr(bot.quiz.actions, "reply", hang)

    await server.env.advance_time(50)

    for question in questions:
        assert not buttons(await now_as_it_is(server, question), "vote")
    async with server.bot.store.read() as transaction:  # others could take its place by now
        assert await transaction.scalar(select(models.Delivery)) is None


async def test_a_voter_whose_confirmation_can_no_longer_be_changed_is_left_alone(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    right, _ = right_and_wrong(round_)
    vote = await server.bora.click(question, custom_id=right)
    await server.bot.rounds.extend(round_.round_id, 30 * (round_.closes_at - round_.opened_at))
    await server.env.advance_time(20 * 60)
    before = len(server.env.http_requests)
    assert await server.bot.rounds.close(round_.round_id)
    server.bot.scheduler.wake()
    await server.env.settle()

    assert not buttons(await now_as_it_is(server, question), "vote")
    assert words("quiz.yours") in text(answer(vote))
    paths = [request.path for request in server.env.http_requests[before:]]
    assert not [path for path in paths if path.startswith("/webhooks/")]


async def test_the_host_sees_how_many_have_voted(server: Server) -> None:
    started, host = await start(server)
    assert "**0**" in text(host)
    question = answer(started)
    for member in (server.bora, server.minji):
        await member.click(question, custom_id=control(question, "vote"))

    pressed = await server.alex.click(host, custom_id=control(host, "round:votes"))

    assert "**2**" in text(answer(pressed))
    assert str(server.bora.id) not in text(answer(pressed))


async def test_the_host_extends_a_round_and_all_see_its_new_end(server: Server) -> None:
    started, host = await start(server)
    question = answer(started)
    await server.env.advance_time(40)

    pressed = await server.alex.click(host, custom_id=control(host, "round:extend"))

    assert pressed.acknowledged
    round_ = await server.bot.rounds.open_in(server.channel.id)
    assert round_ is not None
    assert (round_.closes_at - round_.opened_at).total_seconds() == 45 + 30
    shown = await now_as_it_is(server, question)
    assert f"<t:{int(round_.closes_at.timestamp())}:R>" in text(shown)
    await server.env.advance_time(30)
    right, _ = right_and_wrong(round_)
    assert (await server.bora.click(shown, custom_id=right)).acknowledged
    await server.env.advance_time(10)
    assert f"<@{server.bora.id}>" in text(await now_as_it_is(server, question))


async def test_the_host_closes_a_round_at_once(server: Server) -> None:
    started, host = await start(server)
    question = answer(started)
    await server.bora.click(question, custom_id=control(question, "vote"))

    pressed = await server.alex.click(host, custom_id=control(host, "round:close"))

    assert not buttons(await now_as_it_is(server, question), "vote")
    panel = answer(pressed)
    assert english("quiz.host.closed", count=1) in text(panel)
    assert not buttons(panel, "round")


async def test_a_closed_round_is_not_extended(server: Server) -> None:
    _, host = await start(server)
    await server.env.advance_time(50)

    pressed = await server.alex.click(host, custom_id=control(host, "round:extend"))

    assert english("quiz.closed") in text(pressed.followups[0].message)


async def test_the_host_of_a_session_leads_the_round_that_is_open(server: Server) -> None:
    channel: Any = server.bot.get_channel(server.channel.id)
    async with server.bot.store.begin() as transaction:
        session = models.Session(
            server_id=channel.guild.id,
            channel_id=server.elsewhere.id,
            thread_id=channel.id,
            host_id=server.alex.id,
            topic="Heat",
            started_at=server.time.now(),
        )
        transaction.add(session)
        await transaction.flush()
        session_id = session.session_id

    async def press() -> str:
        message = await server.bot.quiz.play(channel, session_id, "ko", server.alex.id, english)
        return str(message.view.to_components())  # type: ignore[no-untyped-call]

    first = await press()
    round_ = await server.bot.rounds.open_in(server.channel.id)
    assert round_ is not None
    kind = KINDS[round_.question.kind]  # any
    assert round_.message_id == server.last.id
    assert korean(kind.title) in text(server.last)
    assert english(kind.title) not in text(server.last)
    await server.bot.rounds.vote(round_.round_id, server.bora.id, kind.choices[0])
    second = await press()

    for panel, votes in ((first, 0), (second, 1)):
        assert f"round:close:{round_.round_id}:{server.alex.id}" in panel
        assert f"**{votes}**" in panel
    assert len(server.channel.history()) == 1


async def test_a_round_is_extended_though_its_message_cannot_be_edited(server: Server) -> None:
    started, host = await start(server)
    question = answer(started)
    path = f"/channels/{question.channel.id}/messages/{question.id}"
    server.env.inject_error("PATCH", path, status=403, code=50001)

    pressed = await server.alex.click(host, custom_id=control(host, "round:extend"))
    await server.env.advance_time(60)

    assert pressed.acknowledged
    assert not pressed.followups
    vote = await server.bora.click(question, custom_id=control(question, "vote"))
    assert words("quiz.yours") in text(answer(vote))
