"""A PostgreSQL server that lives as long as the tests, on a socket of its own."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

slow_on_postgresql = pytest.mark.parametrize(
    "url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
"""Marks a long test that takes `url` or `store`: it is slow on PostgreSQL."""

_NAME = "bot"
_INSTALLED = Path("/usr/lib/postgresql")  # Debian's versions, of which none is in the PATH


def programs() -> Path | None:
    """The folder of the newest PostgreSQL on this machine; `None`: there is none."""
    versions = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class PostgreSQL:
    """A running server; nobody else can reach it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """See `running`."""
        self._programs = programs
        self._folder = folder
        self._numbers = itertools.count()

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[URL]:
        """Make a database, empty or as the template is, and drop it at the end."""
        name = f"{_NAME}{next(self._numbers)}"
        reached = ("--host", str(self._folder), "--username", _NAME)
        self._run("createdb", *reached, f"--template={template}", name)
        try:
            yield URL.create(
                "postgresql+asyncpg",
                username=_NAME,
                database=name,
                query={"host": str(self._folder)},
            )
        finally:
            self._run("dropdb", *reached, "--force", name)

    def serve(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs, as somebody other than root: they insist on it."""
        other: dict[str, Any] = {}
        if os.geteuid() == 0:
            other = {"user": "postgres", "group": "postgres", "extra_groups": ()}
        self._run(program, *arguments, **other)

    def _run(self, program: str, *arguments: str, **options: Any) -> None:
        # As another user, Python forks, which is slow with TensorFlow in memory.
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            check=True,
            **options,
        )


@contextmanager
def running(programs: Path) -> Iterator[PostgreSQL]:
    """Start a server, and stop it.

    Args:
        programs: where its programs are.
    """
    # Not pytest's folder, into which the server's user cannot look; and a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="bot-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = PostgreSQL(programs, folder)
        data = str(folder / "data")
        server.serve(
            "initdb", "--no-sync", "--auth=trust", f"--username={_NAME}", "--no-locale", data
        )
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c timezone=Asia/Seoul"
        log = ("--silent", "--log", str(folder / "log"))
        server.serve("pg_ctl", "start", "--wait", *log, "--pgdata", data, "--options", options)
        try:
            yield server
        finally:
            server.serve("pg_ctl", "stop", "--wait", "--silent", "--mode=fast", "--pgdata", data)
