"""The study group on the simulated server: its channels, its members, and what they said so far."""

from dataclasses import dataclass

import simcord

from bot.preview.notebook import photograph

_EVENING = 20 * 3600  # seconds; the simulated clock starts at midnight
_MOMENT = 60
_WRITTEN = (1, 10, 0)  # test digits: 2, 0, 7


@dataclass(frozen=True, slots=True)
class Study:
    """A study group's evening.

    Attributes:
        channel: where it goes on.
        readers: who takes part, and the language that each has Discord in.
    """

    channel: simcord.ChannelHandle
    readers: dict[simcord.MemberActor, str]

    async def live(self) -> None:
        """Let a second of the evening go by."""


async def gather(env: simcord.Env, locales: dict[int, str]) -> Study:
    """Gather a study group that has been answered about a photograph, and `/explain index:7`.

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
    alex = guild.add_member(env.create_user("alex", global_name="Alex"))
    minji = guild.add_member(env.create_user("minji", global_name="민지"))
    seoyeon = guild.add_member(env.create_user("seoyeon", global_name="서연"))
    readers = {alex: "en-US", minji: "ko", seoyeon: "ko"}
    locales |= {member.id: locale for member, locale in readers.items()}

    await seoyeon.send(
        channel, "다 모였네요. 숫자를 하나씩 골라서 신경망이 어디를 보는지 찾아봐요!"
    )
    await env.advance_time(_MOMENT)
    await minji.send(channel, "공책에 쓴 제 글씨도 읽을까요? 찍어서 올려 볼게요.")
    await minji.slash(channel, "explain", image=("notebook.jpg", photograph(_WRITTEN)))
    await env.advance_time(_MOMENT)
    await seoyeon.send(channel, "저는 7번 숫자요. 9 같은데 고리가 작아서, 4로 읽지는 않을까요?")
    await env.advance_time(_MOMENT)
    await alex.send(channel, "I'd say 9. Let's ask the network.")
    await alex.slash(channel, "explain", index=7, layer="max_pooling2d_1")
    return Study(channel, readers)
