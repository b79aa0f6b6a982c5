"""Whoever comes too early or too late is told so; who came in time is answered."""

import asyncio

import pytest

from bot.app import GradcamBot, create_bot
from bot.i18n import speaker
from bot.runtime.metrics import INTERACTIONS
from bot.settings import Settings
from bot.ui.client import Away
from tests.builders import picture
from tests.discord.conftest import Server
from tests.discord.looking import control, text


def _counted(command: str, outcome: str) -> float:
    value: float = INTERACTIONS.labels(command, outcome)._value.get()
    return value


@pytest.mark.parametrize("away", ["notice.early", "notice.late"])
async def test_commands_and_presses_get_a_sentence_and_change_nothing(
    server: Server, away: Away
) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    answer = server.last
    before = text(answer)
    outcome = away.removeprefix("notice.")
    turned_away = _counted("any", outcome)
    server.bot.away = away

    commanded = await server.minji.slash(server.channel, "explain", index=8)
    pressed = await server.alex.click(answer, custom_id=control(answer, "step:on"))

    assert text(commanded.response) == speaker("ko")(away)
    assert text(pressed.response) == speaker("en")(away)
    assert text(server.last) == before
    assert _counted("any", outcome) == turned_away + 2


async def test_ready_many_times_starts_nothing_twice(server: Server) -> None:
    def scheduled() -> list[str]:
        names = (task.get_name() for task in asyncio.all_tasks())
        return sorted(name for name in names if name.startswith("scheduler: "))

    before = scheduled()
    for _ in range(5):
        server.bot.dispatch("ready")
    await server.alex.slash(server.channel, "explain", index=7)

    assert scheduled() == before
    assert len(server.channel.history()) == 1


async def test_the_end_waits_for_what_is_under_way(settings: Settings) -> None:
    async with create_bot(settings) as bot:
        go_on = asyncio.Event()
        working = asyncio.create_task(_work(bot, go_on))
        await asyncio.sleep(0)
        ending = asyncio.create_task(bot.finish(60))
        await asyncio.sleep(0.05)
        assert not ending.done()
        assert bot.away == "notice.late"

        go_on.set()
        await ending

        assert working.done()
        assert not working.cancelled()
        assert bot.is_closed()


async def test_who_is_not_answered_by_the_end_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cut_short(server, monkeypatch)

    told = await server.minji.slash(server.channel, "explain", index=7)

    assert speaker("ko")("notice.late") in [text(each) for each in told.followups]


async def test_messages_are_told_so_too_before_and_while_they_are_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cut_short(server, monkeypatch)
    for _ in range(2):  # the second one comes too late
        await server.alex.send(
            server.channel, f"{server.mention} 뭐예요?", attachments=[("a.png", picture(0))]
        )

    told = [text(each) for each in server.channel.history() if each.author == server.bot.user]
    assert told == [speaker("ko")("notice.late")] * 2


def _cut_short(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot end while it explains, as `Client.drain` does."""

    async def cut_short(*_: object) -> None:
        server.bot.away = "notice.late"
        raise asyncio.CancelledError

    monkeypatch.setattr(server.bot.explaining, "answer", cut_short)


async def _work(bot: GradcamBot, go_on: asyncio.Event) -> None:
    with bot.answering():
        await go_on.wait()
