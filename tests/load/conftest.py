"""The real process against the loopback Discord, shared by the tests of a file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.load.loopback import Loopback, Process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord() -> AsyncIterator[Loopback]:
    """A loopback Discord; at the end everything sent to it was as Discord wants it."""
    async with Loopback() as loopback:
        yield loopback
        loopback.check()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process(
    discord: Loopback, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Process]:
    """`gradcam-bot run`, connected to the loopback Discord."""
    async with Process(discord, tmp_path_factory.mktemp("process")) as running:
        yield running
