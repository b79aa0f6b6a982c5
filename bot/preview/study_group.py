"""The study group on the simulated server: channels, members, and a session in progress."""

import io

import discord
import simcord
from PIL import Image

from bot.explain.query import EXAMPLE
from bot.preview.members import SimulatedMembers, press
from bot.preview.photograph import photograph
from core.dataset import test_digit

_EVENING = 20 * 3600  # seconds; the simulated clock starts at midnight
_MINUTE = 60
_HANDWRITTEN = (1, 10, 0)  # test digits: 2, 0, 7
_TOPIC = "숫자의 어디를 볼까요? · Where does it look?"
_INTRODUCTION = f"""\
👋 The real bot on a simulated server. You are **Alex**; “Viewing as” (top) makes you 민지 or 서연.
▸ Press **Join** above ▸ Type `/explain`, `index` {EXAMPLE} (below) ▸ Type `/lesson`

👋 가상의 서버에서 돌아가는 진짜 봇이에요. 지금은 **Alex**예요. 맨 위 “Viewing as”에서 바꿔요.
▸ 위의 **참여** 누르기 ▸ `/explain`에 `index` {EXAMPLE}(아래 숫자) 입력하기 ▸ `/lesson` 입력하기
"""
_PICTURE_SIDE = 84  # pixels


async def create_study_group(
    env: simcord.Env, locales: dict[int, str]
) -> tuple[simcord.ChannelHandle, list[simcord.MemberActor], SimulatedMembers]:
    """Create a study group whose session a visitor can join.

    They have asked about a photograph and about a test digit, begun a lesson, and played a round.
    `locales` takes the members' locales by user id, before anyone uses the bot.

    Returns:
        The thread of the session, the members as whom a visitor can look, and the others, who act
        on their own.
    """
    if env.bot.user is None:
        raise RuntimeError("the bot is not logged in")
    await env.bot.user.edit(username="Grad-CAM")
    await env.advance_time(_EVENING)

    owner = env.create_user("seoyeon", global_name="서연")
    guild = env.create_guild("Grad-CAM 스터디", preferred_locale="ko", owner=owner)
    guild.create_text_channel("공지-announcements")
    channel = guild.create_text_channel(
        "grad-cam", topic="모델은 숫자의 어디를 볼까요? · Where in a digit does the network look?"
    )
    guild.create_text_channel("잡담-off-topic")
    leader = guild.create_role("스터디장", permissions=discord.Permissions(manage_threads=True))
    pins = guild.create_role("Grad-CAM", permissions=discord.Permissions(pin_messages=True))
    env.backend.edit_member(guild.id, env.bot.user.id, {"role_ids": [pins.id]})
    alex = guild.add_member(env.create_user("alex", global_name="Alex"))
    minji = guild.add_member(env.create_user("minji", global_name="민지"))
    seoyeon = guild.add_member(owner, roles=[leader])
    sam = guild.add_member(env.create_user("sam", global_name="Sam"))
    jihun = guild.add_member(env.create_user("jihun", global_name="지훈"))
    locales |= dict.fromkeys((alex.id, sam.id), "en-US")
    locales |= dict.fromkeys((minji.id, seoyeon.id, jihun.id), "ko")

    await seoyeon.slash(channel, "session start", topic=_TOPIC, lesson="reading")
    thread = channel.threads[-1]
    for member in (sam, jihun):
        await press(member, thread, "session_join")
    await seoyeon.send(thread, "다 모였네요. 숫자를 하나씩 골라서 모델이 어디를 보는지 찾아봐요!")
    await env.advance_time(_MINUTE)
    await minji.send(thread, "공책에 쓴 제 글씨도 읽을까요? 찍어서 올려 볼게요.")
    await minji.slash(thread, "explain", image=("notebook.jpg", photograph(_HANDWRITTEN)))
    await env.advance_time(_MINUTE)
    await seoyeon.send(thread, f"저는 {EXAMPLE}번 숫자요. 모델은 어디를 보고 4라고 읽을까요?")
    await env.advance_time(_MINUTE)
    await alex.send(thread, "I'd say the bar across. Let's ask the network.")
    await alex.slash(thread, "explain", index=EXAMPLE, layer="max_pooling2d_1")
    await env.advance_time(_MINUTE)
    members = SimulatedMembers(
        env,
        thread,
        seoyeon,
        (sam, jihun),
        {
            alex: "Welcome, {}! Let's play a round: everyone votes, and no one sees how.",
            minji: "{} 님, 어서 와요! 한 판 해 볼까요? 모두 고를 때까지 남의 답은 안 보여요.",
        },
    )
    await seoyeon.slash(thread, "quiz", kind="said", seconds=_MINUTE // 2)
    for _ in range(_MINUTE // 5):
        await env.advance_time(5)
        await members.act(5)
    await sam.send(thread, "Another round when everyone is here?")
    await seoyeon.slash(thread, "session panel")
    await seoyeon.send(
        thread, _INTRODUCTION, attachments=[(f"test-digit-{EXAMPLE}.png", _enlarged(EXAMPLE))]
    )
    return thread, [alex, minji, seoyeon], members


def _enlarged(index: int) -> bytes:
    """Draw a test digit, as a PNG file."""
    pixels = (255 * test_digit(index).image).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).resize((_PICTURE_SIDE,) * 2, Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
