"""Rounds in a channel, and reviews: what people see, and what they must not."""

from dataclasses import asdict, replace

import discord
import pytest
import simcord
from sqlalchemy import func, select, update

from bot.i18n import speaker
from bot.quiz.kinds import KINDS
from bot.quiz.kinds.base import DIGITS
from bot.quiz.kinds.bet import field_letter
from bot.quiz.question import Round
from bot.store import models
from core.explain.methods import METHODS
from tests.discord.conftest import Server
from tests.discord.looking import alt_texts, answer, components, control, files, refusal, text

english = speaker("en")

_DAY = 24 * 60 * 60


def buttons(message: discord.Message, kind: str) -> dict[str, str]:
    """The custom ids of a message's buttons, by their labels."""
    return {
        str(part.label): str(part.custom_id)
        for part in components(message)
        if isinstance(part, discord.Button) and str(part.custom_id).startswith(f"{kind}:")
    }


async def ask(server: Server, kind: str) -> tuple[discord.Message, Round]:
    """Have Alex start a round."""
    message = answer(await server.alex.slash(server.channel, "quiz", kind=kind))
    round_ = await server.bot.rounds.open_in(server.channel.id)
    assert round_ is not None
    return message, round_


def right_and_wrong(round_: Round) -> tuple[str, str]:
    """The custom ids of a right and of a wrong vote; of a bet, of its field."""
    kind, right = KINDS[round_.question.kind], round_.question.answer
    wrong = next(each for each in kind.choices if each != right)
    return f"vote:{round_.round_id}:{right}:0", f"vote:{round_.round_id}:{wrong}:0"


async def now_as_it_is(
    server: Server, message: discord.Message, pressed: simcord.InteractionResult | None = None
) -> discord.Message:
    """A message as it is by now; a private one as a press left it."""
    if pressed is not None and pressed.response is not None:
        return pressed.response.message
    return await server.bot.get_partial_messageable(message.channel.id).fetch_message(message.id)


async def test_a_round_from_its_question_to_its_points(server: Server) -> None:
    question, round_ = await ask(server, "said")
    right, wrong = right_and_wrong(round_)
    await server.env.advance_time(10)
    for member, vote in ((server.alex, right), (server.bora, wrong), (server.minji, right)):
        heard = await member.click(question, custom_id=vote)
        assert heard.acknowledged
        assert answer(heard).flags.ephemeral
    await server.env.advance_time(40)

    seen = await now_as_it_is(server, question)

    assert not buttons(seen, "vote")
    assert f"What did the network say? {round_.question.answer}" in text(seen)
    assert f"모델은 뭐라고 했을까요? {round_.question.answer}" in text(seen)
    assert "Right: 2 of 3" in text(seen)
    assert f"✅ <@{server.alex.id}> **+13** · ✅ <@{server.minji.id}> **+13**" in text(seen)
    assert str(server.bora.id) not in text(seen)
    assert f"Card of test digit {round_.question.digit}" in alt_texts(seen)[0]


async def test_a_vote_is_confirmed_in_the_voters_language_and_may_be_changed(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    right, wrong = right_and_wrong(round_)

    first = answer(await server.minji.click(question, custom_id=wrong))
    second = answer(await server.minji.click(question, custom_id=right))

    assert "내 답" in text(first)
    assert f"**{round_.question.answer}**" in text(second)
    await server.env.advance_time(50)
    assert f"✅ <@{server.minji.id}>" in text(await now_as_it_is(server, question))


async def test_a_bet_is_made_of_a_digit_and_then_a_field(server: Server) -> None:
    question, round_ = await ask(server, "bet")
    digit, _, field = round_.question.answer.partition("@")

    half = answer(await server.bora.click(question, custom_id=f"bet:{round_.round_id}:{digit}:0"))
    assert half.flags.ephemeral
    whole = await server.bora.click(half, custom_id=buttons(half, "field")[field_letter(field)])
    await server.env.advance_time(50)

    assert whole.acknowledged
    seen = await now_as_it_is(server, question)
    assert f"✅ <@{server.bora.id}> **+10**" in text(seen)
    assert "Right: 1 of 1" in text(seen)


async def test_a_bet_that_version_0_1_has_opened_is_closed_by_its_own_heat(
    server: Server,
) -> None:
    question, round_ = await ask(server, "bet")
    digit, _, field = round_.question.answer.partition("@")
    other = "1" if field == "9" else "9"
    old = asdict(round_.question)
    del old["methods"]
    old["heat"] = [float(other == str(each)) for each in range(1, 10)]
    old["answer"] = f"{digit}@{other}"
    async with server.bot.store.begin() as session:
        await session.execute(update(models.Round).values(question=old))
    await server.restart()

    for member, each in ((server.alex, other), (server.bora, field)):
        pressed = await member.click(question, custom_id=f"bet:{round_.round_id}:{digit}:0")
        half = answer(pressed)
        assert (
            await member.click(half, custom_id=buttons(half, "field")[field_letter(each)])
        ).acknowledged
    await server.env.advance_time(50)

    seen = await now_as_it_is(server, question)
    assert f"✅ <@{server.alex.id}> **+10** · <@{server.bora.id}> **+5**" in text(seen)
    assert f"by Grad-CAM is strongest in square **{field_letter(other)}**" in text(seen)
    assert "HiResCAM" not in text(seen) + alt_texts(seen)[0]


async def test_the_true_heatmap_is_told_by_its_deletion_test(server: Server) -> None:
    question, round_ = await ask(server, "true")
    right, wrong = right_and_wrong(round_)
    names = [METHODS[method].title for method in round_.question.methods]
    assert not any(name in text(question) + alt_texts(question)[0] for name in names)
    await server.env.advance_time(10)
    await server.bora.click(question, custom_id=wrong)
    await server.minji.click(question, custom_id=right)
    await server.env.advance_time(50)

    seen = await now_as_it_is(server, question)
    best = round_.question.answer.upper()
    assert f"Which heatmap is true? {best}" in text(seen)
    assert f"어느 히트맵이 맞을까요? {best}" in text(seen)
    assert "Deletion test" in text(seen)
    assert "삭제 실험" in text(seen)
    assert all(name in text(seen) and name in alt_texts(seen)[0] for name in names)
    assert f"✅ <@{server.minji.id}> **+13**" in text(seen)
    assert "Right: 1 of 2" in text(seen)


async def test_a_late_vote_is_refused_in_one_sentence(server: Server) -> None:
    question, round_ = await ask(server, "layer")
    right, _ = right_and_wrong(round_)
    await server.bot.scheduler.close()  # so that the message still has its buttons
    await server.env.advance_time(50)

    late = await server.bora.click(question, custom_id=right)

    assert english("quiz.late") in text(answer(late))
    async with server.bot.store.begin() as session:
        assert await session.scalar(select(func.count()).select_from(models.Vote)) == 0


async def test_nobody_starts_a_second_round_beside_an_open_one(server: Server) -> None:
    await ask(server, "real")

    refused = await server.bora.slash(server.channel, "quiz")

    assert english("quiz.under_way") in refusal(refused)


async def test_a_restart_in_the_middle_of_a_round_changes_nothing(server: Server) -> None:
    question, round_ = await ask(server, "heat")
    right, _ = right_and_wrong(round_)
    await server.env.advance_time(10)
    await server.bora.click(question, custom_id=right)

    await server.restart()
    heard = await server.minji.click(question, custom_id=right)
    assert heard.acknowledged
    await server.env.advance_time(40)

    seen = await now_as_it_is(server, question)
    assert f"<@{server.bora.id}> **+13**" in text(seen)
    assert f"<@{server.minji.id}> **+13**" in text(seen)


async def test_what_was_closed_but_not_revealed_is_revealed_at_the_next_start(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    right, _ = right_and_wrong(round_)
    await server.bora.click(question, custom_id=right)
    await server.bot.rounds.close(round_.round_id)  # and then the bot is ended

    await server.restart()

    assert f"✅ <@{server.bora.id}> **+10**" in text(await now_as_it_is(server, question))
    revealed = await server.bot.rounds.get(round_.round_id)
    assert revealed is not None
    assert revealed.revealed_at is not None


async def test_a_round_whose_message_the_bot_forgot_is_revealed_where_somebody_voted(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    async with server.bot.store.begin() as session:
        await session.execute(update(models.Round).values(message_id=None))
    right, _ = right_and_wrong(round_)
    await server.bora.click(question, custom_id=right)
    await server.env.advance_time(50)

    assert f"✅ <@{server.bora.id}>" in text(await now_as_it_is(server, question))


async def test_a_private_question_of_what_was_wrong_comes_back_the_next_day(
    server: Server,
) -> None:
    question, round_ = await ask(server, "said")
    _, wrong = right_and_wrong(round_)
    await server.minji.click(question, custom_id=wrong)
    await server.env.advance_time(50)
    early = answer(await server.minji.slash(server.channel, "review"))
    assert "지금은 복습할 것이 없어요" in text(early)
    await server.env.advance_time(_DAY)

    again = answer(await server.minji.slash(server.channel, "review"))
    assert again.flags.ephemeral
    assert "모델은 뭐라고 했을까요?" in text(again)
    assert "What did" not in text(again)
    row = await own_review(server, server.minji.id)
    assert row.question.topic == round_.question.topic
    assert row.question.digit != round_.question.digit
    vote = f"vote:{row.round_id}:{row.question.answer}:{server.minji.id}"
    pressed = await server.minji.click(again, custom_id=vote)

    assert pressed.acknowledged
    done = await now_as_it_is(server, again, pressed)
    assert "맞았어요!" in text(done)
    assert not buttons(done, "vote")
    box = await server.bot.reviews.status(server.minji.id)
    assert (box.due, box.later) == (0, 1)


async def test_a_bet_comes_back_privately_too(server: Server) -> None:
    question, round_ = await ask(server, "bet")
    digit, _, field = round_.question.answer.partition("@")
    other = str((int(digit) + 1) % 10)
    half = answer(await server.bora.click(question, custom_id=f"bet:{round_.round_id}:{other}:0"))
    await server.bora.click(half, custom_id=buttons(half, "field")[field_letter(field)])
    await server.env.advance_time(50 + _DAY)

    again = answer(await server.bora.slash(server.channel, "review"))
    row = await own_review(server, server.bora.id)
    digit, _, field = row.question.answer.partition("@")
    pressed = await server.bora.click(again, custom_id=buttons(again, "bet")[digit])
    half = await now_as_it_is(server, again, pressed)
    assert await files(server.bot, half)
    pressed = await server.bora.click(half, custom_id=buttons(half, "field")[field_letter(field)])

    assert "Right!" in text(await now_as_it_is(server, half, pressed))


async def test_a_group_is_asked_again_what_its_members_let_come_back(server: Server) -> None:
    question, round_ = await ask(server, "said")
    _, wrong = right_and_wrong(round_)
    await server.bora.click(question, custom_id=wrong)
    await server.env.advance_time(50 + _DAY)
    nothing = await server.alex.slash(server.channel, "quiz", kind="again")
    assert "nothing to review now" in refusal(nothing)

    own = answer(await server.bora.slash(server.channel, "review"))
    row = await own_review(server, server.bora.id)
    assert row.question.kind == "said"
    await server.bot.reviews.share(server.bora.id, in_groups=True)
    assert own.flags.ephemeral
    question, again = await ask(server, "again")

    assert (again.question.kind, again.question.topic) == ("said", round_.question.topic)
    assert again.question.digit != round_.question.digit
    assert str(server.bora.id) not in text(question)


async def test_a_question_of_a_lesson_comes_back_unanswered(server: Server) -> None:
    lesson = server.bot.lessons.lesson("data", "en")
    asked = lesson.questions[0]
    for each in (lesson, replace(lesson, name="no-more")):
        await server.bot.progress.answer(server.bora.id, 0, each, asked, 0)
    await server.env.advance_time(_DAY)

    page = answer(await server.bora.slash(server.channel, "review"))

    assert asked.text in text(page)
    assert asked.feedback[0] not in text(page)
    rights = [each for each in buttons(page, "choice").values() if f"choice:{asked.right}:" in each]
    pressed = await server.bora.click(page, custom_id=rights[0])
    assert pressed.acknowledged
    answered = await now_as_it_is(server, page, pressed)
    assert asked.feedback[asked.right] in text(answered)
    following = buttons(answered, "review")[english("review.next")]
    box = await server.bot.reviews.status(server.bora.id)
    assert (box.due, box.later) == (1, 1)  # the other one's lesson is not there
    pressed = await server.bora.click(answered, custom_id=following)
    assert "Nothing to review now" in text(await now_as_it_is(server, page, pressed))


async def test_one_agrees_to_that_below_a_review(server: Server) -> None:
    page = answer(await server.bora.slash(server.channel, "review"))
    share = control(page, "review")

    pressed = await server.bora.click(page, custom_id=share)

    assert pressed.acknowledged
    assert (await server.bot.reviews.status(server.bora.id)).in_groups
    done = await now_as_it_is(server, page, pressed)
    assert english("review.shared") in text(done)
    assert english("review.keep") in buttons(done, "review")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", list(KINDS))
async def test_nothing_but_the_question_is_sent_while_a_round_is_open(
    server: Server, kind: str
) -> None:
    question, round_ = await ask(server, kind)

    ids = {
        str(part.custom_id).split(":")[2]
        for part in components(question)
        if isinstance(part, discord.Button)
    }
    assert ids == set(DIGITS if kind == "bet" else KINDS[kind].choices)
    assert [each.filename for each in question.attachments] == ["round.jpg"]
    picture = await KINDS[kind].draw_question(server.bot.digit_pool, round_.question)
    assert await files(server.bot, question) == [picture.file]
    card = answer(await server.alex.slash(server.elsewhere, "explain", index=round_.question.digit))
    assert picture.file not in await files(server.bot, card)


async def own_review(server: Server, user_id: int) -> Round:
    async with server.bot.store.begin() as session:
        round_id = await session.scalar(
            select(models.Round.round_id)
            .where(models.Round.user_id == user_id)
            .order_by(models.Round.round_id.desc())
            .limit(1)
        )
    assert round_id is not None
    round_ = await server.bot.rounds.get(round_id)
    assert round_ is not None
    return round_
