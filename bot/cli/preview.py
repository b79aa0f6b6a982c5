"""`gradcam-bot preview`."""

import asyncio
import errno
import os
import signal
import socket
from importlib.util import find_spec
from typing import Annotated

import typer
from rich.console import Console

_LOADING = "Loading the network… · 신경망을 불러오는 중…"
_TRY = """
Open this address in a browser. It holds a secret of this run: keep it to yourself.
브라우저에서 이 주소를 여세요. 이번 실행의 비밀이 들어 있으니 남에게 보이지 마세요.

  [link={url}]{url}[/link]

Try
  - the menus and buttons under the answer: another layer, "why 4?", the next digit
  - typing [bold]/explain[/bold] below it: choose index or image, and send;
    "New messages" leads to the answer
  - 민지's photograph above it: go into a digit, or ask how it was read
  - [bold]/model[/bold] and [bold]/help[/bold]
  - "Viewing as" 민지, at the top: she reads Korean; press something under Alex's answer
해 보세요
  - 답 아래의 메뉴와 버튼: 다른 층, "why 4?", 다음 숫자
  - 그 아래에 [bold]/explain[/bold] 입력: index나 image를 고르고 보내기.
    "New messages"를 누르면 답이 보입니다
  - 그 위에 있는 민지의 사진: 숫자를 골라 들어가거나, 어떻게 읽었는지 물어보기
  - [bold]/model[/bold], [bold]/help[/bold]
  - 맨 위 "Viewing as"에서 민지 고르기: 한국어로 읽는 사람입니다. Alex의 답 아래를 눌러 보세요

Ctrl-C ends it. · Ctrl-C로 끝냅니다.
"""
_ENDED = "The preview has ended. · 미리보기를 끝냈습니다."
_MISSING = "simcord is missing: pip install 'gradcam-bot[preview]'"


def preview(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="On this machine only; 0 takes any that is free.")
    ] = 8000,
) -> None:
    """Show the whole bot in a browser page: no token, no Discord account.

    The same bot, with the same network, on a simulated study server where some read English and
    some Korean.
    """
    console = Console(highlight=False, soft_wrap=True)
    try:
        problem = _problem_with(port) or _run(port, console)
    except KeyboardInterrupt:
        problem = None
        console.print()  # the terminal has written ^C
    if problem is not None:
        Console(stderr=True, highlight=False, soft_wrap=True).print(problem, markup=False)
        raise typer.Exit(1)
    console.print(_ENDED)


def _problem_with(port: int) -> str | None:
    """Say what stands in the way, before TensorFlow takes its seconds to load."""
    if find_spec("simcord") is None:
        return _MISSING
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the page's server does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is taken: end what uses it, or choose another with --port."
            return f"Port {port} cannot be used: {error.strerror}. Choose another with --port."
    return None


def _run(port: int, console: Console) -> str | None:
    """Run until somebody ends it, and say what kept it from running."""
    # A process that a script starts in the background is born deaf to Ctrl-C. SIGTERM is to end
    # the preview as cleanly.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    console.print(_LOADING)

    import simcord
    from pydantic import ValidationError

    from bot.settings import told
    from core.network import WeightsError
    from core.record import RecordError

    try:
        asyncio.run(_serve(port, console))
    except ValidationError as error:
        return told(error)
    except (simcord.SetupError, WeightsError, RecordError) as error:
        return str(error)
    return None


async def _serve(port: int, console: Console) -> None:
    from bot.preview.server import preview as previewing
    from bot.settings import Settings

    async with previewing(Settings(), port=port, locale=_locale()) as page:
        console.print(_TRY.format(url=page.url))
        await page.wait_closed()


def _locale() -> str:
    """Tell whether this machine's user reads Korean."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ko" if next(filter(None, names), "").startswith("ko") else "en-US"
