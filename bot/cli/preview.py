"""`gradcam-bot preview`."""

import asyncio
import errno
import os
import socket
from importlib.util import find_spec
from typing import Annotated

from rich.console import Console

from bot.cli.common import end_like_ctrl_c, fail, number

_LOADING = "Loading the network… · 모델을 불러오는 중…"
_TRY = """
Open this address in a browser. It holds a secret of this run: keep it to yourself.
브라우저에서 이 주소를 여세요. 이번 실행에만 쓰는 비밀 키가 들어 있으니 남에게 보여 주지 마세요.

  [link={url}]{url}[/link]

A study group's session is under way there, and you can join it.
스터디가 진행 중이에요. 참여해 보세요.

Try
  - [bold]Join[/bold] on the panel: 서연 starts a round, Sam and 지훈 vote too, and after 45 seconds
    the answer and the points are there
  - "Try it with my digit" under the lesson's screen, at the top: for you alone
  - typing [bold]/lesson[/bold], [bold]/quiz[/bold], [bold]/scores[/bold] or [bold]/help[/bold];
    "New messages" leads to the answer
  - [bold]/explain[/bold]: choose index or image, and use what is under the answer
  - "Viewing as" 서연: she leads the session, and reads Korean: Next, Who follows?, End
  - "Viewing as" 민지: press something under Alex's answer, or go into her photograph
  - [bold]/model[/bold]: both networks, measured
해 보세요
  - 진행 패널의 [bold]참여[/bold]: 서연이 라운드를 열고 Sam과 지훈도 답을 골라요.
    45초 뒤에 정답과 점수가 나와요
  - 맨 위에 있는 수업 페이지 아래의 "직접 해 보기": 나에게만 보여요
  - [bold]/lesson[/bold], [bold]/quiz[/bold], [bold]/scores[/bold], [bold]/help[/bold] 입력:
    "New messages"를 누르면 답이 보여요
  - [bold]/explain[/bold]: index나 image를 골라 보내고, 답 아래의 메뉴와 버튼 누르기
  - 맨 위 "Viewing as"에서 서연 고르기: 스터디의 진행자예요. 다음 페이지, 이해도 보기, 종료
  - "Viewing as"에서 민지 고르기: Alex의 답 아래를 눌러 보거나, 올린 사진에서 숫자 골라 보기
  - [bold]/model[/bold]: 두 모델과 측정 결과

Ctrl-C ends it. · Ctrl-C를 누르면 끝나요.
"""
_ENDED = "The preview has ended. · 미리보기를 끝냈어요."
_MISSING = "simcord is missing: pip install 'gradcam-bot[preview]'"


def preview(
    port: Annotated[
        int, number("port", 0, 65535, "On this machine only; 0 takes any that is free.")
    ] = 8000,
) -> None:
    """Show the whole bot in a browser page: no token, no Discord account.

    The same bot, with the same network, on a simulated study server where some read English and
    some Korean.

    Exit status:

    - 0: it was told to end, by Ctrl-C, by SIGTERM or on the page
    - 1: it cannot run
    - 2: an option is wrong
    """
    if find_spec("simcord") is None:
        fail(_MISSING)
    console = Console(highlight=False, soft_wrap=True)
    with socket.socket() as reserved:
        _reserve(port, reserved)
        end_like_ctrl_c()
        try:
            _run(port, reserved, console)
        except KeyboardInterrupt:
            console.print()  # the terminal has written ^C
    console.print(_ENDED)


def _reserve(port: int, reserved: socket.socket) -> None:
    """Keep a port from the start on, so that of two previews the second one ends at once."""
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the page's server does
    try:
        reserved.bind(("127.0.0.1", port))
        reserved.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fail(f"Port {port} is taken: end what uses it, or choose another with --port.")
        fail(f"Port {port} cannot be used: {error.strerror}. Choose another with --port.")


def _run(port: int, reserved: socket.socket, console: Console) -> None:
    """Run until it is told to end."""
    from bot.settings import Settings, SettingsError
    from core.network import WeightsError

    try:
        settings = Settings.read()
        settings.load_tutorial_record()
    except SettingsError as error:
        fail(error)
    console.print(_LOADING)

    import simcord

    from bot.preview.server import preview as previewing

    async def serve() -> None:
        async with previewing(settings, port=port, locale=_locale(), reserved=reserved) as page:
            console.print(_TRY.format(url=page.url))
            await page.wait_closed()

    try:
        asyncio.run(serve())
    except (simcord.SetupError, WeightsError) as error:
        fail(error)


def _locale() -> str:
    """Return the language of this machine's user, `ko` or `en-US`."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ko" if next(filter(None, names), "").startswith("ko") else "en-US"
