"""The real process against a Discord on this machine, by its gateway and its REST API."""

from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.load.loopback import Channel, Loopback, Person, Process

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Server:
    """A study server: `alex` reads English, `minji` reads Korean."""

    discord: Loopback
    process: Process
    channel: Channel
    alex: Person
    minji: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(discord: Loopback, process: Process) -> Server:
    guild = discord.guild("Study")
    channel = guild.channel("grad-cam")
    alex = guild.join(discord.person("alex"))
    minji = guild.join(discord.person("minji", "ko"))
    return Server(discord, process, channel, alex, minji)


async def test_it_connects_and_registers_its_commands(server: Server) -> None:
    commands = {(each["type"], each["name"]) for each in server.discord.rest.commands}

    assert {(1, "explain"), (1, "quiz"), (1, "session"), (3, "Explain")} <= commands
    assert server.discord.gateway.happened["identified"] == 1


async def test_a_command_is_answered_and_its_buttons_work(server: Server) -> None:
    answer = await server.alex.slash(server.channel, "explain", index=7)

    assert "The tutorial's network reads a **9**." in answer.text
    (picture, *_) = answer.message.pictures
    assert picture.startswith(b"\x89PNG")

    after = await server.alex.press(answer.message, "step:on")

    assert after.message.id == answer.message.id
    assert "Test digit 8 is labelled 5" in after.text
    assert after.message.pictures[0] != picture


async def test_a_korean_reader_is_answered_in_korean_and_privately(server: Server) -> None:
    public = await server.alex.slash(server.channel, "explain", index=7)

    answer = await server.minji.choose(public.message, "layer", "conv2d")

    assert "튜토리얼 모델은 이 숫자를 **9**로 읽었어요." in answer.text
    assert answer.is_private
    assert "The tutorial's network" in public.text


async def test_an_option_is_completed(server: Server) -> None:
    answer = await server.alex.autocomplete(server.channel, "explain", "layer", "pool")

    assert [each["value"] for each in answer.choices] == ["max_pooling2d", "max_pooling2d_1"]
