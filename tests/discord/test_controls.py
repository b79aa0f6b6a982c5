"""The selects and buttons under an explanation."""

import gc
import re

import discord
import pytest

from tests.builders import row
from tests.discord.conftest import Server
from tests.discord.looking import answer, card, components, control, receipt, text


async def test_each_control_of_the_owner_changes_the_message_in_place(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    seen = {await card(server.bot, server.last)}

    for kind, value, expected in (
        ("layer", "conv2d", "28×28 cells"),
        ("target", "4", "evidence for **4**"),
        ("score", "logit", "score: logit"),
        ("target", "p", "evidence for **9**"),
        ("layer", "conv2d_1", "14×14 cells"),
    ):
        message = server.last
        result = await server.alex.select(message, [value], custom_id=control(message, kind))

        assert result.acknowledged
        assert result.followups == []
        assert expected in text(server.last) or "is empty" in text(server.last)
        seen.add(await card(server.bot, server.last))

    assert len(server.channel.history()) == 1
    assert len(seen) >= 5


@pytest.mark.parametrize(
    ("step", "start", "arrived"),
    [("back", 7, 6), ("on", 7, 8), ("back", 0, 9999), ("on", 9999, 0)],
)
async def test_previous_and_next_go_round_and_explain_what_is_predicted(
    server: Server, step: str, start: int, arrived: int
) -> None:
    await server.alex.slash(server.channel, "explain", index=start, target=3, layer="conv2d_1")

    message = server.last
    result = await server.alex.click(message, custom_id=control(message, f"step:{step}"))

    assert result.acknowledged
    words = text(server.last)
    predicted = re.search(r"reads an? \*\*(\d)", words)
    assert predicted
    told = await receipt(server.alex, server.last)
    assert f"· index {arrived} · conv2d_1 · class {predicted[1]} ·" in told


async def test_random_draws_another_digit(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    seen = set()
    for _ in range(4):
        message = server.last
        result = await server.alex.click(message, custom_id=control(message, "step:any"))
        assert result.acknowledged
        seen.add(text(server.last))

    assert len(seen) > 1


_BY_DEFAULT = {
    "method": "gradcam",
    "layer": "max_pooling2d_1",
    "target": "p",
    "against": "n",
    "score": "log_odds",
}


async def test_menus_show_what_the_answer_holds(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7, target=4)
    held = {**_BY_DEFAULT, "target": "4"}
    assert _chosen(server.last) == held

    for kind, value in (
        ("layer", "conv2d"),
        ("score", "logit"),
        ("target", "p"),
        ("target", "9"),
        ("score", "probability"),
        ("method", "layercam"),
    ):
        await server.alex.select(server.last, [value], custom_id=control(server.last, kind))
        held[kind] = value
        assert _chosen(server.last) == held

    await server.alex.click(server.last, custom_id=control(server.last, "network"))
    assert _chosen(server.last) == held
    for step in ("on", "any", "back"):
        await server.alex.click(server.last, custom_id=control(server.last, f"step:{step}"))
        assert _chosen(server.last) == {**held, "target": "p"}


async def test_menus_show_what_a_correction_has_changed(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", image=("a.png", row(0, 2)))
    held = _BY_DEFAULT
    assert _chosen(server.last) == held

    await server.alex.select(server.last, ["1"], custom_id=control(server.last, "digit"))
    assert _chosen(server.last) == {**held, "digit": "1"}
    await server.alex.select(server.last, ["7"], custom_id=control(server.last, "correct"))
    assert _chosen(server.last) == {**held, "digit": "1"}
    await server.alex.click(server.last, custom_id=control(server.last, "confirm"))
    assert _chosen(server.last) == {**held, "digit": "1", "target": "7", "correct": "7"}
    await server.alex.select(server.last, ["u"], custom_id=control(server.last, "correct"))
    assert _chosen(server.last) == {**held, "digit": "1"}
    await server.alex.click(server.last, custom_id=control(server.last, "all"))
    assert _chosen(server.last) == held


async def test_a_menu_is_a_new_one_in_each_edit(server: Server) -> None:
    """By its id, a client keeps what was chosen in a menu."""
    await server.alex.slash(server.channel, "explain", image=("a.png", row(0, 2)))
    ids: set[int | None] = set()

    for press in ("1", None, "1"):
        now = [each.id for each in components(server.last) if isinstance(each, discord.SelectMenu)]
        assert len(now) >= 4
        assert not ids & set(now)
        ids |= set(now)
        kind = "all" if press is None else "digit"
        custom_id = control(server.last, kind)
        if press is None:
            await server.alex.click(server.last, custom_id=custom_id)
        else:
            await server.alex.select(server.last, [press], custom_id=custom_id)


def _chosen(message: discord.Message) -> dict[str, str]:
    """What each menu of a message shows as chosen."""
    return {
        str(part.custom_id).partition(":")[0]: option.value
        for part in components(message)
        if isinstance(part, discord.SelectMenu)
        for option in part.options
        if option.default
    }


async def test_somebody_else_gets_an_answer_of_their_own_and_can_go_on_from_there(
    server: Server,
) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    public = server.last
    before = text(public)
    assert f"Asked by <@{server.alex.id}>" in before

    result = await server.bora.select(public, ["4"], custom_id=control(public, "target"))

    assert result.acknowledged
    assert result.ephemeral
    assert "evidence for **4**" in text(result.response) or "is empty" in text(result.response)
    assert "Asked by" not in text(result.response)
    assert text(server.last) == before

    own = answer(result)
    further = await server.bora.click(own, custom_id=control(own, "step:on"))

    assert further.acknowledged
    assert "Test digit 8 is" in text(further.response)
    assert text(server.last) == before


async def test_controls_work_after_a_restart(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    await server.restart()

    for kind, value, expected in (
        ("layer", "conv2d_1", "· conv2d_1 ·"),
        ("score", "probability", "· probability ·"),
        ("target", "9", "· class 9 ·"),
    ):
        message = server.last
        result = await server.alex.select(message, [value], custom_id=control(message, kind))
        assert result.acknowledged
        assert expected in await receipt(server.alex, server.last)
    message = server.last
    result = await server.alex.click(message, custom_id=control(message, "step:on"))
    assert result.acknowledged
    told = await receipt(server.alex, server.last)
    assert "· index 8 · conv2d_1 · class 5 · probability ·" in told


async def test_no_view_of_a_sent_message_is_kept_for_its_presses(server: Server) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    public = server.last
    private = await server.bora.select(public, ["4"], custom_id=control(public, "target"))
    assert private.ephemeral
    await server.bora.click(server.last, custom_id=control(server.last, "step:on"))
    await server.alex.slash(server.channel, "quiz")  # tells who asks it in private, with controls

    gc.collect()

    assert not [each for each in gc.get_objects() if isinstance(each, discord.ui.LayoutView)]


async def test_a_fault_is_told_with_an_id_that_the_log_has(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await server.alex.slash(server.channel, "explain", index=7)
    before = text(server.last)
    monkeypatch.setattr(server.bot.explaining, "answer", _broken)

    message = server.last
    pressed = await server.alex.click(message, custom_id=control(message, "step:on"))
    typed = await server.alex.slash(server.channel, "explain", index=8)

    for result, told in ((pressed, pressed.followups[0]), (typed, typed.followups[0])):
        assert result.acknowledged
        words = text(told)
        assert "Something went wrong on my side" in words
        assert "secret" not in words
        error_id = words.rpartition(": ")[2]
        assert f"Error {error_id}" in caplog.text
    assert text(server.channel.history()[0]) == before


async def _broken(*_: object) -> None:
    raise ZeroDivisionError("a secret of the machine")
