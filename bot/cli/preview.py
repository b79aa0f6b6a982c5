"""`gradcam-bot preview`."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

_TRY = """\
Open this address in a browser (it holds a secret of this run; keep it to yourself):

  [link={url}]{url}[/link]

Things to try
  • press the controls under the answered [bold]/explain[/bold]: another layer, "why 4?", the next
  digit • type [bold]/explain[/bold], choose index or image, and send • [bold]/help[/bold] and
  [bold]/model[/bold] • look through the eyes of 민지 (at the top), who reads Korean, and press
  something

Ctrl-C ends it."""


def preview(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="On this machine only; 0 takes any that is free.")
    ] = 8000,
) -> None:
    """Show the whole bot in a browser page: no token, no Discord account.

    The same bot, with the same network, on a simulated study server with an English and a Korean
    reader.
    """
    console = Console(highlight=False)
    try:
        with console.status("Loading the network and building the study server…"):
            from bot.preview.server import PreviewError
        asyncio.run(_serve(port, console))
    except KeyboardInterrupt:
        console.print("\nEnded.")
    except PreviewError as error:
        Console(stderr=True).print(str(error))
        raise typer.Exit(1) from None


async def _serve(port: int, console: Console) -> None:
    from bot.preview.server import preview as previewing
    from bot.settings import Settings

    async with previewing(Settings(), port) as page:
        console.print(_TRY.format(url=page.url), soft_wrap=True)
        await page.wait_closed()
