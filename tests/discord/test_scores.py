"""`/scores`: the boards, who stays off them, and one's own weeks."""

import datetime as dt

import discord
import pytest
import simcord

from bot.i18n import speaker
from bot.store.models import Round, Session, Vote
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, components, control, pictures, text

english = speaker("en")


async def play(
    server: Server, weeks_ago: int = 0, session_id: int | None = None, **points: int
) -> None:
    """A round that people of the server got points in."""
    closed_at = server.bot.now() - dt.timedelta(weeks=weeks_ago)
    people = {"alex": server.alex, "bora": server.bora, "minji": server.minji}
    async with server.bot.store.begin() as session:
        asked = Round(
            server_id=server.alex.guild.id,
            channel_id=server.channel.id,
            session_id=session_id,
            kind="said",
            question={},
            opened_at=closed_at,
            closes_at=closed_at,
            closed_at=closed_at,
        )
        session.add(asked)
        await session.flush()
        for name, given in points.items():
            vote = Vote(
                round_id=asked.round_id,
                user_id=people[name].id,
                choice="1",
                voted_at=closed_at,
                points=given,
                right=given > 0,
            )
            session.add(vote)


def labels(message: discord.Message | simcord.ResponseMessage | None) -> list[str]:
    return [part.label for part in components(message) if getattr(part, "label", None)]


async def test_a_board_is_the_askers_own_and_pings_nobody(server: Server) -> None:
    await play(server, alex=10, bora=10, minji=4)
    await play(server, weeks_ago=1, minji=100)

    result = await server.alex.slash(server.channel, "scores")

    assert result.acknowledged
    assert result.ephemeral
    words = text(result.response)
    assert "Scoreboard · This week" in words
    lines = [line for line in words.splitlines() if line.startswith(("🥇", "🥈", "🥉"))]
    assert sorted(lines[:2]) == sorted(
        f"🥇 <@{who.id}> · **10** · 1/1" for who in (server.alex, server.bora)
    )
    assert lines[2] == f"🥉 <@{server.minji.id}> · **4** · 1/1"
    assert english("scores.own", rank=1, points=10, right=1, rounds=1) in words

    shown = answer(result)
    for period, expected in (
        ("last", "**100** · 1/1"),
        ("all", f"🥇 <@{server.minji.id}> · **104** · 2/2"),
        ("week", "🥉"),
    ):
        result = await server.alex.click(shown, custom_id=control(shown, f"scores_of:{period}"))
        assert result.acknowledged
        shown = answer(result)
        assert expected in text(shown)
    sent = [request.json for request in server.env.http_requests if "<@" in str(request.json)]
    assert len(sent) == 4
    assert all(body and body["allowed_mentions"] == {"parse": []} for body in sent)


async def test_who_stays_off_is_seen_by_nobody_but_themselves(server: Server) -> None:
    await play(server, alex=10, bora=5)
    shown = answer(await server.alex.slash(server.channel, "scores"))

    result = await server.alex.click(shown, custom_id=control(shown, "scores_hide"))

    assert result.acknowledged
    own = answer(result)
    assert f"<@{server.alex.id}>" not in text(own)
    assert "points **10**" in text(own)
    assert "only you can see this" in text(own)
    assert english("scores.show") in labels(own)
    others = await server.bora.slash(server.channel, "scores")
    assert f"🥇 <@{server.bora.id}>" in text(others.response)
    assert str(server.alex.id) not in text(others.response)

    result = await server.alex.click(own, custom_id=control(own, "scores_show"))
    assert f"🥇 <@{server.alex.id}>" in text(answer(result))


async def test_a_shared_board_is_in_both_languages_and_in_private_in_the_readers(
    server: Server,
) -> None:
    await play(server, alex=10)

    result = await server.alex.slash(server.channel, "scores", share=True, period="all")

    assert not result.ephemeral
    public = server.last
    assert "## Scoreboard · All time\n## 점수판 · 전체 기간" in text(public)
    assert "You" not in text(public)
    assert labels(public) == ["This week · 이번 주", "Last week · 지난주", "All time · 전체 기간"]

    pressed = await server.minji.click(public, custom_id=control(public, "scores_of:week"))
    assert pressed.ephemeral
    assert "점수판 · 이번 주" in text(pressed.response)
    assert "나는 점수가 없어요." in text(pressed.response)
    assert "All time" in text(server.last)

    await server.bot.servers.change(server.alex.guild.id, language="ko")
    await server.alex.click(public, custom_id=control(public, "scores_of:last"))
    assert "## 점수판 · 지난주\n점수를" in text(server.last)
    assert "Scoreboard" not in text(server.last)


async def test_the_thread_of_a_session_has_the_sessions_board(server: Server) -> None:
    async with server.bot.store.begin() as session:
        evening = Session(
            server_id=server.alex.guild.id,
            channel_id=server.channel.id,
            thread_id=server.elsewhere.id,
            host_id=server.alex.id,
            topic="t",
            started_at=server.bot.now(),
        )
        session.add(evening)
        await session.flush()
        session_id = evening.session_id
    await play(server, session_id=session_id, bora=7)
    await play(server, alex=10)

    result = await server.alex.slash(server.elsewhere, "scores")

    words = text(result.response)
    assert "Scoreboard · This session" in words
    assert f"🥇 <@{server.bora.id}> · **7**" in words
    assert "**10**" not in words
    assert "This session" in labels(result.response)

    mine = control(result.response, "scores_mine")
    assert result.response is not None
    weeks = await server.alex.click(result.response, custom_id=mine)
    assert "This session" in labels(weeks.response)

    refused = await server.alex.slash(server.channel, "scores", period="session")
    assert "not the thread of a session" in text(refused.response)


@pytest.mark.parametrize("reader", ["alex", "minji"])
async def test_ones_own_weeks_are_a_picture_that_words_tell(server: Server, reader: str) -> None:
    await play(server, weeks_ago=2, alex=10, minji=10)
    await play(server, alex=0, minji=0, bora=50)
    actor = getattr(server, reader)

    shown = answer(await actor.slash(server.channel, "scores", period="mine"))

    (alt,) = alt_texts(shown)
    (picture,) = await pictures(server.bot, shown)
    assert picture.startswith(b"\x89PNG")
    numbers = [
        (server.bot.now() - dt.timedelta(weeks=weeks)).isocalendar()[1] for weeks in (2, 1, 0)
    ]
    if reader == "alex":
        assert "Points since week" in text(shown)
        bars = ", ".join(
            f"Week {n}: {points}" for n, points in zip(numbers, (10, 0, 0), strict=True)
        )
    else:
        assert "모두 **10점**" in text(shown)
        bars = ", ".join(f"{n}주 {points}점" for n, points in zip(numbers, (10, 0, 0), strict=True))
    assert bars in alt
    assert "00:00" in text(shown)
    assert "UTC" in text(shown)

    back = await actor.click(shown, custom_id=control(shown, "scores_of:all"))
    assert "50" in text(answer(back))
    assert alt_texts(answer(back)) == []


async def test_who_never_played_is_told_so(server: Server) -> None:
    assert english("scores.empty") in text(
        (await server.alex.slash(server.channel, "scores")).response
    )
    mine = await server.alex.slash(server.channel, "scores", period="mine")
    assert english("scores.history_empty", weeks=12) in text(mine.response)


async def test_buttons_work_after_a_restart(server: Server) -> None:
    await play(server, alex=10)
    await server.alex.slash(server.channel, "scores", share=True)
    await server.restart()

    public = server.last
    result = await server.alex.click(public, custom_id=control(public, "scores_of:all"))

    assert result.acknowledged
    assert "All time" in text(server.last)


@pytest.mark.parametrize("played", [True, False])
async def test_in_a_direct_message_only_what_works_there_is_offered(
    server: Server, played: bool
) -> None:
    if played:
        await play(server, alex=10)
    user = server.alex.user

    result = await user.slash("scores", share=True)

    shown = answer(result)
    assert english("scores.history_heading") in text(shown)
    assert len(alt_texts(shown)) == played
    assert not [part for part in components(shown) if getattr(part, "custom_id", None)]


@pytest.mark.parametrize("kind", ["scores_of", "scores_hide"])
async def test_a_scoreboards_old_button_in_a_direct_message_says_where_it_works(
    server: Server, kind: str
) -> None:
    user = server.alex.user
    sent = await user.send_dm("hello")
    view = discord.ui.LayoutView(timeout=None)
    custom_id = f"{kind}:week:{user.id}"
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="old", custom_id=custom_id)))
    channel = server.bot.get_partial_messageable(sent.channel.id)
    old = await channel.send(view=view)

    result = await user.click(old, custom_id=custom_id)

    assert result.acknowledged
    assert english("scores.no_server") in text(result.followups[0])
    asked = answer(await server.alex.slash(server.channel, "scores"))
    assert english("scores.own_none") in text(asked)  # and has changed nothing
