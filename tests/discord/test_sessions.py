"""Study sessions: `/session`, its panel, its steps, its summary."""

import asyncio
import datetime as dt
import re
from dataclasses import replace
from typing import Any
from unicodedata import normalize

import discord
import pytest
import simcord
from simcord.backend.serializers import guild_create_payload
from sqlalchemy import Connection, event

from bot.i18n import speaker
from bot.sessions.messages import current_page, step_state
from bot.sessions.messages import step as step_message
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, components, control, text

english = speaker("en")


@pytest.fixture
def host(server: Server) -> simcord.MemberActor:
    """Alex, who may manage threads; the bot may pin."""
    guild = server.channel.guild
    assert guild is not None
    leader = guild.create_role("Leader", permissions=discord.Permissions(manage_threads=True))
    pins = discord.Permissions(manage_messages=True, pin_messages=True)
    keeper = guild.create_role("Keeper", permissions=pins)
    _give(server, server.alex.id, leader.id)
    _give(server, server.env.backend.bot_user.id, keeper.id)
    return server.alex


def _give(server: Server, user_id: int, role_id: int) -> None:
    guild = server.channel.guild
    assert guild is not None
    server.env.backend.edit_member(guild.id, user_id, {"role_ids": [role_id]})


async def opened(
    server: Server, host: simcord.MemberActor, topic: str = "Heat", **options: str
) -> simcord.ChannelHandle:
    """A session, by its thread."""
    before = len(server.channel.threads)
    result = await host.slash(server.channel, "session start", topic=topic, **options)
    assert result.acknowledged
    assert len(server.channel.threads) == before + 1, text(result.response)
    return server.channel.threads[-1]


def announcements(server: Server) -> list[discord.Message]:
    """What the channel was told, the first session first."""
    return [message for message in server.channel.history() if _has(message, "session_join")]


def panel(thread: simcord.ChannelHandle) -> discord.Message:
    (pinned,) = thread.pinned_messages()
    return pinned


def step(thread: simcord.ChannelHandle) -> discord.Message:
    """The step that was sent last."""
    return [message for message in thread.history() if _has(message, "own")][-1]


def steps(thread: simcord.ChannelHandle) -> int:
    return sum(_has(message, "own") for message in thread.history())


def summaries(thread: simcord.ChannelHandle) -> list[discord.Message]:
    return [message for message in thread.history() if message.attachments and _files(message)]


def _files(message: discord.Message) -> list[str]:
    return [file.filename for file in message.attachments if file.filename.startswith("session-")]


def _has(message: discord.Message, kind: str) -> bool:
    return any(
        str(getattr(part, "custom_id", "")).startswith(f"{kind}:") for part in components(message)
    )


async def press(
    who: simcord.MemberActor, message: discord.Message, kind: str
) -> simcord.InteractionResult:
    result = await who.click(message, custom_id=control(message, kind))
    assert result.acknowledged
    return result


async def controls(host: simcord.MemberActor, thread: simcord.ChannelHandle) -> discord.Message:
    """The host's own controls, opened from the panel."""
    opened = await press(host, panel(thread), "session_manage")
    assert opened.ephemeral
    return answer(opened)


async def lead(
    host: simcord.MemberActor, thread: simcord.ChannelHandle, kind: str
) -> simcord.InteractionResult:
    """Press one of the host's controls."""
    return await press(host, await controls(host, thread), kind)


def told(result: simcord.InteractionResult) -> str:
    """What the presser alone was told, instead of or beside what was to happen."""
    said = result.followups[-1] if result.followups else result.response
    assert said is not None
    assert said.ephemeral
    return text(said)


async def test_it_opens_a_thread_with_a_pinned_panel_in_both_languages(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, "Where *does* it look?")

    assert thread.name == "Where *does* it look?"
    words = text(panel(thread))
    assert r"Where \*does\* it look?" in words
    assert f"Hosted by {host.mention}" in words
    assert f"진행자: {host.mention} · 시작:" in words
    assert "Participants: 1 · 참여 1명" in words
    (announced,) = announcements(server)
    assert f"Hosted by {host.mention}" in text(announced)


async def test_a_server_with_a_language_is_shown_that_one_alone(
    server: Server, host: simcord.MemberActor
) -> None:
    assert server.channel.guild is not None
    await server.bot.servers.change(server.channel.guild.id, language="ko")

    thread = await opened(server, host, lesson=server.bot.lessons.names[0])

    assert "Led by" not in text(panel(thread))
    lesson = server.bot.lessons.lesson(server.bot.lessons.names[0], "ko")
    english = server.bot.lessons.lesson(server.bot.lessons.names[0], "en")
    assert lesson.pages[0].title in text(step(thread))
    assert english.pages[0].title not in text(step(thread))


async def test_who_may_not_host_is_told_who_may(server: Server) -> None:
    refused = await server.bora.slash(server.channel, "session start", topic="Mine")
    assert "people who can manage threads" in told(refused)
    assert server.channel.threads == []

    guild = server.channel.guild
    assert guild is not None
    teachers = guild.create_role("Teachers")
    await server.bot.servers.change(guild.id, host_roles=[teachers.id])
    refused = await server.minji.slash(server.channel, "session start", topic="Mine")
    assert f"<@&{teachers.id}> 역할이 있거나 스레드를 관리할 수 있는 사람" in told(refused)

    _give(server, server.bora.id, teachers.id)
    await opened(server, server.bora)

    server.env.backend.delete_role(guild.id, teachers.id)
    refused = await server.minji.slash(server.channel, "session start", topic="Mine")
    assert told(refused) == speaker("ko")("session.may_host")


async def test_what_the_bot_may_not_do_is_said_in_one_sentence(
    server: Server, host: simcord.MemberActor
) -> None:
    guild = server.channel.guild
    assert guild is not None
    hidden = discord.PermissionOverwrite(create_public_threads=False, attach_files=False)
    everybody = server.bot.get_guild(guild.id)
    assert everybody is not None
    closed = guild.create_text_channel("closed", overwrites={everybody.default_role: hidden})

    refused = await host.slash(closed, "session start", topic="Heat")

    assert "I need these permissions: Create Public Threads, Attach Files." in text(
        refused.response
    )
    assert await server.bot.sessions.open_in_server(guild.id) == []


async def test_without_the_right_to_pin_it_goes_on_and_says_so(
    server: Server, host: simcord.MemberActor
) -> None:
    guild, me = server.channel.guild, server.bot.user
    assert guild is not None
    assert me is not None
    unpinnable = discord.PermissionOverwrite(manage_messages=False, pin_messages=False)
    channel = guild.create_text_channel("unpinned", overwrites={me: unpinnable})

    result = await host.slash(channel, "session start", topic="Heat")

    (thread,) = channel.threads
    assert thread.pinned_messages() == []
    assert any(_has(message, "session_leave") for message in thread.history())
    assert any("“Pin Messages”" in text(said.message) for said in result.followups)


async def test_people_join_and_leave_and_the_panel_says_who_is_there(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)

    joined = await press(server.minji, announcements(server)[0], "session_join")
    assert joined.ephemeral
    assert thread.mention in text(joined.response)
    assert "Heat" not in text(joined.response)  # the link to the thread shows its title
    await server.env.advance_time(60)
    await press(server.bora, panel(thread), "session_join")
    words = text(panel(thread))
    assert "Participants: 3" in words
    assert words.index(server.minji.mention) < words.index(server.bora.mention)

    await press(server.minji, panel(thread), "session_leave")
    assert "Participants: 2" in text(panel(thread))
    assert server.minji.mention not in text(panel(thread))


async def test_the_host_leads_through_a_lesson_and_everybody_sees_each_step(
    server: Server, host: simcord.MemberActor
) -> None:
    name = server.bot.lessons.names[0]
    english, korean = (server.bot.lessons.lesson(name, each) for each in ("en", "ko"))
    thread = await opened(server, host)
    menu = await controls(host, thread)
    menu = answer(await host.select(menu, [name], custom_id=control(menu, "session_take")))

    for number, screen in enumerate(english.pages):
        words = text(step(thread))
        assert screen.title in words
        assert korean.pages[number].title in words
        assert alt_texts(step(thread))
        assert speaker("en")("lesson.page", page=number + 1, pages=len(english.pages)) in text(
            panel(thread)
        )
        if number + 1 < len(english.pages):
            menu = answer(await press(host, menu, "session_next"))
            assert speaker("en")("lesson.page", page=number + 2, pages=len(english.pages)) in text(
                menu
            )
    assert steps(thread) == len(english.pages)

    await press(host, menu, "session_back")
    assert english.pages[-2].title in text(step(thread))


async def test_a_press_on_controls_that_are_out_of_date_moves_nobody_and_updates_them(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    one, two = [await controls(host, thread) for _ in range(2)]
    await press(host, one, "session_next")
    assert steps(thread) == 2

    again = await press(host, two, "session_next")

    assert "The group is already here" in told(again)
    assert steps(thread) == 2
    updated = answer(again)
    assert "page\N{NO-BREAK SPACE}2\N{NO-BREAK SPACE}of" in text(updated)
    await press(host, updated, "session_next")
    assert steps(thread) == 3


async def test_who_takes_part_does_not_lead(server: Server, host: simcord.MemberActor) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    await press(server.bora, panel(thread), "session_join")

    for shown in (panel(thread), step(thread)):
        refused = await press(server.bora, shown, "session_manage")
        assert f"Only {host.mention}, who hosts this session" in told(refused)
    # Who hands over keeps the private controls, which then refuse, as do public ones of before.
    kept = await controls(host, thread)
    await server.bot.sessions.hand_over(1, server.minji.id)
    _take_roles(server, host.id)
    for kind in ("session_next", "session_who", "session_hand", "session_quiz", "session_end"):
        refused = await press(host, kept, kind)
        assert f"Only {server.minji.mention}, who hosts this session" in told(refused), kind
    assert steps(thread) == 1


def _take_roles(server: Server, user_id: int) -> None:
    guild = server.channel.guild
    assert guild is not None
    server.env.backend.edit_member(guild.id, user_id, {"role_ids": []})


async def test_everybody_tries_a_step_on_their_own_in_their_language(
    server: Server, host: simcord.MemberActor
) -> None:
    name = server.bot.lessons.names[0]
    thread = await opened(server, host, lesson=name)
    shared = text(step(thread))

    own = await press(server.minji, step(thread), "own")

    assert own.ephemeral
    assert server.bot.lessons.lesson(name, "ko").pages[0].title in text(own.response)
    assert server.bot.lessons.lesson(name, "en").pages[0].title not in text(own.response)
    assert text(step(thread)) == shared
    assert "Participants: 2" in text(panel(thread))


async def test_whether_one_follows_is_private_and_the_host_sees_how_many(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    before = len(thread.history())

    for who, kind in (
        (server.minji, "session_clear"),
        (server.minji, "session_lost"),
        (server.bora, "session_clear"),
    ):
        heard = await press(who, step(thread), kind)
        assert heard.ephemeral
    menu = await controls(host, thread)

    assert "Following: **1** · lost: **1** · no answer: 1" in text(menu)
    assert len([m for m in thread.history() if not m.flags.ephemeral]) == before

    menu = answer(await press(host, menu, "session_next"))
    counts = text(menu)
    assert "Following: **0** · lost: **0** · no answer: 3" in counts
    assert "page\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}of" in counts.split("Lost on other pages:")[1]

    await press(server.bora, step(thread), "session_clear")
    counted = answer(await press(host, menu, "session_who"))
    assert counted.id == menu.id
    assert "Following: **1** · lost: **0** · no answer: 2" in text(counted)


async def test_it_is_handed_over_to_a_person(server: Server, host: simcord.MemberActor) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    asked = answer(await lead(host, thread, "session_hand"))

    handed = await host.select(asked, [server.minji], custom_id=control(asked, "session_host"))

    assert f"{server.minji.mention} is the host now" in text(handed.response)
    assert f"Hosted by {server.minji.mention}" in text(panel(thread))
    await lead(server.minji, thread, "session_next")
    assert steps(thread) == 2


async def test_at_the_end_there_is_a_summary_with_files(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    await press(server.minji, step(thread), "own")
    asked = answer(await lead(host, thread, "session_end"))
    assert summaries(thread) == []

    ended = await press(host, asked, "session_sure")

    assert "has ended" in text(ended.response)
    (summary,) = summaries(thread)
    assert "Participants: 2" in text(summary)
    assert "2명이 참여" in text(summary)
    assert server.minji.mention in text(summary)
    files = {file.filename: (await file.read()).decode("utf-8-sig") for file in summary.attachments}
    assert list(files) == ["session-1.md", "session-1-people.csv", "session-1-digits.csv"]
    assert "minji" in files["session-1.md"]
    people = files["session-1-people.csv"]
    assert people.splitlines()[0].startswith("Name · 이름,")
    assert re.search(r"^minji,\d{4}-", people, re.MULTILINE)
    assert not _has(panel(thread), "session_manage")
    refused = await press(server.bora, announcements(server)[0], "session_join")
    assert "This session has ended." in text(refused.response)


@pytest.mark.parametrize(("status", "said"), [(400, "session.later"), (403, "session.forbidden")])
async def test_a_summary_that_discord_refuses_is_sent_later_and_once(
    server: Server, host: simcord.MemberActor, status: int, said: str
) -> None:
    thread = await opened(server, host)
    asked = answer(await lead(host, thread, "session_end"))
    server.env.inject_error("POST", f"/channels/{thread.id}/messages", status=status)

    refused = await press(host, asked, "session_sure")

    assert told(refused) == english(said)
    assert summaries(thread) == []
    again = await press(host, asked, "session_sure")
    assert "This session has ended." in told(again)
    await server.env.advance_time(60)
    assert len(summaries(thread)) == 1

    await server.restart()
    await server.env.advance_time(3600)
    assert len(summaries(thread)) == 1


async def test_what_a_server_missed_while_the_bot_was_removed_is_said_once_when_it_is_back(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    leading = await controls(host, thread)
    backend = server.env.backend
    backend.emit("GUILD_DELETE", {"id": str(server.alex.guild.id)})
    server.env.inject_error("*", f"/channels/{thread.id}/*", status=403, times=None)
    stuck = await press(host, leading, "session_next")
    assert english("session.forbidden") in told(stuck)
    ending = answer(await press(host, leading, "session_end"))
    assert english("session.forbidden") in told(await press(host, ending, "session_sure"))
    await server.env.advance_time(60 * 60)
    assert (steps(thread), len(summaries(thread))) == (1, 0)

    backend.faults.clear()
    joined = guild_create_payload(backend, backend.get_guild(server.alex.guild.id))
    backend.emit("GUILD_CREATE", {**joined, "unavailable": None})
    await server.env.advance_time(1)

    assert len(summaries(thread)) == 1
    await server.env.advance_time(2 * 60 * 60)
    assert (steps(thread), len(summaries(thread))) == (1, 1)


async def test_two_who_wait_for_the_same_change_are_both_told_that_it_failed(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    (session,) = await server.bot.sessions.open_in_server(_guild_id(server))
    panel_id = panel(thread).id
    server.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/{panel_id}", status=400, times=2
    )
    await server.bot.sessions.join(session.session_id, server.bora.id)

    told_of = await asyncio.gather(
        *(server.bot.outbox.deliver("session", session.session_id) for _ in range(2)),
        return_exceptions=True,
    )

    assert [type(each) for each in told_of] == [discord.HTTPException] * 2
    await server.env.advance_time(3600)
    assert "Participants: 2" in text(panel(thread))


async def test_in_an_archived_thread_a_session_goes_on(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    archiver = server.alex.guild.create_role(
        "Archiver", permissions=discord.Permissions(manage_channels=True, pin_messages=True)
    )
    _give(server, server.env.backend.bot_user.id, archiver.id)
    await server.bot.http.edit_channel(thread.id, archived=True)
    server.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/{panel(thread).id}", status=400, code=50083
    )

    await press(server.bora, announcements(server)[0], "session_join")

    assert "Participants: 2" in text(panel(thread))
    now = await server.bot.fetch_channel(thread.id)
    assert isinstance(now, discord.Thread)
    assert not now.archived


async def test_in_a_locked_thread_who_presses_is_told_so(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    server.env.backend.edit_channel(thread.id, {}, thread_metadata={"locked": True})
    server.env.inject_error("PATCH", f"/channels/{thread.id}/*", status=403, times=None)

    pressed = await press(server.bora, announcements(server)[0], "session_join")

    assert told(pressed) == english("session.locked")
    server.env.backend.faults.clear()
    server.env.backend.edit_channel(thread.id, {}, thread_metadata={"locked": False})
    await server.env.advance_time(30)
    assert "Participants: 2" in text(panel(thread))


async def test_who_manages_threads_takes_over_when_the_host_has_left_the_server(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    guild = server.alex.guild
    leader = guild.create_role("Leader", permissions=discord.Permissions(manage_threads=True))
    _give(server, server.minji.id, leader.id)
    server.env.backend.remove_member(guild.id, host.id)
    asked = answer(await lead(server.minji, thread, "session_hand"))

    away = server.env.create_user("away")
    gone = await server.minji.select(asked, [away], custom_id=control(asked, "session_host"))
    assert told(gone) == speaker("ko")("session.no_member", user=away.mention)
    taken = await server.minji.select(
        asked, [server.minji], custom_id=control(asked, "session_host")
    )

    assert taken.acknowledged
    assert f"Hosted by {server.minji.mention}" in text(panel(thread))


async def test_a_round_that_the_bot_may_not_show_names_the_permission(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    leading = await controls(host, thread)
    await server.forbid(server.channel, "attach_files")

    refused = await press(host, leading, "session_quiz")

    permission = english("permission.attach_files")
    assert told(refused) == english("session.lacks", permissions=permission)
    assert await server.bot.rounds.open_in(thread.id) is None


async def test_a_session_needs_no_permission_but_in_threads_and_a_topic_that_is_seen(
    server: Server, host: simcord.MemberActor
) -> None:
    await server.forbid(server.channel, "send_messages")

    thread = await opened(
        server, host, "\u202eHeat\u200b *maps*", lesson=server.bot.lessons.names[0]
    )
    assert thread.name == "Heat *maps*"
    assert text(panel(thread)).startswith(r"## Heat \*maps\*")
    assert steps(thread) == 1
    refused = await host.slash(server.channel, "session start", topic="\u200b \u3164")
    assert text(refused.response) == english("session.no_topic")

    news = server.alex.guild.create_news_channel("news")
    assert (await host.slash(news, "session start", topic="Heat")).acknowledged
    assert len(news.threads) == 1
    voice = server.alex.guild.create_voice_channel("voice")
    refused = await host.slash(voice, "session start", topic="Heat")
    assert text(refused.response) == english("session.not_here")


async def test_a_lesson_is_found_by_what_is_typed_in_any_way(server: Server) -> None:
    lesson = server.bot.lessons.lesson(server.bot.lessons.names[0], "ko")
    typed = f"  {normalize('NFD', lesson.title)} "

    for command, option in (("session start", "lesson"), ("lesson", "lesson")):
        found = await server.minji.autocomplete(server.channel, command, option, typed)
        assert found[0]["value"] == lesson.name
        assert len(found) < len(server.bot.lessons.names)
        for other in ("가" * 200, "a b" * 60):
            assert await server.minji.autocomplete(server.channel, command, option, other) == []
        every = await server.minji.autocomplete(server.channel, command, option, "   ")
        assert len(every) == len(server.bot.lessons.names)


async def test_a_deleted_message_takes_no_write_lock_and_elsewhere_no_look_into_the_database(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    await server.bora.send(server.channel, "Here")
    await server.bora.send(thread, "There")
    begun: list[bool] = []

    def note(connection: Connection) -> None:
        begun.append(bool(connection.get_execution_options().get("read_only")))

    engine = server.bot.store._engine.sync_engine
    event.listen(engine, "begin", note)
    for place, expected in ((server.channel, []), (thread, [True])):
        begun.clear()
        server.env.backend.delete_message(place.id, place.history()[-1].id)
        await server.env.settle()
        assert begun == expected


async def test_end_pressed_twice_brings_one_summary(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)
    asked = [answer(await host.slash(thread, "session end")) for _ in range(2)]

    for each in asked:
        await press(host, each, "session_sure")

    assert len(summaries(thread)) == 1


async def test_what_nobody_ends_ends_by_itself(server: Server, host: simcord.MemberActor) -> None:
    thread = await opened(server, host)
    for _ in range(23):
        await server.env.advance_time(3600)
    assert summaries(thread) == []

    await server.env.advance_time(3600)

    assert len(summaries(thread)) == 1


async def test_a_round_is_played_in_the_thread_and_counts_for_the_session(
    server: Server, host: simcord.MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await opened(server, host)
    send = discord.Thread.send

    async def slowly(*arguments: Any, **message: Any) -> Any:
        await asyncio.sleep(100)  # longer than the round is open
        return await send(*arguments, **message)

    monkeypatch.setattr(discord.Thread, "send", slowly)
    started = await lead(host, thread, "session_quiz")
    await server.env.advance_time(101)
    monkeypatch.undo()
    votes = answer(started)
    round_ = await server.bot.rounds.open_in(thread.id)
    assert round_ is not None
    assert round_.closes_at - server.time.now() > dt.timedelta(seconds=40)
    assert votes.flags.ephemeral
    assert _has(votes, "round")
    asked = answer(await lead(host, thread, "session_end"))

    refused = await press(host, asked, "session_sure")
    assert re.search(r"A round is still open until <t:\d+:T>", told(refused))

    await server.env.advance_time(120)
    await press(host, asked, "session_sure")
    (summary,) = summaries(thread)
    assert "Rounds: 1" in text(summary)


async def test_a_deleted_panel_is_made_anew(server: Server, host: simcord.MemberActor) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    old = panel(thread)

    server.env.backend.delete_message(thread.id, old.id)
    await server.env.settle()

    assert panel(thread).id != old.id
    await lead(host, thread, "session_next")
    assert steps(thread) == 2


async def test_the_panel_comes_to_the_end_of_the_thread(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    await server.bora.send(thread, "Hello!")

    result = await host.slash(thread, "session panel")

    assert result.acknowledged
    assert panel(thread).id > step(thread).id
    assert sum(_has(message, "session_leave") for message in thread.history()) == 1


async def test_with_its_thread_a_session_ends(server: Server, host: simcord.MemberActor) -> None:
    guild = server.channel.guild
    assert guild is not None
    thread = await opened(server, host, "Gone")
    kept = await opened(server, host, "Kept")

    server.env.backend.delete_channel(thread.id)
    await server.env.settle()

    assert [each.topic for each in await server.bot.sessions.open_in_server(guild.id)] == ["Kept"]
    await press(server.bora, panel(kept), "session_join")
    refused = await press(server.bora, announcements(server)[0], "session_join")
    assert "This session has ended." in text(refused.response)


async def test_several_sessions_in_one_server_keep_apart(
    server: Server, host: simcord.MemberActor
) -> None:
    first, second = server.bot.lessons.names[:2]
    one = await opened(server, host, "One", lesson=first)
    two = await opened(server, host, "Two", lesson=second)

    await lead(host, one, "session_next")
    await press(server.bora, panel(two), "session_join")

    assert (steps(one), steps(two)) == (2, 1)
    assert "Participants: 1" in text(panel(one))
    assert "Participants: 2" in text(panel(two))
    listed = await server.minji.slash(server.channel, "session list")
    assert listed.ephemeral
    assert f"<#{one.id}>" in text(listed.response)
    assert f"<#{two.id}> · 진행자: {host.mention} · 참여 2명" in text(listed.response)


async def test_after_a_restart_it_goes_on(server: Server, host: simcord.MemberActor) -> None:
    thread = await opened(server, host, lesson=server.bot.lessons.names[0])
    await press(server.minji, panel(thread), "session_join")

    await server.restart()

    assert steps(thread) == 1
    assert "Participants: 2" in text(panel(thread))
    await lead(host, thread, "session_next")
    assert steps(thread) == 2


async def test_what_a_crash_cut_short_is_made_good(
    server: Server, host: simcord.MemberActor
) -> None:
    name = server.bot.lessons.names[0]
    moved, ended, gone = [await opened(server, host, topic) for topic in ("A", "B", "C")]
    sessions = server.bot.sessions
    by_topic = {each.topic: each for each in await sessions.open_in_server(_guild_id(server))}
    # Each was written down, and then the process was killed.
    await sessions.go_to(by_topic["A"].session_id, 0, name, 1)
    await sessions.join(by_topic["A"].session_id, server.bora.id)
    await sessions.end(by_topic["B"].session_id)
    crashed = server.bot
    await crashed.close()
    server.env.backend.delete_message(moved.id, panel(moved).id)
    server.env.backend.delete_channel(gone.id)

    await server.restart()

    title = server.bot.lessons.lesson(name, "en").pages[1].title
    assert title in text(step(moved))
    assert "Participants: 2" in text(panel(moved))
    assert len(summaries(ended)) == 1
    assert [each.topic for each in await server.bot.sessions.open_in_server(_guild_id(server))] == [
        "A"
    ]

    await server.restart()

    assert steps(moved) == 1
    assert len(summaries(ended)) == 1


def _guild_id(server: Server) -> int:
    assert server.channel.guild is not None
    return server.channel.guild.id


async def test_a_session_is_not_opened_in_a_thread_or_a_direct_message(
    server: Server, host: simcord.MemberActor
) -> None:
    thread = await opened(server, host)

    refused = await host.slash(thread, "session start", topic="Within")

    assert english("session.not_here") in text(refused.response)
    refused = await host.slash(server.channel, "session end")
    assert "not the thread of a session" in text(refused.response)


async def test_every_screen_of_every_lesson_fits_in_one_message_in_both_languages(
    server: Server, host: simcord.MemberActor
) -> None:
    await opened(server, host)
    (session,) = await server.bot.sessions.open_in_server(_guild_id(server))
    lessons = server.bot.lessons

    for name in lessons.names:
        for page in range(len(lessons.lesson(name, "en").pages)):
            there = replace(session, lesson=name, page=page)
            shown_page = current_page(there, lessons)
            assert shown_page is not None
            state = step_state(there, shown_page)
            shown = await server.bot.illustrator.illustrate(shown_page.picture, state.view)
            view = step_message(there, lessons, state, shown).view
            assert view.total_children_count <= 40, (name, page)
            assert view.content_length() <= 4000, (name, page)


async def test_in_a_korean_server_a_korean_host_reads_no_english(
    server: Server, host: simcord.MemberActor
) -> None:
    await server.bot.servers.change(_guild_id(server), language="ko")
    server.locales[host.id] = "ko"
    thread = await opened(server, host, "히트맵", lesson=server.bot.lessons.names[0])
    seen = [announcements(server)[0], panel(thread), step(thread)]
    for message, kind in (
        (step(thread), "own"),
        (step(thread), "session_clear"),
        (step(thread), "session_lost"),
        (panel(thread), "session_leave"),
        (panel(thread), "session_join"),
        (panel(thread), "session_manage"),
    ):
        seen.append(answer(await press(host, message, kind)))
    seen.append(answer(await press(host, seen[-1], "session_hand")))
    seen += [answer(await host.slash(thread, f"session {name}")) for name in ("list", "panel")]
    asked = answer(await host.slash(thread, "session end"))
    await press(host, asked, "session_sure")
    seen += [asked, panel(thread), *summaries(thread)]

    for message in seen:
        for line in text(message).splitlines():
            assert re.search("[가-힣]", line) or not re.search("[A-Za-z]{3}", line), line
        for part in components(message):
            if label := getattr(part, "label", None):
                assert re.search("[가-힣]", label), label
