"""A lively Discord on this machine, with the real bot in it.

    python -m tests.load.loopback
    python -m tests.load.loopback --people 200 --servers 40 --interactions 2000 --at-once 100 --harm

Prints every second how it goes; Ctrl-C ends both. With a number of interactions it ends by itself,
with a report.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.load.loopback.crowd import Crowd, run_load, status_lines
from tests.load.loopback.harm import Harm
from tests.load.loopback.process import Process
from tests.load.loopback.server import Loopback

_PATIENCE_IN_HARM = 20.0  # seconds until somebody gives up who may never be answered
_PAUSE = 1.0  # seconds between what somebody does, where there is no number


async def _main(asked: argparse.Namespace) -> None:
    with TemporaryDirectory() as folder:
        async with Loopback(shards=asked.shards) as discord:
            crowd = Crowd(discord, people=asked.people, servers=asked.servers, seed=asked.seed)
            _say(f"Discord is at {discord.url}; starting the bot, its log is {folder}/bot.log")
            async with Process(discord, Path(folder)) as process:
                if asked.harm:
                    discord.patience = _PATIENCE_IN_HARM
                    discord.harm(Harm.of_everything(asked.seed))
                status = asyncio.create_task(_tell(discord, process))
                try:
                    await _load(asked, discord, process, crowd)
                finally:
                    status.cancel()
            if asked.log is not None:
                asked.log.write_text(process.log, encoding="utf-8")


async def _load(
    asked: argparse.Namespace, discord: Loopback, process: Process, crowd: Crowd
) -> None:
    if asked.interactions is None:
        await crowd.act_for_ever(at_once=asked.at_once, pause=_PAUSE)
        return
    report = await run_load(
        discord, process, crowd, interactions=asked.interactions, at_once=asked.at_once
    )
    _say("", *report.lines())


async def _tell(discord: Loopback, process: Process) -> None:
    async for line in status_lines(discord, process):
        _say(line)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--interactions", type=int, help="how many; without, until Ctrl-C")
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--harm", action="store_true", help="a little of everything goes wrong")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, help="keep the bot's log in this file")
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
