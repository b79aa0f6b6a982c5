"""`/privacy`: see, export, delete."""

import json

from bot.i18n import speaker
from bot.scores.scores import RoundFilter
from tests.bot.filled import fill, found
from tests.discord.conftest import Server
from tests.discord.looking import answer, components, control, text
from tests.discord.test_sessions import announcements, lead, opened, panel, press

english = speaker("en")


async def test_who_has_nothing_is_told_so(server: Server) -> None:
    result = await server.alex.slash(server.channel, "privacy")

    assert result.ephemeral
    assert speaker("en")("privacy.nothing") in text(result.response)
    assert not any(getattr(part, "custom_id", None) for part in components(result.response))


async def test_all_can_be_seen_and_taken_along(server: Server) -> None:
    await fill(server.bot.store, user_id=server.alex.id)
    places = await found(server.bot.store, server.alex.id)

    shown = answer(await server.alex.slash(server.channel, "privacy"))
    result = await server.alex.click(shown, custom_id=control(shown, "privacy_export"))

    assert f"**1** · {english('privacy.votes')}" in text(shown)
    assert " · other" not in text(shown)
    assert result.ephemeral
    (attachment,) = answer(result).attachments
    assert attachment.filename == "grad-cam-data.json"
    data = json.loads(await server.bot.http.get_from_cdn(attachment.url))
    assert set(data["kept"]) == {table for table, _ in places}
    assert data["user_id"] == str(server.alex.id)


async def test_deletion_is_asked_about_and_leaves_nothing(server: Server) -> None:
    await fill(server.bot.store, user_id=server.alex.id)
    await fill(server.bot.store, user_id=server.bora.id)
    others = await found(server.bot.store, server.bora.id)
    shown = answer(await server.alex.slash(server.channel, "privacy"))

    asked = answer(await server.alex.click(shown, custom_id=control(shown, "privacy_delete")))
    assert "Delete everything?" in text(asked)
    kept = answer(await server.alex.click(asked, custom_id=control(asked, "privacy_keep")))
    assert english("privacy.votes") in text(kept)
    assert await found(server.bot.store, server.alex.id)

    asked = answer(await server.alex.click(kept, custom_id=control(kept, "privacy_delete")))
    done = answer(await server.alex.click(asked, custom_id=control(asked, "privacy_really")))

    assert english("privacy.deleted") in text(done)
    assert "Sessions ended: 1." in text(done)
    assert await found(server.bot.store, server.alex.id) == set()
    assert await found(server.bot.store, server.bora.id) == others


async def test_a_korean_reader_reads_korean(server: Server) -> None:
    await fill(server.bot.store, user_id=server.minji.id)

    shown = answer(await server.minji.slash(server.channel, "privacy"))
    pages = [shown]
    for what in ("delete", "really"):
        pressed = await server.minji.click(
            pages[-1], custom_id=control(pages[-1], f"privacy_{what}")
        )
        pages.append(answer(pressed))

    for page in pages:
        labels = [part.label for part in components(page) if getattr(part, "label", None)]
        for line in (*text(page).splitlines(), *labels):
            assert any("가" <= letter <= "힣" for letter in line), line


async def test_nothing_is_left_of_the_host_of_a_session_that_goes_on(server: Server) -> None:
    guild = server.alex.guild
    role = guild.create_role("hosts")
    server.env.backend.edit_member(guild.id, server.alex.id, {"role_ids": [role.id]})
    await server.bot.servers.change(guild.id, host_roles=[role.id])
    thread = await opened(server, server.alex, "The session of Alex", lesson="data")
    for member in (server.bora, server.minji):
        await press(member, announcements(server)[0], "session_join")
    await lead(server.alex, thread, "session_next")
    step = next(part for part in thread.history() if "session_clear" in str(ids(part)))
    await press(server.alex, step, "session_clear")
    await server.alex.slash(thread, "quiz", kind="said")
    question = next(part for part in thread.history() if "vote:" in str(ids(part)))
    vote = next(each for each in ids(question) if each.startswith("vote:"))
    for member in (server.alex, server.bora):
        assert (await member.click(question, custom_id=vote)).acknowledged
    await server.alex.slash(server.channel, "lesson")
    await server.env.advance_time(120)
    shown = answer(await server.alex.slash(thread, "scores"))
    await press(server.alex, shown, "scores_hide")
    assert f"{server.bora.mention} {server.minji.mention} +1" in text(panel(thread))
    before = [
        each
        for each in await server.bot.scores.standings(RoundFilter(guild.id))
        if each.user_id != server.alex.id
    ]
    assert len(await found(server.bot.store, server.alex.id)) >= 5

    asked = answer(await server.alex.slash(server.channel, "privacy"))
    for what in ("delete", "really"):
        asked = answer(await press(server.alex, asked, f"privacy_{what}"))

    assert "Sessions handed over: 1." in text(asked)
    assert await found(server.bot.store, server.alex.id) == set()
    words = text(panel(thread))
    assert f"Hosted by {server.bora.mention}" in words
    assert server.alex.mention not in words
    assert "Alex" not in words
    after = await server.bot.scores.standings(RoundFilter(guild.id))
    assert [(each.user_id, each.points) for each in after] == [
        (each.user_id, each.points) for each in before
    ]
    await lead(server.bora, thread, "session_next")


async def test_a_session_that_ends_with_its_host_has_no_host(server: Server) -> None:
    guild = server.alex.guild
    role = guild.create_role("hosts")
    server.env.backend.edit_member(guild.id, server.alex.id, {"role_ids": [role.id]})
    await server.bot.servers.change(guild.id, host_roles=[role.id])
    thread = await opened(server, server.alex, "Alone")

    asked = answer(await server.alex.slash(server.channel, "privacy"))
    for what in ("delete", "really"):
        asked = answer(await press(server.alex, asked, f"privacy_{what}"))

    assert "No host. Started <t:" in text(panel(thread))
    assert "<@0>" not in text(panel(thread))


def ids(message: object) -> list[str]:
    """The custom ids of a message's controls."""
    return [
        str(part.custom_id)
        for part in components(message)  # type: ignore[arg-type]
        if getattr(part, "custom_id", None)
    ]
