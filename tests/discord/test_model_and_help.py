"""`/model` and `/help`."""

import re
from dataclasses import replace

import discord
import pytest

from bot.i18n import speaker
from bot.runtime.networks import Network
from core.network import UPLOADS_WEIGHTS, WEIGHTS
from core.record import ModelRecord
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, components, control, receipt, refusal, text


async def test_model_shows_the_layers_and_what_was_measured(server: Server) -> None:
    metrics = ModelRecord.load(WEIGHTS).metrics

    result = await server.alex.slash(server.channel, "model")

    assert result.acknowledged
    words = text(result.response)
    assert "50,186" in words
    assert f"**{metrics.accuracy:.2%}** of the 10,000 test digits" in words
    for layer in ("conv2d", "max_pooling2d_1", "flatten", "dense", "softmax"):
        assert layer in words
    curves, confusion = alt_texts(result.response)
    assert "Training curves over 10 epochs" in curves
    assert "Confusion matrix" in confusion


async def test_model_shows_how_the_uploads_network_was_measured_on_photographs(
    server: Server,
) -> None:
    metrics = ModelRecord.load(UPLOADS_WEIGHTS).metrics
    assert metrics.uploads is not None

    result = await server.alex.slash(server.channel, "model", network="uploads")

    words = text(result.response)
    assert f"Weights {metrics.fingerprint}." in words
    assert f"**{metrics.accuracy:.2%}** of the 10,000 test digits" in words
    assert f"the uploads' network reads {metrics.uploads.changed_accuracy:.2%} right" in words
    assert f"{metrics.uploads.negatives_refused:.1%} of the letters" in words
    assert f"to {metrics.uploads.ece_after:.4f}" in words
    assert len(alt_texts(result.response)) == 2


async def test_help_mentions_commands_that_can_be_clicked(server: Server) -> None:
    guild = server.alex.guild
    manager = guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
    server.env.backend.edit_member(guild.id, server.alex.id, {"role_ids": [manager.id]})

    result = await server.alex.slash(server.channel, "help")

    assert result.acknowledged
    assert result.ephemeral
    words = text(result.response)
    ids = {command.name: command.id for command in await server.bot.tree.fetch_commands()}
    clickable = dict(re.findall(r"</([\w ]+):(\d+)>", words))
    assert {name.split()[0]: int(id_) for name, id_ in clickable.items()} == {
        name: id_ for name, id_ in ids.items() if name not in {"help", "Explain"}
    }
    assert "session start" in clickable
    assert words.startswith("## New here? Start with…")
    assert "Apps › Explain" in words
    assert "does not tell you" in words


async def test_help_shows_settings_only_to_those_who_may_use_them(server: Server) -> None:
    result = await server.bora.slash(server.channel, "help")

    assert "</scores:" in text(result.response)
    assert "/settings" not in text(result.response)


async def test_the_other_network_is_a_button_away(server: Server) -> None:
    weights = [server.bot.about[network].record.metrics.fingerprint for network in Network]
    await server.alex.slash(server.channel, "model")
    tutorial = text(server.last)
    assert f"Weights {weights[0]}." in tutorial

    other = await server.bora.click(server.last, custom_id=control(server.last, "model"))
    assert other.ephemeral
    assert f"Weights {weights[1]}." in text(other.response)
    assert text(server.last) == tutorial

    await server.restart()
    await server.alex.click(server.last, custom_id=control(server.last, "model"))
    assert f"Weights {weights[1]}." in text(server.last)
    assert len(alt_texts(server.last)) == 2
    await server.alex.click(server.last, custom_id=control(server.last, "model"))
    assert text(server.last) == tutorial


@pytest.mark.parametrize("network", list(Network))
async def test_a_confused_pair_leads_to_an_example_of_it(server: Server, network: Network) -> None:
    await server.alex.slash(server.channel, "model", network=network.value)
    before = text(server.last)
    confused = server.bot.about[network].record.metrics.confused[:3]
    buttons = [
        part
        for part in components(server.last)
        if str(getattr(part, "custom_id", "")).startswith("confused:")
    ]

    for pair, button in zip(confused, buttons, strict=True):
        result = await server.alex.click(server.last, custom_id=button.custom_id)

        assert result.ephemeral
        assert str(pair.label) in button.label
        words = text(result.response)
        index = re.search(r"Test digit (\d+)", words)
        assert index
        assert int(index[1]) in pair.indexes
        assert f"is labelled **{pair.label}**" in words
        assert words.startswith(f"## {pair.predicted}")
        told = await receipt(server.alex, answer(result))
        assert told.startswith(f"-# {network} weights")
    assert text(server.last) == before


async def test_a_pair_that_is_no_longer_confused_has_no_example(server: Server) -> None:
    about = server.bot.about[Network.TUTORIAL]
    none = replace(about.record, metrics=replace(about.record.metrics, confused=()))
    await server.alex.slash(server.channel, "model")
    server.bot.about[Network.TUTORIAL] = replace(about, record=none)

    result = await server.alex.click(server.last, custom_id=control(server.last, "confused"))

    assert refusal(result) == speaker("en")("model.no_example")
