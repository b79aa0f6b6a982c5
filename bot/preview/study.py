"""The study group on the simulated server: its channels, its members, and their evening so far."""

from dataclasses import dataclass

import discord
import simcord

from bot.preview.company import Company, press
from bot.preview.notebook import photograph

_EVENING = 20 * 3600  # seconds; the simulated clock starts at midnight
_MOMENT = 60
_WRITTEN = (1, 10, 0)  # test digits: 2, 0, 7
_TOPIC = "숫자의 어디를 볼까요? · Where does it look?"


@dataclass(frozen=True, slots=True)
class Study:
    """A study group's evening.

    Attributes:
        thread: of the session that is under way.
        readers: through whose eyes one can look, and the language that each has Discord in.
        company: the others, who act by themselves.
    """

    thread: simcord.ChannelHandle
    readers: dict[simcord.MemberActor, str]
    company: Company


async def gather(env: simcord.Env, locales: dict[int, str]) -> Study:
    """Gather a study group in the middle of a session, which has room for a visitor.

    They have asked about a photograph and about test digit 7, taken up a lesson, and played a
    round.

    Args:
        env: the simulated Discord, with the bot in it.
        locales: takes the members' languages up, by user id, before anybody asks.
    """
    if env.bot.user is None:
        raise RuntimeError("the bot is not logged in")
    await env.bot.user.edit(username="Grad-CAM")
    await env.advance_time(_EVENING)

    guild = env.create_guild("Grad-CAM 스터디", preferred_locale="ko")
    guild.create_text_channel("공지-announcements")
    channel = guild.create_text_channel(
        "grad-cam", topic="신경망은 숫자의 어디를 볼까요? · Where in a digit does the network look?"
    )
    guild.create_text_channel("잡담-off-topic")
    leader = guild.create_role("스터디장", permissions=discord.Permissions(manage_threads=True))
    keeper = guild.create_role("Grad-CAM", permissions=discord.Permissions(pin_messages=True))
    env.backend.edit_member(guild.id, env.bot.user.id, {"role_ids": [keeper.id]})
    alex = guild.add_member(env.create_user("alex", global_name="Alex"))
    minji = guild.add_member(env.create_user("minji", global_name="민지"))
    seoyeon = guild.add_member(env.create_user("seoyeon", global_name="서연"), roles=[leader])
    sam = guild.add_member(env.create_user("sam", global_name="Sam"))
    jihun = guild.add_member(env.create_user("jihun", global_name="지훈"))
    readers = {alex: "en-US", minji: "ko", seoyeon: "ko"}
    locales |= {
        member.id: locale for member, locale in {**readers, sam: "en-US", jihun: "ko"}.items()
    }

    await seoyeon.slash(channel, "session start", topic=_TOPIC, lesson="reading")
    thread = channel.threads[-1]
    for member in (sam, jihun):
        await press(member, thread, "session_join")
    await seoyeon.send(thread, "다 모였네요. 숫자를 하나씩 골라서 신경망이 어디를 보는지 찾아봐요!")
    await env.advance_time(_MOMENT)
    await minji.send(thread, "공책에 쓴 제 글씨도 읽을까요? 찍어서 올려 볼게요.")
    await minji.slash(thread, "explain", image=("notebook.jpg", photograph(_WRITTEN)))
    await env.advance_time(_MOMENT)
    await seoyeon.send(thread, "저는 7번 숫자요. 9 같은데 고리가 작아서, 4로 읽지는 않을까요?")
    await env.advance_time(_MOMENT)
    await alex.send(thread, "I'd say 9. Let's ask the network.")
    await alex.slash(thread, "explain", index=7, layer="max_pooling2d_1")
    await env.advance_time(_MOMENT)
    company = Company(
        env,
        thread,
        seoyeon,
        (sam, jihun),
        {
            alex: "Welcome, {}! Let's play a round: everybody votes, and nobody sees how.",
            minji: "{} 님, 어서 와요! 한 판 해 볼까요? 모두 고를 때까지 남의 답은 안 보여요.",
        },
    )
    await seoyeon.slash(thread, "quiz", kind="said", seconds=_MOMENT // 2)
    for _ in range(_MOMENT // 5):
        await env.advance_time(5)
        await company.live(5)
    await sam.send(thread, "Another round when everybody is here?")
    await seoyeon.slash(thread, "session panel")
    return Study(thread, readers, company)
